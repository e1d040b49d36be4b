"""Running totals of what happens, for whoever watches the house: kept here so that they are right for all processes together.

A name, a label ("telegram|sent") and a number: nothing of anybody. What stands in our records is counted from them
(`centre.tally_taking`); what leaves no record (calls, refusals) is counted in each process and added every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, changed, new_row

Counts = Mapping[tuple[str, str], int]
"""(name, label) → how many."""


class Tally(Base):
    """One running total."""

    __tablename__ = "tallies"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(80), primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)


def add(session: Session, counts: Counts) -> None:
    """Add to the totals; in one order, so that two who add do not wait for each other in a ring."""
    for (name, label), number in sorted(counts.items()):
        own = update(Tally).where(Tally.name == name, Tally.label == label)
        more = own.values(total=Tally.total + number).execution_options(synchronize_session=False)
        if not changed(session.execute(more)):
            session.execute(new_row(session, Tally, {"name": name, "label": label, "total": 0}))
            session.execute(more)


def read(session: Session) -> dict[str, dict[str, int]]:
    """Every total, by name and label."""
    found: dict[str, dict[str, int]] = {}
    for name, label, total in session.execute(select(Tally.name, Tally.label, Tally.total)):
        found.setdefault(name, {})[label] = total
    return found
