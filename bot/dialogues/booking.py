"""Booking a place: what, for whom, when, a last question, and the code.

What was chosen so far stands in the conversation's memory (`Draft`); after each choice the first thing that is still missing
is asked. So it does not matter in which order things come: a date tapped in an old list asks for whom, a name typed early is
not asked again. The rules themselves are `centre.bookings`; here each refusal becomes a kind sentence and a way on.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot import wishes
from bot.booking_cards import card, name_of, place_of, shortened, slot_choice, type_choice, who, with_rows, words_of
from bot.booking_phrases import BookingPhrases
from bot.dialogues import guidance, welcome
from bot.drafts import Draft, draft_of, keep, let_go, number_in, person_of, question_of, type_of
from bot.turns import Answer, Turn
from bot.wishes import Wish
from centre import areas, booking_types, bookings, interests, people, slots
from centre.bookings import Ask, Booking
from centre.messages import LIMITS, Choice
from centre.people import OF_AGE, Known
from centre.slots import Slot

STEP, NAME, AGE, ANSWER = "booking", "booking:name", "booking:age", "booking:answer"
ACTS = frozenset(
    ("book", "mine", "what", "who", "rel", "kind", "fix", "slot", "when", "pass", "sure", "queue")
    + ("shift", "to", "drop", "free", "keep", "come", "take", "leave", "again")
)
"""The first words of the codes that are about places: what was asked about before is over then."""
SHOWN = 7
"""Dates in one list: with "tell me", "other" and the menu they fit into ten rows."""
NAME_WORDS = 6
FILLING = frozenset({"yang", "aja", "saja", "tanggal", "tgl", "hari", "jam", "pukul", "nomor", "no", "di", "ya", "kak"})
NAMED_IN_PART = ("what:", "who:", "rel:", "kind:", "slot:", "book:", "hear:")
"""Choices that may be named by part of what they say."""
CALLED = re.compile(r"^(nama( saya|nya)?|saya|aku|tiang|kula)( adalah)? +", re.IGNORECASE)
"""What people write before a name."""
OLDEST = 110


def begin(turn: Turn, rest: str = "") -> Answer:
    """`daftar`: what can be booked where this person lives, one page after the other (`rest`)."""
    keep(turn, Draft(page=number_in(rest)))
    return go_on(turn)


def begin_with(turn: Turn, type_id: int, person_id: int | None) -> Answer:
    """Another date for somebody whom we know."""
    keep(turn, Draft(type_id=type_id, person_id=person_id, asked_where=True))
    return go_on(turn)


def wish_of(turn: Turn, text: str) -> Wish | None:
    """The wish to take part that a message is, also in something that staff made here yesterday."""
    if not wishes.may_be_wish(text):
        return None
    village = areas.get(turn.session, turn.conversation.village_id or 0)
    offered = booking_types.offered_in(turn.session, village)
    names = (word for each in offered for words in each.texts for word in wishes.words_in(words.name))
    return wishes.wish_in(text, frozenset(names))


def wished(turn: Turn, wish: Wish) -> Answer:
    """Somebody said what they want to take part in: one type's dates come next, several are listed alone."""
    village = areas.get(turn.session, turn.conversation.village_id or 0)
    offered = booking_types.offered_in(turn.session, village)
    named = [each.id for each in offered if any(wish.names(text.name) for text in each.texts)]
    meant = named or [each.id for each in offered if any(wish.may_mean(text.name) for text in each.texts)]
    if len(meant) == 1:
        return what_chosen(turn, str(meant[0]))
    keep(turn, Draft(only=meant))
    return go_on(turn)


def go_on(turn: Turn) -> Answer:
    """Ask for the first thing that is missing; with everything there, for the last yes."""
    draft = draft_of(turn) or Draft()
    return _missing(turn, draft) or _ask_sure(turn, draft)


