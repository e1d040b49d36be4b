"""Places in slots: booked, waited for, offered, moved, given back, ticked at the door.

Whatever gives or takes a seat holds the slot's row first (and before it, where a person's own limits count, the person's),
so that the last seat goes once and the waiting list keeps its order: that of asking, which is the order of the numbers. A
seat that falls free is offered to the first in line in the same transaction; while anybody waits, nobody else can take it.
Every change is noted with who and when (`BookingChange`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from centre import booking_records, calendars, interests, notices, slots
from centre.booking_notices import plan_reminders, tell, tell_moved
from centre.booking_records import (
    ANSWERS,
    FAMILY,
    OPEN,
    SEATED,
    TIME,
    Booking,
    Room,
    State,
    by_code,
    by_staff,
    by_token,
    code_in,
    count,
    get,
    history,
    note,
    of_conversation,
    open_in,
    position,
    rooms,
    roster,
    shown,
    token_of,
)
from centre.booking_rules import (
    AlreadyBooked,
    AnswerInvalid,
    Ask,
    CannotBook,
    NotForThem,
    NotOpen,
    OfferLapsed,
    SeatsTaken,
    SlotFull,
    SlotGone,
    SlotMoved,
    TooEarly,
    TooLate,
    TooLateToCancel,
    TooManyOpen,
    TooSoonToTick,
    allowed,
    check_may_leave,
    check_not_there,
    check_seat,
    checked_answer,
    hold_person,
    may_leave,
    open_slot,
)
from centre.db import connection_of, vault_of
from centre.people import Person
from centre.slots import Plan, Slot

__all__ = [
    "AlreadyBooked",
    "AnswerInvalid",
    "Ask",
    "Booking",
    "CannotBook",
    "FAMILY",
    "NotForThem",
    "NotOpen",
    "OPEN",
    "OfferLapsed",
    "Room",
    "SEATED",
    "SeatsTaken",
    "SlotFull",
    "SlotGone",
    "SlotMoved",
    "State",
    "TIME",
    "TooEarly",
    "TooLate",
    "TooLateToCancel",
    "TooManyOpen",
    "TooSoonToTick",
    "by_code",
    "by_staff",
    "by_token",
    "checked_answer",
    "code_in",
    "get",
    "history",
    "may_leave",
    "of_conversation",
    "open_in",
    "position",
    "rooms",
    "roster",
    "shown",
    "token_of",
]
"""Besides what stands below: all that others need of records and rules, so that they ask in one place."""

DOOR_OPENS = timedelta(hours=12)
"""How long before it begins people can be ticked off."""
MISSED_AFTER = timedelta(hours=2)
"""How long a "did not come" can be taken back before the person hears of it."""
MARKS = (State.BOOKED, State.CAME, State.EXCUSED, State.ABSENT)
"""What staff can set on the roster, and set back; besides, they can call a place off."""


def book(session: Session, ask: Ask, now: datetime) -> Booking:
    """Give a seat. Raises a kind of `CannotBook`, `SlotFull` when one can only wait."""
    slot, person = allowed(session, ask, now)
    room = rooms(session, [slot])[slot.id]
    if room.left < 1:
        raise SlotFull(slot, room.waiting)
    booking = _enter(session, slot, person, ask, State.BOOKED, now)
    plan_reminders(session, booking, now)
    return booking


def wait(session: Session, ask: Ask, now: datetime) -> Booking:
    """Join the end of the line, or take a seat that has fallen free meanwhile. Raises a kind of `CannotBook`."""
    slot, person = allowed(session, ask, now)
    if rooms(session, [slot])[slot.id].left > 0:
        return book(session, ask, now)
    if now >= slot.starts_at:
        raise SlotGone  # no seat is offered any more
    return _enter(session, slot, person, ask, State.WAITING, now)


def move(
    session: Session,
    booking_id: int,
    slot_id: int,
    by: str,
    now: datetime,
    *,
    version: int | None = None,
    at_desk: bool = False,
) -> Booking:
    """Give up one seat for another of the same type, in one step: if the new one cannot be had, the old one stays.

    Raises `NotOpen`, `TooLateToCancel`, or a kind of `CannotBook`.
    """
    _hold_person_of(session, booking_id)
    booking = hold(session, booking_id, slot_id)
    if booking.state != State.BOOKED or not booking.person_id:
        raise NotOpen
    check_may_leave(booking, at_desk, now)
    ask = Ask(slot_id, booking.person_id, booking.conversation_id, by, version, at_desk=at_desk)
    slot = open_slot(slots.get(session, slot_id), ask, now)
    if slot.type_id != booking.slot.type_id:
        raise SlotGone
    check_not_there(session, slot.id, booking.person_id)
    room = rooms(session, [slot])[slot.id]
    if room.left < 1:
        raise SlotFull(slot, room.waiting)
    left_behind = booking.slot
    booking.slot, booking.confirmed_at, booking.changed_by_us_at = slot, None, None
    note(session, booking, "moved", by, now, f"{left_behind.id}>{slot.id}")
    notices.void(session, [booking.id])
    plan_reminders(session, booking, now)
    fill(session, left_behind, now)
    return booking


def cancel(session: Session, booking_id: int, by: str, now: datetime) -> Booking:
    """The person gives the place back; the seat goes to the next in line. Raises `NotOpen` or `TooLateToCancel`."""
    booking = _held_to_come(session, booking_id, now)
    check_may_leave(booking, False, now)
    return give_back(session, booking, State.CANCELLED, by, now)


def excuse(session: Session, booking_id: int, by: str, now: datetime) -> Booking:
    """The person is prevented and says so, also when it is too late to cancel. Raises `NotOpen`."""
    booking = _held_to_come(session, booking_id, now)
    state = State.EXCUSED if booking.state == State.BOOKED else State.CANCELLED
    return give_back(session, booking, state, by, now)


def call_off(session: Session, booking_id: int, reason: str, by: str, now: datetime) -> Booking:
    """Staff take this one place back; the person is told. Raises `NotOpen`."""
    booking = _held_open(session, booking_id)
    tell(session, "cancelled", booking, now, until=_worth_telling(booking.slot, now), reason=reason)
    return give_back(session, booking, State.CALLED_OFF, by, now, reason)


def accept(session: Session, booking_id: int, by: str, now: datetime) -> Booking:
    """Take the seat that was offered. Raises `OfferLapsed` or `NotOpen`."""
    booking = hold(session, booking_id)
    if booking.state == State.BOOKED:
        return booking  # tapped twice
    if booking.state == State.LAPSED:
        raise OfferLapsed
    if booking.state != State.OFFERED:
        raise NotOpen
    if _is_over(booking, now):
        lapse(session, booking.slot_id, now)
        raise OfferLapsed
    _become(session, booking, State.BOOKED, by, now)
    booking.offer_until, booking.changed_by_us_at = None, None
    notices.void(session, [booking.id], ("offer",))
    plan_reminders(session, booking, now)
    return booking


def confirm(session: Session, booking_id: int, by: str, now: datetime) -> Booking:
    """The person says that they will come. Raises `NotOpen`."""
    booking = _held_to_come(session, booking_id, now)
    if booking.state != State.BOOKED:
        raise NotOpen
    booking.confirmed_at, booking.changed_by_us_at = now, None
    note(session, booking, "confirmed", by, now)
    return booking


def mark(session: Session, booking_id: int, state: State, by: str, now: datetime) -> Booking:
    """Tick somebody on the roster: came, excused, did not come, or back to booked.

    Raises `NotOpen` for who has no seat, `TooSoonToTick`, `SlotFull` when an excused person's seat is gone, or
    `AlreadyBooked` when they are back to booked but have asked for another place in the slot meanwhile.
    """
    booking = hold(session, booking_id)
    if booking.state not in MARKS or state not in MARKS:
        raise NotOpen
    if booking.state == state:
        return booking
    if state in (State.CAME, State.ABSENT) and now < booking.slot.starts_at - DOOR_OPENS:
        raise TooSoonToTick
    if booking.state not in SEATED and state in SEATED:
        check_seat(session, booking)
    if state == State.BOOKED and booking.person_id:
        check_not_there(session, booking.slot_id, booking.person_id)
    notices.void(session, [booking.id], ("missed",))
    if state == State.EXCUSED:
        return give_back(session, booking, state, by, now)
    _become(session, booking, state, by, now)
    if state == State.BOOKED:
        plan_reminders(session, booking, now)
    if state == State.ABSENT:
        tell(session, "missed", booking, now + MISSED_AFTER, until=booking.slot.ends_at + timedelta(days=7))
    return booking


def change_slot(
    session: Session, slot_id: int, plan: Plan, reason: str, by: str, now: datetime, *, insist: bool = False
) -> Slot:
    """Staff change a slot; everybody in it hears of a new time or place. `by`: staff id.

    Raises `SlotGone`, `SeatsTaken`, `slots.SlotInvalid` or `slots.CentreClosed`.
    """
    slot = _held_slot(session, slot_id)
    begins, ends = slots.times(plan, slot.village)
    slots.check(slot.type, plan, begins, ends, now)
    seated = count(session, [slot.id], SEATED).get(slot.id, 0)
    if plan.seats < seated:
        raise SeatsTaken(seated)
    is_elsewhere = (begins, ends, plan.place.strip()) != (slot.starts_at, slot.ends_at, slot.place)
    closed = calendars.closed(session, slot.village_id, begins, ends, slot.zone)
    if is_elsewhere and closed and not insist:
        raise slots.CentreClosed(closed)
    slot.starts_at, slot.ends_at, slot.place = begins, ends, plan.place.strip()
    slot.seats, slot.note, slot.staff_id = plan.seats, plan.note.strip(), plan.staff_id
    slot.changed_at, slot.changed_by = now, by
    if is_elsewhere:
        slot.version, slot.reason = slot.version + 1, reason.strip()
        tell_moved(session, slot, by, now)
    fill(session, slot, now)
    return slot


def call_off_slot(session: Session, slot_id: int, reason: str, by: str, now: datetime) -> Slot:
    """Staff call a slot off; everybody in it or waiting for it is told. `by`: staff id. Raises `SlotGone`."""
    slot = _held_slot(session, slot_id)
    slot.state, slot.reason, slot.changed_at, slot.changed_by = slots.State.CALLED_OFF, reason.strip(), now, by
    for booking in roster(session, slot.id, OPEN):
        tell(session, "cancelled", booking, now, until=_worth_telling(slot, now), reason=slot.reason)
        give_back(session, booking, State.CALLED_OFF, by_staff(by), now, slot.reason)
    session.flush()
    interests.tell_instead(session, slot, now)
    return slot


def lapse(session: Session, slot_id: int, now: datetime) -> int:
    """Offers of this slot that nobody took in time go to the next in line; gives how many lapsed."""
    slot = slots.hold(session, slot_id).get(slot_id)
    over = [each for each in roster(session, slot_id, [State.OFFERED]) if _is_over(each, now)] if slot else []
    for booking in over:
        notices.void(session, [booking.id])
        _become(session, booking, State.LAPSED, TIME, now)
        tell(session, "lapsed", booking, now)
    if slot and over:
        fill(session, slot, now)
    return len(over)


def slots_with_lapsed_offers(session: Session, now: datetime) -> Sequence[int]:
    """The slots in which an offer is over: a look without a lock."""
    offered = text("bookings.state = 'offered'")  # written out as in the partial index
    over = select(Booking.slot_id).where(offered, Booking.offer_until <= now)
    return connection_of(session).execute(over.distinct().limit(100)).scalars().all()


def fill(session: Session, slot: Slot, now: datetime) -> None:
    """Offer every free seat to the first in line. The slot is held."""
    if not slot.is_open or now >= slot.starts_at:
        return
    free = slot.seats - count(session, [slot.id], SEATED).get(slot.id, 0)
    waiting = roster(session, slot.id, [State.WAITING])
    for booking in waiting[: max(0, free)]:
        _offer(session, booking, now)


def hold(session: Session, booking_id: int, *also_slots: int) -> Booking:
    """The booking as it is once its slot (and the other slots) are held. Raises `NotOpen` when there is none."""
    seen = session.execute(select(Booking.slot_id).where(Booking.id == booking_id)).scalar_one_or_none()
    if seen is None:
        raise NotOpen
    slots.hold(session, seen, *also_slots)
    booking = session.get_one(Booking, booking_id, populate_existing=True)
    return booking if booking.slot_id == seen else hold(session, booking_id, *also_slots)


def _held_open(session: Session, booking_id: int) -> Booking:
    booking = hold(session, booking_id)
    if not booking.is_open:
        raise NotOpen
    return booking


def _held_to_come(session: Session, booking_id: int, now: datetime) -> Booking:
    """The same of a slot that is not over: what has been is for staff to tick."""
    booking = _held_open(session, booking_id)
    if now >= booking.slot.ends_at:
        raise NotOpen
    return booking


def _hold_person_of(session: Session, booking_id: int) -> None:
    """Before the slots: so nothing of this person's enters a slot while two records are made one."""
    person_id = session.execute(select(Booking.person_id).where(Booking.id == booking_id)).scalar_one_or_none()
    if person_id:
        hold_person(session, person_id)


