"""Articles for translators as XLIFF, which OmegaT, Poedit, Virtaal and Weblate open: a unit for each field.

The marks of both texts are part of a unit's id, which every program keeps as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from content import packages
from content.checking import LIMITS
from content.exchange import NotTaken
from content.exchange_units import Unit
from content.pages import Problem


def written(units: Iterable[Unit], note: str, limit: str) -> bytes:
    """XLIFF 1.1 with a file for each article. `note`: said of what must be looked at again; `limit`: with {most} in it."""
    from translate.storage import xliff

    store: Any = xliff.xlifffile()
    for slug, group in groupby(units, key=lambda unit: unit.slug):
        store.switchfile(slug, createifmissing=True)
        for number, unit in enumerate(group):
            if not number:
                store.setsourcelanguage(unit.source_language)
                store.settargetlanguage(unit.language)
            _add(store, xliff.xliffunit(unit.source), unit, [limit.format(most=LIMITS[unit.field])], note)
    return bytes(store)


def read(name: str, data: bytes, problems: list[Problem]) -> list[Unit]:
    """The units with the lines they stand on; what is wrong with one is added to `problems`. Raises `NotTaken`."""
    from translate.storage import xliff

    library: Any = xliff
    packages.plain_xml(name, data)
    try:
        store = library.xlifffile.parsestring(data)
        found = [unit for unit in store.units if not unit.isheader()]
    except Exception as error:  # whatever a broken file sets off in the library
        raise NotTaken(name, "is no XLIFF that can be read", "export it anew, and save it as XLIFF 1.x") from error
    return [unit for each in found for unit in _unit(Path(name), each, problems)]


def _add(store: Any, written: Any, unit: Unit, notes: list[str], behind: str) -> None:
    store.addunit(written)
    written.setid(":".join((unit.slug, unit.field, unit.source_mark, unit.target_mark)))
    if unit.target:
        written.target = unit.target
        written.markapproved(False)
    for note in [*notes, *([behind] if unit.is_behind else [])]:
        written.addnote(note, origin="developer")


def _unit(place: Path, each: Any, problems: list[Problem]) -> list[Unit]:
    element = each.xmlelement
    line = element.sourceline or 1
    parts = str(element.get("id") or "").split(":")
    if len(parts) != 4:
        problems.append(Problem(place, line, "has an id that was not made here", "leave the ids as they were exported"))
        return []
    around = element.getparent()
    while around is not None and not str(around.tag).endswith("}file"):
        around = around.getparent()
    told = around if around is not None else {}
    return [
        Unit(
            slug=parts[0],
            field=parts[1],
            source_language=str(told.get("source-language") or ""),
            source=each.source or "",
            language=str(told.get("target-language") or ""),
            target=each.target or "",
            source_mark=parts[2],
            target_mark=parts[3],
            line=line,
        )
    ]
