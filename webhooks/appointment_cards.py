"""What the page of a booking shows: the booking put into words and times that its family reads.

Only what is needed at the door: the name by which somebody is called, never the whole name, a telephone or an answer
(UU PDP 27/2022 art. 16), because a link is passed on more easily than a telephone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date, format_time
from sqlalchemy.orm import Session

from centre import bookings, calendars, slots
from centre.areas import time_zone_name
from centre.booking_types import BookingTypeText
from centre.bookings import Booking, State
from centre.conversations import Conversation
from centre.slots import Slot
from webhooks.page.appointment_words import WORDS, language_of

MOST_DATES = 8
TITLES = frozenset(
    ("i", "ni", "inaq", "amaq", "papuq", "baiq", "lalu", "ibu", "bu", "bapak", "pak", "mbak", "mas", "bang", "kak")
    + ("haji", "hajah", "hajjah", "h", "hj", "siti")
)
"""Words before a name that are part of how somebody is called: I Wayan, Inaq Rohani, Hj. Aminah."""


@dataclass(frozen=True)
class Card:
    """A booking as its page shows it."""

    words: Mapping[str, str]
    language: str
    state: str
    """What can be done: "booked", "waiting", "offered", or "over" for nothing."""
    said: str
    """How it stands."""
    reason: str
    text: BookingTypeText
    whom: str
    when: str
    where: Sequence[str]
    note: str
    contact: str
    code: str
    is_confirmed: bool
    is_too_late: bool
    """It can be neither cancelled nor moved any more."""
    seen: str
    """Which time and place are shown."""


@dataclass(frozen=True)
class Choice:
    """Another time for the same. `value` names the slot and the version that is shown."""

    value: str
    when: str
    where: str
    left: int


def card(session: Session, booking: Booking, chosen: str, now: datetime) -> Card:
    """The booking in the language chosen on the page, else in that of its conversation."""
    own = chosen or _language_of_chat(session, booking)
    language = language_of(own)
    words, slot = WORDS[language], booking.slot
    said, reason = _standing(session, booking, language, now)
    return Card(
        words=words,
        language=language,
        state=_state(booking, now),
        said=said,
        reason=reason,
        text=slot.type.text_in((own, language, "id")),
        whom=called(booking.person.name) if booking.person else "",
        when=when(slot, language),
        where=where(slot, words["desk"]),
        note=slot.note,
        contact=slot.village.contacts or "",
        code=booking.code or "",
        is_confirmed=booking.confirmed_at is not None,
        is_too_late=not bookings.may_leave(booking, now),
        seen=shown_time(slot),
    )


def other_dates(session: Session, booking: Booking, language: str, now: datetime) -> list[Choice]:
    """When else the same can be had, the village of the present slot first."""
    own, words = booking.slot, WORDS[language]
    found = slots.bookable(session, own.type, own.village, now, MOST_DATES + 1)
    others = [slot for slot in found if slot.id != own.id][:MOST_DATES]
    rooms = bookings.rooms(session, others)
    return [
        Choice(
            shown_time(slot),
            when(slot, language),
            ", ".join(where(slot, words["desk"])[:2]),
            rooms[slot.id].left,
        )
        for slot in others
    ]


def shown_time(slot: Slot) -> str:
    """A slot as it is now: its number, and the version that changes with its time and place."""
    return f"{slot.id}.{slot.version}"


def called(name: str) -> str:
    """The name by which somebody is called, with the title before it and without the rest."""
    parts = name.split()
    first = next((index for index, part in enumerate(parts) if part.strip(".").lower() not in TITLES), len(parts))
    return " ".join(parts[: first + 1])


def when(slot: Slot, language: str) -> str:
    """From when to when, on the village's clock."""
    begins, ends = (calendars.local(moment, slot.zone) for moment in (slot.starts_at, slot.ends_at))
    form = WORDS[language]["span" if begins.date() == ends.date() else "long_span"]
    return form.format(
        day=_day(begins, language),
        begins=_clock(begins, language),
        last_day=_day(ends, language),
        ends=_clock(ends, language),
        zone=time_zone_name(slot.zone),
    )


def where(slot: Slot, desk: str) -> list[str]:
    """Lines that lead there: the place, the village in its regency, the address where it is known."""
    village = slot.village
    lines = [slot.place or desk, ", ".join(filter(None, (village.name, village.district, village.regency)))]
    return lines if slot.place or not village.address else [*lines, village.address]


def _state(booking: Booking, now: datetime) -> str:
    is_lapsing = booking.offer_until is not None and booking.offer_until <= now
    return booking.state if booking.is_open and not is_lapsing and not _is_over(booking, now) else "over"


def _standing(session: Session, booking: Booking, language: str, now: datetime) -> tuple[str, str]:
    """How the booking stands, and the reason that staff gave for it."""
    words = WORDS[language]
    latest = bookings.history(session, booking.id)[-1]
    if booking.state == State.CALLED_OFF:
        return words["called_off"], latest.note
    if booking.is_open and _is_over(booking, now):
        return words["past"], ""
    if booking.state == State.WAITING:
        return words["waiting"].format(position=bookings.position(session, booking)), ""
    if booking.state == State.OFFERED and booking.offer_until:
        until = booking.offer_until
        if until <= now:
            return words["lapsed"], ""
        return words["offered"].format(until=_moment(until, booking.slot.zone, language)), ""
    if booking.state == State.BOOKED and latest.what in ("moved", "changed"):
        return words[latest.what], booking.slot.reason if latest.what == "changed" else ""
    return words["confirmed" if booking.state == State.BOOKED and booking.confirmed_at else booking.state], ""


def _is_over(booking: Booking, now: datetime) -> bool:
    """Can nothing be done about it any more, because its time has passed?"""
    slot = booking.slot
    return now >= (slot.ends_at if booking.state == State.BOOKED else slot.starts_at)


def _language_of_chat(session: Session, booking: Booking) -> str:
    chat = session.get(Conversation, booking.conversation_id) if booking.conversation_id else None
    return (chat.language if chat else None) or "id"


def _moment(moment: datetime, zone: str, language: str) -> str:
    there = calendars.local(moment, zone)
    words = WORDS[language]
    return words["moment"].format(day=_day(there, language), at=_clock(there, language), zone=time_zone_name(zone))


def _day(there: datetime, language: str) -> str:
    return format_date(there, WORDS[language]["day"], language)


def _clock(there: datetime, language: str) -> str:
    return format_time(there.time(), WORDS[language]["clock"], locale=language)
