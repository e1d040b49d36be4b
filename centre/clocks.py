"""What time it is elsewhere: by the clock of the database, to be held beside our own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from centre.db import connection_of


def of_database(session: Session) -> datetime | None:
    """The time on the database's machine; None for SQLite, which has no clock of its own."""
    connection = connection_of(session)
    if connection.dialect.name != "postgresql":
        return None
    told: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return told
