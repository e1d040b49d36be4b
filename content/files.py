"""Guidance as files: reading the folder, writing it back, and telling a writer what is wrong and its remedy.

Pure: no database and no clock. The format is told in `content/guidance/README.md`. Every rule that it
promises is checked: of a folder in `content/folders.py`, of a file in `content/pages.py`, of a line in
`content/wording.py`, and of what they mean together here.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from centre import messages
from content import contacts as contact_book
from content import facts as fact_pack
from content import languages, proving, table_files, wording
from content.contacts import Contact
from content.folders import (
    ArticleFile,
    Draft,
    Guidance,
    Source,
    Text,
    read_drafts,
    read_heard,
    talk_phrasings,
)
from content.pages import Page, Problem
from content.phrasing import Phrasing
from content.wording import shown

__all__ = [
    "ArticleFile",
    "Guidance",
    "Problem",
    "Source",
    "Text",
    "Unreadable",
    "behind",
    "check",
    "read",
    "read_phrasings",
    "shown",
    "talk_phrasings",
    "write",
]

TITLE_LIMIT: Final = messages.TITLE_LIMIT
SHORT_LIMIT: Final = 600
BODY_LIMIT: Final = 3500
SOURCE_LINE: Final = 160
"""Room kept under the short form for its source and last check, so that both fit over WhatsApp's buttons."""
RELATED_LIMIT: Final = 4
REVIEW_MONTHS: Final = 6
PHRASING_LIMIT: Final = 1000

TALK: Final = "phrasings"
"""The folder beside the guidance that tells how greetings, thanks and the like are said."""
TABLES: Final = "tables"
"""The folder beside the guidance that holds the dated tables."""


class Unreadable(Exception):
    """A folder of guidance that cannot be taken as it stands; `problem` is the first thing in the way."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read(folder: Path) -> Guidance:
    """All articles under `folder`. Raises `Unreadable` with the first problem that stands in the way."""
    problems: list[Problem] = []
    drafts = read_drafts(folder, problems)
    if problems:
        raise Unreadable(problems[0])
    return Guidance({draft.article.slug: draft.article for draft in drafts})


def check(folder: Path, contacts: Mapping[str, Contact], facts: Path | None = None) -> list[Problem]:
    """All that the READMEs do not allow in `folder` and the tables beside it.

    With the fact pack at hand, each code must exist there, and rows must say the same.
    """
    problems: list[Problem] = []
    drafts = read_drafts(folder, problems)
    known = fact_pack.read(facts) if facts else None
    slugs = {place.name for place in folder.glob("*/*")}  # what cannot be read can still be referred to
    for draft in drafts:
        problems += _check_subject(draft, slugs, known)
        for language, page in draft.pages.items():
            problems += _check_fields(draft, draft.article.texts[language], page)
            problems += _check_words(draft, page, contacts)
    problems += _shared_labels(drafts)
    problems += _check_phrasings(drafts, folder)
    tables = table_files.read_tables(folder.parent / TABLES, problems)
    problems += proving.check_rows(tables, slugs, known)
    problems += proving.check_articles(tables, drafts)
    return sorted(problems, key=lambda problem: (problem.path, problem.line))


def behind(folder: Path) -> list[Problem]:
    """The translations whose source has changed since: no mistake, and the chat says so, but somebody's work."""
    late: list[Problem] = []
    for draft in read_drafts(folder, []):
        mark = draft.article.source_text.revision
        for language, page in draft.pages.items():
            if language != languages.SOURCE and draft.article.texts[language].from_revision != mark:
                remedy = f"bring it up to date, then write from_revision: {mark}"
                late.append(page.problem("from_revision", "id.md has changed since", remedy))
    return late


def read_phrasings(folder: Path) -> list[Phrasing]:
    """Every message known to mean something: the articles' (label: slug), then the talk beside the folder.

    `phrasings/greeting.id.txt` next to `folder` carries the label `@greeting`; without a language it is
    Indonesian.
    """
    problems: list[Problem] = []
    found = [heard.phrasing for heard in read_heard(folder, problems)]
    if problems:
        raise Unreadable(problems[0])
    return found + talk_phrasings(folder.parent / TALK)


def write(guidance: Guidance, folder: Path) -> None:
    """The same guidance as files; written twice, the bytes are the same. What else lies there stays."""
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


def _check_subject(draft: Draft, slugs: set[str], known: Mapping[str, fact_pack.Fact] | None) -> Iterator[Problem]:
    """What `id.md` says about the subject: dates, sources, related articles."""
    article, page = draft.article, draft.pages[languages.SOURCE]
    last = _months_later(article.valid_from, REVIEW_MONTHS)
    if not article.valid_from < article.review_due <= last:
        what = f"review_due {article.review_due} is not within {REVIEW_MONTHS} months after valid_from"
        yield page.problem("review_due", what, f"choose a day up to {last}")
    if article.check_before_use and not article.check_note:
        remedy = "add check_note: what an officer must check, and where"
        yield page.problem("check_before_use", "check_before_use without check_note", remedy)
    if len(article.related) > RELATED_LIMIT:
        what = f"{len(article.related)} related articles"
        yield page.problem("related", what, f"keep the nearest {RELATED_LIMIT}")
    for at, slug in enumerate(article.related):
        if slug not in slugs or slug == article.slug or slug in article.related[:at]:
            what = f"related: {slug!r} is not another article, named once"
            yield page.problem(f"related.{at}", what, "name an existing folder or leave it out")
    for at, source in enumerate(article.sources):
        for code in source.facts:
            if known is not None and code not in known:
                yield page.problem(f"sources.{at}.facts", f"no fact {code}", "correct the code")


