"""The cover word is typed on Sari's telephone: what stands there is gone a moment later, and nobody is called in vain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import select

from centre import conversations, outbox
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.messages import Outgoing
from centre.outbox import OutboxMessage, Outcome
from centre.take_downs import LEASE
from processes import unsending
from tests.gateways import LOST, Fault, Gateways, telegram_error
from tests.processes.houses import TELEGRAM_SECRET, TELEGRAM_TOKEN
from webhooks.telegram import PLATFORM, Telegram

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SARI, WAYAN = Sender("telegram", (("chat", "77"),)), Sender("telegram", (("chat", "88"),))


@pytest.fixture
def gateways() -> Iterator[Gateways]:
    with Gateways(telegram_token=TELEGRAM_TOKEN) as running:
        yield running


def say(database: Database, gateways: Gateways, sender: Sender, *texts: str) -> int:
    """Say it, until it stands on their telephone."""
    with database.transaction() as session:
        found = conversations.of_sender(session, sender, NOW)
        outbox.queue(session, session.get_one(Conversation, found), "event:1", [Outgoing(text) for text in texts], NOW)
    for number in range(len(texts)):
        asyncio.run(_send(database, gateways, NOW + timedelta(seconds=2 * number)))
    return found


async def _send(database: Database, gateways: Gateways, now: datetime) -> None:
    channel = Telegram(TELEGRAM_TOKEN, TELEGRAM_SECRET, gateways.address)
    with database.transaction() as session:
        claimed = outbox.claim(session, "telegram", PLATFORM, now)
    for delivery in claimed:
        outcome = await channel.send(delivery)
        with database.transaction() as session:
            outbox.record(session, delivery.id, outcome, now, 1.0)
    await channel.close()


def take_down(database: Database, conversation_id: int) -> None:
    with database.transaction() as session:
        outbox.take_down(session, session.get_one(Conversation, conversation_id), NOW + timedelta(minutes=1))


def unsend(database: Database, gateways: Gateways, after: timedelta = timedelta(minutes=1)) -> int:
    """One round of the worker; gives how many calls it made."""

    async def once() -> int:
        channel = Telegram(TELEGRAM_TOKEN, TELEGRAM_SECRET, gateways.address)
        made = await unsending.unsend_some(database, channel, lambda: NOW + after)
        await channel.close()
        return made

    return asyncio.run(once())


def test_the_screen_is_empty_and_nobody_elses_is(database: Database, gateways: Gateways) -> None:
    say(database, gateways, WAYAN, "Halo Wayan")
    sari = say(database, gateways, SARI, "Kasus Anda: 347-KMTR", "Petugas menjawab besok.")
    take_down(database, sari)
    assert unsend(database, gateways) == 2
    assert (gateways.on_screen("77"), gateways.on_screen("88")) == ([], ["Halo Wayan"])
    assert unsend(database, gateways) == 0
    assert gateways.violations == []


def test_the_workers_task_does_it_by_itself_and_goes_on_after_a_failure(database: Database, gateways: Gateways) -> None:
    take_down(database, say(database, gateways, SARI, "rahasia"))
    clocks: Iterator[Callable[[], datetime]] = iter([_stopped])

    def clock() -> datetime:
        return next(clocks, lambda: NOW + timedelta(minutes=1))()

    async def work() -> None:
        channel = Telegram(TELEGRAM_TOKEN, TELEGRAM_SECRET, gateways.address)
        task = asyncio.create_task(unsending.run(database, {"telegram": channel}, clock))
        for _ in range(200):
            await asyncio.sleep(0.05)
            if not gateways.on_screen("77"):
                break
        task.cancel()
        await channel.close()

    asyncio.run(work())
    assert gateways.on_screen("77") == []


def _stopped() -> datetime:
    raise RuntimeError("the clock stood still")


FAILURES = {
    "asked to wait": (telegram_error(429, "Too Many Requests", retry_after=17), timedelta(seconds=17)),
    "bad gateway": (Fault(502, "<html>502</html>"), timedelta(seconds=5)),
    "lost before it arrived": (Fault(), timedelta(seconds=5)),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_fails_is_tried_again_in_time(database: Database, gateways: Gateways, name: str) -> None:
    fault, wait = FAILURES[name]
    take_down(database, say(database, gateways, SARI, "rahasia"))
    gateways.fail(fault, method="deleteMessage")
    minute = timedelta(minutes=1)
    assert unsend(database, gateways, minute) == 1
    assert gateways.on_screen("77") == ["rahasia"]
    assert unsend(database, gateways, minute + wait - timedelta(seconds=1)) == 0
    assert unsend(database, gateways, minute + wait) == 1
    assert gateways.on_screen("77") == []


def test_a_lost_answer_is_asked_for_again_and_finds_nothing_left(database: Database, gateways: Gateways) -> None:
    take_down(database, say(database, gateways, SARI, "rahasia"))
    gateways.fail(LOST, method="deleteMessage")
    unsend(database, gateways)
    gateways.fail(telegram_error(400, "Bad Request: message to delete not found"), method="deleteMessage")
    assert unsend(database, gateways, timedelta(minutes=2)) == 1
    assert unsend(database, gateways, timedelta(hours=2)) == 0


def test_what_is_given_up_is_told_by_its_number_alone(database: Database, gateways: Gateways) -> None:
    take_down(database, say(database, gateways, SARI, "rahasia"))
    gateways.fail(Fault(502, "<html>502</html>"), method="deleteMessage", times=5)
    with structlog.testing.capture_logs() as logs:
        made = [unsend(database, gateways, timedelta(hours=hours)) for hours in range(1, 8)]
    assert made == [1] * 5 + [0] * 2
    assert logs == [{"event": "unsending.given_up", "log_level": "warning", "message_id": 1, "why": "NetworkError"}]


class Asked:
    """A channel that does something while it is asked."""

    name, pace = "telegram", PLATFORM

    def __init__(self, do: Callable[[], object]) -> None:
        self._do = do

    async def unsend(self, provider_id: str) -> Outcome:
        await asyncio.to_thread(self._do)
        return Outcome("sent")


def test_a_second_worker_finds_nothing_to_do_and_no_transaction_is_open(database: Database, gateways: Gateways) -> None:
    """That the second runs at all while the first one calls shows it: SQLite would wait for the first."""
    take_down(database, say(database, gateways, SARI, "rahasia"))
    found = list[int]()

    def come_too() -> None:
        found.append(unsend(database, gateways))
        found.append(unsend(database, gateways, timedelta(minutes=1) + LEASE))

    asked = Asked(come_too)
    made = asyncio.run(unsending.unsend_some(database, asked, lambda: NOW + timedelta(minutes=1)))  # type: ignore[arg-type]
    assert (made, found) == (1, [0, 1]), "not within its lease; after it, and that does no harm"
    with database.reading() as session:
        (row,) = session.scalars(select(OutboxMessage)).all()
    assert row.taken_down_at is not None


def test_a_channel_that_makes_a_mistake_holds_up_nobody(database: Database, gateways: Gateways) -> None:
    take_down(database, say(database, gateways, SARI, "rahasia"))

    def stumble() -> None:
        raise RuntimeError("rahasia")

    with structlog.testing.capture_logs() as logs:
        asyncio.run(unsending.unsend_some(database, Asked(stumble), lambda: NOW + timedelta(minutes=1)))  # type: ignore[arg-type]
    assert "rahasia" not in str(logs)
    assert unsend(database, gateways, timedelta(minutes=2)) == 1
    assert gateways.on_screen("77") == []
