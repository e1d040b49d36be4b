"""What staff write to a family: never lost, never twice, never to another; and nothing before it is safe to read."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.turns import Guide
from centre import case_records, case_replies, case_safety, cases, conversations, outbox, retention
from centre.case_records import Case, CaseEntry, Hours, Sending
from centre.case_replies import HIDDEN_WAIT, HINT_EVERY
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.outbox import OutboxMessage
from centre.staff import Role, SignedIn
from processes import telling
from tests.bot.chatting import Chat
from tests.bot.conftest import guide
from tests.centre.alerted import KORLEKO, LONG_AGO, chat, staff_member, there, villages

__all__ = ["guide"]

DAY = there(KORLEKO, "2026-11-24", "10:00")
ROHANI, SARI = "628111", "628222"
HINT = "Ada kabar untuk Anda. Balas kalau sudah sempat."
AWAY = timedelta(minutes=31)
"""Longer than somebody who wrote is taken to be still there."""


@dataclass
class Desk:
    """Wayan's desk in Korleko, and the families who wrote to it."""

    database: Database
    now: datetime = DAY

    def __post_init__(self) -> None:
        with self.database.transaction() as session:
            villages(session)
            staff_member(session, "Wayan", (Role.PETUGAS, KORLEKO))
        self.replies = 0

    def holds(
        self, number: str = ROHANI, *, safe: bool | None = True, hours: Hours = "any", channel: str = "telegram"
    ) -> int:
        """Somebody wrote just now, and Wayan holds their case; they have heard so."""
        with self.database.transaction() as session:
            conversation = chat(session, number, self.now, KORLEKO, channel)
            case = cases.open_case(session, conversation, "pay", self.now, language="id")
            if safe is not None:
                case_safety.set_safe(session, case, safe, self.now)
                case.is_discreet = False
            case_safety.set_hours(session, case, hours, self.now)
            cases.take(session, case, "Wayan", self.now)
            session.execute(update(CaseEntry).where(CaseEntry.kind == "told").values(sending=Sending.QUEUED))
        return case.id

    def writes(self, case_id: int, words: str) -> int:
        """Wayan answers; gives the entry's number."""
        self.replies += 1
        with self.database.transaction() as session:
            case = case_records.hold(session, case_id)
            return cases.reply(session, case, "Wayan", words, f"form{self.replies}", self.now).id

    def tells(self) -> int:
        return telling.tell_families(self.database, lambda: self.now)

    def waits(self, **time: float) -> None:
        self.now += timedelta(**time)

    def heard(self, number: str = ROHANI, channel: str = "telegram") -> list[str]:
        """What was queued for this telephone, without the line that says who writes."""
        with self.database.transaction() as session:
            found = conversations.of_sender(session, Sender(channel, (("phone", number),)), self.now)
            rows = outbox.said(session, found)
            return [outbox.part_of(session, row).text.removeprefix("Wayan (petugas):\n") for row in rows]

    def stands(self, entry_id: int) -> tuple[str | None, str | None]:
        """How far an entry has come, and why it went no further."""
        with self.database.reading() as session:
            entry = session.get_one(CaseEntry, entry_id)
            return entry.sending, entry.why_not

    def change(self, number: str = ROHANI, channel: str = "telegram", **facts: object) -> None:
        with self.database.transaction() as session:
            found = conversations.of_sender(session, Sender(channel, (("phone", number),)), self.now)
            session.execute(update(Conversation).where(Conversation.id == found).values(**facts))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def sqlite_desk(sqlite_database: Database) -> Desk:
    return Desk(sqlite_database)


def phone(desk: Desk, guide: Guide, number: str = ROHANI, channel: str = "telegram") -> Chat:
    """The family's own telephone, by which they write with the real bot behind it."""
    return Chat(desk.database, guide, channel, now=desk.now, name=number)


# Once, and to its own family


