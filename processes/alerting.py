"""Staff are woken for cases, and families told in time: each alert in a transaction of its own, with its case held.

Any number of schedulers may do this at once: an alert is looked at again once its case is held, and told only while it is
due. One that fails is put off, so that it holds up nobody else's; one colleague who cannot be told stands in no other's way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import staff_alerts
from centre import case_alerts, cases, outbox, staff_channels
from centre.case_alerts import LATE, Alarm
from centre.conversations import Conversation
from centre.db import Database, is_busy, is_down
from centre.staff import StaffMember

log = structlog.get_logger()
Clock = Callable[[], datetime]
Mail = Callable[[Session, str, str, str, str, datetime], object]
"""Queues a mail: session, staff id, cause, subject, body, now."""


class NobodyTold(Exception):
    """There are colleagues to tell, and telling each of them failed."""


def alert_due(database: Database, home: str, clock: Clock, mail: Mail | None = None) -> int:
    """Tell staff what they must hear now; gives how many alerts went out.

    `home`: our public address, empty where there is none. `mail`: how mail is queued; None where no server sends any.
    """
    with database.reading() as session:
        waiting = case_alerts.due(session, clock())
    return sum(_alert_or_put_off(database, *each, home, clock(), mail) for each in waiting)


def _alert_or_put_off(
    database: Database, alert_id: int, case_id: int, home: str, now: datetime, mail: Mail | None
) -> bool:
    try:
        return _alert(database, alert_id, case_id, home, now, mail)
    except Exception as error:  # noqa: BLE001 - whatever one alert sets off, everybody else must hear theirs
        if isinstance(error, DBAPIError) and is_down(error):
            raise  # the alert is not to blame
        log.error("alert.not_told", alert_id=alert_id, case_id=case_id, error=type(error).__name__)
        if isinstance(error, DBAPIError) and is_busy(error):
            return False  # its turn comes again in a moment
    with database.transaction() as session:
        case_alerts.put_off(session, alert_id, now)
    return False


def _alert(database: Database, alert_id: int, case_id: int, home: str, now: datetime, mail: Mail | None) -> bool:
    with database.transaction() as session:
        alarm = case_alerts.take(session, alert_id, case_id, now, _by_chat_and_mail if mail else _by_chat)
        if alarm is None:
            return False
        _tell_each(session, alarm, home, now, mail)
        if alarm.is_late:
            cases.told(session, alarm.case, LATE, now)
        return bool(alarm.members)


def _tell_each(session: Session, alarm: Alarm, home: str, now: datetime, mail: Mail | None) -> None:
    chats = staff_channels.of_staff(session, [member.id for member in alarm.members])
    told = [_tell_or_pass(session, alarm, member, chats.get(member.id), home, now, mail) for member in alarm.members]
    if told and not any(told):
        raise NobodyTold


def _tell_or_pass(
    session: Session,
    alarm: Alarm,
    member: StaffMember,
    chat: Conversation | None,
    home: str,
    now: datetime,
    mail: Mail | None,
) -> bool:
    """By every way there is: a chat may be muted at night, a mail be read in the morning."""
    try:
        with session.begin_nested():
            if chat:
                said = staff_alerts.message(alarm.alert.kind, alarm.case, home)
                outbox.queue(session, chat, alarm.alert.cause, [said], now)
                session.flush()
            if mail and member.sealed_email:
                subject, body = staff_alerts.mail(alarm.alert.kind, alarm.case, home)
                mail(session, member.id, alarm.alert.cause, subject, body, now)
        return True
    except Exception as error:  # noqa: BLE001 - the others must be told all the same
        if isinstance(error, DBAPIError) and (is_down(error) or is_busy(error)):
            raise
        log.error("alert.colleague_not_told", alert_id=alarm.alert.id, staff_id=member.id, error=type(error).__name__)
        return False


def _by_chat(session: Session, staff_ids: Sequence[str]) -> Collection[str]:
    return set(staff_channels.of_staff(session, staff_ids))


def _by_chat_and_mail(session: Session, staff_ids: Sequence[str]) -> Collection[str]:
    with_mail = select(StaffMember.id).where(StaffMember.id.in_(staff_ids), StaffMember.sealed_email.is_not(None))
    return {*_by_chat(session, staff_ids), *session.scalars(with_mail)}
