"""One message in, replies out: the order in which the bot listens.

Danger first. Then words that work everywhere. Then what may be tapped or numbered. Then the open step, which takes
only what fits it. Then a question, after which an open step is offered again. Last, a person. A first message is
greeted on the way.
Nothing is sent or committed here: the worker queues the replies and commits once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import census_drafts, drafts, short_messages, threads, words
from bot.dialogues import (
    agency,
    booking,
    case,
    case_at_hand,
    case_cover,
    case_questions,
    case_standing,
    census,
    census_questions,
    danger,
    guidance,
    interview,
    my_bookings,
    news,
    offer_check,
    own_data,
    rating,
    read_along,
    settings,
    staff_cases,
    staff_desk,
    welcome,
)
from bot.phrases import Phrases
from bot.threads import Thread
from bot.turns import Answer, Guide, Turn, language_of, offered, remember, under
from bot.understanding import Understood, has_letters, understand
from centre import announcement_tries, answers, open_questions, staff_channels
from centre.conversations import Conversation
from centre.messages import CODE_LIMIT, LABEL_LIMIT, Choice, Incoming, Outgoing, readable
from content.danger import look as danger_in
from content.languages import SOURCE
from content.places import country_in

OFFERED_AGAIN = 2
"""How often an open step is offered after questions, before it is let go."""
SURE_WORD = 0.4
"""Confidence from which a lone word at the village step is taken for a question ("paspor"), not for an unknown name."""
NAME = 3
"""Words of a person's name; more of them that sound like guidance are a question."""
NAME_OF_A_PLACE = 2
"""Words of a country's or a city's name, perhaps with "di" before it."""

ENDS_DOUBT = frozenset({danger.STEP, words.CANCEL, words.FORGET, "case-wipe"})
"""What answers the question whether there is danger, or puts it aside: any other word or button leaves it open."""


@dataclass(frozen=True)
class Response:
    """What to say, and whether a person must look at what came in."""

    replies: tuple[Outgoing, ...]
    for_staff: str | None = None
    is_unkept: bool = False
    """Its words were not for this channel: they go at once, and no one looks at them."""
    is_urgent: bool = False
    """It answers danger."""


def respond(
    session: Session,
    conversation: Conversation,
    incoming: Incoming,
    guide: Guide,
    now: datetime,
    event_id: int = 0,
) -> Response:
    """Answer one message of this conversation and note what the next one needs to know. `event_id`: which message it is."""
    turn = Turn(session, conversation, guide, now, Phrases(language_of(conversation)), event_id=event_id)
    turn.is_first = welcome.is_new(conversation)
    turn.go_on = _where_they_were(turn)
    if incoming.in_group:
        return Response(_once_in_a_group(turn))
    conversation.closing_at = None
    danger.listen(turn)
    for_staff = incoming.kind if incoming.kind in ("media", "other") else None
    village_id = conversation.village_id
    said = _listen(turn, incoming)
    if conversation.village_id != village_id:
        case.follow_village(turn)
    for_staff = None if turn.is_kept or turn.is_unkept else for_staff
    replies = short_messages.fitted(conversation, _numbered(conversation, said))
    return Response(replies, for_staff, turn.is_unkept, turn.is_urgent)


def _where_they_were(turn: Turn) -> Callable[[Turn], Answer] | None:
    """What was begun and asked for something else on the way."""
    under_way = (
        (case_questions.is_under_way, case_questions.go_on),
        (booking.is_under_way, booking.go_on),
        (census.is_under_way, census_questions.go_on),
        (interview.is_under_way, interview.go_on),
    )
    return next((go_on for is_under_way, go_on in under_way if is_under_way(turn)), None)


def offer(conversation: Conversation, outgoing: Outgoing) -> Outgoing:
    """What we write first may be answered by its number or label, as any reply.

    Where a list is open, or another notice waits for its answer, the new choices come after those, with numbers of their own.
    """
    is_open = conversation.step is not None or my_bookings.waits_for_answer(conversation.offered)
    before = list(conversation.offered) if is_open else []
    rows = [[choice.code, choice.label, choice.title] for choice in outgoing.choices]
    conversation.offered = [*before, *rows]
    return short_messages.fitted(conversation, (replace(outgoing, first=len(before) + 1),))[0]


