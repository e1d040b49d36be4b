"""What people really type, cut into words that can be compared: small phones, tired thumbs, letters in disguise.

Danger is looked for in such words, and countries are. It needs the standard library alone, because both must also be
answered in the web process when the database is down.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Word(NamedTuple):
    """One word as typed, as compared, and its place (a full stop makes a gap, so that phrases do not cross it)."""

    typed: str
    plain: str
    place: int


LOOKALIKES = str.maketrans("аеорсухіӏ", "aeopcyxil")
DIGITS_FOR_LETTERS = str.maketrans("0134579@$", "oieastgas")
SENTENCE_GAP = 8
LONGEST = 10_000
"""Longer than any channel brings in one message: a long tale often tells the danger at its end."""
SPACED_RUNS = 4
"""So many runs of s p a c e d letters are joined: putting them together is slow."""

_TOKEN = re.compile(r"[^\W_]+(?:[*@'’`´-][^\W_]+)*['’`´]?|🆘|[.!?\n]+|,")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*]{1,2}[^\W\d_](?![^\W_])){3,80}(?![^\W_])")
_CLOCK = re.compile(r"\b(?:pukul|pkl|jam)[ .]+(?=\d|brp|berapa)")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff]"
)


def split(text: str, cut: Callable[[str], Iterable[str]] | None = None) -> list[Word]:
    """Cut a message into words, undoing what hides them: invisible marks, accents, capitals, s p a c e d letters.

    `cut` parts letters that were typed one by one into words; without it they stay together.
    """
    return list(_split(text, cut))


@functools.lru_cache(maxsize=16)
def _split(text: str, cut: Callable[[str], Iterable[str]] | None) -> tuple[Word, ...]:
    """One message is cut many times while it is answered: whoever looks for something in it cuts it."""

    def join_letters(match: re.Match[str]) -> str:
        letters = re.sub(r"[ .\-_*]", "", match.group())
        return " ".join(cut(letters)) if cut else letters

    # Cut once more: one sign may unfold to eighteen letters, and a message of nothing else would keep us busy for seconds.
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST])
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFD", text)
        text = "".join(c for c in text if not unicodedata.combining(c)).translate(LOOKALIKES)
    text = _CLOCK.sub("jam ", _SPACED.sub(join_letters, text, count=SPACED_RUNS))
    words: list[Word] = []
    place = 0
    for match in _TOKEN.finditer(text):
        typed = match.group()
        if typed[0] in ".,!?\n":
            # "…" and "..." are a breath in the same sentence, as people type them
            place += 0 if typed.startswith("..") else 2 if typed == "," else SENTENCE_GAP
            continue
        words.append(Word(typed, plain(typed), place))
        place += 1
    return tuple(words)


@functools.lru_cache(maxsize=20_000)
def plain(typed: str) -> str:
    """One word as it is compared: no elongation, `anak2` as `anak-anak`, digits within as letters."""
    word = re.sub(r"['’`´]", "", typed)
    word = re.sub(r"(.)\1{2,}", r"\1", word)
    if word.isdigit():
        return word
    word = re.sub(r"^([a-z]{2,})[2²]+((?:nya|an|in|kan|i)?)$", r"\1-\1\2", word)
    if any(c.isdigit() or c in "@" for c in word) and re.match(r"[a-z]+[\d@][a-z\d@]*[a-z]$", word):
        word = word.translate(DIGITS_FOR_LETTERS)
    return word


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for key, member in pairs:
        groups[key] = (*groups.get(key, ()), member)
    return groups


def one_left_out(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))} | {word}


def one_slip(a: str, b: str) -> bool:
    """One letter more, less, other, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    left, right = a[start : len(a) - end], b[start : len(b) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


def consonants(word: str) -> str:
    return re.sub(r"[aiueo*]", "", word)


def is_inside(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def read_words(file: Path) -> frozenset[str]:
    """All words of a word list, whatever lines they stand on."""
    return frozenset(word for _, line in read_lines(file) for word in line.split())


def read_lines(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        line = line.partition("#")[0].strip()
        if line:
            yield number, line
