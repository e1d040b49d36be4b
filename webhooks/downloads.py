"""Fetching one file from a platform: from the address it named, nowhere else, and never more than we can hold.

The channel has judged the address before; here no redirect is followed, the bytes are counted as they come, whatever the
answer promised, and a platform that drips is given up (OWASP ASVS 5.0 1.3.6, 5.2.1). Addresses and tokens are never logged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import httpx

from centre.file_kinds import MOST_BYTES
from centre.kept_files import Fetched

CONNECT_SECONDS, SILENCE_SECONDS, WHOLE_SECONDS = 5, 10, 20
LONGEST_WAIT = timedelta(days=1)
TOO_LARGE = Fetched("refused", why="too_large")
ELSEWHERE = Fetched("refused", why="elsewhere")
"""The file is said to lie at an address that is not the platform's."""
GONE = Fetched("gone", why="gone")
UNREACHABLE = Fetched("again", why="unreachable")


async def download(address: str, headers: Mapping[str, str] | None = None) -> Fetched:
    """The file at this address of a platform. Never raises for what a platform or network does: that is the outcome."""
    try:
        async with asyncio.timeout(WHOLE_SECONDS), _caller(headers) as client, client.stream("GET", address) as answer:
            return _refusal(answer) or await _read(answer)
    except TimeoutError:
        return Fetched("again", why="slow")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        return UNREACHABLE


def _caller(headers: Mapping[str, str] | None) -> httpx.AsyncClient:
    """Plain bytes are asked for: what is packed could unfold to anything."""
    timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    own = {**(headers or {}), "Accept-Encoding": "identity"}
    return httpx.AsyncClient(timeout=timeout, headers=own, follow_redirects=False)


def _refusal(answer: httpx.Response) -> Fetched | None:
    """Why there is nothing to read; None when there is."""
    status = answer.status_code
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        return GONE
    if answer.has_redirect_location or 300 <= status < 400:
        return ELSEWHERE
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return Fetched("again", why="token")
    if status != httpx.codes.OK:
        return Fetched("again", why=f"http_{status}", wait=_asked_wait(answer))
    return TOO_LARGE if _promised(answer) > MOST_BYTES else None


async def _read(answer: httpx.Response) -> Fetched:
    data = bytearray()
    async for piece in answer.aiter_raw():
        data += piece
        if len(data) > MOST_BYTES:
            return TOO_LARGE
    return Fetched("kept", bytes(data))


def _promised(answer: httpx.Response) -> int:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and len(length) < 19 else 0


def _asked_wait(answer: httpx.Response) -> timedelta:
    asked = answer.headers.get("Retry-After", "")
    seconds = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    return min(timedelta(seconds=seconds), LONGEST_WAIT)
