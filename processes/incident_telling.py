"""Whoever looks after the house hears of its troubles: each telling in a transaction of its own, with its incident held.

Any number of schedulers may do this at once. Who is told, when and by which way stands in `centre.incident_tellings`.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import incident_words
from centre import incident_tellings, outbox, staff_channels
from centre.db import Database, is_down
from centre.incident_tellings import Stage
from centre.incidents import Incident
from centre.messages import Outgoing
from processes.alerting import Clock, Mail

log = structlog.get_logger()


def tell_due(database: Database, home: str, clock: Clock, mail: Mail | None = None) -> int:
    """Tell what must be told now; gives of how many troubles somebody heard. `home`: our public address."""
    with database.reading() as session:
        waiting = incident_tellings.due(session, clock())
    return sum(_tell_or_leave(database, number, home, clock(), mail) for number in waiting)


def _tell_or_leave(database: Database, number: int, home: str, now: datetime, mail: Mail | None) -> bool:
    try:
        with database.transaction() as session:
            held = incident_tellings.hold(session, number, now)
            return held is not None and _tell(session, *held, home, now, mail)
    except Exception as error:  # noqa: BLE001 - of the other troubles somebody must hear all the same
        if isinstance(error, DBAPIError) and is_down(error):
            raise
        log.error("incident.not_told", incident_id=number, error=type(error).__name__)
        return False


def _tell(session: Session, incident: Incident, stage: Stage, home: str, now: datetime, mail: Mail | None) -> bool:
    members = incident_tellings.whom_to_tell(session, incident)
    ways = incident_tellings.ways(session, incident)
    chats = staff_channels.of_staff(session, [member.id for member in members]) if "chat" in ways else {}
    cause = incident_tellings.cause(incident, stage)
    subject, body = incident_words.told(incident, stage, home)
    reached = set()
    for member in members:
        if chat := chats.get(member.id):
            outbox.queue(session, chat, cause, [Outgoing(body)], now)
            reached.add(member.id)
        if mail and "mail" in ways and member.sealed_email:
            mail(session, member.id, cause, subject, body, now)
            reached.add(member.id)
    if incident_tellings.told(session, incident, stage, len(reached), now):
        log.info("incident.told", incident_id=incident.id, kind=incident.kind, stage=stage, people=len(reached))
    return bool(reached)
