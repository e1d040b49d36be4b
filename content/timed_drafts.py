"""Drafts that go live by themselves at the time a second person set; a scheduler sees to it (processes/publishing.py)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from content import drafts
from content.draft_records import ArticleDraft, State

SOONEST, LATEST = timedelta(minutes=1), timedelta(days=366)
"""How far ahead a publication may be set."""


class NotThen(ValueError):
    """The time is past, or too far ahead."""


def set_time(session: Session, draft_id: int, seen: int, by: str, at: datetime | None, now: datetime) -> ArticleDraft:
    """Have it published by itself at that time, on behalf of `by`; None: not by itself any more.

    Raises `NotNow`, `OwnWords` or `NotThen`; as `change` too.
    """
    draft = drafts.for_second(session, draft_id, seen, by, State.ACCEPTED)
    if at is not None and not now + SOONEST <= at <= now + LATEST:
        raise NotThen(at)
    draft.publish_at, draft.publish_by, draft.note = at, by if at else None, ""
    session.flush()
    return draft


def due(session: Session, now: datetime) -> list[int]:
    """A look without a lock: the drafts whose time has come, the longest waiting first."""
    return list(session.scalars(sa.select(ArticleDraft.id).where(*_is_ripe(now)).order_by(ArticleDraft.publish_at)))


def hold(session: Session, draft_id: int, now: datetime) -> ArticleDraft | None:
    """One of them, held until the transaction ends; None where somebody else holds it, or was faster."""
    ripe = sa.select(ArticleDraft).where(ArticleDraft.id == draft_id, *_is_ripe(now))
    return session.scalar(ripe.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def hinder(session: Session, draft: ArticleDraft, why: str) -> None:
    """It could not be published at its time: it waits for a person, who reads why."""
    draft.publish_at, draft.note = None, why
    session.flush()


def _is_ripe(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return ArticleDraft.publish_at <= now, ArticleDraft.state == State.ACCEPTED
