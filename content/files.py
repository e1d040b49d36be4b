"""Guidance as files: reading the folder, writing it back, and telling a writer what is wrong and how to mend it.

Pure: no database and no clock. The format is told in `content/guidance/README.md`, and every rule that page promises is
checked here, in `content/pages.py` (one file) or `content/wording.py` (one line). Facts about the subject (owner, dates, sources, legal basis) stand in `id.md`
alone, so that a translation cannot contradict them; a translation carries words and what it was made from.
"""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from centre import messages
from content import contacts as contact_book
from content import languages, topics, wording
from content.finding import Phrasing
from content.pages import Page, Problem, clean, read_page, read_words

TITLE_LIMIT: Final = messages.TITLE_LIMIT
SHORT_LIMIT: Final = 600
BODY_LIMIT: Final = 3500
SOURCE_LINE: Final = 160
"""Room kept under the short form for its source and last check, so that both fit over WhatsApp's buttons."""
RELATED_LIMIT: Final = 4
REVIEW_MONTHS: Final = 6
PHRASING_LIMIT: Final = 1000

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_LIMIT: Final = 48  # a button's code is the slug with a word before it, 64 bytes in all
_FACT: Final = re.compile(r"^- \*\*([A-Z]{3}-\d{2})\*\*", re.MULTILINE)
_PHRASINGS_NAME: Final = re.compile(r"phrasings\.([a-z]+)\.txt")


class Unreadable(Exception):
    """A folder of guidance that cannot be taken as it stands; `problem` is the first thing in the way."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


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
        """A mark of these very words: the same in files and database, another as soon as one letter changes."""
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

    @property
    def source_text(self) -> Text:
        return self.texts[languages.SOURCE]


@dataclass(frozen=True, slots=True)
class Guidance:
    """All articles of a folder, by slug."""

    articles: dict[str, ArticleFile] = field(default_factory=dict)


def read(folder: Path) -> Guidance:
    """All articles under `folder`. Raises `Unreadable` with the first problem that keeps an article from being taken."""
    problems: list[Problem] = []
    drafts = read_drafts(folder, problems)
    if problems:
        raise Unreadable(problems[0])
    return Guidance({draft.article.slug: draft.article for draft in drafts})


def check(
    folder: Path, contacts: Mapping[str, contact_book.Contact], facts: Path | None = None
) -> list[Problem]:
    """Everything in `folder` that the README does not allow. With `facts` at hand, each code must exist there."""
    problems: list[Problem] = []
    drafts = read_drafts(folder, problems)
    known = fact_pack(facts) if facts else None
    slugs = {place.name for place in folder.glob("*/*")}  # an article that cannot be read is still one to refer to
    for draft in drafts:
        problems += _check_subject(draft, slugs, known)
        for language, page in draft.pages.items():
            problems += _check_text(draft.article.texts[language], page)
            problems += _check_words(draft, page, contacts)
    problems += _shared_labels(drafts)
    problems += _check_phrasings(drafts, folder)
    return sorted(problems, key=lambda problem: (problem.path, problem.line))


def fact_pack(folder: Path) -> frozenset[str]:
    """The codes of the facts told in `folder`, whose lines begin `- **CEK-01** …`."""
    pages = (path.read_text(encoding="utf-8") for path in folder.glob("*.md"))
    return frozenset(code for page in pages for code in _FACT.findall(page))


def read_phrasings(folder: Path) -> list[Phrasing]:
    """Every message known to mean something: the articles' (label: slug), then the kinds of talk beside the folder.

    `phrasings/greeting.id.txt` next to `folder` carries the label `@greeting`; without a language it is Indonesian.
    """
    problems: list[Problem] = []
    found = [
        heard.phrasing
        for path in sorted(folder.glob("*/*/phrasings.*.txt"), key=_phrasings_order)
        for heard in _phrasings(path, path.parent.name, path.name.split(".")[1], problems)
    ]
    found += talk_phrasings(folder.parent / "phrasings")
    if problems:
        raise Unreadable(problems[0])
    return found


def talk_phrasings(folder: Path) -> list[Phrasing]:
    """What is said that is no question (`@greeting`, `@thanks`, …), from `<kind>.<lang>.txt` and `<kind>.txt`."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        kind, _, language = path.stem.partition(".")
        lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
        found += [
            Phrasing("@" + kind, language or languages.SOURCE, line) for line in lines if line and line[0] != "#"
        ]
    return found


def write(guidance: Guidance, folder: Path) -> None:
    """The same guidance as files; written twice, the bytes are the same. What else lies in the folder stays."""
    for article in guidance.articles.values():
        place = folder / article.topic / article.slug
        place.mkdir(parents=True, exist_ok=True)
        for text in article.texts.values():
            (place / f"{text.language}.md").write_bytes(_page(article, text).encode())
        by_language: dict[str, list[str]] = {}
        for phrasing in article.phrasings:
            by_language.setdefault(phrasing.language, []).append(phrasing.text + "\n")
        for language, lines in by_language.items():
            (place / f"phrasings.{language}.txt").write_bytes("".join(lines).encode())


# Checking


