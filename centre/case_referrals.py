"""A case referred to another body (BP3MI, Disnaker, UPTD PPA, police, an embassy, an organisation).

The family's consent is recorded first, or an override with its reason, which is a permission of its own. Each state has its
proof: a note of who was spoken to and when.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from centre.db import Base, BigId, UtcDateTime

Body = Literal["bp3mi", "disnaker", "uptd_ppa", "police", "embassy", "health", "organisation"]
BODIES: tuple[Body, ...] = get_args(Body)
Consent = Literal["chat", "spoken", "override"]
CONSENTS: tuple[Consent, ...] = get_args(Consent)


class State(enum.StrEnum):
    DRAFT = "draft"
    """Asked for; the consent is not there yet."""
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DONE = "done"
    REVOKED = "revoked"


NEXT: dict[State, tuple[State, ...]] = {
    State.DRAFT: (State.SENT, State.REVOKED),
    State.SENT: (State.ACCEPTED, State.REJECTED, State.REVOKED),
    State.ACCEPTED: (State.DONE, State.REVOKED),
    State.REJECTED: (),
    State.DONE: (),
    State.REVOKED: (),
}


class CaseReferral(Base):
    """One referral of one case."""

    __tablename__ = "case_referrals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    """Which office ("BP3MI NTB")."""
    partner_id: Mapped[str | None] = mapped_column(String(36), index=True)
    """The account of that organisation which may see the case now."""
    state: Mapped[str] = mapped_column(String(10), default=State.DRAFT)
    consent: Mapped[str | None] = mapped_column(String(10))
    sealed_reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    """For an override: why, in the words of who may decide that."""
    shares: Mapped[str] = mapped_column(String(60), default="")
    """What the letter tells beside the case: "name", "phone", "words", with commas between."""
    made_by: Mapped[str] = mapped_column(String(36))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
