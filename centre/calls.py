"""The telephone list: what somebody had to hear about their place and could not be told, until staff have called.

As in `centre.desk`, every question asks for a `Scope` and a `CaseScope` first; what lies outside them is not found
(`NotHere`). The number itself is opened only for the one row whose page is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from centre import conversations, notices
from centre.areas import Village
from centre.booking_records import Booking
from centre.case_scopes import CaseScope, hides
from centre.conversations import Conversation
from centre.desk import PAGE, NotHere
from centre.notices import Notice
from centre.outbox import OutboxMessage
from centre.outbox import State as Sending
from centre.people import Person, PersonAddress
from centre.privacy import CannotOpen
from centre.slots import Slot
from centre.staff import Scope


@dataclass(frozen=True)
class Call:
    """Somebody who must be telephoned: about which place, and why our message did not reach them."""

    notice: Notice
    booking: Booking
    slot: Slot
    village: Village
    person: Person
    why_not: str
    """As in the notice, or the channel's own word (window_closed, template_missing …)."""


@dataclass(frozen=True)
class Number:
    """Where to call: the number that was told at the desk, or that of the WhatsApp the booking was made from."""

    digits: str
    is_whatsapp: bool
    relation: str = "self"
    """What the person is to whoever holds that telephone."""


def calls(
    session: Session, scope: Scope, cases: CaseScope, now: datetime, offset: int = 0, limit: int | None = None
) -> list[Call]:
    """Who must be called, the soonest slot first and those that are over last, a page of it."""
    order = (Slot.starts_at <= now, Slot.starts_at, Notice.id)
    rows = session.execute(_calls(scope, cases).order_by(*order).offset(offset).limit(limit or PAGE))
    return [Call(*row) for row in rows]


def call(session: Session, scope: Scope, cases: CaseScope, notice_id: int, *, to_change: bool = False) -> Call:
    """One of these, locked if it is `to_change`. Raises `NotHere`."""
    query = _calls(scope, cases).where(Notice.id == notice_id)
    row = session.execute(query.with_for_update(of=Notice) if to_change else query).first()
    if row is None:
        raise NotHere(f"notice {notice_id}")
    return Call(*row)


def count(session: Session, scope: Scope, cases: CaseScope) -> int:
    """How many must be called."""
    return session.scalar(select(func.count()).select_from(_calls(scope, cases).with_only_columns(1).subquery())) or 0


def made(session: Session, scope: Scope, cases: CaseScope, notice_id: int, staff_id: str, now: datetime) -> None:
    """Staff have told the person. Raises `NotHere`, also when somebody else was faster."""
    notices.mark_seen(call(session, scope, cases, notice_id, to_change=True).notice, staff_id, now)
    session.flush()


def number_of(session: Session, found: Call) -> Number | None:
    """Where to call this person; None when no number is known."""
    if phone := found.person.phone:
        return Number(phone, is_whatsapp=False)
    conversation = _conversation(session, found)
    digits = _whatsapp(session, conversation) if conversation else None
    if conversation is None or not digits:
        return None
    tied = session.get(PersonAddress, (found.person.id, conversation.id))
    return Number(f"+{digits}", is_whatsapp=True, relation=tied.relation if tied else "other")


def _conversation(session: Session, found: Call) -> Conversation | None:
    known = found.notice.conversation_id or found.booking.conversation_id
    return session.get(Conversation, known) if known else None


def _whatsapp(session: Session, conversation: Conversation) -> str | None:
    """A number a family gave to be answered on; nothing of who asked to be forgotten."""
    if conversation.channel != "whatsapp" or conversation.closing_at:
        return None
    try:
        phone = conversations.sender_of(session, conversation).value("phone")
    except CannotOpen:
        return None
    return phone.lstrip("+") if phone else None


def _calls(scope: Scope, cases: CaseScope) -> Select[*tuple[Any, ...]]:
    return (
        select(Notice, Booking, Slot, Village, Person, _why_not())
        .join(Booking, Booking.id == Notice.booking_id)
        .join(Slot, Slot.id == Notice.slot_id)
        .join(Village, Village.id == Slot.village_id)
        .join(Person, Person.id == Booking.person_id)
        .where(scope.covers(Village.code), was_not_heard())
        .where(not_(hides(Notice.conversation_id, cases)), not_(hides(Booking.conversation_id, cases)))
    )


def was_not_heard() -> ColumnElement[bool]:
    """The condition on notices that somebody needed, did not get, and that no staff member has taken up."""
    is_lost = (Notice.state == notices.State.TOLD) & exists().where(*_LOST)
    return (
        Notice.kind.in_(notices.NEEDED)
        & Notice.seen_at.is_(None)
        & or_(Notice.state == notices.State.NOT_TOLD, is_lost)
    )


def _why_not() -> ColumnElement[str]:
    """The reason on the notice, else what the channel said of its message, else what its end tells."""
    end = case((OutboxMessage.state == Sending.DROPPED, "blocked"), else_="too_late")
    said = (
        select(func.coalesce(OutboxMessage.error, end))
        .where(*_LOST)
        .order_by(OutboxMessage.error.is_(None), OutboxMessage.id)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(Notice.why_not, said, "too_late")


_LOST = (
    OutboxMessage.conversation_id == Notice.conversation_id,
    OutboxMessage.cause == "notice:" + cast(Notice.id, String),
    OutboxMessage.state.in_((Sending.FAILED, Sending.EXPIRED, Sending.DROPPED)),
)
"""The message of a notice that did not arrive."""
