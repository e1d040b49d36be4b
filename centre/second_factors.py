"""The second step of signing in: a code that only the right telephone knows.

Everybody at the desk has one factor: an app that shows codes (TOTP, RFC 6238), or the Telegram they have linked, to which a
code is sent. Who has lost the telephone has ten recovery codes, each good once. The secret is sealed; of codes only keyed
fingerprints are kept. Rules: OWASP ASVS 5.0 6.3.3 (a second factor for all staff), 6.5.1 (each code once), 6.6.2 (codes by
another channel: bound to the browser that asked, ten minutes). How often somebody may try is counted by `centre.sign_ins`.
"""

from __future__ import annotations

import hmac
import random
import re
from datetime import datetime, timedelta
from typing import Literal

import pyotp
from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime, changed, vault_of
from centre.passwords import readable_characters
from centre.privacy import CannotOpen
from centre.sealing import sealed
from centre.staff_sessions import fingerprint

Kind = Literal["app", "chat"]
How = Literal["app", "chat", "recovery"]
"""What proved it."""
STEP_SECONDS = 30
DRIFT = 1
"""Steps that a telephone's clock may be early or late."""
CODES = 10
CODE_LENGTH = 10
"""Signs of a recovery code: 50 bits."""
CHAT_CODE_GOOD_FOR = timedelta(minutes=10)
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRET_LENGTH = 32


class WrongCode(Exception):
    """Not the code of now, used before, too old, or asked for in another browser. Nobody is told which."""


class SecondFactor(Base):
    """What somebody proves themselves with beside the password."""

    __tablename__ = "staff_factors"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    """app or chat."""
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary, info=sealed("staff_factors|secret|{staff_id}"))
    """app: what the codes come from."""
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    """app: the step of the last code that was taken; neither it nor an earlier one is taken again."""
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """One way in for who has lost the telephone, as a keyed fingerprint."""

    __tablename__ = "staff_recovery_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), index=True)
    lookup: Mapped[str] = mapped_column(String(32))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ChatCode(Base):
    """A code that was sent to a chat for one browser, as a keyed fingerprint; the one before it is good no more."""

    __tablename__ = "staff_chat_codes"

    token_hash: Mapped[str] = mapped_column(
        ForeignKey("staff_sessions.token_hash", ondelete="CASCADE"), primary_key=True
    )
    lookup: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


# Setting up


def new_secret(chance: random.Random) -> str:
    """A secret for an app, as it is typed: 160 bits."""
    return "".join(chance.choice(_BASE32) for _ in range(_SECRET_LENGTH))


