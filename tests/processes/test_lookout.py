"""No worker is there, and so none to say so: the web process enters it, and sends the mail itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from centre import heartbeats, incidents, last_runs
from centre.db import Database
from centre.incidents import Kind
from centre.staff import Role, set_email
from processes import lookout, mailing
from processes.mailing import Outcome
from processes.settings import MailServer
from tests.centre.alerted import staff_member

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
POST = MailServer("127.0.0.1", 1, "", "", "balai@desa.example", is_secure=False, starts_tls=False)


def look(database: Database, after: float, post: MailServer | None = None, began: float | None = None) -> bool:
    now = NOW + timedelta(minutes=after)
    since = None if began is None else NOW + timedelta(minutes=began)
    return lookout.look(database, "https://balai.example", lambda: now, post, since)


def beat(database: Database, after: float) -> None:
    with database.transaction() as session:
        heartbeats.beat(session, "desa-1:7", NOW + timedelta(minutes=after))


def stands(database: Database) -> bool:
    with database.reading() as session:
        return incidents.standing(session, Kind.WORKER_MISSING)


def test_a_worker_goes_and_comes_back(database: Database) -> None:
    """Two minutes are a restart; a day later it is still missing; five quiet minutes after its return it is over."""
    beat(database, 0)
    assert look(database, 1.9)
    assert not stands(database)
    assert not look(database, 2.1)
    assert stands(database)
    beat(database, 30)
    assert look(database, 30)
    assert stands(database), "it might be gone again"
    beat(database, 35)
    assert look(database, 35)
    assert not stands(database)


def test_after_a_night_without_power_the_worker_has_time_to_come(sqlite_database: Database) -> None:
    beat(sqlite_database, 0)
    for after in (600.25, 601.9):
        look(sqlite_database, after, began=600)
        assert not stands(sqlite_database)
    look(sqlite_database, 602.1, began=600)
    assert stands(sqlite_database)


def test_a_house_that_never_had_a_worker_has_no_trouble_yet(sqlite_database: Database) -> None:
    assert look(sqlite_database, 0)
    with sqlite_database.transaction() as session:
        last_runs.begin(session, NOW - timedelta(days=3))  # it had one, so long ago that its sign of life is forgotten
    assert not look(sqlite_database, 0)


def test_the_mail_goes_without_a_worker_also_at_night(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []

    def send(server: MailServer, letter: mailing.Letter, now: datetime) -> Outcome:
        sent.append((letter.to, letter.subject))
        return Outcome("sent")

    monkeypatch.setattr(mailing, "send", send)
    beat(sqlite_database, 0)
    with sqlite_database.transaction() as session:
        set_email(session, staff_member(session, "Made", (Role.ADMINISTRATOR, "")), "made@desa.example")
    for after in (3, 4, 5):
        look(sqlite_database, after, POST)
    assert sent == [("made@desa.example", "Gangguan pada Balai")]
