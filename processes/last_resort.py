"""Danger while nothing can be stored: the static card goes out at once, once per message.

The route still answers 503, so the platform brings the message again when we can keep it; the mark left beside the data
says that its card has gone out, so neither the repetition nor the stored message sends it twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from bot.dialogues.danger import card
from bot.phrases import Phrases
from centre.inbox import Received
from centre.messages import LIMITS, Outgoing, fit, readable
from centre.outbox import Delivery
from content import danger
from content.contacts import Contact
from webhooks.channel import Channel
from webhooks.sms import IS_FETCHED

MARKS_KEPT_SECONDS = 8 * 24 * 3600
"""Longer than any platform repeats a message."""
SEND_SECONDS = 8
ABANDONED_SECONDS = 30
"""A card that has been on its way for so long never went: whoever was to send it is gone."""
LANGUAGE = "id"
"""Which language the person chose stands in the database that cannot be reached."""

log = structlog.get_logger()


class DangerCard:
    """Answers danger by itself when nothing can be stored. `channels` makes a fresh set for each call."""

    def __init__(
        self, channels: Callable[[], Mapping[str, Channel]], contacts: Mapping[str, Contact], folder: Path, key: str
    ) -> None:
        self._channels = channels
        self._contacts = contacts
        self._folder = folder
        self._key = key.encode()
        self._held: dict[Path, tuple[str, Delivery]] = {}
        """Cards that a telephone must fetch, by channel."""
        self._unmarked: set[Path] = set()
        """Cards that are out, of which no mark could be left: a full disk must not have them sent again and again."""

    def text_for(self, typed: str) -> str | None:
        """The card for what somebody typed; None when it does not sound like danger."""
        seen = danger.look(readable(typed))
        return card(Phrases(LANGUAGE), self._contacts, seen, None) if seen else None

    def __call__(self, event: Received) -> None:
        """Send the card for a message that could not be stored, unless it went out before."""
        text = self.text_for(event.message.text) if event.message and not event.message.in_group else None
        if text is None or event.sender is None or not self._mark(event):
            return
        delivery = Delivery(0, event.sender, fit(Outgoing(text), LIMITS[event.channel])[0])
        try:
            outcome = asyncio.run(self._send(event.channel, delivery))
        except Exception as error:  # noqa: BLE001 - the 503 must be answered whatever happens here
            outcome = type(error).__name__
        if outcome == IS_FETCHED:
            self._held[self._place(event)] = event.channel, delivery
        else:
            self._keep(self._place(event), event.channel, outcome == "sent")
        log.warning("danger.static_card", channel=event.channel, outcome=outcome)

    def to_fetch(self, channel: str, most: int) -> list[Delivery]:
        """The cards that wait for the telephone of this channel, at most so many; from now on they are out."""
        places = [place for place, (name, _) in list(self._held.items()) if name == channel][:most]
        taken = [(place, held) for place in places if (held := self._held.pop(place, None))]
        for place, _ in taken:
            self._keep(place, channel, is_out=True)
        return [delivery for _, (_, delivery) in taken]

    def note(self, event: Received) -> Received:
        """The event as it is to be stored: it knows whether its card has already gone out."""
        place = self._place(event)
        if event.message and (place in self._unmarked or _is_out(place)):
            return replace(event, message=replace(event.message, warned=True))
        return event

    def sweep(self) -> None:
        """Forget marks of messages that cannot come again."""
        for mark in self._folder.glob("*"):
            if mark.stat().st_mtime < time.time() - MARKS_KEPT_SECONDS:
                mark.unlink(missing_ok=True)

    async def _send(self, name: str, delivery: Delivery) -> str:
        channel = self._channels()[name]
        try:
            outcome = await asyncio.wait_for(channel.send(delivery), SEND_SECONDS)
            return IS_FETCHED if outcome.error == IS_FETCHED else outcome.kind
        finally:
            await channel.close()

    def _mark(self, event: Received) -> bool:
        """Take this message for ourselves; False when its card is out or on its way."""
        place = self._place(event)
        if place in self._unmarked:
            return False
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            place.touch(exist_ok=False)
        except FileExistsError:
            return _take_over(place)
        except OSError:
            log.error("danger.no_mark", channel=event.channel)  # better said twice than not at all
        return True

    def _keep(self, place: Path, channel: str, is_out: bool) -> None:
        """Note that the card is out; else let the platform's next try have another."""
        try:
            if is_out:
                place.write_text("out")
            else:
                place.unlink(missing_ok=True)
        except OSError:
            if is_out:
                self._unmarked.add(place)
            log.error("danger.no_mark", channel=channel)

    def _place(self, event: Received) -> Path:
        digest = hmac.new(self._key, f"{event.channel}\x00{event.key}".encode(), hashlib.sha256).hexdigest()
        return self._folder / digest[:32]


def _is_out(mark: Path) -> bool:
    return mark.exists() and mark.stat().st_size > 0


def _take_over(mark: Path) -> bool:
    """True when whoever made this mark died before the card was out."""
    if _is_out(mark) or mark.stat().st_mtime > time.time() - ABANDONED_SECONDS:
        return False
    mark.touch()
    return True
