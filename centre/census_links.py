"""Who belongs to whom in the register: husband and wife, children and parents, and whom to ask for somebody abroad.

One worker, several relatives (and the other way round). A tie is kept from both sides, so that either card shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from centre.people import Person

Tie = Literal["spouse", "child", "parent", "sibling", "guardian", "ward", "other"]
TIES: tuple[Tie, ...] = get_args(Tie)
_OTHER_SIDE: dict[str, Tie] = {"child": "parent", "parent": "child", "guardian": "ward", "ward": "guardian"}
MOST = 30
"""People in one household as it is shown."""


class TiedToSelf(ValueError):
    """Nobody is their own family."""


class CensusLink(Base):
    """The other one is this to the one."""

    __tablename__ = "census_links"

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    tie: Mapped[str] = mapped_column(String(8))
    is_contact: Mapped[bool] = mapped_column(default=False)
    """Whom to reach when the one cannot be reached."""
    by: Mapped[str] = mapped_column(String(42))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Relative:
    """Somebody of the family: what they are to the one whose card is looked at."""

    person: Person
    tie: str
    is_contact: bool


def tie(
    session: Session, person_id: int, other_id: int, what: Tie, by: str, now: datetime, *, is_contact: bool = False
) -> None:
    """The other is this to the person; said again, the later counts. Raises `TiedToSelf`."""
    if person_id == other_id:
        raise TiedToSelf
    _put(session, person_id, other_id, what, by, now).is_contact = is_contact
    _put(session, other_id, person_id, _OTHER_SIDE.get(what, what), by, now)
    session.flush()


def untie(session: Session, person_id: int, other_id: int) -> None:
    """The two are no family."""
    both = (person_id, other_id)
    session.execute(
        delete(CensusLink)
        .where(CensusLink.person_id.in_(both), CensusLink.other_id.in_(both))
        .execution_options(synchronize_session="fetch")
    )


def of(session: Session, person_id: int) -> list[Relative]:
    """The family of one: whom to reach first."""
    rows = session.execute(
        select(Person, CensusLink.tie, CensusLink.is_contact)
        .join(CensusLink, CensusLink.other_id == Person.id)
        .where(CensusLink.person_id == person_id, Person.merged_into.is_(None))
        .order_by(CensusLink.is_contact.desc(), Person.id)
    )
    return [Relative(person, what, is_contact) for person, what, is_contact in rows]


def household(session: Session, person_id: int) -> tuple[list[Person], list[CensusLink]]:
    """Everybody who belongs together with one, over all ties, and the ties; the one comes first."""
    known, ties, edge = [person_id], dict[tuple[int, int], CensusLink](), [person_id]
    while edge and len(known) < MOST:
        rows = session.scalars(select(CensusLink).where(CensusLink.person_id.in_(edge))).all()
        ties |= {(row.person_id, row.other_id): row for row in rows}
        edge = sorted({row.other_id for row in rows} - set(known))[: MOST - len(known)]
        known += edge
    found = session.scalars(select(Person).where(Person.id.in_(known), Person.merged_into.is_(None)))
    people = sorted(found, key=lambda person: known.index(person.id))
    shown = {person.id for person in people}
    return people, [row for pair, row in ties.items() if shown.issuperset(pair)]


def move(session: Session, other_id: int, kept_id: int) -> None:
    """Two people turned out to be one: the family of the one is that of the other."""
    own = select(CensusLink).where((CensusLink.person_id == other_id) | (CensusLink.other_id == other_id))
    for row in session.scalars(own).all():
        one = kept_id if row.person_id == other_id else row.person_id
        two = kept_id if row.other_id == other_id else row.other_id
        session.delete(row)
        if one != two and session.get(CensusLink, (one, two)) is None:
            _put(session, one, two, row.tie, row.by, row.at).is_contact = row.is_contact
    session.flush()


def _put(session: Session, person_id: int, other_id: int, what: str, by: str, now: datetime) -> CensusLink:
    row = session.get(CensusLink, (person_id, other_id))
    if row is None:
        row = CensusLink(person_id=person_id, other_id=other_id, is_contact=False)
        session.add(row)
    row.tie, row.by, row.at = what, by, now
    return row
