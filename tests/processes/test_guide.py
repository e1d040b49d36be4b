"""What a worker answers from: changed words at once, a changed finder when it is built, the old one meanwhile."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from centre import contact_points
from centre.db import Database, open_database
from centre.privacy import Vault
from processes import guide, preparing
from processes.guide import GuideKeeper
from tests.processes.conftest import SMALL_GUIDANCE
from tests.processes.houses import KEY


class Builder:
    """Stands in for the process that builds a finder."""

    def __init__(self) -> None:
        self.asked: list[Path] = []
        self.code: int | None = None
        self.is_ended = False

    def start(self, path: Path, *, from_files: bool) -> Any:
        assert not from_files
        self.asked.append(path)
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
    file = edited / "bekerja" / "gaji-dipotong" / "phrasings.id.txt"
    file.write_text(file.read_text() + "upah dicatut terus tiap bulan\n")
    preparing.load_guidance(database, edited)
    for _ in range(3):
        keeper.refresh()
    assert len(builder.asked) == 1, "one builder at a time"
    assert keeper.guide.finder is old
    builder.code = 1  # it failed: the next look starts another
    keeper.refresh()
    assert len(builder.asked) == 2
    kept = next((data / "finder").glob("*.npz"))
    shutil.copy(kept, builder.asked[-1])  # ready
    keeper.refresh()
    assert keeper.guide.finder is not old
    builder.code = None
    keeper.close()


def test_a_worker_that_stops_leaves_no_builder_behind(
    database: Database, data: Path, edited: Path, builder: Builder
) -> None:
    keeper = GuideKeeper(database, data)
    file = edited / "bekerja" / "gaji-dipotong" / "phrasings.id.txt"
    file.write_text(file.read_text() + "upah dicatut terus tiap bulan\n")
    preparing.load_guidance(database, edited)
    keeper.refresh()
    keeper.close()
    assert builder.is_ended


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
    assert keeper.guide.finder.find("gaji saya dipotong untuk biaya berangkat").label == "gaji-dipotong"


def test_a_finder_is_built_in_a_process_that_ends(data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From this database, into this file, whole; older ones are cleared away."""
    monkeypatch.setenv("BALAI_DATA", str(data))
    monkeypatch.setenv("BALAI_SECRET_KEY", KEY)
    for number in range(5):
        (data / "finder" / f"old{number}.npz").write_bytes(b"old")
    wanted = data / "finder" / "new.npz"
    building = guide.start_building(wanted, from_files=False)
    assert isinstance(building, subprocess.Popen)
    assert building.wait(120) == 0
    assert wanted.exists()
    assert len(list((data / "finder").iterdir())) == 3
