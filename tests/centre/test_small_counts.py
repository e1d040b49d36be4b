"""What may be shown of small counts: whoever subtracts, adds and compares never comes to a count from one to four."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from centre import small_counts
from centre.case_figures import OTHER, CaseFigures, Fact, Line, Places, tables
from centre.case_records import OUTCOMES

REGENCIES = ("52.01", "52.02", "52.03")
PLACES = Places({}, {}, {})
STATES = ("late", "in_time", *OUTCOMES)


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ({"Korleko": 12, "Lenek": 9}, {"Korleko", "Lenek"}),
        ({"Korleko": 12, "Lenek": 9, "Suradadi": 3}, {"Korleko"}),
        ({"Korleko": 12, "Lenek": 9, "Suradadi": 3, "Kenanga": 2}, {"Korleko", "Lenek"}),
        ({"Korleko": 12, "Lenek": 4}, set()),
        ({"Korleko": 12, "Lenek": 0}, {"Korleko", "Lenek"}),
        ({"Korleko": 12, "Lenek": 0, "Suradadi": 4, "Kenanga": 1}, {"Korleko"}),
        ({"Korleko": 2, "Lenek": 2}, set()),
        ({"Korleko": 0, "Lenek": 0}, {"Korleko", "Lenek"}),
    ],
)
def test_a_small_village_hides_behind_the_next_smallest(rows, shown):
    assert small_counts.shown_at_first({name: [count] for name, count in rows.items()}) == shown


def test_a_row_shows_all_of_a_kind_or_nothing_of_it():
    rows = {"Korleko": [6, 7], "Lenek": [9, 2], "Suradadi": [5, 8], "Kenanga": [11, 20]}
    assert small_counts.shown(rows, rows.keys()) == {"Korleko", "Kenanga"}
    assert small_counts.shown(rows, {"Korleko", "Lenek"}) == {"Korleko"}


def test_outcomes_that_few_had_are_one_column():
    ends = {"solved": 30, "advised": 8, "referred": 6, "withdrawn": 2, "no_reply": 0}
    assert small_counts.columns(ends) == ["solved", "advised"]
    assert small_counts.columns({**ends, "withdrawn": 5}) == ["solved", "advised", "referred", "withdrawn"]
    assert small_counts.columns({"solved": 3}) == []


@st.composite
def cases(draw: st.DrawFn) -> list[Fact]:
    """Cases of some villages: how many stand in which state, and whether their first answer was late."""
    facts = []
    for regency in REGENCIES[: draw(st.integers(1, 3))]:
        for village in ["-", "1", "2", "3"][: draw(st.integers(1, 4))]:
            name = f"{regency}-" if village == "-" else f"{regency}.{village}"
            states = draw(st.lists(st.sampled_from(STATES), min_size=1, max_size=3, unique=True))
            for state in states:
                for is_broken in draw(st.sampled_from([(False,), (True,), (False, True)])):
                    count = draw(st.one_of(st.integers(0, 9), st.integers(1, 4), st.integers(5, 25)))
                    facts += [fact(regency, name, state, is_broken)] * count
    return facts


def fact(regency: str, village: str, state: str, is_broken: bool) -> Fact:
    return Fact(
        month="2026-11",
        category="pay",
        regency=regency,
        village=village,
        recruiter="-",
        outcome="" if state in ("late", "in_time") else state,
        is_broken=is_broken,
        is_overdue=state == "late",
        reply=3600,
        closing=None,
    )


@settings(max_examples=60, deadline=None)
@given(cases())
def test_from_what_is_shown_no_count_from_one_to_four_can_be_worked_out(facts):
    figures = tables(facts, PLACES, 2026, ["2026-11"], with_recruiters=False)
    reader = Reader(facts)
    for line, inside in shown(figures):
        reader.learn(line, inside, figures.outcomes)
    for what, count in reader.small_counts(facts):
        lowest, highest = reader.bounds(what)
        assert highest - lowest > 0.5, f"{count} of {what} lies between {lowest} and {highest}"


@settings(max_examples=150, deadline=None)
@given(cases())
def test_no_count_from_one_to_four_is_shown(facts):
    figures = tables(facts, PLACES, 2026, ["2026-11"], with_recruiters=False)
    for line, _ in shown(figures):
        counts = [line.opened, line.open, line.closed, *(line.outcomes or {}).values()]
        assert not {1, 2, 3, 4} & {count for count in counts if count is not None}


def shown(figures: CaseFigures) -> list[tuple[Line, str]]:
    """Each line with the area whose villages it counts."""
    return [
        (figures.total, ""),
        *((line, line.key) for line in figures.regencies),
        *((line, line.key) for line in figures.villages),
    ]


class Reader:
    """Somebody who takes down all that is shown and knows which villages there are."""

    def __init__(self, facts: list[Fact]) -> None:
        self.cells = [
            (village, state, broken)
            for village in sorted({f.village for f in facts} | {f"{f.regency}-" for f in facts})
            for state in STATES
            for broken in (False, True)
        ]
        self.known: list[tuple[list[float], float]] = []

    def learn(self, line: Line, inside: str, outcomes) -> None:
        """Every number of a line is an equation."""
        self._equals(inside, None, None, line.opened)
        self._equals(inside, ("late", "in_time"), None, line.open)
        self._equals(inside, OUTCOMES, None, line.closed)
        for name, count in (line.outcomes or {}).items():
            others = [each for each in OUTCOMES if each not in outcomes]
            self._equals(inside, others if name == OTHER else (name,), None, count)
        if line.overdue is not None and line.open is not None:
            self._equals(inside, ("late",), None, line.overdue * line.open)
        if line.in_promise is not None and line.opened is not None:
            self._equals(inside, None, False, line.in_promise * line.opened)

    def small_counts(self, facts: list[Fact]):
        """Every count from one to four that a table could have shown."""
        areas = {"", *(f.regency for f in facts), *(f.village for f in facts)}
        kinds = [None, ("late", "in_time"), OUTCOMES, *((state,) for state in STATES)]
        wanted = [(area, states, None) for area in sorted(areas) for states in kinds]
        wanted += [(area, None, broken) for area in sorted(areas) for broken in (False, True)]
        for what in wanted:
            count = sum(self._is_in((f.village, _state(f), f.is_broken), *what) for f in facts)
            if 1 <= count <= 4:
                yield what, count

    def bounds(self, what) -> tuple[float, float]:
        """The least and the most that this count can be, after all that is known."""
        wanted = np.array([float(self._is_in(cell, *what)) for cell in self.cells])
        known = (
            {"A_eq": [row for row, _ in self.known], "b_eq": [value for _, value in self.known]} if self.known else {}
        )
        if not self.known:
            return 0, float("inf")
        least, most = linprog(wanted, **known), linprog(-wanted, **known)
        assert least.status == 0, least.message
        return least.fun, float("inf") if most.status == 3 else -most.fun

    def _equals(self, inside: str, states, broken, value: float | None) -> None:
        if value is not None:
            self.known.append(([float(self._is_in(cell, inside, states, broken)) for cell in self.cells], value))

    @staticmethod
    def _is_in(cell: tuple[str, str, bool], inside: str, states, broken) -> bool:
        village, state, is_broken = cell
        is_there = inside in ("", village) or (len(inside) == 5 and village[:5] == inside)
        return is_there and (states is None or state in states) and (broken is None or is_broken == broken)


def _state(f: Fact) -> str:
    return f.outcome or ("late" if f.is_overdue else "in_time")
