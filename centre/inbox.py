"""What came in, kept before anything else is done with it.

`receive` stores each message under a unique key, so a platform may deliver it as often as it likes. A worker claims the
oldest open message of a conversation that nobody else holds, answers it, and marks it done in the same transaction. What
cannot be answered five times is set aside for staff and the conversation moves on. Delivery statuses lie here too, outside
any conversation, until the worker has entered them (`centre.outbox.follow`).
"""

from __future__ import annotations

import enum
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import conversations, incidents, joining, set_clocks
from centre.conversations import Conversation, Sender
from centre.db import Base, BigId, UtcDateTime, changed, connection_of, vault_of
from centre.incidents import Sign
from centre.messages import Incoming
from centre.sealing import sealed

STRIKES = 5
"""Failed answers after which a message is set aside."""
LONGEST_PAUSE = timedelta(seconds=60)
"""No lane waits longer for the next try."""
PAYLOAD_KEPT = timedelta(hours=72)
STATUS_PAGE = 100
STORED = "stored_events"
"""Where a session says the numbers of what it stored."""
KEY_KEPT = timedelta(days=30)
"""Longer than any platform repeats itself (WhatsApp: 7 days)."""


class State(enum.StrEnum):
    OPEN = "open"
    DONE = "done"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Status:
    """What a platform says became of something we sent."""

    state: str
    """sent, delivered, read or failed."""
    provider_id: str
    ours: str = ""
    """Our own mark that came back with it, where the platform carries one."""
    error: str = ""
    """For `failed`: the platform's code."""
    again: bool = False
    """For `failed`: the platform's rules say that another try may help."""


@dataclass(frozen=True)
class Received:
    """One event out of a webhook: a message of `sender`, a status, or word that the sender blocked or unblocked us."""

    channel: str
    key: str
    """What the platform calls this event: the same on every repetition."""
    sender: Sender | None = None
    message: Incoming | None = None
    status: Status | None = None
    blocked: bool | None = None
    media: str = ""
    """The platform's own name for a picture or voice note, so that staff can fetch it."""
    earlier: tuple[str, ...] = ()
    """Other names under which this very event may have come in a moment ago, where a platform gives events none of their own
    and the name is made of what was said and when."""
    receipt: dict[str, str] | None = None
    """What the platform wants to hear back at once (Telegram: that a tap was seen); best effort, never stored."""
    sign: Sign | None = None
    """What the platform tells of ourselves, not of anybody: for the list of troubles, and no event of its own."""
    said_at: datetime | None = None
    """When it happened, as far as the platform signs that; never stored."""


