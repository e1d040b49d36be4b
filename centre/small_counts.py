"""Which counts of a table may be shown, so that nobody can work out how few stand behind one that is not.

A count below five could be told apart by who knows the village. Hiding it alone is not enough: it is the total less the others.
So this is the rule (statistical disclosure control, "complementary suppression"):

  A row is shown with all counts of one kind or with none of them; what is not shown, taken together, must itself be such
  that it could be shown: each of its counts nought, or five and more.

Whoever subtracts what is shown from the totals gets just that, and never a count from one to four. Kinds are refined one by
one (how many; how many of them open; how they ended): a row shows the finer kind only where it shows the coarser one, and a
part (a village) only what the whole it belongs to (its regency) shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from centre.figures import FEW

Rows = Mapping[str, Sequence[int]]
"""The counts of one kind, by row; every row has as many."""


def may_be_shown(counts: Iterable[int]) -> bool:
    """Is each of them nought, or five and more?"""
    return all(count == 0 or count >= FEW for count in counts)


def shown(rows: Rows, among: Collection[str]) -> set[str]:
    """The rows to be shown, of those `among` which may be; the smallest stay away until the rest may be shown too.

    The sum of all rows must be known to whoever reads, and such that it may be shown; else no row is shown.
    """
    left = sorted((key for key in among if may_be_shown(rows[key])), key=lambda key: (-sum(rows[key]), key))
    away = together(rows, rows.keys() - set(left))
    while left and not may_be_shown(away):
        away = [one + other for one, other in zip(away, rows[left.pop()], strict=True)]
    return set(left) if may_be_shown(together(rows, rows)) else set()


def shown_at_first(rows: Rows) -> set[str]:
    """The same for the coarsest kind, one count a row. Nobody may tell "none" from "few": rows without any are shown only where
    nothing else is left out."""
    left = shown(rows, {key for key, (count,) in rows.items() if count >= FEW})
    is_complete = not any(count for key, (count,) in rows.items() if key not in left)
    return set(rows) if is_complete else left


def columns(total: Mapping[str, int]) -> list[str]:
    """The columns to tell apart, in their order; the others, where few are, are one column from then on."""
    left = [name for name in sorted(total, key=lambda name: (-total[name], name)) if total[name] >= FEW]
    while left and not may_be_shown([sum(total.values()) - sum(total[name] for name in left)]):
        left.pop()
    return [name for name in total if name in left]


def together(rows: Rows, keys: Collection[str]) -> list[int]:
    """The sum of these rows, count by count."""
    return [sum(counts) for counts in zip(*(rows[key] for key in keys), strict=True)]
