"""Danger: answered first, always, in any state of the conversation and even when nothing can be stored.

Two levels. `act`: first words for this kind of danger, then who can act where the person is. `ask`: one question
whether there is danger now, with whom to call in doubt; the question that was asked is kept and answered after "no".

The card asks where the person is. Frightened people answer in several messages ("iya aman", "terima kasih", then "di
taiwan"), so that the place is listened for beside whatever else is said, for some turns. What an emergency was about is
known as long as it may last, and then forgotten: next month the same person may be at home.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from bot import words
from bot.dialogues import guidance, settings
from bot.phrases import Phrases
from bot.turns import Answer, Turn, remember
from bot.understanding import Understood
from centre import answers, open_questions
from centre.messages import Choice
from content.contacts import Contact, for_danger
from content.danger import Danger
from content.places import HOME, WORDS, countries_in
from content.typed import read_words
from content.whereabouts import only_tells_a_place, own_place, whereabouts

STEP = "danger"
LISTENED_FOR = 6
"""So many messages after the card a country is heard as the answer to its question."""
CARED_FOR = 3
"""So many of them get a danger's answer, not a guess, where they say yes, no or what we do not understand."""
PLACE_WORDS = 4
"""A message of no more words tries to tell a place, even where we do not know it."""
CONSENT_WORDS = 2
""" "tidak aman", "iya bu": of so few words the first may say yes or no."""
KEPT_FOR = timedelta(days=3)
"""So long after the last word of danger its country and kind are known. Who is beaten writes again the next night, and
must not be asked again where that is; a week later they may be elsewhere, and a wrong number costs more than a question."""
KEPT = ("country", "danger", "danger_at", "is_somebody_else", "after", "since_card", "is_thanked")
THANKS = "@thanks"
QUESTION_WORDS = WORDS / "question_words.txt"


def card(say: Phrases, contacts: Mapping[str, Contact], danger: Danger, country: str | None) -> str:
    """First words, who can act, and one question. Needs no database: it is also the answer of last resort."""
    where = danger.country or country
    lines = [f"- {guidance.contact_line(say, contact)}" for contact in for_danger(contacts, where, danger.kind)]
    return "\n\n".join(
        (
            say.danger(danger.kind, is_somebody_else=danger.is_somebody_else),
            "\n".join((say.call_now(), *lines)),
            f"{_nearest_help(say, where)} {say.beware_of_helpers()}",
            _one_question(say, danger.is_somebody_else),
        )
    )


def question(say: Phrases, contacts: Mapping[str, Contact], danger: Danger, country: str | None) -> str:
    """Is there danger now? And whom to call in doubt."""
    where = danger.country or country
    lines = [f"- {guidance.contact_line(say, contact)}" for contact in for_danger(contacts, where, danger.kind)]
    return "\n\n".join((say.in_danger_now(), "\n".join((say.if_in_doubt(), *lines[:2]))))


def answer(turn: Turn, understood: Understood, *, warned: bool, said: str) -> Answer:
    """What a message (`said`) that sounds like danger gets. `warned`: the card already went out for this very message."""
    danger = understood.danger
    assert danger is not None, "only asked of a message in which danger was seen"
    answers.record(
        turn.session,
        turn.conversation,
        kind="danger",
        slug=None,
        language=understood.language,
        confidence=1.0,
        now=turn.now,
    )
    open_questions.erase(turn.session, turn.conversation.id)  # what was asked before is for the people of a case alone
    danger = replace(danger, country=_place_in(turn, danger, said))
    remember(turn.conversation, country=danger.country, danger=danger.kind, danger_at=turn.now.isoformat())
    remember(turn.conversation, is_somebody_else=danger.is_somebody_else or None)
    if danger.level == "act" or warned:
        return _act(turn, danger, warned)
    remember(turn.conversation, after=list(understood.choices))
    return ask(turn)


