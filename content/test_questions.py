"""The questions that every change of the guidance must still answer: per article and language, and the danger set.

They come with the program or from staff, who add what families really asked. None is ever learnt from. One that came
with the program and was taken away by staff stays away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from content import languages, wording
from content.article_records import Article, Origin, Phrase
from content.judging import DANGER, Question

Kind = Literal["phrasing", "dialect", "typo", "danger"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 500


class QuestionNotAllowed(ValueError):
    """What is no test question; `why` names the rule: text, long, number, label, language, kind, known or learnt."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NoSuchQuestion(LookupError):
    """No test question has this number, or it was taken away."""


class TestQuestion(Base):
    """One message and the article it must reach, or the danger that must be heard in it."""

    __tablename__ = "test_questions"
    __test__ = False  # its name is no invitation to a test runner

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(String(10))
    origin: Mapped[Origin] = mapped_column(String(8))
    author: Mapped[str] = mapped_column(String(64))
    """The id of the staff member who wrote it; empty where it came with the program."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Seed:
    """A test question that comes with the program."""

    label: str
    language: str
    text: str
    kind: Kind


def seed(session: Session, wanted: Iterable[Seed], now: datetime) -> int:
    """Take over what is new among `wanted`; gives how many. Articles that are not here get none."""
    known = {(row.label, row.text) for row in session.execute(sa.select(TestQuestion.label, TestQuestion.text))}
    labels = {*session.scalars(sa.select(Article.slug)), DANGER}
    new = {(each.label, each.text): each for each in wanted if each.label in labels}
    rows = [
        {**vars(each), "origin": "files", "author": "", "created_at": now}
        for key, each in new.items()
        if key not in known
    ]
    if rows:
        session.execute(sa.insert(TestQuestion), rows)
    return len(rows)


def of_label(session: Session, label: str) -> list[TestQuestion]:
    """The test questions of an article or of danger, by language, the oldest first."""
    wanted = sa.select(TestQuestion).where(TestQuestion.label == label, TestQuestion.removed_at.is_(None))
    return sorted(session.scalars(wanted), key=lambda row: (row.language != languages.SOURCE, row.language, row.id))


def counts(session: Session) -> dict[str, int]:
    """How many test questions each label has."""
    counted = sa.select(TestQuestion.label, sa.func.count()).where(TestQuestion.removed_at.is_(None))
    return dict(session.execute(counted.group_by(TestQuestion.label)).all())


def every(session: Session) -> list[Question]:
    """All of them, as the gate asks them."""
    fields = (TestQuestion.id, TestQuestion.label, TestQuestion.language, TestQuestion.text, TestQuestion.kind)
    rows = session.execute(sa.select(*fields).where(TestQuestion.removed_at.is_(None)).order_by(TestQuestion.id))
    return [Question(*row) for row in rows]


def mark(session: Session) -> str:
    """The mark of all that stand now: another once one is added, changed or taken away."""
    digest = hashlib.sha256()
    for question in every(session):
        digest.update(f"{question.id}\x00{question.label}\x00{question.text}\x01".encode())
    return digest.hexdigest()[:32]


def add(session: Session, label: str, language: str, text: str, kind: str, *, by: str, now: datetime) -> TestQuestion:
    """A new one of staff. Raises `QuestionNotAllowed`."""
    question = TestQuestion(origin="staff", author=by, created_at=now)
    _write(session, question, label, language, text, kind)
    session.add(question)
    session.flush()
    return question


def change(
    session: Session, number: int, language: str, text: str, kind: str, *, by: str, now: datetime
) -> TestQuestion:
    """Other words for one: the old one goes, so that nothing that came with the program is brought back beside it.

    Raises `NoSuchQuestion` or `QuestionNotAllowed`.
    """
    old = get(session, number)
    if (old.language, old.text, old.kind) == (language, text.strip(), kind):
        return old
    old.removed_at = now
    session.flush()
    return add(session, old.label, language, text, kind, by=by, now=now)


def remove(session: Session, number: int, now: datetime) -> TestQuestion:
    """Take one away. Raises `NoSuchQuestion`."""
    question = get(session, number)
    question.removed_at = now
    session.flush()
    return question


def get(session: Session, number: int) -> TestQuestion:
    """One that stands. Raises `NoSuchQuestion`."""
    question = session.get(TestQuestion, number)
    if question is None or question.removed_at is not None:
        raise NoSuchQuestion(number)
    return question


def _write(session: Session, question: TestQuestion, label: str, language: str, text: str, kind: str) -> None:
    text = " ".join(text.split())
    if why := _not_allowed(session, label, language, text, kind):
        raise QuestionNotAllowed(why)
    question.label, question.language, question.text, question.kind = label, language, text, kind


def _not_allowed(session: Session, label: str, language: str, text: str, kind: str) -> str:
    """Which rule a question breaks; empty where none. What the finder learns from asks nothing of it."""
    if not any(char.isalnum() for char in text):
        return "text"
    if len(text) > LONGEST:
        return "long"
    if wording.LONG_NUMBER.search(text):
        return "number"
    if kind not in KINDS or (kind == "danger") != (label == DANGER):
        return "kind"
    if language not in languages.CODES:
        return "language"
    if label != DANGER and session.get(Article, label) is None:
        return "label"
    if _is_known(session, label, text):
        return "known"
    return "learnt" if session.scalar(sa.select(Phrase.id).where(Phrase.text == text).limit(1)) else ""


def _is_known(session: Session, label: str, text: str) -> bool:
    same = sa.select(TestQuestion.id).where(TestQuestion.label == label, TestQuestion.text == text)
    return session.scalar(same.where(TestQuestion.removed_at.is_(None)).limit(1)) is not None
