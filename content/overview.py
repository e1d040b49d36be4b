"""All articles at a glance: how each of them stands, without reading a single text of theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from content import drafts, languages, law_changes, table_files
from content.article_records import IS_SHOWN, Article, Phrase, Revision, Translation
from content.draft_records import ArticleDraft
from content.law_changes import LawChange
from content.tables import Table
from content.test_questions import TestQuestion

SOON = timedelta(days=30)
"""So long before its review is due an article is shown to who keeps it."""
Sureness = Literal["behind", "unreviewed", "reviewed"]


@dataclass
class Standing:
    """One article and what is to be done about it."""

    article: Article
    title: str = ""
    languages: dict[str, Sureness] = field(default_factory=dict)
    """How far each translation can be trusted; the source is not among them."""
    drafts: list[ArticleDraft] = field(default_factory=list)
    law_changes: list[LawChange] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return self.article.slug

    @property
    def is_withdrawn(self) -> bool:
        return self.article.withdrawn_at is not None

    def is_overdue(self, today: date) -> bool:
        """Is its review overdue?"""
        return today > self.article.review_due

    def is_due_soon(self, today: date) -> bool:
        """Is its review due within a month?"""
        return not self.is_overdue(today) and today + SOON >= self.article.review_due

    def has_ended(self, today: date) -> bool:
        """Is the last day over on which it may be answered as valid?"""
        return self.article.valid_until is not None and today > self.article.valid_until

    def must_be_read_again(self, today: date) -> bool:
        """Must its keeper look at it: is its review due or overdue, has it ended, or has a law changed?"""
        soon = self.is_overdue(today) or self.is_due_soon(today)
        return not self.is_withdrawn and (soon or self.has_ended(today) or bool(self.law_changes))

    def wants(self, language: str) -> bool:
        """Has it no words in this language, or words made from another source?"""
        return self.languages.get(language, "behind") == "behind"

    @property
    def behind(self) -> list[str]:
        """The languages whose words are made from another source than that of now."""
        return [language for language, how in self.languages.items() if how == "behind"]


@dataclass(frozen=True)
class Links:
    """Who leads to an article: what would lead nowhere if it went."""

    related: list[Standing]
    """Articles that name it as related."""
    leads_here: list[str]
    """Withdrawn articles whose place it takes."""
    tables: list[str]
    """Dated tables that belong to it."""
    phrasings: dict[str, int]
    """How many ways of asking are learnt for it, by language."""
    questions: int
    """Test questions that must reach it."""


def every(session: Session) -> list[Standing]:
    """All articles by title; the longest neglected are for the caller to find."""
    found = {each.slug: Standing(each) for each in session.scalars(sa.select(Article))}
    _add_words(session, found)
    for draft in drafts.every_open(session):
        if draft.article_slug in found:
            found[draft.article_slug].drafts.append(draft)
    for slug, changes in law_changes.under_review(session).items():
        if slug in found:
            found[slug].law_changes = changes
    return sorted((each for each in found.values() if each.title), key=lambda each: each.title.casefold())


def one(session: Session, slug: str) -> Standing | None:
    """One of them; None where no such article is published."""
    article = session.get(Article, slug) if "\x00" not in slug else None
    if article is None:
        return None
    standing = Standing(article, law_changes=law_changes.under_review(session).get(slug, []))
    _add_words(session, {slug: standing}, slug)
    standing.drafts = [draft for draft in drafts.every_open(session) if draft.article_slug == slug]
    return standing if standing.title else None


def count_neglected(session: Session, today: date) -> int:
    """How many articles in use are past their review or rest on a changed law: what an editor must look at."""
    overdue = sa.select(Article.slug).where(Article.review_due < today, Article.withdrawn_at.is_(None))
    return len({*session.scalars(overdue), *law_changes.under_review(session)})


def of_keeper(session: Session, staff_id: str, today: date) -> list[Standing]:
    """What this member of staff keeps and must read again, the longest overdue first."""
    kept = session.scalars(sa.select(Article.slug).where(Article.keeper == staff_id)).all()
    found = [each for each in every(session) if each.slug in kept and each.must_be_read_again(today)] if kept else []
    return sorted(found, key=lambda each: each.article.review_due)


def links(session: Session, slug: str, standings: list[Standing]) -> Links:
    """Who leads to it, among all of them."""
    counted = sa.select(Phrase.language, sa.func.count()).where(Phrase.label == slug).group_by(Phrase.language)
    asked = sa.select(sa.func.count(TestQuestion.id)).where(
        TestQuestion.label == slug, TestQuestion.removed_at.is_(None)
    )
    return Links(
        related=[each for each in standings if slug in each.article.related and not each.is_withdrawn],
        leads_here=[each.title for each in standings if each.article.successor == slug],
        tables=sorted(table.path.name for table in table_files.ours().values() if _is_about(table, slug)),
        phrasings=dict(session.execute(counted.order_by(Phrase.language)).all()),
        questions=session.scalar(asked) or 0,
    )


def _is_about(table: Table, slug: str) -> bool:
    return slug in table.articles or any(slug in row.articles for row in table.rows)


def _add_words(session: Session, found: dict[str, Standing], slug: str | None = None) -> None:
    """Titles, and how far the translations can be trusted: their marks tell."""
    columns = (Translation.article_slug, Translation.language, Revision.title, Revision.digest)
    rows = sa.select(*columns, Revision.source_revision, Revision.reviewed).join(Revision, IS_SHOWN)
    rows = rows if slug is None else rows.where(Translation.article_slug == slug)
    texts = [row for row in session.execute(rows) if row.article_slug in found]
    marks = {row.article_slug: row.digest for row in texts if row.language == languages.SOURCE}
    for row in texts:
        standing = found[row.article_slug]
        if row.language == languages.SOURCE:
            standing.title = row.title
        elif row.source_revision != marks.get(row.article_slug):
            standing.languages[row.language] = "behind"
        else:
            standing.languages[row.language] = "reviewed" if row.reviewed else "unreviewed"
