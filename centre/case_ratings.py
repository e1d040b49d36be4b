"""What a family says of the help once their case is closed: one question, three answers, asked once where it is safe.

(Chatwoot and Primero ask so after closing.) It is counted in `centre.totals`, and named nowhere.
"""

from __future__ import annotations

from typing import Literal, get_args

from sqlalchemy.orm import Session

from centre import case_records
from centre.case_records import Case
from centre.conversations import Conversation

Rating = Literal["good", "partly", "bad"]
RATINGS: tuple[Rating, ...] = get_args(Rating)


def may_be_asked(case: Case) -> bool:
    """Is the telephone surely in the right hands, and nothing of the case to be kept quiet?"""
    is_quiet = case.is_discreet or case.hidden_at is not None or case.cover_lookup is not None
    return case.is_safe is True and not is_quiet and not case.is_restricted and case.rated is None


def rate(session: Session, conversation: Conversation, case_id: int, rating: str) -> bool:
    """The family says so; False for a case that is open, erased, or not of this conversation, and for an unknown word."""
    case = case_records.get(session, case_id) if 0 < case_id < 2**63 else None
    if case is None or case.conversation_id != conversation.id or case.is_open or case.erased_at:
        return False
    if rating not in RATINGS:
        return False
    case.rated = rating
    session.flush()
    return True