def _check_subject(draft: Draft, slugs: set[str], known: frozenset[str] | None) -> Iterator[Problem]:
    """What `id.md` says about the subject: dates, sources, related articles."""
    article, page = draft.article, draft.pages[languages.SOURCE]
    last = _months_later(article.valid_from, REVIEW_MONTHS)
    if not article.valid_from < article.review_due <= last:
        what = f"review_due {article.review_due} is not within {REVIEW_MONTHS} months after valid_from"
        yield Problem(page.path, page.line("review_due"), what, f"choose a day up to {last}")
    if article.check_before_use and not article.check_note:
        remedy = "add check_note: what an officer must check, and where"
        yield Problem(page.path, page.line("check_before_use"), "check_before_use without check_note", remedy)
    if len(article.related) > RELATED_LIMIT:
        what = f"{len(article.related)} related articles"
        yield Problem(page.path, page.line("related"), what, f"keep the nearest {RELATED_LIMIT}")
    for at, slug in enumerate(article.related):
        if slug not in slugs or slug == article.slug or slug in article.related[:at]:
            what = f"related: {slug!r} is not another article, named once"
            yield Problem(page.path, page.line(f"related.{at}"), what, "name an existing folder or leave it out")
    for at, source in enumerate(article.sources):
        for code in source.facts:
            if known is not None and code not in known:
                yield Problem(page.path, page.line(f"sources.{at}.facts"), f"no fact {code}", "correct the code")


def _check_text(text: Text, page: Page) -> Iterator[Problem]:
    """What one language's fields must keep to."""
    if messages.LIMITS["telegram"].measure(text.label) > messages.LABEL_LIMIT:
        what = f"label is {messages.LIMITS['telegram'].measure(text.label)} long"
        yield Problem(page.path, page.line("label"), what, f"at most {messages.LABEL_LIMIT}: it becomes a button")
    if len(text.title) > TITLE_LIMIT:
        what = f"title is {len(text.title)} long"
        yield Problem(page.path, page.line("title"), what, f"at most {TITLE_LIMIT}: it becomes a row of a list")
    if text.language == languages.SOURCE:
        return
    if not re.fullmatch("[0-9a-f]{12}", text.from_revision):
        what = f"from_revision {text.from_revision!r} is no mark of a text"
        yield Problem(page.path, page.line("from_revision"), what, "write the twelve signs told for the text in id.md")
    if text.reviewed and not re.search(r"\d{4}-\d{2}-\d{2}", text.reviewed):
        what = "reviewed without a date"
        yield Problem(page.path, page.line("reviewed"), what, "write false, or the name and the date 2026-11-21")


def _check_words(draft: Draft, page: Page, contacts: Mapping[str, contact_book.Contact]) -> Iterator[Problem]:
    """The words themselves: marks, contacts, markup, and how long they are as shown."""
    cited = {code for source in draft.article.sources for code in source.facts}
    for name in ("title", "label"):
        for what, remedy in wording.not_allowed(page.fields[name]):
            yield Problem(page.path, page.line(name), f"{name} has {what}", remedy)
        if "[" in page.fields[name] or "{" in page.fields[name]:
            yield Problem(page.path, page.line(name), f"{name} has a mark or contact", "keep those to the text")
    short, short_line = page.fields["short"], page.text_line("short")
    for name, words, first in (("short", short, short_line), ("the text", page.body, page.body_line)):
        for number, line in enumerate(words.split("\n"), start=first):
            if name == "short" and line.startswith("#"):
                yield Problem(page.path, number, "short has a heading", "keep headings to the full text")
            for what, remedy in wording.not_allowed(line):
                yield Problem(page.path, number, what, remedy)
            for code in wording.fact_codes(line):
                if code not in cited:
                    remedy = "add the code to the facts of the source that says it"
                    yield Problem(page.path, number, f"{code} stands under no source", remedy)
            for code in wording.contact_codes(line):
                if code not in contacts:
                    yield Problem(page.path, number, f"no contact {code!r}", f"known are {' '.join(contacts)}")
    yield from _too_long(page, contacts)


def _too_long(page: Page, contacts: Mapping[str, contact_book.Contact]) -> Iterator[Problem]:
    def line(code: str) -> str:
        return contact_book.line(contacts[code]) if code in contacts else ""

    short, body = wording.shown(page.fields["short"], line), wording.shown(page.body, line)
    for name, text, most, number in (
        ("short", short, SHORT_LIMIT, page.text_line("short")),
        ("the text", body, BODY_LIMIT, page.body_line),
    ):
        if len(text) > most:
            yield Problem(page.path, number, f"{name} is {len(text)} long as shown", f"at most {most}")
    answer = "\n\n".join((page.fields["title"], short, "." * SOURCE_LINE))
    if messages.LIMITS["telegram"].measure(answer) > messages.LIMITS["whatsapp"].interactive:
        remedy = "shorten the short form: emoji count twice"
        yield Problem(page.path, page.text_line("short"), "the answer does not fit over WhatsApp's buttons", remedy)


