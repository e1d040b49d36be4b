"""The ledger from outside: what was taken from the platforms, laid beside what they got back.

For each person the replies must be those to what was taken, in that order, once. A reply may be there twice only where
nobody could know whether it had arrived: the platform spoiled its answer, or a worker was killed before it had written
the answer down; and then twice, no oftener. On WhatsApp not even that once its status has come.

No reply may come before an earlier one. What answers danger may, where nobody knows of a call (docs/decisions/0040): so nobody
says a word of danger here, and that exception is judged in the suite alone.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bench.bringing import Person, Platforms
from bench.falling import Fall
from bench.misbehaving import SPEAKS, Misbehaving, ours
from centre.booking_records import SEATED, Booking
from centre.case_records import Case
from centre.conversations import Identifier
from centre.db import Database
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from tests.gateways import Call

WRITTEN_DOWN = 10.0
"""Seconds after which an outcome is surely entered, if its worker and its database lived."""
FURTHER = 6
"""So many replies ahead a reply is looked for before it is taken for one that nobody waits for."""


@dataclass
class Count:
    """What came of it all."""

    lost: int = 0
    doubled: int = 0
    turned: int = 0
    given_up: int = 0
    """Not sent a third time after two calls of which nobody knows; staff see them."""
    repeated: int = 0
    """Once more, for a reason."""
    after_status: int = 0
    """Repeated on WhatsApp although its status had been taken."""
    wrong_effects: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """What was wrong, for whoever looks into it."""

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.turned or self.after_status or self.wrong_effects)

    def __str__(self) -> str:
        told = f"lost {self.lost}, doubled {self.doubled}, turned {self.turned}"
        told += f", wrong effects {len(self.wrong_effects)}, repeated after its status {self.after_status}"
        return f"{told}; repeated in doubt {self.repeated}, given up to staff {self.given_up}"


@dataclass
class Heard:
    """What one person heard of what they should have."""

    person: Person
    answered_at: dict[int, float] = field(default_factory=dict)
    """When the first reply to each message came, by the message's place."""
    missing: list[tuple[int, str]] = field(default_factory=list)
    turned: list[Call] = field(default_factory=list)
    strange: list[Call] = field(default_factory=list)
    copies: list[list[Call]] = field(default_factory=list)
    """The same reply, every time it came."""


def listen(person: Person, calls: Iterable[Call]) -> Heard:
    """Lay what one person got beside what was to come."""
    wanted = [(at, mark) for at in range(len(person.accepted_at)) for mark in person.step(at).hears]
    heard, place = Heard(person), 0
    for call in calls:
        again = next((copies for copies in heard.copies[-FURTHER:] if copies[0].text == call.text), None)
        ahead = next((n for n in range(place, min(place + FURTHER, len(wanted))) if wanted[n][1] in call.text), None)
        late = next((each for each in heard.missing if each[1] in call.text), None)
        if ahead == place or (ahead is not None and not again and not late):
            heard.missing += wanted[place:ahead]
            heard.answered_at.setdefault(wanted[ahead][0], call.at)
            heard.copies.append([call])
            place = ahead + 1
        elif again:
            again.append(call)
        elif late:
            heard.missing.remove(late)
            heard.turned.append(call)
        else:
            heard.strange.append(call)
    heard.missing += wanted[place:]
    return heard


def weigh(platforms: Platforms, falls: list[Fall], database: Database) -> tuple[Count, list[Heard]]:
    """Judge a run that has settled."""
    calls: dict[str, list[Call]] = defaultdict(list)
    for call in platforms.gateways.calls:
        if call.method in SPEAKS and call.arrived:
            calls[call.to].append(call)
    count, everybody = Count(), []
    for person in platforms.people:
        heard = listen(person, calls.pop(person.address, []))
        everybody.append(heard)
        _add(count, heard, platforms, falls)
        count.given_up += min(len(heard.missing), _given_up(database, person)) if heard.missing else 0
    count.lost -= count.given_up
    count.doubled += sum(len(each) for each in calls.values())  # replies to people who never wrote
    count.wrong_effects += wrong_effects(database, platforms)
    return count, everybody


