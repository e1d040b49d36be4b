"""The desk's way to a bot on trial: a process beside the web process, which holds the finder as long as somebody asks.

The web process itself loads none (docs/decisions/0007). What the other end does stands in `processes/trials.py`.
"""

from __future__ import annotations

import selectors
import subprocess
import sys
import threading

import structlog
from pydantic import TypeAdapter

from admin.trials import Told, Trial, TrialUnavailable

PATIENCE = 25.0
"""Seconds the desk waits for an answer; the first of a while takes a few, because the finder has to be read."""

log = structlog.get_logger()
_trials = TypeAdapter(Trial)
_told = TypeAdapter(Told)


class TrialDesk:
    """Asks a process beside the web process, started when first needed. One question at a time."""

    def __init__(self, command: tuple[str, ...] = (sys.executable, "-m", "processes.trials")) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def converse(self, trial: Trial) -> Told:
        """What would be said. Raises `TrialUnavailable`."""
        if not self._turn.acquire(timeout=PATIENCE):
            raise TrialUnavailable
        try:
            return self._ask(trial)
        finally:
            self._turn.release()

    def close(self) -> None:
        """Leave none behind."""
        if self._process and self._process.poll() is None:
            self._process.kill()
        self._process = None

    def _ask(self, trial: Trial) -> Told:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        try:
            assert self._process.stdin
            self._process.stdin.write(_trials.dump_json(trial) + b"\n")
            self._process.stdin.flush()
            line = _line(self._process, PATIENCE)
            return _told.validate_json(line)
        except (OSError, EOFError, ValueError) as error:
            log.error("trial.failed", error=type(error).__name__)
            self.close()  # whatever comes later would be the answer to another question
            raise TrialUnavailable from error


def _line(process: subprocess.Popen[bytes], patience: float) -> bytes:
    """One line of it; raises OSError where none comes in time."""
    assert process.stdout
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        if not waiting.select(patience):
            raise TimeoutError
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError("it ended")
    return line
