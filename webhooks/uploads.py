"""A picture, voice note or paper sent on our own page: read without touching the disk, made harmless, tied to its message.

What comes is held in memory until it is sealed, so that nothing of it ever lies in a temporary folder (OWASP ASVS 5.0
14.2). One picture at a time is drawn anew, because each unfolds to much more than it weighs.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import IO, Any

from sqlalchemy.orm import Session
from werkzeug.formparser import parse_form_data

from centre import conversations, inbox, kept_files
from centre.conversations import Sender
from centre.file_kinds import MOST_BYTES
from centre.file_store import FileStore, Stored
from centre.inbox import Received
from centre.messages import Incoming

LARGEST = MOST_BYTES + 64 * 1024
"""Bytes in one request: the largest file, and what a form puts around it."""
LARGEST_FIELD = 256 * 1024
"""Bytes in one field that is no file; less than twice what is read at once would refuse files as well."""
ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf,audio/*"
"""What a browser offers to choose from. What was sent is judged by its content alone."""
_drawing = threading.Lock()


class SentBefore(Exception):
    """The page sends this once more, not having heard that it arrived."""


@dataclass(frozen=True)
class Upload:
    """What the form brought."""

    form: dict[str, str]
    data: bytes


def read(environ: dict[str, Any]) -> Upload:
    """The fields and the file of a request. Raises `werkzeug.exceptions.RequestEntityTooLarge`."""
    _, fields, files = parse_form_data(
        environ,
        stream_factory=_in_memory,
        max_content_length=LARGEST,
        max_form_memory_size=LARGEST_FIELD,
        max_form_parts=10,
    )
    file = files.get("file")
    return Upload(dict(fields.items()), file.read() if file else b"")


def key_of(data: bytes) -> str:
    """What tells this file from another that a page sends under the same message id."""
    return hashlib.sha256(data).hexdigest()[:16]


def take_in(store: FileStore, data: bytes) -> Stored:
    """As `centre.kept_files.take_in`, one at a time."""
    with _drawing:
        return kept_files.take_in(store, data)


def enter(
    session: Session, sender: Sender, key: str, stored: Stored, before: Sequence[Received], now: datetime
) -> None:
    """Store the message and its file together, after what comes `before` it. Raises `SentBefore`, `kept_files.TooMany`."""
    inbox.receive(session, before, now)
    conversation_id = conversations.of_sender(session, sender, now)
    file = kept_files.keep(session, stored, "family", sender.channel, now, conversation_id=conversation_id)
    message = Received(sender.channel, key, sender, Incoming("media"), media=f"{kept_files.HERE}{file.id}")
    if not inbox.receive(session, [message], now):
        raise SentBefore


def _in_memory(*_: object, **__: object) -> IO[bytes]:
    return BytesIO()
