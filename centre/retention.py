"""How long we keep what people told us, and erasing it when they ask (UU PDP 27/2022 art. 42-44).

Words that came in go 72 hours after their answer, what we said after 90 days, a conversation that nobody has taken up for 90
days too. Somebody who asks to be forgotten is forgotten at once; only their address stays for a moment, so that they
can read that it was done.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from centre import answers, conversations, inbox, outbox
from centre.conversations import Conversation, Identifier, Sender
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage

FAREWELL = timedelta(minutes=15)
"""How long an erased conversation keeps its address."""
IDLE = timedelta(days=90)
"""A conversation without a case is kept as long after its last message."""
AT_ONCE = 500


def forget(session: Session, conversation: Conversation, now: datetime) -> None:
    """Erase all that is held about a person: this conversation, and those that turned out to be theirs."""
    joined = session.scalars(select(Conversation).where(Conversation.joined_to == conversation.id)).all()
    for each in (conversation, *joined):
        inbox.erase_words(session, each.id)
        outbox.erase_words(session, each.id)
        answers.erase(session, each.id)
        conversations.forget(session, each, now)


def leave(session: Session, sender: Sender, now: datetime) -> None:
    """Somebody left in haste (the web chat's exit): all is erased, and their old key opens nothing any more."""
    conversation_id = conversations.known(session, sender)
    # Held first: a worker may be answering in it just now.
    conversation = session.get(Conversation, conversation_id, with_for_update=True) if conversation_id else None
    if conversation is None:
        return
    session.execute(delete(Identifier).where(Identifier.conversation_id == conversation.id))
    inbox.erase_words(session, conversation.id, waiting_too=True)
    forget(session, conversation, now)


def forget_old(session: Session, now: datetime) -> None:
    """Keep the promises of time."""
    inbox.forget_old(session, now)
    outbox.forget_old(session, now)


def sweep(session: Session, now: datetime) -> int:
    """Remove conversations that were erased or left alone long enough; gives how many.

    One that still waits for an answer, or has one on its way, stays until that is done. The rows are held first and
    looked at then, so that nobody can write in between and be lost.
    """
    held = session.scalars(
        select(Conversation.id)
        .where(or_(Conversation.closing_at < now - FAREWELL, Conversation.last_incoming_at < now - IDLE))
        .order_by(Conversation.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    waits = exists().where(InboxEvent.conversation_id == Conversation.id, InboxEvent.state == inbox.State.OPEN)
    on_its_way = exists().where(
        OutboxMessage.conversation_id == Conversation.id, OutboxMessage.state.in_(outbox.UNDER_WAY)
    )
    gone = session.execute(
        delete(Conversation)
        .where(Conversation.id.in_(held), ~waits, ~on_its_way)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(gone, "rowcount", 0))
