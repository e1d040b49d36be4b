"""Which cases count for whom, in which month and village, and how fast the families had their answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from centre import case_figures, cases
from centre.case_figures import CaseFigures, Line
from centre.case_records import Case
from centre.staff import Role, SignedIn
from tests.admin.cases_made import opened
from tests.centre.booked import korleko

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"


@pytest.fixture
def reported(database):
    """Korleko: 7 of pay, 1 going around it, 6 of violence. Lenek: 6 that wish to come home. All in November."""
    with database.transaction() as session:
        one = korleko(session, code=KORLEKO)
        other = korleko(session, "Lenek", LENEK)
        began = NOW - timedelta(days=10)
        for _ in range(7):
            opened(session, one, began)
        opened(session, one, began, around=True)
        for _ in range(6):
            opened(session, one, began, "violence")
            opened(session, other, began, "go_home")
    return database


def member(*roles: tuple[Role, str], staff_id: str = "somebody") -> SignedIn:
    return SignedIn(staff_id, "sri", "Sri", False, frozenset(roles), NOW)


def seen_by(database, *roles: tuple[Role, str], year: int = 2026, **who: str) -> CaseFigures:
    with database.reading() as session:
        return case_figures.of_year(session, case_figures.figure_scope(member(*roles, **who)), year, NOW)


def opened_in(lines: list[Line]) -> dict[str, int | None]:
    return {line.key: line.opened for line in lines if line.opened}


def test_a_village_counts_what_its_own_desk_may_know_of(reported):
    figures = seen_by(reported, (Role.PETUGAS, KORLEKO))
    assert figures.total.opened == 7
    assert opened_in(figures.categories) == {"pay": 7}
    assert opened_in(figures.villages) == {KORLEKO: 7}
    assert figures.recruiters == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.VIEWER])
@pytest.mark.parametrize("area", ["52.03", "52", ""])
def test_the_regency_and_those_above_count_everything_and_tell_no_village_what_goes_around_it(reported, role, area):
    figures = seen_by(reported, (role, area))
    assert figures.total.opened == 20
    assert opened_in(figures.regencies) == {"52.03": 20}
    assert opened_in(figures.categories) == {"pay": 8, "violence": 6, "go_home": 6}
    assert opened_in(figures.villages) == {KORLEKO: 7, LENEK: 6, "52.03-": 7}


@pytest.mark.parametrize("area", [KORLEKO, "52.03.17"])
def test_whoever_looks_on_in_one_village_sees_no_more_than_the_village(reported, area):
    assert seen_by(reported, (Role.COORDINATOR, area)).total.opened == 7
    assert seen_by(reported, (Role.VIEWER, area)).total.opened == 7


def test_an_account_of_the_village_does_not_count_what_goes_around_it_whatever_else_it_may_be(reported):
    both = seen_by(reported, (Role.PETUGAS, KORLEKO), (Role.COORDINATOR, "52.03"))
    assert both.total.opened == 19
    assert opened_in(both.categories)["pay"] == 7


def test_who_declared_a_conflict_does_not_count_the_case(reported):
    with reported.transaction() as session:
        case = session.query(Case).filter_by(category="pay", bypasses_village=False).first()
        cases.declare_conflict(session, case, "rahman", NOW)
    assert seen_by(reported, (Role.COORDINATOR, "52.03"), staff_id="rahman").total.opened == 19
    assert seen_by(reported, (Role.COORDINATOR, "52.03")).total.opened == 20


def test_another_regency_and_another_year_have_nothing(reported):
    assert seen_by(reported, (Role.COORDINATOR, "32.12")).total.opened == 0
    assert seen_by(reported, (Role.COORDINATOR, "52.03"), year=2025).total.opened == 0


def test_without_a_role_for_it_nothing_counts(reported):
    assert seen_by(reported, (Role.HELPER, KORLEKO), (Role.PARTNER, "")).total.opened == 0


def test_one_case_that_goes_around_the_village_cannot_be_subtracted(database):
    with database.transaction() as session:
        village = korleko(session, code=KORLEKO)
        for number in range(8):
            opened(session, village, NOW, around=number == 0)
    figures = seen_by(database, (Role.VIEWER, ""))
    assert opened_in(figures.regencies) == {"52.03": 8}
    assert figures.villages == []
    assert figures.left_out(figures.villages) == 8


def test_a_case_counts_in_the_month_it_had_in_its_village(database):
    with database.transaction() as session:
        village = korleko(session, code=KORLEKO)
        for number in range(5):
            opened(session, village, datetime(2026, 10, 31, 15, number, tzinfo=UTC))
            opened(session, village, datetime(2026, 10, 31, 16, number, tzinfo=UTC))
    months = seen_by(database, (Role.VIEWER, "")).months
    assert opened_in(months) == {"2026-10": 5, "2026-11": 5}
    assert [line.key for line in months] == [f"2026-{number:02}" for number in range(1, 13)]


def test_how_fast_families_are_answered_and_how_it_ended(database):
    monday = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    by = member((Role.PETUGAS, KORLEKO), staff_id="wayan")
    with database.transaction() as session:
        village = korleko(session, code=KORLEKO)
        for number in range(11):
            case = opened(session, village, monday)
            cases.take(session, case, "wayan", monday)
            if number < 6:
                cases.reply(session, case, "wayan", "Baik", f"k{number}", monday + timedelta(hours=1 + number))
                case.first_reply_at = monday + timedelta(hours=1 + number)  # the worker said it at once
                cases.close(session, case, by, "solved", "Gaji dibayar", monday + timedelta(days=2))
    total = seen_by(database, (Role.PETUGAS, KORLEKO)).total
    assert (total.opened, total.open, total.closed) == (11, 5, 6)
    assert total.outcomes == {"solved": 6, "others": 0}
    assert total.reply == timedelta(hours=3.5)
    assert total.reply_most == timedelta(hours=5.5)
    assert total.closing == timedelta(days=2)
    assert total.in_promise == pytest.approx(6 / 11)
    assert total.overdue == 1


def test_complaints_stand_under_the_regency_the_recruiter_comes_from(reported):
    with reported.transaction() as session:
        for case in session.query(Case).filter_by(category="go_home"):
            case.recruiter_area = "32.12.16.2004"
        session.query(Case).filter_by(category="violence").first().recruiter_area = "35.07"
    figures = seen_by(reported, (Role.VIEWER, ""))
    assert opened_in(figures.recruiters) == {"32.12": 6}
    assert seen_by(reported, (Role.PETUGAS, LENEK)).recruiters == []
