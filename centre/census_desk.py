"""What staff see of the register: people found by name, status, country or date, and one of them with all that belongs there.

As in `centre.desk`, every question asks for a `Scope` first; what lies outside it is not found (`NotHere`). Whoever is in the
register is seen by their village whatever else is told of them, so that nobody learns of a case by a name that is missing.
Whoever is known only from a telephone with a case that is not the reader's to know is not seen at all. Of cases a card names
those that the reader may know of, and never one that goes around the village or is restricted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, Select, exists, func, not_, or_, select
from sqlalchemy.orm import Session, contains_eager

from centre import census, census_consents, census_links, census_records, census_requests, name_words, people
from centre.areas import Village, VillageName
from centre.booking_records import Booking
from centre.case_records import Case
from centre.case_scopes import CaseScope, hides
from centre.census_consents import CensusConsent
from centre.census_links import Relative
from centre.census_records import CensusRecord, CensusStatus
from centre.census_requests import DataRequest
from centre.conversations import Conversation
from centre.desk import NotHere
from centre.people import ALIKE, Person, PersonAddress
from centre.slots import Slot
from centre.staff import Scope

PAGE = 50
MOST_IN_A_VILLAGE = 5000
"""Names opened for one page; a village has hundreds of people."""
AHEAD = timedelta(days=183)
"""Dates that come within half a year are due."""
Due = Literal["passport_ends_on", "contract_ends_on", "visa_ends_on", "unchecked"]
DUES: tuple[Due, ...] = get_args(Due)
UNREGISTERED = "unregistered"
"""In the place of a status: known from a booking or a telephone, and not in the register."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for."""

    name: str = ""
    village_id: int | None = None
    kind: str = ""
    destination: str = ""
    due: str = ""
    offset: int = 0


@dataclass(frozen=True)
class Found:
    """One line of the list."""

    person: Person
    record: CensusRecord | None
    village: Village | None

    def due(self, today: date, now: datetime) -> list[tuple[str, date | None]]:
        """What comes soon or is over: (which date, when), and ("unchecked", None) for what nobody asked about for a year."""
        if self.record is None:
            return []
        dates = [(name, getattr(self.record, name)) for name in DUES if name != "unchecked"]
        soon = [(name, on) for name, on in dates if on and today - AHEAD <= on <= today + AHEAD]
        is_old = now - self.record.checked_at > census.DOUBTFUL
        return [*soon, *([("unchecked", None)] if is_old else [])]


@dataclass(frozen=True)
class Page:
    """A page of the list; `more`: where the next one begins."""

    rows: list[Found]
    more: int | None


@dataclass(frozen=True)
class Card:
    """Somebody, with all that belongs to them."""

    person: Person
    record: CensusRecord
    village: Village | None
    statuses: Sequence[CensusStatus]
    consents: Sequence[CensusConsent]
    requests: Sequence[DataRequest]
    relatives: list[Relative]
    bookings: Sequence[Booking]
    cases: Sequence[Case]
    channels: list[tuple[str, str]] = field(default_factory=list)
    """Where they may be written to: (channel, what they are to whoever holds it)."""

    @property
    def may_remind(self) -> bool:
        return any(each.may_remind for each in self.consents if each.withdrawn_at is None)


def every(
    session: Session, scope: Scope, cases: CaseScope, villages: Sequence[VillageName], wanted: Wanted, now: datetime
) -> Page:
    """A page of those who are looked for: of one village by name, of several those changed last first."""
    village_id = villages[0].id if len(villages) == 1 else wanted.village_id
    query = _matching(session, scope, cases, wanted, village_id, now)
    if village_id:
        return _of_one_village(session, query, wanted)
    if wanted.name:
        words = name_words.having(session, wanted.name)
        query = query.where(Person.id.in_(words)) if words is not None else query.where(Person.id < 0)
    order = CensusRecord.changed_at.desc() if wanted.kind != UNREGISTERED else Person.id.desc()
    rows = session.execute(query.order_by(order, Person.id).offset(wanted.offset).limit(PAGE + 1)).all()
    return _page([Found(*row) for row in rows], wanted.offset)


def person(session: Session, scope: Scope, cases: CaseScope, person_id: int, *, to_change: bool = False) -> Found:
    """One person, in the register or not; merged ones lead to whom they were found to be. Raises `NotHere`."""
    query = _everybody(scope).where(Person.id == person_id, may_be_seen(cases))
    if to_change:
        query = query.with_for_update(of=Person, key_share=True).execution_options(populate_existing=True)
    row = session.execute(query).first()
    if row is None:
        raise NotHere(f"person {person_id}")
    found = Found(*row)
    if found.person.merged_into:
        return person(session, scope, cases, found.person.merged_into, to_change=to_change)
    return found


