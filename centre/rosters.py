"""Slots and the people in them, as the desk sees them.

Every question here asks for a `Scope` first: a slot or a booking of a village outside it is not found (`NotHere`), so that
nobody at the desk learns of people who are not theirs. Names and answers come out opened, as plain values, because pages
are drawn when the transaction is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from centre import areas, bookings, calendars, staff
from centre.areas import Village, VillageName
from centre.booking_records import BookingChange, count
from centre.booking_types import BookingType
from centre.bookings import FAMILY, SEATED, TIME, Booking, State
from centre.desk import NotHere
from centre.people import PersonAddress
from centre.slots import Slot
from centre.slots import State as SlotState
from centre.staff import Role, Scope, StaffRole

MOST, MOST_SCATTERED = 200, 60
"""Slots on one page, and on one of several regencies; who sees more chooses a village."""
AHEAD = timedelta(days=90)
"""How far ahead staff are offered slots to book for somebody."""
FIRST_ZONE, LAST_ZONE = "Asia/Jayapura", "Asia/Jakarta"
"""Where in Indonesia a day begins first, and last."""


@dataclass(frozen=True)
class Filled:
    """A slot and how full it is. `left` is what somebody may have now: nothing while others wait."""

    slot: Slot
    taken: int
    left: int
    waiting: int


@dataclass(frozen=True)
class Booker:
    """Who booked: the family itself, or somebody at the desk."""

    name: str
    """Empty for the family, or when the account is gone."""
    is_family: bool
    is_helper: bool


@dataclass(frozen=True)
class Place:
    """One person's place in a slot."""

    id: int
    code: str
    name: str
    """Empty when the person asked to be forgotten."""
    state: State
    is_confirmed: bool
    answers: Mapping[str, str]
    booker: Booker
    asked_at: datetime
    offer_until: datetime | None


@dataclass(frozen=True)
class Roster:
    """Everybody in a slot, in the order of asking."""

    filled: Filled
    seated: Sequence[Place]
    waiting: Sequence[Place]
    gone: Sequence[Place]
    """Excused, given back, called off, or not taken in time."""

    @property
    def slot(self) -> Slot:
        return self.filled.slot

    @property
    def expected(self) -> list[Place]:
        """Who is to sign at the door."""
        return [place for place in self.seated if place.state != State.OFFERED]


@dataclass(frozen=True)
class Change:
    """One line of a booking's history."""

    what: str
    by: str
    """A staff member's name; empty for the family, or for time itself (`is_time`)."""
    is_time: bool
    at: datetime
    note: str


@dataclass(frozen=True)
class Detail:
    """All that the desk may know of one booking."""

    place: Place
    slot: Slot
    relation: str | None
    """What the person is to whoever holds the telephone; None when nobody there is told."""
    phone: str | None
    kind: str | None
    birth_year: int | None
    history: Sequence[Change]


@dataclass(frozen=True)
class Own:
    """A booking that a helper made: no more than its code, its name and its time."""

    code: str
    name: str
    slot: Slot


def villages(session: Session, scope: Scope) -> list[VillageName]:
    """The villages somebody works for, by name."""
    return areas.names(session, scope.covers(Village.code), Village.name, Village.id)


def village(session: Session, scope: Scope, village_id: int) -> Village:
    """One of them. Raises `NotHere`."""
    found = session.scalars(select(Village).where(scope.covers(Village.code), Village.id == village_id)).first()
    if found is None:
        raise NotHere(f"village {village_id}")
    return found


def most_of(known: Iterable[VillageName], village_id: int | None) -> int:
    """How many slots a page shows of these villages, or of the one that was chosen."""
    is_one_place = village_id is not None or len({each.regency_code for each in known}) <= 1
    return MOST if is_one_place else MOST_SCATTERED


def types(session: Session, within: Iterable[VillageName]) -> list[BookingType]:
    """What is offered in any of these villages."""
    codes = [village.code for village in within]
    active = session.scalars(select(BookingType).where(BookingType.is_active).order_by(BookingType.id))
    return [each for each in active if any(code.startswith(each.area) for code in codes)]


