"""Somebody's own data in the chat: the notice, `setuju` and `jangan simpan`, `data saya` for everybody, and `keberatan`.

Whoever says no is answered as before; only what has to be kept to be done at all (a booking, a report) asks once more. Danger
never asks (UU PDP 27/2022 art. 20(2)d: vital interest).
"""

from __future__ import annotations

from bot import words
from bot.dialogues import guidance, settings
from bot.phrases import NOTICE_VERSION
from bot.privacy_phrases import PrivacyPhrases
from bot.turns import Answer, Turn
from centre import areas, calendars, census_requests, conversation_consents, own_data, retention
from centre.census_consents import BY_FAMILY
from centre.messages import Choice
from content import languages

COPY, OBJECT = "copy", "object"
ADDRESSES = {"en": "/privacy"}
"""Of the page that tells everything, by language; the Indonesian one for all others."""
NEEDS_KEEPING = frozenset(
    {words.BOOK, "what", "slot", "queue", "hear", words.REPORT, "trouble", words.PERSON, words.NEWS}
)
"""The first words of codes whose deed cannot be done for somebody of whom nothing is kept."""


def notice(turn: Turn) -> str:
    """What is kept and why, in the language that is spoken, noted with these very words."""
    return note_shown(turn, PrivacyPhrases(turn.say.language).privacy(page(turn)))


def page(turn: Turn) -> str:
    """Where everything about it is told, in the language that is spoken; empty where we have no public address."""
    home = turn.guide.home
    return home + ADDRESSES.get(turn.say.language, "/privasi") if home else ""


def note_shown(turn: Turn, shown: str) -> str:
    """These words are put before somebody; gives them."""
    language = turn.say.language
    conversation_consents.show(turn.session, turn.conversation, NOTICE_VERSION, language, shown, turn.now)
    return shown


def agreed(turn: Turn) -> Answer:
    """`setuju`."""
    say = PrivacyPhrases(turn.say.language)
    conversation_consents.agree(turn.session, turn.conversation, NOTICE_VERSION, say.language, turn.now)
    return Answer(say.agreed(), (guidance.menu_choice(say), guidance.person_choice(say)))


def declined(turn: Turn) -> Answer:
    """`jangan simpan`, at the beginning or at any time later."""
    say = PrivacyPhrases(turn.say.language)
    conversation_consents.decline(turn.session, turn.conversation, NOTICE_VERSION, say.language, turn.now)
    retention.keep_nothing(turn.session, turn.conversation)
    return Answer(say.declined(), (guidance.menu_choice(say), _forget(say)))


def is_in_the_way(turn: Turn, deed: str) -> bool:
    """Does this have to be kept, and was that declined?"""
    return turn.conversation.declined_at is not None and deed in NEEDS_KEEPING


def ask_to_keep(turn: Turn, code: str) -> Answer:
    """Whether what follows may be kept; who else helps stands there too, for whoever says no."""
    say = PrivacyPhrases(turn.say.language)
    choices = (Choice(f"{words.AGREE}:{code}", say.label_agree()), guidance.menu_choice(say))
    others = settings.others(turn.say, turn.guide)
    needs_person = code.partition(":")[0] in (words.REPORT, "trouble", words.PERSON)
    return Answer(f"{say.needs_keeping()}\n\n{others}" if needs_person else say.needs_keeping(), choices)


def act(turn: Turn, rest: str) -> Answer:
    """`data saya`, and its buttons ("own:copy")."""
    deeds = {COPY: _copy, OBJECT: objected}
    return deeds[rest](turn) if rest in deeds else _overview(turn)


def objected(turn: Turn) -> Answer:
    """`keberatan`: the desk restricts or stops what is done with their data, or says why not."""
    say = PrivacyPhrases(turn.say.language)
    here = turn.conversation
    census_requests.ask(
        turn.session, None, here.village_id, "object", "chat", BY_FAMILY, turn.now, conversation_id=here.id
    )
    return Answer(say.object_asked(), (guidance.menu_choice(say), guidance.person_choice(say)))


def _overview(turn: Turn) -> Answer:
    say = PrivacyPhrases(turn.say.language)
    lines = "\n".join(f"- {line}" for line in _lines(turn, say))
    return Answer(f"{say.held_here()}\n{lines}", _choices(turn, say))


def _lines(turn: Turn, say: PrivacyPhrases) -> list[str]:
    here = turn.conversation
    found = own_data.held(turn.session, here, turn.now)
    village = areas.get(turn.session, here.village_id) if here.village_id else None
    lines = [say.language_line(languages.get(say.language).own_name)]
    lines += [say.village_line(f"{village.name}, {village.regency}")] if village else []
    lines += [say.words_line(found.messages, found.replies)]
    lines += [say.bookings_line(found.bookings)] if found.bookings else []
    lines += [say.case_line()] if found.has_open_case else []
    zone = areas.zone_of(village)
    if found.consent:
        day = calendars.local(found.consent.at, zone).date()
        return [*lines, say.agreed_line(day) if found.consent.said == "agreed" else say.declined_line(day)]
    return [*lines, *([say.shown_line(calendars.local(here.notice_at, zone).date())] if here.notice_at else [])]


def _choices(turn: Turn, say: PrivacyPhrases) -> tuple[Choice, ...]:
    other = (words.AGREE, say.label_agree()) if turn.conversation.declined_at else (words.DECLINE, say.label_decline())
    return (
        Choice(f"{words.OWN}:{COPY}", say.label_copy()),
        Choice(words.LANGUAGES, say.label_languages()),
        Choice(words.VILLAGE, say.label_village()),
        Choice(*other),
        _forget(say),
        Choice(f"{words.OWN}:{OBJECT}", say.label_object()),
        Choice(f"{words.CENSUS}:new", say.label_census()),
        guidance.menu_choice(say),
    )


def _copy(turn: Turn) -> Answer:
    """The words that are still kept, as a text to take along."""
    say = PrivacyPhrases(turn.say.language)
    lines = own_data.copy(turn.session, turn.conversation)
    ways_on = (_forget(say), guidance.menu_choice(say))
    if not lines:
        return Answer(say.nothing_copied(), ways_on)
    village = areas.get(turn.session, turn.conversation.village_id) if turn.conversation.village_id else None
    zone = areas.zone_of(village)
    told = [
        say.line_of(
            f"{calendars.local(line.at, zone):%d/%m %H.%M}", say.you() if line.is_theirs else "Balai", line.words
        )
        for line in lines
    ]
    return Answer("\n".join((say.copied(), *told)), ways_on)


def _forget(say: PrivacyPhrases) -> Choice:
    return Choice(words.FORGET, say.label_forget())
