"""Articles that are answered no more: taken out of menu, finder and buttons, with a word on where to look instead.

Nothing is deleted: the words and all their revisions stay, and an article can be brought back. What the files say changes
nothing about it.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from content import articles, languages
from content.article_records import Article, NoSuchArticle


class NoSuchSuccessor(LookupError):
    """What is to take the article's place is not published, is withdrawn too, or is the article itself."""


class AlreadyWithdrawn(Exception):
    """Somebody was faster."""


def withdraw(session: Session, slug: str, successor: str | None, by: str, now: datetime) -> None:
    """Answer with it no more; whoever asks is led to `successor`, or to the menu where there is none.

    Raises `NoSuchArticle`, `AlreadyWithdrawn` or `NoSuchSuccessor`.
    """
    articles.take_turn(session)
    article = _article(session, slug)
    if article.withdrawn_at:
        raise AlreadyWithdrawn(slug)
    if successor is not None and (successor == slug or successor not in _in_use(session)):
        raise NoSuchSuccessor(successor)
    article.withdrawn_at, article.withdrawn_by, article.successor = now, by, successor
    # Who was led here from an article withdrawn before is led on.
    led_here = sa.update(Article).where(Article.successor == slug).values(successor=successor)
    session.execute(led_here.execution_options(synchronize_session=False))
    articles.raise_version(session)
    session.flush()


def bring_back(session: Session, slug: str) -> None:
    """Answer with it again. Raises `NoSuchArticle`."""
    articles.take_turn(session)
    article = _article(session, slug)
    article.withdrawn_at = article.withdrawn_by = article.successor = None
    articles.raise_version(session)
    session.flush()


def successors(session: Session) -> dict[str, str | None]:
    """What was withdrawn, each with what takes its place; None where nothing does."""
    rows = session.execute(sa.select(Article.slug, Article.successor).where(Article.withdrawn_at.is_not(None)))
    return dict(rows.all())


def _article(session: Session, slug: str) -> Article:
    article = session.get(Article, slug, populate_existing=True) if "\x00" not in slug else None
    if article is None:
        raise NoSuchArticle(slug)
    return article


def _in_use(session: Session) -> set[str]:
    """The articles that are answered with."""
    return set(articles.titles(session, languages.SOURCE)) - set(successors(session))
