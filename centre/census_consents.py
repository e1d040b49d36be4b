"""Who agreed that the register keeps them: which wording, how, on which day, and when they took it back.

UU PDP 27/2022 art. 20-24: purpose, kinds of data, how long, and the rights are told before; consent is recorded and can be
proved; it may be taken back as easily (art. 9, 40), and what rests on it ends within 3 x 24 hours. Under eighteen a parent or
guardian agrees (art. 25). Being reminded of one's own dates is agreed to apart from being kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, Exists, ForeignKey, String, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.census_records import How
from centre.db import Base, BigId, UtcDateTime

VERSION = "2026-11"
"""Of the wording in `bot.census_phrases`, on the paper form and at the desk; another one whenever it says something else."""

BY_FAMILY = "family"
"""Who makes a change, where it is no staff member's id."""


class ConsentMissing(ValueError):
    """Nobody is kept in the register who has not agreed."""


class ConsentDateWrong(ValueError):
    """A day that has not come yet."""


class GuardianMissing(ValueError):
    """Under eighteen a parent or guardian agrees."""


@dataclass(frozen=True)
class Given:
    """Somebody agrees."""

    how: How
    on: date
    may_remind: bool = False
    by_guardian: bool = False
    conversation_id: int | None = None
    """In which conversation, where it was in one."""
    version: str = VERSION


class CensusConsent(Base):
    """One consent. What was taken back stays as proof that it was, until the person is erased."""

    __tablename__ = "census_consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True)
    version: Mapped[str] = mapped_column(String(20))
    how: Mapped[str] = mapped_column(String(5))
    given_on: Mapped[date] = mapped_column(Date)
    may_remind: Mapped[bool] = mapped_column(default=False)
    by_guardian: Mapped[bool] = mapped_column(default=False)
    conversation_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    noted_by: Mapped[str] = mapped_column(String(42))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(42))


def note(
    session: Session, person_id: int, given: Given, by: str, now: datetime, today: date, *, is_child: bool
) -> CensusConsent:
    """Enter a consent; it takes the place of an earlier one given the same way. `by`: staff id or "family".

    Raises `ConsentDateWrong` or `GuardianMissing`.
    """
    check(given, today, is_child=is_child)
    for earlier in standing(session, [person_id]):
        if earlier.how == given.how and earlier.conversation_id == given.conversation_id:
            earlier.withdrawn_at, earlier.withdrawn_by = now, by
    consent = CensusConsent(
        person_id=person_id,
        version=given.version,
        how=given.how,
        given_on=given.on,
        may_remind=given.may_remind,
        by_guardian=given.by_guardian,
        conversation_id=given.conversation_id,
        noted_by=by,
        noted_at=now,
    )
    session.add(consent)
    session.flush()
    return consent


def check(given: Given, today: date, *, is_child: bool) -> None:
    """Can this be a consent? Raises `ConsentDateWrong` or `GuardianMissing`."""
    if given.on > today:
        raise ConsentDateWrong(given.on.isoformat())
    if is_child and not given.by_guardian:
        raise GuardianMissing


def standing(session: Session, person_ids: Sequence[int]) -> Sequence[CensusConsent]:
    """The consents of these people that were not taken back, in their order."""
    own = select(CensusConsent).where(
        CensusConsent.person_id.in_(list(person_ids)), CensusConsent.withdrawn_at.is_(None)
    )
    return session.scalars(own.order_by(CensusConsent.id)).all()


def every(session: Session, person_id: int) -> Sequence[CensusConsent]:
    """All that this person ever agreed to, the newest first."""
    own = select(CensusConsent).where(CensusConsent.person_id == person_id)
    return session.scalars(own.order_by(CensusConsent.id.desc())).all()


def may_remind(session: Session, person_id: int) -> bool:
    """Did this person agree to be reminded?"""
    return any(consent.may_remind for consent in standing(session, [person_id]))


def allows_reminders(person_id: object) -> Exists:
    """The same as a condition, on whatever says who the person is."""
    return exists().where(
        CensusConsent.person_id == person_id, CensusConsent.withdrawn_at.is_(None), CensusConsent.may_remind.is_(True)
    )


def take_back(
    session: Session, person_id: int, by: str, now: datetime, *, conversation_id: int | None = None
) -> Sequence[CensusConsent]:
    """Somebody takes back what they agreed to, or what was agreed in one conversation alone; gives what still stands."""
    for consent in standing(session, [person_id]):
        if conversation_id is None or consent.conversation_id == conversation_id:
            consent.withdrawn_at, consent.withdrawn_by = now, by
    session.flush()
    return standing(session, [person_id])


def stop_reminding(session: Session, person_id: int) -> None:
    """Kept as before, but reminded no more."""
    for consent in standing(session, [person_id]):
        consent.may_remind = False
    session.flush()


def move(session: Session, others: set[int], kept_id: int) -> None:
    """The other conversations turned out to be this one: what was agreed there was agreed here."""
    session.execute(
        update(CensusConsent)
        .where(CensusConsent.conversation_id.in_(others))
        .values(conversation_id=kept_id)
        .execution_options(synchronize_session="fetch")
    )
