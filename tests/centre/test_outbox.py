"""What goes out: in order, once, at the channel's pace, and with a truthful note of what became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from centre import conversations, inbox, outbox
from centre.contact_points import Pace
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import InboxEvent, Received, Status
from centre.messages import Choice, Outgoing, Template
from centre.outbox import (
    BACKOFF,
    LAST_TRY,
    LATE_WORD,
    LEASE,
    LEFT,
    STALLED,
    UNSURE_WAIT,
    USEFUL,
    Delivery,
    OutboxMessage,
    Outcome,
    State,
)
from webhooks.delivery import RECORD_PAUSES

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WIDE = Pace(per_second=1000, burst=1000, per_chat=1000, chat_span=timedelta(seconds=1))
SLOW = Pace(per_second=2, burst=4, per_chat=1000, chat_span=timedelta(seconds=1))
SARI, WAYAN = Sender("telegram", (("chat", "1"),)), Sender("telegram", (("chat", "2"),))
ROHANI = Sender("whatsapp", (("phone", "628111"),))
SECOND = timedelta(seconds=1)


def say(
    database: Database,
    sender: Sender,
    *texts: str,
    cause: str = "event:1",
    now: datetime = NOW,
    is_urgent: bool = False,
) -> int:
    with database.transaction() as session:
        found = conversations.of_sender(session, sender, now)
        replies = [Outgoing(text) for text in texts]
        outbox.queue(session, session.get_one(Conversation, found), cause, replies, now, is_urgent=is_urgent)
    return found


def claim(database: Database, now: datetime = NOW, channel: str = "telegram", pace: Pace = WIDE) -> list[Delivery]:
    with database.transaction() as session:
        return outbox.claim(session, channel, pace, now)


def record(database: Database, delivery: Delivery, outcome: Outcome, now: datetime = NOW, jitter: float = 1.0) -> None:
    with database.transaction() as session:
        outbox.record(session, delivery.id, outcome, now, jitter)


def row_of(database: Database, delivery: Delivery) -> OutboxMessage:
    with database.reading() as session:
        return session.get_one(OutboxMessage, delivery.id)


def only(database: Database, now: datetime = NOW, channel: str = "telegram") -> Delivery:
    (delivery,) = claim(database, now, channel)
    return delivery


def texts(deliveries: list[Delivery]) -> list[str]:
    return [delivery.part.text for delivery in deliveries]


def follow(database: Database, status: Status, channel: str = "whatsapp", now: datetime = NOW) -> bool:
    with database.transaction() as session:
        inbox.receive(session, [Received(channel, f"{status}", status=status)], now)
        event = session.scalars(select(InboxEvent).order_by(InboxEvent.id.desc()).limit(1)).one()
        return outbox.follow(session, event, status, now)


# In order, once


def test_one_person_reads_our_words_in_order_and_nobody_waits_for_another(database: Database) -> None:
    say(database, SARI, "satu", "dua")
    say(database, WAYAN, "halo Wayan")
    first = claim(database)
    assert texts(first) == ["satu", "halo Wayan"]
    assert claim(database) == [], "the second part waits for the first"
    record(database, first[0], Outcome("sent", "p1"))
    assert texts(claim(database)) == ["dua"]


def test_a_failing_first_part_holds_the_second_until_it_is_given_up(database: Database) -> None:
    say(database, SARI, "satu", "dua")
    record(database, only(database), Outcome("temporary", error="502"))
    assert claim(database) == []
    first = only(database, NOW + BACKOFF[0])
    assert first.part.text == "satu"
    record(database, first, Outcome("permanent", error="400"))
    assert texts(claim(database, NOW + BACKOFF[0])) == ["dua"]


def test_who_writes_again_does_not_wait_behind_what_could_not_be_sent(database: Database) -> None:
    """Sari's last answer waits half an hour for its next try; now she is in danger, and her card must not stand behind it."""
    say(database, SARI, "Panduan")
    now = NOW
    for _ in range(5):
        record(database, only(database, now), Outcome("temporary", error="502"), now)
        now += timedelta(minutes=31)
    now -= timedelta(minutes=30)
    assert claim(database, now) == []
    say(database, SARI, "Pergi ke tempat aman.", cause="event:2", now=now)
    first = only(database, now)
    record(database, first, Outcome("sent"), now)
    assert texts([first, only(database, now)]) == ["Panduan", "Pergi ke tempat aman."]


def test_a_call_that_may_have_arrived_is_not_repeated_sooner_for_a_new_message(database: Database) -> None:
    say(database, SARI, "Panduan")
    record(database, only(database), Outcome("ambiguous", error="timeout"))
    say(database, SARI, "Menu", cause="event:2")
    assert claim(database, NOW + timedelta(seconds=1)) == []


