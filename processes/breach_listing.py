"""What `balai breach` does with the database: makes the sealed list, opens it, and enters both in the record of deeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, breach_lists
from centre.breaches import Within
from centre.db import Database
from centre.privacy import BY_OWN_KEY, CannotOpen, header_of
from centre.staff import StaffMember
from content import workbooks
from processes.command_line import Refused
from processes.wiring import clock


@dataclass(frozen=True)
class Listed:
    """Whom it may concern."""

    counts: Mapping[str, int]
    """How many of each kind."""
    data: bytes = b""
    """The sealed list."""
    unreached: int = 0
    """How many on it have no address."""


def listed(database: Database, since: datetime, until: datetime, account: str, *, is_sealed: bool) -> Listed:
    """Whom a breach between these may concern, through this account if one is named. Raises `Refused`."""
    with database.transaction() as session:
        within = Within(since, until, _account(session, account))
        found = Listed(breach_lists.counts(session, within), *(_sealed(session, within) if is_sealed else ()))
        audit.record(session, audit.COMMAND_LINE, "breach_listed", clock(), "breach:command")
    return found


def opened(database: Database, sealed: Path) -> str:
    """The list in this file. Raises `Refused`, which says the key it needs."""
    data = sealed.read_bytes()
    try:
        with database.transaction() as session:
            table = breach_lists.opened(session, data)
            audit.record(session, audit.COMMAND_LINE, "breach_listed", clock(), "breach:file")
    except CannotOpen as error:
        raise Refused(f"{sealed} cannot be opened: {_why(data, database.vault.headers)}") from error
    return table


def _account(session: Session, login: str) -> str | None:
    if not login:
        return None
    member = session.scalar(select(StaffMember.id).where(StaffMember.login == login))
    if member is None:
        raise Refused(f"nobody is called {login}")
    return member


def _sealed(session: Session, within: Within) -> tuple[bytes, int]:
    rows = list(breach_lists.rows(session, breach_lists.concerned(session, within)))
    return breach_lists.sealed(session, workbooks.with_commas(rows)), sum(not row[-1] for row in rows)


def _why(data: bytes, known: Sequence[bytes]) -> str:
    """Which key is missing, in one line."""
    header = header_of(data)
    if header[:1] == BY_OWN_KEY:
        return (
            "it opens in the house that made it, or one restored from its backup with the newest balai-keys.age, "
            "while BALAI_FIELD_KEYS holds every key that `balai keys status` names; or it is damaged"
        )
    if len(header) > 1 and header not in known:
        named = header[1:].hex()
        return f"it needs field key {named}, as an older version made it: put that key last in BALAI_FIELD_KEYS"
    return "it is damaged, or no list of ours"
