"""Who asked to hear of new dates: for a type in which nothing can be booked yet, or nothing that suits.

Each slot made in reach plans one notice for each wish, for when it can be booked. The first that is told fulfils the wish, and
the others are void: a weekly series tells nobody twice, and a slot that is called off before anybody heard of it costs no wish.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import notices, slots
from centre.areas import Village
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime, changed
from centre.notices import About, Notice
from centre.slots import Slot

KEPT = timedelta(days=365)
"""How long a wish is remembered, and with it the conversation it was made in."""


class Interest(Base):
    """Somebody wants to hear of new dates."""

    __tablename__ = "interests"
    __table_args__ = (
        Index(
            "uq_interests_open",
            "type_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("told_at IS NULL"),
            sqlite_where=text("told_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    type_id: Mapped[int] = mapped_column(ForeignKey("booking_types.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    village_id: Mapped[int | None] = mapped_column(ForeignKey("villages.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def note(session: Session, type_id: int, conversation: Conversation, now: datetime) -> Interest:
    """This conversation wants to hear of new dates; asked twice, it is one wish, the later one."""
    own = select(Interest).where(
        Interest.type_id == type_id, Interest.conversation_id == conversation.id, Interest.told_at.is_(None)
    )
    interest = session.scalars(own).first()
    if interest is None:
        interest = Interest(type_id=type_id, conversation_id=conversation.id)
        session.add(interest)
    interest.asked_at, interest.village_id = now, conversation.village_id
    session.flush()
    return interest


def tell(session: Session, slot: Slot, now: datetime) -> int:
    """Plan to tell everybody in the slot's regency, or of no known village, who waits for it; gives how many.

    They hear of it when it can be booked: not of what is closed already, and not long before it opens.
    """
    opens, closes = slot.type.earliest(slot.starts_at), slot.type.latest(slot.starts_at)
    waiting = (
        select(Interest)
        .join(Village, Village.id == Interest.village_id, isouter=True)
        .where(Interest.type_id == slot.type_id, is_open(now))
        .where(Village.id.is_(None) | Village.code.startswith(slot.village.regency_code))
        .with_for_update(of=Interest)
    )
    found = session.scalars(waiting).all() if now < closes else []
    for interest in found:
        about = About(slot.id, slot.zone, interest.conversation_id, interest_id=interest.id)
        notices.plan(session, "new_dates", about, f"new_dates:{interest.id}:{slot.id}", max(now, opens), closes)
    return len(found)


def tell_instead(session: Session, slot: Slot, now: datetime) -> None:
    """The slot was called off: who has not heard of it yet hears of the next one in reach, where there is one."""
    if not notices.void_where(session, Notice.slot_id == slot.id, Notice.kind == "new_dates"):
        return
    near = slots.bookable(session, slot.type, slot.village, now)
    others = [other for other in near if other.village.regency_code == slot.village.regency_code]
    if others:
        tell(session, others[0], now)


def fulfil(session: Session, notice: Notice, now: datetime) -> None:
    """The notice is on its way: the wish behind it, if there is one, is fulfilled, and no other date is told for it."""
    if notice.interest_id is None:
        return
    notices.void_where(session, Notice.interest_id == notice.interest_id, Notice.id != notice.id)
    interest = session.get(Interest, notice.interest_id)
    if interest:
        interest.told_at = now


def is_open(now: datetime) -> ColumnElement[bool]:
    """The condition on wishes that are not fulfilled, and not so old that nobody remembers them."""
    return Interest.told_at.is_(None) & (Interest.asked_at > now - KEPT)


def counts(session: Session, village_ids: list[int]) -> dict[tuple[int, int], int]:
    """How many wait to hear, by (village, type)."""
    rows = session.execute(
        select(Interest.village_id, Interest.type_id, func.count())
        .where(Interest.village_id.in_(village_ids), Interest.told_at.is_(None))
        .group_by(Interest.village_id, Interest.type_id)
    )
    return {(village_id, type_id): count for village_id, type_id, count in rows if village_id}


def move(session: Session, others: set[int], kept_id: int) -> None:
    """The other conversations turned out to be this one; one wish for each type goes on."""
    open_here = select(Interest.type_id).where(Interest.conversation_id == kept_id, Interest.told_at.is_(None))
    known = set(session.scalars(open_here))
    for wish in session.scalars(
        select(Interest).where(Interest.conversation_id.in_(others)).order_by(Interest.id)
    ).all():
        if wish.told_at is None and wish.type_id in known:
            notices.void_where(session, Notice.interest_id == wish.id)
            session.delete(wish)
            continue
        wish.conversation_id = kept_id
        known |= {wish.type_id} if wish.told_at is None else set()
    session.flush()


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """Wishes lapse a year after they were made."""
    old = delete(Interest).where(Interest.asked_at <= now - kept)
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def erase(session: Session, conversation_id: int) -> None:
    """The person asked to be forgotten."""
    session.execute(delete(Interest).where(Interest.conversation_id == conversation_id))
