"""The catalogues of what the bot says, read straight from `locales/<lang>/LC_MESSAGES/bot.po`.

What staff brought back in a file lies over them (`content.said`, laid by `lay_over`). A msgid is the Indonesian sentence, so
whatever is missing or doubtful (fuzzy) falls back rightly. Our own table of languages decides the order; Babel only reads
the file, because it does not know Sasak.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from email import message_from_string
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

from content import languages
from content.said import Key, Said

LOCALES = Path(__file__).parent.parent / "locales"
REVIEWED_HEADER = "X-Reviewed-By"
"""A catalogue's header naming the native speaker who read it; empty until then."""


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


def catalogue(language: str) -> Catalogue:
    """The catalogue for a code of `content.languages`, fallbacks filled in. Raises `UnknownLanguage`."""
    return _laid(language, _over)


def lay_over(said: Said) -> None:
    """From now on say this otherwise than the files have it. Whoever is speaking just now ends her turn as she began."""
    global _over  # noqa: PLW0603 - one thing a process says, changed whole
    _over = said


def laid_over() -> Said:
    """What lies over the files, for what is made from all catalogues once."""
    return _over


def own_texts(language: str, said: Said | None = None) -> dict[Key, str]:
    """What a language has of its own, without fallbacks; with `said` as if that lay over the files."""
    return _read(language)[0] | dict((said or _over).texts.get(language, {}))


def file_texts(language: str) -> dict[Key, str]:
    """What the file of a language has."""
    return dict(_read(language)[0])


def file_review(language: str) -> str:
    """Who read the file of a language; empty until a native speaker has."""
    return _read(language)[1]


def mark_of(language: str, said: Said | None = None) -> str:
    """The mark of all that a language says: another once a sentence changes."""
    rows = sorted((context or "", msgid, text) for (context, msgid), text in own_texts(language, said).items())
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


_over = Said()


@lru_cache(maxsize=64)
def _laid(language: str, said: Said) -> Catalogue:
    texts: dict[Key, str] = {}
    for code in reversed(languages.fallback_chain(language)):
        texts.update(own_texts(code, said))
    return Catalogue(texts, _reviewed_by(language, said))


def _reviewed_by(language: str, said: Said) -> str:
    """Who stands by these very sentences."""
    mark, who = said.signed.get(language, ("", ""))
    if mark and mark == mark_of(language, said):
        return who
    return "" if said.texts.get(language) else _read(language)[1]


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
