"""The night's clearing: once a night, by one worker, to the end, with numbers that an administrator can read."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from centre import cases, data_keys, last_runs, referral_records, retention, retention_reports
from centre.case_records import Case, CaseEntry
from centre.conversations import Conversation
from centre.db import Database
from centre.inbox import InboxEvent
from centre.privacy import CannotOpen
from centre.retention_reports import RetentionDay
from centre.retention_rules import DEFAULTS
from processes import clearing
from processes.keep_settings import read_keep
from processes.settings import SettingsInvalid
from tests.centre.booked import telephone

AT_TWO = datetime(2027, 3, 10, 19, 0, tzinfo=UTC)
"""Two in the morning of the eleventh in Jakarta; Sari wrote in December."""


def sari_writes(database: Database, *numbers: str) -> None:
    with database.transaction() as session:
        for number in numbers:
            telephone(session, number)


def report_of(session: Session, day: date) -> RetentionDay:
    return session.get_one(RetentionDay, day)


def test_the_night_is_cleared_once_and_its_numbers_are_kept(database: Database) -> None:
    sari_writes(database, "6281", "6282")
    assert not clearing.clear_night(database, lambda: AT_TWO - timedelta(minutes=1)), "it is not two yet"
    assert clearing.clear_night(database, lambda: AT_TWO)
    assert not clearing.clear_night(database, lambda: AT_TWO + timedelta(hours=3)), "it was done"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 0
        report = report_of(session, date(2027, 3, 11))
        assert (report.cleared, report.done_at) == ({"conversation": 2}, AT_TWO)
        assert last_runs.when(session, last_runs.RETENTION) == AT_TWO
    assert clearing.clear_night(database, lambda: AT_TWO + timedelta(days=1)), "the next night is another"


def test_what_takes_several_rounds_is_cleared_to_the_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    sari_writes(database, *(f"62{number}" for number in range(5)))
    clearing.clear_night(database, lambda: AT_TWO)
    with database.reading() as session:
        assert report_of(session, date(2027, 3, 11)).cleared == {"conversation": 5}


def test_what_went_by_the_hour_is_counted_on_its_day(database: Database) -> None:
    sari_writes(database, "6281")
    at_noon = AT_TWO + timedelta(hours=10)
    assert clearing.clear_some(database, lambda: at_noon)["conversation"] == 1
    sari_writes(database, "6282")
    clearing.clear_conversations(database, lambda: at_noon + timedelta(hours=1))
    with database.reading() as session:
        assert report_of(session, date(2027, 3, 11)).cleared == {"conversation": 2}


def test_a_night_that_was_cut_off_is_taken_again_after_an_hour(database: Database) -> None:
    with database.transaction() as session:
        assert retention_reports.begin_night(session, AT_TWO)
        assert not retention_reports.begin_night(session, AT_TWO + timedelta(minutes=59))
    assert not clearing.clear_night(database, lambda: AT_TWO + timedelta(minutes=59))
    assert clearing.clear_night(database, lambda: AT_TWO + timedelta(minutes=61))


def test_a_rule_that_fails_holds_up_no_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sari_writes(database, "6281")

    def broken(session: Session, _now: datetime, _kept: timedelta) -> int:
        session.execute(update(Conversation).values(no_such_column=1).execution_options(synchronize_session=False))
        return 1

    monkeypatch.setattr(retention, "CLEARING", {"payload": (broken,), "conversation": (retention.sweep,)})
    assert clearing.clear_some(database, lambda: AT_TWO) == {"payload": 0, "conversation": 1}


def for_staff(session: Session, number: str) -> int:
    """Staff have still to look at this message of somebody's; gives whose."""
    phone = telephone(session, number)
    event = InboxEvent(channel="whatsapp", key=number, kind="message", state="done", received_at=AT_TWO, for_staff=True)
    event.sealed_payload, event.conversation_id = b"x", phone.id
    session.add(event)
    session.flush()
    return phone.id


