"""WAHA, a bridge one runs oneself that pairs an ordinary WhatsApp number: against WhatsApp's terms, the number may be banned.
Off unless its settings are given; never for sensitive cases (`docs/gateways.md`).

Rules: WAHA's documents (webhooks, events, send messages). Each webhook is signed over its raw body with HMAC-SHA-512.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import structlog

from centre.contact_points import Pace
from centre.conversations import Sender
from centre.inbox import Received, Status
from centre.incidents import Sign
from centre.kept_files import Fetched
from centre.messages import Incoming
from centre.outbox import Delivery, Outcome
from webhooks import gateways
from webhooks.channel import Forged
from webhooks.downloads import ELSEWHERE
from webhooks.reading import as_object, object_in, words_in

SIGNATURE_HEADER, ALGORITHM_HEADER = "X-Webhook-Hmac", "X-Webhook-Hmac-Algorithm"
SAID = frozenset({"message", "message.any", "message.edited"})
TYPING_SECONDS = 2
"""It only looks better: neither an answer nor a danger card waits longer for it."""
FIRST_SECOND, LATEST_SECOND = 10**9, 10**11
"""What is less or more counts no seconds since 1970: then when it was written is not known, and it is taken."""
PRIVATE = {"c.us": "phone", "s.whatsapp.net": "phone", "lid": "lid"}
"""What stands after the @ of one person's address → what kind of name it is; groups, lists and channels are others."""
ACKNOWLEDGED = {-1: "failed", 1: "sent", 2: "delivered", 3: "read", 4: "read"}
DOWN = {"FAILED": "failed", "SCAN_QR_CODE": "scan_qr_code", "STOPPED": "stopped"}
"""States of a session in which nothing arrives; STARTING passes by itself."""
AWAY = Outcome("throttled", wait=timedelta(minutes=5), whole_channel=True, error="disconnected")

log = structlog.get_logger()
Pause = Callable[[float], Awaitable[None]]


