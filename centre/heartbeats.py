"""Signs of life: each worker says now and then that it is there, so that `/readyz` can tell whether anybody answers; and each
worker and web process which key it seals with, so that keys are not changed behind the back of one that was not restarted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, UtcDateTime, vault_of

LATELY = timedelta(seconds=30)
RUNNING = timedelta(minutes=1)
"""Whoever was seen within this may still run."""
FORGOTTEN = timedelta(days=1)
WEB = "web "
"""How the names of web processes begin: they answer nobody's message."""


class Heartbeat(Base):
    """When a process was last seen."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    newest_key: Mapped[str | None] = mapped_column(String(16))
    """The field key it seals with, by the id that tells nothing about the key."""


def beat(session: Session, name: str, now: datetime) -> None:
    """Say that `name` is there; those not seen for a day are forgotten."""
    session.merge(Heartbeat(name=name, seen_at=now, newest_key=_newest_key(session)))
    session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - FORGOTTEN))
    session.flush()


def last_seen(session: Session) -> datetime | None:
    """When any worker was last seen."""
    workers = select(func.max(Heartbeat.seen_at)).where(~Heartbeat.name.startswith(WEB))
    return session.execute(workers).scalar()


def sealing_otherwise(session: Session, now: datetime) -> Sequence[str]:
    """Processes that run and seal with another field key than this one."""
    others = select(Heartbeat.name).where(
        Heartbeat.newest_key != _newest_key(session), Heartbeat.seen_at.between(now - RUNNING, now + RUNNING)
    )
    return session.scalars(others.order_by(Heartbeat.name)).all()


def _newest_key(session: Session) -> str:
    return vault_of(session).vault.newest[1:].hex()
