"""The answer to "apakah Anda terbantu?" after a case was closed."""

from __future__ import annotations

from bot.case_phrases import CasePhrases
from bot.dialogues import guidance
from bot.turns import Answer, Turn
from centre import case_ratings


def rated(turn: Turn, rest: str) -> Answer:
    """Thanked, whatever was said; a button of a case that is no more, or open again, leads to the menu."""
    number, _, word = rest.partition(":")
    is_kept = number.isdecimal() and case_ratings.rate(turn.session, turn.conversation, int(number), word)
    if not is_kept:
        return guidance.menu(turn.say, turn.guide)
    say = CasePhrases(turn.say.language)
    return Answer(say.rated(), (guidance.person_choice(turn.say), guidance.menu_choice(turn.say)))
