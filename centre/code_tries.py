"""Wrong names typed to a booking's code, counted by telephone so that nobody guesses their way into somebody's place.

What counts is the sender, not the conversation: who asks to be forgotten, or knows one right name, has no new tries by that.
Only a fingerprint is kept, of its own kind so that it leads to no conversation, and for a day (UU PDP 27/2022 art. 16: no more
than the purpose needs).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.conversations import Conversation, Identifier
from centre.db import Base, BigId, UtcDateTime, changed, vault_of

MOST = 5
"""Wrong names within `SPAN`; a slip of the finger or two is forgiven, a list of names is not."""
SPAN = timedelta(hours=1)
KEPT = timedelta(days=1)
MOST_ON_ONE = 10
"""Wrong PINs on one case's code within a day, from however many telephones: a million PINs must not be tried in turn."""


class CodeTry(Base):
    """One wrong name."""

    __tablename__ = "code_tries"
    __table_args__ = (Index("ix_code_tries_sender", "sender", "tried_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sender: Mapped[str] = mapped_column(String(32))
    tried_at: Mapped[datetime] = mapped_column(UtcDateTime)


def allowed(session: Session, conversation: Conversation, now: datetime) -> bool:
    """May another name be tried from this telephone, by any identifier it is known by?"""
    counted = (
        select(func.count())
        .where(CodeTry.sender.in_(_senders(session, conversation)), CodeTry.tried_at > now - SPAN)
        .group_by(CodeTry.sender)
    )
    return max(session.scalars(counted), default=0) < MOST


def note(session: Session, conversation: Conversation, now: datetime) -> None:
    """A name was wrong."""
    session.add_all(CodeTry(sender=sender, tried_at=now) for sender in _senders(session, conversation))
    session.flush()


def allowed_on(session: Session, code: str, now: datetime) -> bool:
    """May another PIN be tried on this case's code, from any telephone? The same for codes that no case has."""
    tried = select(func.count()).where(CodeTry.sender == _of_code(session, code), CodeTry.tried_at > now - KEPT)
    return (session.scalar(tried) or 0) < MOST_ON_ONE


def note_on(session: Session, code: str, now: datetime) -> None:
    """A PIN was wrong on this code."""
    session.add(CodeTry(sender=_of_code(session, code), tried_at=now))
    session.flush()


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """A day later nothing is known of it."""
    old = delete(CodeTry).where(CodeTry.tried_at < now - kept)
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def _senders(session: Session, conversation: Conversation) -> list[str]:
    own = select(Identifier.lookup).where(Identifier.conversation_id == conversation.id)
    return [vault_of(session).lookup("code_tries", lookup) for lookup in session.scalars(own)]


def _of_code(session: Session, code: str) -> str:
    return vault_of(session).lookup("code_tries|case", code)
