"""`balai breach`: the list goes out sealed, opens after every change of keys, and never takes another's place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from centre import breach_lists, conversations
from centre.conversations import Sender
from centre.db import Database, vault_of
from centre.privacy import Vault
from processes import breach_command, rotating
from processes.commands import main
from tests.centre.booked import NOW, telephone

SECRET, OLD, NEW = (
    "test secret",
    "a field key for tests that is long enough",
    "the key that comes after it, long enough",
)
SPAN = ("--from", f"{NOW:%Y-%m-%d}", "--to", f"{NOW:%Y-%m-%d}")


class Said(Protocol):
    def __call__(self, *words: str, keys: tuple[str, ...] = ...) -> Result: ...


def with_keys(database: Database, *keys: str) -> Database:
    """The same database as a process with these settings sees it."""
    return Database(database.engine, Vault(SECRET, keys), database.turns)


@pytest.fixture
def said(database: Database, monkeypatch: pytest.MonkeyPatch) -> Said:
    with with_keys(database, OLD).transaction() as session:
        telephone(session, "6281")

    def command(*words: str, keys: tuple[str, ...] = (OLD,)) -> Result:
        monkeypatch.setattr(breach_command, "the_database", lambda: with_keys(database, *keys))
        return CliRunner().invoke(main, ["breach", *words])

    return command


def test_a_list_opens_when_the_old_key_is_gone_from_the_settings(
    said: Said, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "list.sealed"
    assert said(*SPAN, "--out", str(file)).exit_code == 0
    assert b"6281" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    both = with_keys(database, NEW, OLD)
    rotating.rotate(both)
    assert rotating.standing(both).left == 0
    assert both.vault.headers[1] not in rotating.standing(both).headers, "the old key is said to be free"
    opened = said("--open", str(file), keys=(NEW,))
    assert opened.exit_code == 0, opened.output
    assert "conversation,,whatsapp,6281" in opened.stdout


def test_what_an_older_version_sealed_says_which_key_it_needs(said: Said, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "list.sealed"
    old = with_keys(database, OLD)
    with old.transaction() as session:
        file.write_bytes(vault_of(session).seal("code", breach_lists._TABLE))
    assert said("--open", str(file), keys=(NEW, OLD)).stdout == "code"
    refused = said("--open", str(file), keys=(NEW,))
    assert refused.exit_code == 2
    assert f"it needs field key {old.vault.newest[1:].hex()}" in one_line(refused)


def test_why_a_list_does_not_open_is_one_line(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "list.sealed"
    said(*SPAN, "--out", str(file))
    assert "balai keys status" in one_line(said("--open", str(file), keys=(NEW,)))
    file.write_bytes(b"no list")
    assert "no list of ours" in one_line(said("--open", str(file)))


def test_a_list_is_never_written_over_another(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "list.sealed"
    said(*SPAN, "--out", str(file))
    before = file.read_bytes()
    assert "is there already" in one_line(said(*SPAN, "--out", str(file)))
    assert file.read_bytes() == before


def test_a_day_counts_to_its_end_and_an_hour_as_it_stands(said: Said, database: Database) -> None:
    day, before = f"{NOW:%Y-%m-%d}", f"{NOW - timedelta(days=1):%Y-%m-%d}"
    assert said("--from", before, "--to", day).stdout == "conversation\t1\n"
    assert said("--from", before, "--to", before).stdout == ""
    earlier = f"{NOW - timedelta(minutes=1):%Y-%m-%dT%H:%M}"
    assert said("--from", before, "--to", earlier).stdout == ""


def test_who_has_no_address_is_said(said: Said, database: Database, tmp_path: Path) -> None:
    with with_keys(database, OLD).transaction() as session:
        conversations.of_sender(session, Sender("web", (("browser", "kue"),)), NOW)
    told = said(*SPAN, "--out", str(tmp_path / "list.sealed"))
    assert "without an address: 1" in told.stderr


def one_line(refused: Result) -> str:
    assert refused.exit_code == 2, refused.output
    [line] = refused.stderr.splitlines()
    return line
