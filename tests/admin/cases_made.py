"""Cases of families in Korleko, for stories about what is referred and what is counted."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import case_records, case_referrals, cases, conversations
from centre.areas import Village
from centre.case_records import Case, Category
from centre.conversations import Conversation, Sender
from centre.referral_records import State
from centre.staff import Role, StaffMember

if TYPE_CHECKING:
    from tests.admin.conftest import Desk

KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"
NUMBER, WORDS = "6281917000111", "Anak saya Nia dikurung majikan di Johor."
PROOF = "Bu Ratih di loket BP3MI, pukul 10, lewat telepon"
_senders = count(1)


def opened(
    session: Session,
    village: Village | None,
    now: datetime,
    category: Category = "pay",
    *,
    around: bool = False,
    is_child: bool = False,
    number: str = "",
) -> Case:
    """Inaq Rohani wrote what happened; the case is open and nobody's."""
    sender = Sender("whatsapp", (("phone", number or f"62819{next(_senders):07}"),))
    conversation = session.get_one(Conversation, conversations.of_sender(session, sender, now))
    conversation.village_id = village.id if village else None
    case = cases.open_case(session, conversation, category, now, language="id", is_child=is_child)
    if around:
        cases.go_around(session, case, now)
    cases.add_words(session, case, WORDS, f"words:{case.id}", now)
    case_records.keep_facts(session, case, name="Inaq Rohani", worker="Nia")
    return case


def held(desk: Desk, staff_id: str, village_id: int, category: Category = "pay", **how: bool) -> str:
    """A case that somebody at the desk holds; gives its code."""
    with desk.database.transaction() as session:
        case = opened(session, session.get_one(Village, village_id), desk.now, category, number=NUMBER, **how)
        cases.take(session, case, staff_id, desk.now)
        return case.code


def referral_address(desk: Desk, village_id: int, role: Role, rule: str) -> str:
    """The address of a referral that Wayan, who has this role, may know of if anybody with it may."""
    with desk.database.transaction() as session:
        wayan = session.scalars(select(StaffMember).where(StaffMember.login == "wayan")).one().id
        is_child = role == Role.SPECIALIST  # who sees no others
        case = opened(session, session.get_one(Village, village_id), desk.now, is_child=is_child)
        cases.take(session, case, wayan, desk.now)
        made = case_referrals.make(
            session, case, wayan, "bp3mi", "BP3MI NTB", "Mohon dijemput", [], case.code, desk.now
        )
        made.partner_id = wayan
        case_referrals.heard(session, case, made, wayan, PROOF, desk.now)
        case_referrals.change(session, case, made, wayan, State.SENT, PROOF, desk.now)
        return rule.replace("<code>", case.code).replace("{row}", str(made.id))
