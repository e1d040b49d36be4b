"""The publish gate: nothing goes live that makes the bot answer worse, unless an administrator says why it must.

Whoever wants to publish asks for a verdict on a candidate (`request`) and is free to go on. A process of its own claims
the run, builds the finder that would be, puts every test question to it and to the one of now (`content/judging.py`), and
enters the verdict. It holds for exactly the candidate's words and for the guidance it was judged against: as soon as
something else is published that finding learns from, or a test question changes, it has to be asked for again.

For whoever publishes (`content/drafts.py`): `request`, `verdict_for`, and `check`, which raises until it may be done.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from content import articles, candidates, judging, test_questions
from content.candidates import Candidate
from content.judging import Verdict

LEASE = timedelta(seconds=90)
"""Without a word of progress for so long, the process that judges is taken to be dead."""
TRIES = 3
KEPT = timedelta(days=90)
REASON = (10, 500)
"""Letters of the reason an administrator gives."""


class NotJudged(Exception):
    """No verdict holds for these words: none was asked for, it is not there yet, or the guidance has changed since."""


class CannotBeJudged(NotJudged):
    """Judging exactly these words failed three times, and nothing has changed since: somebody must look why."""


class WouldLose(Exception):
    """Test questions would be lost; `run` says which. An administrator may publish all the same, with a reason."""

    def __init__(self, run: GateRun) -> None:
        super().__init__(f"run {run.id}")
        self.run = run


class NothingToOverride(Exception):
    """There is no verdict yet, or it passed, or it no longer holds."""


class ReasonMissing(ValueError):
    """Who overrides says why, in some words."""


class LeaseLost(Exception):
    """Another process has taken the run over, or it is no longer wanted."""


class State(StrEnum):
    OPEN = "open"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


UNDER_WAY = (State.OPEN, State.RUNNING)


class GateRun(Base):
    """One candidate being judged, and what came of it."""

    __tablename__ = "gate_runs"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), index=True)
    """The mark of the candidate, `Candidate.digest`."""
    slugs: Mapped[str] = mapped_column(sa.Text)
    """The articles it is about, a space between them."""
    candidate: Mapped[str] = mapped_column(sa.Text)
    content_version: Mapped[int]
    learnt_from: Mapped[str] = mapped_column(String(32))
    """What finding learnt from when it was judged, `candidates.learnt_from`."""
    questions_mark: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10))
    stage: Mapped[str] = mapped_column(String(10), default="")
    """learning or asking, while it runs."""
    asked: Mapped[int] = mapped_column(default=0)
    of: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(String(100), default="")
    passed: Mapped[bool | None] = mapped_column()
    verdict: Mapped[str | None] = mapped_column(sa.Text)
    requested_by: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overridden_by: Mapped[str | None] = mapped_column(String(64))
    overridden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    override_reason: Mapped[str] = mapped_column(sa.Text, default="")

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_open_door(self) -> bool:
        """Did it pass, or did an administrator override it?"""
        return self.state == State.DONE and (bool(self.passed) or self.overridden_at is not None)


def request(session: Session, candidate: Candidate, by: str, now: datetime) -> GateRun:
    """Ask for a verdict on `candidate`, on behalf of staff member `by`; the one that holds already is given back.

    What no title and no phrasing changes by is judged at once: every message finds what it found.
    """
    if known := verdict_for(session, candidate.digest):
        return known
    published = articles.export(session)
    run = GateRun(
        digest=candidate.digest,
        slugs=" ".join(candidate.slugs),
        candidate=candidates.as_json(candidate),
        requested_by=by,
        requested_at=now,
        state=State.OPEN,
    )
    _bind(session, run)
    if candidates.learnt_from(candidates.stand_in(published, candidate)) == run.learnt_from:
        _settle(run, Verdict(asked=0, reached_before=0, reached_after=0), now)
    session.add(run)
    session.flush()
    return run


def verdict_for(session: Session, digest: str) -> GateRun | None:
    """The run about exactly these words that holds now, judged or under way; None where one must be asked for."""
    wanted = (*UNDER_WAY, State.DONE)
    rows = session.scalars(
        sa.select(GateRun).where(GateRun.digest == digest, GateRun.state.in_(wanted)).order_by(GateRun.id.desc())
    )
    return next((run for run in rows if holds(session, run)), None)


def failed_for(session: Session, digest: str) -> GateRun | None:
    """The run about exactly these words that was given up, where it is the newest and would fail in the same way again."""
    rows = sa.select(GateRun).where(GateRun.digest == digest).order_by(GateRun.id.desc()).limit(1)
    run = session.scalar(rows)
    return run if run is not None and run.state == State.FAILED and holds(session, run) else None


def check(session: Session, candidate: Candidate) -> GateRun:
    """The run that lets `candidate` be published now. Raises `NotJudged`, `CannotBeJudged` or `WouldLose`.

    To be called in the transaction that publishes.
    """
    run = verdict_for(session, candidate.digest)
    if run is None and failed_for(session, candidate.digest):
        raise CannotBeJudged(candidate.digest)
    if run is None or run.state != State.DONE:
        raise NotJudged(candidate.digest)
    if not run.is_open_door:
        raise WouldLose(run)
    return run


def override(session: Session, run_id: int, by: str, reason: str, now: datetime) -> GateRun:
    """An administrator lets it be published although questions are lost. Raises `NothingToOverride`, `ReasonMissing`."""
    reason = reason.strip()
    if not REASON[0] <= len(reason) <= REASON[1]:
        raise ReasonMissing(run_id)
    run = session.get(GateRun, run_id, with_for_update=True)
    if run is None or run.state != State.DONE or run.is_open_door or not holds(session, run):
        raise NothingToOverride(run_id)
    run.overridden_by, run.overridden_at, run.override_reason = by, now, reason
    session.flush()
    return run


def holds(session: Session, run: GateRun) -> bool:
    """Is the run about the guidance and the test questions of now? One that waits is bound to them when it is claimed."""
    if run.state == State.OPEN:
        return True
    return _is_about(session, run) and run.questions_mark == test_questions.mark(session)


def verdict_of(run: GateRun) -> Verdict | None:
    """What came of it; None before it is done."""
    return judging.from_json(run.verdict) if run.verdict else None


def recent(session: Session, most: int) -> list[GateRun]:
    """The newest runs."""
    return list(session.scalars(sa.select(GateRun).order_by(GateRun.id.desc()).limit(most)))


def forget_old(session: Session, now: datetime) -> None:
    """What was judged long ago is of no use; an override stays as long as its record in the audit does."""
    old = sa.delete(GateRun).where(GateRun.requested_at < now - KEPT, GateRun.overridden_at.is_(None))
    session.execute(old.execution_options(synchronize_session=False))


# For the process that judges


def any_waits(session: Session, now: datetime) -> bool:
    """A look without a lock: is there a run to be judged that nobody works on?"""
    return session.scalar(sa.select(GateRun.id).where(_is_free(now)).limit(1)) is not None


def claim(session: Session, now: datetime) -> GateRun | None:
    """Take the oldest run that nobody works on, with a lease; None where there is none.

    What ended its process three times is given up.
    """
    free = sa.select(GateRun).where(_is_free(now)).order_by(GateRun.id).limit(1).with_for_update(skip_locked=True)
    run = session.scalar(free)
    if run is None:
        return None
    if run.attempts >= TRIES:
        run.state, run.problem, run.lease_until = State.FAILED, "process_ended", None
        session.flush()
        return None
    run.attempts, run.state, run.stage, run.asked = run.attempts + 1, State.RUNNING, "learning", 0
    run.lease_until = now + LEASE
    _bind(session, run)
    session.flush()
    return run


def go_on(session: Session, run_id: int, attempt: int, now: datetime, *, stage: str, asked: int, of: int) -> None:
    """A word of progress, and the lease anew. Raises `LeaseLost`."""
    run = _mine(session, run_id, attempt)
    run.stage, run.asked, run.of, run.lease_until = stage, asked, of, now + LEASE
    session.flush()


def finish(session: Session, run_id: int, attempt: int, verdict: Verdict, now: datetime) -> GateRun:
    """Enter the verdict. Raises `LeaseLost`."""
    run = _mine(session, run_id, attempt)
    _settle(run, verdict, now)
    session.flush()
    return run


def fail(session: Session, run_id: int, attempt: int, problem: str) -> None:
    """It could not be judged: it waits for another try, or is given up. `problem`: which error, never words."""
    run = _mine(session, run_id, attempt)
    run.state = State.FAILED if run.attempts >= TRIES else State.OPEN
    run.problem, run.lease_until = problem[:100], None
    session.flush()


def candidate_of(run: GateRun) -> Candidate:
    """What it is about."""
    return candidates.from_json(run.candidate)


def _is_free(now: datetime) -> sa.ColumnElement[bool]:
    left = sa.and_(GateRun.state == State.RUNNING, GateRun.lease_until < now)
    return sa.or_(GateRun.state == State.OPEN, left)


def _mine(session: Session, run_id: int, attempt: int) -> GateRun:
    run = session.get(GateRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.state != State.RUNNING or run.attempts != attempt:
        raise LeaseLost(run_id)
    return run


def _is_about(session: Session, run: GateRun) -> bool:
    """Does finding learn from the same as then? Where nothing at all was published since, nobody has to look."""
    if run.content_version == articles.version(session):
        return True
    return run.learnt_from == candidates.learnt_now(session)


def _bind(session: Session, run: GateRun) -> None:
    run.content_version = articles.version(session)
    run.learnt_from = candidates.learnt_now(session)
    run.questions_mark = test_questions.mark(session)


def _settle(run: GateRun, verdict: Verdict, now: datetime) -> None:
    run.state, run.verdict, run.passed = State.DONE, judging.as_json(verdict), verdict.passed
    run.finished_at, run.lease_until, run.asked, run.of = now, None, verdict.asked, verdict.asked
