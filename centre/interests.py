"""Who asked to hear of new dates: for a type in which nothing can be booked yet, or nothing that suits.

The first slot made in reach plans one notice for each; then the wish is fulfilled. A weekly series tells nobody twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import notices
from centre.areas import Village
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime
from centre.notices import About
from centre.slots import Slot

KEPT = timedelta(days=365)


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
    """This conversation wants to hear of new dates; asked twice, it is one wish."""
    own = select(Interest).where(
        Interest.type_id == type_id, Interest.conversation_id == conversation.id, Interest.told_at.is_(None)
    )
    interest = session.scalars(own).first()
    if interest is None:
        interest = Interest(type_id=type_id, conversation_id=conversation.id, asked_at=now)
        session.add(interest)
    interest.village_id = conversation.village_id
    session.flush()
    return interest


def tell(session: Session, slot: Slot, now: datetime) -> int:
    """Plan to tell everybody in the slot's regency, or of no known village, who waits for it; gives how many."""
    waiting = (
        select(Interest)
        .join(Village, Village.id == Interest.village_id, isouter=True)
        .where(Interest.type_id == slot.type_id, Interest.told_at.is_(None))
        .where(Village.id.is_(None) | Village.code.startswith(slot.village.regency_code))
        .with_for_update(of=Interest)
    )
    found = session.scalars(waiting).all()
    for interest in found:
        about = About(slot.id, slot.zone, interest.conversation_id)
        notices.plan(session, "new_dates", about, f"new_dates:{interest.id}", now, slot.type.latest(slot.starts_at))
        interest.told_at = now
    session.flush()
    return len(found)


def counts(session: Session, village_ids: list[int]) -> dict[tuple[int, int], int]:
    """How many wait to hear, by (village, type)."""
    rows = session.execute(
        select(Interest.village_id, Interest.type_id, func.count())
        .where(Interest.village_id.in_(village_ids), Interest.told_at.is_(None))
        .group_by(Interest.village_id, Interest.type_id)
    )
    return {(village_id, type_id): count for village_id, type_id, count in rows if village_id}


def erase(session: Session, conversation_id: int) -> None:
    """The person asked to be forgotten."""
    session.execute(delete(Interest).where(Interest.conversation_id == conversation_id))
