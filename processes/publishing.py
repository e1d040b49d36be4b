"""Guidance that goes live at a set time. Every scheduler looks; each draft is held by one of them while it is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from centre import audit
from centre.db import Database
from content import articles, contacts, drafts, gates, timed_drafts
from content.draft_records import ArticleDraft

log = structlog.get_logger()


def publish_due(database: Database, clock: Callable[[], datetime]) -> int:
    """Publish what is due, each by itself, so that one that has to wait holds back no other; gives how many went live."""
    with database.reading() as session:
        ripe = timed_drafts.due(session, clock())
    return sum(_publish_one(database, draft_id, clock()) for draft_id in ripe)


def _publish_one(database: Database, draft_id: int, now: datetime) -> bool:
    with database.transaction() as session:
        articles.take_turn(session)  # first, as whoever publishes by hand does
        draft = timed_drafts.hold(session, draft_id, now)
        return draft is not None and _publish(session, draft, now)


def _publish(session: Session, draft: ArticleDraft, now: datetime) -> bool:
    """Did it go live? What the gate has not judged yet waits; what is hindered waits for a person, with the reason."""
    by = draft.publish_by or ""
    try:
        made = drafts.publish(session, draft.id, draft.edits, by, contacts.read(), now)
    except _HINDRANCES as error:
        timed_drafts.hinder(session, draft, type(error).__name__)
        log.warning("guidance.not_published", draft=draft.id, why=type(error).__name__)
        return False
    except gates.NotJudged:
        gates.request(session, drafts.candidate(session, draft), by, now)
        return False
    audit.record(session, by, "article_published", now, _about(draft), f"revision {made.number}")
    log.info("guidance.published", draft=draft.id)
    return True


_HINDRANCES = (
    gates.CannotBeJudged,
    gates.WouldLose,
    drafts.PublishedMeanwhile,
    drafts.BrokenRules,
    drafts.OwnWords,
    drafts.NotNow,
)


def _about(draft: ArticleDraft) -> str:
    return f"article:{draft.article_slug}:{draft.language}"
