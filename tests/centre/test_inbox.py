"""What comes in is kept once, answered in order under one hold, and set aside when it cannot be answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from centre import conversations, inbox, outbox
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import STRIKES, Erased, InboxEvent, Received, State, Status
from centre.messages import Incoming

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SARI, WAYAN = Sender("telegram", (("chat", "1"),)), Sender("telegram", (("chat", "2"),))


def wrote(sender: Sender, key: str, text: str = "halo") -> Received:
    return Received("telegram", key, sender, Incoming("text", text))


def receive(database: Database, *events: Received, now: datetime = NOW) -> int:
    with database.transaction() as session:
        return inbox.receive(session, events, now)


def claimed_text(database: Database, now: datetime = NOW) -> str | None:
    """Answer what has waited longest; gives its words."""
    with database.transaction() as session:
        claimed = inbox.claim(session, now)
        if claimed is None:
            return None
        inbox.finish(claimed[1], now)
        return inbox.message_of(inbox.opened(session, claimed[1])).text


def only_event(database: Database) -> InboxEvent:
    with database.reading() as session:
        return session.scalars(select(InboxEvent)).one()


def test_a_platform_may_repeat_itself(database: Database) -> None:
    assert receive(database, wrote(SARI, "1"), wrote(SARI, "1"), wrote(SARI, "2")) == 2
    assert receive(database, wrote(SARI, "2"), wrote(SARI, "1")) == 0
    assert receive(database, Received("whatsapp", "1", WAYAN, Incoming("text", "halo"))) == 1


def test_a_repetition_after_the_answer_is_still_known(database: Database) -> None:
    receive(database, wrote(SARI, "1"))
    assert claimed_text(database) == "halo"
    assert receive(database, wrote(SARI, "1")) == 0
    assert claimed_text(database) is None


def test_one_persons_messages_are_answered_in_order_and_the_longest_waiting_first(database: Database) -> None:
    receive(database, wrote(SARI, "a", "Sari 1"), wrote(WAYAN, "b", "Wayan 1"), wrote(SARI, "c", "Sari 2"))
    assert [claimed_text(database) for _ in range(4)] == ["Sari 1", "Wayan 1", "Sari 2", None]


def test_what_a_person_wrote_is_opened_as_it_was(database: Database) -> None:
    message = Incoming("media", "ini paspor saya 🙏", in_group=True, warned=True)
    receive(database, Received("telegram", "1", SARI, message, media="AgAC"))
    with database.reading() as session:
        payload = inbox.opened(session, session.scalars(select(InboxEvent)).one())
    assert inbox.message_of(payload) == message
    assert payload["media"] == "AgAC"


def test_two_workers_never_hold_the_same_person(postgresql_database: Database) -> None:
    """Two messages of Sari at the same instant, and one of Wayan: the second worker takes Wayan's."""
    database = postgresql_database
    receive(database, wrote(SARI, "1", "Sari 1"), wrote(SARI, "2", "Sari 2"), wrote(WAYAN, "3", "Wayan 1"))
    with database.transaction() as one, database.transaction() as two, database.transaction() as three:
        first, second = inbox.claim(one, NOW), inbox.claim(two, NOW)
        assert first
        assert second
        assert inbox.message_of(inbox.opened(one, first[1])).text == "Sari 1"
        assert inbox.message_of(inbox.opened(two, second[1])).text == "Wayan 1"
        assert inbox.claim(three, NOW) is None, "Sari's second message waits for her first"
        inbox.finish(first[1], NOW)
        inbox.finish(second[1], NOW)
    assert claimed_text(database) == "Sari 2"


def test_on_sqlite_the_second_worker_waits_its_turn(sqlite_database: Database) -> None:
    database = sqlite_database
    receive(database, wrote(SARI, "1", "Sari 1"), wrote(SARI, "2", "Sari 2"))
    told: list[str | None] = []
    other = Thread(target=lambda: told.append(claimed_text(database)))
    with database.transaction() as session:
        first = inbox.claim(session, NOW)
        assert first
        other.start()
        other.join(0.2)
        assert told == [], "it waits"
        inbox.finish(first[1], NOW)
    other.join(30)
    assert told == ["Sari 2"]


def test_the_terminal_answers_its_own_lane(database: Database) -> None:
    receive(database, wrote(WAYAN, "1", "Wayan 1"), wrote(SARI, "2", "Sari 1"))
    with database.transaction() as session:
        lane = conversations.of_sender(session, SARI, NOW)
        claimed = inbox.claim_one(session, lane)
        assert claimed
        assert claimed[0].id == lane
        inbox.finish(claimed[1], NOW)
        assert inbox.claim_one(session, lane) is None


def test_five_strikes_and_the_lane_goes_on(database: Database) -> None:
    receive(database, wrote(SARI, "1", "yang bermasalah"), wrote(SARI, "2", "yang berikut"))
    now, pauses = NOW, []
    for _ in range(STRIKES):
        with database.transaction() as session:
            claimed = inbox.claim(session, now)
            assert claimed, "the lane is free again when its pause is over"
            event_id = claimed[1].id
        with database.transaction() as session:
            was_last = inbox.strike(session, event_id, "KeyError", now)
            until = session.get_one(Conversation, claimed[0].id).paused_until
        assert claimed_text(database, now + timedelta(milliseconds=1)) is None or was_last
        pauses.append((until - now).seconds if until else 0)
        now = until or now
    assert pauses == [1, 2, 4, 8, 0]
    with database.reading() as session:
        event = session.get_one(InboxEvent, event_id)
        assert (event.state, event.attempts, event.for_staff, event.problem) == (
            State.SET_ASIDE,
            5,
            True,
            "KeyError",
        )
        assert inbox.waiting_for_staff(session) == 1
    assert event.sealed_payload, "staff can still read what it was"


