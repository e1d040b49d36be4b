"""Villages and their centres at a glance: who is at work there, what waits, and what families cannot be told yet.

As in `centre.desk`, every question asks for a `Scope` first; cases are counted within a `CaseScope`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import audit, staff_desk, village_desk
from centre.areas import Village
from centre.calendars import OpeningHours
from centre.case_records import Case, State
from centre.case_scopes import CaseScope
from centre.staff import Scope, StaffMember, StaffRole

Gap = Literal["address", "hours", "contacts", "staff"]
"""What is not filled in yet: a family who asks is not told."""


@dataclass(frozen=True)
class VillageLine:
    """One village in the list."""

    village: Village
    staff: int
    open_cases: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class RegencyLine:
    """One regency, added up."""

    code: str
    name: str
    province: str
    villages: int
    staff: int
    open_cases: int
    with_gaps: int


def regencies(session: Session, scope: Scope, cases: CaseScope) -> list[RegencyLine]:
    """The regencies of the scope, by province and name."""
    lines = villages(session, scope, cases)
    grouped: dict[str, list[VillageLine]] = {}
    for line in lines:
        grouped.setdefault(line.village.regency_code, []).append(line)
    above = staff_desk.counted(session, scope)
    found = [_added_up(code, group, above.get(code, 0)) for code, group in grouped.items()]
    return sorted(found, key=lambda line: (line.province, line.name))


def villages(session: Session, scope: Scope, cases: CaseScope, regency: str = "") -> list[VillageLine]:
    """The villages of the scope, or of one of its regencies, by name; each query once, however many there are."""
    found = [each for each in village_desk.villages(session, scope) if each.code.startswith(regency)]
    staff, opened, weeks = staff_desk.counted(session, scope), _open_cases(session, cases), _with_week(session)
    return [
        VillageLine(each, staff.get(each.code, 0), opened.get(each.code, 0), _gaps(each, staff, weeks))
        for each in found
    ]


def staff_at(session: Session, village: Village) -> Sequence[StaffMember]:
    """Who works at this very village and may sign in."""
    here = StaffMember.roles.any(StaffRole.area == village.code)
    return session.scalars(
        select(StaffMember).where(here, StaffMember.disabled_at.is_(None)).order_by(StaffMember.name, StaffMember.id)
    ).all()


def change(session: Session, village: Village, details: Mapping[str, str], by: str, now: datetime) -> None:
    """What families are told of the centre: address, hours and contacts; nothing typed is "not yet filled in"."""
    for field in ("address", "hours", "contacts"):
        setattr(village, field, details[field].strip() or None)
    session.flush()
    audit.record(session, by, "village_changed", now, f"village:{village.id}")


def _added_up(code: str, lines: Sequence[VillageLine], above: int) -> RegencyLine:
    first = lines[0].village
    return RegencyLine(
        code,
        first.regency,
        first.province,
        villages=len(lines),
        staff=above + sum(line.staff for line in lines if line.village.code != code),
        open_cases=sum(line.open_cases for line in lines),
        with_gaps=sum(bool(line.gaps) for line in lines),
    )


def _gaps(village: Village, staff: Mapping[str, int], weeks: set[int]) -> tuple[Gap, ...]:
    wanting: dict[Gap, bool] = {
        "address": not village.address,
        "hours": not village.hours and village.id not in weeks,
        "contacts": not village.contacts,
        "staff": not staff.get(village.code),
    }
    return tuple(gap for gap, is_wanting in wanting.items() if is_wanting)


def _open_cases(session: Session, cases: CaseScope) -> dict[str, int]:
    rows = session.execute(
        select(Case.area, func.count()).where(cases.covers(), Case.state != State.CLOSED).group_by(Case.area)
    )
    return {area: number for area, number in rows if area}


def _with_week(session: Session) -> set[int]:
    return set(session.scalars(select(OpeningHours.village_id).distinct()))
