"""Knocking at a webhook as fast as a program can: the request as the server hands it over, without a client's comforts."""

from __future__ import annotations

import hashlib
import hmac
import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from tests.attack.conftest import CONNECTED
from tests.webhooks.door import as_bytes, signed, whatsapp_webhook

TELEGRAM_SECRET, APP_SECRET, PHONE_ID = (
    str(CONNECTED[name]) for name in ("telegram_secret", "whatsapp_app_secret", "whatsapp_phone_id")
)
SECRET_HEADER, SIGNATURE_HEADER = "X-Telegram-Bot-Api-Secret-Token", "X-Hub-Signature-256"
WAHA_HEADER, WAHA_HMAC = "X-Webhook-Hmac", str(CONNECTED["waha_hmac"])
FONNTE_SECRET, SMS_HEADER, SMS_SECRET = str(CONNECTED["fonnte_secret"]), "X-Balai-Secret", str(CONNECTED["sms_secret"])
ADDRESSES = {name: f"/webhooks/{name}/{CONNECTED[f'{name}_path']}" for name in ("fonnte", "waha", "sms")}
"""Those that sign nothing, or too little, have a secret in their address too: whoever knocks here knows it."""


@dataclass(frozen=True)
class Knock:
    """One request."""

    channel: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    method: str = "POST"
    chunked: bool = False
    query: str = ""


@dataclass(frozen=True)
class Platform:
    """What is right, so that everything else is wrong."""

    name: str
    body: Callable[[int, str], bytes]
    """The body of a message with a number and words."""
    headers: Callable[[bytes], dict[str, str]]
    """What proves that a body is the platform's."""
    proof: str
    """The header that carries it; empty where it stands elsewhere."""

    def good(self, number: int, words: str = "halo") -> Knock:
        body = self.body(number, words)
        return Knock(self.name, body, self.headers(body))


def _telegram(number: int, words: str) -> bytes:
    chat = {"id": 5000 + number, "type": "private", "first_name": "Wayan"}
    return as_bytes({"update_id": number, "message": {"message_id": 1, "date": 1, "chat": chat, "text": words}})


def _whatsapp(number: int, words: str) -> bytes:
    message = {"id": f"wamid.{number}", "from": f"62812{number:07}", "type": "text", "text": {"body": words}}
    return as_bytes(whatsapp_webhook(message, phone=PHONE_ID))


def _waha(number: int, words: str) -> bytes:
    message = {"id": f"false_{number}", "from": f"62812{number:08}@c.us", "fromMe": False, "body": words}
    return as_bytes({"event": "message", "session": "default", "payload": message})


def signed_by_waha(body: bytes) -> dict[str, str]:
    return {WAHA_HEADER: hmac.new(WAHA_HMAC.encode(), body, hashlib.sha512).hexdigest()}


PLATFORMS = (
    Platform("telegram", _telegram, lambda body: {SECRET_HEADER: TELEGRAM_SECRET}, SECRET_HEADER),
    Platform("whatsapp", _whatsapp, lambda body: signed(body, APP_SECRET), SIGNATURE_HEADER),
    Platform("waha", _waha, signed_by_waha, WAHA_HEADER),
)


@dataclass(frozen=True)
class Answer:
    """What came back, and what it cost."""

    status: int
    seconds: float
    """Of the processor's time, so that a busy machine changes nothing."""


def knock(app: Flask, request: Knock) -> Answer:
    """Hand one request to the application."""
    status: list[int] = []

    def start(line: str, headers: object, error: object = None) -> Callable[[bytes], object]:
        status.append(int(line.split()[0]))
        return lambda written: None

    environ = _environ(request)
    began = time.thread_time()
    answer = app.wsgi_app(environ, start)
    for _ in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()
    return Answer(status[0], time.thread_time() - began)


def _environ(request: Knock) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path or ADDRESSES.get(request.channel, f"/webhooks/{request.channel}"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": "balai.example.id",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.7",
        "HTTP_HOST": "balai.example.id",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.chunked:
        environ |= {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    else:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    own = ("CONTENT_TYPE", "CONTENT_LENGTH")
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in own else f"HTTP_{key}"] = value.encode().decode("latin-1")  # as servers do (PEP 3333)
    return environ