def _missing(turn: Turn, draft: Draft) -> Answer | None:
    for asks in (_ask_what, _ask_where, _ask_who, _ask_kind, _ask_age, _ask_when, _ask_questions):
        if answer := asks(turn, draft):
            return answer
    return None


def is_under_way(turn: Turn) -> bool:
    """Has somebody begun to book, so that what they were asked on the way leads back here?"""
    return draft_of(turn) is not None


def wants_number(turn: Turn) -> bool:
    """Is a number now an answer of its own (an age, a class at school), and not the number of a choice?"""
    draft, step = draft_of(turn), turn.conversation.step
    return bool(draft) and (step == AGE or (step == ANSWER and question_of(turn, draft or Draft()) == "school_class"))


def what_chosen(turn: Turn, rest: str) -> Answer:
    """A type out of the list, or of an old one."""
    found = booking_types.get(turn.session, number_in(rest))
    if found is None or not found.is_active:
        return begin(turn)
    before = draft_of(turn)
    keep(turn, Draft(type_id=found.id, asked_where=bool(before and before.asked_where)))
    return go_on(turn)


def who_chosen(turn: Turn, rest: str) -> Answer:
    """Myself, somebody known, or somebody new."""
    draft = draft_of(turn) or Draft()
    known = people.named(turn.session, turn.conversation, number_in(rest))
    if known:
        draft.person_id, draft.relation = known.person.id, ""
        keep(turn, draft)
        return go_on(turn)
    if rest == "new":
        return _ask_relation(turn, draft)
    draft.relation = "self"
    keep(turn, draft)
    return _ask_name(turn, draft)


def relation_chosen(turn: Turn, rest: str) -> Answer:
    """What the new person is to whoever writes."""
    draft = draft_of(turn) or Draft()
    draft.relation = rest if rest in people.RELATIONS else "other"
    keep(turn, draft)
    return _ask_name(turn, draft)


def kind_chosen(turn: Turn, rest: str) -> Answer:
    """Prospective, abroad, returned or family; of whom, stands behind it."""
    kind, _, number = rest.partition(".")
    known = people.named(turn.session, turn.conversation, number_in(number))
    if known and kind in people.KINDS:
        known.person.kind = kind
        turn.session.flush()
    return go_on(turn)


def put_right(turn: Turn, rest: str) -> Answer:
    """Name, age or kind were taken down wrongly: all three are asked again."""
    number, _, type_id = rest.partition(".")
    known = people.named(turn.session, turn.conversation, number_in(number))
    if known is None:
        return begin(turn)
    known.person.kind = known.person.birth_year = None
    keep(turn, Draft(number_in(type_id), known.person.id, known.relation, asked_where=True))
    return go_on(turn)


def slot_chosen(turn: Turn, rest: str) -> Answer:
    """A date out of the list, as `number.version`."""
    number, _, version = rest.partition(".")
    slot = slots.get(turn.session, number_in(number))
    if slot is None:
        return _refused(turn, bookings.SlotGone())
    draft = draft_of(turn) or Draft()
    draft.type_id, draft.slot_id, draft.version, draft.asked_where = slot.type_id, slot.id, number_in(version), True
    keep(turn, draft)
    return go_on(turn)


def another_time(turn: Turn, _rest: str) -> Answer:
    """Not this date: the list again."""
    draft = draft_of(turn)
    if draft is None:
        return begin(turn)
    draft.slot_id = None
    keep(turn, draft)
    return go_on(turn)


def passed(turn: Turn, _rest: str) -> Answer:
    """Go on without an answer to the question asked."""
    return _answered(turn, "")


def sure(turn: Turn, rest: str) -> Answer:
    """Yes: book it (`rest`: slot, version and person, as they were asked about)."""
    return _settle(turn, rest, bookings.book)


def waits(turn: Turn, rest: str) -> Answer:
    """Yes: wait for a seat."""
    return _settle(turn, rest, bookings.wait)


def given_up(turn: Turn, _rest: str) -> Answer:
    """No after all."""
    let_go(turn)
    return Answer(say_of(turn).cancelled(), _ways_on(turn))


