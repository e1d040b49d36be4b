"""That articles, dated tables and the fact pack say the same: what `balai content check` shows of numbers.

A number stands in a table, with its source. Where an article's sentence carries the mark of a fact that a row carries
too, the sentence may say no other amount than the rows do, in any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final

from content import wording
from content.amounts import Amount, amounts_in, written
from content.facts import Fact
from content.folders import Draft
from content.pages import Page, Problem
from content.table_files import line_of
from content.tables import Row, Table

_SURENESS: Final = ("rendah", "sedang", "tinggi")


def check_rows(tables: Mapping[str, Table], slugs: Set[str], known: Mapping[str, Fact] | None) -> Iterator[Problem]:
    """Tables belong to articles that exist; with the fact pack at hand, rows say what their facts say."""
    for table in tables.values():
        for slug in (*table.articles, *(slug for row in table.rows for slug in row.articles)):
            if slug not in slugs:
                yield Problem(table.path, 1, f"articles: no article {slug!r}", "name an existing folder")
        if known is not None:
            file = table.path.read_text(encoding="utf-8")
            for row in table.rows:
                for what, remedy in _against_facts(row, known):
                    yield Problem(table.path, line_of(file, row.code), f"{row.code}: {what}", remedy)


def _against_facts(row: Row, known: Mapping[str, Fact]) -> Iterator[tuple[str, str]]:
    missing = [code for code in row.facts if code not in known]
    if missing:
        yield f"no fact {', '.join(missing)}", "correct the code"
        return
    least_sure = min((known[code].confidence for code in row.facts), key=_SURENESS.index)
    if _SURENESS.index(least_sure) < _SURENESS.index(row.confidence):
        remedy = "a row is no surer than its least sure fact; what is rendah stands in no table"
        yield f"confidence is {row.confidence}, a fact is {least_sure}", remedy
    told = " ".join(known[code].text for code in row.facts)
    for amount in (*row.amounts, *row.mentioned):
        if amount not in amounts_in(told) and not _is_written(amount, told):
            yield f"{amount} stands in none of {', '.join(row.facts)}", "correct the number or add its fact"


def check_articles(tables: Mapping[str, Table], drafts: Iterable[Draft]) -> Iterator[Problem]:
    """No amount in an article differs from the rows that carry the same fact, and none stands without a fact."""
    carriers: dict[str, list[tuple[Table, Row]]] = {}
    for table in tables.values():
        for row in table.rows:
            for code in row.facts:
                carriers.setdefault(code, []).append((table, row))
    for draft in drafts:
        for page in draft.pages.values():
            for name, number, line in _lines(page):
                for what, remedy in _differing(line, carriers):
                    yield page.text_problem(name, number, what, remedy)


def _lines(page: Page) -> Iterator[tuple[str, int, str]]:
    """Each line of the short form and of the text: which of the two, its number, its words."""
    for name, words, first in (
        ("short", page.fields["short"], page.text_line("short")),
        ("body", page.body, page.body_line),
    ):
        yield from ((name, number, line) for number, line in enumerate(words.split("\n"), start=first))


def _differing(line: str, carriers: Mapping[str, list[tuple[Table, Row]]]) -> Iterator[tuple[str, str]]:
    for sentence, codes in wording.claims(line):
        rows = [found for code in codes for found in carriers.get(code, ())]
        allowed = {amount for _, row in rows for amount in (*row.amounts, *row.mentioned)}
        for amount in amounts_in(sentence) if rows else ():
            if not _is_among(amount, allowed):
                where = ", ".join(sorted({f"{table.path.name} {row.code}" for table, row in rows}))
                remedy = f"bring article and table in line: see {where}"
                yield f"{amount} is not what the tables say of {', '.join(codes)}", remedy
    unmarked = wording.unmarked(line)
    for amount in amounts_in(unmarked) if "Saran:" not in unmarked else ():
        yield f"{amount} has no fact behind it", "end the sentence with its mark, as [BIA-21], or begin it with Saran:"


def _is_written(amount: Amount, text: str) -> bool:
    """Facts name the currency once: "Rp370.000 (37.500 + 332.500)"."""
    return bool(re.search(rf"(?<![\d.,]){re.escape(written(amount.number))}(?![.,]?\d)", text))


def _is_among(amount: Amount, allowed: Set[Amount]) -> bool:
    """A large number without a currency ("1,5 juta") may be of any."""
    return amount in allowed or (not amount.currency and amount.number in {one.number for one in allowed})
