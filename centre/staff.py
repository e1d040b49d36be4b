"""The people at the desk: who they are, what they may see, their passwords and their open sessions.

Access follows official area codes: a role counts in the area it was given for, and `Scope` is the only way in to rows
that belong to villages. Signing in stands in `centre.sign_ins`. Rules: OWASP ASVS 5.0 6.2 (passwords), 7 (sessions),
8.2 (scope).
"""

from __future__ import annotations

import enum
import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, and_, false, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column, relationship

from centre import mail_addresses, staff_sessions
from centre.db import Base, UtcDateTime, vault_of
from centre.passwords import LONGEST as LONGEST
from centre.passwords import SHORTEST as SHORTEST
from centre.passwords import WeakPassword as WeakPassword
from centre.passwords import check_password as check_password
from centre.passwords import fits as fits
from centre.passwords import hash_password as hash_password
from centre.passwords import one_time_password as one_time_password
from centre.passwords import readable_characters as readable_characters
from centre.sealing import sealed
from centre.second_factors import SecondFactor
from centre.staff_sessions import ABSOLUTE as ABSOLUTE
from centre.staff_sessions import IDLE as IDLE
from centre.staff_sessions import SESSIONS_KEPT as SESSIONS_KEPT
from centre.staff_sessions import TOUCH_EVERY as TOUCH_EVERY
from centre.staff_sessions import StaffSession as StaffSession
from centre.staff_sessions import end_session as end_session
from centre.staff_sessions import end_sessions as end_sessions
from centre.staff_sessions import forget_old as forget_old
from centre.staff_sessions import open_session as open_session
from centre.staff_sessions import touch as touch


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
    sealed_email: Mapped[bytes | None] = mapped_column(LargeBinary, info=sealed("staff_members|email|{id}"))
    conduct_version: Mapped[str | None] = mapped_column(String(20))
    """Which wording of the code of conduct was accepted (`centre.conduct`), and when."""
    conduct_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    language: Mapped[str | None] = mapped_column(String(8))
    """What the desk speaks to them; None: not chosen."""

    roles: Mapped[list[StaffRole]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class StaffRole(Base):
    """One role of a staff member, in one area and everything below it."""

    __tablename__ = "staff_roles"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    area: Mapped[str] = mapped_column(String(13), primary_key=True, index=True)
    """Official area code; empty for everywhere."""


@dataclass(frozen=True)
class Scope:
    """The areas whose rows somebody may see. Made by `SignedIn.scope`; queries about villages ask for one."""

    areas: frozenset[str]
    unplaced: bool
    """Also what belongs to no village yet."""

    def covers(self, code: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
        """The condition on a (possibly missing) village code."""
        if "" in self.areas and self.unplaced:
            return true()
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
    factor: str | None = None
    """What proves them beside the password: app or chat."""
    is_proved: bool = False
    """The second step is done in this browser."""
    is_shared: bool = True
    """Others use this browser too."""
    language: str | None = None
    """What the desk speaks to them; None: not chosen."""

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
    if not is_area_code(area):
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


def is_area_code(area: str) -> bool:
    """Has it the shape of an official area code, or is it empty for everywhere?"""
    return bool(re.fullmatch(r"(\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?)?", area, re.ASCII))


def disable(session: Session, staff_id: str, now: datetime) -> None:
    """Let somebody in no more, and end what they have open. Their chat counts as theirs no more from now on
    (`centre.staff_channels`), and no mail goes to them (`centre.mails`)."""
    session.get_one(StaffMember, staff_id).disabled_at = now
    end_sessions(session, staff_id, now)


def set_language(session: Session, staff_id: str, language: str) -> None:
    """What the desk speaks to this person from now on."""
    session.get_one(StaffMember, staff_id).language = language
    session.flush()


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


def with_role(session: Session, roles: Mapping[Role, Collection[str]]) -> list[StaffMember]:
    """Who may sign in and has one of these roles in one of its areas or languages, by name."""
    held = [and_(StaffRole.role == role, StaffRole.area.in_(areas)) for role, areas in roles.items()]
    wanted = select(StaffMember).where(StaffMember.disabled_at.is_(None), StaffMember.roles.any(or_(*held)))
    return list(session.scalars(wanted.order_by(StaffMember.name)))


# Passwords and sessions: what hangs on the member


def change_password(session: Session, staff_id: str, password_hash: str, now: datetime) -> None:
    """The new password counts, and every open session ends: the caller renews the one of this browser."""
    member = session.get_one(StaffMember, staff_id)
    member.password_hash, member.must_change_password = password_hash, False
    end_sessions(session, staff_id, now)


def by_login(session: Session, login: str) -> StaffMember:
    """Who signs in with this. Raises `NoSuchStaff`."""
    member = session.scalars(select(StaffMember).where(StaffMember.login == login.strip().casefold())).first()
    if member is None:
        raise NoSuchStaff(f"no staff member has the login {login!r}")
    return member


def open_account(session: Session, login: str, now: datetime) -> SignedIn:
    """Somebody as the command line names them, with no browser and no second step. Raises `NoSuchStaff`, also for an
    account that is blocked."""
    member = by_login(session, login)
    if member.disabled_at:
        raise NoSuchStaff(f"the account {login!r} is blocked")
    return SignedIn(member.id, member.login, member.name, member.must_change_password, _roles_of(member), now)


def reset_password(session: Session, login: str, password_hash: str, now: datetime) -> None:
    """Somebody lost their password: a new one counts for one sign-in, and every open session ends.

    Raises `NoSuchStaff`.
    """
    member = by_login(session, login)
    member.password_hash, member.must_change_password = password_hash, True
    end_sessions(session, member.id, now)


def known_by(member: StaffMember) -> SignedIn:
    """The same person as if at the desk, with nothing proved: for asking what they may see."""
    roles = frozenset((Role(each.role), each.area) for each in member.roles)
    return SignedIn(member.id, member.login, member.name, False, roles, member.created_at)


def by_token(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Who this browser's token stands for; None when it ended, idled for too long, is 8 hours old, or never was."""
    row = session.execute(
        select(StaffSession, StaffMember, SecondFactor.kind)
        .join(StaffMember, StaffMember.id == StaffSession.staff_id)
        .outerjoin(SecondFactor, SecondFactor.staff_id == StaffMember.id)
        .where(StaffSession.token_hash == staff_sessions.fingerprint(token), StaffMember.disabled_at.is_(None))
    ).first()
    if row is None or not row[0].is_open(now):
        return None
    opened, member, factor = row
    return SignedIn(
        staff_id=member.id,
        login=member.login,
        name=member.name,
        must_change_password=member.must_change_password,
        roles=_roles_of(member),
        seen_at=opened.seen_at,
        conduct_version=member.conduct_version,
        factor=factor,
        is_proved=opened.proved_at is not None,
        is_shared=opened.is_shared,
        language=member.language,
    )


def _roles_of(member: StaffMember) -> frozenset[tuple[Role, str]]:
    return frozenset((Role(each.role), each.area) for each in member.roles)


def _is_within(code: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], area: str) -> ColumnElement[bool]:
    return or_(code == area, code.startswith(f"{area}.", autoescape=True))


def _place_of_email(member: StaffMember) -> str:
    return f"staff_members|email|{member.id}"
