"""Finders for tests: built by one pytest-xdist worker for all, and kept between runs as long as nothing changes."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from content import alarm, finding
from content.alarm import Alarm, Lesson
from content.finding import Finder, UnfitFinder
from content.phrasing import Phrasing


def kept(
    folder: Path, phrasings: Sequence[Phrasing], titles: Mapping[str, Sequence[str]], hearing: Alarm | None = None
) -> Path:
    """The file of the finder for these phrasings, in `folder`: made before, by another worker, or now."""
    path = folder / f"{finding.fingerprint(phrasings, titles)}{'' if hearing is None else '-other-alarm'}.npz"
    with one_at_a_time(folder / "finder.lock"):
        with suppress(UnfitFinder, OSError):
            Finder.load(path)
            return path
        finding.build(phrasings, titles, hearing).save(path)
        return path


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Whoever comes second waits, and finds what the first has made."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def hardly_an_alarm() -> Alarm:
    """Learnt in no time from two messages: for tests that never ask about danger."""
    cry = Lesson([["majikan", "memukul", "saya"]], ["violence"], True, "violence", 1)
    calm = Lesson([["berapa", "biaya", "saya"]], ["biaya"], False, None, 1)
    other = Lesson([["saya", "dikurung", "majikan"]], ["confinement"], True, "confinement", 1)
    return alarm.fit([cry, calm, other] * 2)
