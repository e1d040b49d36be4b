"""The people at the desk: who they are, what they may see, their passwords and their open sessions.

Access follows official area codes: a role counts in the area it was given for, and `Scope` is the only way in to rows
that belong to villages. Signing in stands in `centre.sign_ins`. Rules: OWASP ASVS 5.0 6.2 (passwords), 7 (sessions),
8.2 (scope).
"""

from __future__ import annotations

import enum
import hashlib
import random
import re
import secrets
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, delete, false, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column, relationship

from centre import mail_addresses
from centre.db import Base, UtcDateTime, vault_of

IDLE = timedelta(minutes=15)
"""A village computer is shared: who walks away is signed out."""
ABSOLUTE = timedelta(hours=8)
TOUCH_EVERY = timedelta(minutes=1)
"""A session's last use is written at most this often, so that reading pages does not queue for the write lock."""
SESSIONS_KEPT = timedelta(days=30)
SHORTEST, LONGEST = 12, 128

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id with OWASP's smallest recommended memory: several people may sign in at once on a 1 GB server."""


class Role(enum.StrEnum):
    """What somebody does at the desk; `design.md` says what each may."""

    HELPER = "helper"
    PETUGAS = "petugas"
    SPECIALIST = "specialist"
    COORDINATOR = "coordinator"
    PARTNER = "partner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"
    ADMINISTRATOR = "administrator"


class NoSuchStaff(LookupError):
    """Nobody has this login."""


class LoginTaken(Exception):
    """Somebody has this login already."""


class LoginInvalid(ValueError):
    """A login has 3 to 40 small letters, digits, dots, hyphens or underscores, and begins with a letter."""


class AreaInvalid(ValueError):
    """Not the shape of an official area code: 52, 52.03, 52.03.07 or 52.03.07.2003; empty for everywhere."""


class EmailInvalid(ValueError):
    """Not an address that mail can be sent to, such as wayan@desa.example."""


class WeakPassword(ValueError):
    """The password is too easy to guess or cannot be used; `why` says which rule."""

    def __init__(self, why: Literal["short", "long", "common", "login"]) -> None:
        super().__init__(why)
        self.why = why


