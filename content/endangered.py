"""Who is in danger: the person who writes, or somebody they write about? The first words differ: "Anda" or "dia".

A mother writes "anak saya dipukul majikan", her daughter "saya dipukul majikan". Told from the persons that rules know
by name and from which of them stands nearest to the words of danger; in doubt the writer is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from content.danger_rules import Judged
from content.typed import Word

OWN = ("diri",)
OTHERS = ("keluarga", "teman", "anak_kecil")
MAYBE_CULPRITS = ("suami",)
"""Words for men of the family: in "suami mabuk" the danger, in "suami saya disekap" the one in danger."""
EMPLOYERS = ("majikan", "perekrut")
MEN = frozenset({"lanang", "laki", "laki-laki", "laki2", "lalaki", "mame", "nine", "wadon", "wedok", "perempuan"})
"""Kin in some languages, but of an employer only whether it is a man or a woman: "majikan lanang"."""
DONE_BY_SOMEBODY = ("violence", "sexual", "confinement", "child")
PASSIVE = ("di", "ter", "te", "ke", "ka", "e")

OF_THEIRS = ("nya", "ny", "ne", "na")
MINE = "ku"
NOT_MINE = frozenset(
    {"pelaku", "berlaku", "perilaku", "mengaku", "ngaku", "selaku", "mlaku", "bangku", "pangku", "tungku"}
)
"""Words that end in "ku" and belong to nobody."""
SAYING = frozenset(
    {"katanya", "ktnya", "katane", "kata", "ktny", "kondo", "kandane", "jarene", "ujare", "omonge", "ceunah", "cenah"}
    | {
        "saurna",
        "basana",
        "ngeraos",
        "unine",
        "bilang",
        "blg",
        "bilangnya",
        "ngomong",
        "cerita",
        "cerite",
        "curhat",
        "ngadu",
        "says",
        "said",
    }
)
"""After a call, what follows these words was said by who called: their "saya" is not the writer's."""
ASKING = frozenset({"harus", "hrs", "mesti", "kudu", "kedah", "bingung", "khawatir", "cemas", "panik"})
"""What a worried writer says of themself: "saya harus gimana"."""
CALLS = ("telepon", "chat")
NEAR_CALL, NEAR_SAYING = 3, 4
"""So many words at most from who called to the call, and from the call to what they said."""


def is_somebody_else(judged: Judged, words: Sequence[Word], kind: str) -> bool:
    """Take what the rules found in a message and the kind of danger; is somebody else in it than who writes?"""
    kin = _places(judged, OTHERS) | _places(judged, MAYBE_CULPRITS)
    others = _others(judged, words, kind)
    own = _own(judged, words, kin)
    speaking = _speaking_as_kin(words, own, kin)
    others |= speaking
    own -= speaking | _quoted(judged, words, others) | _asking(judged, words, others)
    if not others or not own:
        return bool(others)
    if kind == "suicide" or not judged.found:
        return False
    danger = _core(judged)
    return min(abs(place - danger) for place in others) < min(abs(place - danger) for place in own)


def _own(judged: Judged, words: Sequence[Word], kin: set[int]) -> set[int]:
    """Where the writer speaks of themself: "saya", "kamar saya", "kamarku", but not the "saya" of "anak saya"."""
    mine = {index for index, word in enumerate(words) if _is_mine(word.plain)} - kin
    return (_places(judged, OWN) | mine) - {place + 1 for place in kin}


def _is_mine(word: str) -> bool:
    return len(word) > 4 and word.endswith(MINE) and word not in NOT_MINE


def _speaking_as_kin(words: Sequence[Word], own: set[int], kin: set[int]) -> set[int]:
    """ "saya kakaknya": where the writer says whose brother or mother they are, and so speaks for that person."""
    return {place for place in own if place + 1 in kin and words[place + 1].plain.endswith(OF_THEIRS)}


def _quoted(judged: Judged, words: Sequence[Word], others: set[int]) -> set[int]:
    """ "anak saya telpon katanya mak saya dipukuli": where somebody who called speaks of themself."""
    calls = [call for call in _places(judged, CALLS) if any(0 < call - each <= NEAR_CALL for each in others)]
    said = [
        index
        for call in calls
        for index in range(call + 1, min(call + NEAR_SAYING + 1, len(words)))
        if words[index].plain in SAYING
    ]
    theirs = [place for place in _places(judged, OWN) if said and place > min(said)]
    return {min(theirs)} if theirs else set()


def _asking(judged: Judged, words: Sequence[Word], others: set[int]) -> set[int]:
    """ "istri saya dijambak, saya harus gimana": where the writer asks what to do for whom they named before."""
    if not judged.found or not any(other < _core(judged) for other in others):
        return set()
    after = (place for place in _places(judged, OWN) if place > _core(judged) and place + 1 < len(words))
    return {place for place in after if words[place + 1].plain in ASKING}


def _others(judged: Judged, words: Sequence[Word], kind: str) -> set[int]:
    others, culprits = _places(judged, OTHERS), _places(judged, MAYBE_CULPRITS)
    if kind not in DONE_BY_SOMEBODY:
        return others
    if judged.found and words[_core(judged)].plain.startswith(PASSIVE):
        culprits = {place for place in culprits if place > _core(judged)}
    return others - culprits - _employers_people(judged, words)


def _employers_people(judged: Judged, words: Sequence[Word]) -> set[int]:
    """ "anak majikan", "majikan lanang": they do it."""
    employers = _places(judged, EMPLOYERS)
    sons = {place - 1 for place in employers if place and words[place].place - words[place - 1].place == 1}
    return sons | {place + 1 for place in employers if place + 1 < len(words) and words[place + 1].plain in MEN}


def _core(judged: Judged) -> int:
    """Where the word stands that a rule names first: the danger itself."""
    return judged.found[0].first


def _places(judged: Judged, notions: Sequence[str]) -> set[int]:
    return {span.first for notion in notions for span in judged.spans.get(notion, ())}
