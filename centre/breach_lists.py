"""Whom a breach may concern, by code, and the list of them that leaves the house sealed.

Asked of the database as it is: everybody whose data lay here between two times, or, where it was one account, whose data that
account opened or took along, as the record of deeds has it. Who was erased or cleared since is not found any more, and nothing
of theirs is left that could be told of: so the list is made as soon as a breach is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from centre import conversations
from centre.areas import Village
from centre.audit import AuditEntry
from centre.booking_records import Booking
from centre.breaches import Within
from centre.case_records import Case
from centre.conversations import Conversation
from centre.db import vault_of
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from centre.people import Person, PersonAddress
from centre.privacy import CannotOpen

AT_ONCE = 500
"""Whose addresses are opened together."""
COLUMNS = ("code", "kind", "area", "reached_by", "address")
DESK, WEB, TELEPHONE = "desk", "web", "telephone"
_TABLE = "breaches|table"


@dataclass(frozen=True)
class Concerned:
    """Somebody it may concern: a code, never a name."""

    code: str
    kind: str
    """conversation, person or case"""
    area: str
    """Village or area code; empty where it is not known."""
    reached_by: str
    """A channel, `TELEPHONE`, or `DESK` where only the village can find them."""
    conversation_id: int | None = None
    person_id: int | None = None


def concerned(session: Session, within: Within, first: int = 0, most: int | None = None) -> list[Concerned]:
    """Whom it may concern: conversations first, then people, then cases. `first`, `most`: only these of the whole list."""
    found: list[Concerned] = []
    for kind, query in _queries(session, within).items():
        left = None if most is None else most - len(found)
        if left == 0:
            break
        rows = session.execute(query.offset(first).limit(left) if left is not None else query.offset(first)).all()
        found += [_MADE[kind](row) for row in rows]
        first = 0 if rows else max(0, first - _number(session, query))
    return found


def counts(session: Session, within: Within) -> dict[str, int]:
    """How many of each kind; kinds without any are left out."""
    numbers = {kind: _number(session, query) for kind, query in _queries(session, within).items()}
    return {kind: number for kind, number in numbers.items() if number}


def rows(session: Session, found: Iterable[Concerned]) -> Iterator[Sequence[str]]:
    """The list with the ways to reach them opened, its head first: it leaves the house only `sealed`."""
    yield COLUMNS
    remaining = iter(found)
    while page := list(islice(remaining, AT_ONCE)):
        held = _read(session, page)
        for each in page:
            yield (each.code, each.kind, each.area, each.reached_by, _address(session, each))
        del held


def sealed(session: Session, table: str) -> bytes:
    """A list, sealed with a key that lies in the house as those of persons do: a new field key wraps it anew, so a list opens
    after `balai keys rotate` too, and where the house was restored. `balai breach --open` reads it."""
    return vault_of(session).of("lists", 0).seal(table, _TABLE)


def opened(session: Session, data: bytes) -> str:
    """What `sealed` was given. Raises `centre.privacy.CannotOpen`."""
    return vault_of(session).open(data, _TABLE)


def _queries(session: Session, within: Within) -> dict[str, Select[*tuple[Any, ...]]]:
    """Whom it may concern of each kind."""
    if within.account_id:
        return _seen_by(session, within.account_id, within)
    return {
        "conversation": _conversations(Conversation.created_at <= within.until),
        "person": _people(within),
        "case": _cases(within),
    }


def _seen_by(session: Session, account_id: str, within: Within) -> dict[str, Select[*tuple[Any, ...]]]:
    """Whose data this account opened, changed or took along in that time; a list taken along is everybody of its village."""
    deeds = session.execute(
        select(AuditEntry.deed, AuditEntry.about)
        .where(AuditEntry.staff_id == account_id, AuditEntry.at >= within.since, AuditEntry.at <= within.until)
        .distinct()
    ).all()
    about: dict[str, set[int]] = {}
    for _deed, what in deeds:
        kind, _, number = what.partition(":")
        if number.isdecimal():
            about.setdefault(kind, set()).add(int(number))
    taken = {int(what.partition(":")[2]) for deed, what in deeds if deed == "people_exported"}
    return {
        "conversation": _conversations(_said_in(about)),
        "person": _people(within, _behind(about, taken)),
        "case": _cases(within, Case.id.in_(about.get("case", ()))),
    }


def _behind(about: dict[str, set[int]], villages: set[int]) -> ColumnElement[bool]:
    """People who were opened, behind bookings and rosters that were, and on lists of whole villages."""
    places = Booking.id.in_(about.get("booking", ())) | Booking.slot_id.in_(about.get("slot", ()))
    booked = select(Booking.person_id).where(places, Booking.person_id.is_not(None))
    return or_(Person.id.in_(about.get("person", ())), Person.id.in_(booked), Person.village_id.in_(villages))


def _said_in(about: dict[str, set[int]]) -> ColumnElement[bool]:
    """Conversations in which a message or a reply was opened."""
    heard = select(InboxEvent.conversation_id).where(InboxEvent.id.in_(about.get("event", ())))
    said = select(OutboxMessage.conversation_id).where(OutboxMessage.id.in_(about.get("reply", ())))
    return or_(Conversation.id.in_(heard), Conversation.id.in_(said))


def _conversations(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """One that nobody wrote in since then lay here all the same."""
    query = select(Conversation.id, Conversation.channel, Village.code)
    joined = query.join(Village, Village.id == Conversation.village_id, isouter=True)
    return joined.where(*which).order_by(Conversation.id)


def _people(within: Within, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    query = select(Person.id, Person.sealed_phone.is_not(None), Village.code)
    joined = query.join(Village, Village.id == Person.village_id, isouter=True)
    return joined.where(Person.created_at <= within.until, *which).order_by(Person.id)


def _cases(within: Within, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Whose words were still there."""
    query = select(Case.code, Case.area, Case.conversation_id, Conversation.channel)
    joined = query.join(Conversation, Conversation.id == Case.conversation_id, isouter=True)
    there = Case.erased_at.is_(None) | (Case.erased_at >= within.since)
    return joined.where(there, Case.opened_at <= within.until, *which).order_by(Case.id)


