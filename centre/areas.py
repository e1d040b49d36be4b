"""The villages Balai serves: found by a typed name or by a village's link code, brought in from a list.

Official area codes say what lies in what: `52` a province, `52.03` a regency, `52.03.07.2003` a village.
A village whose own code cannot be confirmed carries its regency's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import JSON, ColumnElement, String, Text, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import village_names
from centre.db import Base, BigId
from centre.village_names import Names
from centre.village_rows import USUAL_ZONE as USUAL_ZONE
from centre.village_rows import ZONES, checked, identity_of
from centre.village_rows import RowProblem as RowProblem
from centre.village_rows import VillagesInvalid as VillagesInvalid
from centre.village_rows import read_csv as read_csv
from centre.village_rows import zone_of_area as zone_of_area

DEMO_VILLAGES = Path(__file__).with_name("demo_villages.csv")
"""Villages from the programme's own history, to try Balai with."""

LINK_LETTERS, LINK_DIGITS = "CDFHJKMPRTWXY", "34679"
"""No two of them look alike, and without vowels no code spells a word."""


class Village(Base):
    """A village and its centre's desk. What is None of the desk is unknown: "not yet filled in"."""

    __tablename__ = "villages"
    __table_args__ = (UniqueConstraint("code", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(13), index=True)
    name: Mapped[str] = mapped_column(String(100))
    other_names: Mapped[list[str]] = mapped_column(JSON, default=list)
    district: Mapped[str] = mapped_column(String(100), default="")
    regency: Mapped[str] = mapped_column(String(100))
    province: Mapped[str] = mapped_column(String(100))
    time_zone: Mapped[str] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[str | None] = mapped_column(Text)
    contacts: Mapped[str | None] = mapped_column(Text)
    link_code: Mapped[str] = mapped_column(String(6), unique=True)

    @property
    def regency_code(self) -> str:
        return self.code[:5]


class VillageName(NamedTuple):
    """As much of a village as a list of hundreds needs."""

    id: int
    code: str
    name: str
    regency: str
    time_zone: str

    @property
    def regency_code(self) -> str:
        return self.code[:5]


Somewhere = TypeVar("Somewhere", Village, VillageName)


@dataclass(frozen=True)
class Imported:
    """What an import did, in villages."""

    new: int
    changed: int
    unchanged: int


def get(session: Session, village_id: int) -> Village | None:
    """The village with this number, which may come from an old or a forged button."""
    return session.get(Village, village_id) if 0 < village_id < 2**63 else None


def by_link_code(session: Session, code: str) -> Village | None:
    """The village of a link code, however it was written down ("hjk-347")."""
    written = "".join(re.findall(r"[A-Z0-9]", code.upper()))
    return session.scalar(select(Village).where(Village.link_code == written))


def by_code_or_name(session: Session, typed: str) -> Village | None:
    """The village of exactly this code or name; of several of one name the first."""
    named = or_(Village.code == typed, func.lower(Village.name) == typed.lower())
    return session.scalars(select(Village).where(named).order_by(Village.code).limit(1)).first()


def names(session: Session, which: ColumnElement[bool], *order: Any) -> list[VillageName]:
    """Those villages in short, in this order."""
    columns = (Village.id, Village.code, Village.name, Village.regency, Village.time_zone)
    return [VillageName(*row) for row in session.execute(select(*columns).where(which).order_by(*order))]


def search(session: Session, typed: str, limit: int | None = 9) -> list[Village]:
    """The villages a typed name can mean, best first: none for a sentence, all that fit with `limit=None`."""
    columns = (
        Village.id,
        Village.name,
        Village.other_names,
        Village.district,
        Village.regency,
        Village.province,
    )
    known = [Names(id_, name, tuple(others), *where) for id_, name, others, *where in session.execute(select(*columns))]
    ids = [names.id for _, names in village_names.ranked(typed, known)[:limit]]
    found = {village.id: village for village in session.scalars(select(Village).where(Village.id.in_(ids)))}
    return [found[id_] for id_ in ids]


def is_sure(typed: str, found: Sequence[Village]) -> bool:
    """Is the first of the found villages meant beyond doubt: named exactly, and no other like it?"""
    order = village_names.ranked(typed, [_names(village) for village in found])
    return village_names.is_clear(order) and order[0][1].id == found[0].id


def names_clash(villages: Sequence[Village]) -> bool:
    """Do two of these villages have the same name, so that only the regency or district tells them apart?"""
    return len({village_names.plain(village.name) for village in villages}) < len(villages)


def regencies(villages: Iterable[Village | VillageName]) -> list[tuple[str, str]]:
    """The regencies these villages lie in, as (code, name), in the order of the villages."""
    return list({village.regency_code: village.regency for village in villages}.items())


def in_regency(villages: Iterable[Somewhere], code: str) -> list[Somewhere]:
    """Those that lie in the regency of this code."""
    return [village for village in villages if village.regency_code == code]


def around(code: str | None) -> set[str]:
    """Every area code in which this one lies: everywhere, its province, regency, district and village."""
    return {""} | {code[:length] for length in (2, 5, 8, 13) if code and len(code) >= length}


def zone_of(village: Village | None) -> str:
    """The clock of a village; the usual one where none is known."""
    return village.time_zone if village else USUAL_ZONE


def time_zone_name(zone: str) -> str:
    """What people call the time zone: WIB, WITA or WIT."""
    return ZONES[zone]


def new_link_code(chance: Random) -> str:
    """A code to read out loud like a number plate: three letters, three digits."""
    return "".join(chance.choice(signs) for signs in 3 * [LINK_LETTERS] + 3 * [LINK_DIGITS])


def import_rows(session: Session, rows: Iterable[Mapping[str, str]], new_code: Callable[[], str]) -> Imported:
    """Store the villages of a list, new ones with a link code of their own; known ones keep theirs.

    A village is known by its full area code; under its regency's code, by its name. All rows are read before
    anything is stored, and any mistake (`VillagesInvalid`) stores nothing.
    """
    said = checked(rows)
    villages = session.scalars(select(Village)).all()
    known = {identity_of(village.code, village.name): village for village in villages}
    taken = {village.link_code for village in villages}
    outcomes = [_store(session, known, values, taken, new_code) for values in said]
    session.flush()
    return Imported(outcomes.count("new"), outcomes.count("changed"), outcomes.count("unchanged"))


def _store(
    session: Session,
    known: Mapping[tuple[str, str], Village],
    values: dict[str, Any],
    taken: set[str],
    new_code: Callable[[], str],
) -> str:
    village = known.get(identity_of(values["code"], values["name"]))
    if village is None:
        session.add(Village(**values, link_code=_unused(new_code, taken)))
        return "new"
    changes = {field: value for field, value in values.items() if getattr(village, field) != value}
    for field, value in changes.items():
        setattr(village, field, value)
    return "changed" if changes else "unchanged"


def _unused(new_code: Callable[[], str], taken: set[str]) -> str:
    for _ in range(1000):
        code = new_code()
        if code not in taken:
            taken.add(code)
            return code
    raise LookupError("a thousand draws gave no link code that is free")


def _names(village: Village) -> Names:
    return Names(
        village.id,
        village.name,
        tuple(village.other_names),
        village.district,
        village.regency,
        village.province,
    )
