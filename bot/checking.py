"""Are the bot's catalogues whole? Asked before they are committed, so that nobody finds the gap in the chat.

Every language must say everything `bot.pot` holds, with the same placeholders, within the width of a button, and may
only ask people to type words that the bot understands, whatever language they come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.pofile import PoFileError, read_po

from bot import words
from bot.catalogues import REVIEWED_HEADER, headers_of
from centre.messages import LABEL_LIMIT, LIMITS, TITLE_LIMIT
from content import languages, topics
from content.said import Key

COMMANDS, LABELS, TITLES = "kata", "tombol", "judul pilihan"
"""Contexts of `bot.words` and `bot.phrases`."""
HEADERS = ("Language", "Content-Type", REVIEWED_HEADER)

_TYPED = re.compile(r"\b(?:[A-Z]{2,} )*[A-Z][A-Z0-9]{3,}(?: [A-Z]{2,})*\b")
"""A word in capitals of four letters or more, with those beside it: "JANJI SAYA" is one thing to type."""


@dataclass(frozen=True)
class _Entry:
    """One msgid and what stands under it."""

    key: Key
    text: str
    fuzzy: bool
    line: int

    @property
    def context(self) -> str | None:
        return self.key[0]

    @property
    def msgid(self) -> str:
        return self.key[1]


@dataclass(frozen=True)
class _Book:
    """One file: the template, or the catalogue of one language."""

    path: Path
    language: str
    entries: dict[Key, _Entry]
    obsolete: tuple[tuple[int, str], ...]
    headers: dict[str, str]


Table = dict[str, str]
"""A word that may be typed → the msgid of its command."""


def problems(locales: Path) -> list[str]:
    """What is wrong with `bot.pot` and the catalogues of all offered languages, as "path:line: what; remedy"."""
    sources = {languages.SOURCE: locales / "bot.pot"}
    for language in languages.OFFERED:
        sources.setdefault(language.code, locales / language.code / "LC_MESSAGES" / "bot.po")
    unreadable = [problem for path in sources.values() for problem in _unreadable(path)]
    if unreadable:
        return unreadable
    template, *books = (_read(path, code) for code, path in sources.items())
    table: Table = {}
    found = list(_clashing(table, template, books))
    found += _too_long(template)
    for book in books:
        found += _headers(book)
        found += _incomplete(book, template)
        for entry in _translated(book, template):
            found += _different_placeholders(book, entry)
            found += _wrong_words(book, entry, table)
        found += _too_long(book)
        found += _misleading_labels(book, table)
    return found


def _unreadable(path: Path) -> Iterator[str]:
    if not path.exists():
        yield f"{path}:1: is missing; docs/languages/README.md says how to make it"
        return
    try:
        with path.open("rb") as file:
            read_po(file, abort_invalid=True)
    except PoFileError as error:
        yield f"{path}:{error.lineno + 1}: cannot be read: {error}; mend the quotes and the order of lines"
    except UnicodeDecodeError:
        yield f"{path}:1: is not UTF-8; save it as UTF-8"


def _headers(book: _Book) -> Iterator[str]:
    for name in HEADERS:
        if name not in book.headers:
            yield f'{book.path}:1: header {name} is missing; write "{name}: …\\n" under the first msgstr'
    if book.headers.get("Language", book.language) != book.language:
        yield f"{book.path}:1: header Language is {book.headers['Language']!r}; write {book.language!r}"
    if "utf-8" not in book.headers.get("Content-Type", "utf-8").lower():
        yield f"{book.path}:1: Content-Type is not UTF-8; write text/plain; charset=UTF-8"


def _incomplete(book: _Book, template: _Book) -> Iterator[str]:
    for key, wanted in template.entries.items():
        entry = book.entries.get(key)
        if entry is None:
            yield f"{book.path}:1: {wanted.msgid!r} is missing; copy the entry from {template.path}:{wanted.line}"
        elif entry.fuzzy:
            yield f"{book.path}:{entry.line}: {entry.msgid!r} is fuzzy; check the text and take the mark away"
        elif not entry.text.strip():
            yield f"{book.path}:{entry.line}: {entry.msgid!r} is not translated; write its msgstr"
    for key, entry in book.entries.items():
        if key not in template.entries:
            yield f"{book.path}:{entry.line}: {entry.msgid!r} is no longer said; take the entry out"
    for line, msgid in book.obsolete:
        yield f"{book.path}:{line}: {msgid!r} is obsolete (#~); take the entry out"


def _different_placeholders(book: _Book, entry: _Entry) -> Iterator[str]:
    wanted, given = _placeholders(entry.msgid), _placeholders(entry.text)
    if wanted != given:
        told = "a brace is not closed" if given is None else f"has {given}"
        yield f"{book.path}:{entry.line}: placeholders differ: {told}; keep exactly {wanted}"


def _wrong_words(book: _Book, entry: _Entry, table: Table) -> Iterator[str]:
    """Words in capitals are typed by people or are names: commands may change language, everything else stays."""
    if entry.context == COMMANDS:
        return
    wanted, given = _typed(entry.msgid), _typed(entry.text)
    asked = {table[words.plain(word)] for word in wanted if words.plain(word) in table}
    for word in sorted(given - wanted):
        if words.plain(word) not in table:
            yield f"{book.path}:{entry.line}: {word} is not understood; use a word of a {COMMANDS!r} entry"
        elif table[words.plain(word)] not in asked:
            yield f"{book.path}:{entry.line}: {word} does something else than {sorted(wanted)}; use a word for the same"
    kept = {table.get(words.plain(word), word) for word in given}
    for word in sorted(wanted):
        if table.get(words.plain(word), word) not in kept:
            yield f"{book.path}:{entry.line}: {word} is gone; write it in capitals as the original does"


def _too_long(book: _Book) -> Iterator[str]:
    for entry in book.entries.values():
        limit = _limit(entry.key)
        length = LIMITS["telegram"].measure(entry.text)  # UTF-16 units: the strictest way to count
        if limit and length > limit:
            yield f"{book.path}:{entry.line}: {entry.text!r} is {length} long; at most {limit}"


def _misleading_labels(book: _Book, table: Table) -> Iterator[str]:
    """Whoever types a button's label must get what the button does, and commands are heard before labels."""
    for entry in book.entries.values():
        heard = table.get(words.plain(entry.text))
        if _limit(entry.key) and heard and heard != table.get(words.plain(entry.msgid)):
            yield f"{book.path}:{entry.line}: label {entry.text!r} is also a word for {heard!r}; choose another"


