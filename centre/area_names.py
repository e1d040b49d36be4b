"""What areas are called: provinces, regencies, districts and villages by their codes, and the codes behind a typed name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.areas import Village
from centre.village_names import plain

MOST = 12
"""Areas that are offered when a name can mean several."""


@dataclass(frozen=True)
class Area:
    """One area: its code, its name, and where it lies."""

    code: str
    name: str
    within: str

    @property
    def full_name(self) -> str:
        return f"{self.name}, {self.within}" if self.within else self.name


def known(session: Session) -> list[Area]:
    """Every area in which there is a village of ours, the larger ones first."""
    columns = (Village.code, Village.name, Village.district, Village.regency, Village.province)
    found: dict[str, Area] = {}
    for code, name, district, regency, province in session.execute(select(*columns).order_by(Village.code)):
        found.setdefault(code[:2], Area(code[:2], province, ""))
        found.setdefault(code[:5], Area(code[:5], regency, province))
        if district and len(code) >= 8:
            found.setdefault(code[:8], Area(code[:8], district, regency))
        if len(code) == 13:
            found.setdefault(code, Area(code, name, regency))
    return sorted(found.values(), key=lambda area: (len(area.code), area.code))


def meant_by(session: Session, typed: str) -> list[Area]:
    """The areas that a typed name or code can mean: one when it is clear, none when there is no such area."""
    areas, said = known(session), plain(typed)
    if not said:
        return []
    for fits in (
        lambda area: area.code == typed.strip(),
        lambda area: said in (plain(area.name), plain(area.full_name)),
        lambda area: plain(area.name).startswith(said),
    ):
        if found := [area for area in areas if fits(area)]:
            return found[:MOST]
    return []


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """What these areas are called; a code that nobody knows is missing."""
    wanted = set(codes)
    return {area.code: area.full_name for area in known(session) if area.code in wanted}