# Danger waits for nobody's doubt


def danger(database: Database, *texts: str, event: int = 2, now: datetime = NOW) -> None:
    say(database, SARI, *texts, cause=f"event:{event}", now=now, is_urgent=True)


def test_who_is_in_danger_is_answered_while_nobody_knows_whether_the_last_answer_arrived(database: Database) -> None:
    say(database, SARI, "Panduan", "Menu")
    record(database, only(database), Outcome("ambiguous", error="timeout"))
    danger(database, "Pergi ke tempat aman.", "Telepon 129.", now=NOW + SECOND)
    first = only(database, NOW + SECOND)
    record(database, first, Outcome("sent"), NOW + SECOND)
    second = only(database, NOW + SECOND)
    record(database, second, Outcome("sent"), NOW + SECOND)
    assert texts([first, second]) == ["Pergi ke tempat aman.", "Telepon 129."]
    assert claim(database, NOW + UNSURE_WAIT - SECOND) == [], "the others keep their order"
    again = only(database, NOW + UNSURE_WAIT)
    record(database, again, Outcome("sent"), NOW + UNSURE_WAIT)
    assert texts([again, only(database, NOW + UNSURE_WAIT)]) == ["Panduan", "Menu"]


def test_who_is_in_danger_does_not_wait_for_a_call_that_hangs_or_whose_worker_died(database: Database) -> None:
    say(database, SARI, "Panduan")
    hanging = only(database)
    danger(database, "Pergi ke tempat aman.")
    assert claim(database, NOW + STALLED - SECOND) == [], "a call takes its moment, and order is kept"
    card = only(database, NOW + STALLED)
    assert texts([card]) == ["Pergi ke tempat aman."]
    record(database, hanging, Outcome("ambiguous", error="timeout"), NOW + STALLED)
    assert claim(database, NOW + STALLED + UNSURE_WAIT - SECOND) == []


def test_who_is_in_danger_again_does_not_wait_for_a_card_that_may_have_arrived(database: Database) -> None:
    danger(database, "Pergi ke tempat aman.")
    record(database, only(database), Outcome("ambiguous", error="timeout"))
    danger(database, "Telepon polisi sekarang.", event=3)
    assert texts([only(database)]) == ["Telepon polisi sekarang."]


def test_what_danger_says_stays_in_order_as_long_as_there_is_no_doubt(database: Database) -> None:
    say(database, SARI, "Panduan")
    danger(database, "Pergi ke tempat aman.", "Telepon 129.")
    said = []
    for _ in range(3):
        said.append(only(database))
        record(database, said[-1], Outcome("sent"))
    assert texts(said) == ["Panduan", "Pergi ke tempat aman.", "Telepon 129."]


def test_the_same_cause_cannot_be_said_twice(database: Database) -> None:
    say(database, SARI, "satu")
    with pytest.raises(Exception, match=r"(?i)unique"):
        say(database, SARI, "satu lagi")


def test_long_replies_become_several_rows_with_the_choices_under_the_last(database: Database) -> None:
    with database.transaction() as session:
        found = conversations.of_sender(session, ROHANI, NOW)
        reply = Outgoing("Kalimat yang panjang. " * 300, (Choice("menu", "Menu"),))
        rows = outbox.queue(session, session.get_one(Conversation, found), "event:1", [reply, Outgoing("Selesai")], NOW)
        parts = [outbox.part_of(session, row) for row in rows]
    assert [bool(part.choices) for part in parts] == [False] * (len(parts) - 2) + [True, False]
    assert [row.part for row in rows] == list(range(len(parts)))


def test_a_page_that_fetches_its_replies_finds_them_at_once(database: Database) -> None:
    visitor = Sender("web", (("session", "abc"),))
    found = say(database, visitor, "halo")
    with database.reading() as session:
        (row,) = outbox.said(session, found)
        assert (row.state, row.delivery, outbox.part_of(session, row).text) == (State.SENT, "sent", "halo")
        assert outbox.said(session, found, after=row.id) == []


# Leases


def test_two_workers_never_take_the_same_row(postgresql_database: Database) -> None:
    database = postgresql_database
    say(database, SARI, "satu")
    say(database, WAYAN, "halo Wayan")
    taken = claim(database) + claim(database)
    assert sorted(texts(taken)) == ["halo Wayan", "satu"]


