"""Two workers want the same slots the other way round: both answer everybody, nobody is blamed, and nobody stands idle."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.conversation import Response
from bot.turns import Guide
from centre import db, inbox, slots
from centre.conversations import Conversation, Sender
from centre.db import Database, is_busy, is_down
from centre.inbox import InboxEvent, Received
from centre.messages import Incoming, Outgoing
from processes import answering
from tests.centre.booked import NOW, korleko, saturday, workshop

PATIENCE_SECONDS = 60
"""So long a row is waited for here otherwise: nobody who waited that long could be taken for a slow machine."""
NO_GUIDE = None


def test_workers_who_stand_in_each_other_s_way_answer_one_by_one(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sari and Wayan are answered together, as are Rohani and Udin: the one pair wants slots 1 and 2, the other 2 and 1.

    PostgreSQL would not look for the ring for a long time here, and otherwise a row is waited for as long.
    """
    patience = f"-c lock_timeout={PATIENCE_SECONDS}s -c statement_timeout={PATIENCE_SECONDS}s"
    monkeypatch.setitem(db.PATIENCE, "options", patience)
    with postgresql_database.engine.begin() as server:
        server.execute(text(f"ALTER DATABASE {postgresql_database.engine.url.database} SET deadlock_timeout = '90s'"))
    postgresql_database.engine.dispose()
    first, second = _two_slots(postgresql_database)
    _write(postgresql_database, {"Sari": first, "Wayan": second, "Rohani": second, "Udin": first})
    both_hold_one, calls = threading.Barrier(2, timeout=PATIENCE_SECONDS / 4), itertools.count()

    def respond(
        session: Session, conversation: Conversation, message: Incoming, guide: Guide, now: datetime, event_id: int
    ) -> Response:
        slots.hold(session, int(message.text))
        if next(calls) < 2:
            both_hold_one.wait()
        return Response((Outgoing("Baik."),))

    monkeypatch.setattr(answering, "respond", respond)
    began = time.monotonic()
    with ThreadPoolExecutor(2) as workers:
        jobs = [workers.submit(_answer_a_pair, postgresql_database) for _ in range(2)]
        answered = [job.result(PATIENCE_SECONDS * 2) for job in jobs]
    took = time.monotonic() - began
    while _answer_a_pair(postgresql_database):
        answered.append(1)

    assert took < PATIENCE_SECONDS / 2, "nobody waits until PostgreSQL notices"
    assert len(answered) > 2, "they did stand in each other's way"
    with postgresql_database.reading() as session:
        events = session.scalars(select(InboxEvent)).all()
        assert [(event.state, event.attempts) for event in events] == [("done", 0)] * 4


def test_a_message_that_met_a_held_row_is_not_counted_against(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not at a start, where each try is counted before it is made."""
    first, _ = _two_slots(postgresql_database)
    _write(postgresql_database, {"Sari": first})

    def respond(
        session: Session, conversation: Conversation, message: Incoming, guide: Guide, now: datetime, event_id: int
    ) -> Response:
        session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        slots.hold(session, int(message.text))
        return Response((Outgoing("Baik."),))

    monkeypatch.setattr(answering, "respond", respond)
    with postgresql_database.transaction() as officer:
        slots.hold(officer, first)
        for _ in range(inbox.STRIKES + 1):
            assert answering.answer_next(postgresql_database, NO_GUIDE, lambda: NOW, careful=True)  # type: ignore[arg-type]
    assert answering.answer_next(postgresql_database, NO_GUIDE, lambda: NOW, careful=True)  # type: ignore[arg-type]
    with postgresql_database.reading() as session:
        event = session.scalars(select(InboxEvent)).one()
        assert (event.state, event.attempts) == ("done", 1), "one try, the one that went well"


def test_a_ring_that_postgresql_breaks_is_busy_and_not_down(postgresql_database: Database) -> None:
    first, second = _two_slots(postgresql_database)
    both_hold_one = threading.Barrier(2, timeout=20)

    def hold(one: int, other: int) -> None:
        with postgresql_database.transaction() as session:
            slots.hold(session, one)
            both_hold_one.wait()
            slots.hold(session, other)

    with ThreadPoolExecutor(2) as people:
        ring = [people.submit(hold, *each) for each in ((first, second), (second, first))]
        errors = [each.exception(30) for each in ring]

    (error,) = [each for each in errors if each]
    assert isinstance(error, DBAPIError)
    assert is_busy(error)
    assert not is_down(error)


def _two_slots(database: Database) -> tuple[int, int]:
    with database.transaction() as session:
        kind, village = workshop(session), korleko(session)
        return saturday(session, kind, village).id, saturday(session, kind, village).id


def _write(database: Database, wishes: dict[str, int]) -> None:
    with database.transaction() as session:
        for name, slot_id in wishes.items():
            sender = Sender("telegram", (("chat", name),))
            inbox.receive(session, [Received("telegram", name, sender, Incoming("text", str(slot_id)))], NOW)


def _answer_a_pair(database: Database) -> int:
    return answering.answer_waiting(database, NO_GUIDE, lambda: datetime.now(UTC), most=2)  # type: ignore[arg-type]
