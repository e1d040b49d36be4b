"""The rules of places once more, as lists and loops: what `centre.bookings` must do, without a database.

Written from the rules, not from the code: seats are counted, the first of those who wait gets the next one, and every
change is noted with who and when. A refusal is a list of every rule that stands against it; the real one may name any.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

OPEN = ("waiting", "offered", "booked")
SEATED = ("offered", "booked", "came", "absent")
MARKS = ("booked", "came", "excused", "absent")
ZONE = timedelta(hours=8)


@dataclass(eq=False)
class Place:
    """Somebody's place; `number` is the order of asking."""

    number: int
    who: int | None
    phone: int | None
    line: Line
    state: str = ""
    until: datetime | None = None
    log: list[tuple[str, str, datetime]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_late(self, cancel: timedelta, now: datetime) -> bool:
        """Too late to move or cancel: not while the family has yet to say that a change of ours suits them."""
        said = [what for what, by, _ in self.log if what in ("changed", "moved", "confirmed") or by == "family"]
        is_changed = said[-1:] == ["changed"] and now < self.line.ends
        return self.state == "booked" and now >= self.line.starts - cancel and not is_changed

    def become(self, state: str, by: str, now: datetime) -> None:
        self.state = state
        self.log.append((state, by, now))


@dataclass(eq=False)
class Line:
    """A slot: its seats, and everybody who ever asked for one."""

    number: int
    seats: int
    starts: datetime
    ends: datetime
    version: int = 1
    is_open: bool = True
    places: list[Place] = field(default_factory=list)

    def taken(self) -> int:
        return sum(place.state in SEATED for place in self.places)

    def waiting(self) -> list[Place]:
        return sorted((p for p in self.places if p.state == "waiting"), key=lambda place: place.number)

    def left(self) -> int:
        return 0 if self.waiting() else max(0, self.seats - self.taken())

    def open_of(self, who: int | None) -> list[Place]:
        return [place for place in self.places if place.is_open and place.who == who]

    def fill(self, hold: timedelta, now: datetime) -> None:
        while self.is_open and now < self.starts and self.waiting() and self.taken() < self.seats:
            first = self.waiting()[0]
            first.until = min(wakes(now, self.starts) + hold, self.starts)
            first.become("offered", "time", now)


@dataclass
class Rules:
    """Of the one type there is."""

    closes: timedelta
    cancel: timedelta
    hold: timedelta
    opens: timedelta
    limit: int


@dataclass
class Lines:
    """Every slot, every place, and who turned out to be whom."""

    rules: Rules
    lines: dict[int, Line] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)
    phones: dict[int, set[int]] = field(default_factory=dict)
    """The telephones through which each person is known."""

    def person(self, who: int) -> int:
        return self.person(self.same[who]) if who in self.same else who

    # Whether

    def against_asking(
        self, line: Line, who: int, now: datetime, *, version: int | None = None, desk: bool = False, new: bool = True
    ) -> set[str]:
        who, start = self.person(who), line.starts
        has = [p for each in self.lines.values() for p in each.open_of(who) if each.ends > now]
        return rules_broken(
            SlotGone=not line.is_open or now >= line.ends or (not desk and now >= start),
            SlotMoved=version not in (None, line.version),
            TooEarly=not desk and now < start - self.rules.opens,
            TooLate=not desk and now >= start - self.rules.closes,
            AlreadyBooked=bool(line.open_of(who)),
            TooManyOpen=new and not desk and len(has) >= self.rules.limit,
        )

    def against_leaving(self, place: Place, now: datetime) -> set[str]:
        is_late = place.is_late(self.rules.cancel, now)
        return self.against_saying(place, now) | rules_broken(TooLateToCancel=is_late)

    def against_saying(self, place: Place, now: datetime) -> set[str]:
        return rules_broken(NotOpen=not place.is_open or now >= place.line.ends)

    def against_moving(self, place: Place, line: Line, now: datetime, desk: bool) -> set[str]:
        if place.state != "booked" or place.who is None:
            return {"NotOpen"}
        late = not desk and place.is_late(self.rules.cancel, now)
        against = self.against_asking(line, place.who, now, desk=desk, new=False)
        return against | rules_broken(TooLateToCancel=late, SlotFull=line.left() < 1)

    def against_marking(self, place: Place, state: str, now: datetime) -> set[str]:
        if place.state == state and state in MARKS:
            return set()
        again = [other for other in place.line.open_of(place.who) if other is not place]
        no_seat = place.state == "excused" and state in SEATED and place.line.taken() >= place.line.seats
        return rules_broken(
            NotOpen=place.state not in MARKS,
            TooSoonToTick=state in ("came", "absent") and now < place.line.starts - timedelta(hours=12),
            SlotFull=no_seat,
            AlreadyBooked=state == "booked" and place.who is not None and bool(again),
        )

    # What then

    def enter(self, number: int, line: Line, who: int, phone: int | None, by: str, now: datetime) -> Place:
        place = Place(number, self.person(who), phone, line)
        place.become("booked" if line.left() else "waiting", by, now)
        line.places.append(place)
        self.places[number] = place
        return place

    def give_back(self, place: Place, state: str, by: str, now: datetime) -> None:
        place.become(state, by, now)
        place.until = None
        place.line.fill(self.rules.hold, now)

    def move(self, place: Place, line: Line, by: str, now: datetime) -> None:
        left_behind = place.line
        left_behind.places.remove(place)
        line.places.append(place)
        place.line = line
        place.log.append(("moved", by, now))
        left_behind.fill(self.rules.hold, now)

    def lapse(self, line: Line, now: datetime) -> None:
        over = [p for p in line.places if p.state == "offered" and p.until is not None and p.until <= now]
        for place in over:
            place.become("lapsed", "time", now)
        if over:
            line.fill(self.rules.hold, now)

    def change(self, line: Line, seats: int, starts: datetime, by: str, now: datetime) -> None:
        line.seats = seats
        if starts != line.starts:
            line.starts, line.ends, line.version = starts, starts + (line.ends - line.starts), line.version + 1
            for place in filter(lambda each: each.is_open, line.places):
                place.until = min(place.until, starts) if place.until else None
                place.log.append(("changed", by, now))
        line.fill(self.rules.hold, now)

    def call_off(self, line: Line, by: str, now: datetime) -> None:
        line.is_open = False
        for place in [each for each in line.places if each.is_open]:
            self.give_back(place, "called_off", by, now)

    def merge(self, kept: int, other: int, by: str, now: datetime) -> None:
        for line in self.lines.values():
            doubled = line.open_of(kept) + line.open_of(other)
            if len(doubled) == 2:
                worse = min(doubled, key=lambda place: (OPEN.index(place.state), -place.number))
                self.give_back(worse, "cancelled", by, now)
        for place in self.places.values():
            place.who = kept if place.who == other else place.who
        self.same[other] = kept
        self.phones[kept] |= self.phones.pop(other)

    def forget(self, phone: int, now: datetime) -> None:
        gone = [who for who, phones in self.phones.items() if phones == {phone}]
        for place in [each for each in self.places.values() if each.who in gone]:
            if place.is_open and now < place.line.ends:
                self.give_back(place, "cancelled", "family", now)
            place.who = place.phone = None
        for place in self.places.values():
            if place.phone == phone and place.who is not None:
                place.phone = min(self.phones[place.who] - {phone})
        for who in gone:
            del self.phones[who]
        for phones in self.phones.values():
            phones.discard(phone)


def rules_broken(**known: bool) -> set[str]:
    return {name for name, is_broken in known.items() if is_broken}


def wakes(now: datetime, starts: datetime) -> datetime:
    """When somebody in the village may be told: at once by day, else at six, unless that is too near the beginning."""
    clock = now + ZONE
    if 6 <= clock.hour < 20:
        return now
    six = clock.replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=clock.hour >= 20)
    return now if six - ZONE >= starts - timedelta(hours=1) else six - ZONE
