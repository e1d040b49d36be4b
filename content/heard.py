"""How people ask for an article, as records: what finding learns from. Files bring them, staff add to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sys import intern

import sqlalchemy as sa
from sqlalchemy.orm import Session

from content.article_records import Phrase
from content.folders import ArticleFile
from content.phrasing import Phrasing


@dataclass(frozen=True, slots=True)
class Heard:
    """One way of asking as it is kept."""

    language: str
    text: str
    origin: str


def every(session: Session, slug: str | None = None) -> dict[str, list[Heard]]:
    """How people ask, by label, in the order it was taken over; of one article where it is named."""
    found: dict[str, list[Heard]] = {}
    heard = sa.select(Phrase.label, Phrase.language, Phrase.text, Phrase.origin).order_by(Phrase.id)
    heard = heard if slug is None else heard.where(Phrase.label == slug)
    for label, language, text, origin in session.execute(heard):
        found.setdefault(label, []).append(Heard(intern(language), text, intern(origin)))
    return found


def add(session: Session, phrasings: Iterable[Phrasing]) -> int:
    """Let the finder learn what staff say that people say; gives how many were new. The caller raises the version."""
    added = 0
    for each in phrasings:
        same = sa.select(Phrase.id).where(
            Phrase.label == each.label, Phrase.language == each.language, Phrase.text == each.text
        )
        if session.scalar(same) is None:
            session.add(Phrase(label=each.label, language=each.language, text=each.text, origin="staff"))
            session.flush()
            added += 1
    return added


def follow_files(session: Session, wanted: ArticleFile, known: list[Heard]) -> bool:
    """Let the phrasings that came from files be those of the files now. Did anything change?"""
    by_staff = {(heard.language, heard.text) for heard in known if heard.origin == "staff"}
    before = [(heard.language, heard.text) for heard in known if heard.origin == "files"]
    said = [(phrasing.language, phrasing.text) for phrasing in wanted.phrasings]
    after = [pair for pair in said if pair not in by_staff]
    if before == after:
        return False
    session.execute(sa.delete(Phrase).where(Phrase.label == wanted.slug, Phrase.origin == "files"))
    rows = [{"label": wanted.slug, "language": of, "text": text, "origin": "files"} for of, text in after]
    if rows:
        session.execute(sa.insert(Phrase), rows)
    return True
