"""One message answered in one transaction: claimed under its conversation's lock, answered, queued, marked done.

What fails is counted in a transaction of its own; after five strikes the message is set aside for staff, the person is
told that somebody will look, and the conversation moves on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.conversation import respond
from bot.phrases import Phrases
from bot.turns import Guide, language_of
from centre import inbox, kept_files, outbox
from centre.conversations import Conversation
from centre.db import Database, is_busy, is_down, wait_briefly
from centre.inbox import InboxEvent, Status
from centre.messages import Outgoing
from centre.privacy import CannotOpen

STATUS_PATIENCE_SECONDS = 120
"""How long a status may wait for the message it is about (the platform may be faster than our own record); one about a
message that was erased waits in vain."""

COUNTED_PAUSE = timedelta(seconds=4)
AT_ONCE = 8
"""Few enough that a webhook never waits long for its turn to write."""

log = structlog.get_logger()
Clock = Callable[[], datetime]


def answer_waiting(database: Database, guide: Guide, clock: Clock, *, most: int = AT_ONCE) -> int:
    """Answer the messages that have waited longest, one of each free conversation, together; gives how many.

    One commit for several is what keeps up on a slow disk. When one of them fails they are taken one by one, so that
    only the message that is to blame is counted against. So they are when two workers want the same slots the other way
    round: one by one each gets its turn, and nobody waits until PostgreSQL has noticed.
    """
    with database.reading() as session:
        if not inbox.anything_open(session):
            return 0
    try:
        with database.transaction() as session:
            wait_briefly(session)
            claimed = inbox.claim_several(session, clock(), most)
            for conversation, event in claimed:
                answer(session, conversation, event, guide, clock())
        return len(claimed)
    except Exception as error:  # noqa: BLE001 - whatever a message sets off, the others must go on
        if isinstance(error, DBAPIError) and is_down(error):
            raise
    return int(answer_next(database, guide, clock))


def answer_next(database: Database, guide: Guide, clock: Clock, *, careful: bool = False) -> bool:
    """Answer the message that has waited longest in a free conversation; False when there is none.

    `careful`: count the try before it is made, because a message might be what ended the process just now.
    """
    with database.reading() as session:
        if not inbox.anything_open(session):
            return False
    lane = _count_first(database, clock()) if careful else None
    if careful and lane is None:
        return True
    event_id: int | None = None
    try:
        with database.transaction() as session:
            claimed = inbox.claim_one(session, lane) if lane else inbox.claim(session, clock())
            if claimed is None:
                return False
            event_id = claimed[1].id
            answer(session, *claimed, guide, clock())
    except Exception as error:  # noqa: BLE001 - whatever a message sets off, the others must go on
        if isinstance(error, DBAPIError) and is_down(error):
            raise  # the message is not to blame
        if isinstance(error, DBAPIError) and is_busy(error):
            _try_again(database, event_id if careful else None, error)
            return True
        _strike(database, event_id, error, clock(), careful)
    return True


def answer(session: Session, conversation: Conversation, event: InboxEvent, guide: Guide, now: datetime) -> None:
    """Read one message, queue what we say to it, and mark it done."""
    with structlog.contextvars.bound_contextvars(job=f"event:{event.id}"):
        _answer(session, conversation, event, guide, now)


def _answer(session: Session, conversation: Conversation, event: InboxEvent, guide: Guide, now: datetime) -> None:
    payload = inbox.opened(session, event)
    if "blocked" in payload:
        conversation.blocked_at = now if payload["blocked"] else None
    if "message" in payload:
        message = inbox.message_of(payload)
        if payload.get("media") and not message.in_group:  # before the answer, which may be that all is to be erased
            kept_files.expect(session, conversation, payload["media"], now, event_id=event.id)
        response = respond(session, conversation, message, guide, now, event.id)
        _note_arrival(conversation, event.received_at)  # here, so that the row is written once with all that changed
        cause, is_urgent = f"event:{event.id}", response.is_urgent
        outbox.queue(session, conversation, cause, response.replies, now, is_urgent=is_urgent)
        if response.for_staff:
            inbox.keep_for_staff(event, response.for_staff)
        if response.is_unkept:
            inbox.erase_words_of(event)
        if conversation.closing_at or (conversation.declined_at and not response.for_staff):
            inbox.erase(event)
    conversation.paused_until = None
    inbox.finish(event, now)


def _note_arrival(conversation: Conversation, received_at: datetime) -> None:
    """Who writes does not block us any more. A message that staff had answered again is old news."""
    if conversation.blocked_at and conversation.blocked_at < received_at:
        conversation.blocked_at = None
    conversation.last_incoming_at = max(conversation.last_incoming_at, received_at)


def follow_statuses(database: Database, clock: Clock) -> int:
    """Enter the delivery statuses that wait, page by page; gives how many were dealt with."""
    with database.reading() as session:
        if not inbox.any_status_open(session):
            return 0
    now, done = clock(), 0
    after: int | None = 0
    while after is not None:
        with database.transaction() as session:
            page = inbox.statuses(session, after)
            done += sum(_follow_or_wait(session, event, now) for event in page)
            after = page[-1].id if len(page) == inbox.STATUS_PAGE else None
    return done


def _follow_or_wait(session: Session, event: InboxEvent, now: datetime) -> bool:
    """Enter one status; False when it must wait, because its message is not known yet."""
    known = _follow(session, event, now)
    if not known and (now - event.received_at).total_seconds() <= STATUS_PATIENCE_SECONDS:
        return False
    inbox.finish(event, now)
    return True


def _follow(session: Session, event: InboxEvent, now: datetime) -> bool:
    """Enter one status; False when its message is not known yet. One that cannot be read is dropped, or it would
    stand before all the others for ever."""
    try:
        status = Status(**inbox.opened(session, event)["status"])
    except (CannotOpen, inbox.Erased, KeyError, TypeError, ValueError) as error:
        log.error("status.unreadable", event_id=event.id, error=type(error).__name__)
        return True
    return outbox.follow(session, event, status, now)


def _count_first(database: Database, now: datetime) -> int | None:
    """What waited before a start: count the try first, so that a message that kills us is counted.

    Gives the conversation to answer, which other workers leave alone meanwhile; None when there was none left to take, or
    its message has now been tried too often and is set aside.
    """
    with database.transaction() as session:
        claimed = inbox.claim(session, now)
        if claimed is None:
            return None
        conversation, event = claimed
        conversation.paused_until = now + COUNTED_PAUSE
        if inbox.count_try(session, event, now):
            conversation.paused_until = None
            _tell_set_aside(session, event.id, now)
            return None
        return conversation.id


def _try_again(database: Database, counted_id: int | None, error: DBAPIError) -> None:
    """Somebody else stood in the way. The message is to be taken again at once; a try counted beforehand does not count."""
    log.info("answer.again", error=type(error.orig).__name__)
    if counted_id:
        with database.transaction() as session:
            inbox.uncount_try(session, counted_id)


def _strike(database: Database, event_id: int | None, error: Exception, now: datetime, counted: bool) -> None:
    if event_id is None:
        raise error
    log.error("answer.failed", event_id=event_id, error=type(error).__name__)
    with database.transaction() as session:
        if inbox.strike(session, event_id, type(error).__name__, now, counted=counted):
            _tell_set_aside(session, event_id, now)


def _tell_set_aside(session: Session, event_id: int, now: datetime) -> None:
    event = session.get_one(InboxEvent, event_id)
    conversation = session.get(Conversation, event.conversation_id) if event.conversation_id else None
    cause = f"event:{event_id}:set-aside"
    if conversation is None or outbox.was_said(session, conversation.id, cause):
        return
    words = Outgoing(Phrases(language_of(conversation)).set_aside())
    outbox.queue(session, conversation, cause, [words], now)
