"""A crowd at the door: thousands of attempts at a few slots at once, and an audit of everything that came of them.

Each attempt is one transaction, as a worker makes it: the conversation's row first, then what the person wants. It carries a
number, noted as who did it; so the audit finds each success that was reported, and nothing else.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from centre import booking_types, bookings, calendars, conversations, merging, people, retention, slots
from centre.areas import Village
from centre.booking_records import OPEN, SEATED, Booking, BookingChange, State
from centre.bookings import Ask
from centre.conversations import Conversation, Sender
from centre.db import Database, is_busy, is_down, open_database
from centre.notices import Notice
from centre.people import PersonAddress
from centre.privacy import Vault
from centre.slots import Plan, Slot

START = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
"""Eight in the morning in the village."""
PACE = 300
"""Seconds of theirs in one of ours, so that offers lapse while the crowd pushes."""
VAULT = Vault("a secret for benchmarks")
SLOTS, SEATS, PEOPLE = 8, 6, 80
PATIENCE = 100
"""Tries of one attempt before it is given up, which must not happen."""
RULES = {
    "slug": "pelatihan",
    "pillar": "business",
    "is_group": True,
    "seats": SEATS,
    "opens_days": 60,
    "closes_minutes": 0,
    "cancel_minutes": 0,
    "hold_minutes": 10,
    "open_limit": 4,
    "who": [],
    "age_from": None,
    "age_to": None,
    "questions": [],
    "empty_seat_cost": None,
    "area": "",
    "is_active": True,
}


@dataclass
class Tally:
    """What a crowd was told."""

    done: list[tuple[str, int, str]] = field(default_factory=list)
    """(number of the attempt, booking, what became of it) of each success."""
    moved_slots: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    """Why attempts had to be made once more."""
    gave_up: int = 0


def settle(database: Database) -> None:
    """A village, a training, its slots, and people with a telephone each."""
    with database.transaction() as session:
        village = Village(
            code="52.03.07.2003",
            name="Korleko",
            other_names=[],
            regency="Lombok Timur",
            province="Nusa Tenggara Barat",
            time_zone="Asia/Makassar",
            link_code="HJK347",
        )
        session.add(village)
        session.flush()
        words = {"id": {"name": "Pelatihan", "description": "", "bring": ""}}
        kind = booking_types.save(session, None, RULES, words, None, START)
        for number in range(SLOTS):
            plan = Plan(date(2026, 12, 14 + number), clock_time(9), clock_time(12), SEATS)
            slots.make(session, kind, village, plan, "officer", START, insist=True)
        for number in range(PEOPLE):
            sender = Sender("whatsapp", (("phone", f"62811{number:06d}"),))
            conversation = session.get_one(Conversation, conversations.of_sender(session, sender, START))
            person = people.add(session, "Inaq " + chr(65 + number % 26) * 3, START)
            people.tie(session, person, conversation, "self", START)


def push(url: str, name: str, threads: int, attempts: int, began: float) -> tuple[Tally, float]:
    """One process of the crowd: wait until all stand there, then push; what it was told, and when it was done."""
    database = open_database(url, VAULT, pool_size=threads)
    time.sleep(max(0.0, began - time.time()))
    tally = crowd_of_threads(database, name, threads, attempts, began)
    database.engine.dispose()
    return tally, time.time()


def crowd(database: Database, name: str, attempts: int, began: float) -> Tally:
    """Make so many attempts, one after the other."""
    chance, tally = random.Random(name), Tally()
    with database.reading() as session:
        known = [tuple(row) for row in session.execute(select(PersonAddress.person_id, PersonAddress.conversation_id))]
        places = sorted(session.scalars(select(Slot.id)))
    for number in range(attempts):
        _attempt(database, f"{name}.{number}", chance, known, places, began, tally)
    return tally


def crowd_of_threads(database: Database, name: str, threads: int, attempts: int, began: float) -> Tally:
    """The same by several threads, `attempts` each."""
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(crowd, database, f"{name}.{index}", attempts, began) for index in range(threads)]
        return added(job.result() for job in jobs)


def added(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for each in tallies:
        total.done += each.done
        total.moved_slots += each.moved_slots
        total.refused += each.refused
        total.again += each.again
        total.gave_up += each.gave_up
    return total


@dataclass
class Attempt:
    """Somebody tries something: under which number, where, when."""

    session: Session
    by: str
    person_id: int
    conversation_id: int
    slot_id: int
    chance: random.Random
    now: datetime

    def own(self, *states: State) -> int:
        """One of their bookings in these states. Raises `LookupError`."""
        open_ones = bookings.of_conversation(self.session, self.conversation_id, self.now)
        return self.chance.choice([booking.id for booking in open_ones if booking.state in states])


Told = tuple[int, str]
"""The booking, and what became of it."""


def _attempt(
    database: Database,
    by: str,
    chance: random.Random,
    known: list[tuple[int, ...]],
    places: list[int],
    began: float,
    tally: Tally,
) -> None:
    person_id, conversation_id = chance.choice(known)
    slot_id, deed = chance.choice(places), chance.choices(list(DEEDS), list(DEEDS.values()))[0]
    state = chance.getstate()
    for _ in range(PATIENCE):
        chance.setstate(state)
        now = START + timedelta(seconds=(time.time() - began) * PACE)
        try:
            with database.transaction() as session:
                told = _made(deed, Attempt(session, by, person_id, conversation_id, slot_id, chance, now), tally)
        except DBAPIError as error:
            if not (is_busy(error) or is_down(error)):
                raise
            tally.again[f"{type(error.orig).__name__} ({deed.__name__})"] += 1
            continue
        if told and deed is _staff_move_the_slot:
            tally.moved_slots[slot_id] += 1
        elif told:
            tally.done.append((by, *told))
        return
    tally.gave_up += 1


def _made(deed: Callable[[Attempt], Told], attempt: Attempt, tally: Tally) -> Told | None:
    """What came of it; None when it was refused, which is kept as well, as in the chat."""
    if deed not in (_offers_lapse, _staff_take_one_back, _staff_move_the_slot, _two_are_one):
        attempt.session.get(Conversation, attempt.conversation_id, with_for_update={"key_share": True})
    try:
        return deed(attempt)
    except (bookings.CannotBook, bookings.NotOpen, bookings.OfferLapsed, bookings.TooLateToCancel) as error:
        tally.refused[type(error).__name__] += 1
    except LookupError:
        tally.refused["nothing to do"] += 1
    return None


def _ask(attempt: Attempt) -> Told:
    slot = slots.get(attempt.session, attempt.slot_id)
    assert slot is not None
    ask = Ask(slot.id, attempt.person_id, attempt.conversation_id, attempt.by, slot.version)
    try:
        booking = bookings.book(attempt.session, ask, attempt.now)
    except bookings.SlotFull:
        if attempt.chance.random() < 0.5:
            raise
        booking = bookings.wait(attempt.session, ask, attempt.now)
    return booking.id, booking.state


def _cancel(attempt: Attempt) -> Told:
    booking = bookings.cancel(attempt.session, attempt.own(*OPEN), attempt.by, attempt.now)
    return booking.id, booking.state


def _excuse(attempt: Attempt) -> Told:
    booking = bookings.excuse(attempt.session, attempt.own(State.BOOKED), attempt.by, attempt.now)
    return booking.id, booking.state


def _accept(attempt: Attempt) -> Told:
    booking = bookings.accept(attempt.session, attempt.own(State.OFFERED), attempt.by, attempt.now)
    return booking.id, booking.state


def _confirm(attempt: Attempt) -> Told:
    booking = bookings.confirm(attempt.session, attempt.own(State.BOOKED), attempt.by, attempt.now)
    return booking.id, "confirmed"


def _move(attempt: Attempt) -> Told:
    own = attempt.own(State.BOOKED)
    return bookings.move(attempt.session, own, attempt.slot_id, attempt.by, attempt.now).id, "moved"


def _offers_lapse(attempt: Attempt) -> Told:
    for slot_id in bookings.slots_with_lapsed_offers(attempt.session, attempt.now):
        bookings.lapse(attempt.session, slot_id, attempt.now)
        break  # one slot in a transaction, as the schedule does
    raise LookupError


def _staff_take_one_back(attempt: Attempt) -> Told:
    in_it = select(Booking.id).where(Booking.slot_id == attempt.slot_id, Booking.state.in_(OPEN)).order_by(Booking.id)
    found = attempt.chance.choice(attempt.session.scalars(in_it).all())
    booking = bookings.call_off(attempt.session, found, "", attempt.by, attempt.now)
    return booking.id, booking.state


def _staff_move_the_slot(attempt: Attempt) -> Told:
    slot = slots.hold(attempt.session, attempt.slot_id)[attempt.slot_id]
    begins = calendars.local(slot.starts_at, slot.zone)
    hour = 8 if begins.hour > 8 else 9
    plan = Plan(begins.date(), clock_time(hour), clock_time(12), slot.seats)
    bookings.change_slot(attempt.session, slot.id, plan, "", "officer", attempt.now, insist=True)
    return slot.id, "changed"


def _two_are_one(attempt: Attempt) -> Told:
    other = attempt.session.scalars(
        select(PersonAddress.person_id).where(PersonAddress.person_id > attempt.person_id).limit(1)
    ).one_or_none()
    if other is None:
        raise LookupError
    merging.merge(attempt.session, attempt.person_id, other, "officer", attempt.now)
    raise LookupError


def _forget(attempt: Attempt) -> Told:
    conversation = attempt.session.get(Conversation, attempt.conversation_id)
    if conversation:
        retention.forget(attempt.session, conversation, attempt.now)
    raise LookupError


DEEDS: dict[Callable[[Attempt], Told], float] = {
    _ask: 38,
    _cancel: 20,
    _accept: 12,
    _move: 12,
    _offers_lapse: 6,
    _excuse: 4,
    _confirm: 3,
    _staff_take_one_back: 3,
    _staff_move_the_slot: 2,
    _two_are_one: 0.4,
    _forget: 0.3,
}
"""What people try, and how often of a hundred times."""


@dataclass
class Audit:
    """What the whole database says afterwards. Every list but `changes` must be empty."""

    changes: Counter[str] = field(default_factory=Counter)
    overbooked: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Successes that were reported and are not there, or the other way round."""
    jumped: list[str] = field(default_factory=list)
    """Somebody got a seat before who had asked earlier, or a seat stayed free while somebody waited."""
    astray: list[str] = field(default_factory=list)
    """Notices that would go to somebody else's telephone; two places for one person in one slot; states without a change."""

    @property
    def is_clean(self) -> bool:
        return not (self.overbooked or self.lost or self.jumped or self.astray)

    def faults(self) -> str:
        return (
            f"overbooked {len(self.overbooked)}, lost {len(self.lost)}, "
            f"out of order {len(self.jumped)}, astray {len(self.astray)}"
        )


