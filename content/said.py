"""What the bot says otherwise than its catalogues: translations of its sentences that came back in a file.

The catalogues come with the program; what staff bring stands here and lies over them, in every process, as soon as it is
taken (`articles.version`). A native speaker's signature is of all sentences of a language as they were: it is gone once
one of them changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Date, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from content import articles
from content.pages import Problem

Key = tuple[str | None, str]
"""(context, msgid) as in a catalogue."""


class SaidOtherwise(Base):
    """One sentence of the bot in one language, other than the catalogue has it."""

    __tablename__ = "said_otherwise"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    language: Mapped[str] = mapped_column(String(8), index=True)
    context: Mapped[str | None] = mapped_column(String(40))
    msgid: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CatalogueSigned(Base):
    """A native speaker stands by all that the bot says in a language."""

    __tablename__ = "catalogues_signed"

    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    mark: Mapped[str] = mapped_column(String(12))
    """Of the very sentences that were read."""
    name: Mapped[str] = mapped_column(Text)
    staff: Mapped[str] = mapped_column(String(36))
    signed_on: Mapped[date] = mapped_column(Date)


@dataclass(frozen=True, eq=False)
class Said:
    """All of it, as it lies over the catalogues."""

    texts: Mapping[str, Mapping[Key, str]] = field(default_factory=dict)
    signed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Language → the mark that was signed, and by whom and when."""


@dataclass(frozen=True)
class SentenceChange:
    """One sentence that a file says otherwise."""

    context: str | None
    msgid: str
    before: str
    """What is said now; empty where only Bahasa is."""
    after: str


@dataclass
class SentencePlan:
    """What a file of sentences would do."""

    changes: list[SentenceChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unchanged: int = 0
    left_out: int = 0
    """Sentences that are empty or marked as doubtful in the file: what is said now stays."""
    gone: int = 0
    """Sentences that the program no longer says."""
    mark: str = ""
    """Of what would be said; another once the file or what is said now changes."""


def every(session: Session) -> Said:
    """What is said otherwise now."""
    texts: dict[str, dict[Key, str]] = {}
    for row in session.scalars(sa.select(SaidOtherwise).order_by(SaidOtherwise.id)):
        texts.setdefault(row.language, {})[row.context, row.msgid] = row.text
    signatures = session.scalars(sa.select(CatalogueSigned))
    signed = {row.language: (row.mark, f"{row.name}, {row.signed_on.isoformat()}") for row in signatures}
    return Said(texts, signed)


def replace(session: Session, language: str, texts: Mapping[Key, str], author: str, now: datetime) -> None:
    """Let the bot say exactly these otherwise than the catalogue of the language has them, in every process at once."""
    articles.take_turn(session)
    kept = {
        (row.context, row.msgid): row
        for row in session.scalars(sa.select(SaidOtherwise).where(SaidOtherwise.language == language))
    }
    for key, row in kept.items():
        if texts.get(key) != row.text:
            session.delete(row)
    session.flush()
    for key, text in texts.items():
        if key not in kept or kept[key].text != text:
            context, msgid = key
            row = SaidOtherwise(
                language=language, context=context, msgid=msgid, text=text, author=author, created_at=now
            )
            session.add(row)
    session.flush()
    articles.raise_version(session)


def sign(session: Session, language: str, mark: str, *, name: str, staff: str, on: date) -> None:
    """A native speaker has read all sentences with this mark and stands by them."""
    articles.take_turn(session)
    signed = session.get(CatalogueSigned, language) or CatalogueSigned(language=language)
    signed.mark, signed.name, signed.staff, signed.signed_on = mark, name, staff, on
    session.add(signed)
    session.flush()
    articles.raise_version(session)
