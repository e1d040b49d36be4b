"""Staff hear in time of wishes about somebody's data: after 24 and 48 of the legal 72 hours, and when they are over.

Each wish in a transaction of its own, held while it is looked at again, so that any number of schedulers tell of it once. Who
is told stands in `centre.census_requests`.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import staff_alerts
from centre import census_requests, outbox, staff_channels
from centre.census_requests import DataRequest
from centre.db import Database, is_down
from centre.messages import Outgoing
from processes.alerting import Clock, Mail

log = structlog.get_logger()


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
    stage = census_requests.stage(request, now)
    if request.alerted >= stage:
        return False
    members = census_requests.whom_to_tell(session, request, now)
    chats = staff_channels.of_staff(session, [member.id for member in members])
    cause = f"request:{request.id}:{stage}"
    subject, body = staff_alerts.data_request(request.left(now), home)
    for member in members:
        if chat := chats.get(member.id):
            outbox.queue(session, chat, cause, [Outgoing(body)], now)
        if mail and member.sealed_email:
            mail(session, member.id, cause, subject, body, now)
    request.alerted = stage
    return True
