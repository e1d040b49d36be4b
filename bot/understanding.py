"""What a message asks for, before anything is said: danger first, then a word that works everywhere, then the finder.

Pure: the same for `balai ask`, for the evaluation and for a conversation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot import words
from bot.turns import Guide
from centre.messages import readable
from content import danger, languages
from content.danger import Danger

LONGEST_READ = 2_000
"""Of a longer message the beginning is searched: the question is there, or the person will ask again. Danger is looked
for in all of it."""

Kind = Literal["answer", "choices", "none", "danger", "chitchat", "person"]


@dataclass(frozen=True)
class Understood:
    """What a message asks for, how sure we are, and why."""

    kind: Kind
    language: str
    confidence: float = 1.0
    slug: str | None = None
    """The article, or the "@" label of chit-chat."""
    choices: tuple[str, ...] = ()
    danger: Danger | None = None
    because: tuple[str, ...] = ()
    runners_up: tuple[tuple[str, float], ...] = ()
    gloss: str = ""


def understand(text: str, language: str | None, guide: Guide) -> Understood:
    """Read a typed message. `language` is the person's own choice, if they made one."""
    text = readable(text)
    seen = danger.look(text)
    if not has_letters(text):
        return _wordless(seen, language or languages.SOURCE)
    found = guide.finder.find(text[:LONGEST_READ], language)
    if seen:
        kept = (found.label,) if found.kind == "answer" and found.label else found.choices
        return Understood("danger", found.language, choices=kept, danger=seen, because=seen.because)
    if words.command_in(text) == words.PERSON:
        return Understood("person", found.language, because=(text,))
    return Understood(
        found.kind,
        found.language,
        found.confidence,
        found.label,
        found.choices,
        because=found.because,
        runners_up=found.runners_up,
        gloss=found.gloss,
    )


def _wordless(seen: Danger | None, language: str) -> Understood:
    if seen is None:
        return Understood("none", language, confidence=0.0)
    return Understood("danger", language, danger=seen, because=seen.because)


def has_letters(text: str) -> bool:
    """Is there a word or a number in it? A lone 🆘 has none, and is understood all the same."""
    return any(char.isalnum() for char in text)