def ask(turn: Turn) -> Answer:
    """The question, offered again as long as it is open."""
    turn.is_urgent = True
    text = question(turn.say, turn.guide.library.contacts, remembered(turn), _country(turn))
    yes, no = Choice("danger:yes", turn.say.label_yes()), Choice("danger:no", turn.say.label_no())
    return Answer(text, (yes, no), next_step=STEP)


def confirmed(turn: Turn, word: str) -> Answer:
    """The person answered the question (`word`: yes or no)."""
    if word == "yes":
        return _act(turn, remembered(turn), warned=False)
    stop_listening(turn)
    slugs = tuple(str(slug) for slug in turn.conversation.memory.get("after", ()))
    remember(turn.conversation, after=None)
    calm = turn.say.not_in_danger()
    if turn.go_on:
        before = turn.go_on(turn)
        return Answer(f"{calm}\n\n{before.text}", before.choices, before.next_step)
    if not slugs:
        return Answer(calm, (guidance.menu_choice(turn.say), guidance.person_choice(turn.say)))
    rest = guidance.show(turn, slugs[0]) if len(slugs) == 1 else guidance.did_you_mean(turn.say, turn.guide, slugs)
    return Answer(f"{calm}\n\n{rest.text}", rest.choices)


def listen(turn: Turn) -> None:
    """One more message since the card asked where the person is; after some we stop listening, after days we forget."""
    if _is_over(turn):
        remember(turn.conversation, **dict.fromkeys(KEPT))
        if turn.conversation.step == STEP:
            turn.conversation.step = None
    since = turn.conversation.memory.get("since_card")
    if since is not None:
        remember(turn.conversation, since_card=since + 1 if since < LISTENED_FOR else None)


def note_place(turn: Turn, text: str) -> None:
    """Whoever says in passing that they work in a country is there, should danger come next."""
    place = None if is_listening(turn) else own_place(text)  # the card asks for it, and hears the answer itself
    if place:
        remember(turn.conversation, place={"country": place, "at": turn.now.isoformat()})


def is_listening(turn: Turn) -> bool:
    """Is a place still heard as the answer to the card's question?"""
    return "since_card" in turn.conversation.memory


def waits_for_place(turn: Turn) -> bool:
    """Do we not know yet where a person in danger is? Then nothing else is asked."""
    return is_listening(turn) and _country(turn) is None


def is_asked(said: Answer) -> bool:
    """Is this only the question whether there is danger?"""
    return said.next_step == STEP


def remembered(turn: Turn) -> Danger:
    """The danger that was answered or asked about, without the words that showed it: those are not kept."""
    kind = str(turn.conversation.memory.get("danger", "violence"))
    return Danger("ask", kind, (), _country(turn), _is_somebody_else(turn))


def stop_listening(turn: Turn) -> None:
    """The person wants no more of it."""
    remember(turn.conversation, since_card=None)


def place_told(
    turn: Turn, text: str, understood: Understood, otherwise: Callable[[Turn], Answer | None] = settings.person
) -> Answer | None:
    """What follows the card: with the country, who can act there; with yes, no or words we do not understand, the
    question once more, or a person. None for all else, while we go on listening."""
    if not is_listening(turn):
        return None
    if understood.slug == THANKS:
        remember(turn.conversation, is_thanked=True)
    asks_of_a_country = _asks(text, understood) and bool(countries_in(text))
    if asks_of_a_country and _has_time_for_questions(turn):
        return None
    country = whereabouts(text, _country(turn), of_somebody_else=_is_somebody_else(turn))
    if country and (country != HOME or turn.conversation.step is None):
        remember(turn.conversation, country=country)
        return _act(turn, remembered(turn), warned=False)
    if turn.conversation.step is not None or turn.conversation.memory["since_card"] > CARED_FOR:
        return None
    consent = _consent_in(text) if understood.kind in ("none", "choices", "chitchat") else None
    if consent == words.NO:
        is_else = _is_somebody_else(turn)
        return Answer(turn.say.not_safe_to_reach() if is_else else turn.say.not_safe_to_write(), _ways_on(turn.say))
    if consent is None and understood.kind not in ("none", "choices"):
        return None
    if waits_for_place(turn) and len(text.split()) <= PLACE_WORDS:
        return ask_place(turn)
    return otherwise(turn)


