"""Backing up every hour: the worker looks whether it is time, and a process of its own does it (`processes.backing_up`)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from centre import backups
from centre.db import Database

Clock = Callable[[], datetime]


class HourlyBackups:
    """Sees to it that somebody backs up: `look` is called every minute in every worker whose settings name a folder."""

    def __init__(self, database: Database, folder: Path | None, clock: Clock) -> None:
        self._database, self._folder, self._clock = database, folder, clock
        self._child: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start a process that backs up, when it is time; its memory is given back."""
        if self._folder is None or (self._child and self._child.poll() is None):
            return
        with self._database.reading() as session:
            if not backups.is_due(session, self._clock()):
                return
        words = ["backup", "to", str(self._folder), "--if-due"]
        self._child = subprocess.Popen([sys.executable, "-m", "processes.commands", *words])  # noqa: S603 - our own

    def close(self) -> None:
        """Leave none behind: what it had begun is begun anew later."""
        if self._child and self._child.poll() is None:
            self._child.terminate()
