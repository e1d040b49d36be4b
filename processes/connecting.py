"""`balai telegram connect`: tell Telegram where our webhook is."""

from __future__ import annotations

import asyncio

from processes import wiring
from processes.settings import Settings, SettingsInvalid
from webhooks.telegram import CallFailed, Telegram


def connect_telegram(settings: Settings) -> str:
    """Register the webhook; gives its address. Raises `SettingsInvalid` with what is missing."""
    for name, value in (
        ("BALAI_TELEGRAM_TOKEN", settings.telegram_token),
        ("BALAI_TELEGRAM_SECRET", settings.telegram_secret),
        ("BALAI_PUBLIC_URL", settings.public_url),
    ):
        if not value:
            raise SettingsInvalid(f"{name} is missing: it is needed to register the webhook")
    channel = wiring.channels(settings)["telegram"]
    assert isinstance(channel, Telegram), "wiring builds it"
    address = f"{settings.public_url}/webhooks/telegram"
    try:
        asyncio.run(_register(channel, address))
    except CallFailed as error:
        raise SettingsInvalid(f"Telegram refused or could not be reached: {error}") from error
    return address


async def _register(channel: Telegram, address: str) -> None:
    try:
        await channel.register(address)
    finally:
        await channel.close()