def _listen(turn: Turn, incoming: Incoming) -> list[Answer]:
    text = readable(incoming.text)
    if incoming.kind == "text" and staff_channels.looks_like_code(text):
        return _settle(turn, [staff_desk.link(turn, text)])
    if incoming.kind == "text" and announcement_tries.looks_like_code(text):
        return _settle(turn, [news.tried(turn, text)])
    if at_the_desk := staff_cases.heard(turn, incoming):
        return _settle(turn, [at_the_desk])
    if incoming.kind == "text" and (rest := short_messages.more(turn, text)):
        return _settle(turn, [rest])
    if incoming.kind != "tap":
        understood = understand(text, turn.conversation.language, turn.guide, threads.of(turn))
        _hear(turn, understood, text)
        if _is_mere_answer(turn, understood, text):
            understood = replace(understood, kind="none", danger=None, confidence=0.0)
        if understood.kind == "danger" and not case.is_left_to_staff(turn, understood.danger):
            return _settle(turn, [_danger(turn, understood, text, incoming.warned)])
        if covered := case_cover.covered(turn, text):
            return _settle(turn, [covered])
        if went := case.around_in(turn, text):
            return _settle(turn, _with_welcome(turn, [went]))
        danger.note_place(turn, text)
    if case_cover.is_covering(turn):
        return _settle(turn, [case_cover.cover(turn)])
    code = _code_tapped(incoming) if incoming.kind == "tap" else _code_typed(turn, text)
    held = None if incoming.kind == "tap" else case.in_hand(turn)
    if held and (code is None or case.is_for_staff(held, text)):
        passed_on = case.heard(turn, held, text, understood)
        if passed_on is not None:
            return _settle(turn, _still_in_doubt(turn, passed_on))
    if turn.is_first and code in (words.START, words.MENU, words.LANGUAGES):
        turn.conversation.stopped_at = None if code == words.START else turn.conversation.stopped_at
        return _settle(turn, _welcomed(turn))
    if code == words.STOP:
        return _settle(turn, _do(turn, code))
    if code:
        done = _do(turn, code)
        done = done if code.partition(":")[0] in ENDS_DOUBT else _still_in_doubt(turn, done)
        return _settle(turn, _with_welcome(turn, done))
    if incoming.kind in ("media", "other"):
        if turn.conversation.stopped_at:
            return _settle(turn, [settings.is_stopped(turn)])
        if incoming.kind == "media" and read_along.is_exposed(turn):
            return _settle(turn, _with_welcome(turn, _offered_again(turn, [read_along.file_sent(turn)])))
        if answered := case.sent(turn, text):
            return _settle(turn, _with_welcome(turn, [answered]))
        kept = Answer(turn.say.media_kept(), (guidance.person_choice(turn.say), guidance.menu_choice(turn.say)))
        return _settle(turn, _with_welcome(turn, _offered_again(turn, [kept])))
    said = _typed(turn, text, understood)
    unread = None if turn.conversation.stopped_at else case_cover.asked_to_read(turn)
    return _settle(turn, [*said, replace(unread, next_step=said[-1].next_step)] if unread else said)


def _danger(turn: Turn, understood: Understood, text: str, warned: bool) -> Answer:
    """The card, and a case; in doubt one question."""
    said = danger.answer(turn, understood, said=text, warned=warned)
    if not danger.is_asked(said):
        return case.alarmed(turn, danger.remembered(turn), text, said)
    case.note_doubt(turn, text, turn.conversation.step)
    return said


