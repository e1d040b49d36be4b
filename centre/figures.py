"""What came of the slots: seats offered and filled, who came and who stayed away, counted without saying who.

Only slots that are over and were not called off count, each in the month it had in its own village. Every function is one
query, and asks for a `Scope` first. Who was erased meanwhile still counts: a booking outlives its person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, case, func, select
from sqlalchemy.orm import Session

from centre import slots
from centre.areas import Village
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


def total(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> Figures:
    """All of it in one line."""
    return _figures(session.execute(select(*_sums(_facts(session, scope, wanted, now)))).one())


def by_month(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> list[Figures]:
    """A line for each month of the span, in order, also for those in which there was nothing."""
    facts = _facts(session, scope, wanted, now)
    found = _grouped(session, facts, facts.c.month)
    known = {str(row.key): _figures(row) for row in found}
    return [known.get(month, _nothing(month)) for month in months(wanted.since, wanted.until)]


def by_type(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> list[Figures]:
    """A line for each type of booking, by its Indonesian name."""
    facts = _facts(session, scope, wanted, now)
    return [_figures(row) for row in _grouped(session, facts, facts.c.type_id, facts.c.type)]


def by_village(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> list[Figures]:
    """A line for each village, by name."""
    facts = _facts(session, scope, wanted, now)
    return [_figures(row) for row in _grouped(session, facts, facts.c.village_id, facts.c.village)]


def by_regency(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> list[Figures]:
    """A line for each regency, by name."""
    facts = _facts(session, scope, wanted, now)
    return [_figures(row) for row in _grouped(session, facts, facts.c.regency_code, facts.c.regency)]


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


def _grouped(session: Session, facts: Subquery, *key: ColumnElement[Any]) -> Sequence[Row[*tuple[Any, ...]]]:
    """One line for each `key`: what tells the lines apart, then its name where that is another."""
    sums = select(key[0].label("key"), key[-1].label("name"), *_sums(facts))
    return session.execute(sums.group_by(*key).order_by(key[-1], key[0])).all()


def _sums(facts: Subquery) -> list[ColumnElement[int]]:
    counted = [func.coalesce(func.sum(facts.c[name]), 0).label(name) for name in ("seats", "filled", *_COUNTED)]
    return [func.count().label("slots"), *counted]


def _facts(session: Session, scope: Scope, wanted: Wanted, now: datetime) -> Subquery:
    """One row a slot, with its month on the village's clock and what its bookings came to."""
    month, outcomes = _month(session), _outcomes()
    name = func.coalesce(BookingTypeText.name, BookingType.slug)
    rows = (
        select(
            month.label("month"),
            Slot.seats,
            Slot.type_id,
            name.label("type"),
            Slot.village_id,
            Village.name.label("village"),
            func.substr(Village.code, 1, 5).label("regency_code"),
            Village.regency,
            *[outcomes.c[counted] for counted in ("filled", *_COUNTED)],
        )
        .join(Village, Village.id == Slot.village_id)
        .join(BookingType, BookingType.id == Slot.type_id)
        .outerjoin(BookingTypeText, (BookingTypeText.type_id == BookingType.id) & (BookingTypeText.language == "id"))
        .outerjoin(outcomes, outcomes.c.slot_id == Slot.id)
        .where(scope.covers(Village.code), Slot.state == slots.State.OPEN, Slot.ends_at <= now)
        .where(*_narrowed(wanted), month.between(wanted.since, wanted.until))
    )
    return rows.subquery()


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


def _outcomes() -> Subquery:
    """How many bookings of each slot came to what."""
    filled = func.sum(case((Booking.state.in_(_FILLED), 1), else_=0)).label("filled")
    counted = [func.sum(case((Booking.state == state, 1), else_=0)).label(name) for name, state in _COUNTED.items()]
    return select(Booking.slot_id, filled, *counted).group_by(Booking.slot_id).subquery()


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


def _figures(row: Row[*tuple[Any, ...]]) -> Figures:
    said = row._mapping
    key, name = str(said.get("key", "")), str(said.get("name", ""))
    counted = {field: int(said[field]) for field in ("slots", "seats", "filled", *_COUNTED)}
    return Figures(key, name, **counted)


def _nothing(month: str) -> Figures:
    return Figures(month, month, *[0] * 8)
