"""Is somebody in danger? The first question asked of every message, before any other.

What decides lies in `content/danger_rules.py`, in plain text that village staff can read and change. It needs the
standard library alone, because it also answers in the web process when the database is down.
"""

from __future__ import annotations

from dataclasses import dataclass

from content.danger_rules import FOLDER, KINDS, DangerRulesInvalid, Level, Rulebook, rulebook
from content.places import country_in, place_among
from content.typed import split

__all__ = ["FOLDER", "KINDS", "Danger", "DangerRulesInvalid", "Level", "Rulebook", "country_in", "look"]


@dataclass(frozen=True)
class Danger:
    """What was recognised: how sure (`act` at once, or `ask` first), what kind, why, and where if it was said."""

    level: Level
    kind: str
    because: tuple[str, ...]
    country: str | None


def look(text: str) -> Danger | None:
    """Take a message as it was typed; return the danger in it, or None where it is calm."""
    words = split(text, rulebook().cut)
    match = rulebook().judge(words)
    if match is None:
        return None
    level, rule, spans = match
    shown = [" ".join(word.typed for word in words[span.first : span.last + 1]) for span in sorted(spans)]
    return Danger(level, rule.kind, (*dict.fromkeys(shown), rule.text), place_among(words))
