"""Which village is meant? Names as people type them ("ds. korlekko lotim") against the names we know.

Pure: names in, an order out; `centre.areas` reads the names and gives back the villages. A message is taken
for a name only if every word of it is explained, by the village's name or by where the village lies. That is
what keeps "gaji saya belum dibayar" a question even where a village is called Gaji.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

SURE = 100
"""Named exactly, but for spacing, capitals and marks. A slip is asked about, with one tap to say yes: a case goes
to the staff of the village that is set here."""
CLEAR = 10
"""How far the best must be ahead of the next before nobody needs to be asked."""
PLAUSIBLE = 60
"""Below this nothing is offered."""
SPREAD = 30
"""What is this much worse than the best is not offered beside it."""
REGION_ONLY = 60
"""Only where it lies was said ("lombok timur"): all villages there can be meant, none surely."""
PARTLY, PREFIX = 16, 20
"""What a part of the name, or the beginning of a word, costs: enough never to be sure."""
LONGEST, MOST_WORDS = 80, 10
"""A message beyond this is no name, and is not looked at."""

QUALIFIERS = frozenset(
    ["utara", "selatan", "barat", "timur", "tengah", "baru", "lama", "hulu", "hilir", "atas", "bawah"]
    + ["dalam", "luar", "besar", "kecil", "raya", "indah"]
)
"""Words that tell villages of one name apart; alone they name none."""

_LEAD_IN = re.compile(
    r"(?:(?:saya|sy|aku|kami|kulo|abdi|tiang) (?=(?:asal|warga|orang|tinggal|dari|dr|di|saking|ti|lek) ))?"
    r"(?:(?:asal|warga|orang|tinggal|dari|dr|di|saking|ti|lek) )*"
    r"(?:(?:desa|ds|dusun|dsn|kampung|kp|kmp|kelurahan|kel|gampong|nagari|pekon) )?"
)
"""What people say before the name, in Bahasa, Javanese, Sundanese and Sasak."""
_MARKS = frozenset(["kabupaten", "kab", "kecamatan", "kec", "provinsi", "prov", "propinsi"])


class Names(NamedTuple):
    """What a village may be called, and where it lies. `id` only tells the caller which one it is."""

    id: int
    name: str
    other_names: tuple[str, ...]
    district: str
    regency: str
    province: str


class _Spelt(NamedTuple):
    """The same, cut into plain words once."""

    names: tuple[tuple[str, ...], ...]
    name_parts: frozenset[str]
    """Every word of every name, and every name written together."""
    regions: tuple[tuple[str, ...], ...]
    region_words: frozenset[str]


class _Said(NamedTuple):
    """One reading of what was typed: its words, and how near every known word or name is to them (1–100)."""

    words: tuple[str, ...]
    near_words: Mapping[str, Mapping[str, int]]
    near_names: Sequence[Mapping[str, int]]
    """For the first one, two, … words written together: the names (written together) they may be."""
    near_parts: frozenset[str]


def ranked(typed: str, villages: Sequence[Names]) -> list[tuple[int, Names]]:
    """The villages that can be meant with how well they fit (100: named exactly), best first; often none."""
    spelt, known = _spelt(tuple(villages))
    readings = [_said(words, known) for words in _readings(typed)]
    fits = [max((_fit(said, village) for said in readings), default=0) for village in spelt]
    plausible = [(fit, village) for fit, village in zip(fits, villages, strict=True) if fit >= PLAUSIBLE]
    best = max((fit for fit, _ in plausible), default=0)
    near = [(fit, village) for fit, village in plausible if fit >= best - SPREAD]
    return sorted(near, key=lambda pair: (-pair[0], pair[1].name, pair[1].regency, pair[1].id))


def is_clear(order: Sequence[tuple[int, Names]]) -> bool:
    """Is the first of a ranking surely meant, and no other?"""
    fits = [fit for fit, _ in order]
    return bool(fits) and fits[0] >= SURE and all(fit <= fits[0] - CLEAR for fit in fits[1:])


def plain(text: str) -> str:
    """Small letters, no accents or marks; `q` as `k` (Sasak Lauq, officially Lauk)."""
    letters = unicodedata.normalize("NFKD", text.casefold()).replace("'", "").replace("’", "").replace("`", "")
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("q", "k")
    return " ".join(re.findall(r"[^\W_]+", letters))


def _readings(typed: str) -> list[tuple[str, ...]]:
    """The words as they stand, and without "saya dari desa", "kab."; but Kampung Baru is a name."""
    whole = tuple(plain(typed).split()) if len(typed) <= LONGEST else ()
    if len(whole) > MOST_WORDS:
        return []
    stripped = _LEAD_IN.sub("", " ".join(whole), count=1).split()
    bare = tuple(word for word in stripped if word not in _MARKS)
    return [words for words in dict.fromkeys((whole, bare)) if words]


def _said(words: tuple[str, ...], known: list[str]) -> _Said:
    together = ["".join(words[:end]) for end in range(1, len(words) + 1)]
    near = {text: _beginnings(text, known) | _misspelt(text, known) for text in {*words, *together}}
    return _Said(words, near, [near[text] for text in together], frozenset().union(*near.values()))


def _misspelt(said: str, known: list[str]) -> dict[str, int]:
    """What may have been meant, allowing for slips: none under 4 letters, 1 to 6, 2 to 10, 3 beyond."""
    slips = sum(len(said) >= longer for longer in (4, 7, 11))
    found = process.extract(said, known, scorer=OSA.distance, score_cutoff=slips, limit=None)
    return {
        word: 100 - round(100 * distance / max(len(word), len(said)))
        for word, distance, _ in found
        if len(said) >= 6 or word[0] == said[0]  # in a short word the first letter is the one people get right
    }


def _beginnings(said: str, known: list[str]) -> dict[str, int]:
    """What begins like this, from 4 letters on."""
    if len(said) < 4:
        return {}
    longer = known[bisect_left(known, said) : bisect_left(known, said + "\uffff")]
    return {word: 100 - PREFIX - round(10 * (1 - len(said) / len(word))) for word in longer if word != said}


def _fit(said: _Said, village: _Spelt) -> int:
    fit = 0
    if not village.name_parts.isdisjoint(said.near_parts):
        fit = max(max(_fit_of_whole(said, n, village), _fit_of_words(said, n, village)) for n in village.names)
    return fit or (REGION_ONLY if _names_region(said.words, village.regions) else 0)


def _fit_of_whole(said: _Said, name: tuple[str, ...], village: _Spelt) -> int:
    """The whole name first, spaced as it may be, then perhaps where it lies."""
    joined = "".join(name)
    ends = enumerate((near.get(joined, 0) for near in said.near_names), start=1)
    return max(fit if fit and _all_in_region(said, said.words[end:], village) else 0 for end, fit in ends)


def _fit_of_words(said: _Said, name: tuple[str, ...], village: _Spelt) -> int:
    """Some words of the name, in any order, each other word telling where it lies."""
    matched: set[str] = set()
    worst = 100
    for word in said.words:
        near = said.near_words[word]
        in_name, name_word = max(((near.get(part, 0), part) for part in name if part not in matched), default=(0, ""))
        in_region = _in_region(word, near, village)
        if in_name and in_name >= in_region:
            matched.add(name_word)
        worst = min(worst, max(in_name, in_region))
        if not worst:
            return 0
    if matched.issuperset(name):
        return worst
    if matched <= QUALIFIERS or len("".join(matched)) < 4:
        return 0
    share = len("".join(matched)) / len("".join(name))
    return worst - PARTLY - round(20 * (1 - share))


def _all_in_region(said: _Said, words: Iterable[str], village: _Spelt) -> bool:
    return all(_in_region(word, said.near_words[word], village) for word in words)


def _in_region(word: str, near: Mapping[str, int], village: _Spelt) -> int:
    """How well a word tells where the village lies: a word of it, or a short form ("lotim", "ntb")."""
    closeness = max((near.get(part, 0) for part in village.region_words), default=0)
    if closeness < 100 and any(_is_short_for(word, region) for region in village.regions):
        return 100
    return closeness


def _names_region(words: tuple[str, ...], regions: tuple[tuple[str, ...], ...]) -> bool:
    """Is this the district or the regency, and nothing else? (A province is too wide to list.)"""
    return words in regions[:2] or (len(words) == 1 and any(_is_short_for(words[0], r) for r in regions[:2]))


def _is_short_for(word: str, full: tuple[str, ...]) -> bool:
    """Is `word` the first letters of three words or more (ntb), or two letters and more of each (lo-tim)?"""
    if len(full) >= 3 and word == "".join(part[0] for part in full):
        return True
    return len(full) >= 2 and len(word) >= 5 and _is_blend(word, full)


def _is_blend(word: str, full: tuple[str, ...]) -> bool:
    if not full or not word:
        return not full and not word
    cuts = (cut for cut in range(2, len(word) + 1) if full[0].startswith(word[:cut]))
    return any(_is_blend(word[cut:], full[1:]) for cut in cuts)


@lru_cache(maxsize=8)
def _spelt(villages: tuple[Names, ...]) -> tuple[list[_Spelt], list[str]]:
    """The villages in plain words, and all those words in order; kept, as the villages seldom change."""
    spelt = [_in_words(village) for village in villages]
    known = frozenset().union(*(village.name_parts | village.region_words for village in spelt))
    return spelt, sorted(known)


def _in_words(village: Names) -> _Spelt:
    names = tuple(dict.fromkeys(tuple(plain(name).split()) for name in (village.name, *village.other_names)))
    places = (village.district, village.regency, village.province)
    regions = tuple(tuple(plain(place).split()) for place in places)
    return _Spelt(
        names,
        frozenset(word for name in names for word in (*name, "".join(name))),
        regions,
        frozenset(word for region in regions for word in region),
    )
