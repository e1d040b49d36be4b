"""Texts as weighted n-grams: the common ground of recognising a language and finding an article.

Parts of words forgive spelling, whole words and pairs carry meaning. One implementation counts them when a model is
built and when a message is answered, so the two cannot drift apart; it needs numpy and nothing heavier.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]

_REMEMBERED_WORDS: Final = 5000


@dataclass(frozen=True)
class Vector:
    """A text as feature numbers and their weights, each block (parts of words, words) of length one."""

    features: Numbers
    weights: Floats
    unknown: float
    """The share of the words' weight that the model has never seen, 0–1."""
    of_parts: int
    """So many of the features, the first ones, are parts of words; words and pairs follow."""


@dataclass(frozen=True)
class Shape:
    """Which n-grams count: parts of words of `shortest`–`longest` letters, whole words and pairs if `with_words`."""

    shortest: int
    longest: int
    with_words: bool


@dataclass(frozen=True)
class Grams:
    """A vocabulary with inverse document frequencies; parts of words come first, then words and pairs."""

    shape: Shape
    vocabulary: dict[str, int]
    rarity: Floats
    first_word: int
    _known: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    def vector(self, words: Sequence[str]) -> Vector:
        """The weighted n-grams of a message already split into words."""
        return self._vector(words, self._parts)

    def vectors(self, texts: Iterable[Sequence[str]]) -> list[Vector]:
        """The same of many texts at once, when something is learnt: each word is looked up once."""
        parts = cache(self._look_up)
        return [self._vector(words, parts) for words in texts]

    def _vector(self, words: Sequence[str], parts: Callable[[str], tuple[int, ...]]) -> Vector:
        counts = Counter(chain.from_iterable(map(parts, words)))
        of_parts = len(counts)
        unknown = self._count_words(words, counts) if self.shape.with_words else 0.0
        features = np.fromiter(counts, np.int32, len(counts))
        amounts = np.fromiter(counts.values(), np.float32, len(counts))
        weights = (1 + np.log(amounts)) * self.rarity[features]
        return Vector(features, _of_length_one(weights, of_parts), unknown, of_parts)

    def deciding(self, words: Sequence[str], vector: Vector, worth: Floats) -> tuple[str, ...]:
        """The words that spoke for something, the strongest first: `worth` is what each feature of their vector spoke."""
        said = dict(zip(vector.features.tolist(), worth.tolist(), strict=True))
        spoke = {word: sum(said.get(n, 0.0) for n in self._own(word)) for word in dict.fromkeys(words)}
        return tuple(word for word in sorted(spoke, key=lambda word: -spoke[word]) if spoke[word] > 0)

    def _own(self, word: str) -> set[int]:
        """The features of one word, its pairs with others left out."""
        return {*self._parts(word), self.vocabulary.get(f"={word}", -1)}

    def arrays(self) -> dict[str, Any]:
        """The vocabulary as arrays, to be saved; `from_arrays` reads them."""
        return {
            "vocabulary": packed("\n".join(self.vocabulary)),
            "rarity": self.rarity,
            "first_word": np.array(self.first_word),
        }

    def _parts(self, word: str) -> tuple[int, ...]:
        known = self._known.get(word)
        if known is None:
            known = self._look_up(word)
            if len(self._known) < _REMEMBERED_WORDS:
                self._known[word] = known
        return known

    def _look_up(self, word: str) -> tuple[int, ...]:
        lookup = self.vocabulary.get
        return tuple(n for part in parts_of(word, self.shape) if (n := lookup(part)) is not None)

    @cached_property
    def _rarest(self) -> float:
        return float(self.rarity.max(initial=1.0))

    def _count_words(self, words: Sequence[str], counts: Counter[int]) -> float:
        seen, missed = 0.0, 0.0
        rarest, lookup = self._rarest, self.vocabulary.get
        for word in words:
            number = lookup(f"={word}")
            if number is None:
                seen += rarest
                missed += rarest
            else:
                counts[number] += 1
                seen += float(self.rarity[number])
        for left, right in pairwise(words):
            number = lookup(f"={left} {right}")
            if number is not None:
                counts[number] += 1
        return missed / seen if seen else 1.0


def learn(texts: Sequence[Sequence[str]], shape: Shape, least: int, most: int) -> Grams:
    """The vocabulary of texts: n-grams in at least `least` of them, of each block at most the `most` commonest."""
    found_in: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    parts = cache(lambda word: frozenset(parts_of(word, shape)))
    for words in texts:
        found_in[0].update(frozenset().union(*map(parts, set(words))))
        if shape.with_words:
            found_in[1].update(set(words_and_pairs(words)))
    blocks = [_commonest(found, least, most) for found in found_in]
    names = [*blocks[0], *blocks[1]]
    counted = [found_in[0][name] for name in blocks[0]] + [found_in[1][name] for name in blocks[1]]
    rarity = [math.log((1 + len(texts)) / (1 + n)) + 1 for n in counted]
    return Grams(shape, {name: n for n, name in enumerate(names)}, np.array(rarity, np.float32), len(blocks[0]))


def from_arrays(arrays: Mapping[str, Any], name: str, shape: Shape) -> Grams:
    """A vocabulary from its arrays, each called `name` and a dot before its own. Raises KeyError where one is missing."""
    vocabulary = {gram: n for n, gram in enumerate(unpacked(arrays[f"{name}.vocabulary"]).split("\n"))}
    return Grams(shape, vocabulary, arrays[f"{name}.rarity"], int(arrays[f"{name}.first_word"]))


def packed(text: str) -> Any:
    """A text as an array: numpy saves texts one by one only with pickle, which a file should not need."""
    return np.frombuffer(text.encode(), np.uint8)


def unpacked(array: Any) -> str:
    """The text of an array from `packed`."""
    return bytes(array).decode()


def parts_of(word: str, shape: Shape) -> Iterable[str]:
    """The parts of one word with its edges marked: " ke", "erj", "ja "."""
    edged = f" {word} "
    for length in range(shape.shortest, shape.longest + 1):
        if length >= len(edged):
            yield edged
            return
        for start in range(len(edged) - length + 1):
            yield edged[start : start + length]


def words_and_pairs(words: Sequence[str]) -> Iterable[str]:
    """Whole words and neighbours, marked so that they never equal a part of a word."""
    for word in words:
        yield f"={word}"
    for left, right in pairwise(words):
        yield f"={left} {right}"


def _commonest(found: Counter[str], least: int, most: int) -> list[str]:
    kept = sorted((name for name, n in found.items() if n >= least), key=lambda name: (-found[name], name))
    return sorted(kept[:most])


def _of_length_one(weights: Floats, of_parts: int) -> Floats:
    weights = weights.astype(np.float32, copy=False)
    for block in (weights[:of_parts], weights[of_parts:]):
        length = float(np.sqrt(np.square(block).sum()))
        if length:
            block /= length
    return weights


def ticket(*texts: str, lot: bytes = b"") -> int:
    """A number that a text draws in a lot, always the same: whom it chooses changes little when texts come and go."""
    return int.from_bytes(hashlib.blake2b("\x00".join(texts).encode(), digest_size=8, salt=lot).digest(), "big")
