"""A trial says what families would hear, and leaves nothing behind; the process it happens in comes and goes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from admin.trials import Trial, TrialUnavailable
from bot.turns import Guide
from centre.db import Base, Database, open_database
from centre.privacy import Vault
from content import articles
from processes import guide, trials
from processes.trial_desk import TrialDesk
from tests.processes.houses import KEY

UNPAID = "gaji-tidak-dibayar"


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
def known(database: Database, data: Path) -> Guide:
    return guide.at_hand(database, data, "", None)


def everything(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_the_words_of_the_bot_and_why_and_nothing_stays(database: Database, data: Path, known: Guide):
    before = everything(database)
    told = trials.told(database, known, data, Trial(("upah blm cair",)))
    assert (told.kind, told.slug) == ("answer", UNPAID)
    assert told.because
    assert told.runners_up
    [[reply]] = told.replies
    assert reply.text
    assert reply.choices[0][0] == "1"
    assert everything(database) == before


def test_a_number_chooses_as_in_a_conversation(database: Database, data: Path, known: Guide):
    first = trials.told(database, known, data, Trial(("menu",)))
    number = first.replies[0][0].choices[0][0]
    second = trials.told(database, known, data, Trial(("menu", number)))
    assert len(second.replies) == 2
    assert second.replies[0] == first.replies[0]
    assert "Mau tahu yang mana?" in second.replies[1][0].text, "the topic that it stood for is open"


def test_danger_opens_no_case_on_trial(database: Database, data: Path, known: Guide):
    told = trials.told(database, known, data, Trial(("tolong saya disekap majikan di Riyadh",)))
    assert told.kind == "danger"
    assert told.danger.endswith("act")
    assert everything(database)["cases"] == 0


def test_it_speaks_the_chosen_language_in_the_chosen_village(database: Database, data: Path, known: Guide):
    told = trials.told(database, known, data, Trial(("menu",), "", "jv"))
    bahasa = trials.told(database, known, data, Trial(("menu",)))
    assert told.replies[0][0].text != bahasa.replies[0][0].text


def test_guidance_of_now_is_noticed(database: Database, data: Path, known: Guide):
    assert guide.at_hand(database, data, "", known) is known
    with database.transaction() as session:
        articles.take_turn(session)
        articles.raise_version(session)
    assert guide.at_hand(database, data, "", known) is not known


def test_without_a_finder_it_is_said_so(database: Database, data: Path):
    shutil.rmtree(data / "finder")
    with pytest.raises(guide.NoFinder):
        guide.at_hand(database, data, "", None)


def test_a_process_that_answers_is_asked_again_and_one_that_dies_is_replaced():
    echo = (
        "import sys, json\n"
        "for number, line in enumerate(sys.stdin):\n"
        "    said = json.loads(line)['messages']\n"
        "    if said == ['mati']: sys.exit(3)\n"
        "    told = {'replies': [[]], 'kind': 'none', 'language': 'id', 'confidence': 0, 'gloss': f'{number} {said[0]}'}\n"
        "    print(json.dumps(told), flush=True)\n"
    )
    desk = TrialDesk((sys.executable, "-c", echo))
    assert [desk.converse(Trial((text,))).gloss for text in ("satu", "dua")] == ["0 satu", "1 dua"]
    with pytest.raises(TrialUnavailable):
        desk.converse(Trial(("mati",)))
    assert desk.converse(Trial(("tiga",))).gloss == "0 tiga"
    desk.close()


def test_lines_go_in_and_come_out(database: Database, data: Path, known: Guide, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(trials.wiring, "database", lambda settings: database)
    asked = tmp_path / "asked"
    asked.write_text('{"messages": ["upah blm cair"]}\n')
    monkeypatch.setattr(trials, "_comes", lambda asked: True)

    class Settings:
        public_url = ""

    Settings.data = data
    with asked.open("rb") as lines, (tmp_path / "said").open("wb") as answers:
        trials.serve(Settings(), lines, answers)
    assert UNPAID in (tmp_path / "said").read_text()
