"""What time it is on a platform's side: the `Date` of an answer of its host. Nothing of ours is sent along."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

SECONDS = 10


async def time_at(address: str) -> datetime | None:
    """The time by the clock of the host of `address`, to the second; None where it does not say. No redirect is followed."""
    try:
        async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:
            answer = await client.head(httpx.URL(address).copy_with(raw_path=b"/"))
        told = parsedate_to_datetime(answer.headers["Date"])
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
