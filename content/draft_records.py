"""The table of drafts: words of one language of one article that nobody outside sees yet.

A draft is a row of its own beside the published revision; publishing makes the next revision of it, which never changes.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from centre.db import Base, BigId, UtcDateTime
from content import folders, languages


class State(StrEnum):
    """How far a draft has come."""

    WRITING = "writing"
    REVIEW = "review"
    """Sent to somebody else."""
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    DROPPED = "dropped"


OPEN = (State.WRITING, State.REVIEW, State.ACCEPTED)


class ArticleDraft(Base):
    """One language of one article as editors want it."""

    __tablename__ = "article_drafts"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_slug: Mapped[str] = mapped_column(String(64), index=True)
    """No foreign key: the article may be new."""
    language: Mapped[str] = mapped_column(String(8))
    open_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Article and language as long as it is open: there is one open draft of each."""
    title: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    short: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    subject: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Owner, dates, sources and so on, as in `Revision.subject`: of the source language only."""
    phrasings: Mapped[list[str]] = mapped_column(JSON)
    """How people ask for it: added to what finding learns from when this is published."""
    source_revision: Mapped[str] = mapped_column(Text)
    """The mark of the source that a translation is made from; empty for the source itself."""
    based_on: Mapped[int | None] = mapped_column(Integer)
    """The number of the revision that was published when this was begun; None where there was none."""
    state: Mapped[State] = mapped_column(String(12), index=True)
    edits: Mapped[int] = mapped_column(Integer)
    """Rises with every change of the words: who saves says which state of them she had before her."""
    writers: Mapped[list[str]] = mapped_column(JSON)
    """Ids of all whose words these are: none of them may accept or publish it."""
    note: Mapped[str] = mapped_column(Text)
    """What the reviewer wrote when it was returned; what hindered a publication that was set for a time."""
    sent_by: Mapped[str | None] = mapped_column(String(64))
    reviewed_by: Mapped[str | None] = mapped_column(String(64))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When it is to go live by itself."""
    publish_by: Mapped[str | None] = mapped_column(String(64))
    """Who set that time, and so publishes."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(64))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_new(self) -> bool:
        """Is nothing published yet that it would follow?"""
        return self.based_on is None

    @property
    def is_source(self) -> bool:
        return self.language == languages.SOURCE

    @property
    def text(self) -> folders.Text:
        """Its words, as they would be published: whoever read the ones before has not read these."""
        return folders.Text(
            language=self.language,
            title=self.title,
            label=self.label,
            short=self.short,
            body=self.body,
            from_revision=self.source_revision,
        )

    @property
    def mark(self) -> str:
        """The mark of exactly what stands in it: another once a letter changes."""
        kept = [
            self.article_slug,
            self.language,
            self.text.revision,
            self.source_revision,
            self.subject,
            self.phrasings,
        ]
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]
