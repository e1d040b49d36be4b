"""Nia was beaten. How long her case is kept is agreed with her mother, and then it is gone with everything in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import case_keeping, case_records, cases, outbox, retention
from centre.case_records import ASKED_BY, AskedBy, Case, CaseEntry, CaseIdentity, Sending, State
from centre.case_rules import CannotDo, DayIsOver, DayTooFar, HasItsTime, IsGone, IsOpen, NeedsApproval
from centre.conversations import Conversation
from centre.data_keys import DataKey
from centre.db import Database
from centre.messages import Outgoing
from centre.outbox import OutboxMessage
from centre.staff import Role, SignedIn
from tests.centre.booked import NOW, WAYAN, telephone

DAY = date(2027, 3, 1)
LAST_MOMENT = datetime(2027, 3, 1, 16, 59, 59, tzinfo=UTC)
"""A second to midnight in Jakarta."""
SECOND = timedelta(seconds=1)
RATNA = SignedIn("Ratna", "ratna", "Ratna", False, frozenset({(Role.COORDINATOR, "52.03")}), NOW)
DEWI = SignedIn("Dewi", "dewi", "Dewi", False, frozenset({(Role.COORDINATOR, "")}), NOW)
KOMANG = SignedIn("Komang", "komang", "Komang", False, frozenset({(Role.SPECIALIST, "52.03")}), NOW)


def nia(session: Session, category: str = "violence", *, is_closed: bool = True) -> Case:
    """She told of it, staff replied on her mother's telephone, and it was closed."""
    case = cases.open_case(session, telephone(session, "6281"), category, NOW, language="id")  # type: ignore[arg-type]
    cases.add_words(session, case, "saya dipukul majikan", None, NOW)
    case_records.keep_facts(session, case, name="Nia")
    reply = case_records.enter(session, case, "reply", WAYAN, NOW, "Kami dampingi.", sending=Sending.QUEUED)
    outbox.queue(session, session.get_one(Conversation, case.conversation_id), reply.cause, [Outgoing("Kami")], NOW)
    if is_closed:
        case.state, case.closed_at, case.outcome = State.CLOSED, NOW, "solved"
    session.flush()
    return case


def is_all_there(session: Session, case: Case) -> bool:
    """All of it, or nothing: anything between fails."""
    left = [
        session.scalar(select(func.count()).select_from(table).where(*which))
        for table, which in (
            (CaseEntry, (CaseEntry.case_id == case.id, CaseEntry.sealed_text.is_not(None))),
            (CaseIdentity, (CaseIdentity.case_id == case.id,)),
            (OutboxMessage, (OutboxMessage.cause.startswith("case:"),)),
            (DataKey, (DataKey.owner_kind == "case", DataKey.owner_id == case.id)),
        )
    ]
    assert all(left) or not any(left), left
    assert bool(case.erased_at) != any(left)
    return all(left)


def details(session: Session, case: Case) -> list[str]:
    return [entry.detail for entry in case_records.thread(session, case.id) if entry.kind == "change"]


def test_it_is_kept_to_the_end_of_the_agreed_day_and_not_longer(database: Database) -> None:
    with database.transaction() as session:
        case = nia(session)
        case_keeping.agree(session, case, WAYAN, DAY, NOW)
    for now, is_there in ((LAST_MOMENT, True), (LAST_MOMENT + SECOND, False)):
        with database.transaction() as session:
            case = session.get_one(Case, case.id)
            assert retention.clear(session, "sensitive_cases", now) == (not is_there)
            session.expire_all()
            assert is_all_there(session, case) == is_there
    with database.transaction() as session:
        assert retention.clear(session, "sensitive_cases", LAST_MOMENT + timedelta(days=9)) == 0, "once"
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1
        assert details(session, session.get_one(Case, case.id))[-1] == "keep_until:2027-03-01"