def tell_me(turn: Turn, rest: str) -> Answer:
    """Nothing that suits: hear of new dates."""
    found = booking_types.get(turn.session, number_in(rest))
    if found is None:
        return begin(turn)
    interests.note(turn.session, found.id, turn.conversation, turn.now)
    let_go(turn)
    return Answer(say_of(turn).will_hear(name_of(say_of(turn), found)), _ways_on(turn))


def typed(turn: Turn, text: str) -> Answer | None:
    """What was typed at an open question of ours; None when it does not fit there."""
    takes = {NAME: _name_typed, AGE: _age_typed, ANSWER: _answer_typed}.get(turn.conversation.step or "")
    if takes is None or not is_under_way(turn):
        return None
    if turn.conversation.step in (NAME, AGE) and wishes.consent_in(text) is False:
        return given_up(turn, "")
    return takes(turn, text)


def code_meant(turn: Turn, text: str) -> str | None:
    """The choice meant at an open list of ours by other words than its own: "oke kak", "anak saya", "12 desember"."""
    if turn.conversation.step != STEP:
        return None
    codes = [str(code) for code, _, _ in turn.conversation.offered]
    return _consented(codes, text) or _whom(turn, codes, text) or _named_in_part(turn, text)


def is_answer(turn: Turn, text: str) -> bool:
    """Is this so plainly the answer to our question that a doubt about it need not be asked: a name, an age, "saya"?"""
    if not is_under_way(turn) or "?" in text or len(text.split()) > NAME_WORDS:
        return False
    step = turn.conversation.step
    if step == AGE:
        return bool(re.search(r"\d", text))
    return step == NAME or (step == STEP and code_meant(turn, text) is not None)


def is_free(turn: Turn, text: str) -> bool:
    """May anything be said at the open question: what was asked is free, or a number is in it where one was asked for?"""
    return turn.conversation.step == ANSWER or bool(re.search(r"\d", text))


def _consented(codes: list[str], text: str) -> str | None:
    consent = wishes.consent_in(text)
    if consent is None:
        return None
    ending = ":yes" if consent else ":no"
    return next(
        (code for code in codes if code.startswith(("sure:", "queue:", "giveup")) and code.endswith(ending)), None
    )


def _whom(turn: Turn, codes: list[str], text: str) -> str | None:
    """Whom it is for, where that was asked: a relation, or whoever writes."""
    relation = wishes.whom_in(text) if any(code.startswith(("who:", "rel:")) for code in codes) else None
    if relation is None:
        return None
    if relation != "self":
        return f"rel:{relation}"
    known = people.behind(turn.session, turn.conversation)
    return next((f"who:{each.person.id}" for each in known if each.relation == "self"), "who:me")


def _named_in_part(turn: Turn, text: str) -> str | None:
    """The one choice whose words hold what was typed. A refusal is never taken from a part of its name."""
    said = set(words_with_numbers(text)) - FILLING
    if not said or len(said) > NAME_WORDS:
        return None
    meant = [
        str(code)
        for code, label, title in turn.conversation.offered
        if str(code).startswith(NAMED_IN_PART) and said <= set(words_with_numbers(f"{label} {title}"))
    ]
    return meant[0] if len(meant) == 1 else None


def words_with_numbers(text: str) -> list[str]:
    """Words and numbers of a text, small."""
    return re.findall(r"\w+", text.casefold())


def say_of(turn: Turn) -> BookingPhrases:
    """Our sentences in the language of the turn."""
    return BookingPhrases(turn.say.language)


# What is asked, in this order


