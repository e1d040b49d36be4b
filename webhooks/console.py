"""The terminal contact point: reads lines, prints what is said back. Every channel's twin, for trying out.

Each line goes through the same inbox and outbox as a platform's message. `processes/` hands in who answers.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

from centre import conversations, inbox, outbox
from centre.conversations import Sender
from centre.db import Database
from centre.inbox import Received
from centre.messages import Incoming, Part

UNANSWERED = "(Belum terjawab. Pesan Anda sudah disimpan.)"
ONLY_HEARD = "(Rekaman suara: bisa didengar di Telegram, WhatsApp, dan obrolan web.)"


def talk(
    database: Database,
    clock: Callable[[], datetime],
    answer: Callable[[int], None],
    *,
    lines: Iterable[str],
    write: Callable[[str], None],
    name: str = "",
) -> None:
    """Hold a conversation until `lines` end.

    `answer` is given the conversation's id and answers what waits in it; `name` continues an earlier one.
    """
    sender = Sender("terminal", (("terminal", name or str(uuid.uuid4())),))
    with database.transaction() as session:
        conversation_id = conversations.of_sender(session, sender, clock())
    last = _last_said(database, conversation_id)
    for line in lines:
        message = Incoming("text", line.rstrip("\r\n"))
        with database.transaction() as session:
            inbox.receive(session, [Received("terminal", str(uuid.uuid4()), sender, message)], clock())
        answer(conversation_id)
        last = _print_since(database, conversation_id, last, write)


def _print_since(database: Database, conversation_id: int, last: int, write: Callable[[str], None]) -> int:
    """Print the parts said after `last`; gives the number of the newest."""
    with database.reading() as session:
        rows = outbox.said(session, conversation_id, last)
        texts = [_in_words(outbox.part_of(session, row)) for row in rows]
    for text in texts or [UNANSWERED]:
        write(f"{text}\n")
    return rows[-1].id if rows else last


def _in_words(part: Part) -> str:
    return f"{part.text}\n{ONLY_HEARD}" if part.spoken else part.text


def _last_said(database: Database, conversation_id: int) -> int:
    with database.reading() as session:
        rows = outbox.said(session, conversation_id)
    return rows[-1].id if rows else 0
