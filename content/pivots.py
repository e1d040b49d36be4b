"""From which language each language is translated: Bahasa, or one that translators read more easily.

A Sasak text is made from Bahasa; one in a dialect of Java perhaps from the Javanese text. Such a translation knows both
marks: of the Javanese words it was made from, and of the Bahasa words that those were made from. It is behind when either
has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from content import languages
from content.article_records import IS_SHOWN, Revision, Translation
from content.folders import Guidance, Text


class NoSuchPivot(ValueError):
    """A language cannot be translated from itself, from one that nobody writes in, or in a circle."""


class TranslationPivot(Base):
    """The language that another is translated from; without a row it is Bahasa."""

    __tablename__ = "translation_pivots"

    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    pivot: Mapped[str] = mapped_column(String(8))
    chosen_by: Mapped[str] = mapped_column(String(36))
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PivotMark(Base):
    """Words of a translation that were made from another translation, and from which state of it."""

    __tablename__ = "pivot_marks"
    __table_args__ = (sa.UniqueConstraint("article_slug", "language", "digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_slug: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(String(12))
    """The mark of the translation's own words."""
    pivot: Mapped[str] = mapped_column(String(8))
    pivot_digest: Mapped[str] = mapped_column(String(12))


@dataclass(frozen=True)
class MadeFrom:
    """The language and the mark of the words that a translation was made from."""

    language: str
    mark: str


def of(session: Session, language: str) -> str:
    """The language that `language` is translated from."""
    chosen = session.get(TranslationPivot, language)
    return chosen.pivot if chosen else languages.SOURCE


def every(session: Session) -> dict[str, str]:
    """Each language that is translated from another than Bahasa, and that one."""
    rows = session.scalars(sa.select(TranslationPivot).order_by(TranslationPivot.language))
    return {row.language: row.pivot for row in rows}


def choose(session: Session, language: str, pivot: str, by: str, now: datetime) -> None:
    """Translate `language` from `pivot` from now on; texts that are there stay as they are. Raises `NoSuchPivot`."""
    if not {language, pivot} <= set(languages.CODES) or language in (pivot, languages.SOURCE):
        raise NoSuchPivot(pivot)
    if language in _chain(every(session), pivot):
        raise NoSuchPivot(pivot)
    known = session.get(TranslationPivot, language)
    if pivot == languages.SOURCE:
        if known:
            session.delete(known)
    elif known:
        known.pivot, known.chosen_by, known.chosen_at = pivot, by, now
    else:
        session.add(TranslationPivot(language=language, pivot=pivot, chosen_by=by, chosen_at=now))
    session.flush()


def note(session: Session, slug: str, text: Text, made_from: MadeFrom) -> None:
    """These words were made from those of another language."""
    which = {"article_slug": slug, "language": text.language, "digest": text.revision}
    known = session.scalars(sa.select(PivotMark).filter_by(**which)).first()
    if known:
        known.pivot, known.pivot_digest = made_from.language, made_from.mark
    else:
        session.add(PivotMark(**which, pivot=made_from.language, pivot_digest=made_from.mark))
    session.flush()


def overtaken(session: Session, slug: str | None = None) -> set[tuple[str, str]]:
    """Slug and language of each published translation whose pivot says something else than it was made from."""
    marks = sa.select(PivotMark)
    rows = session.scalars(marks.where(PivotMark.article_slug == slug) if slug else marks).all()
    shown = _shown(session, {row.article_slug for row in rows})
    return {
        (row.article_slug, row.language)
        for row in rows
        if shown.get((row.article_slug, row.language)) == row.digest
        and shown.get((row.article_slug, row.pivot)) != row.pivot_digest
    }


def overtaken_in(session: Session, guidance: Guidance) -> set[tuple[str, str]]:
    """The same of these texts, which may be others than the published ones: an article on trial, or judged."""
    shown = {
        (slug, text.language): text.revision for slug, each in guidance.articles.items() for text in each.texts.values()
    }
    return {
        (row.article_slug, row.language)
        for row in session.scalars(sa.select(PivotMark))
        if shown.get((row.article_slug, row.language)) == row.digest
        and shown.get((row.article_slug, row.pivot)) != row.pivot_digest
    }


def _shown(session: Session, slugs: set[str]) -> dict[tuple[str, str], str]:
    """The mark of the words that people see, by slug and language."""
    if not slugs:
        return {}
    rows = sa.select(Translation.article_slug, Translation.language, Revision.digest).join(Revision, IS_SHOWN)
    found = session.execute(rows.where(Translation.article_slug.in_(slugs)))
    return {(slug, language): digest for slug, language, digest in found}


def _chain(chosen: dict[str, str], language: str) -> list[str]:
    """The language and all that it is translated from in turn."""
    chain = [language]
    while (following := chosen.get(chain[-1], languages.SOURCE)) != languages.SOURCE and following not in chain:
        chain.append(following)
    return chain
