"""What the records of the house themselves say of its health: signs for the list of troubles (`centre.incidents`).

Every question here is answered from an index of what is open or lost, so it costs the same in a house of any age.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import breaches, inbox, last_runs, outbox, retention_reports
from centre.inbox import InboxEvent
from centre.incidents import Kind, Sign
from centre.messages import LIMITS
from centre.outbox import OutboxMessage

INBOX_PATIENCE = timedelta(minutes=1)
OUTBOX_PATIENCE = timedelta(minutes=5)
LATELY = timedelta(days=1)
MANY_LOST = 5
"""Reminders that did not arrive within a day: fewer lie with single telephones."""
MAKING_UP = timedelta(minutes=15)
"""After a start a backup and a night that were missed while the machine was off are made up for before anybody is told."""
RETENTION_PATIENCE = timedelta(hours=30)
"""It runs once a night."""
REFUSED = ("token", "account")
"""What channels call a refusal that is ours to repair (`webhooks.telegram`, `webhooks.whatsapp`)."""
_GATEWAYS = tuple(name for name, limits in LIMITS.items() if limits.is_exposed)
CANNOT_OPEN = ("cannot_open", "CannotOpen")
"""What a reply and a message are marked with whose words could not be opened."""
BREACH_PATIENCE = timedelta(hours=48)
"""A day before the legal time is over (UU PDP 27/2022 art. 46)."""


@dataclass(frozen=True)
class Expected:
    """What this house may be expected to do, and since when."""

    since: datetime
    """When it began to be looked after."""
    backup_every: timedelta | None = None
    """The longest time between two backups; None where nobody can say."""
    began: datetime | None = None
    """When this worker began."""


def signs(session: Session, expected: Expected, now: datetime) -> list[Sign]:
    """All of them."""
    return [
        *_refused(session),
        *_queues(session, now),
        _reminders(session, now),
        *_closed_words(session, now),
        *_not_erased(session),
        *_runs(session, expected, now),
        *_breaches(session, now),
    ]


def _refused(session: Session) -> list[Sign]:
    """Channels on which replies wait because the platform will not hear us. That it hears us again, the channel says.

    How the unofficial gateways stand is told once, by `centre.gateways`.
    """
    rows = session.execute(
        select(OutboxMessage.channel, func.min(OutboxMessage.error))
        .where(outbox.is_waiting(), OutboxMessage.error.in_(REFUSED), OutboxMessage.channel.not_in(_GATEWAYS))
        .group_by(OutboxMessage.channel)
    )
    return [Sign(Kind.CHANNEL_REFUSED, channel, False, error or "") for channel, error in rows]


def _queues(session: Session, now: datetime) -> list[Sign]:
    _, oldest = inbox.backlog(session)
    answers = Sign(Kind.QUEUE_OLD, "inbox", oldest is None or now - oldest < INBOX_PATIENCE)
    replies = Sign(Kind.QUEUE_OLD, "outbox", outbox.count_stuck(session, now - OUTBOX_PATIENCE) == 0)
    return [answers, replies]


def _reminders(session: Session, now: datetime) -> Sign:
    """What we begin to say ourselves and could not deliver, for reasons that do not lie with the person."""
    lost = select(func.count(), func.max(OutboxMessage.error)).where(
        outbox.is_lost(), OutboxMessage.cause.startswith("notice:"), OutboxMessage.created_at > now - LATELY
    )
    number, error = session.execute(lost).one()
    return Sign(Kind.REMINDERS_FAILING, "", number < MANY_LOST, error or "")


def _closed_words(session: Session, now: datetime) -> list[Sign]:
    """Words that no key opens; over when none have been met for as long as the rule says."""
    messages = select(InboxEvent.id).where(
        inbox.is_for_staff(), InboxEvent.problem.in_(CANNOT_OPEN), InboxEvent.received_at > now - LATELY
    )
    replies = select(OutboxMessage.id).where(
        outbox.is_lost(), OutboxMessage.error.in_(CANNOT_OPEN), OutboxMessage.created_at > now - LATELY
    )
    met = {"messages": messages, "replies": replies}
    return [
        Sign(Kind.CANNOT_OPEN, subject, False)
        for subject, query in met.items()
        if session.execute(query.limit(1)).first() is not None
    ]


def _not_erased(session: Session) -> list[Sign]:
    """What should have been erased in the last night and could not be; over when a night goes through."""
    failed = retention_reports.failed_lately(session)
    if failed is None:
        return []
    return [Sign(Kind.RETENTION_FAILED, "", not failed, str(sum(failed.values())) if any(failed.values()) else "")]


def _runs(session: Session, expected: Expected, now: datetime) -> Sequence[Sign]:
    patience = {Kind.RETENTION_LATE: (last_runs.RETENTION, RETENTION_PATIENCE)}
    if expected.backup_every:
        patience[Kind.BACKUP_LATE] = (last_runs.BACKUP, expected.backup_every)
    found = [
        Sign(kind, "", now - (last_runs.when(session, name) or expected.since) < longest)
        for kind, (name, longest) in patience.items()
    ]
    is_new = expected.began is not None and now - expected.began < MAKING_UP
    return [each for each in found if each.is_well or not is_new]


def _breaches(session: Session, now: datetime) -> list[Sign]:
    """Those that nobody was told of yet, and, for what was said of them before, those told lately."""
    lately = breaches.known_before(session, now - BREACH_PATIENCE, now - LATELY)
    return [Sign(Kind.BREACH_UNTOLD, str(each.id), each.told_at is not None) for each in lately]
