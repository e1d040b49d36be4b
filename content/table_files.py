"""The dated tables as files: reading `content/tables/*.yaml`, and telling a writer what is wrong and its remedy.

One reader for all tables; what a table's rows must say beyond what every row says stands in `OWN_FIELDS`. The format
is told in `content/tables/README.md`. That articles and sources say the same numbers is shown in `proving`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

import yaml

from content import amounts, jobs, wording
from content.amounts import Amount
from content.contacts import Month, Source
from content.pages import Problem
from content.places import places
from content.tables import Row, Table

FOLDER: Final = Path(__file__).with_name("tables")
TEXT_LIMIT: Final = 160

STATUSES: Final = ("jalur-resmi-ada", "terbatas", "pastikan-dulu", "bukan-tujuan-resmi")
"""Of a destination. There is no "open": that nobody can promise (facts/00-README.md)."""
KINDS: Final = {
    "costs": ("batas", "tarif", "kisaran", "bukan-beban-pmi", "uang-kembali", "contoh-gratis", "contoh-pungutan"),
    "loans": ("batas", "bunga", "kuota", "contoh-bunga"),
    "benefits": ("iuran", "manfaat", "aturan", "contoh-manfaat"),
}
"""What a row's amounts are; a `contoh-…` is something that happened and no yardstick."""
MONEY_FIELDS: Final = ("kind", "component", "decided_by")
OWN_FIELDS: Final = {
    "destinations": ("status",),
    "costs": MONEY_FIELDS,
    "loans": MONEY_FIELDS,
    "benefits": MONEY_FIELDS,
    "signs": ("rule", "seen_as"),
}
"""The tables there are, and what their rows must say beyond what every row says."""
NEEDED: Final = ("text", "sources", "facts", "checked", "review_due", "confidence")
OPTIONAL: Final = (
    "articles",
    "countries",
    "except_countries",
    "jobs",
    "amounts",
    "mentioned",
    "contract_months",
    "note",
)
WORDS: Final = frozenset({"text", "component", "decided_by", "rule", "note", "kind", "status", "confidence"})
LISTS: Final = frozenset({"articles", "countries", "except_countries", "jobs", "facts", "seen_as"})


class TablesInvalid(ValueError):
    """A dated table cannot be used; the message names file, line, entry and remedy."""


@cache
def ours() -> Mapping[str, Table]:
    """The tables that come with the program, read once."""
    return read_all()


def read_all(folder: Path = FOLDER) -> dict[str, Table]:
    """The tables of a folder by name; none where there is no such folder. Raises `TablesInvalid`."""
    problems: list[Problem] = []
    tables = read_tables(folder, problems)
    if problems:
        raise TablesInvalid(str(problems[0]))
    return tables


def read_tables(folder: Path, problems: list[Problem]) -> dict[str, Table]:
    """As `read_all`, with everything that keeps a row from being taken added to `problems`."""
    tables: dict[str, Table] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.stem in OWN_FIELDS:
            table = _Reader(path, problems).table()
            if table is not None:
                tables[path.stem] = table
        else:
            problems.append(Problem(path, 1, "unknown table", f"known are {', '.join(OWN_FIELDS)}"))
    return tables


