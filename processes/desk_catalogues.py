"""Is the desk's English whole? Read beside the template before it is committed, as `bot.checking` reads the bot's.

What is missing would be said in Bahasa, on a page that is half and half; a placeholder that is lost or invented breaks the
page. `python -m processes.catalogues missing` lists the bare msgids, for whoever writes their English.
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
        template, english = _read(locales / "admin.pot"), _read(path)
    except (OSError, PoFileError, ValueError) as error:
        return [f"{path}: cannot be read ({type(error).__name__})"]
    gaps = (f"{msgid!r} has no English yet, or one marked doubtful" for msgid in _gaps(template, english))
    return [f"{path}: {what}" for what in (*gaps, *_broken(template, english))]


def missing(locales: Path) -> list[str]:
    """What would be said in Bahasa on a page in English."""
    return list(_gaps(_read(locales / "admin.pot"), _read(_path(locales))))


def _gaps(template: Catalog, english: Catalog) -> Iterator[str]:
    return (str(message.id) for message in template if message.id and not _text_of(english, message))


def _broken(template: Catalog, english: Catalog) -> Iterator[str]:
    """Of what is still said: what is not is dropped when it is in somebody's way."""
    for message in template:
        text = _text_of(english, message)
        lost = set(_FILLED_IN.findall(str(message.id))) ^ set(_FILLED_IN.findall(text))
        if text and lost:
            yield f"{message.id!r}: {', '.join(sorted(lost))} stands on one side only"


def _text_of(catalogue: Catalog, message: Message) -> str:
    found = catalogue.get(message.id, message.context)
    return str(found.string) if found is not None and found.string and not found.fuzzy else ""


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _path(locales: Path) -> Path:
    return locales / LANGUAGE / "LC_MESSAGES" / "admin.po"
