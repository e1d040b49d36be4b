"""kill -9 of web and worker at random moments while both platforms bring messages: a ledger of what came of each.

Everybody asks the same questions in the same order, so what Sari hears on a calm day is what each must hear, once and
in that order, however often the power goes. One thing alone may be heard twice: what was on its way when its worker was
killed, because nobody can know whether it arrived; and then once more, no oftener.

`BALAI_TEST_KILLS` and `BALAI_TEST_PEOPLE` make the run longer.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from centre.conversations import Identifier
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from tests.gateways import Call, Gateways
from tests.processes.houses import (
    GRAPH_TOKEN,
    TELEGRAM_TOKEN,
    House,
    signed,
    telegram_update,
    wait_for,
    whatsapp_message,
    whatsapp_status,
)

KILLS = int(os.environ.get("BALAI_TEST_KILLS", "6"))
"""Of web and of worker each, on each database."""
PEOPLE = int(os.environ.get("BALAI_TEST_PEOPLE", "6"))
"""On each platform."""


class SlowGateways(Gateways):
    """Platforms that take a moment for each message, so that a kill often finds one on its way."""

    async def _telegram(self, token: str, call: Call) -> tuple[int, dict[str, Any]]:
        await asyncio.sleep(0.04)
        return await super()._telegram(token, call)

    async def _whatsapp(self, authorization: str, call: Call) -> tuple[int, dict[str, Any]]:
        await asyncio.sleep(0.04)
        status, answer = await super()._whatsapp(authorization, call)
        if call.method == "messages":
            answer["messages"] = [{"id": provider_id(call)}]
        return status, answer


def provider_id(call: Call) -> str:
    """What WhatsApp calls a message of ours."""
    return f"wamid.of{call.data['biz_opaque_callback_data']}"


MEETING = ("halo", "lewati", "lewati")
ROUND = ("gaji saya dipotong untuk biaya berangkat", "menu", "petugas", "bahasa", "batal")
QUESTIONS = MEETING + ROUND * 200
CALM = len(MEETING + ROUND * 3)
"""So many questions tell all that will be answered to the others."""
REPEATS = 3


@dataclass
class Person:
    """Somebody who asks one question after the other, brought by a platform that repeats itself."""

    channel: str
    number: int
    accepted: int = 0
    """How many of the questions are safely stored."""
    refused: int = 0
    """How often nobody opened, or said to come again."""

    @property
    def address(self) -> str:
        return str(self.number)

    def body(self, question: int) -> bytes:
        text = QUESTIONS[question]
        if self.channel == "telegram":
            return telegram_update(self.number * 10_000 + question, self.number, text)
        return whatsapp_message(f"wamid.{self.number}.{question}", self.address, text)


@dataclass
class Platforms:
    """Both platforms at their work: bringing, repeating, telling statuses."""

    house: House
    gateways: Gateways
    people: list[Person]
    over: threading.Event = field(default_factory=threading.Event)
    """No new questions any more."""
    done: threading.Event = field(default_factory=threading.Event)
    """Nothing at all any more."""
    unexpected: list[int] = field(default_factory=list)

    def start(self) -> list[threading.Thread]:
        work: list[Callable[[], None]] = [lambda person=person: self._bring(person) for person in self.people]  # type: ignore[misc]
        threads = [threading.Thread(target=each, daemon=True) for each in [*work, self._tell_statuses]]
        for thread in threads:
            thread.start()
        return threads

    def _bring(self, person: Person) -> None:
        """One message after the other, as each platform does per chat; each again and again until taken, then twice."""
        chance = random.Random(person.number)
        with httpx.Client(timeout=10) as client:
            while person.accepted < len(QUESTIONS) and not self.over.is_set():
                while not self._knock(client, person.body(person.accepted), person.channel):
                    person.refused += 1
                    time.sleep(0.05)
                person.accepted += 1
                for _ in range(REPEATS - 1):
                    again = max(0, person.accepted - 1 - chance.choice((0, 0, 1, 5)))
                    self._knock(client, person.body(again), person.channel)
                time.sleep(chance.uniform(0, 0.1))

    def _tell_statuses(self) -> None:
        """sent, delivered, read for each message that reached WhatsApp: in any order, three times each."""
        chance, seen = random.Random(1), 0
        with httpx.Client(timeout=10) as client:
            last = False
            while not last:
                last = self.done.is_set()
                calls = self.gateways.calls[seen:]
                for call in [call for call in calls if call.method == "messages"]:
                    body = partial(whatsapp_status, provider_id(call), ours=call.data["biz_opaque_callback_data"])
                    states = ["sent", "delivered", "read"] * REPEATS
                    chance.shuffle(states)
                    for state in states:
                        while not self._knock(client, body(state), "whatsapp"):
                            time.sleep(0.05)
                seen += len(calls)
                time.sleep(0.05)

    def _knock(self, client: httpx.Client, body: bytes, channel: str) -> bool:
        address = f"{self.house.address}/webhooks/{channel}"
        try:
            status = client.post(address, content=body, headers=signed(body, channel)).status_code
        except httpx.HTTPError:
            return False
        if status not in (200, 503):
            self.unexpected.append(status)
        return status == 200


@dataclass
class Count:
    """What came of the messages."""

    lost: int = 0
    doubled: int = 0
    inverted: int = 0
    repeated_in_doubt: int = 0
    heard: list[str] = field(default_factory=list)
    """What was wrong, in words."""


@pytest.fixture
def gateways() -> Iterator[Gateways]:
    with SlowGateways(telegram_token=TELEGRAM_TOKEN, whatsapp_token=GRAPH_TOKEN) as running:
        yield running


def test_nothing_is_lost_doubled_or_out_of_order(
    house: House, gateways: Gateways, record_property: Callable[[str, object], None]
) -> None:
    house.start("web", "worker")
    house.wait_until_ready()
    expected = {channel: calm_day(house, gateways, channel) for channel in ("telegram", "whatsapp")}
    people = [Person("telegram", 7100 + each) for each in range(PEOPLE)]
    people += [Person("whatsapp", 628110 + each) for each in range(PEOPLE)]
    platforms = Platforms(house, gateways, people)
    *bringing, telling = platforms.start()
    kill_at_random(house, random.Random(2026))
    platforms.over.set()
    for thread in bringing:
        thread.join(60)
        assert not thread.is_alive(), "a platform could not get rid of its message"
    settle(house)
    platforms.done.set()
    telling.join(60)
    wait_for(lambda: all_read(house), "a status was lost")

    count, total = Count(), sum(person.accepted for person in people)
    for person in people:
        wanted = [text for question in range(person.accepted) for text in answer_to(question, expected[person.channel])]
        judge(gateways.arrived(person.address), wanted, doubts(house, person), count)
    record_property("ledger", f"{house.database.engine.name}: {total} messages, {KILLS} kills of each, {count}"[:300])
    assert (count.lost, count.doubled, count.inverted) == (0, 0, 0), "\n\n".join(count.heard)
    assert answered(house) == total + 2 * CALM, "each message is answered in a transaction of its own"
    assert total >= 4 * len(people), "hardly anything was asked"
    assert any(person.refused for person in people), "no kill was noticed"
    assert platforms.unexpected == []
    assert gateways.violations == []


def calm_day(house: House, gateways: Gateways, channel: str) -> list[list[str]]:
    """What each question is answered as long as nobody is killed; from the second round on always the same."""
    sari, answers = Person(channel, {"telegram": 7001, "whatsapp": 628100}[channel]), []
    for question in range(CALM):
        before = len(gateways.arrived(sari.address))
        assert house.knock(sari.body(question), channel) == 200
        settle(house)
        answers.append(gateways.arrived(sari.address)[before:])
    second, third = answers[-2 * len(ROUND) : -len(ROUND)], answers[-len(ROUND) :]
    assert second == third
    assert all(one != other for one, other in zip(sum(third, []), sum(third, [])[1:], strict=False))
    return answers


def answer_to(question: int, calm: list[list[str]]) -> list[str]:
    known = CALM - len(ROUND)
    return calm[question if question < known else known + (question - known) % len(ROUND)]


def kill_at_random(house: House, chance: random.Random) -> None:
    """Each of the two falls KILLS times, often at work, sometimes hardly awake, and is started again."""

    def fell(part: str, own: random.Random) -> None:
        before = 0
        for _ in range(KILLS):
            if own.random() < 0.8:
                wait_for(partial(house.is_up, part, before), f"{part} did not start")
            time.sleep(own.uniform(0, 0.8))
            house.kill(part)
            before = house.starts(part)
            house.start(part)

    falling = [threading.Thread(target=fell, args=(part, random.Random(chance.random()))) for part in ("web", "worker")]
    for thread in falling:
        thread.start()
    while any(thread.is_alive() for thread in falling):
        house.hurry()
        time.sleep(1)
    house.wait_until_ready()


def settle(house: House) -> None:
    """Until everything is answered and sent, the minutes of lost calls passing quickly."""

    def is_settled() -> bool:
        with house.database.reading() as session:
            waiting = session.scalar(
                select(InboxEvent.id).where(InboxEvent.state == "open", InboxEvent.kind != "status")
            )
            going = session.scalar(select(OutboxMessage.id).where(OutboxMessage.state.in_(("open", "sending"))))
        if waiting or going:
            turn[0] += 1
            if turn[0] % 20 == 0:
                house.hurry()
            return False
        return True

    turn = [0]
    wait_for(is_settled, "something is still under way", seconds=90)


def judge(got: list[str], wanted: list[str], in_doubt: int, count: Count) -> None:
    """Compare what one person heard with what they should have heard."""
    once: list[str] = []
    for text in got:
        if once and text == once[-1] and wanted[len(once) : len(once) + 1] != [text]:
            count.repeated_in_doubt += 1
            in_doubt -= 1
        else:
            once.append(text)
    count.doubled += max(0, -in_doubt)
    if once != wanted:
        missing, too_many = Counter(wanted) - Counter(once), Counter(once) - Counter(wanted)
        count.lost += missing.total()
        count.doubled += too_many.total()
        count.inverted += not missing and not too_many
        count.heard.append("\n".join(unified_diff(wanted, once, "wanted", "heard", lineterm="", n=1)))


def doubts(house: House, person: Person) -> int:
    """How many of this person's messages were on their way when a worker was killed."""
    kind = {"telegram": "chat", "whatsapp": "phone"}[person.channel]
    lookup = house.database.vault.lookup(f"{person.channel}:{kind}", person.address)
    with house.database.reading() as session:
        own = select(Identifier.conversation_id).where(Identifier.lookup == lookup).scalar_subquery()
        lost = select(func.count()).where(OutboxMessage.conversation_id == own, OutboxMessage.unsure > 0)
        return session.execute(lost).scalar_one()


def answered(house: House) -> int:
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).where(InboxEvent.state != "done")) == 0
        return session.execute(select(func.count()).where(InboxEvent.kind == "message")).scalar_one()


def all_read(house: House) -> bool:
    """Did the last word about each message on WhatsApp arrive, and does no status wait?"""
    with house.database.reading() as session:
        unread = select(OutboxMessage.id).where(OutboxMessage.channel == "whatsapp", OutboxMessage.delivery != "read")
        waiting = select(InboxEvent.id).where(InboxEvent.state == "open")
        return session.scalar(unread.limit(1)) is None and session.scalar(waiting.limit(1)) is None
