"""Dates to try booking with: what a centre might have on in the next weeks, in the villages that come with Balai.

Never made by themselves: a family must not find a date that nobody keeps.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import areas, booking_types, calendars, slots
from centre.areas import DEMO_VILLAGES, Village
from centre.booking_types import BookingType
from centre.db import Database
from centre.slots import Plan, Slot
from processes import wiring

BY = "demo"
WEEKS = 3
SMALL = 2
"""Seats of the trainings: so few that a second try shows the waiting line."""


def make_dates(database: Database) -> int:
    """A few dates of every type in each demo village that is here, once; gives how many were made."""
    codes = {row["code"] for row in areas.read_csv(DEMO_VILLAGES) if row.get("code")}
    now = wiring.clock()
    with database.transaction() as session:
        if session.scalar(select(Slot.id).where(Slot.created_by == BY).limit(1)):
            return 0
        booking_types.seed(session, now)
        known = session.scalars(select(Village).where(Village.code.in_(codes)).order_by(Village.id)).all()
        kinds = session.scalars(select(BookingType).where(BookingType.is_active).order_by(BookingType.id)).all()
        return sum(_in_village(session, village, list(kinds), now) for village in known)


def _in_village(session: Session, village: Village, kinds: list[BookingType], now: datetime) -> int:
    """Each type on a day of its own, three weeks in a row; what falls on a holiday is left out."""
    today = calendars.local(now, village.time_zone).date()
    made = 0
    for number, kind in enumerate(kinds):
        day = today + timedelta(days=2 + number % 6)
        seats = min(SMALL, kind.seats)
        plan = Plan(day, time(9 + number % 4), time(11 + number % 4), seats)
        made += len(slots.make_weekly(session, kind, village, plan, WEEKS, BY, now)[0])
    return made
