"""When a centre is there: village time, opening hours, absences, public holidays, and the hours in which nobody is woken.

Moments are stored in UTC; everything a person reads or a centre decides is reckoned in the village's own zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import CheckConstraint, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime

QUIET_FROM, QUIET_UNTIL = time(20), time(6)
"""Nothing that can wait is sent between these, in the village's time."""


class OpeningHours(Base):
    """One stretch of a weekday in which a centre is open; several make a week. None for a centre: not filled in."""

    __tablename__ = "opening_hours"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("villages.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int] = mapped_column(CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"))
    """0 is Monday."""
    opens: Mapped[time]
    closes: Mapped[time]


class Absence(Base):
    """Days, both included, on which nobody is at the centre."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("villages.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(100), default="")
    entered_by: Mapped[str] = mapped_column(String(36))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Closed:
    """Why nobody is there: a public holiday or an absence by its name, or outside the opening hours."""

    why: Literal["holiday", "absence", "hours"]
    name: str = ""


class TimesInvalid(ValueError):
    """A stretch of time ends before it begins."""


def local(moment: datetime, zone: str) -> datetime:
    """The moment on the village's clock."""
    return moment.astimezone(ZoneInfo(zone))


def moment(day: date, clock: time, zone: str) -> datetime:
    """What the village's clock showed, as a moment. Indonesia has no summer time, so each exists once."""
    return datetime.combine(day, clock, ZoneInfo(zone))


def is_quiet(now: datetime, zone: str) -> bool:
    """Do people sleep in the village now?"""
    clock = local(now, zone).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def waking(now: datetime, zone: str) -> datetime:
    """The first moment from now on at which somebody may be written to."""
    if not is_quiet(now, zone):
        return now
    there = local(now, zone)
    day = there.date() + timedelta(days=1) if there.time() >= QUIET_FROM else there.date()
    return moment(day, QUIET_UNTIL, zone)


def holiday_on(day: date) -> str | None:
    """The public holiday's name in Indonesian; None on an ordinary day. Days set by the moon are the library's reckoning."""
    return _holidays(day.year).get(day)


def closed(session: Session, village_id: int, begins: datetime, ends: datetime, zone: str) -> Closed | None:
    """Why the centre is not open all the time from `begins` to `ends`; None when it is, or when no hours are known."""
    there, until = local(begins, zone), local(ends, zone)
    if holiday := holiday_on(there.date()):
        return Closed("holiday", holiday)
    if absence := absence_on(session, village_id, there.date()):
        return Closed("absence", absence.reason)
    hours = hours_of(session, village_id)
    is_open = any(
        each.weekday == there.weekday() and each.opens <= there.time() and until.time() <= each.closes for each in hours
    )
    return None if is_open or not hours else Closed("hours")


def hours_of(session: Session, village_id: int) -> Sequence[OpeningHours]:
    """The centre's week, in order."""
    own = select(OpeningHours).where(OpeningHours.village_id == village_id)
    return session.scalars(own.order_by(OpeningHours.weekday, OpeningHours.opens)).all()


def set_hours(session: Session, village_id: int, week: Sequence[tuple[int, time, time]]) -> None:
    """Replace the centre's week by (weekday, opens, closes) each. Raises `TimesInvalid`."""
    if any(opens >= closes for _, opens, closes in week):
        raise TimesInvalid
    session.execute(delete(OpeningHours).where(OpeningHours.village_id == village_id))
    for weekday, opens, closes in week:
        session.add(OpeningHours(village_id=village_id, weekday=weekday, opens=opens, closes=closes))
    session.flush()


def absences_of(session: Session, village_id: int, since: date) -> Sequence[Absence]:
    """Absences that are not over by `since`, in order."""
    own = select(Absence).where(Absence.village_id == village_id, Absence.last_day >= since)
    return session.scalars(own.order_by(Absence.first_day)).all()


def add_absence(
    session: Session, village_id: int, first_day: date, last_day: date, reason: str, by: str, now: datetime
) -> Absence:
    """Nobody is at the centre from `first_day` to `last_day`. `by`: staff id. Raises `TimesInvalid`."""
    if last_day < first_day:
        raise TimesInvalid
    absence = Absence(
        village_id=village_id,
        first_day=first_day,
        last_day=last_day,
        reason=reason.strip()[:100],
        entered_by=by,
        entered_at=now,
    )
    session.add(absence)
    session.flush()
    return absence


def remove_absence(session: Session, absence: Absence) -> None:
    """The centre is open on these days after all."""
    session.delete(absence)
    session.flush()


def holidays_between(first_day: date, last_day: date) -> list[tuple[date, str]]:
    """The public holidays of these days, both included, in order."""
    span = range((last_day - first_day).days + 1)
    named = [(day, holiday_on(day)) for day in (first_day + timedelta(days=number) for number in span)]
    return [(day, name) for day, name in named if name]


def absence_on(session: Session, village_id: int, day: date) -> Absence | None:
    """Why nobody is at the centre on this day; None where somebody is."""
    return session.scalars(
        select(Absence).where(Absence.village_id == village_id, Absence.first_day <= day, Absence.last_day >= day)
    ).first()


@cache
def _holidays(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("ID", years=year, language="id"))
