"""Test questions come with the program and from editors; what was taken away stays away."""

from __future__ import annotations

import pytest

from centre.db import Database
from content import articles, test_questions
from content.folders import Guidance
from content.judging import DANGER
from content.test_questions import NoSuchQuestion, QuestionNotAllowed, Seed
from tests.content.conftest import NOW
from tests.content.test_gates import PAY, article

SEEDS = [Seed(PAY, "id", "gajiku kok belum masuk", "phrasing"), Seed(DANGER, "id", "tolong saya dikurung", "danger")]


@pytest.fixture
def seeded(database: Database) -> Database:
    with database.transaction() as session:
        articles.load(session, Guidance({PAY: article(PAY, "gaji saya belum cair")}), NOW)
        assert test_questions.seed(session, [*SEEDS, Seed("tak-ada", "id", "apa ini", "phrasing")], NOW) == 2
    return database


def add(session, text: str, *, label: str = PAY, language: str = "id", kind: str = "phrasing"):
    return test_questions.add(session, label, language, text, kind, by="made", now=NOW)


def test_what_came_with_the_program_comes_once_and_what_was_taken_away_stays_away(seeded: Database):
    with seeded.transaction() as session:
        [question] = test_questions.of_label(session, PAY)
        test_questions.remove(session, question.id, NOW)
        assert test_questions.seed(session, SEEDS, NOW) == 0
        assert test_questions.of_label(session, PAY) == []
        assert test_questions.counts(session) == {DANGER: 1}
        with pytest.raises(NoSuchQuestion):
            test_questions.get(session, question.id)


def test_an_editor_adds_and_puts_right(seeded: Database):
    with seeded.transaction() as session:
        before = test_questions.mark(session)
        question = add(session, "  gaji   tiang ndeqman tame ", language="sas", kind="dialect")
        assert question.text == "gaji tiang ndeqman tame"
        assert test_questions.mark(session) != before
        changed = test_questions.change(session, question.id, "sas", "gajin tiang ndeqman", "typo", by="ketut", now=NOW)
        assert [row.text for row in test_questions.of_label(session, PAY)] == [SEEDS[0].text, "gajin tiang ndeqman"]
        assert changed.author == "ketut"
        same = test_questions.change(session, changed.id, "sas", "gajin tiang ndeqman", "typo", by="made", now=NOW)
        assert same is changed


@pytest.mark.parametrize(
    ("why", "wanted"),
    [
        ("text", {"text": " ?! "}),
        ("long", {"text": "gaji " * 200}),
        ("number", {"text": "telepon saya 0812 3456 7890"}),
        ("kind", {"text": "gaji telat", "kind": "danger"}),
        ("kind", {"text": "gaji telat", "label": DANGER}),
        ("language", {"text": "gaji telat", "language": "xx"}),
        ("label", {"text": "gaji telat", "label": "tak-ada"}),
        ("known", {"text": "gajiku kok belum masuk"}),
        ("learnt", {"text": "gaji saya belum cair"}),
    ],
)
def test_what_is_no_test_question_is_refused(seeded: Database, why: str, wanted: dict[str, str]):
    with seeded.transaction() as session, pytest.raises(QuestionNotAllowed) as refused:
        add(session, **wanted)
    assert refused.value.why == why
