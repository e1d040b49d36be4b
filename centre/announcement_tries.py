"""An announcement tried on oneself, on any channel: a code from the desk is answered with the news as it reads there.

Nobody is written to first, so it costs nothing and needs no telephone that is linked to an account. The code is reckoned from
our key and the day and kept nowhere; it is good for the rest of that day and the next.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from centre import code_tries
from centre.announcements import Announcement
from centre.conversations import Conversation
from centre.db import vault_of

_LIKE_CODE = re.compile(r"(?:/start\s+)?coba\s*[-\u2010-\u2015]\s*(\d{1,15})([a-z]{2,3})([0-9a-f]{10})\W*")


def code_for(session: Session, announcement: Announcement, language: str, now: datetime) -> str:
    """What to send from a chat of one's own to read it in this language ("coba-17sas3f9a81c2d4")."""
    return f"coba-{announcement.id}{language}{_mark(session, announcement.id, language, now.date())}"


def looks_like_code(said: str) -> bool:
    """Is this nothing but such a code, right or wrong, as typed or as a link brings it?"""
    return _LIKE_CODE.fullmatch(said.strip().casefold()) is not None


def of_code(session: Session, conversation: Conversation, said: str, now: datetime) -> tuple[Announcement, str] | None:
    """The announcement and the language that a code is for; None when it is wrong or too old, or too many wrong ones came
    from this telephone."""
    read = _LIKE_CODE.fullmatch(said.strip().casefold())
    if read is None or not code_tries.allowed(session, conversation, now):
        return None
    number, language, mark = int(read[1]), read[2], read[3]
    days = (now.date(), now.date() - timedelta(days=1))
    found = session.get(Announcement, number)
    if found is None or mark not in {_mark(session, number, language, day) for day in days}:
        code_tries.note(session, conversation, now)
        return None
    return found, language


def _mark(session: Session, number: int, language: str, day: date) -> str:
    return vault_of(session).lookup("news-try", f"{number}:{language}:{day.isoformat()}")[:10]
