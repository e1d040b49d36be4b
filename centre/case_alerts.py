"""Whom a case wakes, and when: the desk it belongs to, then the regency's coordinator, then the next level.

An urgent case alerts at once, fifteen minutes later the next level, at thirty minutes the one above, at any hour, until
somebody has taken it. An ordinary one tells its desk by day, and the next level when the promised time is over. Rows here
say what is due; any number of schedulers may look, each row is done once. A level at which nobody can be reached is entered
as such and passed over at once.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, bindparam, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import calendars, case_records
from centre.areas import Village
from centre.case_records import TIME, Case, enter
from centre.case_records import State as CaseState
from centre.case_rules import URGENT_NEXT, URGENT_REPLY, USUAL_ZONE
from centre.case_scopes import scope_of_member
from centre.db import Base, BigId, UtcDateTime, connection_of
from centre.staff import Role, StaffMember

TOP = 4
"""Levels there are: the desk, the regency, the province, everywhere."""


class State(enum.StrEnum):
    DUE = "due"
    DONE = "done"
    VOID = "void"


class CaseAlert(Base):
    """Staff to be told of a case, from a moment on."""

    __tablename__ = "case_alerts"
    __table_args__ = (
        Index(
            "ix_case_alerts_due", "due_at", postgresql_where=text("state = 'due'"), sqlite_where=text("state = 'due'")
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    """new, urgent, overdue, passed (handed to `staff_id`), words (the family wrote to its holder)."""
    level: Mapped[int] = mapped_column(default=0)
    staff_id: Mapped[str | None] = mapped_column(String(36))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=State.DUE)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Alarm:
    """Whom to tell now, of which case."""

    alert: CaseAlert
    case: Case
    members: Sequence[StaffMember]
    level: int
    """The level at which somebody was found."""


def plan(session: Session, case: Case, now: datetime, *, above: bool = False) -> None:
    """The case waits for somebody to take it: who is told, and when. `above`: begin one level up."""
    void(session, case)
    first = 1 if above else 0
    due = case.due_at or now
    if case.is_urgent:
        moments = [now, now + URGENT_REPLY, now + URGENT_NEXT]
    else:
        moments = [calendars.waking(now, _zone(session, case)), due, due + (due - case.asked_at)]
    kind = "urgent" if case.is_urgent else "new"
    for step, moment in enumerate(moments):
        _add(session, case, kind if case.is_urgent or step == 0 else "overdue", moment, level=first + step)


def plan_overdue(session: Session, case: Case) -> None:
    """Somebody holds it and owes an answer: the next levels are told when the promised time is over."""
    void(session, case)
    if case.due_at is not None:
        _add(session, case, "overdue", case.due_at, level=1)
        _add(session, case, "overdue", case.due_at + (case.due_at - case.asked_at), level=2)


def tell(session: Session, case: Case, staff_ids: Sequence[str], kind: str, now: datetime) -> None:
    """Tell these colleagues of the case: by day, unless it is urgent."""
    due = now if case.is_urgent else calendars.waking(now, _zone(session, case))
    for staff_id in staff_ids:
        waits = select(CaseAlert.id).where(
            CaseAlert.case_id == case.id,
            CaseAlert.staff_id == staff_id,
            CaseAlert.kind == kind,
            CaseAlert.state == State.DUE,
        )
        if session.scalar(waits) is None:
            _add(session, case, kind, due, staff_id=staff_id)


def void(session: Session, case: Case) -> None:
    """Somebody has it: nobody else is woken for it."""
    session.execute(
        update(CaseAlert)
        .where(CaseAlert.case_id == case.id, CaseAlert.state == State.DUE, CaseAlert.staff_id.is_(None))
        .values(state=State.VOID)
        .execution_options(synchronize_session="fetch")
    )


def due(session: Session, now: datetime, limit: int = 50) -> list[tuple[int, int]]:
    """(alert, case) numbers whose time has come: a look without a lock."""
    rows = connection_of(session).execute(_DUE, {"now": now, "most": limit})
    return [(row.id, row.case_id) for row in rows]


def take(session: Session, alert_id: int, case_id: int, now: datetime) -> Alarm | None:
    """Whom to tell now, with the case held and the alert entered as done; None when it is not due any more.

    Where nobody at its level can be told, the next one up is.
    """
    case = case_records.hold(session, case_id)
    alert = session.get(CaseAlert, alert_id, with_for_update=True, populate_existing=True)
    if alert is None or alert.state != State.DUE or alert.due_at > now:
        return None
    alert.state, alert.done_at = State.DONE, now
    if not _is_true(case, alert):
        alert.state = State.VOID
        return None
    level, members = alert.level, _members(session, case, alert)
    while not members and alert.staff_id is None and level < TOP - 1:
        enter(session, case, "change", TIME, now, detail=f"alert_nobody:{level}")
        level += 1
        members = on_level(session, case, level)
    case.level = max(case.level, level)
    enter(session, case, "change", TIME, now, detail=f"alert:{alert.kind}:{level}:{len(members)}")
    return Alarm(alert, case, members, level)


def on_level(session: Session, case: Case, level: int) -> list[StaffMember]:
    """Who may know of the case and stands at this level of it: 0 is the desk it belongs to."""
    if case.bypasses_village or case.area is None or len(case.area) <= 5:
        level += 1 if level or not case.is_restricted else 0
    conflicts = case_records.in_conflict(session, [case.id])
    members = session.scalars(
        select(StaffMember).where(StaffMember.disabled_at.is_(None)).order_by(StaffMember.name, StaffMember.id)
    )
    return [
        member
        for member in members
        if _stands_at(member, case, level) and scope_of_member(member).includes(case, conflicts)
    ]


def _members(session: Session, case: Case, alert: CaseAlert) -> list[StaffMember]:
    if alert.staff_id is None:
        return on_level(session, case, alert.level)
    member = session.get(StaffMember, alert.staff_id)
    conflicts = case_records.in_conflict(session, [case.id])
    may = member and member.disabled_at is None and scope_of_member(member).includes(case, conflicts)
    return [member] if member and may else []


def _stands_at(member: StaffMember, case: Case, level: int) -> bool:
    """The desk: petugas, or specialists for what is restricted; then coordinators of regency, province, everywhere."""
    front = Role.SPECIALIST if case.is_restricted else Role.PETUGAS
    if level == 0:
        return any(each.role == front for each in member.roles)
    lengths = {1: (5, 8, 13), 2: (2,)}.get(level, (0,))
    above = (Role.COORDINATOR, Role.ADMINISTRATOR) if level >= TOP - 1 else (Role.COORDINATOR,)
    return any(each.role in above and len(each.area) in lengths for each in member.roles)


def _is_true(case: Case, alert: CaseAlert) -> bool:
    """Is it still so that somebody must be told?"""
    if not case.is_open:
        return False
    if alert.staff_id:
        return case.holder_id == alert.staff_id
    return case.state == CaseState.NEW or (alert.kind == "overdue" and case.awaits == "staff")


def _add(
    session: Session, case: Case, kind: str, due_at: datetime, level: int = 0, staff_id: str | None = None
) -> None:
    session.add(CaseAlert(case_id=case.id, kind=kind, level=level, staff_id=staff_id, due_at=due_at, state=State.DUE))
    session.flush()


def _zone(session: Session, case: Case) -> str:
    zone = session.scalar(select(Village.time_zone).where(Village.code == case.home_code)) if case.home_code else None
    return zone or USUAL_ZONE


_DUE = (
    select(CaseAlert.id, CaseAlert.case_id)
    .where(CaseAlert.state == bindparam(None, State.DUE.value, literal_execute=True))
    .where(CaseAlert.due_at <= bindparam("now"))
    .order_by(CaseAlert.due_at, CaseAlert.id)
    .limit(bindparam("most"))
)
