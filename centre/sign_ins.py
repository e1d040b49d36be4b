"""Signing in: one answer for every refusal, and a wait that grows with wrong tries but never closes an account.

Three steps, because checking a password is slow on purpose and must hold no lock: `begin` counts the try and says what
to check against, `fits` checks with no database at hand, `complete` opens the session. A try is counted before it is
checked, so that many at the same instant are many tries.

Tries are counted per account and per place (an IP address) in the database, because there are several web processes. A
place or a browser of one's own where somebody has signed in well lately has a count of its own for that account: strangers
elsewhere who try the account's name cannot keep its owner out. The second step is counted in the same way, apart from the
first (`begin_second`). Rules: OWASP ASVS 5.0 6.3.1, and SecureDrop's 5 a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import second_factors, staff
from centre.db import Base, UtcDateTime, changed, new_row, vault_of
from centre.staff import SignedIn, StaffMember

ACCOUNT_TRIES = 5
PLACE_TRIES = 20
"""A village office has one address for all its computers."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=5)
CALM = timedelta(minutes=15)
"""After this long without a try the count begins anew."""
COUNTS_KEPT = timedelta(days=30)
"""How long a place is remembered, as a fingerprint (`reference: IPs 30 days`)."""


class SignInRefused(Exception):
    """Login and password do not belong together, or the account is closed. Nobody is told which."""


class TooManyTries(SignInRefused):
    """The next try counts only after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait.total_seconds():.0f} s")
        self.wait = wait


class SignInCount(Base):
    """Tries for one account, from one place, or for one account from a place it knows."""

    __tablename__ = "sign_in_counts"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    """A keyed fingerprint: neither logins tried nor addresses can be read here."""
    tries: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    free_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The next try counts from here on."""


@dataclass(frozen=True)
class Try:
    """What one try to sign in is checked against."""

    staff_id: str | None
    password_hash: str
    counts: tuple[str, ...]
    marks: tuple[str, ...]
    """Where this is, to be known by later: the place, and the browser if it is the owner's own."""


def begin(session: Session, login: str, place: str, now: datetime, device: str = "") -> Try:
    """Count a try for `login` from `place`; unknown logins are counted and answered like known ones.

    `device`: what a browser of somebody's own was given to be known by. Raises `TooManyTries`, which itself counts for
    nothing: knocking does not make the wait longer.
    """
    login = login.strip().casefold()
    marks = _marks(session, login, place, device)
    counts = _count_try(session, "sign-in", login, place, marks, now)
    member = session.scalars(select(StaffMember).where(StaffMember.login == login)).first()
    if member is None:
        return Try(None, _NOBODY, counts, marks)
    staff_id = None if member.disabled_at else member.id
    return Try(staff_id, member.password_hash, counts, marks)


def begin_second(
    session: Session, member: SignedIn, place: str, now: datetime, device: str = "", kind: str = "second"
) -> Try:
    """Count a try at the second step of somebody whose password was right; `kind` "ask": a code is asked for.

    Raises `TooManyTries`.
    """
    marks = _marks(session, member.login, place, device)
    return Try(member.staff_id, "", _count_try(session, kind, member.login, place, marks, now), marks)


def fits(attempt: Try, password: str) -> bool:
    """Is it right? Takes about as long for an unknown login as for a known one."""
    right = staff.fits(password, attempt.password_hash)
    return right and attempt.staff_id is not None


def complete(
    session: Session, attempt: Try, now: datetime, *, is_shared: bool = True, device: str = "", place: str = ""
) -> str:
    """The password was right: open a session, give its token. Raises `SignInRefused` if the account changed since.

    Whoever has a second factor is not known here yet. `device` and `place`: how the session is called in lists.
    """
    member = session.get(StaffMember, attempt.staff_id) if attempt.staff_id else None
    if member is None or member.disabled_at or member.password_hash != attempt.password_hash:
        raise SignInRefused
    forgive(session, attempt, now)
    if second_factors.kind_of(session, member.id) is None:
        remember(session, attempt, now)
    member.last_sign_in_at = now
    return staff.open_session(session, member.id, now, is_shared=is_shared, device=device, place=place)


def remember(session: Session, attempt: Try, now: datetime) -> None:
    """All was proved: who tries from here from now on has a count of their own."""
    for mark in sorted(attempt.marks):
        _hold(session, mark, now).last_at = now


def forgive(session: Session, attempt: Try, now: datetime) -> None:
    """It was right: this try does not count."""
    for key in sorted(attempt.counts):
        count = _hold(session, key, now)
        count.tries, count.free_at = max(0, count.tries - 1), now


def forget_old(session: Session, now: datetime, kept: timedelta = COUNTS_KEPT) -> int:
    """Remove counts, and with them fingerprints of addresses, after 30 days."""
    old = delete(SignInCount).where(SignInCount.last_at < now - kept)
    return changed(session.execute(old.execution_options(synchronize_session=False)))


_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$ye2Vz0QPSGmj0aY3+sF7VA$qxnSr+ANJVPtRetDqFlQS8oQZ+vDykQXaQqOG0qnZHU"
"""The hash of a password nobody knows, made with the settings of `staff.hash_password`: checked for unknown logins."""


def _marks(session: Session, login: str, place: str, device: str) -> tuple[str, ...]:
    vault = vault_of(session)
    here = vault.lookup("sign-in:known-place", f"{login}\x00{place}")
    return (here, vault.lookup("sign-in:known-device", f"{login}\x00{device}")) if device else (here,)


def _count_try(
    session: Session, kind: str, login: str, place: str, marks: tuple[str, ...], now: datetime
) -> tuple[str, ...]:
    """Count it where it belongs, and give these counts. Raises `TooManyTries`."""
    vault = vault_of(session)
    limits = {vault.lookup(f"{kind}:account", login): ACCOUNT_TRIES, vault.lookup(f"{kind}:place", place): PLACE_TRIES}
    known = next((mark for mark in reversed(marks) if _is_known(session, mark, now)), None)
    if known:
        limits = {known if kind == "sign-in" else vault.lookup(f"{kind}:known", known): ACCOUNT_TRIES}
    counts = [_hold(session, key, now) for key in sorted(limits)]
    # Further ahead than the longest wait: the clock was set back, and nobody is kept out for as long as it had been wrong.
    waits = [count.free_at - now for count in counts if now < count.free_at <= now + LONGEST_WAIT]
    if waits:
        raise TooManyTries(max(waits))
    for count in counts:
        _count(count, limits[count.key], now)
    session.flush()
    return tuple(limits)


def _is_known(session: Session, mark: str, now: datetime) -> bool:
    count = session.get(SignInCount, mark)
    return count is not None and count.last_at > now - COUNTS_KEPT


def _hold(session: Session, key: str, now: datetime) -> SignInCount:
    """The count, made when missing, locked until the transaction ends; always taken in the order of keys."""
    session.execute(new_row(session, SignInCount, {"key": key, "tries": 0, "last_at": now, "free_at": now}))
    return session.get_one(SignInCount, key, with_for_update=True)


def _count(count: SignInCount, free_tries: int, now: datetime) -> None:
    if now - count.last_at > CALM:
        count.tries = 0
    count.tries, count.last_at = count.tries + 1, now
    beyond = count.tries - free_tries
    if beyond >= 0:
        count.free_at = now + min(FIRST_WAIT * 2 ** min(beyond, 10), LONGEST_WAIT)
