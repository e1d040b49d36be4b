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
DONE_BY_SOMEBODY = ("violence", "sexual", "confinement", "child")
PASSIVE = ("di", "ter", "te", "ke", "ka", "e")


def is_somebody_else(judged: Judged, words: Sequence[Word], kind: str) -> bool:
    """Take what the rules found in a message and the kind of danger; is somebody else in it than who writes?"""
    others = _others(judged, words, kind)
    own = _places(judged, OWN) - {place + 1 for place in _places(judged, OTHERS)}
    if not others or not own:
        return bool(others)
    if kind == "suicide" or not judged.found:
        return False
    danger = _core(judged)
    return min(abs(place - danger) for place in others) < min(abs(place - danger) for place in own)


def _others(judged: Judged, words: Sequence[Word], kind: str) -> set[int]:
    others, culprits = _places(judged, OTHERS), _places(judged, MAYBE_CULPRITS)
    if kind not in DONE_BY_SOMEBODY:
        return others
    if judged.found and words[_core(judged)].plain.startswith(PASSIVE):
        culprits = {place for place in culprits if place > _core(judged)}
    return others - culprits


def _core(judged: Judged) -> int:
    """Where the word stands that a rule names first: the danger itself."""
    return judged.found[0].first


def _places(judged: Judged, notions: Sequence[str]) -> set[int]:
    return {span.first for notion in notions for span in judged.spans.get(notion, ())}