def test_each_family_hears_its_own_answer_and_hears_it_once(desk: Desk) -> None:
    rohani, sari = desk.holds(ROHANI), desk.holds(SARI)
    desk.writes(rohani, "Untuk Inaq Rohani.")
    desk.writes(sari, "Untuk Sari.")
    assert [desk.tells(), desk.tells()] == [2, 0]
    assert desk.heard(ROHANI) == ["Untuk Inaq Rohani."]
    assert desk.heard(SARI) == ["Untuk Sari."]


def test_several_answers_come_in_their_order(desk: Desk) -> None:
    rohani = desk.holds()
    for words in ("satu", "dua", "tiga"):
        desk.writes(rohani, words)
    desk.tells()
    assert desk.heard() == ["satu", "dua", "tiga"]


def test_two_tellers_at_once_say_each_answer_once_and_in_order(desk: Desk) -> None:
    numbers = [f"62813{number}" for number in range(5)]
    families = {number: desk.holds(number) for number in numbers}
    for words in ("satu", "dua", "tiga"):
        for case_id in families.values():
            desk.writes(case_id, words)
    failed: list[BaseException] = []

    def tell() -> None:
        try:
            for _ in range(8):
                desk.tells()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            failed.append(error)

    tellers = [threading.Thread(target=tell) for _ in range(2)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    assert not failed
    assert [desk.heard(number) for number in numbers] == [["satu", "dua", "tiga"]] * 5


def test_killed_before_the_commit_it_is_said_afterwards_and_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = desk.writes(desk.holds(), "Kami bantu.")

    def killed(_ready: case_replies.Ready, _now: datetime) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(case_replies, "sent", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.tells()
    assert (desk.heard(), desk.stands(entry)) == ([], (Sending.WAITING, None))
    desk.tells()
    assert desk.heard() == ["Kami bantu."]


def test_one_that_cannot_be_worded_is_said_to_staff_and_holds_up_nobody(desk: Desk) -> None:
    rohani, sari = desk.holds(ROHANI), desk.holds(SARI)
    damaged = desk.writes(rohani, "Rusak.")
    desk.writes(rohani, "Utuh.")
    desk.writes(sari, "Untuk Sari.")
    with desk.database.transaction() as session:
        session.get_one(CaseEntry, damaged).sealed_text = b"damaged"
    desk.tells()
    assert (desk.heard(ROHANI), desk.heard(SARI)) == (["Utuh."], ["Untuk Sari."])
    assert desk.stands(damaged) == (Sending.NOT_TOLD, "cannot_open")


def test_whatever_else_goes_wrong_staff_see_that_it_was_not_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = desk.writes(desk.holds(), "Kami bantu.")
    monkeypatch.setattr(telling.case_notices, "word", lambda *_: 1 / 0)
    desk.tells()
    assert (desk.heard(), desk.stands(entry)) == ([], (Sending.NOT_TOLD, "failed"))


def test_a_form_sent_twice_is_one_answer(desk: Desk) -> None:
    rohani = desk.holds()
    for _ in range(2):
        desk.replies = 0  # the same form
        desk.writes(rohani, "Kami bantu.")
        desk.tells()
    assert desk.heard() == ["Kami bantu."]


def test_a_form_sent_twice_at_the_same_moment_too(desk: Desk) -> None:
    rohani, gate = desk.holds(), threading.Barrier(2)

    def send() -> None:
        gate.wait()
        with desk.database.transaction() as session:
            case = case_records.hold(session, rohani)
            cases.reply(session, case, "Wayan", "Kami bantu.", "same", desk.now)

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert desk.tells() == 1
    assert desk.heard() == ["Kami bantu."]


def test_the_key_of_one_case_is_no_key_of_another(desk: Desk) -> None:
    """Two families must not share an answer, even if a form's key came twice."""
    rohani, sari = desk.holds(ROHANI), desk.holds(SARI)
    desk.writes(rohani, "Untuk Inaq Rohani.")
    desk.replies = 0
    with pytest.raises(Exception, match="UNIQUE|unique"):
        desk.writes(sari, "Untuk Sari.")
    desk.tells()
    assert (desk.heard(ROHANI), desk.heard(SARI)) == (["Untuk Inaq Rohani."], [])


# Where the family is now


def test_who_went_on_from_another_telephone_hears_it_there_alone(desk: Desk) -> None:
    rohani = desk.holds(ROHANI)
    desk.writes(rohani, "Kami bantu.")
    with desk.database.transaction() as session:
        cases.move_here(session, session.get_one(Case, rohani), chat(session, SARI, desk.now, KORLEKO), desk.now)
    desk.tells()
    assert (desk.heard(ROHANI), desk.heard(SARI)) == ([], ["Kami bantu."])


def test_moved_at_the_very_moment_it_is_said_nothing_goes_to_the_old_telephone(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the case and the hold of its conversation somebody moves it."""
    desk = Desk(postgresql_database)
    rohani, held = desk.holds(ROHANI), conversations.hold_if_free
    desk.writes(rohani, "Kami bantu.")

    def moved_first(session: Session, conversation_id: int) -> Conversation | None:
        monkeypatch.setattr(conversations, "hold_if_free", held)
        with desk.database.transaction() as other:
            cases.move_here(other, other.get_one(Case, rohani), chat(other, SARI, desk.now, KORLEKO), desk.now)
        return held(session, conversation_id)

    monkeypatch.setattr(conversations, "hold_if_free", moved_first)
    desk.tells()
    desk.tells()
    assert (desk.heard(ROHANI), desk.heard(SARI)) == ([], ["Kami bantu."])


def test_hidden_at_the_very_moment_it_is_said_it_is_not_said(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cover word is being heard while the case is looked at."""
    desk = Desk(postgresql_database)
    rohani, held = desk.holds(ROHANI), conversations.hold_if_free
    desk.writes(rohani, "Kami bantu.")

    def hidden_first(session: Session, conversation_id: int) -> Conversation | None:
        with desk.database.transaction() as other:
            case_safety.hide(other, other.get_one(Case, rohani), desk.now)
        return held(session, conversation_id)

    monkeypatch.setattr(conversations, "hold_if_free", hidden_first)
    desk.tells()
    assert desk.heard() == []


def test_two_addresses_that_are_one_persons_are_told_in_the_kept_one(desk: Desk) -> None:
    """A WhatsApp number and a user id, first seen apart."""
    with desk.database.transaction() as session:
        by_id = session.get_one(Conversation, conversations.of_sender(session, of_user("u1"), desk.now))
        by_id.last_incoming_at = desk.now
        case = cases.open_case(session, by_id, "pay", desk.now, language="id")
        cases.take(session, case, "Wayan", desk.now)
        chat(session, ROHANI, desk.now, channel="whatsapp")
    desk.writes(case.id, "Kami bantu.")
    with desk.database.transaction() as session:
        from centre.joining import take_over

        both = Sender("whatsapp", (("phone", ROHANI), ("user", "u1")))
        conversations.of_sender(session, both, desk.now, take_over)
    desk.tells()
    assert desk.heard(channel="whatsapp")[-1] == "Kami bantu."


def of_user(name: str) -> Sender:
    return Sender("whatsapp", (("user", name),))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"blocked_at": DAY}, "blocked"),
        ({"stopped_at": DAY}, "stopped"),
        ({"closing_at": DAY}, "no_address"),
    ],
)
def test_what_may_not_be_said_tells_staff_why(desk: Desk, facts: dict[str, datetime], why: str) -> None:
    entry = desk.writes(desk.holds(), "Kami bantu.")
    desk.change(**facts)
    desk.tells()
    assert (desk.heard(), desk.stands(entry)) == ([], (Sending.NOT_TOLD, why))


