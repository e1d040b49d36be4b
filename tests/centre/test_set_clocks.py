"""A clock that is set back by an hour: nothing that was written ahead of now makes anybody wait until it has come so far."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from centre import contact_points, conversations, inbox, outbox, sign_ins
from centre.contact_points import Pace
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import Received
from centre.messages import Incoming, Outgoing
from centre.outbox import Outcome
from centre.sign_ins import TooManyTries

BEFORE = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
"""A second before the year ends in Jakarta, by a clock that is an hour fast."""
NOW = BEFORE - timedelta(hours=1)
SOON = NOW + timedelta(seconds=5)
PACE = Pace(per_second=24, burst=6, per_chat=1, chat_span=timedelta(seconds=1))
SARI = Sender("telegram", (("chat", "1"),))


def test_a_paused_lane_is_answered(database: Database) -> None:
    with database.transaction() as session:
        inbox.receive(session, [Received("telegram", "1", SARI, Incoming("text", "halo"))], BEFORE)
        claimed = inbox.claim(session, BEFORE)
        assert claimed
        inbox.strike(session, claimed[1].id, "KeyError", BEFORE)
    with database.transaction() as session:
        assert inbox.claim(session, BEFORE) is None, "it waits a second"
        assert inbox.claim(session, SOON) is not None


def test_a_channel_that_rested_speaks_again(database: Database) -> None:
    with database.transaction() as session:
        contact_points.rest(session, "telegram", BEFORE, timedelta(minutes=1))
        point = contact_points.hold(session, "telegram")
        assert contact_points.allowance(point, PACE, BEFORE) == 0
        assert contact_points.allowance(point, PACE, SOON) == PACE.burst
        conversation = session.get_one(Conversation, conversations.of_sender(session, SARI, SOON))
        outbox.queue(session, conversation, "event:1", [Outgoing("halo")], SOON)
        session.flush()
        assert not outbox.anything_due(session, "telegram", BEFORE)
        assert outbox.anything_due(session, "telegram", SOON)


def test_a_pace_that_was_used_up_flows_again_and_not_all_at_once(database: Database) -> None:
    with database.transaction() as session:
        point = contact_points.hold(session, "telegram")
        contact_points.spend(point, PACE, 6, BEFORE)
        assert contact_points.allowance(point, PACE, NOW) == 0
        assert contact_points.allowance(point, PACE, NOW + timedelta(seconds=1)) == PACE.burst


def test_a_call_whose_worker_died_is_found(database: Database) -> None:
    with database.transaction() as session:
        conversation = session.get_one(Conversation, conversations.of_sender(session, SARI, BEFORE))
        outbox.queue(session, conversation, "event:1", [Outgoing("halo")], BEFORE)
        assert len(outbox.claim(session, "telegram", PACE, BEFORE)) == 1
        assert not outbox.any_lease_over(session, BEFORE)
        assert outbox.any_lease_over(session, SOON)
        assert outbox.reap(session, SOON) == 1
        assert outbox.claim(session, "telegram", PACE, SOON + timedelta(minutes=1)) == [], (
            "a full burst may be out there"
        )
        (again,) = outbox.claim(session, "telegram", PACE, SOON + timedelta(minutes=2))
        outbox.record(session, again.id, Outcome("sent"), SOON + timedelta(minutes=2), 1.0)


def test_who_signed_in_an_hour_ahead_may_sign_in_again(database: Database) -> None:
    with database.transaction() as session:
        attempt = sign_ins.begin(session, "wayan", "10.0.0.1", BEFORE)
        sign_ins.forgive(session, attempt, BEFORE)
        sign_ins.begin(session, "wayan", "10.0.0.1", NOW)


def test_who_guesses_waits_as_before(database: Database) -> None:
    with database.transaction() as session:
        for _ in range(sign_ins.ACCOUNT_TRIES):
            sign_ins.begin(session, "wayan", "10.0.0.1", NOW)
        with pytest.raises(TooManyTries):
            sign_ins.begin(session, "wayan", "10.0.0.1", NOW)
