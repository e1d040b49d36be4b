"""Signs of life: each worker says now and then that it is there, so that `/readyz` can tell whether anybody answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, UtcDateTime

LATELY = timedelta(seconds=30)
FORGOTTEN = timedelta(days=1)


class Heartbeat(Base):
    """When a process was last seen."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


def beat(session: Session, name: str, now: datetime) -> None:
    """Say that `name` is there; those not seen for a day are forgotten."""
    session.merge(Heartbeat(name=name, seen_at=now))
    session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - FORGOTTEN))
    session.flush()


def last_seen(session: Session) -> datetime | None:
    """When any worker was last seen."""
    return session.execute(select(func.max(Heartbeat.seen_at))).scalar()
