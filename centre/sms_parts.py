"""How long a text is as a short message: in parts of 160 plain characters, or of 70 where one character is not plain.

A message of several parts has 153 or 67 in each, because each says which part it is. Plain is the alphabet of the mobile
network (3GPP TS 23.038, GSM 7 bit default alphabet, with its extension table, whose characters count twice; 23.040 for
what a part loses to its header). One curly quotation mark would more than double what a message costs, so typographic
characters are written plainly first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each takes the room of two."""
SINGLE, EACH = 160, 153
WIDE_SINGLE, WIDE_EACH = 70, 67
_PLAINLY = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼʻ‹›", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−•·‣◦▪●", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f", ""),
        "…": "...",
        "→": "->",
        "×": "x",
        "⁄": "/",
        "≤": "<=",
        "≥": ">=",
    }
)


def plain(text: str) -> str:
    """The same words in plain characters as far as there are any; other scripts stay as they are, and pictures are left out
    unless there is nothing else."""
    written = "".join(_plain(char) for char in text.translate(_PLAINLY))
    return written if written.strip() else text


def is_plain(text: str) -> bool:
    """Is every character of the network's own alphabet?"""
    return all(char in ALPHABET or char in EXTENSION for char in text)


def pieces(text: str) -> list[str]:
    """The text as the parts that a telephone sends; nothing of a character is ever in one part and the rest in the next."""
    size, single, each = (_septets, SINGLE, EACH) if is_plain(text) else (_units, WIDE_SINGLE, WIDE_EACH)
    if not text or sum(map(size, text)) <= single:
        return [text] if text else []
    return _filled(text, size, each)


def count(text: str) -> int:
    """How many parts it costs."""
    return len(pieces(text))


def longest(text: str, most: int) -> int:
    """How many characters of `text` fit into `most` parts."""
    return sum(len(piece) for piece in pieces(text)[:most])


def _filled(text: str, size: Callable[[str], int], each: int) -> list[str]:
    found, start, room = [], 0, each
    for index, char in enumerate(text):
        if size(char) > room:
            found.append(text[start:index])
            start, room = index, each
        room -= size(char)
    return [*found, text[start:]]


def _septets(char: str) -> int:
    return 2 if char in EXTENSION else 1


def _units(char: str) -> int:
    return 2 if ord(char) > 0xFFFF else 1


def _plain(char: str) -> str:
    if char in ALPHABET or char in EXTENSION:
        return char
    bare = "".join(each for each in unicodedata.normalize("NFKD", char) if not unicodedata.combining(each))
    bare = bare.translate(_PLAINLY)
    if bare and is_plain(bare):
        return bare
    return "" if unicodedata.category(char) in ("So", "Sk", "Cf") else char