class StaffMember(Base):
    """Somebody who answers for the centre."""

    __tablename__ = "staff_members"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool]
    """The password was given by somebody else and is good for one sign-in."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed_email: Mapped[bytes | None] = mapped_column(LargeBinary)
    conduct_version: Mapped[str | None] = mapped_column(String(20))
    """Which wording of the code of conduct was accepted (`centre.conduct`), and when."""
    conduct_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    roles: Mapped[list[StaffRole]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class StaffRole(Base):
    """One role of a staff member, in one area and everything below it."""

    __tablename__ = "staff_roles"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    area: Mapped[str] = mapped_column(String(13), primary_key=True)
    """Official area code; empty for everywhere."""


class StaffSession(Base):
    """One browser where a staff member is signed in. Only the browser has the token; here is its fingerprint."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Scope:
    """The areas whose rows somebody may see. Made by `SignedIn.scope`; queries about villages ask for one."""

    areas: frozenset[str]
    unplaced: bool
    """Also what belongs to no village yet."""

    def covers(self, code: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
        """The condition on a (possibly missing) village code."""
        within = [code.is_not(None) if area == "" else _is_within(code, area) for area in sorted(self.areas)]
        return or_(false(), *within, *([code.is_(None)] if self.unplaced else []))

    def includes(self, code: str) -> bool:
        """Does this village code lie in one of the areas?"""
        return any(area in ("", code) or code.startswith(f"{area}.") for area in self.areas)


@dataclass(frozen=True)
class SignedIn:
    """Who is at the desk now: all that a page may ask, with no database behind it."""

    staff_id: str
    login: str
    name: str
    must_change_password: bool
    roles: frozenset[tuple[Role, str]]
    """Each role with the area it counts in."""
    seen_at: datetime
    conduct_version: str | None = None
    """The code of conduct that was accepted last."""

    def has_role(self, *wanted: Role) -> bool:
        """Has this person any of these roles, anywhere?"""
        return any(role in wanted for role, _ in self.roles)

    def scope(self, *wanted: Role) -> Scope:
        """The areas in which these roles were given. What belongs to no village yet is for those who coordinate or
        administer everywhere."""
        areas = frozenset(area for role, area in self.roles if role in wanted)
        everywhere = {(Role.COORDINATOR, ""), (Role.ADMINISTRATOR, "")}
        return Scope(areas, bool(self.roles & {grant for grant in everywhere if grant[0] in wanted}))


def add(
    session: Session,
    login: str,
    name: str,
    role: Role,
    area: str,
    password: str,
    now: datetime,
    *,
    must_change: bool = True,
    email: str | None = None,
) -> StaffMember:
    """Let somebody in. Raises `LoginInvalid`, `LoginTaken`, `AreaInvalid`, `EmailInvalid` or `WeakPassword`."""
    login = login.strip().casefold()
    if not re.fullmatch(r"[a-z][a-z0-9._-]{2,39}", login):
        raise LoginInvalid(login)
    if not re.fullmatch(r"(\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?)?", area, re.ASCII):
        raise AreaInvalid(area)
    check_password(password, login)
    member = StaffMember(
        id=str(uuid.uuid4()),
        login=login,
        name=name.strip(),
        password_hash=hash_password(password),
        must_change_password=must_change,
        created_at=now,
        roles=[StaffRole(role=role, area=area)],
    )
    set_email(session, member, email)
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError as error:
        raise LoginTaken(login) from error
    return member


def disable(session: Session, staff_id: str, now: datetime) -> None:
    """Let somebody in no more, and end what they have open. Their chat counts as theirs no more from now on
    (`centre.staff_channels`), and no mail goes to them (`centre.mails`)."""
    session.get_one(StaffMember, staff_id).disabled_at = now
    end_sessions(session, staff_id, now)


def set_email(session: Session, member: StaffMember, email: str | None) -> None:
    """Where mail reaches this person, kept sealed; None or nothing typed: nowhere. Raises `EmailInvalid`."""
    email = (email or "").strip()
    if not email:
        member.sealed_email = None
        return
    if not mail_addresses.is_usable(email):
        raise EmailInvalid("this address cannot be used")
    member.sealed_email = vault_of(session).seal(email, _place_of_email(member))


def email_of(session: Session, member: StaffMember) -> str | None:
    """Where mail reaches this person. Raises `centre.privacy.CannotOpen`."""
    if member.sealed_email is None:
        return None
    return vault_of(session).open(member.sealed_email, _place_of_email(member))


def names(session: Session, staff_ids: set[str]) -> dict[str, str]:
    """Names by id, to say who did something."""
    rows = session.execute(select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(staff_ids)))
    return dict(rows.all())


# Passwords


def check_password(password: str, login: str) -> None:
    """Refuse what is guessed first (ASVS 5.0 6.2: length and a list, no composition rules). Raises `WeakPassword`."""
    if len(password) < SHORTEST:
        raise WeakPassword("short")
    if len(password) > LONGEST:
        raise WeakPassword("long")
    if login and login.casefold() in password.casefold():
        raise WeakPassword("login")
    if _is_common(password.casefold()):
        raise WeakPassword("common")


def hash_password(password: str) -> str:
    """Slow on purpose: call it before the transaction begins, others wait for the write lock."""
    return _hasher.hash(unicodedata.normalize("NFC", password))


