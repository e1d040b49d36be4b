"""What somebody was typing when their session ended: kept for as long as a working day, offered to nobody else.

It is sealed twice: with the house's keys, and with a key of which only that browser has a copy. So neither the database nor
the browser alone can give it away, and when the browser has lost its key it is unreadable for good.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, UtcDateTime, changed, vault_of
from centre.privacy import CannotOpen, Vault
from centre.sealing import sealed_for_hours
from centre.staff_sessions import fingerprint

KEPT = timedelta(hours=8)
MOST_LETTERS = 200_000


class TooMuch(ValueError):
    """More was typed than is kept."""


class KeptForm(Base):
    """One form that could not be taken."""

    __tablename__ = "kept_forms"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The fingerprint of the browser's key."""
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=sealed_for_hours())
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Typed:
    """A form as it was typed: where it was going, and each field's name and text."""

    address: str
    fields: tuple[tuple[str, str], ...]


def keep(session: Session, staff_id: str, typed: Typed, now: datetime) -> str:
    """Keep it for this person; gives the key, which goes to the browser and is stored nowhere. What was kept for them before
    in another browser stays. Raises `TooMuch`."""
    said = json.dumps([typed.address, typed.fields])
    if len(said) > MOST_LETTERS:
        raise TooMuch
    key = secrets.token_urlsafe(32)
    inner = base64.b64encode(Vault(key).seal(said, _place(key))).decode()
    row = KeptForm(
        key_hash=fingerprint(key), staff_id=staff_id, kept_at=now, sealed=vault_of(session).seal(inner, _place(key))
    )
    session.add(row)
    session.flush()
    return key


def opened(session: Session, key: str, staff_id: str, now: datetime) -> Typed | None:
    """What was kept under this key, if it is this person's and not too old."""
    row = session.get(KeptForm, fingerprint(key))
    if row is None or row.staff_id != staff_id or now - row.kept_at >= KEPT:
        return None
    try:
        inner = vault_of(session).open(row.sealed, _place(key))
        address, fields = json.loads(Vault(key).open(base64.b64decode(inner), _place(key)))
    except CannotOpen:
        return None
    return Typed(address, tuple((name, text) for name, text in fields))


def drop(session: Session, key: str) -> None:
    """It was taken, or is not wanted any more."""
    session.execute(delete(KeptForm).where(KeptForm.key_hash == fingerprint(key)))


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """Remove what nobody came back for."""
    old = delete(KeptForm).where(KeptForm.kept_at <= now - kept)
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def _place(key: str) -> str:
    return f"kept_forms|sealed|{fingerprint(key)}"
