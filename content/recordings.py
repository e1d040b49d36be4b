"""Guidance as somebody from the village speaks it: for those who do not read.

A recording says the title and the short answer of an article in one language, telephone numbers included. It belongs to
those very words (`mark_of`): once they change, or their source does, it is not offered any more until it is spoken anew.
A second person listens before anybody outside the desk hears it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import sounds
from centre.db import Base, BigId, UtcDateTime
from centre.messages import Spoken
from centre.sounds import Sound
from content import articles, wording
from content.article_records import IS_SHOWN, Revision, Translation
from content.contacts import Contact


class NoSuchRecording(LookupError):
    """It was taken away, or never was."""


class OwnVoice(Exception):
    """Who recorded it cannot be the second person who listens."""


class WordsChanged(Exception):
    """The words are no longer those that were spoken."""


class Recording(Base):
    """One article spoken in one language."""

    __tablename__ = "recordings"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_slug: Mapped[str] = mapped_column(ForeignKey("articles.slug"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    mark: Mapped[str] = mapped_column(String(12))
    """The mark of the words that are spoken, `mark_of`."""
    sound_id: Mapped[int] = mapped_column(ForeignKey("sounds.id"))
    recorded_by: Mapped[str] = mapped_column(String(36))
    """Who made it at the desk; whose voice it is, is not kept."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    heard_by: Mapped[str | None] = mapped_column(String(36))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Speakable:
    """What is published of an article in one language, as far as it is spoken."""

    slug: str
    language: str
    title: str
    short: str

    def mark(self, contacts: Mapping[str, Contact]) -> str:
        """The mark of these words, `mark_of`."""
        return mark_of(self.title, self.short, contacts)


@dataclass(frozen=True)
class Published:
    """What the bot may offer while an article's words bear this mark."""

    mark: str
    spoken: Spoken


def words_of(title: str, short: str, contacts: Mapping[str, Contact]) -> str:
    """What is to be read aloud: the title and the short answer with the numbers in it, without marks for writers."""

    def told(code: str) -> str:
        return f"{contacts[code].name}, {contacts[code].number}" if code in contacts else code

    return f"{title}\n\n{wording.shown(short, told)}"


def mark_of(title: str, short: str, contacts: Mapping[str, Contact]) -> str:
    """The mark of the words to be spoken: another once one of them changes, or a number in them."""
    return hashlib.sha256(words_of(title, short, contacts).encode()).hexdigest()[:12]


def add(
    session: Session, slug: str, language: str, mark: str, sound: tuple[str, bytes], staff: str, now: datetime
) -> Recording:
    """Keep a recording of the words with this mark (`sound`: as `centre.spoken.taken` gives it); it waits for a listener.

    Another that waited for one in the same place gives way to it.
    """
    for before in session.scalars(_in_place(slug, language).where(Recording.published_at.is_(None))):
        _remove(session, before)
    laid = sounds.lay_down(session, *sound, now)
    recording = Recording(
        article_slug=slug, language=language, mark=mark, sound_id=laid.id, recorded_by=staff, recorded_at=now
    )
    session.add(recording)
    session.flush()
    return recording


def publish(session: Session, number: int, mark: str, staff: str, now: datetime) -> Recording:
    """A second person has listened: families may hear it from now on, and no longer the one before.

    `mark`: of the words as they are now. Raises `NoSuchRecording`, `OwnVoice`, `WordsChanged`.
    """
    recording = found(session, number)
    if recording.recorded_by == staff:
        raise OwnVoice
    if recording.mark != mark:
        raise WordsChanged
    for before in session.scalars(_in_place(recording.article_slug, recording.language)):
        if before.id != recording.id:
            _remove(session, before)
    recording.heard_by, recording.published_at = staff, now
    session.get_one(Sound, recording.sound_id).is_public = True
    session.flush()
    articles.raise_version(session)
    return recording


def remove(session: Session, number: int) -> Recording:
    """Take one away, also where it is heard already. Raises `NoSuchRecording`."""
    recording = found(session, number)
    _remove(session, recording)
    articles.raise_version(session)
    return recording


def found(session: Session, number: int) -> Recording:
    """One of them. Raises `NoSuchRecording`."""
    recording = session.get(Recording, number)
    if recording is None:
        raise NoSuchRecording(str(number))
    return recording


def of(session: Session, slug: str, language: str) -> list[Recording]:
    """The recordings of an article in a language, the newest first: at most one is published, one waits."""
    return list(session.scalars(_in_place(slug, language).order_by(Recording.id.desc())))


def every(session: Session, language: str) -> dict[str, list[Recording]]:
    """All recordings in a language, by article."""
    found: dict[str, list[Recording]] = {}
    for row in session.scalars(sa.select(Recording).where(Recording.language == language).order_by(Recording.id)):
        found.setdefault(row.article_slug, []).append(row)
    return found


def sizes(session: Session, rows: Iterable[Recording]) -> dict[int, int]:
    """How many bytes each has, by the number of its sound."""
    numbers = [row.sound_id for row in rows]
    found = session.execute(sa.select(Sound.id, Sound.size).where(Sound.id.in_(numbers)))
    return {number: size for number, size in found}  # noqa: C416 - dict() would take it for a mapping


def to_speak(session: Session, language: str) -> list[Speakable]:
    """Everything published in a language, by title."""
    rows = session.execute(_shown().where(Translation.language == language).order_by(Revision.title)).all()
    return [Speakable(*row) for row in rows]


def speakable(session: Session, slug: str, language: str) -> Speakable | None:
    """What is to be spoken of an article; None where it is not published in this language."""
    shown = _shown().where(Translation.article_slug == slug, Translation.language == language)
    row = session.execute(shown).one_or_none()
    return Speakable(*row) if row else None


def languages_with_words(session: Session) -> list[str]:
    """The languages in which something is published, by code."""
    rows = sa.select(Translation.language).where(Translation.published_revision.is_not(None)).distinct()
    return sorted(session.scalars(rows))


def published(session: Session) -> dict[tuple[str, str], Published]:
    """What may be offered, by article and language."""
    rows = session.execute(
        sa.select(Recording.article_slug, Recording.language, Recording.mark, Sound.id, Sound.kind)
        .join(Sound, Sound.id == Recording.sound_id)
        .where(Recording.published_at.is_not(None), Sound.is_public)
        .order_by(Recording.id)
    )
    return {(slug, language): Published(mark, Spoken(number, kind)) for slug, language, mark, number, kind in rows}


def _shown() -> sa.Select[str, str, str, str]:
    columns = sa.select(Translation.article_slug, Translation.language, Revision.title, Revision.short)
    return columns.join(Revision, IS_SHOWN)


def _in_place(slug: str, language: str) -> sa.Select[Recording]:
    return sa.select(Recording).where(Recording.article_slug == slug, Recording.language == language)


def _remove(session: Session, recording: Recording) -> None:
    number = recording.sound_id
    session.delete(recording)
    session.flush()
    session.execute(sa.delete(Sound).where(Sound.id == number))