class InboxEvent(Base):
    """One thing that came in, sealed; the key alone outlives it."""

    __tablename__ = "inbox_events"
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        Index(
            "ix_inbox_events_open", "id", postgresql_where=text("state = 'open'"), sqlite_where=text("state = 'open'")
        ),
        Index(
            "ix_inbox_events_lane",
            "conversation_id",
            "id",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_inbox_events_conversation", "conversation_id", "id"),
        Index(
            "ix_inbox_events_for_staff", "id", postgresql_where=text("for_staff"), sqlite_where=text("for_staff = 1")
        ),
        {"sqlite_autoincrement": True},  # a number is never given twice, not even after erasure
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(32))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(10))
    """message, status or block."""
    sealed_payload: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("inbox_events|payload|{channel}|{key}", conversation="conversation_id")
    )
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(String(100))
    """Which rule or error stopped it: a name, never the person's words."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    for_staff: Mapped[bool] = mapped_column(default=False)
    """Staff must look at it: set aside, or a kind of message the bot cannot read."""
    seen_by: Mapped[str | None] = mapped_column(String(36))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# Written out as in the partial indexes: neither database would use them for a value handed in.
_IS_OPEN = InboxEvent.state == bindparam(None, State.OPEN.value, literal_execute=True)

_WAITING = select(InboxEvent.id).where(_IS_OPEN, InboxEvent.conversation_id.is_not(None)).limit(1)

_FREE = (
    select(Conversation)
    .join(InboxEvent, InboxEvent.conversation_id == Conversation.id)
    .where(_IS_OPEN)
    .where(
        or_(
            Conversation.paused_until.is_(None),
            Conversation.paused_until <= bindparam("now"),
            Conversation.paused_until > bindparam("too_far"),  # written before a clock was set back
        )
    )
    .order_by(InboxEvent.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=Conversation, key_share=True)
)
_OLDEST = (
    select(InboxEvent)
    .where(
        InboxEvent.id.in_(
            select(func.min(InboxEvent.id))
            .where(InboxEvent.conversation_id.in_(bindparam("held", expanding=True)), _IS_OPEN)
            .group_by(InboxEvent.conversation_id)
        )
    )
    .order_by(InboxEvent.id)
)
"""Asked for each handful of messages, so they are put together once."""

_EVENTS = cast(Table, InboxEvent.__table__)


def _new_only(insert: Any) -> Any:
    return insert.on_conflict_do_nothing(index_elements=["channel", "key"]).returning(_EVENTS.c.id)


# Run for each message that comes in, so put together once.
_INSERTS = {"sqlite": sqlite_insert, "postgresql": postgres_insert}
_STORE = {name: _new_only(insert(_EVENTS)) for name, insert in _INSERTS.items()}


def receive(session: Session, events: Sequence[Received], now: datetime) -> int:
    """Store what is new among `events`; gives how many were. Repetitions are passed over; signs go to the list of troubles.

    What is older than the keys by which messages are known is passed over too: no platform brings it so late, but somebody
    who recorded it could, and it would be stored anew.
    """
    if found := [event.sign for event in events if event.sign]:
        incidents.note(session, found, now)
    return sum(_store(session, event, now) for event in events if event.sign is None and not _is_stale(event, now))


def claim(session: Session, now: datetime) -> tuple[Conversation, InboxEvent] | None:
    """Take hold of the conversation that has waited longest, and read its oldest open message under that hold.

    The hold lasts until the transaction ends. None when nothing waits that is not already held. Others can still write what
    only points to the conversation (a message that comes in, a notice of a freed seat); else who answers here and waits for
    a slot, and who holds that slot and has something to tell here, would wait for each other.
    """
    return next(iter(claim_several(session, now, 1)), None)


def claim_several(session: Session, now: datetime, most: int) -> list[tuple[Conversation, InboxEvent]]:
    """The same for several conversations, oldest message first: at most `most`, and none that somebody else holds."""
    moments = {"now": now, "too_far": set_clocks.too_far(now, LONGEST_PAUSE)}
    held = {conversation.id: conversation for conversation in session.scalars(_FREE, {"most": most} | moments)}
    vault_of(session).hold("conversation", list(held))
    events = session.scalars(_OLDEST, {"held": list(held)}) if held else ()
    return [(held[event.conversation_id], event) for event in events if event.conversation_id]


def claim_one(session: Session, conversation_id: int) -> tuple[Conversation, InboxEvent] | None:
    """The same for one conversation, waiting for its hold: the terminal answers its own lane."""
    conversation = session.get(Conversation, conversation_id, with_for_update={"key_share": True})
    event = _oldest_open(session, conversation_id)
    return (conversation, event) if conversation and event else None


def opened(session: Session, event: InboxEvent) -> dict[str, Any]:
    """What the event carries. Raises `centre.privacy.CannotOpen`, or `Erased` when its time was over."""
    if event.sealed_payload is None:
        raise Erased(f"event {event.id}")
    payload: dict[str, Any] = json.loads(vault_of(session).open(event.sealed_payload, _place(event.channel, event.key)))
    return payload


class Erased(Exception):
    """The words of this event are gone, as promised."""


def words_of(session: Session, event_id: int) -> str:
    """The words of a message by its number; empty when they are gone."""
    event = session.get(InboxEvent, event_id) if event_id else None
    if event is None or event.sealed_payload is None:
        return ""
    return str(opened(session, event).get("message", {}).get("text", ""))


def message_of(payload: dict[str, Any]) -> Incoming:
    """The message in an opened payload."""
    return Incoming.from_json(payload["message"])


def finish(event: InboxEvent, now: datetime) -> None:
    """Answered. Its words are kept for a while for the sake of repetition and repair, then erased."""
    event.state = State.DONE
    event.handled_at = now


def erase(event: InboxEvent) -> None:
    """Its words go, its key stays: the person asked to be forgotten with this very message."""
    event.sealed_payload, event.conversation_id, event.for_staff = None, None, False


def erase_words_of(event: InboxEvent) -> None:
    """Its words go at once, and nobody is to look at them: they were not for the channel they came by."""
    event.sealed_payload, event.for_staff = None, False


def keep_for_staff(event: InboxEvent, why: str) -> None:
    """The bot cannot read this; a person must."""
    event.for_staff = True
    event.problem = why


def count_try(session: Session, event: InboxEvent, now: datetime) -> bool:
    """Count a try before it is made, in a transaction of its own; True when there were too many and it is set aside."""
    event.attempts += 1
    if event.attempts > STRIKES:
        _set_aside(event, "process_ended", now)
    session.flush()
    return event.state == State.SET_ASIDE


def uncount_try(session: Session, event_id: int) -> None:
    """What stopped that try was not the message: it may be taken again at once."""
    event = session.get_one(InboxEvent, event_id)
    event.attempts = max(0, event.attempts - 1)
    if event.conversation_id:
        session.get_one(Conversation, event.conversation_id).paused_until = None
    session.flush()


def strike(session: Session, event_id: int, problem: str, now: datetime, *, counted: bool = False) -> bool:
    """Note one failed try, in a transaction of its own; True when it was the last and the message is set aside.

    Until then the lane waits, longer each time (1, 2, 4, 8 seconds). `counted`: the try was counted beforehand.
    """
    event = session.get_one(InboxEvent, event_id, with_for_update=True)
    if event.state != State.OPEN:
        return False
    event.attempts += 0 if counted else 1
    event.problem = problem[:100]
    if event.attempts >= STRIKES:
        _set_aside(event, problem, now)
    if event.conversation_id:
        pause = None if event.state == State.SET_ASIDE else now + timedelta(seconds=2 ** (event.attempts - 1))
        session.get_one(Conversation, event.conversation_id).paused_until = pause
    session.flush()
    return event.state == State.SET_ASIDE


def anything_open(session: Session, before: datetime | None = None) -> bool:
    """A look without a lock: does any message wait (that came in before then)?"""
    waiting = _WAITING.where(InboxEvent.received_at < before) if before else _WAITING
    return connection_of(session).execute(waiting).first() is not None


def waiting_since(session: Session, conversation_id: int) -> datetime | None:
    """Since when the oldest message of this conversation has waited for its answer; None when none waits."""
    waiting = select(func.min(InboxEvent.received_at)).where(InboxEvent.conversation_id == conversation_id, _IS_OPEN)
    return session.execute(waiting).scalar_one()


def heard(session: Session, conversation_id: int, limit: int, after: int = 0) -> list[InboxEvent]:
    """The newest messages of a conversation since event `after` whose words are still kept, at most `limit` of them, oldest
    first."""
    rows = session.scalars(
        select(InboxEvent)
        .where(InboxEvent.conversation_id == conversation_id, InboxEvent.id > after, InboxEvent.kind == "message")
        .where(InboxEvent.sealed_payload.is_not(None))
        .order_by(InboxEvent.id.desc())
        .limit(limit)
    )
    return list(rows)[::-1]


def newest(session: Session, conversation_id: int) -> int | None:
    """The number of the newest thing that came in here."""
    last = select(func.max(InboxEvent.id)).where(InboxEvent.conversation_id == conversation_id)
    return session.execute(last).scalar_one()


def any_status_open(session: Session) -> bool:
    """The same for delivery statuses."""
    waiting = select(InboxEvent.id).where(_IS_OPEN, InboxEvent.kind == "status")
    return session.execute(waiting.limit(1)).first() is not None


def statuses(session: Session, after: int = 0) -> list[InboxEvent]:
    """A page of open delivery statuses after event `after`, oldest first, held until the transaction ends."""
    rows = session.scalars(
        select(InboxEvent)
        .where(_IS_OPEN, InboxEvent.kind == "status", InboxEvent.id > after)
        .order_by(InboxEvent.id)
        .limit(STATUS_PAGE)
        .with_for_update(skip_locked=True)
    )
    return list(rows)


def replay(session: Session, event: InboxEvent) -> None:
    """Staff ask for a message that was set aside to be answered again."""
    event.state, event.attempts, event.for_staff, event.handled_at = State.OPEN, 0, False, None
    session.flush()


def mark_seen(event: InboxEvent, staff_id: str, now: datetime) -> None:
    """A staff member has dealt with it."""
    event.for_staff, event.seen_by, event.seen_at = False, staff_id, now


def backlog(session: Session) -> tuple[int, datetime | None]:
    """How many messages wait, and since when."""
    count, oldest = session.execute(select(func.count(), func.min(InboxEvent.received_at)).where(_IS_OPEN)).one()
    return count, oldest


def waiting_for_staff(session: Session) -> int:
    """How many messages staff must look at."""
    return session.execute(select(func.count()).select_from(InboxEvent).where(is_for_staff())).scalar_one()


def is_for_staff() -> ColumnElement[bool]:
    """What staff must look at, written as in its index."""
    return cast(ColumnElement[bool], InboxEvent.for_staff)


def forget_old(session: Session, now: datetime, kept: timedelta = PAYLOAD_KEPT) -> int:
    """Erase words 72 hours after they were answered, unless staff still must look; gives how many."""
    words = session.execute(
        update(InboxEvent)
        .where(InboxEvent.handled_at < now - kept, InboxEvent.for_staff.is_(False))
        .where(InboxEvent.sealed_payload.is_not(None))
        .values(sealed_payload=None)
        .execution_options(synchronize_session=False)
    )
    return changed(words)


def forget_marks(session: Session, now: datetime, kept: timedelta = KEY_KEPT) -> int:
    """After 30 days nobody brings the same message again; gives how many marks went."""
    old = delete(InboxEvent).where(InboxEvent.handled_at < now - kept, InboxEvent.for_staff.is_(False))
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def erase_words(session: Session, conversation_id: int, *, waiting_too: bool = False) -> None:
    """The person asked to be forgotten: every payload of the conversation goes at once, whoever was to look at it.

    What came in after they asked still waits, and is answered as if from somebody new; `waiting_too`: that goes as well.
    """
    if waiting_too:
        session.execute(
            update(InboxEvent)
            .where(InboxEvent.conversation_id == conversation_id, _IS_OPEN)
            .values(state=State.DONE, handled_at=InboxEvent.received_at)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(InboxEvent)
        .where(InboxEvent.conversation_id == conversation_id, InboxEvent.state != State.OPEN)
        .values(sealed_payload=None, for_staff=False, conversation_id=None)
        .execution_options(synchronize_session=False)
    )


def erase_answered(session: Session, conversation_id: int) -> None:
    """Somebody wants nothing kept: the words that are answered go, except what staff have still to look at."""
    session.execute(
        update(InboxEvent)
        .where(InboxEvent.conversation_id == conversation_id, InboxEvent.state != State.OPEN)
        .where(InboxEvent.for_staff.is_(False))
        .values(sealed_payload=None)
        .execution_options(synchronize_session=False)
    )


def _is_stale(event: Received, now: datetime) -> bool:
    return event.said_at is not None and event.said_at <= now - KEY_KEPT


def _store(session: Session, event: Received, now: datetime) -> int:
    vault = vault_of(session)
    name = f"{event.channel}:event"
    key = vault.lookup(name, event.key)
    if any(_is_known(session, event.channel, vault.lookup(name, earlier)) for earlier in event.earlier):
        return 0
    conversation_id = conversations.known_with_key(session, event.sender) if event.sender else None
    if event.sender and conversation_id is None:
        if _is_known(session, event.channel, key):
            return 0  # nor must a late repetition bring somebody back who asked to be forgotten
        conversation_id = conversations.of_sender(session, event.sender, now, joining.take_over)
    payload = json.dumps(_payload(event), ensure_ascii=False)
    row: dict[str, Any] = {
        "channel": event.channel,
        "key": key,
        "conversation_id": conversation_id,
        "kind": "message" if event.message else "status" if event.status else "block",
        "sealed_payload": vault.of("conversation", conversation_id).seal(payload, _place(event.channel, key)),
        "state": State.OPEN,
        "attempts": 0,
        "for_staff": False,
        "received_at": now,
    }
    connection = connection_of(session)
    stored = connection.execute(_STORE[connection.dialect.name], row).first()
    if stored is None:
        return 0
    session.info.setdefault(STORED, []).append(stored.id)
    return 1


def _is_known(session: Session, channel: str, key: str) -> bool:
    again = select(InboxEvent.id).where(InboxEvent.channel == channel, InboxEvent.key == key)
    return session.execute(again).first() is not None


def _payload(event: Received) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    if event.message:
        payload["message"] = event.message.to_json()
    if event.status:
        payload["status"] = event.status.__dict__
    if event.blocked is not None:
        payload["blocked"] = event.blocked
    if event.media:
        payload["media"] = event.media
    return payload


def _oldest_open(session: Session, conversation_id: int) -> InboxEvent | None:
    return session.scalars(
        select(InboxEvent)
        .where(InboxEvent.conversation_id == conversation_id, _IS_OPEN)
        .order_by(InboxEvent.id)
        .limit(1)
    ).first()


def _set_aside(event: InboxEvent, problem: str, now: datetime) -> None:
    event.state, event.handled_at, event.for_staff, event.problem = State.SET_ASIDE, now, True, problem[:100]


def _place(channel: str, key: str) -> str:
    return f"inbox_events|payload|{channel}|{key}"
