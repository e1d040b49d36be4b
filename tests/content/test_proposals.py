"""Ketut adds how a family really asked: learnt when nothing is lost by it, else it is told which phrasing is to blame."""

from __future__ import annotations

import pytest

from centre.db import Database
from content import articles, gates, heard, proposals
from content.judging import Change, Question, Reached, Verdict, compare
from content.proposals import PhraseProposal, PhrasingNotAllowed, State
from tests.content.conftest import NOW
from tests.content.test_gates import COSTS, PAY, published

__all__ = ["published"]

FINE = Verdict(3, 2, 2)
LOST = compare([Change(Question(2, COSTS, "id", "brp biaya ya", "typo"), Reached("answer", (COSTS,)), Reached("none"))])


def propose(database: Database, *texts: str, label: str = PAY) -> list[int]:
    with database.transaction() as session:
        made = [proposals.propose(session, label, "id", text, "ketut", NOW).id for text in texts]
        for each in made:
            proposals.accept(session, each, "made")
        return made


def judge(database: Database, verdict: Verdict) -> int | None:
    """What the process that judges does, but for the finder."""
    with database.transaction() as session:
        proposals.ask(session, NOW)
        run = gates.claim(session, NOW)
        if run is None:
            return None
        proposals.settle(session, gates.finish(session, run.id, run.attempts, verdict, NOW), NOW)
        return run.id


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return [row.state for row in session.query(PhraseProposal).order_by(PhraseProposal.id)]


def learnt(database: Database) -> list[str]:
    with database.reading() as session:
        return [each.text for each in articles.export(session).articles[PAY].phrasings]


def test_phrasings_that_cost_nothing_are_learnt_together_and_the_bot_notices(published: Database):
    propose(published, "upah kok macet", "bayaran nunggak")
    with published.reading() as session:
        assert proposals.any_to_ask_for(session)
        before = articles.version(session)
    judge(published, FINE)
    assert states(published) == [State.LEARNT, State.LEARNT]
    assert learnt(published)[-2:] == ["upah kok macet", "bayaran nunggak"]
    with published.reading() as session:
        assert articles.version(session) > before
        assert not proposals.any_to_ask_for(session)


def test_where_a_question_would_be_lost_each_is_judged_by_itself(published: Database):
    propose(published, "upah kok macet", "biaya biaya biaya")
    judge(published, LOST)
    assert states(published) == [State.WAITING, State.WAITING]
    judge(published, FINE)
    assert states(published) == [State.LEARNT, State.WAITING]
    refused = judge(published, LOST)
    assert states(published) == [State.LEARNT, State.REFUSED]
    assert judge(published, FINE) is None
    with published.transaction() as session:
        run = gates.override(session, refused, "ratna", "Keluarga memang bertanya begitu.", NOW)
        proposals.settle(session, run, NOW)
    assert states(published) == [State.LEARNT, State.LEARNT]


def test_a_verdict_that_came_too_late_is_asked_for_again(published: Database):
    propose(published, "upah kok macet")
    with published.transaction() as session:
        proposals.ask(session, NOW)
        run = gates.claim(session, NOW)
        assert run
        heard.add(session, [articles.Phrasing(COSTS, "id", "ongkos piro")])
        articles.raise_version(session)
        proposals.settle(session, gates.finish(session, run.id, 1, FINE, NOW), NOW)
    assert states(published) == [State.WAITING]
    judge(published, FINE)
    assert states(published) == [State.LEARNT]


def test_what_is_given_up_is_not_learnt_and_what_was_refused_can_be_tried_again(published: Database):
    first, second = propose(published, "upah kok macet", "bayaran nunggak")
    with published.transaction() as session:
        proposals.drop(session, first, NOW)
    judge(published, LOST)
    assert states(published) == [State.DROPPED, State.REFUSED]
    with published.transaction() as session:
        proposals.try_again(session, second)
        proposals.try_again(session, first)
    assert states(published) == [State.DROPPED, State.WAITING]


def test_what_cannot_be_judged_is_not_tried_for_ever(published: Database):
    propose(published, "upah kok macet")
    with published.transaction() as session:
        proposals.ask(session, NOW)
    for _ in range(gates.TRIES):
        with published.transaction() as session:
            run = gates.claim(session, NOW)
            assert run
            gates.fail(session, run.id, run.attempts, "MemoryError")
            proposals.ask(session, NOW)
    assert states(published) == [State.REFUSED]


@pytest.mark.parametrize(
    ("why", "text", "label"),
    [
        ("text", "?", PAY),
        ("long", "gaji " * 300, PAY),
        ("number", "hubungi 0812 3456 7890 ya", PAY),
        ("article", "upah macet", "tak-ada"),
        ("known", "Gaji saya belum cair", PAY),
        ("elsewhere", "gaji saya belum cair", COSTS),
        ("elsewhere", "upah kok macet", COSTS),
    ],
)
def test_what_cannot_be_learnt_is_refused_at_once(published: Database, why: str, text: str, label: str):
    propose(published, "upah kok macet")
    with published.transaction() as session, pytest.raises(PhrasingNotAllowed) as refused:
        proposals.propose(session, label, "id", text, "ketut", NOW)
    assert refused.value.why == why
