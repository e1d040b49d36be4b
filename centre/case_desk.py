"""Cases as staff meet them: queues, one thread, counts. Every question asks for a `CaseScope`; what lies outside is `NotHere`.

A thread is opened for reading words: whoever opens it is entered in the audit by the page (`case_read`). Who knows of a case
by nothing but administering opens its contents with a reason, which stays in the thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from centre import case_records, case_replies, conversations, staff
from centre.areas import USUAL_ZONE, Village
from centre.audit import AuditEntry, Deed
from centre.case_records import BOT, FAMILY, OPEN, TIME, Case, CaseEntry, State
from centre.case_rules import ReasonMissing, clean
from centre.case_scopes import CaseScope, scope_of
from centre.conversations import Conversation
from centre.db import is_any
from centre.desk import NotHere
from centre.outbox import OutboxMessage
from centre.privacy import CannotOpen
from centre.referral_records import CaseReferral
from centre.staff import Role, SignedIn

PAGE = 30
OPENED_FOR = timedelta(hours=1)
"""How long a reason given for opening a case's contents holds."""
SHORTEST_REASON = 5
REGENCY = 5
"""How long a regency's code is: "52.03"."""
Queue = Literal["urgent", "mine", "free", "family", "overdue", "approve", "all", "closed"]
QUEUES: tuple[Queue, ...] = get_args(Queue)


@dataclass(frozen=True)
class Row:
    """A case in a queue: no words and no names."""

    case: Case
    village: str
    """The home village's name; empty where it is not known, or where the case goes around it."""
    holder: str
    """Who holds it, by name; empty for nobody."""
    is_overdue: bool
    zone: str
    """On whose clock its times are read: the home village's, or the usual one."""
    is_unheard: bool = False
    """Staff answered, and the words have not reached the family."""


@dataclass(frozen=True)
class Address:
    """Where the family writes from."""

    channel: str
    phone: str | None
    """As digits with a plus; None where the channel tells none."""


@dataclass(frozen=True)
class Line:
    """One entry of a thread as it is read."""

    entry: CaseEntry
    who: str
    """A staff member's name; empty for the family, ourselves, or time (`entry.by` tells which)."""
    words: str | None
    """None: cannot be opened any more."""
    sent: Sequence[OutboxMessage]
    """What went out for it, with what the platform says of it."""


@dataclass(frozen=True)
class Thread:
    """All of one case."""

    row: Row
    lines: Sequence[Line]
    family: Sequence[Row]
    """Linked cases of the same family, as far as the reader may know of them."""
    referrals: Sequence[CaseReferral]
    readers: Sequence[tuple[str, str, datetime]]
    """(name, deed, when) of everybody who has opened it, newest first."""
    channel: str
    """Where the family writes; empty when that is gone."""


def queue(
    session: Session,
    scope: CaseScope,
    which: Queue,
    now: datetime,
    *,
    category: str = "",
    area: str = "",
    offset: int = 0,
) -> list[Row]:
    """A page of one queue: what is owed soonest first, what is not owed behind it; of the closed ones the latest first."""
    found = _cases(scope).where(_in_queue(scope, which, now))
    if category:
        found = found.where(Case.category == category)
    if area:
        found = found.where(or_(Case.area == area, Case.area.startswith(f"{area}.", autoescape=True)))
    order = (Case.closed_at.desc(),) if which == "closed" else (Case.due_at.is_(None), Case.due_at)
    order = (*order, Case.id.desc())
    page = found.with_only_columns(Case.id).order_by(*order).offset(offset).limit(PAGE)  # an index answers this
    return rows(session, session.scalars(select(Case).where(Case.id.in_(page)).order_by(*order)).all(), now)


def areas_in(session: Session, scope: CaseScope) -> list[tuple[str, str]]:
    """Where there are cases, as (code, name): regencies first, then villages, each by name.

    Each village is asked after by itself: that is a look into an index, where all cases would be one into each of them.
    """
    regency = func.substr(Village.code, 1, REGENCY)
    has_own = is_any(Case.area == Village.code, scope.covers())
    has_around = is_any(Case.area == regency, scope.covers())
    columns = (Village.code, Village.name, regency, Village.regency, has_own, has_around)
    found = session.execute(select(*columns).where(scope.anywhere.covers(Village.code))).all()
    names = {regency: name for _code, _name, regency, name, *_seen in found}
    with_cases = {regency for _code, _name, regency, _regency, *seen in found if any(seen)}
    villages = {
        code: name for code, name, regency, _regency, is_there, _around in found if is_there and code != regency
    }
    by_name = [
        *sorted((names[code], code) for code in with_cases),
        *sorted((each, code) for code, each in villages.items()),
    ]
    return [(code, name) for name, code in by_name]


