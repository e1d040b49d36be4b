"""How much memory the whole house takes, and whether it grows: everything under `balai serve`, after 5,000 and 10,000
messages. The baseline beside it is the same house after its first 500."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil

from bench import houses, loads
from bench.passing import questions, settle

MOST_MB = 500
FLAT = 1.05
RATE = 60
PEOPLE = 500


def measure() -> bool:
    """Print resident memory as it goes; True when it stays under the limit and does not grow."""
    print("\nResident memory of everything under `balai serve`, SQLite")
    port, gateway_port = houses.free_port(), houses.free_port()
    gateway = f"http://127.0.0.1:{gateway_port}"
    with houses.data_folder() as folder:
        settings = houses.environment(folder, port, "", gateway)
        subprocess.run(houses.balai("prepare"), env=settings, cwd=houses.ROOT, check=True, stdout=subprocess.DEVNULL)
        with houses.processes([[sys.executable, "-m", "tests.gateways", str(gateway_port)]], settings):
            houses.wait_until_ready(gateway_port, "/ledger")
            with houses.processes([houses.balai("serve")], settings) as (serve,):
                houses.wait_until_ready(port)
                return _measure(port, gateway, serve)


def _measure(port: int, gateway: str, serve: psutil.Process) -> bool:
    asked, sent, sizes = questions(), 0, {}
    for goal in (500, 5_000, 10_000):
        requests = []
        for number in range(sent, goal):
            text = asked[number % len(asked)][0]
            body = houses.whatsapp_text(number, text, f"62811{number % PEOPLE:07d}")
            requests.append((body, houses.signed(body)))
        loads.at_a_rate(port, "/webhooks/whatsapp", requests, RATE, PEOPLE)
        settle(gateway)
        time.sleep(3)
        sent, sizes[goal] = goal, _resident(serve)
        print(f"  after {goal:>6} messages: {sizes[goal]:.0f} MB")
    growth = sizes[10_000] / sizes[5_000]
    print(f"  from 5,000 to 10,000: {growth:.3f} times; limit {MOST_MB} MB and {FLAT} times")
    return sizes[10_000] <= MOST_MB and growth <= FLAT


def _resident(serve: psutil.Process) -> float:
    """Megabytes in the machine: what processes share is divided among them (the kernel's "Pss"), so that it counts once."""
    family = [serve, *serve.children(recursive=True)]
    return sum(each.memory_full_info().pss for each in family) / 1_000_000
