"""When the next backup is due, who makes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from centre import backups, last_runs
from centre.backups import Backup
from centre.db import Database

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def begun(database: Database, now: datetime) -> int | None:
    with database.transaction() as session:
        made = backups.begin_if_due(session, now)
        return made.id if made else None


def done(database: Database, backup_id: int, now: datetime) -> None:
    with database.transaction() as session:
        backups.succeed(session, backup_id, 1000, now)


def test_one_worker_makes_the_backup_of_the_hour_and_the_others_leave_it(database: Database) -> None:
    first = begun(database, NOON)
    assert first
    assert begun(database, NOON + MINUTE) is None, "somebody is at it"
    done(database, first, NOON + 2 * MINUTE)
    assert begun(database, NOON + backups.EVERY - MINUTE) is None
    assert begun(database, NOON + backups.EVERY), "from begin to begin, so that no more than an hour is lost"


def test_what_failed_is_tried_again_soon_and_who_died_is_not_waited_for(database: Database) -> None:
    first = begun(database, NOON)
    assert first
    with database.transaction() as session:
        backups.fail(session, first, "OSError" * 20, NOON + MINUTE)
    assert begun(database, NOON + 2 * MINUTE) is None
    assert begun(database, NOON + MINUTE + backups.AGAIN), "this one dies"
    assert begun(database, NOON + MINUTE + backups.AGAIN + backups.LONGEST)


def test_the_last_good_one_is_the_moment_that_it_shows(database: Database) -> None:
    with database.reading() as session:
        assert last_runs.when(session, last_runs.BACKUP) is None
    first = begun(database, NOON)
    assert first
    with database.reading() as session:
        assert last_runs.when(session, last_runs.BACKUP) is None, "one under way is none yet"
    done(database, first, NOON + 9 * MINUTE)
    with database.transaction() as session:
        backups.fail(session, backups.begin(session, NOON + 60 * MINUTE).id, "DiskFull", NOON + 61 * MINUTE)
    with database.reading() as session:
        assert last_runs.when(session, last_runs.BACKUP) == NOON


def test_entries_are_not_kept_for_ever(database: Database) -> None:
    begun(database, NOON)
    begun(database, NOON + backups.ENTRIES_KEPT + MINUTE)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Backup)) == 1
