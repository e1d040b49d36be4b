"""An upgrade while the version before it still serves: it only adds, and nobody who writes waits for long."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, Table, event, insert, inspect, select, text, update

from centre.db import Database
from processes import migrating
from tests.processes.test_migrations import bare

__all__ = ["bare"]
SERVED = "0004"
"""From here on there are houses that must not stop for an upgrade."""
NOW = datetime(2026, 11, 21, 1, 0)
LONGEST_WAIT = 2.0


def test_what_comes_after_only_adds(bare: Database) -> None:
    """New tables; columns that may be empty or have a constant default; no index that writers would wait for."""
    migrating.upgrade(bare, SERVED)
    # SQLite has one lock for all of it, and a village's tables are small: there an index is made at once.
    in_use = set() if bare.engine.dialect.name == "sqlite" else set(inspect(bare.engine).get_table_names())
    with _statements(bare.engine) as said:
        migrating.upgrade(bare)
    assert any("CREATE TABLE" in each for each in said), "there is something to judge"
    assert [each for each in said if not _only_adds(each, in_use)] == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE conversations ADD COLUMN mood VARCHAR(10) NOT NULL",
        "ALTER TABLE conversations DROP COLUMN language",
        "ALTER TABLE conversations ALTER COLUMN language TYPE TEXT",
        "ALTER TABLE conversations ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES b (id)",
        "ALTER TABLE conversations ADD COLUMN b INTEGER REFERENCES b (id)",
        "ALTER TABLE conversations ADD COLUMN at TIMESTAMP DEFAULT now() NOT NULL",
        "CREATE INDEX ix_a ON conversations (language)",
        "DROP TABLE conversations",
        "UPDATE conversations SET language = 'id'",
        "ALTER TABLE _alembic_tmp_conversations RENAME TO conversations",
    ],
)
def test_the_rule_notices_what_does_more(statement: str) -> None:
    assert not _only_adds(statement, {"conversations"})


@pytest.mark.parametrize("is_held", [False, True], ids=["", "somebody_holds_a_row"])
def test_the_version_before_goes_on_writing(bare: Database, is_held: bool) -> None:
    migrating.upgrade(bare, SERVED)
    before = Before(bare.engine)
    before.write()
    writing = threading.Thread(target=before.go_on, daemon=True)
    writing.start()
    with before.holding_a_row(4) if is_held else before.holding_nothing():
        migrating.upgrade(bare)
    count = before.written
    deadline = time.monotonic() + 30
    while before.written < count + 5 and time.monotonic() < deadline and not before.errors:
        time.sleep(0.01)
    before.is_over.set()
    writing.join(30)
    assert before.errors == []
    assert before.written >= count + 5, "also afterwards"
    assert before.longest <= LONGEST_WAIT + 20 * before.usual, "a webhook of the version before waits no longer"


class Before:
    """The version before: it knows the tables as they were, and writes as webhooks and workers do."""

    def __init__(self, engine: Engine) -> None:
        self.written, self.longest, self.usual = 0, 0.0, 0.0
        self.errors: list[Exception] = []
        self.is_over = threading.Event()
        self._engine = engine
        known = MetaData()
        known.reflect(engine, only=["conversations", "inbox_events", "outbox_messages"])
        self._conversations, self._inbox, self._outbox = (
            known.tables[name] for name in ("conversations", "inbox_events", "outbox_messages")
        )

    def go_on(self) -> None:
        while not self.is_over.is_set():
            try:
                self.write()
            except Exception as error:  # noqa: BLE001 - whatever it is, the test says so
                self.errors.append(error)
                return

    def write(self) -> None:
        started = time.monotonic()
        with self._engine.begin() as connection:
            who = connection.execute(_row(self._conversations, channel="telegram")).inserted_primary_key
            assert who
            key = f"{self.written:032d}"
            heard = {"channel": "telegram", "key": key, "kind": "message", "state": "open", "conversation_id": who[0]}
            connection.execute(_row(self._inbox, **heard))
            said = {"channel": "telegram", "cause": key, "part": 0, "state": "open", "conversation_id": who[0]}
            connection.execute(_row(self._outbox, **said))
            mine = self._outbox.c.conversation_id == who[0]
            connection.execute(update(self._outbox).where(mine).values(state="sent"))
            assert connection.execute(select(self._outbox.c.state).where(mine)).scalar_one() == "sent"
        took = time.monotonic() - started
        self.written, self.longest, self.usual = self.written + 1, max(self.longest, took), self.usual or took

    @contextmanager
    def holding_a_row(self, seconds: float) -> Iterator[None]:
        """A worker of the version before is in the middle of something. (On SQLite nobody else writes meanwhile.)"""
        held, let_go = threading.Event(), threading.Event()

        def hold() -> None:
            with self._engine.execution_options(read_only=True).connect() as connection:
                connection.execute(text("SELECT count(*) FROM conversations"))
                held.set()
                let_go.wait(seconds)

        holding = threading.Thread(target=hold, daemon=True)
        holding.start()
        assert held.wait(30)
        yield
        let_go.set()
        holding.join(30)

    @contextmanager
    def holding_nothing(self) -> Iterator[None]:
        yield


def _row(table: Table, **known: Any) -> Any:
    """A row with these values; whatever else must be there gets something plain."""
    plain: dict[type, Any] = {str: "", int: 0, bool: False, datetime: NOW.replace(tzinfo=UTC), bytes: b""}
    needed = [column for column in table.columns if not column.nullable and column.server_default is None]
    rest = {column.name: plain.get(column.type.python_type, "{}") for column in needed if not column.primary_key}
    return insert(table).values(rest | known)


@contextmanager
def _statements(engine: Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


HARMLESS = re.compile(
    r"(SELECT|PRAGMA|SET LOCAL|SET \w+_timeout|BEGIN|CREATE TABLE|UPDATE alembic_version|INSERT INTO alembic_version)\b"
    r"|(CREATE OR REPLACE FUNCTION|(CREATE|DROP) TRIGGER).*(balai_as_written|audit|as_written)",
    re.I,
)
COLUMN = re.compile(r"ALTER TABLE \"?(\w+)\"? ADD COLUMN (.*)", re.I)
INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?.*? ON \"?(\w+)\"?", re.I)
CONSTANT = re.compile(r"DEFAULT (\(?'?[\w.]*'?\)?)( NOT NULL)?$", re.I)


def _only_adds(statement: str, in_use: set[str]) -> bool:
    if column := COLUMN.match(statement):
        described = column[2]
        if "REFERENCES" in described.upper():
            return False
        return bool(CONSTANT.search(described)) or not re.search(r"NOT NULL|DEFAULT", described, re.I)
    if index := INDEX.match(statement):
        return bool(index[1]) or index[2] not in in_use
    return bool(HARMLESS.match(statement))
