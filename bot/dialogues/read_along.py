"""Where others read along: what is sensitive is neither told nor answered there, and nobody is left without a way on.

Over an unofficial gateway its vendor sees every message; a short message is seen by the network and by whoever holds the
telephone. Who writes of danger there still gets the danger card at once, and the people on duty hear that there is somebody,
without the words. A problem of violence, trafficking or a child, and one that goes around the village, is refused kindly,
in words that say nothing to somebody else, with the ways that are better; its words are not kept.
"""

from __future__ import annotations

from bot.dialogues import case_at_hand as at_hand
from bot.dialogues import danger, guidance
from bot.dialogues.settings import ALSO_HELPFUL
from bot.gateway_phrases import GatewayPhrases
from bot.turns import Answer, Turn, under
from bot.understanding import Understood
from centre import case_records, case_rules, cases
from centre.case_records import Case, Category
from centre.messages import LIMITS

BETTER = ("telegram", "whatsapp")
"""Channels of ours on which nobody but the platform reads along."""


def is_exposed(turn: Turn) -> bool:
    """Do others read along here?"""
    return LIMITS[turn.conversation.channel].is_exposed


def refuses(turn: Turn, category: Category, *, is_child: bool = False) -> bool:
    """Is a problem of this kind not for this channel?"""
    return is_exposed(turn) and (is_child or case_rules.RULES[category].is_restricted)


def case_refused(turn: Turn) -> Case | None:
    """The open case of this conversation, where it is not for this channel."""
    case = at_hand.of(turn) if is_exposed(turn) else None
    return case if case and case_rules.is_not_for(case, turn.conversation.channel) else None


def not_here(turn: Turn) -> Answer:
    """Kindly elsewhere; what they wrote is not kept."""
    turn.is_unkept = True
    say = GatewayPhrases(turn.say.language)
    return Answer("\n".join((say.not_here(), *_ways(turn))))


def alarmed(turn: Turn, case: Case, card: Answer) -> Answer:
    """The danger card, that somebody on duty hears of it, and where to go on; the words are not kept."""
    turn.is_unkept = True
    cases.note_withheld(turn.session, case, turn.now)
    code, say_of_case = case_records.shown(case.code), at_hand.say(turn)
    is_heard = cases.has_somebody(turn.session, case)
    told = say_of_case.officer_told(code) if is_heard else say_of_case.opened(code)
    say = GatewayPhrases(turn.say.language)
    elsewhere = "\n".join((say.go_on_elsewhere(), *_ways(turn, with_numbers=False)))
    return under(card.text, under(told, Answer(elsewhere, card.choices, card.next_step)))


def answered(turn: Turn, text: str, understood: Understood) -> Answer | None:
    """Words while such a case is open: where somebody in danger is, is heard for the card's sake; a question, a greeting and
    whatever belongs to another open step is answered as ever (None); all else is kindly refused."""
    if case_refused(turn) is None:
        return None
    if placed := danger.place_told(turn, text, understood, lambda _: None):
        turn.is_unkept = True
        return placed
    is_another = turn.conversation.step is not None and turn.conversation.step not in at_hand.STEPS
    if is_another or understood.kind == "chitchat" or danger.is_question(text, understood):
        return None
    return not_here(turn)


def file_sent(turn: Turn) -> Answer:
    """A picture, a voice or a paper: they are not taken here."""
    turn.is_unkept = True
    say = GatewayPhrases(turn.say.language)
    return Answer("\n".join((say.files_not_here(), *_ways(turn, with_numbers=False))))


def notice(turn: Turn) -> str:
    """What the first message says of the channel itself."""
    say = GatewayPhrases(turn.say.language)
    return "\n".join((say.read_along(), *_ways(turn, with_numbers=False)))


def _ways(turn: Turn, *, with_numbers: bool = True) -> list[str]:
    """Links to us where nobody reads along, and whom one can call; the numbers always where there is no link."""
    links = [turn.guide.links[name] for name in BETTER if name in turn.guide.links]
    links += [turn.guide.home] if turn.guide.home else []
    known = turn.guide.library.contacts
    numbers = [guidance.contact_line(turn.say, known[code]) for code in ALSO_HELPFUL if code in known]
    return [f"- {each}" for each in (links + numbers if with_numbers or not links else links)]