def registered(session: Session, scope: Scope, cases: CaseScope, person_id: int) -> tuple[Person, CensusRecord]:
    """Somebody in the register, held to be changed. Raises `NotHere`."""
    found = person(session, scope, cases, person_id, to_change=True)
    if found.record is None:
        raise NotHere(f"person {person_id} is not in the register")
    return found.person, found.record


def card(session: Session, scope: Scope, cases: CaseScope, person_id: int) -> Card:
    """Somebody in the register with all that belongs to them. Raises `NotHere`."""
    found = person(session, scope, cases, person_id)
    if found.record is None:
        raise NotHere(f"person {person_id} is not in the register")
    ids = people.as_one(session, found.person.id)
    addresses = _addresses(session, found.person.id)
    return Card(
        found.person,
        found.record,
        found.village,
        census_records.statuses_of(session, ids),
        census_consents.every(session, found.person.id),
        census_requests.open_of(session, found.person.id),
        census_links.of(session, found.person.id),
        _bookings(session, found.person.id),
        _cases(session, cases, [number for number, *_ in addresses]),
        [(channel, relation) for _, channel, relation in addresses],
    )


def likely(
    session: Session, cases: CaseScope, village_id: int, name: str, birth_year: int | None, but: int | None = None
) -> list[Found]:
    """Who may be meant by a name that is being entered: of this village, and not told apart by the year of birth."""
    like = [each for each in people.like_name(session, village_id, name) if each.id != but]
    told = [each for each in like if not (birth_year and each.birth_year and abs(each.birth_year - birth_year) > 1)]
    seen = set(session.scalars(_seen(cases).where(Person.id.in_([each.id for each in told]))))
    records = census_records.records_of(session, [each.id for each in told])
    village = session.get(Village, village_id)
    return [Found(each, records.get(each.id), village) for each in told if each.id in seen]


def namesakes(
    session: Session, cases: CaseScope, village_id: int, named: Sequence[tuple[str, int | None]]
) -> list[list[Found]]:
    """The same for many (name, year of birth) at once: each name of the village is opened once."""
    known = [(each, " ".join(each.name.casefold().split())) for each in people.in_village(session, village_id)]
    seen = set(session.scalars(_seen(cases).where(Person.village_id == village_id)))
    records = census_records.records_of(session, [each.id for each, _ in known])
    village = session.get(Village, village_id)
    found = []
    for name, year in named:
        said = " ".join(name.casefold().split())
        like = [
            Found(each, records.get(each.id), village)
            for each, own in known
            if each.id in seen
            and fuzz.token_sort_ratio(own, said) >= ALIKE
            and not (year and each.birth_year and abs(each.birth_year - year) > 1)
        ]
        found.append(like[:5])
    return found


def registered_in(
    session: Session, scope: Scope, village_id: int, kind: str, most: int
) -> list[tuple[Person, CensusRecord]]:
    """Everybody of a village's register with this status (empty: all), by name, for a file."""
    query = _everybody(scope).where(Person.village_id == village_id, Person.merged_into.is_(None))
    query = query.where(CensusRecord.person_id.is_not(None)).order_by(Person.id).limit(most)
    rows = session.execute(query.where(Person.kind == kind) if kind else query)
    found = [(known.name.casefold(), known, record) for known, record, _village in rows]
    return [(known, record) for _, known, record in sorted(found, key=lambda each: (each[0], each[1].id))]


def count(session: Session, scope: Scope) -> int:
    """How many people of these villages are in the register."""
    query = _everybody(scope).where(census.is_kept(), Person.merged_into.is_(None))
    return session.scalar(query.with_only_columns(func.count())) or 0


def _matching(
    session: Session, scope: Scope, cases: CaseScope, wanted: Wanted, village_id: int | None, now: datetime
) -> Select[Person, CensusRecord, Village]:
    """Everything that is asked for but the name."""
    is_narrowed = wanted.kind or wanted.destination or wanted.due or not (wanted.name and village_id)
    registered = bool(is_narrowed) and wanted.kind != UNREGISTERED
    query = _everybody(scope, registered=registered).where(Person.merged_into.is_(None))
    if village_id:
        query = query.where(Person.village_id == village_id)
    if wanted.kind == UNREGISTERED:
        query = query.where(CensusRecord.person_id.is_(None))
    if not registered:
        query = query.where(may_be_seen(cases))
    if wanted.kind and wanted.kind != UNREGISTERED:
        query = query.where(Person.kind == wanted.kind)
    if wanted.destination:
        query = query.where(CensusRecord.destination == wanted.destination)
    return query.where(_is_due(wanted.due, now)) if wanted.due else query


