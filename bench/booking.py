"""Places under pressure: a crowd at a few seats, a booking beside an ordinary answer, a search in a centre with a long past.

Every figure stands beside its baseline of the same run; the crowd is audited, change by change.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from multiprocessing import get_context

import psycopg
from sqlalchemy import insert, select

from bench import crowding, houses
from bench.crowding import BY, RULES, VAULT
from bench.passing import questions
from bot.turns import Guide
from centre import booking_types, bookings, conversations, inbox, people, slots
from centre.areas import Village
from centre.booking_records import Booking
from centre.booking_types import BookingType
from centre.conversations import Conversation, Sender
from centre.db import Database, open_database
from centre.inbox import Received
from centre.messages import Incoming
from centre.slots import Plan, Slot
from processes import migrating
from processes.answering import answer_next
from processes.guide import from_files

ATTEMPTS = 10_000
PROCESSES, SQLITE_PROCESSES, SQLITE_THREADS = 50, 2, 8
A_BOOKING, A_SEARCH = 1.5, 1.2
PER_SECOND, BOOKED = 20, 300
FEW, MANY, SEARCHES = 50, 5_000, 300
NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def measure() -> bool:
    """Print a row for each; True when nothing is overbooked or lost and both ratios are small enough."""
    print(f"\nPlaces: {ATTEMPTS} attempts at {crowding.SLOTS} slots of {crowding.SEATS} seats, audited")
    guide = from_files(houses.ROOT / "var")
    with houses.data_folder() as folder, houses.postgresql() as url:
        good = [_crowd("PostgreSQL", _new(url, "crowd"), PROCESSES, 1)]
        good.append(_crowd("SQLite", f"sqlite:///{folder / 'crowd.db'}", SQLITE_PROCESSES, SQLITE_THREADS))
        print(f"\nA booking confirmed beside an ordinary answer, {PER_SECOND} of each a second (median)")
        good.append(_pace("SQLite", f"sqlite:///{folder / 'pace.db'}", guide))
        good.append(_pace("PostgreSQL", _new(url, "pace"), guide))
        print("\nSearch for slots in a centre with a long past (median)")
        good.append(_search("SQLite", *(f"sqlite:///{folder / name}.db" for name in ("few", "many"))))
        good.append(_search("PostgreSQL", _new(url, "few"), _new(url, "many")))
    return all(good)


def _new(url: str, name: str) -> str:
    """One more database on the server; its address."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return url.replace("/postgres?", f"/{name}?")


@contextmanager
def _opened(url: str, threads: int = 1) -> Iterator[Database]:
    database = open_database(url, VAULT, pool_size=threads)
    yield database
    database.engine.dispose()


# A crowd


def _crowd(name: str, url: str, processes: int, threads: int) -> bool:
    with _opened(url) as database:
        migrating.upgrade(database)
        crowding.settle(database)
        context = get_context("forkserver")
        context.set_forkserver_preload(["bench.crowding"])
        each = ATTEMPTS // (processes * threads)
        with context.Pool(processes) as pool:
            began = time.time() + 3 + processes / 5  # all of them stand at the door by then
            jobs = [(url, f"{BY}{number}", threads, each, began) for number in range(processes)]
            tallies = pool.starmap(crowding.push, jobs, chunksize=1)
        told = crowding.added(tally for tally, _ in tallies)
        took = max(ended for _, ended in tallies) - began
        found = crowding.audit(database, told)
    hands = f"{processes} processes" + (f" of {threads} threads" if threads > 1 else "")
    changes = ", ".join(f"{count} {what}" for what, count in found.changes.most_common())
    print(f"  {name}, {hands}: {took:.0f} s, {ATTEMPTS / took:.0f} a second; {found.faults()}; given up {told.gave_up}")
    print(f"    {sum(told.refused.values())} refused or without anything to do; changes: {changes}")
    print(f"    made again: {dict(told.again) or 'none'}")
    return found.is_clean and told.gave_up == 0


# A booking beside an ordinary answer


def _pace(name: str, url: str, guide: Guide) -> bool:
    with _opened(url) as database:
        migrating.upgrade(database)
        slot_ids = _town(database)
        talk = _Talk(database, guide)
        for number in range(BOOKED):
            talk.settle(f"booker-{number}", slot_ids[number % len(slot_ids)])
            talk.settle(f"asker-{number}", None)
        asked = itertools.cycle([text for text, _ in questions()])
        booking_times, answer_times = [], []
        started = time.perf_counter()
        for number in range(BOOKED):
            time.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
            booking_times.append(talk.timed(f"booker-{number}", Incoming("text", "1")))
            answer_times.append(talk.timed(f"asker-{number}", Incoming("text", next(asked))))
        with database.reading() as session:
            booked = session.scalars(select(Booking.id).where(Booking.state == "booked")).all()
    assert len(booked) == BOOKED, f"{len(booked)} of {BOOKED} were booked"
    return _row(name, "answer", statistics.median(answer_times), statistics.median(booking_times), A_BOOKING)


