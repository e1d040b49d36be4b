"""The register of a village: entering somebody, putting right, saying that it is still true, and letting go.

Nobody is kept without consent (`centre.census_consents`), and nobody for longer than three years after somebody last said
that it is still true. Every change is kept with who made it (`census_records.CensusChange`). What is kept of a child is a
name, a year of birth and whose child it is (UU PDP 27/2022 art. 25; UU 18/2017 art. 5: nobody under eighteen works abroad).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from centre import census_consents, data_keys, name_words, people
from centre.census_consents import CensusConsent, ConsentMissing, Given
from centre.census_links import CensusLink
from centre.census_records import (
    DATES,
    FACTS,
    CensusChange,
    CensusRecord,
    CensusStatus,
    Source,
    as_words,
    keep_facts,
    note_change,
    record_of,
)
from centre.people import OF_AGE, Person, PersonAddress
from centre.row_by_row import none_of

KEPT = timedelta(days=3 * 365)
"""How long a record is kept after it was last found to be true; the wording of the consent says so."""
DOUBTFUL = timedelta(days=365)
"""After this it should be asked again whether it is still true."""
AT_ONCE = 200
OLDEST = 110
OF_A_CHILD = frozenset({"name", "sex", "birth_year", "kind", "phone_use"})
"""What may be known of somebody under eighteen."""


CARD = re.compile(r"\d[\d .-]{13,}\d|\b[A-Z]{1,2} ?\d{6,7}\b", re.IGNORECASE | re.ASCII)
"""How numbers of identity and family cards (16 digits) and of passports (a letter or two, six or seven digits) look."""
LONGER_THAN_A_PHONE = re.compile(r"(?:\d[ .()-]{0,3}){16}|\b[A-Z]{1,2} ?\d{6,7}\b", re.IGNORECASE | re.ASCII)
"""The same where a telephone abroad is written: it has fifteen digits at most (ITU-T E.164)."""


class TooMuchOfAChild(ValueError):
    """Under eighteen: a name, a year of birth, and whose child it is."""


class NumberOfACard(ValueError):
    """The number of an identity card, family card or passport is not kept anywhere. Its argument names the field."""


class BirthWrong(ValueError):
    """Nobody was born then."""


class DatesWrong(ValueError):
    """One comes before the other. Its argument names the field."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the record since it was opened."""


class AlreadyThere(Exception):
    """This person is in the register already."""


@dataclass(frozen=True)
class Entry:
    """All that a form, a row of a file or a conversation tells of somebody; what is empty is not known."""

    name: str
    kind: str | None = None
    since: date | None = None
    """When they became what they are; kept with the line of what they were."""
    sex: str | None = None
    birth_year: int | None = None
    phone: str = ""
    destination: str | None = None
    agency_id: int | None = None
    departs_on: date | None = None
    returns_on: date | None = None
    contract_ends_on: date | None = None
    passport_ends_on: date | None = None
    visa_ends_on: date | None = None
    business: str | None = None
    phone_use: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, str]:
        """Every field as words, for the history."""
        own = {
            name: as_words(getattr(self, name))
            for name in ("name", "kind", "sex", "birth_year", "phone", "destination", *DATES, "business", "phone_use")
        }
        return own | {name: self.facts.get(name, "") for name in FACTS}


PLAIN = ("sex", "destination", "agency_id", *DATES, "business", "phone_use")
"""Fields that stand in a record as they are told."""