def _clashing(table: Table, template: _Book, books: list[_Book]) -> Iterator[str]:
    """Fill the table of all languages; tell words that mean two commands, and entries that lose what must stay."""
    for book in (template, *books):
        for entry in book.entries.values():
            if entry.context != COMMANDS or not entry.text or entry.fuzzy:
                continue
            alternatives = entry.text.split("|")
            for digit in set(filter(str.isdigit, entry.msgid.split("|"))) - set(alternatives):
                yield f"{book.path}:{entry.line}: {digit} is gone; numbers work in every language, put it back"
            for word in alternatives:
                if not words.plain(word):
                    yield f"{book.path}:{entry.line}: an empty word between two |; take one | away"
                elif table.setdefault(words.plain(word), entry.msgid) != entry.msgid:
                    other = table[words.plain(word)]
                    yield f"{book.path}:{entry.line}: {word!r} already means {other!r}; choose another word"


def _translated(book: _Book, template: _Book) -> Iterator[_Entry]:
    return (entry for key, entry in book.entries.items() if key in template.entries and entry.text)


def _limit(key: Key) -> int | None:
    context, msgid = key
    if context == LABELS or (context is None and msgid in {topic.label for topic in topics.TOPICS}):
        return LABEL_LIMIT
    if context == TITLES or (context is None and msgid in {topic.title for topic in topics.TOPICS}):
        return TITLE_LIMIT
    return None


def _placeholders(text: str) -> list[str] | None:
    """The fields `str.format` would fill, in order of name; None where it would fail."""
    try:
        return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError:
        return None


def _typed(text: str) -> set[str]:
    return set(_TYPED.findall(text))


def _read(path: Path, language: str) -> _Book:
    """A file that can be read. The template's texts are its msgids: the Indonesian is held to the same limits."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    entries = {}
    for message in catalogue:
        if not isinstance(message.id, str) or not message.id:
            continue
        text = message.id if language == languages.SOURCE else str(message.string or "")
        key = (message.context, message.id)
        entries[key] = _Entry(key, text, message.fuzzy, message.lineno or 1)
    obsolete = tuple((message.lineno or 1, str(message.id)) for message in catalogue.obsolete.values())
    return _Book(path, language, entries, obsolete, headers_of(path.read_text(encoding="utf-8")))
