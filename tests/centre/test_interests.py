"""Who asked to hear of new dates hears of one that can be booked, once; and until then the wish is not lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import bookings, interests, notices, outbox, retention, slots
from centre.areas import Village
from centre.booking_types import BookingType
from centre.conversations import Conversation
from centre.db import Database
from centre.interests import Interest
from centre.notices import Notice
from centre.outbox import OutboxMessage
from centre.slots import Plan, Slot
from processes import noticing
from tests.centre.booked import NOW, WAYAN, korleko, person, telephone, workshop

NIGHT = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
"""Nine in the evening in Korleko."""
MORNING = NIGHT + timedelta(hours=9)


@pytest.fixture
def sari(database: Database) -> Database:
    """Sari waits for a training in Korleko."""
    with database.transaction() as session:
        phone = telephone(session, "6281")
        phone.village_id = korleko(session).id
        interests.note(session, workshop(session).id, phone, NOW)
    return database


def make(database: Database, day: date, now: datetime, begins: time = time(9)) -> int:
    """Staff make a slot; gives its number."""
    with database.transaction() as session:
        kind, village = session.scalars(select(BookingType)).one(), korleko_of(session)
        ends = time(begins.hour + 1, begins.minute)
        slot = slots.make(session, kind, village, Plan(day, begins, ends, 2), WAYAN, now, insist=True)
        interests.tell(session, slot, now)
        return slot.id


def korleko_of(session: Session) -> Village:
    return session.scalars(select(Village)).one()


def call_off(database: Database, slot_id: int, now: datetime) -> None:
    with database.transaction() as session:
        bookings.call_off_slot(session, slot_id, "salah tanggal", WAYAN, now)


def tell(database: Database, now: datetime) -> list[int | None]:
    """What the worker does; gives the slots that have been told of so far."""
    noticing.tell_due(database, "", lambda: now)
    with database.reading() as session:
        causes = session.scalars(select(OutboxMessage.cause).order_by(OutboxMessage.id)).all()
        told = [session.get_one(Notice, int(cause.removeprefix("notice:"))) for cause in causes]
        return [notice.slot_id for notice in told]


def is_fulfilled(database: Database) -> bool:
    with database.reading() as session:
        return session.scalars(select(Interest)).one().told_at is not None


def test_the_first_date_that_is_told_fulfils_the_wish(sari: Database) -> None:
    """Three are made in one night; in the morning she hears of one."""
    made = [make(sari, date(2026, 12, day), NIGHT) for day in (5, 6, 7)]
    assert not is_fulfilled(sari), "she has heard of nothing yet"
    assert tell(sari, NIGHT) == []
    assert tell(sari, MORNING) == made[:1]
    assert is_fulfilled(sari)
    make(sari, date(2026, 12, 8), MORNING)
    assert tell(sari, MORNING + timedelta(hours=1)) == made[:1]


def test_a_date_called_off_before_she_heard_of_it_costs_no_wish(sari: Database) -> None:
    wrong = make(sari, date(2026, 12, 5), NIGHT)
    call_off(sari, wrong, NIGHT)
    right = make(sari, date(2026, 12, 6), NIGHT)
    assert tell(sari, MORNING) == [right]


def test_she_hears_of_the_next_when_the_first_is_called_off(sari: Database) -> None:
    """A morning of consultation is told by its first hour; when that falls out, by the next."""
    with sari.transaction() as session:
        kind, village = session.scalars(select(BookingType)).one(), korleko_of(session)
        hours = slots.cut(Plan(date(2026, 12, 5), time(9), time(12), 1), 60)
        made = [slots.make(session, kind, village, each, WAYAN, NIGHT, insist=True) for each in hours]
        interests.tell(session, made[0], NIGHT)
        first, second = made[0].id, made[1].id
    call_off(sari, first, NIGHT)
    assert tell(sari, MORNING) == [second]


def test_what_is_closed_already_costs_no_wish(sari: Database) -> None:
    make(sari, date(2026, 12, 1), NOW, begins=time(10, 30))  # in half an hour; bookings close an hour before
    assert tell(sari, NOW) == []
    open_ = make(sari, date(2026, 12, 5), NOW)
    assert tell(sari, NOW) == [open_]


def test_she_hears_of_a_date_when_it_can_be_booked(sari: Database) -> None:
    """It opens sixty days before."""
    far = make(sari, date(2027, 2, 20), NOW)
    with sari.reading() as session:
        slot = session.get_one(Slot, far)
        opens = slot.type.earliest(slot.starts_at)
    assert tell(sari, opens - timedelta(seconds=1)) == []
    assert tell(sari, opens) == [far]


def test_what_comes_sooner_is_told_sooner(sari: Database) -> None:
    make(sari, date(2027, 2, 20), NOW)
    near = make(sari, date(2026, 12, 5), NOW)
    assert tell(sari, NOW) == [near]
    assert tell(sari, NOW + timedelta(days=60)) == [near]


def test_who_could_not_be_told_still_waits(sari: Database) -> None:
    """She said `berhenti` and comes back: the next date is told."""
    make(sari, date(2026, 12, 5), NOW)
    with sari.transaction() as session:
        session.scalars(select(Conversation)).one().stopped_at = NOW
    assert tell(sari, NOW) == []
    assert not is_fulfilled(sari)
    with sari.transaction() as session:
        session.scalars(select(Conversation)).one().stopped_at = None
    later = make(sari, date(2026, 12, 6), NOW)
    assert tell(sari, NOW) == [later]


def test_a_wish_keeps_its_conversation_for_a_year(sari: Database) -> None:
    for after, gone in ((retention.IDLE + timedelta(days=1), 0), (interests.KEPT, 1)):
        with sari.transaction() as session:
            assert retention.sweep(session, NOW + after) == gone


def test_a_wish_lapses_after_a_year_and_asking_again_renews_it(sari: Database) -> None:
    year = NOW + interests.KEPT
    with sari.transaction() as session:
        session.scalars(select(Conversation)).one().last_incoming_at = year
        kind = session.scalars(select(BookingType)).one()
        slot = slots.make(
            session, kind, korleko_of(session), Plan(date(2027, 12, 10), time(9), time(12), 2), WAYAN, year, insist=True
        )
        assert interests.tell(session, slot, year) == 0
        interests.note(session, kind.id, session.scalars(select(Conversation)).one(), year)
        assert interests.tell(session, slot, year) == 1
        retention.forget_old(session, year)
        assert len(session.scalars(select(Interest)).all()) == 1
        retention.forget_old(session, year + interests.KEPT)
        assert session.scalars(select(Interest)).all() == []


def test_those_who_must_stay_do_not_keep_others_from_going(sari: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    with sari.transaction() as session:
        telephone(session, "6282")
    with sari.transaction() as session:
        assert retention.sweep(session, NOW + retention.IDLE + timedelta(days=1)) == 1


def test_what_has_still_to_be_told_keeps_its_conversation(database: Database) -> None:
    """Ninety days after her last message the slot is called off in the evening; in the morning she is told."""
    with database.transaction() as session:
        phone = telephone(session, "6281", NIGHT - retention.IDLE - timedelta(days=1))
        slot = slots.make(
            session, workshop(session), korleko(session), Plan(date(2026, 12, 5), time(9), time(12), 2), WAYAN, NOW
        )
        bookings.book(session, bookings.Ask(slot.id, person(session, "Sari", phone).id, phone.id, "family"), NOW)
        bookings.call_off_slot(session, slot.id, "banjir", WAYAN, NIGHT)
    with database.transaction() as session:
        assert retention.sweep(session, NIGHT) == 0
    assert noticing.tell_due(database, "", lambda: MORNING) == 1
    with database.transaction() as session:
        assert session.scalars(select(Notice.state).where(Notice.kind == "cancelled")).all() == [notices.State.TOLD]
        session.scalars(select(OutboxMessage)).one().state = outbox.State.SENT
        assert retention.sweep(session, MORNING) == 1
