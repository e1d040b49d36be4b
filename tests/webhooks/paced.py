"""A platform on a moved clock that counts: what arrived, when, and whether any of its limits was broken."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from centre.contact_points import Pace
from centre.inbox import Received
from centre.kept_files import Fetched
from centre.outbox import Delivery, Outcome
from tests.moved_time import MovedTime


def never(_hours: float) -> bool:
    return False


@dataclass
class Limit:
    """At most so many in any such span of time."""

    most: int
    seconds: float


OVERALL = {"telegram": Limit(30, 1.0), "whatsapp": Limit(40, 1.0)}
"""WhatsApp's 80 are counted with what comes in: half of them are ours."""
PER_CHAT = {"telegram": [Limit(1, 1.0)], "whatsapp": [Limit(45, 270.0)]}


@dataclass
class Arrived:
    """One message on somebody's telephone."""

    at: float
    hours: float
    who: str
    text: str
    style: str


@dataclass
class Platform:
    """One channel; `is_dead` says at which hours nobody can connect to it."""

    name: str
    pace: Pace
    time: MovedTime
    is_dead: Callable[[float], bool] = never
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    slowest: float = 0.4
    arrived: list[Arrived] = field(default_factory=list)
    tries: int = 0

    async def send(self, delivery: Delivery) -> Outcome:
        self.tries += 1
        await asyncio.sleep(self.chance.uniform(0, 0.05))
        if self.is_dead(self.time.hours):
            await asyncio.sleep(2)
            return Outcome("temporary", error="ConnectError")
        who = delivery.sender.identifiers[0][1]
        self.arrived.append(Arrived(self.time.passed, self.time.hours, who, delivery.part.text, delivery.part.style))
        await asyncio.sleep(self.chance.uniform(0.05, self.slowest))
        return Outcome("sent", provider_id=f"id{delivery.id}")

    def texts(self, who: str = "") -> list[str]:
        return [each.text for each in self.arrived if who in ("", each.who)]

    def who_got(self, text: str) -> set[str]:
        return {each.who for each in self.arrived if each.text == text}

    def broken_limits(self) -> list[str]:
        """Each limit that was not kept, and when."""
        by_chat: dict[str, list[float]] = defaultdict(list)
        for each in self.arrived:
            by_chat[each.who].append(each.at)
        found = broken("overall", [each.at for each in self.arrived], OVERALL[self.name])
        for who, times in by_chat.items():
            for limit in PER_CHAT[self.name]:
                found += broken(who, times, limit)
        return found

    def split(self, body: bytes, headers: object) -> list[Received]:
        raise NotImplementedError

    async def open(self) -> str | None:
        return f"https://{self.name}.example"

    async def close(self) -> None: ...

    async def unsend(self, provider_id: str) -> Outcome:
        raise NotImplementedError

    async def fetch(self, media: str) -> Fetched:
        raise NotImplementedError


def broken(what: str, times: list[float], limit: Limit) -> list[str]:
    times = sorted(times)
    return [
        f"{what}: {limit.most + 1} within {times[i + limit.most] - times[i]:.3f} s at {times[i]:.1f}"
        for i in range(len(times) - limit.most)
        if times[i + limit.most] - times[i] < limit.seconds
    ]
