"""`balai serve`: everything in one go, for one small machine.

Migrates, loads the guidance into an empty data folder, makes a first administrator, then starts the web process and the
worker as children in its own process group and starts again whichever ends. Light itself: it waits and imports little.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from processes.settings import ROOT, Settings, SettingsInvalid

RESTART_SECONDS = 1.0
LISTENING_SECONDS = 0.1
REFUSALS = 20
"""After so many refusals in a row (exit code 2: a setting, a port, a lock) a part is not started again."""
DRAIN_SECONDS = 25
"""How long what is under way may take once a part is told to stop."""
STOP_SECONDS = 30.0
PORT_SECONDS = 4.0
PARTS = ("web", "worker")
PREPARED = "prepared"
MIGRATIONS = ROOT / "processes" / "migrations" / "versions"


class Family:
    """The child processes, kept running until we are told to stop."""

    def __init__(self, parts: tuple[str, ...] = PARTS, *, greeting: str = "", port: int = 0) -> None:
        self._parts = parts
        self._greeting, self._port = greeting, port
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._refusals = dict.fromkeys(parts, 0)
        self._stopping = False

    def run(self) -> None:
        """Start the children and keep them running. Returns when told to stop and all have ended."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        while not self._stopping:
            for part in self._parts:
                self._keep(part)
            self._pause()
        self._end()

    def _pause(self) -> None:
        """Wait before looking after the children again. The greeting is said once somebody who opens it is answered."""
        until = time.monotonic() + RESTART_SECONDS
        while self._greeting and not self._stopping and time.monotonic() < until:
            if _is_listening(self._port):
                print(self._greeting, flush=True)  # noqa: T201
                self._greeting = ""
            else:
                time.sleep(LISTENING_SECONDS)
        time.sleep(max(0.0, until - time.monotonic()))

    def _keep(self, part: str) -> None:
        child = self._children.get(part)
        if child is not None and child.poll() is None:
            return
        if child is not None:
            self._refusals[part] = self._refusals[part] + 1 if child.returncode == 2 else 0
            if self._refusals[part] > REFUSALS:
                self._end()
                raise SystemExit(2)
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


def address() -> str:
    """Where the web process listens."""
    return os.environ.get("BALAI_BIND", "0.0.0.0")  # nosec B104  # noqa: S104  a server is there to be reached


def check_port(port: int, *, patiently: bool = False, beside: bool = False) -> None:
    """Raises `SettingsInvalid` when somebody else listens there. `patiently`: it may be a child of a `serve` that was
    killed, which is just ending. `beside`: a web process of the same account may listen there too (SO_REUSEPORT, as Granian
    opens it): the system spreads what comes between the two, until the older one is told to stop."""
    deadline = time.monotonic() + (PORT_SECONDS if patiently else 0)
    while not _is_free(port, beside=beside):
        if time.monotonic() > deadline:
            raise SettingsInvalid(f"port {port} is taken: stop what uses it, or set PORT")
        time.sleep(0.1)


def _is_free(port: int, *, beside: bool = False) -> bool:
    with socket.socket() as probe:
        if beside:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what has just ended does not count
        try:
            probe.bind((address(), port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def _is_listening(port: int) -> bool:
    try:
        with socket.create_connection((address(), port), timeout=LISTENING_SECONDS):
            return True
    except OSError:
        return False


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Two of us on one data folder would fight for it: the second is refused."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "serve.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsInvalid(f"balai serve already runs on {settings.data}") from error
        yield


def prepare(settings: Settings) -> None:
    """Make the database, guidance, demo villages, finder and first administrator ready, in a process that ends.

    When this version has done so before, there is nothing to look for: a second start must be quick.
    """
    if _is_prepared(settings):
        return
    command = [sys.executable, "-m", "processes.commands", "prepare"]
    code = _run(command)
    if code:
        raise SystemExit(code)
    (settings.data / PREPARED).write_text(_version())


def _run(command: list[str]) -> int:
    """Run it to its end. Told to stop before, it and all that it started end at once: the next start does what is missing."""
    started: list[subprocess.Popen[bytes]] = []

    def stop(_signal: int, _frame: FrameType | None) -> None:
        for child in started:
            os.killpg(child.pid, signal.SIGTERM)
        raise SystemExit(0)

    before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        # A group of its own, so that what it starts can be ended too; its memory is given back.
        started.append(subprocess.Popen(command, process_group=0))  # noqa: S603 - our own command
        return started[0].wait()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _is_prepared(settings: Settings) -> bool:
    """Of our own SQLite only: another database may have been emptied by somebody else."""
    mark = settings.data / PREPARED
    is_there = not settings.database_url and (settings.data / "balai.db").exists()
    return is_there and mark.exists() and mark.read_text() == _version()


def _version() -> str:
    """What decides whether there is anything to prepare: the migrations."""
    return "\n".join(sorted(path.name for path in MIGRATIONS.glob("*.py")))
