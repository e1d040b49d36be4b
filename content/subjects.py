"""What is true of an article in every language: shelf, owner, dates, legal basis, sources, related articles, what to check.

It stands in four shapes: in files, on the article's record, and as plain values beside a revision or a draft.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from content.article_records import Article
from content.folders import ArticleFile, Source

_DAYS = ("valid_from", "valid_until", "review_due")
FIELDS = (
    "topic",
    "owner",
    "valid_from",
    "valid_until",
    "review_due",
    "legal_basis",
    "sources",
    "related",
    "check_before_use",
    "check_note",
)


def in_files(wanted: ArticleFile) -> dict[str, Any]:
    """What files say is true of an article in every language."""
    return {name: getattr(wanted, name) for name in FIELDS}


def of(article: Article) -> dict[str, Any]:
    """The same, of a record."""
    subject = {name: getattr(article, name) for name in FIELDS}
    sources = (Source(row["title"], row["date"], row["url"], tuple(row["facts"])) for row in article.sources)
    return subject | {
        "legal_basis": tuple(article.legal_basis),
        "sources": tuple(sources),
        "related": tuple(article.related),
    }


def as_json(subject: dict[str, Any]) -> dict[str, Any]:
    """What an article says of itself, as it is kept beside a revision or a draft: days written out, lists as lists."""
    kept = {name: list(value) if isinstance(value, tuple) else value for name, value in subject.items()}
    days = {name: subject[name].isoformat() if subject[name] else None for name in _DAYS}
    return kept | days | {"sources": [asdict(source) | {"facts": list(source.facts)} for source in subject["sources"]]}


def from_json(kept: dict[str, Any]) -> dict[str, Any]:
    """The same, read again."""
    days = {name: date.fromisoformat(kept[name]) if kept.get(name) else None for name in _DAYS}
    sources = (Source(row["title"], row["date"], row["url"], tuple(row["facts"])) for row in kept["sources"])
    lists = {name: tuple(kept[name]) for name in ("legal_basis", "related")}
    return {name: kept.get(name) for name in FIELDS} | days | lists | {"sources": tuple(sources)}


def kept(article: ArticleFile) -> dict[str, Any]:
    """What an article says of itself in every language, as it is kept."""
    return as_json(in_files(article))


def put(article: Article, wanted: ArticleFile) -> None:
    """Let the record say what files or staff say; who checked it before checked something else."""
    for name, value in in_files(wanted).items():
        setattr(article, name, list(value) if isinstance(value, tuple) else value)
    article.sources = [asdict(source) for source in wanted.sources]
    article.checked_at = article.checked_by = None
