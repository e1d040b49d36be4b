"""What a worker answers from: changed words at once, a changed finder when it is built, the old one meanwhile."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from centre import contact_points
from centre.db import Database, open_database
from centre.privacy import Vault
from content import contacts, finding, library
from content.finding import Finder
from processes import guide, preparing
from processes.guide import GuideKeeper
from tests.gateways import Gateways
from tests.processes.conftest import SMALL_GUIDANCE
from tests.processes.houses import KEY, House, wait_for

WAGES = "gaji saya dipotong untuk biaya berangkat"
SARI, INAQ = 7001, 7002
SECONDS_TO_TAKE_OVER, ANSWERS_TO_TAKE_OVER = 1, 12
"""One second between two looks; then so long as that many questions are answered in, which is longer on a busy machine."""


class Builder:
    """Stands in for the process that builds a finder."""

    def __init__(self) -> None:
        self.asked: list[Path] = []
        self.code: int | None = None
        self.is_ended = False

    def start(self, folder: Path, *, from_files: bool) -> Any:
        assert not from_files
        self.asked.append(folder)
        return self

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.is_ended = True


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> Builder:
    made = Builder()
    monkeypatch.setattr(guide, "start_building", made.start)
    return made


@pytest.fixture
def data(furnished: Path, tmp_path: Path) -> Path:
    shutil.copytree(furnished, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    made = open_database(f"sqlite:///{data / 'balai.db'}", Vault(KEY))
    yield made
    made.engine.dispose()


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the small guidance to change."""
    shutil.copytree(SMALL_GUIDANCE, tmp_path / "guidance")
    return tmp_path / "guidance"


def teach(database: Database, edited: Path, *lines: str) -> str:
    """Staff add ways to ask about a cut wage; the fingerprint of the finder that is wanted from now on."""
    file = edited / "bekerja" / "gaji-dipotong" / "phrasings.id.txt"
    file.write_text("\n".join([file.read_text().rstrip(), *lines, ""]))
    preparing.load_guidance(database, edited)
    with database.reading() as session:
        known = library.from_database(session, contacts.read())
    return finding.fingerprint(known.phrasings, known.titles)


def put(finder: Finder, folder: Path, *, built_from: str, name: str = "") -> None:
    """A finder lies in the folder, as a builder would have left it."""
    replace(finder, fingerprint=built_from).save(folder / f"{name or built_from}.npz")


def test_changed_words_are_taken_over_without_a_new_finder(
    database: Database, data: Path, edited: Path, builder: Builder
) -> None:
    keeper = GuideKeeper(database, data)
    file = edited / "bekerja" / "gaji-dipotong" / "id.md"
    file.write_text(file.read_text().replace("Potongan", "Pemotongan"))
    preparing.load_guidance(database, edited)
    finder = keeper.guide.finder
    keeper.refresh()
    article = keeper.guide.library.article("gaji-dipotong", "id")
    assert article
    assert "Pemotongan" in article.short(lambda key: key)
    assert keeper.guide.finder is finder
    assert builder.asked == []


def test_new_phrasings_are_built_aside_while_the_old_finder_goes_on(
    database: Database, data: Path, edited: Path, builder: Builder
) -> None:
    keeper = GuideKeeper(database, data)
    old = keeper.guide.finder
    wanted = teach(database, edited, "upah dicatut terus tiap bulan")
    for _ in range(3):
        keeper.refresh()
    assert builder.asked == [data / "finder"], "one builder at a time"
    assert keeper.guide.finder is old
    builder.code = 1  # it failed: the next look starts another
    keeper.refresh()
    assert len(builder.asked) == 2
    put(old, data / "finder", built_from=wanted)
    keeper.refresh()
    assert keeper.guide.finder.fingerprint == wanted
    builder.code = None
    keeper.close()


