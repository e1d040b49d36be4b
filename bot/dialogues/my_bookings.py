"""`janji saya`: what is booked, moved, given back; a seat that was offered; a code typed on another telephone.

A booking opens for the conversation its messages go to. Anybody else must have its code and type the name it is for; what
was opened so stays open for an hour.
"""

from __future__ import annotations

from datetime import timedelta

from bot import wishes, words
from bot.booking_cards import card, name_of, place_of, slot_choice, who, with_rows
from bot.booking_phrases import BookingPhrases
from bot.dialogues import guidance
from bot.dialogues.booking import begin, begin_with, say_of
from bot.drafts import number_in
from bot.turns import Answer, Turn, remember
from centre import areas, bookings, code_tries, people, slots
from centre.bookings import FAMILY, Booking, State
from centre.messages import TITLE_LIMIT, Choice

NAME_OF_CODE = "booking:code"
OPENED, ASKED = "opened", "code"
OPEN_FOR = timedelta(hours=1)
SHOWN = 7
OF_A_NOTICE = ("come:", "free:", "take:", "leave:")
"""What choices under a notice begin with."""


def mine(turn: Turn, rest: str) -> Answer:
    """All open bookings of this conversation, or one of them (`rest`)."""
    if rest:
        booking = _opened(turn, rest)
        return show(turn, booking) if booking else code_unknown(turn)
    say = say_of(turn)
    own = bookings.of_conversation(turn.session, turn.conversation.id, turn.now)
    if not own:
        return Answer(say.none_of_mine(), (guidance.book_choice(say), guidance.menu_choice(say)))
    if len(own) == 1:
        return show(turn, own[0])
    rows = tuple(_row(say, booking) for booking in own[:SHOWN])
    return Answer(say.mine(), (*rows, guidance.book_choice(say), guidance.menu_choice(say)))


def show(turn: Turn, booking: Booking) -> Answer:
    """One booking, and what can be done with it."""
    say = say_of(turn)
    told = say.one_of_mine(name_of(say, booking.slot.type), who(booking), say.state(booking.state))
    if booking.state == State.OFFERED and booking.offer_until:
        told = f"{told} {say.offer(who(booking), say.moment_of(booking.offer_until, booking.slot.zone, turn.now))}"
    text = f"{told}\n{card(turn.session, say, booking, turn.conversation, turn.guide.home)}"
    return Answer(text, (*_deeds(turn, say, booking), guidance.menu_choice(say)))


def move(turn: Turn, rest: str) -> Answer:
    """Other dates of the same kind."""
    booking = _opened(turn, rest)
    if booking is None:
        return code_unknown(turn)
    say = say_of(turn)
    village = areas.get(turn.session, turn.conversation.village_id or 0) or booking.slot.village
    found = slots.bookable(turn.session, booking.slot.type, village, turn.now, SHOWN + 1)
    rooms = bookings.rooms(turn.session, found)
    others = [each for each in found if each.id != booking.slot_id and rooms[each.id].left][:SHOWN]
    back = Choice(f"mine:{booking.id}", say.label_my_bookings())
    if not others:
        return Answer(say.no_other_times(), (back, guidance.menu_choice(say)))
    rows = tuple(slot_choice(say, each, rooms[each.id], f"to:{booking.id}.{each.id}.{each.version}") for each in others)
    return Answer(with_rows(say.move_where(), rows), (*rows, back, guidance.menu_choice(say)))


def moved(turn: Turn, rest: str) -> Answer:
    """The date to move to, as `booking.slot.version`."""
    number, slot_id, version = (*rest.split("."), "", "")[:3]
    booking = _opened(turn, number)
    if booking is None:
        return code_unknown(turn)
    say = say_of(turn)
    try:
        bookings.move(turn.session, booking.id, number_in(slot_id), FAMILY, turn.now, version=number_in(version))
    except bookings.NotOpen:
        return _over(turn)
    except bookings.TooLateToCancel:
        return _under(say.too_late_to_move(), show(turn, booking))
    except bookings.AlreadyBooked:
        return _under(say.already_booked(who(booking)), show(turn, booking))
    except bookings.SlotFull:
        return _under(say.just_filled(), move(turn, number))
    except bookings.SlotMoved as error:
        slot = error.slot
        return _under(say.slot_moved(say.time_of(slot), place_of(say, slot)), move(turn, number))
    except bookings.CannotBook:
        return _under(say.slot_gone(), move(turn, number))
    return _under(say.moved(), show(turn, booking))


def drop(turn: Turn, rest: str) -> Answer:
    """Ask once before a place is given back."""
    booking = _opened(turn, rest)
    if booking is None:
        return code_unknown(turn)
    if not booking.is_open:
        return _over(turn)
    say = say_of(turn)
    asked = say.really_cancel(_named(say, booking), say.time_of(booking.slot))
    yes, no = Choice(f"free:{booking.id}:yes", say.label_yes_cancel()), Choice(f"keep:{booking.id}:no", say.label_no())
    return Answer(asked, (yes, no))


