"""Keeping no longer than promised: a little every hour, and all of it in the night from two (Jakarta time).

Each rule of `centre.retention_rules` in a transaction of its own, so that one that fails holds up no other, and nobody waits;
within a rule a row that fails is left out, counted for the day's report, and tried again at the next time.
Any number of workers may do it: what is gone is gone, and the night is taken by one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from centre import last_runs, retention, retention_reports
from centre.db import Database, is_busy, is_down
from centre.retention_rules import DEFAULTS, Keep
from centre.row_by_row import Skipped, count_failed

MOST_ROUNDS = 2000
"""How often one rule is asked in a night: a rule that never comes to an end must not keep the others waiting for ever."""

log = structlog.get_logger()
Clock = Callable[[], datetime]


def clear_some(database: Database, clock: Clock, keep: Keep = DEFAULTS) -> dict[str, int]:
    """Each rule once; gives how many of each went."""
    return {rule: _clear(database, rule, clock, keep) for rule in retention.CLEARING}


def clear_conversations(database: Database, clock: Clock, keep: Keep = DEFAULTS) -> int:
    """Those that were erased or left alone, often: a farewell is to be over soon."""
    return _clear(database, "conversation", clock, keep)


def clear_night(database: Database, clock: Clock, keep: Keep = DEFAULTS) -> bool:
    """All that is over, once a night; False when it is not time, or another worker does it."""
    began = clock()
    with database.reading() as session:
        if not retention_reports.is_night_due(session, began):
            return False
    with database.transaction() as session:
        if not retention_reports.begin_night(session, began):
            return False
    cleared = {rule: _clear_all(database, rule, clock, keep) for rule in retention.CLEARING}
    with database.transaction() as session:
        retention_reports.end_night(session, began, clock())
        last_runs.enter(session, last_runs.RETENTION, clock())
    log.info("retention.night", **{rule: number for rule, number in cleared.items() if number})
    return True


def _clear_all(database: Database, rule: str, clock: Clock, keep: Keep) -> int:
    total = 0
    skipped: Skipped = {}
    for _round in range(MOST_ROUNDS):
        known = len(skipped)
        gone = _clear(database, rule, clock, keep, skipped)
        total += gone
        if not gone and len(skipped) == known:
            break
    return total


def _clear(database: Database, rule: str, clock: Clock, keep: Keep, skipped: Skipped | None = None) -> int:
    """One rule, and its number into the report. What fails is said, and tried again at the next time."""
    now, skipped = clock(), {} if skipped is None else skipped
    known = set(skipped)
    try:
        with database.transaction() as session:
            gone = retention.clear(session, rule, now, keep, skipped)
            retention_reports.add(session, {rule: gone}, now)
    except Exception as error:  # noqa: BLE001 - the other rules must be kept all the same
        if isinstance(error, DBAPIError) and is_down(error):
            raise
        log.error("retention.not_cleared", rule=rule, error=type(error).__name__)
        if not (isinstance(error, DBAPIError) and is_busy(error)):
            _report_failed(database, rule, 0, now)
        return 0
    for number in sorted(skipped.keys() - known):
        log.error("retention.row_not_cleared", rule=rule, row=number, error=skipped[number] or "busy")
    if failed := count_failed(skipped):
        _report_failed(database, rule, failed, now)
    return gone


def _report_failed(database: Database, rule: str, number: int, now: datetime) -> None:
    with database.transaction() as session:
        retention_reports.add_failed(session, rule, number, now)
