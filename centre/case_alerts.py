"""Whom a case wakes, and when: the desk it belongs to, then the regency's coordinator, then the next level.

The clock is the family's: it goes on whatever staff do among themselves. An urgent case alerts at once, fifteen minutes later
the next level, at thirty minutes the one above, at any hour, and goes on every hour until somebody has taken it. An ordinary
one tells its desk by day, and the next level when the promised time is over. Whoever holds a case hears when the family
writes; who is above hears when no answer came in time.

Rows here say what is due; any number of schedulers may look, each row is done once. A level at which nobody can be reached
is entered as such and passed over at once.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, bindparam, false, not_, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import areas, calendars, case_records, case_rules, mails, outbox
from centre.case_records import TIME, Case, CaseEntry, Sending, enter
from centre.case_records import State as CaseState
from centre.case_rules import URGENT_REPLY
from centre.case_scopes import scope_of_member
from centre.db import Base, BigId, UtcDateTime, connection_of
from centre.staff import Role, StaffMember, StaffRole

LULL = timedelta(minutes=2)
"""What the family writes within this is told to the holder once; an urgent case wakes its desk again no oftener."""
HOLDER_TIME = timedelta(hours=1)
"""Whoever takes an ordinary case late has this long before those above hear of it; an urgent one, `URGENT_REPLY`."""
URGENT_AGAIN = timedelta(hours=1)
"""When everybody has been told of an urgent case and nobody has taken it, they are told again this often."""
LATE_APART = timedelta(minutes=10)
"""The family hears no oftener that nobody has answered yet, even where a scheduler was down and has much to make up."""
APPROVAL_TIME = timedelta(hours=16)
"""Two working days: then the next level hears as well that a closing waits for a supervisor."""
PUT_OFF = timedelta(minutes=1)
LATE = "late"
"""What the family is told when nobody has answered in time; `bot` words it."""


class Rung(enum.IntEnum):
    """Who is asked, from below."""

    DESK = 0
    REGENCY = 1
    PROVINCE = 2
    EVERYWHERE = 3


AREA_LENGTHS = {Rung.REGENCY: (5, 8, 13), Rung.PROVINCE: (2,), Rung.EVERYWHERE: (0,)}
"""How long the area codes of those are who stand above the desk."""
Reach = Callable[[Session, Sequence[str]], Collection[str]]
"""Which of these staff members (their ids) have a way by which we can reach them."""


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
    """new, urgent, overdue, passed (handed to `staff_id`), words (the family wrote to its holder),
    approve (its holder wants to close it), not_told (what its holder said could not go)."""
    level: Mapped[int] = mapped_column(default=0)
    staff_id: Mapped[str | None] = mapped_column(String(36))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=State.DUE)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def cause(self) -> str:
        """What the outbox and the mails know it by."""
        return f"case-alert:{self.id}"


@dataclass(frozen=True)
class Alarm:
    """Whom to tell now, of which case."""

    alert: CaseAlert
    case: Case
    members: Sequence[StaffMember]
    """Everybody who can be reached, also where nobody counts on them today."""
    level: int
    """The level at which somebody was found."""
    is_late: bool = False
    """The promised time is over and the family has not been told so for this level."""


def everybody(_session: Session, staff_ids: Sequence[str]) -> Collection[str]:
    """A `Reach` for which every staff member can be reached."""
    return staff_ids


# What is planned


def plan(session: Session, case: Case, now: datetime, *, above: bool = False) -> None:
    """Who is told of the case as it stands now, and when. `above`: those at its desk are passed over.

    While nobody holds it, one level after the other; while its holder owes an answer, those above when it is late.
    """
    void(session, case)
    if case.state == CaseState.TO_APPROVE:
        _plan_approval(session, case, now)
    elif case.holder_id is None:
        _plan_free(session, case, now, 1 if above else 0)
    elif case.awaits == "staff":
        _plan_held(session, case, now)


def wake_again(session: Session, case: Case, now: datetime) -> None:
    """Danger was heard again in an urgent case nobody holds: its desk hears so. Who is told next, and when, stays."""
    again = select(CaseAlert.id).where(
        CaseAlert.case_id == case.id,
        CaseAlert.level == 0,
        CaseAlert.staff_id.is_(None),
        (CaseAlert.state == State.DUE) | ((CaseAlert.state == State.DONE) & (CaseAlert.done_at > now - LULL)),
    )
    if session.scalar(again.limit(1)) is None:
        _add(session, case, "urgent", now)


def tell(session: Session, case: Case, staff_ids: Sequence[str], kind: str, now: datetime) -> None:
    """Tell these colleagues of the case, each once for what is not told yet: by day, unless it is urgent."""
    due_at = now if case.is_urgent else _by_day(session, case, now + LULL if kind == "words" else now)
    for staff_id in staff_ids:
        waiting = session.scalars(
            select(CaseAlert).where(
                CaseAlert.case_id == case.id,
                CaseAlert.staff_id == staff_id,
                CaseAlert.kind == kind,
                CaseAlert.state == State.DUE,
            )
        ).first()
        if waiting is None:
            _add(session, case, kind, due_at, staff_id=staff_id)
        else:
            waiting.due_at = min(waiting.due_at, due_at)  # it may have become urgent since


def void(session: Session, case: Case) -> None:
    """Nobody else is woken for it as it was: not later, and not by what is still on its way.

    Whoever holds it hears what is theirs.
    """
    session.execute(
        update(CaseAlert)
        .where(CaseAlert.case_id == case.id, CaseAlert.state == State.DUE, CaseAlert.staff_id.is_(None))
        .values(state=State.VOID)
        .execution_options(synchronize_session="fetch")
    )
    is_the_holders = CaseAlert.staff_id == case.holder_id if case.holder_id else false()
    done = select(CaseAlert).where(CaseAlert.case_id == case.id, CaseAlert.state == State.DONE)
    others = session.scalars(done.where(or_(CaseAlert.staff_id.is_(None), not_(is_the_holders)))).all()
    if others:
        causes = [alert.cause for alert in others]
        outbox.take_back(session, causes)
        mails.take_back(session, causes)


# What is due


def due(session: Session, now: datetime, limit: int = 50) -> list[tuple[int, int]]:
    """(alert, case) numbers whose time has come: a look without a lock."""
    rows = connection_of(session).execute(_DUE, {"now": now, "most": limit})
    return [(row.id, row.case_id) for row in rows]


def take(session: Session, alert_id: int, case_id: int, now: datetime, reach: Reach = everybody) -> Alarm | None:
    """Whom to tell now, with the case held and the alert entered as done; None when it is not due any more.

    Where nobody at its level can be reached (`reach`), or all of them are away, the next level up is told at once.
    """
    case = case_records.hold(session, case_id)
    alert = session.get(CaseAlert, alert_id, with_for_update=True, populate_existing=True)
    if alert is None or alert.state != State.DUE or alert.due_at > now:
        return None
    alert.state, alert.done_at = State.DONE, now
    if not _is_true(case, alert):
        alert.state = State.VOID
        return None
    if alert.staff_id:
        level, members = alert.level, _reached(session, _holder(session, case, alert.staff_id), reach)
    else:
        level, members = _climb(session, case, alert.level, now, reach)
        case.level = max(case.level, level)
        _never_leave(session, case, alert, now)
    enter(session, case, "change", TIME, now, detail=f"alert:{alert.kind}:{level}:{len(members)}")
    return Alarm(alert, case, members, level, _is_late(session, case, alert, now))


def put_off(session: Session, alert_id: int, now: datetime) -> None:
    """It could not be told, for a reason that lies with us: later again, so that it holds up nobody else's."""
    alert = session.get(CaseAlert, alert_id, with_for_update=True, populate_existing=True)
    if alert and alert.state == State.DUE:
        alert.due_at = now + PUT_OFF


