"""Short messages through an Android telephone of the office: plain HTTP in, and out either way round.

The telephone's relay app posts what it receives. What goes out we post to the telephone (`url`), or, where nobody can call
it, the telephone fetches it from us and reports what became of it. The format is our own and stands in `docs/gateways.md`;
fields and signature of "SMS Gateway for Android" are read as well. An SMS is readable by whoever holds the telephone and by
the network: never for sensitive cases.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from centre.contact_points import Pace
from centre.conversations import Sender
from centre.inbox import Received, Status
from centre.kept_files import Fetched
from centre.messages import Incoming
from centre.outbox import LONGEST_NUMBER, Delivery, Outcome
from webhooks import gateways
from webhooks.channel import Forged
from webhooks.downloads import ELSEWHERE
from webhooks.gateways import Clock
from webhooks.reading import object_in, words, words_in

PLATFORM = Pace(per_second=1 / 6, burst=3, per_chat=10, chat_span=timedelta(minutes=10))
"""Android lets an app send 30 parts a minute before it asks the owner; one of our messages has at most three."""
SECRET_HEADER = "X-Balai-Secret"
SIGNATURE_HEADER, TIMESTAMP_HEADER = "X-Signature", "X-Timestamp"
COLLECTED = 3
"""So many the telephone is given at once: it must have sent them before their lease is over."""
FROM, SAID = ("from", "sender", "phone", "phoneNumber"), ("message", "text", "body")
NUMBER, WHEN = ("id", "messageId"), ("received", "receivedAt", "receivedStamp", "sentStamp")
STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "sms:sent": "sent",
    "sms:delivered": "delivered",
    "sms:failed": "failed",
}
IS_FETCHED = "is_fetched"
"""Why nothing can be posted: the telephone comes for it."""
OF_NO_ROW = 10**LONGEST_NUMBER
"""Numbers from here on are those of danger cards that went out while nothing could be stored: no row has them, and a
telephone that passes over a number it had before must not pass over the second card."""


class Sms:
    """The channel `webhooks.channel.Channel` on a telephone."""

    name = "sms"

    def __init__(self, number: str, secret: str, clock: Clock, url: str = "", pace: Pace = PLATFORM) -> None:
        """`number`: of the SIM; `secret`: shared with the telephone. `url`: where the telephone takes what it is to send;
        empty where it fetches (`letter`)."""
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.pace = pace
        self._number = gateways.number_in(number)
        self._secret = secret
        self._clock = clock
        self._url = url
        self._client: httpx.AsyncClient | None = None

    def split(self, body: bytes, headers: Mapping[str, str]) -> list[Received]:
        fields = gateways.fields_in(body, headers)
        if not self.is_ours(headers, fields.get("secret")) and not self._is_signed(body, headers):
            raise Forged(self.name)
        # The telephone may wrap what it tells into an envelope that says what it is.
        kind, told = words_in(fields, "event"), object_in(fields, "payload") or fields
        what = kind or words_in(told, "status")
        event = _status(what, told) if what in STATES else self._message(kind, told)
        return [event] if event else []

    @property
    def is_fetched(self) -> bool:
        """Does the telephone fetch what it is to send?"""
        return not self._url

    def is_ours(self, headers: Mapping[str, str], secret: object = None) -> bool:
        """Does this request carry the secret that we share with the telephone?"""
        return gateways.is_secret(headers.get(SECRET_HEADER), self._secret) or gateways.is_secret(secret, self._secret)

    async def open(self) -> str | None:
        return f"sms:+{self._number}"

    async def close(self) -> None:
        held, self._client = self._client, None
        if held:
            await held.aclose()

    async def send(self, delivery: Delivery) -> Outcome:
        letter = self.letter(delivery)
        if not letter["to"]:
            return Outcome("permanent", error="no_address")
        if not self._url:
            return Outcome("throttled", wait=timedelta(minutes=1), error=IS_FETCHED)
        try:
            answer = await self._ready().post(self._url, json=letter)
        except httpx.HTTPError as error:
            return gateways.lost(error)
        return Outcome("sent", provider_id=letter["id"]) if answer.is_success else gateways.refused(answer)

    def letter(self, delivery: Delivery) -> dict[str, Any]:
        """One message as the telephone takes it: ours (`id`, `to`, `text`), and the same as the app of that name wants it."""
        phone = gateways.number_in(delivery.sender.value("phone"))
        to, text = f"+{phone}" if phone else "", delivery.part.text
        app = {"phoneNumbers": [to], "textMessage": {"text": text}}
        number = delivery.id or OF_NO_ROW + secrets.randbelow(OF_NO_ROW)
        return {"id": str(number), "to": to, "text": text, **app}

    async def unsend(self, provider_id: str) -> Outcome:
        """A short message cannot be taken back."""
        return Outcome("permanent", error="no_such_call")

    async def fetch(self, media: str) -> Fetched:
        """A short message has no files."""
        return ELSEWHERE

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """As "SMS Gateway for Android" signs: HMAC-SHA-256 over the body and the time it says."""
        signed = body + headers.get(TIMESTAMP_HEADER, "").encode("utf-8", "replace")
        signature = hmac.new(self._secret.encode(), signed, hashlib.sha256).hexdigest()
        return bool(self._secret) and gateways.is_secret(headers.get(SIGNATURE_HEADER), signature)

    def _message(self, kind: str, told: Mapping[str, Any]) -> Received | None:
        sender, text = gateways.number_in(_first(told, FROM)), _first(told, SAID)
        if kind not in ("", "sms:received") or not sender or sender == self._number:
            return None
        # The number that an app gives may be made of the words alone: only with the time it tells two alike apart.
        number, when = _first(told, NUMBER), _first(told, WHEN)
        if number or when:
            earlier: tuple[str, ...] = ()
            key = gateways.name_of(self._secret, sender, text, number, when)
        else:
            key, earlier = gateways.names_by_clock(self._secret, self._clock(), sender, text)
        incoming = Incoming("text", text) if text else Incoming("other")
        return Received(self.name, key, Sender(self.name, (("phone", sender),)), incoming, earlier=earlier)

    def _ready(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = gateways.client({SECRET_HEADER: self._secret})
        return self._client


def _status(kind: str, told: Mapping[str, Any]) -> Received | None:
    """What became of one of ours, by the number that we gave it."""
    state, ours = STATES.get(kind), _first(told, NUMBER)
    if state is None or not ours.isdecimal() or len(ours) > LONGEST_NUMBER:
        return None
    error = "sms_failed" if state == "failed" else ""
    return Received("sms", f"{ours}:{state}", status=Status(state, ours, ours, error))


def _first(told: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of these fields that holds something, as text."""
    values = (told.get(name) for name in names)
    found = (str(value) if isinstance(value, int) and not isinstance(value, bool) else words(value) for value in values)
    return next((value for value in found if value), "")