def test_a_worker_that_stops_leaves_no_builder_behind(
    database: Database, data: Path, edited: Path, builder: Builder
) -> None:
    keeper = GuideKeeper(database, data)
    teach(database, edited, "upah dicatut terus tiap bulan")
    keeper.refresh()
    keeper.close()
    assert builder.is_ended


def test_staff_change_their_mind_while_a_finder_is_built(
    database: Database, data: Path, edited: Path, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The builder began late and read the second wording; then staff go back to the first."""
    keeper = GuideKeeper(database, data)
    shutil.copytree(edited, edited.parent / "second")
    first = teach(database, edited, "upah dicatut terus tiap bulan")
    keeper.refresh()
    second = teach(database, edited.parent / "second", "duit disunat mandor")
    put(keeper.guide.finder, data / "finder", built_from=second, name=first)
    assert teach(database, edited) == first
    loaded: list[Path] = []
    load = Finder.load

    def watched(path: Path) -> Finder:
        loaded.append(path)
        return load(path)

    monkeypatch.setattr(Finder, "load", watched)
    for _ in range(5):
        keeper.refresh()
    assert len(loaded) == 1, "it is looked into once, not every second"
    assert not loaded[0].exists()
    assert keeper.guide.finder.fingerprint not in (first, second), "what was built from other words is not taken"
    builder.code = 0
    keeper.refresh()
    assert len(builder.asked) == 2, "the right one is built without waiting"
    put(keeper.guide.finder, data / "finder", built_from=first)
    for _ in range(5):
        keeper.refresh()
    assert keeper.guide.finder.fingerprint == first
    assert len(loaded) == 2


@pytest.mark.parametrize("content", [b"", b"half a fil", b"PK\x03\x04 torn", b"\x93NUMPY\x01\x00"])
def test_a_torn_finder_stops_nothing(
    database: Database, data: Path, edited: Path, builder: Builder, content: bytes
) -> None:
    keeper = GuideKeeper(database, data)
    file = edited / "bekerja" / "gaji-dipotong" / "id.md"
    file.write_text(file.read_text().replace("Potongan", "Pemotongan"))
    wanted = teach(database, edited, "upah dicatut terus tiap bulan")
    torn = data / "finder" / f"{wanted}.npz"
    torn.write_bytes(content)
    keeper.refresh()
    article = keeper.guide.library.article("gaji-dipotong", "id")
    assert article
    assert "Pemotongan" in article.short(lambda key: key)
    assert builder.asked == [data / "finder"]
    assert not torn.exists()
    assert keeper.guide.finder.find(WAGES).label == "gaji-dipotong"


def test_a_file_that_is_no_finder_at_all_stops_nothing(
    database: Database, data: Path, edited: Path, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever reading it sets off."""
    keeper = GuideKeeper(database, data)
    wanted = teach(database, edited, "upah dicatut terus tiap bulan")
    put(keeper.guide.finder, data / "finder", built_from=wanted)

    def refuse(path: Path) -> Finder:
        raise TypeError(path.name)

    monkeypatch.setattr(Finder, "load", refuse)
    keeper.refresh()
    assert builder.asked == [data / "finder"]


def test_changed_words_do_not_wait_for_a_builder_that_cannot_start(
    database: Database, data: Path, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, *, from_files: bool) -> Any:
        raise BlockingIOError(f"no more processes for {folder.name} {from_files}")

    keeper = GuideKeeper(database, data)
    monkeypatch.setattr(guide, "start_building", refuse)
    file = edited / "bekerja" / "gaji-dipotong" / "id.md"
    file.write_text(file.read_text().replace("Potongan", "Pemotongan"))
    teach(database, edited, "upah dicatut terus tiap bulan")
    with pytest.raises(BlockingIOError):  # the schedule logs it and looks again
        keeper.refresh()
    article = keeper.guide.library.article("gaji-dipotong", "id")
    assert article
    assert "Pemotongan" in article.short(lambda key: key)


def test_a_builder_that_brings_nothing_is_not_started_every_second(
    database: Database, data: Path, edited: Path, builder: Builder
) -> None:
    keeper = GuideKeeper(database, data)
    teach(database, edited, "upah dicatut terus tiap bulan")
    builder.code = 1
    for _ in range(guide.LOOKS_TO_REST):
        keeper.refresh()
    assert len(builder.asked) == 2
    for _ in range(guide.LOOKS_TO_REST):
        keeper.refresh()
    assert len(builder.asked) == 3
    teach(database, edited, "duit disunat mandor")
    keeper.refresh()
    assert len(builder.asked) == 4, "for other words it is worth another try at once"


def test_links_learned_later_are_known(database: Database, data: Path) -> None:
    keeper = GuideKeeper(database, data)
    with database.transaction() as session:
        contact_points.learn_link(session, "telegram", "https://t.me/BalaiUjiBot")
    keeper.refresh()
    assert keeper.guide.links == {"telegram": "https://t.me/BalaiUjiBot"}


def test_a_damaged_finder_is_passed_over(database: Database, data: Path, builder: Builder) -> None:
    good = next((data / "finder").glob("*.npz"))
    shutil.copy(good, data / "finder" / "older.npz")
    good.write_bytes(b"half a fil")
    keeper = GuideKeeper(database, data)
    assert keeper.guide.finder.find(WAGES).label == "gaji-dipotong"


def test_a_changed_finder_answers_as_soon_as_it_is_built_and_nobody_is_missed(
    house: House, gateways: Gateways, edited: Path
) -> None:
    """Inaq Rohani goes on writing while staff teach what Sari says, and the finder is built and taken over.

    It is built by a process that ends, named by what it was built from, and older ones are cleared away.
    """
    finders = house.folder / "finder"
    for number in range(guide.KEPT):
        (finders / f"old{number}.npz").write_bytes(b"old")
    house.start("web", "worker")
    house.wait_until_ready()
    keys = itertools.count(1)

    def ask(person: int, text: str) -> str:
        heard = len(gateways.arrived(str(person)))
        assert house.telegram(next(keys), person, text) == 200
        wait_for(lambda: len(gateways.arrived(str(person))) > heard, f"no answer to {text}", every=0.01)
        return gateways.arrived(str(person))[heard]

    for person, text in itertools.product((SARI, INAQ), ("halo", "lewati", "lewati")):
        ask(person, text)
    asked = time.monotonic()
    assert "Potongan" not in ask(SARI, "duitku dikempes bandar")
    limit = SECONDS_TO_TAKE_OVER + ANSWERS_TO_TAKE_OVER * (time.monotonic() - asked)
    before = len(gateways.arrived(str(INAQ)))
    wanted = teach(house.database, edited, *(f"{whose} dikempes bandar" for whose in ("duit", "duite", "uang", "upah")))
    built, written = finders / f"{wanted}.npz", 0

    def inaq_writes() -> bool:
        nonlocal written
        written += house.telegram(next(keys), INAQ, WAGES) == 200
        return built.exists()

    wait_for(inaq_writes, "the finder was not built", 120, every=0.1)
    ready = time.monotonic()
    while "Potongan" not in ask(SARI, "duitku dikempes bandar"):
        inaq_writes()
        assert time.monotonic() - ready < limit
    wait_for(lambda: len(gateways.arrived(str(INAQ))) >= before + written, "somebody was missed")
    assert written >= 10
    answers = gateways.arrived(str(INAQ))[before:]
    assert len(answers) == written
    assert all("Potongan" in answer for answer in answers)
    wait_for(lambda: not builders(finders), "the process that built it goes on")
    assert Finder.load(built).fingerprint == wanted
    assert len(list(finders.iterdir())) == guide.KEPT


def builders(finders: Path) -> list[psutil.Process]:
    """The processes that build into this folder."""
    running = psutil.process_iter(["cmdline"])
    return [each for each in running if str(finders) in (each.info["cmdline"] or ())]
