"""Times with seats: what can be booked, nearest first, and what staff can make."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from centre import bookings, calendars, slots
from centre.areas import Village
from centre.db import Database
from centre.slots import Plan, Slot
from tests.centre.booked import NOW, WAYAN, ask, korleko, person, saturday, telephone, workshop

DAY = date(2026, 12, 12)
NEAR_AND_FAR = {
    "52.03.07.2003": "Korleko",
    "52.03.07.2009": "Tanjung",
    "52.03.21.2002": "Lenek Lauq",
    "52.01.02.2005": "Kuripan",
    "33.07.10.2004": "Kuripan Wonosobo",
}


def settle(session: Session) -> dict[str, Village]:
    return {name: korleko(session, name, code) for code, name in NEAR_AND_FAR.items()}


def names(found: list[Slot]) -> list[str]:
    return [slot.village.name for slot in found]


def test_what_is_near_comes_first_however_early_it_is_elsewhere(database: Database) -> None:
    with database.transaction() as session:
        villages, kind = settle(session), workshop(session)
        for number, village in enumerate(reversed(villages.values())):
            saturday(session, kind, village, day=DAY + timedelta(days=number))
        nearest = ["Korleko", "Tanjung", "Lenek Lauq", "Kuripan"]
        assert names(slots.bookable(session, kind, villages["Korleko"], NOW)) == nearest
        assert names(slots.bookable(session, kind, villages["Korleko"], NOW, limit=2)) == nearest[:2]
        assert names(slots.bookable(session, kind, None, NOW)) == list(reversed(NEAR_AND_FAR.values()))


def test_only_what_can_be_booked_now_is_shown(database: Database) -> None:
    """Bookable from sixty days to an hour before, both to the minute."""
    with database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        slot = saturday(session, kind, village)
        other = workshop(session, slug="pakan-ternak")
        saturday(session, other, village)

        def seen(now: datetime) -> list[int]:
            return [each.id for each in slots.bookable(session, kind, village, now)]

        opens, closes = slot.starts_at - timedelta(days=60), slot.starts_at - timedelta(minutes=60)
        assert (seen(opens - timedelta(minutes=1)), seen(opens)) == ([], [slot.id])
        assert (seen(closes - timedelta(minutes=1)), seen(closes)) == ([slot.id], [])
        bookings.call_off_slot(session, slot.id, "hujan", WAYAN, NOW)
        assert seen(NOW) == []


def test_what_is_shown_can_be_booked_and_what_is_not_cannot(database: Database) -> None:
    with database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        slot, phone = saturday(session, kind, village), telephone(session, "Sari")
        sari = person(session, "Sari", phone)
        closes = slot.starts_at - timedelta(minutes=60)
        with pytest.raises(bookings.TooLate):
            bookings.book(session, ask(slot, sari, phone), closes)
        with pytest.raises(bookings.TooEarly):
            bookings.book(session, ask(slot, sari, phone), slot.starts_at - timedelta(days=60, minutes=1))
        with pytest.raises(bookings.SlotGone):
            bookings.book(session, ask(slot, sari, phone), slot.starts_at)
        assert bookings.book(session, ask(slot, sari, phone), closes - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan(date(2026, 11, 30), time(9), time(12), 2), "past"),
        (Plan(DAY, time(12), time(9), 2), "ends"),
        (Plan(DAY, time(9), time(9), 2), "ends"),
        (Plan(DAY, time(9), time(12), 0), "seats"),
        (Plan(DAY, time(9), time(12), 501), "seats"),
        (Plan(DAY, time(9), time(12), 2, place="x" * 201), "place"),
        (Plan(DAY, time(9), time(12), 2, note="x" * 201), "note"),
    ],
)
def test_a_slot_that_cannot_be_is_refused_by_its_field(sqlite_database: Database, plan: Plan, field: str) -> None:
    with sqlite_database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        with pytest.raises(slots.SlotInvalid) as refused:
            slots.make(session, kind, village, plan, WAYAN, NOW)
        assert refused.value.field == field


def test_one_at_a_time_means_one_seat(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        village, advice = korleko(session), workshop(session, is_group=False, seats=1)
        with pytest.raises(slots.SlotInvalid):
            saturday(session, advice, village, seats=2)
        assert saturday(session, advice, village, seats=1).seats == 1


def test_staff_may_insist_on_a_holiday(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        christmas = Plan(date(2026, 12, 25), time(9), time(12), 2)
        with pytest.raises(slots.CentreClosed):
            slots.make(session, kind, village, christmas, WAYAN, NOW)
        assert slots.make(session, kind, village, christmas, WAYAN, NOW, insist=True).is_open


def test_a_morning_of_consultation_is_cut_into_slots() -> None:
    cut = slots.cut(Plan(DAY, time(8), time(10), 1), 45)
    assert [(each.begins, each.ends) for each in cut] == [(time(8), time(8, 45)), (time(8, 45), time(9, 30))]
    for minutes in (0, -30, 4, 121):
        with pytest.raises(slots.SlotInvalid):
            slots.cut(Plan(DAY, time(8), time(10), 1), minutes)


def test_the_last_hour_before_midnight_is_a_slot_of_its_own_day(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        slot = slots.make(session, kind, village, Plan(DAY, time(0, 30), time(1), 2), WAYAN, NOW)
        assert calendars.local(slot.starts_at, slot.zone).date() == DAY
        assert [each.id for each in slots.between(session, [village.id], slot.starts_at, slot.ends_at)] == [slot.id]
        assert not slots.between(session, [village.id], slot.ends_at, slot.ends_at + timedelta(days=1))


def test_numbers_of_old_and_forged_buttons_find_nothing(database: Database) -> None:
    with database.transaction() as session:
        kind, village = workshop(session), korleko(session)
        slot = saturday(session, kind, village)
        for number in (0, -1, 2**63, 10**30, slot.id + 1):
            assert slots.get(session, number) is None
            assert slots.hold(session, number) == {}
        assert list(slots.hold(session, slot.id, 0, slot.id)) == [slot.id]


def test_of_a_series_the_later_ones_that_stand(database: Database) -> None:
    with database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        made, _ = slots.make_weekly(
            session, kind, village, Plan(date(2026, 12, 2), time(9), time(12), 2), 4, WAYAN, NOW
        )
        alone = saturday(session, kind, village)
        bookings.call_off_slot(session, made[2].id, "hujan", WAYAN, NOW)
        assert slots.of_series(session, made[1]) == [made[1].id, made[3].id]
        assert slots.of_series(session, alone) == [alone.id]
        with pytest.raises(slots.SlotInvalid):
            slots.make_weekly(session, kind, village, Plan(DAY, time(9), time(12), 2), 54, WAYAN, NOW)