def test_a_call_whose_worker_died_is_repeated_once_and_no_more(database: Database) -> None:
    say(database, SARI, "satu")
    only(database)
    over = NOW + LEASE + SECOND
    with database.transaction() as session:
        assert outbox.reap(session, NOW + LEASE) == 0
        assert outbox.any_lease_over(session, over)
        assert outbox.reap(session, over) == 1
    assert claim(database, NOW + UNSURE_WAIT - SECOND) == [], "word that it arrived may still come"
    again = only(database, NOW + UNSURE_WAIT)
    later = NOW + UNSURE_WAIT + LEASE + SECOND
    with database.transaction() as session:
        outbox.reap(session, later)
    assert row_of(database, again).state == State.FAILED
    assert claim(database, later + UNSURE_WAIT) == []


def test_a_worker_that_only_lost_the_database_enters_first_what_became_of_its_call(database: Database) -> None:
    say(database, SARI, "satu")
    delivery, back = only(database), NOW + timedelta(minutes=10)
    with database.transaction() as session:
        outbox.reap(session, back)
    assert claim(database, back + LATE_WORD - SECOND) == []
    with database.transaction() as session:
        outbox.record(session, delivery.id, Outcome("sent", "p1"), back + LATE_WORD - SECOND, 1.0)
    assert claim(database, back + UNSURE_WAIT) == []
    assert row_of(database, delivery).state == State.SENT
    assert timedelta(seconds=max(RECORD_PAUSES)) < LATE_WORD


def test_an_answer_that_comes_after_the_row_was_settled_changes_nothing(database: Database) -> None:
    say(database, SARI, "satu")
    delivery = only(database)
    record(database, delivery, Outcome("sent", "p1"))
    record(database, delivery, Outcome("permanent", error="late"))
    assert row_of(database, delivery).state == State.SENT


def test_recording_an_erased_row_is_no_error(database: Database) -> None:
    found = say(database, SARI, "satu")
    delivery = only(database)
    with database.transaction() as session:
        outbox.erase_words(session, found)
    record(database, delivery, Outcome("sent", "p1"))
    with database.reading() as session:
        assert outbox.said(session, found) == []


# What became of it


def test_throttled_costs_no_try(database: Database) -> None:
    say(database, SARI, "satu")
    delivery = only(database)
    record(database, delivery, Outcome("throttled", wait=timedelta(seconds=7)))
    assert row_of(database, delivery).attempts == 0
    assert claim(database, NOW + timedelta(seconds=6)) == []
    assert texts(claim(database, NOW + timedelta(seconds=7))) == ["satu"]


def test_a_throttled_channel_is_quiet_for_everybody(database: Database) -> None:
    say(database, SARI, "satu")
    delivery = only(database)
    record(database, delivery, Outcome("throttled", wait=timedelta(seconds=7), whole_channel=True))
    say(database, WAYAN, "halo Wayan")
    assert claim(database, NOW + timedelta(seconds=6)) == []
    assert texts(claim(database, NOW + timedelta(seconds=8))) == ["satu", "halo Wayan"]


def looked(database: Database, now: datetime) -> bool:
    with database.reading() as session:
        return outbox.anything_due(session, "telegram", now)


def test_of_two_rests_the_longer_is_kept(database: Database) -> None:
    """Several calls are under way when a platform has had enough, and each is told something else."""
    say(database, SARI, "Halo")
    say(database, WAYAN, "Halo")
    for delivery, seconds in zip(claim(database), (300, 5), strict=True):
        record(database, delivery, Outcome("throttled", wait=seconds * SECOND, whole_channel=True))
    assert not looked(database, NOW + 299 * SECOND), "nobody takes a lock while it rests"
    assert claim(database, NOW + 299 * SECOND) == []
    assert looked(database, NOW + 300 * SECOND)
    assert len(claim(database, NOW + 300 * SECOND)) == 2


def test_temporary_failures_are_tried_longer_and_longer_within_a_day(database: Database) -> None:
    say(database, SARI, "satu")
    now, waits = NOW, []
    while deliveries := claim(database, now):
        record(database, deliveries[0], Outcome("temporary", error="502"), now, jitter=1.2)
        row = row_of(database, deliveries[0])
        if row.state == State.EXPIRED:
            break
        waits.append(row.next_at - now)
        now = row.next_at
    assert waits[:6] == [wait * 1.2 for wait in BACKOFF] + [BACKOFF[-1] * 1.2]
    assert now == NOW + USEFUL - LAST_TRY, "once more while it is still of use: the platform may have come back"
    with database.reading() as session:
        assert outbox.count_lost(session) == 1


