"""Would a change make the bot answer worse? The test questions put to the bot of before and of after, and compared.

Pure: what understands messages is handed in twice, as it is and as it would be. A question is lost when the right
article was shown for it and would be no more, or danger was recognised in it and would not be; it is weaker when what
was the answer would only be one of several choices. What is lost is what publishing is refused for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

DANGER = "@danger"
"""The label of questions in which danger must be recognised."""
TOLD_EVERY = 25
"""So many questions between two words of progress."""


@dataclass(frozen=True)
class Question:
    """One test question: the article that must be reached (or `DANGER`), and how people ask."""

    id: int
    label: str
    language: str
    text: str
    kind: str


@dataclass(frozen=True)
class Reached:
    """What somebody would see who writes this: danger's card, one answer, up to three choices, or none of them."""

    kind: str
    """act, ask, answer, choices, none, chitchat or person."""
    shown: tuple[str, ...] = ()

    def has(self, label: str) -> bool:
        """Is what was asked for among it?"""
        return self.kind in ("act", "ask") if label == DANGER else label in self.shown

    def rank(self, label: str) -> int:
        """How well what was asked for is reached: not, among others, outright."""
        return int(self.has(label)) + int(self.has(label) and self.kind in ("act", "answer"))


Reach = Callable[[str], Reached]
"""A message in, what its writer would see out."""


@dataclass(frozen=True)
class Change:
    """A question that is reached otherwise than before."""

    question: Question
    before: Reached
    after: Reached


@dataclass(frozen=True)
class Verdict:
    """What would become of the test questions."""

    asked: int
    reached_before: int
    reached_after: int
    lost: tuple[Change, ...] = ()
    weaker: tuple[Change, ...] = ()
    gained: tuple[Change, ...] = ()

    @property
    def passed(self) -> bool:
        """Would nothing be lost?"""
        return not self.lost


def judge(before: Reach, after: Reach, questions: Sequence[Question], progress: Callable[[int], None]) -> Verdict:
    """Put every question to both; `progress` hears now and then how many were asked."""
    changes = []
    for number, question in enumerate(questions, start=1):
        changes.append(Change(question, before(question.text), after(question.text)))
        if number % TOLD_EVERY == 0 or number == len(questions):
            progress(number)
    return compare(changes)


def compare(changes: Sequence[Change]) -> Verdict:
    """The verdict on questions that were put to both."""
    stood = [(each, each.before.rank(each.question.label), each.after.rank(each.question.label)) for each in changes]
    return Verdict(
        asked=len(changes),
        reached_before=sum(1 for _, was, _ in stood if was),
        reached_after=sum(1 for _, _, is_now in stood if is_now),
        lost=tuple(each for each, was, is_now in stood if was and not is_now),
        weaker=tuple(each for each, was, is_now in stood if was > is_now > 0),
        gained=tuple(each for each, was, is_now in stood if is_now and not was),
    )


def as_json(verdict: Verdict) -> str:
    """The verdict as text."""
    return _verdicts().dump_json(verdict).decode()


def from_json(text: str) -> Verdict:
    """What `as_json` was given."""
    return _verdicts().validate_json(text)


@cache
def _verdicts() -> TypeAdapter[Verdict]:
    return TypeAdapter(Verdict)
