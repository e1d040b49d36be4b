"""Sending what is due: claim under a lease, call with no database connection held, record the outcome.

One loop a channel claims small batches; the calls of a batch run side by side, because each belongs to another
conversation. Outcomes are entered together as they come in. When the process is told to stop it claims nothing more and
lets the calls under way finish; what is cut off all the same is found again when its lease runs out.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count

import structlog
from sqlalchemy.exc import SQLAlchemyError

from centre import contact_points, outbox
from centre.db import Database
from centre.outbox import Delivery, Outcome
from webhooks.channel import Channel

LOOK_EVERY = 0.2
"""Seconds between looks for what other processes queued, or for what has become due."""
GATHER = 0.01
"""Seconds after a call to look: what comes within them is claimed together."""
AT_ONCE = 24
"""Calls under way on one channel: a platform that hangs does not hold up another."""
ROOM_FOR_ANSWERS = 8
"""Calls of these that announcements never take."""
CALL_SECONDS = 30
"""A call that takes longer is given up as ambiguous, well within its lease."""
DRAIN_SECONDS = 22
"""How long calls under way may take once we are told to stop."""
LINK_SECONDS = 60
"""Between tries to learn how a channel is opened."""
RECORD_PAUSES = (0.2, 1, 2, 5, 10)
"""Seconds; together within what a stopping process has, and none longer than `outbox.LATE_WORD`."""

log = structlog.get_logger()


class Courier:
    """Sends for all channels of one process."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        clock: Callable[[], datetime],
        chance: random.Random,
        called: Callable[[str, str], None] = lambda channel, outcome: None,
    ) -> None:
        """`called`: hears of each call and what became of it, to be counted."""
        self._database = database
        self._channels = channels
        self._clock = clock
        self._chance = chance
        self._called = called
        self._wake = {name: asyncio.Event() for name in channels}
        self._done: asyncio.Queue[tuple[int, Outcome]] = asyncio.Queue()
        self._calls: dict[str, set[asyncio.Task[None]]] = {name: set() for name in channels}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Send until `stop`, then finish what is under way."""
        recorder = asyncio.create_task(self._record_outcomes())
        links = [asyncio.create_task(self._learn_link(channel)) for channel in self._channels.values()]
        await asyncio.gather(self._stopping.wait(), *(self._serve(channel) for channel in self._channels.values()))
        for link in links:
            link.cancel()
        calls = set().union(*self._calls.values())
        if calls:
            await asyncio.wait(calls, timeout=DRAIN_SECONDS)
        await self._done.join()
        recorder.cancel()
        await asyncio.gather(*(channel.close() for channel in self._channels.values()), return_exceptions=True)

    def wake(self) -> None:
        """Something was queued: look now. Safe to call from the loop only."""
        for event in self._wake.values():
            event.set()

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping.set()
        self.wake()

    async def _serve(self, channel: Channel) -> None:
        calls = self._calls[channel.name]
        while not self._stopping.is_set():
            room = AT_ONCE - len(calls)
            batch = await self._claim(channel, room) if room > 0 else []
            for delivery in batch:
                call = asyncio.create_task(self._call(channel, delivery))
                calls.add(call)
                call.add_done_callback(calls.discard)
            if not batch:
                await self._rest(channel)

    async def _claim(self, channel: Channel, room: int) -> list[Delivery]:
        try:
            return await asyncio.to_thread(self._claim_now, channel, room)
        except Exception as error:  # noqa: BLE001 - a channel that stops claiming falls silent for good
            log.error("delivery.not_claimed", channel=channel.name, error=type(error).__name__)
            await asyncio.sleep(1)
            return []

    def _claim_now(self, channel: Channel, room: int) -> list[Delivery]:
        with self._database.reading() as session:
            if not outbox.anything_due(session, channel.name, self._clock()):
                return []
        with self._database.transaction() as session:
            most = min(room, 20)
            return outbox.claim(session, channel.name, channel.pace, self._clock(), most, room - ROOM_FOR_ANSWERS)

    async def _call(self, channel: Channel, delivery: Delivery) -> None:
        try:
            with structlog.contextvars.bound_contextvars(job=f"outbox:{delivery.id}"):
                outcome = await asyncio.wait_for(channel.send(delivery), CALL_SECONDS)
        except TimeoutError:
            outcome = Outcome("ambiguous", error="timeout")
        except Exception as error:  # noqa: BLE001 - a channel's own mistake must not stop the others
            log.error("delivery.channel_failed", channel=channel.name, error=type(error).__name__)
            outcome = Outcome("ambiguous", error=type(error).__name__)
        self._called(channel.name, outcome.kind)
        self._done.put_nowait((delivery.id, outcome))

    async def _record_outcomes(self) -> None:
        while True:
            batch = [await self._done.get()]
            while not self._done.empty() and len(batch) < AT_ONCE:
                batch.append(self._done.get_nowait())
            await self._record(batch)
            for _ in batch:
                self._done.task_done()
            self.wake()  # the next part of a conversation may go now

    async def _record(self, batch: list[tuple[int, Outcome]]) -> None:
        """Enter outcomes; while the database cannot be reached they are held here, and the leases hold the rows."""
        for tries in count():
            try:
                await asyncio.to_thread(self._record_now, batch)
                return
            except SQLAlchemyError as error:
                log.error("delivery.not_recorded", outcomes=len(batch), error=type(error).__name__)
                if self._stopping.is_set() and tries >= len(RECORD_PAUSES):
                    return
                await asyncio.sleep(RECORD_PAUSES[min(tries, len(RECORD_PAUSES) - 1)])
            except Exception as error:  # noqa: BLE001 - one outcome that cannot be entered must not lose the others
                log.error("delivery.outcome_refused", outcomes=len(batch), error=type(error).__name__)
                if len(batch) > 1:
                    for each in batch:
                        await self._record([each])
                return

    def _record_now(self, batch: list[tuple[int, Outcome]]) -> None:
        with self._database.transaction() as session:
            outbox.record_several(session, dict(batch), self._clock(), lambda: self._chance.uniform(0.8, 1.2))

    async def _rest(self, channel: Channel) -> None:
        event = self._wake[channel.name]
        try:
            await asyncio.wait_for(event.wait(), LOOK_EVERY)
            await asyncio.sleep(GATHER)
        except TimeoutError:
            return
        finally:
            event.clear()

    async def _learn_link(self, channel: Channel) -> None:
        """Ask how the channel is opened, beside the sending, until the platform and the database have answered."""
        while True:
            try:
                link = await channel.open()
                if link:
                    await asyncio.to_thread(self._keep_link, channel.name, link)
                    return
            except SQLAlchemyError as error:
                log.error("delivery.link_not_kept", channel=channel.name, error=type(error).__name__)
            await asyncio.sleep(LINK_SECONDS)

    def _keep_link(self, name: str, link: str) -> None:
        with self._database.transaction() as session:
            contact_points.learn_link(session, name, link)
