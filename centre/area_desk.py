"""Villages and their centres at a glance: who is at work there, what waits, and what families cannot be told yet.

As in `centre.desk`, every question asks for a `Scope` first; cases are counted within a `CaseScope`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from centre import audit, staff_desk, village_desk
from centre.areas import Village, VillageName
from centre.calendars import OpeningHours
from centre.case_records import OPEN, Case
from centre.case_scopes import CaseScope
from centre.staff import Scope, StaffMember, StaffRole

Gap = Literal["address", "hours", "contacts", "staff"]
"""What is not filled in yet: a family who asks is not told."""
GAPS: tuple[Gap, ...] = get_args(Gap)


@dataclass(frozen=True)
class VillageLine:
    """One village in the list."""

    village: VillageName
    province: str
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


def regencies(session: Session, scope: Scope, lines: Sequence[VillageLine]) -> list[RegencyLine]:
    """The regencies in which these villages lie, by province and name."""
    grouped: dict[str, list[VillageLine]] = {}
    for line in lines:
        grouped.setdefault(line.village.regency_code, []).append(line)
    above = staff_desk.counted(session, scope)
    found = [_added_up(code, group, above.get(code, 0)) for code, group in grouped.items()]
    return sorted(found, key=lambda line: (line.province, line.name))


def villages(session: Session, scope: Scope, cases: CaseScope) -> list[VillageLine]:
    """The villages of the scope, by name; each query once, however many there are."""
    staff, opened = staff_desk.counted(session, scope), _open_cases(session, cases)
    told = {number: (province, known) for number, province, *known in session.execute(_told(scope))}
    return [
        VillageLine(
            each,
            told[each.id][0],
            staff.get(each.code, 0),
            opened.get(each.code, 0),
            _gaps(*told[each.id][1], bool(staff.get(each.code))),
        )
        for each in village_desk.villages(session, scope)
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
        lines[0].province,
        villages=len(lines),
        staff=above + sum(line.staff for line in lines if line.village.code != code),
        open_cases=sum(line.open_cases for line in lines),
        with_gaps=sum(bool(line.gaps) for line in lines),
    )


def _told(scope: Scope) -> Select[*tuple[Any, ...]]:
    """Of each village: its province, and whether its address, its hours and its contacts are filled in."""
    has_week = exists().where(OpeningHours.village_id == Village.id)
    has_hours = or_(func.coalesce(Village.hours, "") != "", has_week)
    said = (func.coalesce(Village.address, "") != "", has_hours, func.coalesce(Village.contacts, "") != "")
    return select(Village.id, Village.province, *said).where(scope.covers(Village.code))


def _gaps(*filled_in: bool) -> tuple[Gap, ...]:
    return tuple(gap for gap, is_there in zip(GAPS, filled_in, strict=True) if not is_there)


def _open_cases(session: Session, cases: CaseScope) -> dict[str, int]:
    area = func.coalesce(Case.area, "")  # grouped by the column itself, SQLite would read the closed ones too
    rows = session.execute(select(area, func.count()).where(cases.covers(), Case.state.in_(OPEN)).group_by(area))
    return {area: number for area, number in rows if area}
