"""The webhook addresses as a platform meets them: a small Flask application around the real blueprint."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from centre.db import Database
from centre.inbox import InboxEvent, Received
from centre.outbox import Delivery
from webhooks.channel import Channel
from webhooks.routes import PREFIX, blueprint
from webhooks.telegram import Telegram
from webhooks.whatsapp import WhatsApp

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
PHONE_ID = "1122334455667"
SECRET, APP_SECRET, VERIFY_TOKEN = "telegram-secret", "whatsapp-app-secret", "village hall"


class LastWords:
    """Says nothing: here the database is always there."""

    def __call__(self, event: Received) -> None:
        raise AssertionError("nothing here fails to be stored")

    def to_fetch(self, channel: str, most: int) -> list[Delivery]:
        return []

    def note(self, event: Received) -> Received:
        return event


@dataclass
class Door:
    """Knock as a platform does, and see what was kept."""

    database: Database

    def __post_init__(self) -> None:
        channels: dict[str, Channel] = {
            "telegram": Telegram("1:token", SECRET),
            "whatsapp": WhatsApp(PHONE_ID, "token", APP_SECRET),
        }
        self.use(channels)

    def use(self, channels: dict[str, Channel], verify_token: str = VERIFY_TOKEN) -> None:
        app = Flask("door")
        app.register_blueprint(
            blueprint(self.database, channels, lambda: NOW, LastWords(), verify_token), url_prefix=PREFIX
        )
        self.client: FlaskClient = app.test_client()

    def telegram(self, update: object, secret: str | None = SECRET) -> TestResponse:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        return self.client.post("/webhooks/telegram", data=as_bytes(update), headers=headers)

    def whatsapp(self, payload: object, secret: str = APP_SECRET) -> TestResponse:
        body = as_bytes(payload)
        return self.client.post("/webhooks/whatsapp", data=body, headers=signed(body, secret))

    def kept(self) -> list[InboxEvent]:
        with self.database.reading() as session:
            return list(session.scalars(select(InboxEvent).order_by(InboxEvent.id)))


def as_bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def whatsapp_webhook(
    *messages: dict[str, Any],
    contacts: list[dict[str, Any]] | None = None,
    statuses: object = (),
    phone: str = PHONE_ID,
) -> dict[str, Any]:
    """A webhook as Meta sends it, around `messages` and `statuses`."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "628120000", "phone_number_id": phone},
        "contacts": contacts or [],
        "messages": list(messages),
        "statuses": list(statuses),  # type: ignore[call-overload]
    }
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
