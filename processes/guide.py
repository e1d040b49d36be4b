"""Keeping at hand what the bot answers from: the published guidance, and the finder built from it.

A changed text is read again within a second. A changed finder is built in a process of its own, because building takes
half a minute and much memory that must not stay; until it is ready the one before it goes on answering.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import structlog

from bot.turns import Guide
from centre import contact_points
from centre.db import Database
from content import articles, finding, library
from content import contacts as contact_book
from content.finding import Finder, UnfitFinder
from content.library import Library
from processes.settings import ROOT, Settings

GUIDANCE = ROOT / "content" / "guidance"

log = structlog.get_logger()


class GuideKeeper:
    """The guide of a running worker. `refresh` is called every second; `guide` is what to answer from now."""

    def __init__(self, database: Database, data: Path) -> None:
        self._database = database
        self._folder = data / "finder"
        self._contacts = contact_book.read()
        self._builder: subprocess.Popen[bytes] | None = None
        self._take(self._read_library())
        self._finder = self._first_finder()
        self._links = self._read_links()
        self.guide = Guide(self._library, self._finder, self._links)

    def refresh(self) -> None:
        """Notice what has changed and take it over whole."""
        self._links = self._read_links()
        if self._version() != self._library.version:
            self._take(self._read_library())
        if self._finder.fingerprint != self._wanted:
            self._rebuild()
        self.guide = Guide(self._library, self._finder, self._links)

    def close(self) -> None:
        """Leave no builder behind."""
        if self._builder and self._builder.poll() is None:
            self._builder.terminate()

    def _rebuild(self) -> None:
        """Take the finder that fits, or see to it that it is being built."""
        path = self._folder / f"{self._wanted}.npz"
        if path.exists():
            self._finder = Finder.load(path)
            log.info("finder.ready", fingerprint=self._finder.fingerprint)
        elif self._builder is None or self._builder.poll() is not None:
            self._builder = start_building(path, from_files=False)

    def _first_finder(self) -> Finder:
        """The one that fits or an earlier one, whichever answers at once; else it is built now."""
        found = _saved(self._wanted, self._folder) or _newest(self._folder)
        return found or finder_for(self._library, self._folder.parent, from_files=False)

    def _take(self, known: Library) -> None:
        self._library, self._wanted = known, _fingerprint(known)

    def _version(self) -> int:
        with self._database.reading() as session:
            return articles.version(session)

    def _read_library(self) -> Library:
        with self._database.reading() as session:
            return library.from_database(session, self._contacts)

    def _read_links(self) -> dict[str, str]:
        with self._database.reading() as session:
            return contact_points.links(session)


def from_files(data: Path) -> Guide:
    """The guide that the files alone give: for `balai ask` where there is no database."""
    known = library.from_files(GUIDANCE, contact_book.FILE)
    return Guide(known, finder_for(known, data, from_files=True))


def finder_for(known: Library, data: Path, *, from_files: bool) -> Finder:
    """The finder for this guidance: one built before, else built now (and kept, where the folder can be written)."""
    fingerprint = _fingerprint(known)
    return _saved(fingerprint, data / "finder") or _build(known, data, fingerprint, from_files)


def start_building(path: Path, *, from_files: bool) -> subprocess.Popen[bytes]:
    """Build a finder in a process that ends, into `path`."""
    source = "files" if from_files else "database"
    log.info("finder.building", source=source)
    command = [sys.executable, "-m", "processes.building", source, str(path)]
    return subprocess.Popen(command)  # noqa: S603 - our own module, in our own folder: it reads the same settings


def build(settings: Settings, source: str, path: Path) -> None:
    """Build a finder from the files or the database and put it at `path`; older ones beside it are cleared away."""
    from processes import wiring

    if source == "files":
        known = library.from_files(GUIDANCE, contact_book.FILE)
    else:
        with wiring.database(settings).reading() as session:
            known = library.from_database(session, contact_book.read())
    finding.build(known.phrasings, known.titles).save(path)
    for old in sorted(path.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime)[:-3]:
        old.unlink(missing_ok=True)


def _fingerprint(known: Library) -> str:
    return finding.fingerprint(known.phrasings, known.titles)


def _saved(fingerprint: str, folder: Path) -> Finder | None:
    """The finder of exactly this fingerprint, if it was built here before."""
    for place in (folder, ROOT / "var" / "finder"):
        path = place / f"{fingerprint}.npz"
        if path.exists():
            return _load(path)
    return None


def _newest(folder: Path) -> Finder | None:
    """An earlier finder, good enough until the new one is built."""
    for path in sorted(folder.glob("*.npz"), key=lambda each: each.stat().st_mtime, reverse=True):
        found = _load(path)
        if found:
            return found
    return None


def _load(path: Path) -> Finder | None:
    try:
        return Finder.load(path)
    except (UnfitFinder, OSError, ValueError, KeyError):
        return None


def _build(known: Library, data: Path, fingerprint: str, from_files: bool) -> Finder:
    print("Menyiapkan pencari jawaban (sekali saja, sekitar setengah menit) …", file=sys.stderr)  # noqa: T201
    path = data / "finder" / f"{fingerprint}.npz"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if start_building(path, from_files=from_files).wait() == 0:
            return Finder.load(path)
    except OSError:
        pass  # the folder cannot be written: build it for this once
    return finding.build(known.phrasings, known.titles)