def test_who_blocked_us_is_sent_nothing_more(database: Database) -> None:
    found = say(database, SARI, "satu", "dua")
    delivery = only(database)
    record(database, delivery, Outcome("permanent", error="403", blocked=True))
    assert claim(database) == []
    with database.reading() as session:
        assert [row.state for row in outbox.said(session, found)] == [State.DROPPED, State.DROPPED]
        assert session.get_one(Conversation, found).blocked_at == NOW
        assert outbox.count_lost(session) == 0


def test_a_group_that_moved_is_reached_at_its_new_address(database: Database) -> None:
    say(database, SARI, "satu")
    record(database, only(database), Outcome("temporary", error="moved", moved_to=("chat", "-100")))
    assert only(database, NOW + BACKOFF[0]).sender.value("chat") == "-100"


def test_an_unsure_call_is_repeated_once_unless_word_comes_that_it_arrived(database: Database) -> None:
    say(database, ROHANI, "satu")
    delivery = only(database, channel="whatsapp")
    record(database, delivery, Outcome("ambiguous", error="timeout"))
    assert follow(database, Status("delivered", "wamid.1", ours=str(delivery.id)))
    assert claim(database, NOW + UNSURE_WAIT, "whatsapp") == []
    assert (row_of(database, delivery).state, row_of(database, delivery).delivery) == (
        State.SENT,
        "delivered",
    )


# Statuses


def test_statuses_only_move_forward(database: Database) -> None:
    say(database, ROHANI, "satu")
    delivery = only(database, channel="whatsapp")
    record(database, delivery, Outcome("sent", "wamid.1"))
    seen = []
    for state in ("delivered", "sent", "read", "delivered", "sent"):
        assert follow(database, Status(state, "wamid.1"))
        seen.append(row_of(database, delivery).delivery)
    assert seen == ["delivered", "delivered", "read", "read", "read"]


def test_a_status_of_an_unknown_message_waits(database: Database) -> None:
    assert follow(database, Status("delivered", "wamid.unknown")) is False


def test_another_channels_mark_is_not_ours(database: Database) -> None:
    say(database, SARI, "satu")
    delivery = only(database)
    assert follow(database, Status("read", "wamid.9", ours=str(delivery.id))) is False
    assert row_of(database, delivery).delivery is None


def test_a_failure_told_later_is_noted_for_staff(database: Database) -> None:
    say(database, ROHANI, "satu")
    delivery = only(database, channel="whatsapp")
    record(database, delivery, Outcome("sent", "wamid.1"))
    follow(database, Status("failed", "wamid.1", error="131026"))
    row = row_of(database, delivery)
    assert (row.state, row.error) == (State.FAILED, "131026")


def test_a_passing_failure_told_later_is_tried_again(database: Database) -> None:
    say(database, ROHANI, "satu")
    delivery = only(database, channel="whatsapp")
    record(database, delivery, Outcome("sent", "wamid.1"))
    follow(database, Status("failed", "wamid.1", error="131056", again=True))
    assert texts(claim(database, NOW + BACKOFF[0], "whatsapp")) == ["satu"]


def test_a_failure_after_it_was_delivered_is_old_news(database: Database) -> None:
    say(database, ROHANI, "satu")
    delivery = only(database, channel="whatsapp")
    record(database, delivery, Outcome("sent", "wamid.1"))
    follow(database, Status("delivered", "wamid.1"))
    follow(database, Status("failed", "wamid.1", error="131026"))
    assert row_of(database, delivery).state == State.SENT


# When it may go


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (timedelta(hours=23, minutes=59, seconds=59), State.SENDING),
        (timedelta(hours=24, seconds=1), State.FAILED),
    ],
)
def test_free_words_go_only_within_24_hours_of_the_persons_last_message(
    database: Database, after: timedelta, state: State
) -> None:
    found = say(database, ROHANI, "yang pertama", cause="first")
    record(database, only(database, channel="whatsapp"), Outcome("sent", "wamid.0"))
    say(database, ROHANI, "satu", cause="later", now=NOW + after)
    claim(database, NOW + after, "whatsapp")
    with database.reading() as session:
        row = outbox.said(session, found)[-1]
        assert (row.state, row.error) == (state, "window_closed" if state == State.FAILED else None)


REMINDER = Outgoing(
    "Besok ada pelatihan. Jadi datang?",
    (Choice("come:4", "Saya datang"), Choice("cancel:4", "Batalkan")),
    template=Template("balai_reminder", "id", ("Pelatihan", "Sari"), ("come:4", "cancel:4")),
)


def remind(database: Database, sender: Sender, after: timedelta) -> Delivery:
    """The reminder as it goes out so long after the person's last message."""
    say(database, sender, "yang pertama", cause="first")
    record(database, only(database, channel=sender.channel), Outcome("sent", "wamid.0"))
    with database.transaction() as session:
        found = conversations.of_sender(session, sender, NOW)
        outbox.queue(session, session.get_one(Conversation, found), "notice:1", [REMINDER], NOW + after)
    return only(database, NOW + after, sender.channel)


