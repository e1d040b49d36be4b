"""Putting what staff say on its way to families: each entry in a transaction of its own, under its conversation's lock.

Any number of schedulers may do this at once: an entry is looked at again once its conversation is held. What cannot be worded
is left to staff, so that it holds up nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from bot import case_notices
from bot.conversation import offer
from centre import case_replies, outbox
from centre.db import Database, is_busy, is_down
from centre.privacy import CannotOpen

log = structlog.get_logger()
Clock = Callable[[], datetime]


def tell_families(database: Database, clock: Clock) -> int:
    """Put on its way what may go now; gives how many entries did."""
    with database.reading() as session:
        waiting = case_replies.due(session, clock())
    return sum(_tell_or_leave(database, entry_id, clock()) for entry_id in waiting)


def _tell_or_leave(database: Database, entry_id: int, now: datetime) -> bool:
    try:
        return _tell(database, entry_id, now)
    except Exception as error:  # noqa: BLE001 - whatever one entry sets off, every other family must hear theirs
        if isinstance(error, DBAPIError) and is_down(error):
            raise  # the entry is not to blame
        log.error("case.not_told", entry_id=entry_id, error=type(error).__name__)
        if isinstance(error, DBAPIError) and is_busy(error):
            return False  # its turn comes again in a moment
        why = "cannot_open" if isinstance(error, CannotOpen) else "failed"
    with database.transaction() as session:
        case_replies.give_up(session, entry_id, why)
    return False


def _tell(database: Database, entry_id: int, now: datetime) -> bool:
    with database.transaction() as session:
        ready = case_replies.take(session, entry_id, now)
        if ready is None:
            return False
        if ready.way == "hint":
            hint_at = case_replies.hint_waits_until(session, ready.conversation, now)
            if hint_at is None:
                case_notices.take_the_floor(ready.conversation)
                hint = offer(ready.conversation, case_notices.hint(ready.conversation))
                outbox.queue(session, ready.conversation, ready.entry.hint_cause, [hint], now)
            case_replies.sealed(session, ready.entry, hint_at)
            return hint_at is None
        outgoing = case_notices.word(session, ready)
        if outgoing is None:
            case_replies.give_up(session, entry_id, "discreet")
            return False
        case_notices.take_the_floor(ready.conversation)
        outbox.queue(session, ready.conversation, ready.entry.cause, [offer(ready.conversation, outgoing)], now)
        case_replies.sent(ready, now)
        return True
