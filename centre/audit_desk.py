"""Reading the audit: who did what, for those who oversee them. Nothing here changes an entry, and nothing else does either.

Administrators see what was done everywhere; coordinators what staff with a role in their area did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from centre import staff
from centre.audit import AuditEntry
from centre.staff import Role, Scope, StaffRole

MAY_READ_AUDIT = (Role.COORDINATOR, Role.ADMINISTRATOR)
PAGE = 50
_EVERYWHERE = ""


@dataclass(frozen=True)
class Asked:
    """Which entries are wanted; what is empty narrows nothing."""

    staff_id: str = ""
    deed: str = ""
    area: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    """Entries before this number: how one goes back through them."""


def entries(session: Session, scope: Scope, asked: Asked) -> Sequence[AuditEntry]:
    """The newest entries that fit, one more than a page where there are more."""
    found = select(AuditEntry).where(_done_in(scope))
    if asked.staff_id:
        found = found.where(AuditEntry.staff_id == asked.staff_id)
    if asked.deed:
        found = found.where(AuditEntry.deed == asked.deed)
    if asked.area:
        found = found.where(_done_in(Scope(frozenset({asked.area}), False)))
    if asked.since:
        found = found.where(AuditEntry.at >= asked.since)
    if asked.until:
        found = found.where(AuditEntry.at < asked.until)
    if asked.before:
        found = found.where(AuditEntry.id < asked.before)
    return session.scalars(found.order_by(AuditEntry.id.desc()).limit(PAGE + 1)).all()


def names(session: Session, found: Sequence[AuditEntry]) -> dict[str, str]:
    """The names of who did these, and of the staff they were done to, by id."""
    about = {each.about.removeprefix("staff:") for each in found if each.about.startswith("staff:")}
    return staff.names(session, {each.staff_id for each in found} | about)


def _done_in(scope: Scope) -> ColumnElement[bool]:
    """It was done by somebody with a role in the scope. What the command line did belongs to everywhere."""
    if _EVERYWHERE in scope.areas:
        return true()
    return AuditEntry.staff_id.in_(select(StaffRole.staff_id).where(scope.covers(StaffRole.area)))
