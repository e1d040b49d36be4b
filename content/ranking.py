"""Which labels fit a message, best first, and the signs that tell how far to believe it.

A linear model over n-grams (LinearSVC on TF-IDF: measured against BM25, fastText, Rasa and packaged embeddings, see
docs/decisions) gives every label a margin; the nearest phrasing of the leading labels tells how close anybody has
ever come to these words. Fitting needs scikit-learn; ranking needs numpy and reads only the rows of the message's own
n-grams, at most `KEPT_LABELS` labels wide, so its time hardly grows with the number of articles.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from content import grams
from content.grams import Floats, Grams, Numbers, Shape, Vector

SHAPE: Final = Shape(shortest=2, longest=4, with_words=True)
KEPT_LABELS: Final = 48
KEPT_GRAMS: Final = 80
MOST_GRAMS: Final = 60_000
MOST_OTHERS: Final = 4000

SHARPNESS: Final = 6.0
"""Softmax of margins times this gives shares that read like chances (measured, reference linear model)."""

NEARLY: Final = -0.5
"""Labels whose margin is above this were nearly meant too."""
WORTH_NAMING: Final = 4
"""So many of the words that decided are told."""

LOT: Final = b"1"
"""Of five lots the one whose finder answers as the one before it did, which drew by place: see content/finding.py."""
Tickets = NDArray[np.uint64]
Example = tuple[str, Sequence[str]]
"""A label and the words of one way to say it."""


@dataclass(frozen=True)
class Ranking:
    """Labels best first with their shares, the words that spoke for the first, and the signals of a confidence."""

    order: NDArray[np.intp]
    shares: Floats
    because: tuple[str, ...]
    signals: Floats


@dataclass(frozen=True)
class Ranker:
    """The linear model feature by feature: `columns` names the labels whose `weights` are kept, `rest` the others'."""

    labels: tuple[str, ...]
    grams: Grams
    columns: NDArray[np.uint16]
    weights: Floats
    rest: Floats
    offsets: Floats
    phrasing_starts: Numbers
    phrasing_grams: Numbers
    phrasing_weights: Floats
    first_phrasing: Numbers

    def rank(self, readings: Sequence[Sequence[str]], aside: Sequence[str]) -> Ranking:
        """Rank one message given in one or two readings (as typed, and word by word in Bahasa).

        `aside` names the labels that stand for "nothing of ours": their share is a signal of its own.
        """
        vectors = [self.grams.vector(words) for words in readings]
        by_parts, by_words = (_mean(each) for each in zip(*map(self._margins, vectors), strict=True))
        margins: Floats = by_parts + by_words + self.offsets
        order = margins.argsort(kind="stable")[::-1]
        shares = _softmax(margins * SHARPNESS)
        because = self._deciding_words(readings[-1], vectors[-1], int(order[0]))
        views = [by_parts, by_words, self._without(readings[-1], because[:1])]
        signals = self._signals(margins, shares, order, vectors, len(readings[0]), aside)
        return Ranking(order, shares, because[:WORTH_NAMING], np.append(signals, _leads(views, int(order[0]))))

    def shares(self, readings: Sequence[Sequence[str]]) -> Floats:
        """The labels' shares alone, in the order of `labels`: a quick look at a part of a message."""
        vectors = (self.grams.vector(words) for words in readings)
        margins: Floats = _mean([np.add(*self._margins(vector)) for vector in vectors]) + self.offsets
        return _softmax(margins * SHARPNESS)

    def _deciding_words(self, words: Sequence[str], vector: Vector, label: int) -> tuple[str, ...]:
        """The words of a message that spoke for a label, the strongest first."""
        rows = vector.features
        spoken = self.rest[rows]
        of_label, column = np.nonzero(self.columns.take(rows, axis=0) == label)
        spoken[of_label] += self.weights[rows[of_label], column]
        return self.grams.deciding(words, vector, spoken * vector.weights)

    def _without(self, words: Sequence[str], left_out: Sequence[str]) -> Floats:
        """The margins of a message from which some words are left out: does one word alone decide?"""
        by_parts, by_words = self._margins(self.grams.vector([word for word in words if word not in left_out]))
        return (by_parts + by_words + self.offsets).astype(np.float32)

    def _margins(self, vector: Vector) -> tuple[Floats, Floats]:
        """What parts of words and what whole words speak for each label, without the labels' offsets."""
        features, weights, words = vector.features, vector.weights, vector.of_parts
        return self._spoken(features[:words], weights[:words]), self._spoken(features[words:], weights[words:])

    def _spoken(self, rows: Numbers, weights: Floats) -> Floats:
        kept = np.bincount(
            self.columns.take(rows, axis=0).ravel(),
            (self.weights.take(rows, axis=0) * weights[:, None]).ravel(),
            minlength=len(self.labels),
        )
        return (kept + weights @ self.rest[rows]).astype(np.float32)

    def _signals(
        self,
        margins: Floats,
        shares: Floats,
        order: NDArray[np.intp],
        vectors: Sequence[Vector],
        length: int,
        aside: Sequence[str],
    ) -> Floats:
        first, second, third = (int(n) for n in order[[0, 1, min(2, len(order) - 1)]])
        strangers = [n for n, label in enumerate(self.labels) if label in aside]
        near = self._nearness(vectors, [first, second, *strangers])
        unknown = min(vector.unknown for vector in vectors)
        entropy = float(-(shares * np.log(shares + 1e-9)).sum())
        return np.array(
            [
                shares[first],
                shares[second],
                shares[first] - shares[second],
                entropy,
                margins[first],
                margins[first] - margins[second],
                shares[strangers].sum(),
                near[0],
                near[0] - near[1],
                near[0] - max(near[2:], default=0.0),
                unknown,
                math.log1p(length),
                near[0] * (1 - unknown),
                margins[second],
                margins[third],
                float((margins > NEARLY).sum()),
                float((margins > 0).sum()),
            ],
            np.float32,
        )

    def _nearness(self, vectors: Sequence[Vector], labels: Sequence[int]) -> list[float]:
        """For each label the cosine (0–2: both blocks count) of its phrasing nearest to any reading."""
        nearest = [0.0] * len(labels)
        for vector in vectors:
            message = np.zeros(len(self.grams.rarity), np.float32)
            message[vector.features] = vector.weights
            for n, label in enumerate(labels):
                nearest[n] = max(nearest[n], self._nearest(message, label))
        return nearest

    def _nearest(self, message: Floats, label: int) -> float:
        first, last = self.first_phrasing[label], self.first_phrasing[label + 1]
        if first == last:
            return 0.0
        start, end = self.phrasing_starts[first], self.phrasing_starts[last]
        products = message.take(self.phrasing_grams[start:end]) * self.phrasing_weights[start:end]
        sums = np.add.reduceat(products, self.phrasing_starts[first:last] - start) if end > start else np.zeros(1)
        return float(sums.max())