class _Unfit(ValueError):
    """A value that cannot stand where it stands, and what to write instead."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


class _Reader:
    """Reads one file: what is wrong is told with the line of its row, and the other rows are read all the same."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self.own = OWN_FIELDS[path.stem]

    def table(self) -> Table | None:
        written = self.path.read_text(encoding="utf-8")
        try:
            # The base loader makes text, lists and dicts only; a cleverer one would guess "no" a refusal.
            fields = yaml.load(written, Loader=yaml.BaseLoader)  # nosec B506  # noqa: S506
            twice = list(_named_twice(yaml.compose(written, Loader=yaml.BaseLoader)))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.tell(mark.line + 1 if mark else 1, "not YAML", 'quote text that contains ": " or "#"')
            return None
        if not isinstance(fields, dict) or set(fields) != {"title", "articles", "rows"}:
            self.tell(1, "not a table", "write title, articles and rows")
            return None
        for at, name in twice:
            self.tell(at, f"{name} stands here twice", "keep one of the two")
        rows = [self.row(code, row, line_of(written, code)) for code, row in _items(fields["rows"])]
        articles = tuple(fields["articles"]) if _is_list_of_text(fields["articles"]) else ()
        if not articles or not rows:
            self.tell(1, "no articles or no rows", "name the articles it is shown with, and write 'code:' below rows")
        kept = tuple(row for row in rows if row is not None)
        return Table(self.path.stem, str(fields["title"]), articles, kept, self.path)

    def row(self, code: str, fields: object, at: int) -> Row | None:
        try:
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
                raise _Unfit("this is no code", "use small letters, digits and single hyphens")
            return self.taken(code, self.checked_fields(fields))
        except _Unfit as unfit:
            self.tell(at, f"{code}: {unfit.what}", unfit.remedy)
            return None

    def tell(self, at: int, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.path, at, what, remedy))

    def checked_fields(self, fields: object) -> dict[str, Any]:
        if not isinstance(fields, dict):
            raise _Unfit("has no fields", f"write {', '.join(NEEDED)} below it")
        for name in fields:
            if name not in (*NEEDED, *OPTIONAL, *self.own):
                raise _Unfit(f"unknown field {name!r}", f"known are {', '.join((*NEEDED, *self.own, *OPTIONAL))}")
        for name in (*NEEDED, *self.own):
            if not fields.get(name):
                raise _Unfit(f"no {name}", f"add {name}")
        for name, value in fields.items():
            if name in WORDS and not isinstance(value, str):
                raise _Unfit(f"{name} is no text", "write it on one line, in quotation marks")
            if name in LISTS and not _is_list_of_text(value):
                raise _Unfit(f"{name} is no list", f"write {name}: [one, two]")
        return fields

    def taken(self, code: str, fields: Mapping[str, Any]) -> Row:
        row = Row(
            code=code,
            text=_line_of_text(fields["text"]),
            countries=_countries(fields, "countries"),
            except_countries=_countries(fields, "except_countries"),
            jobs=_jobs(fields),
            amounts=_amounts(fields, "amounts"),
            mentioned=_amounts(fields, "mentioned"),
            sources=_sources(fields["sources"]),
            facts=_facts(fields["facts"]),
            checked=_day(fields, "checked"),
            review_due=_day(fields, "review_due"),
            confidence=cast(Literal["tinggi", "sedang"], _one_of(fields, "confidence", ("tinggi", "sedang"))),
            articles=tuple(fields.get("articles", ())),
            status=_one_of(fields, "status", STATUSES),
            kind=_one_of(fields, "kind", KINDS.get(self.path.stem, ())),
            component=fields.get("component", ""),
            decided_by=fields.get("decided_by", ""),
            contract_months=_months(fields),
            rule=fields.get("rule", ""),
            seen_as=tuple(fields.get("seen_as", ())),
            note=fields.get("note", ""),
        )
        _check_together(row)
        return row


def _check_together(row: Row) -> None:
    if not row.checked < row.review_due:
        raise _Unfit(f"review_due {row.review_due} is not after checked", "choose a later day")
    for what, _ in wording.not_allowed(row.text.replace("{{", "{ {")):
        raise _Unfit(f"the text has {what}", "a row is shown as it stands: name the office, without number or marks")
    if row.status and "pastikan" not in row.text.casefold():
        raise _Unfit("the text promises a destination", "say 'pastikan dulu' and where: nobody knows of today")
    for amount in amounts.amounts_in(row.text):
        if amount not in row.amounts:
            raise _Unfit(f"the text says {amount}, amounts do not", "correct one of the two")
    if any(sign != sign.casefold() for sign in row.seen_as):
        raise _Unfit("seen_as has capitals", "write it in small letters: offers are compared that way")


def line_of(written: str, code: str) -> int:
    """The line on which a row begins."""
    found = re.search(rf"^ +{re.escape(code)}:", written, re.MULTILINE)
    return written.count("\n", 0, found.start()) + 1 if found else 1


