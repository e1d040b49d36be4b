"""Families who tell of what happened to their daughters and fathers, for stories at the desk about cases."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import case_records, cases, conversations
from centre.audit import AuditEntry
from centre.case_records import Case, CaseEntry, Category
from centre.conversations import Conversation, Sender

if TYPE_CHECKING:
    from tests.admin.conftest import Desk

KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"
WORDS = "Anak saya empat bulan tidak digaji"


def telephone(session: Session, who: str, village_id: int | None, now: datetime) -> Conversation:
    """Somebody's Telegram; written from a moment ago."""
    sender = Sender("telegram", (("chat", who),))
    conversation = session.get_one(Conversation, conversations.of_sender(session, sender, now))
    conversation.village_id, conversation.last_incoming_at = village_id, now
    return conversation


def told(
    desk: Desk,
    village_id: int | None,
    category: Category = "pay",
    *,
    who: str = "sari",
    words: str = WORDS,
    around: bool = False,
    is_child: bool = False,
) -> str:
    """Somebody opens a case and tells what happened; gives its code."""
    with desk.database.transaction() as session:
        conversation = telephone(session, who, village_id, desk.now)
        case = told_in(session, conversation, category, desk.now, around=around, is_child=is_child)
        cases.add_words(session, case, words, f"told:{case.id}", desk.now)
        return case.code


def told_in(
    session: Session,
    conversation: Conversation,
    category: Category,
    now: datetime,
    *,
    around: bool = False,
    is_child: bool = False,
) -> Case:
    """A case opened in this conversation; `around`: "jangan ke desa saya"."""
    case = cases.open_case(session, conversation, category, now, language="id", is_child=is_child)
    if around:
        cases.go_around(session, case, now)
    return case


def case_of(desk: Desk, code: str) -> Case:
    """The case as it is now."""
    with desk.database.reading() as session:
        return session.scalars(select(Case).where(Case.code == code)).one()


def entries(desk: Desk, code: str, kind: str) -> list[tuple[str, str]]:
    """(detail, words) of every entry of this kind."""
    with desk.database.reading() as session:
        case = session.scalars(select(Case).where(Case.code == code)).one()
        found = session.scalars(
            select(CaseEntry).where(CaseEntry.case_id == case.id, CaseEntry.kind == kind).order_by(CaseEntry.id)
        )
        return [(entry.detail, case_records.words_of(session, entry)) for entry in found]


def changes(desk: Desk, code: str) -> list[str]:
    """What changed, in its order."""
    return [detail for detail, _ in entries(desk, code, "change")]


def deeds(desk: Desk) -> list[str]:
    """What was done at the desk, in its order."""
    with desk.database.reading() as session:
        return list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)))
