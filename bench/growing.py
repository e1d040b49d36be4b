"""How the time of one answer grows with conversations and articles. The baseline is the small house of the same run."""

from __future__ import annotations

import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from bench import houses
from bot.turns import Guide
from bot.understanding import understand
from centre import inbox
from centre.conversations import Sender
from centre.db import Database, open_database
from centre.inbox import Received
from centre.messages import Incoming
from centre.privacy import Vault
from content import finding
from content.library import Library
from content.phrasing import Phrasing
from processes import migrating
from processes.answering import answer_next
from processes.guide import from_files

MOST = 1.5
ANSWERS = 300
FEW, MANY = 1_000, 100_000
ARTICLES = 1_000
PHRASINGS_EACH = 12
START = datetime(2026, 11, 21, tzinfo=UTC)


def measure() -> bool:
    """Print both growths; True when each is small enough."""
    print("\nHow the median time of an answer grows")
    guide = from_files(houses.ROOT / "var")
    with houses.data_folder() as folder, houses.postgresql() as url:
        good = [_by_conversations("SQLite", f"sqlite:///{folder / 'grow.db'}", guide)]
        good.append(_by_conversations("PostgreSQL", url, guide))
    return all([*good, _by_articles(guide)])


def _by_conversations(name: str, url: str, guide: Guide) -> bool:
    database = open_database(url, Vault("a secret for benchmarks"))
    migrating.upgrade(database)
    _people(database, guide, 0, FEW)
    few = _answer_time(database, guide, FEW)
    _people(database, guide, FEW, MANY)
    many = _answer_time(database, guide, MANY)
    return _row(f"{name}, {FEW} to {MANY} conversations", few, many)


def _people(database: Database, guide: Guide, first: int, last: int) -> None:
    """Conversations with a past: one message received and done in each."""
    for start in range(first, last, 1_000):
        with database.transaction() as session:
            events = [_event(f"past-{number}", number, "halo") for number in range(start, min(start + 1_000, last))]
            inbox.receive(session, events, START)
            session.execute(inbox.InboxEvent.__table__.update().values(state="done", handled_at=START))


def _answer_time(database: Database, guide: Guide, people: int) -> float:
    """Seconds for one answer, committed, among `people` conversations chosen by chance."""
    chance, times = random.Random(7), []
    now = START + timedelta(minutes=people)
    for number in range(ANSWERS):
        with database.transaction() as session:
            inbox.receive(session, [_event(f"{people}-{number}", chance.randrange(people), "0")], now)
        started = time.perf_counter()
        answer_next(database, guide, lambda: now)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _event(key: str, person: int, text: str) -> Received:
    return Received("whatsapp", key, Sender("whatsapp", (("phone", f"62{person:010d}"),)), Incoming("text", text))


def _by_articles(guide: Guide) -> bool:
    """Generated articles beside the real ones: other words, the same shape."""
    asked = [each.text for each in guide.library.phrasings[:: len(guide.library.phrasings) // ANSWERS]]
    few = _reading_time(guide, asked)
    many_guide = Guide(guide.library, finding.build(*_more(guide.library)))
    return _row(f"{len(guide.library.slugs)} to {ARTICLES} articles", few, _reading_time(many_guide, asked))


def _more(library: Library) -> tuple[list[Phrasing], dict[str, list[str]]]:
    chance = random.Random(11)
    words = sorted({word for each in library.phrasings for word in each.text.split()})
    phrasings, titles = list(library.phrasings), dict(library.titles)
    for number in range(ARTICLES - len(library.slugs)):
        slug = f"generated-{number}"
        own = ["".join(chance.choices("bcdfghjklmnprstw aeiou", k=7)).replace(" ", "a") for _ in range(6)]
        titles[slug] = [" ".join(own)]
        for _ in range(PHRASINGS_EACH):
            text = " ".join(chance.choices(own, k=4) + chance.choices(words, k=4))
            phrasings.append(Phrasing(slug, "id", text))
    return phrasings, titles


def _reading_time(guide: Guide, asked: list[str]) -> float:
    times = []
    for text in asked:
        started = time.perf_counter()
        understand(text, None, guide)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _row(name: str, few: float, many: float) -> bool:
    ratio = many / few
    print(f"  {name:<40} {few * 1000:.2f} ms to {many * 1000:.2f} ms: {ratio:.2f} times, at most {MOST}")
    return ratio <= MOST
