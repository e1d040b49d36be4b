"""`balai restore`: an archive back into a house that stands still.

First everything is read to the end and proved, in a folder of its own; only then is anything changed. SQLite's file is
made ready beside the old one and takes its name; PostgreSQL keeps what was there until the new stands (`dumping.refilled`).
Then the shape is brought up to this version's, what no longer opens goes, and nobody's number is given again.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, inspect, select, text
from sqlalchemy.orm import Session

from centre import audit, cases, data_keys, renewals
from centre.db import Base, Database, connection_of, open_database
from centre.kept_files import KeptFile
from centre.staff_sessions import StaffSession
from processes import archives, dumping, migrating, wiring
from processes.archives import Key
from processes.backing_up import FILES, GONE, KEYS_NAME, RENEWED, check_tools, key_marks, reasons
from processes.command_line import Refused
from processes.settings import Settings, SettingsInvalid, backup_key, has_own_keys

STAGED = "restoring"
LOOKS = 20
NUMBERS_ON = 1_000_000
"""More than can have been given since the backup: telephones and letters still name them (docs/decisions/0009)."""

log = structlog.get_logger()
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Restored:
    """What came back."""

    taken_at: datetime
    lost: timedelta
    files: int
    files_missing: int
    cleared: int
    """Rows that nothing opens any more: of people erased since."""


def restore(
    settings: Settings,
    path: Path,
    keys: Path | None,
    clock: Clock,
    *,
    replace: bool,
    lost_keys: bool,
) -> Restored:
    """Put an archive in the place of what is there. Raises `Refused`, `SettingsInvalid`, `OSError`."""
    key = _own_keys(settings)
    database = wiring.database(settings)
    try:
        return _restore(settings, database, key, path, keys, clock, replace=replace, lost_keys=lost_keys)
    finally:
        database.engine.dispose()


def _restore(
    settings: Settings,
    database: Database,
    key: Key,
    path: Path,
    keys: Path | None,
    clock: Clock,
    *,
    replace: bool,
    lost_keys: bool,
) -> Restored:
    check_tools(database, "pg_restore")
    if not replace and not _is_empty(database):
        raise Refused("there is a house here already: --replace puts the backup in its place")
    with _standing_still(settings, database), _staging(settings.data / STAGED) as staged:
        about = _read(settings, database, key, path, keys, staged, lost_keys=lost_keys)
        cleared = _put_in_place(database, staged, clock)
        inside, beside = [staged / FILES], [path.parent / FILES, path.parent / FILES / GONE]
        files, missing = _place_files(settings, database, inside if about["files"] == "inside" else beside)
    taken_at = _taken_at(about)
    log.info("backup.restored", files=files, missing=missing, cleared=cleared)
    return Restored(taken_at, clock() - taken_at, files, missing, cleared)


# Before anything is changed


def _own_keys(settings: Settings) -> Key:
    """All keys must be there: new ones would open nothing. Raises `SettingsInvalid`."""
    if not has_own_keys(settings):
        raise SettingsInvalid(
            "the keys of the house are missing: put secret.key and field.keys into BALAI_DATA, "
            "or set BALAI_SECRET_KEY and BALAI_FIELD_KEYS"
        )
    return backup_key(settings, may_be_made=False)


def _is_empty(database: Database) -> bool:
    if dumping.is_sqlite(database) and not Path(str(database.engine.url.database)).exists():
        return True
    there = inspect(database.engine)
    return not there.get_table_names() and not (not dumping.is_sqlite(database) and there.has_schema(dumping.BEFORE))


def _read(
    settings: Settings,
    database: Database,
    key: Key,
    path: Path,
    keys: Path | None,
    staged: Path,
    *,
    lost_keys: bool,
) -> dict[str, Any]:
    """Unpack the archive and the keys beside it, and judge them; gives what the archive says of itself."""
    with reasons(path):
        about = _unpack(path, key, staged)
    _check_about(about, settings, database, lost_keys=lost_keys)
    if about["apart"]:
        keys = keys or path.parent / KEYS_NAME
        if not keys.is_file():
            raise Refused(f"{keys.name} is not beside it: without it nothing that people wrote opens (--keys FILE)")
        with reasons(keys):
            of_keys = _unpack(keys, key, staged)
        _check_about(of_keys, settings, database, lost_keys=lost_keys)
        if not lost_keys and _taken_at(of_keys) < _taken_at(about):
            raise Refused(
                f"{keys.name} is older than {path.name}: what was said in between would be cleared as if erased; give the "
                "newest (or --lost-keys)"
            )
    return about


def _taken_at(about: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(about["taken_at"])


def _check_about(about: dict[str, Any], settings: Settings, database: Database, *, lost_keys: bool) -> None:
    """Can this version, with these keys and this database, take the archive in? Raises `Refused`."""
    if not migrating.knows(about["revision"]):
        raise Refused(
            f"the backup was made by another version of Balai ({about['balai']}, shape {about['revision']}) that this one "
            "does not know: install that version or a newer one"
        )
    if about["database"] != database.engine.dialect.name:
        raise Refused(f"the backup is of {about['database']}, BALAI_DATABASE_URL is {database.engine.dialect.name}")
    marks = key_marks(settings, database)
    if about["secret_key"] != marks["secret_key"]:
        raise Refused("BALAI_SECRET_KEY is not the one of the backup: nobody would be found again")
    if not lost_keys and not set(about["field_keys"]) <= set(marks["field_keys"]):
        raise Refused(
            "a field key of the backup is not in BALAI_FIELD_KEYS: put it behind the others "
            "(or --lost-keys: what it sealed stays closed)"
        )


@contextmanager
def _standing_still(settings: Settings, database: Database) -> Iterator[None]:
    """Nobody may work in the house meanwhile. Raises `Refused`."""
    with ExitStack() as held:
        if dumping.is_sqlite(database):
            settings.data.mkdir(parents=True, exist_ok=True)
            for name in ("serve.lock", "worker.lock"):
                lock = held.enter_context((settings.data / name).open("a"))
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    raise Refused("Balai is running here: stop it first") from error
        elif _others_connected(database):
            raise Refused("somebody is connected to the database: stop every web process and worker first")
        yield


def _others_connected(database: Database) -> bool:
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    database.engine.dispose()
    for _ in range(LOOKS):
        with database.engine.connect() as connection:
            if not connection.scalar(others):
                return False
        time.sleep(0.1)  # whoever has just gone may still be listed
    return True


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder for what is unpacked; nothing of it stays."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(path: Path, key: Key, staged: Path) -> dict[str, Any]:
    """Everything of an archive into the folder, read to its end; gives what it says of itself. Raises as `archives.read`."""
    about: dict[str, Any] = {}
    (staged / FILES).mkdir(exist_ok=True)
    for name, data in archives.read(path, key):
        if name == archives.MANIFEST:
            about = json.loads(data)
            if about.get("format") != archives.FORMAT:
                raise Refused(f"{path.name} was made by a newer version of Balai")
            continue
        kind, _, rest = name.partition("/")
        target = (
            staged / name if kind == FILES else staged / (kind if kind == archives.DATABASE else rest.split("/")[0])
        )
        with target.open("ab") as file:
            file.write(data)
            if kind == "apart":
                file.write(b"\n")
    if not about:
        raise archives.Damaged
    return about


# Into place


def _put_in_place(database: Database, staged: Path, clock: Clock) -> int:
    """The database of the archive, made ready, instead of what was there. Gives how many rows were cleared."""
    dumped = staged / archives.DATABASE
    if not dumping.is_sqlite(database):
        with dumping.refilled(database.engine, dumped):
            return _make_ready(database, staged, clock)
    fresh = open_database(f"sqlite:///{dumped}", database.vault)
    cleared = _make_ready(fresh, staged, clock)
    fresh.engine.dispose()
    with closing(sqlite3.connect(dumped)) as whole:
        whole.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file
    _take_name(dumped, database)
    return cleared


def _take_name(dumped: Path, database: Database) -> None:
    database.engine.dispose()
    target = Path(str(database.engine.url.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.restored")
    shutil.move(dumped, beside)  # another disk, perhaps
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    for journal in ("-wal", "-shm"):  # of the old one: read with the new it would be damage
        target.with_name(target.name + journal).unlink(missing_ok=True)
    beside.replace(target)


def _make_ready(database: Database, staged: Path, clock: Clock) -> int:
    migrating.upgrade(database)
    with database.transaction() as session:
        connection = connection_of(session)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        for name in dumping.APART:
            if (staged / name).exists():
                for rows in _rows_in(staged / name):
                    session.execute(Base.metadata.tables[name].insert(), rows)
        for kind in renewals.KEPT:
            if (renewed := staged / f"{kind}{RENEWED}").exists():
                back = [number for rows in _rows_in(renewed) for number in renewals.bring_back(session, kind, rows)]
                renewals.erase_again(session, kind, back, clock())
        cases.were_erased(session, data_keys.erased_since(session, "case"), clock())
        cleared = sum(data_keys.clear_what_cannot_be_opened(session).values())
        _numbers_on(session)
        session.execute(delete(StaffSession))  # who was signed out since must not be in again
        audit.record(session, audit.COMMAND_LINE, "backup_restored", clock())
    return cleared


def _rows_in(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Rows as `backing_up` wrote them, a thousand at a time."""
    rows: list[dict[str, Any]] = []
    with path.open("rb") as lines:
        for line in lines:
            rows.append({name: _from_json(value) for name, value in json.loads(line).items()})
            if len(rows) == 1000:
                yield rows
                rows = []
    if rows:
        yield rows


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["bytes"]) if "bytes" in value else datetime.fromisoformat(value["time"])
    return value


def _numbers_on(session: Session) -> None:
    """Numbers go on far behind those that were given between the backup and now."""
    connection = connection_of(session)
    if connection.dialect.name == "sqlite":
        connection.execute(text("UPDATE sqlite_sequence SET seq = seq + :on"), {"on": NUMBERS_ON})
        return
    last = "pg_sequence_last_value(seqrelid)"
    connection.execute(
        text(
            f"SELECT setval(seqrelid, {last} + :on) FROM pg_sequence "  # nosec B608  # noqa: S608  nothing from outside
            f"WHERE {last} IS NOT NULL AND {last} + :on < seqmax"
        ),
        {"on": NUMBERS_ON},
    )


def _place_files(settings: Settings, database: Database, sources: list[Path]) -> tuple[int, int]:
    """Kept files back where they belong. Gives how many are there, and how many that the database names are not."""
    folder = settings.folder_of_files
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with database.reading() as session:
        names = [name for name in session.scalars(select(KeptFile.name).where(KeptFile.name.is_not(None))) if name]
    for name in names:
        source = next((path / name for path in sources if (path / name).is_file()), None)
        if source and not (folder / name).exists():
            shutil.copyfile(source, folder / name)
    there = sum((folder / name).exists() for name in names)
    return there, len(names) - there
