"""Keeping the totals that pages of figures read: one month at a time, counted without a lock, stored in a moment; and those
that whoever watches the house reads.

Any number of schedulers may do this at once: who comes second finds the month counted since it looked, and leaves it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from centre import tally_taking, totals
from centre.db import Database

MOST_ROUNDS = 20
"""What is left then is counted at the next time."""


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


def tally(database: Database, clock: Callable[[], datetime]) -> int:
    """Count what was answered since, for `/metrics`; gives how many rows were looked at."""
    number = 0
    for _ in range(MOST_ROUNDS):
        with database.transaction() as session:
            taken = tally_taking.take(session, clock())
        number += taken
        if taken < tally_taking.AT_ONCE:
            break
    return number
