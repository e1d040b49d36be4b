"""How many people the register holds, by status, sex and age: counted, never named, and few never told apart from few.

`counts` is for whoever makes figures: one line an area, its splits shown only as far as `centre.small_counts` allows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from centre import small_counts
from centre.areas import Village
from centre.census_records import SEXES, CensusRecord
from centre.people import KINDS, Person
from centre.staff import Scope

Level = Literal["province", "regency", "village"]
UNKNOWN, OTHER = "", "other"
"""Not told; and what is too few to be told apart, together."""
AGES = ((0, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 200))
BANDS = tuple(f"{first}-{last}" if last < 200 else f"{first}+" for first, last in AGES)
_LENGTH: dict[str, int] = {"province": 2, "regency": 5, "village": 13}


@dataclass(frozen=True)
class Line:
    """One area. None: few people stand behind it, so nothing is said."""

    key: str
    """The area's code; of a village that has no code of its own, with its number."""
    name: str
    people: int | None = None
    status: dict[str, int] | None = None
    """By `people.KINDS` and `UNKNOWN`, those of few together as `OTHER`; every line has the same columns."""
    sex: dict[str, int] | None = None
    age: dict[str, int] | None = None
    """By `BANDS`, and `UNKNOWN`."""


_Columns = dict[str, list[str]]
"""Which columns of each split are told apart."""


@dataclass
class _Group:
    key: str
    name: str
    splits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def counts(self, split: str, columns: _Columns) -> list[int]:
        """Those of the columns that are told apart, then all the others together."""
        found, apart = self.splits[split], columns[split]
        return [*(found[name] for name in apart), found.total() - sum(found[name] for name in apart)]


_COLUMNS: dict[str, tuple[str, ...]] = {
    "people": ("all",),
    "status": (*KINDS, UNKNOWN),
    "sex": (*SEXES, UNKNOWN),
    "age": (*BANDS, UNKNOWN),
}
SPLITS = ("status", "sex", "age")


def counts(session: Session, scope: Scope, by: Level, now: datetime, *, within: str = "") -> tuple[Line, list[Line]]:
    """All of the scope in one line, and a line for each area of this level; `within`: only areas under this code.

    One query. Villages are to be asked for within a regency that is shown, so that no two tables can be subtracted.
    """
    rows = session.execute(_query(scope, within)).all()
    whole = _Group(within, "")
    parts: dict[str, _Group] = {}
    for row in rows:
        key, name = _area(row, by)
        part = parts.setdefault(key, _Group(key, name))
        for group in (whole, part):
            _add(group, row, now.year)
    ordered = sorted(parts.values(), key=lambda part: (part.name, part.key))
    columns = _columns(whole)
    seen = _shown_of_whole(whole, columns)
    return _line(whole, seen, columns), _lines(seen, ordered, columns)


def band(birth_year: int | None, year: int) -> str:
    """The band of the age somebody reaches this year."""
    if birth_year is None:
        return UNKNOWN
    return next(name for name, (_, last) in zip(BANDS, AGES, strict=True) if year - birth_year <= last)


def _query(scope: Scope, within: str) -> Select[*tuple[Any, ...]]:
    own = (
        select(
            Village.id,
            Village.code,
            Village.name,
            Village.regency,
            Village.province,
            Person.kind,
            CensusRecord.sex,
            Person.birth_year,
            func.count().label("number"),
        )
        .select_from(CensusRecord)
        .join(Person, Person.id == CensusRecord.person_id)
        .join(Village, Village.id == Person.village_id)
        .where(scope.covers(Village.code), Person.merged_into.is_(None))
        .group_by(Village.id, Person.kind, CensusRecord.sex, Person.birth_year)
    )
    return own.where((Village.code == within) | Village.code.startswith(f"{within}.")) if within else own


def _area(row: Row[Any], by: Level) -> tuple[str, str]:
    if by == "village":
        return f"{row.code}#{row.id}", row.name
    return row.code[: _LENGTH[by]], row.regency if by == "regency" else row.province


def _add(group: _Group, row: Row[Any], year: int) -> None:
    found = {"people": "all", "status": row.kind, "sex": row.sex, "age": band(row.birth_year, year)}
    for split, name in found.items():
        group.splits[split][name if name in _COLUMNS[split] else UNKNOWN] += row.number


def _columns(whole: _Group) -> _Columns:
    apart = {
        split: small_counts.columns({name: whole.splits[split][name] for name in _COLUMNS[split]}) for split in SPLITS
    }
    return {"people": ["all"], **apart}


def _shown_of_whole(whole: _Group, columns: _Columns) -> set[str]:
    if not small_counts.may_be_shown(whole.counts("people", columns)):
        return set()
    return {"people", *(split for split in SPLITS if small_counts.may_be_shown(whole.counts(split, columns)))}


def _lines(seen: set[str], parts: Sequence[_Group], columns: _Columns) -> list[Line]:
    """A split of a part is shown only where that of the whole is."""
    shown: dict[str, set[str]] = {part.key: set() for part in parts}
    for split in sorted(seen, key=("people", *SPLITS).index):
        if split == "people":
            keys = small_counts.shown_at_first({part.key: [part.splits[split]["all"]] for part in parts})
        else:
            rows = {part.key: part.counts(split, columns) for part in parts}
            keys = small_counts.shown(rows, {key for key, splits in shown.items() if "people" in splits})
        for key in keys:
            shown[key].add(split)
    return [_line(part, shown[part.key], columns) for part in parts]


def _line(group: _Group, shown: set[str], columns: _Columns) -> Line:
    def told(split: str) -> dict[str, int] | None:
        if split not in shown:
            return None
        return dict(zip([*columns[split], OTHER], group.counts(split, columns), strict=True))

    return Line(
        group.key,
        group.name,
        group.splits["people"]["all"] if "people" in shown else None,
        told("status"),
        told("sex"),
        told("age"),
    )
