"""Building the parts out of the settings: the database, the channels, the clock. Only here is known which is which."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from centre import sounds as centre_sounds
from centre.contact_points import Pace
from centre.db import Database, open_database
from centre.file_store import FileStore
from centre.privacy import Vault
from centre.sounds import Sounds
from processes.log_lines import log_to_stderr as log_to_stderr
from processes.settings import Settings, field_keys, secret_key
from webhooks.channel import Channel


def clock() -> datetime:
    """Now. Only the edges ask."""
    return datetime.now(UTC)


def database(settings: Settings, *, pool_size: int = 5, ping: bool = True) -> Database:
    """The database of these settings; its folder is made when missing."""
    vault = Vault(secret_key(settings), field_keys(settings))
    if settings.is_sqlite:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        _for_us_alone(Path(make_url(settings.address_of_database).database or ""))
    return open_database(settings.address_of_database, vault, pool_size=pool_size, ping=ping)


def _for_us_alone(path: Path) -> None:
    """SQLite's file, made when missing, is read by nobody else; what SQLite makes beside it gets the rights of the file. Where
    it cannot be made, whoever uses it says so."""
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        for each in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
            if each.exists() and each.stat().st_mode & 0o077:
                each.chmod(0o600)


def file_store(settings: Settings) -> FileStore:
    """The folder of pictures, voices and papers; it is made when the first one comes."""
    return FileStore(settings.folder_of_files)


def sounds(database: Database) -> Sounds:
    """How a channel gets at the recordings that it sends."""

    def public(number: int) -> bytes | None:
        with database.reading() as session:
            sound = centre_sounds.public(session, number)
            return sound.data if sound else None

    return public


def channels(settings: Settings, sounds: Sounds = lambda number: None) -> dict[str, Channel]:
    """The platforms that are connected, by name. `sounds`: where their recordings come from."""
    connected: dict[str, Channel] = {}
    if settings.has_telegram:
        from webhooks.telegram import PLATFORM, Telegram

        connected["telegram"] = Telegram(
            settings.telegram_token,
            settings.telegram_secret or None,
            settings.telegram_api,
            _paced(PLATFORM, settings.pace),
            sounds,
        )
    if settings.has_whatsapp:
        from webhooks.whatsapp import PLATFORM as WHATSAPP
        from webhooks.whatsapp import WhatsApp

        connected["whatsapp"] = WhatsApp(
            settings.whatsapp_phone_id,
            settings.whatsapp_token,
            settings.whatsapp_app_secret,
            settings.whatsapp_api,
            _paced(WHATSAPP, settings.pace),
            sounds,
        )
    return connected | _gateways(settings)


def senders(settings: Settings, sounds: Sounds) -> dict[str, Channel]:
    """Those of them that we call to send; a telephone that fetches is not called."""
    connected = channels(settings, sounds)
    if settings.has_sms and not settings.sms_url:
        del connected["sms"]
    return connected


def _gateways(settings: Settings) -> dict[str, Channel]:
    """The unofficial gateways and the SMS telephone, where somebody has decided for them."""
    connected: dict[str, Channel] = {}
    if not (settings.has_fonnte or settings.has_waha or settings.has_sms):
        return connected
    from webhooks.gateways import unhurried

    pace = unhurried(settings.gateway_seconds)
    if settings.has_fonnte:
        from webhooks.fonnte import Fonnte

        connected["fonnte"] = Fonnte(settings.fonnte_token, settings.fonnte_secret, clock, pace, settings.fonnte_api)
    if settings.has_waha:
        from webhooks.waha import Waha

        connected["waha"] = Waha(settings.waha_url, settings.waha_key, settings.waha_hmac, settings.waha_session, pace)
    if settings.has_sms:
        from webhooks.sms import Sms

        connected["sms"] = Sms(settings.sms_number, settings.sms_secret, clock, settings.sms_url)
    return connected


def _paced(platform: Pace, factor: float) -> Pace:
    if factor == 1.0:
        return platform
    return replace(
        platform,
        per_second=platform.per_second * factor,
        burst=max(1, int(platform.burst * factor)),
        per_chat=max(1, int(platform.per_chat * factor)),
    )
