"""Catalogues: extracting what the code says, checking them, and beginning one for another language.

`python -m processes.catalogues extract|check|missing` is what `make catalogues` and `make lint` run. Babel extracts and writes;
it is never asked about a person's language itself, because it does not know Sasak.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot import checking
from bot.catalogues import LOCALES, REVIEWED_HEADER
from content import languages
from processes import desk_catalogues
from processes.settings import ROOT, SettingsInvalid

EXTRACTIONS = {
    "bot": (("bot/**.py", "python"), ("content/tables/signs.yaml", "processes.catalogues:texts_of_signs")),
    "admin": (("admin/**.py", "python"), ("admin/templates/**.html", "jinja2"), ("content/topics.py", "python")),
}
KEYWORDS = {**DEFAULT_KEYWORDS, "pgettext": ((1, "c"), 2), "Topic": ((1, "c"), 2)}
"""What marks a msgid; a shelf's code is the context of its label, because “Pulang” is also where somebody is."""

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


def extract(domain: str) -> Catalog:
    """What the code of `domain` (bot or admin) says now, without places, so that moving code changes nothing."""
    found = Catalog(project="Balai", charset="utf-8")
    for row in extract_from_dir(ROOT, list(EXTRACTIONS[domain]), keywords=KEYWORDS):
        _file, _line, message, _comments, context = row
        found.add(message, context=context)
    return found


def texts_of_signs(file: IO[bytes], *_: object, **_options: object) -> Iterator[tuple[int, None, str, list[str]]]:
    """How Babel reads the table of warning signs: their texts are told in every language, and are msgids as they stand."""
    for row in yaml.safe_load(file)["rows"].values():
        yield 0, None, row["text"], []


def write_templates() -> None:
    """Write `locales/bot.pot` and `locales/admin.pot`."""
    for domain in EXTRACTIONS:
        _path(domain).write_bytes(_written(extract(domain)))


def problems() -> list[str]:
    """What is not extracted, not translated, or cannot be used; nothing when all is well."""
    old = [domain for domain in EXTRACTIONS if _path(domain).read_bytes() != _written(extract(domain))]
    stale = [f"locales/{domain}.pot: not what the code says; run `make catalogues`" for domain in old]
    return stale + checking.problems(LOCALES) + desk_catalogues.problems(LOCALES)


def _path(domain: str) -> Path:
    return LOCALES / f"{domain}.pot"


def _written(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, omit_header=True, sort_output=True, no_location=True, width=110)
    return file.getvalue()


def _template() -> Catalog:
    with (LOCALES / "bot.pot").open("rb") as file:
        return read_po(file)


if __name__ == "__main__":
    if sys.argv[1:] == ["extract"]:
        write_templates()
    elif sys.argv[1:] == ["missing"]:
        gaps = desk_catalogues.missing(LOCALES)
        print("\n".join(gaps), file=sys.stderr)  # noqa: T201
        sys.exit(1 if gaps else 0)
    else:
        found = problems()
        print("\n".join(found) or "catalogues: complete", file=sys.stderr)  # noqa: T201
        sys.exit(1 if found else 0)
