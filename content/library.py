"""What the bot answers from: everything published, read once, in a few plain objects.

The same library is made from the files (`balai ask` needs no database) and from records (the running bot). It
never changes; when `articles.version` has risen, another is made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from centre.messages import Spoken
from content import (
    articles,
    contact_checks,
    files,
    languages,
    law_changes,
    pivots,
    recordings,
    table_files,
    topics,
    withdrawing,
    wording,
)
from content import contacts as contact_book
from content import tables as dated
from content.contacts import Contact
from content.files import ArticleFile, Guidance, Source, Text
from content.phrasing import Phrasing
from content.places import countries_in
from content.recordings import Published, mark_of
from content.tables import Row, Table

TALK: Final = Path(__file__).parent / files.TALK
"""How greetings, thanks and the like are said; it comes with the program, not with the guidance."""

COUNTRIES: Final = "negara"
"""The shelf of the articles about countries."""


@dataclass(frozen=True, slots=True)
class Answerable:
    """One article in the language nearest to the one asked for."""

    article: ArticleFile
    text: Text
    asked_language: str
    related: tuple[str, ...]
    """Slugs of articles that exist, at most four."""
    checked_at: datetime | None
    """When an officer last checked it, where that was recorded."""
    law_changed_on: date | None = None
    """The law it rests on says something else since that day, and no editor has confirmed it yet."""
    recorded: Spoken | None = None
    """Somebody speaks these very words."""
    is_overtaken: bool = False
    """It was translated from another translation, and that says something else now."""

    @property
    def slug(self) -> str:
        return self.article.slug

    @property
    def topic(self) -> str:
        return self.article.topic

    @property
    def language(self) -> str:
        """The language it is really in."""
        return self.text.language

    @property
    def title(self) -> str:
        return self.text.title

    @property
    def label(self) -> str:
        return self.text.label

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.article.sources

    @property
    def legal_basis(self) -> tuple[str, ...]:
        return self.article.legal_basis

    @property
    def valid_from(self) -> date:
        return self.article.valid_from

    @property
    def owner(self) -> str:
        """Who keeps it true."""
        return self.article.owner

    @property
    def valid_until(self) -> date | None:
        return self.article.valid_until

    @property
    def review_due(self) -> date:
        return self.article.review_due

    @property
    def check_before_use(self) -> bool:
        return self.article.check_before_use

    @property
    def check_note(self) -> str:
        return self.article.check_note

    @property
    def revision(self) -> str:
        """The mark of these very words, to be kept with what was sent."""
        return self.text.revision

    @property
    def reviewed(self) -> bool:
        """Has somebody who speaks the language read it? The source needs no such reader."""
        return self.language == languages.SOURCE or bool(self.text.reviewed)

    @property
    def is_behind(self) -> bool:
        """Has the source changed since this translation was made from it, or the translation that it was made from?"""
        return self.is_overtaken or _has_newer_source(self.article, self.text)

    @property
    def waits_for_check(self) -> bool:
        """Must an officer still check it before it can be relied on?"""
        return self.article.check_before_use and self.checked_at is None

    @property
    def is_weighty(self) -> bool:
        """Is it about money, law or departure, where a question taken for another does harm?"""
        return topics.get(self.topic).says_what_it_understood

    def short(self, contact_line: Callable[[str], str]) -> str:
        """The short form as people read it."""
        return wording.shown(self.text.short, contact_line)

    def body(self, contact_line: Callable[[str], str]) -> str:
        """The full text as people read it, without the short form."""
        return wording.shown(self.text.body, contact_line)

    def has_ended(self, today: date) -> bool:
        """Is the last day over on which it may be answered as valid?"""
        return self.article.valid_until is not None and today > self.article.valid_until

    def is_stale(self, today: date) -> bool:
        """Is its review overdue?"""
        return today > self.article.review_due


class Library:
    """Everything published, as it was when this was made."""

    def __init__(
        self,
        guidance: Guidance,
        contacts: Mapping[str, Contact],
        *,
        talk: Iterable[Phrasing] = (),
        tables: Mapping[str, Table] | None = None,
        checks: Mapping[str, datetime] | None = None,
        law_changes: Mapping[str, date] | None = None,
        successors: Mapping[str, str | None] | None = None,
        recorded: Mapping[tuple[str, str], Published] | None = None,
        overtaken: Collection[tuple[str, str]] = (),
        version: int = 0,
    ) -> None:
        self._recorded = dict(recorded or {})
        self._overtaken = frozenset(overtaken)
        self._articles = dict(sorted(guidance.articles.items()))
        self._talk = tuple(talk)
        self._tables = dict(tables or {})
        self._pages = {code: slug for slug in self.by_topic(COUNTRIES) for code in countries_in(slug.replace("-", " "))}
        self._checks = dict(checks or {})
        self._law_changes = dict(law_changes or {})
        self._successors = dict(successors or {})
        self.contacts: Final = dict(contacts)
        self.version: Final = version
        """What `articles.version` said when this was read; zero for files."""

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(self._articles)

    @property
    def titles(self) -> dict[str, list[str]]:
        """Each article's titles in all its languages, Bahasa first."""
        return {slug: [text.title for text in each.texts.values()] for slug, each in self._articles.items()}

    @property
    def phrasings(self) -> list[Phrasing]:
        """Every message known to mean something: an article's slug, or a kind of talk such as `@greeting`."""
        asked = (phrasing for article in self._articles.values() for phrasing in article.phrasings)
        return [*asked, *self._talk]

    def article(self, slug: str, language: str) -> Answerable | None:
        """The article in `language` or the nearest that exists; None where there is no such article."""
        found = self._articles.get(slug)
        if found is None:
            return None
        nearest = next(code for code in languages.fallback_chain(language) if code in found.texts)
        text = found.texts[nearest]
        others = (other for other in found.related if other in self._articles and other != slug)
        return Answerable(
            article=found,
            text=text,
            asked_language=language,
            related=tuple(others)[: files.RELATED_LIMIT],
            checked_at=self._checks.get(slug),
            law_changed_on=self._law_changes.get(slug),
            recorded=self._recording_of(found, text),
            is_overtaken=(slug, text.language) in self._overtaken,
        )

    def is_withdrawn(self, slug: str) -> bool:
        """Was there such an article, which is answered no more?"""
        return slug in self._successors

    def successor(self, slug: str) -> str | None:
        """What takes the place of an article that was withdrawn, as long as that is there."""
        found = self._successors.get(slug)
        return found if found in self._articles else None

    def _recording_of(self, article: ArticleFile, text: Text) -> Spoken | None:
        """The recording of these very words; none where their source or its law has changed, which it could not say."""
        recording = self._recorded.get((article.slug, text.language))
        is_behind = _has_newer_source(article, text) or (article.slug, text.language) in self._overtaken
        if recording is None or is_behind or article.slug in self._law_changes:
            return None
        return recording.spoken if recording.mark == mark_of(text.title, text.short, self.contacts) else None

    def by_topic(self, topic: str) -> list[str]:
        """The slugs on one shelf, in a fixed order; none for an empty or unknown one."""
        return [slug for slug, article in self._articles.items() if article.topic == topic]

    def page_of(self, country: str) -> str | None:
        """The article about a country (lower-case code): the one on the shelf of countries whose slug names it."""
        return self._pages.get(country)

    def is_page(self, slug: str) -> bool:
        """Is this article about one country, or a few?"""
        return slug in self._pages.values()

    def rows(self, slug: str, countries: Iterable[str], jobs: Iterable[str]) -> tuple[Row, ...]:
        """The dated rows that belong to an article and fit the countries and jobs named, best fitting first."""
        return dated.for_article(self._tables, slug, countries, jobs)


def from_files(folder: Path, contacts_path: Path) -> Library:
    """What the files say. Raises `files.Unreadable` where they cannot be taken."""
    talk = files.talk_phrasings(folder.parent / files.TALK)
    return Library(files.read(folder), contact_book.read(contacts_path), talk=talk, tables=table_files.ours())


def from_database(session: Session, contacts: Mapping[str, Contact], guidance: Guidance | None = None) -> Library:
    """What is published, with the last test of each contact in place of the one that its file tells.

    `guidance`: another state of the articles, to be tried or judged.
    """
    version = articles.version(session)  # first: a change that comes while we read is then noticed later
    wanted = guidance or articles.export(session)
    return Library(
        wanted,
        contact_book.tested(contacts, contact_checks.last_days(session)),
        talk=files.talk_phrasings(TALK),
        tables=table_files.ours(),
        checks=articles.checks(session),
        law_changes=law_changes.changed_since(session),
        successors=withdrawing.successors(session),
        recorded=recordings.published(session),
        overtaken=pivots.overtaken_in(session, wanted),
        version=version,
    )


def _has_newer_source(article: ArticleFile, text: Text) -> bool:
    return text is not article.source_text and text.from_revision != article.source_text.revision
