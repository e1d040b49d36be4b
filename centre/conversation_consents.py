"""What somebody was told about their data in a conversation and what they said to it, so that it can be proved.

UU PDP 27/2022 art. 21-24: purpose, kinds, time and rights are told before; consent is recorded, stands apart from everything
else, and whoever keeps data must prove it; art. 9 and 40: it is taken back as easily. One row for each thing shown or said,
only ever added: which wording (its version and a mark of the very words), in which language, on which channel, when. It goes
with the conversation. Whoever says no is informed as before (art. 20(2): an answer somebody asks for needs no consent), and
nothing of them is kept longer than it takes to bring the answer: see `declined` in `centre.retention_rules`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime

Said = Literal["shown", "agreed", "declined"]


class ConversationConsent(Base):
    """One thing that was shown or said."""

    __tablename__ = "conversation_consents"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    said: Mapped[str] = mapped_column(String(8))
    version: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the words that were shown, so that they are found again among those of this version."""
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def show(session: Session, conversation: Conversation, version: str, language: str, words: str, now: datetime) -> None:
    """The notice was put before somebody, in these very words."""
    conversation.notice_version, conversation.notice_at = version, now
    _add(session, conversation, "shown", version, language, mark_of(words), now)


def agree(session: Session, conversation: Conversation, version: str, language: str, now: datetime) -> None:
    """They agree to what they were last shown; also who had said no before."""
    conversation.declined_at = None
    _add(session, conversation, "agreed", version, language, _last_words(session, conversation), now)


def decline(session: Session, conversation: Conversation, version: str, language: str, now: datetime) -> None:
    """They do not agree, or not any more; what goes with it: `centre.retention.keep_nothing`."""
    conversation.declined_at = conversation.declined_at or now
    _add(session, conversation, "declined", version, language, _last_words(session, conversation), now)


def of(session: Session, conversation_id: int) -> Sequence[ConversationConsent]:
    """All that was shown and said, in its order."""
    own = select(ConversationConsent).where(ConversationConsent.conversation_id == conversation_id)
    return session.scalars(own.order_by(ConversationConsent.id)).all()


def standing(session: Session, conversation_id: int) -> ConversationConsent | None:
    """What was said last; None where nothing was said to the notice yet."""
    own = select(ConversationConsent).where(
        ConversationConsent.conversation_id == conversation_id, ConversationConsent.said != "shown"
    )
    return session.scalars(own.order_by(ConversationConsent.id.desc()).limit(1)).first()


def erase(session: Session, conversation_id: int) -> None:
    """Somebody asked to be forgotten."""
    gone = delete(ConversationConsent).where(ConversationConsent.conversation_id == conversation_id)
    session.execute(gone.execution_options(synchronize_session="fetch"))


def move(session: Session, others: set[int], kept_id: int) -> None:
    """The other conversations turned out to be this one."""
    moved = update(ConversationConsent).where(ConversationConsent.conversation_id.in_(others))
    session.execute(moved.values(conversation_id=kept_id).execution_options(synchronize_session="fetch"))


def mark_of(words: str) -> str:
    """By which a wording is known."""
    return hashlib.sha256(words.encode()).hexdigest()


def _add(
    session: Session, conversation: Conversation, said: Said, version: str, language: str, words: str, now: datetime
) -> None:
    row = ConversationConsent(
        conversation_id=conversation.id,
        said=said,
        version=version,
        words=words,
        language=language,
        channel=conversation.channel,
        at=now,
    )
    session.add(row)
    session.flush()


def _last_words(session: Session, conversation: Conversation) -> str:
    """Of what was shown last; empty where it was before this was noted."""
    own = select(ConversationConsent.words).where(
        ConversationConsent.conversation_id == conversation.id, ConversationConsent.said == "shown"
    )
    return session.scalar(own.order_by(ConversationConsent.id.desc()).limit(1)) or ""
