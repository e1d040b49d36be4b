"""Wayan tries Balai in a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from centre import inbox, outbox
from centre.db import Database
from centre.messages import Choice, Outgoing
from webhooks import console

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def talk(database: Database, *lines: str, name: str = "", silent: bool = False) -> list[str]:
    """What is printed when these lines are typed and each is answered with its echo and two choices."""

    def answer(conversation_id: int) -> None:
        with database.transaction() as session:
            claimed = None if silent else inbox.claim_one(session, conversation_id)
            if claimed is None:
                return
            conversation, event = claimed
            asked = inbox.message_of(inbox.opened(session, event)).text
            choices = (Choice("yes", "Ya"), Choice("no", "Tidak"))
            reply = Outgoing(f"Anda bertanya: {asked}", choices)
            outbox.queue(session, conversation, f"event:{event.id}", [reply], NOW)
            inbox.finish(event, NOW)

    printed: list[str] = []
    console.talk(database, lambda: NOW, answer, lines=lines, write=printed.append, name=name)
    return printed


def test_each_line_is_answered_with_choices_as_numbers(database: Database) -> None:
    assert talk(database, "Apa itu OPP?\n", "") == [
        "Anda bertanya: Apa itu OPP?\n\n1. Ya\n2. Tidak\n",
        "Anda bertanya: \n\n1. Ya\n2. Tidak\n",
    ]


def test_a_name_continues_the_conversation_without_repeating_it(database: Database) -> None:
    talk(database, "satu", name="wayan")
    assert talk(database, "dua", name="wayan") == ["Anda bertanya: dua\n\n1. Ya\n2. Tidak\n"]


def test_silence_is_said_to_be_one(database: Database) -> None:
    assert talk(database, "halo", silent=True) == [f"{console.UNANSWERED}\n"]
