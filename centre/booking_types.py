"""What can be booked, as data: consultation, trainings, parenting, Rumah Belajar, cooperative, the Mobile Training Unit.

A type holds the rules its slots and bookings follow; the words stand beside it, one set a language. The first ones come
from `booking_types.yaml`; after that the admin makes and changes them without code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from sqlalchemy import JSON, ForeignKey, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from centre.areas import Village
from centre.db import Base, BigId, UtcDateTime

SEEDS = Path(__file__).with_name("booking_types.yaml")
Pillar = Literal["service", "business", "parenting", "learning", "cooperative", "mobile"]
Question = Literal["experience", "business", "school_class", "needs", "topic"]
PILLARS: tuple[Pillar, ...] = get_args(Pillar)
QUESTIONS: tuple[Question, ...] = get_args(Question)
"""All that a booking may ask; numbers of identity cards, family cards and passports are not among them, by policy."""
NAME_LIMIT, TEXT_LIMIT = 40, 300


class TypeInvalid(ValueError):
    """A rule of the type cannot be kept; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class BookingType(Base):
    """Something that can be booked, and its rules. Spans are in minutes or days, as their names say."""

    __tablename__ = "booking_types"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    pillar: Mapped[str] = mapped_column(String(12))
    is_group: Mapped[bool]
    """False: one person at a time."""
    seats: Mapped[int]
    """How many seats a new slot has unless it says otherwise."""
    opens_days: Mapped[int]
    """Days before it begins from which a slot can be booked."""
    closes_minutes: Mapped[int]
    """Minutes before it begins until which it can be booked."""
    cancel_minutes: Mapped[int]
    """Minutes before it begins until which it can be cancelled; later one can only say that one is prevented."""
    hold_minutes: Mapped[int]
    """How long a seat that fell free is held for the first in line."""
    open_limit: Mapped[int]
    """How many open bookings of this type one person may have."""
    who: Mapped[list[str]] = mapped_column(JSON)
    """Kinds of people (`centre.people.KINDS`) it is for; empty for everybody."""
    age_from: Mapped[int | None]
    age_to: Mapped[int | None]
    questions: Mapped[list[str]] = mapped_column(JSON)
    empty_seat_cost: Mapped[int | None]
    """Rupiah that an empty seat costs the centre, where it is known; said when somebody books."""
    area: Mapped[str] = mapped_column(String(13))
    """Official code of the area it is offered in; empty for everywhere."""
    is_active: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str | None] = mapped_column(String(36))

    texts: Mapped[list[BookingTypeText]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    def text_in(self, chain: Sequence[str]) -> BookingTypeText:
        """The words in the first language of `chain` that has them, else in any."""
        known = {text.language: text for text in self.texts}
        return next((known[code] for code in chain if code in known), self.texts[0])

    def latest(self, starts_at: datetime) -> datetime:
        """Until when a slot that begins then can be booked."""
        return starts_at - timedelta(minutes=self.closes_minutes)

    def earliest(self, starts_at: datetime) -> datetime:
        """From when on."""
        return starts_at - timedelta(days=self.opens_days)

    def cancel_until(self, starts_at: datetime) -> datetime:
        """Until when a booking in a slot that begins then can be cancelled."""
        return starts_at - timedelta(minutes=self.cancel_minutes)


class BookingTypeText(Base):
    """A type's words in one language."""

    __tablename__ = "booking_type_texts"

    type_id: Mapped[int] = mapped_column(ForeignKey("booking_types.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    description: Mapped[str] = mapped_column(Text)
    bring: Mapped[str] = mapped_column(Text)
    """What to bring along."""
    reviewed_by: Mapped[str | None] = mapped_column(String(100))
    """The native speaker who read it; Indonesian needs none."""


def get(session: Session, type_id: int) -> BookingType | None:
    """The type with this number, which may come from an old or a forged button.

    Held as long as the session lasts: one turn asks for it at every step, and each time it would be read anew with its words.
    """
    held: dict[int, BookingType | None] = session.info.setdefault("booking_types", {})
    if type_id not in held and 0 < type_id < 2**63:
        held[type_id] = session.get(BookingType, type_id, options=[joinedload(BookingType.texts)])
    return held.get(type_id)


def offered_in(session: Session, village: Village | None) -> list[BookingType]:
    """What can be booked by somebody of this village; of an unknown village, all that is offered somewhere."""
    active = session.scalars(select(BookingType).where(BookingType.is_active).order_by(BookingType.id)).all()
    return [each for each in active if village is None or village.code.startswith(each.area)]


def all_types(session: Session, areas: frozenset[str]) -> Sequence[BookingType]:
    """Every type that concerns one of these areas (offered above it, in it, or below it), also those not offered any more."""
    above = {area[:length] for area in areas for length in (0, 2, 5, 8, 13)}
    within = [BookingType.area.in_(above)] + [BookingType.area.startswith(area) for area in sorted(areas)]
    return session.scalars(select(BookingType).where(or_(*within)).order_by(BookingType.id)).all()


def save(
    session: Session,
    found: BookingType | None,
    rules: Mapping[str, Any],
    texts: Mapping[str, Mapping[str, str]],
    by: str | None,
    now: datetime,
) -> BookingType:
    """Make a type, or change one. `texts`: language → name, description, bring; an empty name leaves a language out.

    Raises `TypeInvalid`, naming the field.
    """
    check(rules, texts)
    kept = {each.language: each for each in found.texts} if found else {}
    booking_type = found or BookingType(texts=[])
    for field, value in rules.items():
        setattr(booking_type, field, value)
    booking_type.changed_at, booking_type.changed_by = now, by
    session.add(booking_type)
    booking_type.texts = [
        _worded(kept.get(language), language, words) for language, words in texts.items() if words["name"].strip()
    ]
    session.flush()
    return booking_type


def check(rules: Mapping[str, Any], texts: Mapping[str, Mapping[str, str]]) -> None:
    """Raises `TypeInvalid` with the first field whose rule cannot be kept."""
    sound = {
        "pillar": rules["pillar"] in PILLARS,
        "seats": 1 <= rules["seats"] <= 500 and (rules["is_group"] or rules["seats"] == 1),
        "opens_days": 1 <= rules["opens_days"] <= 365,
        "closes_minutes": 0 <= rules["closes_minutes"] < rules["opens_days"] * 24 * 60,
        "cancel_minutes": 0 <= rules["cancel_minutes"] <= 30 * 24 * 60,
        "hold_minutes": 10 <= rules["hold_minutes"] <= 7 * 24 * 60,
        "open_limit": 1 <= rules["open_limit"] <= 50,
        "age_to": (rules["age_from"] or 0) <= (rules["age_to"] or 150),
        "questions": set(rules["questions"]) <= set(QUESTIONS),
        "empty_seat_cost": (rules["empty_seat_cost"] or 0) >= 0,
        "name": bool(texts.get("id", {}).get("name", "").strip()),
        "name_length": all(len(words["name"].strip()) <= NAME_LIMIT for words in texts.values()),
        "text_length": all(max(map(len, words.values())) <= TEXT_LIMIT for words in texts.values()),
    }
    for field, is_sound in sound.items():
        if not is_sound:
            raise TypeInvalid(field)


def seed(session: Session, now: datetime) -> int:
    """Bring in the programme's own types that are not here yet; gives how many. Those changed here stay as they are."""
    known = set(session.scalars(select(BookingType.slug)))
    new = [row for row in yaml.safe_load(SEEDS.read_text(encoding="utf-8")) if row["slug"] not in known]
    for row in new:
        texts = row.pop("texts")
        save(session, None, {**_USUAL, **row}, texts, None, now)
    return len(new)


_USUAL: dict[str, Any] = {
    "is_group": True,
    "opens_days": 60,
    "closes_minutes": 60,
    "cancel_minutes": 24 * 60,
    "hold_minutes": 4 * 60,
    "open_limit": 2,
    "who": [],
    "age_from": None,
    "age_to": None,
    "questions": [],
    "empty_seat_cost": None,
    "area": "",
    "is_active": True,
}


def _worded(found: BookingTypeText | None, language: str, words: Mapping[str, str]) -> BookingTypeText:
    """New words are nobody's reviewed words."""
    said = {name: words.get(name, "").strip() for name in ("name", "description", "bring")}
    text = found or BookingTypeText(language=language)
    if found is None or any(getattr(found, name) != value for name, value in said.items()):
        text.reviewed_by = words.get("reviewed_by") or None
    for name, value in said.items():
        setattr(text, name, value)
    return text
