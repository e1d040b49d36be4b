"""What goes out: one row per call to a channel, queued in the transaction that decided it, sent in another.

Only the oldest open row of a conversation may go, so nobody reads our words out of order; what answers danger alone passes
one of which nobody knows (docs/decisions/0040). A row is claimed with a lease,
the call is made with no transaction open, and its outcome is recorded as one of five kinds (`Outcome`). What a platform
says later about a message (delivered, read) only moves forward. What is to leave no traces is marked here
(`take_down`) and deleted from the telephone by `centre.take_downs`.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Literal, cast

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, aliased, mapped_column

from centre import contact_points, conversations, gateways, inbox, notices, set_clocks, sms_parts
from centre.contact_points import Pace
from centre.conversations import Conversation, Sender
from centre.db import Base, BigId, UtcDateTime, changed, connection_of, vault_of
from centre.inbox import InboxEvent, Status
from centre.messages import LIMITS, Outgoing, Part, fit
from centre.privacy import CannotOpen
from centre.sealing import sealed

LEASE = timedelta(seconds=40)
"""A call is given up after thirty seconds; the other ten are for entering what became of it."""
USEFUL = timedelta(hours=24)
"""After this an answer is dropped, not sent late."""
BACKOFF = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800)]
LAST_TRY = timedelta(seconds=10)
"""So long before it is of no use any more a message is tried for the last time."""
UNSURE_WAIT = timedelta(seconds=60)
"""How long to wait for word that an unanswered call arrived, before the one repetition. Where its worker died the minute
counts from the call, so that nobody waits for their answer longer than that (targets: "≤ 60 s for in-flight send")."""
LEFT = timedelta(hours=1)
"""So long after its use a message is still left to whoever sends; then nobody does (its channel was taken out of the
settings, or its telephone fetches no more)."""
LATE_WORD = timedelta(seconds=15)
"""But so long at least after a lease was found to be over: a worker that lives, and could not reach the database, still holds
what became of its calls and enters it first (`webhooks.delivery.RECORD_PAUSES` are shorter)."""
STALLED = timedelta(seconds=5)
"""A call that is under way for longer does not hold up what answers danger."""
WORDS_KEPT = timedelta(days=90)


class State(enum.StrEnum):
    OPEN = "open"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    DROPPED = "dropped"


UNDER_WAY = (State.OPEN, State.SENDING)
LOST = (State.FAILED, State.EXPIRED)
"""What staff must hear of: it will not arrive any more."""
LONGEST_NUMBER = 18
"""Digits of a row number."""
FORWARD = {None: 0, "sent": 1, "delivered": 2, "read": 3}


@dataclass(frozen=True)
class Outcome:
    """What became of one call to a channel.

    sent: the platform took it. throttled: it asks us to wait (no try is spent). temporary: another try may help.
    permanent: it never will. ambiguous: we cannot know whether it arrived.
    """

    kind: Literal["sent", "throttled", "temporary", "permanent", "ambiguous"]
    provider_id: str = ""
    wait: timedelta = timedelta(0)
    error: str = ""
    blocked: bool = False
    """permanent: because the person does not want us any more."""
    whole_channel: bool = False
    """throttled: the channel as a whole, not this one person."""
    moved_to: tuple[str, str] | None = None
    """temporary: the address is another one now, as (kind, value)."""


@dataclass(frozen=True)
class Delivery:
    """One call to make: all that a channel needs, with no database behind it."""

    id: int
    sender: Sender
    part: Part


class OutboxMessage(Base):
    """One part of what we say, on its way."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "cause", "part"),
        Index(
            "ix_outbox_messages_open",
            "channel",
            "is_news",
            "id",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index(
            "ix_outbox_messages_under_way",
            "conversation_id",
            "id",
            postgresql_where=text("state IN ('open', 'sending')"),
            sqlite_where=text("state IN ('open', 'sending')"),
        ),
        Index(
            "ix_outbox_messages_leased",
            "lease_until",
            postgresql_where=text("lease_until IS NOT NULL"),
            sqlite_where=text("lease_until IS NOT NULL"),
        ),
        Index(
            "ix_outbox_messages_lost",
            "id",
            postgresql_where=text("state IN ('failed', 'expired') AND seen_at IS NULL"),
            sqlite_where=text("state IN ('failed', 'expired') AND seen_at IS NULL"),
        ),
        Index("ix_outbox_messages_lane", "conversation_id", "id"),
        Index("ix_outbox_messages_sent", "conversation_id", "sent_at"),
        Index(
            "ix_outbox_messages_sms",
            "sent_at",
            postgresql_where=text("sms_parts > 0"),
            sqlite_where=text("sms_parts > 0"),
        ),
        Index(
            "ix_outbox_messages_to_take_down",
            "channel",
            "take_down_at",
            postgresql_where=text("take_down_at IS NOT NULL AND sealed_provider_id IS NOT NULL"),
            sqlite_where=text("take_down_at IS NOT NULL AND sealed_provider_id IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},  # a number is never given twice, not even after erasure
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(20))
    cause: Mapped[str] = mapped_column(String(60))
    """What made us say it ("event:17"): saying it twice for the same cause is impossible."""
    part: Mapped[int]
    is_news: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """An announcement: whatever else is to be said, to anybody, goes before it."""
    is_urgent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """It answers danger: in its conversation it does not wait for what became of another call."""
    sms_parts: Mapped[int | None]
    """How many short messages it costs; None on every other channel."""
    sealed_part: Mapped[bytes | None] = mapped_column(
        LargeBinary,
        info=sealed("outbox_messages|part|{conversation_id}|{cause}|{part}", conversation="conversation_id"),
    )
    """The words; None once they were taken down."""
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    """How often a call ended without our knowing whether it arrived."""
    error: Mapped[str | None] = mapped_column(String(60))
    provider_key: Mapped[str | None] = mapped_column(String(32), index=True)
    sealed_provider_id: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("outbox_messages|provider_id|{id}", conversation="conversation_id")
    )
    """The platform's own name for it, for as long as it could be deleted by that name."""
    take_down_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To be deleted from the telephone, then or as soon as it has arrived there; None when nothing more is to be done."""
    take_down_tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    taken_down_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivery: Mapped[str | None] = mapped_column(String(10))
    """What the platform last said: sent, delivered, read."""
    seen_by: Mapped[str | None] = mapped_column(String(36))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def _literally(column: InstrumentedAttribute[str], states: State | tuple[State, ...]) -> ColumnElement[bool]:
    """The condition with its words written out, as in the partial indexes: neither database would use them otherwise."""
    if isinstance(states, State):
        return column == bindparam(None, states.value, literal_execute=True)
    return column.in_(bindparam(None, [state.value for state in states], expanding=True, literal_execute=True))


_DUE = (
    select(OutboxMessage.id)
    .where(OutboxMessage.channel == bindparam("channel"), _literally(OutboxMessage.state, State.OPEN))
    .where(OutboxMessage.next_at <= bindparam("now"), ~contact_points.is_resting())
    .limit(1)
)
"""Asked many times a second, so it is put together once."""
_BRING_FORWARD = (
    update(cast(Table, OutboxMessage.__table__))
    .where(OutboxMessage.conversation_id == bindparam("in_conversation"), _literally(OutboxMessage.state, State.OPEN))
    .where(OutboxMessage.attempts > 1, OutboxMessage.unsure == 0, OutboxMessage.next_at > bindparam("as_of"))
    .values(next_at=bindparam("as_of"))
)
"""Run for each answer, so it is put together once, and beside the session, which keeps what it has to write until the
answers of all the conversations in hand are there: then each table is written to once."""


def queue(
    session: Session,
    conversation: Conversation,
    cause: str,
    replies: Sequence[Outgoing],
    now: datetime,
    useful_until: datetime | None = None,
    *,
    is_news: bool = False,
    is_urgent: bool = False,
) -> list[OutboxMessage]:
    """Put what we say on its way, cut to what the channel takes. The page of a pulled channel finds it at once.

    `useful_until`: dropped after this, if that is earlier than a day from now. `is_news`: an announcement, which waits for
    everything else. `is_urgent`: it answers danger, and waits for no call of which nobody knows.
    """
    limits = LIMITS[conversation.channel]
    parts = [part for outgoing in replies for part in fit(outgoing, limits)]
    rows = [_row(session, conversation, cause, number, part, now) for number, part in enumerate(parts)]
    for row in rows:
        row.expires_at = min(row.expires_at, useful_until or row.expires_at)
        row.is_news, row.is_urgent = is_news, is_urgent
    if limits.pulled:
        for row in rows:
            row.state, row.sent_at, row.delivery = State.SENT, now, "sent"
    elif not is_news:
        _bring_forward(session, conversation, now)
    session.add_all(rows)
    return rows


def _bring_forward(session: Session, conversation: Conversation, now: datetime) -> None:
    """What could not be sent and waits for a late try goes now: what we say next, a danger card too, would stand behind it.

    Whoever writes can be reached again, as a rule. A first pause of seconds stays, and a call that may have arrived is not
    repeated sooner.
    """
    connection_of(session).execute(_BRING_FORWARD, {"in_conversation": conversation.id, "as_of": now})


def take_back(session: Session, causes: Sequence[str]) -> None:
    """What these causes made us say is not said any more, as far as it has not gone out yet."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.cause.in_(causes), _literally(OutboxMessage.state, State.OPEN))
        .values(state=State.DROPPED)
        .execution_options(synchronize_session="fetch")
    )


