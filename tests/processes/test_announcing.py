"""Wayan announces a training in Korleko: who wants news hears it once, by day; who must not hear it does not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import (
    announcement_people,
    announcements,
    case_safety,
    cases,
    conversations,
    news_consents,
    outbox,
    people,
    retention,
)
from centre.announcements import Announcement, AnnouncementInvalid, NotNow, State, Wanted
from centre.case_scopes import scope_of
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.desk import NotHere
from centre.news_consents import NewsConsent
from centre.outbox import OutboxMessage, Outcome
from centre.staff import Role, Scope, SignedIn
from processes import noticing
from tests.bot.chatting import WIDE
from tests.centre.booked import korleko

MORNING = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
LATER = MORNING + timedelta(minutes=2)
NIGHT = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
EVERYWHERE = Scope(frozenset({""}), False)
KORLEKO = Scope(frozenset({"52.03.07.2003"}), False)
WORDS = "Sabtu ada pelatihan bengkel, masih 4 kursi."


def telephone(
    session: Session, who: str, village: int, *, channel: str = "telegram", wants: bool | None = True
) -> Conversation:
    sender = Sender(channel, (("chat", who),))
    conversation = session.get_one(Conversation, conversations.of_sender(session, sender, MORNING))
    conversation.village_id, conversation.last_incoming_at = village, MORNING - timedelta(days=2)
    if wants is not None:
        news_consents.note(session, conversation, wants, MORNING)
    return conversation


def written(session: Session, villages: list[int], **more) -> Announcement:
    wanted = Wanted({"id": WORDS, **more.pop("texts", {})}, villages, **more)
    return announcements.save(session, EVERYWHERE, None, wanted, "wayan", MORNING)


def go(database: Database, now: datetime, seconds: int = 60) -> list[str]:
    """The schedule ticks for a while; what it put on its way, by conversation."""
    for second in range(0, seconds, 5):
        _tick(database, now + timedelta(seconds=second))
    return said(database)


def _tick(database: Database, moment: datetime) -> None:
    noticing.plan_announcements(database, lambda: moment)
    noticing.tell_due(database, "", lambda: moment)


def said(database: Database) -> list[str]:
    with database.reading() as session:
        rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        return [outbox.part_of(session, row).text for row in rows]


def counted(database: Database, number: int) -> Counter[str]:
    with database.reading() as session:
        return announcement_people.outcomes(session, session.get_one(Announcement, number))


@pytest.fixture
def village(database) -> int:
    with database.transaction() as session:
        return korleko(session).id


def test_who_wants_news_hears_it_once_in_their_language_however_many_schedulers_tick(database, village):
    with database.transaction() as session:
        telephone(session, "sari", village).language = "sas"
        telephone(session, "inaq", village)
        telephone(session, "nobody asked", village, wants=None)
        telephone(session, "no", village, wants=False)
        number = written(session, [village], texts={"sas": "Jelo Saptu araq pelatihan."}).id
        assert announcements.send(session, EVERYWHERE, number, "wayan", MORNING) == State.GOING
    go(database, MORNING)
    go(database, MORNING + timedelta(hours=1))
    assert sorted(said(database)) == sorted(
        [
            "Kabar leq Pusat Layanan Migrasi Desa Korleko:\n\nJelo Saptu araq pelatihan.\n\n"
            "Ndeq mele kabar malik? Tulis BERHENTI KABAR.",
            f"Kabar dari Pusat Layanan Migrasi Desa Korleko:\n\n{WORDS}\n\nTidak mau kabar lagi? Tulis BERHENTI KABAR.",
        ]
    )


def test_nobody_hears_it_at_night(database, village):
    with database.transaction() as session:
        telephone(session, "sari", village)
        number = written(session, [village]).id
        announcements.send(session, EVERYWHERE, number, "wayan", NIGHT)
        assert announcement_people.reach(session, session.get_one(Announcement, number), NIGHT).begins.waits
    assert go(database, NIGHT) == []
    assert len(go(database, datetime(2026, 12, 1, 22, 0, tzinfo=UTC))) == 1


def test_to_several_villages_a_second_person_agrees_and_it_is_never_oneself(database, village):
    with database.transaction() as session:
        other = korleko(session, "Lenek", "52.03.21.2002").id
        telephone(session, "sari", village)
        number = written(session, [village, other]).id
        assert announcements.send(session, EVERYWHERE, number, "wayan", MORNING) == State.TO_AGREE
    assert go(database, MORNING) == []
    with database.transaction() as session:
        with pytest.raises(NotNow):
            announcements.agree(session, EVERYWHERE, number, "wayan", MORNING)
        with pytest.raises(NotHere):
            announcements.agree(session, KORLEKO, number, "nyoman", MORNING)
        announcements.agree(session, EVERYWHERE, number, "made", MORNING)
        with pytest.raises(NotNow):
            announcements.send(session, EVERYWHERE, number, "wayan", MORNING)
    assert len(go(database, MORNING)) == 1


def test_stopped_it_goes_to_nobody_more_not_even_what_is_queued(database, village):
    with database.transaction() as session:
        for name in "abcdefghijklmnopqrstuvwxyz":
            telephone(session, name, village)
        number = written(session, [village]).id
        announcements.send(session, EVERYWHERE, number, "wayan", MORNING)
    go(database, MORNING, seconds=5)
    assert counted(database, number)["waiting"] == 26
    assert 0 < len(said(database)) < 26, "spread over the seconds"
    with database.transaction() as session:
        announcements.stop(session, EVERYWHERE, number, MORNING)
    go(database, MORNING + timedelta(minutes=5))
    with database.transaction() as session:
        assert outbox.claim(session, "telegram", WIDE, LATER) == []
    assert set(counted(database, number)) == {"void"}


@pytest.mark.parametrize(
    "how", ["cover", "hidden", "discreet", "not_safe", "not_asked", "urgent", "restricted", "moved"]
)
def test_a_telephone_that_may_be_in_other_hands_hears_nothing(database, village, how):
    with database.transaction() as session:
        conversation = telephone(session, "sari", village)
        category = "violence" if how == "restricted" else "pay"
        case = cases.open_case(session, conversation, category, MORNING, language="id")
        if how != "not_asked":
            case_safety.set_safe(session, case, how != "not_safe", MORNING)
        if how == "cover":
            case_safety.set_cover_word(session, case, "melati putih", MORNING)
        case.hidden_at = MORNING if how == "hidden" else None
        case.is_discreet = case.is_discreet or how == "discreet"
        case.is_urgent = how == "urgent"
        if how == "moved":
            case.is_safe = False
            case.conversation_id = telephone(session, "new telephone", village).id
        number = written(session, [village]).id
        announcements.send(session, EVERYWHERE, number, "wayan", MORNING)
    go(database, MORNING)
    with database.reading() as session:
        assert (
            session.scalars(select(OutboxMessage.id).where(OutboxMessage.conversation_id == conversation.id)).all()
            == []
        )


def test_an_ordinary_case_on_a_safe_telephone_does_not_keep_news_away(database, village):
    with database.transaction() as session:
        conversation = telephone(session, "sari", village)
        case = cases.open_case(session, conversation, "pay", MORNING, language="id")
        case_safety.set_safe(session, case, True, MORNING)
        announcements.send(session, EVERYWHERE, written(session, [village]).id, "wayan", MORNING)
    assert len(go(database, MORNING)) == 1


@pytest.mark.parametrize("when", ["before it is worded", "before it is sent"])
def test_who_says_no_meanwhile_does_not_hear_it(database, village, when):
    with database.transaction() as session:
        conversation = telephone(session, "sari", village)
        number = written(session, [village]).id
        announcements.send(session, EVERYWHERE, number, "wayan", MORNING)
    noticing.plan_announcements(database, lambda: MORNING)
    if when == "before it is sent":
        noticing.tell_due(database, "", lambda: MORNING)
    with database.transaction() as session:
        news_consents.note(session, session.get_one(Conversation, conversation.id), False, MORNING)
    noticing.tell_due(database, "", lambda: MORNING)
    with database.transaction() as session:
        assert outbox.claim(session, "telegram", WIDE, LATER) == []
    assert counted(database, number) == Counter(void=1)


def test_on_whatsapp_only_who_wrote_within_a_day_is_told_and_the_others_are_counted(database, village):
    with database.transaction() as session:
        telephone(session, "sari", village, channel="whatsapp")
        telephone(session, "inaq", village, channel="whatsapp").last_incoming_at = MORNING - timedelta(hours=3)
        announcement = written(session, [village])
        reach = announcement_people.reach(session, announcement, MORNING)
        assert (reach.by_channel, reach.cannot) == ({"whatsapp": 1}, 1)
        announcements.send(session, EVERYWHERE, announcement.id, "wayan", MORNING)
    assert len(go(database, MORNING)) == 1
    assert counted(database, announcement.id) == Counter(waiting=1, not_told=1)


def test_it_is_chosen_by_status_and_language(database, village):
    with database.transaction() as session:
        sari, inaq = telephone(session, "sari", village), telephone(session, "inaq", village)
        inaq.language = "sas"
        people.tie(session, people.add(session, "Sari", MORNING, kind="returned"), sari, "self", MORNING)
        returned = announcement_people.reach(session, written(session, [village], kinds=["returned"]), MORNING)
        sasak = announcement_people.reach(session, written(session, [village], languages=["sas"]), MORNING)
        nobody = announcement_people.reach(
            session, written(session, [village], kinds=["returned"], languages=["sas"]), MORNING
        )
    assert (returned.total, sasak.total, nobody.total) == (1, 1, 0)


def test_what_came_of_it_with_each(database, village):
    with database.transaction() as session:
        for name in ("sari", "inaq", "papuq"):
            conversation = telephone(session, name, village)
            people.tie(session, people.add(session, name, MORNING), conversation, "self", MORNING)
        number = written(session, [village]).id
        announcements.send(session, EVERYWHERE, number, "wayan", MORNING)
    go(database, MORNING)
    with database.transaction() as session:
        first, second, third = (each.id for each in outbox.claim(session, "telegram", WIDE, LATER))
        for each in (first, second):
            outbox.record(session, each, Outcome("sent", provider_id=str(each)), MORNING, 1.0)
        outbox.record(session, third, Outcome("permanent", error="no_address"), MORNING, 1.0)
        session.get_one(OutboxMessage, first).delivery = "read"
    assert counted(database, number) == Counter(read=1, sent=1, failed=1)
    wayan = SignedIn("w", "wayan", "Wayan", False, frozenset({(Role.PETUGAS, "52.03.07.2003")}), MORNING)
    with database.transaction() as session:
        sari = session.scalars(select(NewsConsent.conversation_id).order_by(NewsConsent.conversation_id)).first()
        cases.open_case(session, session.get_one(Conversation, sari), "violence", MORNING, language="id")
        rows = announcement_people.recipients(session, session.get_one(Announcement, number), scope_of(wayan))
    assert [(row.name, row.state) for row in rows] == [("Inaq", "sent"), ("Papuq", "failed")], (
        "whose case is restricted is not shown"
    )
    with database.reading() as session:
        rows = announcement_people.recipients(session, session.get_one(Announcement, number), scope_of(wayan), 1)
    assert [row.name for row in rows] == ["Papuq"], "a page further"


def test_who_is_forgotten_is_asked_anew_and_told_nothing(database, village):
    with database.transaction() as session:
        conversation = telephone(session, "sari", village)
        announcements.send(session, EVERYWHERE, written(session, [village]).id, "wayan", MORNING)
    noticing.plan_announcements(database, lambda: MORNING)
    with database.transaction() as session:
        retention.forget(session, session.get_one(Conversation, conversation.id), MORNING)
        assert news_consents.of(session, conversation.id) is None
    assert go(database, MORNING) == []


@pytest.mark.parametrize(
    ("first", "then", "kept"), [(True, False, False), (False, True, True), (True, None, True), (None, None, None)]
)
def test_of_two_conversations_of_one_person_the_last_word_counts(database, village, first, then, kept):
    with database.transaction() as session:
        one, other = (telephone(session, name, village, wants=None) for name in ("a", "b"))
        for conversation, wants, at in ((one, first, MORNING), (other, then, MORNING + timedelta(hours=1))):
            if wants is not None:
                news_consents.note(session, conversation, wants, at)
        news_consents.move(session, {one.id}, other.id)
        found = news_consents.of(session, other.id)
        assert (found.wants if found else None) is kept
        assert news_consents.of(session, one.id) is None


@pytest.mark.parametrize(
    ("texts", "villages", "field"),
    [({"sas": "Araq"}, [1], "text_id"), ({"id": "x" * 1001}, [1], "text_id"), ({"id": "Ada"}, [], "villages")],
)
def test_what_cannot_be_announced(sqlite_database, texts, villages, field):
    with sqlite_database.transaction() as session:
        korleko(session)
        with pytest.raises(AnnouncementInvalid) as refused:
            announcements.save(session, EVERYWHERE, None, Wanted(texts, villages), "wayan", MORNING)
    assert refused.value.field == field


def test_another_village_and_its_announcements_are_not_there(database, village):
    lenek = Scope(frozenset({"52.03.21.2002"}), False)
    with database.transaction() as session:
        korleko(session, "Lenek", "52.03.21.2002")
        number = written(session, [village]).id
        assert announcements.every(session, lenek) == []
        with pytest.raises(NotHere):
            announcements.get(session, lenek, number)
        with pytest.raises(NotHere):
            announcements.save(session, lenek, None, Wanted({"id": "Ada"}, [village]), "calo", MORNING)
