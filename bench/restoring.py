"""How long a large house takes into an archive, and back on another machine. The baseline beside it: the database's files
copied and safe on the disk.

    BALAI_RESTORE_MESSAGES=10000000 python -m bench restoring
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import houses
from bench.falling import own_server
from bench.growing import fill
from processes import archives, migrating
from tests.processes.houses import House

MESSAGES = int(os.environ.get("BALAI_RESTORE_MESSAGES", "1000000"))
MOST_SECONDS = 30 * 60.0
SETTINGS = {"BALAI_BACKUP_KEY": archives.new_key()}
QUIET = subprocess.DEVNULL


@dataclass(frozen=True)
class Taken:
    """How long it took, in seconds, and how large it was, in megabytes."""

    copied: float
    backed_up: float
    restored: float
    house: float
    archive: float


def measure() -> bool:
    """Print a row for each database; True when both came back within half an hour."""
    print(f"\nA house of {MESSAGES:,} messages into an archive and back; the baseline is a copy of its files")
    good = []
    with houses.data_folder() as folder:
        old, new = House(folder / "old", settings=SETTINGS), House(folder / "new", settings=SETTINGS)
        good.append(_row("SQLite", _through_an_archive(old, new, folder, folder / "old")))
    with houses.data_folder() as folder, own_server(folder / "pg") as server:
        settings = SETTINGS | {"PATH": f"{server.bin_path}{os.pathsep}{os.environ['PATH']}"}  # with its own pg_dump
        old = House(folder / "old", server.get_uri(), settings=settings)
        new = House(folder / "new", houses.another(server.get_uri()), settings=settings)
        good.append(_row("PostgreSQL", _through_an_archive(old, new, folder, folder / "pg")))
    return all(good)


def _through_an_archive(old: House, new: House, folder: Path, files: Path) -> Taken:
    for house in (old, new):
        house.folder.mkdir()
    migrating.upgrade(old.database)
    fill(old.database, MESSAGES)
    old.database.engine.dispose()
    copied = _seconds(lambda: _copy(files, folder / "copy"))
    shutil.rmtree(folder / "copy")
    archive = folder / "house.age"
    backed_up = _seconds(lambda: _run(old, "backup", str(archive)))
    restored = _seconds(lambda: _run(new, "restore", str(archive)))
    return Taken(copied, backed_up, restored, _megabytes(files), archive.stat().st_size / 1e6)


def _copy(files: Path, target: Path) -> None:
    shutil.copytree(files, target, symlinks=True, ignore=shutil.ignore_patterns(".s.*"))
    os.sync()


def _run(house: House, *words: str) -> None:
    subprocess.run(
        houses.balai(*words), env=house.environment(), cwd=house.folder, check=True, stdout=QUIET, stderr=QUIET
    )


def _seconds(job: Callable[[], None]) -> float:
    began = time.monotonic()
    job()
    return time.monotonic() - began


def _megabytes(files: Path) -> float:
    return sum(path.stat().st_size for path in files.rglob("*") if path.is_file()) / 1e6


def _row(name: str, taken: Taken) -> bool:
    largest = taken.house / taken.restored * MOST_SECONDS / 1000
    print(
        f"  {name:<11} {taken.house:.0f} MB, copied in {taken.copied:.0f} s; into an archive of {taken.archive:.0f} MB in "
        f"{taken.backed_up:.0f} s ({taken.backed_up / taken.copied:.1f} times), back in {taken.restored:.0f} s "
        f"({taken.restored / taken.copied:.1f} times)\n"
        f"              at most {MOST_SECONDS:.0f} s; at this pace a house of {largest:.0f} GB is back in half an hour"
    )
    return taken.restored <= MOST_SECONDS
