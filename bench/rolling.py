"""Another version takes over while messages come in: a new web process beside the old one, then a new worker.

The suite runs one turn of the same (`tests/processes/test_rolling.py`). The baseline beside the figures is the same load with
nobody taking over.
"""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass, field

import httpx
import psutil
from sqlalchemy import select

from bench import houses
from centre.inbox import InboxEvent
from tests.gateways import Gateways
from tests.processes.houses import GRAPH_TOKEN, TELEGRAM_TOKEN, House, signed, standing, telegram_update, wait_for

PEOPLE = 12
TURNS = 3
LONGEST = 2.0
"""Seconds that nobody waits longer for (the issue)."""
PAUSE = 0.05


@dataclass
class Bringing:
    """A platform that brings a message every so often, each again until it is taken, and notes how long that took."""

    house: House
    number: int = 0
    took: list[float] = field(default_factory=list)
    refused: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def bring(self) -> None:
        while not self.is_over.is_set():
            self.number += 1
            started = time.monotonic()
            body = telegram_update(self.number, 5000 + self.number % PEOPLE, "menu")
            while not self._is_taken(body):
                self.refused += 1
                time.sleep(0.02)
            self.took.append(time.monotonic() - started)
            time.sleep(PAUSE)

    def _is_taken(self, body: bytes) -> bool:
        try:
            address = f"{self.house.address}/webhooks/telegram"
            return httpx.post(address, content=body, headers=signed(body, "telegram"), timeout=30).status_code == 200
        except httpx.HTTPError:
            return False


@dataclass
class Rolled:
    """What came of it."""

    brought: int
    refused: int
    lost: int
    doubled: int
    took: list[float]
    """From brought to taken, each again until it was, in seconds."""
    answered: list[float]
    """From stored to handed to the platform."""

    def keeps(self, longest: float) -> bool:
        return not self.lost and not self.doubled and max(self.took) <= longest and max(self.answered) <= longest


def measure() -> bool:
    """Print a row with and one without a take-over; True when nothing is lost and nobody waits longer than two seconds."""
    print("\nA version takes over beside another")
    with houses.data_folder() as folder, houses.postgresql() as url, _gateways() as gateways:
        house = House(folder / "data", url, gateways.address)
        house.balai("prepare", seconds=600)
        with standing(house, "web", "worker"):
            house.wait_until_ready()
            calm = roll(house, gateways, turns=0)
            busy = roll(house, gateways, turns=TURNS, first=calm.brought)
    for name, rolled in (("nobody takes over", calm), (f"{TURNS} times in a row", busy)):
        print(
            f"  {name:<20} {rolled.brought} brought, {rolled.refused} refused, lost {rolled.lost}, doubled {rolled.doubled}; "
            f"taken after {statistics.median(rolled.took):.3f} s, at most {max(rolled.took):.2f}; "
            f"answered after {statistics.median(rolled.answered):.3f} s, at most {max(rolled.answered):.2f}"
        )
    return busy.keeps(LONGEST)


def roll(house: House, gateways: Gateways, turns: int, first: int = 0) -> Rolled:
    """Bring messages while others take over, so many times in a row."""
    platform, before = Bringing(house, first), len(gateways.arrived())
    bringing = threading.Thread(target=platform.bring, daemon=True)
    bringing.start()
    _wait_for_more(gateways, PEOPLE)
    for _ in range(turns):
        take_over(house)
        _wait_for_more(gateways, PEOPLE)
    platform.is_over.set()
    bringing.join(60)
    return _weigh(house, gateways, platform, first, before)


def take_over(house: House) -> None:
    """A new worker and a web process on the same port; once they are there the old ones are told to stop."""
    olds = [part for part in ("web", "web --beside", "worker") if part in house.running]
    for part in olds:
        house.running[f"old {part}"] = house.running.pop(part)
    ready = house.starts("worker")
    house.start("web --beside", "worker")
    wait_for(lambda: house.starts("worker") > ready, "the new worker did not start")
    wait_for(lambda: _listeners(house.port) > 1, "the new web process did not open")
    for part in olds:
        assert house.stop(f"old {part}") == 0


def _wait_for_more(gateways: Gateways, count: int) -> None:
    now = len(gateways.arrived())
    wait_for(lambda: len(gateways.arrived()) >= now + count, "nobody is answered")


def _listeners(port: int) -> int:
    """Processes that listen there."""
    return sum(1 for each in psutil.net_connections("tcp") if each.status == "LISTEN" and each.laddr.port == port)


def _weigh(house: House, gateways: Gateways, platform: Bringing, first: int, before: int) -> Rolled:
    wait_for(lambda: all(row.state == "sent" for row in house.outgoing("telegram")), "something did not go out")
    time.sleep(0.5)
    with house.database.reading() as session:
        heard = {f"event:{event.id}": event.received_at for event in session.scalars(select(InboxEvent))}
    causes = sorted(heard, key=lambda cause: int(cause.partition(":")[2]))[first:]
    rows = [row for row in house.outgoing("telegram") if row.cause in set(causes)]
    brought = platform.number - first
    return Rolled(
        brought=brought,
        refused=platform.refused,
        lost=brought - len({row.cause for row in rows}),
        doubled=len(gateways.arrived()) - before - len(rows),
        took=platform.took,
        answered=[(row.sent_at - heard[row.cause]).total_seconds() for row in rows if row.part == 0 and row.sent_at],
    )


def _gateways() -> Gateways:
    return Gateways(telegram_token=TELEGRAM_TOKEN, whatsapp_token=GRAPH_TOKEN)
