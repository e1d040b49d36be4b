"""A new field key while everything runs: nothing is lost, nothing stays under the old one, and it may go when we say so."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from centre import conversations, heartbeats, inbox, key_rotation, people
from centre.conversations import Conversation, Sender
from centre.data_keys import DataKey
from centre.db import Database, vault_of
from centre.inbox import InboxEvent, Received
from centre.messages import Incoming
from centre.people import Person
from centre.privacy import CannotOpen, Vault
from processes import key_commands, rotating, wiring
from tests.centre import booked, sealed_lives
from tests.centre.booked import NOW
from tests.centre.sealed_lives import copied

SECRET, OLD, NEW = (
    "test secret",
    "a field key for tests that is long enough",
    "the key that comes after it, long enough",
)
ROTATE = """
import sys
from centre.db import open_database
from centre.privacy import Vault
from processes import rotating
few = rotating.key_rotation.waiting
rotating.key_rotation.waiting = lambda session, table, after: few(session, table, after, 2)
print(rotating.rotate(open_database(sys.argv[1], Vault(sys.argv[2], sys.argv[3:]))))
"""


def with_keys(database: Database, *keys: str) -> Database:
    """The same database as a process with these settings sees it."""
    return Database(database.engine, Vault(SECRET, keys), database.turns)


def furnished(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        sealed_lives.furnish(session, sealed_lives.store_in(tmp_path))


def opens(database: Database) -> bool:
    """Can everything that is sealed be read with these keys alone?"""
    with database.reading() as session:
        return all(each.opens(session) for each in copied(session))


def test_everything_opens_with_the_new_key_alone_and_nothing_with_the_old(database: Database, tmp_path: Path) -> None:
    furnished(with_keys(database, OLD), tmp_path)
    assert not opens(with_keys(database, NEW))
    assert rotating.rotate(with_keys(database, NEW, OLD)) > 0
    assert opens(with_keys(database, NEW))
    assert not opens(with_keys(database, OLD))
    assert rotating.rotate(with_keys(database, NEW, OLD)) == 0, "a second time there is nothing to do"


def test_what_stood_under_a_field_key_itself_is_sealed_for_its_owner(database: Database, tmp_path: Path) -> None:
    """As everything stood before there were keys of their own: erasing then holds in backups from the next one on."""
    furnished(with_keys(database, OLD), tmp_path)
    under_the_field_key(with_keys(database, OLD))
    before = rotating.standing(with_keys(database, OLD))
    assert (before.keys.total(), before.own) == (0, 0)
    rotating.rotate(with_keys(database, OLD))
    after = rotating.standing(with_keys(database, OLD))
    assert (after.left, after.own) == (0, before.fields.total())
    assert opens(with_keys(database, OLD))


def under_the_field_key(database: Database) -> None:
    with database.transaction() as session:
        vault = vault_of(session)
        for each in copied(session):
            words, place = vault.open(each.sealed, each.field.place_of(each.row)), each.field.place_of(each.row)
            keys = {column.name: getattr(each.row, column.name) for column in each.field.model.__table__.primary_key}
            session.execute(
                update(each.field.model)
                .where(*(each.field.model.__table__.c[name] == value for name, value in keys.items()))
                .values({each.field.name: vault.seal(words, place)})
                .execution_options(synchronize_session=False)
            )
        for key in session.scalars(select(DataKey)):
            session.delete(key)


def test_what_was_sealed_by_the_one_secret_is_sealed_anew_too(database: Database) -> None:
    with with_keys(database).transaction() as session:
        booked.person(session, "Sari")
    assert rotating.rotate(with_keys(database, NEW)) == 1
    with Database(database.engine, Vault("another secret", [NEW]), database.turns).reading() as session:
        assert session.scalars(select(Person)).one().name == "Sari"


def test_what_nobody_can_open_is_counted_and_stays(database: Database) -> None:
    with with_keys(database, OLD).transaction() as session:
        booked.person(session, "Sari")
    pauses: list[float] = []
    assert rotating.rotate(with_keys(database, NEW), pauses.append) == 0
    found = rotating.standing(with_keys(database, NEW))
    assert (found.left, found.keys.total()) == (1, 1)
    with with_keys(database, NEW).reading() as session, pytest.raises(CannotOpen):
        _ = session.scalars(select(Person)).one().name


def test_a_row_that_somebody_holds_is_left_for_later(postgresql_database: Database) -> None:
    old, both = with_keys(postgresql_database, OLD), with_keys(postgresql_database, NEW, OLD)
    with old.transaction() as session:
        booked.person(session, "Sari")
    holding = postgresql_database.engine.connect()
    holding.execute(select(DataKey.id).with_for_update())
    assert rotating.rotate(both, lambda _: holding.close()) == 1
    assert opens(with_keys(postgresql_database, NEW))


@pytest.fixture
def told(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    def command(name: str, *keys: str) -> list[str]:
        monkeypatch.setattr(key_commands, "the_database", lambda: with_keys(database, *keys))
        done = CliRunner().invoke(key_commands.keys, [name], catch_exceptions=False)
        assert done.exit_code == 0
        return done.output.splitlines()

    return command


def test_the_command_says_what_is_left_and_which_key_may_go(told, database: Database, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    furnished(with_keys(database, OLD), tmp_path)
    before = told("status", NEW, OLD)
    assert any(line.endswith("run `balai keys rotate`") for line in before)
    assert not any(line.startswith("may go") for line in before)
    after = told("rotate", NEW, OLD)
    [free] = [line for line in after if line.startswith("may go from the settings:")]
    assert free.startswith("may go from the settings: field key 2 (")
    assert not any("to be sealed anew" in line for line in told("status", NEW))
    lost = told("status", "a key that was never used here, long enough")
    assert any("not in the settings" in line for line in lost)
    assert not any(word in "\n".join([*before, *after, *lost]) for word in (OLD, NEW, SECRET))


def test_keys_are_not_changed_behind_one_that_was_not_restarted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has the new key; a web process runs on with the old one alone, and could not open what is sealed anew."""
    with with_keys(database, NEW, OLD).transaction() as session:
        heartbeats.beat(session, "desa-1:7", NOW)
    with with_keys(database, OLD).transaction() as session:
        heartbeats.beat(session, f"{heartbeats.WEB}desa-2:9", NOW)
        assert heartbeats.last_seen(session) == NOW
    monkeypatch.setattr(key_commands, "the_database", lambda: with_keys(database, NEW, OLD))
    monkeypatch.setattr(wiring, "clock", lambda: NOW + timedelta(seconds=40))
    refused = CliRunner().invoke(key_commands.keys, ["rotate"])
    assert refused.exit_code == 2
    assert "still sealing with another key: web desa-2:9;" in refused.stderr
    said = CliRunner().invoke(key_commands.keys, ["status"]).stdout
    assert "web desa-2:9" in said
    assert "may go" not in said
    monkeypatch.setattr(wiring, "clock", lambda: NOW + timedelta(seconds=70))
    assert "may go" in CliRunner().invoke(key_commands.keys, ["rotate"]).stdout, "it ended"


