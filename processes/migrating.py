"""Bringing the database to the shape this code expects, and telling what that shape is."""

from __future__ import annotations

import pkgutil
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module, metadata
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex

import centre
from centre import audit
from centre.audit import AuditEntry
from centre.db import Base, Database, is_busy

CONTENT_TABLES = (
    "content.articles",
    "content.draft_records",
    "content.exchange_uploads",
    "content.gates",
    "content.law_changes",
    "content.pivots",
    "content.proposals",
    "content.recordings",
    "content.said",
    "content.test_questions",
)
for _module in (*(f"centre.{found.name}" for found in pkgutil.iter_modules(centre.__path__)), *CONTENT_TABLES):
    import_module(_module)  # each makes its tables known

FOLDER = Path(__file__).parent / "migrations"
METADATA = Base.metadata
LOCK = 7_217_231
"""Two releases at once on PostgreSQL: the second waits."""
LOCK_WAIT = "1s"
"""So long an upgrade waits for a table that is in use, and everybody who writes there behind it: less than the two seconds
after which a platform's message counts as late."""
TRIES, PAUSE_SECONDS = 60, 1.0
MAKES_INDEX = re.compile(r"\s*CREATE (?:UNIQUE )?INDEX \S+ ON (\w+)")
UNFINISHED = """
    SELECT indexrelid::regclass FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE NOT indisvalid AND relnamespace = 'public'::regnamespace
"""

log = structlog.get_logger()


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up to `revision`, in one transaction, while the version before may still serve.

    Who waits for a table in use makes everybody behind them wait too: so it is asked for only briefly, and again later.
    What a newer version has migrated is left as it is: one that is rolled back to works on it (migrations only add).
    """
    for left in range(TRIES, 0, -1):
        try:
            _upgrade(database, revision)
            break
        except DBAPIError as error:
            if left == 1 or not is_busy(error):
                raise
            time.sleep(PAUSE_SECONDS)
    if database.engine.dialect.name == "postgresql" and current(database) == newest():
        _index_beside(database.engine)


def _index_beside(engine: Engine) -> None:
    """The indexes that are still missing, or were begun and never finished, made while everybody goes on writing."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for patience in ("statement_timeout", "lock_timeout"):
            connection.exec_driver_sql(f"SET {patience} = 0")
        for (begun,) in connection.exec_driver_sql(UNFINISHED).all():
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {begun}")
        there = {index["name"] for indexes in inspect(connection).get_multi_indexes().values() for index in indexes}
        for index in (each for table in METADATA.sorted_tables for each in table.indexes if each.name not in there):
            statement = str(CreateIndex(index).compile(dialect=connection.dialect))
            connection.exec_driver_sql(statement.replace("INDEX", "INDEX CONCURRENTLY", 1))
        connection.invalidate()  # nobody else gets one so patient


@contextmanager
def _no_index_in_use(connection: Connection) -> Iterator[None]:
    """Making an index holds up everybody who writes into its table: those of tables in use are made afterwards."""
    in_use = set(inspect(connection).get_table_names())

    def leave(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> tuple[str, object]:
        made = MAKES_INDEX.match(statement)
        return ("SELECT 1" if made and made[1] in in_use else statement), parameters

    if connection.dialect.name != "postgresql":
        yield
        return
    event.listen(connection, "before_cursor_execute", leave, retval=True)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", leave)


def _upgrade(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        _hold(connection)
        found = MigrationContext.configure(connection).get_current_revision()
        if is_newer(found):
            log.warning("database.newer", shape=found)
            return
        _wait_briefly(connection)
        with _no_index_in_use(connection):
            command.upgrade(_config(connection), revision)
        if inspect(connection).has_table(AuditEntry.__tablename__):
            audit.keep_as_written(connection)


def downgrade(database: Database, revision: str) -> None:
    """Migrate down to `revision` ("base" for nothing), in one transaction."""
    with _rebuilding(database.engine) as connection:
        _hold(connection)
        command.downgrade(_config(connection), revision)


@cache
def newest() -> str | None:
    """The revision this code expects."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def knows(revision: str) -> bool:
    """Is this a shape that this code can bring up to its own?"""
    return revision in _known()


def is_newer(revision: str | None) -> bool:
    """Is this the shape of a version that this one does not know yet?"""
    return revision is not None and not knows(revision)


def serves(revision: str | None) -> bool:
    """May this code serve a database of this shape? Its own; or a later one that it does not know, because what comes later
    only adds: while the next version takes over, this one is as ready as before."""
    return revision is not None and (revision == newest() or is_newer(revision))


def current(database: Database) -> str | None:
    """The shape that a database has; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def version() -> str:
    """The version of this code, as it is installed."""
    try:
        return metadata.version("balai")
    except metadata.PackageNotFoundError:
        return "uninstalled"


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions())


@contextmanager
def _rebuilding(engine: Engine) -> Iterator[Connection]:
    """A transaction in which SQLite may build tables anew: to drop a column it drops the old table, and with foreign keys
    kept that would fail, or take along all that refers to it (SQLite, "Making other kinds of table schema changes")."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection if engine.dialect.name == "sqlite" else None
        if driver:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if driver:
                driver.execute("PRAGMA foreign_keys=ON")


def _hold(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _wait_briefly(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
