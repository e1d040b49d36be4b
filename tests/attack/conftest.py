"""The whole web process as strangers meet it, with every platform connected, and nothing on the other side of the wire."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from centre.db import Database
from processes.settings import Settings
from processes.web import create_app

HOME = "https://balai.example.id"
CONNECTED: dict[str, object] = {
    "secret_key": "k" * 32,
    "field_keys": "f" * 32,
    "public_url": HOME,
    "telegram_token": "1:token-of-the-bot",
    "telegram_secret": "telegram-secret",
    "whatsapp_phone_id": "1122334455667",
    "whatsapp_token": "token-of-the-number",
    "whatsapp_app_secret": "whatsapp-app-secret",
    "whatsapp_verify_token": "village hall",
    "fonnte_token": "token-of-the-device",
    "fonnte_secret": "secret-in-the-body",
    "fonnte_path": "address-of-fonnte",
    "fonnte_api": "http://127.0.0.1:1",
    "waha_url": "http://127.0.0.1:1",
    "waha_key": "key-of-waha",
    "waha_hmac": "key-that-signs-for-waha",
    "waha_path": "address-of-waha-1",
    "sms_number": "+6281200000003",
    "sms_secret": "secret-of-the-telephone",
    "sms_path": "address-of-the-sim",
}


def application(database: Database, folder: Path, **more: object) -> Flask:
    """The web process of a house that people reach by https."""
    return create_app(Settings(data=folder, **(CONNECTED | more)), database)  # type: ignore[arg-type]


@pytest.fixture
def app(sqlite_database: Database, tmp_path: Path) -> Flask:
    return application(sqlite_database, tmp_path)