def _named_twice(node: Any) -> Iterator[tuple[int, str]]:
    """YAML keeps the last of two rows with one code and says nothing."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, key.value
            seen.add(key.value)
            yield from _named_twice(value)


def _items(rows: object) -> list[tuple[str, object]]:
    return list(rows.items()) if isinstance(rows, dict) else []


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _line_of_text(text: str) -> str:
    if len(text) > TEXT_LIMIT or "\n" in text:
        raise _Unfit(f"text is {len(text)} long", f"say it in one line of at most {TEXT_LIMIT}")
    return text


def _countries(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    unknown = set(fields.get(name, ())) - set(places().values())
    if unknown:
        remedy = "use a code of content/words/places.tsv: no message could name another"
        raise _Unfit(f"no country {', '.join(sorted(unknown))}", remedy)
    return tuple(fields.get(name, ()))


def _jobs(fields: Mapping[str, Any]) -> tuple[str, ...]:
    unknown = set(fields.get("jobs", ())) - jobs.codes()
    if unknown:
        raise _Unfit(f"no job {', '.join(sorted(unknown))}", "use a code of content/words/jobs.tsv, or add it there")
    return tuple(fields.get("jobs", ()))


def _amounts(fields: Mapping[str, Any], name: str) -> tuple[Amount, ...]:
    by_currency = fields.get(name, {})
    if not isinstance(by_currency, dict):
        raise _Unfit(f"{name} is {by_currency!r}", f"write {name}: {{IDR: 9622000, TWD: 20000}}")
    found = []
    for currency, numbers in by_currency.items():
        if currency not in amounts.CODES:
            raise _Unfit(f"no currency {currency}", f"known are {', '.join(sorted(amounts.CODES))}")
        for number in numbers if isinstance(numbers, list) else [numbers]:
            found.append(Amount(_number(number), currency))
    return tuple(found)


def _number(written: object) -> Decimal:
    try:
        return Decimal(cast(str, written))
    except (InvalidOperation, TypeError, ValueError):
        raise _Unfit(f"{written!r} is no number", "write 9622000 or 4.5") from None


def _sources(entries: object) -> tuple[Source, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _Unfit("sources is no list", "write each with title, url and date")
    found = tuple(_source(entry) for entry in entries)
    if not any(source.published for source in found):
        raise _Unfit("no source bears a date", "add the date of at least one")
    return found


def _source(entry: Mapping[str, Any]) -> Source:
    if set(entry) - {"title", "url", "date"} or not entry.get("title"):
        raise _Unfit(f"source {dict(entry)!r} is not possible", "write title, url and date")
    if entry.get("url") and not entry["url"].startswith(("http://", "https://")):
        raise _Unfit(f"source url {entry['url']!r} is no address", "begin with https://")
    written = entry.get("date", "")
    if not written:
        return Source(entry["title"], entry.get("url", ""), None)
    try:
        day = date.fromisoformat((written + "-01-01")[:10])
    except ValueError:
        raise _Unfit(f"date {written!r} is not possible", "write 2025, 2025-11 or 2025-11-27") from None
    return Source(entry["title"], entry.get("url", ""), Month(day.year, day.month if len(written) > 4 else None))


def _facts(codes: list[str]) -> tuple[str, ...]:
    for code in codes:
        if not re.fullmatch(r"[A-Z]{3}-\d{2}", code):
            raise _Unfit(f"{code!r} is no fact", "write it as BIA-21")
    return tuple(codes)


def _day(fields: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(fields[name])
    except (TypeError, ValueError):
        raise _Unfit(f"{name} is no date: {fields[name]!r}", "write it as 2026-11-21") from None


def _one_of(fields: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value: str = fields.get(name, "")
    if value and value not in allowed:
        raise _Unfit(f"{name} {value!r} is not possible", f"use one of {', '.join(allowed)}")
    return value


def _months(fields: Mapping[str, Any]) -> int | None:
    written = fields.get("contract_months")
    if written and not (isinstance(written, str) and written.isdigit()):
        raise _Unfit(f"contract_months is {written!r}", "write a number of months")
    return int(written) if written else None
