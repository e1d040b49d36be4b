"""One message in, replies out: the order in which the bot listens.

Danger first. Then words that work everywhere. Then what may be tapped or numbered. Then the open step, which takes only
what fits it. Then a question, after which an open step is offered again. Last, a person. A first message is greeted on the way.
Nothing is sent or committed here: the worker queues the replies and commits once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import words
from bot.dialogues import danger, guidance, settings, welcome
from bot.phrases import Phrases
from bot.turns import Answer, Guide, Turn, language_of, offered, remember
from bot.understanding import Understood, understand
from centre import answers
from centre.conversations import Conversation
from centre.messages import Incoming, Outgoing, readable

OFFERED_AGAIN = 2
"""How often an open step is offered after questions, before it is let go."""


@dataclass(frozen=True)
class Response:
    """What to say, and whether a person must look at what came in."""

    replies: tuple[Outgoing, ...]
    for_staff: str | None = None


def respond(
    session: Session, conversation: Conversation, incoming: Incoming, guide: Guide, now: datetime
) -> Response:
    """Answer one message of this conversation and note what the next one needs to know."""
    turn = Turn(session, conversation, guide, now, Phrases(language_of(conversation)))
    turn.is_first = welcome.is_new(conversation)
    if incoming.in_group:
        return Response(_once_in_a_group(turn))
    conversation.closing_at = None
    for_staff = incoming.kind if incoming.kind in ("media", "other") else None
    said = _listen(turn, incoming)
    return Response(_numbered(conversation, said), for_staff)


def _listen(turn: Turn, incoming: Incoming) -> list[Answer]:
    text = readable(incoming.text)
    if incoming.kind != "tap":
        understood = understand(text, turn.conversation.language, turn.guide)
        _hear(turn, understood)
        if understood.kind == "danger":
            return _settle(turn, [danger.answer(turn, understood, warned=incoming.warned)])
    code = incoming.code if incoming.kind == "tap" else _code_typed(turn, text)
    if code and turn.is_first and code in (words.START, words.MENU):
        return _settle(turn, [welcome.welcome(turn)])
    if code:
        return _settle(turn, _with_welcome(turn, _do(turn, code)))
    if turn.conversation.stopped_at:
        return _settle(turn, [settings.is_stopped(turn)])
    if incoming.kind in ("media", "other"):
        kept = Answer(turn.say.media_kept(), (guidance.person_choice(turn.say), guidance.menu_choice(turn.say)))
        return _settle(turn, _offered_again(turn, _with_welcome(turn, [kept])))
    return _settle(turn, _typed(turn, text, understood))


def _typed(turn: Turn, text: str, understood: Understood) -> list[Answer]:
    """Words that are no command and no choice: for the open step, else a question."""
    linked = _village_link(turn, text)
    if linked:
        return _with_welcome(turn, [linked])
    if turn.is_first and _says_little(understood):
        return [welcome.welcome(turn)]
    if turn.conversation.step == welcome.VILLAGE and understood.kind != "answer":
        village = welcome.village_typed(turn, text)
        if village:
            return [village]
        if understood.kind == "none" and len(text.split()) <= welcome.NAME_WORDS and _has_letters(text):
            return [welcome.village_unknown(turn)]
    answered = [_question(turn, text, understood)]
    if turn.is_first:
        return _with_welcome(turn, answered)
    return _offered_again(turn, answered)


def _question(turn: Turn, text: str, understood: Understood) -> Answer:
    if not _has_letters(text):
        return Answer(turn.say.nothing_readable(), (guidance.menu_choice(turn.say), guidance.person_choice(turn.say)))
    answers.record(
        turn.session,
        turn.conversation,
        kind=understood.kind,
        slug=understood.slug,
        language=understood.language,
        confidence=understood.confidence,
        now=turn.now,
    )
    if understood.kind == "person":
        return settings.person(turn)
    return guidance.reply(turn.say, turn.guide, understood, turn.now.date())


def _do(turn: Turn, code: str) -> list[Answer]:
    """Do what a button or its typed twin says. An unknown code (of a button long gone) leads to the menu."""
    name, _, rest = code.partition(":")
    if name == "lang":
        return welcome.language_chosen(turn, rest)
    act = ACTIONS.get(name)
    return [act(turn, rest) if act else guidance.menu(turn.say, turn.guide)]


def _cancel(turn: Turn, _rest: str) -> Answer:
    following = guidance.menu(turn.say, turn.guide)
    if turn.conversation.step is None:
        return following
    return Answer(f"{turn.say.cancelled()}\n\n{following.text}", following.choices)


def _menu(turn: Turn, rest: str) -> Answer:
    return guidance.menu(turn.say, turn.guide, int(rest) if rest.isdecimal() else 1)


ACTIONS: dict[str, Callable[[Turn, str], Answer]] = {
    words.MENU: _menu,
    words.LANGUAGES: lambda turn, _: welcome.choose_another_language(turn),
    words.PERSON: lambda turn, _: settings.person(turn),
    words.CANCEL: _cancel,
    words.STOP: lambda turn, _: settings.stop(turn),
    words.START: lambda turn, _: settings.start(turn),
    words.VILLAGE: lambda turn, _: welcome.choose_village(turn),
    words.FORGET: lambda turn, rest: settings.forget(turn, rest) if rest else settings.confirm_forget(turn),
    "skip": welcome.skip,
    "village": welcome.village_chosen,
    "reg": welcome.regency_chosen,
    "topic": guidance.topic,
    "art": guidance.show,
    "more": guidance.more,
    "orig": guidance.in_indonesian,
    "yes": guidance.helped,
    "no": guidance.did_not_help,
    "none": guidance.none_of_these,
    "danger": danger.confirmed,
}
"""What each code's first word does. Codes are complete in themselves, so a button of last year still does what it said."""

