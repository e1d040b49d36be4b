"""The list of what is wrong with the house: each trouble opens by itself, is taken note of, and ends by itself.

Whoever detects something (a job of `processes/`, a channel) says `report` each time it is seen and `mend` each time it is
seen to be well. There is at most one open incident for each kind and subject, and it does not flap: a trouble opens when it
has stood for a while, ends when it has been well for a while, and one that comes back soon goes on as the same incident
that must stay well four times as long. Subjects and details are names of ours and codes ("telegram", "401"): never words, names
or numbers of people. Whom it is told to: `centre.incident_tellings`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, delete, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime, new_row
from centre.staff import Scope

BACK_SOON = timedelta(hours=1)
"""What comes back within this, or within twice the time it had to be well, is the same trouble still."""
LONGEST_CALM = timedelta(hours=6)
SUSPECTED = timedelta(minutes=30)
"""What was seen and not often enough to open is forgotten after this."""
KEPT = timedelta(days=365)
NEVER = timedelta(0)
DAY = timedelta(days=1)
"""What is looked at every few minutes and was not seen for a day is looked at no more: the machine has another name now, the
channel is out of the settings. Else its incident would stand for ever."""


class Kind(enum.StrEnum):
    CHANNEL_REFUSED = "channel_refused"
    QUEUE_OLD = "queue_old"
    WORKER_MISSING = "worker_missing"
    WEBHOOK_ERRORS = "webhook_errors"
    NUMBER_QUALITY = "number_quality"
    TEMPLATE_STOPPED = "template_stopped"
    GATEWAY_BANNED = "gateway_banned"
    MAIL_REFUSED = "mail_refused"
    REMINDERS_FAILING = "reminders_failing"
    DISK_LOW = "disk_low"
    BACKUP_LATE = "backup_late"
    CLOCK_OFF = "clock_off"
    RETENTION_LATE = "retention_late"
    RETENTION_FAILED = "retention_failed"
    CANNOT_OPEN = "cannot_open"
    BREACH_UNTOLD = "breach_untold"


@dataclass(frozen=True)
class Sign:
    """What somebody who looked found: this kind of trouble with this subject, or that there is none."""

    kind: Kind
    subject: str
    is_well: bool
    detail: str = ""


@dataclass(frozen=True)
class Rule:
    """How a kind of trouble opens and ends."""

    opens_after: timedelta = timedelta(0)
    """It must have stood for this long."""
    ends_after: timedelta = timedelta(minutes=10)
    """It must have been well for this long."""
    lapses_after: timedelta = NEVER
    """Not seen for this long, it is taken for well; `NEVER` where somebody says when it is."""
    is_felt: bool = False
    """Families feel it: whoever coordinates any of them should know."""
    can_wait: bool = False
    """Nobody is woken for it."""


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


RULES: Mapping[str, Rule] = {
    Kind.CHANNEL_REFUSED: Rule(lapses_after=timedelta(hours=1), is_felt=True),
    Kind.QUEUE_OLD: Rule(opens_after=_minutes(2), ends_after=_minutes(5), is_felt=True),
    Kind.WORKER_MISSING: Rule(ends_after=_minutes(5), is_felt=True),
    Kind.WEBHOOK_ERRORS: Rule(opens_after=_minutes(5), lapses_after=DAY, is_felt=True),
    Kind.NUMBER_QUALITY: Rule(ends_after=_minutes(30), lapses_after=timedelta(days=7), can_wait=True),
    Kind.TEMPLATE_STOPPED: Rule(can_wait=True),
    Kind.GATEWAY_BANNED: Rule(lapses_after=7 * DAY, is_felt=True),
    Kind.MAIL_REFUSED: Rule(opens_after=_minutes(5), lapses_after=DAY),
    Kind.REMINDERS_FAILING: Rule(ends_after=_minutes(30), can_wait=True),
    Kind.DISK_LOW: Rule(opens_after=_minutes(2), lapses_after=DAY),
    Kind.BACKUP_LATE: Rule(ends_after=_minutes(1), lapses_after=DAY, can_wait=True),
    Kind.CLOCK_OFF: Rule(opens_after=_minutes(5), lapses_after=DAY),
    Kind.RETENTION_LATE: Rule(ends_after=_minutes(1), can_wait=True),
    Kind.RETENTION_FAILED: Rule(ends_after=_minutes(1), can_wait=True),
    Kind.CANNOT_OPEN: Rule(lapses_after=DAY),
    Kind.BREACH_UNTOLD: Rule(ends_after=_minutes(1), lapses_after=DAY, can_wait=True),
}


class UnknownKind(ValueError):
    """Nobody knows what to do about such a trouble: it has no rule."""


class NoSuchIncident(LookupError):
    """There is none of this number that this person may see."""


class Incident(Base):
    """One trouble, from when it was first seen to its end."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "uq_incidents_standing",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_incidents_kind_subject", "kind", "subject", "id"),
        Index("ix_incidents_ended_at", "ended_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(80))
    """What is in trouble, by a name of ours: a channel, a template, a machine; empty where there is only one."""
    area: Mapped[str] = mapped_column(String(13), default="")
    """The area it touches; empty for the whole house."""
    detail: Mapped[str] = mapped_column(String(60), default="")
    """A code ("401", "3 %")."""
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    times: Mapped[int] = mapped_column(default=0)
    """How often it was seen."""
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None while it is only suspected."""
    well_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returns: Mapped[int] = mapped_column(default=0)
    """How often it came back soon after its end."""
    noted_by: Mapped[str | None] = mapped_column(ForeignKey("staff_members.id", ondelete="SET NULL"))
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_open_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_long_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_end_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unheard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the log was last told that nobody could be told of it; None where somebody could, or none was to be."""

    @property
    def rule(self) -> Rule:
        """How it opens and ends."""
        return RULES[self.kind]

    @property
    def nobody_told(self) -> bool:
        """The last time that somebody was to be told, nobody could be."""
        return self.unheard_at is not None

    @property
    def is_open(self) -> bool:
        """It stands, and not only suspected."""
        return self.opened_at is not None and self.ended_at is None


# What is seen


def report(session: Session, kind: str, subject: str, now: datetime, *, detail: str = "", area: str = "") -> Incident:
    """This trouble was seen just now; gives its incident, which opens once it has stood for as long as its rule says.

    `subject`: what is in trouble, by a name of ours. `detail`: a code. `area`: the area it touches, empty for all. Neither
    words nor numbers of people. Raises `UnknownKind`.
    """
    if kind not in RULES:
        raise UnknownKind(kind)
    incident = _standing(session, kind, subject, now, area)
    incident.last_seen_at = max(incident.last_seen_at, now)
    incident.times, incident.well_since = incident.times + 1, None
    incident.detail, incident.area = detail[:60], area
    if incident.opened_at is None and now - incident.first_seen_at >= incident.rule.opens_after:
        incident.opened_at = now
    session.flush()
    return incident


def mend(session: Session, kind: str, subject: str, now: datetime) -> None:
    """It was seen to be well just now. It ends when it has been so for as long as its rule says, here or in `settle`."""
    if kind not in RULES:
        raise UnknownKind(kind)
    incident = session.scalars(_last(kind, subject).where(Incident.ended_at.is_(None))).first()
    if incident is None:
        return
    if incident.opened_at is None:
        session.delete(incident)
    else:
        incident.well_since = incident.well_since or now
        _end_if_well(incident, now)
    session.flush()


def note(session: Session, signs: Iterable[Sign], now: datetime) -> None:
    """Enter what was found: the troubles last, so that one bad sign outweighs a good one of the same look."""
    for sign in sorted(signs, key=lambda each: (not each.is_well, each.kind, each.subject)):
        if sign.is_well:
            mend(session, sign.kind, sign.subject, now)
        else:
            report(session, sign.kind, sign.subject, now, detail=sign.detail)


def settle(session: Session, now: datetime) -> int:
    """End what has been well for long enough, and what nobody has seen for longer than its kind lasts; forget what was only
    suspected. Gives how many ended."""
    ended = 0
    standing = select(Incident).where(Incident.ended_at.is_(None)).order_by(Incident.id)
    for incident in session.scalars(standing.with_for_update(skip_locked=True)).all():
        if incident.opened_at is None:
            if now - incident.last_seen_at > SUSPECTED:
                session.delete(incident)
            continue
        lapses = incident.rule.lapses_after
        if lapses and now - incident.last_seen_at > lapses:
            incident.well_since = incident.well_since or incident.last_seen_at
        ended += _end_if_well(incident, now)
    session.flush()
    return ended


def forget_old(session: Session, now: datetime) -> None:
    """A year after its end nobody needs to know."""
    old = delete(Incident).where(Incident.ended_at < now - KEPT)
    session.execute(old.execution_options(synchronize_session=False))


# What is shown


def standing(session: Session, kind: str, subject: str | None = None) -> bool:
    """Is such an incident open, of this subject or of any?"""
    found = select(Incident.id).where(Incident.kind == kind, _is_open())
    if subject is not None:
        found = found.where(Incident.subject == subject)
    return session.execute(found.limit(1)).first() is not None


def open_by_kind(session: Session) -> dict[str, int]:
    """How many are open, by kind; kinds without any are there too."""
    rows = session.execute(select(Incident.kind, func.count()).where(_is_open()).group_by(Incident.kind)).all()
    return {**dict.fromkeys(map(str, RULES), 0), **dict(rows)}


def open_ones(session: Session, scope: Scope) -> Sequence[Incident]:
    """What is open within these areas, and what all families feel; the longest first."""
    return session.scalars(_seen(scope).where(_is_open()).order_by(Incident.opened_at, Incident.id)).all()


def ended_ones(session: Session, scope: Scope, most: int) -> Sequence[Incident]:
    """What has ended, the newest first."""
    ended = _seen(scope).where(Incident.ended_at.is_not(None))
    return session.scalars(ended.order_by(Incident.ended_at.desc(), Incident.id.desc()).limit(most)).all()


def take_note(session: Session, scope: Scope, number: int, staff_id: str, now: datetime) -> Incident:
    """Somebody sees to it; who was first stays. Raises `NoSuchIncident`."""
    incident = session.scalars(_seen(scope).where(Incident.id == number, _is_open()).with_for_update()).first()
    if incident is None:
        raise NoSuchIncident(number)
    if incident.noted_by is None:
        incident.noted_by, incident.noted_at = staff_id, now
        session.flush()
    return incident


def _standing(session: Session, kind: str, subject: str, now: datetime, area: str) -> Incident:
    """The incident that stands, held; one that ended a short while ago goes on; else a new one."""
    last = session.scalars(_last(kind, subject)).first()
    if last is not None and last.ended_at is None:
        return last
    if last is not None and _comes_back_soon(last, now) and not _has_newer(session, last):
        last.ended_at, last.returns = None, last.returns + 1
        if last.told_end_at:  # they think that it is over
            last.told_open_at = last.told_end_at = None
        session.flush()
        return last
    row = {"kind": kind, "subject": subject, "area": area, "detail": "", "first_seen_at": now, "last_seen_at": now}
    # somebody else may see it at the same time
    session.execute(new_row(session, Incident, {**row, "times": 0, "returns": 0}))
    return session.scalars(_last(kind, subject).where(Incident.ended_at.is_(None))).one()


def _last(kind: str, subject: str) -> Select[Incident]:
    own = select(Incident).where(Incident.kind == kind, Incident.subject == subject)
    held = own.order_by(Incident.id.desc()).limit(1).with_for_update()
    return held.execution_options(populate_existing=True)


def _has_newer(session: Session, incident: Incident) -> bool:
    """Did another process begin a new one while we waited for this one?"""
    newer = select(Incident.id).where(
        Incident.kind == incident.kind, Incident.subject == incident.subject, Incident.id > incident.id
    )
    return session.execute(newer.limit(1)).first() is not None


def _comes_back_soon(incident: Incident, now: datetime) -> bool:
    return incident.ended_at is not None and now - incident.ended_at < max(BACK_SOON, 2 * calm_of(incident))


def _end_if_well(incident: Incident, now: datetime) -> bool:
    if incident.well_since is None or now - incident.well_since < calm_of(incident):
        return False
    incident.ended_at = now
    return True


def calm_of(incident: Incident) -> timedelta:
    """For how long it must be well before it ends: four times as long with each time that it came back."""
    once = incident.rule.ends_after
    times: int = 4 ** min(incident.returns, 10)
    return min(once * times, max(once, LONGEST_CALM))


def _is_open() -> ColumnElement[bool]:
    return Incident.ended_at.is_(None) & Incident.opened_at.is_not(None)


def _seen(scope: Scope) -> Select[Incident]:
    felt = [kind for kind, rule in RULES.items() if rule.is_felt]
    everywhere_felt = (Incident.area == "") & Incident.kind.in_(felt)
    return select(Incident).where(Incident.opened_at.is_not(None), or_(scope.covers(Incident.area), everywhere_felt))