def weeks(
    session: Session,
    scope: Scope,
    monday: date,
    count: int = 1,
    *,
    type_id: int | None,
    village_id: int | None,
    most: int = MOST,
) -> list[Filled]:
    """Slots that begin in these weeks on their own village's clock, called off or not, by time; at most so many."""
    end = monday + timedelta(weeks=count)
    found = session.scalars(
        _slots(scope, type_id, village_id)
        .where(Slot.starts_at >= calendars.moment(monday, time(0), FIRST_ZONE))
        .where(Slot.starts_at < calendars.moment(end, time(0), LAST_ZONE))
        .limit(most * 2)  # some may be of the day before or after on their own clock
    ).all()
    return filled(session, [slot for slot in found if monday <= day_of(slot) < end][:most])


def today(session: Session, scope: Scope, now: datetime, limit: int) -> list[Filled]:
    """What is on today, on each village's own clock, and not called off, by time; of many the first."""
    dawn = calendars.local(now, FIRST_ZONE).date() - timedelta(days=1)
    found = session.scalars(
        _slots(scope, None, None)
        .where(Slot.state == SlotState.OPEN, Slot.starts_at >= calendars.moment(dawn, time(0), FIRST_ZONE))
        .where(Slot.starts_at < now + timedelta(days=1))
        .limit(limit * 3)  # some may be of yesterday or tomorrow on their own clock
    ).all()
    of_today = [slot for slot in found if day_of(slot) == calendars.local(now, slot.zone).date()]
    return filled(session, of_today[:limit])


def coming(
    session: Session,
    scope: Scope,
    now: datetime,
    *,
    also_full: Scope,
    type_id: int | None,
    village_id: int | None,
    most: int = MOST,
) -> list[Filled]:
    """Slots somebody can still be booked into at the desk, by time: those with a seat left, and full ones, in which one
    can only wait, as far as `also_full` reaches."""
    found = session.scalars(
        _slots(scope, type_id, village_id)
        .where(Slot.state == SlotState.OPEN, Slot.ends_at > now, Slot.starts_at < now + AHEAD)
        .limit(most)
    ).all()
    return [each for each in filled(session, found) if each.left or also_full.includes(each.slot.village.code)]


def slot(session: Session, scope: Scope, slot_id: int) -> Slot:
    """One slot. Raises `NotHere`."""
    found = session.scalars(_slots(scope, None, None).where(Slot.id == slot_id)).first()
    if found is None:
        raise NotHere(f"slot {slot_id}")
    return found


def filled(session: Session, found: Sequence[Slot]) -> list[Filled]:
    """How full these slots are."""
    rooms, taken = bookings.rooms(session, found), count(session, [each.id for each in found], SEATED)
    return [Filled(each, taken.get(each.id, 0), rooms[each.id].left, rooms[each.id].waiting) for each in found]


def roster(session: Session, scope: Scope, slot_id: int) -> Roster:
    """Who is in a slot. Raises `NotHere`."""
    found = slot(session, scope, slot_id)
    everybody = bookings.roster(session, slot_id, State)
    bookers = _bookers(session, {each.booked_by for each in everybody})
    places = [_place(each, bookers) for each in everybody]
    return Roster(
        filled(session, [found])[0],
        [place for place in places if place.state in SEATED],
        [place for place in places if place.state == State.WAITING],
        [place for place in places if place.state not in (*SEATED, State.WAITING)],
    )


def booking(session: Session, scope: Scope, booking_id: int) -> Booking:
    """One booking. Raises `NotHere`."""
    found = session.scalars(_bookings(scope).where(Booking.id == booking_id)).first()
    if found is None:
        raise NotHere(f"booking {booking_id}")
    return found


def by_code(session: Session, scope: Scope, typed: str) -> Booking:
    """The booking of a code, as typed or scanned. Raises `NotHere`, whether there is none or it is not theirs."""
    code = bookings.code_in(typed)
    found = session.scalars(_bookings(scope).where(Booking.code == code)).first() if code else None
    if found is None:
        raise NotHere("code")
    return found


