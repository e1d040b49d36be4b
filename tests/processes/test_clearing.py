"""The night's clearing: once a night, by one worker, to the end, with numbers that an administrator can read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from centre import last_runs, retention, retention_reports
from centre.conversations import Conversation
from centre.db import Database
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
