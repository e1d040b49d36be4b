"""What was cleared on each day, as numbers, what could not be, and when the night was done: the proof that retention is kept.

One row a day, in the time of the capital. Whoever clears adds to it; the first worker after two in the morning takes the night
(`begin_night`), and says when everything of it is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Date, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, UtcDateTime, new_row

ZONE = ZoneInfo("Asia/Jakarta")
NIGHT = 2
"""The hour from which the night's clearing is due."""
TAKEN_AGAIN = timedelta(hours=1)
"""A night that was begun and not done for so long was cut off."""


class RetentionDay(Base):
    """One day."""

    __tablename__ = "retention_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    cleared: Mapped[dict[str, int]] = mapped_column(JSON)
    """Rule → how many went."""
    failed: Mapped[dict[str, int] | None] = mapped_column(JSON)
    """Rule → how many could not be erased, at most at once; 0: the rule failed as a whole."""
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def add(session: Session, cleared: Mapping[str, int], now: datetime) -> None:
    """So many went just now; nothing is written where none did."""
    gone = {rule: number for rule, number in cleared.items() if number}
    if gone:
        today = _held(session, now)
        today.cleared = {**today.cleared, **{rule: today.cleared.get(rule, 0) + gone[rule] for rule in gone}}
        session.flush()


def add_failed(session: Session, rule: str, number: int, now: datetime) -> None:
    """So many could not be erased just now; 0: the rule failed as a whole. The same ones fail again at the next time, so the
    most at once is what counts."""
    today = _held(session, now)
    before = today.failed or {}
    if number > before.get(rule, -1):
        today.failed = {**before, rule: number}
        session.flush()


def failed_lately(session: Session) -> dict[str, int] | None:
    """Rule → how many could not be erased on the last day whose night is done; None before the first."""
    done = select(RetentionDay.failed).where(RetentionDay.done_at.is_not(None)).order_by(RetentionDay.day.desc())
    row = session.execute(done.limit(1)).first()
    return None if row is None else row.failed or {}


def is_night_due(session: Session, now: datetime) -> bool:
    """A look without a lock: is it past two, and has nobody cleared for this day?"""
    local = now.astimezone(ZONE)
    found = session.get(RetentionDay, local.date())
    return local.hour >= NIGHT and (found is None or _may_take(found, now))


def begin_night(session: Session, now: datetime) -> bool:
    """Take this night; False when another worker has it, or it is done."""
    today = _held(session, now)
    if not _may_take(today, now):
        return False
    today.begun_at = now
    session.flush()
    return True


def end_night(session: Session, began: datetime, now: datetime) -> None:
    """All of the night that was begun is cleared."""
    today = _held(session, began)
    today.done_at = now
    session.flush()


def days(session: Session, most: int = 31) -> Sequence[RetentionDay]:
    """The last days, the newest first."""
    return session.scalars(select(RetentionDay).order_by(RetentionDay.day.desc()).limit(most)).all()


def _may_take(found: RetentionDay, now: datetime) -> bool:
    return found.done_at is None and (found.begun_at is None or found.begun_at < now - TAKEN_AGAIN)


def _held(session: Session, now: datetime) -> RetentionDay:
    day = now.astimezone(ZONE).date()
    row: dict[str, Any] = {"day": day, "cleared": {}}
    session.execute(new_row(session, RetentionDay, row))
    return session.get_one(RetentionDay, day, with_for_update=True, populate_existing=True)
