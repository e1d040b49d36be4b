"""What a short message means after what was said before: "kalau ke Taiwan?" goes on with the costs just told.

A thread holds no words of the person: only the article shown last and the countries and jobs spoken of. It is kept
with the conversation for a while, sealed like all that is remembered there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from bot.turns import Guide, Turn, remember
from content import normalising
from content.jobs import jobs_in
from content.places import HOME, countries_in, name_of, places
from content.typed import read_lines

if TYPE_CHECKING:  # it loads numpy, which the web process should not
    from content.finding import Found

KEPT_FOR: Final = timedelta(hours=2)
"""Later than this a message begins anew."""
SHORT: Final = 6
"""A message with more words of its own says itself what it is about."""
LITTLE_WORDS: Final = normalising.WORDS / "follow_up.txt"


@dataclass(frozen=True)
class Thread:
    """The article shown last, if any, and the countries (lower-case codes) and jobs that were spoken of."""

    slug: str | None
    countries: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Follow:
    """What a message asks for as part of a thread: one article, or some to choose from."""

    slugs: tuple[str, ...]
    is_sure: bool
    countries: tuple[str, ...]
    jobs: tuple[str, ...]


def of(turn: Turn) -> Thread | None:
    """What this conversation was about until now; None after a while, and at first."""
    kept = turn.conversation.memory.get("thread")
    if not kept or turn.now - datetime.fromisoformat(kept["at"]) > KEPT_FOR:
        return None
    return Thread(kept["slug"], tuple(kept["countries"]), tuple(kept["jobs"]))


def keep(turn: Turn, thread: Thread) -> None:
    """This is what the conversation is about now."""
    named = {"slug": thread.slug, "countries": list(thread.countries), "jobs": list(thread.jobs)}
    remember(turn.conversation, thread={**named, "at": turn.now.isoformat()})


def follow(text: str, found: Found, thread: Thread, guide: Guide) -> Follow | None:
    """How a message goes on with the thread; None where it stands by itself."""
    countries, jobs = abroad(text), jobs_in(text)
    own = _words_of_its_own(text)
    if not own and (countries or jobs) and thread.slug:
        return _elsewhere(thread.slug, guide, countries or thread.countries, jobs or thread.jobs)
    if len(own) > SHORT or found.kind not in ("choices", "none") or countries:
        return None
    if not own and thread.slug:
        return Follow((thread.slug,), False, thread.countries, thread.jobs)
    return _with_country(text, found, thread, guide) if own and thread.countries else None


def abroad(text: str) -> tuple[str, ...]:
    """The foreign countries that a message names."""
    return tuple(code for code in countries_in(text) if code != HOME)


def _elsewhere(slug: str, guide: Guide, countries: tuple[str, ...], jobs: tuple[str, ...]) -> Follow:
    """The same question for another country or job: its row, its page, or which of the two."""
    library = guide.library
    page = library.page_of(countries[0]) if countries else None
    if page and library.is_page(slug):
        return Follow((page,), True, countries, jobs)
    if library.rows(slug, countries, jobs) or page in (None, slug):
        return Follow((slug,), True, countries, jobs)
    return Follow((slug, page), False, countries, jobs)


def _with_country(text: str, found: Found, thread: Thread, guide: Guide) -> Follow | None:
    """ "biayanya?" after Taiwan was spoken of is read as "biayanya? Taiwan", where that is understood better."""
    again = guide.finder.find(f"{text} {name_of(thread.countries[0])}", found.language)
    if again.kind == "answer" and again.label:
        return Follow((again.label,), True, thread.countries, thread.jobs)
    if again.kind == "choices" and found.kind == "none":
        return Follow(again.choices, False, thread.countries, thread.jobs)
    return None


def _words_of_its_own(text: str) -> list[str]:
    """The words that are neither little nor the name of a country or a job."""
    return [
        word
        for word in normalising.split_words(text)
        if word not in _little_words() | _place_words() and word != "0" and not jobs_in(word)
    ]


@cache
def _little_words() -> frozenset[str]:
    return frozenset(word for _, line in read_lines(LITTLE_WORDS) for word in line.split())


@cache
def _place_words() -> frozenset[str]:
    return frozenset(word for name in places() for word in name.split())
