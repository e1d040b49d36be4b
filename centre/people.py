"""The people we serve, as far as they have told us: a name to call at the door, and whom a message for them goes to.

Several people may stand behind one telephone; each is known there by name and relation. Nothing here is asked of somebody
who only wants an answer. Identity-card, family-card and passport numbers are never kept (WhatsApp Business Messaging Policy;
UU PDP 27/2022 art. 16: no more than the purpose needs). What is kept of a child is a name to call and a year of birth, told
by the parent (UU PDP art. 25).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from rapidfuzz import fuzz, process
from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, exists, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from centre import data_keys, name_words
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.sealing import sealed

Kind = Literal["prospective", "abroad", "returned", "family"]
Relation = Literal["self", "child", "spouse", "parent", "sibling", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
LONGEST_NAME = 60
ALIKE = 88
"""Likeness of two names (of 100) from which staff are asked whether it is one person."""
SAME_NAME = 80
"""Likeness from which a typed name is taken for the one we know; a typing mistake, not another person."""
_EVERYBODYS = """
    siti muhammad mohammad mohamad muhamad ahmad abdul abdullah lalu baiq inaq amaq papuq wayan made nyoman ketut putu kadek
    gede komang sri nur dewi pak bapak ibu haji hajah nyi mas dwi tri eko agus
"""
EVERYBODYS = frozenset(_EVERYBODYS.split())
"""Parts of names that so many bear that they tell nobody from another, forms of address among them."""
OF_AGE = 18
KEPT = timedelta(days=365)
"""How long a name outlives the last booking, so that a year's attendance can be reported."""


class NameInvalid(ValueError):
    """Not a name: empty, too long, without letters, or with a number in it."""


class PhoneInvalid(ValueError):
    """Not a telephone number as they are written in Indonesia or abroad."""