def test_who_asked_to_be_forgotten_hears_nothing_more(desk: Desk) -> None:
    rohani = desk.holds()
    entry = desk.writes(rohani, "Kami bantu.")
    with desk.database.transaction() as session:
        case = session.get_one(Case, rohani)
        retention.forget(session, session.get_one(Conversation, case.conversation_id), desk.now)
    desk.tells()
    assert (desk.heard(), desk.stands(entry)) == ([], (Sending.NOT_TOLD, "erased"))


def test_who_kept_the_case_and_had_the_rest_erased_still_hears_the_answer(desk: Desk) -> None:
    rohani = desk.holds()
    desk.writes(rohani, "Kami bantu.")
    with desk.database.transaction() as session:
        case = session.get_one(Case, rohani)
        retention.forget(session, session.get_one(Conversation, case.conversation_id), desk.now, keep_case=True)
    desk.tells()
    assert desk.heard() == ["Kami bantu."]


def test_the_web_page_that_was_left_in_haste_hears_nothing_and_staff_know(desk: Desk) -> None:
    rohani = desk.holds(channel="web")
    entry = desk.writes(rohani, "Kami bantu.")
    with desk.database.transaction() as session:
        retention.leave(session, Sender("web", (("phone", ROHANI),)), desk.now)
    desk.tells()
    assert desk.stands(entry) == (Sending.NOT_TOLD, "no_address")
    assert desk.heard(channel="web") == []


