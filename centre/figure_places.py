"""The places somebody may see figures of, as a tree: all together, provinces, regencies, villages.

Who sees regencies and above (`centre.case_figures.MAY_SEE_ALL_COUNTED`) reads what is kept for them; who sees villages only,
however many, reads the sum of theirs and nothing of what goes around them. A place outside is not there (`NotHere`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.areas import Village
from centre.case_figures import PROVINCE, REGENCY, figure_scope
from centre.desk import NotHere
from centre.staff import SignedIn
from centre.totals import NATION, village_key

Level = Literal["all", "province", "regency", "village"]
ALL = "semua"
"""How the whole is written in an address."""


@dataclass
class Place:
    """One place with those below it that somebody may see."""

    key: str
    name: str
    level: Level
    code: str
    is_kept: bool
    """Its own totals may be read; else it is the sum of those below."""
    below: list[Place] = field(default_factory=list)

    @property
    def written(self) -> str:
        """Its name in an address."""
        return self.key or ALL

    def kept_keys(self) -> Iterator[str]:
        """The stored places whose totals together are this one's."""
        if self.is_kept:
            yield self.key
        else:
            for place in self.below:
                yield from place.kept_keys()


@dataclass(frozen=True)
class Tree:
    """Everything one staff member may see."""

    top: Place

    def path(self, written: str) -> Sequence[Place]:
        """From the top to a place. Raises `NotHere`."""
        found = _path(self.top, written)
        if found is None:
            raise NotHere(f"figures of {written}")
        return found

    def first(self) -> Place:
        """Where to begin: the top, or what is alone below it."""
        place = self.top
        while len(place.below) == 1:
            place = place.below[0]
        return place


def tree(session: Session, member: SignedIn) -> Tree:
    """The places of somebody at the desk."""
    scope = figure_scope(member)
    wide, narrow = scope.wide, scope.narrow
    top = Place(NATION, "", "all", "", "" in wide.areas)
    known: dict[str, Place] = {}
    columns = (Village.id, Village.code, Village.name, Village.regency, Village.province)
    for number, code, name, regency, province in session.execute(
        select(*columns).order_by(Village.province, Village.regency, Village.name)
    ):
        if not (wide.includes(code) or narrow.includes(code)):
            continue
        above = _child(top, known, code[:PROVINCE], province, "province", wide.includes(code[:PROVINCE]))
        above = _child(above, known, code[:REGENCY], regency, "regency", wide.includes(code[:REGENCY]))
        _child(above, known, village_key(number), name, "village", True, code)
    return Tree(top)


def _child(
    above: Place, known: dict[str, Place], key: str, name: str, level: Level, is_kept: bool, code: str = ""
) -> Place:
    if key not in known:
        known[key] = Place(key, name, level, code or key, is_kept)
        above.below.append(known[key])
    return known[key]


def _path(place: Place, written: str) -> list[Place] | None:
    if place.written == written:
        return [place]
    for below in place.below:
        if found := _path(below, written):
            return [place, *found]
    return None
