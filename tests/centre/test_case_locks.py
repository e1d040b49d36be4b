"""The worker and the desk at the same case at the same moment: neither undoes what the other has just done."""

from __future__ import annotations

import threading

import pytest

from centre import case_desk, case_records, cases
from centre.case_records import Case, State
from centre.case_rules import AlreadyTaken
from centre.case_scopes import scope_of_member
from centre.db import Database
from centre.staff import StaffMember
from tests.centre.alerted import KORLEKO, everyone, sari, there

DAY = there(KORLEKO, "2026-11-24", "10:00")


def opened(database: Database, number: str = "628123450001") -> int:
    with database.transaction() as session:
        return sari(session, "pay", DAY, number=number).id


def test_words_that_cross_an_answer_wait_for_the_next_one(postgresql_database: Database) -> None:
    """Wayan answers while the worker reads what Sari has just written."""
    with postgresql_database.transaction() as session:
        everyone(session)
    number = opened(postgresql_database)
    with postgresql_database.transaction() as session:
        cases.take(session, case_records.hold(session, number), "Wayan", DAY)
    with postgresql_database.transaction() as worker:
        seen = worker.get_one(Case, number)
        with postgresql_database.transaction() as desk:
            cases.reply(desk, case_records.hold(desk, number), "Wayan", "Baik, ada lagi?", "form", DAY)
        cases.add_words(worker, seen, "Ada, paspor juga ditahan", "event:1", DAY)
    with postgresql_database.reading() as session:
        case = session.get_one(Case, number)
        assert (case.awaits, case.due_at is not None) == ("staff", True)


def test_danger_takes_it_from_who_took_it_a_moment_ago(postgresql_database: Database) -> None:
    with postgresql_database.transaction() as session:
        everyone(session)
    number = opened(postgresql_database)
    with postgresql_database.transaction() as worker:
        seen = worker.get_one(Case, number)
        with postgresql_database.transaction() as desk:
            cases.take(desk, case_records.hold(desk, number), "Wayan", DAY)
        cases.raise_alarm(worker, seen, "violence", DAY)
    with postgresql_database.reading() as session:
        case = session.get_one(Case, number)
        assert (case.holder_id, case.state) == (None, State.NEW)


def test_a_holder_who_may_not_know_of_it_is_nobody(database: Database) -> None:
    with database.transaction() as session:
        everyone(session)
        case = sari(session, "violence", DAY)
        case.holder_id, case.state = "Wayan", State.TAKEN
        cases.take(session, case, "Ani", DAY)
        assert case.holder_id == "Ani"
        with pytest.raises(AlreadyTaken):
            cases.take(session, case, "Dewi", DAY)


def test_two_who_link_the_same_two_cases_do_not_wait_for_each_other(postgresql_database: Database) -> None:
    with postgresql_database.transaction() as session:
        everyone(session)
        codes = [sari(session, "pay", DAY, number=number).code for number in ("628111", "628222")]
    gate, done = threading.Barrier(2), []

    def link(first: str, second: str) -> None:
        with postgresql_database.transaction() as session:
            scope = scope_of_member(session.get_one(StaffMember, "Wayan"))
            gate.wait(5)
            case_desk.hold_both(session, scope, (first, second))
            one, other = (case_desk.case(session, scope, code, to_change=True) for code in (first, second))
            cases.link(session, one, other, "Wayan", DAY)
        done.append(first)

    linking = [threading.Thread(target=link, args=each) for each in (codes, codes[::-1])]
    for each in linking:
        each.start()
    for each in linking:
        each.join(20)
    assert sorted(done) == sorted(codes)
