"""Keeping the totals that pages of figures read: one month at a time, counted without a lock, stored in a moment.

Any number of schedulers may do this at once: who comes second finds the month counted since it looked, and leaves it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from centre import totals
from centre.db import Database


def count_next(database: Database, clock: Callable[[], datetime]) -> str | None:
    """Count the month that wants it most; gives which, None where all are fresh."""
    now = clock()
    with database.reading() as session:
        waiting = totals.due(session, now)
        if not waiting:
            return None
        month, seen_at = waiting[0]
        counted = totals.count(session, month, now)
    with database.transaction() as session:
        totals.keep(session, month, counted, seen_at, now)
    return month


def count_all(database: Database, clock: Callable[[], datetime]) -> int:
    """Count every month that wants it; gives how many."""
    number = 0
    while count_next(database, clock):
        number += 1
    return number
