"""Sari's telephone is in other hands: what we said there goes, each message once it can, and nothing new arrives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from centre import contact_points, conversations, outbox, retention, take_downs
from centre.contact_points import Pace
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import Received, Status, receive, statuses
from centre.messages import LIMITS, Incoming, Outgoing
from centre.outbox import BACKOFF, UNSURE_WAIT, OutboxMessage, Outcome, State
from centre.retention import FAREWELL
from centre.take_downs import LEASE, TRIES, TakeDown

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WIDE = Pace(per_second=1000, burst=1000, per_chat=1000, chat_span=timedelta(seconds=1))
SARI, WAYAN = Sender("telegram", (("chat", "1"),)), Sender("telegram", (("chat", "2"),))
ROHANI, VISITOR = Sender("whatsapp", (("phone", "628111"),)), Sender("web", (("browser", "abc"),))
SECOND = timedelta(seconds=1)
GONE = Outcome("sent")


def queue(database: Database, sender: Sender, *texts: str, cause: str = "event:1", now: datetime = NOW) -> int:
    with database.transaction() as session:
        found = conversations.of_sender(session, sender, now)
        outbox.queue(session, session.get_one(Conversation, found), cause, [Outgoing(text) for text in texts], now)
    return found


def send(database: Database, outcome: Outcome | None = None, channel: str = "telegram", now: datetime = NOW) -> int:
    """Let what is due go out, each under a name that holds its number; gives how many went."""
    with database.transaction() as session:
        claimed = outbox.claim(session, channel, WIDE, now)
    with database.transaction() as session:
        for each in claimed:
            outbox.record(session, each.id, outcome or Outcome("sent", f"1:{each.id}"), now, 1.0)
    return len(claimed)


def say(database: Database, sender: Sender, *texts: str, cause: str = "event:1", now: datetime = NOW) -> int:
    """The same, and it all goes out."""
    found = queue(database, sender, *texts, cause=cause, now=now)
    while send(database, channel=sender.channel, now=now):
        pass
    return found


def take_down(database: Database, conversation_id: int, now: datetime = NOW) -> list[str]:
    with database.transaction() as session:
        return outbox.take_down(session, session.get_one(Conversation, conversation_id), now)


def claim(database: Database, now: datetime = NOW, pace: Pace = WIDE) -> list[TakeDown]:
    with database.transaction() as session:
        is_due = take_downs.anything_due(session, "telegram", now)
        claimed = take_downs.claim(session, "telegram", pace, now)
    assert is_due or not claimed, "a look without a lock sees what a claim would take"
    return claimed


def record(database: Database, claimed: list[TakeDown], outcome: Outcome, now: datetime = NOW) -> list[int]:
    with database.transaction() as session:
        return take_downs.record(session, {each.id: outcome for each in claimed}, now)


def rows(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def states(database: Database) -> list[str]:
    return [row.state for row in rows(database)]


# What is wished


def test_what_is_on_the_telephone_is_deleted_newest_first_and_only_there(database: Database) -> None:
    sari = say(database, SARI, "satu", "dua")
    say(database, WAYAN, "halo Wayan")
    assert take_down(database, sari) == []
    claimed = claim(database)
    assert [each.provider_id for each in claimed] == ["1:2", "1:1"]
    record(database, claimed, GONE)
    first, second, wayan = rows(database)
    assert (first.taken_down_at, second.taken_down_at, wayan.taken_down_at) == (NOW, NOW, None)
    assert (first.sealed_part, first.sealed_provider_id, wayan.sealed_part is None) == (None, None, False)
    assert claim(database, NOW + timedelta(hours=1)) == []


def test_the_platforms_name_is_kept_sealed_and_only_where_it_can_be_taken_back(database: Database) -> None:
    say(database, SARI, "satu")
    say(database, ROHANI, "halo")
    sari, rohani = rows(database)
    assert sari.sealed_provider_id
    assert b"1:1" not in sari.sealed_provider_id
    assert rohani.sealed_provider_id is None


def test_what_is_too_old_to_be_deleted_is_not_asked_for(database: Database) -> None:
    sari = say(database, SARI, "dulu", now=NOW - timedelta(hours=49))
    say(database, SARI, "baru", cause="event:2", now=NOW - timedelta(hours=47))
    take_down(database, sari)
    assert [each.provider_id for each in claim(database)] == ["1:2"]
    assert [row.sealed_part for row in rows(database)] == [None, None], "our own copy goes all the same"


def test_what_has_not_gone_out_never_goes(database: Database) -> None:
    sari = say(database, SARI, "satu")
    queue(database, SARI, "dua", "tiga", cause="case:7")
    assert take_down(database, sari) == ["case:7"], "who wrote it can be told"
    assert send(database, now=NOW + timedelta(hours=1)) == 0
    assert [(row.state, row.error) for row in rows(database)[1:]] == [(State.DROPPED, "taken_down")] * 2


def test_what_is_said_after_the_wish_stays(database: Database) -> None:
    sari = say(database, SARI, "rahasia")
    with database.transaction() as session:
        conversation = session.get_one(Conversation, sari)
        outbox.take_down(session, conversation, NOW)
        outbox.queue(session, conversation, "event:2", [Outgoing("Besok cerah.")], NOW)
    assert send(database) == 1
    assert [each.provider_id for each in claim(database)] == ["1:1"]


def test_a_wish_said_twice_asks_for_nothing_twice(database: Database) -> None:
    sari = say(database, SARI, "satu")
    take_down(database, sari)
    record(database, claim(database), GONE)
    take_down(database, sari, NOW + SECOND)
    assert claim(database, NOW + SECOND) == []


def test_pages_know_from_where_on_they_may_show(database: Database) -> None:
    visitor = queue(database, VISITOR, "satu", "dua")
    with database.transaction() as session:
        receive(session, [Received("web", "k1", VISITOR, Incoming("text", "cuaca"))], NOW)
    take_down(database, visitor)
    with database.reading() as session:
        conversation = session.get_one(Conversation, visitor)
        assert (conversation.shown_after, conversation.heard_after) == (2, 1)
    assert [(row.state, row.sealed_part, row.take_down_at) for row in rows(database)] == [(State.SENT, None, None)] * 2


# What is under way just then


def test_a_call_under_way_is_deleted_as_soon_as_it_has_arrived(database: Database) -> None:
    sari = queue(database, SARI, "satu")
    with database.transaction() as session:
        (delivery,) = outbox.claim(session, "telegram", WIDE, NOW)
    take_down(database, sari)
    assert claim(database) == [], "nobody knows its name yet"
    with database.transaction() as session:
        outbox.record(session, delivery.id, Outcome("sent", "1:41"), NOW, 1.0)
    assert [each.provider_id for each in claim(database)] == ["1:41"]


@pytest.mark.parametrize("kind", ["throttled", "temporary", "permanent", "ambiguous"])
def test_a_call_under_way_that_fails_is_not_tried_again(database: Database, kind: str) -> None:
    sari = queue(database, SARI, "satu")
    with database.transaction() as session:
        (delivery,) = outbox.claim(session, "telegram", WIDE, NOW)
    take_down(database, sari)
    with database.transaction() as session:
        outbox.record(session, delivery.id, Outcome(kind, wait=SECOND), NOW, 1.0)  # type: ignore[arg-type]
    assert states(database) == [State.DROPPED], "nor is it shown to staff as lost"
    assert send(database, now=NOW + timedelta(hours=1)) == 0


def test_a_call_whose_worker_died_is_not_repeated_but_deleted_if_it_arrived_after_all(database: Database) -> None:
    sari = queue(database, SARI, "satu")
    with database.transaction() as session:
        (delivery,) = outbox.claim(session, "telegram", WIDE, NOW)
    take_down(database, sari)
    over = NOW + outbox.LEASE + SECOND
    with database.transaction() as session:
        outbox.reap(session, over)
    later = over + UNSURE_WAIT
    assert send(database, now=later) == 0
    with database.transaction() as session:
        outbox.record(session, delivery.id, Outcome("sent", "1:41"), later, 1.0)
    assert [each.provider_id for each in claim(database, later)] == ["1:41"]


def test_words_that_are_gone_are_not_sent_again_when_whatsapp_says_so_late(database: Database) -> None:
    rohani = say(database, ROHANI, "halo")
    take_down(database, rohani)
    with database.transaction() as session:
        event = Received("whatsapp", "s1", status=Status("failed", "1:1", again=True))
        receive(session, [event], NOW)
        (stored,) = statuses(session)
        assert event.status
        assert outbox.follow(session, stored, event.status, NOW)
    assert send(database, channel="whatsapp", now=NOW + timedelta(hours=1)) == 0
    assert states(database) == [State.DROPPED]


# How it is done


def test_two_workers_never_take_the_same_message_before_its_lease_is_over(database: Database) -> None:
    take_down(database, say(database, SARI, "satu", "dua"))
    assert len(claim(database)) == 2
    assert claim(database, NOW + LEASE - SECOND) == []
    assert len(claim(database, NOW + LEASE)) == 2


def test_deleting_keeps_the_pace_of_the_channel(database: Database) -> None:
    take_down(database, say(database, SARI, *"abcdef"))
    later = NOW + timedelta(minutes=1)
    slow = Pace(per_second=2, burst=4, per_chat=1, chat_span=SECOND)
    assert [len(claim(database, later, slow)) for _ in range(2)] == [4, 0]
    assert len(claim(database, later + SECOND, slow)) == 2
    queue(database, WAYAN, "halo Wayan")
    with database.transaction() as session:
        assert outbox.claim(session, "telegram", slow, later + SECOND) == [], "what is sent shares it"


def test_a_channel_that_asks_for_quiet_gets_it(database: Database) -> None:
    take_down(database, say(database, SARI, "satu", "dua"))
    with database.transaction() as session:
        contact_points.rest(session, "telegram", NOW, 60 * SECOND)
    assert claim(database, NOW + SECOND) == []
    assert len(claim(database, NOW + 60 * SECOND)) == 2


def test_waiting_when_told_to_spends_no_try(database: Database) -> None:
    take_down(database, say(database, SARI, "satu"))
    now = NOW
    for _ in range(2 * TRIES):
        assert record(database, claim(database, now), Outcome("throttled", wait=5 * SECOND), now) == []
        assert claim(database, now + 4 * SECOND) == []
        now += 5 * SECOND
    record(database, claim(database, now), GONE, now)
    assert rows(database)[0].taken_down_at == now


def test_a_token_that_is_refused_lets_the_whole_channel_rest(database: Database) -> None:
    take_down(database, say(database, SARI, "satu", "dua"))
    record(database, claim(database)[:1], Outcome("throttled", wait=60 * SECOND, whole_channel=True))
    queue(database, WAYAN, "halo Wayan")
    assert send(database, now=NOW + SECOND) == 0


@pytest.mark.parametrize("kind", ["temporary", "ambiguous"])
def test_after_five_tries_it_is_given_up_until_somebody_asks_again(database: Database, kind: str) -> None:
    sari = say(database, SARI, "satu")
    take_down(database, sari)
    now, given_up = NOW, list[list[int]]()
    for wait in BACKOFF:
        given_up.append(record(database, claim(database, now), Outcome(kind), now))  # type: ignore[arg-type]
        now += wait
    assert given_up == [[]] * (TRIES - 1) + [[1]]
    now += timedelta(hours=1)
    assert claim(database, now) == []
    take_down(database, sari, now)
    assert len(claim(database, now)) == 1


def test_a_message_that_ends_our_process_each_time_ends_some_time(database: Database) -> None:
    take_down(database, say(database, SARI, "satu"))
    taken = [len(claim(database, NOW + round * LEASE)) for round in range(TRIES + 3)]
    assert taken == [1] * TRIES + [0] * 3


def test_what_is_gone_already_counts_as_done(database: Database) -> None:
    take_down(database, say(database, SARI, "satu"))
    assert record(database, claim(database), Outcome("permanent", error="bad_request")) == []
    assert rows(database)[0].taken_down_at == NOW


# Whoever asks to be forgotten


def test_a_conversation_that_is_wiped_stays_until_its_traces_are_gone(database: Database) -> None:
    sari = say(database, SARI, "rahasia")
    queue(database, SARI, "belum", cause="event:2")
    with database.transaction() as session:
        conversation = session.get_one(Conversation, sari)
        outbox.take_down(session, conversation, NOW)
        retention.forget(session, conversation, NOW)
    assert [row.sealed_part for row in rows(database)] == [None], "only what is on the telephone is still known of"
    over = NOW + FAREWELL + SECOND
    with database.transaction() as session:
        assert retention.sweep(session, over) == 0
    record(database, claim(database, over), GONE, over)
    with database.transaction() as session:
        assert retention.sweep(session, over) == 1
        assert session.scalar(select(func.count(OutboxMessage.id))) == 0


def test_names_of_messages_that_can_no_longer_be_deleted_are_not_kept(database: Database) -> None:
    reach = LIMITS["telegram"].takes_back
    assert reach
    take_down(database, say(database, SARI, "satu"))
    say(database, WAYAN, "halo Wayan")
    with database.transaction() as session:
        retention.forget_old(session, NOW + reach)
        assert (
            len(session.scalars(select(OutboxMessage).where(OutboxMessage.sealed_provider_id.is_not(None))).all()) == 2
        )
        retention.forget_old(session, NOW + reach + SECOND)
    assert [(row.sealed_provider_id, row.take_down_at) for row in rows(database)] == [(None, None)] * 2
