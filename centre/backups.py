"""When the house was last backed up: who makes a backup enters it here first, so that several workers make one, not several.

The archives themselves are made by `processes/backing_up.py`; no word of what is in them stands here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, String, delete, exists, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import last_runs
from centre.db import Base, BigId, UtcDateTime, connection_of

EVERY = timedelta(minutes=50)
"""Begun so long after the last good one, so that with the time it takes at most an hour is lost (reference targets, 5)."""
AGAIN = timedelta(minutes=5)
"""After one that failed."""
LONGEST = timedelta(minutes=30)
"""Whoever is not done by then has died."""
ENTRIES_KEPT = timedelta(days=90)


class Backup(Base):
    """One backup: begun, and done or failed."""

    __tablename__ = "backups"
    __table_args__ = (Index("ix_backups_began_at", "began_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """What came in later is not in it."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    size: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes of the archive."""
    failed: Mapped[str | None] = mapped_column(String(40))
    """The kind of error, where it failed."""


def is_due(session: Session, now: datetime) -> bool:
    """Is it time for the next one, and nobody at it?"""
    fresh = Backup.failed.is_(None) & Backup.ended_at.is_not(None) & (Backup.began_at > now - EVERY)
    under_way = Backup.ended_at.is_(None) & (Backup.began_at > now - LONGEST)
    just_failed = Backup.failed.is_not(None) & (Backup.ended_at > now - AGAIN)
    return not session.scalar(select(exists().where(or_(fresh, under_way, just_failed))))


def begin_if_due(session: Session, now: datetime) -> Backup | None:
    """Enter the next one, when it is time; None when it is not, or somebody else is at it."""
    if connection_of(session).dialect.name == "postgresql":
        session.execute(text("LOCK TABLE backups IN EXCLUSIVE MODE"))  # else two could find it due at once
    return begin(session, now) if is_due(session, now) else None


def begin(session: Session, now: datetime) -> Backup:
    """Enter one that somebody asked for."""
    session.execute(delete(Backup).where(Backup.began_at < now - ENTRIES_KEPT))
    made = Backup(began_at=now)
    session.add(made)
    session.flush()
    return made


def succeed(session: Session, backup_id: int, size: int, now: datetime) -> None:
    """It lies where it should, whole. The house is backed up as it was when this began."""
    row = session.get_one(Backup, backup_id)
    row.ended_at, row.size = now, size
    last_runs.enter(session, last_runs.BACKUP, row.began_at)
    session.flush()


def fail(session: Session, backup_id: int, why: str, now: datetime) -> None:
    """Nothing came of it."""
    row = session.get_one(Backup, backup_id)
    row.ended_at, row.failed = now, why[:40]
    session.flush()
