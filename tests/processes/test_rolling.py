"""Stopping is clean: another version takes over while messages come in, and whatever hangs does not hold up the end."""

from __future__ import annotations

import time

import pytest

from bench.rolling import roll
from tests.gateways import Fault, Gateways
from tests.processes.houses import House, wait_for


def test_a_new_version_takes_over_without_a_gap(postgresql_house: House, gateways: Gateways) -> None:
    postgresql_house.start("web", "worker")
    postgresql_house.wait_until_ready()
    rolled = roll(postgresql_house, gateways, turns=1)
    assert (rolled.lost, rolled.doubled) == (0, 0)
    for took in (rolled.took, rolled.answered):
        usual = sorted(took)[len(took) // 2]
        assert max(took) <= 2 + 20 * usual, "nobody waits for who takes over, but for a busy machine"
    assert gateways.violations == []


@pytest.mark.parametrize("part", ["web", "worker"])
def test_a_platform_that_hangs_does_not_hold_up_the_end(part: str, sqlite_house: House, gateways: Gateways) -> None:
    sqlite_house.start("web", "worker")
    sqlite_house.wait_until_ready()
    gateways.fail(Fault(200, {"ok": True}, after=90), method="sendMessage", times=9)
    assert sqlite_house.telegram(1, 7001, "menu") == 200
    wait_for(lambda: any(call.method == "sendMessage" for call in gateways.calls), "the call was not made")
    started = time.monotonic()
    assert sqlite_house.stop(part) == 0
    assert time.monotonic() - started < 26 + 4, "25 seconds, and a busy machine's moment"
