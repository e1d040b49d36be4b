"""What a short message means after what was said before: "kalau ke Taiwan?" goes on with the costs just told.

A thread holds no words of the person: only the article shown last and the countries and jobs spoken of. It is kept
with the conversation for a while, sealed like all that is remembered there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from bot.turns import Guide, Turn, remember
from content import normalising
from content.jobs import jobs as job_names
from content.languages import SOURCE
from content.places import name_of, places
from content.typed import read_words

if TYPE_CHECKING:  # it loads numpy, which the web process should not
    from content.finding import Found

KEPT_FOR: Final = timedelta(hours=2)
"""Later than this a message begins anew."""
SHORT: Final = 6
"""A message with more words of its own says itself what it is about."""
COUNTRY_STATUS: Final = "cek-status-negara"
"""What there is to say of a country that has no page."""
LONGEST_NAME: Final = 4
LITTLE_WORDS: Final = normalising.WORDS / "follow_up.txt"


@dataclass(frozen=True)
class Thread:
    """The article shown last, if any, and the countries (lower-case codes) and jobs that were spoken of."""

    slug: str | None
    countries: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """A message, and the foreign countries and jobs that it names."""

    text: str
    countries: tuple[str, ...]
    jobs: tuple[str, ...]

    @cached_property
    def own(self) -> list[str]:
        """The words that are neither little nor the name of a country or a job."""
        return _words_of_its_own(self.text)

    @property
    def is_short(self) -> bool:
        """Does it say too little by itself?"""
        return len(self.own) <= SHORT


@dataclass(frozen=True)
class Follow:
    """What a message asks for as part of a thread: one article, or some to choose from."""

    slugs: tuple[str, ...]
    is_sure: bool
    countries: tuple[str, ...]
    jobs: tuple[str, ...]
    wants_more: bool = False
    """The rest of the article just shown."""


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


def drop(turn: Turn) -> None:
    """It is about something else now."""
    remember(turn.conversation, thread=None)


def follow(said: Said, found: Found, thread: Thread, guide: Guide) -> Follow | None:
    """How a message goes on with the thread; None where it stands by itself."""
    if not said.own and (said.countries or said.jobs) and thread.slug:
        return _elsewhere(thread.slug, guide, said.countries or thread.countries, said.jobs or thread.jobs)
    if not said.is_short or found.kind not in ("choices", "none") or said.countries:
        return None
    if not said.own and thread.slug and any(char.isalpha() for char in said.text):
        return Follow((thread.slug,), True, thread.countries, thread.jobs, wants_more=True)
    return _with_thread(said.text, found, thread, guide) if said.own else None


def _elsewhere(slug: str, guide: Guide, countries: tuple[str, ...], jobs: tuple[str, ...]) -> Follow:
    """The same question for another country or job: its row, its page, or which of the articles."""
    library = guide.library
    page = library.page_of(countries[0]) if countries else None
    if page and library.is_page(slug):
        return Follow((page,), True, countries, jobs)
    if page == slug or library.rows(slug, countries, jobs):
        return Follow((slug,), True, countries, jobs)
    return Follow(tuple(dict.fromkeys((slug, page or COUNTRY_STATUS))), False, countries, jobs)


def _with_thread(text: str, found: Found, thread: Thread, guide: Guide) -> Follow | None:
    """ "biayanya?" after Taiwan is read as "biayanya? Taiwan", after the medical test as "biayanya? Tes kesehatan"."""
    library = guide.library
    article = library.article(thread.slug, SOURCE) if thread.slug else None
    for added in (*(name_of(code) for code in thread.countries[:1]), *([article.title] if article else [])):
        again = guide.finder.find(f"{text} {added}", found.language)
        if again.kind != "answer" or not again.label or library.is_page(again.label):
            continue
        if again.label != thread.slug:
            return Follow((again.label,), True, thread.countries, thread.jobs)
        if found.choices:  # else the words added have found themselves
            slugs = tuple(dict.fromkeys((again.label, *found.choices)))[:3]
            return Follow(slugs, False, thread.countries, thread.jobs)
    return None


def _words_of_its_own(text: str) -> list[str]:
    words = [word for word in normalising.split_words(text) if word != "0"]
    own: list[str] = []
    while words:
        named = next((size for size in range(LONGEST_NAME, 0, -1) if " ".join(words[:size]) in _names()), 0)
        if not named and words[0] not in _little_words():
            own.append(words[0])
        words = words[max(named, 1) :]
    return own


@cache
def _little_words() -> frozenset[str]:
    return read_words(LITTLE_WORDS)


@cache
def _names() -> frozenset[str]:
    return frozenset((*places(), *job_names()))