def _typed(turn: Turn, text: str, understood: Understood) -> list[Answer]:
    """Words that are no command and no choice: for the open step, else a question."""
    if linked := _linked(turn, text):
        return linked
    if told := case.typed(turn, text, understood):
        return _with_welcome(turn, [told])
    is_stopped = turn.conversation.stopped_at is not None
    named = None if is_stopped else _village_named(turn, text)
    if named:
        return _with_welcome(turn, [named])
    if placed := danger.place_told(turn, text, understood):
        asked_too = danger.is_question(text, understood) and not is_stopped
        return [placed, *([_question(turn, text, understood)] if asked_too else [])]
    if is_stopped:
        return [settings.is_stopped(turn)]
    if told := census.typed(turn, text, understood):
        return _with_welcome(turn, [told])
    if checked := _checked(turn, text, understood):
        return _with_welcome(turn, checked)
    if taken := _taken(turn, text, understood):
        return _with_welcome(turn, [taken])
    if looked_up := agency.heard(turn, text, understood):
        is_its_own = turn.conversation.step == agency.STEP
        return _with_welcome(turn, [looked_up] if is_its_own else _offered_again(turn, [looked_up]))
    is_asked = turn.conversation.step or danger.waits_for_place(turn)
    if turn.is_first and _says_little(understood) and not is_asked:
        return _welcomed(turn)
    is_name = len(text.split()) <= NAME_OF_A_PLACE
    if turn.conversation.step == welcome.VILLAGE and (is_name or understood.kind != "answer"):
        village = welcome.village_typed(turn, text)
        if village:
            return [village]
        if understood.kind != "answer" and _may_name_a_village(understood, text):
            return [welcome.village_unknown(turn)]
    return _with_welcome(turn, _offered_again(turn, [_question(turn, text, understood)]))


def _checked(turn: Turn, text: str, understood: Understood) -> list[Answer]:
    """What belongs to the checks of an offer: a reply to the interview, an offer to look at, a wish for either.

    After an offer that was checked on the way, an open step is offered again.
    """
    if turn.conversation.step in (booking.NAME, booking.AGE, booking.ANSWER):
        return []
    if said := interview.typed(turn, text):
        return [said]
    is_awaited = turn.conversation.step == offer_check.STEP
    if checked := offer_check.typed(turn, text, understood):
        return [checked] if is_awaited or checked.next_step else _offered_again(turn, [checked])
    return []