def _check_fields(draft: Draft, text: Text, page: Page) -> Iterator[Problem]:
    """What one language's fields must keep to."""
    if (long := _utf16(text.label)) > messages.LABEL_LIMIT:
        what = f"label is {long} long"
        yield page.problem("label", what, f"at most {messages.LABEL_LIMIT}: it becomes a button")
    if len(text.title) > TITLE_LIMIT:
        what = f"title is {len(text.title)} long"
        yield page.problem("title", what, f"at most {TITLE_LIMIT}: it becomes a row of a list")
    if text.language == languages.SOURCE:
        return
    if not re.fullmatch("[0-9a-f]{12}", text.from_revision):
        what = f"from_revision {text.from_revision!r} is no mark of a text"
        remedy = f"write {draft.article.source_text.revision}, the mark of id.md as it is now"
        yield page.problem("from_revision", what, remedy)
    if text.reviewed and not re.search(r"\d{4}-\d{2}-\d{2}", text.reviewed):
        what = "reviewed without a date"
        yield page.problem("reviewed", what, "write false, or the name and the date 2026-11-21")


def _check_words(draft: Draft, page: Page, contacts: Mapping[str, Contact]) -> Iterator[Problem]:
    """The words themselves: marks, contacts, markup, and how long they are as shown."""
    cited = {code for source in draft.article.sources for code in source.facts}
    for name in ("title", "label"):
        for what, remedy in wording.not_allowed(page.fields[name]):
            yield page.problem(name, f"{name} has {what}", remedy)
        if "[" in page.fields[name] or "{" in page.fields[name]:
            yield page.problem(name, f"{name} has a mark or contact", "keep those to the text")
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
                    remedy = f"known are {' '.join(contacts)}"
                    yield Problem(page.path, number, f"no contact {code!r}", remedy)
    yield from _too_long(page, contacts)


def _too_long(page: Page, contacts: Mapping[str, Contact]) -> Iterator[Problem]:
    def longest(code: str) -> str:
        return contact_book.line(contacts[code], _longest_source) if code in contacts else ""

    short, body = wording.shown(page.fields["short"], longest), wording.shown(page.body, longest)
    for name, text, most, number in (
        ("short", short, SHORT_LIMIT, page.text_line("short")),
        ("the text", body, BODY_LIMIT, page.body_line),
    ):
        if len(text) > most:
            yield Problem(page.path, number, f"{name} is {len(text)} long as shown", f"at most {most}")
    answer = "\n\n".join((page.fields["title"], short, "." * SOURCE_LINE))
    if _utf16(answer) > messages.LIMITS["whatsapp"].interactive:
        what, remedy = "the answer does not fit over WhatsApp's buttons", "shorten short: emoji count twice"
        yield Problem(page.path, page.text_line("short"), what, remedy)


def _longest_source(contact: Contact) -> str:
    """As long as what the chat says of a contact can become, with or without a test call."""
    return "dicoba 30 September 2026" if contact.is_confirmed else "per September 2026, belum dipastikan"


def _shared_labels(drafts: Iterable[Draft]) -> Iterator[Problem]:
    """Two buttons with one label could not be told apart."""
    seen: dict[tuple[str, str], str] = {}
    for draft in drafts:
        for language, text in draft.article.texts.items():
            other = seen.setdefault((language, text.label.casefold()), draft.article.slug)
            if other != draft.article.slug:
                page = draft.pages[language]
                what = f"label {text.label!r} is that of {other} too"
                yield page.problem("label", what, "choose another")


def _check_phrasings(drafts: Iterable[Draft], folder: Path) -> Iterator[Problem]:
    """One message cannot mean two things; nobody's number is kept."""
    seen = {_as_heard(talk.text): talk.label for talk in talk_phrasings(folder.parent / TALK)}
    for heard in (heard for draft in drafts for heard in draft.phrasings):
        text, label = heard.phrasing.text, heard.phrasing.label
        other = seen.setdefault(_as_heard(text), label)
        if other != label:
            remedy = "keep it where most people mean it, or add what tells them apart"
            yield Problem(heard.path, heard.line, f"the same phrasing stands under {other}: {text!r}", remedy)
        if len(text) > PHRASING_LIMIT:
            what = f"a phrasing of {len(text)} characters"
            yield Problem(heard.path, heard.line, what, f"at most {PHRASING_LIMIT}")
        if wording.LONG_NUMBER.search(text):
            remedy = "leave the number out"
            yield Problem(heard.path, heard.line, "what looks like somebody's telephone number", remedy)


def _utf16(text: str) -> int:
    return messages.LIMITS["telegram"].measure(text)


def _as_heard(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


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


def _write_list(dumper: yaml.SafeDumper, items: _OnOneLine) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


def _write_block(dumper: yaml.SafeDumper, text: _Block) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")


_Dumper.add_representer(_OnOneLine, _write_list)
_Dumper.add_representer(_Block, _write_block)
