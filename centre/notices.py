"""Messages we start: what must be told about a booking, to which conversation, and from when on.

Staff and time decide that something must be told; a row here says so. The worker takes each row once, has `bot.notices`
word it and queues it. Who cannot be told (no address, `berhenti`, blocked, undeliverable) shows up in the telephone list of
the desk. A key makes it impossible to plan the same thing twice.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast, get_args

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    bindparam,
    case,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import calendars, conversations, data_keys
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime, changed, connection_of, new_row, vault_of
from centre.privacy import CannotOpen
from centre.sealing import sealed

Kind = Literal[
    "reminder",
    "today",
    "offer",
    "lapsed",
    "moved",
    "cancelled",
    "missed",
    "new_dates",
    "booked",
    "own_date",
    "answered",
]
"""own_date: of somebody in the register (`centre.census_reminders`); answered: a wish about one's own data
(`centre.census_requests`)."""
KINDS: tuple[Kind, ...] = get_args(Kind)
NEEDED: frozenset[str] = frozenset({"offer", "moved", "cancelled"})
"""What a person must hear: where it cannot be sent, staff telephone."""
LULL = timedelta(minutes=2)
"""A notice waits until somebody who writes just now has paused, so that a number typed is not taken for its choices."""

SOON = timedelta(hours=1)
"""What is of use for no longer than this after the night is told at night."""


KEPT = timedelta(days=90)
"""How long it is known to whom something was told, after it was of use."""


class State(enum.StrEnum):
    DUE = "due"
    TOLD = "told"
    NOT_TOLD = "not_told"
    VOID = "void"


class Notice(Base):
    """One thing that somebody must be told."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_due",
            "due_at",
            postgresql_where=text("state = 'due'"),
            sqlite_where=text("state = 'due'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """What makes it this notice ("reminder:17:4.1"): planned twice, it is still one."""
    kind: Mapped[str] = mapped_column(String(10))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slots.id", ondelete="CASCADE"), index=True)
    interest_id: Mapped[int | None] = mapped_column(ForeignKey("interests.id", ondelete="SET NULL"), index=True)
    """For `new_dates`: the wish that it fulfils."""
    person_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """For `own_date`: whose it is."""
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    """Where it goes; none: only staff can tell."""
    zone: Mapped[str] = mapped_column(String(20))
    sealed_reason: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("notices|reason", conversation="conversation_id")
    )
    """What staff gave as their reason."""
    is_urgent: Mapped[bool] = mapped_column(default=False)
    """Told at night too: waiting until morning would be too late."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    useful_until: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=State.DUE)
    why_not: Mapped[str | None] = mapped_column(String(20))
    """no_address, stopped, blocked, too_late; cannot_open or failed where the reason lies with us."""
    is_recalled: Mapped[bool] = mapped_column(default=False)
    """Not true any more since it was told: if it has not gone out yet, it does not."""
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by: Mapped[str | None] = mapped_column(String(36))
    """The staff member who telephoned."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    announcement_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """For `announced`: the news that it is (`centre.announcements`)."""
    by_template: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """For `announced`: told when free words were not let through any more, so in words that cost money."""

    @property
    def cause(self) -> str:
        """What the outbox knows it by."""
        return f"notice:{self.id}"


@dataclass(frozen=True)
class About:
    """What a notice is about and where it goes."""

    slot_id: int | None
    zone: str
    conversation_id: int | None
    booking_id: int | None = None
    interest_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Wanted:
    """Something to be told, under which key, from when on, and until when it is of use."""

    kind: Kind
    key: str
    due: datetime
    useful_until: datetime
    reason: str = ""


def plan(
    session: Session,
    kind: Kind,
    about: About,
    key: str,
    due: datetime,
    useful_until: datetime,
    *,
    reason: str = "",
) -> None:
    """Note that somebody must be told, from `due` on but not at night, unless the morning would be too late.

    Nothing is noted when it was planned before and still counts or was told, or when it could never be of use.
    """
    plan_all(session, about, [Wanted(kind, key, due, useful_until, reason)])


def plan_all(session: Session, about: About, wanted: Sequence[Wanted]) -> None:
    """The same for several things at once that are about one place."""
    rows = [_planned(session, about, each) for each in wanted if each.due < each.useful_until]
    if rows:
        session.flush()
        connection = connection_of(session)
        connection.execute(_PLAN[connection.dialect.name], rows)


def plan_announcement(
    session: Session,
    announcement_id: int,
    conversation_id: int,
    zone: str,
    due: datetime,
    useful_until: datetime,
    *,
    why_not: str | None,
    now: datetime,
) -> None:
    """Note that an announcement is for this conversation, once, and never at night; `why_not`: it cannot be told there."""
    row = {
        "key": f"announced:{announcement_id}:{conversation_id}",
        "kind": "announced",
        "announcement_id": announcement_id,
        "conversation_id": conversation_id,
        "zone": zone,
        "is_urgent": False,
        "due_at": due,
        "useful_until": useful_until,
        "state": State.NOT_TOLD if why_not else State.DUE,
        "why_not": why_not,
        "told_at": now if why_not else None,
        "is_recalled": False,
    }
    connection_of(session).execute(new_row(session, _NOTICES, row))


def void(session: Session, booking_ids: Iterable[int], kinds: Sequence[Kind] = KINDS) -> None:
    """What was planned about these bookings is not true any more."""
    void_where(session, Notice.booking_id.in_(list(booking_ids)), Notice.kind.in_(kinds))


def void_where(session: Session, *which: ColumnElement[bool]) -> int:
    """The same for these, to be told or on their way; gives how many."""
    voided = session.execute(
        update(Notice)
        .where(*which, Notice.state.in_((State.DUE, State.TOLD)))
        .values(state=case((Notice.state == State.DUE, State.VOID.value), else_=Notice.state), is_recalled=True)
        .execution_options(synchronize_session="fetch")
    )
    return int(getattr(voided, "rowcount", 0))


def reason_of(session: Session, notice: Notice) -> str:
    """What staff gave as their reason; empty for none, and where the conversation it was for is erased."""
    with suppress(CannotOpen):
        return vault_of(session).open(notice.sealed_reason, _REASON) if notice.sealed_reason else ""
    return ""


def due(session: Session, now: datetime, limit: int = 50) -> list[int]:
    """The numbers of the notices whose time has come: a look without a lock."""
    rows = connection_of(session).execute(_DUE, {"now": now, "most": limit})
    return [row.id for row in rows]


def take(session: Session, notice_id: int, now: datetime) -> tuple[Notice, Conversation] | None:
    """The notice with its conversation, both held, when it may be told now; None when it may not, or not yet.

    The conversation is held first, as whoever answers in it does.
    """
    seen = session.get(Notice, notice_id, populate_existing=True)
    conversation = conversations.hold_if_free(session, seen.conversation_id) if seen and seen.conversation_id else None
    notice = session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None or notice.state != State.DUE or notice.due_at > now:
        return None
    if why := _why_not(notice, conversation, now):
        _enter_not_told(notice, why, now)
        return None
    if conversation is None:  # somebody answers in it just now
        return None
    if wait := _wait(notice, conversation, now):
        notice.due_at = wait
        return None
    return notice, conversation


def told(notice: Notice, now: datetime) -> None:
    """It is on its way."""
    notice.state, notice.told_at = State.TOLD, now


def put_off(notice: Notice, until: datetime) -> None:
    """Its turn comes later."""
    notice.due_at = until


def drop(notice: Notice) -> None:
    """It is not true any more."""
    notice.state = State.VOID


def leave_untold(notice: Notice, why: str, now: datetime) -> None:
    """It cannot be told here."""
    _enter_not_told(notice, why, now)


def give_up(session: Session, notice_id: int, why: str, now: datetime) -> None:
    """It cannot be told, for a reason that lies with us: staff must telephone."""
    notice = session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if notice and notice.state == State.DUE:
        _enter_not_told(notice, why, now)


def of_cause(session: Session, cause: str) -> Notice | None:
    """The notice that made us say something ("notice:17"); None where something else did."""
    kind, _, number = cause.partition(":")
    return session.get(Notice, int(number)) if kind == "notice" and number.isdecimal() else None


def take_back(session: Session, notice: Notice, conversation: Conversation, now: datetime, *, has_begun: bool) -> bool:
    """Told, but not yet sent: True where it must not go out any more, or not now.

    It is not true any more, or the person said `berhenti` meanwhile; or night has come, and it is told in the morning unless
    part of it is out already (`has_begun`).
    """
    if not _must_not_go(notice, conversation, now, has_begun):
        return False
    session.refresh(notice, with_for_update=True)
    if notice.is_recalled:
        drop(notice)
    elif conversation.stopped_at:
        _enter_not_told(notice, "stopped", now)
    elif not has_begun and (morning := _morning(notice, now)):
        notice.state, notice.due_at, notice.told_at = State.DUE, morning, None
    else:
        return False
    return True


def mark_seen(notice: Notice, staff_id: str, now: datetime) -> None:
    """A staff member has told the person by another way."""
    notice.seen_by, notice.seen_at = staff_id, now


def readdress(session: Session, which: ColumnElement[bool], conversation_id: int) -> None:
    """What is still to be told of these goes to another conversation, and is sealed for it."""
    moved = session.scalars(select(Notice).where(which, Notice.state == State.DUE)).all()
    session.execute(
        update(Notice)
        .where(which, Notice.state == State.DUE)
        .values(conversation_id=conversation_id)
        .execution_options(synchronize_session="fetch")
    )
    for notice in moved:
        data_keys.seal_anew(session, notice)


def erase(session: Session, conversation_id: int) -> None:
    """The person asked to be forgotten: nothing more is told there."""
    session.execute(
        update(Notice)
        .where(Notice.conversation_id == conversation_id)
        .values(state=State.VOID, conversation_id=None, sealed_reason=None)
        .execution_options(synchronize_session="fetch")
    )


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """Long after it was of use nobody needs to know to whom it was told, or what staff wrote in it; gives how many."""
    over = Notice.state.in_((State.TOLD, State.NOT_TOLD, State.VOID)) & (Notice.useful_until < now - kept)
    of_somebody = or_(
        Notice.conversation_id.is_not(None), Notice.person_id.is_not(None), Notice.sealed_reason.is_not(None)
    )
    emptied = update(Notice).where(over, of_somebody)
    emptied = emptied.values(conversation_id=None, person_id=None, sealed_reason=None)
    return changed(session.execute(emptied.execution_options(synchronize_session=False)))


def _planned(session: Session, about: About, wanted: Wanted) -> dict[str, object]:
    awake = calendars.waking(wanted.due, about.zone)
    is_urgent = awake >= wanted.useful_until - SOON
    return {
        "key": wanted.key,
        "kind": wanted.kind,
        "booking_id": about.booking_id,
        "interest_id": about.interest_id,
        "person_id": about.person_id,
        "slot_id": about.slot_id,
        "conversation_id": about.conversation_id,
        "zone": about.zone,
        "sealed_reason": _sealed_reason(session, about, wanted.reason),
        "is_urgent": is_urgent,
        "due_at": wanted.due if is_urgent else awake,
        "useful_until": wanted.useful_until,
        "state": State.DUE,
        "is_recalled": False,
    }


def _sealed_reason(session: Session, about: About, reason: str) -> bytes | None:
    return vault_of(session).of("conversation", about.conversation_id).seal(reason, _REASON) if reason else None


def _or_again(insert: Any) -> Any:
    """A new row; one that was void and never told counts again (given up and taken again: moved away and back)."""
    new = insert(_NOTICES)
    return new.on_conflict_do_update(
        index_elements=["key"],
        set_={"state": State.DUE.value, "is_recalled": False, "conversation_id": new.excluded.conversation_id},
        where=(_NOTICES.c.state == State.VOID.value) & _NOTICES.c.told_at.is_(None),
    )


_NOTICES = cast(Table, Notice.__table__)
_PLAN = {"sqlite": _or_again(sqlite_insert), "postgresql": _or_again(postgres_insert)}
"""Put together once: several notices are planned for each booking."""
_REASON = "notices|reason"
_DUE = (
    select(Notice.id)
    .where(Notice.state == bindparam(None, State.DUE.value, literal_execute=True), Notice.due_at <= bindparam("now"))
    .order_by(Notice.announcement_id.is_not(None), Notice.due_at, Notice.id)
    .limit(bindparam("most"))
)
"""The state is written out as in the partial index: neither database would use it otherwise. Announcements come last."""


def _why_not(notice: Notice, conversation: Conversation | None, now: datetime) -> str | None:
    if notice.conversation_id is None:
        return "no_address"
    if notice.useful_until <= now:
        return "too_late"
    if conversation is None:
        return None
    return conversations.why_silent(conversation)


def _must_not_go(notice: Notice, conversation: Conversation, now: datetime, has_begun: bool) -> bool:
    if notice.is_recalled or conversation.stopped_at:
        return True
    return not has_begun and _morning(notice, now) is not None


def _morning(notice: Notice, now: datetime) -> datetime | None:
    """Until when it must wait where people sleep; None by day, and for what is of no use in the morning."""
    awake = calendars.waking(now, notice.zone)
    return awake if not notice.is_urgent and now < awake < notice.useful_until - SOON else None


def _wait(notice: Notice, conversation: Conversation, now: datetime) -> datetime | None:
    """Until when it must wait: for the morning, or for a pause in what the person is saying."""
    if morning := _morning(notice, now):
        return morning
    paused = conversation.last_incoming_at + LULL
    has_time = paused < notice.useful_until
    return paused if timedelta(0) < paused - now <= LULL and has_time else None


def _enter_not_told(notice: Notice, why: str, now: datetime) -> None:
    notice.state, notice.why_not, notice.told_at = State.NOT_TOLD, why, now
