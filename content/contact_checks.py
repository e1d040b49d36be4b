"""Contacts as they were tried: a number is as good as the day on which somebody last called it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from content import articles
from content.article_records import ContactCheck


def record(session: Session, code: str, on: date, staff: str, now: datetime, note: str = "") -> ContactCheck:
    """Somebody called the contact on that day and it answered."""
    test = ContactCheck(code=code, tested_on=on, tested_by=staff, note=note, created_at=now)
    session.add(test)
    session.flush()
    articles.raise_version(session)
    return test


def last_days(session: Session) -> dict[str, date]:
    """The last day on which each contact was tried, by code."""
    last = sa.select(ContactCheck.code, sa.func.max(ContactCheck.tested_on)).group_by(ContactCheck.code)
    return {row.code: row[1] for row in session.execute(last)}