def address_for_app(secret: str, login: str) -> str:
    """What the app reads from the picture ("otpauth://totp/Balai:wayan?secret=…")."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Balai")


def hand_out(session: Session, secret: str, staff_id: str) -> bytes:
    """The secret sealed, to come back with the form in which its first code is typed; for nobody else."""
    return vault_of(session).seal(secret, f"staff_factors|offered|{staff_id}")


def handed_out(session: Session, sealed: bytes, staff_id: str) -> str | None:
    """What `hand_out` gave for this person; None for anything else."""
    try:
        return vault_of(session).open(sealed, f"staff_factors|offered|{staff_id}")
    except CannotOpen:
        return None


def set_app(session: Session, staff_id: str, secret: str, typed: str, now: datetime) -> None:
    """From now on codes of this app are asked for: one of them shows that it works. Raises `WrongCode`."""
    step = _step_of(secret, typed, now)
    if step is None:
        raise WrongCode
    sealed = vault_of(session).seal(secret, _place(staff_id))
    _replace(session, SecondFactor(staff_id=staff_id, kind="app", sealed_secret=sealed, last_step=step, set_at=now))


def set_chat(session: Session, staff_id: str, token: str, typed: str, now: datetime) -> None:
    """From now on a code is sent to the linked chat: one that arrived shows that it works. Raises `WrongCode`."""
    if not _take_chat_code(session, token, typed, now):
        raise WrongCode
    _replace(session, SecondFactor(staff_id=staff_id, kind="chat", set_at=now))


def new_recovery_codes(session: Session, staff_id: str, chance: random.Random) -> list[str]:
    """Ten codes to be written down ("k7d2m-9xqfa"), shown once; those before them are good no more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [readable_characters(chance, CODE_LENGTH) for _ in range(CODES)]
    session.add_all(RecoveryCode(staff_id=staff_id, lookup=_lookup(session, staff_id, code)) for code in codes)
    session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def remove(session: Session, staff_id: str) -> None:
    """The telephone is lost, and the codes too: at the next sign-in a factor is set up anew."""
    session.execute(delete(SecondFactor).where(SecondFactor.staff_id == staff_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


# Proving


def new_chat_code(session: Session, token: str, chance: random.Random, now: datetime) -> str:
    """Six digits for the browser with this token."""
    code = f"{chance.randrange(10**6):06d}"
    mark = fingerprint(token)
    session.merge(ChatCode(token_hash=mark, lookup=_lookup(session, mark, code), made_at=now))
    session.flush()
    return code


def prove(session: Session, staff_id: str, token: str, typed: str, now: datetime) -> How:
    """Is this the code that somebody needs now? It is taken, and good no more. Raises `WrongCode`."""
    factor = session.get(SecondFactor, staff_id, with_for_update=True)
    if factor and factor.kind == "app" and _take_step(session, factor, typed, now):
        return "app"
    if factor and factor.kind == "chat" and _take_chat_code(session, token, typed, now):
        return "chat"
    if factor and _take_recovery_code(session, staff_id, typed, now):
        return "recovery"
    raise WrongCode


def kind_of(session: Session, staff_id: str) -> Kind | None:
    """Which factor somebody has."""
    factor = session.get(SecondFactor, staff_id)
    return _kind(factor.kind) if factor else None


def codes_left(session: Session, staff_id: str) -> int:
    """How many recovery codes are still good."""
    unused = select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def forget_old(session: Session, now: datetime) -> int:
    """Remove codes for chats that are over."""
    old = delete(ChatCode).where(ChatCode.made_at <= now - CHAT_CODE_GOOD_FOR)
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def _kind(said: str) -> Kind:
    return "app" if said == "app" else "chat"


def _replace(session: Session, factor: SecondFactor) -> None:
    session.execute(delete(SecondFactor).where(SecondFactor.staff_id == factor.staff_id))
    session.add(factor)
    session.flush()


def _take_step(session: Session, factor: SecondFactor, typed: str, now: datetime) -> bool:
    """Finding the step and taking it are one statement: it is good once, also for two at once."""
    secret = vault_of(session).open(factor.sealed_secret or b"", _place(factor.staff_id))
    step = _step_of(secret, typed, now)
    if step is None:
        return False
    # Further ahead than the codes around now can be: the clock was set back, and what was taken then says nothing of now.
    was_ahead = SecondFactor.last_step > step + 2 * DRIFT + 1
    is_new = or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step, was_ahead)
    taken = update(SecondFactor).where(SecondFactor.staff_id == factor.staff_id, is_new).values(last_step=step)
    return bool(session.scalars(taken.returning(SecondFactor.staff_id)).first())


def _step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The step whose code this is, of those around now."""
    digits, present = re.sub(r"\s", "", typed), int(now.timestamp()) // STEP_SECONDS
    codes = pyotp.HOTP(secret)
    found = [
        step
        for step in range(present - DRIFT, present + DRIFT + 1)
        if hmac.compare_digest(codes.at(step).encode(), digits.encode())
    ]
    return found[-1] if found else None


def _take_chat_code(session: Session, token: str, typed: str, now: datetime) -> bool:
    mark = fingerprint(token)
    taken = (
        delete(ChatCode)
        .where(ChatCode.token_hash == mark, ChatCode.lookup == _lookup(session, mark, re.sub(r"\s", "", typed)))
        .where(ChatCode.made_at > now - CHAT_CODE_GOOD_FOR)
        .returning(ChatCode.token_hash)
        .execution_options(synchronize_session=False)
    )
    return bool(session.scalars(taken).first())


def _take_recovery_code(session: Session, staff_id: str, typed: str, now: datetime) -> bool:
    signs = re.sub(r"[\s\-\u2010-\u2015]", "", typed.casefold())
    if len(signs) != CODE_LENGTH:
        return False
    taken = (
        update(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id, RecoveryCode.lookup == _lookup(session, staff_id, signs))
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    return bool(session.scalars(taken).first())


def _lookup(session: Session, whose: str, code: str) -> str:
    return vault_of(session).lookup("second-factor", f"{whose}\x00{code}")


def _place(staff_id: str) -> str:
    return f"staff_factors|secret|{staff_id}"
