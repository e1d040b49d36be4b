"""A whole house of real processes for one test: its own data folder, its own port, both platforms faked.

Commands run through the real command line, from another folder than the checkout. Nothing that was started outlives
the house. Time passes quickly where a test says so (`hurry`): what would wait a minute for its lease is told that the
minute is over.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import select, update

from centre.conversations import Conversation
from centre.db import Database, open_database
from centre.outbox import LEASE, OutboxMessage
from centre.privacy import Vault

ROOT = Path(__file__).parents[2]
KEY = "a key for tests, the same everywhere"
FIELD_KEY = "a field key for tests that is the same everywhere"
TELEGRAM_TOKEN, TELEGRAM_SECRET = "123456:token-of-the-test-bot", "secret-of-the-test-bot"
GRAPH_TOKEN, APP_SECRET, PHONE_ID = "token-of-the-test-number", "app-secret-of-the-test", "1234567890"
PATIENCE = 90.0
"""Seconds: only a broken house ever needs them; on a machine with ten times its work a start takes thirty."""

Found = TypeVar("Found")


@dataclass
class House:
    """One installation of Balai."""

    folder: Path
    """BALAI_DATA."""
    database_url: str = ""
    gateway: str = "http://127.0.0.1:9"
    port: int = field(default_factory=lambda: free_port())
    settings: dict[str, str] = field(default_factory=dict)
    """More settings, or others."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        """Settings of a house with both platforms connected, speaking as fast as it can."""
        return (
            bare_environment()
            | {
                "PORT": str(self.port),
                "BALAI_BIND": "127.0.0.1",
                "BALAI_DATA": str(self.folder),
                "BALAI_DATABASE_URL": self.database_url,
                "BALAI_SECRET_KEY": KEY,
                "BALAI_FIELD_KEYS": FIELD_KEY,
                "BALAI_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
                "BALAI_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
                "BALAI_TELEGRAM_SECRET": TELEGRAM_SECRET,
                "BALAI_TELEGRAM_API": self.gateway,
                "BALAI_WHATSAPP_PHONE_ID": PHONE_ID,
                "BALAI_WHATSAPP_TOKEN": GRAPH_TOKEN,
                "BALAI_WHATSAPP_APP_SECRET": APP_SECRET,
                "BALAI_WHATSAPP_VERIFY_TOKEN": "verify",
                "BALAI_WHATSAPP_API": self.gateway,
                "BALAI_PACE": "1000",
            }
            | self.settings
            | more
        )

    def balai(self, *words: str, typed: bytes = b"", seconds: float = 60, **settings: str) -> Ended:
        """Run one command to its end."""
        return run(*words, environment=self.environment(**settings), folder=self.folder, typed=typed, seconds=seconds)

    def start(self, *parts: str, **settings: str) -> None:
        """Start long-running commands, each in a process group of its own; what they log is kept.

        "worker-2" is one more worker.
        """
        for part in parts:
            with (self.folder.parent / f"{part}.log").open("ab") as log:
                self.running[part] = subprocess.Popen(
                    command(part.split()[0].partition("-")[0], *part.split()[1:]),
                    env=self.environment(**settings),
                    cwd=self.folder.parent,
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )

    def kill(self, part: str) -> None:
        """kill -9, as when the power goes: the process and its own children."""
        child = self.running[part]
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(10)

    def stop(self, part: str) -> int:
        """Ask it to end; gives its exit code."""
        child = self.running.pop(part)
        child.terminate()
        return child.wait(PATIENCE)

    def end(self) -> None:
        """Leave nothing running."""
        for child in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait(10)
        if "database" in self.__dict__:
            self.database.engine.dispose()

    def log(self, part: str) -> str:
        """What a part has written so far."""
        path = self.folder.parent / f"{part}.log"
        return path.read_text() if path.exists() else ""

    def starts(self, part: str) -> int:
        """How often the worker has said that it is ready; for the web process nothing is counted."""
        return self.log(part).count("worker.ready") if part.startswith("worker") else 0

    def is_up(self, part: str, starts: int) -> bool:
        """Has the worker become ready once more than `starts` times? Does the web process answer?"""
        return self.starts(part) > starts if part.startswith("worker") else self.answers()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.folder / 'balai.db'}"

    @cached_property
    def database(self) -> Database:
        """The test's own look at the house's database."""
        return open_database(self.url, Vault(KEY, [FIELD_KEY]))

    def answers(self, path: str = "/healthz") -> bool:
        """Is it well?"""
        try:
            return httpx.get(self.address + path, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self) -> None:
        """Until the web process and a worker are there."""
        wait_for(lambda: self.answers("/readyz"), "the house is not ready")

    def telegram(self, number: int, chat: int, text: str) -> int:
        """Knock as Telegram does with a text message; gives the status."""
        return self.knock(telegram_update(number, chat, text), "telegram")

    def whatsapp(self, key: str, phone: str, text: str, name: str = "Inaq Rohani") -> int:
        """Knock as WhatsApp does with a text message; gives the status."""
        return self.knock(whatsapp_message(key, phone, text, name), "whatsapp")

    def knock(self, body: bytes, channel: str) -> int:
        """Bring a signed request; 0 where nobody opens."""
        try:
            return httpx.post(
                f"{self.address}/webhooks/{channel}", content=body, headers=signed(body, channel), timeout=30
            ).status_code
        except httpx.HTTPError:
            return 0

    def outgoing(self, channel: str) -> list[OutboxMessage]:
        """What was queued on a channel, oldest first."""
        with self.database.reading() as session:
            rows = select(OutboxMessage).where(OutboxMessage.channel == channel).order_by(OutboxMessage.id)
            return list(session.scalars(rows))

    def hurry(self, channel: str = "%", younger: timedelta = timedelta(seconds=4)) -> None:
        """A minute passes for calls that nobody is making any more, and for all that waits to be tried again."""
        now = datetime.now(UTC)
        waiting = update(OutboxMessage).where(OutboxMessage.channel.like(channel))
        with self.database.transaction() as session:
            session.execute(
                waiting.where(
                    OutboxMessage.state == "sending", OutboxMessage.lease_until < now + LEASE - younger
                ).values(lease_until=now - timedelta(seconds=1))
            )
            session.execute(waiting.where(OutboxMessage.state == "open").values(next_at=now))
            session.execute(update(Conversation).where(Conversation.paused_until > now).values(paused_until=now))


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(*words: str, environment: dict[str, str], folder: Path, typed: bytes = b"", seconds: float = 60) -> Ended:
    """Run one command of ours in `folder` to its end."""
    folder.mkdir(parents=True, exist_ok=True)
    ended = subprocess.run(
        command(*words), env=environment, cwd=folder, input=typed, capture_output=True, timeout=seconds, check=False
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def command(*words: str) -> list[str]:
    """The command line of one of our commands, as `balai` starts it."""
    return [sys.executable, "-c", "from processes.commands import main; main()", *words]


def bare_environment() -> dict[str, str]:
    """Where nothing of ours is set; the checkout can be imported, and what was compiled once is kept, as on a server."""
    ours = ("PORT", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BALAI_") and name not in ours}
    return kept | {"PYTHONPATH": str(ROOT), "BALAI_BIND": "127.0.0.1"}


@contextmanager
def standing(house: House, *parts: str) -> Iterator[House]:
    """The house with these parts running, until the block ends."""
    try:
        house.start(*parts)
        yield house
    finally:
        house.end()


def wait_for(look: Callable[[], Found], complaint: str, seconds: float = PATIENCE, every: float = 0.05) -> Found:
    """Look until there is something to see."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, complaint
        time.sleep(every)
    return found