# Only when it is safe


@pytest.mark.parametrize("safe", [None, False])
def test_where_it_is_not_known_to_be_safe_only_that_there_is_news(desk: Desk, safe: bool | None) -> None:
    rohani = desk.holds(safe=safe)
    desk.waits(minutes=31)
    entry = desk.writes(rohani, "Kami bantu.")
    desk.tells()
    assert (desk.heard(), desk.stands(entry)) == ([HINT], (Sending.SEALED, None))


def test_who_wrote_a_moment_ago_is_answered_whether_safe_or_not(desk: Desk) -> None:
    rohani = desk.holds(safe=None)
    desk.waits(minutes=29)
    desk.writes(rohani, "Kami bantu.")
    desk.tells()
    assert desk.heard() == ["Kami bantu."]


def test_that_there_is_news_is_said_once_in_twenty_hours(desk: Desk) -> None:
    rohani = desk.holds(safe=None)
    desk.waits(minutes=31)
    first = desk.now
    for words in ("satu", "dua", "tiga"):
        desk.writes(rohani, words)
        desk.tells()
        desk.waits(minutes=40)
    assert desk.heard() == [HINT]
    desk.now = first + HINT_EVERY + timedelta(hours=2)  # the next morning
    desk.writes(rohani, "empat")
    desk.tells()
    assert desk.heard() == [HINT, HINT]


def test_whoever_wrote_after_the_news_hears_of_the_next_news_too(desk: Desk, guide: Guide) -> None:
    rohani = desk.holds(safe=False)
    desk.waits(minutes=31)
    desk.writes(rohani, "Pertama")
    desk.tells()
    rohanis = phone(desk, guide)
    rohanis.say("halo")
    rohanis.tap("case-read:yes")
    desk.now = rohanis.now
    desk.tells()
    assert "Pertama" in desk.heard()
    desk.waits(hours=2)
    second = desk.writes(rohani, "Kedua: besok sidang jam 9")
    desk.tells()
    assert (desk.heard()[-1], desk.stands(second)) == (HINT, (Sending.SEALED, None))
    assert is_hinted(desk, second)


def test_news_that_came_too_soon_after_the_last_is_told_of_when_the_time_is_over(desk: Desk) -> None:
    rohani = desk.holds(safe=None)
    desk.waits(minutes=31)
    first = desk.now
    entries = []
    for words in ("satu", "dua", "tiga"):
        entries.append(desk.writes(rohani, words))
        desk.tells()
        desk.waits(minutes=40)
    assert [is_hinted(desk, entry) for entry in entries] == [True, False, False]
    while desk.now < first + 3 * HINT_EVERY:
        desk.tells()
        desk.waits(hours=1)
    assert desk.heard() == [HINT, HINT]
    assert [is_hinted(desk, entry) for entry in entries] == [True, True, True]


