"""Made changes an article; what that would do to the questions of others decides whether it may be published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre.db import Database
from content import articles, candidates, gates, heard, judging, test_questions, withdrawing
from content.candidates import Candidate
from content.folders import ArticleFile, Guidance, Source, Text
from content.gates import GateRun, State
from content.judging import DANGER, Change, Question, Reached, Verdict
from content.phrasing import Phrasing
from content.test_questions import Seed
from tests.content.conftest import NOW

PAY, COSTS = "gaji-tidak-dibayar", "biaya-resmi"


def article(slug: str, *phrasings: str, short: str = "Simpan bukti.") -> ArticleFile:
    return ArticleFile(
        topic="biaya",
        slug=slug,
        owner="BP3MI NTB",
        valid_from=date(2026, 1, 1),
        review_due=date(2026, 6, 1),
        legal_basis=("UU 18/2017 Pasal 30",),
        sources=(Source("Antara", "2025-07", "https://antara.test/biaya", ("BIA-21",)),),
        related=(),
        check_before_use=False,
        check_note="",
        texts={"id": Text("id", f"Panduan {slug}", slug[:20], short, "Rinciannya.")},
        phrasings=tuple(Phrasing(slug, "id", text) for text in phrasings),
    )


@pytest.fixture
def published(database: Database) -> Database:
    """Two articles, and a test question of each."""
    with database.transaction() as session:
        both = {PAY: article(PAY, "gaji saya belum cair"), COSTS: article(COSTS, "berapa biayanya")}
        articles.load(session, Guidance(both), NOW)
        test_questions.seed(
            session,
            [
                Seed(PAY, "id", "gajiku kok belum masuk", "phrasing"),
                Seed(COSTS, "id", "brp biaya ya", "typo"),
                Seed(DANGER, "id", "saya dikurung majikan", "danger"),
            ],
            NOW,
        )
    return database


def other_words(slug: str = PAY) -> Candidate:
    return Candidate({slug: article(slug, "gaji saya belum cair", short="Simpan bukti, lalu lapor.")})


def other_phrasings() -> Candidate:
    return Candidate({PAY: article(PAY, "gaji saya belum cair", "berapa lama gaji ditahan")})


def lost_one() -> Verdict:
    question = Question(2, COSTS, "id", "brp biaya ya", "typo")
    return judging.compare([Change(question, Reached("answer", (COSTS,)), Reached("answer", (PAY,)))])


def test_a_sentence_that_changes_no_finding_is_judged_at_once(published: Database):
    with published.transaction() as session:
        run = gates.request(session, other_words(), "made", NOW)
        assert run.state == State.DONE
        assert gates.check(session, other_words()) is run
        assert not gates.any_waits(session, NOW)


def test_without_a_verdict_nothing_is_published(published: Database):
    with published.transaction() as session:
        with pytest.raises(gates.NotJudged):
            gates.check(session, other_phrasings())
        gates.request(session, other_phrasings(), "made", NOW)
        with pytest.raises(gates.NotJudged):
            gates.check(session, other_phrasings())


def judged(database: Database, verdict: Verdict) -> int:
    with database.transaction() as session:
        gates.request(session, other_phrasings(), "made", NOW)
        run = gates.claim(session, NOW)
        assert run
        gates.go_on(session, run.id, 1, NOW, stage="asking", asked=2, of=3)
        gates.finish(session, run.id, 1, verdict, NOW)
        return run.id


def test_what_loses_nothing_may_be_published(published: Database):
    run_id = judged(published, Verdict(3, 2, 2))
    with published.reading() as session:
        assert gates.check(session, other_phrasings()).id == run_id


def test_a_verdict_is_about_these_very_words(published: Database):
    judged(published, Verdict(3, 2, 2))
    changed = replace(article(PAY, "gaji saya belum cair", "berapa lama gaji ditahan"), owner="KP2MI")
    with published.reading() as session, pytest.raises(gates.NotJudged):
        gates.check(session, Candidate({PAY: changed}))


def test_what_would_be_lost_is_told_and_refused_until_an_administrator_says_why(published: Database):
    run_id = judged(published, lost_one())
    with published.transaction() as session:
        with pytest.raises(gates.WouldLose) as refused:
            gates.check(session, other_phrasings())
        verdict = gates.verdict_of(refused.value.run)
        assert verdict == lost_one()
        [lost] = verdict.lost
        assert (lost.question.text, lost.before.shown, lost.after.shown) == ("brp biaya ya", (COSTS,), (PAY,))
        with pytest.raises(gates.ReasonMissing):
            gates.override(session, run_id, "ratna", "  ya  ", NOW)
        gates.override(session, run_id, "ratna", "Aturan baru, harus tayang hari ini.", NOW)
        assert gates.check(session, other_phrasings()).overridden_by == "ratna"
        with pytest.raises(gates.NothingToOverride):
            gates.override(session, run_id, "ratna", "Sekali lagi, kenapa tidak.", NOW)


def test_a_verdict_is_stale_when_others_publish_phrasings_and_holds_when_they_publish_words(published: Database):
    judged(published, Verdict(3, 2, 2))
    with published.transaction() as session:
        text = Text("id", f"Panduan {COSTS}", COSTS[:20], "Biaya diatur.", "Rinciannya.")
        articles.publish(session, COSTS, text, origin="staff", author="ketut", now=NOW)
        assert gates.check(session, other_phrasings())
        articles.load(session, Guidance({COSTS: article(COSTS, "ongkosnya piro")}), NOW)
        with pytest.raises(gates.NotJudged):
            gates.check(session, other_phrasings())


def test_a_new_test_question_wants_a_new_verdict(published: Database):
    run_id = judged(published, lost_one())
    with published.transaction() as session:
        test_questions.add(session, PAY, "sas", "gaji tiang ndeqman tame", "dialect", by="made", now=NOW)
        with pytest.raises(gates.NotJudged):
            gates.check(session, other_phrasings())
        with pytest.raises(gates.NothingToOverride):
            gates.override(session, run_id, "ratna", "Harus tayang hari ini juga.", NOW)


def test_the_same_words_are_judged_once_and_others_wait_their_turn(published: Database):
    with published.transaction() as session:
        first = gates.request(session, other_phrasings(), "made", NOW)
        assert gates.request(session, other_phrasings(), "ketut", NOW) is first
        second = gates.request(session, Candidate({PAY: article(PAY, "upah telat")}), "made", NOW)
        assert gates.claim(session, NOW) is first
        assert gates.claim(session, NOW) is second
        assert gates.claim(session, NOW) is None


def test_a_run_whose_process_died_is_taken_over_and_given_up_at_last(published: Database):
    with published.transaction() as session:
        gates.request(session, other_phrasings(), "made", NOW)
    now = NOW
    for attempt in range(1, gates.TRIES + 1):
        with published.transaction() as session:
            run = gates.claim(session, now)
            assert run
            assert run.attempts == attempt
            assert gates.claim(session, now + gates.LEASE) is None, "its lease still runs"
        now += gates.LEASE + timedelta(seconds=1)
        with published.transaction() as session:
            assert gates.any_waits(session, now)
    with published.transaction() as session:
        assert gates.claim(session, now) is None
        assert session.get_one(GateRun, 1).state == State.FAILED
        with pytest.raises(gates.LeaseLost):
            gates.finish(session, 1, 3, Verdict(3, 2, 2), now)


def test_who_was_taken_over_enters_no_verdict(published: Database):
    with published.transaction() as session:
        gates.request(session, other_phrasings(), "made", NOW)
        gates.claim(session, NOW)
        later = NOW + gates.LEASE + timedelta(seconds=1)
        run = gates.claim(session, later)
        assert run
        assert run.attempts == 2
        with pytest.raises(gates.LeaseLost):
            gates.finish(session, run.id, 1, Verdict(3, 2, 2), later)
        gates.finish(session, run.id, 2, Verdict(3, 2, 2), later)


def test_what_cannot_be_judged_waits_for_another_try(published: Database):
    with published.transaction() as session:
        gates.request(session, other_phrasings(), "made", NOW)
        run = gates.claim(session, NOW)
        assert run
        gates.fail(session, run.id, 1, "MemoryError")
        assert (run.state, run.problem) == (State.OPEN, "MemoryError")


def test_an_article_that_goes_is_a_candidate_too(published: Database):
    with published.transaction() as session:
        gone = Candidate({PAY: None})
        run = gates.request(session, gone, "made", NOW)
        assert run.state == State.OPEN
        assert gates.candidate_of(run) == gone
        assert set(candidates.stand_in(articles.export(session), gone).articles) == {COSTS}


def test_old_runs_are_forgotten_but_for_those_that_an_administrator_let_through(published: Database):
    run_id = judged(published, lost_one())
    with published.transaction() as session:
        gates.override(session, run_id, "ratna", "Harus tayang hari ini juga.", NOW)
        gates.request(session, other_words(COSTS), "made", NOW)
        gates.forget_old(session, NOW + gates.KEPT + timedelta(days=1))
        assert [run.id for run in gates.recent(session, 9)] == [run_id]


SEEN = st.builds(
    Reached,
    st.sampled_from(("act", "ask", "answer", "choices", "none", "chitchat", "person")),
    st.lists(st.sampled_from((PAY, COSTS)), max_size=2, unique=True).map(tuple),
)


@given(st.lists(st.tuples(st.sampled_from((PAY, COSTS, DANGER)), SEEN, SEEN), max_size=20))
def test_lost_gained_and_weaker_are_told_apart(changed):
    changes = [
        Change(Question(number, label, "id", str(number), "typo"), before, after)
        for number, (label, before, after) in enumerate(changed)
    ]
    verdict = judging.compare(changes)
    parts = [{change.question.id for change in part} for part in (verdict.lost, verdict.weaker, verdict.gained)]
    assert sum(map(len, parts)) == len(set().union(*parts)), "no question is in two of them"
    assert verdict.reached_after == verdict.reached_before - len(verdict.lost) + len(verdict.gained)
    assert verdict.passed == all(
        change.after.has(change.question.label) for change in changes if change.before.has(change.question.label)
    )
    assert judging.from_json(judging.as_json(verdict)) == verdict


def test_progress_is_told_on_the_way_and_at_the_end():
    heard: list[int] = []
    questions = [Question(number, PAY, "id", f"gaji {number}", "phrasing") for number in range(60)]
    verdict = judging.judge(
        lambda _: Reached("answer", (PAY,)), lambda _: Reached("choices", (COSTS, PAY)), questions, heard.append
    )
    assert heard == [25, 50, 60]
    assert (len(verdict.weaker), verdict.passed) == (60, True)


def test_what_finding_learns_from_is_told_from_the_records_as_from_all_of_the_guidance(published: Database):
    with published.transaction() as session:
        before = candidates.learnt_now(session)
        assert before == candidates.learnt_from(articles.export(session))
        heard.add(session, [Phrasing(PAY, "id", "gaji dipotong terus")])
        assert before != candidates.learnt_now(session) == candidates.learnt_from(articles.export(session))
        withdrawing.withdraw(session, PAY, None, "wayan", NOW)
        assert candidates.learnt_now(session) == candidates.learnt_from(articles.export(session))


def test_a_candidate_survives_being_written_down(published: Database):
    with published.reading() as session:
        both = Candidate(articles.export(session).articles)
    assert candidates.from_json(candidates.as_json(both)) == both
    assert candidates.from_json(candidates.as_json(both)).digest == both.digest


def test_phrasings_come_to_their_article_once(published: Database):
    with published.reading() as session:
        guidance = articles.export(session)
    added = [Phrasing(PAY, "jv", "bayaranku durung metu"), Phrasing(PAY, "id", "gaji saya belum cair")]
    grown = candidates.with_phrasings(guidance, added).articles[PAY]
    assert grown
    assert [each.text for each in grown.phrasings] == ["gaji saya belum cair", "bayaranku durung metu"]
