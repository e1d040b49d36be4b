"""Knocking as Fonnte, WAHA and the SMS telephone do; their bodies as they document or were recorded."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import TestResponse

from centre.db import Database
from tests.local_gateways import FONNTE_TOKEN, SMS_SECRET, WAHA_KEY
from tests.webhooks.door import NOW, Door, LastWords
from webhooks.channel import Channel
from webhooks.fonnte import Fonnte
from webhooks.gateways import unhurried
from webhooks.routes import PREFIX, blueprint
from webhooks.sms import Sms
from webhooks.waha import Waha

FONNTE_SECRET, WAHA_HMAC = "secret-in-the-body-of-fonnte", "key-that-signs-for-waha"
PATHS = {"fonnte": "path-of-fonnte-16", "waha": "path-of-waha-16ch", "sms": "path-of-sms-16chr"}
SARI, OURS = "6281234567890", "6281200000001"
SAYS = {
    "device": OURS,
    "sender": SARI,
    "message": "mau kerja ke Korea",
    "member": "",
    "name": "Sari",
    "url": "",
    "extension": "",
    "inboxid": 0,
}
"""Fonnte's webhook for one message, without a number of its own."""
WAHA_SAYS = {
    "id": "evt_01HZ5Q8X3V8RZ7T1KX5J2WQ7N9",
    "timestamp": 1795229702485,
    "event": "message",
    "session": "default",
    "me": {"id": "6281200000002@c.us", "pushName": "Balai"},
    "payload": {
        "id": "false_6281234567890@c.us_AAAA1111",
        "timestamp": 1795229702,
        "from": "6281234567890@c.us",
        "fromMe": False,
        "to": "6281200000002@c.us",
        "body": "mau kerja ke Korea",
        "hasMedia": False,
        "ack": 1,
        "vCards": [],
    },
    "engine": "NOWEB",
    "environment": {"tier": "CORE", "version": "2026.4.1"},
}
SMS_SAYS = {"from": "+6281234567890", "message": "mau kerja ke Korea", "received": "2026-11-21T03:00:00Z", "id": "17"}


class LocalDoor(Door):
    """The webhook addresses with all three connected, and a clock to move."""

    now: datetime = NOW

    def __post_init__(self) -> None:
        channels: dict[str, Channel] = {
            "fonnte": Fonnte(FONNTE_TOKEN, FONNTE_SECRET, lambda: self.now, unhurried(3)),
            "waha": Waha("http://127.0.0.1:1", WAHA_KEY, WAHA_HMAC, "default", unhurried(3)),
            "sms": Sms("+6281200000003", SMS_SECRET, lambda: self.now),
        }
        self.connect(channels)

    def connect(self, channels: dict[str, Channel]) -> None:
        app = Flask("local door")
        doors = blueprint(self.database, channels, lambda: self.now, LastWords(), secret_paths=PATHS)
        app.register_blueprint(doors, url_prefix=PREFIX)
        self.client = app.test_client()

    def fonnte(self, fields: dict[str, Any], secret: str = FONNTE_SECRET, path: str = PATHS["fonnte"]) -> TestResponse:
        body = json.dumps({**fields, "secret": secret} if secret else fields)
        return self.client.post(f"/webhooks/fonnte/{path}", data=body, content_type="application/json")

    def fonnte_form(self, fields: dict[str, Any], secret: str = FONNTE_SECRET) -> TestResponse:
        return self.client.post(
            f"/webhooks/fonnte/{PATHS['fonnte']}",
            data=urlencode({**fields, "secret": secret}),
            content_type="application/x-www-form-urlencoded",
        )

    def waha(
        self, event: object, key: str = WAHA_HMAC, path: str = PATHS["waha"], signed_as: object = None
    ) -> TestResponse:
        """`signed_as`: what the signature was made over, where that is not what is sent."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        original = body if signed_as is None else json.dumps(signed_as).encode()
        headers = {
            "X-Webhook-Hmac": hmac.new(key.encode(), original, hashlib.sha512).hexdigest(),
            "X-Webhook-Hmac-Algorithm": "sha512",
            "X-Webhook-Request-Id": "01HZ5Q8X3V8RZ7T1KX5J2WQ7N9",
        }
        return self.client.post(f"/webhooks/waha/{path}", data=body, headers=headers)

    def sms(self, fields: dict[str, Any], secret: str = SMS_SECRET, path: str = PATHS["sms"]) -> TestResponse:
        headers = {"X-Balai-Secret": secret} if secret else {}
        return self.client.post(f"/webhooks/sms/{path}", json=fields, headers=headers)

    def fetch(self, secret: str = SMS_SECRET, path: str = PATHS["sms"]) -> TestResponse:
        return self.client.post(f"/webhooks/sms/{path}/outgoing", headers={"X-Balai-Secret": secret})


def on(database: Database) -> LocalDoor:
    """A door of this database."""
    return LocalDoor(database)
