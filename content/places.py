"""Which countries a message names, by whatever name people call them (words/places.tsv), typed however they typed it.

Danger asks it for whom to call, a conversation for which country "kalau ke Taiwan?" means.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from content.typed import Word, grouped, one_left_out, one_slip, read_lines, split

PLACES = Path(__file__).parent / "words" / "places.tsv"
HOME = "id"


class PlacesInvalid(ValueError):
    """The list of places cannot be used; the message names line and remedy."""


AT = {"di", "d", "in", "at"} | {
    "leq",
    "lek",
    "ning",
    "neng",
    "nang",
    "ing",
    "e",
    "dek",
    "sian",
    "ti",
    "dhateng",
    "ndek",
    "ring",
}

# "kl" is also "kalau", "jb" and "sg" are many things: places only in "di kl", "ke jb"
AT_OR_TO = AT | {"ke", "ka", "jok", "dari", "toilet", "bandara"}
ONLY_AFTER_AT = frozenset({"kl", "jb", "sg", "in", "uk"})


def countries_in(text: str) -> tuple[str, ...]:
    """Take a message; return the lower-case codes of all countries it names, in order of naming, Indonesia included."""
    return countries_among(split(text))


def country_in(text: str) -> str | None:
    """Take a message; return the country it is most likely about: a foreign one before Indonesia, "di …" before others."""
    return place_among(split(text))


def name_of(code: str) -> str:
    """Take a country's code; return its first name in words/places.tsv. Raises `KeyError`."""
    return _first_names()[code]


def countries_among(words: Sequence[Word]) -> tuple[str, ...]:
    """As `countries_in`, of words already cut."""
    named = (country_at(words, index) for index in range(len(words)))
    return tuple(dict.fromkeys(code for code in named if code))


def place_among(words: Sequence[Word]) -> str | None:
    """As `country_in`, of words already cut."""
    abroad: list[tuple[bool, int, str]] = []
    home = None
    for index in range(len(words)):
        code = country_at(words, index)
        if code == HOME:
            home = HOME
        elif code:
            stands_there = index > 0 and words[index - 1].plain in AT
            abroad.append((not stands_there, index, code))
    return min(abroad)[2] if abroad else home


def country_at(words: Sequence[Word], index: int) -> str | None:
    """The country whose name begins at this word."""
    known = places()
    for size in (3, 2, 1):
        name = " ".join(word.plain for word in words[index : index + size])
        if name in known and (name not in ONLY_AFTER_AT or (index > 0 and words[index - 1].plain in AT_OR_TO)):
            return known[name]
    return _misspelt_place(words[index].plain)


@functools.lru_cache(maxsize=5_000)
def _misspelt_place(word: str) -> str | None:
    if len(word) < 7:
        return None
    near = {name for short in one_left_out(word) for name in _long_places().get(short, ())}
    return next((places()[name] for name in sorted(near) if name[0] == word[0] and one_slip(word, name)), None)


@functools.lru_cache(maxsize=1)
def _long_places() -> Mapping[str, tuple[str, ...]]:
    return grouped((short, name) for name in places() if len(name) >= 7 for short in one_left_out(name))


@functools.lru_cache(maxsize=1)
def _first_names() -> Mapping[str, str]:
    return {code: name for name, code in reversed(tuple(places().items()))}


@functools.lru_cache(maxsize=1)
def places(file: Path = PLACES) -> Mapping[str, str]:
    """Place name as typed (lower case, no accents) → country code, from words/places.tsv."""
    known: dict[str, str] = {}
    for number, line in read_lines(file):
        code, tab, names = line.partition("\t")
        if not tab or not re.fullmatch(r"[a-z]{2}", code):
            raise PlacesInvalid(f"{file.name} line {number}: write a two-letter code, a tab, then names with commas")
        for name in names.split(","):
            known[name.strip()] = code
    return known
