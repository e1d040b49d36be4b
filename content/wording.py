"""The words of an article: what in them is for writers only, and what may not stand in them.

`[CEK-01]` names the fact behind a sentence and is never shown; `{{kontak:code}}` becomes a number with the
month of its source, so that a changed number changes everywhere. What people read is plain text: on WhatsApp
and Telegram alike a star or a bracket would be seen as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_MARK: Final = re.compile(r"(?<![ \t])[ \t]*\[([A-Z]{3}-\d{2}(?:,\s*[A-Z]{3}-\d{2})*)\]")
_PLACEHOLDER: Final = re.compile(r"\{\{kontak:([a-z0-9-]+)\}\}")
_HEADING: Final = re.compile(r"^## +", re.MULTILINE)

LONG_NUMBER: Final = re.compile(
    r"(?<![\w/.,-])(?!\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\d\d[.:]\d\d(?!\d))"  # not a date, not 08.00
    r"(?:\+\d|\(?0\d)(?:[ ().-]{0,2}\d){5,}"
    r"|(?<![\w/.,-])1500[ -]?\d{3}(?!\d)"
)
"""What looks like somebody's telephone number, with area code or country code."""
IDENTITY_NUMBER: Final = re.compile(r"(?<!\d)(?:\d[ .-]?){15}\d(?!\d)")
"""Sixteen digits: what an identity or family card bears."""
_SHORT_NUMBER: Final = re.compile(
    r"\b(?:telepon|telpon|tlp|telp|hubungi|hotline|call cent(?:er|re)|whatsapp|wa|sms)\W+"
    r"(?:(?:ke|di|nomor|no)\W+)*\d{3,}",
    re.IGNORECASE,
)
# With small letters only: Pasal.id is the name of a source.
_ADDRESS: Final = re.compile(r"https?:|www\.|\S@\S|\.go\.id|\b[a-z\d-]+\.(?:com|net|org|info|id)\b")

_HIDDEN: Final = r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
_CONTACT_REMEDY: Final = "write {{kontak:<code>}} with a code of content/contacts.yaml"
_FORBIDDEN: Final = (
    (IDENTITY_NUMBER, "what looks like an identity number", "leave the number out"),
    (LONG_NUMBER, "what looks like a telephone number", _CONTACT_REMEDY),
    (_SHORT_NUMBER, "what looks like a telephone number", _CONTACT_REMEDY),
    (_ADDRESS, "an address of the web or of mail", _CONTACT_REMEDY),
    (re.compile(r"[\[\]]"), "square brackets", "write marks as [CEK-01, CEK-02]; else round brackets"),
    (re.compile(r"[{}]"), "curly brackets", _CONTACT_REMEDY),
    (re.compile(r"<[a-zA-Z/!]|&#?\w+;"), "HTML", "write plain text"),
    (re.compile(r"\|"), "a table", "write one `- ` line for each row"),
    (re.compile(r"[*`~]|(?<!\w)_|_(?!\w)"), "bold, italic or code", "write plain words"),
    (re.compile(r"^(?:[+•–—]|\d{1,2}[.)])\s"), "another kind of list", "begin each line with `- `"),
    (re.compile(r"^\s+\S"), "an indented line", "begin at the margin: lists have one level"),
    (re.compile(r"^#(?!# \S)|^>|^(?:-{3,}|={3,})$"), "markup", "use `## ` headings and `- ` lists only"),
    (re.compile(_HIDDEN), "a hidden character", "type the line anew"),
)


def shown(text: str, contact_line: Callable[[str], str]) -> str:
    """What a person reads; `contact_line(code)` says what stands for a contact."""
    return with_contacts(without_marks(text), contact_line)


def without_marks(text: str) -> str:
    """The text for people, but for its contacts: no fact marks, headings as plain lines."""
    return _HEADING.sub("", _MARK.sub("", text))


def with_contacts(text: str, contact_line: Callable[[str], str]) -> str:
    """Each `{{kontak:code}}` filled with what `contact_line(code)` says."""
    return _PLACEHOLDER.sub(lambda found: contact_line(found[1]), text)


def fact_codes(line: str) -> list[str]:
    """The facts that a line's marks name."""
    return [code for _, codes in claims(line) for code in codes]


def claims(line: str) -> Iterator[tuple[str, list[str]]]:
    """Each stretch of a line that ends with a mark, and the facts that the mark names."""
    begins = 0
    for found in _MARK.finditer(line):
        yield line[begins : found.start()], [code.strip() for code in found[1].split(",")]
        begins = found.end()


def unmarked(line: str) -> str:
    """What stands after a line's last mark, or all of it: no fact is named for that."""
    return line[max((found.end() for found in _MARK.finditer(line)), default=0) :]


def contact_codes(line: str) -> list[str]:
    """The contacts that a line asks for."""
    return _PLACEHOLDER.findall(line)


def not_allowed(line: str) -> Iterator[tuple[str, str]]:
    """What may not stand in a line, each with its remedy."""
    plain = _PLACEHOLDER.sub("", _MARK.sub("", line))
    seen = set()
    for pattern, what, remedy in _FORBIDDEN:
        if what not in seen and (found := pattern.search(plain)):
            seen.add(what)
            yield f"{what}: {found[0].strip() or found[0]!r}", remedy