def _ask_what(turn: Turn, draft: Draft) -> Answer | None:
    if type_of(turn, draft):
        return None
    say = say_of(turn)
    village = areas.get(turn.session, turn.conversation.village_id or 0)
    offered = booking_types.offered_in(turn.session, village)
    if not offered:
        let_go(turn)
        return Answer(say.nothing_offered(), (guidance.person_choice(say), guidance.menu_choice(say)))
    has_dates = slots.types_with_dates(turn.session, village, turn.now)
    offered.sort(key=lambda each: each.id not in has_dates)  # stable: else in the order in which they were made
    meant = [each for each in offered if each.id in draft.only] or offered
    begins = draft.page * SHOWN if draft.page * SHOWN < len(meant) else 0
    rows = [type_choice(say, each) for each in meant[begins : begins + SHOWN]]
    if begins + SHOWN < len(meant) or len(meant) < len(offered):
        rows.append(Choice(f"book:{0 if draft.only else draft.page + 1}", say.label_other_kinds()))
    if bookings.of_conversation(turn.session, turn.conversation.id, turn.now):
        rows.append(Choice("mine", say.label_my_bookings()))
    return Answer(say.what(), (*rows, guidance.menu_choice(say)), next_step=STEP)


def _ask_where(turn: Turn, draft: Draft) -> Answer | None:
    """The village, once: what is near comes first. It can be skipped."""
    if turn.conversation.village_id or draft.asked_where:
        return None
    draft.asked_where = True
    keep(turn, draft)
    return welcome.choose_village(turn)


def _ask_who(turn: Turn, draft: Draft) -> Answer | None:
    if draft.relation:
        return _ask_name(turn, draft)
    if person_of(turn, draft):
        return None
    say, found = say_of(turn), type_of(turn, draft)
    known = people.behind(turn.session, turn.conversation)
    rows = [Choice(f"who:{each.person.id}", shortened(each.person.name), each.person.name) for each in known[:SHOWN]]
    is_for_children = bool(found and found.age_to and found.age_to < OF_AGE)
    if not is_for_children and not any(each.relation == "self" for each in known):
        rows.insert(0, Choice("who:me", say.label_myself()))
    rows.append(Choice("who:new", say.label_somebody_else()))
    assert found is not None, "the type is asked for before"
    description = words_of(say, found).description
    text = "\n\n".join(part for part in (say.for_whom(name_of(say, found)), description) if part)
    return Answer(text, tuple(rows), next_step=STEP)


def _ask_relation(turn: Turn, draft: Draft) -> Answer:
    keep(turn, draft)
    say = say_of(turn)
    rows = tuple(Choice(f"rel:{each}", say.label_relation(each)) for each in people.RELATIONS if each != "self")
    return Answer(say.what_relation(), rows, next_step=STEP)


def _ask_name(turn: Turn, draft: Draft) -> Answer:
    say = say_of(turn)
    asked = say.own_name() if draft.relation == "self" else say.their_name()
    return Answer(f"{asked} {say.name_kept()}", (_give_up_choice(say),), next_step=NAME)


def _ask_kind(turn: Turn, draft: Draft) -> Answer | None:
    say, found = say_of(turn), type_of(turn, draft)
    known = person_of(turn, draft) if found and found.who else None
    if not (found and known):
        return None
    if known.person.kind is None:
        rows = tuple(Choice(f"kind:{each}.{known.person.id}", say.label_kind(each)) for each in people.KINDS)
        return Answer(say.which_kind(known.person.name), rows, next_step=STEP)
    return None if known.person.kind in found.who else _not_for_them(turn, "kind")


def _ask_age(turn: Turn, draft: Draft) -> Answer | None:
    say, found = say_of(turn), type_of(turn, draft)
    known = person_of(turn, draft) if found and (found.age_from or found.age_to) else None
    if not (found and known):
        return None
    age = people.age(known.person, turn.now)
    if age is None:
        return Answer(say.how_old(known.person.name), _beside_a_number(turn), next_step=AGE)
    if age < OF_AGE and known.relation == "self":
        return _parent_books(turn, draft, known)
    is_right = (found.age_from or 0) <= age <= (found.age_to or OLDEST)
    return None if is_right else _not_for_them(turn, "age")


