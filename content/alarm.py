"""Does a message sound like danger? A linear model beside the rules, which hears what no rule foresaw.

Rules know the loud words; quiet messages ("saya cuma bisa chat malam di kamar mandi") are as many as people. The model
learns from the lines of `danger/phrasings.*.txt` against `danger/calm.*.txt` and against all that people ask without
being in danger. Beside the words it hears what the rules understood of them, so that "tepantok", "ditapuk" and
"dipukul" are one. Building needs scikit-learn, judging numpy; `content/danger.py` works without it where neither is at hand.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from content import grams, normalising
from content.danger_rules import FOLDER, KINDS, Judged, Rulebook, rulebook
from content.grams import Floats, Grams, Shape, Vector
from content.phrasing import Phrasing
from content.typed import split

WORDS: Final = Shape(shortest=2, longest=4, with_words=True)
NOTIONS: Final = Shape(shortest=1, longest=0, with_words=True)
"""Notions are names, and tell nothing by their letters."""
NOTIONS_COUNT: Final = 0.5
"""How much what the rules understood counts beside the words themselves; cross-validated."""
CALM_COUNTS: Final = 2.0
"""A calm line that borrows the words of danger teaches as much as two other calm messages."""
MOST_ORDINARY: Final = 10_000
"""So many of other people's questions are learnt from, drawn by lot: more takes long and moves the shares."""
MOST_GRAMS: Final = 40_000
STRICTNESS: Final = 20.0
"""Inverse regularisation: 5 and 20 came out alike, cross-validated, 1 worse."""
FULL_OF_DANGER: Final = 0.3
"""An article of which the rules call so many phrasings danger (violence, scam compounds, war) teaches no calm."""
SHOWN: Final = 4
_CODE: Final = ("alarm.py", "danger_rules.py", "typed.py", "affixes.py", "places.py")
# The headings of danger/phrasings.*.txt; lines under another heading have the kind the rules see in them, or none
_HEADINGS: Final = {
    "kekerasan": "violence",
    "seksual": "sexual",
    "disekap": "confinement",
    "dikurung": "confinement",
    "kompleks penipuan": "scam",
    "anak": "child",
    "nyawa sendiri": "suicide",
    "celaka": "medical",
    "perang": "disaster",
    "hilang": "lost",
}

Reading = Sequence[str]
Read = Callable[[Sequence[str], str], Sequence[Reading]]
"""Words and their language in, their readings out: `content.finding.read`."""


class Heard(NamedTuple):
    """How like danger a message sounds (0–1), which kind it would be, and the reading in Bahasa."""

    share: float
    kind: str
    reading: Reading


class Lesson(NamedTuple):
    """One message to learn from: its readings and notions, whether it is danger, its kind where known, its weight."""

    readings: Sequence[Reading]
    notions: Sequence[str]
    is_danger: bool
    kind: str | None
    counts: float


@dataclass(frozen=True)
class Ear:
    """A linear model: the first column of `weights` and `offsets` for danger, then one for each kind."""

    grams: Grams
    weights: Floats
    offsets: Floats

    def margins(self, words: Sequence[str]) -> Floats:
        """How much words speak for danger and for each kind."""
        vector = self.grams.vector(words)
        margins: Floats = vector.weights @ self.weights[vector.features] + self.offsets
        return margins


@dataclass(frozen=True)
class Alarm:
    """Two ears: one for the words of a message, one for the notions that the rules found in it."""

    kinds: tuple[str, ...]
    words: Ear
    notions: Ear

    def judge(self, readings: Sequence[Reading], notions: Sequence[str]) -> Heard:
        """How a message sounds, given in one or two readings (as typed, and word by word in Bahasa).

        `notions` is what the rules understood of it: the headings of words.*.txt, in their order.
        """
        understood = self.notions.margins(notions) * NOTIONS_COUNT
        said = [self.words.margins(reading) for reading in readings]
        margins = (sum(said[1:], said[0]) / len(said) + understood) / (1 + NOTIONS_COUNT)
        kind = self.kinds[int(margins[1:].argmax())]
        return Heard(1 / (1 + math.exp(-float(margins[0]))), kind, readings[-1])

    def deciding_words(self, reading: Reading) -> tuple[str, ...]:
        """The words of a reading that spoke most for danger."""
        vector = self.words.grams.vector(reading)
        worth = vector.weights * self.words.weights[vector.features, 0]
        return self.words.grams.deciding(reading, vector, worth)[:SHOWN]

    def arrays(self) -> dict[str, Any]:
        """The alarm as arrays, to be saved beside a finder."""
        named: dict[str, Any] = {"kinds": grams.packed("\n".join(self.kinds))}
        for name, ear in (("words", self.words), ("notions", self.notions)):
            every = {**ear.grams.arrays(), "weights": ear.weights, "offsets": ear.offsets}
            named |= {f"{name}.{own}": array for own, array in every.items()}
        return named


def from_arrays(arrays: Mapping[str, Any]) -> Alarm:
    """An alarm from its arrays. Raises KeyError where one is missing."""
    kinds = tuple(grams.unpacked(arrays["kinds"]).split("\n"))
    return Alarm(kinds, _ear(arrays, "words", WORDS), _ear(arrays, "notions", NOTIONS))


