"""The process that judges: from a phrasing that an editor adds to the finder that answers by it, and what stops it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from centre.db import Database, open_database
from centre.privacy import Vault
from content import gates, proposals, test_questions
from content.candidates import Candidate
from content.finding import Finder
from content.gates import GateRun, State
from content.phrasing import Phrasing
from content.test_questions import Seed, TestQuestion
from processes import gating, guide
from processes.gating import Gatekeeper
from processes.guide import GuideKeeper
from tests.finders import hardly_an_alarm, kept
from tests.processes.houses import KEY

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
CUT, UNPAID = "gaji-dipotong", "gaji-tidak-dibayar"
WAGES = "upah blm cair"


def clock() -> datetime:
    return NOW


@pytest.fixture
def data(furnished: Path, finders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house in which danger is learnt in no time, and the same finder is built once for all tests."""
    shutil.copytree(furnished, tmp_path / "data")
    build, ear = guide.finding.build, hardly_an_alarm()

    def quick(phrasings: Sequence[Phrasing], titles: Mapping[str, Sequence[str]]) -> Any:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(guide.finding, "build", build)
            return Finder.load(kept(finders, phrasings, titles, ear))

    monkeypatch.setattr(guide.finding, "build", quick)
    return tmp_path / "data"


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    """One test question, no more."""
    made = open_database(f"sqlite:///{data / 'balai.db'}", Vault(KEY))
    with made.transaction() as session:
        session.query(TestQuestion).delete()
        test_questions.seed(session, [Seed(UNPAID, "id", WAGES, "typo")], NOW)
    yield made
    made.engine.dispose()


def propose(database: Database, text: str = "duit ane dicomot majikan") -> None:
    with database.transaction() as session:
        proposals.accept(session, proposals.propose(session, CUT, "id", text, "ketut", NOW).id, "made")


def the_run(database: Database) -> GateRun:
    with database.reading() as session:
        [run] = gates.recent(session, 9)
        return run


def test_ketut_adds_a_phrasing_goes_on_and_the_bot_answers_by_it(database: Database, data: Path):
    keeper = GuideKeeper(database, data)
    before = keeper.guide.finder
    propose(database)
    assert gating.anything_waits(database, NOW)
    assert gating.judge_all(database, data, clock) == 1
    run = the_run(database)
    assert (run.state, run.passed, run.asked) == (State.DONE, True, 1)
    assert not gating.anything_waits(database, NOW)
    keeper.refresh()
    assert keeper.guide.finder is not before, "the finder that was judged is at hand, nobody builds it again"
    assert keeper.guide.finder.find("duit ane dicomot majikan").label == CUT
    assert [path.suffix for path in (data / "finder" / "judged").glob("*.npz")] == [], "what is in use lies with those"
    keeper.close()


def test_an_article_that_would_go_takes_its_questions_with_it_and_that_is_told(database: Database, data: Path):
    with database.transaction() as session:
        gates.request(session, Candidate({UNPAID: None}), "made", NOW)
    gating.judge_all(database, data, clock)
    with database.reading() as session:
        verdict = gates.verdict_of(gates.recent(session, 1)[0])
    assert verdict
    assert [change.question.text for change in verdict.lost] == [WAGES]
    assert UNPAID in verdict.lost[0].before.shown
    assert UNPAID not in verdict.lost[0].after.shown


def test_what_a_finder_was_asked_once_it_is_not_asked_again(database: Database, data: Path, monkeypatch):
    propose(database)
    gating.judge_all(database, data, clock)
    loaded: list[object] = []
    judged = guide.judged

    def counted(known: Any, folder: Path) -> Any:
        loaded.append(known)
        return judged(known, folder)

    monkeypatch.setattr(guide, "judged", counted)
    propose(database, "gajiku ditelan calo")
    gating.judge_all(database, data, clock)
    assert len(loaded) == 1, "the finder of now was judged as a candidate before"


def test_what_goes_wrong_is_tried_again_and_given_up_without_words_in_the_log(
    database: Database, data: Path, monkeypatch, capsys
):
    def broken(known: object, folder: Path) -> None:
        raise MemoryError("duit ane dicomot majikan")

    monkeypatch.setattr(guide, "judged", broken)
    propose(database)
    assert gating.judge_all(database, data, clock) == gates.TRIES
    assert (the_run(database).state, the_run(database).problem) == (State.FAILED, "MemoryError")
    assert "dicomot" not in "".join(capsys.readouterr())


def test_progress_is_told_while_it_is_judged(database: Database, data: Path, monkeypatch):
    propose(database)
    monkeypatch.setattr(gating, "TOLD_EVERY", 0.01)
    seen: list[tuple[str, int]] = []

    def slow(*_: object) -> None:
        while (run := the_run(database)).of == 0:
            pass
        seen.append((run.stage, run.of))
        assert run.lease_until == NOW + gates.LEASE
        raise MemoryError

    monkeypatch.setattr(guide, "judged", slow)
    with database.transaction() as session:
        proposals.ask(session, NOW)
    gating.judge_next(database, data, clock)
    assert seen == [("learning", 1)]


class Process:
    """Stands in for the process that judges."""

    def __init__(self, started: list[Process]) -> None:
        self.returncode: int | None = None
        self.is_ended = False
        started.append(self)

    def poll(self) -> int | None:
        return self.returncode

    def terminate(self) -> None:
        self.is_ended = True


def test_the_gatekeeper_starts_one_process_at_a_time_and_rests_when_it_fails(database: Database, monkeypatch):
    started: list[Process] = []
    monkeypatch.setattr(gating.subprocess, "Popen", lambda command: Process(started))
    keeper = Gatekeeper(database, clock)
    keeper.look()
    assert started == []
    propose(database)
    keeper.look()
    keeper.look()
    assert len(started) == 1
    started[0].returncode = 1
    for _ in range(gating.REST - 1):
        keeper.look()
    assert len(started) == 1, "it rests"
    keeper.look()
    assert len(started) == 2
    keeper.close()
    assert started[1].is_ended


def test_a_lease_that_is_over_wakes_another_worker(database: Database):
    propose(database)
    with database.transaction() as session:
        proposals.ask(session, NOW)
        gates.claim(session, NOW)
    assert not gating.anything_waits(database, NOW)
    assert gating.anything_waits(database, NOW + gates.LEASE + timedelta(seconds=1))
