"""What we write first, put on its way: each notice in a transaction of its own, under its conversation's lock.

Any number of schedulers may do this at once: a notice is looked at again once it is held, and told only while it is due. One
that cannot be worded (sealed with another key, damaged) is left to staff, so that it holds up nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from bot import notices as wording
from bot.conversation import offer
from centre import announcement_people, announcements, bookings, interests, notices, outbox
from centre.db import Database, is_busy, is_down
from centre.privacy import CannotOpen

log = structlog.get_logger()
Clock = Callable[[], datetime]


def tell_due(database: Database, home: str, clock: Clock, daily: int = announcement_people.DAILY) -> int:
    """Put on its way what must be told now; gives how many. `home`: our public address, empty where there is none.

    `daily`: how many a day WhatsApp lets us write to first.
    """
    with database.reading() as session:
        waiting = notices.due(session, clock())
    return sum(_tell_or_leave(database, notice_id, home, clock(), daily) for notice_id in waiting)


def plan_announcements(database: Database, clock: Clock) -> int:
    """Plan the notices of the next people of an announcement; gives how many."""
    with database.reading() as session:
        if not announcements.any_to_plan(session):
            return 0
    with database.transaction() as session:
        return announcement_people.plan_next(session, clock()) or 0


def lapse_offers(database: Database, clock: Clock) -> int:
    """Let offers whose time is over go to the next in line; gives how many did."""
    with database.reading() as session:
        waiting = bookings.slots_with_lapsed_offers(session, clock())
    return sum(_lapse_or_pass(database, slot_id, clock()) for slot_id in waiting)


def _tell_or_leave(database: Database, notice_id: int, home: str, now: datetime, daily: int) -> bool:
    try:
        return _tell(database, notice_id, home, now, daily)
    except Exception as error:  # noqa: BLE001 - whatever one notice sets off, everybody else must hear theirs
        if isinstance(error, DBAPIError) and is_down(error):
            raise  # the notice is not to blame
        log.error("notice.not_told", notice_id=notice_id, error=type(error).__name__)
        if isinstance(error, DBAPIError) and is_busy(error):
            return False  # its turn comes again in a moment
        why = "cannot_open" if isinstance(error, CannotOpen) else "failed"
    with database.transaction() as session:
        notices.give_up(session, notice_id, why, now)
    return False


def _tell(database: Database, notice_id: int, home: str, now: datetime, daily: int) -> bool:
    with database.transaction() as session:
        taken = notices.take(session, notice_id, now)
        if taken is None:
            return False
        notice, conversation = taken
        is_news = notice.announcement_id is not None
        if is_news and (later := announcement_people.waits_until(session, conversation, now, daily)):
            notices.put_off(notice, later)
            return False
        outgoing = wording.word(session, notice, conversation, home, now)
        if outgoing is None:
            if notice.state == notices.State.DUE:
                notices.drop(notice)
            return False
        outgoing = offer(conversation, outgoing)
        notice.by_template = is_news and announcement_people.is_closed(conversation, now)
        outbox.queue(session, conversation, notice.cause, [outgoing], now, notice.useful_until, is_news=is_news)
        notices.told(notice, now)
        interests.fulfil(session, notice, now)
        return True


def _lapse_or_pass(database: Database, slot_id: int, now: datetime) -> int:
    try:
        with database.transaction() as session:
            return bookings.lapse(session, slot_id, now)
    except Exception as error:  # noqa: BLE001 - the offers of other slots must go on
        if isinstance(error, DBAPIError) and is_down(error):
            raise
        log.error("offer.not_lapsed", slot_id=slot_id, error=type(error).__name__)
        return 0
