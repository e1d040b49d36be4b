"""Times with seats: made by staff, single or weekly, found by families nearest first.

A slot's row is the lock of its seats: whoever gives or takes one holds it (`hold`), in the order of the numbers when there
are several. `version` grows with every change of time or place, so that a choice made from an older list is noticed.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from centre import calendars
from centre.areas import Village
from centre.booking_types import BookingType
from centre.calendars import Closed
from centre.db import Base, BigId, UtcDateTime

LONGEST_SERIES = 53
"""Weeks that one repetition may reach."""
LONGEST = timedelta(days=5)
NOTE_LIMIT = 200


class State(enum.StrEnum):
    OPEN = "open"
    CALLED_OFF = "called_off"


class SlotInvalid(ValueError):
    """The slot cannot be as asked; `field` names what is wrong ("past", "ends", "seats", "weeks", "note", "place")."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class CentreClosed(Exception):
    """The centre is not open at that time; staff may insist."""

    def __init__(self, closed: Closed) -> None:
        super().__init__(closed.why)
        self.closed = closed


class Slot(Base):
    """A time at which something takes place, with its seats."""

    __tablename__ = "slots"
    __table_args__ = (
        Index("ix_slots_search", "type_id", "village_id", "starts_at"),
        Index("ix_slots_coming", "type_id", "starts_at"),
        Index("ix_slots_week", "village_id", "starts_at"),
        Index("ix_slots_time", "starts_at"),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("ends_at > starts_at", name="ends"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    type_id: Mapped[int] = mapped_column(ForeignKey("booking_types.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("villages.id"))
    place: Mapped[str] = mapped_column(String(NOTE_LIMIT), default="")
    """Where in the village; empty for the centre itself."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seats: Mapped[int]
    note: Mapped[str] = mapped_column(String(NOTE_LIMIT), default="")
    """Read by whoever books."""
    staff_id: Mapped[str | None] = mapped_column(String(36))
    """Who receives the people."""
    state: Mapped[str] = mapped_column(String(10), default=State.OPEN)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was changed or called off, in words for those who booked."""
    series: Mapped[str | None] = mapped_column(String(36), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(36))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str | None] = mapped_column(String(36))

    type: Mapped[BookingType] = relationship()
    village: Mapped[Village] = relationship()

    @property
    def zone(self) -> str:
        return self.village.time_zone

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN


@dataclass(frozen=True)
class Plan:
    """What staff ask for: on which day and from when to when on the village's clock, and for whom."""

    day: date
    begins: time
    ends: time
    seats: int
    place: str = ""
    note: str = ""
    staff_id: str | None = None


@dataclass(frozen=True)
class Passed:
    """A date of a weekly series on which no slot was made, and why."""

    day: date
    closed: Closed


def get(session: Session, slot_id: int) -> Slot | None:
    """The slot with this number, which may come from an old or a forged button."""
    return session.get(Slot, slot_id) if 0 < slot_id < 2**63 else None


def hold(session: Session, *slot_ids: int) -> dict[int, Slot]:
    """The slots, locked until the transaction ends, always in the order of their numbers so that nobody waits in a ring.

    Rows that only point to the slot can still be written by others (on PostgreSQL: NO KEY UPDATE).
    """
    ids = sorted({slot_id for slot_id in slot_ids if 0 < slot_id < 2**63})
    locked = (
        select(Slot)
        .where(Slot.id.in_(ids))
        .order_by(Slot.id)
        .options(joinedload(Slot.village, innerjoin=True))
        .with_for_update(key_share=True, of=Slot)
        .execution_options(populate_existing=True)
    )
    return {slot.id: slot for slot in session.scalars(locked)}


def make(
    session: Session,
    booking_type: BookingType,
    village: Village,
    plan: Plan,
    by: str,
    now: datetime,
    *,
    insist: bool = False,
    series: str | None = None,
) -> Slot:
    """A new slot. `insist`: also when the centre is closed. Raises `SlotInvalid` or `CentreClosed`."""
    begins, ends = times(plan, village)
    check(booking_type, plan, begins, ends, now)
    closed = calendars.closed(session, village.id, begins, ends, village.time_zone)
    if closed and not insist:
        raise CentreClosed(closed)
    slot = Slot(
        type=booking_type,
        village=village,
        place=plan.place.strip(),
        starts_at=begins,
        ends_at=ends,
        seats=plan.seats,
        note=plan.note.strip(),
        staff_id=plan.staff_id,
        series=series,
        created_at=now,
        created_by=by,
        changed_at=now,
        changed_by=by,
    )
    session.add(slot)
    session.flush()
    return slot


def make_weekly(
    session: Session,
    booking_type: BookingType,
    village: Village,
    plan: Plan,
    weeks: int,
    by: str,
    now: datetime,
    *,
    series: str | None = None,
) -> tuple[list[Slot], list[Passed]]:
    """The same on `weeks` weeks in a row; days on which the centre is closed are passed over. Raises `SlotInvalid`."""
    if not 1 <= weeks <= LONGEST_SERIES:
        raise SlotInvalid("weeks")
    series, made, passed = series or str(uuid4()), [], []
    for week in range(weeks):
        each = replace(plan, day=plan.day + timedelta(weeks=week))
        try:
            made.append(make(session, booking_type, village, each, by, now, series=series))
        except CentreClosed as error:
            passed.append(Passed(each.day, error.closed))
    return made, passed


def cut(plan: Plan, minutes: int) -> list[Plan]:
    """One after the other, `minutes` each, from the beginning to the end of the plan: hours of consultation.

    Raises `SlotInvalid` when not even one fits.
    """
    begins = datetime.combine(plan.day, plan.begins)
    whole = datetime.combine(plan.day, plan.ends) - begins
    count = int(whole / timedelta(minutes=minutes)) if minutes >= 5 else 0
    if not 1 <= count <= 100:
        raise SlotInvalid("minutes")
    edges = [(begins + timedelta(minutes=minutes * number)).time() for number in range(count + 1)]
    return [replace(plan, begins=begins, ends=ends) for begins, ends in pairwise(edges)]


def times(plan: Plan, village: Village) -> tuple[datetime, datetime]:
    """Begin and end as moments."""
    return (
        calendars.moment(plan.day, plan.begins, village.time_zone),
        calendars.moment(plan.day, plan.ends, village.time_zone),
    )


def check(booking_type: BookingType, plan: Plan, begins: datetime, ends: datetime, now: datetime) -> None:
    """Raises `SlotInvalid`."""
    sound = {
        "past": begins > now,
        "ends": begins < ends <= begins + LONGEST,
        "seats": 1 <= plan.seats <= 500 and (booking_type.is_group or plan.seats == 1),
        "place": len(plan.place.strip()) <= NOTE_LIMIT,
        "note": len(plan.note.strip()) <= NOTE_LIMIT,
    }
    for field, is_sound in sound.items():
        if not is_sound:
            raise SlotInvalid(field)


def bookable(
    session: Session, booking_type: BookingType, village: Village | None, now: datetime, limit: int = 8
) -> list[Slot]:
    """What can be booked now, the person's own village first, then the district, the regency, the province; each by time.

    Full slots are among them: one can wait for a seat. Without a village: all, by time.
    """
    if village is None:
        return list(session.scalars(_open(booking_type, now).order_by(Slot.starts_at, Slot.id).limit(limit)))
    own = _open(booking_type, now).where(Slot.village_id == village.id)
    found = list(session.scalars(own.order_by(Slot.starts_at, Slot.id).limit(limit)))
    for reach in dict.fromkeys((village.code[:8], village.code[:5], village.code[:2])):
        if len(found) >= limit:
            break
        near = _open(booking_type, now).join(Village, Village.id == Slot.village_id)
        near = near.where(Village.code.startswith(reach), Slot.id.not_in([slot.id for slot in found]))
        found += session.scalars(near.order_by(Slot.starts_at, Slot.id).limit(limit - len(found)))
    return found


def types_with_dates(session: Session, village: Village | None, now: datetime) -> set[int]:
    """The numbers of the types of which something is to come in this village's regency; anywhere, without a village."""
    coming = select(Slot.type_id).where(Slot.state == State.OPEN, Slot.starts_at > now).distinct()
    if village:
        coming = coming.join(Village, Village.id == Slot.village_id).where(Village.code.startswith(village.code[:5]))
    return set(session.scalars(coming))


def between(session: Session, village_ids: Iterable[int], since: datetime, until: datetime) -> Sequence[Slot]:
    """Every slot of these villages that begins in this span, called off or not, by time."""
    wanted = select(Slot).where(Slot.village_id.in_(list(village_ids)), Slot.starts_at >= since, Slot.starts_at < until)
    return session.scalars(wanted.order_by(Slot.starts_at, Slot.id)).all()


def of_series(session: Session, slot: Slot) -> list[int]:
    """The numbers of this slot and of those of its series that come after it and are not called off."""
    if slot.series is None:
        return [slot.id]
    later = select(Slot.id).where(Slot.series == slot.series, Slot.starts_at >= slot.starts_at)
    return list(session.scalars(later.where(Slot.state == State.OPEN).order_by(Slot.id)))


def _open(booking_type: BookingType, now: datetime) -> Select[Any]:
    return select(Slot).where(
        Slot.type_id == booking_type.id,
        Slot.state == State.OPEN,
        Slot.starts_at > now + timedelta(minutes=booking_type.closes_minutes),
        Slot.starts_at <= now + timedelta(days=booking_type.opens_days),
    )
