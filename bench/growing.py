"""How the time of one answer grows with stored messages and with articles. The baseline is a small house asked in turn with
the large one."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy import TextClause, bindparam, text, update
from sqlalchemy.orm import Session

from bench import houses
from bot.turns import Guide
from bot.understanding import understand
from centre import inbox, outbox
from centre.conversations import Sender
from centre.db import Database, UtcDateTime, connection_of, open_database
from centre.inbox import Received
from centre.messages import Incoming
from centre.outbox import Outcome
from centre.privacy import Vault
from content import finding
from content.library import Library
from content.phrasing import Phrasing
from processes import migrating
from processes.answering import answer_next
from processes.guide import from_files
from webhooks.whatsapp import PLATFORM

MOST = 1.5
ANSWERS, WARM = 500, 50
FEW, MANY = 10_000, 10_000_000
EACH = 100
"""Messages of a conversation, ours and theirs."""
ARTICLES = 1_000
PHRASINGS_EACH = 12
START = datetime(2026, 11, 21, tzinfo=UTC)


def measure() -> bool:
    """Print both growths; True when each is small enough."""
    print("\nHow the median time of an answer grows")
    guide = from_files(houses.ROOT / "var")
    with houses.data_folder() as folder:
        good = [_by_messages("SQLite", f"sqlite:///{folder / 'small.db'}", f"sqlite:///{folder / 'large.db'}", guide)]
    with houses.postgresql() as url:
        good.append(_by_messages("PostgreSQL", url, houses.another(url), guide))
    return all([*good, _by_articles(guide)])


def _by_messages(name: str, small_url: str, large_url: str, guide: Guide) -> bool:
    """Two houses side by side, asked in turn, so that both are measured in the same minutes."""
    small, large = _asked(small_url, guide, FEW), _asked(large_url, guide, MANY)
    times = [(next(small), next(large)) for _ in range(WARM + ANSWERS)][WARM:]
    few, many = [each[0] for each in times], [each[1] for each in times]
    good = _row(f"{name}, {FEW:,} to {MANY:,} messages, median", statistics.median(few), statistics.median(many))
    return _row(f"{name}, the same, 99th percentile", _late(few), _late(many)) and good


def fill(database: Database, wanted: int) -> None:
    """Put in so many stored messages, half of them ours, a hundred of each person, all of them long done."""
    last = wanted // EACH
    for start in range(0, last, 1_000):
        with database.transaction() as session:
            events = [_event(f"past-{number}", number, "halo") for number in range(start, min(start + 1_000, last))]
            inbox.receive(session, events, START)
            done = update(inbox.InboxEvent).where(inbox.InboxEvent.state == "open")
            session.execute(done.values(state="done", handled_at=START))
    with database.transaction() as session:
        if connection_of(session).dialect.name == "postgresql":
            session.execute(text("SET LOCAL statement_timeout = 0"))  # five million rows take longer than a message may
        for statement in _past(session, (EACH - 2) // 2):
            session.execute(statement, {"at": START})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _past(session: Session, each: int) -> list[TextClause]:
    """So many messages each way in every conversation, made by the database itself; their words are bytes by chance."""
    if connection_of(session).dialect.name == "sqlite":
        numbers = f"(WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {each}) SELECT i FROM n)"
        key, words, off = "printf('%016x%016x', c.id, i)", "randomblob(160)", "0"
    else:
        numbers = f"generate_series(1, {each}) AS n(i)"
        key, words, off = (
            "lpad(to_hex(c.id), 16, '0') || lpad(to_hex(i), 16, '0')",
            "sha512((c.id || ' ' || i)::bytea)",
            "false",
        )
    return [
        text(
            "INSERT INTO inbox_events (channel, key, conversation_id, kind, sealed_payload, state, attempts, received_at,"
            f" handled_at, for_staff) SELECT 'whatsapp', {key}, c.id, 'message', {words}, 'done', 0, :at, :at, {off}"
            f" FROM {numbers}, conversations AS c"
        ).bindparams(bindparam("at", type_=UtcDateTime)),
        text(
            "INSERT INTO outbox_messages (conversation_id, channel, cause, part, sealed_part, state, created_at, next_at,"
            f" expires_at, attempts, unsure, provider_key, sent_at) SELECT c.id, 'whatsapp', 'past:' || i, 0, {words}, 'sent',"
            f" :at, :at, :at, 1, 0, {key}, :at FROM {numbers}, conversations AS c"
        ).bindparams(bindparam("at", type_=UtcDateTime)),
    ]


def _asked(url: str, guide: Guide, messages: int) -> Iterator[float]:
    """A house with so many messages; then, each time, the seconds from a message of somebody by chance to its answer on the
    way: stored, answered, claimed, recorded."""
    database = open_database(url, Vault("a secret for benchmarks"))
    migrating.upgrade(database)
    fill(database, messages)
    chance, now = random.Random(7), START + timedelta(minutes=messages)
    for number in count():
        started = time.perf_counter()
        with database.transaction() as session:
            inbox.receive(session, [_event(f"{messages}-{number}", chance.randrange(messages // EACH), "0")], now)
        answer_next(database, guide, partial(_same, now))
        with database.transaction() as session:
            sent = {each.id: Outcome("sent", str(each.id)) for each in outbox.claim(session, "whatsapp", PLATFORM, now)}
        assert sent
        with database.transaction() as session:
            outbox.record_several(session, sent, now, lambda: 1.0)
        yield time.perf_counter() - started
        now += timedelta(seconds=10)


def _same(now: datetime) -> datetime:
    return now


def _late(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


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
    for words in asked:
        started = time.perf_counter()
        understand(words, None, guide)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _row(name: str, few: float, many: float) -> bool:
    ratio = many / few
    print(f"  {name:<40} {few * 1000:.2f} ms to {many * 1000:.2f} ms: {ratio:.2f} times, at most {MOST}")
    return ratio <= MOST