def _number(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()


def _conversation(row: Any) -> Concerned:
    number, channel, area = row
    return Concerned(f"P-{number}", "conversation", area or "", channel, number)


def _person(row: Any) -> Concerned:
    number, has_telephone, area = row
    return Concerned(f"W-{number}", "person", area or "", TELEPHONE if has_telephone else DESK, None, number)


def _case(row: Any) -> Concerned:
    code, area, conversation_id, channel = row
    return Concerned(code, "case", area or "", channel or DESK, conversation_id)


_MADE = {"conversation": _conversation, "person": _person, "case": _case}


def _read(session: Session, page: Sequence[Concerned]) -> list[object]:
    """Their records, so that the keys are looked up together; they are remembered while this is held."""
    talks = {each.conversation_id for each in page} - {None}
    people = {each.person_id for each in page} - {None}
    held: list[object] = [*session.scalars(select(Conversation).where(Conversation.id.in_(talks)))]
    return [*held, *session.scalars(select(Person).where(Person.id.in_(people)))]


def _address(session: Session, each: Concerned) -> str:
    """Where they are written to. Empty where only the desk can find them, where what we know a browser by would open their
    chat, or where it cannot be opened."""
    try:
        if each.person_id:
            return _phone(session, each.person_id)
        if not each.conversation_id or each.reached_by == WEB:
            return ""
        sender = conversations.sender_of(session, session.get_one(Conversation, each.conversation_id))
        return " ".join(value for _, value in sender.identifiers)
    except CannotOpen:
        return ""


def _phone(session: Session, person_id: int) -> str:
    person = session.get_one(Person, person_id)
    if person.sealed_phone:
        return person.phone or ""
    tied = select(PersonAddress.conversation_id).where(PersonAddress.person_id == person_id).limit(1)
    number = session.scalar(tied)
    return f"P-{number}" if number else ""
