"""What a message asks for, before anything is said: danger first, then a word that works everywhere, then the finder.

Pure: the same for `balai ask`, for the evaluation and for a conversation.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot import threads, words
from bot.threads import Said, Thread
from bot.turns import Guide
from centre.messages import readable
from content import danger, languages
from content.danger import Danger
from content.jobs import jobs_in
from content.places import abroad_in

if TYPE_CHECKING:  # it loads numpy, which the web process should not
    from content.finding import Found

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
    asks_several: bool = False
    """Each of the choices answers another part of the message."""
    wants_more: bool = False
    """The rest of the article shown last."""
    danger: Danger | None = None
    because: tuple[str, ...] = ()
    runners_up: tuple[tuple[str, float], ...] = ()
    near: tuple[str, ...] = ()
    """The articles that come closest, also where none is shown."""
    gloss: str = ""
    countries: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    """The foreign countries and the jobs that the message names, or that its thread is about."""


def understand(text: str, language: str | None, guide: Guide, thread: Thread | None = None) -> Understood:
    """Read a typed message. `language` is the person's own choice, if they made one; `thread` what was spoken of."""
    text = readable(text)
    read = functools.cache(lambda part: guide.finder.read(part, language))  # mostly one, for danger and for the search
    seen = danger.look(text, guide.finder.alarm, lambda part: read(part).readings)
    if not has_letters(text):
        return _wordless(seen, language or languages.SOURCE)
    found = guide.finder.find_in(read(text[:LONGEST_READ]))
    if seen:
        kept = (found.label,) if found.kind == "answer" and found.label else found.choices
        return Understood("danger", found.language, choices=kept, danger=seen, because=seen.because)
    if words.command_in(text) == words.PERSON:
        return Understood("person", found.language, because=(text,))
    understood = Understood(
        found.kind,
        found.language,
        found.confidence,
        found.label,
        found.choices,
        found.asks_several,
        because=found.because,
        runners_up=found.runners_up,
        near=found.near,
        gloss=found.gloss,
        countries=abroad_in(text),
        jobs=jobs_in(text),
    )
    return _in_thread(understood, text, found, thread, guide) if thread else understood


def _in_thread(understood: Understood, text: str, found: Found, thread: Thread, guide: Guide) -> Understood:
    """The same, where a short message only makes sense after what was said before."""
    said = Said(text, understood.countries, understood.jobs)
    follow = threads.follow(said, found, thread, guide)
    if follow is None:
        spoken = replace(understood, countries=thread.countries, jobs=understood.jobs or thread.jobs)
        return spoken if said.is_short and not said.countries else understood
    return replace(
        understood,
        kind="answer" if follow.is_sure else "choices",
        slug=follow.slugs[0] if follow.is_sure else None,
        choices=() if follow.is_sure else follow.slugs,
        asks_several=False,
        wants_more=follow.wants_more,
        countries=follow.countries,
        jobs=follow.jobs,
    )


def _wordless(seen: Danger | None, language: str) -> Understood:
    if seen is None:
        return Understood("none", language, confidence=0.0)
    return Understood("danger", language, danger=seen, because=seen.because)


def has_letters(text: str) -> bool:
    """Is there a word or a number in it? A lone 🆘 has none, and is understood all the same."""
    return any(char.isalnum() for char in text)
