"""First contact: who answers here, what is kept, then language, then village; both can be skipped.

Nobody must register to ask: who begins with a question has it answered first, and is told how to choose either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import words
from bot.dialogues import guidance, own_data, read_along
from bot.gateway_phrases import GatewayPhrases
from bot.phrases import NOTICE_VERSION, Phrases
from bot.privacy_phrases import PrivacyPhrases
from bot.turns import Answer, Turn
from centre import areas, sms_parts
from centre.areas import Village
from centre.conversations import Conversation
from centre.messages import CODE_LIMIT, LABEL_LIMIT, LIMITS, TITLE_LIMIT, Choice
from content import languages

LANGUAGE, VILLAGE = "language", "village"
SHOWN = 8
"""Villages or regencies in one list: with "skip" they fit into ten rows."""
NAME_WORDS = 5
"""A village's name, with its regency, has no more words than this; a longer message is a question."""

SHORT_PARTS = 2
"""Parts of a short message that the welcome may take: of three, one is left to what was asked."""


def is_new(conversation: Conversation) -> bool:
    """Has this person not been told yet who answers here and what is kept?"""
    return conversation.notice_version != NOTICE_VERSION


def welcome(turn: Turn) -> Answer:
    """Who Balai is and what is kept, in the language that is spoken; who knew an older wording is told that it changed."""
    limits = LIMITS[turn.conversation.channel]
    if limits.in_sms:
        return Answer(own_data.note_shown(turn, _short_welcome(turn)))
    was_told = turn.conversation.notice_version is not None
    first = PrivacyPhrases(turn.say.language).notice_changed() if was_told else turn.say.welcome()
    lines = [first, own_data.notice(turn), *([read_along.notice(turn)] if limits.is_exposed else [])]
    return Answer("\n\n".join(lines))


def _short_welcome(turn: Turn) -> str:
    """The same by short message, and where the rest of it can be read, unless that would cost a part more than is its due."""
    told = GatewayPhrases(turn.say.language).short_welcome()
    link = own_data.page(turn)
    whole = f"{told} {PrivacyPhrases(turn.say.language).whole(link)}" if link else told
    return whole if sms_parts.count(sms_parts.plain(whole)) <= SHORT_PARTS else told


def with_ways(turn: Turn, notice: Answer) -> Answer:
    """The notice, and in a line the ways to another language and to one's village: a list of them under an answer would be
    longer than the answer."""
    other = Choice(words.LANGUAGES, turn.say.label_languages())
    return replace(notice, text=f"{notice.text}\n\n{turn.say.other_ways()}", choices=(other,))


def choose_language(turn: Turn) -> Answer:
    """The languages, each by its own name, asked in the person's language and in Bahasa."""
    return _language_question(turn, LANGUAGE)


def choose_another_language(turn: Turn) -> Answer:
    """The same, later. A step that is open stays open behind it."""
    return _language_question(turn, turn.conversation.step)


def language_chosen(turn: Turn, code: str, open_step: Callable[[Turn], Answer] | None) -> list[Answer]:
    """The person chose. The way back is shown in the new language and in the one before.

    `open_step` asks the question that was open once more, in the language now chosen.
    """
    if code not in languages.CODES or not languages.get(code).offered:
        return [choose_another_language(turn)]
    before = turn.say.language if turn.say.language != code else _another(code)
    first_time = turn.conversation.step == LANGUAGE
    turn.conversation.language = code
    turn.speak(code)
    lines = [turn.say.language_chosen()]
    if not turn.say.is_reviewed:
        lines.append(turn.say.unreviewed_language())
    lines += [turn.say.way_back(), Phrases(before).way_back()]
    confirmed = "\n".join(dict.fromkeys(lines))
    if first_time or open_step is None:
        following = _after_language(turn) if first_time else guidance.menu(turn.say, turn.guide)
    else:
        following = open_step(turn)
    return [Answer(f"{confirmed}\n\n{following.text}", following.choices, following.next_step)]


def choose_village(turn: Turn) -> Answer:
    """Ask for the village."""
    return Answer(turn.say.choose_village(), (_skip(turn),), next_step=VILLAGE)


def village_typed(turn: Turn, text: str) -> Answer | None:
    """Take what looks like a village's name; anything else is not for this step (None)."""
    if len(text.split()) > NAME_WORDS:
        return None
    found = areas.search(turn.session, text, limit=None)
    if not found:
        return None
    if areas.is_sure(text, found):
        return _settle(turn, found[0])
    return _which(turn, found, text)


