"""The tables of guidance: articles, their words in each language, every state those were in, and who checked what.

A translation's words are `Revision` rows that never change; `Translation.published_revision` says which of them people
see, so that drafts and reviews can stand beside it. What is done with the rows stands in `content.articles`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from centre.db import Base, BigId, UtcDateTime

Origin = Literal["files", "staff"]


class NoSuchArticle(LookupError):
    """No article has this slug."""


class NoSuchTranslation(LookupError):
    """The article is not published in this language, or it is the source, which needs no native reader."""


class WordsChanged(Exception):
    """The words are no longer those that were read."""


class TranslationBehind(Exception):
    """The source has changed since: whoever signs would vouch for what the article no longer says."""


class AlreadyReviewed(Exception):
    """A native speaker stands by these words already."""


class SlugTaken(Exception):
    """There is an article of this name already."""


class Article(Base):
    """One piece of guidance: what is true of it in every language."""

    __tablename__ = "articles"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20))
    owner: Mapped[str] = mapped_column(sa.Text)
    legal_basis: Mapped[list[str]] = mapped_column(JSON)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    related: Mapped[list[str]] = mapped_column(JSON)
    valid_from: Mapped[date] = mapped_column(Date)
    review_due: Mapped[date] = mapped_column(Date)
    check_before_use: Mapped[bool] = mapped_column(Boolean)
    check_note: Mapped[str] = mapped_column(sa.Text)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[str | None] = mapped_column(String(64))
    valid_until: Mapped[date | None] = mapped_column(Date)
    """The last day on which it may be answered as valid; None where no end is known."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since then nobody is answered with it any more, whatever the files say."""
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    successor: Mapped[str | None] = mapped_column(String(64))
    """The slug of the article that takes its place, where one does."""
    keeper: Mapped[str | None] = mapped_column(String(64))
    """The id of the member of staff who is told when it must be read again; None where nobody is."""

    translations: Mapped[list[Translation]] = relationship(back_populates="article")


class Translation(Base):
    """An article in one language. Bahasa is one of them: the source the others are made from."""

    __tablename__ = "translations"
    __table_args__ = (UniqueConstraint("article_slug", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_slug: Mapped[str] = mapped_column(ForeignKey("articles.slug"))
    language: Mapped[str] = mapped_column(String(8))
    published_revision: Mapped[int | None] = mapped_column(Integer)
    """The number of the revision people see: no foreign key, so that neither table must come first."""

    article: Mapped[Article] = relationship(back_populates="translations")
    revisions: Mapped[list[Revision]] = relationship(back_populates="translation")


class Revision(Base):
    """One saved state of a translation's words. Never changed, only followed by another."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("translation_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    translation_id: Mapped[int] = mapped_column(ForeignKey("translations.id"))
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(sa.Text)
    label: Mapped[str] = mapped_column(sa.Text)
    short: Mapped[str] = mapped_column(sa.Text)
    body: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(String(12))
    """The mark of these very words, `Text.revision`."""
    source_revision: Mapped[str] = mapped_column(sa.Text)
    """The mark of the source text that it was made from; empty for the source itself."""
    reviewed: Mapped[str] = mapped_column(sa.Text)
    """Who read a translation and when; empty until a native speaker has."""
    origin: Mapped[Origin] = mapped_column(String(8))
    """Whose words they are; a signature does not change that."""
    author: Mapped[str] = mapped_column(String(64))
    """The id of the staff member who wrote or signed it; empty where it came from files."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    subject: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What the article said of itself beside these words (owner, dates, sources): of the source language only."""

    translation: Mapped[Translation] = relationship(back_populates="revisions")


IS_SHOWN = sa.and_(Revision.translation_id == Translation.id, Revision.number == Translation.published_revision)
"""The condition on a revision beside its translation that it is what people see."""


class Phrase(Base):
    """A message as people type it, and what it means: an article's slug or a label with "@"."""

    __tablename__ = "phrases"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(sa.Text)
    origin: Mapped[Origin] = mapped_column(String(8))


class ContactCheck(Base):
    """A contact was tried, by a staff member, on a day."""

    __tablename__ = "contact_checks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(64), index=True)
    tested_on: Mapped[date] = mapped_column(Date)
    tested_by: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ContentVersion(Base):
    """One row whose number rises with everything published, so that the running bot notices."""

    __tablename__ = "content_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer)
