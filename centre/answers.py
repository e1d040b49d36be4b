"""What was answered, and whether it helped: the trace that tells editors where guidance fails. No words of the person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime


class GivenAnswer(Base):
    """One answer to one question."""

    __tablename__ = "given_answers"
    __table_args__ = (Index("ix_given_answers_at", "at"), Index("ix_given_answers_slug", "slug", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    """answer, choices, none, danger, chitchat, person"""
    slug: Mapped[str | None] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(8))
    confidence: Mapped[float]
    helped: Mapped[bool | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    village_id: Mapped[int | None] = mapped_column(BigId)
    """Where the person belonged then, for the figures, which outlive the conversation."""
    event_id: Mapped[int | None] = mapped_column(BigId)
    """The message it answered; its words are there as long as they are kept."""
    revision: Mapped[str | None] = mapped_column(String(12))
    """The mark of the very words that were shown."""


def record(
    session: Session,
    conversation: Conversation,
    *,
    kind: str,
    slug: str | None,
    language: str,
    confidence: float,
    now: datetime,
    event_id: int = 0,
    revision: str | None = None,
) -> GivenAnswer:
    """Note that this was answered."""
    given = GivenAnswer(
        conversation_id=conversation.id,
        kind=kind,
        slug=slug,
        language=language,
        confidence=confidence,
        at=now,
        village_id=conversation.village_id,
        event_id=event_id or None,
        revision=revision,
    )
    session.add(given)
    return given


def rate(session: Session, conversation: Conversation, slug: str, helped: bool) -> GivenAnswer | None:
    """The person says whether the latest answer from `slug` helped; gives that answer, None when there was none."""
    given = _latest(session, conversation, GivenAnswer.slug == slug)
    if given:
        given.helped = helped
        session.flush()
    return given


def asked_last(session: Session, conversation: Conversation) -> GivenAnswer | None:
    """The answer to what the person typed last; what they tapped since is none."""
    return _latest(session, conversation, GivenAnswer.event_id.is_not(None))


def _latest(session: Session, conversation: Conversation, *which: ColumnElement[bool]) -> GivenAnswer | None:
    given = select(GivenAnswer).where(GivenAnswer.conversation_id == conversation.id, *which)
    return session.scalars(given.order_by(GivenAnswer.id.desc()).limit(1)).first()


def erase(session: Session, conversation_id: int) -> None:
    """The person asked to be forgotten."""
    session.execute(
        delete(GivenAnswer)
        .where(GivenAnswer.conversation_id == conversation_id)
        .execution_options(synchronize_session=False)
    )
