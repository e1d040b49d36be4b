"""The desk at a glance: which cases press most, which villages have most open, and what is new since a page was opened.

As everywhere at the desk, each question asks for the scope of whoever looks; nothing outside it is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from centre import case_desk
from centre.areas import Village
from centre.case_desk import Row
from centre.case_records import FAMILY, OPEN, Case, CaseEntry
from centre.case_scopes import CaseScope


@dataclass(frozen=True)
class News:
    """What has come since: cases that were opened, and cases of one's own in which the family wrote."""

    cases: int
    words: int


@dataclass(frozen=True)
class Place:
    """One village, or a regency for what goes around its villages, with its open cases."""

    code: str
    name: str
    is_around: bool
    """It stands for cases that go around their village: no village is named."""
    open: int
    urgent: int
    overdue: int
    free: int


def pressing(session: Session, scope: CaseScope, now: datetime, limit: int) -> list[Row]:
    """Open cases that somebody must act on now: urgent, late, or without a holder while staff are awaited; worst first."""
    late = Case.due_at < now
    wanted = or_(
        and_(Case.is_urgent, Case.awaits == "staff"), late, and_(Case.holder_id.is_(None), Case.awaits == "staff")
    )
    order = (case((Case.is_urgent, 0), else_=1), case((late, 0), else_=1), Case.due_at.is_(None), Case.due_at, Case.id)
    first = select(Case.id).where(scope.covers(), Case.state.in_(OPEN), wanted).order_by(*order).limit(limit)
    found = select(Case).where(Case.id.in_(first)).order_by(*order)  # an index answers the inner question
    return case_desk.rows(session, session.scalars(found).all(), now)


def places(session: Session, scope: CaseScope, now: datetime, limit: int) -> Sequence[Place]:
    """Where most is wrong: urgent and late cases first, then those that nobody holds, then all that are open."""
    urgent, late = func.count().filter(Case.is_urgent), func.count().filter(Case.due_at < now)
    free = func.count().filter(Case.holder_id.is_(None))
    area = func.coalesce(Case.area, "")  # grouped by the column itself, SQLite would read the closed ones too
    counted = (
        select(area, func.count(), urgent, late, free)
        .where(scope.covers(), Case.state.in_(OPEN))
        .group_by(area)
        .order_by((urgent + late).desc(), free.desc(), func.count().desc(), area)
        .limit(limit)
    )
    found = session.execute(counted).all()
    villages, regencies = _names(session, [row[0] for row in found if row[0]])
    return [
        Place(code, villages.get(code) or regencies[code], code in regencies, opened, pressing, overdue, unheld)
        for code, opened, pressing, overdue, unheld in found
        if code
    ]


def since(session: Session, scope: CaseScope, seen_at: datetime) -> News:
    """What somebody may know of that came after a page was made."""
    opened = select(func.count(Case.id)).where(Case.opened_at > seen_at, scope.covers(), Case.state.in_(OPEN))
    written = (
        select(func.count(Case.id.distinct()))
        .join(CaseEntry, CaseEntry.case_id == Case.id)
        .where(Case.holder_id == scope.staff_id, Case.state.in_(OPEN), Case.opened_at <= seen_at, scope.covers())
        .where(CaseEntry.by == FAMILY, CaseEntry.at > seen_at)
    )
    return News(session.scalar(opened) or 0, session.scalar(written) or 0)


def newest_entry(session: Session, scope: CaseScope, code: str) -> int:
    """The number of the last entry in a case's thread; 0 for none. Raises `centre.desk.NotHere`."""
    seen = case_desk.case(session, scope, code)
    return session.scalar(select(func.max(CaseEntry.id)).where(CaseEntry.case_id == seen.id)) or 0


def _names(session: Session, codes: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Villages by their names (one that was entered twice by the newer), and what is no village by its regency's."""
    rows = session.execute(select(Village.code, Village.name).where(Village.code.in_(codes)).order_by(Village.id))
    villages: dict[str, str] = dict(rows.all())
    regencies = {}
    for code in set(codes) - set(villages):
        within = select(Village.regency).where(Village.code.startswith(f"{code}.", autoescape=True)).limit(1)
        regencies[code] = session.scalar(within) or code
    return villages, regencies
