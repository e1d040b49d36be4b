"""Finding the right article: a message in, an answer, up to three choices, or an honest "I do not know" out.

Pure: no database, no clock. `build` learns from phrasings in a process that may end; `Finder.save` and `Finder.load`
carry the result to the processes that answer, which need numpy and no more. Ranking is content/ranking.py, languages
are recognised by content/recognising.py, spelling is content/normalising.py.
"""

import hashlib
import json
import math
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from content import alarm as danger_alarm
from content import grams, normalising, ranking, recognising
from content.alarm import Alarm
from content.grams import Floats, Grams
from content.languages import SOURCE
from content.phrasing import Phrasing
from content.places import abroad_in, name_of
from content.ranking import Ranker, Ranking
from content.recognising import Recogniser
from content.typed import read_words

GREETING: Final = "@greeting"
THANKS: Final = "@thanks"
GOODBYE: Final = "@goodbye"
INSULT: Final = "@insult"
PERSON: Final = "@person"
OUTSIDE: Final = "@outside"
UNCLEAR: Final = "@unclear"
CHITCHAT: Final = (GREETING, THANKS, GOODBYE, INSULT)
ASIDE: Final = (OUTSIDE, UNCLEAR)

# Chosen on the odd ids of the shared questions and on content/questions/blind.jsonl together, none of them learnt from, with
# 81 articles: at 0.62, 181 of the 190 answered outright were right (95 %), three of the wrong ones off-topic.
ANSWER_AT: Final = 0.62
"""Confidence from which the first article is shown as the answer."""
PART_AT: Final = 0.8
"""Confidence from which a part of a message counts as a question of its own: short parts are easily misread."""
QUESTION_AT: Final = 0.6
"""Share among all articles from which a short part with a question word counts: asking which comes first does little
harm."""
QUESTION_WORDS: Final = normalising.WORDS / "question_words.txt"
CHOICES_AT: Final = 0.3
"""Share of the articles worth offering from which they are offered; below it only off-topic messages got choices."""
WORTH_OFFERING: Final = 0.008
"""A choice has at least this much of the first one's share: 6 in 1,000 of those left out were meant (odd ids)."""
SMALL_TALK_AT: Final = 0.5
SMALL_TALK_WORDS: Final = 9
"""Longer than this a message that begins like a greeting has something to say."""
PERSON_AT: Final = 0.5
"""Taking a question for a wish to talk to somebody does little harm."""

FORMAT: Final = 2
_PHRASINGS_AWAY: Final = 5
_ARTICLES_AWAY: Final = 10
_JUDGED_AWAY: Final = 3
"""Of articles left out whole every third phrasing is judged: nearly all that people ask of us has an article."""
_ENOUGH_TO_JUDGE: Final = 20_000
_LOOKED_AT: Final = 12
_ASKS: Final = 2
"""A lone word names a subject, or somebody (Cucu is a name, and a grandchild): it is offered, never answered outright."""
_SHORT_QUESTION: Final = 6
_ISSUE: Final = 3
"""A part of fewer words asks nothing by itself."""
_LOT: Final = b"c"
"""Who is left out decides how far a ranking is believed: 42 to 52 of 100 are answered outright, by the lot. Of three lots
this one, with which as many are, and rightly, as when every fifth phrasing and every tenth article were left out by place."""
_FEW: Final = 2_000
"""From fewer phrasings the belief is learnt over several lots: of six articles one lot told more about itself than of them."""
_MOST_LOTS: Final = 16
_CODE: Final = ("finding.py", "ranking.py", "grams.py", "recognising.py", "normalising.py", "languages.py")
_ISSUE_ENDS: Final = re.compile(r"[?!.;\n]+")
_JOINS_ISSUES: Final = re.compile(
    r"\b(?:dan|sama|sm|trus|terus|trs|lalu|juga|jg|sekalian|plus|serta|karo|jeung|sareng)\b"
)
_ANY_END: Final = re.compile(f"{_ISSUE_ENDS.pattern}|,|{_JOINS_ISSUES.pattern}")

Kind = Literal["answer", "choices", "none", "chitchat", "person"]


class UnfitFinder(ValueError):
    """A saved finder that this code cannot read; build it again."""


@dataclass(frozen=True)
class Found:
    """What was found for one message, and why.

    `label` is a slug for an answer, an "@" label for chit-chat and "@unclear" for too little to go on; `choices` are
    articles of which one may fit, or where `asks_several` one for each thing that was asked at once; `because` are the
    words that decided; `gloss` is the message read word by word in Bahasa where it was recognised as a local language.
    """

    kind: Kind
    label: str | None
    choices: tuple[str, ...]
    confidence: float
    language: str
    because: tuple[str, ...]
    runners_up: tuple[tuple[str, float], ...]
    gloss: str
    asks_several: bool = False
    near: tuple[str, ...] = ()
    """The articles that come closest, however far they are: what staff choose from first."""


