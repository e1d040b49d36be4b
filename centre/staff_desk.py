"""Staff as those who oversee them see them: who is at work where, and what an administrator may change about them.

Coordinators see who works in their area and change nothing. An administrator changes whoever works within the administrator's
own area, but never themselves, so that nobody raises themselves; and the last administrator of all stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from centre import audit, second_factors, staff, staff_sessions
from centre.desk import NotHere
from centre.staff import AreaInvalid, Role, Scope, SignedIn, StaffMember, StaffRole

MAY_SEE_STAFF = (Role.COORDINATOR, Role.ADMINISTRATOR)
PAGE = 50
OF_A_LANGUAGE = (Role.EDITOR, Role.REVIEWER)
"""Their code is a language's, or nothing for all."""
AT_ONE_PLACE = (Role.PETUGAS, Role.HELPER)
"""Nobody has these everywhere."""


class CannotChange(Exception):
    """Somebody's account cannot be changed in this way by this person."""


class OwnAccount(CannotChange):
    """Nobody changes their own roles or blocks themselves: somebody else does."""


class BeyondScope(CannotChange):
    """They work, or would work, outside the area of whoever wants to change it."""


class LastAdministrator(CannotChange):
    """Nobody would be left who may change anything."""


class RoleHeld(CannotChange):
    """They have this role there already."""


# Looking


def members(session: Session, scope: Scope, typed: str = "", after: str = "") -> Sequence[StaffMember]:
    """Who works in the scope, by login, from `after` on; `typed`: part of a name or a login."""
    found = select(StaffMember).where(_works_in(scope), StaffMember.login > after)
    if typed:
        in_name = StaffMember.name.icontains(typed, autoescape=True)
        found = found.where(or_(in_name, StaffMember.login.icontains(typed, autoescape=True)))
    return session.scalars(found.order_by(StaffMember.login).limit(PAGE + 1)).all()


def member(session: Session, scope: Scope, staff_id: str, *, to_change: bool = False) -> StaffMember:
    """One of them. Raises `NotHere`."""
    wanted = select(StaffMember).where(StaffMember.id == staff_id, _works_in(scope))
    found = session.scalar(wanted.with_for_update() if to_change else wanted)
    if found is None:
        raise NotHere(f"staff {staff_id}")
    return found


def may_change(by: SignedIn, seen: StaffMember) -> bool:
    """May this person change that account?"""
    scope = by.scope(Role.ADMINISTRATOR)
    return seen.id != by.staff_id and bool(scope.areas) and all(scope.includes(each.area) for each in seen.roles)


def counted(session: Session, scope: Scope) -> dict[str, int]:
    """How many who may sign in have a role at exactly each area of the scope, by its code."""
    rows = session.execute(
        select(StaffRole.area, func.count(StaffRole.staff_id.distinct()))
        .join(StaffMember, StaffMember.id == StaffRole.staff_id)
        .where(StaffMember.disabled_at.is_(None), scope.covers(StaffRole.area))
        .group_by(StaffRole.area)
    )
    return dict(rows.all())


# Changing


def add(
    session: Session,
    by: SignedIn,
    login: str,
    name: str,
    role: Role,
    area: str,
    password: str,
    email: str,
    now: datetime,
) -> StaffMember:
    """Let somebody in with one role. Raises `BeyondScope`, and what `staff.add` raises."""
    if not by.scope(Role.ADMINISTRATOR).includes(area):
        raise BeyondScope
    if role in OF_A_LANGUAGE:  # a language's code has not the shape of an area's
        made = staff.add(session, login, name, role, "", password, now, email=email)
        made.roles = [StaffRole(role=role, area=area)]
    else:
        made = staff.add(session, login, name, role, area, password, now, email=email)
    session.flush()
    audit.record(session, by.staff_id, "staff_added", now, _about(made), note=f"{role.value} {area}".strip())
    return made


def give_role(session: Session, by: SignedIn, seen: StaffMember, role: Role, area: str, now: datetime) -> None:
    """One more role. Raises `CannotChange`, or `AreaInvalid`."""
    _check(by, seen)
    if not by.scope(Role.ADMINISTRATOR).includes(area):
        raise BeyondScope
    if role not in OF_A_LANGUAGE and not staff.is_area_code(area):
        raise AreaInvalid(area)
    if any((each.role, each.area) == (role, area) for each in seen.roles):
        raise RoleHeld
    seen.roles.append(StaffRole(role=role, area=area))
    session.flush()
    audit.record(session, by.staff_id, "staff_role_given", now, _about(seen), note=f"{role.value} {area}".strip())


