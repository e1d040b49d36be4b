"""A breach of personal data: when, what, and the clock of 3 x 24 hours within which it is told (UU PDP 27/2022 art. 46).

Within that time those concerned and the authority are told in writing which data, when and how, and what is done about it. Whom
it may concern: `centre.breach_lists`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.sealing import sealed

LEGAL_TIME = timedelta(hours=72)
LONGEST = 2000
FIELDS = ("what", "how", "doing")
"""What a notice says: which data, when and how, what is done."""


class SpanWrong(ValueError):
    """It ends before it begins, has not come yet, or was known before it began."""


@dataclass(frozen=True)
class Within:
    """When data were open, and through which account: None for everything that lay here."""

    since: datetime
    until: datetime
    account_id: str | None = None


class Breach(Base):
    """One breach, as it was found."""

    __tablename__ = "breaches"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[str | None] = mapped_column(String(36))
    """The staff member whose account it was; None: everything that lay here."""
    sealed_told: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("breaches|told"))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(36))
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Those concerned and the authority were told."""
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the sealed list was first taken: it shrinks as clearing goes on."""
    listed_number: Mapped[int | None]
    """How many stood on it then."""

    @property
    def within(self) -> Within:
        return Within(self.since, self.until, self.account_id)

    @property
    def about(self) -> str:
        """How it stands in the audit."""
        return f"breach:{self.id}"

    @property
    def due_at(self) -> datetime:
        return self.found_at + LEGAL_TIME


def note(
    session: Session, within: Within, told: Mapping[str, str], by: str, now: datetime, found_at: datetime | None = None
) -> Breach:
    """Enter what was found; its clock begins with `found_at`, else now. `told`: `FIELDS`. Raises `SpanWrong`."""
    breach = Breach(noted_by=by)
    _write(session, breach, within, told, found_at or now, now)
    session.add(breach)
    session.flush()
    return breach


def correct(
    session: Session, breach: Breach, within: Within, told: Mapping[str, str], found_at: datetime, now: datetime
) -> list[str]:
    """More is known than when it was entered; gives what changed, by name. Raises `SpanWrong`, and nothing is changed then."""
    before = _said(session, breach)
    _write(session, breach, within, told, found_at, now)
    session.flush()
    after = _said(session, breach)
    return [name for name in before if before[name] != after[name]]


def listed(session: Session, breach: Breach, number: int, now: datetime) -> None:
    """The sealed list was taken, with so many on it; the first time counts."""
    if breach.listed_at is None:
        breach.listed_at, breach.listed_number = now, number
        session.flush()


def told_of(session: Session, breach: Breach) -> dict[str, str]:
    """What the notice says."""
    told: dict[str, str] = json.loads(vault_of(session).open(breach.sealed_told, _TOLD))
    return told


def told(session: Session, breach: Breach, now: datetime) -> None:
    """Those concerned and the authority have it in writing."""
    breach.told_at = breach.told_at or now
    session.flush()


def every(session: Session) -> Sequence[Breach]:
    """All of them, the newest first."""
    return session.scalars(select(Breach).order_by(Breach.id.desc())).all()


def known_before(session: Session, moment: datetime, told_since: datetime) -> Sequence[Breach]:
    """Found before this and not told of, or only since then."""
    open_or_lately = Breach.told_at.is_(None) | (Breach.told_at >= told_since)
    return session.scalars(select(Breach).where(Breach.found_at <= moment, open_or_lately).order_by(Breach.id)).all()


def _write(
    session: Session, breach: Breach, within: Within, told: Mapping[str, str], found_at: datetime, now: datetime
) -> None:
    if within.until < within.since or not within.since <= found_at <= now:
        raise SpanWrong
    words = {name: told.get(name, "")[:LONGEST] for name in FIELDS}
    breach.since, breach.until, breach.account_id = within.since, within.until, within.account_id
    breach.sealed_told, breach.found_at = vault_of(session).seal(json.dumps(words), _TOLD), found_at


def _said(session: Session, breach: Breach) -> dict[str, object]:
    span = {"since": breach.since, "until": breach.until, "account": breach.account_id, "found": breach.found_at}
    return {**span, **told_of(session, breach)}


_TOLD = "breaches|told"