def enter(
    session: Session,
    entry: Entry,
    given: Given,
    by: str,
    now: datetime,
    today: date,
    *,
    source: Source,
    village_id: int | None = None,
    person: Person | None = None,
) -> CensusRecord:
    """Take somebody into the register; `person`: known from a booking or behind a telephone already.

    `by`: staff id or "family"; `today`: the day it is in the village. Raises `AlreadyThere`, whatever `check` and
    `census_consents.note` raise, `NameInvalid` or `PhoneInvalid`.
    """
    entry = _clean(entry)
    check(entry, today)
    if person is None:
        person = people.add(session, entry.name, now, kind=entry.kind, village_id=village_id)
    elif record_of(session, person.id):
        raise AlreadyThere(f"person {person.id}")
    person.village_id = person.village_id or village_id
    record = CensusRecord(
        person_id=person.id, source=source, entered_by=by, entered_at=now, changed_at=now, checked_at=now
    )
    session.add(record)
    session.flush()
    census_consents.note(session, person.id, given, by, now, today, is_child=is_child(entry, today))
    _note_status(session, person.id, entry, by, now)
    _write(session, person, record, entry)
    return record


def verify(entry: Entry, given: Given, today: date) -> None:
    """Would `enter` take this in? Raises what it raises."""
    entry = _clean(entry)
    check(entry, today)
    census_consents.check(given, today, is_child=is_child(entry, today))


def correct(
    session: Session, person: Person, entry: Entry, by: str, now: datetime, today: date, *, version: int | None = None
) -> list[CensusChange]:
    """Put right what the register says; gives what changed. `version`: the one that was looked at.

    Raises `ConsentMissing`, `ChangedMeanwhile`, whatever `check` raises, `NameInvalid` or `PhoneInvalid`.
    """
    record = record_of(session, person.id, to_change=True)
    if record is None or not census_consents.standing(session, [person.id]):
        raise ConsentMissing(f"person {person.id}")
    if version is not None and version != record.version:
        raise ChangedMeanwhile(f"person {person.id}")
    entry = _clean(entry)
    check(entry, today)
    before = entry_of(person, record)
    said, now_said = before.told, entry.told
    changed = [name for name in now_said if now_said[name] != said[name]]
    changes = [note_change(session, person.id, name, (said[name], now_said[name]), by, now) for name in changed]
    if entry.kind != before.kind or entry.since:
        _note_status(session, person.id, entry, by, now)
    _write(session, person, record, entry)
    record.version += 1
    record.changed_at = record.checked_at = now
    session.flush()
    return changes


def still_true(session: Session, record: CensusRecord, now: datetime) -> None:
    """Somebody asked: all of it holds as it stands."""
    record.checked_at = now


def entry_of(person: Person, record: CensusRecord) -> Entry:
    """What the register says now, as it would be told."""
    own = {name: getattr(record, name) for name in PLAIN}
    return Entry(
        name=person.name,
        kind=person.kind,
        birth_year=person.birth_year,
        phone=person.phone or "",
        facts=record.facts,
        **own,
    )


def check(entry: Entry, today: date) -> None:
    """Can all of this be true, and may it be kept? Raises `BirthWrong`, `DatesWrong`, `NumberOfACard` or
    `TooMuchOfAChild`."""
    born = birth_of(entry)
    if entry.birth_year and not today.year - OLDEST <= entry.birth_year <= today.year:
        raise BirthWrong(str(entry.birth_year))
    if born and (born > today or (entry.birth_year and born.year != entry.birth_year)):
        raise BirthWrong(born.isoformat())
    if entry.departs_on and entry.returns_on and entry.returns_on < entry.departs_on:
        raise DatesWrong("returns_on")
    if entry.since and entry.since > today:
        raise DatesWrong("since")
    for name, words in entry.facts.items():
        if (LONGER_THAN_A_PHONE if name == "phone_abroad" else CARD).search(words):
            raise NumberOfACard(name)
    if is_child(entry, today):
        _check_child(entry)


def is_child(entry: Entry, today: date) -> bool:
    """Under eighteen; where only the year is known, until the year in which they come of age."""
    born = birth_of(entry)
    if born:
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < OF_AGE
    return bool(entry.birth_year) and today.year - (entry.birth_year or 0) < OF_AGE


def birth_of(entry: Entry) -> date | None:
    """The day of birth, where it was told."""
    told = entry.facts.get("birth_date")
    return date.fromisoformat(told) if told else None


