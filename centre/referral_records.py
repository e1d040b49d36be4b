"""A referral as a record: a case handed to another body (BP3MI, Disnaker, UPTD PPA, police, an embassy, an organisation).

What may be done with one stands in `centre.case_referrals`; whose sight it opens, in `centre.case_scopes`.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ForeignKey, LargeBinary, String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime
from centre.sealing import sealed

Body = Literal["bp3mi", "disnaker", "uptd_ppa", "police", "embassy", "health", "organisation"]
BODIES: tuple[Body, ...] = get_args(Body)
Consent = Literal["chat", "spoken", "override"]
CONSENTS: tuple[Consent, ...] = get_args(Consent)
Share = Literal["name", "phone", "words"]
SHARES: tuple[Share, ...] = get_args(Share)
"""What the family can let us tell beside the case itself: who it is about, how to reach them, what they wrote."""


class State(enum.StrEnum):
    DRAFT = "draft"
    """Asked for; not with the other body yet."""
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
    State.DONE: (State.REVOKED,),
    State.REVOKED: (),
}
"""Consent can be taken back at any time (UU PDP 27/2022 art. 9), so what is done can still be revoked."""
WITH_THE_PARTNER = (State.SENT, State.ACCEPTED, State.DONE)
"""While it stands so, the partner's account sees what is shared."""


class CaseReferral(Base):
    """One referral of one case."""

    __tablename__ = "case_referrals"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an old button must not mean a newer one

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    """Which office ("BP3MI NTB")."""
    partner_id: Mapped[str | None] = mapped_column(String(36), index=True)
    """The account of that organisation which may see what is shared."""
    state: Mapped[str] = mapped_column(String(10), default=State.DRAFT)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when the family is asked in the chat; None when it is not, or has answered."""
    consent: Mapped[str | None] = mapped_column(String(10))
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed_reason: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("case_referrals|reason|{case_id}", case="case_id")
    )
    """For an override: why, in the words of who may decide that."""
    shares: Mapped[str] = mapped_column(String(60), default="")
    """What the letter tells beside the case: "name", "phone", "words", with commas between."""
    sealed_request: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("case_referrals|request|{case_id}", case="case_id")
    )
    """What the other body is asked to do."""
    made_by: Mapped[str] = mapped_column(String(36))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def shared(self) -> tuple[str, ...]:
        """The parts of `shares`."""
        return tuple(part for part in self.shares.split(",") if part)


def erase(session: Session, case_id: int, now: datetime) -> None:
    """The case is erased: the words go, and every partner's sight of it with them."""
    session.execute(
        update(CaseReferral)
        .where(CaseReferral.case_id == case_id)
        .values(sealed_reason=None, sealed_request=None, asked_at=None, partner_id=None)
        .execution_options(synchronize_session="fetch")
    )
    session.execute(
        update(CaseReferral)
        .where(CaseReferral.case_id == case_id, CaseReferral.state.not_in((State.REJECTED, State.REVOKED)))
        .values(state=State.REVOKED, changed_at=now)
        .execution_options(synchronize_session="fetch")
    )
