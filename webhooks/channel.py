"""The protocol every channel keeps: take a request apart, make one call that sends, fetch one file, unsay what was sent.

A channel knows its platform and nothing else: no database, no conversation. `webhooks.routes` stores what `split` gives,
`webhooks.delivery` records what `send` says; what `fetch` brings is kept by `processes/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from centre.contact_points import Pace
from centre.inbox import Received
from centre.incidents import Sign
from centre.kept_files import Fetched
from centre.outbox import Delivery, Outcome


class Forged(Exception):
    """The request does not carry the platform's secret or signature: nothing of it may be stored."""


class Unreadable(Exception):
    """The request is signed, but it is not what the platform's documents describe."""


class SoundGone(Exception):
    """A recording was taken away after it was promised."""


class Channel(Protocol):
    """One way to reach us."""

    name: str
    """As in `centre.messages.LIMITS`."""
    pace: Pace
    """The platform's limits on sending."""

    def split(self, body: bytes, headers: Mapping[str, str]) -> list[Received]:
        """The events in one request, in order. Raises `Forged` before anything is read, `Unreadable` after.

        A field of an unknown kind, or an event we do not handle, is passed over; a message of an unknown kind becomes
        an `Incoming` of kind "other", so that the person gets an answer.
        """
        ...

    async def open(self) -> str | None:
        """Make ready to send (connections are opened in the running loop); the link that opens a chat with us."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...

    async def send(self, delivery: Delivery) -> Outcome:
        """Make one call. Never raises for what a platform or network does: that is the outcome."""
        ...

    async def unsend(self, provider_id: str) -> Outcome:
        """Delete from the person's telephone what was sent under this name (`Outcome.provider_id`).

        "sent": it is gone; "permanent": there is nothing that could be deleted (any more). Only asked of channels that
        take back (`centre.messages.LIMITS`). Never raises for what a platform or network does: that is the outcome.
        """
        ...

    async def fetch(self, media: str) -> Fetched:
        """Fetch a file by the name that `split` gave (`Received.media`), from the platform itself and nowhere else.

        At most `centre.file_kinds.MOST_BYTES`. Never raises for what a platform or network does: that is the outcome.
        """
        ...


@runtime_checkable
class Watched(Protocol):
    """A channel whose platform can be asked how we stand with it."""

    name: str

    async def look(self, now: datetime) -> list[Sign]:
        """What the platform says of us (`centre.incidents`); nothing where it could not be asked. Never raises."""
        ...
