"""A place in a slot as a record: its state, its code, its line of changes, and how it is found again.

What may be done with it stands in `centre.bookings`; this file only knows what is.
"""

from __future__ import annotations

import enum
import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, case, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship, selectinload

from centre.areas import LINK_DIGITS, LINK_LETTERS
from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.people import Person
from centre.sealing import sealed
from centre.slots import Slot

CODE = re.compile(rf"([{LINK_LETTERS}]{{4}})[\s.-]*([{LINK_DIGITS}]{{3}})", re.IGNORECASE)
"""Four letters and three digits that nobody mistakes for one another when read out loud; a village's code has six signs."""
FAMILY, TIME = "family", "time"
"""Who makes a change: the family in the chat or by link, the clock, or staff by their id (`by_staff`)."""


class State(enum.StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    CALLED_OFF = "called_off"
    """Cancelled by us."""
    LAPSED = "lapsed"
    """Offered a seat and did not answer in time."""
    CAME = "came"
    EXCUSED = "excused"
    ABSENT = "absent"
    """Did not come."""


OPEN = (State.WAITING, State.OFFERED, State.BOOKED)
SEATED = (State.OFFERED, State.BOOKED, State.CAME, State.ABSENT)
"""Those for whom a seat is kept, or was."""


class Booking(Base):
    """One person in one slot."""

    __tablename__ = "bookings"
    __table_args__ = (
        Index("ix_bookings_slot", "slot_id", "state", "id"),
        Index("ix_bookings_booked_by", "booked_by", "state"),
        Index(
            "uq_bookings_open",
            "slot_id",
            "person_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'offered', 'booked')"),
            sqlite_where=text("state IN ('waiting', 'offered', 'booked')"),
        ),
        Index(
            "ix_bookings_offered",
            "offer_until",
            postgresql_where=text("state = 'offered'"),
            sqlite_where=text("state = 'offered'"),
        ),
        {"sqlite_autoincrement": True},  # a number is never given twice: it is the place in line
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str | None] = mapped_column(String(8), unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    """Where messages about it go, and nowhere else."""
    state: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offer_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The person answered a reminder: they will come."""
    changed_by_us_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Staff gave the slot another time or place, and the person has not yet said that this suits them."""
    sealed_answers: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("bookings|answers", person="person_id")
    )
    booked_by: Mapped[str] = mapped_column(String(42))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    slot: Mapped[Slot] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def answers(self) -> dict[str, str]:
        """What was asked when booking, by `centre.booking_types.QUESTIONS`."""
        session = object_session(self)
        assert session is not None, "a booking is only read within a transaction"
        return json.loads(vault_of(session).open(self.sealed_answers, ANSWERS)) if self.sealed_answers else {}


class BookingChange(Base):
    """One change of a booking: what, by whom, when."""

    __tablename__ = "booking_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(String(20))
    """The state it came to, or "moved", "changed", "confirmed"."""
    by: Mapped[str] = mapped_column(String(42))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    booking: Mapped[Booking] = relationship()


@dataclass(frozen=True)
class Room:
    """How full a slot is."""

    left: int
    waiting: int


def by_staff(staff_id: str) -> str:
    """How a staff member stands in the record of changes."""
    return f"staff:{staff_id}"


def note(session: Session, booking: Booking, what: str, by: str, now: datetime, note: str = "") -> None:
    """Enter a change of the booking: who, when, what."""
    booking.changed_at = now
    session.add(BookingChange(booking=booking, what=what, by=by, at=now, note=note))
    session.flush()


def rooms(session: Session, found: Iterable[Slot]) -> dict[int, Room]:
    """How full these slots are. While anybody waits, no seat is left: the next one is theirs."""
    known = {slot.id: slot for slot in found}
    taken = case((Booking.state == State.WAITING, 0), else_=1)
    counted = (
        select(Booking.slot_id, func.sum(taken), func.sum(1 - taken))
        .where(Booking.slot_id.in_(list(known)), Booking.state.in_((State.WAITING, *SEATED)))
        .group_by(Booking.slot_id)
    )
    full = {slot_id: (seated, waiting) for slot_id, seated, waiting in session.execute(counted)}
    return {number: _room(slot, *full.get(number, (0, 0))) for number, slot in known.items()}


def _room(slot: Slot, seated: int, waiting: int) -> Room:
    return Room(0 if waiting else max(0, slot.seats - seated), waiting)


