"""Which language a message is in, from a few words of it.

A linear model over parts of words, learnt from our own phrasings and from word lists with their frequencies
(content/words; most come from NusaX, CC BY-SA 4.0). Packaged recognisers were measured and know neither Sasak nor
Madurese, nor Javanese as people type it. Building needs scikit-learn, recognising only numpy.
"""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from content import grams, languages, normalising
from content.grams import Floats, Grams, Shape

SHAPE: Final = Shape(shortest=1, longest=4, with_words=False)

CHOSEN_COUNTS: Final = 1.5
"""A person's own choice of language is added to what the words say, divided by how many words there are."""

BAHASA_COUNTS: Final = 1.0
"""Without a choice, Bahasa is this much likelier than any other: most people write it, mixed with everything."""

SURE_ENOUGH: Final = 0.5
"""Below this the message is taken as the person's own language, or Bahasa."""

_MADE_TEXTS: Final = 500
_BORROWED: Final = 0.25
_SEED: Final = 7


@dataclass(frozen=True)
class Recogniser:
    """A linear model: one column of `weights` and one `offset` a language."""

    codes: tuple[str, ...]
    grams: Grams
    weights: Floats
    offsets: Floats

    def recognise(self, words: Sequence[str], chosen: str | None = None) -> tuple[str, float]:
        """The language of a message's words and how sure that is; `chosen` is the person's own choice."""
        fallback = chosen or languages.SOURCE
        vector = self.grams.vector(words)
        if not len(vector.features):
            return fallback, 0.0
        chances = _sigmoid(vector.weights @ self.weights[vector.features] + self.offsets)
        chances = self._lean(chances, chosen, len(words))
        best = int(chances.argmax())
        if chances[best] < SURE_ENOUGH:
            return fallback, float(chances[best])
        return self.codes[best], float(chances[best])

    def _lean(self, chances: Floats, chosen: str | None, length: int) -> Floats:
        leaning: Floats = chances.copy()
        leaning[self.codes.index(languages.SOURCE)] *= 1 + BAHASA_COUNTS
        if chosen in self.codes:
            leaning[self.codes.index(chosen)] += CHOSEN_COUNTS / length
        leaning /= leaning.sum()
        return leaning


def build(texts: Sequence[tuple[str, Sequence[str]]], folder: Path = normalising.WORDS) -> Recogniser:
    """A recogniser from (language, words) texts and from the word lists of a folder; the same in, the same out."""
    from scipy.sparse import csr_array
    from sklearn.linear_model import SGDClassifier

    known = [*texts, *_made_texts(texts, folder)]
    learnt = grams.learn([words for _, words in known], SHAPE, least=3, most=25_000)
    vectors = learnt.vectors(words for _, words in known)
    starts = np.cumsum([0, *(len(v.features) for v in vectors)], dtype=np.int32)
    weights = np.concatenate([v.weights for v in vectors])
    rows = csr_array((weights, np.concatenate([v.features for v in vectors]), starts), (len(known), len(learnt.rarity)))
    model = SGDClassifier(loss="log_loss", alpha=2e-5, class_weight="balanced", average=True, random_state=_SEED)
    model.fit(rows, [language for language, _ in known])
    return Recogniser(
        codes=tuple(str(code) for code in model.classes_),
        grams=learnt,
        weights=np.ascontiguousarray(model.coef_.T, np.float32),
        offsets=model.intercept_.astype(np.float32),
    )


def read_frequencies(folder: Path = normalising.WORDS) -> dict[str, dict[str, int]]:
    """How often each word was seen, by language."""
    counts: dict[str, dict[str, int]] = {}
    with (folder / "frequencies.tsv").open(encoding="utf-8", newline="") as lines:
        for language, word, count in list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            counts.setdefault(languages.get(language).code, {})[word] = int(count)
    return counts


def _made_texts(texts: Sequence[tuple[str, Sequence[str]]], folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Rows of words drawn from the lists, with some words of our own subject in between, as people mix them."""
    chance = random.Random(_SEED)  # noqa: S311 — made-up sentences to learn from, no secret
    frequencies = read_frequencies(folder)
    for code, table in sorted(normalising.load_tables(folder).local.items()):
        frequencies.setdefault(code, dict.fromkeys(table, 1))
    subject = [word for language, words in texts if language == languages.SOURCE for word in words] or ["kerja"]
    for code, counts in sorted(frequencies.items()):
        for _ in range(_MADE_TEXTS):
            yield code, _draw(chance, counts, subject, chance.randint(2, 9))


def _draw(chance: random.Random, counts: Mapping[str, int], subject: Sequence[str], length: int) -> list[str]:
    words = chance.choices(list(counts), list(counts.values()), k=length)
    return [chance.choice(subject) if n and chance.random() < _BORROWED else word for n, word in enumerate(words)]


def _sigmoid(margins: Floats) -> Floats:
    return (1 / (1 + np.exp(-margins))).astype(np.float32)
