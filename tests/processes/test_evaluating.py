"""The floors of finding and danger, on the guidance as it is, and the command that judges it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from bot import evaluation
from bot.turns import Guide
from content import finding, normalising, ranking
from content.phrasing import Phrasing
from processes import evaluating
from tests.processes.houses import ROOT, House

QUESTIONS = ROOT.parent / "shared" / "questions"
BLIND = ROOT / "content" / "questions" / "blind.jsonl"
ARTICLES = 81
EACH = {"id": 60, "jv": 15, "su": 15, "sas": 15}
"""So many messages each article carries, in other words than its own."""
NOT_TO_ANSWER = 400
SPLIT = 5

Asked = tuple[Phrasing, list[list[str]]]


@pytest.fixture(scope="module")
def judged(project_guide: Guide) -> list[tuple[str, list[str]]]:
    """A fifth of the phrasings, each with the labels found for it by a ranker that never saw it."""
    every = sorted(set(project_guide.library.phrasings))
    random.Random(5).shuffle(every)
    read = [(each, finding.read(normalising.split_words(each.text), each.language)) for each in every]
    away = [one for n, one in enumerate(read) if n % SPLIT == 0]
    known = [(each.label, reading) for n, (each, readings) in enumerate(read) if n % SPLIT for reading in readings]
    ranker = ranking.fit(known)
    return [(each.label, _best(ranker, readings)) for each, readings in away]


def _best(ranker: ranking.Ranker, readings: list[list[str]]) -> list[str]:
    return [ranker.labels[n] for n in ranker.rank(readings, finding.ASIDE).order[:10]]


def test_every_article_carries_the_messages_of_many_people(project_guide: Guide) -> None:
    counted: dict[tuple[str, str], int] = {}
    for each in project_guide.library.phrasings:
        counted[each.label, each.language] = counted.get((each.label, each.language), 0) + 1
    thin = {
        (slug, code): counted.get((slug, code), 0)
        for slug in project_guide.library.slugs
        for code, least in EACH.items()
        if counted.get((slug, code), 0) < least
    }
    assert not thin
    assert len(project_guide.library.slugs) >= ARTICLES
    assert sum(counted[label, code] for label, code in counted if label == finding.OUTSIDE) >= NOT_TO_ANSWER


def test_phrasings_never_seen_find_their_article(judged: list[tuple[str, list[str]]]) -> None:
    ours = [(label, best) for label, best in judged if not label.startswith("@")]
    first = sum(best[0] == label for label, best in ours)
    three = sum(label in [each for each in best if not each.startswith("@")][:3] for label, best in ours)
    assert first >= 0.55 * len(ours)
    assert three >= 0.78 * len(ours)


def test_what_is_not_ours_is_mostly_left_alone(judged: list[tuple[str, list[str]]]) -> None:
    outside = [best for label, best in judged if label == finding.OUTSIDE]
    assert sum(best[0].startswith("@") for best in outside) >= 0.70 * len(outside)


def test_blind_questions_stay_above_the_floors(project_guide: Guide) -> None:
    """By somebody who had seen neither articles nor phrasings."""
    outcomes = evaluating.ask(evaluating.questions_in([BLIND]), project_guide)
    assert evaluation.below(outcomes, evaluation.FLOORS) == []


@pytest.mark.skipif(not QUESTIONS.exists(), reason="the shared questions are not on this machine")
def test_questions_by_other_hands_stay_above_the_floors(project_guide: Guide) -> None:
    """Even ids, by which no threshold is chosen. Two floors are one message away, and held where they stand."""
    floors = {**evaluation.FLOORS, "shown-bahasa": 87.0, "danger": 95.0}
    outcomes = evaluating.ask(evaluating.questions_in(sorted(QUESTIONS.glob("*.jsonl")), "even"), project_guide)
    assert evaluation.below(outcomes, floors) == []


# The command


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = [
        {"question": "majikan belum bayar gaji saya tiga bulan", "slugs": ["gaji-tidak-dibayar"], "id": "A1"},
        {"question": "tolong saya disekap majikan di Riyadh", "slugs": ["x"], "kind": "danger", "id": "A2"},
        {"question": "resep rendang", "slugs": [], "id": "A3"},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_evaluate_prints_tables_and_holds_a_floor(tmp_path: Path, questions: Path) -> None:
    house = House(tmp_path / "data")
    ended = house.balai("evaluate", str(questions), "--floor", "danger=97")
    assert ended.code == 0, ended.err
    assert "3 questions" in ended.out
    assert "danger recognised" in ended.out
    missed = house.balai("evaluate", str(questions), "--floor", "danger=97", "--floor", "asked=-1")
    assert missed.code == 1
    assert "below the floor: asked: 0.0 % (0/2), at most -1 % wanted" in missed.err
    unasked = house.balai("evaluate", str(questions), "--ids", "odd", "--floor", "danger=97")
    assert (unasked.code, "danger: no question asks about it" in unasked.err) == (1, True)


def test_evaluate_gives_figures_to_other_programs(tmp_path: Path, questions: Path) -> None:
    ended = House(tmp_path / "data").balai("evaluate", str(questions), "--json", "--ids", "odd")
    figures = json.loads(ended.out)
    assert figures["questions"] == 2
    assert figures["figures"]["all"]["off-topic"] == {"part": 0, "of": 1}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--floor", "best=95"], "'best' is not one of"),
        (["--floor", "shown=many"], "has no number"),
        (["--ids", "some"], "is not one of"),
    ],
)
def test_evaluate_names_a_wrong_wish_in_one_line(
    tmp_path: Path, questions: Path, arguments: list[str], reason: str
) -> None:
    ended = House(tmp_path / "data").balai("evaluate", str(questions), *arguments)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert reason in ended.err


def test_evaluate_names_the_line_that_is_no_question(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"question": "halo", "slugs": []}\nnot json\n', encoding="utf-8")
    ended = House(tmp_path / "data").balai("evaluate", str(path))
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "broken.jsonl:2" in ended.err
