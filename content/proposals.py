"""Phrasings on their way: how a family really asked, added by an editor, accepted by a second, learnt once the gate agrees.

A phrasing has no words of its own for families, but it decides which article they read for theirs: so a second person agrees,
as for text. It also changes what every message finds: those accepted are judged together, and when that would lose a question,
one by one, until it is known which of them does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from content import articles, candidates, checking, gates, heard, languages, wording
from content.article_records import Article, Phrase
from content.candidates import Candidate
from content.gates import GateRun
from content.phrasing import Phrasing


class PhrasingNotAllowed(ValueError):
    """What cannot be learnt; `why` names the rule: text, long, number, language, article, known, elsewhere."""

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(why)
        self.why, self.where = why, where


class NotWaiting(Exception):
    """Somebody was faster: it is accepted, or given up."""


class OwnProposal(Exception):
    """Who proposed it does not accept it: a second person does."""


class State(StrEnum):
    PROPOSED = "proposed"
    """A second person has yet to say that the article answers it."""
    WAITING = "waiting"
    """For the gate."""
    LEARNT = "learnt"
    REFUSED = "refused"
    DROPPED = "dropped"
    """Its editor gave it up."""


UNSETTLED = (State.PROPOSED, State.WAITING, State.REFUSED)


class PhraseProposal(Base):
    """One phrasing that somebody wants learnt."""

    __tablename__ = "phrase_proposals"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(String(10), index=True)
    run_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """The run that judges it, or judged it last."""
    alone: Mapped[bool] = mapped_column(default=False)
    """Judged by itself, because those that it was judged with would have lost a question."""
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def propose(session: Session, label: str, language: str, text: str, by: str, now: datetime) -> PhraseProposal:
    """Staff member `by` wants `text` to mean the article `label`. Raises `PhrasingNotAllowed`."""
    text = check(session, label, language, text)
    proposal = PhraseProposal(
        label=label, language=language, text=text, state=State.PROPOSED, proposed_by=by, proposed_at=now
    )
    session.add(proposal)
    session.flush()
    return proposal


def check(session: Session, label: str, language: str, text: str) -> str:
    """`text` as it would be proposed. Raises `PhrasingNotAllowed` where it may not be."""
    text = " ".join(text.split())
    _must_be_allowed(session, label, language, text)
    return text


def accept(session: Session, number: int, by: str) -> None:
    """A second person says that the article answers it: the gate may judge it. Raises `NotWaiting` or `OwnProposal`."""
    proposal = session.get(PhraseProposal, number, with_for_update=True)
    if proposal is None or proposal.state != State.PROPOSED:
        raise NotWaiting(number)
    if proposal.proposed_by == by:
        raise OwnProposal(by)
    proposal.state, proposal.accepted_by = State.WAITING, by
    session.flush()


def any_to_ask_for(session: Session) -> bool:
    """A look without a lock: does one wait that nobody has asked a verdict for?"""
    return session.scalar(sa.select(PhraseProposal.id).where(*_without_run()).limit(1)) is not None


def ask(session: Session, now: datetime) -> None:
    """Ask for verdicts on what waits: one for all that may be judged together, one for each that may not."""
    for failed in session.scalars(sa.select(GateRun).where(GateRun.state == gates.State.FAILED, _awaited())):
        settle(session, failed, now)
    waiting = session.scalars(
        sa.select(PhraseProposal).where(*_without_run()).order_by(PhraseProposal.id).with_for_update(skip_locked=True)
    ).all()
    together = [each for each in waiting if not each.alone]
    for some in ([together] if together else []) + [[each] for each in waiting if each.alone]:
        candidate = _candidate(session, some)
        run = gates.request(session, candidate, some[0].proposed_by, now) if candidate else None
        if run is None:
            _put(some, State.DROPPED, now)  # their article is gone
            continue
        for each in some:
            each.run_id = run.id
        session.flush()
        settle(session, run, now)
    session.flush()


def settle(session: Session, run: GateRun, now: datetime) -> None:
    """A verdict is there, or was overridden: what it was about is learnt, refused, or judged one by one."""
    wanted = sa.select(PhraseProposal).where(PhraseProposal.run_id == run.id)
    states = (State.WAITING, State.REFUSED) if run.is_open_door else (State.WAITING,)
    some = session.scalars(wanted.where(PhraseProposal.state.in_(states)).order_by(PhraseProposal.id)).all()
    if not some or run.is_under_way:
        return
    if run.state == gates.State.DONE and not gates.holds(session, run):
        _ask_anew(some)
    elif run.is_open_door:
        heard.add(session, [Phrasing(each.label, each.language, each.text) for each in some])
        articles.raise_version(session)
        _put(some, State.LEARNT, now)
    elif run.state == gates.State.DONE and len(some) > 1:
        _ask_anew(some, alone=True)
    else:
        _put(some, State.REFUSED, now)
    session.flush()


def drop(session: Session, number: int, now: datetime) -> None:
    """Its editor gives it up; one that is learnt stays learnt."""
    proposal = session.get(PhraseProposal, number, with_for_update=True)
    if proposal and proposal.state in UNSETTLED:
        proposal.state, proposal.settled_at = State.DROPPED, now
        session.flush()


def try_again(session: Session, number: int) -> None:
    """One that was refused is judged again: the guidance may have changed since."""
    proposal = session.get(PhraseProposal, number, with_for_update=True)
    if proposal and proposal.state == State.REFUSED:
        _ask_anew([proposal], alone=True)
        session.flush()


def unsettled(session: Session) -> list[PhraseProposal]:
    """What waits for somebody, for the gate, or was refused, the newest first."""
    wanted = sa.select(PhraseProposal).where(PhraseProposal.state.in_(UNSETTLED))
    return list(session.scalars(wanted.order_by(PhraseProposal.id.desc())))


def for_second(session: Session) -> list[PhraseProposal]:
    """What waits for a second person, the longest waiting first."""
    wanted = sa.select(PhraseProposal).where(PhraseProposal.state == State.PROPOSED)
    return list(session.scalars(wanted.order_by(PhraseProposal.id)))


def of_run(session: Session, run_id: int) -> list[PhraseProposal]:
    """What a run is about."""
    wanted = sa.select(PhraseProposal).where(PhraseProposal.run_id == run_id)
    return list(session.scalars(wanted.order_by(PhraseProposal.id)))


def _candidate(session: Session, some: Sequence[PhraseProposal]) -> Candidate | None:
    """The articles with what would come to them; None where that is nothing."""
    published = articles.export(session)
    there = [each for each in some if each.label in published.articles]
    added = [Phrasing(each.label, each.language, each.text) for each in there]
    return candidates.with_phrasings(published, added) if added else None


def _awaited() -> sa.ColumnElement[bool]:
    return GateRun.id.in_(sa.select(PhraseProposal.run_id).where(PhraseProposal.state == State.WAITING))


def _without_run() -> tuple[sa.ColumnElement[bool], ...]:
    return PhraseProposal.state == State.WAITING, PhraseProposal.run_id.is_(None)


def _put(some: Iterable[PhraseProposal], state: State, now: datetime) -> None:
    for each in some:
        each.state, each.settled_at = state, now


def _ask_anew(some: Iterable[PhraseProposal], *, alone: bool = False) -> None:
    for each in some:
        each.state, each.run_id, each.alone = State.WAITING, None, each.alone or alone


def _must_be_allowed(session: Session, label: str, language: str, text: str) -> None:
    """The rules of phrasings in files (content/checking.py): short enough, nobody's number, one meaning each."""
    if sum(char.isalnum() for char in text) < 2:
        raise PhrasingNotAllowed("text")
    if len(text) > checking.PHRASING_LIMIT:
        raise PhrasingNotAllowed("long")
    if wording.LONG_NUMBER.search(text):
        raise PhrasingNotAllowed("number")
    if language not in languages.CODES:
        raise PhrasingNotAllowed("language")
    if session.get(Article, label) is None:
        raise PhrasingNotAllowed("article")
    for other in _meanings(session, text):
        raise PhrasingNotAllowed("known" if other == label else "elsewhere", other)


def _meanings(session: Session, text: str) -> list[str]:
    """The articles that this means already, or would as soon as what waits is learnt."""
    learnt = session.scalars(sa.select(Phrase.label).where(sa.func.lower(Phrase.text) == text.lower()))
    same = sa.func.lower(PhraseProposal.text) == text.lower()
    coming = PhraseProposal.state.in_((State.PROPOSED, State.WAITING))
    waiting = sa.select(PhraseProposal.label).where(same, coming)
    return [*learnt, *session.scalars(waiting)]