def was_heard(session: Session, case: Case) -> bool:
    """Did the last alert of the case reach anybody?"""
    last = (
        select(CaseEntry.detail)
        .where(CaseEntry.case_id == case.id, CaseEntry.kind == "change", CaseEntry.detail.startswith("alert:"))
        .order_by(CaseEntry.id.desc())
        .limit(1)
    )
    return not (session.scalar(last) or ":0").endswith(":0")


def on_level(session: Session, case: Case, level: int) -> list[StaffMember]:
    """Who may know of the case and stands at this level of it: 0 is the desk it belongs to."""
    rung = rungs(case)[min(level, top(case))]
    conflicts = case_records.in_conflict(session, [case.id])
    in_its_area = StaffMember.roles.any(StaffRole.area.in_(areas.around(case.area)))
    members = session.scalars(
        select(StaffMember)
        .where(StaffMember.disabled_at.is_(None), in_its_area)
        .order_by(StaffMember.name, StaffMember.id)
    )
    return [
        member
        for member in members
        if _standing(member, case, rung) and scope_of_member(member).includes(case, conflicts)
    ]


def rungs(case: Case) -> tuple[Rung, ...]:
    """The levels of this case. One that goes around the village, or has none yet, has no desk; what is restricted has its
    specialists wherever it belongs."""
    has_desk = case.is_restricted or not (case.bypasses_village or case.area is None)
    return tuple(Rung) if has_desk else tuple(Rung)[1:]


