"""What everybody may read: totals of the twelve months that are over, rounded, and only where there are enough.

Nothing here is of one village. A number is shown from `LEAST` on and rounded down to tens, a regency's warnings from
`LEAST_WARNINGS` on and in bands, so that neither two pages nor two months can be subtracted to find few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre.areas import Village
from centre.case_figures import REGENCY
from centre.figures import months_until
from centre.totals import NATION, MonthlyTotal

LEAST, LEAST_WARNINGS = 20, 10
BANDS = ((50, None), (20, 49), (10, 19))
WARNINGS = ("deception", "trafficking")
"""Kinds of problems that others should beware of: a recruiter who cheats, people who are sold."""
MEASURES = {"asked": "", "answered": "", "booked": "came", "opened": "", "closed": ""}


@dataclass(frozen=True)
class PublicFigures:
    """The totals. A measure that is missing had too few."""

    since: str
    until: str
    totals: Mapping[str, int]
    """Rounded down to tens."""
    villages: int
    warnings: Sequence[tuple[str, int, int | None]]
    """Regency, and between which numbers its warnings are; None: and more."""


def of_year(session: Session, now: datetime) -> PublicFigures:
    """The twelve months before this one."""
    until = (now + timedelta(hours=7)).replace(day=1) - timedelta(days=1)
    span = months_until(f"{until:%Y-%m}", 12)
    totals = {measure: rounded(number) for measure, number in _totals(session, span).items() if number >= LEAST}
    villages = session.scalar(select(func.count()).select_from(Village)) or 0
    return PublicFigures(span[0], span[-1], totals, villages, _warnings(session, span))


def rounded(number: int) -> int:
    """Down to tens."""
    return number // 10 * 10


def _totals(session: Session, span: Sequence[str]) -> Mapping[str, int]:
    rows = session.execute(
        select(MonthlyTotal.measure, MonthlyTotal.detail, func.sum(MonthlyTotal.total))
        .where(
            MonthlyTotal.place == NATION,
            MonthlyTotal.measure.in_(MEASURES),
            MonthlyTotal.month.between(span[0], span[-1]),
        )
        .group_by(MonthlyTotal.measure, MonthlyTotal.detail)
    )
    return {measure: int(number) for measure, detail, number in rows if MEASURES[measure] == detail}


def _warnings(session: Session, span: Sequence[str]) -> list[tuple[str, int, int | None]]:
    """Regencies with enough of them, by name."""
    regencies = select(func.substr(Village.code, 1, REGENCY), Village.regency).distinct()
    names: dict[str, str] = dict(session.execute(regencies).tuples().all())
    rows = session.execute(
        select(MonthlyTotal.place, func.sum(MonthlyTotal.total))
        .where(
            MonthlyTotal.place.in_(sorted(names)),
            MonthlyTotal.measure == "category",
            MonthlyTotal.detail.in_(WARNINGS),
            MonthlyTotal.month.between(span[0], span[-1]),
        )
        .group_by(MonthlyTotal.place)
    )
    counted = Counter({place: int(number) for place, number in rows})
    enough = [(names[place], number) for place, number in counted.items() if number >= LEAST_WARNINGS]
    return [(name, *next(band for band in BANDS if number >= band[0])) for name, number in sorted(enough)]
