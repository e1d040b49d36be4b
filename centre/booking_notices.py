"""What people are told about their places, and when: planned here, worded by the bot.

A word that something changed goes out in waking hours; reminders two days before and on the morning of the day.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import calendars, notices
from centre.booking_records import OPEN, Booking, BookingChange, State, by_staff, note, roster
from centre.notices import About, Wanted
from centre.slots import Slot

REMINDER_DAYS, REMINDER_AT = 2, time(9)
EARLY = time(7)
"""Who must be there before this is reminded the evening before, not on the morning."""
EVENING = time(18)
FRESH = timedelta(hours=2)
"""Who has booked as lately as this needs no reminder."""


def tell_moved(session: Session, slot: Slot, by: str, now: datetime) -> None:
    """Everybody in the slot hears of its new time or place; reminders follow it."""
    for booking in roster(session, slot.id, OPEN):
        notices.void(session, [booking.id], ("reminder", "today", "moved"))
        booking.confirmed_at, booking.changed_by_us_at = None, now
        if booking.offer_until:
            booking.offer_until = min(booking.offer_until, slot.starts_at)
        note(session, booking, "changed", by_staff(by), now)
        tell(session, "moved", booking, now, reason=slot.reason)
        if booking.state == State.BOOKED:
            plan_reminders(session, booking, now)


def tell(
    session: Session,
    kind: notices.Kind,
    booking: Booking,
    due: datetime,
    *,
    until: datetime | None = None,
    reason: str = "",
) -> None:
    """Plan that the person hears of it, once for each change that gives cause."""
    slot = booking.slot
    about = About(slot.id, slot.zone, booking.conversation_id, booking.id)
    changes = session.scalar(select(func.count()).where(BookingChange.booking_id == booking.id))
    key = f"{kind}:{booking.id}:{slot.id}.{slot.version}:{changes}"
    notices.plan(session, kind, about, key, due, until or slot.starts_at, reason=reason)


def plan_reminders(session: Session, booking: Booking, now: datetime) -> None:
    """Two days before, and on the morning (the evening before, for who must be there early): each once for each time.

    Somebody who has just booked is not reminded of what they have just read.
    """
    slot = booking.slot
    if booking.conversation_id is None:
        return  # nobody to remind
    there = calendars.local(slot.starts_at, slot.zone)
    days_before = calendars.moment(there.date() - timedelta(days=REMINDER_DAYS), REMINDER_AT, slot.zone)
    is_early = there.time() < EARLY
    eve, morning = there.date() - timedelta(days=1), there.date()
    last = calendars.moment(eve, EVENING, slot.zone) if is_early else calendars.moment(morning, time(6), slot.zone)
    about = About(slot.id, slot.zone, booking.conversation_id, booking.id)
    which = f"{booking.id}:{slot.id}.{slot.version}"
    both = (
        Wanted("reminder", f"reminder:{which}", days_before, last),  # once the other is due, one is enough
        Wanted("today", f"today:{which}", last, slot.starts_at),
    )
    notices.plan_all(session, about, [each for each in both if each.due >= now + FRESH])
