"""Where the one in danger is, as far as a message plainly tells it: beside what was known before, a mention is not enough.

Somebody shut in abroad writes of "Sri dari Indramayu", of a mother "di Lombok", of an employer "orang Cina". None of it
moves them: whoever is known to be abroad is at home only when that is said.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from content.danger_rules import Span, rulebook
from content.places import AT, HAILING, HOME, WORDS, abroad_among, country_at, place_among, places
from content.typed import Word, read_lines, split

SAID = WORDS / "whereabouts.tsv"
NEAR = 6
"""So many words before a place may say who is there, and since when."""
ALONE = 3
"""Words of a message that says a place and nothing else: "hong kong bu"."""
KIN = ("keluarga", "teman", "anak_kecil", "suami", "orang")
EMPLOYERS = ("majikan", "perekrut")
OWN = ("diri",)


def whereabouts(text: str, known: str | None, *, of_somebody_else: bool = False) -> str | None:
    """Take a message, the country known so far and whether the danger is somebody else's; return the country it tells.

    Where nothing is known every naming counts; else only what is said of the one in danger, and of now.
    """
    words = split(text)
    if known is None:
        return place_among(words)
    return _told(words, rulebook().read(words), of_somebody_else)


def own_place(text: str) -> str | None:
    """Take any message; return the foreign country in which its writer plainly says to be now ("saya kerja di Taiwan")."""
    words = split(text)
    if not abroad_among(words):
        return None
    spans = rulebook().read(words)
    told = _told(words, spans, of_somebody_else=False) if "diri" in spans else None
    return told if told != HOME else None


def only_tells_a_place(text: str) -> bool:
    """Is a place all that a message says ("saya kerja di taiwan bu")?"""
    words = split(text)
    about = AT.union(*_said().values(), *(name.split() for name in places()))
    return all(word.plain in about or country_at(words, index) for index, word in enumerate(words))


def _told(words: Sequence[Word], spans: Mapping[str, Sequence[Span]], of_somebody_else: bool) -> str | None:
    """The first place at which the one in danger stands."""
    named = ((index, country_at(words, index)) for index in range(len(words)))
    return next((code for index, code in named if code and _is_told(words, index, code, spans, of_somebody_else)), None)


def _is_told(
    words: Sequence[Word], index: int, code: str, spans: Mapping[str, Sequence[Span]], of_somebody_else: bool
) -> bool:
    """Does the one in danger stand at this place, now?"""
    lead = _clause_before(words, index)
    said = [words[place].plain for place in lead]
    if not lead:
        return code != HOME and index == 0 and len(words) <= ALONE
    if said[-1] in HAILING or not _said()["not"].isdisjoint(said) or not _is_of(lead, spans, of_somebody_else):
        return False
    is_by_now = not _said()["now"].isdisjoint(said)
    if said[-1] in AT:
        return code != HOME or is_by_now or not of_somebody_else
    is_back = any(span.first in lead for span in spans.get("pulang", ()))
    has_come = not _said()["moved"].isdisjoint(said[-2:])
    return (is_back and is_by_now) or (has_come and (code != HOME or is_by_now))


def _clause_before(words: Sequence[Word], index: int) -> list[int]:
    """The words before a place up to the last comma or full stop."""
    lead: list[int] = []
    for place in range(index - 1, max(index - NEAR, 0) - 1, -1):
        if words[place + 1].place - words[place].place > 1:
            break
        lead.insert(0, place)
    return lead


def _is_of(lead: Sequence[int], spans: Mapping[str, Sequence[Span]], of_somebody_else: bool) -> bool:
    """Do these words speak of the one in danger, or of nobody by name?"""
    kin, employers = _standing(KIN, lead, spans), _standing(EMPLOYERS, lead, spans)
    own = _standing(OWN, lead, spans) - {place + 1 for place in kin | employers}
    if of_somebody_else:
        return not own and (bool(kin) or not employers)
    return not kin and (bool(own) or not employers)


def _standing(notions: Sequence[str], lead: Sequence[int], spans: Mapping[str, Sequence[Span]]) -> set[int]:
    return {span.first for notion in notions for span in spans.get(notion, ()) if span.first in lead}


@functools.cache
def _said(file: Path = SAID) -> Mapping[str, frozenset[str]]:
    """What words say of a place, by their kind: words/whereabouts.tsv."""
    kinds: dict[str, set[str]] = {}
    for _, line in read_lines(file):
        kind, _, said = line.partition("\t")
        kinds.setdefault(kind, set()).update(said.split())
    return {kind: frozenset(said) for kind, said in kinds.items()}