def take_role(session: Session, by: SignedIn, seen: StaffMember, role: str, area: str, now: datetime) -> None:
    """One role less; nothing happens where they have it no more. Raises `CannotChange`."""
    _check(by, seen)
    held = [each for each in seen.roles if (each.role, each.area) == (role, area)]
    if not held:
        return
    if role == Role.ADMINISTRATOR:
        _keep_one(session, seen)
    seen.roles.remove(held[0])
    session.flush()
    audit.record(session, by.staff_id, "staff_role_taken", now, _about(seen), note=f"{role} {area}".strip())


def rename(session: Session, by: SignedIn, seen: StaffMember, name: str, email: str, now: datetime) -> None:
    """Another name or address for mail. Raises `CannotChange` or `staff.EmailInvalid`."""
    _check(by, seen)
    staff.set_email(session, seen, email)
    seen.name = name.strip()
    audit.record(session, by.staff_id, "staff_changed", now, _about(seen))


def block(session: Session, by: SignedIn, seen: StaffMember, now: datetime) -> None:
    """Let them in no more, at once. Raises `CannotChange`."""
    _check(by, seen)
    if seen.disabled_at is not None:
        return
    _keep_one(session, seen)
    staff.disable(session, seen.id, now)
    audit.record(session, by.staff_id, "staff_blocked", now, _about(seen))


def unblock(session: Session, by: SignedIn, seen: StaffMember, now: datetime) -> None:
    """Let them in again, with the password they had. Raises `CannotChange`."""
    _check(by, seen)
    if seen.disabled_at is not None:
        seen.disabled_at = None
        audit.record(session, by.staff_id, "staff_unblocked", now, _about(seen))


def reset_password(session: Session, by: SignedIn, seen: StaffMember, password_hash: str, now: datetime) -> None:
    """A password for one sign-in; all they have open ends. Raises `CannotChange`."""
    _check(by, seen)
    staff.reset_password(session, seen.login, password_hash, now)
    audit.record(session, by.staff_id, "staff_password_reset", now, _about(seen))


def reset_factor(session: Session, by: SignedIn, seen: StaffMember, now: datetime) -> None:
    """They set up a second factor anew at the next sign-in; all they have open ends. Raises `CannotChange`."""
    _check(by, seen)
    second_factors.remove(session, seen.id)
    staff_sessions.end_sessions(session, seen.id, now)
    audit.record(session, by.staff_id, "second_factor_removed", now, _about(seen))


def end_sessions(session: Session, by: SignedIn, seen: StaffMember, number: str, now: datetime) -> None:
    """Signed out in the browser of this number, or everywhere where there is no number. Raises `CannotChange`."""
    _check(by, seen)
    if number:
        staff_sessions.end_numbered(session, seen.id, number, now)
    else:
        staff_sessions.end_sessions(session, seen.id, now)
    audit.record(session, by.staff_id, "sessions_ended", now, _about(seen))


def _check(by: SignedIn, seen: StaffMember) -> None:
    if seen.id == by.staff_id:
        raise OwnAccount
    if not may_change(by, seen):
        raise BeyondScope


def _keep_one(session: Session, seen: StaffMember) -> None:
    """Somebody else must be left who administers everything. Held, so that two do not remove each other at once."""
    administrators = session.scalars(
        select(StaffMember)
        .where(StaffMember.roles.any((StaffRole.role == Role.ADMINISTRATOR) & (StaffRole.area == "")))
        .order_by(StaffMember.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if seen in administrators and not any(each.disabled_at is None for each in administrators if each is not seen):
        raise LastAdministrator


def _works_in(scope: Scope) -> ColumnElement[bool]:
    if "" in scope.areas:
        return true()  # also whoever has no role any more
    return StaffMember.roles.any(scope.covers(StaffRole.area))


def _about(seen: StaffMember) -> str:
    return f"staff:{seen.id}"
