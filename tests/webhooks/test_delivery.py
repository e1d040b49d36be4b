"""Delivery inside one process: what hangs, what cannot be read, what cannot be written down, and how it ends."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from centre import contact_points, conversations, outbox
from centre.contact_points import Pace
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import Received
from centre.messages import Outgoing
from centre.outbox import Delivery, OutboxMessage, Outcome
from webhooks import delivery
from webhooks.channel import Channel
from webhooks.delivery import Courier

FAST = Pace(per_second=1000, burst=1000, per_chat=100, chat_span=timedelta(seconds=1))
Send = Callable[[Delivery], Awaitable[Outcome]]


def clock() -> datetime:
    return datetime.now(UTC)


class Fake:
    """A channel whose platform does what the test says."""

    pace = FAST

    def __init__(self, name: str, send: Send | None = None, links: list[str | None] | None = None) -> None:
        self.name = name
        self.sent: list[str] = []
        self.is_closed = False
        self._send = send
        self._links = links if links is not None else [f"https://{name}.example"]

    def split(self, body: bytes, headers: object) -> list[Received]:
        raise NotImplementedError

    async def open(self) -> str | None:
        return self._links.pop(0) if self._links else None

    async def close(self) -> None:
        self.is_closed = True

    async def send(self, delivery: Delivery) -> Outcome:
        outcome = await self._send(delivery) if self._send else Outcome("sent", provider_id=f"id{delivery.id}")
        if outcome.kind == "sent":
            self.sent.append(delivery.part.text)
        return outcome


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(delivery, "RECORD_PAUSES", (0.05,) * 8)
    monkeypatch.setattr(delivery, "LINK_SECONDS", 0.05)
    monkeypatch.setattr(delivery, "DRAIN_SECONDS", 20)
    return


def queue(database: Database, channel: str, person: str, *texts: str) -> int:
    """Words for one person on their way; gives the conversation's id."""
    kind = {"telegram": "chat", "whatsapp": "phone"}[channel]
    with database.transaction() as session:
        sender = Sender(channel, ((kind, person),))
        conversation = session.get_one(Conversation, conversations.of_sender(session, sender, clock()))
        for number, text in enumerate(texts):
            outbox.queue(session, conversation, f"{text}:{number}", [Outgoing(text)], clock())
        return conversation.id


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)))


def deliver(database: Database, *channels: Fake, until: Callable[[], bool], seconds: float = 30) -> None:
    """Run a courier until something is so, then stop it and wait for its end."""
    asyncio.run(_deliver(Courier(database, _by_name(channels), clock, random.Random(1)), until, seconds))


def _by_name(channels: tuple[Fake, ...]) -> dict[str, Channel]:
    return {channel.name: channel for channel in channels}


async def _deliver(courier: Courier, until: Callable[[], bool], seconds: float) -> None:
    running = asyncio.create_task(courier.run())
    async with asyncio.timeout(seconds):
        while not until():
            assert not running.done(), "it ended by itself"
            await asyncio.sleep(0.02)
        courier.stop()
        await running


def test_what_is_queued_goes_out_in_order_per_person(database: Database) -> None:
    for person in ("71", "72"):
        queue(database, "telegram", person, *(f"{person}-{number}" for number in range(5)))
    channel = Fake("telegram")
    deliver(database, channel, until=lambda: len(channel.sent) == 10)
    for person in ("71", "72"):
        own = [text for text in channel.sent if text.startswith(person)]
        assert own == [f"{person}-{number}" for number in range(5)]
    assert states(database) == ["sent"] * 10
    assert channel.is_closed


def test_a_house_without_channels_waits_until_it_is_told_to_stop(sqlite_database: Database) -> None:
    courier = Courier(sqlite_database, {}, clock, random.Random(1))

    async def wait() -> None:
        running = asyncio.create_task(courier.run())
        await asyncio.sleep(0.2)
        assert not running.done()
        courier.stop()
        await asyncio.wait_for(running, 20)

    asyncio.run(wait())


def test_a_platform_that_hangs_does_not_hold_up_the_other(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "CALL_SECONDS", 0.8)
    for person in range(delivery.AT_ONCE + 10):
        queue(sqlite_database, "whatsapp", f"62{person}", "halo")

    async def hang(_delivery: Delivery) -> Outcome:
        await asyncio.sleep(60)
        raise AssertionError("given up before")

    hanging, well = Fake("whatsapp", hang), Fake("telegram")
    queue(sqlite_database, "telegram", "71", "halo")
    deliver(sqlite_database, hanging, well, until=lambda: well.sent == ["halo"] and "open" in states(sqlite_database))
    with sqlite_database.reading() as session:
        doubtful = session.scalars(select(OutboxMessage).where(OutboxMessage.unsure == 1)).all()
        assert {row.error for row in doubtful} == {"timeout"}
        assert all(row.next_at > clock() + timedelta(seconds=50) for row in doubtful), "a minute for a status to come"


