"""Sari's case goes on elsewhere, is put right, or is erased: nobody who must not know of it learns anything on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.turns import Guide
from centre import case_records, case_safety, cases, inbox, joining, outbox
from centre.case_records import Case, CaseEntry, Sending
from centre.case_scopes import scope_of_member
from centre.db import Database
from centre.inbox import Received
from centre.messages import Incoming
from centre.outbox import OutboxMessage
from centre.staff import Role, StaffMember
from centre.staff_channels import StaffChannel
from processes.answering import answer
from processes.telling import tell_families
from tests.bot.chatting import NOW, Chat, settle_villages
from tests.centre.alerted import staff_member

KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"
WORDS = "Gajinya empat bulan tidak dibayar"
REPLY = "Sidang besok jam sembilan"


@pytest.fixture
def villages(database: Database) -> Database:
    with database.transaction() as session:
        settle_villages(session)
        staff_member(session, "Wayan", (Role.PETUGAS, KORLEKO))
        staff_member(session, "Komang", (Role.PETUGAS, LENEK), (Role.COORDINATOR, "52.03"))
        staff_member(session, "Ratna", (Role.COORDINATOR, "52.03"))
    return database


def telephone(database: Database, guide: Guide, name: str = "628123450001", channel: str = "telegram") -> Chat:
    chat = Chat(database, guide, channel=channel, name=name)
    for _ in range(2):
        chat.say("0")
    return chat


@pytest.fixture
def sari(villages: Database, guide: Guide) -> Chat:
    chat = telephone(villages, guide)
    chat.say("desa HJK347")
    return chat


def opened(sari: Chat) -> Case:
    sari.tap("trouble:pay")
    sari.say(WORDS)
    sari.tap("case-enough")
    return case_of(sari)


def case_of(sari: Chat) -> Case:
    with sari.database.reading() as session:
        return session.scalars(select(Case).order_by(Case.id.desc())).first()


def told(sari: Chat, case: Case) -> None:
    """Wayan takes it and says something, which is on its way and has not gone out."""
    with sari.database.transaction() as session:
        held = case_records.hold(session, case.id)
        cases.take(session, held, "Wayan", sari.now)
    tell_families(sari.database, lambda: sari.now)
    sari.arrived()
    with sari.database.transaction() as session:
        cases.reply(session, case_records.hold(session, case.id), "Wayan", REPLY, "r1", sari.now)
    tell_families(sari.database, lambda: sari.now)


def unheard(chat: Chat, message: Incoming) -> None:
    """A message is answered while nothing goes out."""
    chat.now += timedelta(seconds=5)
    with chat.database.transaction() as session:
        inbox.receive(session, [Received(chat.channel, f"{chat.name}{chat.now}", chat.sender, message)], chat.now)
    with chat.database.transaction() as session:
        answer(session, *inbox.claim(session, chat.now), chat.guide, chat.now)


def texts(parts: list) -> str:
    return "\n".join(part.text for part in parts)


def moved(sari: Chat, case: Case) -> Chat:
    """Code and PIN on another telephone."""
    other = telephone(sari.database, sari.guide, "628777")
    other.now = sari.now
    with sari.database.reading() as session:
        pin = case_records.pin_of(session, case)
    unheard(other, Incoming("text", f"{case.code} {pin}"))
    unheard(other, Incoming("tap", code=f"case-here:{case.code}"))
    return other


def test_what_had_not_gone_out_is_said_on_the_new_telephone_and_not_on_the_old(sari: Chat) -> None:
    case = opened(sari)
    told_queue(sari, case)
    other = telephone_quietly(sari, case)
    sari.now = other.now
    assert REPLY not in texts(sari.arrived())
    tell_families(sari.database, lambda: other.now)
    assert REPLY in texts(other.arrived())


def told_queue(sari: Chat, case: Case) -> None:
    told(sari, case)
    with sari.database.reading() as session:
        entry = session.scalars(select(CaseEntry).where(CaseEntry.kind == "reply")).one()
        assert entry.sending == Sending.QUEUED


def telephone_quietly(sari: Chat, case: Case) -> Chat:
    """The other telephone, while the platform takes nothing."""
    other = Chat(sari.database, sari.guide, name="628777")
    other.now = sari.now
    with sari.database.reading() as session:
        pin = case_records.pin_of(session, case)
    unheard(other, Incoming("text", "halo"))
    unheard(other, Incoming("text", f"{case.code} {pin}"))
    unheard(other, Incoming("tap", code=f"case-here:{case.code}"))
    assert case_of(sari).conversation_id == other.conversation().id
    return other


def test_what_was_safe_on_the_old_telephone_is_unknown_on_the_new(sari: Chat) -> None:
    case = opened(sari)
    with sari.database.transaction() as session:
        held = case_records.hold(session, case.id)
        case_safety.set_safe(session, held, True, sari.now)
        case_safety.set_hours(session, held, "morning", sari.now)
        case_safety.set_sharing(session, held, "hanya saya", sari.now)
        case_safety.set_cover_word(session, held, "mangga", sari.now)
    moved(sari, case)
    now = case_of(sari)
    assert (now.is_safe, now.safe_hours, now.cover_lookup) == (None, "any", None)
    with sari.database.reading() as session:
        assert not {"sharing", "cover"} & set(case_records.facts_of(session, session.get_one(Case, case.id)))
        assert case_records.thread(session, case.id)[-1].detail == "moved_here"


def test_who_keeps_the_case_and_erases_the_rest_still_gets_the_answer(sari: Chat) -> None:
    """The older case, closed long ago, goes with the rest."""
    old = opened(sari)
    with sari.database.transaction() as session:
        held = case_records.hold(session, old.id)
        held.state, held.outcome, held.closed_at = "closed", "solved", sari.now
    sari.say("menu")
    case = opened(sari)
    told(sari, case)
    unheard(sari, Incoming("text", "hapus"))
    unheard(sari, Incoming("tap", code="forget:keep"))
    tell_families(sari.database, lambda: sari.now)
    assert REPLY in texts(sari.arrived())
    with sari.database.reading() as session:
        assert session.get_one(Case, old.id).erased_at
        assert session.get_one(Case, case.id).erased_at is None
        assert session.get_one(Case, case.id).is_open


def test_the_village_put_right_before_anybody_took_it(sari: Chat) -> None:
    case = opened(sari)
    sari.say("menu")
    sari.say("desa HJK349")
    now = case_of(sari)
    assert (now.id, now.home_code, now.area) == (case.id, LENEK, LENEK)


def test_the_village_put_right_where_the_village_must_not_know(sari: Chat) -> None:
    """Neither the village of the first word nor the true one, whatever else somebody of it is."""
    sari.say("jangan ke desa saya")
    sari.tap("trouble:deception")
    sari.say("Sekretaris desa minta uang lima juta")
    sari.say("menu")
    sari.say("desa HJK349")
    now = case_of(sari)
    assert (now.home_code, now.earlier_code, now.area) == (LENEK, KORLEKO, "52.03")
    with sari.database.reading() as session:
        members = {each.id: scope_of_member(each) for each in session.scalars(select(StaffMember))}
        seen = {who: scope.includes(session.get_one(Case, now.id)) for who, scope in members.items()}
        found = {who: bool(session.scalars(select(Case).where(scope.covers())).all()) for who, scope in members.items()}
    assert seen == found == {"Wayan": False, "Komang": False, "Ratna": True}


def test_whoever_holds_the_case_reads_that_the_village_is_another(sari: Chat) -> None:
    case = opened(sari)
    with sari.database.transaction() as session:
        cases.take(session, case_records.hold(session, case.id), "Wayan", sari.now)
    sari.say("menu")
    sari.say("desa HJK349")
    sari.say("desa HJK349")
    now = case_of(sari)
    assert (now.home_code, now.area, now.holder_id) == (KORLEKO, KORLEKO, "Wayan")
    with sari.database.reading() as session:
        noted = [entry for entry in case_records.thread(session, case.id) if entry.detail == f"village:{LENEK}"]
        assert [case_records.words_of(session, entry) for entry in noted] == ["Lenek Lauq"]


def test_many_telephones_cannot_try_one_case_after_another_pin(sari: Chat) -> None:
    case = opened(sari)
    with sari.database.reading() as session:
        right = case_records.pin_of(session, case)
    wrong = [f"{number:06}" for number in range(12) if f"{number:06}" != right]
    for number, pin in enumerate(wrong[:10]):
        other = telephone(sari.database, sari.guide, f"62890{number}")
        assert "terlalu sering" not in texts(other.say(f"{case.code} {pin}"))
    last = telephone(sari.database, sari.guide, "62891")
    last.now = sari.now + timedelta(minutes=30)
    assert "terlalu sering dicoba hari ini" in texts(last.say(f"{case.code} {right}"))
    last.now += timedelta(days=1)
    assert "terlalu sering" not in texts(last.say(f"{case.code} {right}"))


def test_who_erases_everything_erases_it_in_the_officers_chat_too(sari: Chat) -> None:
    wayan = telephone(sari.database, sari.guide, "628555")
    staff_chat = wayan.conversation().id
    with sari.database.transaction() as session:
        session.add(StaffChannel(staff_id="Wayan", conversation_id=staff_chat, linked_at=NOW))
    case = opened(sari)
    wayan.now = sari.now
    assert WORDS in texts(wayan.say(f"ambil {case.code}"))
    wayan.say("selesai")
    wayan.say("menu")
    sari.say("hapus")
    sari.tap("forget:all")
    with sari.database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.conversation_id == staff_chat)).all()
        words = [outbox.part_of(session, row).text for row in rows]
        down = [row for row in rows if row.take_down_at]
    assert not [each for each in words if WORDS in each or case_records.shown(case.code) in each]
    assert down, "it is deleted from his telephone too"
    assert [each for each in words if each], "what is not about the case stays"


def test_not_through_my_village_holds_when_two_numbers_turn_out_to_be_one(villages: Database, guide: Guide) -> None:
    one, other = (telephone(villages, guide, name, "whatsapp") for name in ("62881", "62882"))
    one.say("desa HJK347")
    one.say("jangan ke desa saya")
    other.say("desa HJK347")
    left, kept = one.conversation().id, other.conversation().id
    with villages.transaction() as session:
        joining.take_over(session, {left}, kept)
    other.tap("trouble:deception")
    assert case_of(other).bypasses_village