def is_hinted(desk: Desk, entry_id: int) -> bool:
    with desk.database.reading() as session:
        return session.get_one(CaseEntry, entry_id).is_hinted


# The page of the web chat, which anybody may have open


@pytest.mark.parametrize("safe", [None, False])
def test_on_a_page_left_open_it_is_first_asked_whether_this_is_a_good_moment(
    desk: Desk, guide: Guide, safe: bool | None
) -> None:
    rohani = desk.holds(safe=safe, channel="web")
    desk.waits(minutes=31)
    desk.now = there(KORLEKO, "2026-11-24", "23:00")  # a page wakes nobody
    entry = desk.writes(rohani, "Kami bantu.")
    desk.tells()
    assert desk.heard(channel="web") == ["Ada kabar. Aman membacanya sekarang?"]
    assert desk.stands(entry) == (Sending.SEALED, None)
    rohanis = phone(desk, guide, channel="web")
    rohanis.say("ya")
    desk.now = rohanis.now
    desk.tells()
    assert desk.heard(channel="web")[-1] == "Kami bantu."


def test_on_a_page_that_is_safe_or_in_use_it_is_said_at_once(desk: Desk) -> None:
    desk.writes(desk.holds(ROHANI, safe=None, channel="web"), "Kami bantu.")
    safe = desk.holds(SARI, safe=True, channel="web")
    desk.tells()
    desk.waits(minutes=31)
    desk.writes(safe, "Untuk Sari.")
    desk.tells()
    assert (desk.heard(ROHANI, "web"), desk.heard(SARI, "web")) == (["Kami bantu."], ["Untuk Sari."])


@pytest.mark.parametrize(
    ("hours", "at", "begins"),
    [
        ("morning", "11:00", "2026-11-25 06:00"),
        ("midday", "16:00", "2026-11-25 11:00"),
        ("evening", "14:00", "2026-11-24 16:00"),
        ("evening", "20:00", "2026-11-25 16:00"),
        ("any", "23:00", "2026-11-25 06:00"),
        ("any", "04:00", "2026-11-24 06:00"),
    ],
)
def test_outside_the_hours_they_gave_it_waits_for_them(sqlite_desk: Desk, hours: Hours, at: str, begins: str) -> None:
    desk = sqlite_desk
    desk.now = there(KORLEKO, "2026-11-24", at) - AWAY
    rohani = desk.holds(hours=hours)
    desk.now += AWAY
    desk.writes(rohani, "Kami bantu.")
    starts = there(KORLEKO, *begins.split())
    while desk.now < starts:
        desk.tells()
        assert desk.heard() == []
        desk.waits(minutes=15)
    desk.now = starts
    desk.tells()
    assert desk.heard() == ["Kami bantu."]


