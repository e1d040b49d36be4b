"""Guidance as files: reading the folder, writing it back, and telling a writer what is wrong and its remedy.

Pure: no database and no clock. The format is told in `content/guidance/README.md`. Every rule that it
promises is checked: of a folder in `content/folders.py`, of a file in `content/pages.py`, of a line in
`content/wording.py`, and of what they mean together here.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from content import languages
from content.checking import (
    BODY_LIMIT,
    RELATED_LIMIT,
    SHORT_LIMIT,
    TABLES,
    TALK,
    TITLE_LIMIT,
    check,
)
from content.folders import (
    ArticleFile,
    Draft,
    Guidance,
    Heard,
    Source,
    Text,
    read_drafts,
    read_heard,
    talk_phrasings,
)
from content.pages import Problem, parse_page
from content.phrasing import Phrasing
from content.wording import shown

__all__ = [
    "BODY_LIMIT",
    "RELATED_LIMIT",
    "SHORT_LIMIT",
    "TABLES",
    "TALK",
    "TITLE_LIMIT",
    "ArticleFile",
    "Guidance",
    "Problem",
    "Source",
    "Text",
    "Unreadable",
    "as_draft",
    "behind",
    "check",
    "read",
    "read_phrasings",
    "shown",
    "talk_phrasings",
    "write",
]


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


def as_draft(article: ArticleFile, language: str, heard: tuple[Phrasing, ...], problems: list[Problem]) -> Draft | None:
    """One language of an article as if it lay in a file, for `checking.check_article`; `heard`: phrasings to add.

    None when fields are missing or of the wrong kind; these are added to `problems`.
    """
    place = Path(article.topic) / article.slug
    page = parse_page(place / f"{language}.md", _page(article, article.texts[language]), problems)
    if page is None:
        return None
    lines = place / f"phrasings.{language}.txt"
    return Draft(
        article, {language: page}, tuple(Heard(each, lines, number) for number, each in enumerate(heard, start=1))
    )


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


# Writing


def _page(article: ArticleFile, text: Text) -> str:
    fields: dict[str, Any] = {"title": text.title, "label": text.label}
    if text.language == languages.SOURCE:
        fields |= {
            "owner": article.owner,
            "valid_from": article.valid_from,
            **({"valid_until": article.valid_until} if article.valid_until else {}),
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
    """So that it is written without quotes; what is no date, in a draft, stays as it was typed."""
    if len(written) == 4 and written.isascii() and written.isdecimal():
        return int(written)
    try:
        return date.fromisoformat(written) if len(written) == 10 else written
    except ValueError:
        return written


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
