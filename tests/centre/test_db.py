"""The one door to the database: what a transaction keeps, what a reading does not disturb, and times in UTC."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from centre import contact_points, db
from centre.contact_points import ContactPoint
from centre.db import Database, is_down, open_database
from centre.privacy import Vault

WIB = timezone(timedelta(hours=7))


def keep(database: Database, channel: str, at: datetime) -> None:
    with database.transaction() as session:
        contact_points.hold(session, channel).free_at = at


def kept(database: Database, channel: str) -> datetime | None:
    with database.reading() as session:
        return session.scalar(select(ContactPoint.free_at).where(ContactPoint.channel == channel))


def test_a_moment_told_in_wib_is_the_same_moment_in_utc(database: Database) -> None:
    keep(database, "telegram", datetime(2026, 11, 21, 10, 0, tzinfo=WIB))
    assert kept(database, "telegram") == datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_a_time_without_its_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without its zone"):
        keep(database, "telegram", datetime(2026, 11, 21, 10, 0))


def test_what_is_raised_undoes_everything(database: Database) -> None:
    def fails() -> None:
        with database.transaction() as session:
            contact_points.learn_link(session, "telegram", "https://t.me/BalaiBot")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with database.reading() as session:
        assert contact_points.links(session) == {}


def test_a_reading_commits_nothing(database: Database) -> None:
    with database.reading() as session:
        session.add(ContactPoint(channel="web"))
        if database.engine.dialect.name == "postgresql":
            session.flush()
    with database.reading() as session:
        assert session.get(ContactPoint, "web") is None


def test_reading_goes_on_while_another_writes(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as writing:
        contact_points.learn_link(writing, "telegram", "https://t.me/BalaiBot")
        with sqlite_database.reading() as session:
            assert contact_points.links(session) == {}


def test_a_database_that_is_not_there_is_down_and_a_wrong_row_is_not() -> None:
    away = open_database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1", Vault("test secret"))
    with pytest.raises(DBAPIError) as gone, away.reading() as session:
        contact_points.links(session)
    assert is_down(gone.value)


def test_a_broken_rule_is_not_a_database_that_is_down(database: Database) -> None:
    keep(database, "web", datetime(2026, 11, 21, tzinfo=UTC))
    again = "INSERT INTO contact_points (channel) VALUES ('web')"
    with pytest.raises(DBAPIError) as broken, database.transaction() as session:
        session.connection().exec_driver_sql(again)
    assert not is_down(broken.value)


def test_a_locked_sqlite_counts_as_down_so_that_the_message_is_not_blamed(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "SQLITE_PATIENCE_MS", 80)
    impatient = open_database(str(sqlite_database.engine.url), sqlite_database.vault)
    with sqlite_database.transaction() as holding:
        contact_points.learn_link(holding, "telegram", "https://t.me/BalaiBot")
        with pytest.raises(DBAPIError) as busy, impatient.transaction() as session:
            contact_points.links(session)
    assert is_down(busy.value)


def test_whoever_waits_to_write_finds_the_gap_between_two_who_write_all_the_time(sqlite_database: Database) -> None:
    """Two processes that write without a pause, as web and worker in a busy hour, beside one that comes now and then.

    Looking every 100 milliseconds, as SQLite does by itself, it found the file taken for seconds.
    """
    over = threading.Event()

    def write_all_the_time() -> None:
        database = open_database(str(sqlite_database.engine.url), sqlite_database.vault)
        while not over.is_set():
            with database.transaction() as session:
                contact_points.learn_link(session, "telegram", "https://t.me/BalaiBot")
                time.sleep(0.02)
        database.engine.dispose()

    others = [threading.Thread(target=write_all_the_time) for _ in range(2)]
    for other in others:
        other.start()
    try:
        for number in range(5):
            keep(sqlite_database, "web", datetime(2026, 11, 21 + number, tzinfo=UTC))
    finally:
        over.set()
        for other in others:
            other.join(30)
    assert kept(sqlite_database, "web") == datetime(2026, 11, 25, tzinfo=UTC)


def test_after_a_write_that_had_to_wait_everything_else_is_as_patient_as_before(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == db.SQLITE_PATIENCE_MS
    with sqlite_database.reading() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == db.SQLITE_PATIENCE_MS


def test_what_was_erased_lies_neither_in_the_file_nor_in_its_log(sqlite_database: Database) -> None:
    """What was deleted, and what was written over, in pages that go on being used and in those that do not."""
    path = Path(str(sqlite_database.engine.url.database))
    words = "rahasia-lumbung-padi"
    long = f"https://t.me/{words}" * 400  # pages of its own
    with sqlite_database.transaction() as session:
        for number, link in enumerate((long, words, "a neighbour that stays")):
            contact_points.learn_link(session, str(number), link)
    assert words.encode() in lying(path), "else this shows nothing"
    with sqlite_database.transaction() as session:
        session.execute(delete(ContactPoint).where(ContactPoint.channel == "0"))
        contact_points.learn_link(session, "1", "x")
    with sqlite_database.reading() as session:
        session.get(ContactPoint, "1")
        sqlite_database.empty_journal()  # does not wait, nor fail, for who is reading
    sqlite_database.empty_journal()
    assert b"neighbour that stays" in lying(path)
    assert words.encode() not in lying(path)
    with sqlite_database.transaction() as session:
        contact_points.learn_link(session, "1", "https://t.me/BalaiBot")


def lying(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