def test_urgent_and_safe_at_any_time_it_goes_by_night(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.now = there(KORLEKO, "2026-11-24", "23:00")
    rohani = desk.holds()
    with desk.database.transaction() as session:
        session.get_one(Case, rohani).is_urgent = True
    desk.waits(minutes=31)
    desk.writes(rohani, "Kami bantu.")
    desk.tells()
    assert desk.heard() == ["Kami bantu."]


def test_while_the_cover_word_hides_it_nothing_is_said_at_all(desk: Desk) -> None:
    rohani = desk.holds()
    with desk.database.transaction() as session:
        case_safety.hide(session, session.get_one(Case, rohani), desk.now)
    entry = desk.writes(rohani, "Kami bantu.")
    for _ in range(30):
        desk.tells()
        desk.waits(hours=1)
    assert (desk.heard(), desk.stands(entry)) == ([], (Sending.WAITING, None))
    with desk.database.transaction() as session:
        case_safety.show(session, session.get_one(Case, rohani), desk.now)
    desk.change(last_incoming_at=desk.now)
    desk.now += HIDDEN_WAIT
    desk.tells()
    assert desk.heard() == ["Kami bantu."]


def test_closed_while_it_was_hidden_the_cover_word_still_brings_it(desk: Desk, guide: Guide) -> None:
    rohani = desk.holds()
    desk.writes(rohani, "Uangnya sudah di rekening.")
    with desk.database.transaction() as session:
        case = case_records.hold(session, rohani)
        case_safety.set_cover_word(session, case, "mangga", desk.now)
        case_safety.hide(session, case, desk.now)
        cases.close(session, case, wayan(), "solved", "Sudah dibayar", desk.now)
    desk.tells()
    rohanis = phone(desk, guide)
    rohanis.say("halo")
    desk.now = rohanis.now + HIDDEN_WAIT
    desk.tells()
    assert "Uangnya sudah di rekening." not in desk.heard()
    rohanis.say("Mangga!")
    desk.tells()
    assert "Uangnya sudah di rekening." in desk.heard()


def test_an_answer_that_waits_for_the_morning_is_not_overtaken(desk: Desk, guide: Guide) -> None:
    """Two in the night, one after the other: they write in between, so that the second may go at once."""
    desk.now = there(KORLEKO, "2026-11-24", "22:00")
    rohani = desk.holds(safe=None)
    desk.waits(minutes=31)
    desk.writes(rohani, "satu")
    desk.tells()
    rohanis = phone(desk, guide)
    rohanis.say("halo")
    desk.now = rohanis.now
    desk.writes(rohani, "dua")
    for _ in range(3):
        desk.tells()
        desk.waits(seconds=1)
    told = [each for each in desk.heard() if each in ("satu", "dua")]
    assert told == ["satu", "dua"]


# WhatsApp's window


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (timedelta(hours=23, minutes=59, seconds=59), ["Kami bantu."]),
        (timedelta(hours=24), [HINT]),
        (timedelta(hours=24, seconds=1), [HINT]),
    ],
)
def test_within_a_day_it_is_said_and_after_it_an_approved_text_says_that_there_is_news(
    desk: Desk, since: timedelta, told: list[str]
) -> None:
    rohani = desk.holds(channel="whatsapp")
    desk.now += since
    desk.writes(rohani, "Kami bantu.")
    desk.tells()
    assert desk.heard(channel="whatsapp") == told
    with desk.database.reading() as session:
        [row] = session.scalars(select(OutboxMessage))
        part = outbox.part_of(session, row)
        assert (part.template is not None) == (told == [HINT])
        assert "Kami bantu" not in str(part.template)


def test_sealed_answers_come_in_their_order_when_the_family_writes(desk: Desk, guide: Guide) -> None:
    rohani = desk.holds(channel="whatsapp")
    desk.waits(hours=25)
    entries = [desk.writes(rohani, words) for words in ("satu", "dua")]
    desk.tells()
    assert desk.heard(channel="whatsapp") == [HINT]
    assert [desk.stands(entry)[0] for entry in entries] == [Sending.SEALED] * 2
    rohanis = phone(desk, guide, channel="whatsapp")
    rohanis.say("iya")
    desk.now = rohanis.now
    desk.writes(rohani, "tiga")
    desk.tells()
    assert desk.heard(channel="whatsapp") == [HINT, "satu", "dua", "tiga"]


def test_an_answer_sealed_before_the_case_was_closed_is_not_lost(desk: Desk, guide: Guide) -> None:
    rohani = desk.holds(channel="whatsapp")
    desk.waits(hours=25)
    desk.writes(rohani, "Uangnya sudah di rekening.")
    with desk.database.transaction() as session:
        cases.close(session, case_records.hold(session, rohani), wayan(), "solved", "Sudah dibayar", desk.now)
    desk.tells()
    rohanis = phone(desk, guide, channel="whatsapp")
    rohanis.say("iya ada apa")
    desk.now = rohanis.now
    desk.tells()
    told = desk.heard(channel="whatsapp")
    assert "Uangnya sudah di rekening." in told
    assert "Petugas menutup masalah" in told[-1]


