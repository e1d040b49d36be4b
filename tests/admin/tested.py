"""Candidates at the publish gate and test questions, for stories at the desk about them."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from centre import open_questions
from centre.open_questions import OpenQuestion
from content import articles, gates, judging, test_questions
from content.candidates import Candidate
from content.judging import Change, Question, Reached, Verdict
from content.phrasing import Phrasing
from tests.admin.cased import telephone

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


def asked(desk: Desk, village: int | None, words: str, who: str = "sari", language: str = "id", **more: Any) -> int:
    """A question that the bot could not answer (or an answer `slug` that did not help); gives the number of its group."""
    with desk.database.transaction() as session:
        conversation = telephone(session, who, village, desk.now)
        open_questions.keep(session, conversation, words, language, desk.now, **more)
        open_questions.gather(session, desk.now)
        last = session.query(OpenQuestion).order_by(OpenQuestion.id.desc()).first()
        return (last.group_id if last else 0) or 0


def group_of(desk: Desk, village: int) -> int:
    """A group that nobody else has settled, of somebody who has no case; gives its number."""
    letters = uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    return asked(desk, village, f"{letters[:8]} {letters[8:16]} {letters[16:24]}", who=f"asks {letters[24:]}")
