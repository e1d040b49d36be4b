"""What the register makes of two records that turn out to be one person, and how it is undone when they were two after all.

Before anything moves it is noted what stood where, sealed; for thirty days that opens the way back. A place that was given
back because both had one in the same slot stays given back: somebody else may have it by now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import census_consents, census_desk, census_links, data_keys, name_words, people
from centre.areas import Village
from centre.booking_records import Booking
from centre.case_scopes import CaseScope
from centre.census import PLAIN
from centre.census_consents import CensusConsent
from centre.census_links import CensusLink
from centre.census_records import CensusRecord, keep_facts, record_of
from centre.census_requests import DataRequest
from centre.db import Base, BigId, UtcDateTime, changed, vault_of
from centre.desk import NotHere
from centre.people import Person, PersonAddress
from centre.sealing import sealed
from centre.staff import Scope

UNDONE_WITHIN = timedelta(days=30)
PAGE = 50


class CannotUndo(Exception):
    """Too long ago, undone already, or one of the two went on elsewhere."""


class PeopleMerge(Base):
    """Two records were said to be one person: who said so, and what stood where before."""

    __tablename__ = "people_merges"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True)
    by: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_before: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("people_merges|before", person="kept_id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(36))

    def may_be_undone(self, now: datetime) -> bool:
        """Is the way back still open?"""
        return self.undone_at is None and now - self.at < UNDONE_WITHIN


def begin(session: Session, kept: Person, other: Person, by: str, now: datetime) -> PeopleMerge:
    """Note what stands where; both people are held. `by`: staff id."""
    before = {
        "bookings": _ids(session, Booking, other.id),
        "consents": _ids(session, CensusConsent, other.id),
        "requests": _ids(session, DataRequest, other.id),
        "addresses": [[tied.conversation_id, tied.relation] for tied in _addresses(session, other.id)],
        "shared": [tied.conversation_id for tied in _addresses(session, kept.id)],
        "links": [[row.person_id, row.other_id, row.tie, row.is_contact, row.by] for row in _links(session, other.id)],
        "empty": [name for name in ("kind", "birth_year", "sealed_phone") if not getattr(kept, name)],
        **_empty_of(record_of(session, kept.id)),
    }
    noted = vault_of(session).of("person", kept.id).seal(json.dumps(before), _BEFORE)
    merge = PeopleMerge(kept_id=kept.id, other_id=other.id, by=by, at=now, sealed_before=noted)
    session.add(merge)
    session.flush()
    return merge


def take_over(session: Session, merge: PeopleMerge, kept: Person, other: Person) -> None:
    """What the register knows of the other fills what it does not know of the kept one; the kept one's words stay."""
    for table in (CensusConsent, DataRequest):
        session.execute(
            update(table)
            .where(table.person_id == other.id)
            .values(person_id=kept.id)
            .execution_options(synchronize_session="fetch")
        )
    _seal_for(session, DataRequest, kept.id)
    census_links.move(session, other.id, kept.id)
    theirs, own = record_of(session, other.id), record_of(session, kept.id)
    if theirs is None:
        return
    if own is None:
        own = CensusRecord(
            person_id=kept.id,
            source=theirs.source,
            entered_by=theirs.entered_by,
            entered_at=theirs.entered_at,
            checked_at=theirs.checked_at,
        )
        session.add(own)
    for name in PLAIN:
        setattr(own, name, getattr(own, name) if getattr(own, name) is not None else getattr(theirs, name))
    own.changed_at = merge.at
    session.flush()
    keep_facts(session, own, {**theirs.facts, **own.facts})
    kept.village_id = kept.village_id or other.village_id
    name_words.note(session, kept.id, kept.name)


def undo(session: Session, merge: PeopleMerge, by: str, now: datetime) -> tuple[Person, Person]:
    """They were two after all: what was the other's goes back to them. `by`: staff id. Raises `CannotUndo`."""
    kept, other = _both(session, merge, now)
    before: dict[str, Any] = json.loads(vault_of(session).open(merge.sealed_before, _BEFORE))
    for table, name in ((Booking, "bookings"), (CensusConsent, "consents"), (DataRequest, "requests")):
        session.execute(
            update(table)
            .where(table.id.in_(before[name]), table.person_id == kept.id)
            .values(person_id=other.id)
            .execution_options(synchronize_session="fetch")
        )
        _seal_for(session, table, other.id)
    _consents_again(session, merge, other, before["consents"])
    _addresses_back(session, kept, other, before, now)
    _links_back(session, kept, other, before, now)
    _empty_again(session, kept, other, before)
    other.merged_into = None
    merge.undone_at, merge.undone_by = now, by
    people.keep_apart(session, kept.id, other.id, by, now)
    session.flush()
    return kept, other


def _seal_for(session: Session, table: Any, person_id: int) -> None:
    """What moved is sealed with the key of whom it moved to."""
    for row in session.scalars(select(table).where(table.person_id == person_id)):
        data_keys.seal_anew(session, row)


def every(
    session: Session, scope: Scope, cases: CaseScope, offset: int = 0
) -> list[tuple[PeopleMerge, Person, Person]]:
    """What was merged in these villages, the newest first; of nobody whom `census_desk` does not show."""
    found = session.execute(_seen(scope, cases).order_by(PeopleMerge.id.desc()).offset(offset).limit(PAGE)).all()
    others = {person.id: person for person in _people(session, [merge.other_id for merge, _ in found])}
    return [(merge, kept, others[merge.other_id]) for merge, kept in found]


