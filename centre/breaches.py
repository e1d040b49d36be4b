"""A breach of personal data: when, what, and whom it may concern, against the clock of 3 x 24 hours (UU PDP 27/2022 art. 46).

Within that time those concerned and the authority are told in writing which data, when and how, and what is done about it. Whom
it may concern is asked of the database as it is: everybody whose data lay here between two times, or, where it was one account,
whose data that account opened or took along, as the record of deeds has it. Who was erased since is not found any more, and
nothing of theirs is left that could be told of.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import conversations
from centre.areas import Village
from centre.audit import AuditEntry
from centre.booking_records import Booking
from centre.case_records import Case
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from centre.people import Person, PersonAddress
from centre.privacy import CannotOpen
from centre.sealing import sealed

LEGAL_TIME = timedelta(hours=72)
AT_ONCE = 500
LONGEST = 2000
FIELDS = ("what", "how", "doing")
"""What a notice says: which data, when and how, what is done."""
COLUMNS = ("code", "kind", "area", "reached_by", "address")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
"""How a cell begins that spreadsheets calculate."""


class SpanWrong(ValueError):
    """It ends before it begins, or has not come yet."""


class Breach(Base):
    """One breach, as it was found."""

    __tablename__ = "breaches"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[str | None] = mapped_column(String(36))
    """The staff member whose account it was; None: everything that lay here."""
    sealed_told: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("breaches|told"))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(36))
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Those concerned and the authority were told."""

    @property
    def about(self) -> str:
        """How it stands in the audit."""
        return f"breach:{self.id}"

    @property
    def due_at(self) -> datetime:
        return self.found_at + LEGAL_TIME


@dataclass(frozen=True)
class Concerned:
    """Somebody it may concern: a code, never a name."""

    code: str
    kind: str
    """conversation, person or case"""
    area: str
    """Village or area code; empty where it is not known."""
    reached_by: str
    """A channel, "telephone", or "desk" where only the village can find them."""
    conversation_id: int | None = None
    person_id: int | None = None


def note(
    session: Session,
    since: datetime,
    until: datetime,
    told: dict[str, str],
    by: str,
    now: datetime,
    *,
    account_id: str | None = None,
) -> Breach:
    """Enter what was found; its clock begins now. `told`: `FIELDS`. Raises `SpanWrong`."""
    if until < since or since > now:
        raise SpanWrong
    words = vault_of(session).seal(json.dumps({name: told.get(name, "")[:LONGEST] for name in FIELDS}), _TOLD)
    breach = Breach(since=since, until=until, account_id=account_id, sealed_told=words, found_at=now, noted_by=by)
    session.add(breach)
    session.flush()
    return breach


def told_of(session: Session, breach: Breach) -> dict[str, str]:
    """What the notice says."""
    told: dict[str, str] = json.loads(vault_of(session).open(breach.sealed_told, _TOLD))
    return told


def told(session: Session, breach: Breach, now: datetime) -> None:
    """Those concerned and the authority have it in writing."""
    breach.told_at = breach.told_at or now
    session.flush()


def every(session: Session) -> Sequence[Breach]:
    """All of them, the newest first."""
    return session.scalars(select(Breach).order_by(Breach.id.desc())).all()


def concerned(session: Session, since: datetime, until: datetime, account_id: str | None = None) -> list[Concerned]:
    """Whom it may concern: conversations first, then people, then cases, each by its code."""
    if account_id:
        return _seen_by(session, account_id, since, until)
    return [*_conversations(session, since, until), *_people(session, until), *_cases(session, since, until)]


