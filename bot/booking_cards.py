"""How a booking looks wherever it is shown: in the dialogues, in `janji saya`, and in what we write first."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.booking_phrases import BookingPhrases
from centre import bookings
from centre.booking_types import BookingType, BookingTypeText
from centre.bookings import Booking, State
from centre.conversations import Conversation
from centre.messages import LABEL_LIMIT, TITLE_LIMIT, Choice
from centre.slots import Slot
from content import languages

PAGE_OF_ONE = "/janji/"
"""Where the web process shows one booking by its link."""


def words_of(say: BookingPhrases, booking_type: BookingType) -> BookingTypeText:
    """The type's words in the person's language, else in Indonesian."""
    return booking_type.text_in(languages.fallback_chain(say.language))


def name_of(say: BookingPhrases, booking_type: BookingType) -> str:
    """The type's name in the person's language."""
    return words_of(say, booking_type).name


def place_of(say: BookingPhrases, slot: Slot) -> str:
    """Where it is: the place in the village that was given, else the centre."""
    centre = say.centre_of(slot.village.name)
    return f"{slot.place}, {centre}" if slot.place else centre


def who(booking: Booking) -> str:
    """The name of who comes."""
    return booking.person.name if booking.person else "-"


def details(say: BookingPhrases, slot: Slot) -> str:
    """When, where, what to bring, a note."""
    bring = words_of(say, slot.type).bring
    lines = [say.when_line(say.time_of(slot)), say.where_line(place_of(say, slot))]
    lines += [say.bring_line(bring)] if bring else []
    lines += [say.note_line(slot.note)] if slot.note else []
    return "\n".join(lines)


def link(session: Session, booking: Booking, conversation: Conversation, home: str) -> str:
    """The address of the booking's own page: whole where we have a public address, short on our own web page.

    It opens for good, so a telephone that came in by the code does not get it.
    """
    if booking.conversation_id != conversation.id:
        return ""
    token = bookings.token_of(session, booking)
    if conversation.channel == "web":
        return f"{PAGE_OF_ONE}{token}"
    return f"{home}{PAGE_OF_ONE}{token}" if home else ""


def card(
    session: Session,
    say: BookingPhrases,
    booking: Booking,
    conversation: Conversation,
    home: str,
    *,
    with_code: bool = True,
) -> str:
    """All that somebody must know about their booking, under a line that says what happened (and may give the code)."""
    lines = [details(say, booking.slot)]
    if booking.state == State.WAITING:
        lines.append(say.position_line(bookings.position(session, booking)))
    if booking.code and with_code:
        lines.append(say.code_line(bookings.shown(booking.code)))
    if address := link(session, booking, conversation, home):
        lines.append(say.link_line(address))
    return "\n".join(lines)


def slot_choice(say: BookingPhrases, slot: Slot, room: bookings.Room, code: str) -> Choice:
    """A slot in a list: the time on the button, with place and seats in the row."""
    seats = say.left(room.left) if room.left else say.full(room.waiting)
    title = f"{say.row_of(slot)}, {slot.village.name}, {seats}"
    return Choice(code, say.short_time_of(slot)[:LABEL_LIMIT], title[:TITLE_LIMIT])


def with_rows(text: str, rows: tuple[Choice, ...]) -> str:
    """The text with what stands behind its few buttons; a longer list shows that by itself."""
    return "\n".join((f"{text}", *(f"- {row.title}" for row in rows))) if len(rows) < 2 else text


def type_choice(say: BookingPhrases, booking_type: BookingType) -> Choice:
    """A type in a list."""
    name = name_of(say, booking_type)
    return Choice(f"what:{booking_type.id}", shortened(name), name)


def shortened(name: str) -> str:
    """A name that fits a button: whole, else without its first word ("Perbengkelan"), else cut at a word."""
    if len(name) <= LABEL_LIMIT:
        return name
    rest = name.partition(" ")[2]
    if 0 < len(rest) <= LABEL_LIMIT and len(rest.split()[0]) > len("dan"):
        return f"{rest[0].upper()}{rest[1:]}"
    words = name[: LABEL_LIMIT + 1].split(" ")[:-1]
    kept = words[:-1] if words and len(words[-1]) <= len("dan") else words
    return " ".join(kept) or name[:LABEL_LIMIT]
