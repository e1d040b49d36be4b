"""Files that came back and wait to be taken: what they would change was shown, nobody has said yes yet.

They hold guidance and sentences of the bot, nothing of any person, and go after a day (phrases, which wait for a second
person, after two weeks).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime

Kind = Literal["folder", "sheet", "xliff", "phrases"]
KEPT: Final = timedelta(days=1)
KEPT_FOR_SECOND: Final = timedelta(days=14)


class NoSuchUpload(LookupError):
    """It was taken, thrown away or forgotten, or is another's."""


class ExchangeUpload(Base):
    """One file."""

    __tablename__ = "exchange_uploads"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[Kind] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(8))
    """Of translations and phrases; empty for a folder."""
    name: Mapped[str] = mapped_column(String(120))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sent_by: Mapped[str] = mapped_column(String(36))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


def keep(session: Session, kind: Kind, language: str, name: str, data: bytes, by: str, now: datetime) -> ExchangeUpload:
    """Keep a file until somebody decides; older ones are forgotten on the way."""
    is_for_second = ExchangeUpload.kind == "phrases"
    old = sa.or_(ExchangeUpload.sent_at < now - KEPT_FOR_SECOND, ~is_for_second & (ExchangeUpload.sent_at < now - KEPT))
    session.execute(sa.delete(ExchangeUpload).where(old))
    upload = ExchangeUpload(kind=kind, language=language, name=name[-120:], data=data, sent_by=by, sent_at=now)
    session.add(upload)
    session.flush()
    return upload


def held(session: Session, number: int, by: str) -> ExchangeUpload:
    """A file that this person may see: her own, or phrases. Raises `NoSuchUpload`."""
    upload = session.get(ExchangeUpload, number)
    if upload is None or (upload.sent_by != by and upload.kind != "phrases"):
        raise NoSuchUpload(str(number))
    return upload


def waiting(session: Session, by: str) -> list[ExchangeUpload]:
    """What this person may decide about, the oldest first."""
    mine = sa.or_(ExchangeUpload.sent_by == by, ExchangeUpload.kind == "phrases")
    return list(session.scalars(sa.select(ExchangeUpload).where(mine).order_by(ExchangeUpload.id)))


def drop(session: Session, upload: ExchangeUpload) -> None:
    """It was decided about."""
    session.delete(upload)
    session.flush()