def fit(examples: Sequence[Example], lot: bytes = LOT) -> Ranker:
    """A ranker from examples of every label; the same examples in the same order give the same ranker."""
    labels = tuple(sorted({label for label, _ in examples}))
    number = {label: n for n, label in enumerate(labels)}
    examples = sorted(examples, key=lambda example: number[example[0]])
    learnt = grams.learn([words for _, words in examples], SHAPE, least=2, most=MOST_GRAMS)
    vectors = learnt.vectors(words for _, words in examples)
    owners = np.array([number[label] for label, _ in examples], np.int32)
    tickets = np.array([grams.ticket(*words, lot=lot) for _, words in examples], np.uint64)
    weights, offsets = _fit_margins(vectors, owners, labels, tickets, len(learnt.rarity), lot)
    columns, kept, rest = _keep_strongest(weights)
    starts, numbers, strengths = _keep_telling(vectors)
    return Ranker(
        labels=labels,
        grams=learnt,
        columns=columns,
        weights=kept,
        rest=rest,
        offsets=offsets,
        phrasing_starts=starts,
        phrasing_grams=numbers,
        phrasing_weights=strengths,
        first_phrasing=np.searchsorted(owners, np.arange(len(labels) + 1)).astype(np.int32),
    )


def _fit_margins(
    vectors: Sequence[Vector], owners: Numbers, labels: Sequence[str], tickets: Tickets, width: int, lot: bytes
) -> tuple[Floats, Floats]:
    """One label against the others, each with its own positives and at most MOST_OTHERS of the others."""
    from scipy.sparse import csr_array
    from sklearn.svm import LinearSVC

    starts = np.cumsum([0, *(len(v.features) for v in vectors)], dtype=np.int32)
    amounts = np.concatenate([v.weights for v in vectors]).astype(np.float64)
    rows = csr_array((amounts, np.concatenate([v.features for v in vectors]), starts), (len(vectors), width))
    weights, offsets = np.zeros((width, len(labels)), np.float32), np.zeros(len(labels), np.float32)
    for label, name in enumerate(labels):
        chosen = _positives_and_others(owners, label, tickets ^ np.uint64(grams.ticket(name, lot=lot)))
        some = rows if chosen is None else rows[chosen]
        model = LinearSVC(C=0.5, class_weight="balanced", random_state=0, tol=0.1)
        model.fit(some, (owners if chosen is None else owners[chosen]) == label)
        weights[:, label], offsets[label] = model.coef_[0], model.intercept_[0]
    return weights, offsets