def ask_place(turn: Turn) -> Answer:
    """The card's question alone: in which country?"""
    asked = turn.say.where_are_they() if _is_somebody_else(turn) else turn.say.where_are_you()
    return Answer(asked, _ways_on(turn.say))


def is_question(text: str, understood: Understood) -> bool:
    """Does a message want its answer, even where it names the place?"""
    return understood.kind == "answer" and (_has_question_word(text) or not only_tells_a_place(text))


def _asks(text: str, understood: Understood) -> bool:
    return is_question(text, understood) or (understood.kind == "choices" and _has_question_word(text))


def _has_time_for_questions(turn: Turn) -> bool:
    """Once we know where somebody is, or they have thanked us, a country in a question does not tell the place."""
    return not waits_for_place(turn) or bool(turn.conversation.memory.get("is_thanked"))


def _has_question_word(text: str) -> bool:
    return not _question_words().isdisjoint(words.plain(text).split())


@cache
def _question_words() -> frozenset[str]:
    return read_words(QUESTION_WORDS)


def _consent_in(text: str) -> str | None:
    said = text.split()
    return words.consent_in(text) or (words.consent_in(said[0]) if 0 < len(said) <= CONSENT_WORDS else None)


def _nearest_help(say: Phrases, country: str | None) -> str:
    """The numbers 110 and 129 answer in Indonesia only."""
    return say.nearest_help() if country in (None, HOME) else say.nearest_help_abroad()


def _act(turn: Turn, danger: Danger, warned: bool) -> Answer:
    turn.is_urgent, say = True, turn.say
    asked = _one_question(say, danger.is_somebody_else)
    text = f"{say.already_warned()} {asked}" if warned else _card(turn, danger)
    remember(turn.conversation, since_card=0, is_thanked=None, danger_at=turn.now.isoformat())
    return Answer(text, _ways_on(say))


def _one_question(say: Phrases, is_somebody_else: bool) -> str:
    """The card's one question: who writes of somebody else may write, but can they reach them?"""
    return say.safe_to_reach() if is_somebody_else else say.safe_to_write()


def _ways_on(say: Phrases) -> tuple[Choice, ...]:
    return guidance.person_choice(say), guidance.menu_choice(say)


def _card(turn: Turn, danger: Danger) -> str:
    return card(turn.say, turn.guide.library.contacts, danger, _country(turn))


def _place_in(turn: Turn, danger: Danger, said: str) -> str | None:
    """Where a new danger is: what its message tells, unless it only mentions another place than the one we know."""
    known = _country(turn)
    if not turn.conversation.memory.get("country"):  # no danger yet: known is only where they said to be in passing
        return known if known and danger.country in (None, HOME) else danger.country
    if danger.country in (None, known):
        return known
    return whereabouts(said, known, of_somebody_else=danger.is_somebody_else) or known


def _is_over(turn: Turn) -> bool:
    """Has nothing been said of a danger for so long that what we knew of it may be true no more?"""
    known = turn.conversation.memory
    if not any(name in known for name in KEPT):
        return False
    return "danger_at" not in known or turn.now - datetime.fromisoformat(known["danger_at"]) > KEPT_FOR


def _is_somebody_else(turn: Turn) -> bool:
    return bool(turn.conversation.memory.get("is_somebody_else"))


def _country(turn: Turn) -> str | None:
    """Where the danger is said to be, else where its writer said to be lately."""
    country = turn.conversation.memory.get("country")
    if country:
        return str(country)
    noted = turn.conversation.memory.get("place")
    is_late = noted and turn.now - datetime.fromisoformat(noted["at"]) > KEPT_FOR
    return None if is_late or not noted else str(noted["country"])