class Read(NamedTuple):
    """A message as it is read: in Bahasa; in a local language as typed, then word by word in Bahasa."""

    text: str
    words: list[str]
    spoken: str
    """The language that was recognised."""
    readings: list[list[str]]


@dataclass(frozen=True)
class Finder:
    """Everything needed to answer; made by `build` or `load`, never changed."""

    ranker: Ranker
    recogniser: Recogniser
    belief: Floats
    alarm: Alarm
    """What hears danger beside the rules (`content.danger.look`): it is built, saved and swapped together with us."""
    fingerprint: str

    def read(self, text: str, language: str | None = None) -> Read:
        """A text as it is read here; `language` is the person's own choice and weighs more on short messages."""
        words = normalising.split_words(text)
        spoken, _ = self.recogniser.recognise(words, language)
        return Read(text, words, spoken, read(words, spoken))

    def find(self, text: str, language: str | None = None) -> Found:
        """What a message asks for; `language` as in `read`."""
        return self.find_in(self.read(text, language))

    def find_in(self, message: Read) -> Found:
        """The same of a message that was read already."""
        text, words, spoken, readings = message
        if not any(len(word) > 1 for word in words):
            return Found("none", None, (), 0.0, spoken, (), (), "")
        ranked = self.ranker.rank(readings, ASIDE)
        return self._decide(text, words, readings, spoken, ranked)

    def _decide(self, text: str, words: list[str], readings: list[list[str]], spoken: str, ranked: Ranking) -> Found:
        confidence = _confidence(self.belief, ranked)
        shares = [(self.ranker.labels[n], float(ranked.shares[n])) for n in ranked.order[:_LOOKED_AT]]
        top = shares[0][0]
        meant = [(label, share) for label, share in shares if not label.startswith("@")]
        articles = _worth_offering(meant)
        kind: Kind = "none"
        if top in CHITCHAT and confidence >= SMALL_TALK_AT and len(words) <= SMALL_TALK_WORDS:
            kind = "chitchat"
        elif top == PERSON and confidence >= PERSON_AT:
            kind = "person"
        elif articles and top == articles[0] and confidence >= ANSWER_AT and len(words) >= _ASKS:
            kind = "answer"
        elif sum(share for label, share in shares if label in articles) >= CHOICES_AT:
            kind = "choices"
        issues = self._separate_issues(text, spoken) if kind in ("answer", "choices") else ()
        if issues:
            kind, articles = "choices", tuple(dict.fromkeys((*issues, *articles)))[:3]
        return Found(
            kind=kind,
            label=top if kind in ("answer", "chitchat") or (kind == "none" and top == UNCLEAR) else None,
            choices=articles if kind == "choices" else (),
            confidence=confidence,
            language=spoken,
            because=ranked.because,
            runners_up=tuple(shares[1:5]),
            gloss=" ".join(normalising.read_local(words, spoken, normalising.load_tables()))
            if len(readings) > 1
            else "",
            asks_several=bool(issues),
            near=tuple(label for label, _ in meant[:3]),
        )

    def _separate_issues(self, text: str, spoken: str) -> tuple[str, ...]:
        """The articles of a message whose parts surely ask for different ones, else nothing."""
        for ends in (_ISSUE_ENDS, _JOINS_ISSUES):
            parts = [
                words for part in ends.split(text.lower()) if len(words := normalising.split_words(part)) >= _ISSUE
            ]
            if different := self._surely_different(parts, spoken):
                return different
        return _different(self._likely_asked(words, spoken, QUESTION_AT) for words in _short_questions(text))

    def _surely_different(self, parts: Sequence[list[str]], spoken: str) -> tuple[str, ...]:
        """What parts surely ask for; looked at closely only where a quick look tells them apart."""
        if len(parts) < 2 or not _different(self._likely_asked(words, spoken, 0.0) for words in parts):
            return ()
        return _different(self._surely_asked(words, spoken) for words in parts)

    def _surely_asked(self, words: list[str], spoken: str) -> str | None:
        """The article that a part of a message asks for on its own, where it is sure."""
        ranked = self.ranker.rank(read(words, spoken), ASIDE)
        label = self.ranker.labels[ranked.order[0]]
        return label if not label.startswith("@") and _confidence(self.belief, ranked) >= PART_AT else None

    def _likely_asked(self, words: list[str], spoken: str, at_least: float) -> str | None:
        """The article that a part asks for, where others are far behind; a short one alone may well be unclear."""
        shares = self.ranker.shares(read(words, spoken))
        best = [self.ranker.labels[n] for n in shares.argsort()[:-3:-1]]
        label = best[1] if best[0] == UNCLEAR else best[0]
        share = shares[self.ranker.labels.index(label)] / shares[self._articles].sum()
        return label if not label.startswith("@") and share >= at_least else None

    @cached_property
    def _articles(self) -> NDArray[np.bool_]:
        """Which labels are articles; the others stand for a person, chitchat and the like."""
        return np.array([not label.startswith("@") for label in self.ranker.labels])

    def save(self, path: Path) -> None:
        """Write the finder to one file, whole or not at all."""
        arrays = dict(_flatten("ranker", self.ranker)) | dict(_flatten("recogniser", self.recogniser))
        arrays["belief"] = self.belief
        arrays |= {f"alarm.{name}": value for name, value in self.alarm.arrays().items()}
        arrays["about"] = grams.packed(json.dumps({"format": FORMAT, "fingerprint": self.fingerprint}))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **arrays)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    @classmethod
    def load(cls, path: Path) -> "Finder":
        """Read a saved finder; raises UnfitFinder where the file is of another format or damaged."""
        try:
            with np.load(path, allow_pickle=False) as saved:
                arrays = {name: saved[name] for name in saved.files}
            about = json.loads(grams.unpacked(arrays["about"]))
            if about["format"] != FORMAT:
                raise UnfitFinder(f"{path.name} has format {about['format']}, this code reads {FORMAT}")
            return cls(
                ranker=_ranker_from(arrays),
                recogniser=_recogniser_from(arrays),
                belief=arrays["belief"],
                alarm=danger_alarm.from_arrays(_below("alarm.", arrays)),
                fingerprint=about["fingerprint"],
            )
        except (KeyError, ValueError, OSError, EOFError, BadZipFile) as error:
            if isinstance(error, (UnfitFinder, FileNotFoundError)):
                raise
            raise UnfitFinder(f"{path.name} cannot be read: {error}") from error


