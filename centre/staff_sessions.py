"""The browsers in which staff are signed in: each a row, of which only the browser has the token.

A session begins with the password and counts fully once the second step is done (`is_proved`). On a shared computer, which
every browser is unless its owner said otherwise, it ends after 15 minutes without use. Rules: OWASP ASVS 5.0 7 (sessions are
listed, ended, and made anew when somebody proves more).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, delete, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, UtcDateTime, changed

IDLE = timedelta(minutes=15)
"""A village computer is shared: who walks away is signed out."""
OWN_IDLE = timedelta(hours=4)
"""On a telephone of one's own, which has a lock of its own."""
ABSOLUTE = timedelta(hours=8)
TOUCH_EVERY = timedelta(minutes=1)
"""A session's last use is written at most this often, so that reading pages does not queue for the write lock."""
SESSIONS_KEPT = timedelta(days=30)
NUMBER = 16
"""Signs of its fingerprint by which a session is called on a page: they open nothing."""


class StaffSession(Base):
    """One browser where a staff member is signed in. Only the browser has the token; here is its fingerprint."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the second step was done."""
    is_shared: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    device: Mapped[str | None] = mapped_column(String(30))
    """What kind of browser on what kind of machine ("Chrome, Android"), as it says itself."""
    place: Mapped[str | None] = mapped_column(String(30))
    """The first half of the address it signed in from: a provider or a town, never a house."""

    @property
    def number(self) -> str:
        return self.token_hash[:NUMBER]

    def is_open(self, now: datetime) -> bool:
        """Neither ended, nor idle for too long, nor too old."""
        idle = IDLE if self.is_shared else OWN_IDLE
        return self.ended_at is None and now - self.seen_at < idle and now - self.created_at < ABSOLUTE


def open_session(
    session: Session,
    staff_id: str,
    now: datetime,
    *,
    is_proved: bool = False,
    is_shared: bool = True,
    device: str = "",
    place: str = "",
) -> str:
    """Begin a session; the token of 256 bits goes to the browser and is kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=fingerprint(token),
            staff_id=staff_id,
            created_at=now,
            seen_at=now,
            proved_at=now if is_proved else None,
            is_shared=is_shared,
            device=device[:30] or None,
            place=place[:30] or None,
        )
    )
    session.flush()
    return token


def renew(session: Session, token: str, now: datetime, *, is_proved: bool) -> str:
    """Another token for this browser, as somebody has just proved more; the one before it opens nothing any more."""
    before = session.get_one(StaffSession, fingerprint(token))
    fresh = open_session(
        session,
        before.staff_id,
        now,
        is_proved=is_proved,
        is_shared=before.is_shared,
        device=before.device or "",
        place=before.place or "",
    )
    session.get_one(StaffSession, fingerprint(fresh)).created_at = before.created_at
    before.ended_at = before.ended_at or now
    session.flush()
    return fresh


def touch(session: Session, token: str, now: datetime) -> None:
    """The session was used just now."""
    session.execute(update(StaffSession).where(StaffSession.token_hash == fingerprint(token)).values(seen_at=now))


def open_of(session: Session, staff_id: str, now: datetime) -> Sequence[StaffSession]:
    """Where somebody is signed in now, the latest used first."""
    own = select(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
    found = session.scalars(own.order_by(StaffSession.seen_at.desc(), StaffSession.token_hash)).all()
    return [each for each in found if each.is_open(now)]


def end_session(session: Session, token: str, now: datetime) -> None:
    """Signed out in this browser."""
    _end(session, now, StaffSession.token_hash == fingerprint(token))


def end_numbered(session: Session, staff_id: str, number: str, now: datetime) -> bool:
    """Signed out in the browser of this number, if it is this person's; False when there is none."""
    for each in open_of(session, staff_id, now):
        if each.number == number:
            each.ended_at = now
            session.flush()
            return True
    return False


def end_others(session: Session, staff_id: str, token: str, now: datetime) -> None:
    """Signed out everywhere but here."""
    _end(session, now, StaffSession.staff_id == staff_id, StaffSession.token_hash != fingerprint(token))


def end_sessions(session: Session, staff_id: str, now: datetime) -> None:
    """Signed out everywhere."""
    _end(session, now, StaffSession.staff_id == staff_id)


def whose(session: Session, token: str) -> str | None:
    """Whose browser this is or was, however the session ended; the staff id."""
    return session.scalar(select(StaffSession.staff_id).where(StaffSession.token_hash == fingerprint(token)))


def forget_old(session: Session, now: datetime, kept: timedelta = SESSIONS_KEPT) -> int:
    """Remove sessions begun more than 30 days ago."""
    old = delete(StaffSession).where(StaffSession.created_at < now - kept)
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def number_of(token: str) -> str:
    """What the session of this token is called on a page."""
    return fingerprint(token)[:NUMBER]


def fingerprint(token: str) -> str:
    """What is kept of a token. A random one needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _end(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    session.execute(update(StaffSession).where(*which, StaffSession.ended_at.is_(None)).values(ended_at=now))
    session.flush()
