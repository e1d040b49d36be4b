"""One file of guidance as it lies there: front matter and text, each part with the line it begins on.

What cannot be taken is told as a `Problem` that a writer understands; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from content import languages

WORD_FIELDS: Final = ("title", "label", "short")
"""What every language's file says in its own words, beside the text under the front matter."""
SUBJECT_FIELDS: Final = ("owner", "valid_from", "review_due", "legal_basis", "sources")
OPTIONAL_FIELDS: Final = ("valid_until", "check_before_use", "check_note", "related")
TRANSLATION_FIELDS: Final = ("reviewed", "from_revision")
SOURCE_FIELDS: Final = ("title", "date", "url", "facts")
_SOURCE_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True)
class Problem:
    """Something a writer must mend: where it is, what is wrong, and how to put it right."""

    path: Path
    line: int
    what: str
    remedy: str
    field: str = ""
    """Where it is in a form: a field ("label"), an item of one ("sources.0.date"), or "body", the text under the fields."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}; {self.remedy}"


@dataclass(frozen=True)
class Page:
    """One `<lang>.md` as it lies there: fields, text, and the line on which each begins."""

    path: Path
    fields: dict[str, Any]
    lines: dict[str, int]
    blocks: frozenset[str]
    body: str
    body_line: int

    def line(self, name: str) -> int:
        """The line of a field, of an item ("sources.0"), or of its nearest parent."""
        while name and name not in self.lines:
            name = name.rpartition(".")[0]
        return self.lines.get(name, 1)

    def problem(self, name: str, what: str, remedy: str) -> Problem:
        """Something to mend in a field."""
        return Problem(self.path, self.line(name), what, remedy, name)

    def text_problem(self, name: str, line: int, what: str, remedy: str) -> Problem:
        """Something to mend on a line of the short form or of the text."""
        return Problem(self.path, line, what, remedy, "short" if name == "short" else "body")

    def text_line(self, name: str) -> int:
        """The line on which a text written under its name (`short: |`) begins."""
        return self.line(name) + (name in self.blocks)


def read_page(path: Path, problems: list[Problem]) -> Page | None:
    """The page, or None when nothing sensible can be read from it; wrong fields are added to `problems`."""
    words = read_words(path, problems)
    return None if words is None else parse_page(path, words, problems)


def parse_page(path: Path, words: str, problems: list[Problem]) -> Page | None:
    """The same of words that need not lie there: `path` is what a problem names."""
    lines = words.split("\n")
    end = lines.index("---", 1) if lines[0] == "---" and "---" in lines[1:] else 0
    if not end:
        what = "no front matter" if lines[0] != "---" else "the front matter has no end"
        problems.append(Problem(path, 1, what, "put the fields between two lines of three hyphens"))
        return None
    try:
        # Nodes keep what was written; a loader would guess: "2025" a number, "no" a refusal, 1e5 a mark.
        node = yaml.compose("\n".join(lines[1:end]) + "\n", Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        remedy = 'quote text that contains ": " or "#", and indent with spaces'
        problems.append(Problem(path, line, f"not YAML: {error.problem}", remedy))
        return None
    front = _Front(path, problems)
    fields = front.value(node, "") if node else None
    if not isinstance(fields, dict):
        what = "the front matter is no list of fields"
        problems.append(Problem(path, 2, what, "write one `name: value` a line"))
        return None
    text = lines[end + 1 :]
    body_line = end + 2 + next((at for at, line in enumerate(text) if line.strip()), 0)
    page = Page(path, fields, front.lines, frozenset(front.blocks), clean("\n".join(text)), body_line)
    before = len(problems)
    problems += _wrong_fields(page)
    return page if len(problems) == before else None


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Front:
    """Turns front matter into text, lists and dicts, and learns on which line each part begins."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self.lines: dict[str, int] = {}
        self.blocks: set[str] = set()

    def value(self, node: Any, name: str) -> Any:
        self.lines.setdefault(name, _line(node))
        if isinstance(node, yaml.ScalarNode):
            if node.style == "|":
                self.blocks.add(name)
            return clean(node.value)
        below = f"{name}." if name else ""
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{below}{at}") for at, item in enumerate(node.value)]
        fields: dict[str, Any] = {}
        for key, item in node.value:
            field = str(key.value)
            if field in fields:
                what = f"{field} stands here twice"
                self.problems.append(Problem(self.path, _line(key), what, "keep one of the two"))
            self.lines[below + field] = _line(key)
            fields[field] = self.value(item, below + field)
        return fields


def _line(node: Any) -> int:
    line: int = node.start_mark.line
    return line + 2  # the file's first line is the fence above the front matter, and people count from one


