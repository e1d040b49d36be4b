"""What areas are called: provinces, regencies, districts and villages by their codes, and the codes behind a typed name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from centre.areas import Village
from centre.village_names import plain

VILLAGE = 13
"""As long is a village's own code; a shorter one is of something larger."""
MOST = 12
"""Areas that are offered when a name can mean several."""
FEW = 100
"""Areas that are looked up by their codes, instead of among all."""


@dataclass(frozen=True)
class Area:
    """One area: its code, its name, and where it lies."""

    code: str
    name: str
    within: str

    @property
    def full_name(self) -> str:
        return f"{self.name}, {self.within}" if self.within else self.name


def known(session: Session, within: Collection[str] = ()) -> list[Area]:
    """Every area in which there is a village of ours, the larger ones first. `within`: only of villages there."""
    columns = (Village.code, Village.name, Village.district, Village.regency, Village.province)
    query = select(*columns).order_by(Village.code)
    query = query.where(or_(*(Village.code.startswith(code) for code in within))) if within else query
    found: dict[str, Area] = {}
    for code, name, district, regency, province in session.execute(query):
        found.setdefault(code[:2], Area(code[:2], province, ""))
        found.setdefault(code[:5], Area(code[:5], regency, province))
        if district and len(code) >= 8:
            found.setdefault(code[:8], Area(code[:8], district, regency))
        if len(code) == VILLAGE:
            found.setdefault(code, Area(code, name, regency))
    return sorted(found.values(), key=lambda area: (len(area.code), area.code))


def meant_by(session: Session, typed: str) -> list[Area]:
    """The areas that a typed name or code can mean, named in full before begun; none when there is no such area."""
    areas, said = known(session), plain(typed)
    if not said:
        return []
    if coded := [area for area in areas if area.code == typed.strip()]:
        return coded
    around = _around_villages(session, said)
    found = [area for area in areas if plain(area.full_name).startswith(said) or area.code in around]
    return sorted(found, key=lambda area: not is_named(area, typed))[:MOST]


def is_named(area: Area, typed: str) -> bool:
    """Is this the area's whole name or code? The beginning of a name is not: "Lombok" is no regency."""
    return area.code == typed.strip() or plain(typed) in (plain(area.name), plain(area.full_name))


def _around_villages(session: Session, said: str) -> set[str]:
    """The regencies' codes that villages of this name carry for want of one of their own."""
    rows = session.execute(
        select(Village.code, Village.name, Village.regency).where(func.length(Village.code) < VILLAGE)
    )
    return {code for code, name, regency in rows if said in (plain(name), plain(f"{name} {regency}"))}


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """What these areas are called; a code that nobody knows is missing."""
    wanted = set(codes)
    few = sorted(wanted - {""}) if len(wanted) <= FEW else ()
    return {area.code: area.full_name for area in known(session, few) if area.code in wanted}
