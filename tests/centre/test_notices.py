"""What people are told about their places: when, once, and to their own telephone."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import bookings, calendars, notices, slots
from centre.bookings import Booking, State
from centre.conversations import Conversation
from centre.db import Database, open_database
from centre.notices import Notice
from centre.slots import Plan, Slot
from processes import noticing
from tests.centre.booked import NOW, WAYAN, ask, korleko, person, telephone, workshop
from tests.centre.test_calendars_clock import WIB, WIT, WITA, at


def a_slot(session: Session, begins: datetime, zone: str = WITA, seats: int = 1, **rules: object) -> Slot:
    village, kind = korleko(session), workshop(session, **rules)
    village.time_zone = zone
    there = calendars.local(begins, zone)
    ends = (there + timedelta(hours=1)).time()
    return slots.make(session, kind, village, Plan(there.date(), there.time(), ends, seats), WAYAN, NOW, insist=True)


def book(session: Session, slot: Slot, name: str, now: datetime = NOW) -> Booking:
    """A place, or a place in line when it is full."""
    phone = telephone(session, name)
    return bookings.wait(session, ask(slot, person(session, name, phone), phone), now)


def planned(session: Session, booking: Booking, *states: str) -> list[tuple[str, datetime]]:
    own = select(Notice).where(Notice.booking_id == booking.id, Notice.state.in_(states or ("due",)))
    return [(each.kind, each.due_at) for each in session.scalars(own.order_by(Notice.due_at, Notice.id))]


def tell(session: Session, now: datetime) -> list[str]:
    """Take and tell what is due, as the worker does; gives the kinds."""
    told = []
    for number in notices.due(session, now):
        if taken := notices.take(session, number, now):
            notices.told(taken[0], now)
            told.append(taken[0].kind)
    return told


@pytest.mark.parametrize("zone", [WIB, WITA, WIT])
@pytest.mark.parametrize(
    ("begins", "two_days_before", "on_the_day"),
    [
        ((2026, 12, 12, 9, 0), (2026, 12, 10, 9), (2026, 12, 12, 6)),
        ((2026, 12, 12, 7, 0), (2026, 12, 10, 9), (2026, 12, 12, 6)),
        ((2026, 12, 12, 6, 59), (2026, 12, 10, 9), (2026, 12, 11, 18)),
        ((2026, 12, 12, 0, 30), (2026, 12, 10, 9), (2026, 12, 11, 18)),
        ((2027, 1, 1, 0, 30), (2026, 12, 30, 9), (2026, 12, 31, 18)),
        ((2027, 1, 1, 10, 0), (2026, 12, 30, 9), (2027, 1, 1, 6)),
    ],
)
def test_reminded_two_days_before_and_on_the_morning_or_the_evening_before(
    sqlite_database: Database,
    zone: str,
    begins: tuple[int, ...],
    two_days_before: tuple[int, ...],
    on_the_day: tuple[int, ...],
) -> None:
    with sqlite_database.transaction() as session:
        hers = book(session, a_slot(session, at(zone, *begins), zone), "Sari")
        assert planned(session, hers) == [("reminder", at(zone, *two_days_before)), ("today", at(zone, *on_the_day))]


def test_who_has_just_booked_is_not_reminded_of_what_they_have_just_read(database: Database) -> None:
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9), seats=3)
        late = at(WITA, 2026, 12, 10, 7, 30)
        assert planned(session, book(session, slot, "Sari", late)) == [("today", at(WITA, 2026, 12, 12, 6))]
        dawn = at(WITA, 2026, 12, 12, 5)
        assert planned(session, book(session, slot, "Wayan", dawn)) == []


@pytest.mark.parametrize("hold_minutes", [10, 60, 240])
@pytest.mark.parametrize("zone", [WIB, WITA, WIT])
def test_a_seat_that_falls_free_at_eleven_at_night_is_offered_at_six_and_held_from_then(
    sqlite_database: Database, zone: str, hold_minutes: int
) -> None:
    with sqlite_database.transaction() as session:
        slot = a_slot(session, at(zone, 2026, 12, 12, 9), zone, hold_minutes=hold_minutes)
        hers, his = book(session, slot, "Sari"), book(session, slot, "Wayan")
        night, morning = at(zone, 2026, 12, 5, 23), at(zone, 2026, 12, 6, 6)
        bookings.cancel(session, hers.id, "family", night)

        assert (his.state, his.offer_until) == (State.OFFERED, morning + timedelta(minutes=hold_minutes))
        assert planned(session, his) == [("offer", morning)]
        assert tell(session, morning - timedelta(seconds=1)) == []
        assert tell(session, morning) == ["offer"]
        assert bookings.lapse(session, slot.id, morning + timedelta(minutes=hold_minutes - 1)) == 0
        assert bookings.accept(session, his.id, "family", morning + timedelta(minutes=1)).state == State.BOOKED


def test_a_seat_that_falls_free_in_the_night_before_is_offered_at_once(database: Database) -> None:
    """It begins at seven: at six it would be too late."""
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 7), cancel_minutes=0)
        hers, his = book(session, slot, "Sari"), book(session, slot, "Wayan")
        night = at(WITA, 2026, 12, 12, 1)
        bookings.cancel(session, hers.id, "family", night)
        assert his.offer_until == night + timedelta(hours=4)
        assert tell(session, night) == ["offer"]


def test_an_offer_made_just_before_eight_is_told_though_she_was_writing(database: Database) -> None:
    """Until she pauses it is night; waiting for the morning would cost her the seat without a word."""
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9))
        hers, his = book(session, slot, "Sari"), book(session, slot, "Wayan")
        evening = at(WITA, 2026, 12, 5, 19, 59)
        assert his.conversation_id is not None
        session.get_one(Conversation, his.conversation_id).last_incoming_at = evening
        bookings.cancel(session, hers.id, "family", evening)

        assert tell(session, evening) == []
        assert tell(session, evening + notices.LULL) == ["offer"]


def test_a_clock_that_jumps_back_an_hour_reminds_once(database: Database) -> None:
    with database.transaction() as session:
        book(session, a_slot(session, at(WITA, 2026, 12, 12, 9)), "Sari")
        due = at(WITA, 2026, 12, 10, 9)
        told = [tell(session, due + timedelta(minutes=minutes)) for minutes in (0, 1, -59, -1, 0, 1, 61)]
        assert told == [["reminder"], [], [], [], [], [], []]


def test_an_offer_is_not_given_to_two_when_the_clock_jumps_back(database: Database) -> None:
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9))
        hers, his, third = (book(session, slot, name) for name in ("Sari", "Wayan", "Rohani"))
        bookings.cancel(session, hers.id, "family", NOW)
        over = NOW + timedelta(hours=4)
        assert bookings.lapse(session, slot.id, over) == 1
        assert bookings.lapse(session, slot.id, over - timedelta(hours=1)) == 0
        with pytest.raises(bookings.OfferLapsed):
            bookings.accept(session, his.id, "family", over - timedelta(hours=1))
        assert (his.state, third.state) == (State.LAPSED, State.OFFERED)


def test_two_schedulers_take_each_notice_once(database: Database) -> None:
    """Both see the same ten due, and both try every one of them."""
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9), seats=10)
        for number in range(10):
            book(session, slot, "Sari" + "abcdefghij"[number])
    due, ready = at(WITA, 2026, 12, 10, 9), threading.Barrier(2, timeout=10)

    def scheduler(own: Database) -> list[int]:
        with own.reading() as session:
            waiting = notices.due(session, due)
        ready.wait()
        return [number for number in waiting if _tell_one(own, number, due)]

    told = _by_two(database, scheduler)
    assert len(told) == len(set(told)) == 10


def test_two_schedulers_let_each_offer_lapse_once(database: Database) -> None:
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9))
        places = [book(session, slot, name) for name in ("Sari", "Wayan", "Rohani", "Udin")]
        bookings.cancel(session, places[0].id, "family", NOW)
    over, ready = NOW + timedelta(hours=5), threading.Barrier(2, timeout=10)

    def scheduler(own: Database) -> list[int]:
        ready.wait()
        return [noticing.lapse_offers(own, lambda: over)]

    assert sum(_by_two(database, scheduler)) == 1
    with database.reading() as session:
        states = session.scalars(select(Booking.state).order_by(Booking.id)).all()
    assert states == [State.CANCELLED, State.LAPSED, State.OFFERED, State.WAITING]


def test_moved_away_and_back_the_reminder_counts_again_and_once(database: Database) -> None:
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9))
        plan = Plan(date(2026, 12, 19), time(9), time(10), 2)
        other = slots.make(session, slot.type, slot.village, plan, WAYAN, NOW, insist=True)
        hers = book(session, slot, "Sari")
        first = planned(session, hers)
        bookings.move(session, hers.id, other.id, "family", NOW)
        assert planned(session, hers) == [
            ("reminder", at(WITA, 2026, 12, 17, 9)),
            ("today", at(WITA, 2026, 12, 19, 6)),
        ]
        bookings.move(session, hers.id, slot.id, "family", NOW)
        assert planned(session, hers) == first
        assert tell(session, at(WITA, 2026, 12, 20, 9)) == [], "what was of use before it began is too late now"


def test_reminders_follow_a_slot_that_staff_move(database: Database) -> None:
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9))
        hers = book(session, slot, "Sari")
        plan = Plan(date(2026, 12, 14), time(6), time(8), 1)
        bookings.change_slot(session, slot.id, plan, "guru sakit", WAYAN, NOW, insist=True)
        assert planned(session, hers) == [
            ("moved", NOW),
            ("reminder", at(WITA, 2026, 12, 12, 9)),
            ("today", at(WITA, 2026, 12, 13, 18)),
        ]


def test_who_is_excused_by_mistake_is_reminded_again(database: Database) -> None:
    with database.transaction() as session:
        hers = book(session, a_slot(session, at(WITA, 2026, 12, 12, 9)), "Sari")
        before = planned(session, hers)
        bookings.mark(session, hers.id, State.EXCUSED, "staff:1", NOW)
        assert planned(session, hers) == []
        bookings.mark(session, hers.id, State.BOOKED, "staff:1", NOW)
        assert planned(session, hers) == before


def test_who_stands_before_a_closed_door_still_hears_that_it_is_off(database: Database) -> None:
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9))
        book(session, slot, "Sari")
        too_late = at(WITA, 2026, 12, 12, 9, 5)
        assert tell(session, at(WITA, 2026, 12, 12, 6)) == ["today"]
        bookings.call_off_slot(session, slot.id, "guru sakit", WAYAN, too_late)
        assert tell(session, too_late) == ["cancelled"]


def test_who_came_after_all_is_not_told_that_they_were_missed(database: Database) -> None:
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9))
        hers = book(session, slot, "Sari")
        begun = at(WITA, 2026, 12, 12, 9, 10)
        bookings.mark(session, hers.id, State.ABSENT, "staff:1", begun)
        bookings.mark(session, hers.id, State.CAME, "staff:1", begun + timedelta(minutes=5))
        assert "missed" not in tell(session, begun + timedelta(hours=3))
        bookings.mark(session, hers.id, State.ABSENT, "staff:1", begun + timedelta(hours=3))
        assert tell(session, begun + timedelta(hours=6)) == ["missed"]


def test_after_a_worker_s_rest_one_reminder_is_enough(database: Database) -> None:
    with database.transaction() as session:
        book(session, a_slot(session, at(WITA, 2026, 12, 12, 9)), "Sari")
        assert tell(session, at(WITA, 2026, 12, 12, 6)) == ["today"]


def test_an_offer_taken_from_the_list_is_not_made_again(database: Database) -> None:
    with database.transaction() as session:
        slot = a_slot(session, at(WITA, 2026, 12, 12, 9))
        hers, his = book(session, slot, "Sari"), book(session, slot, "Wayan")
        bookings.cancel(session, hers.id, "family", NOW)
        bookings.accept(session, his.id, "family", NOW)
        assert tell(session, NOW + timedelta(minutes=5)) == []


def _tell_one(database: Database, number: int, now: datetime) -> bool:
    with database.transaction() as session:
        taken = notices.take(session, number, now)
        if taken:
            notices.told(taken[0], now)
        return taken is not None


def _by_two(database: Database, job: object) -> Sequence[int]:
    second = open_database(database.engine.url.render_as_string(hide_password=False), database.vault)
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(job, own) for own in (database, second)]  # type: ignore[arg-type]
        found: list[int] = [number for each in done for number in each.result(30)]
    second.engine.dispose()
    return found
