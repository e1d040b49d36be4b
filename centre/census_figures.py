"""How many people the register holds, by status, sex and age: counted, never named, and few never told apart from few.

The villages are counted once (`villages`); of each place is told (`line_of`) only as much as the place above it tells, from the
top down as in `centre.place_figures`, so that no two pages can be subtracted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from centre import small_counts
from centre.areas import Village
from centre.case_figures import PROVINCE, REGENCY
from centre.census_records import SEXES, CensusRecord
from centre.people import KINDS, Person
from centre.staff import Scope
from centre.totals import village_key

UNKNOWN, OTHER = "", "other"
"""Not told; and what is too few to be told apart, together."""
AGES = ((0, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 200))
BANDS = tuple(f"{first}-{last}" if last < 200 else f"{first}+" for first, last in AGES)


@dataclass(frozen=True)
class Line:
    """One place. None: few people stand behind it, or behind what it could be subtracted from, so nothing is said."""

    people: int | None = None
    status: dict[str, int] | None = None
    """By `people.KINDS` and `UNKNOWN`, those of few together as `OTHER`; every place has the same columns."""
    sex: dict[str, int] | None = None
    age: dict[str, int] | None = None
    """By `BANDS`, and `UNKNOWN`."""


_Columns = dict[str, list[str]]
"""Which columns of each split are told apart."""


@dataclass
class _Group:
    splits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def counts(self, split: str, columns: _Columns) -> list[int]:
        """Those of the columns that are told apart, then all the others together."""
        found, apart = self.splits[split], columns[split]
        return [*(found[name] for name in apart), found.total() - sum(found[name] for name in apart)]


@dataclass
class VillageCount(_Group):
    """The people of one village, before anything is left out."""

    key: str = ""
    code: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The places it lies in, from the province down to itself, as `centre.figure_places` calls them."""
        return self.code[:PROVINCE], self.code[:REGENCY], self.key


_COLUMNS: dict[str, tuple[str, ...]] = {
    "people": ("all",),
    "status": (*KINDS, UNKNOWN),
    "sex": (*SEXES, UNKNOWN),
    "age": (*BANDS, UNKNOWN),
}
SPLITS = ("status", "sex", "age")


def villages(session: Session, scope: Scope, now: datetime) -> Sequence[VillageCount]:
    """Every village of the scope with somebody in its register. One query."""
    found: dict[str, VillageCount] = {}
    for row in session.execute(_query(scope, now.year)):
        key = village_key(row.id)
        village = found.setdefault(key, VillageCount(key=key, code=row.code))
        told = {"people": "all", "status": row.kind, "sex": row.sex, "age": row.age}
        for split, name in told.items():
            village.splits[split][name if name in _COLUMNS[split] else UNKNOWN] += row.number
    return list(found.values())


def line_of(found: Sequence[VillageCount], path: Sequence[str]) -> Line:
    """What may be told of one place: province, regency and village down to it, of which nothing is the whole."""
    here: _Group = _together(found)
    columns = _columns(here)
    seen = _shown_of_whole(here, columns)
    for depth, key in enumerate(path):
        parts = _parts(found, path[:depth])
        if key not in parts:
            return Line()
        here, seen = parts[key], _shown_of_parts(seen, parts, columns)[key]
    return _line(here, seen, columns)


def _query(scope: Scope, year: int) -> Select[*tuple[Any, ...]]:
    age = _age(year).label("age")
    return (
        select(Village.id, Village.code, Person.kind, CensusRecord.sex, age, func.count().label("number"))
        .select_from(CensusRecord)
        .join(Person, Person.id == CensusRecord.person_id)
        .join(Village, Village.id == Person.village_id)
        .where(scope.covers(Village.code), Person.merged_into.is_(None))
        .group_by(Village.id, Village.code, Person.kind, CensusRecord.sex, age)
    )


def _age(year: int) -> ColumnElement[str]:
    """The band of the age that somebody reaches this year."""
    born_since = [(Person.birth_year >= year - last, name) for name, (_, last) in zip(BANDS, AGES, strict=True)]
    return case((Person.birth_year.is_(None), UNKNOWN), *born_since, else_=UNKNOWN)


def _together(found: Sequence[_Group]) -> _Group:
    whole = _Group()
    for each in found:
        for split, counted in each.splits.items():
            whole.splits[split].update(counted)
    return whole


def _parts(found: Sequence[VillageCount], path: Sequence[str]) -> dict[str, _Group]:
    """The places right below one, by key."""
    depth = len(path)
    inside: dict[str, list[VillageCount]] = defaultdict(list)
    for village in found:
        if village.path[:depth] == tuple(path):
            inside[village.path[depth]].append(village)
    return {key: _together(group) for key, group in sorted(inside.items())}


def _columns(whole: _Group) -> _Columns:
    apart = {
        split: small_counts.columns({name: whole.splits[split][name] for name in _COLUMNS[split]}) for split in SPLITS
    }
    return {"people": ["all"], **apart}


def _shown_of_whole(whole: _Group, columns: _Columns) -> set[str]:
    if not small_counts.may_be_shown(whole.counts("people", columns)):
        return set()
    return {"people", *(split for split in SPLITS if small_counts.may_be_shown(whole.counts(split, columns)))}


def _shown_of_parts(seen: set[str], parts: dict[str, _Group], columns: _Columns) -> dict[str, set[str]]:
    """A split of a part is shown only where that of the whole is."""
    shown: dict[str, set[str]] = {key: set() for key in parts}
    for split in sorted(seen, key=("people", *SPLITS).index):
        if split == "people":
            keys = small_counts.shown_at_first({key: [part.splits[split]["all"]] for key, part in parts.items()})
        else:
            rows = {key: part.counts(split, columns) for key, part in parts.items()}
            keys = small_counts.shown(rows, {key for key, splits in shown.items() if "people" in splits})
        for key in keys:
            shown[key].add(split)
    return shown


def _line(group: _Group, shown: set[str], columns: _Columns) -> Line:
    def told(split: str) -> dict[str, int] | None:
        if split not in shown:
            return None
        return dict(zip([*columns[split], OTHER], group.counts(split, columns), strict=True))

    return Line(
        group.splits["people"]["all"] if "people" in shown else None,
        told("status"),
        told("sex"),
        told("age"),
    )
