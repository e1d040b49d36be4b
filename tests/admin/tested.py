"""Candidates at the publish gate and test questions, for stories at the desk about them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from content import articles, gates, judging, test_questions
from content.candidates import Candidate
from content.judging import Change, Question, Reached, Verdict
from content.phrasing import Phrasing

if TYPE_CHECKING:
    from tests.admin.conftest import Desk

FINE = Verdict(3, 2, 2)
LOST = judging.compare(
    [
        Change(
            Question(2, "biaya", "sas", "pire ajin jok Taiwan", "dialect"),
            Reached("answer", ("biaya",)),
            Reached("none"),
        )
    ]
)
_numbers = itertools.count(1)


def run_of(desk: Desk, slug: str = "biaya", verdict: Verdict | None = LOST) -> int:
    """A change of the article that is judged, or waits to be (None); gives the number of the run."""
    with desk.database.transaction() as session:
        article = articles.export(session).articles[slug]
        grown = replace(article, phrasings=(Phrasing(slug, "id", f"ongkos nomor {next(_numbers)}"),))
        run = gates.request(session, Candidate({slug: grown}), "made", desk.now)
        while verdict and (claimed := gates.claim(session, desk.now)):
            gates.finish(session, claimed.id, claimed.attempts, verdict, desk.now)
        return run.id


def question_of(desk: Desk, slug: str = "biaya") -> int:
    """A test question of the article; gives its number."""
    with desk.database.transaction() as session:
        text = f"pira ajine {next(_numbers)}"
        return test_questions.add(session, slug, "jv", text, "dialect", by="made", now=desk.now).id