def test_a_set_aside_message_takes_no_further_strike(database: Database) -> None:
    receive(database, wrote(SARI, "1"))
    for _ in range(STRIKES):
        with database.transaction() as session:
            inbox.strike(session, 1, "KeyError", NOW)
    with database.transaction() as session:
        assert inbox.strike(session, 1, "KeyError", NOW) is False
    assert only_event(database).attempts == STRIKES


def test_while_a_lane_pauses_the_others_are_answered(database: Database) -> None:
    receive(database, wrote(SARI, "1", "Sari 1"), wrote(WAYAN, "2", "Wayan 1"))
    with database.transaction() as session:
        inbox.strike(session, 1, "KeyError", NOW)
    assert claimed_text(database) == "Wayan 1"
    assert claimed_text(database) is None
    assert claimed_text(database, NOW + timedelta(seconds=1)) == "Sari 1"


def test_a_message_that_ends_the_process_is_counted_before_it_is_tried(database: Database) -> None:
    """After a start each try is counted first; the sixth time nobody dares and it is set aside."""
    receive(database, wrote(SARI, "1"))
    outcomes = []
    for _ in range(STRIKES + 1):
        with database.transaction() as session:
            claimed = inbox.claim(session, NOW)
            assert claimed
            outcomes.append(inbox.count_try(session, claimed[1], NOW))
    assert outcomes == [False] * STRIKES + [True]
    event = only_event(database)
    assert (event.state, event.problem, event.for_staff) == (State.SET_ASIDE, "process_ended", True)


def test_a_try_that_was_counted_before_is_not_counted_again(database: Database) -> None:
    receive(database, wrote(SARI, "1"))
    with database.transaction() as session:
        claimed = inbox.claim(session, NOW)
        assert claimed
        inbox.count_try(session, claimed[1], NOW)
        inbox.strike(session, claimed[1].id, "KeyError", NOW, counted=True)
    assert only_event(database).attempts == 1


def test_staff_let_a_message_be_answered_again(database: Database) -> None:
    receive(database, wrote(SARI, "1"))
    for _ in range(STRIKES):
        with database.transaction() as session:
            inbox.strike(session, 1, "KeyError", NOW)
    with database.transaction() as session:
        inbox.replay(session, session.get_one(InboxEvent, 1))
    assert claimed_text(database, NOW + timedelta(hours=1)) == "halo"


def test_words_are_kept_72_hours_and_keys_30_days(database: Database) -> None:
    receive(database, wrote(SARI, "1"))
    claimed_text(database)
    with database.transaction() as session:
        assert inbox.forget_old(session, NOW + timedelta(hours=72)) == 0
    with database.transaction() as session:
        assert inbox.forget_old(session, NOW + timedelta(hours=72, seconds=1)) == 1
        event = session.scalars(select(InboxEvent)).one()
        session.refresh(event)
        with pytest.raises(Erased):
            inbox.opened(session, event)
    assert receive(database, wrote(SARI, "1")) == 0
    with database.transaction() as session:
        inbox.forget_marks(session, NOW + timedelta(days=30, seconds=1))
    assert receive(database, wrote(SARI, "1")) == 1


def test_what_staff_must_still_see_is_not_forgotten(database: Database) -> None:
    receive(database, wrote(SARI, "1"))
    with database.transaction() as session:
        event = session.scalars(select(InboxEvent)).one()
        inbox.keep_for_staff(event, "media")
        inbox.finish(event, NOW)
    with database.transaction() as session:
        assert inbox.forget_old(session, NOW + timedelta(days=60)) == 0
    with database.transaction() as session:
        inbox.mark_seen(session.scalars(select(InboxEvent)).one(), "bu-ani", NOW)
    with database.transaction() as session:
        assert inbox.forget_old(session, NOW + timedelta(days=4)) == 1


def test_statuses_wait_apart_from_conversations(database: Database) -> None:
    status = Status("delivered", "wamid.1")
    receive(database, Received("whatsapp", "s1", status=status), wrote(SARI, "1"))
    assert claimed_text(database) == "halo"
    assert claimed_text(database) is None
    with database.transaction() as session:
        assert inbox.any_status_open(session)
        (event,) = inbox.statuses(session)
        assert Status(**inbox.opened(session, event)["status"]) == status
        inbox.finish(event, NOW)
        assert not inbox.any_status_open(session)


def test_the_backlog_is_counted(database: Database) -> None:
    receive(database, wrote(SARI, "1"))
    receive(database, wrote(WAYAN, "2"), now=NOW + timedelta(minutes=1))
    with database.reading() as session:
        assert inbox.backlog(session) == (2, NOW)
        assert outbox.backlog(session) == (0, None)