def top(case: Case) -> int:
    """The highest level of this case."""
    return len(rungs(case)) - 1


def _plan_free(session: Session, case: Case, now: datetime, first: int) -> None:
    late, very_late = _late_moments(session, case, now)
    kind = "urgent" if case.is_urgent else "overdue"
    _add(session, case, "urgent" if case.is_urgent else "new", _by_day(session, case, now), first)
    _add(session, case, kind, _by_day(session, case, max(late, now)), first + 1)
    _add(session, case, kind, _by_day(session, case, max(very_late, now)), first + 2)


def _plan_held(session: Session, case: Case, now: datetime) -> None:
    """Whoever has just taken it gets the time to answer, even if the promised one is nearly over."""
    late, _ = _late_moments(session, case, now)
    late = max(late, now + (URGENT_REPLY if case.is_urgent else HOLDER_TIME))
    _add(session, case, "overdue", _by_day(session, case, late), 1)
    _add(session, case, "overdue", _by_day(session, case, _as_long_again(session, case, late)), 2)


def _plan_approval(session: Session, case: Case, now: datetime) -> None:
    """Its holder wants to close it. That can wait for the day, however urgent the case was."""
    home = case_rules.home_of(session, case)
    zone = areas.zone_of(home)
    again = case_rules.after_working_time(session, home, now, APPROVAL_TIME)
    for level, moment in ((1, now), (2, again)):
        _add(session, case, "approve", calendars.waking(moment, zone), level)


def _late_moments(session: Session, case: Case, now: datetime) -> tuple[datetime, datetime]:
    """When the promised time is over, and when as much time again is."""
    late = case.due_at or _as_long_again(session, case, now)
    return late, _as_long_again(session, case, late)


def _as_long_again(session: Session, case: Case, since: datetime) -> datetime:
    """As long as an answer may take, in the desk's own hours, counted from `since`."""
    category: case_records.Category = case.category  # type: ignore[assignment]
    return case_rules.due(session, category, case.is_urgent, case_rules.home_of(session, case), since)


def _climb(session: Session, case: Case, level: int, now: datetime, reach: Reach) -> tuple[int, list[StaffMember]]:
    """From this level up until somebody is found who is there; who is reached on the way is told too."""
    told: dict[str, StaffMember] = {}
    for step in range(min(level, top(case)), top(case) + 1):
        found = _reached(session, on_level(session, case, step), reach)
        told |= {member.id: member for member in found}
        if len(found) > len(_away(session, case, step, found, now)):
            return step, list(told.values())
        enter(session, case, "change", TIME, now, detail=f"alert_nobody:{step}")
    return top(case), list(told.values())


def _reached(session: Session, members: Sequence[StaffMember], reach: Reach) -> list[StaffMember]:
    reached = reach(session, [member.id for member in members])
    return [member for member in members if member.id in reached]


def _away(session: Session, case: Case, level: int, members: Sequence[StaffMember], now: datetime) -> set[str]:
    """Those at the desk who are of a centre where nobody is today: they are told, but nobody counts on them."""
    home = case_rules.home_of(session, case)
    if rungs(case)[level] != Rung.DESK or home is None:
        return set()
    if calendars.absence_on(session, home.id, calendars.local(now, home.time_zone).date()) is None:
        return set()
    return {member.id for member in members if _standing(member, case, Rung.DESK) <= {home.code}}


