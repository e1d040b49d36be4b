"""How long a restricted case is kept: to the end of the day that was agreed with the family, or until they ask.

What happened to somebody may be evidence for longer than any rule of the house says, and a danger for as long as it is
written down: so its time is agreed, case by case, by whoever may see the case. An ordinary case has its time from
`centre.retention_rules`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import calendars
from centre.case_records import TIME, Case, State, enter
from centre.case_rules import DayIsOver, DayTooFar, HasItsTime, IsGone
from centre.case_scopes import CaseScope
from centre.retention_rules import DAY
from centre.row_by_row import none_of

ZONE = "Asia/Jakarta"
"""A day that is over here is over in all of Indonesia."""
LONGEST = timedelta(days=3652)
"""Ten years, with their leap days. Who needs longer agrees anew."""
AT_ONCE = 100


def choice_of_days(now: datetime) -> tuple[date, date]:
    """The first and the last day that may be agreed."""
    today = _today(now)
    return today + DAY, today + LONGEST


def agree(session: Session, case: Case, by: str, day: date | None, now: datetime) -> None:
    """Staff and the family agreed: it is kept to the end of this day. None: no day any more, until the family asks.

    Raises `HasItsTime`, `IsGone`, `DayIsOver` or `DayTooFar`.
    """
    must_be_agreed(case)
    first, last = choice_of_days(now)
    if day and day < first:
        raise DayIsOver(case.id)
    if day and day > last:
        raise DayTooFar(case.id)
    case.keep_until, case.changed_at = day, now
    enter(session, case, "change", by, now, detail=f"keep_until:{day or ''}")


def must_be_agreed(case: Case) -> None:
    """Is how long it is kept something to agree about? Raises `HasItsTime` or `IsGone`."""
    if not case.is_restricted:
        raise HasItsTime(case.id)
    if case.erased_at:
        raise IsGone(case.id)


def let_lapse(session: Session, case: Case, now: datetime) -> None:
    """It is closed just now, and the day came while it was open: whoever agreed to it had thought that it was over by then.
    It is kept until another day is agreed, or the family asks."""
    if case.keep_until and case.keep_until <= _today(now):
        case.keep_until = None
        enter(session, case, "change", TIME, now, detail="keep_lapsed")


def over(session: Session, now: datetime, _kept: timedelta, but: Collection[int]) -> Sequence[int]:
    """The numbers of closed cases whose agreed day is over, `but` these; a page of them, each held."""
    is_over = (Case.keep_until < _today(now), Case.is_restricted, Case.state == State.CLOSED, Case.erased_at.is_(None))
    found = select(Case.id).where(*is_over, none_of(Case.id, but)).order_by(Case.id).limit(AT_ONCE)
    return session.scalars(found.with_for_update(skip_locked=True)).all()


def kept(session: Session, scope: CaseScope) -> tuple[int, int]:
    """How many closed restricted cases are still kept, and for how many of them a day is agreed."""
    columns = (func.count(Case.id), func.count(Case.keep_until))
    still = (Case.is_restricted, Case.state == State.CLOSED, Case.erased_at.is_(None))
    every, agreed = session.execute(select(*columns).where(scope.covers(), *still)).one()
    return every, agreed


def _today(now: datetime) -> date:
    return calendars.local(now, ZONE).date()