STEPS: dict[str, Callable[[Turn], Answer]] = {
    welcome.LANGUAGE: welcome.choose_language,
    welcome.VILLAGE: welcome.choose_village,
    settings.FORGET: settings.confirm_forget,
    danger.STEP: danger.ask,
}
"""How each open step is offered again."""


def _code_typed(turn: Turn, text: str) -> str | None:
    """The code behind what was typed: a word that works everywhere, else the number or label of a choice."""
    command = words.command_in(text)
    if command:
        return command
    typed = words.plain(text)
    for number, (code, label, title) in enumerate(turn.conversation.offered, start=1):
        if typed and typed in (str(number), words.plain(label), words.plain(title)):
            return code
    return None


def _village_link(turn: Turn, text: str) -> Answer | None:
    """A village's short code, as its links and posters send it ("/start K7MPT", "Desa K7MPT")."""
    first, _, code = text.partition(" ")
    if words.plain(first) not in ("start", "desa") or not code.strip():
        return None
    return welcome.by_link(turn, code)


def _hear(turn: Turn, understood: Understood) -> None:
    """Answer in the language that was just written, unless the person chose one and this is not surely another."""
    if not _says_something(understood):
        return
    heard = offered(understood.language)
    remember(turn.conversation, heard=heard)
    turn.speak(turn.conversation.language or heard)


def _with_welcome(turn: Turn, said: list[Answer]) -> list[Answer]:
    """On first contact: who we are before, the language question after."""
    if not turn.is_first:
        return said
    greeted = welcome.welcome(turn)
    closed = said[-1].next_step is not None
    return [replace(greeted, next_step=None), *said, *([] if closed else [welcome.choose_language(turn)])]


def _offered_again(turn: Turn, said: list[Answer]) -> list[Answer]:
    """After a question the open step comes back, a few times at most."""
    step = turn.conversation.step
    times = int(turn.conversation.memory.get("again", 0))
    if step not in STEPS or times >= OFFERED_AGAIN:
        remember(turn.conversation, again=None)
        return said
    remember(turn.conversation, again=times + 1)
    return [*said, STEPS[step](turn)]


def _settle(turn: Turn, said: list[Answer]) -> list[Answer]:
    """The last answer decides which step is open; a bare greeting is followed by its question."""
    if said[-1].next_step == welcome.LANGUAGE and not said[-1].choices:
        said = [*said, welcome.choose_language(turn)]
    if turn.conversation.step != said[-1].next_step:
        remember(turn.conversation, again=None)
    turn.conversation.step = said[-1].next_step
    return said


def _numbered(conversation: Conversation, said: list[Answer]) -> tuple[Outgoing, ...]:
    """Number the choices through all replies of a turn, and remember them for whoever types."""
    replies, rows = [], []
    for answer in said:
        replies.append(Outgoing(answer.text, answer.choices, first=len(rows) + 1))
        rows += [[choice.code, choice.label, choice.title] for choice in answer.choices]
    if rows:
        conversation.offered = rows
    return tuple(replies)


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


def _says_something(understood: Understood) -> bool:
    return understood.kind != "none" or understood.confidence > 0.0


def _has_letters(text: str) -> bool:
    return any(char.isalnum() for char in text)
