"""Who has an article before them just now: asked before it is withdrawn, so that nobody is left with dead buttons."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from centre.answers import GivenAnswer
from centre.conversations import Conversation

LATELY = timedelta(hours=24)
"""Whoever wrote within a day may still tap what stands before them."""


def on_article(session: Session, slug: str, now: datetime) -> int:
    """How many conversations were shown this article lately and still have its buttons before them."""
    shown = (
        select(func.count(func.distinct(Conversation.id)))
        .join(GivenAnswer, GivenAnswer.conversation_id == Conversation.id)
        .where(GivenAnswer.slug == slug, GivenAnswer.at >= now - LATELY)
        .where(cast(Conversation.plain_offered, String).contains(f':{slug}"', autoescape=True))
    )
    return session.scalar(shown) or 0
