"""From received to handed to the platform, against a fake gateway on loopback.

Replies are checked, for each person, against what must come back and in which order: what is lost, doubled or turned is
counted, not guessed. The baseline beside the figures is the fake gateway itself: how long one bare call to it takes.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import psutil

from bench import houses, loads
from bot.understanding import understand
from processes.asking import said
from processes.guide import from_files

MEDIAN, NINETY_NINTH = 0.100, 0.500
SECONDS = 60
PEOPLE = 300
QUESTIONS = 40


def measure() -> bool:
    """Print a row for each way of running; True when each keeps the times and loses, doubles, turns nothing."""
    print("\nFrom received to handed to the gateway")
    with houses.data_folder() as folder:
        good = _pass("SQLite, serve", folder, "", [houses.balai("serve")], 50)
    with houses.data_folder() as folder, houses.postgresql() as url:
        parts = [houses.balai("web"), houses.balai("worker"), houses.balai("worker")]
        return _pass("PostgreSQL, 2 workers", folder, url, parts, 150) and good


def _pass(name: str, folder: Path, url: str, commands: list[list[str]], rate: int) -> bool:
    port, gateway_port = houses.free_port(), houses.free_port()
    gateway = f"http://127.0.0.1:{gateway_port}"
    settings = houses.environment(folder, port, url, gateway)
    subprocess.run(houses.balai("prepare"), env=settings, cwd=houses.ROOT, check=True, stdout=subprocess.DEVNULL)
    with houses.processes([[sys.executable, "-m", "tests.gateways", str(gateway_port)]], settings):
        houses.wait_until_ready(gateway_port, "/ledger")
        with houses.processes(commands, settings) as house:
            houses.wait_until_ready(port)
            return _measure(name, port, gateway, rate, house)


def _measure(name: str, port: int, gateway: str, rate: int, house: list[psutil.Process]) -> bool:
    mixed = questions()
    numbers = iter(range(1, 10**9))
    for words in ("mulai", "lewati", "lewati"):
        loads.at_a_rate(port, "/webhooks/telegram", _telegram(numbers, [words] * PEOPLE), rate, PEOPLE)
        settle(gateway)
    before = len(_arrivals(gateway))
    asked = [mixed[index // PEOPLE % len(mixed)] for index in range(rate * SECONDS)]
    requests = _telegram(numbers, [text for text, _ in asked])
    worked = _core_seconds(house)
    sent = loads.at_a_rate(port, "/webhooks/telegram", requests, rate, PEOPLE)
    settle(gateway)
    worked = {name: seconds - worked.get(name, 0.0) for name, seconds in _core_seconds(house).items()}
    told = ", ".join(f"{part} {seconds / len(asked) * 1000:.1f}" for part, seconds in sorted(worked.items()))
    print(f"  {name:<22} milliseconds of a core for each message, idling included: {told}")
    return _judge(name, rate, asked, sent, _arrivals(gateway)[before:], _bare_call(gateway))


def _core_seconds(house: list[psutil.Process]) -> dict[str, float]:
    """Processor time so far of web, workers and, where one runs, PostgreSQL: every server of this machine."""
    spent: dict[str, float] = defaultdict(float)
    family = [each for top in house for each in (top, *top.children(recursive=True))]
    servers = [each for each in psutil.process_iter() if each.name().startswith("postgres")]
    for process in (*family, *servers):
        with suppress(psutil.Error):
            words = process.cmdline()
            part = next((word for word in ("web", "worker") if word in words), "other")
            part = "postgresql" if process.name().startswith("postgres") else part
            spent[part] += process.cpu_times().user + process.cpu_times().system
    return dict(spent)


def questions() -> list[tuple[str, str]]:
    """Messages as people type them, each with the first line of what must come back."""
    guide = from_files(houses.ROOT / "var")
    step = max(1, len(guide.library.phrasings) // (QUESTIONS * 3))
    found: list[tuple[str, str]] = []
    for phrasing in guide.library.phrasings[::step]:
        understood = understand(phrasing.text, None, guide)
        if understood.language == "id" and understood.kind in ("answer", "choices", "none"):
            found.append((phrasing.text, said(guide, understood).splitlines()[0]))
    return found[:QUESTIONS]


def _telegram(numbers: Any, texts: list[str]) -> list[loads.Request]:
    headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": houses.TELEGRAM_SECRET}
    chats = (1000 + index % PEOPLE for index in range(len(texts)))
    return [(houses.telegram_text(next(numbers), text, chat), headers) for text, chat in zip(texts, chats, strict=True)]


def _arrivals(gateway: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{gateway}/ledger", timeout=30) as answer:
        ledger = json.load(answer)
    assert not ledger["violations"], ledger["violations"][:3]
    return [call for call in ledger["calls"] if call["method"] in ("sendMessage", "messages")]


def settle(gateway: str) -> None:
    """Wait until nothing more arrives."""
    count, quiet = -1, 0
    while quiet < 3:
        time.sleep(0.5)
        now = len(_arrivals(gateway))
        count, quiet = now, quiet + 1 if now == count else 0


def _bare_call(gateway: str) -> float:
    times = []
    for _ in range(50):
        started = time.perf_counter()
        with suppress(HTTPError):  # there is nothing at this address, and that is answered like anything else
            urllib.request.urlopen(f"{gateway}/ledger-nothing", data=b"{}", timeout=5).close()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _judge(
    name: str,
    rate: int,
    asked: list[tuple[str, str]],
    sent: list[float],
    calls: list[dict[str, Any]],
    bare: float,
) -> bool:
    wanted: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for index, ((_, first_line), at) in enumerate(zip(asked, sent, strict=True)):
        wanted[str(1000 + index % PEOPLE)].append((first_line, at))
    came: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for call in calls:
        came[str(call["to"])].append((call["text"].splitlines()[0], call["at"]))
    lost = sum(max(0, len(wanted[who]) - len(came[who])) for who in wanted)
    doubled = sum(max(0, len(came[who]) - len(wanted[who])) for who in wanted)
    pairs = [(w, c) for who in wanted for w, c in zip(wanted[who], came[who], strict=False)]
    turned = sum(1 for (line, _), (got, _) in pairs if line != got)
    times = sorted(arrived - at for (_, at), (_, arrived) in pairs)
    median, late = statistics.median(times), times[int(len(times) * 0.99)]
    print(
        f"  {name:<22} {rate}/s for {SECONDS} s: median {median * 1000:.0f} ms, 99th {late * 1000:.0f} ms "
        f"(bare call {bare * 1000:.1f} ms); lost {lost}, doubled {doubled}, out of order {turned} of {len(asked)}"
    )
    return median <= MEDIAN and late <= NINETY_NINTH and not (lost or doubled or turned)
