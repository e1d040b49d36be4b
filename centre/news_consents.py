"""Who wants news from their village's centre: asked once, said in the chat at any time, kept for the address it was said on.

Without a yes nobody is sent an announcement (UU PDP 27/2022 art. 20: consent for the purpose it was given for; art. 9: it may
be taken back). It is kept with the wording that was agreed to and goes with the conversation, or when somebody is forgotten.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import notices
from centre.conversations import Conversation
from centre.db import Base, UtcDateTime
from centre.notices import Notice

WORDING = "2026-11"
"""Changes with the meaning of the question."""


class NewsConsent(Base):
    """What was said to news in one conversation; None: asked, and not answered."""

    __tablename__ = "news_consents"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    wants: Mapped[bool | None]
    wording: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def of(session: Session, conversation_id: int) -> NewsConsent | None:
    """What was said there; None where it was never asked."""
    return session.get(NewsConsent, conversation_id)


def note(session: Session, conversation: Conversation, wants: bool | None, now: datetime) -> None:
    """They want news from now on, or none; None: they are asked just now. After a no nothing that waits goes out."""
    kept = of(session, conversation.id) or NewsConsent(conversation_id=conversation.id)
    kept.wants, kept.wording, kept.at = wants, WORDING, now
    session.add(kept)
    session.flush()
    if wants is False:
        notices.void_where(session, Notice.conversation_id == conversation.id, Notice.kind == "announced")


def erase(session: Session, conversation_id: int) -> None:
    """The person asked to be forgotten."""
    session.execute(
        delete(NewsConsent)
        .where(NewsConsent.conversation_id == conversation_id)
        .execution_options(synchronize_session="fetch")
    )


def move(session: Session, others: set[int], kept_id: int) -> None:
    """The other conversations turned out to be this one: what was said last counts, of the same moment a no."""
    said = [found for number in (*others, kept_id) if (found := of(session, number)) and found.wants is not None]
    if not said:
        return
    last = max(said, key=lambda each: (each.at, each.wants is False))
    wants, wording, at = last.wants, last.wording, last.at
    for number in others:
        erase(session, number)
    kept = of(session, kept_id) or NewsConsent(conversation_id=kept_id)
    kept.wants, kept.wording, kept.at = wants, wording, at
    session.add(kept)
    session.flush()
