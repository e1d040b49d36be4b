"""When something that is done every so often was last done well: the nightly forgetting, a backup.

Whoever looks after the house learns from it that a thing has stopped being done (`centre.incidents`, `/metrics`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, UtcDateTime, new_row

BACKUP, RETENTION = "backup", "retention"
BEGUN = "begun"
"""When this house began to be looked after: what was never done is late from then on."""


class LastRun(Base):
    """The last time that something was done to its end."""

    __tablename__ = "last_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)


def enter(session: Session, name: str, now: datetime) -> None:
    """It was done just now, to its end."""
    session.merge(LastRun(name=name, done_at=now))
    session.flush()


def when(session: Session, name: str) -> datetime | None:
    """When it was last done; None where it never was."""
    return session.execute(select(LastRun.done_at).where(LastRun.name == name)).scalar()


def begin(session: Session, now: datetime) -> None:
    """The house is looked after, from the first time that this is said."""
    session.execute(new_row(session, LastRun, {"name": BEGUN, "done_at": now}))
