"""What is to leave no traces is deleted from telephones, as soon as somebody wished it and at the channel's pace.

Any number of workers may do this at once: a message is claimed under a lease, and deleting it twice does no harm. No
transaction is open while a platform is called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from centre import take_downs
from centre.db import Database
from centre.messages import LIMITS
from centre.outbox import Outcome
from centre.take_downs import TakeDown
from webhooks.channel import Channel

LOOK_EVERY = 0.5
"""Seconds between looks: somebody else may be reaching for the telephone."""
CALL_SECONDS = 30
"""For one call, whatever a channel does: well within its lease."""

log = structlog.get_logger()
Clock = Callable[[], datetime]


async def run(database: Database, channels: Mapping[str, Channel], clock: Clock) -> None:
    """Delete what waits until cancelled. What is in hand then is taken up again when its lease is over."""
    able = [channel for name, channel in channels.items() if LIMITS[name].takes_back]
    while able:
        try:
            for channel in able:
                while await unsend_some(database, channel, clock):
                    pass
        except SQLAlchemyError as error:
            log.error("unsending.no_database", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whoever stops looking never deletes anything again
            log.error("unsending.failed", error=type(error).__name__)
        await asyncio.sleep(LOOK_EVERY)


async def unsend_some(database: Database, channel: Channel, clock: Clock) -> int:
    """Delete a few messages side by side; gives how many calls were made."""
    claimed = await asyncio.to_thread(_claim, database, channel, clock)
    outcomes = await asyncio.gather(*(_unsend(channel, each) for each in claimed))
    if claimed:
        await asyncio.to_thread(_record, database, claimed, outcomes, clock)
    return len(claimed)


def _claim(database: Database, channel: Channel, clock: Clock) -> list[TakeDown]:
    with database.reading() as session:
        if not take_downs.anything_due(session, channel.name, clock()):
            return []
    with database.transaction() as session:
        return take_downs.claim(session, channel.name, channel.pace, clock())


async def _unsend(channel: Channel, wanted: TakeDown) -> Outcome:
    """One message: whatever it sets off, the others must go."""
    try:
        return await asyncio.wait_for(channel.unsend(wanted.provider_id), CALL_SECONDS)
    except TimeoutError:
        return Outcome("ambiguous", error="timeout")
    except Exception as error:  # noqa: BLE001 - a channel's own mistake
        log.error("unsending.channel_failed", message_id=wanted.id, error=type(error).__name__)
        return Outcome("ambiguous", error=type(error).__name__)


def _record(database: Database, claimed: Sequence[TakeDown], outcomes: Sequence[Outcome], clock: Clock) -> None:
    found = {wanted.id: outcome for wanted, outcome in zip(claimed, outcomes, strict=True)}
    with database.transaction() as session:
        given_up = take_downs.record(session, found, clock())
    for number in given_up:
        log.warning("unsending.given_up", message_id=number, why=found[number].error)