def as_table(session: Session, found: Iterable[Concerned]) -> str:
    """The list with the ways to reach them opened, as CSV: it leaves the house only sealed (`sealed_table`)."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for each in found:
        row = (each.code, each.kind, each.area, each.reached_by, _address(session, each))
        table.writerow([_no_formula(value) for value in row])
    return written.getvalue()


def _no_formula(value: str) -> str:
    """A cell that a spreadsheet does not calculate, "+62811…" included (OWASP ASVS 5.0 1.2.10)."""
    return f"'{value}" if value.startswith(FORMULA) else value


def sealed_table(session: Session, found: Iterable[Concerned]) -> bytes:
    """The same, sealed with the key of the house: `balai breach --open` reads it."""
    return vault_of(session).seal(as_table(session, found), _TABLE)


def open_table(session: Session, sealed: bytes) -> str:
    """What `sealed_table` made. Raises `centre.privacy.CannotOpen`."""
    return vault_of(session).open(sealed, _TABLE)


def _conversations(session: Session, since: datetime, until: datetime) -> list[Concerned]:
    """Which began before the end. One that nobody wrote in since then lay here all the same."""
    rows = session.execute(
        select(Conversation, Village.code)
        .join(Village, Village.id == Conversation.village_id, isouter=True)
        .where(Conversation.created_at <= until)
        .order_by(Conversation.id)
    )
    return [_conversation(row[0], row[1]) for row in rows]


def _people(session: Session, until: datetime, ids: Iterable[int] | None = None) -> list[Concerned]:
    query = select(Person, Village.code).join(Village, Village.id == Person.village_id, isouter=True)
    query = query.where(Person.created_at <= until).order_by(Person.id)
    if ids is not None:
        query = query.where(Person.id.in_(list(ids)))
    return [
        Concerned(
            f"W-{person.id}", "person", code or "", "telephone" if person.sealed_phone else "desk", None, person.id
        )
        for person, code in session.execute(query)
    ]


def _cases(session: Session, since: datetime, until: datetime, ids: Iterable[int] | None = None) -> list[Concerned]:
    """Whose words were still there."""
    query = select(Case).where(Case.opened_at <= until, (Case.erased_at.is_(None)) | (Case.erased_at >= since))
    query = query.where(Case.id.in_(list(ids))) if ids is not None else query
    found = session.scalars(query.order_by(Case.id)).all()
    channels = _channels(session, {case.conversation_id for case in found if case.conversation_id})
    return [
        Concerned(
            case.code,
            "case",
            case.area or "",
            channels.get(case.conversation_id or 0, "desk"),
            case.conversation_id,
        )
        for case in found
    ]


def _seen_by(session: Session, account_id: str, since: datetime, until: datetime) -> list[Concerned]:
    """Whose data this account opened, changed or took along in that time; a list taken along is everybody of its village."""
    deeds = session.execute(
        select(AuditEntry.deed, AuditEntry.about)
        .where(AuditEntry.staff_id == account_id, AuditEntry.at >= since, AuditEntry.at <= until)
        .distinct()
    ).all()
    about: dict[str, set[int]] = {}
    for _deed, what in deeds:
        kind, _, number = what.partition(":")
        if number.isdecimal():
            about.setdefault(kind, set()).add(int(number))
    taken = {int(what.partition(":")[2]) for deed, what in deeds if deed == "people_exported"}
    people = about.get("person", set()) | _people_of(session, about, taken)
    talks = _conversations_of(session, about)
    return [
        *(_conversation(each, None) for each in _by_id(session, talks)),
        *_people(session, until, people),
        *_cases(session, since, until, about.get("case", set())),
    ]


def _people_of(session: Session, about: dict[str, set[int]], villages: set[int]) -> set[int]:
    """Behind bookings and rosters that were opened, and on lists of whole villages."""
    places = Booking.id.in_(about.get("booking", ())) | Booking.slot_id.in_(about.get("slot", ()))
    booked = select(Booking.person_id).where(places, Booking.person_id.is_not(None))
    listed = select(Person.id).where(Person.village_id.in_(villages))
    return {*filter(None, session.scalars(booked)), *session.scalars(listed)}


def _conversations_of(session: Session, about: dict[str, set[int]]) -> set[int]:
    """In which a message or a reply was opened."""
    heard = select(InboxEvent.conversation_id).where(InboxEvent.id.in_(about.get("event", ())))
    said = select(OutboxMessage.conversation_id).where(OutboxMessage.id.in_(about.get("reply", ())))
    return {number for query in (heard, said) for number in session.scalars(query) if number}


def _by_id(session: Session, ids: Iterable[int]) -> Sequence[Conversation]:
    return session.scalars(select(Conversation).where(Conversation.id.in_(list(ids))).order_by(Conversation.id)).all()


def _channels(session: Session, ids: Iterable[int]) -> dict[int, str]:
    return {each.id: each.channel for each in _by_id(session, ids)}


def _conversation(conversation: Conversation, code: str | None) -> Concerned:
    return Concerned(f"P-{conversation.id}", "conversation", code or "", conversation.channel, conversation.id)


def _address(session: Session, each: Concerned) -> str:
    """Where they are written to. Empty where only the desk can find them, where what we know a browser by would open their
    chat, or where it cannot be opened."""
    try:
        if each.person_id:
            return _phone(session, each.person_id)
        if not each.conversation_id or each.reached_by == "web":
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


_TOLD, _TABLE = "breaches|told", "breaches|table"
