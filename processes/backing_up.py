"""`balai backup`: the house into an archive, while everybody goes on.

Into a file: everything in one. Into a folder, as the worker does every hour: an archive of the database each time, and
beside it the kept files once each, as they lie sealed in the house. What opens a person's words is kept apart from both
(`KEYS_NAME`), and only its newest copy: whoever was erased since is erased in older archives too (docs/decisions/0035).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Select, select

from centre import backups, renewals
from centre.db import Base, Database
from centre.privacy import derive_key
from processes import archives, dumping, migrating
from processes.archives import Key, Packing
from processes.command_line import Refused
from processes.settings import Settings, backup_key, field_keys

KEYS_NAME = "balai-keys.age"
NAME = "balai-%Y%m%dT%H%M%SZ.age"
OURS = re.compile(r"balai-(\d{8}T\d{6}Z)\.age")
ENDING = ".age"
FILES, GONE = "files", "gone"
"""In the folder of backups: kept files, and among them those that the house has no more."""
RENEWED = "_renewed"
"""Beside the keys: who was given another one (`centre.renewals`)."""
KEPT_NAME = re.compile(r"[0-9a-f]{32}")
ROWS_AT_ONCE = 5000

log = structlog.get_logger()
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Made:
    """What was written where."""

    path: Path
    size: int
    taken_at: datetime
    files: int
    removed: int
    keys: Path | None


def back_up(
    settings: Settings, database: Database, target: Path, keep: int, clock: Clock, *, if_due: bool = False
) -> Made | None:
    """Back up into `target`, a file (`….age`) or a folder, and enter it. None: `if_due`, and it is not.

    Raises `Refused`, `SettingsInvalid`, `OSError`.
    """
    if target.is_file() and target.suffix != ENDING:
        raise Refused(f"{target.name} is a file already: name a folder, or a file that ends in {ENDING}")
    if target.is_dir() and target.suffix == ENDING:
        raise Refused(f"{target.name} is a folder already: its name must not end in {ENDING}")
    key = backup_key(settings)
    check_tools(database, "pg_dump")
    _check_shape(database)
    began = _begin(database, clock, if_due=if_due)
    if began is None:
        return None
    backup_id, taken_at = began
    try:
        with _alone(settings):
            made = _make(settings, database, target, keep, key, taken_at)
    except BaseException as error:
        with database.transaction() as session:
            backups.fail(session, backup_id, type(error).__name__, clock())
        if isinstance(error, dumping.ToolMissing):
            raise Refused(str(error)) from error
        raise
    with database.transaction() as session:
        backups.succeed(session, backup_id, made.size, clock())
    log.info("backup.made", backup=backup_id, bytes=made.size, files=made.files, removed=made.removed)
    return made


def check(settings: Settings, path: Path, keys: Path | None = None) -> dict[str, Any]:
    """Read an archive to its end and hold it against its sums, and so the keys that it needs; gives what it says of itself.

    `keys`: where they lie if not beside it. Raises `Refused`.
    """
    said = _read_through(settings, path)
    if said.get("apart"):
        keys = keys or path.parent / KEYS_NAME
        if not keys.is_file():
            raise Refused(
                f"{path.name} is whole, but {keys.name} is not beside it: without it nothing that people wrote opens "
                "(--keys FILE, if it is elsewhere)"
            )
        if _read_through(settings, keys)["taken_at"] < said["taken_at"]:
            raise Refused(f"{path.name} is whole, but {keys.name} is older than it: put the newest there")
    return said


def _read_through(settings: Settings, path: Path) -> dict[str, Any]:
    said: dict[str, Any] = {}
    size = 0
    with reasons(path):
        for name, data in archives.read(path, backup_key(settings, may_be_made=False)):
            size += len(data)
            if name == archives.MANIFEST:
                said = json.loads(data)
    return said | {"bytes": size}


@contextmanager
def reasons(path: Path) -> Iterator[None]:
    """What is wrong with an archive, in one line."""
    try:
        yield
    except archives.WrongKey as error:
        raise Refused(f"{path.name} was sealed for another key than BALAI_BACKUP_KEY") from error
    except archives.NotReadHere as error:
        raise Refused("BALAI_BACKUP_KEY is only the public half, which opens nothing: give the secret one") from error
    except archives.Damaged as error:
        raise Refused(f"{path.name} is damaged, cut, or no backup of ours; nothing was changed") from error


def check_tools(database: Database, *names: str) -> None:
    """Raises `Refused` where a tool of PostgreSQL is missing or too old."""
    try:
        dumping.check_tools(database, *names)
    except dumping.ToolMissing as error:
        raise Refused(str(error)) from error


def key_marks(settings: Settings, database: Database) -> dict[str, Any]:
    """By what it can be told later whether the right keys are there; nothing can be told of the keys."""
    field_marks = [derive_key(key, "field key mark")[:16] for key in field_keys(settings)]
    return {"secret_key": database.vault.lookup("backup", "secret key"), "field_keys": field_marks}


def _begin(database: Database, clock: Clock, *, if_due: bool) -> tuple[int, datetime] | None:
    with database.transaction() as session:
        made = backups.begin_if_due(session, clock()) if if_due else backups.begin(session, clock())
        return (made.id, made.began_at) if made else None


def _check_shape(database: Database) -> None:
    shape = migrating.current(database)
    if shape != migrating.newest() and not migrating.is_newer(shape):
        raise Refused("the database is not in the shape of this version: run `balai db upgrade` first")


def _make(settings: Settings, database: Database, target: Path, keep: int, key: Key, taken_at: datetime) -> Made:
    """The keys before the archive that needs them, so that no archive ever lies there without."""
    is_folder = target.suffix != ENDING
    path = target / taken_at.astimezone(UTC).strftime(NAME) if is_folder else target
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = _about(settings, database, taken_at, is_folder=is_folder)
    draft = path.with_name(path.name + ".new")
    counted = [0]

    def fill(packing: Packing) -> None:
        packing.manifest(about)
        dumping.dump(database, packing, settings.data)
        if not is_folder:
            counted[0] = _pack_files(settings.folder_of_files, packing)

    try:
        size = archives.write(draft, key, fill)
        keys = _write_keys(database, path.parent / KEYS_NAME, key, about)
        files = _copy_files(settings.folder_of_files, path.parent / FILES) if is_folder else counted[0]
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    removed = _remove_old(path.parent, keep) if is_folder else 0
    return Made(path, size, taken_at, files, removed, keys)


def _about(settings: Settings, database: Database, taken_at: datetime, *, is_folder: bool) -> dict[str, Any]:
    return {
        "balai": migrating.version(),
        "revision": migrating.current(database),
        "database": database.engine.dialect.name,
        "taken_at": taken_at.astimezone(UTC).isoformat(timespec="seconds"),
        "files": "beside" if is_folder else "inside",
        "apart": dumping.tables_apart(database),
    } | key_marks(settings, database)


def _write_keys(database: Database, path: Path, key: Key, about: dict[str, Any]) -> Path | None:
    """The rows kept apart, as they are after the archive was made: who was erased meanwhile is erased in it."""
    tables = dumping.tables_apart(database)
    if not tables:
        return None

    def fill(packing: Packing) -> None:
        packing.manifest(about | {"files": "none"})
        for kind in renewals.KEPT:  # before the keys: whoever is given another one in between goes as before
            for piece in _rows(database, renewals.to_carry(kind)):
                packing.piece(f"apart/{kind}{RENEWED}", piece)
        for name in tables:
            for piece in _rows(database, select(Base.metadata.tables[name])):
                packing.piece(f"apart/{name}", piece)

    archives.write(path, key, fill)
    return path


def _rows(database: Database, query: Select[Any]) -> Iterator[bytes]:
    """The rows of a query as lines of JSON, many at a time."""
    with database.reading() as session:
        for rows in session.execute(query).mappings().partitions(ROWS_AT_ONCE):
            yield "\n".join(json.dumps(dict(row), default=_in_json) for row in rows).encode()


def _in_json(value: object) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    raise TypeError(type(value).__name__)


# Kept files


def _pack_files(folder: Path, packing: Packing) -> int:
    names = _kept_in(folder)
    for name in sorted(names):
        packing.file(folder / name)
    return len(names)


def _copy_files(house: Path, beside: Path) -> int:
    """Each file once: it never changes, and lies sealed in the house too."""
    gone = beside / GONE
    gone.mkdir(mode=0o700, parents=True, exist_ok=True)
    live, copied = _kept_in(house), _kept_in(beside)
    for name in live - copied:
        _copy(house / name, beside / name)
    for name in copied - live:
        os.utime(beside / name)  # from now on it is gone: older archives still name it
        (beside / name).replace(gone / name)
    return len(live)


def _copy(source: Path, target: Path) -> None:
    draft = target.with_suffix(".draft")
    try:
        shutil.copyfile(source, draft)
    except FileNotFoundError:
        return  # erased just now
    draft.replace(target)


def _kept_in(folder: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries if KEPT_NAME.fullmatch(entry.name)}


def _remove_old(folder: Path, keep: int) -> int:
    """All but the newest archives, and the files that only they named."""
    ours = sorted(path for path in folder.iterdir() if OURS.fullmatch(path.name))
    for path in ours[:-keep]:
        path.unlink()
    oldest = ours[-keep:][0]
    since = datetime.strptime(OURS.fullmatch(oldest.name)[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)  # type: ignore[index]
    for name in _kept_in(folder / FILES / GONE):
        path = folder / FILES / GONE / name
        if path.stat().st_mtime < since.timestamp():
            path.unlink()
    return len(ours[:-keep])


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One backup of a house at a time on a machine: whoever comes second waits a little, then is refused."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "backup.lock").open("w") as held:
        for _ in range(50):
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise Refused("another backup of this house is being made")
        yield