def fits(password: str, password_hash: str) -> bool:
    """Is this the password? Slow on purpose, like `hash_password`."""
    try:
        return _hasher.verify(password_hash, unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False


def change_password(session: Session, staff_id: str, password_hash: str, now: datetime) -> None:
    """The new password counts, and every open session ends: the caller opens a new one for this browser."""
    member = session.get_one(StaffMember, staff_id)
    member.password_hash, member.must_change_password = password_hash, False
    end_sessions(session, staff_id, now)


def reset_password(session: Session, login: str, password_hash: str, now: datetime) -> None:
    """Somebody lost their password: a new one counts for one sign-in, and every open session ends.

    Raises `NoSuchStaff`.
    """
    member = session.scalars(select(StaffMember).where(StaffMember.login == login.strip().casefold())).first()
    if member is None:
        raise NoSuchStaff(f"no staff member has the login {login!r}")
    member.password_hash, member.must_change_password = password_hash, True
    end_sessions(session, member.id, now)


def one_time_password(chance: random.Random) -> str:
    """Four groups of four without look-alikes: 79 bits, readable over the telephone."""
    return "-".join(readable_characters(chance, 4) for _ in range(4))


def readable_characters(chance: random.Random, count: int) -> str:
    """So many small letters and digits, without look-alikes: 5 bits each."""
    return "".join(chance.choice(_READABLE) for _ in range(count))


# Sessions


def open_session(session: Session, staff_id: str, now: datetime) -> str:
    """Begin a session; the token of 256 bits goes to the browser and is kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(StaffSession(token_hash=_fingerprint(token), staff_id=staff_id, created_at=now, seen_at=now))
    session.flush()
    return token


def by_token(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Who this browser's token stands for; None when it ended, idled for 15 minutes, is 8 hours old, or never was."""
    row = session.execute(
        select(StaffSession, StaffMember)
        .join(StaffMember, StaffMember.id == StaffSession.staff_id)
        .where(StaffSession.token_hash == _fingerprint(token), StaffSession.ended_at.is_(None))
        .where(StaffMember.disabled_at.is_(None))
    ).first()
    if row is None:
        return None
    opened, member = row
    if now - opened.seen_at >= IDLE or now - opened.created_at >= ABSOLUTE:
        return None
    roles = frozenset((Role(each.role), each.area) for each in member.roles)
    return SignedIn(
        member.id, member.login, member.name, member.must_change_password, roles, opened.seen_at, member.conduct_version
    )


def touch(session: Session, token: str, now: datetime) -> None:
    """The session was used just now."""
    session.execute(update(StaffSession).where(StaffSession.token_hash == _fingerprint(token)).values(seen_at=now))


def end_session(session: Session, token: str, now: datetime) -> None:
    """Signed out in this browser."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == _fingerprint(token), StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_sessions(session: Session, staff_id: str, now: datetime) -> None:
    """Signed out everywhere."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    session.flush()


def forget_old(session: Session, now: datetime) -> None:
    """Remove sessions begun more than 30 days ago."""
    session.execute(
        delete(StaffSession)
        .where(StaffSession.created_at < now - SESSIONS_KEPT)
        .execution_options(synchronize_session=False)
    )


_READABLE = "23456789abcdefghjkmnpqrstuvwxyz"
_COMMON = re.split(
    r"\s+",
    "password passwort sandi katasandi rahasia sayang cinta bismillah alhamdulillah assalamualaikum indonesia merdeka"
    " garuda pancasila jakarta bandung surabaya lombok balai desmigratif desa kantor petugas admin administrator"
    " koordinator coordinator operator selamat datang welcome letmein iloveyou akucintakamu akusayangkamu qwertyuiop"
    " qwerty asdfghjkl zxcvbnm abcdefghijkl abcdef abcd changeme master superuser login test user default",
)


def _is_common(password: str) -> bool:
    """Few different characters, digits only, or nothing beside common words, digits and signs."""
    letters = re.sub(r"[\W\d_]", "", password)
    if len(set(password)) < 6 or not letters:
        return True
    rest = letters
    for word in sorted(_COMMON, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < 4 and rest != letters


def _is_within(code: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], area: str) -> ColumnElement[bool]:
    return or_(code == area, code.startswith(f"{area}.", autoescape=True))


def _place_of_email(member: StaffMember) -> str:
    return f"staff_members|email|{member.id}"


def _fingerprint(token: str) -> str:
    """A random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
