"""A state of the guidance that somebody wants to publish: some articles as they would stand, the rest as published.

Drafts, phrasings that were added and articles that are withdrawn all become a candidate; the publish gate
(`content/gates.py`) judges candidates and knows nothing of how they came about.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from content import languages
from content.article_records import Article, Phrase, Revision, Translation
from content.folders import ArticleFile, Guidance
from content.phrasing import Phrasing

Pair = tuple[str, str]
"""A language and words in it."""


@dataclass(frozen=True)
class Candidate:
    """Articles as they would stand, by slug; None where one would no longer be there."""

    articles: Mapping[str, ArticleFile | None]

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(sorted(self.articles))

    @property
    def digest(self) -> str:
        """The mark of exactly this candidate: another once a letter of it changes."""
        return hashlib.sha256(as_json(self).encode()).hexdigest()[:32]


def as_json(candidate: Candidate) -> str:
    """The candidate as text, always the same for the same candidate."""
    plain = {slug: _articles().dump_python(candidate.articles[slug], mode="json") for slug in candidate.slugs}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Candidate:
    """What `as_json` was given."""
    return Candidate({slug: _articles().validate_python(article) for slug, article in json.loads(text).items()})


def with_phrasings(guidance: Guidance, added: Iterable[Phrasing]) -> Candidate:
    """The published articles, each with the phrasings that would come to it."""
    more: dict[str, list[Phrasing]] = {}
    for phrasing in added:
        more.setdefault(phrasing.label, []).append(phrasing)
    return Candidate({slug: _heard_too(guidance.articles[slug], new) for slug, new in more.items()})


def stand_in(guidance: Guidance, candidate: Candidate) -> Guidance:
    """The guidance as it would be with the candidate published."""
    kept = {slug: article for slug, article in guidance.articles.items() if slug not in candidate.articles}
    wanted = {slug: article for slug, article in candidate.articles.items() if article is not None}
    return Guidance(dict(sorted((kept | wanted).items())))


def learnt_from(guidance: Guidance) -> str:
    """The mark of all that finding learns from: the same as long as no title and no phrasing changes."""
    return _mark_of(
        (
            slug,
            [(text.language, text.title) for text in article.texts.values()],
            [(each.language, each.text) for each in article.phrasings],
        )
        for slug, article in guidance.articles.items()
    )


def learnt_now(session: Session) -> str:
    """The same of what is published now, without reading a text of it: a page of the desk asks for it."""
    is_shown = sa.and_(Revision.translation_id == Translation.id, Revision.number == Translation.published_revision)
    rows = sa.select(Translation.article_slug, Translation.language, Revision.title).join(Revision, is_shown)
    titles, asked = defaultdict(list), defaultdict(list)
    for slug, language, title in session.execute(rows.join(Article).where(Article.withdrawn_at.is_(None))):
        titles[slug].append((language, title))
    for slug, language, words in session.execute(sa.select(Phrase.label, Phrase.language, Phrase.text)):
        asked[slug].append((language, words))
    has_source = [slug for slug, known in titles.items() if any(language == languages.SOURCE for language, _ in known)]
    return _mark_of((slug, titles[slug], asked[slug]) for slug in has_source)


def _mark_of(learnt: Iterable[tuple[str, list[Pair], list[Pair]]]) -> str:
    """Of the titles and phrasings of each article, each with its language."""
    digest = hashlib.sha256()
    for slug, titles, asked in sorted(learnt):
        digest.update(json.dumps([slug, sorted(titles), sorted(asked)]).encode())
    return digest.hexdigest()[:32]


def _heard_too(article: ArticleFile, new: Iterable[Phrasing]) -> ArticleFile:
    known = {(each.language, each.text) for each in article.phrasings}
    more = tuple(each for each in new if (each.language, each.text) not in known)
    return replace(article, phrasings=(*article.phrasings, *more))


@cache
def _articles() -> TypeAdapter[ArticleFile | None]:
    return TypeAdapter(ArticleFile | None)