def test_after_24_hours_inaq_rohani_is_reminded_by_the_approved_template(database: Database) -> None:
    delivery = remind(database, ROHANI, timedelta(hours=24, seconds=1))
    assert (delivery.part.style, delivery.part.template) == ("template", REMINDER.template)
    record(database, delivery, Outcome("sent", "wamid.1"))
    row = row_of(database, delivery)
    assert (row.state, row.error) == (State.SENT, None)
    with database.reading() as session:
        assert outbox.part_of(session, row).text == REMINDER.text, "staff read what we meant"


@pytest.mark.parametrize(
    ("sender", "after"),
    [(ROHANI, timedelta(hours=23, minutes=59)), (SARI, timedelta(days=3))],
    ids=["soon", "telegram"],
)
def test_where_free_words_may_go_they_go_with_their_buttons(
    database: Database, sender: Sender, after: timedelta
) -> None:
    part = remind(database, sender, after).part
    assert (part.style, part.text, part.choices) == ("buttons", REMINDER.text, REMINDER.choices)


def test_the_window_counts_when_it_is_sent_not_when_it_was_queued(database: Database) -> None:
    with database.transaction() as session:
        found = conversations.of_sender(session, ROHANI, NOW)
        queued = NOW + timedelta(hours=23)
        outbox.queue(session, session.get_one(Conversation, found), "notice:1", [REMINDER], queued)
    delivery = only(database, queued, "whatsapp")
    assert delivery.part.style == "buttons"
    record(database, delivery, Outcome("throttled", wait=timedelta(hours=2)))
    assert only(database, queued + timedelta(hours=2), "whatsapp").part.style == "template"


def test_an_answer_that_waited_a_day_is_dropped(database: Database) -> None:
    found = say(database, SARI, "satu")
    assert claim(database, NOW + USEFUL + SECOND) == []
    with database.reading() as session:
        assert [row.state for row in outbox.said(session, found)] == [State.EXPIRED]


def test_what_nobody_takes_any_more_is_past_its_time_too(database: Database) -> None:
    """Its channel was taken out of the settings: it must neither wait nor count as stuck for ever."""
    say(database, Sender("waha", (("phone", "6281234567890"),)), "Halo", "lagi")
    for after, expired in ((USEFUL + LEFT, 0), (USEFUL + LEFT + SECOND, 2)):
        with database.transaction() as session:
            assert outbox.expire_left(session, NOW + after) == expired
    with database.reading() as session:
        assert outbox.backlog(session) == (0, None)
        assert outbox.count_lost(session) == 2


def test_who_blocked_us_meanwhile_is_not_sent_what_was_queued(database: Database) -> None:
    found = say(database, SARI, "satu")
    with database.transaction() as session:
        conversations.block(session.get_one(Conversation, found), NOW)
    assert claim(database) == []
    with database.reading() as session:
        assert [row.state for row in outbox.said(session, found)] == [State.DROPPED]


# Pace


def test_two_workers_share_one_pace(database: Database) -> None:
    """Four at once, then two a second, however many workers ask."""
    for number in range(12):
        say(database, Sender("telegram", (("chat", str(number)),)), f"kepada {number}")
    counts = [
        len(claim(database, NOW + timedelta(seconds=after), pace=SLOW)) for after in (0, 0, 0.5, 0.5, 1, 3, 3, 4, 9)
    ]
    assert counts == [4, 0, 1, 0, 1, 4, 0, 2, 0]


def test_one_person_is_not_flooded(database: Database) -> None:
    pace = Pace(per_second=1000, burst=1000, per_chat=1, chat_span=timedelta(seconds=1))
    say(database, SARI, "satu", "dua")
    say(database, WAYAN, "halo Wayan")
    first = claim(database, pace=pace)
    for delivery in first:
        record(database, delivery, Outcome("sent", f"p{delivery.id}"))
    assert claim(database, NOW + timedelta(milliseconds=900), pace=pace) == []
    assert texts(claim(database, NOW + SECOND, pace=pace)) == ["dua"]


def test_what_was_said_is_removed_after_90_days(database: Database) -> None:
    found = say(database, SARI, "satu", "dua")
    record(database, only(database), Outcome("sent", "p1"))
    with database.transaction() as session:
        outbox.forget_old(session, NOW + timedelta(days=90, seconds=1))
    with database.reading() as session:
        assert [row.part for row in outbox.said(session, found)] == [1], "what is still under way stays"
