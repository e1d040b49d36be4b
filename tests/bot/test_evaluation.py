"""The judge is judged first: known outcomes in, figures worked out by hand."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest

from bot import evaluation
from bot.evaluation import Outcome, QuestionsInvalid, Share
from bot.understanding import Understood
from content.danger import Danger

PAY, PASSPORT, LOST = "gaji-tidak-dibayar", "dokumen-ditahan", "keluarga-hilang-kontak"
VIOLENCE = ("kekerasan-dan-pelecehan",)


def row(question: str, slugs: tuple[str, ...] = (), **fields: str) -> dict[str, object]:
    return {"question": question, "slugs": list(slugs), "lang": "ind", **fields}


ROWS = [
    row("gaji 3 bulan blm dibayar", (PAY,), id="D0002"),
    row("gajiku durung dibayar", (PAY,), lang="jav ngoko", id="D0004"),
    row("paspor sy dipegang bos", (PASSPORT,), id="D0006"),
    row("anak saya hilang kabar", (LOST, "cara-melapor"), id="D0008"),
    row("harga cabe brp", kind="out-of-scope", id="D0010"),
    row("halo", kind="chitchat", id="D0012"),
    row("tolong sy dikurung", VIOLENCE, kind="danger", urgency="urgent-danger", id="D0014"),
    row("kuncine digawa tuan", VIOLENCE, kind="danger", urgency="urgent-danger", lang="jav", id="D0015"),
]
ACT = Understood("danger", "id", danger=Danger("act", "confinement", (), None))
ASK = Understood("danger", "id", danger=Danger("ask", "confinement", (), None), choices=(PASSPORT,))
UNDERSTOOD = {
    "D0002": Understood("answer", "id", slug=PAY),
    "D0004": Understood("choices", "jv", choices=(PASSPORT, PAY)),
    "D0006": ASK,
    "D0008": Understood("answer", "id", slug=PAY),
    "D0010": Understood("answer", "id", slug=PAY),
    "D0012": Understood("chitchat", "id", slug="@greeting"),
    "D0014": ACT,
    "D0015": Understood("none", "id"),
}


@pytest.fixture
def outcomes(tmp_path: Path) -> list[Outcome]:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in ROWS) + "\n\n", encoding="utf-8")
    questions = evaluation.read(path)
    known = {question.text: UNDERSTOOD[question.id] for question in questions}
    return evaluation.ask(questions, known.__getitem__, count().__next__)


def test_each_figure_is_the_share_that_it_says(outcomes: list[Outcome]) -> None:
    assert evaluation.figures(outcomes) == {
        "first": Share(1, 4),
        "shown": Share(2, 4),
        "outright": Share(1, 4),
        "sure": Share(1, 3),  # an off-topic message answered counts as a wrong answer
        "off-topic": Share(1, 2),
        "danger": Share(1, 2),
        "acted": Share(0, 6),
        "asked": Share(1, 6),
    }


def test_languages_are_told_apart_however_they_are_spelt(outcomes: list[Outcome]) -> None:
    grouped = evaluation.groups(outcomes)
    assert (len(grouped["bahasa"]), len(grouped["local"]), len(grouped["jv"])) == (6, 2, 2)
    assert evaluation.figures(grouped["local"])["shown"] == Share(1, 1)


def test_floors_that_do_not_hold_are_named(outcomes: list[Outcome]) -> None:
    floors = {"shown": 50.0, "shown-local": 100.0, "shown-bahasa": 34.0, "asked": 16.0, "off-topic": 50.0}
    assert evaluation.below(outcomes, floors) == [
        "shown-bahasa: 33.3 % (1/3), at least 34 % wanted",
        "asked: 16.7 % (1/6), at most 16 % wanted",
    ]


def test_a_wrong_answer_and_none_at_all_are_confusions(outcomes: list[Outcome]) -> None:
    assert set(evaluation.confusions(outcomes)) == {
        (PAY, PASSPORT, 1),
        (PASSPORT, "danger", 1),
        (LOST, PAY, 1),
    }


def test_danger_by_kind_tells_where_false_alarms_are(outcomes: list[Outcome]) -> None:
    kinds = evaluation.by_kind(outcomes)
    assert kinds["danger"]["seen"] == Share(1, 2)
    assert kinds["answerable"]["asked"] == Share(1, 4)
    assert kinds["chitchat"]["asked"] == Share(0, 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not json", "no JSON"),
        ("[1]", "no question"),
        ('{"question": " ", "slugs": []}', "no question"),
        ('{"question": "halo"}', "slugs is no list"),
        ('{"question": "halo", "slugs": "satu"}', "slugs is no list"),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "baik", "slugs": []}\n' + line, encoding="utf-8")
    with pytest.raises(QuestionsInvalid, match=rf"q\.jsonl:2: {reason}"):
        evaluation.read(path)


def test_each_message_is_timed(outcomes: list[Outcome]) -> None:
    assert evaluation.times(outcomes) == (1, 1)


def test_an_empty_file_is_no_proof_of_anything(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text("\n\n", encoding="utf-8")
    with pytest.raises(QuestionsInvalid, match="no questions"):
        evaluation.read(path)


@pytest.mark.parametrize(
    ("name", "known"),
    [("shown", True), ("off-topic", True), ("asked-local", True), ("shown-x", False), ("best", False)],
)
def test_floors_have_names(name: str, known: bool) -> None:
    assert evaluation.is_floor(name) is known