def _ask_when(turn: Turn, draft: Draft) -> Answer | None:
    say, found = say_of(turn), type_of(turn, draft)
    if draft.slot_id or found is None:
        return None
    village = areas.get(turn.session, turn.conversation.village_id or 0)
    shown = slots.bookable(turn.session, found, village, turn.now, SHOWN)
    tell = Choice(f"hear:{found.id}", say.label_tell_me())
    if not shown:
        let_go(turn)
        return Answer(say.no_times(name_of(say, found)), (tell, *_ways_on(turn)))
    rooms = bookings.rooms(turn.session, shown)
    rows = tuple(slot_choice(say, each, rooms[each.id], f"slot:{each.id}.{each.version}") for each in shown)
    asked = with_rows(say.which_time(name_of(say, found)), rows)
    return Answer(asked, (*rows, tell, _give_up_choice(say)), next_step=STEP)


def _ask_questions(turn: Turn, draft: Draft) -> Answer | None:
    asked = question_of(turn, draft)
    if asked is None:
        return None
    say = say_of(turn)
    return Answer(say.question(asked), (Choice("pass", say.label_skip()),), next_step=ANSWER)


def _ask_sure(turn: Turn, draft: Draft) -> Answer:
    """One sentence that says everything, and what staying away costs; of a full slot, whether to wait."""
    say, known = say_of(turn), person_of(turn, draft)
    slot = slots.get(turn.session, draft.slot_id or 0)
    if slot is None or known is None:
        return _refused(turn, bookings.SlotGone())
    if not slot.is_open or turn.now >= slot.starts_at:
        return _refused(turn, bookings.SlotGone())
    if slot.version != draft.version:
        return _refused(turn, bookings.SlotMoved(slot))
    what, room = name_of(say, slot.type), bookings.rooms(turn.session, [slot])[slot.id]
    if room.left < 1:
        return _is_there(turn, slot, known) or _offer_line(turn, slot, room.waiting)
    asked = say.sure(what, known.person.name, say.time_of(slot), place_of(say, slot), slot.type.empty_seat_cost)
    if there := _is_there(turn, slot, known):
        return there
    yes = Choice(f"sure:{slot.id}.{slot.version}.{known.person.id}:yes", say.label_sure())
    return Answer(asked, (yes, _other_time_choice(say), _give_up_choice(say)), next_step=STEP)


# What is typed


def _name_typed(turn: Turn, text: str) -> Answer | None:
    draft = draft_of(turn) or Draft()
    if len(text.split()) > NAME_WORDS or "?" in text:
        return None
    try:
        name = people.clean_name(CALLED.sub("", text) or text)
        if wishes.says_nothing(name):  # "saya sendiri", "tunggu sebentar": an answer, but no name
            raise people.NameInvalid
    except people.NameInvalid:
        asked = _ask_name(turn, draft)
        return Answer(say_of(turn).name_invalid(), asked.choices, asked.next_step)
    _take_down(turn, draft, name)
    keep(turn, draft)
    return go_on(turn)


def _take_down(turn: Turn, draft: Draft, name: str) -> None:
    """Put a name right, or find the person of this name and relation behind this telephone, or note a new one."""
    known = person_of(turn, draft)
    relation, draft.relation = draft.relation or "other", ""
    if known:
        people.rename(turn.session, known.person, name)
        return
    behind = people.behind(turn.session, turn.conversation)
    same = (each.person for each in behind if each.person.name == name and each.relation == relation)
    person = next(same, None)
    if person is None:
        person = people.add(turn.session, name, turn.now, village_id=turn.conversation.village_id)
        people.tie(turn.session, person, turn.conversation, relation, turn.now)
        draft.is_new = True
    draft.person_id = person.id


