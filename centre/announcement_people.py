"""Whom an announcement goes to: how many, by which channel, how long it takes, and what became of it with each.

Who may be told is one condition (`_audience`), asked when it is counted, when it is planned and once more when it is worded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, exists, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from centre import calendars, notices
from centre.announcements import USEFUL, Announcement, State
from centre.areas import USUAL_ZONE, Village
from centre.case_records import Case, CaseConversation
from centre.case_records import State as CaseState
from centre.case_scopes import CaseScope, hides
from centre.conversations import Conversation
from centre.db import is_any
from centre.messages import LIMITS
from centre.news_consents import NewsConsent
from centre.notices import Notice
from centre.outbox import OutboxMessage
from centre.people import Person, PersonAddress
from centre.staff_channels import StaffChannel, is_open

PER_SECOND = 5
"""Of one announcement on one channel: a sixth of what the slowest platform takes, so that answers are not held up."""
DAILY = 250
"""People a day whom WhatsApp lets us write to first, until it trusts the number more (Meta, "messaging limits")."""
SHARE = 2
"""A half of them is for announcements: what families must hear of a case or a booking needs the rest."""
DAY = timedelta(hours=24)
AT_ONCE = 500
LISTED = 200
"""On one page."""


@dataclass(frozen=True)
class Beginning:
    """When the first people are told, on whose clock."""

    at: datetime
    zone: str
    waits: bool
    """People sleep there until then."""


EXPOSED = tuple(name for name, limits in LIMITS.items() if limits.is_exposed)
"""Channels that no announcement goes to: a paired number that writes to many is banned, and short messages cost."""


@dataclass(frozen=True)
class Reach:
    """How many an announcement would be told to, by channel, and how many want news but cannot be told."""

    by_channel: dict[str, int]
    cannot: int
    """Their last message on WhatsApp is more than 24 hours old: free words are not let through."""
    by_template: int
    """Of those told: as many in an approved template, which costs money."""
    takes: timedelta
    begins: Beginning

    @property
    def total(self) -> int:
        return sum(self.by_channel.values())


@dataclass(frozen=True)
class Told:
    """One recipient, for the desk."""

    name: str
    village: str
    channel: str
    state: str
    """waiting, sent, delivered, read, failed, not_told, void"""


def reach(session: Session, announcement: Announcement, now: datetime, daily: int = DAILY) -> Reach:
    """What would happen if it went now. `daily`: how many a day WhatsApp lets us write to first."""
    closed = _is_window_closed(now)
    rows = session.execute(
        select(Conversation.channel, closed, func.count())
        .where(*_audience(announcement))
        .group_by(Conversation.channel, closed)
    ).all()
    told = Counter({channel: number for channel, is_late, number in rows if not is_late})
    longest = max((number for channel, number in told.items() if not LIMITS[channel].pulled), default=0)
    by_template, days = _by_template(announcement, rows, daily)
    told.update(by_template)
    return Reach(
        dict(told),
        sum(number for _, is_late, number in rows if is_late) - by_template.total(),
        by_template.total(),
        max(timedelta(seconds=longest / PER_SECOND), days),
        beginning(session, announcement, now),
    )


def beginning(session: Session, announcement: Announcement, now: datetime) -> Beginning:
    """When it begins, or began: in the morning where everybody it goes to sleeps."""
    return beginning_in(_zones(session, announcement), announcement.begins_at or now, now)


def beginning_in(zones: Iterable[str], sent_at: datetime, now: datetime) -> Beginning:
    """The same where the clocks of its villages are known."""
    at, zone = min((calendars.waking(sent_at, zone), zone) for zone in zones)
    return Beginning(at, zone, waits=at > now)


def _by_template(
    announcement: Announcement, rows: Sequence[Row[str, bool, int]], daily: int
) -> tuple[Counter[str], timedelta]:
    """How many by channel while it is of use, and how long that takes."""
    each_day = max(1, daily // SHARE)
    most = each_day * (USEFUL // DAY) if announcement.goes_by_template else 0
    told = Counter({channel: min(number, most) for channel, is_late, number in rows if is_late})
    days = max(((number - 1) // each_day for number in told.values() if number), default=0)
    return told, days * DAY


def plan_next(session: Session, now: datetime) -> int | None:
    """Plan the notices of the next people of an announcement that goes out; gives how many, None where none is under way.

    Two schedulers at once take different announcements, and each person has one notice whoever plans it.
    """
    announcement = session.scalars(
        select(Announcement)
        .where(Announcement.state == State.GOING, Announcement.is_planned.is_(False))
        .order_by(Announcement.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if announcement is None:
        return None
    rows = session.execute(
        select(Conversation.id, Conversation.channel, Village.time_zone, _is_window_closed(now))
        .join(Village, Village.id == Conversation.village_id)
        .where(*_audience(announcement), Conversation.id > announcement.planned_to)
        .order_by(Conversation.id)
        .limit(AT_ONCE)
    ).all()
    for conversation_id, channel, zone, closed in rows:
        cannot = closed and not announcement.goes_by_template
        _plan(session, announcement, conversation_id, zone, channel, now, cannot=cannot)
    if rows:
        announcement.planned_to = rows[-1].id
    announcement.is_planned = len(rows) < AT_ONCE
    session.flush()
    return len(rows)


def why_not(session: Session, notice: Notice, conversation: Conversation, now: datetime) -> str | None:
    """Why this person is not told after all, asked at the last moment; None where they are. `stopped`: nothing to be done."""
    announcement = session.get(Announcement, notice.announcement_id or 0)
    if announcement is None or announcement.state != State.GOING:
        return "stopped"
    still = select(Conversation.id).where(Conversation.id == conversation.id, *_audience(announcement))
    if session.execute(still).first() is None:
        return "stopped"
    return "window_closed" if is_closed(conversation, now) and not announcement.goes_by_template else None


def is_closed(conversation: Conversation, now: datetime) -> bool:
    """Are free words not let through there any more?"""
    window = LIMITS[conversation.channel].window
    return window is not None and conversation.last_incoming_at < now - window


def waits_until(session: Session, conversation: Conversation, now: datetime, daily: int) -> datetime | None:
    """When the next announcement may go as a template; None where it may go now, or goes in free words."""
    if not is_closed(conversation, now):
        return None
    lately = select(Notice.told_at).where(Notice.by_template.is_(True), Notice.told_at > now - DAY)
    told = session.scalars(lately.order_by(Notice.told_at.desc()).limit(max(1, daily // SHARE))).all()
    return told[-1] + DAY if len(told) >= max(1, daily // SHARE) and told[-1] else None


def outcomes(session: Session, announcement: Announcement) -> Counter[str]:
    """How many it was told, by state (see `Told.state`)."""
    states = (Notice.state, OutboxMessage.state, OutboxMessage.delivery)
    rows = session.execute(_followed(announcement, *states, func.count()).group_by(*states))
    found: Counter[str] = Counter()
    for notice, outbox, delivery, number in rows:
        found[_state(notice, outbox, delivery)] += number
    return found


def recipients(session: Session, announcement: Announcement, cases: CaseScope, offset: int = 0) -> list[Told]:
    """A page of them by the names known there; nobody with a case that is not for this staff member to know of."""
    row = (Conversation, Village.name, Notice.state, OutboxMessage.state, OutboxMessage.delivery)
    found = session.execute(
        _followed(announcement, *row)
        .join(Conversation, Conversation.id == Notice.conversation_id)
        .outerjoin(Village, Village.id == Conversation.village_id)
        .where(not_(hides(Notice.conversation_id, cases)))
        .order_by(Notice.id)
        .offset(offset)
        .limit(LISTED)
    ).all()
    names = _names(session, [conversation.id for conversation, *_ in found])
    return [
        Told(", ".join(names[each.id]), village or "", each.channel, _state(notice, outbox, delivery))
        for each, village, notice, outbox, delivery in found
    ]


def _followed(announcement: Announcement, *columns: Any) -> Select[Any]:
    """These of each notice of an announcement and of what became of it."""
    is_its = and_(
        OutboxMessage.conversation_id == Notice.conversation_id,
        OutboxMessage.cause == literal("notice:") + cast(Notice.id, String),
        OutboxMessage.part == 0,
    )
    own = select(*columns).select_from(Notice).outerjoin(OutboxMessage, is_its)
    return own.where(Notice.announcement_id == announcement.id)


def _names(session: Session, conversation_ids: Sequence[int]) -> dict[int, list[str]]:
    """Who is behind each of these telephones: whoever holds it first."""
    rows = session.execute(
        select(PersonAddress.conversation_id, Person)
        .join(Person, Person.id == PersonAddress.person_id)
        .where(PersonAddress.conversation_id.in_(conversation_ids), Person.merged_into.is_(None))
        .order_by(PersonAddress.relation != "self", Person.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for number, person in rows:
        found[number].append(person.name)
    return found


def _state(notice: str, outbox: str | None, delivery: str | None) -> str:
    if notice == notices.State.DUE:
        return "waiting"
    if notice in (notices.State.VOID, notices.State.NOT_TOLD):
        return str(notice)
    if outbox in ("failed", "expired", "dropped"):
        return "failed"
    return delivery or ("waiting" if outbox else "sent")


def _plan(
    session: Session,
    announcement: Announcement,
    conversation_id: int,
    zone: str,
    channel: str,
    now: datetime,
    *,
    cannot: bool,
) -> None:
    wait = timedelta(0) if LIMITS[channel].pulled else timedelta(seconds=announcement.planned / PER_SECOND)
    begins = announcement.begins_at or now
    due = calendars.waking(begins + wait, zone)
    notices.plan_announcement(
        session,
        announcement.id,
        conversation_id,
        zone,
        due,
        max(due, begins) + USEFUL,
        why_not="window_closed" if cannot else None,
        now=now,
    )
    if not cannot:
        announcement.planned += 1


def _audience(announcement: Announcement) -> list[ColumnElement[bool]]:
    """The condition on `Conversation`."""
    found = [
        Conversation.village_id.in_(announcement.villages),
        Conversation.closing_at.is_(None),
        Conversation.stopped_at.is_(None),
        Conversation.blocked_at.is_(None),
        Conversation.joined_to.is_(None),
        Conversation.channel.not_in(EXPOSED),
        exists().where(NewsConsent.conversation_id == Conversation.id, NewsConsent.wants.is_(True)),
        not_(exists().where(StaffChannel.conversation_id == Conversation.id, is_open())),
        not_(_is_unsafe()),
    ]
    if announcement.languages:
        found.append(func.coalesce(Conversation.language, "id").in_(announcement.languages))
    if announcement.kinds:
        is_behind = and_(PersonAddress.conversation_id == Conversation.id, Person.id == PersonAddress.person_id)
        found.append(exists().where(is_behind, Person.kind.in_(announcement.kinds), Person.merged_into.is_(None)))
    return found


def _is_unsafe() -> ColumnElement[bool]:
    """Somebody else may hold this telephone, or there is danger now: a case that is or was told of here."""
    in_other_hands = or_(
        Case.is_discreet, Case.hidden_at.is_not(None), Case.cover_lookup.is_not(None), Case.is_safe.is_(False)
    )
    is_open_case = Case.state != CaseState.CLOSED
    in_danger = and_(is_open_case, or_(Case.is_urgent, Case.is_restricted, Case.is_safe.is_(None)))
    is_unsafe = or_(in_other_hands, in_danger)
    was_told_here = and_(CaseConversation.case_id == Case.id, CaseConversation.conversation_id == Conversation.id)
    is_here = or_(is_any(Case.conversation_id == Conversation.id, is_unsafe), is_any(was_told_here, is_unsafe))
    return and_(Conversation.has_case, is_here)


def _is_window_closed(now: datetime) -> ColumnElement[bool]:
    """Free words would not be let through (WhatsApp: 24 hours after the person's last message)."""
    closed = [
        and_(Conversation.channel == channel, Conversation.last_incoming_at < now - limits.window)
        for channel, limits in LIMITS.items()
        if limits.window
    ]
    return or_(*closed)


def _zones(session: Session, announcement: Announcement) -> Sequence[str]:
    found = session.scalars(select(Village.time_zone).where(Village.id.in_(announcement.villages)).distinct()).all()
    return found or [USUAL_ZONE]
