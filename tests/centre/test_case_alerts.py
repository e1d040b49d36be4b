"""Whom a case wakes, and when: by night and day, over weekends and holidays, in three time zones, whatever is done with it.

Alerts are read as (minute since the case was opened, kind, level, who).
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import calendars, case_alerts, case_records, case_rules, cases
from centre.areas import Village
from centre.case_alerts import CaseAlert
from centre.case_records import Case, Category
from centre.case_scopes import scope_of_member
from centre.db import Database
from centre.staff import Role, SignedIn, StaffMember, StaffRole
from tests.centre.alerted import (
    KORLEKO,
    KURIPAN,
    SKOUW,
    ZONES,
    Told,
    chat,
    details,
    everyone,
    follow,
    late_words,
    names,
    sari,
    staff_member,
    there,
    villages,
    waiting,
)

NIGHT = there(KORLEKO, "2026-11-24", "23:00")
"""Tuesday."""
MORNING = there(KORLEKO, "2026-11-24", "10:00")
WEEK_LATER = timedelta(days=7)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def opened(database: Database, category: Category, now: datetime, village: str | None = KORLEKO) -> int:
    with database.transaction() as session:
        everyone(session)
        return sari(session, category, now, village).id


def take(database: Database, case_id: int, who: str, now: datetime) -> None:
    with database.transaction() as session:
        cases.take(session, case_records.hold(session, case_id), who, now)


def case_of(session: Session, case_id: int) -> Case:
    return session.get_one(Case, case_id)


# Until when an answer is owed


@pytest.mark.parametrize(
    ("since", "hours", "owed"),
    [
        ("2026-11-24 10:00", 8, "2026-11-25 10:00"),
        ("2026-11-24 22:00", 8, "2026-11-25 16:00"),
        ("2026-11-24 03:00", 4, "2026-11-24 12:00"),
        ("2026-11-24 16:00", 1, "2026-11-25 09:00"),
        ("2026-11-27 15:00", 8, "2026-11-30 15:00"),
        ("2026-11-28 11:00", 16, "2026-12-01 16:00"),
        ("2026-12-24 15:00", 4, "2026-12-28 11:00"),
        ("2026-03-18 15:00", 8, "2026-03-20 15:00"),
        ("2027-03-09 15:00", 16, "2027-03-15 15:00"),
    ],
    ids=[
        "a day",
        "at night",
        "before dawn",
        "at closing time",
        "over a weekend",
        "on a Saturday",
        "over Christmas",
        "over Nyepi, on to the eve of Idul Fitri",
        "over Idul Fitri and the weekend after it",
    ],
)
@pytest.mark.parametrize("code", [KORLEKO, KURIPAN, SKOUW])
def test_working_time_is_that_of_the_village(
    sqlite_database: Database, code: str, since: str, hours: int, owed: str
) -> None:
    """A centre that has not filled in its hours works from eight to four, on its own clock."""
    with sqlite_database.transaction() as session:
        village = villages(session)[code]
        reckoned = case_rules.after_working_time(session, village, there(code, *since.split()), timedelta(hours=hours))
        assert reckoned == there(code, *owed.split())


def test_a_centre_with_hours_of_its_own_and_days_away(sqlite_database: Database) -> None:
    """Korleko opens Tuesdays and Thursdays, nine to twelve and one to three; on Thursday the 26th nobody is there."""
    with sqlite_database.transaction() as session:
        village = villages(session)[KORLEKO]
        week = [(day, *span) for day in (1, 3) for span in ((time(9), time(12)), (time(13), time(15)))]
        calendars.set_hours(session, village.id, week)
        calendars.add_absence(session, village.id, date(2026, 11, 26), date(2026, 11, 26), "Rapat", "Wayan", MORNING)

        def after(clock: str, hours: int) -> datetime:
            since = there(KORLEKO, "2026-11-24", clock)
            return case_rules.after_working_time(session, village, since, timedelta(hours=hours))

        assert after("09:30", 2) == there(KORLEKO, "2026-11-24", "11:30")
        assert after("11:00", 2) == there(KORLEKO, "2026-11-24", "14:00")
        assert after("12:30", 2) == there(KORLEKO, "2026-11-24", "15:00")
        assert after("14:00", 4) == there(KORLEKO, "2026-12-01", "12:00")


def test_nobody_waits_for_a_desk_that_hardly_opens(sqlite_database: Database) -> None:
    """Two hours a week, or away for two months: after fourteen days the answer is late all the same."""
    with sqlite_database.transaction() as session:
        made = villages(session)
        calendars.set_hours(session, made[KORLEKO].id, [(1, time(9), time(11))])
        calendars.add_absence(
            session, made[KURIPAN].id, date(2026, 11, 1), date(2026, 12, 31), "Banjir", "Slamet", MORNING
        )
        for code in (KORLEKO, KURIPAN):
            owed = case_rules.after_working_time(session, made[code], MORNING, timedelta(hours=8))
            assert owed == MORNING + timedelta(days=14)


@given(
    since=st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC)),
    hours=st.sampled_from([1, 2, 4, 8, 16]),
    zone=st.sampled_from(sorted(ZONES.values())),
)
@settings(max_examples=150, deadline=None)
def test_as_many_working_minutes_as_promised(since: datetime, hours: int, zone: str) -> None:
    """Counted minute by minute, a desk is open exactly as long as promised until the answer is due."""
    village = Village(id=1, code=KORLEKO, name="Korleko", time_zone=zone)
    since = since.replace(second=0, microsecond=0)

    class NoRows:
        def scalars(self, *_: object) -> NoRows:
            return self

        def all(self) -> list[object]:
            return []

        def first(self) -> None:
            return None

    owed = case_rules.after_working_time(NoRows(), village, since, timedelta(hours=hours))  # type: ignore[arg-type]

    def is_open(moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(zone))
        is_working_day = local.weekday() < 5 and calendars.holiday_on(local.date()) is None
        return is_working_day and time(8) <= local.time() < time(16)

    span = int((owed - since) / minutes(1))
    assert sum(is_open(since + minutes(number)) for number in range(span)) == hours * 60
    assert is_open(owed - minutes(1))


# Urgent: at any hour, until somebody has it


@pytest.mark.parametrize(
    "now",
    [
        NIGHT,
        there(KORLEKO, "2026-11-29", "03:00"),
        there(KORLEKO, "2026-03-21", "07:00"),
        there(KORLEKO, "2026-12-25", "12:00"),
    ],
    ids=["night", "Sunday night", "Idul Fitri", "Christmas"],
)
def test_urgent_goes_up_by_the_quarter_of_an_hour_whatever_the_hour(database: Database, now: datetime) -> None:
    case_id = opened(database, "detention", now)

    told = follow(database, case_id, now + minutes(45))

    assert told == [
        Told(0, "urgent", 0, ("Wayan",)),
        Told(15, "urgent", 1, ("Koordinator 52.03",)),
        Told(30, "urgent", 2, ("Provinsi 52",)),
    ]
    with database.reading() as session:
        case = case_of(session, case_id)
        assert case.level == 2
        assert details(session, case) == ["alert:urgent:0:1", "alert:urgent:1:1", "alert:urgent:2:1"]


def test_nobody_takes_it_all_night(sqlite_database: Database) -> None:
    """It is never left lying: those everywhere hear after an hour more, and every hour again."""
    case_id = opened(sqlite_database, "detention", NIGHT)
    told = follow(sqlite_database, case_id, NIGHT + timedelta(hours=3, minutes=45))
    assert told[3:] == [Told(minute, "urgent", 3, ("Dewi",)) for minute in (90, 150, 210)]


def test_the_family_is_told_once_for_each_level(sqlite_database: Database) -> None:
    """Not when the case is new, and not for ever."""
    case_id = opened(sqlite_database, "detention", NIGHT)

    def went_out() -> None:
        with sqlite_database.transaction() as session:
            for entry in case_records.thread(session, case_id):
                entry.sending = "queued" if entry.kind == "told" else entry.sending

    for until in (14, 15, 30, 90, 400):
        follow(sqlite_database, case_id, NIGHT + minutes(until))
        went_out()
        with sqlite_database.reading() as session:
            said = late_words(session, case_of(session, case_id))
        assert [int((at - NIGHT) / minutes(1)) for at in said] == [each for each in (15, 30, 90) if each <= until]


def test_a_scheduler_that_was_down_does_not_tell_the_family_twice_at_once(sqlite_database: Database) -> None:
    """Everything is due when it comes back; staff of every level hear, the family once."""
    case_id = opened(sqlite_database, "detention", NIGHT)
    back = NIGHT + timedelta(hours=1)
    with sqlite_database.transaction() as session:
        for alert_id, _ in case_alerts.due(session, back):
            alarm = case_alerts.take(session, alert_id, case_id, back)
            assert alarm
            if alarm.is_late:
                cases.told(session, alarm.case, case_alerts.LATE, back)
        assert len(late_words(session, case_of(session, case_id))) == 1
        assert case_of(session, case_id).level == 2


@pytest.mark.parametrize(
    ("taken_at", "expected"),
    [
        (14, [(0, "urgent", 0), (29, "overdue", 1), (44, "overdue", 2)]),
        (16, [(0, "urgent", 0), (15, "urgent", 1), (31, "overdue", 1), (46, "overdue", 2)]),
        (29, [(0, "urgent", 0), (15, "urgent", 1), (44, "overdue", 1), (59, "overdue", 2)]),
        (31, [(0, "urgent", 0), (15, "urgent", 1), (30, "urgent", 2), (46, "overdue", 1), (61, "overdue", 2)]),
    ],
)
def test_taken_but_not_answered(database: Database, taken_at: int, expected: list[tuple[int, str, int]]) -> None:
    """Whoever takes it has a quarter of an hour; then those above hear that there is still no answer."""
    case_id = opened(database, "detention", NIGHT)
    told = follow(database, case_id, NIGHT + minutes(taken_at))
    take(database, case_id, "Wayan", NIGHT + minutes(taken_at))
    told += follow(database, case_id, NIGHT + timedelta(hours=9))
    assert [(each.minute, each.kind, each.level) for each in told] == expected


@pytest.mark.parametrize("taken_at", [14, 16, 29, 31])
def test_taken_and_answered_wakes_nobody_else(database: Database, taken_at: int) -> None:
    case_id = opened(database, "detention", NIGHT)
    before = follow(database, case_id, NIGHT + minutes(taken_at))
    take(database, case_id, "Wayan", NIGHT + minutes(taken_at))
    with database.transaction() as session:
        cases.reply(
            session, case_of(session, case_id), "Wayan", "Kami hubungi KJRI.", "a", NIGHT + minutes(taken_at + 5)
        )
    assert [each.minute for each in before] == [each for each in (0, 15, 30) if each <= taken_at]
    assert follow(database, case_id, NIGHT + WEEK_LATER) == []


def test_a_cry_for_help_again_and_again_puts_nobody_off(sqlite_database: Database) -> None:
    """Sari writes of danger every minute: her desk hears it every other minute, and the coordinator at fifteen as ever."""
    case_id = opened(sqlite_database, "detention", NIGHT)
    told = []
    for minute in range(1, 31):
        now = NIGHT + minutes(minute)
        with sqlite_database.transaction() as session:
            cases.raise_alarm(session, case_of(session, case_id), "detention", now)
        told += follow(sqlite_database, case_id, now)
    assert [each.minute for each in told if each.level == 1] == [15]
    assert [each.minute for each in told if each.level == 2] == [30]
    assert 10 <= len([each for each in told if each.level == 0]) <= 16


# Ordinary: by day, and when the promised time is over


@pytest.mark.parametrize(("code", "who"), [(KORLEKO, "Wayan"), (KURIPAN, "Slamet"), (SKOUW, "Yosef")])
@pytest.mark.parametrize(
    ("opened_at", "moments"),
    [
        ("2026-11-24 10:00", ["2026-11-24 10:00", "2026-11-25 10:00", "2026-11-26 10:00"]),
        ("2026-11-24 22:00", ["2026-11-25 06:00", "2026-11-25 16:00", "2026-11-26 16:00"]),
        ("2026-11-28 02:00", ["2026-11-28 06:00", "2026-11-30 16:00", "2026-12-01 16:00"]),
        ("2026-03-18 15:00", ["2026-03-18 15:00", "2026-03-20 15:00", "2026-03-23 15:00"]),
    ],
    ids=["a day", "evening", "Saturday night", "before Nyepi and Idul Fitri"],
)
def test_ordinary_cases_wake_nobody_at_night(
    sqlite_database: Database, code: str, who: str, opened_at: str, moments: list[str]
) -> None:
    """Unpaid wages: eight working hours on the village's own clock for each level."""
    now = there(code, *opened_at.split())
    case_id = opened(sqlite_database, "pay", now, code)
    told = follow(sqlite_database, case_id, there(code, *moments[-1].split()))
    assert [now + minutes(each.minute) for each in told] == [there(code, *moment.split()) for moment in moments]
    assert [(each.kind, each.level) for each in told] == [("new", 0), ("overdue", 1), ("overdue", 2)]
    assert names(told) == [(who,), (f"Koordinator {code[:5]}",), (f"Provinsi {code[:2]}",)]


