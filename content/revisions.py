"""Saved states of a text: every one is kept, can be compared with any other, and brought back as a draft."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from content import languages
from content.article_records import Revision, Translation


def every(session: Session, slug: str, language: str) -> list[Revision]:
    """Every saved state of a text, the newest first."""
    rows = sa.select(Revision).join(Translation).where(*_is_of(slug, language))
    return list(session.scalars(rows.order_by(Revision.number.desc())))


def one(session: Session, slug: str, language: str, number: int) -> Revision | None:
    """One of them."""
    return session.scalar(
        sa.select(Revision).join(Translation).where(*_is_of(slug, language), Revision.number == number)
    )


def source_of_then(session: Session, slug: str, mark: str) -> Revision | None:
    """The source as it stood when a translation was made from it; None where its mark is of no revision of ours."""
    return marked(session, slug, languages.SOURCE, mark)


def marked(session: Session, slug: str, language: str, mark: str) -> Revision | None:
    """The newest state of a text that bore this mark."""
    rows = sa.select(Revision).join(Translation).where(*_is_of(slug, language), Revision.digest == mark)
    return session.scalar(rows.order_by(Revision.number.desc()).limit(1))


def _is_of(slug: str, language: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Translation.article_slug == slug, Translation.language == language
