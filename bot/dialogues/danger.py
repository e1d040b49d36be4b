"""Danger: answered first, always, in any state of the conversation and even when nothing can be stored.

Two levels. `act`: first words for this kind of danger, then who can act where the person is. `ask`: one question
whether there is danger now, with whom to call in doubt; the question that was asked is kept and answered after "no".
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogues import guidance, settings
from bot.phrases import Phrases
from bot.turns import Answer, Turn, remember
from bot.understanding import Understood
from centre import answers
from centre.messages import Choice
from content.contacts import Contact, for_danger
from content.danger import Danger, country_in

STEP = "danger"
PLACE = "danger_place"
"""The card asked where the person is; `place_told` listens for it."""
PLACE_WORDS = 4
"""A message of more words that we can answer is a question, even where it names a country."""


def card(say: Phrases, contacts: Mapping[str, Contact], danger: Danger, country: str | None) -> str:
    """First words, who can act, and one question. Needs no database: it is also the answer of last resort."""
    where = danger.country or country
    lines = [f"- {guidance.contact_line(say, contact)}" for contact in for_danger(contacts, where, danger.kind)]
    return "\n\n".join(
        (
            say.danger(danger.kind),
            "\n".join((say.call_now(), *lines)),
            f"{_nearest_help(say, where)} {say.beware_of_helpers()}",
            say.safe_to_write(),
        )
    )


def question(say: Phrases, contacts: Mapping[str, Contact], danger: Danger, country: str | None) -> str:
    """Is there danger now? And whom to call in doubt."""
    where = danger.country or country
    lines = [f"- {guidance.contact_line(say, contact)}" for contact in for_danger(contacts, where, danger.kind)]
    return "\n\n".join((say.in_danger_now(), "\n".join((say.if_in_doubt(), *lines[:2]))))


def answer(turn: Turn, understood: Understood, *, warned: bool) -> Answer:
    """What a message that sounds like danger gets. `warned`: the card already went out for this very message."""
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
    remember(turn.conversation, country=danger.country or turn.conversation.memory.get("country"))
    remember(turn.conversation, danger=danger.kind)
    if danger.level == "act" or warned:
        return _act(turn, danger, warned)
    remember(turn.conversation, after=list(understood.choices))
    return ask(turn)


def ask(turn: Turn) -> Answer:
    """The question, offered again as long as it is open."""
    text = question(turn.say, turn.guide.library.contacts, _remembered(turn), _country(turn))
    yes, no = Choice("danger:yes", turn.say.label_yes()), Choice("danger:no", turn.say.label_no())
    return Answer(text, (yes, no), next_step=STEP)


def confirmed(turn: Turn, word: str) -> Answer:
    """The person answered the question (`word`: yes or no)."""
    if word == "yes":
        return _act(turn, _remembered(turn), warned=False)
    slugs = tuple(str(slug) for slug in turn.conversation.memory.get("after", ()))
    remember(turn.conversation, after=None)
    calm = turn.say.not_in_danger()
    if not slugs:
        return Answer(calm, (guidance.menu_choice(turn.say), guidance.person_choice(turn.say)))
    rest = guidance.show(turn, slugs[0]) if len(slugs) == 1 else guidance.did_you_mean(turn.say, turn.guide, slugs)
    return Answer(f"{calm}\n\n{rest.text}", rest.choices)


def place_told(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """What follows the card: with the country, who can act there; with words we do not understand, a person."""
    country = country_in(text)
    if country and (understood.kind != "answer" or len(text.split()) <= PLACE_WORDS):
        remember(turn.conversation, country=country)
        return _act(turn, _remembered(turn), warned=False)
    return settings.person(turn) if understood.kind in ("none", "choices") else None


def _nearest_help(say: Phrases, country: str | None) -> str:
    """The numbers 110 and 129 answer in Indonesia only."""
    return say.nearest_help() if country in (None, "id") else say.nearest_help_abroad()


def _act(turn: Turn, danger: Danger, warned: bool) -> Answer:
    say = turn.say
    text = f"{say.already_warned()} {say.safe_to_write()}" if warned else _card(turn, danger)
    return Answer(text, (guidance.person_choice(say), guidance.menu_choice(say)), next_step=PLACE)


def _card(turn: Turn, danger: Danger) -> str:
    return card(turn.say, turn.guide.library.contacts, danger, _country(turn))


def _remembered(turn: Turn) -> Danger:
    """The danger that was asked about, without the words that showed it: those are not kept."""
    return Danger("ask", str(turn.conversation.memory.get("danger", "violence")), (), _country(turn))


def _country(turn: Turn) -> str | None:
    country = turn.conversation.memory.get("country")
    return str(country) if country else None
