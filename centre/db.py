"""The one door to the database: what tables share, how a connection behaves, where a transaction begins and ends.

Domain functions take a `Session`, flush, and never commit. Only the edges (a webhook route, the worker, a command, an
admin page) open `Database.transaction()`, which commits once, or `Database.reading()`, which writes nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    create_engine,
    event,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from centre.privacy import Vault
from centre.sealing import SessionVault

PATIENCE = {
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "options": "-c lock_timeout=3s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s",
}
"""How long PostgreSQL is waited for: one held row or one dead machine must not hold up every thread of ours."""
BRIEFLY = "250ms"
"""How long a row is waited for by who can do with less at once: shorter than PostgreSQL takes to notice a ring of waiting
transactions (`deadlock_timeout`, a second)."""
_BUSY = {"40P01", "55P03"}
"""deadlock_detected, lock_not_available."""
SQLITE_PATIENCE_MS, SQLITE_LOOK_MS = 5000, 40
"""SQLite has no queue for its one lock: who waits looks again after 1, 2, 5, 10 … and then every 100 milliseconds, and
beside processes that write all the time may find it taken for seconds. Who begins to look anew after 40 finds the gap."""
SQLITE_IS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""secure_delete: what is deleted is overwritten, as Debian's SQLite does anyway and others do not; above all the key of
somebody who is erased must not lie on between the rows."""
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of ours, in one metadata, so that migrations see them all."""

    metadata = MetaData(naming_convention=NAMES)


BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A growing row number. SQLite numbers rows by itself only for its plain INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC. A time without a zone is refused: nobody could say when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True)
class Database:
    """An engine and the vault that seals what must not be read from the disk."""

    engine: Engine
    vault: Vault
    turns: AbstractContextManager[object] = field(default_factory=nullcontext)
    """SQLite: this process's own threads write in turn, which is quicker than each waiting for the file's lock."""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: committed at the end, rolled back when anything is raised."""
        with self.turns, self.engine.begin() as connection, self._session(connection) as session:
            yield session
            session.flush()
        vault_of(session).committed()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look at the data that takes no write lock and is never committed."""
        with self._reader.connect() as connection, self._session(connection) as session:
            yield session

    def empty_journal(self) -> None:
        """SQLite: what stands in the log goes into the file, and the log is cut: what was erased lies in neither. Somebody who
        reads just now is not waited for; PostgreSQL sees to its own."""
        if self.engine.dialect.name != "sqlite":
            return
        with self.turns, closing(self.engine.raw_connection()) as connection:
            raw: Any = connection.driver_connection
            raw.execute(f"PRAGMA busy_timeout={SQLITE_LOOK_MS}")
            try:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.execute(f"PRAGMA busy_timeout={SQLITE_PATIENCE_MS}")

    @cached_property
    def _reader(self) -> Engine:
        return self.engine.execution_options(read_only=True)

    def _session(self, bind: Engine | Connection) -> Session:
        return Session(bind, expire_on_commit=False, info={"vault": self.vault})


def open_database(url: str, vault: Vault, *, pool_size: int = 5, ping: bool = True) -> Database:
    """Connect to `url` (SQLite or PostgreSQL). Nothing is read yet; a wrong address shows at first use.

    `ping`: try a pooled connection before it is used. Who asks again by itself after an error can do without.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite(url), vault, threading.RLock())
    parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_pre_ping=ping,
        hide_parameters=True,
        connect_args=PATIENCE,
    )
    return Database(engine, vault)


def is_down(error: DBAPIError) -> bool:
    """Can the database not be reached or not store now (so that asking again later may help)?"""
    if is_busy(error):
        return False
    return error.connection_invalidated or type(error).__name__ in {"OperationalError", "InterfaceError"}


def is_busy(error: DBAPIError) -> bool:
    """Did another transaction stand in the way: each waited for the other, or a row was held too long?

    PostgreSQL has undone ours; the same once more may go through at once (documentation, 13.3.4 and appendix A).
    """
    return getattr(error.orig, "sqlstate", None) in _BUSY


def wait_briefly(session: Session) -> None:
    """In this transaction a row that is held makes us wait no longer than `BRIEFLY`. SQLite holds no rows."""
    connection = connection_of(session)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BRIEFLY}'")


def connection_of(session: Session) -> Connection:
    """The connection under a session, for statements that need nothing of the session's own."""
    return session.bind if isinstance(session.bind, Connection) else session.connection()


def new_row(session: Session, table: Any, row: Mapping[str, Any]) -> Any:
    """The statement that adds a row unless one with its key is there already, in the words of either database."""
    insert = sqlite_insert if connection_of(session).dialect.name == "sqlite" else postgres_insert
    return insert(table).values(row).on_conflict_do_nothing()


def is_any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Is there such a row? As `EXISTS`, but looked up in an index for each row of the question around it (PostgreSQL would
    read the whole table of an `EXISTS` first) and taken for rare."""
    found = select(literal_column("1")).where(*conditions).limit(1).scalar_subquery()
    return func.coalesce(found, literal_column("0")) == literal_column("1")


def changed(result: Any) -> int:
    """How many rows a statement changed or removed."""
    return max(0, int(getattr(result, "rowcount", 0)))


def vault_of(session: Session) -> SessionVault:
    """The vault that this session's transaction was opened with, as it finds keys in this transaction."""
    opened: SessionVault | None = session.info.get("opened")
    if opened is None:
        opened = SessionVault(session.info["vault"], lambda: connection_of(session), session.identity_map.values)
        session.info["opened"] = opened
    return opened


@event.listens_for(Session, "after_soft_rollback")
def _look_up_keys_again(session: Session, _previous: object) -> None:
    if "opened" in session.info:
        session.info["opened"].rolled_back()


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 5.0, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred: a read then a write would fail at once
    for pragma in (*SQLITE_IS, f"busy_timeout={SQLITE_PATIENCE_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at BEGIN and waits its turn; taking it later ends in "database is locked".
    if connection.get_execution_options().get("read_only", False):
        connection.exec_driver_sql("BEGIN")
        return
    raw: Any = connection.connection.driver_connection
    raw.execute(f"PRAGMA busy_timeout={SQLITE_LOOK_MS}")
    try:
        if not _sqlite_turn_came(raw):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # a last look, which says what is in the way
    finally:
        raw.execute(f"PRAGMA busy_timeout={SQLITE_PATIENCE_MS}")


def _sqlite_turn_came(raw: Any) -> bool:
    """Begin to write as soon as nobody else does; False when somebody did all the while."""
    for _ in range(SQLITE_PATIENCE_MS // SQLITE_LOOK_MS):
        with suppress(sqlite3.OperationalError):
            raw.execute("BEGIN IMMEDIATE")
            return True
    return False
