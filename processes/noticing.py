"""What we write first, put on its way: each notice in a transaction of its own, under its conversation's lock.

Any number of schedulers may do this at once: a notice is looked at again once it is held, and told only while it is due.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot import notices as wording
from bot.conversation import offer
from centre import bookings, notices, outbox
from centre.db import Database

Clock = Callable[[], datetime]


def tell_due(database: Database, home: str, clock: Clock) -> int:
    """Put on its way what must be told now; gives how many. `home`: our public address, empty where there is none."""
    with database.reading() as session:
        waiting = notices.due(session, clock())
    return sum(_tell(database, notice_id, home, clock()) for notice_id in waiting)


def lapse_offers(database: Database, clock: Clock) -> int:
    """Let offers whose time is over go to the next in line; gives how many did."""
    with database.reading() as session:
        waiting = bookings.slots_with_lapsed_offers(session, clock())
    return sum(_lapse(database, slot_id, clock()) for slot_id in waiting)


def _tell(database: Database, notice_id: int, home: str, now: datetime) -> bool:
    with database.transaction() as session:
        taken = notices.take(session, notice_id, now)
        if taken is None:
            return False
        notice, conversation = taken
        outgoing = wording.word(session, notice, conversation, home, now)
        if outgoing is None:
            notices.drop(notice)
            return False
        outgoing = offer(conversation, outgoing)
        outbox.queue(session, conversation, notice.cause, [outgoing], now, notice.useful_until)
        notices.told(notice, now)
        return True


def _lapse(database: Database, slot_id: int, now: datetime) -> int:
    with database.transaction() as session:
        return bookings.lapse(session, slot_id, now)
