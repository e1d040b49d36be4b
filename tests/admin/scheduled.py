"""A training in Korleko on a Saturday in December, with people in it, for stories at the desk."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from centre import bookings, people, slots
from centre.areas import Village
from centre.booking_types import BookingType
from centre.slots import Plan, Slot
from tests.centre.booked import NOW, WAYAN, ask, workshop

if TYPE_CHECKING:
    from tests.admin.conftest import Desk

KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"
SATURDAY = date(2026, 12, 12)


def training(desk: Desk, village_id: int, *, seats: int = 2, day: date = SATURDAY, **rules: object) -> int:
    """Nine to twelve on the twelfth of December; gives the slot's number."""
    with desk.database.transaction() as session:
        kind = session.query(BookingType).filter_by(slug="pelatihan-perbengkelan").first() or workshop(session, **rules)
        plan = Plan(day, time(9), time(12), seats)
        village = session.get_one(Village, village_id)
        return slots.make(session, kind, village, plan, WAYAN, desk.now, insist=True).id


def booked(desk: Desk, slot_id: int, name: str, *, by: str = "family", **about: object) -> tuple[int, str]:
    """Somebody has a place in it, or waits for one; gives the booking's number and its code."""
    with desk.database.transaction() as session:
        slot = session.get_one(Slot, slot_id)
        person = people.add(session, name, NOW, village_id=slot.village_id, **about)
        asked = ask(slot, person)
        booking = bookings.wait(session, bookings.Ask(slot.id, person.id, None, by, answers=asked.answers), desk.now)
        return booking.id, booking.code or ""


def state_of(desk: Desk, booking_id: int) -> str:
    """How a booking stands."""
    with desk.database.reading() as session:
        return session.get_one(bookings.Booking, booking_id).state


def at_the_door(desk: Desk, slot_id: int) -> datetime:
    """The clock shows ten minutes before it begins; whoever is signed in later sees that."""
    with desk.database.reading() as session:
        desk.now = session.get_one(Slot, slot_id).starts_at - timedelta(minutes=10)
    return desk.now


def all_slots(session: Session) -> list[Slot]:
    """Every slot, by time."""
    return list(session.query(Slot).order_by(Slot.starts_at))
