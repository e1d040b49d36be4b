"""What is held of whoever writes, counted for them and copied out for them (UU PDP 27/2022 art. 6, 7, 13 and 32).

Of this conversation alone: whose telephone it is cannot be known, so what a case tells, and what the desk keeps of somebody, is
not copied into a chat; those have ways of their own (`kasus saya`, *Warga* at the desk).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import bookings, case_records, conversation_consents, inbox, outbox
from centre.conversation_consents import ConversationConsent
from centre.conversations import Conversation
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from centre.privacy import CannotOpen

MOST = 40
"""Lines of a copy that go into a chat, the newest; the desk can give the others."""


@dataclass(frozen=True)
class Held:
    """How much is held of one conversation."""

    messages: int
    replies: int
    bookings: int
    has_open_case: bool
    consent: ConversationConsent | None
    """What they last said to the notice."""


@dataclass(frozen=True)
class Line:
    """One thing that was said, and when."""

    at: datetime
    is_theirs: bool
    words: str


def held(session: Session, conversation: Conversation, now: datetime) -> Held:
    """What there is of them."""
    theirs = select(func.count()).where(
        InboxEvent.conversation_id == conversation.id, InboxEvent.sealed_payload.is_not(None)
    )
    ours = select(func.count()).where(OutboxMessage.conversation_id == conversation.id)
    return Held(
        session.scalar(theirs) or 0,
        session.scalar(ours) or 0,
        len(bookings.of_conversation(session, conversation.id, now)),
        conversation.has_case and case_records.open_in(session, conversation.id) is not None,
        conversation_consents.standing(session, conversation.id),
    )


def copy(session: Session, conversation: Conversation) -> Sequence[Line]:
    """The words that are still kept, the oldest first; nothing of what was taken down, and nothing where there is a case."""
    if conversation.has_case:
        return []
    events = inbox.heard(session, conversation.id, MOST, conversation.heard_after or 0)
    theirs = [Line(event.received_at, True, _words_of(session, event)) for event in events]
    rows = outbox.said(session, conversation.id, conversation.shown_after or 0, MOST)
    ours = [Line(row.created_at, False, _part_of(session, row)) for row in rows]
    lines = [line for line in (*theirs, *ours) if line.words]
    return sorted(lines, key=lambda line: (line.at, not line.is_theirs))[-MOST:]


def _words_of(session: Session, event: InboxEvent) -> str:
    try:
        payload = inbox.opened(session, event)
    except (CannotOpen, inbox.Erased):
        return ""
    return inbox.message_of(payload).text if "message" in payload else ""


def _part_of(session: Session, row: OutboxMessage) -> str:
    try:
        return outbox.part_of(session, row).text
    except CannotOpen:
        return ""
