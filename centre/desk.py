"""What waits for staff: messages the bot could not answer or read, and replies that did not arrive.

Every question here asks for a `Scope` first: a row outside it is not found (`NotHere`), so that nobody at the desk can
learn of a conversation that is not theirs. It asks for a `CaseScope` too: whoever may not know of a case finds nothing of
the conversation it is told in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, not_, select
from sqlalchemy.orm import Session

from centre import inbox, outbox
from centre.areas import Village
from centre.case_scopes import CaseScope, hides
from centre.conversations import Conversation
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from centre.staff import Scope

PAGE = 50


class NotHere(LookupError):
    """No such row, or not one of this staff member's."""


class NotSetAside(Exception):
    """Only a message that was set aside can be answered again; somebody was faster."""


@dataclass(frozen=True)
class WaitingMessage:
    """Something that came in and that a person must look at."""

    event: InboxEvent
    conversation: Conversation | None
    village: Village | None

    @property
    def is_set_aside(self) -> bool:
        return self.event.state == inbox.State.SET_ASIDE


@dataclass(frozen=True)
class LostReply:
    """Something we said that could not be delivered."""

    row: OutboxMessage
    conversation: Conversation
    village: Village | None


def messages(
    session: Session, scope: Scope, cases: CaseScope, after: int = 0, limit: int | None = None
) -> list[WaitingMessage]:
    """What came in and waits for a person, the longest waiting first, a page of it after row `after`."""
    query = _messages(scope, cases)
    page = query.with_only_columns(InboxEvent.id).where(_WAITS, InboxEvent.id > after)
    page = page.order_by(InboxEvent.id).limit(limit or PAGE)  # an index answers this
    rows = session.execute(query.where(InboxEvent.id.in_(page)).order_by(InboxEvent.id))
    return [WaitingMessage(*row) for row in rows]


def message(
    session: Session, scope: Scope, cases: CaseScope, event_id: int, *, to_change: bool = False
) -> WaitingMessage:
    """One message that waits, locked if it is `to_change`. Raises `NotHere`."""
    query = _messages(scope, cases).where(_WAITS, InboxEvent.id == event_id)
    row = session.execute(query.with_for_update(of=InboxEvent) if to_change else query).first()
    if row is None:
        raise NotHere(f"event {event_id}")
    return WaitingMessage(*row)


def answer_again(session: Session, scope: Scope, cases: CaseScope, event_id: int) -> None:
    """Let the bot try once more with a message that was set aside. Raises `NotHere` or `NotSetAside`."""
    waiting = message(session, scope, cases, event_id, to_change=True)
    if not waiting.is_set_aside:
        raise NotSetAside(f"event {event_id}")
    inbox.replay(session, waiting.event)


def message_handled(
    session: Session, scope: Scope, cases: CaseScope, event_id: int, staff_id: str, now: datetime
) -> None:
    """A staff member has dealt with it. Raises `NotHere`."""
    inbox.mark_seen(message(session, scope, cases, event_id, to_change=True).event, staff_id, now)
    session.flush()


def replies(session: Session, scope: Scope, cases: CaseScope, after: int = 0) -> list[LostReply]:
    """What could not be delivered and nobody has looked at yet, oldest first, a page of it after row `after`."""
    rows = session.execute(
        _replies(scope, cases).where(_LOST, OutboxMessage.id > after).order_by(OutboxMessage.id).limit(PAGE)
    )
    return [LostReply(*row) for row in rows]


def reply(session: Session, scope: Scope, cases: CaseScope, row_id: int, *, to_change: bool = False) -> LostReply:
    """One reply that could not be delivered, locked if it is `to_change`. Raises `NotHere`."""
    query = _replies(scope, cases).where(_LOST, OutboxMessage.id == row_id)
    row = session.execute(query.with_for_update(of=OutboxMessage) if to_change else query).first()
    if row is None:
        raise NotHere(f"reply {row_id}")
    return LostReply(*row)


def reply_handled(session: Session, scope: Scope, cases: CaseScope, row_id: int, staff_id: str, now: datetime) -> None:
    """A staff member has dealt with it. Raises `NotHere`."""
    row = reply(session, scope, cases, row_id, to_change=True).row
    row.seen_by, row.seen_at = staff_id, now
    session.flush()


def counts(session: Session, scope: Scope, cases: CaseScope) -> tuple[int, int]:
    """How many messages and how many lost replies wait."""
    return _count(session, _messages(scope, cases).where(_WAITS)), _count(session, _replies(scope, cases).where(_LOST))


_WAITS: ColumnElement[bool] = inbox.is_for_staff()
_LOST: ColumnElement[bool] = OutboxMessage.id.in_(select(OutboxMessage.id).where(outbox.is_lost()).correlate(None))
"""By number: of the few that are lost SQLite would otherwise look in each conversation."""


def _messages(scope: Scope, cases: CaseScope) -> Select[InboxEvent, Conversation, Village]:
    # The same number either way: whoever may see any village needs no conversation read to learn it.
    number = InboxEvent.conversation_id if scope.unplaced else Conversation.id
    return (
        select(InboxEvent, Conversation, Village)
        .join(Conversation, Conversation.id == InboxEvent.conversation_id, isouter=True)
        .join(Village, Village.id == Conversation.village_id, isouter=True)
        .where(scope.covers(Village.code), *_in_villages(scope), not_(hides(number, cases)))
    )


def _replies(scope: Scope, cases: CaseScope) -> Select[OutboxMessage, Conversation, Village]:
    return (
        select(OutboxMessage, Conversation, Village)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .join(Village, Village.id == Conversation.village_id, isouter=True)
        .where(scope.covers(Village.code), *_in_villages(scope), not_(hides(Conversation.id, cases)))
    )


def _in_villages(scope: Scope) -> list[ColumnElement[bool]]:
    """The same once more by the villages' numbers, which is found out before cases are looked for; nothing where the scope
    reaches what has no village."""
    own = select(Village.id).where(scope.covers(Village.code))
    return [] if scope.unplaced else [Conversation.village_id.in_(own)]


def _count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(query.with_only_columns(1).subquery())) or 0