def _taken(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """What belongs to booking: a code, the answer to its open question (unless it is surely a question), a wish."""
    if opened := my_bookings.code_typed(turn, text):
        return opened
    is_question = understood.kind in ("answer", "person") or (understood.kind == "choices" and len(text.split()) > NAME)
    if turn.conversation.step in (booking.ANSWER, booking.AGE):
        is_question = understood.kind == "answer" and not booking.is_free(turn, text)
    if not is_question and (said := booking.typed(turn, text) or my_bookings.name_typed(turn, text)):
        return said
    if code := booking.code_meant(turn, text) or my_bookings.answered_by_word(turn, text):
        return _do(turn, code)[-1]
    if turn.conversation.step == booking.STEP and not is_question and (village := welcome.village_surely(turn, text)):
        return village
    if my_bookings.wants_change(turn, text):
        return my_bookings.mine(turn, "")
    wish = booking.wish_of(turn, text)
    if wish is None or turn.conversation.step in (booking.NAME, booking.ANSWER):
        return None
    if own_data.is_in_the_way(turn, words.BOOK):
        return own_data.ask_to_keep(turn, words.BOOK)
    return booking.wished(turn, wish)


def _is_mere_answer(turn: Turn, understood: Understood, text: str) -> bool:
    """A name, an age or "saya" at an open question of a booking, an offer, the answer to who holds the telephone ("hanya saya
    yang pegang HP"), or a problem by its name in our list, in which danger is only doubtful?

    What a rule hears, and what is sure, comes first as ever; but an advertisement tells of no danger that its reader is in
    ("kebun sawit" is a lonely place to the rules).
    """
    seen = understood.danger
    if seen is None or seen.level == "act":
        return False
    if (
        offer_check.is_advertisement(text)
        or case_questions.is_plain_answer(turn, text)
        or case_questions.is_listed(turn, text)
    ):
        return True
    is_answer = booking.is_answer(turn, text) or census.is_answer(turn, text)
    return (is_answer or offer_check.is_offer(turn, text)) and danger_in(text) is None


def _question(turn: Turn, text: str, understood: Understood) -> Answer:
    if not has_letters(text):
        return Answer(turn.say.nothing_readable(), (guidance.menu_choice(turn.say), guidance.person_choice(turn.say)))
    if turn.conversation.declined_at is None:
        _note(turn, text, understood)
    if understood.kind == "person":
        is_declined = own_data.is_in_the_way(turn, words.PERSON)
        return own_data.ask_to_keep(turn, words.PERSON) if is_declined else case.person(turn)
    if understood.kind in ("answer", "choices"):
        shown = understood.slug if understood.kind == "answer" else None
        before = threads.of(turn) or Thread(None)
        threads.keep(turn, Thread(shown, understood.countries or before.countries, understood.jobs or before.jobs))
    if understood.wants_more and understood.slug:
        return guidance.more(turn, understood.slug)
    return guidance.reply(turn.say, turn.guide, understood, turn.now.date())


def _note(turn: Turn, text: str, understood: Understood) -> None:
    """What was answered, for the figures; what was not, for whoever writes guidance."""
    answers.record(
        turn.session,
        turn.conversation,
        kind=understood.kind,
        slug=understood.slug,
        language=understood.language,
        confidence=understood.confidence,
        now=turn.now,
        event_id=turn.event_id,
        revision=_revision_shown(turn, understood),
    )
    if understood.kind == "none" and understood.slug != guidance.UNCLEAR:
        open_questions.keep(turn.session, turn.conversation, text, understood.language, turn.now, near=understood.near)


def _revision_shown(turn: Turn, understood: Understood) -> str | None:
    """The mark of the words that answer it, where an article does."""
    slug = understood.slug if understood.kind == "answer" else None
    shown = turn.guide.library.article(slug, turn.say.language) if slug else None
    return shown.revision if shown else None


def _do(turn: Turn, code: str) -> list[Answer]:
    """Do what a button or its typed twin says. An unknown code (of a button long gone) leads to the menu."""
    name, _, rest = code.partition(":")
    if name == "lang":
        return welcome.language_chosen(turn, rest, STEPS.get(turn.conversation.step or ""))
    if own_data.is_in_the_way(turn, name):
        return [own_data.ask_to_keep(turn, code)]
    if name == words.OWN:
        return _own_data(turn, rest)
    if name in booking.ACTS:
        threads.drop(turn)
    act = ACTIONS.get(name)
    return [act(turn, rest) if act else guidance.menu(turn.say, turn.guide)]


def _own_data(turn: Turn, rest: str) -> list[Answer]:
    """What is held of this conversation; under it what the register keeps of whoever is in it."""
    said = own_data.act(turn, rest)
    return [said] if rest or not census.knows_somebody(turn) else [said, census.act(turn, "")]


def _agreed(turn: Turn, rest: str) -> Answer:
    """`setuju`; `rest`: what was wanted when it was asked."""
    said = own_data.agreed(turn)
    return under(said.text, _do(turn, rest)[-1]) if rest else said


def _cancel(turn: Turn, _rest: str) -> Answer:
    if given_back := my_bookings.cancelled_by_word(turn):
        return given_back
    _let_go(turn)
    following = guidance.menu(turn.say, turn.guide)
    if turn.conversation.step is None and not danger.is_listening(turn):
        return following
    danger.stop_listening(turn)
    return Answer(f"{turn.say.cancelled()}\n\n{following.text}", following.choices)


def _stop(turn: Turn) -> Answer:
    danger.stop_listening(turn)
    return settings.stop(turn)


def _let_go(turn: Turn) -> None:
    """What was half done is left: a booking, one's own data, an interview."""
    drafts.let_go(turn)
    census_drafts.let_go(turn)
    interview.let_go(turn)


def _start(turn: Turn) -> Answer:
    _let_go(turn)
    return settings.start(turn)


def _menu(turn: Turn, rest: str) -> Answer:
    _let_go(turn)
    return case.left_for_bot(turn, guidance.menu(turn.say, turn.guide, int(rest) if rest.isdecimal() else 1))


def _did_not_help(turn: Turn, slug: str) -> Answer:
    """The first time other words may do; the second time a person is better."""
    said = guidance.did_not_help(turn, slug)
    if turn.conversation.memory.get("no_help", 0) < 2:
        return said
    remember(turn.conversation, no_help=None)
    return case.not_helped_again(turn)


def _danger_confirmed(turn: Turn, word: str) -> Answer:
    """Yes, there is danger now: the card, and a case. No: back to what was asked."""
    said = danger.confirmed(turn, word)
    if word == words.YES:
        return case.alarmed(turn, danger.remembered(turn), case.doubted(turn), said)
    following = case.after_doubt(turn)
    return under(turn.say.not_in_danger(), following) if following else said


ACTIONS: dict[str, Callable[[Turn, str], Answer]] = {
    words.MENU: _menu,
    words.LANGUAGES: lambda turn, _: welcome.choose_another_language(turn),
    words.PERSON: case.person,
    words.REPORT: case_questions.begin,
    words.CASE: case_standing.status,
    words.AROUND: case.around,
    "trouble": case.category_chosen,
    "case-skip": case_questions.skipped,
    "case-enough": case_questions.enough,
    "case-safe": case_questions.safe,
    "case-hours": case_questions.hours,
    "case-share": case_questions.shares,
    "case-name": case_questions.nameless,
    "case-read": case_cover.read,
    "case-wipe": case_cover.wipe,
    "case-here": case_standing.move_here,
    "consent": case.consented,
    words.CANCEL: _cancel,
    words.STOP: lambda turn, _: _stop(turn),
    words.START: lambda turn, _: _start(turn),
    words.VILLAGE: lambda turn, _: welcome.choose_village(turn),
    words.NEWS: news.chosen,
    words.NO_NEWS: lambda turn, _: news.unwanted(turn),
    words.FORGET: lambda turn, rest: settings.forget(turn, rest) if rest else settings.confirm_forget(turn),
    "skip": welcome.skip,
    "village": welcome.village_chosen,
    "reg": welcome.regency_chosen,
    "topic": guidance.topic,
    "art": guidance.show,
    "more": guidance.more,
    words.LISTEN: guidance.listen,
    "orig": guidance.in_indonesian,
    "rated": rating.rated,
    "yes": lambda turn, slug: news.ask_once(turn, guidance.helped(turn, slug)),
    "no": _did_not_help,
    "none": guidance.none_of_these,
    "danger": _danger_confirmed,
    words.BOOK: booking.begin,
    "what": booking.what_chosen,
    "who": booking.who_chosen,
    "rel": booking.relation_chosen,
    "kind": booking.kind_chosen,
    "fix": booking.put_right,
    "slot": booking.slot_chosen,
    "when": booking.another_time,
    "pass": booking.passed,
    "sure": booking.sure,
    "queue": booking.waits,
    "giveup": booking.given_up,
    "hear": booking.tell_me,
    words.MINE: my_bookings.mine,
    words.CENSUS: census.act,
    words.AGREE: lambda turn, rest: _agreed(turn, rest),
    words.DECLINE: lambda turn, _: own_data.declined(turn),
    words.OBJECT: lambda turn, _: own_data.objected(turn),
    "shift": my_bookings.move,
    "to": my_bookings.moved,
    "drop": my_bookings.drop,
    "free": my_bookings.free,
    "keep": my_bookings.keep,
    "come": my_bookings.come,
    "take": my_bookings.take,
    "leave": my_bookings.leave,
    "again": my_bookings.again,
    agency.CHECK: agency.begin,
    "interview": interview.begin,
    "sign": interview.answered,
    "offer": offer_check.begin,
}
"""What each code's first word does. Codes are complete in themselves: a button of last year still does what it said."""

STEPS: dict[str, Callable[[Turn], Answer]] = {
    welcome.LANGUAGE: welcome.choose_language,
    welcome.VILLAGE: welcome.choose_village,
    settings.FORGET: settings.confirm_forget,
    danger.STEP: danger.ask,
    **dict.fromkeys((booking.STEP, booking.NAME, booking.AGE, booking.ANSWER), booking.go_on),
    my_bookings.NAME_OF_CODE: my_bookings.ask_whose,
    **dict.fromkeys(census_drafts.STEPS, census_questions.go_on),
    census_drafts.WRONG: census.ask_wrong,
    case_at_hand.STEP: case_questions.begin,
    case_at_hand.QUESTION: case_questions.go_on,
    agency.STEP: agency.begin,
    interview.STEP: interview.go_on,
    offer_check.STEP: offer_check.begin,
}
"""How each open step is offered again."""


def _code_tapped(incoming: Incoming) -> str:
    """The code of a button. It comes from outside: one that we cannot have made leads to the menu."""
    code = readable(incoming.code)
    return code if code and len(code.encode()) <= CODE_LIMIT else words.MENU


def _code_typed(turn: Turn, text: str) -> str | None:
    """The code behind what was typed: a word that works everywhere, else the number or name of one of the choices.

    Where several replies of a turn offer what was typed, it is an answer to the last of them.
    """
    command = words.command_in(text)
    if command in (words.AGREE, words.DECLINE) and (offered_so := _named_in(turn, words.plain(text))):
        return my_bookings.meant_of(offered_so)  # a consent of its own is being asked
    if command == words.BOOK and (meant := booking.code_meant(turn, text)):
        return meant  # "daftar" under "Jadi daftar?" is a yes
    if command:
        return command
    typed = words.plain(text)
    offered = turn.conversation.offered
    if (
        booking.wants_number(turn) or case_questions.wants_number(turn) or census.wants_number(turn)
    ) and typed.isdecimal():
        return None
    if meant := case_cover.code_meant(turn, text):
        return meant
    if typed.isdecimal() and len(typed) < 4 and 0 < int(typed) <= len(offered):
        return my_bookings.meant_of([str(offered[int(typed) - 1][0])])
    named = _named_in(turn, typed)
    named = named or _consented(typed, [code for code, _, _ in offered]) or _language_named(typed, offered)
    return my_bookings.meant_of(named) if named else None


def _named_in(turn: Turn, typed: str) -> list[str]:
    """The choices that are called so."""
    rows = turn.conversation.offered
    return [code for code, label, title in rows if typed and typed in (words.plain(label), words.plain(title))]


def _consented(typed: str, codes: list[str]) -> list[str]:
    """A plain "ya" or "tidak", where choices say just that; the last of them is of the question asked last."""
    word = words.consent_in(typed)
    return [code for code in codes if word and (code.startswith(f"{word}:") or code.endswith(f":{word}"))]


def _language_named(typed: str, offered: list[list[str]]) -> list[str]:
    """A language by the word that tells it from the others: "jawa" for Basa Jawa."""
    rows = [(code, words.plain(label)) for code, label, _ in offered if code.startswith("lang:")]
    return [code for code, label in rows if words.without_language_word(typed) == words.without_language_word(label)]


def _linked(turn: Turn, text: str) -> list[Answer]:
    """A village by its short code, as links and posters send it ("/start HJK347", "Desa HJK347").

    Opening such a link is pressing Start: it also takes back a `berhenti`, even where the code leads nowhere.
    """
    first, _, code = text.partition(" ")
    if words.plain(first) not in ("start", "desa") or not code.strip():
        return []
    linked = welcome.by_link(turn, code)
    if linked:
        return _with_welcome(turn, [settings.start_with(turn, linked)], has_asked=False)
    if not text.startswith("/start "):
        return []
    started = settings.start(turn)
    return _welcomed(turn) if turn.is_first else [started]


def _village_named(turn: Turn, text: str) -> Answer | None:
    """A village by "Desa" and its name; a code that leads nowhere is said to."""
    first, _, rest = text.partition(" ")
    if words.plain(first) != "desa" or not rest.strip():
        return None
    is_code = len(rest.split()) == 1 and any(char.isdigit() for char in rest)
    return welcome.village_unknown(turn) if is_code else welcome.village_typed(turn, rest)


def _hear(turn: Turn, understood: Understood, text: str) -> None:
    """Answer in the language that was just written, unless the person chose one, or tells us something in another: who
    began in the language of home mixes Indonesian in, and the questions must not change theirs back and forth."""
    if not has_letters(text) or not _says_something(understood, text):
        return
    heard = offered(understood.language)
    if _is_telling(turn) and turn.say.language != SOURCE:
        return
    remember(turn.conversation, heard=heard)
    turn.speak(turn.conversation.language or heard)


def _is_telling(turn: Turn) -> bool:
    """Is a dialogue open that asks one thing after the other? The first questions of all belong to none."""
    return turn.go_on is not None or turn.conversation.step in STEPS.keys() - {welcome.LANGUAGE, welcome.VILLAGE}


def _welcomed(turn: Turn) -> list[Answer]:
    """Who we are, and the language question for those who have not chosen one."""
    asked = guidance.menu(turn.say, turn.guide) if turn.conversation.language else welcome.choose_language(turn)
    return [welcome.welcome(turn), asked]


def _with_welcome(turn: Turn, said: list[Answer], *, has_asked: bool = True) -> list[Answer]:
    """On first contact: the answer, then who we are and what is kept. Of language and village a line tells, unless something
    else is being asked; who `has_asked` nothing yet is asked for the language."""
    if not turn.is_first:
        return said
    is_asked = said[-1].next_step or turn.conversation.language or danger.waits_for_place(turn)
    notice = replace(welcome.welcome(turn), next_step=said[-1].next_step)
    if is_asked:
        return [*said, notice]
    return [*said, welcome.with_ways(turn, notice)] if has_asked else [*said, notice, welcome.choose_language(turn)]


def _offered_again(turn: Turn, said: list[Answer]) -> list[Answer]:
    """After a question the open step comes back, a few times at most."""
    step = turn.conversation.step
    times = int(turn.conversation.memory.get("again", 0))
    if step not in STEPS or times >= OFFERED_AGAIN:
        remember(turn.conversation, again=None)
        return said
    remember(turn.conversation, again=times + 1)
    return [*said, STEPS[step](turn)]


def _still_in_doubt(turn: Turn, said: list[Answer]) -> list[Answer]:
    """Whether there is danger is asked again after what was asked for on the way, unless that asks something itself."""
    is_open = turn.conversation.step == danger.STEP and not turn.conversation.stopped_at
    if not is_open or (said and said[-1].next_step):
        return said
    if said and any(choice.code.startswith("case-read:") for choice in said[-1].choices):
        return [
            *said[:-1],
            replace(said[-1], next_step=danger.STEP),
        ]  # one "ya" cannot answer both: it comes after this
    return _offered_again(turn, said)


def _settle(turn: Turn, said: list[Answer]) -> list[Answer]:
    """The last answer decides which step is open; silence leaves none open."""
    if not said:
        turn.conversation.step = None
        return said
    if turn.conversation.step != said[-1].next_step:
        remember(turn.conversation, again=None)
    turn.conversation.step = said[-1].next_step
    return said


def _numbered(conversation: Conversation, said: list[Answer]) -> tuple[Outgoing, ...]:
    """Number the choices through all replies of a turn, and remember them for whoever types."""
    replies: list[Outgoing] = []
    rows: list[list[str]] = []
    for answer in said:
        choices = _told_apart(answer.choices)
        outgoing = Outgoing(answer.text, choices, len(rows) + 1, spoken=answer.spoken, spoken_title=answer.spoken_title)
        replies.append(outgoing)
        rows += [[choice.code, choice.label, choice.title] for choice in choices]
    if rows:
        conversation.offered = rows
    return tuple(replies)


def _told_apart(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """No two labels alike under one message, however villages and articles are called: WhatsApp refuses them."""
    told: list[Choice] = []
    taken: set[str] = set()
    for choice in choices:
        label, number = choice.label, 1
        while words.plain(label) in taken:
            number += 1
            label = f"{choice.label[: LABEL_LIMIT - 1 - len(str(number))].rstrip()} {number}"
        taken.add(words.plain(label))
        told.append(replace(choice, label=label))
    return tuple(told)


def _once_in_a_group(turn: Turn) -> tuple[Outgoing, ...]:
    """In a group we say once where we answer, and nothing else."""
    if turn.conversation.notice_at:
        return ()
    turn.conversation.notice_at = turn.now
    link = turn.guide.links.get(turn.conversation.channel)
    return (Outgoing(turn.say.in_group(link) if link else turn.say.in_group_no_link()),)


def _says_little(understood: Understood) -> bool:
    """A greeting, a lone "/start", nothing readable: no question that wants an answer first."""
    return understood.kind == "chitchat" or (understood.kind == "none" and understood.confidence == 0.0)


def _says_something(understood: Understood, text: str) -> bool:
    """Enough to tell the language: understood, or a sentence. The name of a village or a country alone is of none."""
    if len(text.split()) <= NAME_OF_A_PLACE and country_in(text):
        return False
    return understood.kind not in ("none", "choices") or (bool(understood.because) and len(text.split()) > 2)


def _may_name_a_village(understood: Understood, text: str) -> bool:
    """Short, and nothing in it that we know from questions: the name of a village that is not in our list."""
    if not has_letters(text) or len(text.split()) > welcome.NAME_WORDS:
        return False
    is_strange = not understood.because or (len(text.split()) == 1 and understood.confidence < SURE_WORD)
    is_named = words.plain(text).startswith("desa ")
    return understood.kind == "none" or (understood.kind == "choices" and (is_strange or is_named))
