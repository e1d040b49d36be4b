"""What was said and is to leave no traces is deleted from the person's telephone, where the channel can.

`outbox.take_down` marks the rows. A worker claims them here, the newest first, because that is what stands on the screen; the
moment of the next try is moved on by a lease, so that nobody else takes them meanwhile. Deleting twice does no harm. The
calls count against the channel's pace like any other (Bot API, deleteMessage: within 48 hours).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from centre import contact_points, outbox, set_clocks
from centre.contact_points import Pace
from centre.messages import LIMITS
from centre.outbox import BACKOFF, OutboxMessage, Outcome
from centre.privacy import CannotOpen

LEASE = timedelta(seconds=60)
TRIES = 5
AT_ONCE = 20
"""Fewer than any channel's burst, so that the answer to the wish itself can go out beside them."""


@dataclass(frozen=True)
class TakeDown:
    """One call to make, with no database behind it."""

    id: int
    provider_id: str
    """What the platform calls the message, as it said when it took it (`Outcome.provider_id`)."""


def anything_due(session: Session, channel: str, now: datetime) -> bool:
    """A look without a lock: it is nearly always nothing."""
    return session.execute(select(OutboxMessage.id).where(*_is_due(channel, now)).limit(1)).first() is not None


def claim(session: Session, channel: str, pace: Pace, now: datetime, limit: int = AT_ONCE) -> list[TakeDown]:
    """Take what is to be deleted on `channel` now, at most `limit` and at most what the pace allows, under a lease."""
    point = contact_points.hold(session, channel)
    most = min(limit, contact_points.allowance(point, pace, now))
    if most == 0:
        return []
    rows = session.scalars(
        select(OutboxMessage)
        .where(*_is_due(channel, now))
        .order_by(OutboxMessage.id.desc())
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = [found for row in rows if (found := _claimed(session, row, now))]
    contact_points.spend(point, pace, len(claimed), now)
    session.flush()
    return claimed


def record(session: Session, outcomes: Mapping[int, Outcome], now: datetime) -> list[int]:
    """Enter what became of several calls, by message number; gives those that stay where they are for good.

    "sent" means that it is gone; "permanent", that there is nothing to delete any more.
    """
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id.in_(outcomes))
        .order_by(OutboxMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    given_up = [row.id for row in rows if row.take_down_at and not _enter(session, row, outcomes[row.id], now)]
    session.flush()
    return given_up


def forget_old(session: Session, now: datetime) -> None:
    """Remove the names of messages that can no longer be deleted by them, whether that was wished or not."""
    for channel, limits in LIMITS.items():
        if limits.takes_back:
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.channel == channel, OutboxMessage.sent_at < now - limits.takes_back)
                .where(OutboxMessage.sealed_provider_id.is_not(None))
                .values(sealed_provider_id=None, take_down_at=None)
                .execution_options(synchronize_session=False)
            )


def is_under_way() -> ColumnElement[bool]:
    """Has this row of the outbox still to be deleted from a telephone? Written as in its index."""
    return OutboxMessage.take_down_at.is_not(None) & OutboxMessage.sealed_provider_id.is_not(None)


def _is_due(channel: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    its_time = set_clocks.has_come(OutboxMessage.take_down_at, now, contact_points.LONGEST_REST)
    return OutboxMessage.channel == channel, its_time, is_under_way()


def _claimed(session: Session, row: OutboxMessage, now: datetime) -> TakeDown | None:
    """The call to make; None, and the row is left alone, after too many tries or where nothing can come of it."""
    if row.take_down_tries >= TRIES:  # each of them ended with our process
        row.take_down_at = None
        return None
    try:
        provider_id = outbox.provider_id_of(session, row)
    except CannotOpen:
        row.take_down_at, row.sealed_provider_id = None, None
        return None
    row.take_down_tries += 1
    row.take_down_at = now + LEASE
    return TakeDown(row.id, provider_id)


def _enter(session: Session, row: OutboxMessage, outcome: Outcome, now: datetime) -> bool:
    """False when it was given up."""
    match outcome.kind:
        case "sent" | "permanent":
            row.taken_down_at, row.take_down_at, row.sealed_provider_id = now, None, None
        case "throttled":
            _wait(session, row, outcome, now)
        case "temporary" | "ambiguous":
            return _try_again(row, now)
    return True


def _wait(session: Session, row: OutboxMessage, outcome: Outcome, now: datetime) -> None:
    """No try is spent; it ends with the time within which the channel deletes at all (`forget_old`)."""
    row.take_down_at, row.take_down_tries = now + outcome.wait, row.take_down_tries - 1
    if outcome.whole_channel:
        contact_points.rest(session, row.channel, now, outcome.wait)


def _try_again(row: OutboxMessage, now: datetime) -> bool:
    is_last = row.take_down_tries >= TRIES
    row.take_down_at = None if is_last else now + BACKOFF[row.take_down_tries - 1]
    return not is_last
