"""What families sent is brought here before their platform forgets it: asked for, made harmless, laid down, entered.

Any number of workers may do this at once: a file is claimed under a lease, and whoever comes second finds it kept. Nothing
is fetched, drawn anew or written while a transaction is open; what was laid down in vain is cleared away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from centre import kept_files
from centre.db import Database
from centre.file_kinds import NotKept
from centre.file_store import FileStore, Stored
from centre.kept_files import Fetched, Wanted
from webhooks.channel import Channel

LOOK_EVERY = 5.0
"""Seconds between looks for files to fetch."""
LONGEST_FETCH = 45.0
"""Seconds for one file, whatever a channel does: well within its lease."""

log = structlog.get_logger()
Clock = Callable[[], datetime]


async def run(database: Database, channels: Mapping[str, Channel], store: FileStore, clock: Clock) -> None:
    """Fetch what waits until cancelled. A file in hand then is taken up again when its lease is over."""
    drawing = asyncio.Lock()
    while True:
        try:
            while await fetch_some(database, channels, store, clock, drawing):
                pass
        except SQLAlchemyError as error:
            log.error("files.no_database", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whoever stops looking never fetches anything again
            log.error("files.failed", error=type(error).__name__)
        await asyncio.sleep(LOOK_EVERY)


async def fetch_some(
    database: Database, channels: Mapping[str, Channel], store: FileStore, clock: Clock, drawing: asyncio.Lock
) -> int:
    """Fetch a few files side by side; gives how many. `drawing`: one picture at a time is unfolded, to spare the memory."""
    wanted = await asyncio.to_thread(_claim, database, clock)
    await asyncio.gather(*(_bring(database, channels, store, clock, drawing, each) for each in wanted))
    return len(wanted)


def sweep(database: Database, store: FileStore, clock: Clock) -> int:
    """Clear away what lies in the folder and belongs to nobody any more; gives how much."""

    def known(names: Sequence[str]) -> set[str]:
        with database.reading() as session:
            return kept_files.named(session, names)

    return kept_files.sweep(known, store, clock())


def _claim(database: Database, clock: Clock) -> list[Wanted]:
    with database.reading() as session:
        if not kept_files.anything_waiting(session, clock()):
            return []
    with database.transaction() as session:
        return kept_files.claim(session, clock())


async def _bring(
    database: Database,
    channels: Mapping[str, Channel],
    store: FileStore,
    clock: Clock,
    drawing: asyncio.Lock,
    wanted: Wanted,
) -> None:
    """One file: whatever it sets off, the others must come."""
    outcome: Fetched | Stored = await _fetched(channels, wanted)
    if isinstance(outcome, Fetched) and outcome.kind == "kept":
        async with drawing:
            outcome = await asyncio.to_thread(_laid_down, store, outcome.data, wanted.id)
    try:
        await asyncio.to_thread(_record, database, store, wanted.id, outcome, clock)
    except SQLAlchemyError as error:  # its lease ends, and it is taken up again
        log.error("files.not_recorded", file_id=wanted.id, error=type(error).__name__)


async def _fetched(channels: Mapping[str, Channel], wanted: Wanted) -> Fetched:
    channel = channels.get(wanted.channel)
    if channel is None:
        return Fetched("again", why="no_channel")
    try:
        return await asyncio.wait_for(channel.fetch(wanted.media), LONGEST_FETCH)
    except TimeoutError:
        return Fetched("again", why="slow")
    except Exception as error:  # noqa: BLE001 - a channel's own mistake
        log.error("files.channel_failed", file_id=wanted.id, error=type(error).__name__)
        return Fetched("again", why="failed")


def _laid_down(store: FileStore, data: bytes, file_id: int) -> Fetched | Stored:
    try:
        return kept_files.take_in(store, data)
    except NotKept as refusal:
        return Fetched("refused", why=refusal.why)
    except OSError as error:
        log.error("files.not_written", file_id=file_id, error=error.strerror)
        return Fetched("again", why="no_room")


def _record(database: Database, store: FileStore, file_id: int, outcome: Fetched | Stored, clock: Clock) -> None:
    with database.transaction() as session:
        is_wanted = kept_files.record(session, file_id, outcome, clock())
    if isinstance(outcome, Stored):
        if not is_wanted:
            store.remove([outcome.name])
    elif outcome.kind != "kept":
        log.info("files.not_kept", file_id=file_id, kind=outcome.kind, why=outcome.why)
