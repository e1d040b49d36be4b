"""Sealing anew what stands under an older key, while everything runs (`balai keys rotate`).

Any number may run at once, and each may be ended at any point: every step is one small transaction (`centre.key_rotation`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from centre import key_rotation
from centre.db import Base, Database
from centre.key_rotation import Place, Standing
from processes import migrating  # noqa: F401 - it makes every table known

IDLE_PASSES = 3
"""After as many in which nothing could be sealed anew the rest is left: nobody can open it, or it is held for long."""
PAUSE_SECONDS = 0.5


def rotate(database: Database, pause: Callable[[float], None] = time.sleep) -> int:
    """Seal everything anew that stands under an older key; gives how many rows. What somebody holds is tried again."""
    done = idle = 0
    while idle < IDLE_PASSES:
        sealed, seen = _one_pass(database)
        done += sealed
        if sealed == seen:
            break
        idle = 0 if sealed else idle + 1
        pause(PAUSE_SECONDS)
    return done


def standing(database: Database) -> Standing:
    """What stands under which key now."""
    with database.reading() as session:
        key_rotation.patiently(session)
        return key_rotation.standing(session)


def _one_pass(database: Database) -> tuple[int, int]:
    """Once through every table: how many rows were sealed anew, of how many."""
    sealed = seen = 0
    for table in key_rotation.tables():
        for places in _pages(database, table):
            seen += len(places)
            with database.transaction() as session:
                sealed += key_rotation.reseal(session, table, places)
    return sealed, seen


def _pages(database: Database, table: type[Base]) -> Iterator[list[Place]]:
    """A page of rows after the other, each read when the one before is done, without holding anything."""
    after: Place = ()
    while True:
        with database.reading() as session:
            key_rotation.patiently(session)
            places = key_rotation.waiting(session, table, after)
        if not places:
            return
        yield places
        after = places[-1]