class _Talk:
    """People who write, and the worker's own answering."""

    def __init__(self, database: Database, guide: Guide) -> None:
        self._database, self._guide, self._numbers = database, guide, itertools.count()
        self._now = NOW

    def settle(self, who: str, slot_id: int | None) -> None:
        """Somebody who has been greeted, and with `slot_id` stands before the last yes."""
        self._write(who, Incoming("text", "halo"))
        self._answer()
        with self._database.transaction() as session:
            village = session.scalars(select(Village)).one()
            conversation = session.get_one(Conversation, conversations.of_sender(session, _sender(who), self._now))
            conversation.language, conversation.village_id, conversation.step = "id", village.id, None
            slot = slots.get(session, slot_id or 0)
            person = people.add(session, "Sari", self._now)
            people.tie(session, person, conversation, "self", self._now)
            wishes = [f"what:{slot.type_id}", f"who:{person.id}", f"slot:{slot.id}.{slot.version}"] if slot else []
        for code in wishes:
            self._write(who, Incoming("tap", code=code))
            self._answer()

    def timed(self, who: str, message: Incoming) -> float:
        """Seconds from the arrival of the message to the commit of its answer."""
        started = time.perf_counter()
        self._write(who, message)
        self._answer()
        return time.perf_counter() - started

    def _write(self, who: str, message: Incoming) -> None:
        self._now += timedelta(milliseconds=20)
        with self._database.transaction() as session:
            event = Received("telegram", f"{next(self._numbers)}", _sender(who), message)
            inbox.receive(session, [event], self._now)

    def _answer(self) -> None:
        assert answer_next(self._database, self._guide, lambda: self._now)


def _sender(who: str) -> Sender:
    return Sender("telegram", (("chat", who),))


# A search among many slots that are over


def _search(name: str, few_url: str, many_url: str) -> bool:
    with _opened(few_url) as few, _opened(many_url) as many:
        for database, past in ((few, FEW), (many, MANY)):
            migrating.upgrade(database)
            _town(database, past)
        pairs = [(_timed(lambda: _look(few)), _timed(lambda: _look(many))) for _ in range(SEARCHES)]
    few_time, many_time = (statistics.median(each) for each in zip(*pairs, strict=True))
    return _row(f"{name}, {FEW} to {MANY} past slots", "few", few_time, many_time, A_SEARCH)


def _look(database: Database) -> None:
    """What the chat shows when somebody has said what they want."""
    with database.reading() as session:
        kind = session.scalars(select(BookingType)).one()
        village = session.scalars(select(Village).where(Village.name == "Korleko")).one()
        found = slots.bookable(session, kind, village, NOW, 7)
        assert len(found) == 5, "own and near ones, and none that is over"
        bookings.rooms(session, found)


def _town(database: Database, past: int = 0) -> list[int]:
    """Korleko with slots to come (and its past, with two who came each time); the numbers of those to come."""
    with database.transaction() as session:
        village, near = (_village(name, number) for number, name in enumerate(("Korleko", "Tanjung")))
        session.add_all([village, near] if past else [village])
        session.flush()
        words = {"id": {"name": "Pelatihan", "description": "", "bring": ""}}
        kind = booking_types.save(session, None, {**RULES, "seats": 500}, words, None, NOW)
        first = NOW - timedelta(hours=past + 24)
        rows = [_past(village.id, kind.id, first + timedelta(hours=number)) for number in range(past)]
        if rows:
            session.execute(insert(Slot), rows)
            over = session.scalars(select(Slot.id)).all()
            session.execute(insert(Booking), [_came(slot_id) for slot_id in over for _ in range(2)])
        where = [village, village, village, near, near] if past else [village] * 5
        made = [
            slots.make(session, kind, each, _plan(number), "officer", NOW, insist=True)
            for number, each in enumerate(where)
        ]
        return [slot.id for slot in made]


def _village(name: str, number: int) -> Village:
    return Village(
        code=f"52.03.07.200{number}",
        name=name,
        other_names=[],
        regency="Lombok Timur",
        province="Nusa Tenggara Barat",
        time_zone="Asia/Makassar",
        link_code=f"HJK34{number}",
    )


def _plan(number: int) -> Plan:
    return Plan(date(2026, 12, 14 + number), clock_time(9), clock_time(12), 500)


def _past(village_id: int, type_id: int, begins: datetime) -> dict[str, object]:
    changed = {"created_at": NOW, "changed_at": NOW}
    ends = begins + timedelta(minutes=50)
    return {"type_id": type_id, "village_id": village_id, "starts_at": begins, "ends_at": ends, "seats": 4, **changed}


def _came(slot_id: int) -> dict[str, object]:
    return {"slot_id": slot_id, "state": "came", "asked_at": NOW, "booked_by": "family", "changed_at": NOW}


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _row(name: str, baseline: str, before: float, after: float, most: float) -> bool:
    ratio = after / before
    print(f"  {name:<34} {baseline} {before * 1000:.2f} ms, {after * 1000:.2f} ms: {ratio:.2f} times, at most {most}")
    return ratio <= most