def free(turn: Turn, rest: str) -> Answer:
    """Give the place back; so late that it cannot be cancelled any more, note that the person is prevented."""
    booking = _opened(turn, rest)
    if booking is None:
        return code_unknown(turn)
    say, what = say_of(turn), _named(say_of(turn), booking)
    on = (_again_choice(say, booking), guidance.menu_choice(say))
    try:
        bookings.cancel(turn.session, booking.id, FAMILY, turn.now)
    except bookings.NotOpen:
        return _over(turn)
    except bookings.TooLateToCancel:
        bookings.excuse(turn.session, booking.id, FAMILY, turn.now)
        return Answer(say.too_late_to_cancel(what), on)
    return Answer(say.given_back(what), on)


def keep(turn: Turn, rest: str) -> Answer:
    """Not given back after all."""
    booking = _opened(turn, rest)
    return _under(say_of(turn).kept(), show(turn, booking)) if booking else code_unknown(turn)


def come(turn: Turn, rest: str) -> Answer:
    """The answer to a reminder: yes."""
    booking = _opened(turn, rest)
    if booking is None:
        return code_unknown(turn)
    say = say_of(turn)
    try:
        bookings.confirm(turn.session, booking.id, FAMILY, turn.now)
    except bookings.NotOpen:
        return _over(turn)
    told = say.will_come(_named(say, booking), say.time_of(booking.slot))
    return Answer(told, (Choice("mine", say.label_my_bookings()), guidance.menu_choice(say)))


def take(turn: Turn, rest: str) -> Answer:
    """Take the seat that fell free."""
    booking = _opened(turn, rest)
    if booking is None:
        return code_unknown(turn)
    try:
        bookings.accept(turn.session, booking.id, FAMILY, turn.now)
    except bookings.OfferLapsed:
        say = say_of(turn)
        return Answer(say.offer_over(), (_again_choice(say, booking), guidance.menu_choice(say)))
    except bookings.NotOpen:
        return _over(turn)
    return _under(say_of(turn).offer_taken(), show(turn, booking))


def again(turn: Turn, rest: str) -> Answer:
    """The same for the same person on another date."""
    booking = _opened(turn, rest)
    if booking is None:
        return begin(turn)
    return begin_with(turn, booking.slot.type_id, booking.person_id)


def leave(turn: Turn, rest: str) -> Answer:
    """Leave it to the next in line."""
    booking = _opened(turn, rest)
    if booking is None:
        return code_unknown(turn)
    if booking.state != State.OFFERED:
        return drop(turn, rest)
    bookings.cancel(turn.session, booking.id, FAMILY, turn.now)
    say = say_of(turn)
    return Answer(say.offer_left(), (_again_choice(say, booking), guidance.menu_choice(say)))


def code_typed(turn: Turn, text: str) -> Answer | None:
    """A booking's code, alone: from its own telephone it opens, from another one after the name. None for other words."""
    code = bookings.code_in(text)
    if code is None:
        return None
    if not code_tries.allowed(turn.session, turn.conversation, turn.now):
        return _too_many(turn)
    booking = bookings.by_code(turn.session, code)
    if booking and _is_ours(turn, booking):
        return show(turn, booking)
    # Whether the code exists is told to nobody who does not know the name.
    remember(turn.conversation, **{ASKED: booking.id if booking else 0})
    return ask_whose(turn)


def ask_whose(turn: Turn) -> Answer:
    """The name that goes with a code."""
    return Answer(say_of(turn).whose_code(), (guidance.menu_choice(turn.say),), next_step=NAME_OF_CODE)


def cancelled_by_word(turn: Turn) -> Answer | None:
    """ "batal" typed under a booking means that booking, as its button does; None elsewhere."""
    offered = [str(code) for code, _, _ in turn.conversation.offered]
    deeds = [code for code in offered if code.startswith(("drop:", "free:", "leave:"))]
    if len(deeds) != 1 or turn.conversation.step is not None:
        return None
    name, _, rest = deeds[0].partition(":")
    return {"drop": drop, "free": drop, "leave": leave}[name](turn, rest)


def wants_change(turn: Turn, text: str) -> bool:
    """Does somebody who has a place want to give it back or move it, in their own words ("batalin janji budi dong")?"""
    if not wishes.speaks_of_change(text):
        return False
    names = (each.person.name for each in people.behind(turn.session, turn.conversation))
    if not wishes.changes_place(text, frozenset(word for name in names for word in wishes.words_in(name))):
        return False
    return bool(bookings.of_conversation(turn.session, turn.conversation.id, turn.now))


def waits_for_answer(offered: list[list[str]]) -> bool:
    """Do the choices that may be made now belong to a notice?"""
    return any(str(code).startswith(OF_A_NOTICE) for code, _, _ in offered)


