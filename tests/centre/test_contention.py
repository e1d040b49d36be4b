"""Many hands on the same few seats at once: none is sold twice, none is lost, the line keeps its order.

The full size is `python -m bench booking`; here a crowd small enough for every run, on both databases.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench import crowding
from centre.db import Database, open_database

THREADS = 8


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_crowd_gets_every_seat_once_and_in_order(database: Database) -> None:
    crowding.settle(database)
    began = time.time()
    second = open_database(database.engine.url.render_as_string(hide_password=False), database.vault)
    """Another process, as far as the database can tell."""
    with ThreadPoolExecutor(2) as pool:
        halves = [
            pool.submit(crowding.crowd_of_threads, each, f"{crowding.BY}{index}", THREADS // 2, 45, began)
            for index, each in enumerate((database, second))
        ]
        told = crowding.added(half.result() for half in halves)
    second.engine.dispose()

    found = crowding.audit(database, told)

    assert found.is_clean, (found.overbooked, found.lost, found.jumped, found.astray)
    assert told.gave_up == 0
    assert min(found.changes[what] for what in ("booked", "waiting", "offered", "cancelled")) > 0, found.changes
