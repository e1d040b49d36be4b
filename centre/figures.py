"""What came of the slots: seats offered and filled, who came and who stayed away, counted without saying who.

Only slots that are over and were not called off count, each in the month it had in its own village. They are counted once
(`every`, which asks for a `Scope`) and added up for each table. Who was erased still counts: a booking outlives its person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select
from sqlalchemy.orm import Session

from centre import areas, slots
from centre.areas import Village, VillageName
from centre.booking_records import Booking, State
from centre.booking_types import BookingType, BookingTypeText
from centre.slots import Slot
from centre.staff import Scope

FEW = 5
"""Fewer people than this in one village could be told apart by who knows the village."""
HOURS_AHEAD = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
"""Of UTC, the whole year round (Keppres 41/1987)."""
_WIDEST = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """Which slots count: those of the months from `since` to `until` ("2026-12"), both included, narrowed by the rest."""

    since: str
    until: str
    type_id: int | None = None
    area: str = ""
    """Official code of a regency; empty for all."""
    village_id: int | None = None


@dataclass(frozen=True)
class Figures:
    """One line: what the slots of a month, type, village or regency came to. `key` says which, `name` in words."""

    key: str
    name: str
    slots: int
    seats: int
    filled: int
    came: int
    excused: int
    absent: int
    unticked: int
    """Had a seat, and nobody said whether they came."""
    unserved: int
    """Waited, and no seat fell free."""

    @property
    def known(self) -> int:
        """Those of whom it is known whether they came."""
        return self.came + self.absent

    @property
    def no_show(self) -> float | None:
        """The share of those who did not come among those of whom it is known; None when it is known of nobody."""
        return self.absent / self.known if self.known else None


class Counted(NamedTuple):
    """What the slots of one month, type and village came to."""

    month: str
    type_id: int
    type: str
    village: VillageName
    sums: Sequence[int]
    """In the order of `Figures`, from `slots` on."""


def every(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> list[Counted]:
    """What is wanted, counted by month, type and village; the lines of each table add it up."""
    names = dict(session.execute(_names()).tuples().all())
    places = {each.id: each for each in areas.names(session, scope.covers(Village.code))}
    rows = session.execute(_counted(session, scope, wanted, now))
    return [
        Counted(month, type_id, names[type_id], places[village], [int(each) for each in sums])
        for month, type_id, village, *sums in rows
    ]


def total(found: Sequence[Counted]) -> Figures:
    """All of it in one line."""
    return _line("", "", found)


def by_month(found: Sequence[Counted], wanted: Wanted) -> list[Figures]:
    """A line for each month of the span, in order, also for those in which there was nothing."""
    return [
        _line(month, month, [each for each in found if each.month == month])
        for month in months(wanted.since, wanted.until)
    ]


def by_type(found: Sequence[Counted]) -> list[Figures]:
    """A line for each type of booking, by its Indonesian name."""
    return _lines(found, lambda each: (each.type, str(each.type_id)))


def by_village(found: Sequence[Counted]) -> list[Figures]:
    """A line for each village, by name."""
    return _lines(found, lambda each: (each.village.name, str(each.village.id)))


def by_regency(found: Sequence[Counted]) -> list[Figures]:
    """A line for each regency, by name."""
    return _lines(found, lambda each: (each.village.regency, each.village.regency_code))


def months(since: str, until: str) -> list[str]:
    """Every month of a span, both included: "2026-12", "2027-01"."""
    year, month = map(int, since.split("-"))
    found = []
    while f"{year:04}-{month:02}" <= until:
        found.append(f"{year:04}-{month:02}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def months_until(month: str, count: int) -> list[str]:
    """So many months, this one the last of them."""
    year, number = map(int, month.split("-"))
    last = year * 12 + number - 1
    return [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(last - count + 1, last + 1)]


def month_begun(now: datetime) -> str:
    """The newest month that has begun anywhere."""
    return f"{now + timedelta(hours=max(HOURS_AHEAD.values())):%Y-%m}"


def _lines(found: Sequence[Counted], key: Callable[[Counted], tuple[str, str]]) -> list[Figures]:
    """One line for each `key`: its name, then what tells it from others of that name."""
    groups: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    for each in found:
        groups[key(each)].append(each)
    return [_line(which, name, groups[name, which]) for name, which in sorted(groups)]


def _line(key: str, name: str, found: Sequence[Counted]) -> Figures:
    sums = [sum(column) for column in zip(*(each.sums for each in found), strict=True)]
    return Figures(key, name, *(sums or [0] * 8))


def _counted(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> Select[*tuple[Any, ...]]:
    """One row for each month, type and village there is."""
    slot = _slots(session, scope, wanted, now)
    key = (slot.c.month, slot.c.type_id, slot.c.village_id)
    return select(*key, func.count(), *(func.sum(slot.c[name]) for name in ("seats", "filled", *_COUNTED))).group_by(
        *key
    )


def _slots(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> Subquery:
    """One row a slot, with its month on the village's clock and what its bookings came to."""
    month = _month(session)
    filled = func.sum(case((Booking.state.in_(_FILLED), 1), else_=0)).label("filled")
    ends = [func.sum(case((Booking.state == state, 1), else_=0)).label(name) for name, state in _COUNTED.items()]
    return (
        select(month.label("month"), Slot.type_id, Slot.village_id, Slot.seats, filled, *ends)
        .join(Village, Village.id == Slot.village_id)
        .outerjoin(Booking, Booking.slot_id == Slot.id)
        .where(scope.covers(Village.code), Slot.state == slots.State.OPEN, Slot.ends_at <= now)
        .where(*_narrowed(wanted), month.between(wanted.since, wanted.until))
        .group_by(Slot.id, Village.id)
        .subquery()
    )


def _names() -> Select[int, str]:
    """What the types of booking are called in Indonesian."""
    is_its = (BookingTypeText.type_id == BookingType.id) & (BookingTypeText.language == "id")
    return select(BookingType.id, func.coalesce(BookingTypeText.name, BookingType.slug)).outerjoin(
        BookingTypeText, is_its
    )


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions that an index can answer; the months by a span that is a day too wide at both ends."""
    found = [Slot.starts_at >= _begin(wanted.since) - _WIDEST, Slot.starts_at < _begin(_after(wanted.until)) + _WIDEST]
    if wanted.type_id:
        found.append(Slot.type_id == wanted.type_id)
    if wanted.area:
        found.append((Village.code == wanted.area) | Village.code.startswith(f"{wanted.area}.", autoescape=True))
    if wanted.village_id:
        found.append(Slot.village_id == wanted.village_id)
    return found


_COUNTED = {
    "came": State.CAME,
    "excused": State.EXCUSED,
    "absent": State.ABSENT,
    "unticked": State.BOOKED,
    "unserved": State.WAITING,
}
_FILLED = (State.BOOKED, State.CAME, State.ABSENT)


def _month(session: Session) -> ColumnElement[str]:
    """The month in which a slot begins on its village's clock, as "2026-12"."""
    if session.get_bind().dialect.name == "sqlite":
        ahead = case({zone: f"+{hours} hours" for zone, hours in HOURS_AHEAD.items()}, value=Village.time_zone)
        return func.strftime("%Y-%m", Slot.starts_at, ahead)
    return func.to_char(func.timezone(Village.time_zone, Slot.starts_at), "YYYY-MM")


def _begin(month: str) -> datetime:
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)


def _after(month: str) -> str:
    return (_begin(month) + timedelta(days=31)).strftime("%Y-%m")
