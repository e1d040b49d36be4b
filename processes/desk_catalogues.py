"""Is the desk's English whole? Read beside the template before it is committed, as `bot.checking` reads the bot's.

What is missing is said in Bahasa, so a gap is no fault while pages are being made; `python -m processes.catalogues missing`
lists the gaps. A placeholder that is lost or invented breaks a page: that is always a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

LANGUAGE = "en"
_FILLED_IN = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|\{\{[^}]*\}\}")
"""What a page, a script or the guidance puts there."""


def problems(locales: Path) -> list[str]:
    """What would break or mislead a page in English, as "path: what"."""
    path = _path(locales)
    try:
        return [f"{path}: {what}" for what in _wrong(_read(locales / "admin.pot"), _read(path))]
    except (OSError, PoFileError, ValueError) as error:
        return [f"{path}: cannot be read ({type(error).__name__})"]


def missing(locales: Path) -> list[str]:
    """What would be said in Bahasa on a page in English."""
    known = _read(_path(locales))
    wanted = (message for message in _read(locales / "admin.pot") if message.id)
    return [str(message.id) for message in wanted if not _text_of(known, message)]


def _wrong(template: Catalog, english: Catalog) -> Iterator[str]:
    for message in english:
        if not message.id:
            continue
        if template.get(message.id, message.context) is None:
            continue  # said no longer: the next extraction of a translator drops it
        if message.fuzzy:
            yield f"{message.id!r} is marked doubtful"
        lost = set(_FILLED_IN.findall(str(message.id))) ^ set(_FILLED_IN.findall(str(message.string)))
        if message.string and lost:
            yield f"{message.id!r}: {', '.join(sorted(lost))} stands on one side only"


def _text_of(catalogue: Catalog, message: Message) -> str:
    found = catalogue.get(message.id, message.context)
    return str(found.string) if found is not None and found.string and not found.fuzzy else ""


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _path(locales: Path) -> Path:
    return locales / LANGUAGE / "LC_MESSAGES" / "admin.po"