def _held_slot(session: Session, slot_id: int) -> Slot:
    slot = slots.hold(session, slot_id).get(slot_id)
    if slot is None or not slot.is_open:
        raise SlotGone
    return slot


def _enter(session: Session, slot: Slot, person: Person, ask: Ask, state: State, now: datetime) -> Booking:
    said = {question: checked_answer(answer) for question, answer in ask.answers.items() if answer.strip()}
    booking = Booking(
        code=booking_records.free_code(session, f"{slot.id}.{person.id}.{now.timestamp()}"),
        slot=slot,
        person=person,
        conversation_id=ask.conversation_id,
        state=state,
        asked_at=now,
        booked_by=ask.by,
        changed_at=now,
        sealed_answers=vault_of(session).of("person", person.id).seal(json.dumps(said), ANSWERS) if said else None,
    )
    session.add(booking)
    note(session, booking, state, ask.by, now)
    return booking


def give_back(session: Session, booking: Booking, state: State, by: str, now: datetime, why: str = "") -> Booking:
    """The place, held, is free again. What was still to be told about it is void, but for a word that it was called off."""
    notices.void(session, [booking.id], _OF_A_PLACE)
    _become(session, booking, state, by, now, why)
    booking.offer_until = None
    fill(session, booking.slot, now)
    return booking


def _become(session: Session, booking: Booking, state: State, by: str, now: datetime, why: str = "") -> None:
    booking.state = state
    note(session, booking, state, by, now, why)


def _offer(session: Session, booking: Booking, now: datetime) -> None:
    """Hold the seat for the first in line, counted from the moment they may be told."""
    slot = booking.slot
    told = calendars.waking(now, slot.zone)
    told = now if told >= slot.starts_at - timedelta(hours=1) else told
    until = min(told + timedelta(minutes=slot.type.hold_minutes), slot.starts_at)
    booking.offer_until = until
    _become(session, booking, State.OFFERED, TIME, now)
    tell(session, "offer", booking, told, until=until)


def _worth_telling(slot: Slot, now: datetime) -> datetime:
    """Until when who had a place must hear that it is off: also at the door, when it should have begun."""
    return slot.starts_at if now < slot.starts_at else slot.ends_at


def _is_over(booking: Booking, now: datetime) -> bool:
    return booking.offer_until is not None and booking.offer_until <= now


_OF_A_PLACE: tuple[notices.Kind, ...] = ("reminder", "today", "offer", "moved", "booked")
"""Notices that make no sense once the place is given back."""
