"""The webhook addresses, ready to knock at."""

from __future__ import annotations

import pytest

from centre.db import Database
from tests.webhooks.door import Door


@pytest.fixture
def door(database: Database) -> Door:
    """On SQLite and on PostgreSQL."""
    return Door(database)


@pytest.fixture
def sqlite_door(sqlite_database: Database) -> Door:
    """For what does not depend on the database."""
    return Door(sqlite_database)
