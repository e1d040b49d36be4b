"""An offer of work as a family pastes it: the signs it shows, where it leads, what it costs, and what it does not tell.

Everything is compared with the dated tables, and each row keeps its month. Amounts are read as asked for or as promised by
the words around them. As in `warning_signs` there is no "safe": a sign is found, or it is not enough to tell. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, Literal

from content import table_files, tables
from content.amounts import Amount, places_of_amounts
from content.jobs import jobs_in
from content.places import abroad_in
from content.tables import Row
from content.typed import split
from content.warning_signs import Outcome, Seen, clauses, names_company, signs_in, words

Charged = Literal["nothing", "not-theirs", "above", "unclear"]
"""What is asked for: nothing; what is no burden of the worker; more than the ceiling; what we cannot weigh."""
Missing = Literal["country", "company"]

CLOSED: Final = ("bukan-tujuan-resmi", "terbatas")
"""Of a destination: no official one, or stopped for the job that is named."""
YARDSTICKS: Final = ("batas", "bukan-beban-pmi", "kisaran")
WHOLE_COST: Final = ("seluruh biaya", "biaya penempatan", "magang")
"""How the component of a row begins that speaks of all that is paid, not of a test or a fee."""
DESTINATIONS_SHOWN: Final = 2
COSTS_SHOWN: Final = 2

MARKS_NEEDED: Final = 4
"""So many kinds of marks an advertisement has at least."""
TELLING: Final = (frozenset({"calls", "wage"}), frozenset({"contact", "calls", "quick", "without", "terms"}))
"""One of each must be among them: what is offered, and how it is cried out."""
LENGTH_NEEDED: Final = 12
"""Words that an advertisement has at least. All of this was measured on the shared questions and on our own phrasings: none
of them is taken for an advertisement."""
LINES_OF_A_PASTE: Final = 4
"""A text of so many lines was not typed as a question, even where its writer speaks of themselves."""


@dataclass(frozen=True)
class Charge:
    """What is asked for, and the rows to hold against it."""

    charged: Charged
    asked: tuple[Amount, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Offer:
    """What an offer shows, the same in every language."""

    outcome: Outcome
    signs: tuple[Seen, ...]
    destinations: tuple[Row, ...]
    charge: Charge
    missing: tuple[Missing, ...]
    """What an offer that can be checked must tell, and this one does not."""


def read(text: str) -> Offer:
    """Take an offer as it was pasted or described; return what it shows."""
    countries, jobs = abroad_in(text), jobs_in(text)
    signs = signs_in(text)
    destinations = tables.pick(_table("destinations"), countries, jobs)[:DESTINATIONS_SHOWN] if countries else ()
    charge = _charge(text, countries, jobs)
    is_marked = bool(signs) or any(_is_closed(row, jobs) for row in destinations)
    is_marked = is_marked or charge.charged in ("not-theirs", "above")
    return Offer("signs" if is_marked else "unclear", signs, destinations, charge, tuple(_missing(text, countries)))


def is_advertisement(text: str) -> bool:
    """Is a text so clearly an offer pasted from somewhere that it need not be asked what it is?"""
    said = " ".join(word.plain for word in split(text))
    lines = [line for line in text.splitlines() if line.strip()]
    if len(said.split()) < LENGTH_NEEDED or not (abroad_in(text) or _listed("abroad").search(said)):
        return False
    if _listed("own").search(said) and len(lines) < LINES_OF_A_PASTE:
        return False
    kinds = kinds_of_marks(text)
    return len(kinds) >= MARKS_NEEDED and not any(kinds.isdisjoint(some) for some in TELLING)


def kinds_of_marks(text: str) -> frozenset[str]:
    """The kinds of `marks` of offer_words.yaml that a text has, and "money" where it names an amount."""
    said = " ".join(word.plain for word in split(text))
    found = {kind for kind, known in _marks().items() if known.search(said)}
    return frozenset(found | ({"money"} if places_of_amounts(_money_as_written(text)) else set()))


def asked_in(text: str) -> tuple[Amount, ...]:
    """The amounts that a text asks for; wages and what else is promised are none."""
    asked: list[Amount] = []
    heading = ""
    for clause in clauses(_money_as_written(text.lower())):
        named = list(_named_in(clause))
        for at, amount in places_of_amounts(clause):
            if _use_of(clause, at, named, heading) == "asked":
                asked.append(amount if amount.currency else Amount(amount.number, "IDR"))
        heading = named[-1][1] if named and clause.endswith(":") else heading if not named else ""
    return tuple(dict.fromkeys(amount for amount in asked if amount.number and amount.currency != "%"))


def _is_closed(row: Row, jobs: Iterable[str]) -> bool:
    """No official destination at all, or one that is stopped for the job named."""
    return row.status == CLOSED[0] or (row.status == CLOSED[1] and not set(row.jobs).isdisjoint(jobs))


def _missing(text: str, countries: tuple[str, ...]) -> Iterator[Missing]:
    if not countries:
        yield "country"
    if not names_company(text):
        yield "company"


def _charge(text: str, countries: tuple[str, ...], jobs: tuple[str, ...]) -> Charge:
    asked = asked_in(text)
    if not asked:
        return Charge("nothing", (), ())
    rows = tuple(row for row in tables.pick(_table("costs"), countries, jobs) if _is_yardstick(row, jobs))
    return Charge(_weighed(asked, rows, jobs), asked, rows[:COSTS_SHOWN])


def _is_yardstick(row: Row, jobs: tuple[str, ...]) -> bool:
    """A row about all that is paid; what an apprentice pays is nothing to those who go to work."""
    is_whole = row.kind in YARDSTICKS and row.component.startswith(WHOLE_COST)
    return is_whole and (row.kind != "kisaran" or not set(row.jobs).isdisjoint(jobs))


def _weighed(asked: tuple[Amount, ...], rows: tuple[Row, ...], jobs: tuple[str, ...]) -> Charged:
    fitting = [row for row in rows if not row.jobs or not set(row.jobs).isdisjoint(jobs)]
    if any(row.kind == "bukan-beban-pmi" for row in fitting):
        return "not-theirs"
    ceilings = [row for row in fitting if len({amount.currency for amount in row.amounts}) == 1]
    if ceilings and all(_is_above(asked, row) for row in ceilings):
        return "above"
    return "unclear"


def _is_above(asked: tuple[Amount, ...], row: Row) -> bool:
    """More than the row's ceiling, in its own currency; a ceiling in two currencies cannot be weighed without a rate."""
    currency = row.amounts[0].currency
    most = max((amount.number for amount in asked if amount.currency == currency), default=Decimal(0))
    return most > max(amount.number for amount in row.amounts)


