"""Which company is meant? Names of recruiters as people type them ("pt maju jaya sejahtra") against names of the list.

Pure: words in, likeness out; `centre.agencies` reads the list. Two names are one only when their words are, but for capitals,
marks, the legal form and doubled letters. Whatever is merely alike is for the person to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import yaml
from rapidfuzz.distance import OSA

_WORDS = yaml.safe_load(Path(__file__).with_name("agency_words.yaml").read_text(encoding="utf-8"))
FORMS: dict[str, str] = _WORDS["forms"]
"""What kind of company a word says it is: pt, cv, …"""
BESIDE = frozenset(_WORDS["beside"])
BEFORE_A_NAME = frozenset(_WORDS["before_a_name"])
NO_NAME = frozenset(_WORDS["no_name"])
"""No name goes on with one of these."""

LONGEST_NAME, LONGEST_TEXT, MOST_WORDS = 120, 4_000, 8
MOST_PHRASES = 8
"""Names looked at in one text."""
PLAUSIBLE = 60
"""Below this likeness nothing is offered."""
CLEAR = 85
"""From this likeness on a longer reading of a text is taken before a shorter one."""
SPREAD = 25
"""What is this much less like than the best is not offered beside it."""
OTHER_ORDER, BY_WORDS, BY_INITIALS = 97, 95, 80
"""How alike a name can be at most whose words were moved, left out or shortened, or told by their first letters."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_DOTTED_FORM = re.compile(r"\b(p\.\s?t|c\.\s?v|u\.\s?d)\b\.?", re.IGNORECASE)
_END = re.compile(r"[,;:!?()\"\n“”]|\.(?=\s|$)")
_DOUBLED = re.compile(r"([^\W\d_])\1+")


@dataclass(frozen=True)
class Name:
    """A company's name in plain words, without its legal form."""

    words: tuple[str, ...]
    form: str = ""
    """pt, cv, …; empty where it was not said."""

    @cached_property
    def key(self) -> str:
        """The same for every way of writing the same name."""
        return " ".join(self.squeezed)

    @cached_property
    def squeezed(self) -> tuple[str, ...]:
        """The words without their doubled letters."""
        return tuple(_squeezed(word) for word in self.words)

    @cached_property
    def spellings(self) -> tuple[str, str, str]:
        """The letters in one: as written, without doubled ones, and with the words in the order of the alphabet."""
        return "".join(self.words), "".join(self.squeezed), "".join(sorted(self.words))

    @cached_property
    def initials(self) -> str:
        """Of three words or more."""
        return "".join(word[0] for word in self.words) if len(self.words) >= 3 else ""


@dataclass(frozen=True)
class Phrase:
    """Words after "PT" in a longer text: one of their beginnings is the name."""

    opened_by: str
    """The "PT" as it was written, with its full stop."""
    raw: tuple[str, ...]
    """The words as they stand in the text."""
    whole: tuple[str, ...]
    """The same, plain."""
    ends: tuple[int, ...]
    """After how many of the words the name may end because something else begins there."""

    @property
    def written(self) -> str:
        """The name, as far as it probably goes: capitals end where small letters begin."""
        until = self.ends[0]
        if self.raw[0][0].isupper():
            until = next((number for number in range(until) if self.raw[number][0].islower()), until)
        return " ".join(self.raw[:until])

    @property
    def looks_like_name(self) -> bool:
        """Is it one even where no list knows it? "PT Sinar Abadi", "pt sinar abadi"; not "PT minta uang", "PT. Dia bilang"."""
        words = self.written.split()
        if len(words) < 2:
            return bool(words) and words[0][0].isupper() and not self.opened_by.endswith(".")
        return not words[0][0].islower() or self.opened_by.islower()

    def name(self, length: int) -> Name:
        return Name(self.whole[:length], FORMS.get(self.opened_by.strip(".").casefold(), ""))


def spelt(typed: str) -> Name:
    """A name as somebody wrote it, in plain words."""
    words = _plain_words(_undotted(typed[:LONGEST_NAME]))
    forms = [FORMS[word] for word in words if word in FORMS]
    telling = tuple(word for word in words if word not in FORMS and word not in BESIDE)
    return Name(telling or tuple(words), forms[0] if forms else "")


@lru_cache(maxsize=20_000)
def spelt_on_list(name: str) -> Name:
    """The same for a name of the list, kept because it is looked at again and again. What families typed is never kept."""
    return spelt(name)