def test_nobody_takes_an_ordinary_case(sqlite_database: Database) -> None:
    """After the province, everywhere: a working day later each time, and by day."""
    case_id = opened(sqlite_database, "pay", MORNING)
    told = follow(sqlite_database, case_id, MORNING + timedelta(days=6, hours=1))
    assert [(each.minute // 1440, each.level) for each in told] == [(0, 0), (1, 1), (2, 2), (3, 3), (6, 3)]


def test_taken_late_the_holder_gets_an_hour(sqlite_database: Database) -> None:
    case_id = opened(sqlite_database, "pay", MORNING)
    follow(sqlite_database, case_id, MORNING + timedelta(days=1))
    taken = MORNING + timedelta(days=1, hours=2)
    take(sqlite_database, case_id, "Wayan", taken)
    told = follow(sqlite_database, case_id, taken + timedelta(days=3))
    assert [(each.minute, each.level) for each in told] == [(27 * 60, 1), (51 * 60, 2)]


def test_a_centre_that_is_away_is_told_but_not_counted_on(database: Database) -> None:
    """Nobody is at Korleko's centre today: Wayan's telephone hears of it, and so does the coordinator, at once."""
    with database.transaction() as session:
        everyone(session)
        village = session.scalars(select(Village).where(Village.code == KORLEKO)).one()
        calendars.add_absence(session, village.id, date(2026, 11, 24), date(2026, 11, 27), "Banjir", "Wayan", MORNING)
        case_id = sari(session, "pay", MORNING).id
    assert follow(database, case_id, MORNING) == [Told(0, "new", 1, ("Wayan", "Koordinator 52.03"))]
    with database.reading() as session:
        case = case_of(session, case_id)
        assert details(session, case) == ["alert_nobody:0", "alert:new:1:2"]
        assert late_words(session, case) == [], "it is new: nothing is late"


def test_a_petugas_for_the_whole_district_is_there_when_the_village_is_away(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        everyone(session)
        staff_member(session, "Made", (Role.PETUGAS, KORLEKO[:8]))
        village = session.scalars(select(Village).where(Village.code == KORLEKO)).one()
        calendars.add_absence(session, village.id, date(2026, 11, 24), date(2026, 11, 24), "Banjir", "Wayan", MORNING)
        case_id = sari(session, "pay", MORNING).id
    assert follow(sqlite_database, case_id, MORNING) == [Told(0, "new", 0, ("Made", "Wayan"))]


def test_who_cannot_be_reached_is_passed_over_at_once(database: Database) -> None:
    """Neither desk nor coordinator has linked anything: the province hears in the same moment, and the thread says why."""
    case_id = opened(database, "detention", NIGHT)
    told = follow(
        database, case_id, NIGHT, lambda _, ids: {each for each in ids if each not in ("Wayan", "Koordinator 52.03")}
    )
    assert told == [Told(0, "urgent", 2, ("Provinsi 52",))]
    with database.reading() as session:
        case = case_of(session, case_id)
        assert details(session, case) == ["alert_nobody:0", "alert_nobody:1", "alert:urgent:2:1"]
        assert case.level == 2


def test_where_nobody_can_be_reached_at_all_it_is_tried_again(sqlite_database: Database) -> None:
    case_id = opened(sqlite_database, "detention", NIGHT)
    told = follow(sqlite_database, case_id, NIGHT + timedelta(hours=2), lambda *_: [])
    assert names(told) == [()] * 4
    with sqlite_database.reading() as session:
        assert details(session, case_of(session, case_id))[:5] == [
            *(f"alert_nobody:{level}" for level in range(4)),
            "alert:urgent:3:0",
        ]
        assert waiting(session, case_of(session, case_id)) == 1


# What is done with a case


def test_passed_on(database: Database) -> None:
    """Wayan hands it to Made at the same desk: he hears of it, and has the time to answer."""
    case_id = opened(database, "detention", NIGHT)
    with database.transaction() as session:
        staff_member(session, "Made", (Role.PETUGAS, KORLEKO))
    follow(database, case_id, NIGHT)
    take(database, case_id, "Wayan", NIGHT + minutes(5))
    with database.transaction() as session:
        cases.pass_on(session, case_of(session, case_id), "Wayan", "Made", NIGHT + minutes(10))
    assert follow(database, case_id, NIGHT + minutes(30)) == [
        Told(10, "passed", 0, ("Made",)),
        Told(25, "overdue", 1, ("Koordinator 52.03",)),
    ]


def test_passed_on_and_on_before_it_is_told(sqlite_database: Database) -> None:
    """Made passes it on again before the message went out: he hears nothing of a case that is not his."""
    case_id = opened(sqlite_database, "pay", MORNING)
    with sqlite_database.transaction() as session:
        for name in ("Made", "Nyoman"):
            staff_member(session, name, (Role.PETUGAS, KORLEKO))
    take(sqlite_database, case_id, "Wayan", MORNING)
    with sqlite_database.transaction() as session:
        case = case_of(session, case_id)
        cases.pass_on(session, case, "Wayan", "Made", MORNING)
        cases.pass_on(session, case, "Made", "Nyoman", MORNING)
    assert follow(sqlite_database, case_id, MORNING) == [Told(0, "passed", 0, ("Nyoman",))]


def test_conflict_declared(database: Database) -> None:
    """It concerns Wayan's brother: the coordinator hears at once, the others in their time, and Wayan never again."""
    case_id = opened(database, "detention", NIGHT)
    follow(database, case_id, NIGHT)
    with database.transaction() as session:
        cases.declare_conflict(session, case_of(session, case_id), "Wayan", NIGHT + minutes(5))
    told = follow(database, case_id, NIGHT + minutes(40))
    assert [(each.minute, each.level) for each in told] == [(5, 1), (15, 2), (30, 3)]
    assert "Wayan" not in {name for each in told for name in each.names}


def test_the_holder_declares_a_conflict(sqlite_database: Database) -> None:
    case_id = opened(sqlite_database, "pay", MORNING)
    follow(sqlite_database, case_id, MORNING)
    take(sqlite_database, case_id, "Wayan", MORNING)
    with sqlite_database.transaction() as session:
        cases.declare_conflict(session, case_of(session, case_id), "Wayan", MORNING + minutes(30))
    told = follow(sqlite_database, case_id, MORNING + timedelta(days=1))
    assert names(told) == [("Koordinator 52.03",), ("Provinsi 52",)]


def test_restricted_where_there_is_no_specialist(database: Database) -> None:
    """Violence in Kuripan: nobody stands at the desk for it, so the coordinator hears in the same moment."""
    now = there(KURIPAN, "2026-11-24", "23:00")
    case_id = opened(database, "violence", now, KURIPAN)
    told = follow(database, case_id, now + minutes(30))
    assert told == [
        Told(0, "urgent", 1, ("Koordinator 33.07",)),
        Told(15, "urgent", 1, ("Koordinator 33.07",)),
        Told(30, "urgent", 2, ("Provinsi 33",)),
    ]
    with database.reading() as session:
        assert details(session, case_of(session, case_id))[0] == "alert_nobody:0"


def test_restricted_wakes_the_specialist_and_no_petugas(database: Database) -> None:
    case_id = opened(database, "violence", NIGHT)
    assert names(follow(database, case_id, NIGHT + minutes(30))) == [("Ani",), ("Koordinator 52.03",), ("Provinsi 52",)]


def test_around_the_village(database: Database) -> None:
    """ "Jangan ke desa saya", ten minutes after it was opened: from then on only those above the village are woken."""
    case_id = opened(database, "detention", NIGHT)
    follow(database, case_id, NIGHT)
    with database.transaction() as session:
        cases.go_around(session, case_of(session, case_id), NIGHT + minutes(10))
    told = follow(database, case_id, NIGHT + minutes(40))
    assert told == [
        Told(10, "urgent", 0, ("Koordinator 52.03",)),
        Told(15, "urgent", 1, ("Provinsi 52",)),
        Told(30, "urgent", 2, ("Dewi",)),
    ]


def test_around_the_village_and_restricted(sqlite_database: Database) -> None:
    """The specialist, then the regency, then the province: none is left out."""
    with sqlite_database.transaction() as session:
        everyone(session)
        case = cases.open_case(session, chat(session, "628123450009", NIGHT, KORLEKO), "violence", NIGHT, language="id")
        cases.go_around(session, case, NIGHT)
    told = follow(sqlite_database, case.id, NIGHT + minutes(30))
    assert names(told) == [("Ani",), ("Koordinator 52.03",), ("Provinsi 52",)]


def test_what_waited_for_the_holder_is_not_told_to_the_village_any_more(sqlite_database: Database) -> None:
    """Wayan holds it, Sari writes, and then "jangan ke desa saya", before the message about it went out."""
    case_id = opened(sqlite_database, "pay", MORNING)
    take(sqlite_database, case_id, "Wayan", MORNING)
    with sqlite_database.transaction() as session:
        case = case_of(session, case_id)
        cases.add_words(session, case, "Ini soal sekretaris desa.", "m1", MORNING + minutes(1))
        cases.go_around(session, case, MORNING + minutes(2))
    told = follow(sqlite_database, case_id, MORNING + timedelta(days=4))
    assert names(told)[0] == ("Koordinator 52.03",)
    assert "Wayan" not in {name for each in told for name in each.names}


def test_reopened(sqlite_database: Database) -> None:
    """Closed, and opened again by Wayan: an answer is owed anew, and those above hear when it does not come."""
    case_id = opened(sqlite_database, "pay", MORNING)
    take(sqlite_database, case_id, "Wayan", MORNING)
    with sqlite_database.transaction() as session:
        case = case_of(session, case_id)
        by = SignedIn("Wayan", "wayan", "Wayan", False, frozenset(), MORNING)
        cases.close(session, case, by, "solved", "Gajinya sudah dibayar.", MORNING + minutes(10))
        assert waiting(session, case) == 0
        cases.reopen(session, case, "Wayan", MORNING + minutes(60))
    told = follow(sqlite_database, case_id, MORNING + timedelta(days=2, hours=1))
    assert [(each.minute, each.kind, each.level) for each in told] == [(25 * 60, "overdue", 1), (49 * 60, "overdue", 2)]


def test_closed_wakes_nobody(sqlite_database: Database) -> None:
    case_id = opened(sqlite_database, "detention", NIGHT)
    with sqlite_database.transaction() as session:
        cases.withdraw(session, case_of(session, case_id), NIGHT + minutes(1))
    assert follow(sqlite_database, case_id, NIGHT + WEEK_LATER) == []


def test_placed_into_a_village_later(database: Database) -> None:
    """At first nobody knows the village, so only those everywhere can know of it; ten minutes later Sari names it."""
    case_id = opened(database, "detention", NIGHT, None)
    first = follow(database, case_id, NIGHT + minutes(9))
    with database.transaction() as session:
        village = session.scalars(select(Village).where(Village.code == KORLEKO)).one()
        cases.place(session, case_of(session, case_id), village, NIGHT + minutes(10))
    told = follow(database, case_id, NIGHT + minutes(30))
    assert first == [Told(0, "urgent", 2, ("Dewi",))]
    assert told == [
        Told(10, "urgent", 0, ("Wayan",)),
        Told(15, "urgent", 1, ("Koordinator 52.03",)),
        Told(30, "urgent", 2, ("Provinsi 52",)),
    ]


def test_becomes_violence_while_a_petugas_holds_it(database: Database) -> None:
    """Wayan has unpaid wages in hand, and it turns out that she is beaten: he loses it, the specialist is woken at once."""
    case_id = opened(database, "pay", MORNING)
    follow(database, case_id, MORNING)
    take(database, case_id, "Wayan", MORNING)
    with database.transaction() as session:
        case = case_of(session, case_id)
        cases.add_words(session, case, "Saya dipukul.", "m1", MORNING + minutes(30))
        cases.change_category(session, case, "Wayan", "violence", MORNING + minutes(31), is_urgent=True)
        assert case.holder_id is None
    assert follow(database, case_id, MORNING + minutes(61)) == [
        Told(31, "urgent", 0, ("Ani",)),
        Told(46, "urgent", 1, ("Koordinator 52.03",)),
        Told(61, "urgent", 2, ("Provinsi 52",)),
    ]


def test_danger_in_a_case_that_somebody_holds(sqlite_database: Database) -> None:
    """Her employer has her arrested: Wayan, who has her case, hears at once, and is watched by the quarter of an hour."""
    case_id = opened(sqlite_database, "pay", MORNING)
    take(sqlite_database, case_id, "Wayan", MORNING)
    with sqlite_database.transaction() as session:
        cases.raise_alarm(session, case_of(session, case_id), "detention", MORNING + minutes(60))
        assert case_of(session, case_id).due_at == MORNING + minutes(75)
    assert follow(sqlite_database, case_id, MORNING + minutes(95)) == [
        Told(60, "words", 0, ("Wayan",)),
        Told(75, "overdue", 1, ("Koordinator 52.03",)),
        Told(90, "overdue", 2, ("Provinsi 52",)),
    ]


def test_somebody_above_makes_it_urgent(sqlite_database: Database) -> None:
    """The coordinator sees that it cannot wait: its holder hears so at once."""
    case_id = opened(sqlite_database, "sickness", MORNING)
    take(sqlite_database, case_id, "Wayan", MORNING)
    with sqlite_database.transaction() as session:
        case = case_of(session, case_id)
        cases.change_category(session, case, "Koordinator 52.03", "sickness", MORNING + minutes(9), is_urgent=True)
    assert follow(sqlite_database, case_id, MORNING + minutes(24)) == [
        Told(9, "urgent", 0, ("Wayan",)),
        Told(24, "overdue", 1, ("Koordinator 52.03",)),
    ]


def test_given_back_to_the_queue(sqlite_database: Database) -> None:
    """Wayan gives it back after twenty minutes without an answer: by the family's clock the coordinator must hear now."""
    case_id = opened(sqlite_database, "detention", NIGHT)
    follow(sqlite_database, case_id, NIGHT)
    take(sqlite_database, case_id, "Wayan", NIGHT + minutes(10))
    with sqlite_database.transaction() as session:
        cases.release(session, case_of(session, case_id), "Wayan", NIGHT + minutes(20))
    told = follow(sqlite_database, case_id, NIGHT + minutes(30))
    assert [(each.minute, each.level) for each in told] == [(20, 0), (20, 1), (30, 2)]


def test_a_colleague_who_has_left_is_not_told(sqlite_database: Database) -> None:
    case_id = opened(sqlite_database, "detention", NIGHT)
    with sqlite_database.transaction() as session:
        session.get_one(StaffMember, "Wayan").disabled_at = NIGHT
    assert names(follow(sqlite_database, case_id, NIGHT)) == [("Koordinator 52.03",)]


# When the family writes


def test_the_holder_hears_of_new_words_once_in_a_while(database: Database) -> None:
    """Three messages within a minute are one alert, two minutes after the first; what comes later is another one."""
    case_id = opened(database, "pay", MORNING)
    take(database, case_id, "Wayan", MORNING)
    for number, seconds in enumerate((0, 20, 50, 600)):
        now = MORNING + minutes(10) + timedelta(seconds=seconds)
        with database.transaction() as session:
            cases.add_words(session, case_of(session, case_id), "Pak?", f"m{number}", now)
        if seconds == 50:
            assert follow(database, case_id, MORNING + minutes(11)) == []
            assert follow(database, case_id, MORNING + minutes(15)) == [Told(12, "words", 0, ("Wayan",))]
    assert follow(database, case_id, MORNING + minutes(30)) == [Told(22, "words", 0, ("Wayan",))]


def test_new_words_wait_for_the_morning_unless_it_is_urgent(sqlite_database: Database) -> None:
    evening = there(KORLEKO, "2026-11-24", "21:30")
    with sqlite_database.transaction() as session:
        everyone(session)
        for number, category in enumerate(("pay", "death")):
            case = sari(session, category, evening, number=f"62812345000{number}")  # type: ignore[arg-type]
            cases.take(session, case, "Wayan", evening)
            cases.add_words(session, case, "Pak?", f"m{number}", evening + minutes(1))
            words = session.scalars(select(CaseAlert).where(CaseAlert.case_id == case.id, CaseAlert.kind == "words"))
            due_at = words.one().due_at
            assert due_at == (there(KORLEKO, "2026-11-25", "06:00") if category == "pay" else evening + minutes(1))


def test_who_has_answered_already_is_not_told(sqlite_database: Database) -> None:
    case_id = opened(sqlite_database, "pay", MORNING)
    take(sqlite_database, case_id, "Wayan", MORNING)
    with sqlite_database.transaction() as session:
        case = case_of(session, case_id)
        cases.add_words(session, case, "Pak?", "m1", MORNING + minutes(1))
        cases.reply(session, case, "Wayan", "Ya, Bu.", "r1", MORNING + minutes(2))
    assert follow(sqlite_database, case_id, MORNING + WEEK_LATER) == []


def test_what_is_said_is_told_to_whoever_holds_it(sqlite_database: Database) -> None:
    """Nobody holds it: nobody is told of words; the case itself is on its way up."""
    case_id = opened(sqlite_database, "pay", MORNING)
    with sqlite_database.transaction() as session:
        cases.add_words(session, case_of(session, case_id), "Halo?", "m1", MORNING + minutes(1))
    assert [each.kind for each in follow(sqlite_database, case_id, MORNING + minutes(60))] == ["new"]


# Many at once, and whoever they are


def test_two_schedulers_at_the_same_instant(database: Database) -> None:
    """Four threads take the same alerts of ten cases: each is told once."""
    with database.transaction() as session:
        everyone(session)
        for number in range(10):
            sari(session, "detention", NIGHT, number=f"62812345{number:04}")
    told: list[int] = []
    start = threading.Barrier(4)

    def look() -> None:
        start.wait(10)
        with database.reading() as session:
            waiting_now = case_alerts.due(session, NIGHT + minutes(15))
        for alert_id, case_id in waiting_now:
            with database.transaction() as session:
                if case_alerts.take(session, alert_id, case_id, NIGHT + minutes(15)):
                    told.append(alert_id)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(told) == len(set(told)) == 20


AREAS = ["", "52", "52.03", KORLEKO[:8], KORLEKO, "52.03.07.2004", "52.04", KURIPAN]
roles = st.tuples(st.sampled_from(list(Role)), st.sampled_from(AREAS))
desks = st.lists(st.lists(roles, min_size=1, max_size=3, unique=True), max_size=8)


@given(
    desk=desks,
    category=st.sampled_from(["pay", "violence", "detention"]),
    around=st.booleans(),
    is_placed=st.booleans(),
    away=st.sets(st.integers(0, 7)),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_is_woken_may_know_of_it(
    sqlite_database: Database,
    desk: list[list[tuple[Role, str]]],
    category: Category,
    around: bool,
    is_placed: bool,
    away: set[int],
) -> None:
    """Whatever roles people hold: who is woken may see the case, every level comes in its order, none of a village that
    the case goes around ever hears of it, and somebody is woken wherever somebody may be."""
    with sqlite_database.engine.connect() as connection, connection.begin() as undone:
        with Session(connection, info={"vault": sqlite_database.vault}) as session:
            _whoever_is_woken_may_know(session, desk, category, around, is_placed, away)
        undone.rollback()


def _whoever_is_woken_may_know(
    session: Session,
    desk: list[list[tuple[Role, str]]],
    category: Category,
    around: bool,
    is_placed: bool,
    away: set[int],
) -> None:
    villages(session)
    for number, held in enumerate(desk):
        staff_member(session, f"p{number}", *held)
    unreached = {f"p{number}" for number in away}
    case = sari(session, category, NIGHT, KORLEKO if is_placed else None)
    if around:
        cases.go_around(session, case, NIGHT)

    levels, woken = [], set()
    while rows := case_alerts.due(session, NIGHT + timedelta(days=3)):
        if len(levels) > 6:
            break
        alert = session.get_one(CaseAlert, rows[0][0])
        alarm = case_alerts.take(
            session, alert.id, case.id, alert.due_at, lambda _, ids: {each for each in ids if each not in unreached}
        )
        assert alarm
        levels.append(alarm.level)
        woken |= {member.id for member in alarm.members}

    scopes = {member.id: scope_of_member(member) for member in session.scalars(select(StaffMember))}
    may = {staff_id for staff_id, scope in scopes.items() if scope.includes(case)}
    assert woken <= may - unreached
    assert levels == sorted(levels)
    if around and is_placed:
        villagers = session.scalars(select(StaffRole.staff_id).where(StaffRole.area == KORLEKO))
        assert not woken & set(villagers)
    stands = {
        staff_id
        for staff_id in may - unreached
        if any(staff_id == member.id for level in range(4) for member in case_alerts.on_level(session, case, level))
    }
    assert bool(woken) == bool(stands)
