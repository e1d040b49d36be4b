"""A wish to take part, in so many words: "mau ikut pelatihan", "jadwal rumah belajar kapan ya", "daftarkan anak saya koperasi".

Only where every word of the message belongs to such a wish; one word more ("pelatihan gratis di BLK") and it is a question,
which guidance answers. So a wish is heard without taking anything from the guidance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_WORDS = yaml.safe_load(Path(__file__).with_name("wish_words.yaml").read_text(encoding="utf-8"))
THINGS = frozenset(_WORDS["things"])
"""What can be taken part in; each is also looked for in the names of the types."""
JOINING = frozenset(_WORDS["joining"])
WHEN = frozenset(_WORDS["when"])
BESIDE = frozenset(_WORDS["beside"])
"""Words that say nothing of their own here."""
YES, NO, EITHER = (frozenset(_WORDS[name]) for name in ("agrees", "refuses", "either"))
CHANGING, ABOUT_A_PLACE = frozenset(_WORDS["changing"]), frozenset(_WORDS["about_a_place"])
COMING = frozenset({"jadi", "sida", "ikut", "melu", "datang", "hadir", "teka"})
"""With a no beside them they mean: not coming after all."""
LONG_ENOUGH = 6
"""Letters of a word in which a slip is forgiven."""
MYSELF = frozenset(_WORDS["myself"])
RELATIONS = {relation: frozenset(names) for relation, names in _WORDS["relations"].items()}
BESIDE_A_PERSON = frozenset(
    {"untuk", "utk", "buat", "kanggo", "keur", "for", "my", "aja", "saja", "kak", "pak", "bu", "ya"}
)
LONGEST = 10
"""Words; a longer message tells more than a wish."""


SHORTEST = 5
"""Letters of a word that may stand for a longer one of a name."""


@dataclass(frozen=True)
class Wish:
    """To take part in something that these words name."""

    words: frozenset[str]

    def names(self, name: str) -> bool:
        """Is this the thing meant, by a word of its name that tells it from others ("bengkel" for "perbengkelan")?"""
        telling = set(words_in(name)) - GENERIC
        said = self.words - GENERIC - JOINING
        return bool(said & telling) or any(word in own for word in said for own in telling if len(word) >= SHORTEST)

    def may_mean(self, name: str) -> bool:
        """Could it be meant, by a word that others have too ("pelatihan")?"""
        return bool(self.words & THINGS & set(words_in(name)))


GENERIC = frozenset(_WORDS["generic"])


def may_be_wish(text: str) -> bool:
    """Is there a word of joining or asking when in it, so that a closer look is worth its cost?"""
    return not (JOINING | WHEN).isdisjoint(words_in(text)) and len(text.split()) <= LONGEST


def wish_in(text: str, named: frozenset[str] = frozenset()) -> Wish | None:
    """The wish a message is, whole and nothing else; None for everything else.

    `named`: words of the names of what is offered here, which staff may have made yesterday.
    """
    own = named - GENERIC - BESIDE - JOINING
    known = THINGS | JOINING | WHEN | BESIDE | own
    said = [_nearest(word, known) for word in words_in(text)]
    if not said or len(said) > LONGEST or not known.issuperset(said):
        return None
    joins, things = JOINING.intersection(said), (THINGS | own).intersection(said)
    asks_when = WHEN.intersection(said)
    return Wish(frozenset(said)) if things and (joins or asks_when) else None


def says_nothing(text: str) -> bool:
    """Are these only little words ("anak saya", "tunggu sebentar"), and no name of anybody?"""
    return (BESIDE | YES | NO | EITHER).issuperset(words_in(text))


def consent_in(text: str) -> bool | None:
    """Yes or no, where a message is wholly that ("oke kak", "ga jadi"); None where it says anything else."""
    said = set(words_in(text))
    if not said or not (YES | NO | EITHER).issuperset(said):
        return None
    if said & NO:
        return False
    return True if said & YES else None


def whom_in(text: str) -> str | None:
    """ "self" or a relation of `centre.people.RELATIONS`, where a message is wholly that ("untuk anak saya"); else None."""
    said = set(words_in(text)) - BESIDE_A_PERSON
    for relation, names in RELATIONS.items():
        if said & names and said <= names | MYSELF:
            return str(relation)
    return "self" if said and said <= MYSELF else None


def changes_place(text: str, names: frozenset[str] = frozenset()) -> bool:
    """Does somebody want to give back or move a place they have, and says nothing else? `names`: of those it is for."""
    said = frozenset(words_in(text))
    return speaks_of_change(text) and said <= CHANGING | ABOUT_A_PLACE | BESIDE | EITHER | names


def speaks_of_change(text: str) -> bool:
    """Is there a word of giving back or moving in it, so that a closer look is worth its cost?"""
    said = frozenset(words_in(text))
    return bool(said & CHANGING) or bool(said & NO and said & COMING)


def _nearest(word: str, known: frozenset[str]) -> str:
    """A long word with one slip in it as the word that was meant ("peltihan")."""
    if word in known or len(word) < LONG_ENOUGH:
        return word
    meant = process.extractOne(word, THINGS | JOINING, scorer=DamerauLevenshtein.distance, score_cutoff=1)
    return str(meant[0]) if meant else word


def words_in(text: str) -> list[str]:
    """The words of a message, small, without marks; a doubled word ("ikut-ikut") is two."""
    return re.findall(r"[^\W\d_]+", text.casefold())
