"""What one process counts for itself, added every few seconds to the totals of the house (`centre.tallies`).

What a process had not added when it was killed is not counted: at most the last seconds of calls.
"""

from __future__ import annotations

import threading
from collections import Counter

from centre import tallies
from centre.db import Database

CALLS, REFUSED = "calls", "webhooks_refused"


class Meter:
    """Counts from any thread."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def called(self, channel: str, outcome: str) -> None:
        """One call to a channel, and what became of it."""
        self._count(CALLS, f"{channel}|{outcome}")

    def refused(self, channel: str, why: str) -> None:
        """A request that was not taken."""
        self._count(REFUSED, f"{channel}|{why}")

    def add_to(self, database: Database) -> None:
        """Add what was counted since; kept for the next time where the database cannot be reached."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            with database.transaction() as session:
                tallies.add(session, counts)
        except BaseException:
            with self._lock:
                self._counts.update(counts)
            raise

    def _count(self, name: str, label: str) -> None:
        with self._lock:
            self._counts[name, label] += 1