def position(session: Session, booking: Booking) -> int:
    """The place in the waiting line: 1 is the next."""
    before = select(func.count()).where(
        Booking.slot_id == booking.slot_id, Booking.state == State.WAITING, Booking.id < booking.id
    )
    return (session.scalar(before) or 0) + 1


def get(session: Session, booking_id: int) -> Booking | None:
    """The booking with this number, which may come from an old or a forged button."""
    return session.get(Booking, booking_id) if 0 < booking_id < 2**63 else None


def open_in(session: Session, slot_id: int, person_id: int) -> Booking | None:
    """The open booking of this person in this slot; there is at most one."""
    own = select(Booking).where(Booking.slot_id == slot_id, Booking.person_id == person_id, Booking.state.in_(OPEN))
    return session.scalars(own).first()


def by_code(session: Session, typed: str) -> Booking | None:
    """The booking of a code, however it was written down ("kmtr 479")."""
    code = code_in(typed)
    return session.scalar(select(Booking).where(Booking.code == code)) if code else None


def token_of(session: Session, booking: Booking) -> str:
    """What opens the booking by link, without an account: its number, and proof that the link came from us."""
    return f"{booking.id}-{vault_of(session).lookup('bookings|link', str(booking.id))}"


def by_token(session: Session, token: str) -> Booking | None:
    """The booking behind a link; None for a link that we did not make."""
    number, _, proof = token.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    right = vault_of(session).lookup("bookings|link", number)
    return get(session, int(number)) if hmac.compare_digest(proof.encode(), right.encode()) else None


def code_in(typed: str) -> str | None:
    """The code that somebody typed, alone; None when it is something else."""
    found = CODE.fullmatch(typed.strip(" .!,"))
    return (found[1] + found[2]).upper() if found else None


def shown(code: str) -> str:
    """A code as it is read out: "KMTR-479"."""
    return f"{code[:4]}-{code[4:]}"


def of_conversation(session: Session, conversation_id: int, now: datetime) -> Sequence[Booking]:
    """The open bookings whose messages go to this conversation and whose time is not over, by time."""
    own = (
        select(Booking)
        .join(Slot, Slot.id == Booking.slot_id)
        .where(Booking.conversation_id == conversation_id, Booking.state.in_(OPEN), Slot.ends_at > now)
    )
    return session.scalars(own.order_by(Slot.starts_at, Booking.id)).all()


def roster(session: Session, slot_id: int, states: Iterable[State]) -> Sequence[Booking]:
    """Bookings of a slot in these states, in the order of asking."""
    wanted = select(Booking).where(Booking.slot_id == slot_id, Booking.state.in_(list(states)))
    whole = wanted.options(selectinload(Booking.person))
    return session.scalars(whole.order_by(Booking.id).execution_options(populate_existing=True)).all()


def history(session: Session, booking_id: int) -> Sequence[BookingChange]:
    """Every change of a booking, oldest first."""
    own = select(BookingChange).where(BookingChange.booking_id == booking_id)
    return session.scalars(own.order_by(BookingChange.id)).all()


def count(session: Session, slot_ids: Iterable[int], states: Iterable[State]) -> dict[int, int]:
    """How many bookings in these states each slot has; slots without any are left out."""
    counted = (
        select(Booking.slot_id, func.count())
        .where(Booking.slot_id.in_(list(slot_ids)), Booking.state.in_(list(states)))
        .group_by(Booking.slot_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def of_person(session: Session, person_id: int) -> Sequence[Booking]:
    """Everything this person ever booked, in the order of the slots' numbers."""
    own = select(Booking).where(Booking.person_id == person_id).order_by(Booking.slot_id, Booking.id)
    return session.scalars(own.execution_options(populate_existing=True)).all()


def free_code(session: Session, what: str) -> str:
    """A code nobody can guess without our key, drawn from what is booked; another one if it is taken."""
    for attempt in range(1000):
        code = _code(int(vault_of(session).lookup("bookings|code", f"{what}.{attempt}"), 16))
        if session.scalar(select(Booking.id).where(Booking.code == code)) is None:
            return code
    raise LookupError("a thousand draws gave no code that is free")


def _code(draw: int) -> str:
    signs = []
    for alphabet in 4 * [LINK_LETTERS] + 3 * [LINK_DIGITS]:
        draw, index = divmod(draw, len(alphabet))
        signs.append(alphabet[index])
    return "".join(signs)


ANSWERS = "bookings|answers"
"""Where answers are sealed."""
