"""Who may book what, and when: the rules of a type, each refused by an error of its own.

The slot is held while they are looked at, and the person too, so that nothing changes between the look and the booking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import people, slots
from centre.booking_records import OPEN, SEATED, Booking, State, count, rooms
from centre.people import Person
from centre.slots import Slot

ANSWER_LIMIT = 200


class CannotBook(Exception):
    """The rules do not allow this booking; each kind says which."""


class SlotGone(CannotBook):
    """There is no such slot, or it was called off, or has begun."""


class SlotMoved(CannotBook):
    """Its time or place has changed since it was chosen."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot.id)
        self.slot = slot


class SlotFull(CannotBook):
    """No seat is left for somebody who does not wait in line."""

    def __init__(self, slot: Slot, waiting: int) -> None:
        super().__init__(slot.id)
        self.slot, self.waiting = slot, waiting


class TooEarly(CannotBook):
    """It cannot be booked yet; `since` says from when."""

    def __init__(self, since: datetime) -> None:
        super().__init__()
        self.since = since


class TooLate(CannotBook):
    """It cannot be booked any more."""


class AlreadyBooked(CannotBook):
    """This person has an open booking in this slot."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(booking.id)
        self.booking = booking


class TooManyOpen(CannotBook):
    """This person has as many open bookings of this type as are allowed."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class NotForThem(CannotBook):
    """It is for other people: `why` is "kind" or "age"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotOpen(Exception):
    """The booking is over or given back already."""


class TooLateToCancel(Exception):
    """It cannot be cancelled any more, but the person can say that they are prevented."""


class OfferLapsed(Exception):
    """The seat was held long enough and has gone to the next in line."""


class SeatsTaken(ValueError):
    """A slot cannot have fewer seats than are taken."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken


class TooSoonToTick(Exception):
    """Nobody can have come yet."""


class AnswerInvalid(ValueError):
    """An answer is too long, or holds a number that we must not keep."""


@dataclass(frozen=True)
class Ask:
    """Who wants a place where. `version`: of the slot, as it was shown; None skips that check."""

    slot_id: int
    person_id: int
    conversation_id: int | None
    by: str
    version: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    at_desk: bool = False
    """Staff book past the type's limits of time, number and kind; never past the seats."""


def allowed(session: Session, ask: Ask, now: datetime) -> tuple[Slot, Person]:
    """The slot and the person, both held, when this person may have a place in it."""
    person = hold_person(session, ask.person_id)
    slot = open_slot(slots.hold(session, ask.slot_id).get(ask.slot_id), ask, now)
    if person is None:
        raise NotForThem("kind")
    _check_places(session, slot, person, ask, now)
    if not ask.at_desk:
        _check_for_them(slot, person, now)
    return slot, person


def hold_person(session: Session, person_id: int) -> Person | None:
    """The person, locked until the transaction ends; of two records that turned out to be one, the kept one."""
    person = session.get(Person, person_id, with_for_update={"key_share": True}, populate_existing=True)
    return hold_person(session, person.merged_into) if person and person.merged_into else person


def open_slot(slot: Slot | None, ask: Ask, now: datetime) -> Slot:
    if slot is None or not slot.is_open or now >= slot.ends_at:
        raise SlotGone
    if ask.version is not None and ask.version != slot.version:
        raise SlotMoved(slot)
    if not ask.at_desk:
        _check_window(slot, now)
    return slot


def _check_window(slot: Slot, now: datetime) -> None:
    if now >= slot.starts_at:
        raise SlotGone
    if now < slot.type.earliest(slot.starts_at):
        raise TooEarly(slot.type.earliest(slot.starts_at))
    if now >= slot.type.latest(slot.starts_at):
        raise TooLate


def _check_places(session: Session, slot: Slot, person: Person, ask: Ask, now: datetime) -> None:
    """What the person has already: a place in this slot, or as many of this type as are allowed."""
    own = select(Booking).join(Slot, Slot.id == Booking.slot_id)
    own = own.where(Booking.person_id == person.id, Booking.state.in_(OPEN), Slot.type_id == slot.type_id)
    has = session.scalars(own.where(Slot.ends_at > now)).all()
    for booking in has:
        if booking.slot_id == slot.id:
            raise AlreadyBooked(booking)
    if not ask.at_desk and len(has) >= slot.type.open_limit:
        raise TooManyOpen(slot.type.open_limit)


def check_not_there(session: Session, slot_id: int, person_id: int) -> None:
    there = session.scalars(
        select(Booking).where(Booking.slot_id == slot_id, Booking.person_id == person_id, Booking.state.in_(OPEN))
    ).first()
    if there:
        raise AlreadyBooked(there)


def _check_for_them(slot: Slot, person: Person, now: datetime) -> None:
    """Whom the type is for. What is not known of a person does not shut them out; the chat asks beforehand."""
    booking_type, age = slot.type, people.age(person, now)
    if booking_type.who and person.kind and person.kind not in booking_type.who:
        raise NotForThem("kind")
    too_young = age is not None and booking_type.age_from is not None and age < booking_type.age_from
    too_old = age is not None and booking_type.age_to is not None and age > booking_type.age_to
    if too_young or too_old:
        raise NotForThem("age")


def may_leave(booking: Booking, now: datetime) -> bool:
    """Can the person still move or cancel? A change by us makes nobody too late, until they have said that it suits them."""
    slot = booking.slot
    if booking.state != State.BOOKED or now < slot.type.cancel_until(slot.starts_at):
        return True
    return booking.changed_by_us_at is not None and now < slot.ends_at


def check_may_leave(booking: Booking, at_desk: bool, now: datetime) -> None:
    if not at_desk and not may_leave(booking, now):
        raise TooLateToCancel


def check_seat(session: Session, booking: Booking) -> None:
    slot = booking.slot
    if count(session, [slot.id], SEATED).get(slot.id, 0) >= slot.seats:
        raise SlotFull(slot, rooms(session, [slot])[slot.id].waiting)


def checked_answer(typed: str) -> str:
    """What somebody answered to a question of the booking. Raises `AnswerInvalid` for a long number: never kept."""
    said = " ".join(typed.split())
    if len(said) > ANSWER_LIMIT or re.search(r"(\d[\s.-]*){9}", said):
        raise AnswerInvalid
    return said