def meant_of(codes: list[str]) -> str:
    """The code that was typed, by number or by name. Of two bookings with the same words, neither; and what gives a place
    back is asked about first, because a number may have been meant for another list."""
    deeds = {code for code in codes if code.startswith(OF_A_NOTICE)}
    if len(deeds) > 1:
        return words.MINE
    name, _, rest = codes[-1].partition(":")
    return f"drop:{rest.partition(':')[0]}" if name == "free" and rest.endswith(":no") else codes[-1]


def answered_by_word(turn: Turn, text: str) -> str | None:
    """The code of "ambil kursi", "lepaskan", "saya datang" typed later, when other choices have come between.

    Only where one booking can be meant.
    """
    say, typed = say_of(turn), words.plain(text)
    consent_given = wishes.consent_in(text) if turn.conversation.step is None else None
    labels = {
        **({typed: ("take", "yes", State.OFFERED)} if consent_given else {}),
        **({typed: ("leave", "no", State.OFFERED)} if consent_given is False else {}),
        words.plain(say.label_take()): ("take", "yes", State.OFFERED),
        words.plain(say.label_leave()): ("leave", "no", State.OFFERED),
        words.plain(say.label_will_come()): ("come", "yes", State.BOOKED),
    }
    if typed not in labels:
        return None
    deed, consent, state = labels[typed]
    own = bookings.of_conversation(turn.session, turn.conversation.id, turn.now)
    meant = [booking for booking in own if booking.state == state]
    return f"{deed}:{meant[0].id}:{consent}" if len(meant) == 1 else None


def name_typed(turn: Turn, text: str) -> Answer | None:
    """The name to a code; None for what is no name."""
    if turn.conversation.step != NAME_OF_CODE or len(text.split()) > 6 or "?" in text:
        return None
    booking = bookings.get(turn.session, int(turn.conversation.memory.get(ASKED) or 0))
    remember(turn.conversation, **{ASKED: None})
    if booking is None or booking.person is None or not people.is_named(booking.person, text):
        code_tries.note(turn.session, turn.conversation, turn.now)
        may_go_on = code_tries.allowed(turn.session, turn.conversation, turn.now)
        return code_unknown(turn) if may_go_on else _too_many(turn)
    opened = {**turn.conversation.memory.get(OPENED, {}), str(booking.id): turn.now.timestamp()}
    remember(turn.conversation, **{OPENED: opened})
    return show(turn, booking)


def code_unknown(turn: Turn) -> Answer:
    """No booking that we may show here."""
    say = say_of(turn)
    return Answer(say.code_unknown(), (Choice("mine", say.label_my_bookings()), guidance.person_choice(say)))


def _deeds(turn: Turn, say: BookingPhrases, booking: Booking) -> tuple[Choice, ...]:
    slot = booking.slot
    if booking.state == State.OFFERED:
        return (
            Choice(f"take:{booking.id}:yes", say.label_take()),
            Choice(f"leave:{booking.id}:no", say.label_leave()),
        )
    if not booking.is_open or turn.now >= slot.ends_at:
        return (_again_choice(say, booking),)
    is_movable = booking.state == State.BOOKED and bookings.may_leave(booking, turn.now)
    shift = (Choice(f"shift:{booking.id}", say.label_move()),) if is_movable else ()
    return (*shift, Choice(f"drop:{booking.id}", say.label_cancel()))


def _row(say: BookingPhrases, booking: Booking) -> Choice:
    title = f"{name_of(say, booking.slot.type)}, {who(booking)}, {say.row_of(booking.slot)}"
    return Choice(f"mine:{booking.id}", say.short_time_of(booking.slot), title[:TITLE_LIMIT])


def _opened(turn: Turn, rest: str) -> Booking | None:
    """The booking of a code ("17", "17:yes"), if it may be opened here."""
    booking = bookings.get(turn.session, number_in(rest.partition(":")[0]))
    return booking if booking and _is_ours(turn, booking) else None


def _is_ours(turn: Turn, booking: Booking) -> bool:
    if booking.conversation_id == turn.conversation.id:
        return True
    opened = turn.conversation.memory.get(OPENED, {}).get(str(booking.id))
    return opened is not None and 0 <= turn.now.timestamp() - opened <= OPEN_FOR.total_seconds()


def _too_many(turn: Turn) -> Answer:
    say = say_of(turn)
    return Answer(say.too_many_codes(), (guidance.person_choice(say), guidance.menu_choice(say)))


def _over(turn: Turn) -> Answer:
    say = say_of(turn)
    return Answer(say.booking_over(), (guidance.book_choice(say), Choice("mine", say.label_my_bookings())))


def _under(sentence: str, following: Answer) -> Answer:
    return Answer(f"{sentence}\n\n{following.text}", following.choices, following.next_step)


def _named(say: BookingPhrases, booking: Booking) -> str:
    """What, and for whom: several may be booked from one telephone."""
    return f"{name_of(say, booking.slot.type)} ({who(booking)})"


def _again_choice(say: BookingPhrases, booking: Booking) -> Choice:
    return Choice(f"again:{booking.id}", say.label_other_time())
