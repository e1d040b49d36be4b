"""The register of a village (pendataan) as records: what the officer knows of somebody, and every change of it.

A person in the register is a `Person` with a `CensusRecord`. What is counted and looked for by date stands in columns; what
says more about somebody (day of birth, employer, second number) is sealed as one. Never kept: numbers of identity card,
family card or passport (`centre.people`); for a reminder the day on which a passport ends is enough. What may be done with a
record stands in `centre.census`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.sealing import sealed

Sex = Literal["f", "m"]
SEXES: tuple[Sex, ...] = get_args(Sex)
Business = Literal["none", "purna", "family"]
"""No business; one of somebody who came back; one of those who stayed."""
BUSINESSES: tuple[Business, ...] = get_args(Business)
PhoneUse = Literal["own", "shared", "unsafe"]
"""Who holds the telephone on which this person is written to. "unsafe": nothing is written there first."""
PHONE_USES: tuple[PhoneUse, ...] = get_args(PhoneUse)
Source = Literal["desk", "chat", "paper", "file"]
How = Literal["desk", "chat", "paper"]
DATES = ("departs_on", "returns_on", "contract_ends_on", "passport_ends_on", "visa_ends_on")
FACTS = ("birth_date", "job", "employer", "agency", "business_name", "trainings", "phone_abroad", "place", "reach")
"""What is sealed together: all of it short words."""


class CensusRecord(Base):
    """What the register knows of a person."""

    __tablename__ = "census_records"
    __table_args__ = (
        *(
            Index(
                f"ix_census_records_{name}",
                name,
                postgresql_where=text(f"{name} IS NOT NULL"),
                sqlite_where=text(f"{name} IS NOT NULL"),
            )
            for name in ("passport_ends_on", "contract_ends_on", "visa_ends_on")
        ),
    )

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    """Grows with each change: who corrects an older one is shown the newer first."""
    sex: Mapped[str | None] = mapped_column(String(1))
    destination: Mapped[str | None] = mapped_column(String(2), index=True)
    """Two letters of the country (`content.places`)."""
    agency_id: Mapped[int | None] = mapped_column(BigId)
    """The recruiter of the licence list that was typed, where it was found there."""
    departs_on: Mapped[date | None] = mapped_column(Date)
    returns_on: Mapped[date | None] = mapped_column(Date)
    contract_ends_on: Mapped[date | None] = mapped_column(Date)
    passport_ends_on: Mapped[date | None] = mapped_column(Date)
    visa_ends_on: Mapped[date | None] = mapped_column(Date)
    business: Mapped[str | None] = mapped_column(String(6))
    phone_use: Mapped[str | None] = mapped_column(String(6))
    sealed_facts: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("census_records|facts|{person_id}", person="person_id")
    )
    source: Mapped[str] = mapped_column(String(5))
    entered_by: Mapped[str] = mapped_column(String(42))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """When somebody last said that it is still true."""

    @property
    def facts(self) -> dict[str, str]:
        """By the names of `FACTS`; what is not known is left out."""
        session = object_session(self)
        assert session is not None, "a record is only read within a transaction"
        if self.sealed_facts is None:
            return {}
        opened: dict[str, str] = json.loads(vault_of(session).open(self.sealed_facts, f"{_FACTS}|{self.person_id}"))
        return opened

    @property
    def about(self) -> str:
        """How a person stands in the audit."""
        return f"person:{self.person_id}"


class CensusStatus(Base):
    """What somebody was, from a day on: prospective, abroad, returned, family."""

    __tablename__ = "census_statuses"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    since: Mapped[date | None] = mapped_column(Date)
    """The day it began; None where nobody knows."""
    by: Mapped[str] = mapped_column(String(42))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CensusChange(Base):
    """One field that was entered or put right: who, when, what it was and what it became, both sealed."""

    __tablename__ = "census_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(20))
    sealed_values: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("census_changes|values", person="person_id"))
    by: Mapped[str] = mapped_column(String(42))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def values(self) -> tuple[str, str]:
        """Before and after."""
        session = object_session(self)
        assert session is not None, "a change is only read within a transaction"
        before, after = json.loads(vault_of(session).open(self.sealed_values, _CHANGES))
        return before, after


def record_of(session: Session, person_id: int, *, to_change: bool = False) -> CensusRecord | None:
    """What the register knows of this person, held if it is `to_change`."""
    return session.get(CensusRecord, person_id, with_for_update=to_change or None, populate_existing=to_change)


def records_of(session: Session, person_ids: Sequence[int]) -> dict[int, CensusRecord]:
    """Those of them who are in the register."""
    found = session.scalars(select(CensusRecord).where(CensusRecord.person_id.in_(person_ids)))
    return {record.person_id: record for record in found}


def keep_facts(session: Session, record: CensusRecord, facts: dict[str, str]) -> None:
    """Seal what says more about somebody, for this record alone."""
    known = {name: value for name, value in facts.items() if value}
    sealer = vault_of(session).of("person", record.person_id)
    place = f"{_FACTS}|{record.person_id}"
    record.sealed_facts = sealer.seal(json.dumps(known, ensure_ascii=False), place) if known else None


def note_change(
    session: Session, person_id: int, field: str, values: tuple[str, str], by: str, now: datetime
) -> CensusChange:
    """Enter that a field became another one."""
    kept = vault_of(session).of("person", person_id).seal(json.dumps(values, ensure_ascii=False), _CHANGES)
    change = CensusChange(person_id=person_id, field=field, sealed_values=kept, by=by, at=now)
    session.add(change)
    return change


def changes_of(session: Session, person_ids: Sequence[int]) -> Sequence[CensusChange]:
    """Every change of one person (of all records that were found to be theirs), the newest first."""
    own = select(CensusChange).where(CensusChange.person_id.in_(person_ids))
    return session.scalars(own.order_by(CensusChange.id.desc())).all()


def statuses_of(session: Session, person_ids: Sequence[int]) -> Sequence[CensusStatus]:
    """What somebody was, one after the other, the newest first."""
    own = select(CensusStatus).where(CensusStatus.person_id.in_(person_ids))
    return session.scalars(own.order_by(CensusStatus.id.desc())).all()


def as_words(value: Any) -> str:
    """How a value stands in the history: days as ISO writes them, nothing as nothing."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


_FACTS, _CHANGES = "census_records|facts", "census_changes|values"
