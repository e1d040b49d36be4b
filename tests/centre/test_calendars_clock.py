"""Village time: midnight, night, the turn of the year, and days on which nobody is at the centre, in WIB, WITA and WIT."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from centre import calendars, slots
from centre.calendars import Closed
from centre.db import Database
from centre.slots import Plan
from tests.centre.booked import NOW, WAYAN, korleko, workshop

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
HOURS_AHEAD = {WIB: 7, WITA: 8, WIT: 9}
ZONES = pytest.mark.parametrize("zone", [WIB, WITA, WIT])
SPRING = datetime(2026, 2, 1, tzinfo=UTC)


def at(zone: str, *clock: int) -> datetime:
    """What the village's clock shows, in UTC, reckoned without any library of zones."""
    return datetime(*clock, tzinfo=UTC) - timedelta(hours=HOURS_AHEAD[zone])  # type: ignore[misc, arg-type]


@ZONES
def test_half_past_midnight_belongs_to_the_new_day(zone: str) -> None:
    moment = calendars.moment(date(2026, 12, 12), time(0, 30), zone)
    assert moment == at(zone, 2026, 12, 12, 0, 30)
    assert moment.astimezone(UTC).day == 11, "in UTC it is still the day before"
    assert calendars.local(moment.astimezone(UTC), zone).date() == date(2026, 12, 12)


@ZONES
@pytest.mark.parametrize(
    ("clock", "is_night"),
    [((19, 59, 59), False), ((20, 0), True), ((23, 59), True), ((0, 0), True), ((5, 59, 59), True), ((6, 0), False)],
)
def test_nobody_is_woken_between_eight_and_six(zone: str, clock: tuple[int, ...], is_night: bool) -> None:
    now = at(zone, 2026, 12, 12, *clock)
    assert calendars.is_quiet(now, zone) == is_night
    assert (calendars.waking(now, zone) == now) == (not is_night)


@ZONES
def test_the_night_of_the_year_s_end_is_over_at_six_in_the_new_year(zone: str) -> None:
    morning = at(zone, 2027, 1, 1, 6)
    assert calendars.waking(at(zone, 2026, 12, 31, 20), zone) == morning
    assert calendars.waking(at(zone, 2026, 12, 31, 23, 59), zone) == morning
    assert calendars.waking(at(zone, 2027, 1, 1, 0, 1), zone) == morning
    assert calendars.waking(at(zone, 2027, 1, 1, 5, 59), zone) == morning


def test_one_instant_is_night_in_jayapura_and_day_in_jakarta() -> None:
    now = datetime(2026, 12, 12, 11, 30, tzinfo=UTC)
    assert [calendars.is_quiet(now, zone) for zone in (WIB, WITA, WIT)] == [False, False, True]


def test_nyepi_and_idul_fitri_of_2026_are_known() -> None:
    assert calendars.holiday_on(date(2026, 3, 19)) == "Hari Suci Nyepi"
    assert "Idul Fitri" in (calendars.holiday_on(date(2026, 3, 21)) or "")
    assert "Idul Fitri" in (calendars.holiday_on(date(2026, 3, 22)) or "")
    assert calendars.holiday_on(date(2026, 3, 18)) is None


@ZONES
def test_a_holiday_is_the_village_s_day(sqlite_database: Database, zone: str) -> None:
    """Half past midnight of Nyepi is closed, though in UTC it is the day before; so is its last hour, but not the next."""
    with sqlite_database.transaction() as session:
        village = korleko(session)

        def closed(*clock: int) -> Closed | None:
            begins = at(zone, *clock)
            return calendars.closed(session, village.id, begins, begins + timedelta(minutes=30), zone)

        nyepi = Closed("holiday", "Hari Suci Nyepi")
        assert closed(2026, 3, 18, 23, 0) is None
        assert closed(2026, 3, 19, 0, 30) == closed(2026, 3, 19, 23, 0) == nyepi
        assert closed(2026, 3, 20, 0, 0) is None


def test_a_weekly_series_passes_over_holidays_and_absences(database: Database) -> None:
    with database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        calendars.add_absence(session, village.id, date(2026, 4, 1), date(2026, 4, 2), "pelatihan kader", WAYAN, SPRING)

        made, passed = slots.make_weekly(
            session, kind, village, Plan(date(2026, 3, 5), time(9), time(12), 4), 7, WAYAN, SPRING
        )

        days = [calendars.local(slot.starts_at, village.time_zone).date() for slot in made]
        assert days == [date(2026, 3, day) for day in (5, 12, 26)] + [date(2026, 4, day) for day in (9, 16)]
        assert [(each.day, each.closed) for each in passed] == [
            (date(2026, 3, 19), Closed("holiday", "Hari Suci Nyepi")),
            (date(2026, 4, 2), Closed("absence", "pelatihan kader")),
        ]
        assert len({slot.series for slot in made}) == 1


def test_a_series_over_the_year_s_end_keeps_its_hour_and_leaves_out_christmas_and_new_year(database: Database) -> None:
    with database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        made, passed = slots.make_weekly(
            session, kind, village, Plan(date(2026, 12, 18), time(0, 30), time(2), 4), 4, WAYAN, NOW
        )
        assert [slot.starts_at for slot in made] == [
            at(WITA, 2026, 12, 18, 0, 30),
            at(WITA, 2027, 1, 8, 0, 30),
        ]
        assert [each.day for each in passed] == [date(2026, 12, 25), date(2027, 1, 1)]


def test_opening_hours_hold_from_begin_to_end(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        calendars.set_hours(session, village.id, [(2, time(8), time(12)), (2, time(13), time(15))])

        def closed(begins: tuple[int, int], ends: tuple[int, int], day: int = 2) -> Closed | None:
            there = [at(WITA, 2026, 12, day, *clock) for clock in (begins, ends)]
            return calendars.closed(session, village.id, *there, village.time_zone)

        assert closed((8, 0), (12, 0)) is None
        assert closed((13, 0), (15, 0)) is None
        assert closed((11, 0), (13, 30)) == Closed("hours"), "nobody is there at noon"
        assert closed((7, 59), (9, 0)) == Closed("hours")
        assert closed((8, 0), (12, 0), day=3) == Closed("hours"), "Thursday is not filled in, so closed"


def test_a_week_that_ends_before_it_begins_is_refused(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        with pytest.raises(calendars.TimesInvalid):
            calendars.set_hours(session, village.id, [(0, time(12), time(8))])
        with pytest.raises(calendars.TimesInvalid):
            calendars.add_absence(session, village.id, date(2026, 4, 2), date(2026, 4, 1), "", WAYAN, SPRING)
