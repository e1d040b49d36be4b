"""Fonnte, an Indonesian gateway that pairs an ordinary WhatsApp number: against WhatsApp's terms, and its vendor sees every
message. Off unless its settings are given; never for sensitive cases (`docs/gateways.md`).

Rules: Fonnte's documents (API send message, webhook reply, device status, update message status). A message has no name that
is guaranteed, so it is named by what it says.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
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
from webhooks.gateways import Clock
from webhooks.reading import words, words_in

API = "https://api.fonnte.com"
COUNTRY = "62"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NO_WORDS = frozenset({"non-text message", "non-button message", "non-list message"})
"""What stands for a picture, a place or a sticker that Fonnte does not pass on."""
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "invalid": "failed", "expired": "failed"}
REASONS: tuple[tuple[str, Outcome], ...] = (
    ("disconnect", Outcome("throttled", wait=5 * MINUTE, whole_channel=True, error="disconnected")),
    ("token", Outcome("throttled", wait=MINUTE, whole_channel=True, error="token")),
    ("unknown user", Outcome("throttled", wait=MINUTE, whole_channel=True, error="token")),
    ("quota", Outcome("throttled", wait=HOUR, whole_channel=True, error="quota")),
    ("expired", Outcome("throttled", wait=HOUR, whole_channel=True, error="quota")),
    ("too many", Outcome("throttled", wait=MINUTE, whole_channel=True, error="too_many")),
    ("rate", Outcome("throttled", wait=MINUTE, whole_channel=True, error="too_many")),
    ("target", Outcome("permanent", error="no_address")),
    ("timeout", Outcome("ambiguous", error="timeout")),
)
"""A word of Fonnte's `reason` → what it means, the first that fits; any other is about this one message, and final."""

log = structlog.get_logger()