def counts(session: Session, scope: CaseScope, now: datetime) -> dict[Queue, int]:
    """How many cases stand in each queue (not in the closed one)."""
    wanted = [which for which in QUEUES if which != "closed"]
    columns = [func.count(Case.id).filter(_in_queue(scope, which, now)) for which in wanted]
    row = session.execute(select(*columns).where(scope.covers(), Case.state.in_(OPEN))).one()
    return dict(zip(wanted, row, strict=True))


def case(session: Session, scope: CaseScope, code: str, *, to_change: bool = False) -> Case:
    """One case by its code, held if it is `to_change`. Raises `NotHere`."""
    found = _cases(scope).where(Case.code == (case_records.code_in(code) or ""))
    if to_change:
        found = found.with_for_update(of=Case).execution_options(populate_existing=True)
    row = session.scalars(found).first()
    if row is None:
        raise NotHere("case")
    return row


def hold_both(session: Session, scope: CaseScope, codes: Iterable[str]) -> None:
    """Hold several cases, always in the same order: two colleagues who link the same two do not wait for each other."""
    wanted = [case_records.code_in(code) or "" for code in codes]
    found = _cases(scope).where(Case.code.in_(wanted)).order_by(Case.id)
    session.scalars(found.with_for_update(of=Case).execution_options(populate_existing=True)).all()


def knows(session: Session, scope: CaseScope, seen: Case) -> bool:
    """May they (still) know of it, now that something was done with it?"""
    session.flush()
    return session.scalar(select(Case.id).where(Case.id == seen.id, scope.covers())) is not None


def holder(session: Session, seen: Case) -> str:
    """The name of who holds it; empty for nobody."""
    return staff.names(session, {seen.holder_id}).get(seen.holder_id, "") if seen.holder_id else ""


def thread(session: Session, scope: CaseScope, code: str, now: datetime) -> Thread:
    """The whole of a case. Raises `NotHere`."""
    seen = case(session, scope, code)
    entries = case_records.thread(session, seen.id)
    family = _family(session, scope, seen, now)
    if _is_linked_elsewhere(session, seen, family):
        entries = [entry for entry in entries if entry.detail != LINKED]
    names = staff.names(session, {entry.by for entry in entries} - {FAMILY, BOT, TIME})
    sent = case_replies.parts_sent(session, entries)
    lines = [Line(entry, names.get(entry.by, ""), _words(session, entry), sent[entry.id]) for entry in entries]
    referrals = session.scalars(
        select(CaseReferral).where(CaseReferral.case_id == seen.id).order_by(CaseReferral.id)
    ).all()
    written_on = select(Conversation.channel).where(Conversation.id == seen.conversation_id)
    channel = session.scalar(written_on) or ""
    return Thread(rows(session, [seen], now)[0], lines, family, referrals, _readers(session, seen), channel)


def row(session: Session, seen: Case, now: datetime) -> Row:
    """A case that may be known of, without its words."""
    return rows(session, [seen], now)[0]


def once(session: Session, seen: Case, staff_id: str, key: str, deed: Callable[[], object]) -> bool:
    """Do the deed of a form, unless the form with this key was sent before; False when it was. The case is held."""
    last = session.scalar(select(func.max(CaseEntry.id)).where(CaseEntry.case_id == seen.id)) or 0
    if session.scalar(select(exists().where(CaseEntry.key.in_([f"{kind}:{key}" for kind in KEYED])))):
        return False
    deed()
    session.flush()
    made = select(CaseEntry).where(CaseEntry.case_id == seen.id, CaseEntry.id > last, CaseEntry.by == staff_id)
    entry = session.scalars(made.where(CaseEntry.key.is_(None)).order_by(CaseEntry.id.desc()).limit(1)).first()
    if entry:
        entry.key = f"form:{key}"
        session.flush()
    return True


# What is opened with a reason


def needs_reason(member: SignedIn, seen: Case) -> bool:
    """Do they know of the case by nothing but administering? Then its contents are opened with a reason only."""
    others = frozenset(grant for grant in member.roles if grant[0] != Role.ADMINISTRATOR)
    return not scope_of(replace(member, roles=others)).includes(seen)


