"""Counting from our own records how long answers take and how sure they are: each record once, by whichever worker comes first.

A mark says up to which row was counted. Rows are counted when they are two minutes old: by then a reply has gone out, or it
counts among those that took longer than any step of the scale.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, String, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from centre import tallies
from centre.answers import GivenAnswer
from centre.db import Base, new_row
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage

SETTLED = timedelta(minutes=2)
AT_ONCE = 2000
SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Steps of the scale of answer times; the targets are 2 (95 of 100) and 10 (99 of 100)."""
CONFIDENCES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
BEYOND = "+Inf"
ANSWERS, ANSWER_MS = "answer_seconds", "answer_ms"
FOUND, FOUND_SUM = "finding_confidence", "finding_confidence_thousandths"
_EVENT = re.compile(r"event:([0-9]{1,18})", re.ASCII)


class TallyMark(Base):
    """Up to which row of a table was counted."""

    __tablename__ = "tally_marks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_id: Mapped[int] = mapped_column(BigInteger)


def take(session: Session, now: datetime) -> int:
    """Count the next rows of each table; gives how many were looked at. The first time, what is there is passed over."""
    return _take_answers(session, now) + _take_times(session, now)


def step(value: float, steps: Sequence[float]) -> str:
    """The step of a scale at which a value counts: the first that it does not exceed."""
    return next((str(each) for each in steps if value <= each), BEYOND)


def _take_answers(session: Session, now: datetime) -> int:
    """How sure each answer was (`kind` as in `centre.answers`)."""
    mark = _hold(session, "answers", GivenAnswer.id)
    rows = session.execute(
        select(GivenAnswer.id, GivenAnswer.kind, GivenAnswer.confidence, GivenAnswer.at)
        .where(GivenAnswer.id > mark.last_id)
        .order_by(GivenAnswer.id)
        .limit(AT_ONCE)
    ).all()
    ready = _settled(rows, "at", now)
    counts: Counter[tuple[str, str]] = Counter()
    for row in ready:
        counts[FOUND, f"{row.kind}|{step(row.confidence, CONFIDENCES)}"] += 1
        counts[FOUND_SUM, row.kind] += round(row.confidence * 1000)
    return _enter(session, mark, ready, counts)


def _take_times(session: Session, now: datetime) -> int:
    """From when a message came in until its answer was handed to the platform: by the first part, as the family sees it."""
    mark = _hold(session, "outbox", OutboxMessage.id)
    rows = session.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.channel,
            OutboxMessage.cause,
            OutboxMessage.part,
            OutboxMessage.sent_at,
            OutboxMessage.created_at,
        )
        .where(OutboxMessage.id > mark.last_id)
        .order_by(OutboxMessage.id)
        .limit(AT_ONCE)
    ).all()
    ready = _settled(rows, "created_at", now)
    asked = {row.id: int(found[1]) for row in ready if row.part == 0 and (found := _EVENT.fullmatch(row.cause))}
    received = _received(session, list(asked.values()))
    counts: Counter[tuple[str, str]] = Counter()
    for row in ready:
        came = received.get(asked.get(row.id, 0))
        if came is None:
            continue
        took = max(0.0, ((row.sent_at or now) - came).total_seconds())
        counts[ANSWERS, f"{row.channel}|{step(took, SECONDS) if row.sent_at else BEYOND}"] += 1
        counts[ANSWER_MS, row.channel] += round(took * 1000)
    return _enter(session, mark, ready, counts)


def _hold(session: Session, name: str, newest: InstrumentedAttribute[int]) -> TallyMark:
    """The mark, held: whoever comes at the same time waits, and finds less to do."""
    if session.get(TallyMark, name) is None:
        last = session.execute(select(func.max(newest))).scalar() or 0
        session.execute(new_row(session, TallyMark, {"name": name, "last_id": last}))
    return session.get_one(TallyMark, name, with_for_update=True, populate_existing=True)


def _settled(rows: Sequence[Any], moment: str, now: datetime) -> Sequence[Any]:
    """The rows before the first that is too young: numbers are given in order, but not always seen so."""
    young = next((index for index, row in enumerate(rows) if getattr(row, moment) > now - SETTLED), len(rows))
    return rows[:young]


def _received(session: Session, event_ids: Sequence[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for start in range(0, len(event_ids), 500):
        some = select(InboxEvent.id, InboxEvent.received_at).where(InboxEvent.id.in_(event_ids[start : start + 500]))
        found |= dict(session.execute(some).all())
    return found


def _enter(session: Session, mark: TallyMark, ready: Sequence[Any], counts: Counter[tuple[str, str]]) -> int:
    if ready:
        mark.last_id = ready[-1].id
        tallies.add(session, counts)
        session.flush()
    return len(ready)
