"""Where the platforms knock: verify, split, store, commit, and only then say 200.

401 for a forgery (nothing is read or stored), 400 for a body that is not what the platform's documents describe, 503 with
`Retry-After` when it could not be stored, so that the platform brings it again. When that happens and the words sound like
danger, the static answer that `processes/` handed in goes out at once; and before that, where the database takes its time.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, cast

import structlog
from flask import Blueprint, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from centre import inbox, outbox
from centre.db import Database
from centre.inbox import Received
from centre.outbox import Delivery
from webhooks.channel import Channel, Forged, Unreadable
from webhooks.sms import COLLECTED, Sms

PREFIX = "/webhooks"
"""Where these routes are mounted."""
LARGEST = 4 * 1024 * 1024
"""WhatsApp batches up to about 3 MB."""
RETRY_SECONDS = "5"
PATIENCE_SECONDS = 1.5
"""A database that says nothing for so long is taken for one that is away: whoever is in danger hears of people now."""

log = structlog.get_logger()


class LastResort(Protocol):
    """Answers danger by itself when nothing can be stored; handed in by `processes/`."""

    def __call__(self, event: Received) -> None:
        """Send the static card for a message that could not be stored, once."""

    def to_fetch(self, channel: str, most: int) -> list[Delivery]:
        """The cards that wait for a telephone which fetches; from now on they are out."""

    def note(self, event: Received) -> Received:
        """The event, knowing whether its card has already gone out."""


def blueprint(
    database: Database,
    channels: Mapping[str, Channel],
    clock: Callable[[], datetime],
    last_resort: LastResort,
    verify_token: str = "",
    secret_paths: Mapping[str, str] | None = None,
    *,
    refused: Callable[[str, str], None] = lambda channel, why: None,
) -> Blueprint:
    """The webhook addresses of the configured `channels`. A channel that is not configured is a 404.

    `secret_paths`: what must stand behind the channel's name for those that sign nothing, or too little. `refused`: hears of
    each request that was not taken, and why, to be counted.
    """
    routes = Blueprint("webhooks", __name__)

    @routes.post("/<name>")
    @routes.post("/<name>/<path>")
    def receive(name: str, path: str = "") -> Response:
        channel = _of_path(name, path)
        if channel is None:
            return _plain(404, "not connected")
        try:
            events = channel.split(_body(), cast(Mapping[str, str], request.headers))
        except RequestEntityTooLarge:
            return _refuse(channel, "too_large", 413, "too large")
        except Forged:
            return _refuse(channel, "forged", 401, "not signed")
        except Unreadable:
            return _refuse(channel, "unreadable", 400, "not understood")
        return _keep(channel, events)

    @routes.get("/whatsapp")
    def verify() -> Response:
        if "whatsapp" not in channels:
            return _plain(404, "not connected")
        from webhooks.whatsapp import challenge  # the only channel that is greeted with a question

        answer = challenge(request.args, verify_token)
        return _plain(200, answer) if answer is not None else _plain(403, "not signed")

    @routes.post("/sms/<path>/outgoing")
    def outgoing(path: str) -> Response:
        """What the telephone is to send now, where it fetches; it reports to the address where it brings what it receives."""
        sms = _of_path("sms", path)
        if not isinstance(sms, Sms) or not sms.is_fetched:
            return _plain(404, "not connected")
        if not sms.is_ours(cast(Mapping[str, str], request.headers)):
            return _refuse(sms, "forged", 401, "not signed")
        if cards := last_resort.to_fetch(sms.name, COLLECTED):
            return jsonify({"messages": [sms.letter(card) for card in cards]})
        try:
            with database.transaction() as session:
                waiting = outbox.claim(session, sms.name, sms.pace, clock(), COLLECTED)
        except SQLAlchemyError as error:
            log.error("sms.not_given", error=type(error).__name__)
            return _plain(503, "come again", {"Retry-After": RETRY_SECONDS})
        return jsonify({"messages": [sms.letter(delivery) for delivery in waiting]})

    def _of_path(name: str, path: str) -> Channel | None:
        """The channel of this address; None where it is not connected, or the secret in the address is not its own."""
        own = (secret_paths or {}).get(name, "").encode()
        is_right = hmac.compare_digest(path.encode("utf-8", "replace"), own)
        return channels.get(name) if is_right else None

    def _refuse(channel: Channel, why: str, status: int, words: str) -> Response:
        refused(channel.name, why)
        return _plain(status, words)

    def _keep(channel: Channel, events: list[Received]) -> Response:
        impatient = threading.Timer(PATIENCE_SECONDS, _answer_danger, (events,))
        impatient.daemon = True
        impatient.start()
        try:
            with database.transaction() as session:
                inbox.receive(session, [last_resort.note(event) for event in events], clock())
                stored = session.info.get(inbox.STORED)
        except SQLAlchemyError as error:
            log.error("webhook.not_stored", channel=channel.name, events=len(events), error=type(error).__name__)
            _answer_danger(events)
            refused(channel.name, "not_stored")
            return _plain(503, "not stored, come again", {"Retry-After": RETRY_SECONDS})
        finally:
            impatient.cancel()
        if stored:
            log.info("webhook.stored", channel=channel.name, event_ids=stored)
        receipts = [event.receipt for event in events if event.receipt]
        return jsonify(receipts[0]) if receipts else _plain(200, "ok")

    def _answer_danger(events: list[Received]) -> None:
        for event in events:
            last_resort(event)

    return routes


def _body() -> bytes:
    """All of it. Raises `RequestEntityTooLarge`.

    A body that does not tell its length is cut at the limit without a word; asking for one byte more brings the error.
    """
    request.max_content_length = LARGEST
    body = request.get_data()
    request.stream.read(1)
    return body


def _plain(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    return Response(words, status, headers, mimetype="text/plain")