def test_a_mistake_of_the_channel_is_an_ambiguous_outcome(database: Database) -> None:
    async def stumble(call: Delivery) -> Outcome:
        if call.part.text == "first":
            raise KeyError("in the channel")
        return Outcome("sent")

    queue(database, "telegram", "71", "first")
    queue(database, "telegram", "72", "second")
    channel = Fake("telegram", stumble)
    deliver(database, channel, until=lambda: states(database) == ["open", "sent"])
    with database.reading() as session:
        row = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
        assert row is not None
        assert (row.unsure, row.error) == (1, "KeyError")


def test_words_that_cannot_be_opened_are_set_aside_and_the_rest_goes_out(database: Database) -> None:
    queue(database, "telegram", "71", "damaged")
    queue(database, "telegram", "72", "whole")
    with database.transaction() as session:
        first = session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id)).first()
        session.execute(update(OutboxMessage).where(OutboxMessage.id == first).values(sealed_part=b"\x01damaged" * 9))
    channel = Fake("telegram")
    deliver(database, channel, until=lambda: "whole" in channel.sent)
    assert states(database) == ["failed", "sent"]


def test_outcomes_are_held_until_they_can_be_written_down(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(database, "telegram", "71", "one", "two")
    record, failures = outbox.record_several, [3]

    def sometimes(session: Session, message_id: int, *rest: object) -> None:
        if failures[0]:
            failures[0] -= 1
            raise OperationalError("UPDATE", {}, Exception("the server went away"))
        record(session, message_id, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "record_several", sometimes)
    channel = Fake("telegram")
    deliver(database, channel, until=lambda: states(database) == ["sent", "sent"])
    assert channel.sent == ["one", "two"], "nothing goes out twice while the outcome waits"


def test_an_outcome_that_cannot_be_entered_loses_no_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = queue(database, "telegram", "71", "bad"), queue(database, "telegram", "72", "good")
    record = outbox.record_several

    def sometimes(session: Session, outcomes: dict[int, Outcome], *rest: object) -> None:
        if any(session.get_one(OutboxMessage, each).conversation_id == bad for each in outcomes):
            raise ValueError("this one outcome")
        record(session, outcomes, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "record_several", sometimes)
    channel = Fake("telegram")
    deliver(database, channel, until=lambda: states(database) == ["sending", "sent"])
    queue(database, "telegram", "72", "and on")
    deliver(database, channel, until=lambda: "and on" in channel.sent)
    assert bad != good


def test_claiming_that_fails_is_tried_again(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(sqlite_database, "telegram", "71", "halo")
    claim, failures = outbox.claim, [OperationalError("SELECT", {}, Exception("gone")), ValueError("odd")]

    def sometimes(*everything: object) -> list[Delivery]:
        if failures:
            raise failures.pop()
        return claim(*everything)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "claim", sometimes)
    channel = Fake("telegram")
    deliver(sqlite_database, channel, until=lambda: bool(channel.sent))
    assert (channel.sent, failures) == (["halo"], []), "after both failures, and once"


def test_told_to_stop_it_finishes_what_is_under_way_and_claims_nothing_more(database: Database) -> None:
    begun: list[str] = []

    async def slowly(call: Delivery) -> Outcome:
        begun.append(call.part.text)
        await asyncio.sleep(0.5)
        return Outcome("sent")

    queue(database, "telegram", "71", "one", "two")
    channel = Fake("telegram", slowly)
    deliver(database, channel, until=lambda: begun == ["one"])
    assert begun == ["one"]
    assert states(database) == ["sent", "open"]


def test_what_does_not_end_in_time_is_left_to_its_lease(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "DRAIN_SECONDS", 0.3)

    async def hang(_delivery: Delivery) -> Outcome:
        await asyncio.sleep(60)
        return Outcome("sent")

    queue(sqlite_database, "telegram", "71", "halo")
    with suppress(asyncio.CancelledError):
        deliver(sqlite_database, Fake("telegram", hang), until=lambda: states(sqlite_database) == ["sending"])
    assert states(sqlite_database) == ["sending"]
    with sqlite_database.transaction() as session:
        assert outbox.reap(session, clock() + outbox.LEASE * 2) == 1
    assert states(sqlite_database) == ["open"]


def test_how_a_channel_is_opened_is_asked_until_it_is_known_and_nothing_waits_for_it(
    sqlite_database: Database,
) -> None:
    queue(sqlite_database, "telegram", "71", "halo")
    channel = Fake("telegram", links=[None, None, "https://t.me/BalaiUjiBot"])

    def is_known() -> bool:
        with sqlite_database.reading() as session:
            return contact_points.links(session) == {"telegram": "https://t.me/BalaiUjiBot"}

    deliver(sqlite_database, channel, until=lambda: is_known() and bool(channel.sent))
    assert channel.sent == ["halo"]
    assert is_known()


def test_what_another_process_queues_is_found_without_being_told(sqlite_database: Database) -> None:
    channel = Fake("telegram")
    courier = Courier(sqlite_database, _by_name((channel,)), clock, random.Random(1))

    async def later() -> None:
        running = asyncio.create_task(courier.run())
        await asyncio.sleep(0.3)
        await asyncio.to_thread(queue, sqlite_database, "telegram", "71", "halo")
        async with asyncio.timeout(30):
            while not channel.sent:
                await asyncio.sleep(delivery.LOOK_EVERY)
        courier.stop()
        await running

    asyncio.run(later())
    assert channel.sent == ["halo"]
