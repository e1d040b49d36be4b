"""How long the server takes for each page of the desk, in the demo house and in one as large as the programme.

503 villages, 200,000 people, 1,000,000 messages, 50,000 cases. Three people look: an officer of one village, a coordinator of a
regency, an administrator of everything. The baseline of each page is the same page in the demo of the same run. The villages
of the demo are as full as all others, and what the schedule would have counted by then is counted.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from bench import crowded_desk, houses
from centre.db import Database, open_database
from centre.privacy import Vault
from centre.staff import Role, StaffMember, StaffRole
from processes import counting, migrating, wiring
from tests import demo_house

MOST, GROWTH, FLOOR = 0.100, 1.5, 0.010
"""Seconds; and how much slower than in the demo a page may be. Below `FLOOR` a page is quick whatever it grew by."""
TIMES = 7
SLOWEST_SHOWN = 12
LOOKERS: dict[str, tuple[tuple[Role, str], ...]] = {
    "officer": ((Role.PETUGAS, "52.03.17.2006"),),
    "coordinator": ((Role.COORDINATOR, "52.10"), (Role.COORDINATOR, "52.03")),
    "administrator": ((Role.COORDINATOR, ""), (Role.ADMINISTRATOR, "")),
}


def measure() -> bool:
    """Print the slowest pages of each looker on both databases; True when every page keeps both limits."""
    with houses.data_folder() as folder, houses.postgresql() as url:
        good = [_on("SQLite", f"sqlite:///{folder / 'pages.db'}", folder)]
        good.append(_on("PostgreSQL", url, folder))
    return all(good)


def _on(name: str, url: str, folder: Path) -> bool:
    database = open_database(url, Vault("a secret for benchmarks", ["a field key for benchmarks only"]))
    migrating.upgrade(database)
    putu = demo_house.furnish(database)
    app = demo_house.application(database, folder)
    pages = demo_house.walk(app, demo_house.browser_of(app, database, putu))
    small = {looker: _times(app, _as(app, database, putu, looker), pages) for looker in LOOKERS}
    started = time.perf_counter()
    with database.transaction() as session:
        crowded_desk.grow(session, wiring.clock())
    counting.count_all(database, wiring.clock)
    print(f"\nPages on {name}, median of {TIMES} (grown in {time.perf_counter() - started:.0f} s)")
    print(f"{'':14}{'page':34}{'demo':>9}{'large':>9}{'growth':>8}")
    large = {looker: _times(app, _as(app, database, putu, looker), pages) for looker in LOOKERS}
    database.engine.dispose()
    good = [_rows(looker, small[looker], large[looker]) for looker in LOOKERS]  # each is printed, also after a bad one
    return all(good)


def _as(app: Flask, database: Database, staff_id: str, looker: str) -> FlaskClient:
    """The same person, with other roles."""
    with database.transaction() as session:
        session.get_one(StaffMember, staff_id).roles = [
            StaffRole(role=role, area=area) for role, area in LOOKERS[looker]
        ]
    return demo_house.browser_of(app, database, staff_id)


def _times(app: Flask, client: FlaskClient, pages: dict[str, str]) -> dict[str, float]:
    """The median time of each page that this looker may open."""
    return {page: _time(client, at) for page, at in sorted(pages.items()) if client.get(at).status_code == 200}


def _time(client: FlaskClient, address: str) -> float:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        client.get(address)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _rows(looker: str, small: dict[str, float], large: dict[str, float]) -> bool:
    slowest = sorted(large, key=lambda page: -large[page])
    bad = [page for page in slowest if not _is_good(small.get(page, 0), large[page])]
    for page in dict.fromkeys([*bad, *slowest[:SLOWEST_SHOWN]]):
        was, is_now = small.get(page, 0), large[page]
        growth = f"{is_now / was:.1f}x" if was else ""
        mark = "  too slow" if page in bad else ""
        print(f"{looker:14}{page.removeprefix('admin.'):34}{was * 1000:7.1f}ms{is_now * 1000:7.1f}ms{growth:>8}{mark}")
    return not bad


def _is_good(small: float, large: float) -> bool:
    return large <= MOST and (large <= FLOOR or not small or large <= GROWTH * small)
