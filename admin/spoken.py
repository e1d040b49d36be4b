"""What only `bot` can word, and the desk shows before it is said or prints: handed in by `processes`, as plain callables.

`admin` may not import `bot`; here stands what it asks of it, with stand-ins for a desk without a bot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from admin.trials import Converse
from centre.messages import Part
from content.folders import ArticleFile
from content.said import SentenceChange, SentencePlan


class Poster(Protocol):
    """The sentences of one language on a poster."""

    @property
    def title(self) -> str: ...
    @property
    def how(self) -> str: ...
    @property
    def promise(self) -> str: ...


Preview = Callable[[Session, ArticleFile, str, date], dict[str, tuple[list[Part], list[Part]]]]
"""An article in a language as each channel would carry it on that day: the answer, and the whole of it."""


class Phrasebook(Protocol):
    """The bot's sentences, in files and back (`processes.phrasebook`)."""

    @property
    def languages(self) -> tuple[str, ...]: ...
    def mark(self, session: Session, language: str) -> str: ...
    def reviewed(self, session: Session, language: str) -> str: ...
    def sentences(self, session: Session, language: str) -> list[SentenceChange]: ...
    def written(self, session: Session, language: str) -> bytes: ...
    def plan(self, session: Session, language: str, name: str, data: bytes) -> SentencePlan: ...
    def take(self, session: Session, language: str, plan: SentencePlan, author: str, now: datetime) -> None: ...


@dataclass(frozen=True)
class Spoken:
    """What the desk has worded by the bot."""

    poster: Callable[[Session, str], Poster]
    """The poster in one language, by its code."""
    announcement: Callable[[Session, str, str, str], str]
    """Language, words of staff, name of the village → the announcement as it reads."""
    news_template: Callable[[Session, str, str, str], str] | None = None
    """The same as it reads where only an approved template is let through (WhatsApp, 24 hours)."""
    preview: Preview | None = None
    """An article as families would see it; None for a desk without a bot."""
    phrasebook: Phrasebook | None = None
    """Its sentences, to be exchanged as files."""
    converse: Converse | None = None
    """A conversation on trial; None for a desk without a bot."""