def _shared_labels(drafts: Iterable[Draft]) -> Iterator[Problem]:
    """Two buttons with one label could not be told apart."""
    seen: dict[tuple[str, str], str] = {}
    for draft in drafts:
        for language, text in draft.article.texts.items():
            other = seen.setdefault((language, text.label.casefold()), draft.article.slug)
            if other != draft.article.slug:
                page = draft.pages[language]
                what = f"label {text.label!r} is that of {other} too"
                yield Problem(page.path, page.line("label"), what, "choose another")


def _check_phrasings(drafts: Iterable[Draft], folder: Path) -> Iterator[Problem]:
    """One message cannot mean two things; nobody's number is kept."""
    seen = {_as_heard(talk.text): talk.label for talk in talk_phrasings(folder.parent / "phrasings")}
    for heard in (heard for draft in drafts for heard in draft.phrasings):
        text, label = heard.phrasing.text, heard.phrasing.label
        other = seen.setdefault(_as_heard(text), label)
        if other != label:
            remedy = "keep it where most people mean it, or add what tells them apart"
            yield Problem(heard.path, heard.line, f"the same phrasing stands under {other}: {text!r}", remedy)
        if len(text) > PHRASING_LIMIT:
            yield Problem(heard.path, heard.line, f"a phrasing of {len(text)} characters", f"at most {PHRASING_LIMIT}")
        if wording.LONG_NUMBER.search(text):
            remedy = "leave the number out"
            yield Problem(heard.path, heard.line, "what looks like somebody's telephone number", remedy)


def _as_heard(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# Reading


@dataclass(frozen=True)
class Heard:
    """A phrasing and where it was read."""

    phrasing: Phrasing
    path: Path
    line: int


@dataclass(frozen=True)
class Draft:
    """An article that could be read, with the pages and lines it was read from, so that errors can name them."""

    article: ArticleFile
    pages: dict[str, Page]
    phrasings: tuple[Heard, ...]


def read_drafts(folder: Path, problems: list[Problem]) -> list[Draft]:
    """The articles under `folder` in the order of their slugs; what cannot be read is added to `problems` instead."""
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
    for path in sorted(_visible(place), key=_phrasings_order):
        named = _PHRASINGS_NAME.fullmatch(path.name)
        language = named[1] if named else path.stem
        if path.suffix not in (".md", ".txt") or (path.suffix == ".txt" and not named):
            remedy = "an article has <lang>.md and phrasings.<lang>.txt only"
            problems.append(Problem(path, 1, "a file that is never read", remedy))
        elif language not in languages.CODES:
            remedy = f"use one of {' '.join(languages.CODES)}, or add a row to content/languages.py"
            problems.append(Problem(path, 1, f"unknown language {language!r}", remedy))
        elif named:
            heard += _phrasings(path, place.name, language, problems)
        elif (page := read_page(path, problems)) is not None:
            pages[language] = page
    if languages.SOURCE not in pages:
        if not (place / "id.md").exists():
            problems.append(Problem(place, 1, "no id.md", "write the article in Bahasa first: it is the source"))
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


def _phrasings(path: Path, label: str, language: str, problems: list[Problem]) -> list[Heard]:
    words = read_words(path, problems)
    if words is None:
        return []
    heard = []
    for number, line in enumerate(words.removesuffix("\n").split("\n"), start=1):
        if line.strip():
            heard.append(Heard(Phrasing(label, language, line.strip()), path, number))
        else:
            problems.append(Problem(path, number, "an empty phrasing", "delete the line"))
    return heard


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))


def _phrasings_order(path: Path) -> tuple[str, bool, str]:
    """By slug; within it Bahasa first, then the other languages by code."""
    return path.parent.name, not path.name.startswith(("id.", "phrasings.id.")), path.name


# Writing


def _page(article: ArticleFile, text: Text) -> str:
    fields: dict[str, Any] = {"title": text.title, "label": text.label}
    if text.language == languages.SOURCE:
        fields |= {
            "owner": article.owner,
            "valid_from": article.valid_from,
            "review_due": article.review_due,
            "check_before_use": article.check_before_use,
        }
        fields |= {"check_note": article.check_note} if article.check_note else {}
        fields |= {
            "legal_basis": list(article.legal_basis),
            "sources": [_source_fields(source) for source in article.sources],
            "related": _OnOneLine(article.related),
        }
    else:
        fields |= {"from_revision": text.from_revision, "reviewed": text.reviewed or False}
    fields["short"] = _Block(text.short + "\n")
    front = yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return f"---\n{front}---\n{text.body}\n"


def _source_fields(source: Source) -> dict[str, Any]:
    fields: dict[str, Any] = {"title": source.title}
    if source.url:
        fields["url"] = source.url
    fields["date"] = _source_date(source.date)
    if source.facts:
        fields["facts"] = _OnOneLine(source.facts)
    return fields


def _source_date(written: str) -> int | str | date:
    """So that it is written without quotes."""
    if len(written) == 4:
        return int(written)
    return date.fromisoformat(written) if len(written) == 10 else written


class _OnOneLine(list[str]):
    """Written as [a, b]."""


class _Block(str):
    """Written under its name as `|`."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(
    _OnOneLine, lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)
)
_Dumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)
