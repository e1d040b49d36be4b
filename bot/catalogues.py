"""The catalogues of what the bot says, read straight from `locales/<lang>/LC_MESSAGES/bot.po`.

A msgid is the Indonesian sentence, so whatever is missing or doubtful (fuzzy) falls back rightly. Our own table of
languages decides the order; Babel only reads the file, because it does not know Sasak.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email import message_from_string
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from content import languages

LOCALES = Path(__file__).parent.parent / "locales"
REVIEWED_HEADER = "X-Reviewed-By"
"""A catalogue's header naming the native speaker who read it; empty until then."""

Key = tuple[str | None, str]
"""(context, msgid)"""


class Catalogue:
    """What one language has for each msgid, then what its fallbacks have."""

    def __init__(self, texts: Mapping[Key, str], reviewed_by: str = "") -> None:
        self._texts = texts
        self.reviewed_by = reviewed_by

    def gettext(self, msgid: str) -> str:
        """The sentence in this language, else the Indonesian one."""
        return self._texts.get((None, msgid), msgid)

    def pgettext(self, context: str, msgid: str) -> str:
        """The same for a msgid that means something else elsewhere."""
        return self._texts.get((context, msgid), msgid)


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue for a code of `content.languages`, fallbacks filled in. Raises `UnknownLanguage`."""
    texts: dict[Key, str] = {}
    for code in reversed(languages.fallback_chain(language)):
        texts.update(_read(code)[0])
    return Catalogue(texts, _read(language)[1])


@cache
def _read(code: str) -> tuple[dict[Key, str], str]:
    path = LOCALES / code / "LC_MESSAGES" / "bot.po"
    if not path.exists():
        return {}, ""
    with path.open("rb") as file:
        entries = read_po(file)
    texts = {
        (entry.context, entry.id): entry.string
        for entry in entries
        if entry.id and isinstance(entry.id, str) and isinstance(entry.string, str) and entry.string and not entry.fuzzy
    }
    return texts, headers_of(path.read_text(encoding="utf-8")).get(REVIEWED_HEADER, "")


def headers_of(written: str) -> dict[str, str]:
    """The header of a catalogue as it is written. Babel keeps only those it knows, and ours names the reviewer."""
    first = re.search(r'^msgid ""\nmsgstr ((?:".*"\n)+)', written, re.MULTILINE)
    if not first:
        return {}
    lines = (line[1:-1].replace("\\n", "\n") for line in first[1].splitlines())
    return dict(message_from_string("".join(lines)).items())
