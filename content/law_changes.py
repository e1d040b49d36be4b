"""A change of law: every article that rests on it is under review until an editor confirms or rewrites it.

The chat says so meanwhile. An article rests on a law when one of its legal bases names it: "UU 18/2017" is named by
"UU 18/2017 Pasal 30", but "UU 18/2017" is not named by "UU 18/20170".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from content import articles
from content.article_records import Article


class LawChange(Base):
    """A law or rule that says something else from a day on, marked by a staff member."""

    __tablename__ = "law_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    basis: Mapped[str] = mapped_column(Text)
    """As legal bases name it: "UU 18/2017", or more exactly "UU 18/2017 Pasal 30"."""
    changed_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text)
    """What changed, and where it can be read."""
    marked_by: Mapped[str] = mapped_column(String(64))
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LawReview(Base):
    """One article that rested on it when it was marked."""

    __tablename__ = "law_reviews"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("law_changes.id", ondelete="CASCADE"), index=True)
    article_slug: Mapped[str] = mapped_column(String(64), index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """An editor has confirmed that the article still holds, or published other words of it."""
    settled_by: Mapped[str | None] = mapped_column(String(64))


class RestsNowhere(LookupError):
    """No article rests on such a law."""


def mark(session: Session, basis: str, changed_on: date, note: str, by: str, now: datetime) -> LawChange:
    """The law says something else from that day on: all that rests on it is under review. Raises `RestsNowhere`."""
    articles.take_turn(session)
    resting = resting_on(session, basis)
    if not resting:
        raise RestsNowhere(basis)
    change = LawChange(basis=basis.strip(), changed_on=changed_on, note=note, marked_by=by, marked_at=now)
    session.add(change)
    session.flush()
    session.add_all(LawReview(change_id=change.id, article_slug=slug) for slug in resting)
    articles.raise_version(session)
    session.flush()
    return change


def settle(session: Session, slug: str, by: str, now: datetime, *, known_until: datetime | None = None) -> int:
    """The article says what the law says now; gives how many marks this ends.

    `known_until`: when its words were written. What was marked after that they cannot know, and it stays under review.
    """
    known = sa.select(LawChange.id).where(LawChange.marked_at <= (known_until or now))
    waiting = sa.update(LawReview).where(
        LawReview.article_slug == slug, LawReview.settled_at.is_(None), LawReview.change_id.in_(known)
    )
    ended = session.execute(
        waiting.values(settled_at=now, settled_by=by)
        .returning(LawReview.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        articles.raise_version(session)
    return len(ended)


def under_review(session: Session) -> dict[str, list[LawChange]]:
    """The articles that wait for a look since a law changed, each with the changes, the latest first."""
    rows = session.execute(
        sa.select(LawReview.article_slug, LawChange)
        .join(LawChange, LawChange.id == LawReview.change_id)
        .where(LawReview.settled_at.is_(None))
        .order_by(LawChange.changed_on.desc(), LawChange.id.desc())
    )
    found: dict[str, list[LawChange]] = {}
    for slug, change in rows:
        found.setdefault(slug, []).append(change)
    return found


def changed_since(session: Session) -> dict[str, date]:
    """For the chat: the day since which the law under an article says something else, by slug."""
    return {slug: changes[0].changed_on for slug, changes in under_review(session).items()}


def resting_on(session: Session, basis: str) -> list[str]:
    """The slugs of the articles in use that rest on this law."""
    rows = session.execute(sa.select(Article.slug, Article.legal_basis).where(Article.withdrawn_at.is_(None)))
    return sorted(slug for slug, bases in rows if names(bases, basis))


def bases(session: Session) -> dict[str, int]:
    """Every legal basis as articles name it, with how many do."""
    found: dict[str, int] = {}
    for row in session.scalars(sa.select(Article.legal_basis).where(Article.withdrawn_at.is_(None))):
        for basis in row:
            found[basis] = found.get(basis, 0) + 1
    return dict(sorted(found.items()))


def names(bases_of_one: Iterable[str], basis: str) -> bool:
    """Does one of these name the law, whole words only?"""
    wanted = " ".join(basis.split())
    named = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
    return bool(wanted) and any(named.search(" ".join(each.split())) for each in bases_of_one)


def newest(session: Session, most: int = 20) -> list[tuple[LawChange, int]]:
    """The changes marked last, each with how many articles still wait for a look."""
    waiting = sa.select(sa.func.count(LawReview.id)).where(
        LawReview.change_id == LawChange.id, LawReview.settled_at.is_(None)
    )
    rows = sa.select(LawChange, waiting.scalar_subquery()).order_by(LawChange.id.desc()).limit(most)
    return [(change, many) for change, many in session.execute(rows)]
