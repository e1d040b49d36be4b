"""How well messages are understood: labelled questions in, figures and worst confusions out.

The same `understand` that answers families is asked; nothing is stored. `balai evaluate` prints what is counted here,
the suite holds floors on it, and the admin will ask it before a change is published.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal

from bot.understanding import Understood
from content import languages

SHOWN_AT_MOST: Final = 3
CONFUSIONS: Final = 12
URGENT: Final = "urgent-danger"

Understand = Callable[[str], Understood]


class QuestionsInvalid(ValueError):
    """A line that is no labelled question; the message names file, line and remedy."""


@dataclass(frozen=True)
class Question:
    """One labelled message.

    `slugs` are the articles that answer it, best first, and empty where none may; `kind` is "answerable", "danger",
    "chitchat", "unclear", "abuse", "spam", "out-of-scope" or "wants-human".
    """

    id: str
    text: str
    slugs: tuple[str, ...]
    kind: str
    is_danger: bool
    language: str

    @property
    def is_in_scope(self) -> bool:
        """Calm, and ours to answer."""
        return bool(self.slugs) and not self.is_danger


@dataclass(frozen=True)
class Outcome:
    """What became of one question, and how long understanding it took."""

    question: Question
    understood: Understood
    seconds: float

    @property
    def shown(self) -> tuple[str, ...]:
        """The article shown as the answer, or those offered."""
        if self.understood.kind == "answer" and self.understood.slug:
            return (self.understood.slug,)
        return self.understood.choices[:SHOWN_AT_MOST] if self.understood.kind == "choices" else ()

    @property
    def is_outright(self) -> bool:
        """One article was shown as the answer."""
        return self.understood.kind == "answer"

    @property
    def is_right(self) -> bool:
        """The article shown first is one that answers."""
        return bool(self.shown) and self.shown[0] in self.question.slugs

    @property
    def has_right(self) -> bool:
        """One of the articles shown answers."""
        return any(slug in self.question.slugs for slug in self.shown)

    @property
    def level(self) -> Literal["act", "ask"] | None:
        """How danger was answered, if it was seen."""
        return self.understood.danger.level if self.understood.danger else None


@dataclass(frozen=True)
class Share:
    """Some of all; `of` may be 0 where a file has no such questions."""

    part: int
    of: int

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.of if self.of else None

    def __str__(self) -> str:
        return "-" if self.percent is None else f"{self.percent:.1f} % ({self.part}/{self.of})"


AT_MOST: Final = ("off-topic", "acted", "asked")
FIGURES: Final[Mapping[str, str]] = {
    "first": "right first",
    "shown": "right within what is shown",
    "outright": "answered outright and right",
    "sure": "right among all answered outright",
    "off-topic": "off-topic answered outright",
    "danger": "danger recognised, either level",
    "acted": "calm acted on as danger",
    "asked": "calm asked about danger",
}
FLOORS: Final[Mapping[str, float]] = {
    "shown": 88.0,
    "shown-bahasa": 88.0,
    "shown-local": 88.0,
    "outright": 45.0,
    "sure": 95.0,
    "off-topic": 3.0,
    "danger": 97.0,
    "acted": 2.0,
    "asked": 8.0,
}
"""What must hold, in percent: at least, and for `AT_MOST` at most."""

_SPELT: Final = {
    "id": "id", "ind": "id", "jav": "jv", "jv": "jv", "sun": "su", "su": "su", "sas": "sas", "mad": "mad",
    "bbc": "bbc", "mkn": "mkn", "bjn": "bjn", "min": "min", "mix": "mixed", "en": "en", "eng": "en",
}  # fmt: skip
BAHASA: Final = ("id", "mixed", "en")


def read(path: Path) -> list[Question]:
    """The questions of a file, JSON a line (`question`, `slugs`, `kind`, `urgency`, `lang`, `id`).

    Raises QuestionsInvalid for a line that cannot be taken, and for a file without any.
    """
    questions = []
    for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").split("\n"), start=1):
        if line.strip():
            questions.append(_question(line, f"{path.name}:{number}", str(number)))
    if not questions:
        raise QuestionsInvalid(f"{path.name}: no questions in it")
    return questions


def _question(line: str, place: str, number: str) -> Question:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise QuestionsInvalid(f"{place}: no JSON; write one object a line") from error
    text, slugs = (row.get("question"), row.get("slugs")) if isinstance(row, dict) else (None, None)
    if not isinstance(text, str) or not text.strip():
        raise QuestionsInvalid(f'{place}: no question; write {{"question": "…", "slugs": ["…"]}}')
    if not isinstance(slugs, list) or not all(isinstance(slug, str) for slug in slugs):
        raise QuestionsInvalid(f"{place}: slugs is no list of articles; write [] where none may answer")
    kind = str(row.get("kind") or ("answerable" if slugs else "out-of-scope"))
    return Question(
        id=str(row.get("id") or number),
        text=text,
        slugs=tuple(slugs),
        kind=kind,
        is_danger=row.get("urgency", URGENT if kind == "danger" else "") == URGENT,
        language=_language(str(row.get("lang") or "id")),
    )


def _language(spelt: str) -> str:
    """The code of a variety as the files tell it: "jav ngoko" is jv, "id dialek Medan" is id."""
    first = "".join(char if char.isalpha() else " " for char in spelt).split()
    return _SPELT.get(first[0].lower(), first[0].lower()) if first else "id"


def ask(questions: Iterable[Question], understand: Understand, seconds: Callable[[], float]) -> list[Outcome]:
    """Ask each question once; `seconds` is the clock by which each is timed."""
    outcomes = []
    for question in questions:
        start = seconds()
        understood = understand(question.text)
        outcomes.append(Outcome(question, understood, seconds() - start))
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    """The share behind each name of `FIGURES`."""
    ours = [one for one in outcomes if one.question.is_in_scope]
    outright = [one for one in outcomes if one.is_outright and not one.question.is_danger]
    off_topic = [one for one in outcomes if not one.question.slugs and not one.question.is_danger]
    danger = [one for one in outcomes if one.question.is_danger]
    calm = [one for one in outcomes if not one.question.is_danger]
    return {
        "first": _share(ours, lambda one: one.is_right),
        "shown": _share(ours, lambda one: one.has_right),
        "outright": _share(ours, lambda one: one.is_outright and one.is_right),
        "sure": _share(outright, lambda one: one.is_right),
        "off-topic": _share(off_topic, lambda one: one.is_outright),
        "danger": _share(danger, lambda one: one.level is not None),
        "acted": _share(calm, lambda one: one.level == "act"),
        "asked": _share(calm, lambda one: one.level == "ask"),
    }


def groups(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """All, then Bahasa and local together, then each language, the commonest first."""
    named: dict[str, list[Outcome]] = {"all": list(outcomes)}
    for name, is_bahasa in (("bahasa", True), ("local", False)):
        named[name] = [one for one in outcomes if (one.question.language in BAHASA) == is_bahasa]
    commonest = Counter(one.question.language for one in outcomes).most_common()
    named |= {code: [one for one in outcomes if one.question.language == code] for code, _ in commonest}
    return named


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Share]]:
    """Danger by the kind of message: recognised or acted on (for danger), acted on and asked about (for the rest)."""
    kinds = Counter((one.question.kind, one.question.is_danger) for one in outcomes)
    table: dict[str, dict[str, Share]] = {}
    for (kind, is_danger), _ in kinds.most_common():
        of_kind = [one for one in outcomes if (one.question.kind, one.question.is_danger) == (kind, is_danger)]
        table[f"{kind}, danger" if is_danger and kind != "danger" else kind] = {
            "seen": _share(of_kind, lambda one: one.level is not None),
            "acted": _share(of_kind, lambda one: one.level == "act"),
            "asked": _share(of_kind, lambda one: one.level == "ask"),
        }
    return table


def confusions(outcomes: Sequence[Outcome], most: int = CONFUSIONS) -> list[tuple[str, str, int]]:
    """What was asked for, what was shown first instead, and how often; the worst first."""
    missed = [one for one in outcomes if one.question.is_in_scope and not one.is_right]
    counted = Counter((one.question.slugs[0], one.shown[0] if one.shown else one.understood.kind) for one in missed)
    return [(asked, shown, times) for (asked, shown), times in counted.most_common(most)]


def below(outcomes: Sequence[Outcome], floors: Mapping[str, float]) -> list[str]:
    """The floors that do not hold, each in one line. For a figure nobody asked about see `unasked`."""
    grouped = groups(outcomes)
    missed = []
    for floor, percent in floors.items():
        figure, _, group = _figure_named(floor)
        share = figures(grouped.get(group, []))[figure]
        if share.percent is None:
            continue
        holds = share.percent <= percent if figure in AT_MOST else share.percent >= percent
        if not holds:
            side = "at most" if figure in AT_MOST else "at least"
            missed.append(f"{floor}: {share}, {side} {percent:g} % wanted")
    return missed


def unasked(outcomes: Sequence[Outcome], floors: Iterable[str]) -> list[str]:
    """The floors about which no question asks, so that nothing is known of them."""
    grouped = groups(outcomes)
    named = ((floor, *_figure_named(floor)) for floor in floors)
    return [floor for floor, figure, _, group in named if not figures(grouped.get(group, []))[figure].of]


def is_floor(name: str) -> bool:
    """Is there such a figure? "shown", or "shown-local" for a group of languages."""
    figure, _, group = _figure_named(name)
    return figure in FIGURES and group in ("all", "bahasa", "local", "mixed", *languages.CODES)


def _figure_named(name: str) -> tuple[str, str, str]:
    if name in FIGURES:
        return name, "", "all"
    figure, dash, group = name.rpartition("-")
    return figure, dash, group


def times(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Seconds a message: the median, and what 99 of 100 stay under."""
    taken = sorted(one.seconds for one in outcomes)
    return median(taken), taken[min(len(taken) - 1, int(len(taken) * 0.99))]


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Every figure by group, for other programs."""
    table = {name: figures(some) for name, some in groups(outcomes).items()}
    middle, slow = times(outcomes)
    return {
        "questions": len(outcomes),
        "figures": {
            group: {name: {"part": share.part, "of": share.of} for name, share in row.items()}
            for group, row in table.items()
        },
        "milliseconds": {"median": round(middle * 1000, 2), "p99": round(slow * 1000, 2)},
    }


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> Share:
    return Share(sum(1 for one in outcomes if holds(one)), len(outcomes))
