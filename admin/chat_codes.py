"""Sending the code of the second step to somebody's own Telegram: queued here, worded by `bot`, sent by the worker.

How it is worded and queued is handed in by `processes`; where no channel is connected there is nothing to hand in.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from admin import browsers
from centre import second_factors, sign_ins, staff, staff_channels
from centre.conversations import Conversation
from centre.db import Database
from centre.sign_ins import TooManyTries
from centre.staff import SignedIn

SendCode = Callable[[Session, Conversation, str, datetime], object]
"""session, chat, code, now."""
_chance = random.SystemRandom()


class NoChat(Exception):
    """This person has no chat that can be written to now."""


def send(session: Session, member: SignedIn, token: str, now: datetime, send_code: SendCode | None) -> None:
    """Send a code for this browser to the member's chat. Raises `NoChat` or `TooManyTries`."""
    chat = staff_channels.of_staff(session, [member.staff_id]).get(member.staff_id)
    if chat is None or send_code is None:
        raise NoChat
    place = browsers.place_of(request.remote_addr)
    sign_ins.begin_second(session, member, place, now, browsers.mark(), kind="ask")
    send_code(session, chat, second_factors.new_chat_code(session, token, _chance, now), now)


def send_first(database: Database, clock: Callable[[], datetime], token: str, send_code: SendCode | None) -> None:
    """The password was right: whoever is reached by chat finds the code there already. Otherwise the page says what to do."""
    with database.transaction() as session:
        member = staff.by_token(session, token, clock())
        if member and member.factor == "chat":
            try:
                send(session, member, token, clock(), send_code)
            except (NoChat, TooManyTries):
                return