def one(session: Session, scope: Scope, cases: CaseScope, number: int, *, to_change: bool = False) -> PeopleMerge:
    """One of these, held if it is `to_change`. Raises `NotHere`."""
    query = _seen(scope, cases).where(PeopleMerge.id == number)
    row = session.execute(query.with_for_update(of=PeopleMerge) if to_change else query).first()
    if row is None:
        raise NotHere(f"merge {number}")
    merge: PeopleMerge = row[0]
    return merge


def _seen(scope: Scope, cases: CaseScope) -> Any:
    return (
        select(PeopleMerge, Person)
        .join(Person, Person.id == PeopleMerge.kept_id)
        .join(Village, Village.id == Person.village_id, isouter=True)
        .where(scope.covers(Village.code), census_desk.may_be_seen(cases))
    )


def _both(session: Session, merge: PeopleMerge, now: datetime) -> tuple[Person, Person]:
    wanted = select(Person).where(Person.id.in_((merge.kept_id, merge.other_id))).order_by(Person.id)
    held = session.scalars(wanted.with_for_update(key_share=True).execution_options(populate_existing=True)).all()
    both = {person.id: person for person in held}
    if not merge.may_be_undone(now) or len(both) < 2:
        raise CannotUndo(f"merge {merge.id}")
    kept, other = both[merge.kept_id], both[merge.other_id]
    if kept.merged_into is not None or other.merged_into != kept.id:
        raise CannotUndo(f"merge {merge.id}")
    return kept, other


def _consents_again(session: Session, merge: PeopleMerge, other: Person, numbers: Sequence[int]) -> None:
    """A consent of the other that a newer one of the kept one took the place of stands again: their record rests on it. (Where
    a consent was taken back there is no record any more.)"""
    if record_of(session, other.id) is None or census_consents.standing(session, [other.id]):
        return
    replaced = (CensusConsent.id.in_(numbers), CensusConsent.withdrawn_at >= merge.at)
    for consent in session.scalars(select(CensusConsent).where(*replaced)):
        consent.withdrawn_at = consent.withdrawn_by = None
    session.flush()


def _addresses_back(session: Session, kept: Person, other: Person, before: dict[str, Any], now: datetime) -> None:
    for conversation_id, relation in before["addresses"]:
        here = session.get(PersonAddress, (kept.id, conversation_id))
        if here is None:
            continue  # they asked there to be forgotten, or the conversation is gone
        if conversation_id not in before["shared"]:
            session.delete(here)
            session.flush()
        if session.get(PersonAddress, (other.id, conversation_id)) is None:
            back = PersonAddress(person_id=other.id, conversation_id=conversation_id, added_at=now)
            back.relation = relation
            session.add(back)
    session.flush()


def _links_back(session: Session, kept: Person, other: Person, before: dict[str, Any], now: datetime) -> None:
    for person_id, other_id, tie, is_contact, by in before["links"]:
        moved = [kept.id if number == other.id else number for number in (person_id, other_id)]
        row = session.get(CensusLink, tuple(moved))
        if row is not None:
            session.delete(row)
            session.flush()
        is_there = len(_people(session, [person_id, other_id])) == 2
        if is_there and session.get(CensusLink, (person_id, other_id)) is None:
            again = CensusLink(person_id=person_id, other_id=other_id, tie=tie, is_contact=is_contact, by=by, at=now)
            session.add(again)
    session.flush()


def _empty_again(session: Session, kept: Person, other: Person, before: dict[str, Any]) -> None:
    """What the kept record had from the other alone, and nobody has put right since."""
    for name in before["empty"]:
        seen = name.removeprefix("sealed_")  # sealed twice, the same number looks different
        if getattr(kept, seen) == getattr(other, seen):
            setattr(kept, name, None)
    own, theirs = record_of(session, kept.id), record_of(session, other.id)
    if own is None or theirs is None:
        return
    if not before["had_record"]:
        session.delete(own)
        session.flush()
        return
    for name in before["empty_plain"]:
        if getattr(own, name) == getattr(theirs, name):
            setattr(own, name, None)
    facts, others = own.facts, theirs.facts
    same = {name for name in others if name not in before["facts"] and facts.get(name) == others[name]}
    keep_facts(session, own, {name: words for name, words in facts.items() if name not in same})


def _empty_of(record: CensusRecord | None) -> dict[str, Any]:
    if record is None:
        return {"had_record": False}
    empty = [name for name in PLAIN if getattr(record, name) is None]
    return {"had_record": True, "empty_plain": empty, "facts": sorted(record.facts)}


def _ids(session: Session, table: Any, person_id: int) -> list[int]:
    return list(session.scalars(select(table.id).where(table.person_id == person_id)))


def _addresses(session: Session, person_id: int) -> Sequence[PersonAddress]:
    return session.scalars(select(PersonAddress).where(PersonAddress.person_id == person_id)).all()


def _links(session: Session, person_id: int) -> Sequence[CensusLink]:
    own = (CensusLink.person_id == person_id) | (CensusLink.other_id == person_id)
    return session.scalars(select(CensusLink).where(own)).all()


def _people(session: Session, ids: Sequence[int]) -> Sequence[Person]:
    return session.scalars(select(Person).where(Person.id.in_(ids))).all()


def forget_old(session: Session, now: datetime, kept: timedelta = UNDONE_WITHIN) -> int:
    """When a join can be undone no more, what stood where before is not needed either; gives how many."""
    old = update(PeopleMerge).where(PeopleMerge.at <= now - kept, PeopleMerge.sealed_before != b"")
    emptied = old.values(sealed_before=b"").execution_options(synchronize_session=False)
    return changed(session.execute(emptied))


_BEFORE = "people_merges|before"
