"""A file of guidance on its way out or back, whichever kind it is: what the page of the desk and the command line share.

The bot's sentences go the same two ways, but are written and read where the bot is known (`processes.phrasebook`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from content import exchange_folder, exchange_sheets, exchange_units, exchange_xliff, languages
from content.contacts import Contact
from content.exchange import NotTaken, Plan
from content.exchange_uploads import Kind
from content.pages import Problem

TARGETS: Final = tuple(each.code for each in languages.LANGUAGES if each.code != languages.SOURCE)
"""What articles are translated into."""


@dataclass(frozen=True)
class Notes:
    """What a file tells a translator, in the language of whoever asked for it."""

    behind: str
    """Beside a translation whose source has changed."""
    limit: str
    """How long a field may be, with {most} in it."""


def translation_kind(data: bytes) -> Kind:
    """A file of translations: its content tells spreadsheet from XLIFF."""
    return "sheet" if data.startswith(b"PK") else "xliff"


def translations(session: Session, kind: Kind, language: str, notes: Notes) -> bytes:
    """Every article for its translators into `language`, as a spreadsheet or XLIFF."""
    units = exchange_units.units(session, language)
    if kind == "sheet":
        return exchange_sheets.written(units, notes.behind)
    return exchange_xliff.written(units, notes.behind, notes.limit)


def planned(
    session: Session, kind: Kind, language: str, name: str, data: bytes, contacts: Mapping[str, Contact]
) -> Plan:
    """What a file would change; one that cannot be read at all is a plan with that one problem."""
    try:
        if kind == "folder":
            return exchange_folder.plan(session, name, data, contacts)
        problems: list[Problem] = []
        read = exchange_sheets.read if kind == "sheet" else exchange_xliff.read
        plan = exchange_units.plan(session, read(name, data, problems), language, contacts, Path(name))
    except NotTaken as refused:
        return Plan(problems=[refused.problem])
    plan.problems = sorted([*problems, *plan.problems], key=lambda each: each.line)
    return plan