def detail(session: Session, found: Booking) -> Detail:
    """All about one booking, which `booking` or `by_code` gave."""
    person, changes = found.person, bookings.history(session, found.id)
    bookers = _bookers(session, {found.booked_by} | {change.by for change in changes})
    return Detail(
        _place(found, bookers),
        found.slot,
        _relation(session, found),
        person.phone if person else None,
        person.kind if person else None,
        person.birth_year if person else None,
        [_change(change, bookers) for change in changes],
    )


def own(session: Session, scope: Scope, staff_id: str, now: datetime) -> list[Own]:
    """What this helper booked for others and is still to come, by time."""
    made = _bookings(scope).where(Booking.booked_by == bookings.by_staff(staff_id), Booking.state.in_(bookings.OPEN))
    found = session.scalars(made.where(Slot.ends_at > now).order_by(Slot.starts_at, Booking.id)).all()
    return [Own(_code(each), each.person.name if each.person else "", each.slot) for each in found]


def door_opens(slot: Slot) -> datetime:
    """From when on people can be ticked off."""
    return slot.starts_at - bookings.DOOR_OPENS


def day_of(slot: Slot) -> date:
    """The day on which it begins, on the village's clock."""
    return calendars.local(slot.starts_at, slot.zone).date()


def _slots(scope: Scope, type_id: int | None, village_id: int | None) -> Select[Slot]:
    query = select(Slot).join(Village, Village.id == Slot.village_id).where(scope.covers(Village.code))
    if "" not in scope.areas:  # by number, so that the villages' own slots are read and no others
        query = query.where(Slot.village_id.in_(select(Village.id).where(scope.covers(Village.code))))
    if type_id is not None:
        query = query.where(Slot.type_id == type_id)
    if village_id is not None:
        query = query.where(Slot.village_id == village_id)
    return query.options(joinedload(Slot.type), joinedload(Slot.village)).order_by(Slot.starts_at, Slot.id)


def _bookings(scope: Scope) -> Select[Booking]:
    return (
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Village, Village.id == Slot.village_id)
        .where(scope.covers(Village.code))
        .options(joinedload(Booking.slot).options(joinedload(Slot.type), joinedload(Slot.village)))
    )


def _place(found: Booking, bookers: Mapping[str, Booker]) -> Place:
    return Place(
        found.id,
        _code(found),
        found.person.name if found.person else "",
        State(found.state),
        found.confirmed_at is not None,
        found.answers,
        bookers[found.booked_by],
        found.asked_at,
        found.offer_until if found.state == State.OFFERED else None,
    )


def _code(found: Booking) -> str:
    return bookings.shown(found.code) if found.code else ""


def _bookers(session: Session, marks: set[str]) -> dict[str, Booker]:
    """Who stands behind "family", "time" and "staff:…"."""
    ids = {mark.removeprefix("staff:") for mark in marks}
    names, helpers = staff.names(session, ids), _helpers(session, ids)
    return {
        mark: Booker(names.get(mark.removeprefix("staff:"), ""), mark == FAMILY, mark.removeprefix("staff:") in helpers)
        for mark in marks
    }


def _helpers(session: Session, ids: set[str]) -> set[str]:
    """Those who are helpers and nothing more."""
    roles = session.execute(select(StaffRole.staff_id, StaffRole.role).where(StaffRole.staff_id.in_(ids))).all()
    return {row.staff_id for row in roles} - {row.staff_id for row in roles if row.role != Role.HELPER}


def _relation(session: Session, found: Booking) -> str | None:
    if found.person_id is None or found.conversation_id is None:
        return None
    tied = session.get(PersonAddress, (found.person_id, found.conversation_id))
    return tied.relation if tied else None


def _change(change: BookingChange, bookers: Mapping[str, Booker]) -> Change:
    return Change(change.what, bookers[change.by].name, change.by == TIME, change.at, change.note)
