"""The folder of guidance as it lies there: articles, texts, phrasings, and where they were read.

Facts about the subject (owner, dates, sources, legal basis) stand in `id.md` alone, so that a translation
cannot contradict them; a translation carries words and what it was made from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from content import languages, topics
from content.pages import Page, Problem, read_page, read_words
from content.phrasing import Phrasing

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_LIMIT: Final = 48  # a button's code is the slug with a word before it, 64 bytes in all
_PHRASINGS_NAME: Final = re.compile(r"phrasings\.([a-z]+)\.txt")


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from. `date` is a year, a month or a day: `2025`, `2025-07`, `2025-07-10`."""

    title: str
    date: str
    url: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """An article's words in one language, marks and placeholders still in them."""

    language: str
    title: str
    label: str
    short: str
    body: str
    reviewed: str = ""
    """Who read a translation and when; empty until a native speaker has."""
    from_revision: str = ""
    """The `revision` of the source that a translation was made from."""

    @property
    def revision(self) -> str:
        """A mark of these very words: the same in files and database, another once a letter changes."""
        words = "\x00".join((self.title, self.label, self.short, self.body))
        return hashlib.sha256(words.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """One article's folder."""

    topic: str
    slug: str
    owner: str
    valid_from: date
    review_due: date
    legal_basis: tuple[str, ...]
    sources: tuple[Source, ...]
    related: tuple[str, ...]
    check_before_use: bool
    check_note: str
    texts: dict[str, Text]
    phrasings: tuple[Phrasing, ...]
    valid_until: date | None = None
    """The last day on which it may be answered as valid; None where no end is known."""

    @property
    def source_text(self) -> Text:
        return self.texts[languages.SOURCE]


@dataclass(frozen=True, slots=True)
class Guidance:
    """All articles of a folder, by slug."""

    articles: dict[str, ArticleFile] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """A phrasing and where it was read."""

    phrasing: Phrasing
    path: Path
    line: int


@dataclass(frozen=True)
class Draft:
    """An article that could be read, with the pages and lines it was read from, for errors to name."""

    article: ArticleFile
    pages: dict[str, Page]
    phrasings: tuple[Heard, ...]


def read_drafts(folder: Path, problems: list[Problem]) -> list[Draft]:
    """The articles under `folder` by slug; what cannot be read is added to `problems` instead."""
    drafts: dict[str, Draft] = {}
    if not folder.is_dir():
        problems.append(Problem(folder, 1, "no such folder", "name the folder that holds the topics"))
        return []
    for place in _article_folders(folder, problems):
        other = drafts.get(place.name)
        if other is not None:
            what = f"the slug {place.name!r} is used under {other.article.topic} too"
            problems.append(Problem(place, 1, what, "give one of the two another name"))
            continue
        draft = _read_article(place, problems)
        if draft is not None:
            drafts[place.name] = draft
    return [drafts[slug] for slug in sorted(drafts)]


def read_heard(folder: Path, problems: list[Problem]) -> list[Heard]:
    """Only how people ask, by slug and language: quicker than the articles."""
    paths = sorted(folder.glob("*/*/phrasings.*.txt"), key=_reading_order)
    return [heard for path in paths for heard in _heard(path, path.name.split(".")[1], problems)]


def talk_phrasings(folder: Path) -> list[Phrasing]:
    """What is said that is no question (`@greeting`, `@thanks`), from `<kind>.<lang>.txt` or `<kind>.txt`."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        kind, _, language = path.stem.partition(".")
        lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
        said = (line for line in lines if line and not line.startswith("#"))
        found += [Phrasing("@" + kind, language or languages.SOURCE, line) for line in said]
    return found


def _article_folders(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    for shelf in _visible(folder):
        if not shelf.is_dir():
            continue
        if shelf.name not in topics.CODES:
            remedy = f"use one of {' '.join(topics.CODES)}"
            problems.append(Problem(shelf, 1, f"unknown topic {shelf.name!r}", remedy))
            continue
        for place in _visible(shelf):
            if place.is_dir():
                yield place
            else:
                what = "a file that belongs to no article"
                problems.append(Problem(place, 1, what, f"move it into {shelf.name}/<slug>/ or delete it"))


def _read_article(place: Path, problems: list[Problem]) -> Draft | None:
    if not _SLUG.fullmatch(place.name) or len(place.name) > _SLUG_LIMIT:
        remedy = f"use small letters, digits and single hyphens, at most {_SLUG_LIMIT}"
        problems.append(Problem(place, 1, f"{place.name!r} is no slug", remedy))
    pages: dict[str, Page] = {}
    heard: list[Heard] = []
    for path in sorted(_visible(place), key=_reading_order):
        named = _PHRASINGS_NAME.fullmatch(path.name)
        language = named[1] if named else path.stem
        if path.suffix not in (".md", ".txt") or (path.suffix == ".txt" and not named):
            remedy = "an article has <lang>.md and phrasings.<lang>.txt only"
            problems.append(Problem(path, 1, "a file that is never read", remedy))
        elif language not in languages.CODES:
            remedy = f"use one of {' '.join(languages.CODES)}, or add a row to content/languages.py"
            problems.append(Problem(path, 1, f"unknown language {language!r}", remedy))
        elif named:
            heard += _heard(path, language, problems)
        elif (page := read_page(path, problems)) is not None:
            pages[language] = page
    if languages.SOURCE not in pages:
        if not (place / "id.md").exists():
            remedy = "write the article in Bahasa first: it is the source"
            problems.append(Problem(place, 1, "no id.md", remedy))
        return None
    source = pages[languages.SOURCE].fields
    article = ArticleFile(
        topic=place.parent.name,
        slug=place.name,
        owner=source["owner"],
        valid_from=date.fromisoformat(source["valid_from"]),
        review_due=date.fromisoformat(source["review_due"]),
        legal_basis=tuple(source["legal_basis"]),
        sources=tuple(
            Source(item["title"], item["date"], item.get("url", ""), tuple(item.get("facts", ())))
            for item in source["sources"]
        ),
        related=tuple(source.get("related", ())),
        check_before_use=source.get("check_before_use") == "true",
        check_note=source.get("check_note", ""),
        texts={language: _text(language, page) for language, page in pages.items()},
        phrasings=tuple(item.phrasing for item in heard),
        valid_until=date.fromisoformat(source["valid_until"]) if "valid_until" in source else None,
    )
    return Draft(article, pages, tuple(heard))


def _text(language: str, page: Page) -> Text:
    reviewed = page.fields.get("reviewed", "")
    return Text(
        language=language,
        title=page.fields["title"],
        label=page.fields["label"],
        short=page.fields["short"],
        body=page.body,
        reviewed="" if reviewed == "false" else reviewed,
        from_revision=page.fields.get("from_revision", ""),
    )


def _heard(path: Path, language: str, problems: list[Problem]) -> list[Heard]:
    words = read_words(path, problems)
    if words is None:
        return []
    heard = []
    for number, line in enumerate(words.removesuffix("\n").split("\n"), start=1):
        if line.strip():
            heard.append(Heard(Phrasing(path.parent.name, language, line.strip()), path, number))
        else:
            problems.append(Problem(path, number, "an empty phrasing", "delete the line"))
    return heard


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))


def _reading_order(path: Path) -> tuple[str, bool, str]:
    """By slug; within it Bahasa first, then the other languages by code."""
    return path.parent.name, not path.name.startswith(("id.", "phrasings.id.")), path.name