def not_gone_out(session: Session, conversation_id: int | None, causes: Sequence[str]) -> set[str]:
    """Those of these causes of which no part has gone out in the conversation, and none is on its way this very moment."""
    rows = session.execute(
        select(OutboxMessage.cause, OutboxMessage.state).where(
            OutboxMessage.conversation_id == conversation_id, OutboxMessage.cause.in_(causes)
        )
    ).all()
    gone = {cause for cause, state in rows if state != State.OPEN}
    return {cause for cause, _ in rows} - gone


def anything_due(session: Session, channel: str, now: datetime) -> bool:
    """May anything go out? A look without a lock, so that an idle worker, or one whose channel rests, holds up nobody."""
    asked = {"channel": channel, **contact_points.resting_at(now)}
    return connection_of(session).execute(_DUE, asked).first() is not None


def claim(session: Session, channel: str, pace: Pace, now: datetime, limit: int = 20, news: int = 20) -> list[Delivery]:
    """Take what may go out on `channel` now, at most `limit` and at most what the pace allows, under a lease.

    Of announcements at most `news`, after everything else, and never more than half of what the pace allows, so that an
    answer that is ready in a moment finds room.
    """
    point = contact_points.hold(session, channel)
    allowed = contact_points.allowance(point, pace, now)
    most = min(limit, allowed)
    if most == 0:
        return []
    deliveries = _take(session, _due(session, channel, pace, now, most, is_news=False), now)
    room_for_news = min(most - len(deliveries), news, (allowed + 1) // 2)
    if room_for_news > 0:
        deliveries += _take(session, _due(session, channel, pace, now, room_for_news, is_news=True), now)
    contact_points.spend(point, pace, len(deliveries), now)
    session.flush()
    return deliveries


def _take(session: Session, due: Sequence[tuple[OutboxMessage, Conversation]], now: datetime) -> list[Delivery]:
    """Of what is due, the calls to make, each under a lease; the rest is settled."""
    deliveries = []
    for row, conversation in due:
        if _is_taken_back(session, row, conversation, now):
            continue
        row.state = _refusal(row, conversation, now) or State.SENDING
        if row.state == State.SENDING and (delivery := _delivery(session, row, conversation, now)):
            deliveries.append(delivery)
            row.lease_until = now + LEASE
    session.flush()
    return deliveries


def record(session: Session, message_id: int, outcome: Outcome, now: datetime, jitter: float) -> None:
    """Enter what became of a call. `jitter` between 0.8 and 1.2 spreads repeated tries."""
    record_several(session, {message_id: outcome}, now, lambda: jitter)


def record_several(
    session: Session, outcomes: Mapping[int, Outcome], now: datetime, jitter: Callable[[], float]
) -> None:
    """Enter what became of several calls, by message id."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id.in_(outcomes))
        .order_by(OutboxMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in rows:
        _enter(session, row, outcomes[row.id], now, jitter())
    session.flush()


def _enter(session: Session, row: OutboxMessage, outcome: Outcome, now: datetime, jitter: float) -> None:
    if row.state not in (State.SENDING, *((State.OPEN, State.DROPPED) if outcome.kind == "sent" else ())):
        return  # a status was faster; what was sent counts even after its lease was over, or after it was dropped
    row.error = outcome.error[:60] or None
    row.lease_until = None
    if LIMITS[row.channel].is_exposed:
        gateways.note_outcome(session, row.channel, outcome.kind, outcome.error, now, blocked=outcome.blocked)
    match outcome.kind:
        case "sent":
            _mark_sent(session, row, outcome.provider_id, now)
        case "throttled":
            row.state, row.next_at = State.OPEN, now + outcome.wait
            if outcome.whole_channel:
                contact_points.rest(session, row.channel, now, outcome.wait)
        case "temporary":
            _move(session, row, outcome)
            _try_again(row, now, jitter)
        case "permanent":
            _give_up(session, row, outcome, now)
        case "ambiguous":
            _doubt(row, now + UNSURE_WAIT)
    _drop_if_taken_down(row)


def reap(session: Session, now: datetime) -> int:
    """Calls whose worker died in the middle: nobody knows whether they arrived. Gives how many."""
    rows = session.scalars(select(OutboxMessage).where(_lease_is_over(now)).with_for_update(skip_locked=True)).all()
    for row in rows:
        called_at = min(now, (row.lease_until or now) - LEASE)
        row.error, row.lease_until = "lease", None
        _doubt(row, max(called_at + UNSURE_WAIT, now + LATE_WORD))
        _drop_if_taken_down(row)
    session.flush()
    return len(rows)


def any_lease_over(session: Session, now: datetime) -> bool:
    """A look without a lock: is there a call whose worker died?"""
    return session.execute(select(OutboxMessage.id).where(_lease_is_over(now)).limit(1)).first() is not None


def any_ahead(session: Session, now: datetime) -> bool:
    """A look without a lock: is anything open that was queued at a time that has not come yet?"""
    return session.execute(select(OutboxMessage.id).where(_is_ahead(now)).limit(1)).first() is not None


def follow_clock(session: Session, now: datetime) -> int:
    """What was queued before a clock was set back must not wait until it has come so far again. Gives how many."""
    rows = session.scalars(select(OutboxMessage).where(_is_ahead(now)).with_for_update(skip_locked=True)).all()
    for row in rows:
        back = row.created_at - now
        row.created_at, row.next_at, row.expires_at = now, now, row.expires_at - back
    session.flush()
    return len(rows)


def expire_left(session: Session, now: datetime) -> int:
    """What nobody took while it was of use is past its time: staff hear of it, and it stands in no queue for ever. Gives how
    many."""
    left = update(OutboxMessage).where(
        _literally(OutboxMessage.state, State.OPEN), OutboxMessage.expires_at < now - LEFT
    )
    return changed(session.execute(left.values(state=State.EXPIRED).execution_options(synchronize_session=False)))


def follow(session: Session, event: InboxEvent, status: Status, now: datetime) -> bool:
    """Enter what a platform says about one of our messages; False when that message is not known (yet)."""
    row = _of_status(session, event.channel, status)
    if row is None:
        return False
    if status.state == "failed":
        _follow_failure(row, status, now)
    elif FORWARD.get(status.state, 0) > FORWARD.get(row.delivery, 0):
        row.delivery = status.state
        if row.state in UNDER_WAY:
            _mark_sent(session, row, status.provider_id, now)
    session.flush()
    return True


def part_of(session: Session, row: OutboxMessage) -> Part:
    """The words of a row, opened. Raises `centre.privacy.CannotOpen`."""
    if row.sealed_part is None:
        return Part("")
    return Part.from_json(json.loads(vault_of(session).open(row.sealed_part, _place(row))))


def provider_id_of(session: Session, row: OutboxMessage) -> str:
    """The platform's own name for what it took, opened. Raises `centre.privacy.CannotOpen`."""
    return vault_of(session).open(row.sealed_provider_id or b"", _provider_place(row))


def said(session: Session, conversation_id: int, after: int = 0, limit: int | None = None) -> list[OutboxMessage]:
    """What was said in a conversation since message `after`, oldest first; of more than `limit`, the newest."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.conversation_id == conversation_id, OutboxMessage.id > after)
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    return list(rows)[::-1]


def first_said(session: Session, conversation_id: int) -> int | None:
    """The number of the first thing said in a conversation that has not been erased."""
    first = select(func.min(OutboxMessage.id)).where(OutboxMessage.conversation_id == conversation_id)
    return session.execute(first).scalar_one()


def take_down(session: Session, conversation: Conversation, now: datetime) -> list[str]:
    """Leave no traces of what was said until now: call it before the answer to that wish is queued.

    Where the channel can take back, what is on the telephone is deleted (`centre.take_downs`); what has not gone out is
    dropped, our own copy of the words is erased, and no page shows what was said and heard. Gives the causes of which
    something will not arrive any more.
    """
    reach = LIMITS[conversation.channel].takes_back
    since = now - reach if reach else None
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.conversation_id == conversation.id)
        .order_by(OutboxMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    dropped = {row.cause for row in rows if row.state == State.OPEN}
    for row in rows:
        _take_down(row, since, now)
    conversation.shown_after = max([conversation.shown_after or 0, *(row.id for row in rows)])
    conversation.heard_after = inbox.newest(session, conversation.id) or conversation.heard_after
    session.flush()
    return sorted(dropped)


def take_down_naming(session: Session, conversation: Conversation, sign: str, now: datetime) -> bool:
    """What we said here that has `sign` in it leaves no traces, with everything said for the same cause; the rest stays.

    Gives whether there was anything."""
    reach = LIMITS[conversation.channel].takes_back
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.conversation_id == conversation.id, OutboxMessage.sealed_part.is_not(None))
        .order_by(OutboxMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    causes = {row.cause for row in rows if _names(session, row, sign)}
    for row in rows:
        if row.cause in causes:
            _take_down(row, now - reach if reach else None, now)
    session.flush()
    return bool(causes)


def _names(session: Session, row: OutboxMessage, sign: str) -> bool:
    try:
        return sign in part_of(session, row).text
    except CannotOpen:
        return False


def erase_words(session: Session, conversation_id: int) -> None:
    """The person asked to be forgotten: everything we said to them goes, what is not yet sent too.

    What has still to be deleted from their telephone stays until then, without its words.
    """
    session.execute(
        delete(OutboxMessage)
        .where(OutboxMessage.conversation_id == conversation_id, OutboxMessage.take_down_at.is_(None))
        .execution_options(synchronize_session=False)
    )


def erase_told(session: Session, causes: Sequence[str]) -> None:
    """What these entries of a case made us say is erased, wherever it was said; what is not yet sent goes too."""
    told = delete(OutboxMessage).where(OutboxMessage.cause.in_(causes), OutboxMessage.take_down_at.is_(None))
    session.execute(told.execution_options(synchronize_session=False))


def erase_said(session: Session, conversation_id: int) -> None:
    """What we said and have sent goes; what is on its way goes out."""
    said = delete(OutboxMessage).where(OutboxMessage.conversation_id == conversation_id)
    said = said.where(OutboxMessage.take_down_at.is_(None), OutboxMessage.state.not_in(UNDER_WAY))
    session.execute(said.execution_options(synchronize_session=False))


def forget_old(session: Session, now: datetime, kept: timedelta = WORDS_KEPT) -> int:
    """Remove what was said more than 90 days ago (`reference: retention defaults`)."""
    old = delete(OutboxMessage).where(OutboxMessage.created_at < now - kept, OutboxMessage.state.not_in(UNDER_WAY))
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def is_lost() -> ColumnElement[bool]:
    """What could not be delivered and nobody has looked at yet, written as in its index."""
    return _literally(OutboxMessage.state, LOST) & OutboxMessage.seen_at.is_(None)


def count_stuck(session: Session, since: datetime) -> int:
    """How many replies could have gone out since then and have not: announcements and what waits behind another apart."""
    before = aliased(OutboxMessage)
    is_behind = exists().where(
        before.conversation_id == OutboxMessage.conversation_id,
        before.id < OutboxMessage.id,
        _literally(before.state, UNDER_WAY),
    )
    stuck = select(func.count()).where(is_waiting(), OutboxMessage.is_news.is_(False), OutboxMessage.next_at < since)
    return session.execute(stuck.where(~is_behind)).scalar_one()


def is_waiting() -> ColumnElement[bool]:
    """What is still to go out, written as in its index."""
    return _literally(OutboxMessage.state, State.OPEN)


def count_lost(session: Session) -> int:
    """How many replies staff must hear of."""
    return session.execute(select(func.count()).select_from(OutboxMessage).where(is_lost())).scalar_one()


def was_said(session: Session, conversation_id: int, cause: str) -> bool:
    """Has this cause already made us say something?"""
    said_for_it = select(OutboxMessage.id).where(
        OutboxMessage.conversation_id == conversation_id, OutboxMessage.cause == cause
    )
    return session.execute(said_for_it.limit(1)).first() is not None


def sms_spent(session: Session, since: datetime) -> int:
    """How many parts of short messages have gone out since then."""
    spent = select(func.coalesce(func.sum(OutboxMessage.sms_parts), 0)).where(
        OutboxMessage.sms_parts > 0, OutboxMessage.sent_at >= since
    )
    return session.execute(spent).scalar_one() or 0


def backlog(session: Session) -> tuple[int, datetime | None]:
    """How many messages wait to go out, and since when."""
    count, oldest = session.execute(
        select(func.count(), func.min(OutboxMessage.created_at)).where(_literally(OutboxMessage.state, UNDER_WAY))
    ).one()
    return count, oldest


def _row(
    session: Session, conversation: Conversation, cause: str, number: int, part: Part, now: datetime
) -> OutboxMessage:
    row = OutboxMessage(
        conversation_id=conversation.id,
        channel=conversation.channel,
        cause=cause,
        part=number,
        state=State.OPEN,
        created_at=now,
        next_at=now,
        expires_at=now + USEFUL,
        sms_parts=sms_parts.count(part.text) if LIMITS[conversation.channel].in_sms else None,
    )
    row.sealed_part = (
        vault_of(session)
        .of("conversation", row.conversation_id)
        .seal(json.dumps(part.to_json(), ensure_ascii=False), _place(row))
    )
    return row


def _place(row: OutboxMessage) -> str:
    return f"outbox_messages|part|{row.conversation_id}|{row.cause}|{row.part}"


def _provider_place(row: OutboxMessage) -> str:
    return f"outbox_messages|provider_id|{row.id}"


def _lease_is_over(now: datetime) -> ColumnElement[bool]:
    return OutboxMessage.lease_until.is_not(None) & set_clocks.is_over(OutboxMessage.lease_until, now, LEASE)


def _is_ahead(now: datetime) -> ColumnElement[bool]:
    return _literally(OutboxMessage.state, State.OPEN) & set_clocks.is_ahead(
        OutboxMessage.created_at, now, timedelta(0)
    )


def _due(
    session: Session, channel: str, pace: Pace, now: datetime, most: int, *, is_news: bool
) -> list[tuple[OutboxMessage, Conversation]]:
    values = {"channel": channel, "now": now, "hangs_since": now + LEASE - STALLED, "most": most}
    values |= {"chat_since": now - pace.chat_span, "chat_until": now + set_clocks.DISAGREE, "per_chat": pace.per_chat}
    return [(row, conversation) for row, conversation in session.execute(_what_is_due(is_news), values)]


@cache
def _what_is_due(is_news: bool) -> Select[OutboxMessage, Conversation]:
    """The question of `_due`, put together once."""
    recent = aliased(OutboxMessage)
    said_lately = (
        select(func.count())
        .where(recent.conversation_id == OutboxMessage.conversation_id)
        .where(recent.sent_at > bindparam("chat_since"), recent.sent_at <= bindparam("chat_until"))
        .scalar_subquery()
    )
    return (
        select(OutboxMessage, Conversation)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .where(OutboxMessage.channel == bindparam("channel"), _literally(OutboxMessage.state, State.OPEN))
        .where(OutboxMessage.next_at <= bindparam("now"))
        .where(OutboxMessage.is_news.is_(is_news), ~_waits_for_another(is_news=is_news))
        .where(or_(said_lately < bindparam("per_chat"), OutboxMessage.expires_at < bindparam("now")))
        .order_by(OutboxMessage.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=OutboxMessage)
    )


def _waits_for_another(*, is_news: bool) -> ColumnElement[bool]:
    """Does something else of its conversation come first, or is it under way? An answer passes an announcement that waits;
    what answers danger passes a call of which nobody knows, and what stands behind that."""
    earlier, doubted = aliased(OutboxMessage), aliased(OutboxMessage)
    comes_first = (earlier.id < OutboxMessage.id) & _literally(earlier.state, UNDER_WAY)
    if not is_news:
        comes_first &= earlier.is_news.is_(False)
    is_held_by_doubt = exists().where(
        doubted.conversation_id == OutboxMessage.conversation_id,
        doubted.id != OutboxMessage.id,
        _is_in_doubt(doubted),
    )
    gives_way = _is_in_doubt(earlier) | (_literally(earlier.state, State.OPEN) & earlier.is_urgent.is_(False))
    return exists().where(
        earlier.conversation_id == OutboxMessage.conversation_id,
        earlier.id != OutboxMessage.id,
        _literally(earlier.state, UNDER_WAY),
        or_(comes_first, _literally(earlier.state, State.SENDING)),
        ~(OutboxMessage.is_urgent & gives_way & is_held_by_doubt),
    )


def _is_in_doubt(row: type[OutboxMessage]) -> ColumnElement[bool]:
    """Its call hangs, or ended without our knowing whether it arrived and waits for word of that."""
    hangs = (row.state == State.SENDING) & (row.lease_until <= bindparam("hangs_since"))
    waits = (row.state == State.OPEN) & (row.unsure > 0) & (row.next_at > bindparam("now"))
    return _literally(row.state, UNDER_WAY) & or_(hangs, waits)


def _is_taken_back(session: Session, row: OutboxMessage, conversation: Conversation, now: datetime) -> bool:
    """What we say first may have waited long behind others: is it still true, and is it still day?"""
    notice = notices.of_cause(session, row.cause)
    if notice is None or not notices.take_back(session, notice, conversation, now, has_begun=row.part > 0):
        return False
    if notice.state == notices.State.DUE:
        _unsay(session, row)
    else:
        row.state = State.DROPPED
    return True


def _unsay(session: Session, row: OutboxMessage) -> None:
    """It will be worded and queued anew."""
    session.execute(
        delete(OutboxMessage)
        .where(OutboxMessage.conversation_id == row.conversation_id, OutboxMessage.cause == row.cause)
        .execution_options(synchronize_session=False)
    )


def _refusal(row: OutboxMessage, conversation: Conversation, now: datetime) -> State | None:
    """Why this must not be sent any more, seen at the moment of sending."""
    if conversation.blocked_at:
        return State.DROPPED
    if row.expires_at < now:
        return State.EXPIRED
    return None


def _delivery(session: Session, row: OutboxMessage, conversation: Conversation, now: datetime) -> Delivery | None:
    """The call to make; None, and the row is given up, where its words cannot be opened or must not be said now."""
    try:
        sender, part = conversations.sender_of(session, conversation), part_of(session, row)
    except CannotOpen:  # damaged, or sealed with another key: it must not hold up the whole channel
        row.state, row.error = State.FAILED, "cannot_open"
        return None
    if not _is_window_closed(row, conversation, now):
        return Delivery(row.id, sender, part)
    if part.template is None:
        row.state, row.error = State.FAILED, "window_closed"
        return None
    return Delivery(row.id, sender, replace(part, style="template"))


def _is_window_closed(row: OutboxMessage, conversation: Conversation, now: datetime) -> bool:
    """Free words are not let through any more, only an approved template (WhatsApp, 24 hours)."""
    window = LIMITS[row.channel].window
    return window is not None and conversation.last_incoming_at < now - window


def _mark_sent(session: Session, row: OutboxMessage, provider_id: str, now: datetime) -> None:
    row.state, row.sent_at, row.lease_until = State.SENT, now, None
    row.delivery = row.delivery or "sent"
    if provider_id:
        row.provider_key = vault_of(session).lookup(f"{row.channel}:sent", provider_id)
    if provider_id and LIMITS[row.channel].takes_back:
        sealer = vault_of(session).of("conversation", row.conversation_id)
        row.sealed_provider_id = sealer.seal(provider_id, _provider_place(row))


def _take_down(row: OutboxMessage, since: datetime | None, now: datetime) -> None:
    """`since`: from then on it can be deleted from the telephone. A call under way may still put it there."""
    is_there = row.sealed_provider_id is not None and row.taken_down_at is None
    may_come = row.state == State.SENDING or (row.state == State.OPEN and row.unsure > 0)
    if since and (is_there or may_come) and since < (row.sent_at or now):
        row.take_down_at, row.take_down_tries = row.take_down_at or now, 0
    row.sealed_part = None
    _drop_if_taken_down(row)


def _drop_if_taken_down(row: OutboxMessage) -> None:
    """It must neither be tried again nor be read by staff as something to see to."""
    if row.sealed_part is None and row.state in (State.OPEN, State.FAILED):
        row.state, row.error = State.DROPPED, "taken_down"


def _move(session: Session, row: OutboxMessage, outcome: Outcome) -> None:
    if outcome.moved_to:
        conversation = session.get_one(Conversation, row.conversation_id)
        conversations.move_to(session, conversation, *outcome.moved_to)


def _try_again(row: OutboxMessage, now: datetime, jitter: float) -> None:
    """Later and later, and once more just before it is of no use any more: then it is too late, and staff see why."""
    wait = BACKOFF[min(row.attempts, len(BACKOFF) - 1)] * jitter
    last = row.expires_at - LAST_TRY
    row.attempts += 1
    row.state, row.next_at = State.OPEN, min(now + wait, last) if now < last else now + wait
    if row.next_at > row.expires_at:
        row.state = State.EXPIRED


def _give_up(session: Session, row: OutboxMessage, outcome: Outcome, now: datetime) -> None:
    row.state = State.FAILED
    if outcome.blocked:
        row.state = State.DROPPED
        conversations.block(session.get_one(Conversation, row.conversation_id), now)


def _doubt(row: OutboxMessage, again_at: datetime) -> None:
    """At most one repetition of a call that may have arrived; our words do no harm when read twice."""
    row.unsure += 1
    if row.unsure > 1:
        row.state = State.FAILED
        return
    row.state, row.next_at = State.OPEN, again_at


def _of_status(session: Session, channel: str, status: Status) -> OutboxMessage | None:
    key = vault_of(session).lookup(f"{channel}:sent", status.provider_id)
    if status.ours.isdecimal() and len(status.ours) <= LONGEST_NUMBER:
        row = session.get(OutboxMessage, int(status.ours), with_for_update=True)
        # Another tool may send from the same number with marks of its own: ours is a row not yet told otherwise.
        if row is not None and row.channel == channel and row.provider_key in (None, key):
            return row
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.channel == channel, OutboxMessage.provider_key == key)
        .with_for_update()
    ).first()


def _follow_failure(row: OutboxMessage, status: Status, now: datetime) -> None:
    """A failure told later. After it was delivered it is old news; a passing one is tried again."""
    row.error = status.error[:60]
    if FORWARD.get(row.delivery, 0) > FORWARD["sent"]:
        return
    if status.again and row.state == State.SENT:
        _try_again(row, now, 1.0)
        row.sent_at = None
    else:
        row.state, row.lease_until = State.FAILED, None  # or its lease, run out, would have it said once more
    _drop_if_taken_down(row)
