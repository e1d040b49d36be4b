"""What a clock that was set back leaves behind: times that lie ahead of now, though they were written in the past.

The machines of a house agree to within seconds (NTP). A time further ahead than anything is ever put off was written before
a clock was set back, and what waits for it would stand still for as long as the clock had been wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, or_

DISAGREE = timedelta(seconds=30)
"""By how much the clocks of our machines may differ."""


def has_come(moment: Any, now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Has the time in the column `moment` come, which is never put off by more than `longest`?"""
    return or_(moment <= now, is_ahead(moment, now, longest))


def is_over(lease: Any, now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Is a lease in the column `lease` over, which is never longer than `longest`? Until its last instant it holds."""
    return or_(lease < now, is_ahead(lease, now, longest))


def is_ahead(moment: Any, now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Does the time in the column `moment` lie further ahead than it can be put off?"""
    return cast(ColumnElement[bool], moment > too_far(now, longest))


def too_far(now: datetime, longest: timedelta) -> datetime:
    """No time lies further ahead than this that is put off by at most `longest`."""
    return now + longest + DISAGREE
