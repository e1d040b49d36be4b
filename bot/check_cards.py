"""How what a check found looks to people: a sign with its rule and month, whom to ask, and the ways on. For both checks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.check_phrases import CheckPhrases
from bot.dialogues import guidance
from bot.turns import Turn
from content.tables import Row
from content.warning_signs import Outcome

ASK_HERE = ("siskop2mi", "kp2mi", "kp2mi-wa")
"""Where anybody can check an offer (codes of `content/contacts.yaml`)."""
HELP_NOW = ("polri110", "sapa129", "kp2mi")
"""Who acts in Indonesia when somebody is held, under age, or on the way."""


def say_of(turn: Turn) -> CheckPhrases:
    """Our sentences in the language of the turn."""
    return CheckPhrases(turn.say.language)


def sign_line(say: CheckPhrases, row: Row, today: date, wording: str = "") -> str:
    """One sign, with the words of the offer where it was seen there, and the rule behind it with its month."""
    text = say.sign_seen(wording, say.sign(row)) if wording else say.sign(row)
    return f"- {text} {say.rule(row.rule, since(say, row, today))}"


def row_line(say: CheckPhrases, row: Row, today: date) -> str:
    """What is noted of a country or a cost, with its month."""
    return f"- {row.text} ({since(say, row, today)})"


def since(say: CheckPhrases, row: Row, today: date) -> str:
    """Of which month a row is, and whether somebody should have looked at it again."""
    read = say.source_of(row.since.year, row.since.month)
    return f"{read}, {say.not_certain()}" if row.is_overdue(today) else read


def next_step(turn: Turn, outcome: Outcome) -> str:
    """What is safe to do, and where to check."""
    say = say_of(turn)
    return "\n".join((say.safe_step(outcome), say.check_here(), *contact_lines(turn, ASK_HERE)))


def contact_lines(turn: Turn, codes: Iterable[str]) -> list[str]:
    """The contacts that are listed, one a line."""
    known = turn.guide.library.contacts
    return [f"- {guidance.contact_named(turn.say, turn.guide, code)}" for code in codes if code in known]
