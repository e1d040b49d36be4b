"""The code of the second step on its way to a staff member's chat: queued with the sign-in, sent by the worker in its turn."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from bot import staff_alerts
from centre import outbox
from centre.conversations import Conversation
from centre.second_factors import CHAT_CODE_GOOD_FOR


def send(session: Session, chat: Conversation, code: str, now: datetime) -> None:
    """Queue it; one that could not go out while it is good is dropped."""
    said = staff_alerts.sign_in_code(code)
    outbox.queue(session, chat, f"sign-in:{uuid.uuid4().hex}", [said], now, useful_until=now + CHAT_CODE_GOOD_FOR)
