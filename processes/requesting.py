"""Staff hear in time of wishes about somebody's data: when a day of the legal 3 x 24 hours is left, and when it is over.

Each wish in a transaction of its own, held while it is looked at again, so that any number of schedulers tell of it once. The
first time its own desk is told; when the time is over, whoever coordinates its area too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import staff_alerts
from centre import census_requests, outbox, staff_channels
from centre.areas import Village
from centre.census_requests import DataRequest
from centre.db import Database, is_down
from centre.messages import Outgoing
from centre.staff import Role, StaffMember, StaffRole
from processes.alerting import Clock, Mail

log = structlog.get_logger()
DESK = (Role.PETUGAS,)
ABOVE = (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR)


def warn_due(database: Database, home: str, clock: Clock, mail: Mail | None = None) -> int:
    """Tell staff of what must be answered; gives of how many wishes. `home`: our public address."""
    with database.reading() as session:
        waiting = [request.id for request in census_requests.to_alert(session, clock())]
    return sum(_warn_or_leave(database, number, home, clock(), mail) for number in waiting)


def _warn_or_leave(database: Database, number: int, home: str, now: datetime, mail: Mail | None) -> bool:
    try:
        with database.transaction() as session:
            return _warn(session, number, home, now, mail)
    except Exception as error:  # noqa: BLE001 - of the other wishes staff must hear all the same
        if isinstance(error, DBAPIError) and is_down(error):
            raise
        log.error("request.not_told", request_id=number, error=type(error).__name__)
        return False


def _warn(session: Session, number: int, home: str, now: datetime, mail: Mail | None) -> bool:
    request = session.get(DataRequest, number, with_for_update=True, populate_existing=True)
    if request is None or not request.is_open:
        return False
    is_over = request.due_at <= now
    if request.alerted >= (2 if is_over else 1):
        return False
    members = _who(session, request, ABOVE if is_over else DESK) or _who(session, request, ABOVE)
    chats = staff_channels.of_staff(session, [member.id for member in members])
    cause = f"request:{request.id}:{2 if is_over else 1}"
    subject, body = staff_alerts.data_request(is_over, home)
    for member in members:
        if chat := chats.get(member.id):
            outbox.queue(session, chat, cause, [Outgoing(body)], now)
        if mail and member.sealed_email:
            mail(session, member.id, cause, subject, body, now)
    request.alerted = 2 if is_over else 1
    return True


def _who(session: Session, request: DataRequest, roles: Sequence[Role]) -> Sequence[StaffMember]:
    """Those with one of these roles whose area has the village."""
    village = session.get(Village, request.village_id) if request.village_id else None
    codes = ["", *(village.code[:length] for length in (2, 5, 8, 13))] if village else [""]
    own = select(StaffMember).join(StaffRole, StaffRole.staff_id == StaffMember.id)
    own = own.where(StaffRole.role.in_(roles), StaffRole.area.in_(codes), StaffMember.disabled_at.is_(None))
    return session.scalars(own.distinct().order_by(StaffMember.id)).all()
