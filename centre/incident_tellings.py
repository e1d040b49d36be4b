"""Whom the list of troubles is told to, and when: at the opening, once more if it stands for long, and at its end.

Administrators of the house are told, and where it touches an area those who administer or coordinate that area. Never by the
way that is itself in trouble: not by Telegram while Telegram refuses us, not by mail while mail is refused. What can wait is
told by day. Where nobody can be told, that stands beside it at the desk, and it is tried again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from centre import areas, calendars, incidents, staff_channels
from centre.areas import USUAL_ZONE
from centre.incidents import Incident, Kind
from centre.staff import Role, StaffMember, StaffRole

LONG = timedelta(hours=4)
"""Standing for this, it is told once more."""
SAID_AGAIN = timedelta(hours=1)
"""How often the log hears that nobody could be told: it is tried again every minute."""
END_OF_USE = timedelta(days=1)
"""An end that could not be told within this is no news any more."""

Stage = Literal["open", "long", "end"]
Way = Literal["chat", "mail"]


def due(session: Session, now: datetime) -> Sequence[int]:
    """The numbers of what must be told now: a look without a lock."""
    standing = Incident.opened_at.is_not(None) & Incident.ended_at.is_(None)
    to_tell = or_(
        and_(standing, Incident.told_open_at.is_(None)),
        and_(standing, Incident.told_long_at.is_(None), Incident.opened_at <= now - LONG),
        and_(Incident.ended_at > now - END_OF_USE, Incident.told_open_at.is_not(None), Incident.told_end_at.is_(None)),
    )
    found = session.scalars(select(Incident).where(to_tell).order_by(Incident.id)).all()
    return [incident.id for incident in found if stage(incident, now)]


def hold(session: Session, number: int, now: datetime) -> tuple[Incident, Stage] | None:
    """The incident, held, with what is to be told of it; None when somebody else has told it meanwhile."""
    incident = session.get(Incident, number, with_for_update=True, populate_existing=True)
    found = stage(incident, now) if incident else None
    return (incident, found) if incident and found else None


def stage(incident: Incident, now: datetime) -> Stage | None:
    """What is to be told of it now. Of what ended before its opening was told nothing is said at all."""
    if incident.opened_at is None or (incident.rule.can_wait and calendars.is_quiet(now, USUAL_ZONE)):
        return None
    if incident.ended_at is not None:
        is_news = incident.ended_at > now - END_OF_USE
        return "end" if is_news and incident.told_open_at and not incident.told_end_at else None
    if incident.told_open_at is None:
        return "open"
    return "long" if incident.told_long_at is None and incident.opened_at <= now - LONG else None


def told(session: Session, incident: Incident, stage: Stage, people: int, now: datetime) -> bool:
    """So many people were told. Nobody: it stays to be told, and the desk says so. Gives whether that is news for the log."""
    if not people and incident.unheard_at and incident.unheard_at <= now < incident.unheard_at + SAID_AGAIN:
        return False
    incident.unheard_at = None if people else now
    if people and stage == "open":
        incident.told_open_at = now
        if incident.opened_at and incident.opened_at <= now - LONG:
            incident.told_long_at = now  # the same twice within a minute helps nobody
    elif people and stage == "long":
        incident.told_long_at = now
    elif people:
        incident.told_end_at = now
    session.flush()
    return True


def whom_to_tell(session: Session, incident: Incident) -> Sequence[StaffMember]:
    """Who administers the whole house, or, where nobody does, any part of it; and who looks after the area it touches."""
    everywhere = _members(session, (Role.ADMINISTRATOR,), {""}) or _members(session, (Role.ADMINISTRATOR,))
    if not incident.area:
        return everywhere
    there = _members(session, (Role.ADMINISTRATOR, Role.COORDINATOR), areas.around(incident.area) - {""})
    return [*everywhere, *(member for member in there if member not in everywhere)]


def ways(session: Session, incident: Incident) -> Collection[Way]:
    """The ways by which somebody can be told of it now."""
    nobody_sends = incident.kind == Kind.WORKER_MISSING and incident.ended_at is None
    shut = {
        "chat": nobody_sends or incidents.standing(session, Kind.CHANNEL_REFUSED, staff_channels.CHANNEL),
        "mail": incidents.standing(session, Kind.MAIL_REFUSED),
    }
    every: tuple[Way, ...] = ("chat", "mail")
    return [way for way in every if not shut[way]]


def cause(incident: Incident, stage: Stage) -> str:
    """What the outbox and the mails know a telling by: another one after it came back."""
    return f"incident:{incident.id}:{incident.returns}:{stage}"


def _members(session: Session, roles: Sequence[Role], within: Collection[str] | None = None) -> Sequence[StaffMember]:
    held = [StaffRole.role.in_(roles), *([] if within is None else [StaffRole.area.in_(within)])]
    wanted = select(StaffMember).where(StaffMember.disabled_at.is_(None), StaffMember.roles.any(and_(*held)))
    return session.scalars(wanted.order_by(StaffMember.name, StaffMember.id)).all()