class Fonnte:
    """The channel `webhooks.channel.Channel` on Fonnte."""

    name = "fonnte"

    def __init__(self, token: str, secret: str, clock: Clock, pace: Pace, api: str = API) -> None:
        """`token`: of the device; `secret`: what Fonnte puts into each body it sends us."""
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.pace = pace
        self._token = token
        self._secret = secret
        self._clock = clock
        self._api = api.rstrip("/")
        self._client: httpx.AsyncClient | None = None

    def split(self, body: bytes, headers: Mapping[str, str]) -> list[Received]:
        fields = gateways.fields_in(body, headers)
        # News of the device carry its token, where everything else carries the secret.
        is_signed = gateways.is_secret(fields.get("secret"), self._secret)
        if not is_signed and not gateways.is_secret(fields.get("token"), self._token):
            raise Forged(self.name)
        event = _standing(fields) or _status(fields) or self._message(fields)
        return [event] if event else []

    async def open(self) -> str | None:
        number = gateways.number_in((await self._profile()).get("device"))
        return f"https://wa.me/{number}" if number else None

    async def look(self, now: datetime) -> list[Sign]:
        """Is the device still paired?"""
        status = words_in(await self._profile(), "device_status")
        if status not in ("connect", "disconnect"):
            return []
        return [gateways.sign(self.name, "" if status == "connect" else "disconnected")]

    async def _profile(self) -> dict[str, Any]:
        """The device and the number it runs on (API device profile); nothing where it cannot be asked."""
        try:
            profile = gateways.answer_in(await self._ready().post(f"{self._api}/device"))
        except httpx.HTTPError as error:
            log.warning("fonnte.no_answer", error=type(error).__name__)
            return {}
        return profile if profile.get("status") is True else {}

    async def close(self) -> None:
        held, self._client = self._client, None
        if held:
            await held.aclose()

    async def send(self, delivery: Delivery) -> Outcome:
        phone = gateways.number_in(delivery.sender.value("phone"))
        if not phone:
            return Outcome("permanent", error="no_address")
        form = {"target": phone, "message": delivery.part.text, "countryCode": COUNTRY, "typing": "true"}
        try:
            answer = await self._ready().post(f"{self._api}/send", data=form)
        except httpx.HTTPError as error:
            return gateways.lost(error)
        return _outcome(answer) if answer.is_success else gateways.refused(answer)

    async def unsend(self, provider_id: str) -> Outcome:
        """Fonnte deletes what waits, not what was sent."""
        return Outcome("permanent", error="no_such_call")

    async def fetch(self, media: str) -> Fetched:
        """Files are not taken over this channel: their addresses may lie anywhere, and others can read them."""
        return ELSEWHERE

    def _message(self, fields: Mapping[str, Any]) -> Received | None:
        """What a person wrote (webhook reply: device, sender, message, name, url, extension, inboxid)."""
        device, sender = words_in(fields, "device"), gateways.number_in(fields.get("sender"))
        if not sender or sender == gateways.number_in(device) or _is_of_many(fields):
            return None
        text, address = words_in(fields, "message"), words_in(fields, "url")
        said = (device, sender, text, address)
        when = _text(fields.get("inboxid")) or _text(fields.get("timestamp"))
        if when:
            earlier: tuple[str, ...] = ()
            key = gateways.name_of(self._secret, *said, when)
        else:
            key, earlier = gateways.names_by_clock(self._secret, self._clock(), *said)
        incoming = _incoming(text, address, words_in(fields, "location"))
        return Received(self.name, key, Sender(self.name, (("phone", sender),)), incoming, earlier=earlier)

    def _ready(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = gateways.client({"Authorization": self._token})
        return self._client


def _standing(fields: Mapping[str, Any]) -> Received | None:
    """The device was paired or has lost its number (webhook device status)."""
    status = words_in(fields, "status")
    if status not in ("connect", "disconnect") or "message" in fields:
        return None
    reason = re.sub(r"[^a-z ]", "", words_in(fields, "reason").lower())[:40].strip()  # staff read it: no numbers
    is_well = status == "connect"
    return Received("fonnte", "", sign=gateways.sign("fonnte", "" if is_well else reason or "disconnected"))


def _status(fields: Mapping[str, Any]) -> Received | None:
    """What became of one of ours (webhook update message status: id, stateid, status, state)."""
    number = _text(fields.get("id"))
    state = STATES.get(words_in(fields, "state").lower()) or STATES.get(words_in(fields, "status").lower())
    if not number or state is None or "message" in fields:
        return None
    error = words_in(fields, "status").lower() if state == "failed" else ""
    return Received("fonnte", f"{number}:{state}", status=Status(state, number, error=error))


def _is_of_many(fields: Mapping[str, Any]) -> bool:
    """From a group, where a `member` writes, or a list: two programs that answer each other there never stop."""
    return bool(words_in(fields, "member")) or fields.get("isgroup") in (True, 1, "1", "true")


def _incoming(text: str, address: str, place: str) -> Incoming:
    if address:
        return Incoming("media", "" if text in NO_WORDS else text)
    if place or text in NO_WORDS or not text:
        return Incoming("other")
    return Incoming("text", text)


def _outcome(answer: httpx.Response) -> Outcome:
    """Fonnte answers 200 whatever became of it: `status` decides, then the words of `reason`."""
    told = gateways.answer_in(answer)
    taken = told.get("status", told.get("Status"))
    if taken is True:
        numbers = told.get("id")
        first = numbers[0] if isinstance(numbers, list) and numbers else numbers
        return Outcome("sent", provider_id=_text(first))
    if taken is not False:
        return Outcome("ambiguous", error="unreadable")
    reason = words_in(told, "reason").lower()
    return next((outcome for word, outcome in REASONS if word in reason), Outcome("permanent", error="refused"))


def _text(value: object) -> str:
    """A number or a text as text; "0" is how Fonnte says that there is none."""
    said = str(value) if isinstance(value, int) and not isinstance(value, bool) else words(value)
    return "" if said == "0" else said