def audit(database: Database, tally: Tally) -> Audit:
    """Play every change of every booking once more, in the order in which they were made."""
    found = Audit()
    with database.reading() as session:
        slots_now = {slot.id: slot for slot in session.scalars(select(Slot))}
        now = {booking.id: booking for booking in session.scalars(select(Booking))}
        changes = session.scalars(select(BookingChange).order_by(BookingChange.id)).all()
        _replay(found, slots_now, now, changes)
        _compare(found, tally, slots_now, changes)
        _look(found, session, now)
    return found


def _replay(
    found: Audit, slots_now: dict[int, Slot], now: dict[int, Booking], changes: Iterable[BookingChange]
) -> None:
    where = _first_slots(now, changes)
    states: dict[int, str] = {}
    for change in changes:
        found.changes[change.what] += 1
        number, line = change.booking_id, where[change.booking_id]
        waiting = sorted(each for each in states if where[each] == line and states[each] == State.WAITING)
        if change.what == State.OFFERED and waiting[:1] != [number]:
            found.jumped.append(f"{number} was offered a seat before {waiting[:1]}")
        if change.what == State.BOOKED and number not in states and waiting:
            found.jumped.append(f"{number} got a seat while {waiting} waited")
        if change.what == "moved":
            line = where[number] = int(change.note.partition(">")[2])
            if any(where[each] == line and state == State.WAITING for each, state in states.items()):
                found.jumped.append(f"{number} moved in front of those who waited")
        elif change.what in set(State):
            states[number] = change.what
        taken = sum(where[each] == line and state in SEATED for each, state in states.items())
        if taken > slots_now[line].seats:
            found.overbooked.append(f"slot {line} had {taken} at change {change.id}")
    for number, booking in now.items():
        if (states.get(number), where[number]) != (booking.state, booking.slot_id):
            found.astray.append(f"booking {number} is {booking.state}, its changes say {states.get(number)}")
    for line, slot in slots_now.items():
        inside = [state for each, state in states.items() if where[each] == line]
        if State.WAITING in inside and sum(state in SEATED for state in inside) < slot.seats:
            found.jumped.append(f"slot {line} has a free seat and somebody who waits")


