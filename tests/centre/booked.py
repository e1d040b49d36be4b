"""A village with people and slots, for every test about places: Korleko in East Lombok, where it is eight hours past UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from centre import booking_types, conversations, people, slots
from centre.areas import Village
from centre.booking_types import BookingType
from centre.bookings import Ask
from centre.conversations import Conversation, Sender
from centre.people import Person
from centre.slots import Plan, Slot

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
"""Tuesday, ten in the morning in Korleko."""
WAYAN = "11111111-1111-1111-1111-111111111111"
"""The officer's staff id."""


def korleko(session: Session, name: str = "Korleko", code: str = "52.03.07.2003") -> Village:
    village = Village(
        code=code,
        name=name,
        other_names=[],
        district="Labuhan Haji",
        regency="Lombok Timur",
        province="Nusa Tenggara Barat",
        time_zone="Asia/Makassar",
        link_code=f"HJ{code[-4:]}",
    )
    session.add(village)
    session.flush()
    return village


def workshop(session: Session, **rules: object) -> BookingType:
    """A training for everybody, unless `rules` say otherwise."""
    given = {
        "slug": "pelatihan-perbengkelan",
        "pillar": "business",
        "is_group": True,
        "seats": 2,
        "opens_days": 60,
        "closes_minutes": 60,
        "cancel_minutes": 24 * 60,
        "hold_minutes": 4 * 60,
        "open_limit": 9,
        "who": [],
        "age_from": None,
        "age_to": None,
        "questions": [],
        "empty_seat_cost": None,
        "area": "",
        "is_active": True,
        **rules,
    }
    words = {
        "name": "Pelatihan perbengkelan",
        "description": "Belajar memperbaiki sepeda motor.",
        "bring": "alat tulis",
    }
    return booking_types.save(session, None, given, {"id": words}, None, NOW)


def saturday(
    session: Session, kind: BookingType, village: Village, seats: int = 2, day: date = date(2026, 12, 12)
) -> Slot:
    """Nine to twelve on the twelfth of December."""
    return slots.make(session, kind, village, Plan(day, time(9), time(12), seats), WAYAN, NOW, insist=True)


def telephone(session: Session, number: str, now: datetime = NOW) -> Conversation:
    sender = Sender("whatsapp", (("phone", number),))
    conversation = session.get_one(Conversation, conversations.of_sender(session, sender, now))
    conversation.last_incoming_at = now - timedelta(hours=1)
    return conversation


def person(session: Session, name: str, conversation: Conversation | None = None, relation: str = "self") -> Person:
    known = people.add(session, name, NOW)
    if conversation:
        people.tie(session, known, conversation, relation, NOW)
    return known


def ask(slot: Slot, who: Person, conversation: Conversation | None = None) -> Ask:
    return Ask(slot.id, who.id, conversation.id if conversation else None, "family", slot.version)
