"""`balai serve`: everything in one go, for one small machine.

Migrates, loads the guidance into an empty data folder, makes a first administrator, then starts the web process and the
worker as children in its own process group and starts again whichever ends. Light itself: it waits and imports little.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from processes.settings import Settings

RESTART_SECONDS = 1.0
STOP_SECONDS = 30.0
PARTS = ("web", "worker")


class Family:
    """The child processes, kept running until we are told to stop."""

    def __init__(self, parts: tuple[str, ...] = PARTS) -> None:
        self._parts = parts
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = False

    def run(self) -> None:
        """Start the children and keep them running. Returns when told to stop and all have ended."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        while not self._stopping:
            for part in self._parts:
                self._keep(part)
            time.sleep(RESTART_SECONDS)
        self._end()

    def _keep(self, part: str) -> None:
        child = self._children.get(part)
        if child is not None and child.poll() is None:
            return
        if child is not None:
            print(f"balai: {part} ended ({child.returncode}), starting it again", file=sys.stderr)  # noqa: T201
        command = [sys.executable, "-m", "processes.commands", part]
        environment = {**os.environ, "BALAI_PARENT": str(os.getpid())}
        self._children[part] = subprocess.Popen(command, env=environment)  # noqa: S603 - our own command

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()


def prepare(settings: Settings) -> None:
    """Make the database, guidance, demo villages, finder and first administrator ready; says what it made."""
    command = [sys.executable, "-m", "processes.commands", "prepare"]
    ended = subprocess.run(command, check=False)  # noqa: S603 - our own command; its memory is given back
    if ended.returncode:
        raise SystemExit(ended.returncode)