def _holder(session: Session, case: Case, staff_id: str) -> list[StaffMember]:
    member = session.get(StaffMember, staff_id)
    conflicts = case_records.in_conflict(session, [case.id])
    may = member and member.disabled_at is None and scope_of_member(member).includes(case, conflicts)
    return [member] if member and may else []


def _standing(member: StaffMember, case: Case, rung: Rung) -> set[str]:
    """The areas by which somebody stands there. The desk: petugas, or specialists for what is restricted; above it,
    coordinators of the regency, the province, everywhere, and at last the administrators."""
    if rung == Rung.DESK:
        front = Role.SPECIALIST if case.is_restricted else Role.PETUGAS
        return {each.area for each in member.roles if each.role == front and each.area in areas.around(case.area)}
    above = (Role.COORDINATOR, Role.ADMINISTRATOR) if rung == Rung.EVERYWHERE else (Role.COORDINATOR,)
    return {
        each.area
        for each in member.roles
        if each.role in above and len(each.area) in AREA_LENGTHS[rung] and each.area in areas.around(case.area)
    }


def _is_true(case: Case, alert: CaseAlert) -> bool:
    """Is it still so that somebody must be told?"""
    if not case.is_open:
        return False
    if alert.staff_id:
        return case.holder_id == alert.staff_id and (alert.kind != "words" or case.awaits == "staff")
    if alert.kind == "approve":
        return case.state == CaseState.TO_APPROVE
    return case.state == CaseState.NEW or (alert.kind == "overdue" and case.awaits == "staff")


def _is_late(session: Session, case: Case, alert: CaseAlert, now: datetime) -> bool:
    """Must the family hear that nobody has answered yet? Once for each level above the desk, and not before it is so."""
    if alert.staff_id or alert.kind == "approve" or alert.level == 0 or case.due_at is None or now < case.due_at:
        return False
    said = session.scalars(
        select(CaseEntry)
        .where(CaseEntry.case_id == case.id, CaseEntry.kind == "told", CaseEntry.detail == LATE)
        .where(CaseEntry.at >= case.asked_at)
        .order_by(CaseEntry.id.desc())
    ).all()
    is_on_its_way = any(each.sending in (Sending.WAITING, Sending.SEALED) for each in said)
    is_fresh = any(each.at > now - LATE_APART for each in said)
    return len(said) < alert.level and not is_on_its_way and not is_fresh


def _never_leave(session: Session, case: Case, alert: CaseAlert, now: datetime) -> None:
    """Everybody who was to be told has been, and still nobody has it: one level higher in a while, at last everywhere."""
    waiting = select(CaseAlert.id).where(
        CaseAlert.case_id == case.id, CaseAlert.state == State.DUE, CaseAlert.staff_id.is_(None)
    )
    if case.holder_id is not None or session.scalar(waiting.limit(1)) is not None:
        return
    again = now + URGENT_AGAIN if case.is_urgent else _as_long_again(session, case, now)
    kind = "urgent" if case.is_urgent else "overdue"
    _add(session, case, kind, _by_day(session, case, again), min(alert.level + 1, top(case)))


def _add(
    session: Session, case: Case, kind: str, due_at: datetime, level: int = 0, staff_id: str | None = None
) -> None:
    session.add(CaseAlert(case_id=case.id, kind=kind, level=level, staff_id=staff_id, due_at=due_at, state=State.DUE))
    session.flush()


def _by_day(session: Session, case: Case, moment: datetime) -> datetime:
    """Nobody is woken for what can wait."""
    if case.is_urgent:
        return moment
    return calendars.waking(moment, case_rules.zone_of(session, case))


_DUE = (
    select(CaseAlert.id, CaseAlert.case_id)
    .where(CaseAlert.state == bindparam(None, State.DUE.value, literal_execute=True))
    .where(CaseAlert.due_at <= bindparam("now"))
    .order_by(CaseAlert.due_at, CaseAlert.id)
    .limit(bindparam("most"))
)
