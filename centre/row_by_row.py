"""Erasing what is over so that a row which fails (no key opens it, something unexpected refers to it) holds up no other.

A page of rows goes at once; only where that fails each is tried alone. What fails is left as it was, named to whoever asked,
and tried again on the next occasion: `processes.clearing` tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from centre.db import is_busy, is_down

Skipped = dict[int, str]
"""Number of a row → the kind of error; empty where another transaction only stood in the way, which is no failure."""


@dataclass(frozen=True)
class RowByRow:
    """How one kind of row is found when its time is over, and how it is erased."""

    over: Callable[[Session, datetime, timedelta, Collection[int]], Sequence[int]]
    """(now, kept, but): the numbers of a page of rows that are over, each held, leaving out those in `but`."""
    erase: Callable[[Session, Sequence[int], datetime], int]
    """Erases these; gives how many went."""

    def clear(self, session: Session, now: datetime, kept: timedelta, skipped: Skipped | None = None) -> int:
        """Erase a page of what is over; gives how many went. What fails is added to `skipped`; without it, it is raised."""
        found = self.over(session, now, kept, skipped or ())
        if skipped is None or not found:
            return self.erase(session, found, now) if found else 0
        went, why = self._tried(session, found, now)
        return went if why is None else sum(self._alone(session, number, now, skipped) for number in found)

    def _alone(self, session: Session, number: int, now: datetime, skipped: Skipped) -> int:
        went, why = self._tried(session, [number], now)
        if why is not None:
            skipped[number] = why
        return went

    def _tried(self, session: Session, numbers: Sequence[int], now: datetime) -> tuple[int, str | None]:
        """How many went, and why they did not."""
        try:
            with session.begin_nested():
                return self.erase(session, numbers, now), None
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others must go
            if isinstance(error, DBAPIError) and is_down(error):
                raise
            return 0, "" if isinstance(error, DBAPIError) and is_busy(error) else type(error).__name__


def none_of(column: Any, but: Collection[int]) -> ColumnElement[bool]:
    """The condition that a row is not among these."""
    return column.not_in(but) if but else true()


def count_failed(skipped: Skipped) -> int:
    """How many could not be erased, for a reason that is not gone by itself."""
    return sum(1 for why in skipped.values() if why)
