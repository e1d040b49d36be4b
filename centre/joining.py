"""Two conversations turn out to be one person's (a WhatsApp number and a user id, first seen apart): what goes on with it.

Whoever wrote is answered in the kept conversation from now on, so what was booked, wished and still to be told in the other
goes on there too. What was said stays where it was said, and is erased together with the kept one (`centre.retention`).
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import (
    case_records,
    census_consents,
    conversation_consents,
    interests,
    news_consents,
    notices,
    people,
    slots,
)
from centre.booking_records import Booking
from centre.conversations import Conversation
from centre.notices import Notice


def take_over(session: Session, others: set[int], kept_id: int) -> None:
    """Everything that is to come in the other conversations comes in the kept one."""
    from_there = Booking.conversation_id.in_(others)
    booked_in = session.scalars(select(Booking.slot_id).where(from_there).distinct())
    slots.hold(session, *booked_in)  # as for everybody who changes a booking, or makes its notices void
    session.execute(
        update(Booking).where(from_there).values(conversation_id=kept_id).execution_options(synchronize_session="fetch")
    )
    people.move(session, others, kept_id)
    census_consents.move(session, others, kept_id)
    conversation_consents.move(session, others, kept_id)
    interests.move(session, others, kept_id)
    if case_records.move(session, others, kept_id):
        session.get_one(Conversation, kept_id).has_case = True
    _keep_around(session, others, kept_id)
    news_consents.move(session, others, kept_id)
    notices.readdress(session, Notice.conversation_id.in_(others), kept_id)


def _keep_around(session: Session, others: set[int], kept_id: int) -> None:
    """ "Jangan ke desa saya" holds for the next case, wherever it was said."""
    if any(session.get_one(Conversation, number).memory.get("around") for number in others):
        kept = session.get_one(Conversation, kept_id)
        kept.memory = kept.memory | {"around": True}