def open_contents(session: Session, seen: Case, staff_id: str, reason: str, now: datetime) -> None:
    """An administrator says why the contents must be read; the reason stays in the thread. Raises `ReasonMissing`."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing
    case_records.enter(session, seen, "change", staff_id, now, clean(reason), detail=OPENED)


def has_opened(session: Session, seen: Case, staff_id: str, now: datetime) -> bool:
    """Did they give their reason lately?"""
    given = exists().where(CaseEntry.case_id == seen.id, CaseEntry.by == staff_id, CaseEntry.detail == OPENED)
    return bool(session.scalar(select(given.where(CaseEntry.at > now - OPENED_FOR))))


def address_of(session: Session, seen: Case) -> Address | None:
    """Where the family writes from; None when that is gone. Reading this is a deed, as is `cases.open_identity`."""
    conversation = session.get(Conversation, seen.conversation_id) if seen.conversation_id else None
    if conversation is None:
        return None
    try:
        phone = conversations.sender_of(session, conversation).value("phone")
    except CannotOpen:
        phone = None
    return Address(conversation.channel, f"+{phone.lstrip('+')}" if phone else None)


LINKED, OPENED = "linked", "contents_opened"
READING: tuple[Deed, ...] = ("case_read", "case_identity_opened", "case_file_read", "case_exported")
KEYED = ("form", "reply", "note")
"""How the key of an entry begins that a form of the desk made."""


def _cases(scope: CaseScope) -> Select[Case]:
    return select(Case).where(scope.covers())


def _in_queue(scope: CaseScope, which: Queue, now: datetime) -> ColumnElement[bool]:
    is_open = Case.state.in_(OPEN)
    conditions: dict[Queue, ColumnElement[bool]] = {
        "urgent": and_(is_open, Case.is_urgent),
        "mine": and_(is_open, Case.holder_id == scope.staff_id),
        "free": and_(is_open, Case.holder_id.is_(None)),
        "family": and_(is_open, Case.awaits == "family", Case.state != State.TO_APPROVE),
        "overdue": and_(is_open, Case.due_at < now),
        "approve": Case.state == State.TO_APPROVE,
        "all": is_open,
        "closed": Case.state == State.CLOSED,
    }
    return conditions[which]


def rows(session: Session, found: Sequence[Case], now: datetime) -> list[Row]:
    """Cases that were already found through a scope, as a queue shows them."""
    holders = staff.names(session, {each.holder_id for each in found if each.holder_id})
    codes = {each.home_code for each in found if each.home_code}
    named = session.execute(
        select(Village.code, Village.name, Village.time_zone).where(Village.code.in_(codes)).order_by(Village.id.desc())
    ).all()
    villages: dict[str, str] = {code: name for code, name, _zone in named}
    zones: dict[str, str] = {code: zone for code, _name, zone in named}
    unheard = case_replies.unheard(session, found, now)
    return [
        Row(
            each,
            "" if each.bypasses_village else villages.get(each.home_code or "", ""),
            holders.get(each.holder_id or "", ""),
            each.due_at is not None and each.due_at < now,
            zones.get(each.home_code or "", USUAL_ZONE),
            each.id in unheard,
        )
        for each in found
    ]


def _family(session: Session, scope: CaseScope, seen: Case, now: datetime) -> list[Row]:
    if seen.family_id is None:
        return []
    linked = _cases(scope).where(Case.family_id == seen.family_id, Case.id != seen.id).order_by(Case.id)
    return rows(session, session.scalars(linked).all(), now)


def _is_linked_elsewhere(session: Session, seen: Case, family: Sequence[Row]) -> bool:
    """Is a case of the same family beyond the reader's sight? Then not even the link may be told of."""
    if seen.family_id is None:
        return False
    every = select(func.count(Case.id)).where(Case.family_id == seen.family_id, Case.id != seen.id)
    return (session.scalar(every) or 0) > len(family)


def _readers(session: Session, seen: Case) -> list[tuple[str, str, datetime]]:
    """Everybody who has opened this case, or who it is about, as the audit has it."""
    opened = select(AuditEntry).where(AuditEntry.about == seen.about, AuditEntry.deed.in_(READING))
    deeds = session.scalars(opened.order_by(AuditEntry.id.desc()).limit(50)).all()
    names = staff.names(session, {deed.staff_id for deed in deeds})
    return [(names.get(deed.staff_id, ""), deed.deed, deed.at) for deed in deeds]


def _words(session: Session, entry: CaseEntry) -> str | None:
    try:
        return case_records.words_of(session, entry)
    except CannotOpen:
        return None