def _add(count: Count, heard: Heard, platforms: Platforms, falls: list[Fall]) -> None:
    count.lost += len(heard.missing)
    count.turned += len(heard.turned)
    count.doubled += len(heard.strange)
    who = f"{heard.person.channel} {heard.person.number}"
    count.words += [f"{who} waits for {mark!r} to message {at}" for at, mark in heard.missing]
    count.words += [f"{who} turned at {call.at:.2f}: {call.text[:60]!r}" for call in heard.turned]
    count.words += [f"{who} strange at {call.at:.2f}: {call.text[:60]!r}" for call in heard.strange]
    for first, *more in (copies for copies in heard.copies if len(copies) > 1):
        is_doubled = len(more) > 1 or not _is_excused(first, more[0], platforms.gateways, falls)
        count.doubled += is_doubled
        count.repeated += not is_doubled
        told_at = platforms.first_told_at.get(ours(first)) if first.method == "messages" else None
        count.after_status += sum(1 for each in more if told_at and each.at > told_at)
        if is_doubled or (told_at and more[-1].at > told_at):
            times = ", ".join(f"{each.at:.2f}" for each in (first, *more))
            did = platforms.gateways.done.get(id(first), "nothing")
            count.words.append(f"{who} doubled at {times} (done to it: {did}): {first.text[:60]!r}")


def _is_excused(first: Call, second: Call, gateways: Misbehaving, falls: list[Fall]) -> bool:
    """Could nobody know, when the second was sent, that the first had arrived?"""
    if gateways.is_unclear(first):
        return True
    cut_off = (fall.at for fall in falls if fall.part != "web")
    return any(first.at - 1 < at < min(second.at, first.at + WRITTEN_DOWN) for at in cut_off)


def wrong_effects(database: Database, platforms: Platforms) -> list[str]:
    """Cases, bookings, seats and events that are not as many as what was taken calls for, person by person."""
    wanted = [person.effects() for person in platforms.people]
    statuses = len(platforms.told_at)
    with database.reading() as session:
        cases = session.scalars(select(func.count()).group_by(Case.conversation_id).select_from(Case)).all()
        booked = session.execute(
            select(func.count(), func.count().filter(Booking.state == "cancelled")).group_by(Booking.conversation_id)
        ).all()
        seated = session.scalar(select(func.count()).where(Booking.state.in_(SEATED)))
        kinds = dict(session.execute(select(InboxEvent.kind, func.count()).group_by(InboxEvent.kind)).all())
        open_left = session.scalar(select(func.count()).where(InboxEvent.state != "done"))
    pairs = {
        "cases": (sorted(cases), sorted(each["case"] for each in wanted if each["case"])),
        "bookings made and given back": (
            sorted((made, back) for made, back in booked),
            sorted((each["booking"], each["cancelled"]) for each in wanted if each["booking"]),
        ),
        "seats taken": (seated, sum(each["booking"] - each["cancelled"] for each in wanted)),
        "messages stored": (kinds.get("message", 0), platforms.accepted),
        "statuses stored": (kinds.get("status", 0), statuses),
        "events not done": (open_left, 0),
    }
    return [f"{what}: {_brief(found, due)}" for what, (found, due) in pairs.items() if found != due]


def _brief(found: object, due: object) -> str:
    if isinstance(found, list) and isinstance(due, list):
        more, less = Counter(found) - Counter(due), Counter(due) - Counter(found)
        return f"too much {dict(more)}, too little {dict(less)}"
    return f"{found} instead of {due}"


def _given_up(database: Database, person: Person) -> int:
    kind = {"telegram": "chat", "whatsapp": "phone"}[person.channel]
    lookup = database.vault.lookup(f"{person.channel}:{kind}", person.address)
    own = select(Identifier.conversation_id).where(Identifier.lookup == lookup).scalar_subquery()
    twice = (OutboxMessage.state == "failed", OutboxMessage.unsure > 1, OutboxMessage.conversation_id == own)
    with database.reading() as session:
        return session.scalar(select(func.count()).where(*twice)) or 0


def recoveries(everybody: list[Heard], falls: list[Fall]) -> dict[str, list[float]]:
    """For each kill, the seconds until the next reply of anybody's; for the web process, until the next message was taken;
    for the database, from its own start. A kill that another follows before that is told with the other.

    Not until the reply to what was taken after the kill: on a machine that is behind with its work that tells how far behind.
    """
    replies = sorted(copy.at for heard in everybody for copies in heard.copies for copy in copies)
    taken = sorted(at for heard in everybody for at in heard.person.accepted_at)
    found: dict[str, list[float]] = defaultdict(list)
    for fall, following in zip(falls, [*falls[1:], None], strict=True):
        since = fall.started_at if fall.part == "postgresql" else fall.at
        signs = taken if fall.part == "web" else replies
        place = bisect(signs, since)
        if place < len(signs) and not (following and following.at < signs[place]):
            found[fall.part.partition("-")[0]].append(signs[place] - since)
    return found


def repeated_after(everybody: list[Heard]) -> list[float]:
    """Seconds from a call of which nobody knew to its repetition."""
    return sorted(copies[1].at - copies[0].at for heard in everybody for copies in heard.copies if len(copies) > 1)
