"""How many messages a second are accepted, answered and handed over, beside a bare loop that only parses, checks the
signature, stores the message and inserts a reply, under the same database and durability.

Both run as 1, 2 and 4 processes without web server or network, so that what is compared is what we add. Each process
takes signed WhatsApp webhooks of people of its own, in rounds of eight people, as workers find them; nobody asks the same
twice. `python -m bench.throughput profile` says where the time of an answer goes.
"""

from __future__ import annotations

import cProfile
import hashlib
import hmac
import json
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import get_context
from statistics import median
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, update

from bench import houses
from bot.turns import Guide
from centre import inbox, outbox
from centre.contact_points import Pace
from centre.db import Database, open_database
from centre.outbox import Outcome
from centre.privacy import Vault
from processes import migrating
from processes.answering import answer_waiting
from processes.guide import from_files
from webhooks.whatsapp import PLATFORM, WhatsApp

SHARE = 0.5
"""Of the bare loop's messages, at least this many answered."""
PROCESSES = (1, 2, 4)
MESSAGES = 480
"""Of each process in each measurement."""
ROUND = 8
ROUNDS = 3
"""Pairs of measurements; the median of their shares counts."""
PEOPLE = 80
VAULT = Vault("a secret for benchmarks", ["a field key for benchmarks only, nothing else"])
FAST = Pace(**{**PLATFORM.__dict__, "per_second": 1e6, "burst": 1_000_000, "per_chat": 1_000_000})
BARE = MetaData()
TAKEN = Table(
    "bare_taken",
    BARE,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), unique=True, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
)
REPLIES = Table(
    "bare_replies",
    BARE,
    Column("id", Integer, primary_key=True),
    Column("taken_id", Integer, nullable=False),
    Column("words", LargeBinary, nullable=False),
)

Loop = Callable[[Database, list[bytes], Guide | None], None]


def measure() -> bool:
    """Print a row for each database and number of processes; True when the share is reached in each."""
    print("\nMessages a second: bare loop / accepted / answered / answered and handed over (share of the bare loop)")
    with houses.data_folder() as folder:
        good = _compare("SQLite", f"sqlite:///{folder / 'house.db'}")
    with houses.postgresql() as url:
        return _compare("PostgreSQL", url) and good


def _compare(name: str, url: str) -> bool:
    _furnish(url)
    good = True
    for processes in PROCESSES:
        rows = [{kind: _rate(url, kind, processes) for kind in LOOPS} for _ in range(ROUNDS)]
        rates = {kind: median(row[kind] for row in rows) for kind in LOOPS}
        shares = {kind: median(row[kind] / row["bare"] for row in rows) for kind in LOOPS}
        told = " / ".join(f"{rates[kind]:.0f} ({shares[kind]:.2f})" for kind in list(LOOPS)[1:])
        print(f"  {name:<11} {processes} processes: {rates['bare']:.0f} / {told}; answered at least {SHARE}")
        good = good and shares["answered"] >= SHARE
    return good


def _furnish(url: str) -> None:
    """Tables of both, and people who have said where they live, so that a question is just a question."""
    database = open_database(url, VAULT)
    migrating.upgrade(database)
    BARE.create_all(database.engine)
    guide = from_files(houses.ROOT / "var")
    for who in range(max(PROCESSES)):
        for words in ("mulai", "lewati", "lewati"):
            _answered(
                database, [_body(f"{who}-{words}-{_next()}", words, _phone(who, n)) for n in range(PEOPLE)], guide
            )
    database.engine.dispose()


def _rate(url: str, kind: str, processes: int) -> float:
    """Messages a second of all processes together, from the first that begins to the last that is done."""
    began = time.time()
    with get_context("spawn").Pool(processes) as pool:
        spans = pool.starmap(_span, [(url, kind, who, f"{began}") for who in range(processes)], chunksize=1)
    return processes * MESSAGES / (max(span[1] for span in spans) - min(span[0] for span in spans))


def _span(url: str, kind: str, who: int, run: str) -> tuple[float, float, float]:
    """One process: when it began and when it was done, and its own processor time."""
    database = open_database(url, VAULT)
    guide = from_files(houses.ROOT / "var")
    words = _questions(guide, who)
    warm, bodies = (
        [_body(f"{run}-{who}-{kind}-{_next()}", next(words), _phone(who, n)) for n in range(size)]
        for size in (ROUND * 2, MESSAGES)
    )
    LOOPS[kind](database, warm, guide)
    time.sleep(max(0.0, 4 - time.time() % 4))  # together with the others, who warmed up in about the same time
    started, worked = time.time(), time.process_time()
    LOOPS[kind](database, bodies, guide)
    ended, worked = time.time(), time.process_time() - worked
    database.engine.dispose()
    return started, ended, worked


