"""Booking for somebody who stands at the desk or calls: by staff, or by a helper (a kader, a teacher).

Whoever is known in the village under a like name is offered first, so that one person does not become two records. A helper
is offered only those whom they booked themselves: who else is known at the centre is not theirs to learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import bookings, people
from centre.bookings import Ask, Booking, by_staff
from centre.conversations import Conversation
from centre.people import Person, PersonAddress
from centre.slots import Slot

OFFERED = 5
"""How many known people are offered at most."""


class LikelyKnown(Exception):
    """People of a like name are known in the village; `people` says who, the likest first."""

    def __init__(self, people: list[Known]) -> None:
        super().__init__(len(people))
        self.people = people


class GuardianMissing(ValueError):
    """Under eighteen a parent or guardian agrees, as in the chat, where they book for their child."""


@dataclass(frozen=True)
class Known:
    """Somebody who may be meant, with as much as tells two people apart."""

    id: int
    name: str
    birth_year: int | None
    phone_end: str
    """The last three digits, when a number is known."""


@dataclass(frozen=True)
class Visitor:
    """Who stands there, as told. `person_id`: the known person that it is; 0: nobody known; None: not asked yet."""

    name: str
    kind: str | None = None
    birth_year: int | None = None
    phone: str = ""
    person_id: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    by_guardian: bool = False
    """A parent or guardian stands there with them, or calls, and agrees."""


def book(
    session: Session,
    slot: Slot,
    visitor: Visitor,
    staff_id: str,
    now: datetime,
    *,
    version: int | None = None,
    waits: bool = False,
    own_only: bool = False,
) -> Booking:
    """A seat for the visitor, or with `waits` a place in the line when there is none. `own_only`: for a helper.

    Raises `LikelyKnown`, `GuardianMissing`, `people.NameInvalid`, `people.PhoneInvalid`, or what `bookings.book` raises.
    """
    person = _person(session, slot, visitor, staff_id, now, own_only)
    age = people.age(person, now)
    if age is not None and age < people.OF_AGE and not visitor.by_guardian:
        raise GuardianMissing
    address = None if visitor.person_id in (None, 0) else _own_address(session, person)
    ask = Ask(slot.id, person.id, address, by_staff(staff_id), version, visitor.answers, at_desk=True)
    return bookings.wait(session, ask, now) if waits else bookings.book(session, ask, now)


def _person(session: Session, slot: Slot, visitor: Visitor, staff_id: str, now: datetime, own_only: bool) -> Person:
    name = people.clean_name(visitor.name)
    likely = {person.id: person for person in _likely(session, slot, name, staff_id, own_only)}
    picked = likely.get(visitor.person_id or 0)
    if picked:
        return _with_what_is_new(session, picked, visitor)
    if likely and visitor.person_id != 0:
        raise LikelyKnown([_known(person) for person in likely.values()])
    return people.add(
        session,
        name,
        now,
        kind=visitor.kind,
        birth_year=visitor.birth_year,
        village_id=slot.village_id,
        phone=visitor.phone,
    )


def _likely(session: Session, slot: Slot, name: str, staff_id: str, own_only: bool) -> list[Person]:
    if not own_only:
        return people.like_name(session, slot.village_id, name, OFFERED)
    by_them = select(Booking.person_id).where(Booking.booked_by == by_staff(staff_id))
    theirs = set(session.scalars(by_them))
    like = people.like_name(session, slot.village_id, name, most=1000)
    return [person for person in like if person.id in theirs][:OFFERED]


def _with_what_is_new(session: Session, person: Person, visitor: Visitor) -> Person:
    """What was not known is added; what was, stays."""
    person.kind, person.birth_year = person.kind or visitor.kind, person.birth_year or visitor.birth_year
    if visitor.phone.strip() and not person.phone:
        people.set_phone(session, person, visitor.phone)
    return person


def _own_address(session: Session, person: Person) -> int | None:
    """The conversation on the person's own telephone, the latest; nobody else's telephone hears of it."""
    return session.scalar(
        select(Conversation.id)
        .join(PersonAddress, PersonAddress.conversation_id == Conversation.id)
        .where(PersonAddress.person_id == person.id, PersonAddress.relation == "self")
        .where(Conversation.closing_at.is_(None), Conversation.joined_to.is_(None))
        .order_by(PersonAddress.added_at.desc(), Conversation.id.desc())
        .limit(1)
    )


def _known(person: Person) -> Known:
    return Known(person.id, person.name, person.birth_year, (person.phone or "")[-3:])
