"""Is somebody in danger? The first question asked of every message, before any other.

Rules that village staff can read and change (`content/danger_rules.py`) and, beside them, a model that hears what no
rule foresaw (`content/alarm.py`). The rules need the standard library alone, because they also answer in the web
process when the database is down; the model is handed in where it is at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from content.danger_rules import FOLDER, KINDS, DangerRulesInvalid, Judged, Level, Rulebook, rulebook
from content.endangered import is_somebody_else
from content.places import place_among
from content.typed import Word, split

if TYPE_CHECKING:  # it loads numpy
    from content.alarm import Alarm, Heard

__all__ = ["FOLDER", "KINDS", "Danger", "DangerRulesInvalid", "Level", "Rulebook", "look"]

# Shares of the model (0-1), from messages it had not learnt from: our own lines left out fold by fold, and the odd ids
# of the shared questions. tests/content/test_alarm.py holds what came of them.
SURE = 0.85
"""So like danger that the model acts on its own, but never on a question."""
FAIRLY_SURE = 0.8
"""So like danger that it acts where a rule would ask, but not on a question either."""
WORTH_ASKING = 0.27
"""So like danger that it asks on its own."""
WORTH_ASKING_ABOUT_TALES = 0.35
"""The same for what the rules take for a question about danger, news or the past, and for a part of a long message."""
WORTH_ASKING_ABOUT_FEW = 0.7
"""The same for a few words."""
DOUBTFUL = 0.2
"""So little like danger that Balai asks where a rule would act."""
SURELY_CALM = 0.05
"""So little like danger that Balai is silent where a rule would ask."""
KNOWS_KIND = 0.5
"""So like danger that the model tells the kind better than most rules."""
UNMISTAKABLE = ("scam", "child", "suicide", "disaster", "lost")
"""Kinds whose rules name what is nothing else, a place or a flood: right for 84 of 100 unseen lines, the model for 74."""

FEW = 4
"""Of no more words the model knows too little: it may ask, but what the rules say of them stands."""
SHORT = 5
"""Of no more words it has to be surer to ask, and never acts."""
LONG = 40
"""Words from which a message is looked at in parts too: what is calm at its end does not calm what it says before."""
PART = 24

Reader = Callable[[str], Sequence[Sequence[str]]]
"""A text in, its readings out: as typed, and where it is in a local language word by word in Bahasa."""


@dataclass(frozen=True)
class Danger:
    """What was recognised: how sure (`act` at once, or `ask` first), what kind, why, where if it was said, and for whom."""

    level: Level
    kind: str
    because: tuple[str, ...]
    country: str | None
    is_somebody_else: bool = False


def look(text: str, alarm: Alarm | None = None, read: Reader | None = None) -> Danger | None:
    """Take a message as it was typed; return the danger in it, or None where it is calm.

    `alarm` is the model that listens beside the rules, `read` how it wants texts read; without them the rules decide.
    """
    words = split(text, rulebook().cut)
    found = _judge(words, text, alarm, read)
    if len(words) > LONG and not (found and found.level == "act"):
        parts = (words[start : start + PART] for start in range(0, len(words), PART // 2))
        found = _loudest([found, *(_judge(part, None, alarm, read) for part in parts)])
    return replace(found, country=place_among(words)) if found else None


def _loudest(found: Sequence[Danger | None]) -> Danger | None:
    """The first that acts, or else the first that asks."""
    return next((danger for level in ("act", "ask") for danger in found if danger and danger.level == level), None)


def _judge(words: Sequence[Word], text: str | None, alarm: Alarm | None, read: Reader | None) -> Danger | None:
    """The danger in a whole message, or without its `text` in a part of it, which has to be plainer."""
    judged = rulebook().judge(words)
    is_part = text is None
    typed = " ".join(word.typed for word in words) if text is None else text
    heard = alarm.judge(read(typed), judged.notions) if alarm and read and words else None
    level = judged.level
    if heard and not (judged.rule and judged.rule.firm):
        level = _level(judged, heard.share, len(words), is_part, is_question="?" in typed or "bertanya" in judged.spans)
    if is_part and level == "act" and not (heard and heard.share >= FAIRLY_SURE):
        level = "ask"
    if level is None:
        return None
    because = _shown(judged, words)
    if alarm and heard and level != judged.level:
        because = (*because, *alarm.deciding_words(heard.reading), f"{heard.share:.0%}")
    kind = _kind(judged, heard)
    return Danger(level, kind, because, None, is_somebody_else(judged, words, kind))


def _level(judged: Judged, share: float, length: int, is_part: bool, *, is_question: bool) -> Level | None:
    """What rules and model make together of so many words."""
    said = judged.level
    if length <= FEW:
        return said or ("ask" if share >= WORTH_ASKING_ABOUT_FEW else None)
    if said == "act":
        return "act" if share >= DOUBTFUL else "ask"
    is_tale = length <= SHORT or is_part or judged.is_calm or judged.is_told
    if share >= (FAIRLY_SURE if said else SURE) and not is_question and not is_tale:
        return "act"
    if said == "ask":
        return "ask" if share >= SURELY_CALM else None
    return "ask" if share >= (WORTH_ASKING_ABOUT_TALES if is_tale else WORTH_ASKING) else None


def _kind(judged: Judged, heard: Heard | None) -> str:
    """Some rules know the kind, of the others the model knows more; violence is what rules say that do not know."""
    kind = judged.rule.kind if judged.rule else "violence"
    if heard is None or kind in UNMISTAKABLE:
        return kind
    return kind if kind != "violence" and heard.share < KNOWS_KIND else heard.kind


def _shown(judged: Judged, words: Sequence[Word]) -> tuple[str, ...]:
    """The words that fulfil a rule, and the rule."""
    shown = [" ".join(word.typed for word in words[span.first : span.last + 1]) for span in sorted(judged.found)]
    return (*dict.fromkeys(shown), *([judged.rule.text] if judged.rule else []))
