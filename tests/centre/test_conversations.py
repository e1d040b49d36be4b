"""One conversation per person, however a platform names them; and nothing of it left when they ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from centre import answers, conversations, inbox, outbox, retention
from centre.conversations import Conversation, Identifier, Sender
from centre.db import Database
from centre.inbox import InboxEvent, Received
from centre.messages import Incoming, Outgoing
from centre.outbox import OutboxMessage
from centre.retention import FAREWELL

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NUMBER, USER = ("phone", "628111222333"), ("user", "ID.kenari")
BY_NUMBER, BY_USER = Sender("whatsapp", (NUMBER,)), Sender("whatsapp", (USER,))
BY_BOTH = Sender("whatsapp", (NUMBER, USER))
CANARY = "kenariemassuarayuyun"


def of(database: Database, sender: Sender) -> int:
    with database.transaction() as session:
        return conversations.of_sender(session, sender, NOW)


def known_by(database: Database, conversation_id: int) -> dict[str, str]:
    with database.reading() as session:
        return dict(conversations.sender_of(session, session.get_one(Conversation, conversation_id)).identifiers)


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_person_comes_back_to_the_same_conversation(database: Database) -> None:
    assert of(database, BY_NUMBER) == of(database, BY_NUMBER)
    assert count(database, Conversation) == 1


def test_a_number_and_then_both_lead_to_one(database: Database) -> None:
    first = of(database, BY_NUMBER)
    assert of(database, BY_BOTH) == first == of(database, BY_USER)
    assert known_by(database, first) == dict((NUMBER, USER))


def test_a_user_id_without_a_number_and_then_both_lead_to_one(database: Database) -> None:
    """WhatsApp's new ids: the number is learnt later, and the channel may write to it then."""
    first = of(database, BY_USER)
    assert of(database, BY_BOTH) == first == of(database, BY_NUMBER)
    assert known_by(database, first) == dict((NUMBER, USER))


def test_when_both_were_known_apart_the_number_wins(database: Database) -> None:
    by_number, by_user = of(database, BY_NUMBER), of(database, BY_USER)
    assert by_number != by_user
    assert of(database, BY_BOTH) == by_number
    assert of(database, BY_USER) == by_number, "the user id follows from now on"


def test_the_same_number_on_another_channel_is_another_conversation(database: Database) -> None:
    assert of(database, BY_NUMBER) != of(database, Sender("telegram", (NUMBER,)))


def test_a_group_that_moved_is_found_at_its_new_address(database: Database) -> None:
    group = Sender("telegram", (("chat", "-100"),))
    first = of(database, group)
    with database.transaction() as session:
        conversations.move_to(session, session.get_one(Conversation, first), "chat", "-200")
    assert of(database, Sender("telegram", (("chat", "-200"),))) == first
    assert known_by(database, first) == {"chat": "-200"}


def test_two_processes_meet_a_new_person_at_once(postgresql_database: Database) -> None:
    """The second waits for the first's fingerprint and takes its own beginning back."""
    with postgresql_database.transaction() as session:
        first = conversations.of_sender(session, BY_NUMBER, NOW)
    assert of(postgresql_database, BY_NUMBER) == first
    assert count(postgresql_database, Conversation) == 1


def test_blocking_is_noted_once(database: Database) -> None:
    found = of(database, BY_NUMBER)
    with database.transaction() as session:
        conversation = session.get_one(Conversation, found)
        conversations.block(conversation, NOW)
        conversations.block(conversation, NOW + timedelta(hours=1))
        assert conversation.blocked_at == NOW


def chat_and_forget(database: Database) -> int:
    """Yuyun writes, is answered, and asks to be forgotten."""
    sender = Sender("telegram", (("chat", "62899123987654"), ("name", f"Yuyun {CANARY}")))
    message = Incoming("text", f"gaji saya {CANARY} belum dibayar")
    with database.transaction() as session:
        inbox.receive(session, [Received("telegram", f"key-{CANARY}", sender, message, media=f"foto-{CANARY}")], NOW)
        found = conversations.of_sender(session, sender, NOW)
        conversation = session.get_one(Conversation, found)
        conversation.language, conversation.step, conversation.memory = "jv", "village", {"country": "tw"}
        outbox.queue(session, conversation, "event:1", [Outgoing(f"jawaban untuk {CANARY}")], NOW)
        answers.record(session, conversation, kind="answer", slug="gaji", language="id", confidence=1.0, now=NOW)
        inbox.finish(session.scalars(select(InboxEvent)).one(), NOW)
    return found


def forget(database: Database, found: int) -> None:
    with database.transaction() as session:
        retention.forget(session, session.get_one(Conversation, found), NOW)


def test_a_name_a_number_and_words_never_lie_readable_on_the_disk(sqlite_database: Database) -> None:
    """Not even before anything is erased, and not in the write-ahead log either."""
    chat_and_forget(sqlite_database)
    files = list(Path(str(sqlite_database.engine.url.database)).parent.glob("balai.db*"))
    written = b"".join(path.read_bytes() for path in files)
    assert b"telegram" in written, "the file is read as it lies there"
    for canary in (CANARY, "62899123987654", "gaji saya", "Yuyun"):
        assert canary.encode() not in written


def test_who_is_forgotten_leaves_keys_without_content(database: Database) -> None:
    found = chat_and_forget(database)
    forget(database, found)
    assert count(database, OutboxMessage) == 0
    assert count(database, answers.GivenAnswer) == 0
    with database.reading() as session:
        (event,) = session.scalars(select(InboxEvent)).all()
        assert (event.sealed_payload, event.conversation_id, event.for_staff) == (None, None, False)
        assert event.key, "the key stays, so that an old message is not answered twice"
        kept = session.get_one(Conversation, found)
        assert (kept.language, kept.village_id, kept.step, kept.offered, kept.memory) == (
            None,
            None,
            None,
            [],
            {},
        )
        assert kept.notice_version is None


def test_the_address_goes_when_the_farewell_has_been_read(database: Database) -> None:
    forget(database, chat_and_forget(database))
    with database.transaction() as session:
        assert retention.sweep(session, NOW + FAREWELL) == 0
    with database.transaction() as session:
        assert retention.sweep(session, NOW + FAREWELL + timedelta(seconds=1)) == 1
    assert count(database, Conversation) == count(database, Identifier) == 0
    assert count(database, InboxEvent) == 1


def test_who_writes_again_in_time_is_kept(database: Database) -> None:
    found = chat_and_forget(database)
    forget(database, found)
    with database.transaction() as session:
        session.get_one(Conversation, found).closing_at = None
    with database.transaction() as session:
        assert retention.sweep(session, NOW + timedelta(days=1)) == 0