def _age_typed(turn: Turn, text: str) -> Answer | None:
    known = person_of(turn, draft_of(turn) or Draft())
    digits = next(iter(re.findall(r"\d+", text)), "")
    if known is None or len(text.split()) > NAME_WORDS or "?" in text:
        return None
    if not digits or len(digits) > 3 or not 0 < int(digits) <= OLDEST:
        return Answer(say_of(turn).age_invalid(), _beside_a_number(turn), next_step=AGE)
    known.person.birth_year = turn.now.year - int(digits)
    turn.session.flush()
    return go_on(turn)


def _answer_typed(turn: Turn, text: str) -> Answer | None:
    if text.endswith("?"):
        return None
    try:
        return _answered(turn, bookings.checked_answer(text))
    except bookings.AnswerInvalid:
        choices = (Choice("pass", say_of(turn).label_skip()),)
        return Answer(say_of(turn).answer_invalid(), choices, next_step=ANSWER)


def _answered(turn: Turn, said: str) -> Answer:
    draft = draft_of(turn)
    if draft is None:
        return begin(turn)
    asked = question_of(turn, draft)
    if asked:
        draft.answers[asked] = said
        keep(turn, draft)
    return go_on(turn)


# Booking it


def _settle(turn: Turn, rest: str, act: Callable[..., Booking]) -> Answer:
    """Do what was said yes to. What was begun since, or is still missing, is asked for first."""
    asked = [number_in(part) for part in rest.partition(":")[0].split(".")]
    draft = draft_of(turn)
    if len(asked) != 3 or draft is None or [draft.slot_id, draft.version, draft.person_id] != asked:
        return _asked_anew(turn, asked)
    if missing := _missing(turn, draft):
        return missing
    ask = Ask(asked[0], asked[2], turn.conversation.id, bookings.FAMILY, asked[1], dict(draft.answers))
    try:
        booking = act(turn.session, ask, turn.now)
    except bookings.CannotBook as error:
        return _refused(turn, error)
    let_go(turn)
    return _done(turn, booking)


def _asked_anew(turn: Turn, asked: list[int]) -> Answer:
    """An old yes: what it was about is asked again, whole."""
    slot = slots.get(turn.session, asked[0]) if len(asked) == 3 else None
    if slot is None:
        return _begun_again(turn)
    keep(turn, Draft(slot.type_id, asked[2], slot_id=slot.id, version=asked[1], asked_where=True))
    return go_on(turn)


def _is_there(turn: Turn, slot: Slot, known: Known) -> Answer | None:
    """Somebody who has a place in this slot, or waits for one, is shown that."""
    booking = bookings.open_in(turn.session, slot.id, known.person.id)
    if booking is None:
        return None
    let_go(turn)
    say = say_of(turn)
    told = say.one_of_mine(name_of(say, slot.type), who(booking), say.state(booking.state))
    text = f"{told}\n{card(turn.session, say, booking, turn.conversation, turn.guide.home)}"
    return Answer(text, (Choice(f"mine:{booking.id}", say.label_my_bookings()), guidance.menu_choice(say)))


def _parent_books(turn: Turn, draft: Draft, known: Known) -> Answer:
    """A child cannot book alone; what was taken down of them just now is not kept (UU PDP art. 25)."""
    if draft.is_new:
        people.erase(turn.session, known.person)
    let_go(turn)
    return Answer(say_of(turn).parent_books(), _ways_on(turn))


def _done(turn: Turn, booking: Booking) -> Answer:
    say, what = say_of(turn), name_of(say_of(turn), booking.slot.type)
    code = bookings.shown(booking.code or "")
    if booking.state == bookings.State.WAITING:
        position = bookings.position(turn.session, booking)
        text = say.waiting(what, who(booking), position, code)
        return Answer(f"{text}\n\n{say.how_to_change()}", _ways_on(turn))
    told = "\n".join(
        (
            say.booked(what, who(booking), code),
            card(turn.session, say, booking, turn.conversation, turn.guide.home, with_code=False),
        )
    )
    return Answer(f"{told}\n\n{say.how_to_change()}", _ways_on(turn))


