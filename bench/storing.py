"""How many signed webhooks a second are stored, beside a bare Flask route under the same server and database."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

from bench import houses, loads

TARGET = 0.6
ROUNDS = 5
MESSAGES = 1500
PEOPLE = 200
BARE = """
from granian.server import Server
from granian.constants import Interfaces
Server("bench.bare:make_app", factory=True, address="127.0.0.1", port={port}, interface=Interfaces.WSGI, workers=1,
       blocking_threads=3, log_level="warning").serve()
"""


def measure() -> bool:
    """Print a row for each database; True when both reach the target."""
    print("\nStoring a signed webhook, requests a second (ours / bare, pair by pair)")
    with houses.data_folder() as folder:
        good = _compare("SQLite", folder, "", f"sqlite:///{folder / 'bare.db'}")
    with houses.data_folder() as folder, houses.postgresql() as url:
        return _compare("PostgreSQL", folder, url, url) and good


def _compare(name: str, folder: Path, ours_url: str, bare_url: str) -> bool:
    port, bare_port = houses.free_port(), houses.free_port()
    settings = houses.environment(folder, port, ours_url) | {"BARE_DATABASE": bare_url}
    subprocess.run(houses.balai("db", "upgrade"), env=settings, cwd=houses.ROOT, check=True)
    commands = [houses.balai("web"), [sys.executable, "-c", BARE.format(port=bare_port)]]
    with houses.processes(commands, settings):
        houses.wait_until_ready(port, "/healthz")
        houses.wait_until_ready(bare_port, "/healthz")
        pairs = [(_rate(port, number), _rate(bare_port, number)) for number in range(ROUNDS + 1)][1:]
    ratios = [ours / bare for ours, bare in pairs]
    ours, bare = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratio = statistics.median(ratios)
    spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
    print(f"  {name:<11} ours {ours:7.0f}   bare {bare:7.0f}   ratio {ratio:.2f} ({spread}), target {TARGET}")
    return ratio >= TARGET


def _rate(port: int, round_number: int) -> float:
    requests = []
    for number in range(MESSAGES):
        phone = f"62811{number % PEOPLE:07d}"
        body = houses.whatsapp_text(round_number * MESSAGES + number, "apakah agen ini resmi", phone)
        requests.append((body, houses.signed(body)))
    return loads.as_fast_as_possible(port, "/webhooks/whatsapp", requests)