@pytest.mark.parametrize("safe", [None, False])
def test_closed_or_not_it_is_first_asked_whether_this_is_a_good_moment(
    desk: Desk, guide: Guide, safe: bool | None
) -> None:
    rohani = desk.holds(safe=safe)
    desk.waits(minutes=31)
    desk.writes(rohani, "Uangnya sudah di rekening.")
    with desk.database.transaction() as session:
        cases.close(session, case_records.hold(session, rohani), wayan(), "solved", "Sudah dibayar", desk.now)
    desk.tells()
    rohanis = phone(desk, guide)
    asked = rohanis.say("halo")
    assert "Aman membacanya" in asked[-1].text
    rohanis.tap("case-read:yes")
    desk.now = rohanis.now
    desk.tells()
    assert "Uangnya sudah di rekening." in desk.heard()


def wayan() -> SignedIn:
    return SignedIn("Wayan", "wayan", "Wayan", False, frozenset({(Role.PETUGAS, KORLEKO)}), LONG_AGO)


def test_who_had_the_bot_back_hears_what_waits_when_they_answer_the_news(desk: Desk, guide: Guide) -> None:
    rohani = desk.holds(channel="whatsapp")
    rohanis = phone(desk, guide, channel="whatsapp")
    for _ in range(2):  # the first is a welcome
        rohanis.say("menu")
    desk.now = rohanis.now + timedelta(hours=25)
    desk.writes(rohani, "Kami bantu.")
    desk.tells()
    rohanis.now = desk.now
    rohanis.say("iya ada apa")
    desk.now = rohanis.now
    desk.tells()
    assert "Kami bantu." in desk.heard(channel="whatsapp")


def test_a_yes_to_the_news_is_no_yes_to_an_older_question(desk: Desk, guide: Guide) -> None:
    """ "Is it safe to write first?" stood open when they put the telephone away: "iya" answers the news, not that."""
    rohani = desk.holds(safe=None)
    rohanis = phone(desk, guide)
    rohanis.say("petugas")
    rohanis.tap("case-enough")
    with desk.database.reading() as session:
        step = session.scalars(select(Conversation.step)).first()
    assert step == "case-question"
    desk.now = rohanis.now + AWAY
    desk.writes(rohani, "Kami bantu.")
    desk.tells()
    assert desk.heard()[-1] == HINT
    rohanis.now = desk.now
    rohanis.say("iya")
    with desk.database.reading() as session:
        assert session.get_one(Case, rohani).is_safe is None


def test_an_answer_held_up_beyond_the_day_says_so(desk: Desk) -> None:
    """Queued in the last second, called too late: the platform takes no free words any more, and staff must see that."""
    rohani = desk.holds(channel="whatsapp")
    desk.now += timedelta(hours=23, minutes=59, seconds=59)
    entry = desk.writes(rohani, "Kami bantu.")
    desk.tells()
    desk.waits(seconds=2)
    Chat(desk.database, None, "whatsapp", now=desk.now, name=ROHANI).arrived()  # type: ignore[arg-type]
    with desk.database.reading() as session:
        sent = case_replies.parts_sent(session, [session.get_one(CaseEntry, entry)])[entry]
        assert [(row.state, row.error) for row in sent] == [("failed", "window_closed")]


def test_the_first_answer_counts_from_when_it_went_out_not_while_it_lay_sealed(desk: Desk) -> None:
    rohani = desk.holds(safe=None)
    desk.waits(hours=1)
    desk.writes(rohani, "Kami bantu.")
    desk.tells()
    with desk.database.reading() as session:
        assert session.get_one(Case, rohani).first_reply_at is None, "only that there is news was said"
    with desk.database.transaction() as session:
        case_replies.unseal(session, case_records.hold(session, rohani), desk.now)
    desk.change(last_incoming_at=desk.now)
    desk.waits(minutes=1)
    desk.tells()
    with desk.database.reading() as session:
        assert session.get_one(Case, rohani).first_reply_at == desk.now
