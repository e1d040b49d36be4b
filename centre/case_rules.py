"""What holds for each kind of problem: how urgent it is, who may see it, until when an answer is owed; and the errors.

The times are the house's own promise, in the centre's working hours; what is urgent counts every minute of every night.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import areas, calendars
from centre.areas import Village
from centre.case_records import Case, Category
from centre.messages import LIMITS

WORDS_LIMIT = 4000
URGENT_REPLY = timedelta(minutes=15)
"""The first level above is alerted when nobody has taken an urgent case by then, the next after as long again."""
USUAL_HOURS = [(weekday, time(8), time(16)) for weekday in range(5)]
"""The hours of a centre that has not filled in its own."""
LONGEST_WAIT = timedelta(days=14)
"""However seldom a desk is open, and however long nobody is there, no answer is owed later than this."""
REPLY_KEPT_OPEN = timedelta(minutes=30)
"""Who wrote as lately as this is still there: an answer then is no message out of the blue."""


@dataclass(frozen=True)
class Rule:
    """What holds for one category."""

    reply_hours: int
    """Working hours until an answer is owed."""
    is_urgent: bool = False
    is_restricted: bool = False
    needs_approval: bool = False
    """A supervisor agrees before it is closed."""


RULES: dict[Category, Rule] = {
    "pay": Rule(8),
    "contact_lost": Rule(4),
    "violence": Rule(2, is_urgent=True, is_restricted=True, needs_approval=True),
    "trafficking": Rule(2, is_urgent=True, is_restricted=True, needs_approval=True),
    "documents": Rule(8),
    "deception": Rule(8),
    "sickness": Rule(4),
    "death": Rule(2, is_urgent=True),
    "detention": Rule(2, is_urgent=True),
    "go_home": Rule(8),
    "other": Rule(16),
}


class CannotDo(Exception):
    """The rules do not allow this with the case; each kind says which."""


class NotYours(CannotDo):
    """Somebody else holds the case: take it first."""


class AlreadyTaken(CannotDo):
    """Somebody was faster."""


class IsClosed(CannotDo):
    """The case is closed: reopen it first."""


class IsOpen(CannotDo):
    """The case is not closed."""


class IsErased(CannotDo):
    """The family had it erased: there is nothing left to go on with."""


class AnotherIsOpen(CannotDo):
    """The family has another open case; what they write goes there."""


class NeedsApproval(CannotDo):
    """Only a supervisor who does not hold the case may close it."""


class NobodyThere(CannotDo):
    """That staff member may not know of this case."""


class NothingSaid(CannotDo):
    """There are no words."""


class TooLong(CannotDo):
    """More words than one entry may have."""


class ReasonMissing(CannotDo):
    """A reason must be given."""


class IsGone(CannotDo):
    """Its words are erased: there is nothing left to keep or to erase."""


class HasItsTime(CannotDo):
    """An ordinary case: its time is the same for everybody, nothing is agreed."""


class DayIsOver(CannotDo):
    """The day is today, or before."""


class DayTooFar(CannotDo):
    """Later than anything may be agreed."""


class ConsentMissing(CannotDo):
    """The family has not agreed, and overriding that is a permission of its own, with a reason."""


def clean(words: str, *, may_be_empty: bool = False) -> str:
    """What was typed, fit to be kept. Raises `NothingSaid` or `TooLong`."""
    words = words.replace("\x00", "").strip()
    if not words and not may_be_empty:
        raise NothingSaid
    if len(words) > WORDS_LIMIT:
        raise TooLong
    return words


def home_of(session: Session, case: Case) -> Village | None:
    """The village the family belongs to, as far as it is known."""
    if case.home_code is None:
        return None
    return session.scalars(select(Village).where(Village.code == case.home_code).order_by(Village.id)).first()


def zone_of(session: Session, case: Case) -> str:
    """The clock the family lives by."""
    return areas.zone_of(home_of(session, case))


def is_not_for(case: Case, channel: str) -> bool:
    """Is the case sensitive, and does somebody else read along on this channel? Then it is neither told nor answered there."""
    return LIMITS[channel].is_exposed and (case.is_restricted or case.bypasses_village)


def due(session: Session, category: Category, is_urgent: bool, village: Village | None, since: datetime) -> datetime:
    """Until when an answer is owed to somebody who has waited since then."""
    if is_urgent:
        return since + URGENT_REPLY
    return after_working_time(session, village, since, timedelta(hours=RULES[category].reply_hours))


def after_working_time(session: Session, village: Village | None, since: datetime, span: timedelta) -> datetime:
    """The moment at which a desk that began at `since` has been open for `span`, holidays and absences left out.

    Never later than `LONGEST_WAIT`: a family must not wait until a desk that opens once a month has counted its hours.
    """
    left = span
    for opens, closes in _open_stretches(session, village, since):
        begins = max(opens, since)
        if closes - begins >= left:
            return min(begins + left, since + LONGEST_WAIT)
        left -= closes - begins
    return since + LONGEST_WAIT


def _open_stretches(session: Session, village: Village | None, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """(opens, closes) of the desk that are not over at `since`, in order, as far ahead as anybody may have to wait."""
    zone = areas.zone_of(village)
    own = calendars.hours_of(session, village.id) if village else []
    week = [(each.weekday, each.opens, each.closes) for each in own] or USUAL_HOURS
    first = calendars.local(since, zone).date()
    for day in (first + timedelta(days=number) for number in range(LONGEST_WAIT.days + 1)):
        if _is_free(session, village, day):
            continue
        for weekday, opens, closes in week:
            if weekday == day.weekday() and calendars.moment(day, closes, zone) > since:
                yield calendars.moment(day, opens, zone), calendars.moment(day, closes, zone)


def _is_free(session: Session, village: Village | None, day: date) -> bool:
    if calendars.holiday_on(day):
        return True
    return village is not None and calendars.absence_on(session, village.id, day) is not None
