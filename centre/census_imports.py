"""A file of people that was read and waits for the officer's decisions: kept sealed for a day, entered whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import data_keys
from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.desk import NotHere
from centre.sealing import sealed

KEPT = timedelta(days=1)


class CensusImport(Base):
    """The rows of one file, as they were typed, for the one who brought them."""

    __tablename__ = "census_imports"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[str] = mapped_column(String(36))
    village_id: Mapped[int] = mapped_column(ForeignKey("villages.id", ondelete="CASCADE"), index=True)
    sealed_rows: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("census_imports|rows", sheet="id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Row:
    """One row of the file: its number in the sheet, and what stood in it by the form's fields."""

    number: int
    fields: Mapping[str, str]


def keep(session: Session, staff_id: str, village_id: int, rows: Sequence[Row], now: datetime) -> CensusImport:
    """Keep what was read; an earlier file of the same officer is let go."""
    _let_go(session, CensusImport.staff_id == staff_id)
    written = json.dumps([[row.number, dict(row.fields)] for row in rows], ensure_ascii=False)
    kept = CensusImport(staff_id=staff_id, village_id=village_id, at=now, sealed_rows=b"")
    session.add(kept)
    session.flush()
    kept.sealed_rows = vault_of(session).of("sheet", kept.id).seal(written, _ROWS)
    session.flush()
    return kept


def one(session: Session, staff_id: str, number: int, now: datetime, *, to_change: bool = False) -> CensusImport:
    """One's own file. Raises `NotHere`, also when it is a day old or was entered already."""
    query = select(CensusImport).where(
        CensusImport.id == number, CensusImport.staff_id == staff_id, CensusImport.at > now - KEPT
    )
    found = session.scalars(query.with_for_update() if to_change else query).first()
    if found is None:
        raise NotHere(f"import {number}")
    return found


def rows_of(session: Session, kept: CensusImport) -> list[Row]:
    """What stood in the file."""
    return [Row(number, fields) for number, fields in json.loads(vault_of(session).open(kept.sealed_rows, _ROWS))]


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """Nobody decided for a day: let it go."""
    return _let_go(session, CensusImport.at <= now - kept)


def _let_go(session: Session, which: ColumnElement[bool]) -> int:
    gone = delete(CensusImport).where(which).returning(CensusImport.id)
    numbers = session.scalars(gone.execution_options(synchronize_session=False)).all()
    data_keys.destroy(session, "sheet", numbers)
    return len(numbers)


_ROWS = "census_imports|rows"