def _named_in(clause: str) -> Iterator[tuple[int, str]]:
    """Where a clause names money that is asked for, and money that is promised."""
    for found in _uses().finditer(clause):
        yield found.start(), found.lastgroup or ""


def _use_of(clause: str, at: int, named: list[tuple[int, str]], heading: str) -> str:
    """The word nearest before an amount tells its use, else one after it, else the heading above."""
    before = [use for place, use in named if place < at]
    if before:
        return before[-1]
    if _is_wage_after(clause, at):
        return "promised"
    after = [use for place, use in named if place > at]
    return after[0] if after else heading


def _is_wage_after(clause: str, at: int) -> bool:
    behind = re.sub(r"^\D*\d[\d.,]*\s*(?:juta|ribu)?\s*(?:rupiah|ringgit)?", "", clause[at:]).lstrip(" /")
    return behind.startswith(tuple(each.lstrip("/") for each in words()["each"]))


def _money_as_written(text: str) -> str:
    """ "4.5jt", "15 jutaan", "500rb" as amounts are read: "4,5 juta", "15 juta", "500 ribu rupiah"."""
    text = re.sub(r"(?<![\d.,])(\d{1,3})\.(\d{1,2})(?=\s?(?:jt|juta))", r"\1,\2", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d)\s?(?:jt|juta|jute|yuta)(?:an|-an)?\b", " juta", text, flags=re.IGNORECASE)
    return re.sub(r"(?<=\d)\s?(?:rb|rbu|ribu|rebu|k)(?:an)?\b(?!\s*rupiah)", " ribu rupiah", text, flags=re.IGNORECASE)


@cache
def _uses() -> re.Pattern[str]:
    asked, promised = (_any_of(words()[use]) for use in ("asked", "promised"))
    return re.compile(rf"\b(?:(?P<asked>{asked})|(?P<promised>{promised}))(?:nya|ne|na|e|an)?\b")


@cache
def _marks() -> Mapping[str, re.Pattern[str]]:
    return {kind: re.compile(rf"\b(?:{_any_of(known)})\b") for kind, known in words()["marks"].items()}


@cache
def _listed(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any_of(words()[name])})\b")


def _any_of(known: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))


def _table(name: str) -> tables.Table:
    return table_files.ours()[name]
