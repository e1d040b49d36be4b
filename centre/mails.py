"""Mail to staff: queued in the transaction that decided it, sent in another, once.

A mail says a code and a link, never what a case is about; still its words are sealed. A row is claimed with a lease, the
mail server is spoken to with no transaction open, and what became of it is recorded. Mail that may have arrived is repeated
once at most; five tries, and it is given up. Nobody gets any whose account is closed.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from centre import set_clocks, staff
from centre.db import Base, BigId, UtcDateTime, changed, vault_of
from centre.privacy import CannotOpen
from centre.sealing import sealed
from centre.staff import StaffMember

LEASE = timedelta(minutes=5)
"""Longer than the slowest conversation with a mail server, in which each of some ten steps may take ten seconds."""
MOST_TRIES = 5
BACKOFF = [timedelta(seconds=seconds) for seconds in (15, 60, 300, 900)]
UNSURE_WAIT = timedelta(minutes=1)
USEFUL = timedelta(hours=24)
"""After this it is dropped, not sent late: nobody needs waking for what was urgent yesterday."""
KEPT = timedelta(days=30)

Kind = Literal["sent", "temporary", "permanent", "ambiguous"]
"""What became of a call: the server has it; another try may help; none will; nobody knows whether the server has it."""


class State(enum.StrEnum):
    OPEN = "open"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Mail(Base):
    """One mail to one staff member, on its way."""

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("staff_id", "cause"),
        Index(
            "ix_mails_under_way",
            "id",
            postgresql_where=text("state IN ('open', 'sending')"),
            sqlite_where=text("state IN ('open', 'sending')"),
        ),
        {"sqlite_autoincrement": True},  # a number is never given twice: it stands in the mail's own id
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(String(60))
    """What made us write ("alert:17"): writing to somebody twice for the same cause is impossible."""
    sealed_words: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("mails|words|{staff_id}|{cause}"))
    """Subject and body."""
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    """How often a call ended without our knowing whether the server has it."""
    error: Mapped[str | None] = mapped_column(String(60))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Letter:
    """One mail to send: all that is needed, with no database behind it."""

    id: int
    mark: str
    """The same at every try, so that a mail program shows a repeated mail once."""
    to: str
    subject: str
    body: str


def queue(session: Session, staff_id: str, cause: str, subject: str, body: str, now: datetime) -> Mail | None:
    """Put a mail to this staff member on its way; what is queued for the same cause already stays as it is.

    None where the account is closed or has no address: nobody is reached this way.
    """
    member = session.get_one(StaffMember, staff_id)
    if member.disabled_at or member.sealed_email is None:
        return None
    words = json.dumps([subject, body], ensure_ascii=False)
    sealed = vault_of(session).seal(words, _place(staff_id, cause))
    mail = Mail(staff_id=staff_id, cause=cause, sealed_words=sealed, state=State.OPEN, created_at=now, next_at=now)
    try:
        with session.begin_nested():
            session.add(mail)
    except IntegrityError:
        return session.scalars(select(Mail).where(Mail.staff_id == staff_id, Mail.cause == cause)).one()
    return mail


def take_back(session: Session, causes: Collection[str]) -> None:
    """What these causes made us write is not sent any more, as far as it has not gone out yet."""
    session.execute(
        update(Mail)
        .where(Mail.cause.in_(causes), _literally(Mail.state, State.OPEN))
        .values(state=State.DROPPED)
        .execution_options(synchronize_session="fetch")
    )


def anything_to_do(session: Session, now: datetime) -> bool:
    """A look without a lock: is mail due, or did somebody die while sending?"""
    return session.execute(select(Mail.id).where(or_(_is_due(now), _is_left(now))).limit(1)).first() is not None


def claim(session: Session, now: datetime) -> Letter | None:
    """Take the mail that has waited longest, under a lease. What must not or cannot be sent any more is put aside."""
    while mail := session.scalars(_held(_is_due(now), 1)).first():  # one: the others are for whoever asks next
        mail.state = _refusal(session, mail, now) or State.SENDING
        if mail.state == State.SENDING and (letter := _letter(session, mail)):
            mail.lease_until, mail.attempts = now + LEASE, mail.attempts + 1
            session.flush()
            return letter
        session.flush()
    return None


def record(session: Session, mail_id: int, kind: Kind, error: str, now: datetime) -> None:
    """Enter what became of a call. That a mail was sent counts even after its lease was over."""
    mail = session.get(Mail, mail_id, with_for_update=True, populate_existing=True)
    if mail is None or (mail.state != State.SENDING and kind != "sent"):
        return
    mail.lease_until, mail.error = None, error[:60] or None
    match kind:
        case "sent":
            mail.state, mail.sent_at = State.SENT, now
        case "temporary":
            _try_again(mail, now)
        case "permanent":
            mail.state = State.FAILED
        case "ambiguous":
            _doubt(mail, now)
    session.flush()


def reap(session: Session, now: datetime) -> int:
    """Mail whose sender died in the middle: nobody knows whether the server has it. Gives how many."""
    left = session.scalars(_held(_is_left(now), 20)).all()
    for mail in left:
        mail.lease_until, mail.error = None, "lease"
        _doubt(mail, now)
    session.flush()
    return len(left)


def failed_lately(session: Session, now: datetime) -> int:
    """How much mail was given up within a day."""
    failed = select(func.count()).where(Mail.state == State.FAILED, Mail.created_at > now - USEFUL)
    return session.execute(failed).scalar_one()


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """Remove mail that is 30 days old."""
    old = delete(Mail).where(Mail.created_at < now - kept)
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def _held(which: ColumnElement[bool], most: int) -> Select[Mail]:
    return select(Mail).where(which).order_by(Mail.id).limit(most).with_for_update(skip_locked=True)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return _literally(Mail.state, State.OPEN) & set_clocks.has_come(Mail.next_at, now, BACKOFF[-1])


def _is_left(now: datetime) -> ColumnElement[bool]:
    return _literally(Mail.state, State.SENDING) & set_clocks.is_over(Mail.lease_until, now, LEASE)


def _literally(column: InstrumentedAttribute[str], state: State) -> ColumnElement[bool]:
    """The condition with its word written out, as in the partial index: neither database would use it otherwise."""
    return column == bindparam(None, state.value, literal_execute=True)


def _refusal(session: Session, mail: Mail, now: datetime) -> State | None:
    """Why this must not be sent any more, seen at the moment of sending."""
    member = session.get_one(StaffMember, mail.staff_id, populate_existing=True)
    is_closed = member.disabled_at is not None or member.sealed_email is None
    return State.DROPPED if is_closed or mail.created_at < now - USEFUL else None


def _letter(session: Session, mail: Mail) -> Letter | None:
    """The mail, opened; None, and it is given up, where a key is gone: it must not hold up the others."""
    try:
        to = staff.email_of(session, session.get_one(StaffMember, mail.staff_id)) or ""
        subject, body = json.loads(vault_of(session).open(mail.sealed_words, _place(mail.staff_id, mail.cause)))
    except CannotOpen:
        mail.state, mail.error = State.FAILED, "cannot_open"
        return None
    mark = vault_of(session).lookup("mail", f"{mail.id}\x00{mail.cause}")
    return Letter(mail.id, mark, to, subject, body)


def _try_again(mail: Mail, now: datetime) -> None:
    if mail.attempts >= MOST_TRIES:
        mail.state = State.FAILED
        return
    mail.state, mail.next_at = State.OPEN, now + BACKOFF[min(mail.attempts, len(BACKOFF)) - 1]


def _doubt(mail: Mail, now: datetime) -> None:
    """At most one repetition of what may have arrived: a code and a link do no harm when read twice."""
    mail.unsure += 1
    if mail.unsure > 1 or mail.attempts >= MOST_TRIES:
        mail.state = State.FAILED
        return
    mail.state, mail.next_at = State.OPEN, now + UNSURE_WAIT


def _place(staff_id: str, cause: str) -> str:
    return f"mails|words|{staff_id}|{cause}"
