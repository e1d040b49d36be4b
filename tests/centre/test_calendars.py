"""When a centre is there: each village on its own clock, hours, absences, public holidays, nights."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from centre import calendars
from centre.calendars import Closed, TimesInvalid
from centre.db import Database
from tests.centre.booked import NOW, WAYAN, korleko

ZONES = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
MONDAY = date(2026, 12, 7)


@pytest.mark.parametrize(("zone", "ahead"), ZONES.items())
def test_midnight_is_the_villages_own(zone: str, ahead: int) -> None:
    midnight = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(hours=ahead)
    assert calendars.local(midnight, zone).date() == date(2027, 1, 1)
    assert calendars.local(midnight - timedelta(seconds=1), zone).date() == date(2026, 12, 31)
    assert calendars.moment(date(2027, 1, 1), time(0), zone) == midnight


@pytest.mark.parametrize(("zone", "ahead"), ZONES.items())
def test_nobody_is_woken_between_eight_and_six(zone: str, ahead: int) -> None:
    def at(hour: int, minute: int = 0, day: int = 31) -> datetime:
        return datetime(2026, 12, day, hour, minute, tzinfo=UTC) - timedelta(hours=ahead)

    assert calendars.waking(at(19, 59), zone) == at(19, 59)
    new_year = datetime(2027, 1, 1, 6, tzinfo=UTC) - timedelta(hours=ahead)
    assert calendars.waking(at(20), zone) == new_year
    assert calendars.waking(at(0, 1), zone) == at(6)
    assert calendars.waking(at(5, 59), zone) == at(6)
    assert not calendars.is_quiet(at(6), zone)


def test_a_week_with_a_midday_rest(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        week = [(0, time(8), time(12)), (0, time(13), time(16)), (4, time(8), time(11))]
        calendars.set_hours(session, village.id, week)

        def closed(day: date, begins: time, ends: time) -> Closed | None:
            there = (calendars.moment(day, clock, village.time_zone) for clock in (begins, ends))
            return calendars.closed(session, village.id, *there, village.time_zone)

        friday = MONDAY + timedelta(days=4)
        assert closed(MONDAY, time(8), time(12)) is None
        assert closed(MONDAY, time(15), time(16)) is None
        assert closed(MONDAY, time(11), time(14)) == Closed("hours")
        assert closed(MONDAY, time(7, 59), time(9)) == Closed("hours")
        assert closed(friday, time(10), time(11, 1)) == Closed("hours")
        assert closed(MONDAY + timedelta(days=1), time(9), time(10)) == Closed("hours")
        calendars.set_hours(session, village.id, [(1, time(8), time(12))])
        assert [each.weekday for each in calendars.hours_of(session, village.id)] == [1]


def test_hours_that_end_before_they_begin_change_nothing(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        calendars.set_hours(session, village.id, [(0, time(8), time(12))])
        with pytest.raises(TimesInvalid):
            calendars.set_hours(session, village.id, [(1, time(12), time(12))])
        assert [each.weekday for each in calendars.hours_of(session, village.id)] == [0]


def test_a_centre_without_hours_is_closed_only_by_name(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        night = calendars.moment(MONDAY, time(23), village.time_zone)
        assert calendars.closed(session, village.id, night, night + timedelta(hours=1), village.time_zone) is None
        christmas = calendars.moment(date(2026, 12, 25), time(9), village.time_zone)
        why = calendars.closed(session, village.id, christmas, christmas + timedelta(hours=1), village.time_zone)
        assert why
        assert why.why == "holiday"
        assert "Natal" in why.name


def test_an_absence_covers_its_first_and_its_last_day_and_can_be_taken_back(database: Database) -> None:
    with database.transaction() as session:
        village, other = korleko(session), korleko(session, "Lenek", "52.03.21.2002")
        days = date(2026, 12, 28), date(2027, 1, 2)
        away = calendars.add_absence(session, village.id, *days, " rapat ", WAYAN, NOW)

        def closed(day: date, where: int = village.id) -> Closed | None:
            begins = calendars.moment(day, time(9), village.time_zone)
            return calendars.closed(session, where, begins, begins + timedelta(hours=1), village.time_zone)

        for day in days:
            assert closed(day) == Closed("absence", "rapat")
        assert closed(date(2026, 12, 27)) is None
        assert closed(date(2027, 1, 3)) is None
        assert closed(days[0], other.id) is None
        assert calendars.absences_of(session, village.id, days[1]) == [away]
        assert calendars.absences_of(session, village.id, days[1] + timedelta(days=1)) == []
        calendars.remove_absence(session, away)
        assert closed(days[0]) is None


def test_an_absence_that_ends_before_it_begins_is_none(database: Database) -> None:
    with database.transaction() as session, pytest.raises(TimesInvalid):
        calendars.add_absence(session, korleko(session).id, date(2026, 12, 2), date(2026, 12, 1), "", WAYAN, NOW)


def test_the_holidays_of_a_year_in_order_with_their_ends() -> None:
    found = calendars.holidays_between(date(2026, 12, 25), date(2027, 8, 17))
    days = [day for day, _ in found]
    assert (days[0], days[-1]) == (date(2026, 12, 25), date(2027, 8, 17))
    assert days == sorted(days)
    assert date(2027, 1, 1) in days
    assert all(name for _, name in found)
    assert calendars.holiday_on(date(2026, 12, 7)) is None