def cannot_be_opened(_session: Session, _row: object) -> bool:
    raise CannotOpen("its key was lost")


def rows_said(output: list[MutableMapping[str, Any]]) -> list[tuple[str, int, str]]:
    return [
        (line["rule"], line["row"], line["error"]) for line in output if line["event"] == "retention.row_not_cleared"
    ]


def test_a_row_that_fails_is_left_out_and_counted_and_the_others_go(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than one page, and the first ones: they must not stand before all others for ever."""
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    with database.transaction() as session:
        failing = [for_staff(session, f"62{number}") for number in range(3)]
    sari_writes(database, *(f"628{number}" for number in range(3)))
    with monkeypatch.context() as broken, capture_logs() as output:
        broken.setattr(data_keys, "seal_anew", cannot_be_opened)
        assert clearing.clear_night(database, lambda: AT_TWO)
    assert rows_said(output) == [("conversation", number, "CannotOpen") for number in failing], "each once"
    with database.reading() as session:
        report = report_of(session, date(2027, 3, 11))
        assert (report.cleared, report.failed, report.done_at) == ({"conversation": 3}, {"conversation": 3}, AT_TWO)
        assert list(session.scalars(select(Conversation.id).order_by(Conversation.id))) == failing
        assert retention_reports.failed_lately(session) == {"conversation": 3}
    clearing.clear_night(database, lambda: AT_TWO + timedelta(days=1))
    with database.reading() as session:
        report = report_of(session, date(2027, 3, 12))
        assert (report.cleared, report.failed) == ({"conversation": 3}, None)
        assert retention_reports.failed_lately(session) == {}


def test_a_case_that_fails_keeps_all_it_has_and_its_neighbour_goes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        first, second = (closed_case(session, number) for number in ("6281", "6282"))
    erase = referral_records.erase

    def broken(session: Session, case_id: int, now: datetime) -> None:
        if case_id == first:
            raise KeyError("half of it was erased by now")
        erase(session, case_id, now)

    monkeypatch.setattr(referral_records, "erase", broken)
    two_years_on = AT_TWO + timedelta(days=735)
    with capture_logs() as output:
        clearing.clear_night(database, lambda: two_years_on)
    assert rows_said(output) == [("cases", first, "KeyError")]
    with database.reading() as session:
        words = select(CaseEntry.case_id).where(CaseEntry.sealed_text.is_not(None))
        assert set(session.scalars(words)) == {first}
        assert session.get_one(Case, first).erased_at is None
        assert session.get_one(Case, second).erased_at == two_years_on


def closed_case(session: Session, number: str) -> int:
    case = cases.open_case(session, telephone(session, number), "pay", AT_TWO, language="id")
    cases.add_words(session, case, "gaji ditahan", None, AT_TWO)
    case.state, case.closed_at = "closed", AT_TWO
    return case.id


def test_a_rule_that_fails_as_a_whole_stands_in_the_report(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_session: Session, _now: datetime, _kept: timedelta) -> int:
        raise KeyError

    monkeypatch.setattr(retention, "CLEARING", {"payload": (broken,)})
    clearing.clear_night(database, lambda: AT_TWO)
    with database.reading() as session:
        assert report_of(session, date(2027, 3, 11)).failed == {"payload": 0}


def test_times_are_set_in_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALAI_KEEP_PAYLOAD", "1.5")
    monkeypatch.setenv("BALAI_KEEP_CASES", "365")
    keep = read_keep()
    assert keep["payload"] == timedelta(hours=36)
    assert keep["cases"] == timedelta(days=365)
    assert keep["replies"] == DEFAULTS["replies"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BALAI_KEEP_PAYLOAD", "4"),
        ("BALAI_KEEP_MARKS", "29"),
        ("BALAI_KEEP_CASES", "for ever"),
        ("BALAI_KEEP_CASE", "30"),
    ],
)
def test_more_than_was_promised_and_slips_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=name):
        read_keep()
