"""Another version takes over while messages come in: a new web process beside the old one, then a new worker."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import httpx
import psutil
import pytest
from sqlalchemy import select

from centre.inbox import InboxEvent
from tests.gateways import Fault, Gateways
from tests.processes.houses import House, signed, telegram_update, wait_for

PEOPLE = 12


@dataclass
class Platform:
    """Brings a message every so often, each again until it is taken; notes how long that took."""

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
            time.sleep(0.05)

    def _is_taken(self, body: bytes) -> bool:
        try:
            address = f"{self.house.address}/webhooks/telegram"
            return httpx.post(address, content=body, headers=signed(body, "telegram"), timeout=30).status_code == 200
        except httpx.HTTPError:
            return False


def test_a_new_version_takes_over_without_a_gap(postgresql_house: House, gateways: Gateways) -> None:
    house, platform = postgresql_house, Platform(postgresql_house)
    house.start("web", "worker")
    house.wait_until_ready()
    bringing = threading.Thread(target=platform.bring, daemon=True)
    bringing.start()
    wait_for(lambda: len(gateways.arrived()) > PEOPLE, "nothing is answered")
    _take_over(house, gateways)
    platform.is_over.set()
    bringing.join(30)
    wait_for(lambda: all(row.state == "sent" for row in house.outgoing("telegram")), "something did not go out")
    rows = house.outgoing("telegram")
    assert len({row.cause for row in rows}) == platform.number, "each message was answered"
    assert len(gateways.arrived()) == len(rows), "once"
    for took in (platform.took, answered(house)):
        usual = sorted(took)[len(took) // 2]
        assert max(took) <= 2 + 20 * usual, "nobody waits for who takes over"
    assert gateways.violations == []


def answered(house: House) -> list[float]:
    """From stored to handed to the platform, in seconds."""
    with house.database.reading() as session:
        heard = {f"event:{event.id}": event.received_at for event in session.scalars(select(InboxEvent))}
    sent = [(row.sent_at, heard[row.cause]) for row in house.outgoing("telegram") if row.part == 0]
    return [(at - since).total_seconds() for at, since in sent if at]


def _take_over(house: House, gateways: Gateways) -> None:
    for part in ("web", "worker"):
        house.running[f"old {part}"] = house.running.pop(part)
    house.start("worker", "web --beside")
    wait_for(lambda: house.starts("worker") > 1, "the new worker did not start")
    wait_for(lambda: _listeners(house.port) >= 2, "the new web process did not open")
    assert house.stop("old web") == 0
    assert house.stop("old worker") == 0
    before = len(gateways.arrived())
    wait_for(lambda: len(gateways.arrived()) > before + 3, "the new ones answer nobody")


def _listeners(port: int) -> int:
    return sum(1 for each in psutil.net_connections("tcp") if each.status == "LISTEN" and each.laddr.port == port)


@pytest.mark.parametrize("part", ["web", "worker"])
def test_a_platform_that_hangs_does_not_hold_up_the_end(part: str, sqlite_house: House, gateways: Gateways) -> None:
    house = sqlite_house
    house.start("web", "worker")
    house.wait_until_ready()
    gateways.fail(Fault(200, {"ok": True}, after=90), method="sendMessage", times=9)
    assert house.telegram(1, 7001, "menu") == 200
    wait_for(lambda: any(call.method == "sendMessage" for call in gateways.calls), "the call was not made")
    started = time.monotonic()
    assert house.stop(part) == 0
    assert time.monotonic() - started < 26 + 4, "25 seconds, and a busy machine's moment"