def _wrong_fields(page: Page) -> Iterator[Problem]:
    """What keeps a page's front matter from being taken: missing, unknown, or of the wrong kind."""
    is_source = page.path.stem == languages.SOURCE
    allowed = WORD_FIELDS + ((*SUBJECT_FIELDS, *OPTIONAL_FIELDS) if is_source else TRANSLATION_FIELDS)
    needed = WORD_FIELDS + (SUBJECT_FIELDS if is_source else TRANSLATION_FIELDS)
    for name in page.fields:
        if name not in allowed:
            belongs = name in SUBJECT_FIELDS + OPTIONAL_FIELDS
            remedy = "it belongs in id.md alone" if belongs else f"known are {' '.join(allowed)}"
            yield page.problem(name, f"unknown field {name!r}", remedy)
    for name in needed:
        if not page.fields.get(name):
            yield page.problem(name, f"no {name}", f"add {name}: {_EXAMPLES[name]}")
    if not page.body:
        yield page.text_problem("body", page.body_line, "no text under the front matter", "write the full answer there")
    for name, value in page.fields.items():
        yield from _wrong_kind(page, name, value)


def _wrong_kind(page: Page, name: str, value: Any) -> Iterator[Problem]:
    if not value:
        return
    if name in ("valid_from", "valid_until", "review_due") and not _is_date(value):
        yield page.problem(name, f"{name} is no date: {value!r}", "write it as 2026-11-21")
    elif name == "check_before_use" and value not in ("true", "false"):
        yield page.problem(name, f"{name} is {value!r}", "write true or false")
    elif name in ("legal_basis", "related") and not _is_list_of_text(value):
        yield page.problem(name, f"{name} is no list", "write one item a line after a hyphen")
    elif name == "sources":
        yield from _wrong_sources(page, value)
    elif name in _EXAMPLES and name not in ("legal_basis", "sources") and not isinstance(value, str):
        yield page.problem(name, f"{name} is no text", f"write {name}: {_EXAMPLES[name]}")


def _wrong_sources(page: Page, sources: Any) -> Iterator[Problem]:
    if not isinstance(sources, list) or not all(isinstance(item, dict) for item in sources):
        yield page.problem("sources", "sources is no list", "write each as `- title: …` with its date")
        return
    for at, source in enumerate(sources):
        place = f"sources.{at}"
        for name in source:
            if name not in SOURCE_FIELDS:
                remedy = f"a source has {' '.join(SOURCE_FIELDS)}"
                yield page.problem(f"{place}.{name}", f"unknown field {name!r} of a source", remedy)
        if not isinstance(source.get("title"), str) or not source["title"]:
            yield page.problem(place, "a source without title", "name the page or paper")
        if not _is_source_date(source.get("date")):
            remedy = "write 2025, 2025-07 or 2025-07-10; where it has none, the year it was read"
            yield page.problem(f"{place}.date", "a source without a date", remedy)
        url = source.get("url", "")
        if not isinstance(url, str) or (url and not url.startswith(("https://", "http://"))):
            yield page.problem(f"{place}.url", f"no address: {url!r}", "begin it with https://")
        if not _is_list_of_text(source.get("facts", [])):
            yield page.problem(f"{place}.facts", "facts is no list", "write facts: [CEK-01, CEK-02]")


_EXAMPLES: Final = {
    "title": "Cek izin agen sebelum setor uang",
    "label": "Cek izin agen",
    "short": "| and the answer under it, indented by two spaces",
    "owner": "Pusat Layanan Migrasi",
    "valid_from": "2026-11-21",
    "valid_until": "2027-12-31, the last day on which it holds; leave it out where no end is known",
    "review_due": "2027-05-21",
    "legal_basis": "and under it `  - UU 18/2017 Pasal 72`",
    "sources": "and under it `  - title: …` with `    date: 2025`",
    "check_note": "what to check, and where",
    "reviewed": "false, or the name and date of the native speaker who read it",
    "from_revision": "the mark of the text in id.md that it was made from",
}


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_source_date(value: Any) -> bool:
    if not isinstance(value, str) or not _SOURCE_DATE.fullmatch(value):
        return False
    return _is_date((value + "-01-01")[:10])


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def read_words(path: Path, problems: list[Problem]) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        before = path.read_bytes()[: error.start]
        remedy = "save the file with the encoding UTF-8"
        problems.append(Problem(path, before.count(b"\n") + 1, "not UTF-8", remedy))
        return None


def clean(text: str) -> str:
    """Without space at the end of lines and around the whole: that is no change of words."""
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))
