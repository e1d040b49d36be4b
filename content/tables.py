"""What changes often, as dated rows beside the articles: destinations, costs, loans, benefits, warning signs.

Each row says where it was read, when it was checked and how sure it is, so that a number changes in one place and
everybody sees of which month it is. A country or a job named in a message picks the rows that fit it; the chat puts
them before the article, offer check and cost check will read them. This file knows no clock and no language of the
reader: the caller hands in the day and words the month. `table_files` reads them from `content/tables/*.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from content.amounts import Amount
from content.contacts import Month, Source, sortable


@dataclass(frozen=True)
class Row:
    """One dated statement. Empty `countries` or `jobs`: it holds for any; what a table has no use for is empty."""

    code: str
    text: str
    """One line for the chat, in plain Bahasa, at most 160 characters."""
    countries: tuple[str, ...]
    except_countries: tuple[str, ...]
    jobs: tuple[str, ...]
    amounts: tuple[Amount, ...]
    mentioned: tuple[Amount, ...]
    """Amounts that the same facts name beside it (a fine, a wage): articles may say them, no check counts with them."""
    sources: tuple[Source, ...]
    facts: tuple[str, ...]
    checked: date
    review_due: date
    confidence: Literal["tinggi", "sedang"]
    articles: tuple[str, ...] = ()
    """Where the row is shown in place of the table's articles, if it has its own."""
    status: str = ""
    kind: str = ""
    component: str = ""
    decided_by: str = ""
    contract_months: int | None = None
    rule: str = ""
    seen_as: tuple[str, ...] = ()
    """How a warning sign is worded in offers; small letters."""
    note: str = ""
    """For those who keep the table; never shown."""

    @property
    def since(self) -> Month:
        """The month to show: of the latest source."""
        return max((source.published for source in self.sources if source.published), key=sortable)

    def is_overdue(self, today: date) -> bool:
        """Should somebody have looked at it again by now?"""
        return today > self.review_due


@dataclass(frozen=True)
class Table:
    """The rows of one file, and the articles that they are shown with."""

    name: str
    title: str
    articles: tuple[str, ...]
    rows: tuple[Row, ...]
    path: Path


def line(row: Row, say_source: Callable[[Row], str]) -> str:
    """One line for the chat: "Taiwan, …: batas Rp 9.622.000 … (per Agustus 2024)"; `say_source` words the bracket."""
    return f"{row.text} ({say_source(row)})"


def for_article(
    tables: Mapping[str, Table], slug: str, countries: Iterable[str], jobs: Iterable[str]
) -> tuple[Row, ...]:
    """The rows to put before an article for the countries and jobs that a message names, best fitting first."""
    countries, jobs = tuple(countries), tuple(jobs)
    if not countries and not jobs:
        return ()
    picked = ((table, row) for table in tables.values() for row in pick(table, countries, jobs))
    return tuple(row for table, row in picked if slug in (row.articles or table.articles))


def pick(table: Table, countries: Iterable[str], jobs: Iterable[str]) -> tuple[Row, ...]:
    """The rows that hold for the countries (codes) and jobs (codes of words/jobs.tsv) named in a message.

    Best fitting first: country and job, then country, then job; the order of the file decides between equals; where
    several countries are named, the best row of each comes before the rest. A row
    of a country needs it named; a row of some jobs is left out where only other jobs are named. Nothing named, no rows.
    """
    countries = tuple(countries)
    named, wanted = frozenset(countries), frozenset(jobs)
    fitting = [row for row in table.rows if _fits(row, named, wanted)]
    best = sorted(fitting, key=lambda row: (not named & set(row.countries), not wanted & set(row.jobs)))
    of_each = (next((row for row in best if country in row.countries), None) for country in countries)
    return tuple(dict.fromkeys(row for row in (*of_each, *best) if row))


def _fits(row: Row, named: frozenset[str], wanted: frozenset[str]) -> bool:
    its_country, its_job = named & set(row.countries), wanted & set(row.jobs)
    if row.countries and not its_country:
        return False
    if row.jobs and wanted and not its_job:
        return False
    if named and named <= set(row.except_countries):
        return False
    return bool(its_country or its_job)


def overdue(tables: Mapping[str, Table], today: date) -> list[tuple[Table, Row]]:
    """The rows that should have been checked again before today."""
    return [(table, row) for table in tables.values() for row in table.rows if row.is_overdue(today)]
