"""`balai whatsapp templates`: ask Meta which of our message templates it has approved."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.templates import Standing, standings
from processes.settings import Settings, SettingsInvalid
from webhooks.whatsapp import CallFailed, WhatsApp


def ask_meta(settings: Settings) -> list[Standing]:
    """Where each of our templates stands. Raises `SettingsInvalid` with what is missing or went wrong."""
    if not settings.whatsapp_token:
        raise SettingsInvalid("BALAI_WHATSAPP_TOKEN is missing: it is needed to ask Meta about templates")
    # Texts are submitted long before the number is connected, so the other settings may still be absent.
    channel = WhatsApp(
        settings.whatsapp_phone_id, settings.whatsapp_token, settings.whatsapp_app_secret, settings.whatsapp_api
    )
    try:
        return standings(asyncio.run(_known(channel, settings.whatsapp_account_id)))
    except CallFailed as error:
        raise SettingsInvalid(f"Meta refused or could not be reached: {error}") from error


def in_words(standing: Standing) -> str:
    """One line for whoever submits them."""
    notes = ["other words than ours: submit it again"] if standing.has_other_words else []
    notes += [f"counted as {standing.category}"] if standing.category != standing.ours else []
    return f"{standing.name:<17} {standing.language:<3} {', '.join([standing.status, *notes])}"


async def _known(channel: WhatsApp, account_id: str) -> list[dict[str, Any]]:
    try:
        return await channel.templates(account_id)
    finally:
        await channel.close()
