"""Totals of a month, counted beside what is known to have happened; counted twice they are the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import answers, slots, totals
from centre.case_records import Case
from centre.db import Database
from centre.slots import Plan
from centre.totals import MonthlyTotal, village_key
from processes.counting import count_all, count_next
from tests.admin.cases_made import opened
from tests.centre.booked import NOW, WAYAN, korleko, telephone, workshop
from tests.centre.test_figures import filled, kenanga


def asked(
    session: Session, phone: str, village_id: int | None, kind: str, at: datetime = NOW, **more
) -> answers.GivenAnswer:
    conversation = telephone(session, phone)
    conversation.village_id = village_id
    given = {"slug": None, "language": "id", "confidence": 0.9, **more}
    return answers.record(session, conversation, kind=kind, now=at, **given)


def kept(database: Database) -> dict[tuple[str, str, str, str], int]:
    with database.reading() as session:
        return {
            (row.place, row.month, row.measure, row.detail): row.total for row in session.scalars(select(MonthlyTotal))
        }


def of(database: Database, place: str, month: str = "2026-12") -> dict[str, int]:
    found = kept(database)
    return {f"{key[2]} {key[3]}".strip(): number for key, number in found.items() if key[:2] == (place, month)}


def test_a_question_counts_in_its_village_and_all_above_it(database):
    with database.transaction() as session:
        village = korleko(session).id
        asked(session, "6281", village, "answer", slug="biaya", language="sas")
        asked(session, "6281", village, "answer", slug="biaya").helped = False
        asked(session, "6282", village, "none")
        asked(session, "6282", village, "choices")
        asked(session, "6282", village, "chitchat")
        asked(session, "6283", None, "person")
    count_all(database, lambda: NOW)
    here = {
        "asked": 4,
        "answered": 1,
        "unhelped": 1,
        "unanswered": 1,
        "offered": 1,
        "topic biaya": 2,
        "language sas": 1,
        "language id": 3,
    }
    for place in (village_key(village), "52.03", "52"):
        assert of(database, place) == here, place
    assert of(database, "") == {**here, "asked": 5, "person": 1, "language id": 4}


def test_a_person_who_is_forgotten_counts_no_more_and_a_conversation_that_went_stays_counted(database):
    with database.transaction() as session:
        village = korleko(session).id
        asked(session, "6281", village, "none")
        asked(session, "6282", village, "none")
        answers.erase(session, telephone(session, "6281").id)
        session.delete(telephone(session, "6282"))
    count_all(database, lambda: NOW)
    assert of(database, village_key(village))["asked"] == 1


def test_each_village_has_its_own_midnight(database):
    with database.transaction() as session:
        there, here = korleko(session).id, kenanga(session).id
        for minute in (30, 90):
            at = datetime(2026, 11, 30, 16, 0, tzinfo=UTC) + timedelta(minutes=minute - 60)
            asked(session, "6281", there, "none", at)
            asked(session, "6282", here, "none", at)
    count_all(database, lambda: NOW)
    assert of(database, village_key(there), "2026-11")["asked"] == 1
    assert of(database, village_key(there))["asked"] == 1
    assert of(database, village_key(here), "2026-11")["asked"] == 2


def test_slots_count_once_they_are_over_with_what_became_of_the_seats(database):
    with database.transaction() as session:
        kind, village = workshop(session, open_limit=50), korleko(session)
        slot = slots.make(
            session, kind, village, Plan(date(2026, 12, 12), time(9), time(12), 12), WAYAN, NOW, insist=True
        )
        filled(session, slot, came=7, absent=2, booked=1, excused=3, waiting=1)
    count_all(database, lambda: NOW)
    assert of(database, village_key(village.id)) == {}
    count_all(database, lambda: datetime(2026, 12, 20, tzinfo=UTC))
    assert of(database, village_key(village.id)) == {
        "slots": 1,
        "seats": 12,
        "booked came": 7,
        "booked absent": 2,
        "booked unticked": 1,
    }


def test_a_case_counts_for_its_village_unless_it_goes_around_it_or_is_restricted(database):
    with database.transaction() as session:
        village = korleko(session)
        opened(session, village, NOW)
        opened(session, village, NOW, around=True)
        opened(session, village, NOW, "violence")
        answered = opened(session, village, NOW)
        answered.first_reply_at = NOW + timedelta(minutes=20)
        answered.state, answered.rated = "closed", "good"
        session.add(answered)
        nowhere = opened(session, village, NOW)
        nowhere.area = None
    count_all(database, lambda: NOW)
    assert of(database, village_key(village.id)) == {
        "opened": 2,
        "category pay": 2,
        "closed": 1,
        "reply 30": 1,
        "rated good": 1,
    }
    assert of(database, "52.03-") == {"opened": 2, "category pay": 1, "category violence": 1}
    assert of(database, "52.03")["opened"] == 4
    assert of(database, "-") == {"opened": 1, "category pay": 1}
    assert of(database, "")["opened"] == 5


def test_counting_again_changes_what_changed_and_nothing_else(database):
    with database.transaction() as session:
        village = korleko(session)
        for _ in range(3):
            opened(session, village, NOW)
    count_all(database, lambda: NOW)
    first = kept(database)
    assert count_next(database, lambda: NOW) is None
    later = NOW + timedelta(minutes=15)
    assert count_next(database, lambda: later) == "2026-12"
    assert kept(database) == first
    with database.transaction() as session:
        for case in session.scalars(select(Case).limit(2)):
            case.category = "sickness"
    count_all(database, lambda: later + timedelta(minutes=15))
    assert of(database, "52") == {"opened": 3, "category pay": 1, "category sickness": 2}


def test_two_schedulers_at_once_count_a_month_once(database):
    with database.transaction() as session:
        asked(session, "6281", korleko(session).id, "none")
    with database.reading() as session:
        (month, seen_at), *_ = totals.due(session, NOW)
        counted = totals.count(session, month, NOW)
    with database.transaction() as session:
        assert totals.keep(session, month, counted, seen_at, NOW)
    with database.transaction() as session:
        assert not totals.keep(session, month, counted + counted, seen_at, NOW)
    assert of(database, "52")["asked"] == 1


@pytest.mark.parametrize(("age", "waits"), [(0, 15), (1, 6 * 60), (2, 24 * 60)])
def test_the_present_month_is_counted_oftener_than_those_before(sqlite_database, age, waits):
    count_all(sqlite_database, lambda: NOW)
    month = ("2026-12", "2026-11", "2026-10")[age]
    for minutes, is_due in ((waits - 1, False), (waits, True)):
        with sqlite_database.reading() as session:
            wanted = dict(totals.due(session, NOW + timedelta(minutes=minutes)))
        assert (month in wanted) is is_due
    with sqlite_database.reading() as session:
        assert "2025-10" not in dict(totals.due(session, NOW + timedelta(days=9)))
