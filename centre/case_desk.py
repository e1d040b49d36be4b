"""Cases as staff meet them: queues, one thread, counts. Every question asks for a `CaseScope`; what lies outside is `NotHere`.

A thread is opened for reading words: whoever opens it is entered in the audit by the page (`case_read`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from centre import case_records, case_replies, staff
from centre.areas import Village
from centre.audit import AuditEntry
from centre.case_records import BOT, FAMILY, OPEN, TIME, Case, CaseEntry, State
from centre.case_scopes import CaseScope
from centre.desk import NotHere
from centre.outbox import OutboxMessage
from centre.privacy import CannotOpen
from centre.referral_records import CaseReferral

PAGE = 30
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


def queue(
    session: Session,
    scope: CaseScope,
    which: Queue,
    now: datetime,
    *,
    category: str = "",
    area: str = "",
    before: int | None = None,
) -> list[Row]:
    """A page of one queue: the longest overdue first, else the newest; `before`: the number of the last one shown."""
    found = _cases(scope).where(_in_queue(scope, which, now))
    if category:
        found = found.where(Case.category == category)
    if area:
        found = found.where(or_(Case.area == area, Case.area.startswith(f"{area}.", autoescape=True)))
    if before:
        found = found.where(Case.id < before)
    return _rows(session, session.scalars(found.order_by(Case.id.desc()).limit(PAGE)).all(), now)


def counts(session: Session, scope: CaseScope, now: datetime) -> dict[Queue, int]:
    """How many cases stand in each queue (not in the closed one)."""
    wanted = [which for which in QUEUES if which != "closed"]
    columns = [func.count(Case.id).filter(_in_queue(scope, which, now)) for which in wanted]
    row = session.execute(select(*columns).where(scope.covers())).one()
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


def thread(session: Session, scope: CaseScope, code: str, now: datetime) -> Thread:
    """The whole of a case. Raises `NotHere`."""
    seen = case(session, scope, code)
    entries = case_records.thread(session, seen.id)
    names = staff.names(session, {entry.by for entry in entries} - {FAMILY, BOT, TIME})
    sent = case_replies.parts_sent(session, entries)
    lines = [Line(entry, names.get(entry.by, ""), _words(session, entry), sent[entry.id]) for entry in entries]
    referrals = session.scalars(
        select(CaseReferral).where(CaseReferral.case_id == seen.id).order_by(CaseReferral.id)
    ).all()
    return Thread(
        _rows(session, [seen], now)[0], lines, _family(session, scope, seen, now), referrals, _readers(session, seen)
    )


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


def _rows(session: Session, found: Sequence[Case], now: datetime) -> list[Row]:
    holders = staff.names(session, {each.holder_id for each in found if each.holder_id})
    codes = {each.home_code for each in found if each.home_code}
    named = session.execute(
        select(Village.code, Village.name).where(Village.code.in_(codes)).order_by(Village.id.desc())
    )
    villages: dict[str, str] = dict(named.all())
    return [
        Row(
            each,
            "" if each.bypasses_village else villages.get(each.home_code or "", ""),
            holders.get(each.holder_id or "", ""),
            each.due_at is not None and each.due_at < now,
        )
        for each in found
    ]


def _family(session: Session, scope: CaseScope, seen: Case, now: datetime) -> list[Row]:
    if seen.family_id is None:
        return []
    linked = _cases(scope).where(Case.family_id == seen.family_id, Case.id != seen.id).order_by(Case.id)
    return _rows(session, session.scalars(linked).all(), now)


def _readers(session: Session, seen: Case) -> list[tuple[str, str, datetime]]:
    """Everybody whose deeds on this case stand in the audit."""
    deeds = session.scalars(
        select(AuditEntry).where(AuditEntry.about == seen.about).order_by(AuditEntry.id.desc()).limit(50)
    ).all()
    names = staff.names(session, {deed.staff_id for deed in deeds})
    return [(names.get(deed.staff_id, ""), deed.deed, deed.at) for deed in deeds]


def _words(session: Session, entry: CaseEntry) -> str | None:
    try:
        return case_records.words_of(session, entry)
    except CannotOpen:
        return None
