"""Five wrong names an hour from one telephone, whatever is done between them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from centre import code_tries, conversations, retention
from centre.code_tries import CodeTry
from centre.conversations import Conversation, Identifier, Sender
from centre.db import Database
from tests.centre.booked import NOW, telephone


def test_after_five_wrong_names_an_hour_must_pass(database: Database) -> None:
    with database.transaction() as session:
        stranger, wayan = telephone(session, "6281"), telephone(session, "6282")
        for minute in range(5):
            assert code_tries.allowed(session, stranger, NOW + timedelta(minutes=minute))
            code_tries.note(session, stranger, NOW + timedelta(minutes=minute))
        fifth = NOW + timedelta(minutes=4)
        assert not code_tries.allowed(session, stranger, fifth)
        assert code_tries.allowed(session, wayan, fifth), "another telephone has its own"
        assert not code_tries.allowed(session, stranger, NOW + timedelta(minutes=59))
        assert code_tries.allowed(session, stranger, NOW + timedelta(hours=1)), "the first is an hour old"


def test_who_asks_to_be_forgotten_has_no_new_tries(database: Database) -> None:
    """Neither while the farewell is read, nor in the conversation that is begun when the old one is gone."""
    with database.transaction() as session:
        stranger = telephone(session, "6281")
        for _ in range(5):
            code_tries.note(session, stranger, NOW)
        retention.forget(session, stranger, NOW)
        assert not code_tries.allowed(session, stranger, NOW)
    later = NOW + timedelta(minutes=30)
    with database.transaction() as session:
        assert retention.sweep(session, later) == 1
    with database.transaction() as session:
        assert not code_tries.allowed(session, telephone(session, "6281", later), later)


def test_a_number_that_shows_its_user_id_has_no_new_tries(database: Database) -> None:
    number, user = ("phone", "6281"), ("user", "ID.kenari")
    with database.transaction() as session:
        for _ in range(5):
            code_tries.note(session, telephone(session, "6281"), NOW)
        both = conversations.of_sender(session, Sender("whatsapp", (number, user)), NOW)
        assert not code_tries.allowed(session, session.get_one(Conversation, both), NOW)


def test_what_is_kept_leads_to_nobody_and_goes_after_a_day(database: Database) -> None:
    with database.transaction() as session:
        code_tries.note(session, telephone(session, "6281"), NOW)
        assert not set(session.scalars(select(CodeTry.sender))) & set(session.scalars(select(Identifier.lookup)))
        retention.forget_old(session, NOW + code_tries.KEPT)
        assert len(session.scalars(select(CodeTry)).all()) == 1
        retention.forget_old(session, NOW + code_tries.KEPT + timedelta(seconds=1))
        assert session.scalars(select(CodeTry)).all() == []
