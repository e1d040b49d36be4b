"""Keeping at hand what the bot answers from: the published guidance, and the finder built from it.

A changed text is read again within a second. A changed finder is built in a process of its own, because building takes
half a minute and much memory that must not stay; until it is ready the one before it goes on answering.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import structlog

from bot import catalogues
from bot.turns import Guide
from centre import contact_points
from centre.db import Database
from content import articles, finding, library, said
from content import contacts as contact_book
from content.finding import Finder
from content.library import Library
from processes.settings import ROOT, Settings

GUIDANCE = ROOT / "content" / "guidance"
KEPT = 3
"""Finders left lying: staff may go back to the words of before."""
JUDGED = "judged"
KEPT_JUDGED = 4
LOOKS_TO_REST = 60
"""A builder that brought nothing twice will bring nothing at once either: half a minute of a core is not spent again
before so many looks, or before the guidance changes."""

log = structlog.get_logger()


class NoFinder(Exception):
    """None was built yet."""


class GuideKeeper:
    """The guide of a running worker. `refresh` is called every second; `guide` is what to answer from now."""

    def __init__(self, database: Database, data: Path, home: str = "") -> None:
        """`home`: our public address, for links to our own pages."""
        self._database = database
        self._home = home
        self._folder = data / "finder"
        self._contacts = contact_book.read()
        self._builder: subprocess.Popen[bytes] | None = None
        self._tries = self._rests = 0
        self._take(self._read_library())
        self._speak()
        self._finder = self._first_finder()
        self._links = self._read_links()
        self.guide = self._current()

    def refresh(self) -> None:
        """Notice what has changed and take it over whole; words need not wait for their finder."""
        self._links = self._read_links()
        if self._version() != self._library.version:
            self._take(self._read_library())
            self._speak()
        self.guide = self._current()
        if self._finder.fingerprint != self._wanted:
            self._rebuild()
            self.guide = self._current()

    def close(self) -> None:
        """Leave no builder behind."""
        if self._builder and self._builder.poll() is None:
            self._builder.terminate()

    def _current(self) -> Guide:
        return Guide(self._library, self._finder, self._links, self._home)

    def _rebuild(self) -> None:
        """Take the finder that fits, or see to it that it is being built."""
        found = _saved(self._wanted, self._folder)
        if found:
            self._finder = found
            _take_in(found, self._folder)
            log.info("finder.ready", fingerprint=found.fingerprint)
        elif self._builder is None or self._builder.poll() is not None:
            self._build_again()

    def _build_again(self) -> None:
        """Start a builder. The one before may have met other guidance than we asked for: the second try is at once."""
        if self._rests:
            self._rests -= 1
            return
        self._rests = LOOKS_TO_REST if self._tries else 0
        self._tries += 1
        self._builder = start_building(self._folder, from_files=False)

    def _first_finder(self) -> Finder:
        """The one that fits or an earlier one, whichever answers at once; else it is built now."""
        found = _saved(self._wanted, self._folder) or _newest(self._folder)
        return found or finder_for(self._library, self._folder.parent, from_files=False)

    def _take(self, known: Library) -> None:
        self._library, self._wanted = known, fingerprint_of(known)
        self._tries = self._rests = 0

    def _speak(self) -> None:
        """Say what staff have translated otherwise than the catalogues."""
        with self._database.reading() as session:
            catalogues.lay_over(said.every(session))

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
    fingerprint = fingerprint_of(known)
    return _saved(fingerprint, data / "finder") or _build(known, data, fingerprint, from_files)


def start_building(folder: Path, *, from_files: bool) -> subprocess.Popen[bytes]:
    """Build a finder in a process that ends, into `folder`."""
    source = "files" if from_files else "database"
    log.info("finder.building", source=source)
    command = [sys.executable, "-m", "processes.building", source, str(folder)]
    return subprocess.Popen(command)  # noqa: S603 - our own module, in our own folder: it reads the same settings


def build(settings: Settings, source: str, folder: Path) -> None:
    """Build a finder from the files or the database and put it in `folder`; older ones there are cleared away.

    It is named by what it was built from, which may have changed since somebody asked for it.
    """
    from processes import wiring

    if source == "files":
        known = library.from_files(GUIDANCE, contact_book.FILE)
    else:
        with wiring.database(settings).reading() as session:
            known = library.from_database(session, contact_book.read())
    built = finding.build(known.phrasings, known.titles)
    built.save(folder / f"{built.fingerprint}.npz")
    _clear(folder, KEPT)


def _clear(folder: Path, kept: int) -> None:
    """Older finders go, with what was asked of them."""
    for old in _oldest_first(folder)[:-kept]:
        old.unlink(missing_ok=True)
        for asked in folder.glob(f"{old.stem}-*.json"):
            asked.unlink(missing_ok=True)


def judged(known: Library, data: Path) -> Finder:
    """The finder of a candidate that the publish gate judges: one built before, else built now, in this very process.

    It lies apart until its candidate is published, so that refused ones never push out those in use.
    """
    fingerprint = fingerprint_of(known)
    found = _saved(fingerprint, data / "finder")
    if found is None:
        found = finding.build(known.phrasings, known.titles)
        folder = folder_of_judged(data)
        found.save(folder / f"{fingerprint}.npz")
        _clear(folder, KEPT_JUDGED)
    return found


def judged_before(known: Library, data: Path) -> Finder | None:
    """The finder of this guidance, if it was built; nothing is built here."""
    return _saved(fingerprint_of(known), data / "finder")


def at_hand(database: Database, data: Path, home: str, before: Guide | None) -> Guide:
    """What can be answered from at once: the guidance of now, and the finder that is there. Raises `NoFinder`.

    `before`: what was at hand the last time.
    """
    with database.reading() as session:
        if before and before.library.version == articles.version(session) == _learnt_version(before):
            return before
        known = library.from_database(session, contact_book.read())
        links = contact_points.links(session)
    finder = judged_before(known, data) or (before.finder if before else _newest(data / "finder"))
    if finder is None:
        raise NoFinder(data)
    return Guide(known, finder, links, home)


def _learnt_version(known: Guide) -> int:
    """The version that the finder knows; none where it is an older one."""
    return known.library.version if known.finder.fingerprint == fingerprint_of(known.library) else -1


def folder_of_judged(data: Path) -> Path:
    """Where finders of candidates lie, and what they reached."""
    folder = data / "finder" / JUDGED
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def fingerprint_of(known: Library) -> str:
    """The name of the finder for this guidance."""
    return finding.fingerprint(known.phrasings, known.titles)


def _saved(fingerprint: str, folder: Path) -> Finder | None:
    """The finder of exactly this fingerprint, if it was built here before. A file that only bears its name goes."""
    for place in (folder, folder / JUDGED, ROOT / "var" / "finder"):
        path = place / f"{fingerprint}.npz"
        if path.exists():
            found = _load(path)
            if found and found.fingerprint == fingerprint:
                return found
            log.warning("finder.unfit", file=path.name)
            with suppress(OSError):
                path.unlink()
    return None


def _take_in(found: Finder, folder: Path) -> None:
    """What was a candidate's is in use now, and lies with those that were."""
    with suppress(OSError):  # another worker was faster
        (folder / JUDGED / f"{found.fingerprint}.npz").replace(folder / f"{found.fingerprint}.npz")
        _clear(folder, KEPT)


def _newest(folder: Path) -> Finder | None:
    """An earlier finder, good enough until the new one is built."""
    return next(filter(None, map(_load, reversed(_oldest_first(folder)))), None)


def _oldest_first(folder: Path) -> list[Path]:
    """The saved finders; one that another process clears away meanwhile is passed over."""
    aged = []
    for path in folder.glob("*.npz"):
        with suppress(FileNotFoundError):
            aged.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(aged)]


def _load(path: Path) -> Finder | None:
    try:
        return Finder.load(path)
    except Exception:  # noqa: BLE001 - whatever a torn or foreign file sets off: it can be built again
        return None


def _build(known: Library, data: Path, fingerprint: str, from_files: bool) -> Finder:
    told = "Menyiapkan pencari jawaban (sekitar setengah menit, di komputer kecil beberapa menit) …"
    print(told, file=sys.stderr)  # noqa: T201
    folder = data / "finder"
    with suppress(OSError):  # where the folder cannot be written it is built for this once
        folder.mkdir(parents=True, exist_ok=True)
        start_building(folder, from_files=from_files).wait()
    return _saved(fingerprint, folder) or finding.build(known.phrasings, known.titles)
