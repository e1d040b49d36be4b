"""Which countries a message names, by whatever name people call them (words/places.tsv), typed however they typed it.

Danger asks it for whom to call, a conversation for which country "kalau ke Taiwan?" means.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from content.typed import Word, grouped, one_left_out, one_slip, read_lines, read_words, split

WORDS = Path(__file__).parent / "words"
PLACES = WORDS / "places.tsv"
ORDINARY = Path(__file__).parent / "danger" / "ordinary.txt"
HOME = "id"
LONG = 7
"""Letters from which a name is known with one of them wrong; shorter ones are too like other words."""
NO_PLACE = "-"
"""The row of ordinary words that are one letter away from a place ("bengkok", "malaria")."""


class PlacesInvalid(ValueError):
    """The list of places cannot be used; the message names line and remedy."""


AT = frozenset(
    {"di", "d", "in", "at", "ing", "ning", "neng", "nang", "dek", "ndek", "dhateng"}
    | {"leq", "lek", "e", "sian", "ti", "ring"}
)
# "kl" is also "kalau", "jb" and "sg" are many things, "bali" is going home in Javanese, "malang" bad luck: places only
# in "di kl", "ke jb", or where nothing else is said
AT_OR_TO = AT | {"ke", "ka", "jok", "dari", "toilet", "bandara"}
ONLY_AFTER_AT = frozenset({"kl", "jb", "sg", "in", "uk", "bali", "malang", "medan"})

# who somebody is, not where: "majikan orang arab"
OF_SOMEBODY = frozenset(
    {"orang", "org", "wong", "urang", "jelema", "dengan", "dengaq", "bangsa", "keturunan", "warga"}
    | {"asal", "asli", "asale", "asalna"}
)
# where somebody comes from; who says "dari taiwan" mostly writes from there, who says "dari lombok" comes from there
HAILING = OF_SOMEBODY | {"dari", "dr", "dri", "saka", "seka", "saking", "ti", "tina", "leman", "lekan", "from"}


def countries_in(text: str) -> tuple[str, ...]:
    """Take a message; return the lower-case codes of all countries it names, in order of naming, Indonesia included."""
    return countries_among(split(text))


def abroad_in(text: str) -> tuple[str, ...]:
    """As `countries_in`, of foreign countries alone."""
    return abroad_among(split(text))


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


def abroad_among(words: Sequence[Word]) -> tuple[str, ...]:
    """As `abroad_in`, of words already cut."""
    return tuple(code for code in countries_among(words) if code != HOME)


def place_among(words: Sequence[Word]) -> str | None:
    """As `country_in`, of words already cut."""
    abroad: list[tuple[bool, int, str]] = []
    home = None
    for index in range(len(words)):
        code = country_at(words, index)
        before = words[index - 1].plain if index else ""
        if code == HOME:
            home = home if before in HAILING else HOME
        elif code and before not in OF_SOMEBODY:
            abroad.append((before not in AT, index, code))
    return min(abroad)[2] if abroad else home


def country_at(words: Sequence[Word], index: int) -> str | None:
    """The country whose name begins at this word."""
    known = places()
    for size in (3, 2, 1) if words[index].plain in _first_words() else ():
        name = " ".join(word.plain for word in words[index : index + size])
        if name in known and (name not in ONLY_AFTER_AT or _is_at(words, index)):
            return known[name]
    return _misspelt_place(words[index].plain)


@functools.lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    """Of all names the word they begin with: nearly every other word is passed over by it."""
    return frozenset(name.partition(" ")[0] for name in places())


def _is_at(words: Sequence[Word], index: int) -> bool:
    return len(words) == 1 or (index > 0 and words[index - 1].plain in AT_OR_TO)


@functools.lru_cache(maxsize=5_000)
def _misspelt_place(word: str) -> str | None:
    """The country of a long name in which one letter went wrong. A word that has a meaning is no slip."""
    if len(word) < LONG or word in places():
        return None
    near = {name for short in one_left_out(word) for name in _long_places().get(short, ())}
    slips = [name for name in sorted(near) if name[0] == word[0] and one_slip(word, name)]
    return places()[slips[0]] if slips and word not in _ordinary() else None


@functools.lru_cache(maxsize=1)
def _long_places() -> Mapping[str, tuple[str, ...]]:
    """The names in which slips are forgiven, by what is left of them without one letter.

    Of home only its own name: its towns are too like other words ("sekarang" is not Semarang, "lambung" not Lampung),
    and a card for home does harm to somebody abroad.
    """
    names = (name for name, code in places().items() if len(name) >= LONG and (code != HOME or name == name_of(HOME)))
    return grouped((short, name) for name in names for short in one_left_out(name))


@functools.lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    """Words that mean something: all that our word tables know but slips that are written out as a place."""
    known = set(read_words(ORDINARY)).union(_rows().get(NO_PLACE, ()))
    for file in (*sorted(WORDS.glob("word_map.*.tsv")), WORDS / "abbreviations.tsv", WORDS / "informal.tsv"):
        for line in file.read_text(encoding="utf-8").splitlines()[1:]:
            said, *meant = line.split("\t")[:2]
            known.update(word for text in (said, *meant) for word in text.split() if not places().keys() & set(meant))
    for line in (WORDS / "frequencies.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        known.add(line.split("\t")[1])
    return frozenset(known)


@functools.lru_cache(maxsize=1)
def _first_names() -> Mapping[str, str]:
    return {code: name for name, code in reversed(tuple(places().items()))}


@functools.lru_cache(maxsize=1)
def places(file: Path = PLACES) -> Mapping[str, str]:
    """Place name as typed (lower case, no accents) → country code, from words/places.tsv. Raises `PlacesInvalid`."""
    return {name: code for code, names in _rows(file).items() if code != NO_PLACE for name in names}


@functools.lru_cache(maxsize=1)
def _rows(file: Path = PLACES) -> Mapping[str, tuple[str, ...]]:
    rows: dict[str, tuple[str, ...]] = {}
    for number, line in read_lines(file):
        code, tab, names = line.partition("\t")
        if not tab or not re.fullmatch(r"-|[a-z]{2}", code):
            raise PlacesInvalid(f"{file.name} line {number}: write a two-letter code, a tab, then names with commas")
        rows[code] = (*rows.get(code, ()), *(name.strip() for name in names.split(",")))
    return rows
