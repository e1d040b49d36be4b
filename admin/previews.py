"""An article as families would see it on each channel, from what stands in a form or a draft."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from admin.article_forms import ArticleText
from admin.spoken import Spoken
from centre.messages import LIMITS, Part
from content import articles, drafts, languages, subjects
from content.draft_records import ArticleDraft
from content.folders import ArticleFile, Text


@dataclass(frozen=True)
class SeenPart:
    """One message as it would go out, with how much of the channel's room it takes."""

    part: Part
    long: int
    most: int

    @property
    def is_too_long(self) -> bool:
        return self.long > self.most


Seen = dict[str, tuple[list[SeenPart], list[SeenPart]]]
"""Channel → the answer, and the whole article."""


def of_form(
    session: Session, spoken: Spoken | None, slug: str, language: str, form: ArticleText, today: date
) -> Seen | None:
    """What is typed just now, finished or not; None where there is no bot to word it, or not yet enough to show."""
    wanted = form.wanted()
    text = Text(
        language, wanted.title, wanted.label, wanted.short, wanted.body, from_revision=_source_mark(session, slug)
    )
    published = articles.one(session, slug)
    if wanted.subject is not None and _has_days(wanted.subject):
        subject = subjects.from_json(dict(wanted.subject))
        texts = (published.texts if published else {}) | {languages.SOURCE: text}
        return _seen(session, spoken, ArticleFile(slug=slug, **subject, texts=texts, phrasings=()), language, today)
    if published is None:
        return None
    return _seen(session, spoken, replace(published, texts=published.texts | {language: text}), language, today)


def of_draft(session: Session, spoken: Spoken | None, draft: ArticleDraft, today: date) -> Seen | None:
    """A draft as it stands."""
    if draft.is_source and not _has_days(draft.subject or {}):
        return None
    return _seen(session, spoken, drafts.as_article(session, draft), draft.language, today)


def _seen(session: Session, spoken: Spoken | None, article: ArticleFile, language: str, today: date) -> Seen | None:
    if spoken is None or spoken.preview is None:
        return None
    sent = spoken.preview(session, article, language, today)
    return {channel: (_measured(short, channel), _measured(whole, channel)) for channel, (short, whole) in sent.items()}


def _measured(parts: list[Part], channel: str) -> list[SeenPart]:
    limits = LIMITS[channel]
    most = [limits.interactive if part.style in ("buttons", "list") else limits.text for part in parts]
    return [SeenPart(part, limits.measure(part.text), room) for part, room in zip(parts, most, strict=True)]


def _has_days(subject: Any) -> bool:
    return bool(subject.get("valid_from") and subject.get("review_due"))


def _source_mark(session: Session, slug: str) -> str:
    source = articles.published_of(session, slug).get(languages.SOURCE)
    return source.digest if source else ""