def _ear(arrays: Mapping[str, Any], name: str, shape: Shape) -> Ear:
    known = grams.from_arrays(arrays, name, shape)
    return Ear(known, arrays[f"{name}.weights"], arrays[f"{name}.offsets"])


def build(phrasings: Sequence[Phrasing], read: Read, folder: Path = FOLDER) -> Alarm:
    """An alarm from the danger and calm lines of a folder, and from phrasings that ask for articles or make small talk."""
    return fit(list(lessons(phrasings, read, folder)))


def fingerprint(folder: Path = FOLDER) -> bytes:
    """What an alarm is built from beside phrasings and word tables: the danger files and the code that reads them."""
    digest = hashlib.sha256()
    for path in (*sorted(folder.glob("*.txt")), *(Path(__file__).parent / name for name in _CODE)):
        digest.update(path.read_bytes())
    return digest.digest()


def lessons(phrasings: Sequence[Phrasing], read: Read, folder: Path = FOLDER) -> Iterator[Lesson]:
    """What there is to learn from: danger lines first, then calm ones, then what others ask."""
    book = rulebook() if folder == FOLDER else Rulebook(folder)

    def readings(text: str, language: str) -> Sequence[Reading]:
        return read(normalising.split_words(text), language)

    for kind, language, text in read_lines("phrasings", folder):
        judged = book.judge(split(text, book.cut))
        seen = judged.rule.kind if judged.rule else None
        yield Lesson(readings(text, language), judged.notions, True, kind or seen, 1)
    for _, language, text in read_lines("calm", folder):
        yield Lesson(readings(text, language), book.judge(split(text, book.cut)).notions, False, None, CALM_COUNTS)
    for phrasing, judged in ordinary(phrasings, book):
        yield Lesson(readings(phrasing.text, phrasing.language), judged.notions, False, None, 1)


def ordinary(phrasings: Sequence[Phrasing], book: Rulebook) -> list[tuple[Phrasing, Judged]]:
    """Phrasings that are no danger, MOST_ORDINARY of them, and what the rules say of each.

    Left out are those on which the rules would act, and articles that are about danger.
    """
    drawn = sorted(phrasings, key=lambda each: (grams.ticket(each.label, each.text), each))
    some = sorted(drawn[:MOST_ORDINARY])
    seen = [(phrasing, book.judge(split(phrasing.text, book.cut))) for phrasing in some]
    asked, dangerous = Counter(p.label for p, _ in seen), Counter(p.label for p, judged in seen if judged.level)
    full = {label for label in asked if dangerous[label] > FULL_OF_DANGER * asked[label]}
    return [(phrasing, judged) for phrasing, judged in seen if phrasing.label not in full and judged.level != "act"]


def read_lines(stem: str, folder: Path = FOLDER) -> Iterator[tuple[str | None, str, str]]:
    """Kind (where a heading tells it), language and text of every line of `phrasings.*.txt` or `calm.*.txt`."""
    for file in sorted(folder.glob(f"{stem}.*.txt")):
        kind = None
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                heading = line[1:].strip()
                kind = next((kind for words, kind in _HEADINGS.items() if heading.startswith(words)), None)
            elif line.strip():
                yield kind, file.suffixes[0][1:], line.strip()


def fit(examples: Sequence[Lesson]) -> Alarm:
    """An alarm from lessons; the same lessons in the same order give the same alarm."""
    kinds = tuple(kind for kind in KINDS if any(lesson.kind == kind for lesson in examples))
    said = [(reading, lesson) for lesson in examples for reading in lesson.readings]
    meant = [(lesson.notions, lesson) for lesson in examples]
    return Alarm(kinds, _fit_ear(said, kinds, WORDS), _fit_ear(meant, kinds, NOTIONS))


def _fit_ear(heard: Sequence[tuple[Reading, Lesson]], kinds: Sequence[str], shape: Shape) -> Ear:
    learnt = grams.learn([words for words, _ in heard], shape, least=2, most=MOST_GRAMS)
    vectors = learnt.vectors(words for words, _ in heard)
    rows = [(vector, lesson) for vector, (_, lesson) in zip(vectors, heard, strict=True)]
    told = [row for row in rows if row[1].kind]
    width = len(learnt.rarity)
    columns = [_fit_column(rows, [lesson.is_danger for _, lesson in rows], width)]
    columns += [_fit_column(told, [lesson.kind == kind for _, lesson in told], width) for kind in kinds]
    weights, offsets = zip(*columns, strict=True)
    return Ear(learnt, np.stack(weights, axis=1).astype(np.float32), np.array(offsets, np.float32))


def _fit_column(rows: Sequence[tuple[Vector, Lesson]], is_so: Sequence[bool], width: int) -> tuple[Floats, float]:
    from scipy.sparse import csr_array
    from sklearn.linear_model import LogisticRegression

    starts = np.cumsum([0, *(len(vector.features) for vector, _ in rows)], dtype=np.int32)
    amounts = np.concatenate([vector.weights for vector, _ in rows]).astype(np.float64)
    numbers = np.concatenate([vector.features for vector, _ in rows])
    model = LogisticRegression(C=STRICTNESS, class_weight="balanced", solver="liblinear", random_state=0, tol=0.01)
    model.fit(csr_array((amounts, numbers, starts), (len(rows), width)), is_so, [lesson.counts for _, lesson in rows])
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])
