"""A receipt for whoever was erased: a code and a time, and nothing that leads back to them (UU PDP 27/2022 art. 43-45).

With the code they can ask at any desk whether and when it was done; without it nobody can tell whom a row is about.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, UtcDateTime, changed, new_row, vault_of

Erased = Literal["conversation", "person", "register", "case"]
LETTERS = 10
KEPT = timedelta(days=3 * 365)


class ErasureReceipt(Base):
    """One erasure."""

    __tablename__ = "erasure_receipts"

    code: Mapped[str] = mapped_column(String(LETTERS), primary_key=True)
    erased: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def make(session: Session, erased: Erased, number: int, now: datetime) -> str:
    """The receipt for what had this number; gives its code as it is shown."""
    code = vault_of(session).lookup("erasure_receipts", f"{erased}:{number}:{now.isoformat()}")[:LETTERS].upper()
    session.execute(new_row(session, ErasureReceipt, {"code": code, "erased": erased, "at": now}))
    return shown(code)


def of_code(session: Session, typed: str) -> ErasureReceipt | None:
    """What was erased under this code; None where there is no such receipt."""
    code = "".join(letter for letter in typed.upper() if letter.isalnum()).removeprefix("HPS")
    return session.get(ErasureReceipt, code)


def shown(code: str) -> str:
    """ "HPS-1A2B3-C4D5E", as it can be read out."""
    return f"HPS-{code[: LETTERS // 2]}-{code[LETTERS // 2 :]}"


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """Gives how many."""
    old = delete(ErasureReceipt).where(ErasureReceipt.at < now - kept)
    return changed(session.execute(old.execution_options(synchronize_session=False)))
