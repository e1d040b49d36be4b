"""Two records that turn out to be one person: staff look at both and say so; nothing is merged by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from centre import bookings, census_merging, data_keys, people, slots
from centre.booking_records import OPEN, Booking, State, by_staff, of_person
from centre.people import Person


def merge(session: Session, kept_id: int, other_id: int, by: str, now: datetime) -> Person:
    """Two records turn out to be one person: everything of the other goes to the kept one. `by`: staff id.

    Where both have an open booking in one slot, one is given back: never the seat of who waits in line with the other.
    Raises `LookupError` for unknown people, one and the same, or one that is merged already.
    """
    kept, other = _held(session, kept_id, other_id)
    if kept is other or kept.merged_into or other.merged_into:
        raise LookupError(f"people {kept_id} and {other_id} cannot be made one")
    merge = census_merging.begin(session, kept, other, by, now)
    own = {booking.slot_id: booking for booking in of_person(session, kept.id) if booking.is_open}
    for booking in of_person(session, other.id):
        if booking.is_open and booking.slot_id in own:
            _keep_one_place(session, own[booking.slot_id], booking, by, now)
        booking.person = kept
        booking.person_id = kept.id
        data_keys.seal_anew(session, booking)
    _merge_addresses(session, kept, other)
    people.keep_apart_as(session, kept.id, other.id)
    kept.kind, kept.birth_year = kept.kind or other.kind, kept.birth_year or other.birth_year
    kept.sealed_phone = kept.sealed_phone or other.sealed_phone
    data_keys.seal_anew(session, kept)
    other.merged_into = kept.id
    census_merging.take_over(session, merge, kept, other)
    session.flush()
    return kept


def _held(session: Session, kept_id: int, other_id: int) -> tuple[Person, Person]:
    """Both, and every slot they are in: first the people, then the slots, as whoever books does."""
    wanted = select(Person).where(Person.id.in_((kept_id, other_id))).order_by(Person.id)
    held = session.scalars(wanted.with_for_update(key_share=True).execution_options(populate_existing=True))
    both = {person.id: person for person in held}
    slots.hold(session, *(booking.slot_id for person_id in both for booking in of_person(session, person_id)))
    return both[kept_id], both[other_id]


def _keep_one_place(session: Session, one: Booking, other: Booking, by: str, now: datetime) -> None:
    """One person needs one place: the better of the two stays, of equals the older."""
    lesser = min(one, other, key=lambda booking: (OPEN.index(State(booking.state)), -booking.id))
    bookings.give_back(session, lesser, State.CANCELLED, by_staff(by), now, "merged")


def _merge_addresses(session: Session, kept: Person, other: Person) -> None:
    address = people.PersonAddress
    here = select(address.conversation_id).where(address.person_id == kept.id)
    session.execute(
        delete(address)
        .where(address.person_id == other.id, address.conversation_id.in_(here))
        .execution_options(synchronize_session="fetch")
    )
    session.execute(
        update(address)
        .where(address.person_id == other.id)
        .values(person_id=kept.id)
        .execution_options(synchronize_session="fetch")
    )
