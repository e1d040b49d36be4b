"""The worker: answers what came in, delivers what goes out, deletes what is to leave no traces, fetches the files that
families send, asks Telegram where no webhook is set, keeps the schedule.

One thread answers, one event loop delivers and fetches. Any number of workers may run against one PostgreSQL; with SQLite
there is one, and a second refuses to start.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import signal
import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.phrases import Phrases
from bot.turns import Guide
from bot.understanding import understand
from centre import inbox
from centre.db import Database
from content import languages
from processes import fetching, schedule, unsending, watching, wiring
from processes.answering import answer_next, answer_waiting, follow_statuses
from processes.gating import Gatekeeper
from processes.guide import GuideKeeper
from processes.hourly_backups import HourlyBackups
from processes.keep_settings import read_keep
from processes.metering import Meter
from processes.settings import Settings, SettingsInvalid, mail_server
from processes.starting import quickly
from processes.watching import House
from webhooks.delivery import Courier
from webhooks.telegram import CallFailed, Telegram

SHORTEST_IDLE, LONGEST_IDLE = 0.02, 0.12
"""Seconds between looks for new messages: short while people write, longer in a quiet village, to spare the machine."""
DRAIN_SECONDS = 25.0
"""After this a worker that was told to stop is gone, whatever hangs; what it left under way is found by its leases."""
LOST_DATABASE_SECONDS = 1.0
GIVES_WAY = 5
"""Steps of niceness: where a machine has more work than it can do, messages are taken in before others are answered, and a web
process that fell is up again first."""
BACKUP_HOURLY, BACKUP_DAILY = timedelta(hours=3), timedelta(hours=26)
"""Two that failed are no trouble yet. Who makes them by hand or by cron does so daily; of PostgreSQL others may see to it."""
STATUS_SECONDS = 1.0
"""Between looks at delivery statuses about messages that are not known (yet)."""

log = structlog.get_logger()


class Worker:
    """Everything one worker process does, started and stopped together."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._kept = read_keep()
        self._keeper = GuideKeeper(database, settings.data, settings.public_url)
        self._gatekeeper = Gatekeeper(database, wiring.clock)
        self._backups = HourlyBackups(database, settings.folder_of_backups, wiring.clock)
        self._channels = wiring.senders(settings, wiring.sounds(database))
        self._files = wiring.file_store(settings)
        self._meter = Meter()
        self._courier = Courier(database, self._channels, wiring.clock, random.SystemRandom(), self._meter.called)
        self._stopping = threading.Event()
        self._started_at, self._is_careful = wiring.clock(), True
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    async def run(self) -> None:
        """Work until `stop`; then finish what is under way."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stop)
        await asyncio.to_thread(_warm_up, self._keeper.guide)
        ticker = schedule.start(
            self._database,
            self._keeper,
            self._gatekeeper,
            self._backups,
            self._files,
            self._name,
            self._settings.public_url,
            mail_server(self._settings),
            self._settings.whatsapp_daily,
            self._kept,
            self._meter,
        )
        log.info("worker.ready", name=self._name, channels=sorted(self._channels))
        answering = threading.Thread(target=self._answer, args=(loop,), name="answering", daemon=True)
        answering.start()
        fetch = fetching.run(self._database, self._channels, self._files, wiring.clock)
        unsend = unsending.run(self._database, self._channels, wiring.clock)
        watch = watching.run(self._database, self._channels, _house(self._settings), wiring.clock)
        beside = [asyncio.create_task(task) for task in (self._register(), self._poll(), fetch, unsend, watch)]
        try:
            await self._courier.run()
        finally:
            for task in beside:
                task.cancel()
            ticker.shutdown(wait=False)
            await asyncio.to_thread(answering.join, DRAIN_SECONDS)
            await asyncio.to_thread(_count_last, self._meter, self._database)
            self._keeper.close()
            self._gatekeeper.close()
            self._backups.close()

    def stop(self) -> None:
        """Claim nothing more."""
        log.info("worker.stopping", name=self._name)
        self._stopping.set()
        self._courier.stop()
        last = threading.Timer(DRAIN_SECONDS, _end, (self._name,))
        last.daemon = True
        last.start()

    def _answer(self, loop: asyncio.AbstractEventLoop) -> None:
        look_at_statuses, idle = time.monotonic(), SHORTEST_IDLE
        while not self._stopping.is_set():
            try:
                answered = self._answer_some()
                followed = 0
                if time.monotonic() >= look_at_statuses:
                    followed = follow_statuses(self._database, wiring.clock)
                    look_at_statuses = time.monotonic() + (0 if followed else STATUS_SECONDS)
            except SQLAlchemyError as error:
                log.error("worker.no_database", error=type(error).__name__)
                self._stopping.wait(LOST_DATABASE_SECONDS)
                continue
            except Exception as error:  # noqa: BLE001 - a worker that stops answering must not look alive
                log.error("worker.not_answered", error=type(error).__name__)
                self._stopping.wait(LOST_DATABASE_SECONDS)
                continue
            if answered:
                loop.call_soon_threadsafe(self._courier.wake)
            idle = SHORTEST_IDLE if answered or followed else min(idle * 1.2, LONGEST_IDLE)
            if not (answered or followed):
                self._stopping.wait(idle)

    def _answer_some(self) -> int:
        """What waited before we started is taken one by one, each try counted beforehand; the rest several together."""
        if self._is_careful:
            with self._database.reading() as session:
                self._is_careful = inbox.anything_open(session, self._started_at)
        if self._is_careful:
            return int(answer_next(self._database, self._keeper.guide, wiring.clock, careful=True))
        return answer_waiting(self._database, self._keeper.guide, wiring.clock)

    async def _register(self) -> None:
        """Tell Telegram where we are, where that is a secure public address; else leave it to `telegram connect`."""
        telegram = self._channels.get("telegram")
        if not isinstance(telegram, Telegram) or not self._settings.is_https:
            return
        while True:
            try:
                await telegram.register(f"{self._settings.public_url}/webhooks/telegram")
                return
            except CallFailed as error:
                log.error("telegram.not_registered", reason=str(error))
                await asyncio.sleep(error.wait.total_seconds())

    async def _poll(self) -> None:
        """Ask Telegram for updates where nobody can call us. An update is confirmed only after its commit."""
        telegram = self._channels.get("telegram")
        if not isinstance(telegram, Telegram) or self._settings.public_url:
            return
        offset, registered = 0, True
        while not self._stopping.is_set():
            try:
                if registered:
                    await telegram.unregister()
                    registered = False
                events, following = await telegram.poll(offset)
                await asyncio.to_thread(self._keep, events)
                offset = following
                for event in events:
                    if event.receipt:
                        await telegram.acknowledge(event.receipt)
            except CallFailed as error:
                log.warning("telegram.not_polled", reason=str(error))
                await asyncio.sleep(error.wait.total_seconds())
            except SQLAlchemyError as error:
                log.error("telegram.not_stored", error=type(error).__name__)
                await asyncio.sleep(LOST_DATABASE_SECONDS)
            except Exception as error:  # noqa: BLE001 - whoever stops asking never hears anybody again
                log.error("telegram.not_read", error=type(error).__name__)
                await asyncio.sleep(LOST_DATABASE_SECONDS)

    def _keep(self, events: list[inbox.Received]) -> None:
        if events:
            with self._database.transaction() as session:
                inbox.receive(session, events, wiring.clock())


def _count_last(meter: Meter, database: Database) -> None:
    with suppress(SQLAlchemyError):
        meter.add_to(database)


def _house(settings: Settings) -> House:
    """What is to be looked after."""
    apis = ((settings.has_telegram, settings.telegram_api), (settings.has_whatsapp, settings.whatsapp_api))
    return House(
        machine=socket.gethostname()[:60],
        home=settings.public_url,
        folders=(settings.data, settings.folder_of_files),
        backup_every=BACKUP_HOURLY if settings.backups else BACKUP_DAILY if settings.is_sqlite else None,
        post=mail_server(settings),
        whatsapp_account=settings.whatsapp_account_id,
        hosts=tuple(address for is_there, address in apis if is_there),
        began=wiring.clock(),
    )


def _end(name: str) -> None:
    log.warning("worker.cut_off", name=name)
    os._exit(0)


def _warm_up(guide: Guide) -> None:
    """Load what the first message would load: nobody waits for it, and a worker that dies young has not yet counted a
    try against anybody."""
    understand("halo", None, guide)
    for language in languages.OFFERED:
        Phrases(language.code).welcome()


def run(settings: Settings) -> None:
    """Be a worker until told to stop."""
    wiring.log_to_stderr()
    os.nice(GIVES_WAY)
    held = _only_one(settings)  # kept open: the lock goes with the process, however it ends
    database = wiring.database(settings, ping=False)
    with quickly():
        worker = Worker(settings, database)
    asyncio.run(worker.run())
    database.engine.dispose()
    if held:
        held.close()


def _only_one(settings: Settings) -> IO[str] | None:
    """With SQLite a second worker would only stand in the way of the first: refuse it."""
    if not settings.is_sqlite:
        return None
    settings.data.mkdir(parents=True, exist_ok=True)
    path: Path = settings.data / "worker.lock"
    held = path.open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise SettingsInvalid("a worker already runs on this SQLite database; more need PostgreSQL") from error
    return held