def let_go(session: Session, person: Person) -> None:
    """Nothing rests on a consent any more: the register forgets, and what it knew opens nowhere any more. What was booked
    stays with the person."""
    ids = people.as_one(session, person.id)
    for table in (CensusChange, CensusStatus, CensusRecord, name_words.NameWord, CensusLink):
        session.execute(delete(table).where(table.person_id.in_(ids)).execution_options(synchronize_session="fetch"))
    from_others = delete(CensusLink).where(CensusLink.other_id.in_(ids))
    session.execute(from_others.execution_options(synchronize_session="fetch"))
    for number in ids:
        data_keys.renew(session, "person", number)


def take_back(session: Session, person: Person, by: str, now: datetime, *, conversation_id: int | None = None) -> bool:
    """A consent is taken back; gives whether another one still stands, so that the record stays."""
    if census_consents.take_back(session, person.id, by, now, conversation_id=conversation_id):
        return True
    let_go(session, person)
    return False


def is_kept() -> ColumnElement[bool]:
    """The condition on people that they are in the register."""
    return exists().where(CensusRecord.person_id == Person.id).correlate(Person)


def is_to_remind() -> ColumnElement[bool]:
    """The condition on addresses that whoever is behind them is in the register and agreed to be reminded."""
    return census_consents.allows_reminders(PersonAddress.person_id)


def over(session: Session, now: datetime, kept: timedelta, but: Collection[int]) -> Sequence[int]:
    """The numbers of people whom nobody found to be true for three years, `but` these; a page of them. What was merged goes
    with whom it was found to be."""
    old = select(Person.id).join(CensusRecord, CensusRecord.person_id == Person.id).where(Person.merged_into.is_(None))
    old = old.where(CensusRecord.checked_at < now - kept, none_of(Person.id, but))
    return session.scalars(old.order_by(CensusRecord.checked_at).limit(AT_ONCE)).all()


def forget_each(session: Session, person_ids: Sequence[int], now: datetime) -> int:
    """Their time in the register is over; gives how many went."""
    for person_id in person_ids:
        take_back(session, session.get_one(Person, person_id), "time", now)
    return len(person_ids)


def kept_by_desk(session: Session, person_ids: list[int]) -> set[int]:
    """Those of them whose consent was given at the desk or on paper: no telephone alone decides over their record."""
    consents = select(CensusConsent.person_id).where(
        CensusConsent.person_id.in_(person_ids), CensusConsent.withdrawn_at.is_(None), CensusConsent.how != "chat"
    )
    return set(session.scalars(consents))


def _clean(entry: Entry) -> Entry:
    """As it is kept, so that only what is really another is a change."""
    phone = people.clean_phone(entry.phone) if entry.phone.strip() else ""
    facts = {name: words.strip() for name, words in entry.facts.items() if words.strip()}
    return replace(entry, name=people.clean_name(entry.name), phone=phone, facts=facts)


def _check_child(entry: Entry) -> None:
    too_much = [name for name, words in entry.told.items() if words and name not in OF_A_CHILD]
    if too_much or entry.kind not in (None, "family"):
        raise TooMuchOfAChild(too_much[0] if too_much else "kind")


def _write(session: Session, person: Person, record: CensusRecord, entry: Entry) -> None:
    people.rename(session, person, entry.name)
    name_words.note(session, person.id, person.name)
    if entry.phone.strip():
        people.set_phone(session, person, entry.phone)
    else:
        person.sealed_phone = None
    born = birth_of(entry)
    person.kind, person.birth_year = entry.kind, born.year if born else entry.birth_year
    for name in PLAIN:
        setattr(record, name, getattr(entry, name))
    keep_facts(session, record, dict(entry.facts))
    session.flush()


def _note_status(session: Session, person_id: int, entry: Entry, by: str, now: datetime) -> None:
    if entry.kind:
        session.add(CensusStatus(person_id=person_id, kind=entry.kind, since=entry.since, by=by, at=now))
