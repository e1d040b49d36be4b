"""Spoken words that every channel can send: the bytes, by a number.

Guidance is public, so they lie open in the database: every process on every machine has them at once, a copy of the
database is whole, and one that is taken away is gone everywhere (`docs/decisions/0020-a-spoken-text-lies-in-the-database.md`).
What families and staff send one another lies sealed in `centre.file_store`, and never here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from centre.messages import Spoken


class Sound(Base):
    """One recording as it was taken."""

    __tablename__ = "sounds"
    __table_args__ = {"sqlite_autoincrement": True}  # a number is never given twice: a channel may still be sending it

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    """A key of `centre.spoken.MIME`."""
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    is_public: Mapped[bool] = mapped_column(default=False)
    """Has a second person listened? Only then does it leave the desk."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def spoken(self) -> Spoken:
        """As a reply carries it."""
        return Spoken(self.id, self.kind)


Sounds = Callable[[int], bytes | None]
"""How a channel gets at the bytes of a public sound; None where it was taken away."""


def lay_down(session: Session, kind: str, data: bytes, now: datetime) -> Sound:
    """Keep what `centre.spoken.taken` gave; nobody outside the desk hears it yet."""
    sound = Sound(kind=kind, size=len(data), data=data, created_at=now)
    session.add(sound)
    session.flush()
    return sound


def public(session: Session, number: int) -> Sound | None:
    """A sound that may be heard by anybody."""
    sound = session.get(Sound, number)
    return sound if sound and sound.is_public else None