def _first_slots(now: dict[int, Booking], changes: Iterable[BookingChange]) -> dict[int, int]:
    first = {number: booking.slot_id for number, booking in now.items()}
    moves = defaultdict(list)
    for change in changes:
        if change.what == "moved":
            moves[change.booking_id].append(change.note)
    return first | {number: int(notes[0].partition(">")[0]) for number, notes in moves.items()}


def _compare(found: Audit, tally: Tally, slots_now: dict[int, Slot], changes: Iterable[BookingChange]) -> None:
    """Each success has its change, each change by an attempt was reported."""
    kept = Counter((each.by, each.booking_id, each.what) for each in changes if each.by.startswith(BY))
    told = Counter(tally.done)
    found.lost += [f"not there: {each}" for each in (told - kept)] + [f"not told: {each}" for each in (kept - told)]
    found.lost += [
        f"slot {each.id} moved" for each in slots_now.values() if each.version - 1 != tally.moved_slots[each.id]
    ]


def _look(found: Audit, session: Session, now: dict[int, Booking]) -> None:
    places = Counter((each.slot_id, each.person_id) for each in now.values() if each.is_open)
    found.astray += [f"two places: {each}" for each, count in places.items() if count > 1]
    for notice in session.scalars(select(Notice).where(Notice.booking_id.is_not(None), Notice.state == "due")):
        if notice.conversation_id != now[notice.booking_id or 0].conversation_id:
            found.astray.append(f"notice {notice.key} goes to {notice.conversation_id}")


BY = "crowd."
"""What every attempt's number begins with."""
