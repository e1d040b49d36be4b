"""Published translations beside their source: which are behind, which a native speaker stands by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from content import articles, languages, pivots
from content.article_records import AlreadyReviewed, NoSuchTranslation, Revision, TranslationBehind, WordsChanged


@dataclass(frozen=True)
class Translated:
    """One published translation beside the source as it is published now."""

    slug: str
    language: str
    source: Revision
    text: Revision
    is_overtaken: bool = False
    """Was it made from another translation, which says something else by now?"""

    @property
    def reviewed(self) -> str:
        """The native speaker who read it, and when; empty until one has."""
        return self.text.reviewed

    @property
    def is_behind(self) -> bool:
        """Has the source changed since this translation was made from it?"""
        return self.is_overtaken or self.text.source_revision != self.source.digest

    @property
    def marks(self) -> str:
        """The mark of both texts: another once a letter of either changes."""
        return f"{self.source.digest}-{self.text.digest}"


def every(session: Session) -> list[Translated]:
    """Every published translation, by slug and language."""
    late = pivots.overtaken(session)
    return [
        Translated(slug, language, texts[languages.SOURCE], text, (slug, language) in late)
        for slug, texts in sorted(articles.published(session).items())
        if languages.SOURCE in texts
        for language, text in texts.items()
        if language != languages.SOURCE
    ]


def one(session: Session, slug: str, language: str) -> Translated:
    """One of them. Raises `NoSuchTranslation`."""
    texts = articles.published_of(session, slug)
    if language == languages.SOURCE or language not in texts or languages.SOURCE not in texts:
        raise NoSuchTranslation(f"{slug} in {language}")
    is_overtaken = (slug, language) in pivots.overtaken(session, slug)
    return Translated(slug, language, texts[languages.SOURCE], texts[language], is_overtaken)


def sign(
    session: Session, slug: str, language: str, marks: str, *, name: str, staff: str, on: date, now: datetime
) -> Revision:
    """A native speaker has read the words with these `marks` beside their source, and stands by them from that day on.

    The same words follow as a revision that bears the name. To be called first in a transaction, so that the words are
    those of now. Raises `NoSuchTranslation`, `WordsChanged`, `TranslationBehind` or `AlreadyReviewed`.
    """
    articles.take_turn(session)
    read = one(session, slug, language)
    if read.marks != marks:
        raise WordsChanged(slug)
    if read.is_behind:
        raise TranslationBehind(slug)
    if read.reviewed:
        raise AlreadyReviewed(slug)
    signed = replace(articles.words_of(language, read.text), reviewed=f"{name}, {on.isoformat()}")
    # The words are still whose they were: a file that brings them up to date must not stand outside for ever.
    return articles.publish(session, slug, signed, origin=read.text.origin, author=staff, now=now)