def is_same(typed: Name, known: Name) -> bool:
    """Written alike to the letter, in its words? A CV is never a PT of the same name."""
    return typed.words == known.words and _forms_agree(typed, known)


def is_same_but_for_spelling(typed: Name, known: Name) -> bool:
    """The same but for doubled letters ("Sentossa")?"""
    return typed.key == known.key and _forms_agree(typed, known)


def likeness(typed: Name, known: Name) -> int:
    """How probably the known name is meant, 0 to 100: slips, words moved, left out, added or shortened, first letters."""
    by_letters = map(_by_letters, typed.spellings, known.spellings, (100, 100, OTHER_ORDER))
    by_initials = BY_INITIALS if len(typed.words) == 1 and typed.words[0] == known.initials else 0
    return max(*by_letters, by_initials, _by_words(typed, known), _by_words(known, typed) if known.words[1:] else 0)


def phrases(text: str) -> Iterator[Phrase]:
    """Every "PT …" of a text, in its order."""
    text = _undotted(text[:LONGEST_TEXT])
    found = list(_WORD.finditer(text))
    for number, match in enumerate(found):
        if match[0].casefold() in BEFORE_A_NAME:
            following = _up_to_an_end(text, match.end(), found[number + 1 : number + 1 + MOST_WORDS])
            if following:
                yield _phrase(f"{match[0]}{'.' * text.startswith('.', match.end())}", following)


def _phrase(opened_by: str, following: list[str]) -> Phrase:
    plain = tuple("".join(_plain_words(word)) for word in following)
    ends = (number for number, word in enumerate(plain) if word.isdigit() or word.rstrip("2") in NO_NAME)
    return Phrase(opened_by, tuple(following), plain, (*ends, len(plain)))


def _up_to_an_end(text: str, start: int, following: list[re.Match[str]]) -> list[str]:
    """The words up to a mark that ends a name. The full stop of "PT." ends none."""
    kept: list[str] = []
    for match in following:
        between = text[start : match.start()].lstrip(".") if not kept else text[start : match.start()]
        if _END.search(between):
            break
        kept.append(match[0])
        start = match.end()
    return kept


def _by_letters(typed: str, known: str, most: int) -> int:
    slips = sum(max(len(typed), len(known)) >= longer for longer in (5, 10, 16, 24))
    if abs(len(typed) - len(known)) > slips:
        return 0
    distance = OSA.distance(typed, known, score_cutoff=slips)
    return most - round(100 * distance / max(len(typed), len(known), 1)) if distance <= slips else 0


def _by_words(few: Name, many: Name) -> int:
    """Each of the few words stands for another of the many; the more of the letters, the more alike."""
    left = list(zip(many.words, many.squeezed, strict=True))
    matched = 0
    for word in zip(few.words, few.squeezed, strict=True):
        meant = next((each for each in left if _stands_for(*word, *each)), None)
        if meant is None:
            return 0
        left.remove(meant)
        matched += len(meant[0])
    share = matched / max(len(many.spellings[0]), 1)
    return PLAUSIBLE + round((BY_WORDS - PLAUSIBLE) * share) if matched >= 5 and share >= 0.3 else 0


def _stands_for(short: str, short_squeezed: str, full: str, full_squeezed: str) -> bool:
    """The word itself, with a slip where it is long, its beginning, or its letters with some left out ("sjhtr")."""
    if short_squeezed == full_squeezed:
        return True
    if len(short) >= 5 and abs(len(short) - len(full)) <= 1 and OSA.distance(short, full, score_cutoff=1) <= 1:
        return True
    return 3 <= len(short) < len(full) and short[0] == full[0] and _left_letters_out(short, full)


def _left_letters_out(short: str, full: str) -> bool:
    letters = iter(full)
    return all(letter in letters for letter in short)


def _forms_agree(typed: Name, known: Name) -> bool:
    return not typed.form or not known.form or typed.form == known.form


def _plain_words(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return [word.replace("'", "").replace("’", "") for word in _WORD.findall(bare)]


def _undotted(text: str) -> str:
    return _DOTTED_FORM.sub(lambda dotted: re.sub(r"[.\s]", "", dotted[1]), text)


def _squeezed(word: str) -> str:
    return _DOUBLED.sub(r"\1", word)