def test_a_web_process_is_no_worker(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        heartbeats.beat(session, f"{heartbeats.WEB}desa-1:9", NOW)
        assert heartbeats.last_seen(session) is None


def test_rotation_under_load_with_a_kill_in_the_middle_loses_nothing(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> None:
    """While messages go on coming in and being answered, `balai keys rotate` is killed at some point."""
    url = database.engine.url.render_as_string(hide_password=False)
    old, both = with_keys(database, OLD), with_keys(database, NEW, OLD)
    furnished(old, tmp_path)
    with old.transaction() as session:
        for number in range(60):
            people.add(session, f"Warga {'abcdefgh'[number % 8]}{'ijklmnop'[number // 8]}", NOW, phone="081234567890")
    begun = left(both)
    rotation = subprocess.Popen([sys.executable, "-c", ROTATE, url, SECRET, NEW, OLD], stdout=subprocess.DEVNULL)
    said_meanwhile(both, rotation, random.randint(1, 3))  # noqa: S311 - killed elsewhere each time
    rotation.wait(60)
    assert 0 < left(both) < begun, "killed in the middle"
    rotating.rotate(both)
    assert (left(both), rotating.standing(both).left) == (0, 0)
    assert opens(with_keys(database, NEW))
    with with_keys(database, NEW).reading() as session:
        heard = [inbox.message_of(inbox.opened(session, each)).text for each in session.scalars(select(InboxEvent))]
        assert {"saya Sari dari Korleko", "masih di sini"} < set(heard)
        assert len({person.name for person in session.scalars(select(Person)) if person.name.startswith("Warga")}) == 60


def said_meanwhile(database: Database, rotation: subprocess.Popen[bytes], kill_after: int) -> None:
    """Somebody writes all the while; so many messages after the first row was sealed anew the rotation is killed."""
    sender, waiting, since = Sender("web", (("browser", "b"),)), left(database), 0
    while rotation.poll() is None and since < kill_after:
        with database.transaction() as session:
            key = f"{random.random()}"  # noqa: S311 - a new message each time
            inbox.receive(session, [Received("web", key, sender, Incoming("text", "halo"))], NOW)
            found = conversations.of_sender(session, sender, NOW)
            session.get_one(Conversation, found).memory = {"country": "MY"}
        since += left(database) < waiting
    rotation.send_signal(signal.SIGKILL)


def left(database: Database) -> int:
    with database.reading() as session:
        return len(key_rotation.waiting(session, DataKey, most=10_000))
