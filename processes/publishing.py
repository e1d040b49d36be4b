"""Guidance that goes live at a set time. Every scheduler looks; each draft is held by one of them while it is published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from centre import audit
from centre.db import Database
from content import contacts, drafts, gates
from content.draft_records import ArticleDraft

log = structlog.get_logger()


def publish_due(database: Database, clock: Callable[[], datetime]) -> int:
    """Publish what is due; gives how many went live. What a rule or the gate hinders waits for a person, with the reason."""
    published = 0
    while True:
        with database.reading() as session:
            if not drafts.any_due(session, clock()):
                return published
        with database.transaction() as session:
            draft_id = drafts.due(session, clock())
            went_live = _publish(session, draft_id, clock()) if draft_id else False
        if not went_live:
            return published
        published += 1


def _publish(session: Session, draft_id: int, now: datetime) -> bool:
    """Publish it, or say why not; False where the gate has not judged yet, and others may have to wait as well."""
    draft = drafts.held(session, draft_id)
    by = draft.publish_by or ""
    try:
        made = drafts.publish(session, draft_id, draft.edits, by, contacts.read(), now)
    except gates.NotJudged:
        gates.request(session, drafts.candidate(session, draft), by, now)
        return False
    except _HINDRANCES as error:
        drafts.hinder(session, draft_id, type(error).__name__)
        log.warning("guidance.not_published", draft=draft_id, why=type(error).__name__)
        return True
    audit.record(session, by, "article_published", now, _about(draft), f"revision {made.number}")
    log.info("guidance.published", draft=draft_id)
    return True


_HINDRANCES = (gates.WouldLose, drafts.PublishedMeanwhile, drafts.BrokenRules, drafts.OwnWords, drafts.NotNow)


def _about(draft: ArticleDraft) -> str:
    return f"article:{draft.article_slug}:{draft.language}"
