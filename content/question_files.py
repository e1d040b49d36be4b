"""The test questions that come with the program: what somebody composed, and what people type when a key slips.

`questions/blind.jsonl` is never learnt from. Beside it stand some of the phrasings of every article and of the lines of
danger, mistyped: with them each article is asked in every language that people ask it in, and danger is called for in
all of them. How a text is mistyped follows from its letters, so that it is the same every time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from content import alarm, grams, languages
from content.folders import Guidance
from content.judging import DANGER
from content.phrasing import Phrasing
from content.test_questions import LONGEST, Kind, Seed

FOLDER: Final = Path(__file__).parent / "questions"
OF_EACH: Final = 4
"""Mistyped phrasings of one article in one language."""
DANGER_EVERY: Final = 5
"""Of the lines of danger every fifth, drawn by lot, is mistyped."""
SPELT: Final = {"ind": "id", "id": "id", "jav": "jv", "sun": "su"}
LONG_WORD: Final = 5
_VOWELS: Final = "aiueo"


def every(guidance: Guidance) -> list[Seed]:
    """All of them for this guidance."""
    return [*composed(), *mistyped_phrasings(guidance), *mistyped_danger()]


def composed(folder: Path = FOLDER) -> list[Seed]:
    """The messages of the files that ask for an article or call for help."""
    rows = (
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    )
    return [seed for row in rows for seed in _of_row(row)]


def mistyped_phrasings(guidance: Guidance) -> Iterator[Seed]:
    """A few phrasings of every article and language, drawn by lot, each with a slip of the finger."""
    for slug, article in guidance.articles.items():
        by_language: dict[str, list[Phrasing]] = {}
        for phrasing in article.phrasings:
            by_language.setdefault(phrasing.language, []).append(phrasing)
        for language, heard in by_language.items():
            kind: Kind = "typo" if language == languages.SOURCE else "dialect"
            yield from _mistyped(slug, language, kind, (each.text for each in heard), OF_EACH)


def mistyped_danger() -> Iterator[Seed]:
    """Lines of danger in every language, each with a slip of the finger."""
    by_language: dict[str, list[str]] = {}
    for _, language, text in alarm.read_lines("phrasings"):
        by_language.setdefault(language, []).append(text)
    for language, lines in by_language.items():
        yield from _mistyped(DANGER, language, "danger", lines, max(1, len(lines) // DANGER_EVERY))


def mistyped(text: str) -> str:
    """The text with one slip in one of its long words; the same text where it has none."""
    words = text.split()
    places = [place for place, word in enumerate(words) if word.isalpha() and len(word) >= LONG_WORD]
    if not places:
        return text
    lot = grams.ticket(text)
    place = places[lot % len(places)]
    words[place] = _slip(words[place], lot // len(places))
    return " ".join(words)


def _slip(word: str, lot: int) -> str:
    """A vowel is left out, as in messages; two letters change places; or one is typed twice."""
    at = 1 + lot // 3 % (len(word) - 3)
    vowels = [place for place, letter in enumerate(word) if place and letter in _VOWELS]
    if lot % 3 == 0 and vowels:
        gone = vowels[lot // 3 % len(vowels)]
        return word[:gone] + word[gone + 1 :]
    if lot % 3 == 1 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at] + word[at:]


def _mistyped(label: str, language: str, kind: Kind, texts: Iterable[str], most: int) -> Iterator[Seed]:
    drawn = sorted((text for text in texts if len(text) < LONGEST), key=grams.ticket)
    changed = ((text, mistyped(text)) for text in drawn)
    yield from [Seed(label, language, typed, kind) for text, typed in changed if typed != text][:most]


def _of_row(row: Mapping[str, Any]) -> Iterator[Seed]:
    first = str(row.get("lang", "id")).split()[0]
    language = SPELT.get(first, first)
    if row["kind"] == "danger":
        yield Seed(DANGER, language, row["question"], "danger")
    elif row["slugs"]:
        kind: Kind = "phrasing" if language == languages.SOURCE else "dialect"
        yield Seed(row["slugs"][0], language, row["question"], kind)