def test_another_day_may_be_agreed_or_none_again(database: Database) -> None:
    with database.transaction() as session:
        case = nia(session)
        case_keeping.agree(session, case, WAYAN, DAY, NOW)
        case_keeping.agree(session, case, WAYAN, DAY + timedelta(days=30), NOW)
        assert retention.clear(session, "sensitive_cases", LAST_MOMENT + SECOND) == 0
        case_keeping.agree(session, case, WAYAN, None, NOW)
        assert retention.clear(session, "sensitive_cases", LAST_MOMENT + timedelta(days=3650)) == 0
        assert is_all_there(session, case)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 30), DayIsOver),
        (date(2026, 12, 1), DayIsOver),
        (date(2026, 12, 2), None),
        (date(2036, 11, 30), None),
        (date(2036, 12, 1), DayTooFar),
        (date(9999, 12, 31), DayTooFar),
    ],
)
def test_the_day_lies_ahead_and_within_ten_years(
    sqlite_database: Database, day: date, why: type[CannotDo] | None
) -> None:
    """It is the first of December."""
    with sqlite_database.transaction() as session:
        case = nia(session)
        if why is None:
            case_keeping.agree(session, case, WAYAN, day, NOW)
        else:
            with pytest.raises(why):
                case_keeping.agree(session, case, WAYAN, day, NOW)
        assert case.keep_until == (None if why else day)


def test_an_ordinary_case_has_the_time_that_all_have(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        case = nia(session, "pay")
        with pytest.raises(HasItsTime):
            case_keeping.agree(session, case, WAYAN, DAY, NOW)
        with pytest.raises(HasItsTime):
            cases.erase_as_asked(session, case, RATNA, "by_phone", NOW)
        assert is_all_there(session, case)


def test_what_goes_on_beyond_its_day_is_not_erased_when_it_is_closed_at_last(database: Database) -> None:
    """Evidence must not vanish on the night after closing because of a day that was agreed long before."""
    after = LAST_MOMENT + timedelta(days=20)
    with database.transaction() as session:
        case = nia(session)
        case_keeping.agree(session, case, WAYAN, DAY, NOW)
        cases.reopen(session, case, RATNA.staff_id, NOW)
        assert retention.clear(session, "sensitive_cases", after) == 0, "it is open"
        cases.close(session, case, RATNA, "solved", "Sudah aman", after)
        cases.approve(session, case, DEWI, after)
        assert (case.state, case.keep_until, details(session, case)[-1]) == (State.CLOSED, None, "keep_lapsed")
        assert retention.clear(session, "sensitive_cases", after + timedelta(days=1)) == 0
        assert is_all_there(session, case)


def test_reopened_and_closed_before_the_day_it_goes_on_the_day(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        case = nia(session)
        case_keeping.agree(session, case, WAYAN, DAY, NOW)
        cases.reopen(session, case, RATNA.staff_id, NOW)
        cases.close(session, case, RATNA, "solved", "Sudah aman", NOW)
        cases.approve(session, case, DEWI, NOW)
        assert retention.clear(session, "sensitive_cases", LAST_MOMENT + SECOND) == 1


@pytest.mark.parametrize("how", ASKED_BY)
def test_a_coordinator_erases_it_when_the_family_asks_at_the_desk(database: Database, how: AskedBy) -> None:
    with database.transaction() as session:
        case = nia(session)
        case_keeping.agree(session, case, WAYAN, DAY, NOW)
        cases.erase_as_asked(session, case, RATNA, how, NOW)
        session.expire_all()
        assert not is_all_there(session, case)
        assert details(session, case)[-1] == f"erased:{how}"
    with database.transaction() as session:
        case = session.get_one(Case, case.id)
        for again in (
            lambda: cases.erase_as_asked(session, case, RATNA, how, NOW),
            lambda: case_keeping.agree(session, case, WAYAN, DAY, NOW),
        ):
            with pytest.raises(IsGone):
                again()


def test_nobody_else_does_and_not_while_it_is_open(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        case = nia(session, is_closed=False)
        with pytest.raises(NeedsApproval):
            cases.erase_as_asked(session, case, KOMANG, "by_phone", NOW)
        with pytest.raises(IsOpen):
            cases.erase_as_asked(session, case, RATNA, "by_phone", NOW)
        assert is_all_there(session, case)
