"""Before anything is written first: is it safe here, who else holds the telephone, at what hours, which cover word.

Until somebody has answered, it is not safe: words wait, and notices name neither programme nor case.
The cover word is kept as a fingerprint to be heard by, and sealed for the officer who may have to use it on the telephone.
"""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import case_records, code_tries
from centre.case_records import FAMILY, Case, CaseEntry, Hours, enter
from centre.conversations import Conversation

SHORTEST_COVER, LONGEST_COVER = 3, 30
OF_THE_TELEPHONE = ("safe", "sharing", "hours", "cover")
"""Questions whose answers hold for one telephone."""


class CoverWordInvalid(ValueError):
    """A cover word is one to three words of 3 to 30 letters together, and no word that the bot knows already."""


class TooManyTries(Exception):
    """Too many wrong PINs from this telephone within the hour."""


class CodeTriedTooOften(TooManyTries):
    """It was the code: no telephone may try it any more today."""


def ask_again(session: Session, case: Case) -> None:
    """It goes on from another telephone: what was answered about the other one holds no more, and is not safe until told."""
    case.is_safe, case.safe_hours, case.cover_lookup, case.hidden_at = None, "any", None, None
    case_records.keep_facts(session, case, sharing="", cover="")
    session.execute(
        delete(CaseEntry).where(
            CaseEntry.case_id == case.id, CaseEntry.kind == "answer", CaseEntry.detail.in_(OF_THE_TELEPHONE)
        )
    )


def set_safe(session: Session, case: Case, is_safe: bool, now: datetime) -> None:
    """May we write first? A "no" makes the case discreet."""
    case.is_safe = is_safe
    case.is_discreet = case.is_discreet or not is_safe
    enter(session, case, "change", FAMILY, now, detail="safe" if is_safe else "not_safe")


def set_hours(session: Session, case: Case, hours: Hours, now: datetime) -> None:
    """At which hours the telephone is in the right hands."""
    case.safe_hours = hours
    enter(session, case, "change", FAMILY, now, detail=f"hours:{hours}")


def set_sharing(session: Session, case: Case, who: str, now: datetime) -> None:
    """Who else holds this telephone."""
    case_records.keep_facts(session, case, sharing=who.strip()[:200])
    enter(session, case, "change", FAMILY, now, detail="sharing")


def set_cover_word(session: Session, case: Case, word: str, now: datetime) -> None:
    """From now on this word turns the talk to the weather. Raises `CoverWordInvalid`."""
    word = " ".join(word.split())
    if not SHORTEST_COVER <= len(word) <= LONGEST_COVER or len(word.split()) > 3:
        raise CoverWordInvalid
    case.cover_lookup = case_records.cover_lookup(session, word)
    case_records.keep_facts(session, case, cover=word)
    enter(session, case, "change", FAMILY, now, detail="cover_word")


def set_discreet(session: Session, case: Case, now: datetime) -> None:
    """Neutral wording and nothing echoed from now on."""
    case.is_discreet = True
    enter(session, case, "change", FAMILY, now, detail="discreet")


def set_anonymous(session: Session, case: Case, now: datetime) -> None:
    """The family gives no name; what was given is forgotten."""
    case.is_anonymous = True
    case_records.keep_facts(session, case, name="")
    enter(session, case, "change", FAMILY, now, detail="anonymous")


def is_cover_word(session: Session, case: Case, text: str) -> bool:
    """Is this the case's cover word?"""
    return case.cover_lookup is not None and case.cover_lookup == case_records.cover_lookup(session, text)


def hide(session: Session, case: Case, now: datetime) -> None:
    """The cover word: nothing of the case is said until it is said again."""
    case.hidden_at = now
    enter(session, case, "change", FAMILY, now, detail="hidden")


def show(session: Session, case: Case, now: datetime) -> None:
    """The cover word again: the right person is back."""
    case.hidden_at = None
    enter(session, case, "change", FAMILY, now, detail="shown")


def by_code_and_pin(session: Session, conversation: Conversation, code: str, pin: str, now: datetime) -> Case | None:
    """The case that this code and PIN open; None for a wrong one, which is counted for who tries and for the code.

    Raises `TooManyTries`; `CodeTriedTooOften` where many telephones tried.
    """
    meant = case_records.code_in(code) or code
    if not code_tries.allowed(session, conversation, now):
        raise TooManyTries
    if not code_tries.allowed_on(session, meant, now):
        raise CodeTriedTooOften
    case = case_records.by_code(session, code)
    if (
        case
        and case.erased_at is None
        and hmac.compare_digest(pin.encode(), case_records.pin_of(session, case).encode())
    ):
        return case
    code_tries.note(session, conversation, now)
    code_tries.note_on(session, meant, now)
    return None


def latest_of(session: Session, conversation_id: int) -> Case | None:
    """The newest case of a conversation, open or closed, that has not been erased."""
    own = select(Case).where(Case.conversation_id == conversation_id, Case.erased_at.is_(None))
    return session.scalars(own.order_by(Case.id.desc()).limit(1)).first()
