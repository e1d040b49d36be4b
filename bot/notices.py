"""What we write first, about a place or somebody's own dates: reminders, an offered seat, a change by staff.

`centre.notices` decides that and when; the words are made here when it goes out, from the booking as it is then, in the
person's language. Beside the words stands the template that WhatsApp allows when the person has not written for a day.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot import announcements, words
from bot.booking_cards import card, details, name_of, place_of, who
from bot.booking_phrases import BookingPhrases
from bot.census_phrases import CensusPhrases
from bot.dialogues import guidance
from bot.privacy_phrases import PrivacyPhrases
from bot.templates import TEMPLATE_LANGUAGES, news_template, template_for
from bot.turns import language_of
from centre import bookings, calendars, census_reminders, notices, slots
from centre.bookings import Booking, State
from centre.conversations import Conversation
from centre.messages import Choice, Outgoing, Template
from centre.notices import Notice
from centre.slots import Slot
from content import languages

STILL_TRUE: dict[str, tuple[State, ...]] = {
    "reminder": (State.BOOKED,),
    "today": (State.BOOKED,),
    "offer": (State.OFFERED,),
    "lapsed": (State.LAPSED,),
    "moved": bookings.OPEN,
    "cancelled": (State.CALLED_OFF,),
    "missed": (State.ABSENT,),
    "booked": bookings.OPEN,
}
"""In which states of the booking each kind is still worth saying."""


def word(session: Session, notice: Notice, conversation: Conversation, home: str, now: datetime) -> Outgoing | None:
    """What to say; None when it is not true any more. `home`: our public address, empty where there is none."""
    say = BookingPhrases(language_of(conversation))
    if notice.kind == "announced":
        return announcements.word(session, notice, conversation, now)
    if notice.kind == "new_dates":
        return _new_dates(session, say, notice)
    if notice.kind == "answered":
        return _request_answered(session, PrivacyPhrases(say.language), notice)
    if notice.kind == "own_date":
        return _own_date(session, CensusPhrases(say.language), notice)
    booking = bookings.get(session, notice.booking_id or 0)
    if booking is None or booking.state not in STILL_TRUE[notice.kind]:
        return None
    text = _text(session, say, notice, booking, conversation, home, now)
    template = _template(session, say.language, notice, booking, now)
    return Outgoing(text, _choices(say, notice.kind, booking), template=template)


def _text(
    session: Session,
    say: BookingPhrases,
    notice: Notice,
    booking: Booking,
    conversation: Conversation,
    home: str,
    now: datetime,
) -> str:
    what, name, when = name_of(say, booking.slot.type), who(booking), say.time_of(booking.slot)
    whole = card(session, say, booking, conversation, home)
    reason = notices.reason_of(session, notice)
    said = [say.reason(reason)] if reason else []
    match notice.kind:
        case "reminder":
            lines = [f"{say.reminder(name)} {what}", whole, say.cost_of_absence(booking.slot.type.empty_seat_cost)]
        case "today":
            lines = [f"{_day(say, booking, name, now)} {what}", whole]
        case "offer":
            until = say.moment_of(booking.offer_until or now, booking.slot.zone, now)
            lines = [f"{what}: {say.offer(name, until)}", details(say, booking.slot)]
        case "lapsed":
            lines = [say.lapsed(what, when)]
        case "moved":
            lines = [f"{say.moved_by_us(name)} {what}", *said, whole]
        case "cancelled":
            lines = [say.cancelled_by_us(what, name, when), *said]
        case "missed":
            lines = [say.missed(name, what)]
        case _:
            lines = [f"{say.booked_for_you(name)} {what}", whole]
    return "\n".join(lines)


def _day(say: BookingPhrases, booking: Booking, name: str, now: datetime) -> str:
    """The last reminder comes on the morning, or the evening before an early start."""
    return say.tomorrow_early(name) if _is_before(booking, now) else say.today(name)


def _is_before(booking: Booking, now: datetime) -> bool:
    """Is it an earlier day in the village than the day of the slot?"""
    zone = booking.slot.zone
    return calendars.local(now, zone).date() < calendars.local(booking.slot.starts_at, zone).date()


def _choices(say: BookingPhrases, kind: str, booking: Booking) -> tuple[Choice, ...]:
    """One tap answers; the codes are those of `janji saya`."""
    coming = Choice(f"come:{booking.id}:yes", say.label_will_come())
    not_coming = Choice(f"free:{booking.id}:no", say.label_cancel())
    other = Choice(f"again:{booking.id}", say.label_other_time())
    if kind in ("reminder", "today"):
        return coming, not_coming
    if kind == "offer":
        return Choice(f"take:{booking.id}:yes", say.label_take()), Choice(f"leave:{booking.id}:no", say.label_leave())
    if kind == "moved" and booking.state == State.BOOKED:
        return coming, Choice(f"shift:{booking.id}", say.label_move()), not_coming
    if kind in ("moved", "booked"):
        return Choice(f"mine:{booking.id}", say.label_my_bookings()), not_coming
    return other, guidance.menu_choice(say)


def _template(session: Session, language: str, notice: Notice, booking: Booking, now: datetime) -> Template | None:
    """The same where only approved words may be sent; its blanks are filled in the language it is written in."""
    say, slot = _say_as_written(language), booking.slot
    values = {
        **_about(say, slot),
        "who": who(booking),
        "code": bookings.shown(booking.code or ""),
        "until": say.moment_of(booking.offer_until or slot.starts_at, slot.zone, now),
        "reason": notices.reason_of(session, notice),
    }
    is_eve = notice.kind == "today" and _is_before(booking, now)
    return template_for("reminder" if is_eve else notice.kind, language, values, _template_codes(notice.kind, booking))


def _template_codes(kind: str, booking: Booking) -> list[str]:
    """What the buttons of the approved text mean, in its order."""
    mine, other, free = f"mine:{booking.id}", f"again:{booking.id}", f"free:{booking.id}:no"
    come = f"come:{booking.id}:yes"
    moved = [come, f"shift:{booking.id}", free] if booking.state == State.BOOKED else [mine, mine, free]
    codes = {
        "reminder": [come, free],
        "today": [come, free],
        "offer": [f"take:{booking.id}:yes", f"leave:{booking.id}:no"],
        "moved": moved,
        "lapsed": [other],
        "cancelled": [other],
    }
    return codes.get(kind, [])


def _say_as_written(language: str) -> BookingPhrases:
    """Approved texts exist in few languages; the nearest one."""
    return BookingPhrases(next(code for code in languages.fallback_chain(language) if code in TEMPLATE_LANGUAGES))


def _own_date(session: Session, say: CensusPhrases, notice: Notice) -> Outgoing | None:
    """Of somebody's own passport, contract or visa; where others may read it, only that there is something."""
    reminder = census_reminders.of(session, notice)
    if reminder is None:
        return None
    own_data = Choice(words.CENSUS, say.label_my_data())
    text = say.own_date(reminder.what, reminder.person.name, say.day(reminder.on))
    private = text if reminder.is_private else say.neutral()
    return Outgoing(private, (own_data, guidance.menu_choice(say)), template=news_template(say.language))


def _request_answered(session: Session, say: PrivacyPhrases, notice: Notice) -> Outgoing:
    """What became of a wish about one's own data."""
    reason = notices.reason_of(session, notice)
    text = say.request_refused(reason) if reason else say.request_done()
    return Outgoing(
        text, (guidance.menu_choice(say), guidance.person_choice(say)), template=news_template(say.language)
    )


def _new_dates(session: Session, say: BookingPhrases, notice: Notice) -> Outgoing | None:
    slot = slots.get(session, notice.slot_id or 0)
    if slot is None or not slot.is_open:
        return None
    see = Choice(f"what:{slot.type_id}", say.label_see_times())
    text = "\n".join((say.new_times(name_of(say, slot.type)), details(say, slot)))
    template = template_for("new_dates", say.language, _about(_say_as_written(say.language), slot), [see.code])
    return Outgoing(text, (see, guidance.menu_choice(say)), template=template)


def _about(say: BookingPhrases, slot: Slot) -> dict[str, str]:
    return {"what": name_of(say, slot.type), "when": say.time_of(slot), "where": place_of(say, slot)}
