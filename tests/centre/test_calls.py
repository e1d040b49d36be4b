"""Sari must hear that her training was called off, and our message does not reach her: staff telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from centre import bookings, calls, conversations, notices, outbox, people
from centre.areas import Village
from centre.bookings import Ask
from centre.calls import Number
from centre.case_scopes import CaseScope
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.desk import NotHere
from centre.messages import Outgoing
from centre.notices import Notice
from centre.people import Person
from centre.staff import Scope
from tests.centre import booked
from tests.centre.booked import NOW, WAYAN, korleko, person, saturday, workshop

KORLEKO, LENEK = (Scope(frozenset({code}), False) for code in ("52.03.07.2003", "52.03.21.2002"))
CASES = CaseScope(WAYAN, *4 * [Scope(frozenset(), False)])
HOLDER = "628123456789"


def called_off(session: Session, who: Person, conversation: Conversation | None = None, village: Village | None = None):
    """Her slot is called off; gives the notice about it, as the worker left it."""
    slot = saturday(session, workshop(session, slug=f"latihan-{who.id}"), village or korleko(session))
    ask = Ask(slot.id, who.id, conversation.id if conversation else None, "family")
    bookings.book(session, ask, NOW)
    bookings.call_off_slot(session, slot.id, "pelatih sakit", WAYAN, NOW)
    notice = session.query(Notice).filter_by(kind="cancelled", slot_id=slot.id).one()
    if notices.take(session, notice.id, NOW):
        notices.told(notice, NOW)
    session.flush()
    return notice


def telephone(session: Session, number: str = HOLDER) -> Conversation:
    return booked.telephone(session, number)


def test_who_has_no_address_is_on_the_list_with_what_and_when(database: Database) -> None:
    with database.transaction() as session:
        notice = called_off(session, person(session, "Sari"))
        [row] = calls.calls(session, KORLEKO, CASES, NOW)
        assert (row.notice, row.person.name, row.why_not) == (notice, "Sari", "no_address")
        assert row.slot.starts_at == row.notice.useful_until
        assert row.village.name == "Korleko"
        assert calls.count(session, KORLEKO, CASES) == 1


def test_a_list_is_of_ones_own_villages_only(database: Database) -> None:
    with database.transaction() as session:
        notice = called_off(session, person(session, "Sari"))
        assert calls.calls(session, LENEK, CASES, NOW) == []
        assert calls.count(session, LENEK, CASES) == 0
        for unknown in (notice.id, 999):
            with pytest.raises(NotHere):
                calls.call(session, LENEK, CASES, unknown)
        with pytest.raises(NotHere):
            calls.made(session, LENEK, CASES, notice.id, WAYAN, NOW)
        assert notice.seen_by is None


def test_after_the_call_it_is_off_the_list_and_nobody_calls_twice(database: Database) -> None:
    with database.transaction() as session:
        notice = called_off(session, person(session, "Sari"))
        calls.made(session, KORLEKO, CASES, notice.id, WAYAN, NOW)
        assert (notice.seen_by, notice.seen_at) == (WAYAN, NOW)
        assert calls.calls(session, KORLEKO, CASES, NOW) == []
        with pytest.raises(NotHere):
            calls.made(session, KORLEKO, CASES, notice.id, "another", NOW)


@pytest.mark.parametrize(
    ("state", "error", "why"),
    [
        ("failed", "template_missing", "template_missing"),
        ("failed", "window_closed", "window_closed"),
        ("expired", None, "too_late"),
        ("dropped", None, "blocked"),
        ("sent", None, None),
        ("open", None, None),
    ],
)
def test_what_became_of_the_message_says_why(
    database: Database, state: str, error: str | None, why: str | None
) -> None:
    with database.transaction() as session:
        phone = telephone(session)
        notice = called_off(session, person(session, "Sari", phone), phone)
        for row in outbox.queue(session, phone, notice.cause, [Outgoing("Dibatalkan")], NOW):
            row.state, row.error = outbox.State(state), error
        session.flush()
        assert [row.why_not for row in calls.calls(session, KORLEKO, CASES, NOW)] == ([why] if why else [])


@pytest.mark.parametrize(("column", "why"), [("stopped_at", "stopped"), ("blocked_at", "blocked")])
def test_who_does_not_want_messages_is_called(database: Database, column: str, why: str) -> None:
    with database.transaction() as session:
        phone = telephone(session)
        setattr(phone, column, NOW)
        called_off(session, person(session, "Sari", phone), phone)
        assert [row.why_not for row in calls.calls(session, KORLEKO, CASES, NOW)] == [why]


def test_the_soonest_come_first_and_those_over_last(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        first, second, third = (
            called_off(session, person(session, name), village=village) for name in ("Sari", "Wayan", "Rohani")
        )
        for notice, days in ((first, 9), (second, 2), (third, -3)):
            slot = calls.call(session, KORLEKO, CASES, notice.id).slot
            slot.starts_at, slot.ends_at = NOW + timedelta(days=days), NOW + timedelta(days=days, hours=2)
        session.flush()
        assert [row.notice for row in calls.calls(session, KORLEKO, CASES, NOW)] == [second, first, third]
        assert [row.notice for row in calls.calls(session, KORLEKO, CASES, NOW, 2)] == [third]


def test_the_number_told_at_the_desk_comes_before_the_telephone_it_was_booked_from(database: Database) -> None:
    with database.transaction() as session:
        phone = telephone(session)
        phone.blocked_at = NOW
        sari = person(session, "Sari", phone)
        row = calls.call(session, KORLEKO, CASES, called_off(session, sari, phone).id)
        assert calls.number_of(session, row) == Number(f"+{HOLDER}", is_whatsapp=True, relation="self")
        people.set_phone(session, sari, "0812 3456")
        assert calls.number_of(session, row) == Number("08123456", is_whatsapp=False)


def test_a_childs_call_goes_to_the_parents_telephone_and_says_so(database: Database) -> None:
    with database.transaction() as session:
        phone = telephone(session)
        phone.stopped_at = NOW
        row = calls.call(
            session, KORLEKO, CASES, called_off(session, person(session, "Dewi", phone, "child"), phone).id
        )
        assert calls.number_of(session, row) == Number(f"+{HOLDER}", is_whatsapp=True, relation="child")


def test_no_number_is_made_of_another_channel_or_of_who_asked_to_be_forgotten(database: Database) -> None:
    with database.transaction() as session:
        chat = session.get_one(
            Conversation, conversations.of_sender(session, Sender("telegram", (("chat", HOLDER),)), NOW)
        )
        chat.blocked_at = NOW
        village = korleko(session)
        row = calls.call(session, KORLEKO, CASES, called_off(session, person(session, "Sari", chat), chat, village).id)
        assert calls.number_of(session, row) is None
        leaving = telephone(session)
        leaving.blocked_at = NOW
        row = calls.call(
            session, KORLEKO, CASES, called_off(session, person(session, "Wayan", leaving), leaving, village).id
        )
        assert calls.number_of(session, row)
        leaving.closing_at = NOW
        assert calls.number_of(session, row) is None


def test_a_number_that_cannot_be_opened_is_none(database: Database) -> None:
    with database.transaction() as session:
        phone = telephone(session)
        phone.blocked_at = NOW
        row = calls.call(session, KORLEKO, CASES, called_off(session, person(session, "Sari", phone), phone).id)
        phone.sealed_sender = b"\x09damaged"
        assert calls.number_of(session, row) is None


def test_who_was_forgotten_is_not_called(database: Database) -> None:
    with database.transaction() as session:
        sari = person(session, "Sari")
        called_off(session, sari)
        people.erase(session, sari)
        session.expire_all()
        assert calls.calls(session, KORLEKO, CASES, NOW) == []
