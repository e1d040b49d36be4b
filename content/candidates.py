"""A state of the guidance that somebody wants to publish: some articles as they would stand, the rest as published.

Drafts, phrasings that were added and articles that are withdrawn all become a candidate; the publish gate
(`content/gates.py`) judges candidates and knows nothing of how they came about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from pydantic import TypeAdapter

from content.folders import ArticleFile, Guidance
from content.phrasing import Phrasing


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
    digest = hashlib.sha256()
    for slug, article in sorted(guidance.articles.items()):
        digest.update(json.dumps(_learnt(slug, article)).encode())
    return digest.hexdigest()[:32]


def _learnt(slug: str, article: ArticleFile) -> list[object]:
    titles = sorted((text.language, text.title) for text in article.texts.values())
    return [slug, titles, sorted((each.language, each.text) for each in article.phrasings)]


def _heard_too(article: ArticleFile, new: Iterable[Phrasing]) -> ArticleFile:
    known = {(each.language, each.text) for each in article.phrasings}
    more = tuple(each for each in new if (each.language, each.text) not in known)
    return replace(article, phrasings=(*article.phrasings, *more))


@cache
def _articles() -> TypeAdapter[ArticleFile | None]:
    return TypeAdapter(ArticleFile | None)