def _bare(database: Database, bodies: list[bytes], guide: Guide | None) -> None:
    """What nobody can do without: a message is safe before we say so, and its reply before the message is done."""
    for body, headers in _signed(bodies):
        wanted = "sha256=" + hmac.new(houses.APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(wanted, headers["X-Hub-Signature-256"])
        message = json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]
        row = {"key": message["id"], "words": message["text"]["body"].encode(), "state": "open"}
        with database.engine.begin() as connection:
            taken = connection.execute(insert(TAKEN).values(row).returning(TAKEN.c.id)).scalar_one()
        with database.engine.begin() as connection:
            connection.execute(insert(REPLIES).values(taken_id=taken, words=row["words"]))
            connection.execute(update(TAKEN).where(TAKEN.c.id == taken).values(state="done"))


def _accepted(database: Database, bodies: list[bytes], guide: Guide | None) -> None:
    """As `webhooks.routes` takes them in."""
    channel = _channel()
    for body, headers in _signed(bodies):
        events = channel.split(body, headers)
        with database.transaction() as session:
            inbox.receive(session, events, _clock())


def _answered(database: Database, bodies: list[bytes], guide: Guide | None) -> None:
    """Taken in and answered: the reply stands in the outbox."""
    assert guide
    for round_of in _rounds(bodies):
        _accepted(database, round_of, guide)
        while answer_waiting(database, guide, _clock):
            pass


def _handed_over(database: Database, bodies: list[bytes], guide: Guide | None) -> None:
    """The same, claimed and recorded as sent; the call itself is the network's."""
    for round_of in _rounds(bodies):
        _answered(database, round_of, guide)
        with database.transaction() as session:
            claimed = outbox.claim(session, "whatsapp", FAST, _clock())
        sent = {each.id: Outcome("sent", provider_id=f"wamid.out.{each.id}") for each in claimed}
        with database.transaction() as session:
            outbox.record_several(session, sent, _clock(), lambda: 1.0)


LOOPS: dict[str, Loop] = {"bare": _bare, "accepted": _accepted, "answered": _answered, "handed over": _handed_over}


def _channel() -> WhatsApp:
    return WhatsApp(houses.PHONE_ID, "benchmark", houses.APP_SECRET, "http://127.0.0.1:9", FAST)


def _signed(bodies: list[bytes]) -> list[tuple[bytes, dict[str, str]]]:
    return [(body, houses.signed(body)) for body in bodies]


def _rounds(bodies: list[bytes]) -> Iterator[list[bytes]]:
    waiting = iter(bodies)
    while some := list(islice(waiting, ROUND)):
        yield some


def _questions(guide: Guide, who: int) -> Iterator[str]:
    """Phrasings of all languages, each of them once, others for each process."""
    apart = max(PROCESSES)
    texts = [each.text for each in guide.library.phrasings]
    step = 31  # coprime to any plausible length, so that neighbours come from different articles
    return (texts[(index * step) % len(texts)] for index in range(who, len(texts), apart))


def _body(key: str, words: str, phone: str) -> bytes:
    body: dict[str, Any] = json.loads(houses.whatsapp_text(0, words, phone))
    body["entry"][0]["changes"][0]["value"]["messages"][0]["id"] = f"wamid.{key}"
    return json.dumps(body).encode()


def _phone(who: int, number: int) -> str:
    return f"62811{who:03d}{number % PEOPLE:05d}"


def _next() -> int:
    return time.perf_counter_ns()


def _clock() -> datetime:
    return datetime.now(UTC)


def profile() -> None:
    """Print the forty functions in which most of the time of answered messages goes, with one process on SQLite."""
    with houses.data_folder() as folder:
        url = f"sqlite:///{folder / 'house.db'}"
        _furnish(url)
        watch = cProfile.Profile()
        watch.runcall(_span, url, "handed over", 0, "profile")
    pstats.Stats(watch).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    profile() if sys.argv[1:] == ["profile"] else measure()