def _refused(turn: Turn, error: bookings.CannotBook) -> Answer:
    """The rule in a kind sentence, and what can be done instead."""
    say, draft = say_of(turn), draft_of(turn)
    match error:
        case bookings.SlotFull(slot=slot, waiting=waiting):
            offered = _offer_line(turn, slot, waiting)
            return Answer(f"{say.just_filled()} {offered.text}", offered.choices, offered.next_step)
        case bookings.SlotMoved(slot=slot) if draft:
            draft.version = slot.version
            keep(turn, draft)
            following = _ask_sure(turn, draft)
            told = say.slot_moved(say.time_of(slot), place_of(say, slot))
            return Answer(f"{told}\n\n{following.text}", following.choices, following.next_step)
        case bookings.AlreadyBooked(booking=booking):
            let_go(turn)
            return Answer(say.already_booked(who(booking)), (Choice(f"mine:{booking.id}", say.label_my_bookings()),))
        case bookings.TooManyOpen(limit=limit):
            let_go(turn)
            return Answer(say.too_many_open(limit), (Choice("mine", say.label_my_bookings()), *_ways_on(turn)))
        case bookings.NotForThem(why=why):
            return _not_for_them(turn, why)
    return _other_times(turn, _sentence(say, error))


def _sentence(say: BookingPhrases, error: bookings.CannotBook) -> str:
    if isinstance(error, bookings.TooEarly):
        return say.too_early(say.weekday_day(error.since.date()))
    return say.too_late() if isinstance(error, bookings.TooLate) else say.slot_gone()


def _other_times(turn: Turn, sentence: str) -> Answer:
    following = another_time(turn, "")
    return Answer(f"{sentence}\n\n{following.text}", following.choices, following.next_step)


def _offer_line(turn: Turn, slot: Slot, waiting: int) -> Answer:
    say = say_of(turn)
    asked = say.wait_instead(name_of(say, slot.type), say.time_of(slot), waiting + 1)
    draft = draft_of(turn) or Draft()
    yes = Choice(f"queue:{slot.id}.{slot.version}.{draft.person_id or 0}:yes", say.label_wait())
    return Answer(asked, (yes, _other_time_choice(say), _give_up_choice(say)), next_step=STEP)


def _not_for_them(turn: Turn, why: str) -> Answer:
    """Whom it is for, and what else there is."""
    draft = draft_of(turn) or Draft()
    say, found = say_of(turn), type_of(turn, draft)
    if found is None:
        return begin(turn)
    what, ages = name_of(say, found), say.ages(found.age_from, found.age_to)
    told = say.not_their_kind(what, say.kinds(found.who)) if why == "kind" else say.not_their_age(what, ages)
    others = [each.id for each in booking_types.offered_in(turn.session, None) if each.id != found.id]
    keep(turn, Draft(only=others, asked_where=True))
    following = go_on(turn)
    fix = (Choice(f"fix:{draft.person_id}.{found.id}", say.label_put_right()),) if draft.person_id else ()
    return Answer(f"{told}\n\n{following.text}", (*fix, *following.choices), following.next_step)


def _begun_again(turn: Turn) -> Answer:
    following = begin(turn)
    return Answer(f"{say_of(turn).begin_again()}\n\n{following.text}", following.choices, following.next_step)


def _ways_on(turn: Turn) -> tuple[Choice, ...]:
    say = say_of(turn)
    return (Choice("mine", say.label_my_bookings()), guidance.menu_choice(say))


def _beside_a_number(turn: Turn) -> tuple[Choice, ...]:
    """A way out beside the question for a number; not where choices are numbers themselves."""
    return (_give_up_choice(say_of(turn)),) if LIMITS[turn.conversation.channel].buttons else ()


def _other_time_choice(say: BookingPhrases) -> Choice:
    return Choice("when", say.label_other_time())


def _give_up_choice(say: BookingPhrases) -> Choice:
    return Choice("giveup:no", say.label_give_up())