def village_surely(turn: Turn, text: str) -> Answer | None:
    """Take a village's name that is meant beyond doubt, where something else was asked."""
    found = areas.search(turn.session, text, limit=None) if len(text.split()) <= NAME_WORDS else []
    return _settle(turn, found[0]) if found and areas.is_sure(text, found) else None


def village_unknown(turn: Turn) -> Answer:
    """No village of that name is known here: try again, or go on without."""
    return Answer(turn.say.village_unknown(), (_skip(turn),), next_step=VILLAGE)


def village_chosen(turn: Turn, rest: str) -> Answer:
    """A village out of the list."""
    village = areas.get(turn.session, int(rest)) if rest.isdecimal() else None
    return _settle(turn, village) if village else village_unknown(turn)


def regency_chosen(turn: Turn, rest: str) -> Answer:
    """A regency out of the list (`rest`: those villages in it that can be meant)."""
    known = (areas.get(turn.session, int(number)) for number in rest.split(",") if number.isdecimal())
    found = [village for village in known if village]
    if not found:
        return village_unknown(turn)
    return _settle(turn, found[0]) if len(found) == 1 else _village_list(turn, found)


def by_link(turn: Turn, code: str) -> Answer | None:
    """The village behind a link code, set at once; None when the code leads nowhere."""
    village = areas.by_link_code(turn.session, code)
    if village is None:
        return None
    turn.conversation.village_id = village.id
    choices = (guidance.menu_choice(turn.say), guidance.person_choice(turn.say))
    return Answer(turn.say.village_chosen(village.name, village.regency), choices)


def skip(turn: Turn, _rest: str) -> Answer:
    """Go on without an answer to the open step."""
    if turn.conversation.step == LANGUAGE:
        return _after_language(turn)
    following = _following(turn)
    return Answer(f"{turn.say.step_skipped()}\n\n{following.text}", following.choices, following.next_step)


def _language_question(turn: Turn, step: str | None) -> Answer:
    asked = dict.fromkeys((turn.say.choose_language(), Phrases(languages.SOURCE).choose_language()))
    rows = [Choice(f"lang:{language.code}", language.own_name) for language in languages.OFFERED]
    if step == LANGUAGE:
        rows.append(_skip(turn))
    return Answer("\n".join(asked), tuple(rows), next_step=step)


def _after_language(turn: Turn) -> Answer:
    """The village, unless a link has already told it."""
    if turn.conversation.village_id is None:
        return choose_village(turn)
    return guidance.menu(turn.say, turn.guide)


def _settle(turn: Turn, village: Village) -> Answer:
    turn.conversation.village_id = village.id
    following = _following(turn)
    chosen = turn.say.village_chosen(village.name, village.regency)
    return Answer(f"{chosen}\n\n{following.text}", following.choices, following.next_step)


def _following(turn: Turn) -> Answer:
    """Back to where the village was asked for, else the menu."""
    return turn.go_on(turn) if turn.go_on else guidance.menu(turn.say, turn.guide)


def _which(turn: Turn, found: list[Village], typed: str) -> Answer:
    regencies = areas.regencies(found)
    if len(regencies) == 1 or not areas.names_clash(found):
        return _village_list(turn, found)
    rows = [
        Choice(_regency_code(areas.in_regency(found, code)), name[:LABEL_LIMIT], name[:TITLE_LIMIT])
        for code, name in regencies[:SHOWN]
    ]
    return Answer(turn.say.which_regency(), (*rows, _skip(turn)), next_step=VILLAGE)


def _regency_code(villages: list[Village]) -> str:
    """The villages by number, as many as a list shows and a button carries. Codes are kept in the clear, so what was
    typed has no place in them."""
    code = "reg:" + ",".join(str(village.id) for village in villages[:SHOWN])
    return code if len(code) <= CODE_LIMIT else code[: code.rindex(",", 0, CODE_LIMIT + 1)]


def _village_list(turn: Turn, found: list[Village]) -> Answer:
    """Each by its name; where two bear the same, by the district that tells them apart. The title says it in full."""
    shown = found[:SHOWN]
    labels = [village.name[:LABEL_LIMIT] for village in shown]
    rows = [
        Choice(
            f"village:{village.id}",
            label if labels.count(label) == 1 else (village.district or village.regency)[:LABEL_LIMIT],
            ", ".join(part for part in (village.name, village.district, village.regency) if part)[:TITLE_LIMIT],
        )
        for village, label in zip(shown, labels, strict=True)
    ]
    return Answer(turn.say.which_village(), (*rows, _skip(turn)), next_step=VILLAGE)


def _skip(turn: Turn) -> Choice:
    return Choice("skip", turn.say.label_skip())


def _another(code: str) -> str:
    return languages.SOURCE if code != languages.SOURCE else "en"