def _different(asked: Iterable[str | None]) -> tuple[str, ...]:
    """The first three articles asked for; nothing where it is one for all."""
    labels = tuple(dict.fromkeys(label for label in asked if label))[:3]
    return labels if len(labels) > 1 else ()


def _short_questions(text: str) -> list[list[str]]:
    """The parts of a message that each ask with few words, with the countries that the whole is about."""
    parts = [normalising.split_words(part) for part in _ANY_END.split(text.lower())]
    countries = [name_of(code) for code in abroad_in(text)]
    short = [words for words in parts if 2 <= len(words) <= _SHORT_QUESTION and _question_words() & set(words)]
    return [[*words, *(name for name in countries if name not in words)] for words in short]


@cache
def _question_words() -> frozenset[str]:
    return read_words(QUESTION_WORDS)


def _worth_offering(shares: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Up to three articles, without those that hardly anybody means who writes like this."""
    return tuple(label for label, share in shares[:3] if share >= shares[0][1] * WORTH_OFFERING)


def read(words: Sequence[str], language: str) -> list[list[str]]:
    """The readings of a message: one in Bahasa; for a local language as typed and word by word in Bahasa."""
    tables = normalising.load_tables()
    if language not in tables.local:
        return [normalising.read_short(words, tables)]
    glossed = normalising.read_short(normalising.read_local(words, language, tables), tables)
    return [normalising.read_same(words, tables), glossed]


def fingerprint(phrasings: Sequence[Phrasing], titles: Mapping[str, Sequence[str]]) -> str:
    """What a finder would be built from, in one short word: the texts, the word tables and this code."""
    digest = hashlib.sha256(normalising.load_tables().digest.encode() + danger_alarm.fingerprint())
    for name in _CODE:
        digest.update((Path(__file__).parent / name).read_bytes())
    for phrasing in _all_phrasings(phrasings, titles):
        digest.update(json.dumps([phrasing.label, phrasing.language, phrasing.text]).encode())
    return digest.hexdigest()[:24]


def build(phrasings: Sequence[Phrasing], titles: Mapping[str, Sequence[str]], alarm: Alarm | None = None) -> Finder:
    """A finder from phrasings and the titles of articles; the same in any order gives the same finder.

    `alarm`: one that was built before, for whoever compares finders and not alarms.
    """
    every = _all_phrasings(phrasings, titles)
    split = [(p, normalising.split_words(p.text)) for p in every]
    split = [(p, words) for p, words in split if words]
    asked = [(p.label, read(words, p.language)) for p, words in split]
    return Finder(
        ranker=ranking.fit([(label, reading) for label, readings in asked for reading in readings]),
        recogniser=recognising.build([(p.language, words) for p, words in split]),
        belief=_learn_belief(asked),
        alarm=alarm or danger_alarm.build(every, read),
        fingerprint=fingerprint(phrasings, titles),
    )


def _all_phrasings(phrasings: Sequence[Phrasing], titles: Mapping[str, Sequence[str]]) -> list[Phrasing]:
    named = [Phrasing(slug, SOURCE, title) for slug, own in titles.items() for title in own]
    return sorted({*phrasings, *named})


Asked = tuple[str, list[list[str]]]


def _learn_belief(asked: Sequence[Asked]) -> Floats:
    """How far to believe a ranking: a logistic model of its signals, from phrasings the ranker had not seen."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    some = _some_articles(asked)
    signals, right = zip(*(judged for lot in _lots(len(some)) for judged in _unseen(some, lot)), strict=True)
    scaler = StandardScaler().fit(np.array(signals))
    model = LogisticRegression(C=1.0, max_iter=1000).fit(scaler.transform(np.array(signals)), right)
    weights = model.coef_[0] / scaler.scale_
    return np.array([*weights, model.intercept_[0] - weights @ scaler.mean_], np.float32)


def _some_articles(asked: Sequence[Asked]) -> Sequence[Asked]:
    """All articles, or a half, a third … of very many, whole: the figures hardly change, the time does."""
    slugs = _by_lot(asked, _LOT)
    chosen = set(slugs[: math.ceil(len(slugs) / math.ceil(len(asked) / _ENOUGH_TO_JUDGE))])
    return [one for one in asked if one[0].startswith("@") or one[0] in chosen]


def _lots(asked: int) -> list[bytes]:
    """One lot where there is much to judge by; of few phrasings one lot says more about the lot than about them."""
    return [_LOT, *(b"%s%d" % (_LOT, n) for n in range(1, min(_MOST_LOTS, math.ceil(_FEW / asked))))]


def _unseen(asked: Sequence[Asked], lot: bytes) -> Iterator[tuple[Floats, bool]]:
    """The signals of messages that a ranker had not learnt from, and whether it was right about them.

    Two kinds: phrasings left out of articles it knows, and some of articles left out whole, which is how the questions
    look for which we have nothing. All is drawn by lot, so that it hardly changes when a phrasing comes.
    """
    slugs = _by_lot(asked, lot)
    away = set(slugs[: math.ceil(len(slugs) / _ARTICLES_AWAY)])
    tickets = [grams.ticket(*readings[0], lot=lot) for _, readings in asked]
    left_out = [
        label in away or ticket % _PHRASINGS_AWAY == 0 for ticket, (label, _) in zip(tickets, asked, strict=True)
    ]
    known = [one for one, out in zip(asked, left_out, strict=True) if not out]
    ranker = ranking.fit([(label, reading) for label, readings in known for reading in readings], lot)
    for n, (label, readings) in enumerate(asked):
        if left_out[n] and (label not in away or tickets[n] // _PHRASINGS_AWAY % _JUDGED_AWAY == 0):
            ranked = ranker.rank(readings, ASIDE)
            best = ranker.labels[ranked.order[0]]
            yield ranked.signals, best == label or (label in away and best in ASIDE)


def _by_lot(asked: Sequence[Asked], lot: bytes) -> list[str]:
    """The articles, in an order that has nothing to do with what they are about."""
    return sorted(
        {label for label, _ in asked if not label.startswith("@")}, key=lambda slug: grams.ticket(slug, lot=lot)
    )


def _confidence(belief: Floats, ranked: Ranking) -> float:
    return float(1 / (1 + np.exp(-(ranked.signals @ belief[:-1] + belief[-1]))))


def _flatten(prefix: str, part: Ranker | Recogniser) -> Iterator[tuple[str, Any]]:
    """The arrays of a part and, as text, its names and its vocabulary."""
    for name, value in vars(part).items():
        if isinstance(value, Grams):
            yield from ((f"{prefix}.{own}", array) for own, array in value.arrays().items())
        elif isinstance(value, tuple):
            yield f"{prefix}.{name}", grams.packed("\n".join(value))
        else:
            yield f"{prefix}.{name}", value


def _below(prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def _ranker_from(arrays: Mapping[str, Any]) -> Ranker:
    labels = tuple(grams.unpacked(arrays["ranker.labels"]).split("\n"))
    names = [
        "columns",
        "weights",
        "rest",
        "offsets",
        "phrasing_starts",
        "phrasing_grams",
        "phrasing_weights",
        "first_phrasing",
    ]
    values = {name: arrays[f"ranker.{name}"] for name in names}
    return Ranker(labels=labels, grams=grams.from_arrays(arrays, "ranker", ranking.SHAPE), **values)


def _recogniser_from(arrays: Mapping[str, Any]) -> Recogniser:
    return Recogniser(
        codes=tuple(grams.unpacked(arrays["recogniser.codes"]).split("\n")),
        grams=grams.from_arrays(arrays, "recogniser", recognising.SHAPE),
        weights=arrays["recogniser.weights"],
        offsets=arrays["recogniser.offsets"],
    )
