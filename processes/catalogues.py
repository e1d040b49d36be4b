"""Catalogues: extracting what the code says, and beginning one for another language.

Babel extracts and writes; it is never asked about the language itself, because it does not know Sasak.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.catalogues import LOCALES, REVIEWED_HEADER
from content import languages
from processes.settings import SettingsInvalid

HEADER = """\
# {name} ({code})
# Not yet read by a native speaker: {header} stays empty until one has.
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"{header}: \\n"

"""


def begin(code: str) -> Path:
    """Begin the catalogue of a language that has a row in `content/languages.py`. Raises `SettingsInvalid`."""
    try:
        language = languages.get(code)
    except languages.UnknownLanguage as error:
        raise SettingsInvalid(f"{code!r} has no row in content/languages.py: add one first") from error
    path = LOCALES / code / "LC_MESSAGES" / "bot.po"
    if path.exists():
        raise SettingsInvalid(f"{path.relative_to(LOCALES.parent)} is already there")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        header = HEADER.format(name=language.own_name, code=code, header=REVIEWED_HEADER)
        file.write(header.encode())
        write_po(file, _template(), omit_header=True, width=110)
    return path


def _template() -> Catalog:
    with (LOCALES / "bot.pot").open("rb") as file:
        return read_po(file)
