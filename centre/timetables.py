"""What staff do to several slots at once: make hours of consultation, a day's or a series' rest later, or call it off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from centre import bookings, calendars, interests, slots
from centre.areas import Village
from centre.booking_types import BookingType
from centre.bookings import Booking
from centre.rosters import day_of
from centre.slots import Passed, Plan, Slot

Reach = Literal["one", "day", "series"]
REACHES: tuple[Reach, ...] = get_args(Reach)
"""This slot alone; with what follows on the same day; with all that follows."""


class NotOffered(Exception):
    """The type is not offered in that village."""


class RefusedLater(Exception):
    """One of the later slots cannot be changed alike; the cause says why, `slot` which."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot.id)
        self.slot = slot


@dataclass(frozen=True)
class Reached:
    """How much a change reaches."""

    slots: int
    people: int
    """Who have or await a place, and will be told."""
    by_phone: int
    """Those of them who have no address with us, so that somebody must call."""


def make(
    session: Session,
    booking_type: BookingType,
    village: Village,
    plan: Plan,
    by: str,
    now: datetime,
    *,
    weeks: int = 1,
    minutes: int | None = None,
    insist: bool = False,
) -> tuple[list[Slot], list[Passed]]:
    """New slots, by time, and the days passed over. `minutes`: cut the time into parts as long. `by`: staff id.

    Who waits to hear of new dates is told of the first. Raises `NotOffered`, `slots.SlotInvalid`, or
    `slots.CentreClosed` when nothing could be made; `insist` makes a single date all the same.
    """
    if not village.code.startswith(booking_type.area):
        raise NotOffered
    parts = slots.cut(plan, minutes) if minutes else [plan]
    series = str(uuid4()) if weeks != 1 or len(parts) > 1 else None
    made: list[Slot] = []
    passed: list[Passed] = []
    for part in parts:
        if weeks == 1:
            some, without = _make_one(session, booking_type, village, part, by, now, insist, series)
        else:
            some, without = slots.make_weekly(session, booking_type, village, part, weeks, by, now, series=series)
        made, passed = made + some, passed + without
    if not made:
        raise slots.CentreClosed(passed[0].closed)
    made.sort(key=lambda slot: slot.starts_at)
    _tell_first(session, made, now)
    return made, list(dict.fromkeys(passed))


def reached(session: Session, slot: Slot) -> dict[Reach, Reached]:
    """What each reach that makes a difference would touch, the smallest first."""
    found: dict[Reach, Reached] = {}
    for reach in REACHES:
        ids = numbers(session, slot, reach)
        if len(ids) not in {each.slots for each in found.values()}:
            told = session.scalars(
                select(Booking.conversation_id).where(Booking.slot_id.in_(ids), Booking.state.in_(bookings.OPEN))
            ).all()
            found[reach] = Reached(len(ids), len(told), told.count(None))
    return found


def change(
    session: Session, slot: Slot, plan: Plan, reach: Reach, reason: str, by: str, now: datetime, *, insist: bool = False
) -> list[Slot]:
    """Give a slot another time, place or size; later ones are shifted by as much. `by`: staff id.

    Raises what `bookings.change_slot` raises; `RefusedLater` from it when it is a later one that cannot follow.
    """
    begins, ends = _span(slot)
    shift = datetime.combine(plan.day, plan.begins) - begins, datetime.combine(plan.day, plan.ends) - ends
    changed = []
    for each in _held(session, slot, reach):
        wanted = plan if each.id == slot.id else _shifted(each, plan, *shift)
        try:
            changed.append(bookings.change_slot(session, each.id, wanted, reason, by, now, insist=insist))
        except (bookings.SeatsTaken, slots.SlotInvalid, slots.CentreClosed) as error:
            if each.id == slot.id:
                raise
            raise RefusedLater(each) from error
    return changed


def call_off(session: Session, slot: Slot, reach: Reach, reason: str, by: str, now: datetime) -> list[Slot]:
    """Call a slot off, and what follows as far as `reach` says; all in them are told. `by`: staff id.

    Raises `bookings.SlotGone` when it was called off before, or is over.
    """
    held = _held(session, slot, reach)
    if slot.ends_at <= now:
        raise bookings.SlotGone
    return [bookings.call_off_slot(session, each.id, reason, by, now) for each in held]


def numbers(session: Session, slot: Slot, reach: Reach) -> list[int]:
    """The slots that a change of this one reaches, by number."""
    if reach == "one":
        return [slot.id]
    later = slots.of_series(session, slot)
    if reach == "series":
        return later
    following = session.scalars(select(Slot).where(Slot.id.in_(later)).options(joinedload(Slot.village)))
    return sorted(each.id for each in following if day_of(each) == day_of(slot))


def _make_one(
    session: Session,
    booking_type: BookingType,
    village: Village,
    plan: Plan,
    by: str,
    now: datetime,
    insist: bool,
    series: str | None,
) -> tuple[list[Slot], list[Passed]]:
    try:
        return [slots.make(session, booking_type, village, plan, by, now, insist=insist, series=series)], []
    except slots.CentreClosed as error:
        return [], [Passed(plan.day, error.closed)]


def _tell_first(session: Session, made: Sequence[Slot], now: datetime) -> None:
    """Of the first that can still be booked: a wish is fulfilled once, so not with a time that is closed already."""
    first = next((slot for slot in made if slot.type.latest(slot.starts_at) > now), None)
    if first:
        interests.tell(session, first, now)


def _held(session: Session, slot: Slot, reach: Reach) -> list[Slot]:
    """The slots, locked in the order of their numbers. Raises `bookings.SlotGone` when this one is called off."""
    held = slots.hold(session, slot.id, *numbers(session, slot, reach))
    if not held[slot.id].is_open:
        raise bookings.SlotGone
    return [each for each in held.values() if each.is_open]


def _span(slot: Slot) -> tuple[datetime, datetime]:
    """Begin and end as the village's clock shows them."""
    begins, ends = calendars.local(slot.starts_at, slot.zone), calendars.local(slot.ends_at, slot.zone)
    return begins.replace(tzinfo=None), ends.replace(tzinfo=None)


def _shifted(slot: Slot, plan: Plan, earlier: timedelta, later: timedelta) -> Plan:
    """The same change for a slot of another time: its own clock, moved by as much."""
    begins, ends = _span(slot)
    begins, ends = begins + earlier, ends + later
    if begins.date() != ends.date():
        raise slots.SlotInvalid("ends")
    return replace(plan, day=begins.date(), begins=begins.time(), ends=ends.time(), staff_id=slot.staff_id)