class Waha:
    """The channel `webhooks.channel.Channel` on a WAHA server of one's own."""

    name = "waha"

    def __init__(
        self, url: str, key: str, hmac_key: str, session: str, pace: Pace, pause: Pause = asyncio.sleep
    ) -> None:
        """`url`: where WAHA listens; `key`: its API key; `hmac_key`: signs what it sends us. `pause`: waits so many seconds,
        as long as somebody would type."""
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.pace = pace
        self._url = url.rstrip("/")
        self._key = key
        self._hmac_key = hmac_key
        self._session = session
        self._pause = pause
        self._client: httpx.AsyncClient | None = None

    def split(self, body: bytes, headers: Mapping[str, str]) -> list[Received]:
        signature = hmac.new(self._hmac_key.encode(), body, hashlib.sha512).hexdigest()
        is_known = headers.get(ALGORITHM_HEADER, "sha512").lower() == "sha512"
        if not is_known or not gateways.is_secret(headers.get(SIGNATURE_HEADER), signature) or not self._hmac_key:
            raise Forged(self.name)
        event = as_object(body)
        if words_in(event, "session") != self._session:
            return []
        found = self._event(words_in(event, "event"), object_in(event, "payload"), words_in(event, "id"))
        return [found] if found else []

    async def open(self) -> str | None:
        number = gateways.number_in(words_in(object_in(await self._asked(), "me"), "id").partition("@")[0])
        return f"https://wa.me/{number}" if number else None

    async def look(self, now: datetime) -> list[Sign]:
        """Is the session still working?"""
        found = _sign(words_in(await self._asked(), "status"))
        return [found] if found else []

    async def _asked(self) -> dict[str, Any]:
        """The session as WAHA describes it; nothing where it cannot be asked."""
        try:
            return gateways.answer_in(await self._ready().get(f"{self._url}/api/sessions/{self._session}"))
        except httpx.HTTPError as error:
            log.warning("waha.no_answer", error=type(error).__name__)
            return {}

    async def close(self) -> None:
        held, self._client = self._client, None
        if held:
            await held.aclose()

    async def send(self, delivery: Delivery) -> Outcome:
        chat = _chat(delivery.sender)
        if not chat:
            return Outcome("permanent", error="no_address")
        await self._type(chat, delivery.part.text)
        message = {"session": self._session, "chatId": chat, "text": delivery.part.text, "linkPreview": False}
        try:
            answer = await self._ready().post(f"{self._url}/api/sendText", json=message)
        except httpx.HTTPError as error:
            return gateways.lost(error)
        return _outcome(answer)

    async def unsend(self, provider_id: str) -> Outcome:
        """What was said there stays: others have read it on the way."""
        return Outcome("permanent", error="no_such_call")

    async def fetch(self, media: str) -> Fetched:
        """Files are not taken over this channel."""
        return ELSEWHERE

    def _event(self, kind: str, payload: dict[str, Any], number: str) -> Received | None:
        if kind == "session.status":
            return _standing(payload)
        if kind == "message.ack":
            return _status(payload)
        return self._message(kind, payload, number) if kind in SAID else None

    def _message(self, kind: str, payload: dict[str, Any], number: str) -> Received | None:
        sender = _sender(words_in(payload, "from"))
        if sender is None or payload.get("fromMe") or words_in(payload, "participant"):
            return None
        text = words_in(payload, "body")
        own = words_in(payload, "id") or number
        said = (*(value for _, value in sender.identifiers), text, str(payload.get("timestamp", "")))
        key = own if own and kind != "message.edited" else gateways.name_of(self._hmac_key, own, *said)
        return Received(self.name, key, sender, _incoming(payload, text), said_at=_moment(payload))

    async def _type(self, chat: str, text: str) -> None:
        """Seem to type for a moment, as WAHA advises; whether that is shown does not matter."""
        try:
            typing = {"session": self._session, "chatId": chat}
            await self._ready().post(f"{self._url}/api/startTyping", json=typing, timeout=TYPING_SECONDS)
        except httpx.HTTPError:
            return
        await self._pause(min(3.0, 1 + len(text) / 300))

    def _ready(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = gateways.client({"X-Api-Key": self._key})
        return self._client


def _sender(address: str) -> Sender | None:
    """One person's address, by number or, where they hide it, by WhatsApp's own name for them."""
    name, _, kind = address.partition("@")
    named = PRIVATE.get(kind)
    name = gateways.number_in(name) if named == "phone" else name if name.isascii() and name.isdecimal() else ""
    return Sender("waha", ((named, name),)) if named and name else None


def _chat(sender: Sender) -> str:
    phone, hidden = sender.value("phone"), sender.value("lid")
    return f"{phone}@c.us" if phone else f"{hidden}@lid" if hidden else ""


def _moment(payload: Mapping[str, Any]) -> datetime | None:
    """When it was written, in seconds since 1970, as WhatsApp told WAHA; the signature covers it."""
    seconds = payload.get("timestamp")
    is_moment = isinstance(seconds, int) and FIRST_SECOND < seconds < LATEST_SECOND
    return datetime.fromtimestamp(seconds, UTC) if is_moment and seconds else None


def _incoming(payload: Mapping[str, Any], text: str) -> Incoming:
    if payload.get("hasMedia") is True:
        return Incoming("media", text)
    return Incoming("text", text) if text and not payload.get("location") else Incoming("other")


def _status(payload: Mapping[str, Any]) -> Received | None:
    number, told = words_in(payload, "id"), payload.get("ack")
    state = ACKNOWLEDGED.get(told) if isinstance(told, int) else None
    if not number or state is None:
        return None
    return Received("waha", f"{number}:{state}", status=Status(state, number, error="ack" if state == "failed" else ""))


def _standing(payload: Mapping[str, Any]) -> Received | None:
    found = _sign(words_in(payload, "status"))
    return Received("waha", "", sign=found) if found else None


def _sign(status: str) -> Sign | None:
    return gateways.sign("waha", DOWN.get(status, "")) if status in DOWN or status == "WORKING" else None


def _outcome(answer: httpx.Response) -> Outcome:
    """404: no such session; 422: it is not working, or it cannot read the call (its `status` tells which)."""
    told = gateways.answer_in(answer)
    if answer.is_success:
        return Outcome("sent", provider_id=words_in(told, "id") or words_in(object_in(told, "id"), "_serialized"))
    is_away = answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY and words_in(told, "status") not in ("", "WORKING")
    return AWAY if is_away or answer.status_code == httpx.codes.NOT_FOUND else gateways.refused(answer)