def _is_due(due: str, now: datetime) -> ColumnElement[bool]:
    if due == "unchecked":
        return CensusRecord.checked_at < now - census.DOUBTFUL
    column = getattr(CensusRecord, due)
    condition: ColumnElement[bool] = column.between(now.date() - AHEAD, now.date() + AHEAD)
    return condition


def _of_one_village(session: Session, query: Select[Person, CensusRecord, Village], wanted: Wanted) -> Page:
    """Names are opened here: by name, or by likeness to the one that was typed."""
    rows = [Found(*row) for row in session.execute(query.order_by(Person.id).limit(MOST_IN_A_VILLAGE))]
    named = [(each.person.name, each) for each in rows]
    if name_words.folded(wanted.name):
        scored = [(_likeness(name, wanted.name), name, each) for name, each in named]
        named = [(name, each) for score, name, each in sorted(scored, key=_likest_first) if score >= ALIKE]
    else:
        named.sort(key=lambda pair: (pair[0].casefold(), pair[1].person.id))
    return _page([each for _, each in named[wanted.offset : wanted.offset + PAGE + 1]], wanted.offset)


def _likest_first(scored: tuple[float, str, Found]) -> tuple[float, str, int]:
    return -scored[0], scored[1].casefold(), scored[2].person.id


def _likeness(name: str, typed: str) -> float:
    """How like a name is to what was typed, also to the beginning of one of its words, or as it sounds."""
    own, said = name.casefold(), " ".join(typed.casefold().split())
    if any(word.startswith(said) for word in own.split()) or name_words.folded(typed) <= name_words.folded(name):
        return 100
    return max(fuzz.token_sort_ratio(own, said), fuzz.token_set_ratio(own, said))


def _page(rows: list[Found], offset: int) -> Page:
    return Page(rows[:PAGE], offset + PAGE if len(rows) > PAGE else None)


def _everybody(scope: Scope, *, registered: bool = False) -> Select[Person, CensusRecord, Village]:
    """`registered`: nobody but those in the register, so that they can be read in the order of what changed there."""
    return (
        select(Person, CensusRecord, Village)
        .join(CensusRecord, CensusRecord.person_id == Person.id, isouter=not registered)
        .join(Village, Village.id == Person.village_id, isouter=True)
        .where(scope.covers(Village.code))
    )


def may_be_seen(cases: CaseScope) -> ColumnElement[bool]:
    """In the register, or known from no telephone with a case that is not theirs to know."""
    hidden = exists().where(PersonAddress.person_id == Person.id, hides(PersonAddress.conversation_id, cases))
    return or_(census.is_kept(), not_(hidden))


def _seen(cases: CaseScope) -> Select[int]:
    return select(Person.id).where(may_be_seen(cases))


def _addresses(session: Session, person_id: int) -> list[tuple[int, str, str]]:
    """(number, channel, relation) of the conversations they are behind."""
    own = (
        select(Conversation.id, Conversation.channel, PersonAddress.relation)
        .join(PersonAddress, PersonAddress.conversation_id == Conversation.id)
        .where(PersonAddress.person_id == person_id, Conversation.closing_at.is_(None))
        .order_by(PersonAddress.relation != "self", Conversation.id)
    )
    return [(number, channel, relation) for number, channel, relation in session.execute(own)]


def _bookings(session: Session, person_id: int) -> Sequence[Booking]:
    own = select(Booking).join(Slot, Slot.id == Booking.slot_id).where(Booking.person_id == person_id)
    whole = own.options(contains_eager(Booking.slot).joinedload(Slot.type))
    return session.scalars(whole.order_by(Slot.starts_at.desc()).limit(PAGE)).all()


def _cases(session: Session, cases: CaseScope, conversation_ids: list[int]) -> Sequence[Case]:
    ordinary: tuple[Any, ...] = (not_(Case.bypasses_village), not_(Case.is_restricted))
    own = select(Case).where(Case.conversation_id.in_(conversation_ids), cases.covers(), *ordinary)
    return session.scalars(own.order_by(Case.id.desc()).limit(PAGE)).all()