class Person(Base):
    """Somebody we serve."""

    __tablename__ = "people"
    __table_args__ = (
        Index(
            "ix_people_merged_into",
            "merged_into",
            postgresql_where=text("merged_into IS NOT NULL"),
            sqlite_where=text("merged_into IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("people|name", person="id"))
    sealed_phone: Mapped[bytes | None] = mapped_column(LargeBinary, info=sealed("people|phone", person="id"))
    """Told at the desk by those who have no address with us; nothing is sent there by itself."""
    kind: Mapped[str | None] = mapped_column(String(12))
    birth_year: Mapped[int | None]
    village_id: Mapped[int | None] = mapped_column(ForeignKey("villages.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    """Found to be the same as that person; nothing new is tied to this one."""

    @property
    def name(self) -> str:
        return vault_of(_session_of(self)).open(self.sealed_name, _NAME)

    @property
    def phone(self) -> str | None:
        return vault_of(_session_of(self)).open(self.sealed_phone, _PHONE) if self.sealed_phone else None


class PersonAddress(Base):
    """A person can be reached in this conversation, and is this to whoever holds the telephone."""

    __tablename__ = "person_addresses"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    relation: Mapped[str] = mapped_column(String(10))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DistinctPeople(Base):
    """Two people whose records look alike; staff looked at both and said so. The older record comes first."""

    __tablename__ = "distinct_people"

    one_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    by: Mapped[str] = mapped_column(String(36))
    """The staff member who said so."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Known:
    """Somebody behind a telephone."""

    person: Person
    relation: str


def add(
    session: Session,
    name: str,
    now: datetime,
    *,
    kind: str | None = None,
    birth_year: int | None = None,
    village_id: int | None = None,
    phone: str = "",
) -> Person:
    """Note somebody. Raises `NameInvalid` or `PhoneInvalid`."""
    known = clean_name(name)
    person = Person(sealed_name=b"", kind=kind, birth_year=birth_year, village_id=village_id, created_at=now)
    session.add(person)
    session.flush()
    _keep_name(session, person, known)
    if phone.strip():
        set_phone(session, person, phone)
    session.flush()
    return person


def rename(session: Session, person: Person, name: str) -> None:
    """The name was taken down wrongly. Raises `NameInvalid`."""
    _keep_name(session, person, clean_name(name))
    name_words.renamed(session, person.id, person.name)


def _keep_name(session: Session, person: Person, name: str) -> None:
    person.sealed_name = vault_of(session).of("person", person.id).seal(name, _NAME)


def set_phone(session: Session, person: Person, phone: str) -> None:
    """Where staff may call. Raises `PhoneInvalid`."""
    person.sealed_phone = vault_of(session).of("person", person.id).seal(clean_phone(phone), _PHONE)


def clean_phone(typed: str) -> str:
    """A number as it is dialled. Raises `PhoneInvalid`."""
    digits = re.sub(r"[\s().-]", "", typed)
    if not re.fullmatch(r"\+?\d{8,15}", digits, re.ASCII):
        raise PhoneInvalid
    return digits


def clean_name(typed: str) -> str:
    """A name as it is called out: one line, without numbers. Raises `NameInvalid`."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    letters = sum(char.isalpha() for char in name)
    if letters < 2 or len(name) > LONGEST_NAME or any(char.isdecimal() for char in name) or not name.isprintable():
        raise NameInvalid
    return name.title() if name.islower() or name.isupper() else name


def tie(session: Session, person: Person, conversation: Conversation, relation: str, now: datetime) -> None:
    """This person is behind this telephone."""
    tied = session.get(PersonAddress, (person.id, conversation.id))
    if tied is None:
        tied = PersonAddress(person_id=person.id, conversation_id=conversation.id, added_at=now)
        session.add(tied)
    tied.relation = relation
    session.flush()


def behind(session: Session, conversation: Conversation) -> list[Known]:
    """Everybody behind this telephone: whoever holds it first, then in the order in which they were named."""
    rows = session.execute(
        select(Person, PersonAddress.relation)
        .join(PersonAddress, PersonAddress.person_id == Person.id)
        .where(PersonAddress.conversation_id == conversation.id, Person.merged_into.is_(None))
        .order_by(PersonAddress.relation != "self", Person.id)
    )
    return [Known(person, relation) for person, relation in rows]


def named(session: Session, conversation: Conversation, person_id: int) -> Known | None:
    """That person, if behind this telephone; the number may come from an old or a forged button."""
    return next((known for known in behind(session, conversation) if known.person.id == person_id), None)


def is_named(person: Person, typed: str) -> bool:
    """Did somebody type this person's name: in full with a slip or two, or a whole part that is not everybody's?"""
    own, said = _plain(person.name), _plain(typed)
    if not said:
        return False
    parts = [part for part in own.split() if len(part) > 2 and part not in EVERYBODYS]
    return fuzz.ratio(own, said) >= SAME_NAME or any(fuzz.ratio(part, said) >= SAME_NAME for part in parts)


def age(person: Person, now: datetime) -> int | None:
    """Years that this person turns this year; None when not told."""
    return now.year - person.birth_year if person.birth_year else None


def in_village(session: Session, village_id: int) -> Sequence[Person]:
    """Everybody known in a village."""
    own = select(Person).where(Person.village_id == village_id, Person.merged_into.is_(None))
    return session.scalars(own.order_by(Person.id)).all()


def alike(session: Session, village_id: int) -> list[tuple[Person, Person]]:
    """Pairs in one village that may be one person, the older record first: names alike and nothing that tells them apart.

    Those of whom staff said that they are two (`keep_apart`) are left out.
    Names are sealed, so they are opened and compared here; a village has hundreds of people, not millions.
    """
    apart = _kept_apart(session, village_id)
    known = in_village(session, village_id)
    names = [" ".join(sorted(_plain(person.name).split())) for person in known]
    found = [
        (one, known[number])
        for first, (one, name) in enumerate(zip(known, names, strict=True), 1)
        for number in _like(name, names, first)
    ]
    return [(one, other) for one, other in found if (one.id, other.id) not in apart and not _differ(one, other)]


def keep_apart(session: Session, one_id: int, other_id: int, by: str, now: datetime) -> None:
    """These are two people: they are not suggested as one again. `by`: staff id."""
    one_id, other_id = sorted((one_id, other_id))
    if session.get(DistinctPeople, (one_id, other_id)) is None:
        session.add(DistinctPeople(one_id=one_id, other_id=other_id, by=by, at=now))
    session.flush()


def keep_apart_as(session: Session, kept_id: int, other_id: int) -> None:
    """One record goes on in another: whoever was told apart from the one is told apart from the other too."""
    is_one, is_other = DistinctPeople.one_id == other_id, DistinctPeople.other_id == other_id
    for known in session.scalars(select(DistinctPeople).where(is_one | is_other)).all():
        third = known.other_id if known.one_id == other_id else known.one_id
        session.delete(known)
        if third != kept_id:
            keep_apart(session, kept_id, third, known.by, known.at)
    session.flush()


def like_name(session: Session, village_id: int, typed: str, most: int = 5) -> list[Person]:
    """Who in this village may be meant by a name typed at the desk, the likest first: "Rohani" finds Inaq Rohani."""
    said = _plain(typed)
    known = [(person, _plain(person.name)) for person in in_village(session, village_id)]
    scored = [(max(fuzz.token_sort_ratio(own, said), fuzz.token_set_ratio(own, said)), person) for person, own in known]
    like = [(score, person) for score, person in scored if score >= ALIKE or is_named(person, typed)]
    return [person for _, person in sorted(like, key=lambda found: (-found[0], found[1].id))][:most]


def erase(session: Session, person: Person) -> None:
    """Forget somebody, and the records that were found to be theirs, and destroy their keys. What they booked stays in the
    counts, without them."""
    for record in session.scalars(select(Person).where(Person.merged_into == person.id)).all():
        erase(session, record)
    if person in session:  # else it went just now, together with the one it was found to be
        session.delete(person)
    session.flush()
    data_keys.destroy(session, "person", [person.id])


def as_one(session: Session, person_id: int) -> list[int]:
    """The numbers of a person and of all records that were found to be theirs."""
    found, edge = [person_id], [person_id]
    while edge:
        edge = list(session.scalars(select(Person.id).where(Person.merged_into.in_(edge))))
        found += edge
    return found


def only_behind(session: Session, conversation: Conversation) -> Sequence[Person]:
    """Those who are known through this conversation alone."""
    elsewhere = exists().where(PersonAddress.person_id == Person.id, PersonAddress.conversation_id != conversation.id)
    here = exists().where(PersonAddress.person_id == Person.id, PersonAddress.conversation_id == conversation.id)
    return session.scalars(select(Person).where(here, ~elsewhere)).all()


def leave(session: Session, conversation: Conversation) -> None:
    """Nobody is known behind this telephone any more."""
    session.execute(delete(PersonAddress).where(PersonAddress.conversation_id == conversation.id))


def move(session: Session, others: set[int], kept_id: int) -> None:
    """The other conversations turned out to be this one: who is known there is known here."""
    for tied in session.scalars(select(PersonAddress).where(PersonAddress.conversation_id.in_(others))).all():
        if session.get(PersonAddress, (tied.person_id, kept_id)) is None:
            here = PersonAddress(person_id=tied.person_id, relation=tied.relation, added_at=tied.added_at)
            here.conversation_id = kept_id
            session.add(here)
        session.delete(tied)
    session.flush()


def _like(name: str, names: Sequence[str], since: int) -> Iterator[int]:
    """Which of the names from `since` on are like this one; the words of each are in order."""
    for _, _, number in process.extract_iter(name, names[since:], scorer=fuzz.ratio, score_cutoff=ALIKE):
        yield since + number


def _kept_apart(session: Session, village_id: int) -> set[tuple[int, int]]:
    rows = session.execute(
        select(DistinctPeople.one_id, DistinctPeople.other_id)
        .join(Person, Person.id == DistinctPeople.one_id)
        .where(Person.village_id == village_id)
    )
    return {(one_id, other_id) for one_id, other_id in rows}


def _differ(one: Person, other: Person) -> bool:
    """Is there something known that tells the two apart?"""
    years = one.birth_year and other.birth_year and abs(one.birth_year - other.birth_year) > 1
    phones = one.phone and other.phone and one.phone[-8:] != other.phone[-8:]
    return bool(years or phones)


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))


def _session_of(person: Person) -> Session:
    session = object_session(person)
    assert session is not None, "a person is only read within a transaction"
    return session


_NAME, _PHONE = "people|name", "people|phone"