def free_port() -> int:
    """A port that is free, and that the system gives to no outgoing call while our process is down or not yet up."""
    while True:
        port = random.randrange(15_000, 32_000)  # ip_local_port_range begins at 32768
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def signed(body: bytes, channel: str) -> dict[str, str]:
    """The headers with which the platform proves itself."""
    digest = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    proof = {
        "telegram": {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET},
        "whatsapp": {"X-Hub-Signature-256": f"sha256={digest}"},
    }
    return {"Content-Type": "application/json"} | proof[channel]


def telegram_update(number: int, chat: int, text: str, name: str = "Sari") -> bytes:
    """A text message as Telegram brings it."""
    return json.dumps(as_update(number, chat, text, name)).encode()


def as_update(number: int, chat: int, text: str, name: str = "Sari") -> dict[str, Any]:
    """The same, not yet written out."""
    who = {"id": chat, "first_name": name}
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": who | {"type": "private"},
        "from": who | {"is_bot": False},
        "text": text,
    }
    return {"update_id": number, "message": message}


def whatsapp_message(key: str, phone: str, text: str, name: str = "Inaq Rohani") -> bytes:
    """A text message as Meta brings it."""
    message = {"from": phone, "id": key, "timestamp": str(int(time.time())), "type": "text", "text": {"body": text}}
    contact = {"profile": {"name": name}, "wa_id": phone}
    return _whatsapp({"contacts": [contact], "messages": [message]})


def whatsapp_status(provider_id: str, state: str, ours: str = "", phone: str = "6281") -> bytes:
    """A delivery status as Meta brings it."""
    status = {"id": provider_id, "status": state, "timestamp": str(int(time.time())), "recipient_id": phone}
    return _whatsapp({"statuses": [status | ({"biz_opaque_callback_data": ours} if ours else {})]})


def _whatsapp(content: dict[str, Any]) -> bytes:
    number = {"display_phone_number": "15550001111", "phone_number_id": PHONE_ID}
    value = {"messaging_product": "whatsapp", "metadata": number} | content
    entry = {"id": "1", "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
