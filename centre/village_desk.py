"""What staff may open of a village: the village itself, what an absence falls upon, and people who may be one.

As in `centre.desk`, every question asks for a `Scope` first; what lies outside it is not found (`NotHere`). Questions about
people ask for a `CaseScope` too: behind a telephone with a case that is not theirs to know, nobody is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import areas, calendars, merging, people, slots
from centre.areas import Village, VillageName
from centre.booking_records import Booking
from centre.calendars import Absence
from centre.case_scopes import CaseScope, hides
from centre.desk import NotHere
from centre.people import Person, PersonAddress
from centre.slots import Slot
from centre.staff import Scope

REGENCY = 5
"""How long a regency's code is: "52.03"."""


@dataclass(frozen=True)
class Likeness:
    """Two records that may be one person, the older first, and how many bookings each has."""

    one: Person
    other: Person
    bookings: tuple[int, int]


def villages(session: Session, scope: Scope) -> list[VillageName]:
    """The villages somebody may see, by regency and name."""
    return areas.names(session, scope.covers(Village.code), Village.regency, Village.name, Village.id)


def in_regency(session: Session, scope: Scope, code: str) -> Sequence[Village]:
    """All of those that lie in one regency, by name."""
    own = select(Village).where(scope.covers(Village.code), func.substr(Village.code, 1, REGENCY) == code)
    return session.scalars(own.order_by(Village.name, Village.id)).all()


def village(session: Session, scope: Scope, village_id: int) -> Village:
    """One village. Raises `NotHere`."""
    found = session.scalar(select(Village).where(Village.id == village_id, scope.covers(Village.code)))
    if found is None:
        raise NotHere(f"village {village_id}")
    return found


def absence(session: Session, scope: Scope, absence_id: int) -> Absence:
    """One absence of a village. Raises `NotHere`."""
    own = select(Absence).join(Village, Village.id == Absence.village_id).where(scope.covers(Village.code))
    found = session.scalar(own.where(Absence.id == absence_id))
    if found is None:
        raise NotHere(f"absence {absence_id}")
    return found


def slots_during(session: Session, village: Village, first_day: date, last_day: date, now: datetime) -> Sequence[Slot]:
    """The slots that are still to come and reach into these days, both included, on the village's clock."""
    since = calendars.moment(first_day, time(0), village.time_zone)
    until = calendars.moment(last_day + timedelta(days=1), time(0), village.time_zone)
    reached = select(Slot).where(
        Slot.village_id == village.id,
        Slot.state == slots.State.OPEN,
        Slot.starts_at < until,
        Slot.ends_at > max(since, now),
    )
    return session.scalars(reached.order_by(Slot.starts_at, Slot.id)).all()


def likenesses(session: Session, scope: Scope, cases: CaseScope, village_id: int) -> list[Likeness]:
    """Pairs of a village that may be one person. Raises `NotHere`."""
    pairs = people.alike(session, village(session, scope, village_id).id)
    everybody = {person.id for pair in pairs for person in pair}
    counted, hidden = _bookings(session, everybody), _hidden(session, cases, everybody)
    return [
        Likeness(one, other, (counted.get(one.id, 0), counted.get(other.id, 0)))
        for one, other in pairs
        if not {one.id, other.id} & hidden
    ]


def likeness(session: Session, scope: Scope, cases: CaseScope, village_id: int, one_id: int, other_id: int) -> Likeness:
    """One of these pairs; any two people who are not alike are none. Raises `NotHere`."""
    for each in likenesses(session, scope, cases, village_id):
        if (each.one.id, each.other.id) == (one_id, other_id):
            return each
    raise NotHere(f"people {one_id} and {other_id}")


def merge(
    session: Session,
    scope: Scope,
    cases: CaseScope,
    village_id: int,
    pair: tuple[int, int],
    kept_id: int,
    by: str,
    now: datetime,
) -> None:
    """Staff say that the two are one, and which record goes on. `by`: staff id. Raises `NotHere`."""
    found = likeness(session, scope, cases, village_id, *pair)
    if kept_id not in (found.one.id, found.other.id):
        raise NotHere(f"person {kept_id}")
    gone = found.other if kept_id == found.one.id else found.one
    try:
        merging.merge(session, kept_id, gone.id, by, now)
    except LookupError as error:  # somebody else was faster
        raise NotHere(f"people {found.one.id} and {found.other.id}") from error


def keep_apart(
    session: Session,
    scope: Scope,
    cases: CaseScope,
    village_id: int,
    pair: tuple[int, int],
    by: str,
    now: datetime,
) -> None:
    """Staff say that the two are not one. `by`: staff id. Raises `NotHere`."""
    found = likeness(session, scope, cases, village_id, *pair)
    people.keep_apart(session, found.one.id, found.other.id, by, now)


def _bookings(session: Session, person_ids: set[int]) -> dict[int, int]:
    counted = select(Booking.person_id, func.count()).where(Booking.person_id.in_(person_ids))
    rows = session.execute(counted.group_by(Booking.person_id))
    return {person_id: number for person_id, number in rows if person_id}


def _hidden(session: Session, cases: CaseScope, person_ids: set[int]) -> set[int]:
    """Those of whom a case is told that lies outside the scope."""
    tied = select(PersonAddress.person_id).where(PersonAddress.person_id.in_(person_ids))
    return set(session.scalars(tied.where(hides(PersonAddress.conversation_id, cases))))
