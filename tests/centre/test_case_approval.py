"""A closing that needs a supervisor wakes one by day, and the next level when two working days went by."""

from __future__ import annotations

from datetime import timedelta

from bot import staff_alerts
from centre import cases
from centre.case_alerts import CaseAlert
from centre.case_records import Case
from centre.db import Database
from centre.staff import Role, SignedIn
from tests.centre.alerted import KORLEKO, LONG_AGO, everyone, follow, sari, there

NIGHT = there(KORLEKO, "2026-11-24", "23:00")
ANI = SignedIn("Ani", "ani", "Ani", False, frozenset({(Role.SPECIALIST, "52")}), LONG_AGO)
DEWI = SignedIn("Dewi", "dewi", "Dewi", False, frozenset({(Role.COORDINATOR, "")}), LONG_AGO)


def wants_to_close(database: Database) -> int:
    with database.transaction() as session:
        everyone(session)
        case = sari(session, "violence", NIGHT)
        cases.take(session, case, "Ani", NIGHT)
        cases.reply(session, case, "Ani", "Kami dampingi.", "form", NIGHT)
        cases.close(session, case, ANI, "advised", "Sudah aman", NIGHT)
        return case.id


def test_supervisors_hear_of_it_in_the_morning_and_again_two_working_days_later(database: Database) -> None:
    case_id = wants_to_close(database)
    told = [each for each in follow(database, case_id, NIGHT + timedelta(days=6)) if each.kind == "approve"]
    assert [each.names for each in told] == [("Koordinator 52.03",), ("Provinsi 52",)]
    first, second = (NIGHT + timedelta(minutes=each.minute) for each in told)
    assert first.date() > NIGHT.date()
    assert second - first > timedelta(days=1)


def test_who_has_agreed_is_asked_no_more(database: Database) -> None:
    case_id = wants_to_close(database)
    with database.transaction() as session:
        cases.approve(session, session.get_one(Case, case_id), DEWI, NIGHT)
    assert follow(database, case_id, NIGHT + timedelta(days=6)) == []


def test_what_they_read_names_the_case_alone(database: Database) -> None:
    case_id = wants_to_close(database)
    with database.reading() as session:
        case = session.get_one(Case, case_id)
        assert [each.kind for each in session.query(CaseAlert).filter_by(state="due")] == ["approve", "approve"]
        assert staff_alerts.message("approve", case, "").text.startswith("Penutupan kasus ")