def _positives_and_others(owners: Numbers, label: int, tickets: Tickets) -> NDArray[np.int32] | None:
    """The rows to learn one label from; None for all.

    The others are drawn by lot, each with a ticket of its own: another phrasing among tens of thousands changes one of
    them, and the model hardly. (Drawn by their places, 70 of 2,300 unseen questions were lost and 60 won by one new
    phrasing anywhere; so 3 and 3.)
    """
    positives, others = np.flatnonzero(owners == label), np.flatnonzero(owners != label)
    if len(others) <= MOST_OTHERS:
        return None
    drawn = others[np.argsort(tickets[others], kind="stable")[:MOST_OTHERS]]
    return np.concatenate([positives, drawn]).astype(np.int32)


def _keep_strongest(weights: Floats) -> tuple[NDArray[np.uint16], Floats, Floats]:
    """Per feature the KEPT_LABELS weights farthest from the middle; all others are replaced by their mean."""
    labels = weights.shape[1]
    if labels <= KEPT_LABELS:
        columns = np.broadcast_to(np.arange(labels, dtype=np.uint16), weights.shape)
        return np.ascontiguousarray(columns), weights, np.zeros(len(weights), np.float32)
    middle = np.median(weights, axis=1, keepdims=True)
    strongest = np.argpartition(-np.abs(weights - middle), KEPT_LABELS, axis=1)[:, :KEPT_LABELS]
    kept = np.take_along_axis(weights, strongest, axis=1)
    rest = (weights.sum(axis=1) - kept.sum(axis=1)) / (labels - KEPT_LABELS)
    return strongest.astype(np.uint16), (kept - rest[:, None]).astype(np.float32), rest.astype(np.float32)


def _keep_telling(vectors: Sequence[Vector]) -> tuple[Numbers, Numbers, Floats]:
    """The heaviest KEPT_GRAMS n-grams of every phrasing, row after row."""
    telling = [np.sort(np.argsort(-v.weights, kind="stable")[:KEPT_GRAMS]) for v in vectors]
    starts = np.cumsum([0, *(len(kept) for kept in telling)]).astype(np.int32)
    numbers = np.concatenate([v.features[kept] for v, kept in zip(vectors, telling, strict=True)])
    strengths = np.concatenate([v.weights[kept] for v, kept in zip(vectors, telling, strict=True)])
    return starts, numbers.astype(np.int32), strengths.astype(np.float32)


def _leads(views: Sequence[Floats], label: int) -> Floats:
    """How far a label leads all others in each view; below zero where another leads."""
    leads = np.empty(len(views), np.float32)
    for n, view in enumerate(views):
        others = view.copy()
        others[label] = -np.inf
        leads[n] = view[label] - others.max()
    return leads


def _mean(each: Sequence[Floats]) -> Floats:
    """One after the other: of one or two rows numpy's own mean takes five times as long."""
    return cast(Floats, sum(each[1:], each[0]) / len(each))


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    shares: Floats = (powers / powers.sum()).astype(np.float32)
    return shares
