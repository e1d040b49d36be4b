"""Somebody looks after the house: the records every minute, platforms, mail server, disk and clock every five.

What is found becomes a sign in the list of troubles (`centre.incidents`), and whoever looks after the house is told. Any
number of workers may do this at once. No transaction is open while a platform or a mail server is asked.
"""

from __future__ import annotations

import asyncio
import shutil
import smtplib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import templates
from centre import clocks, incidents, last_runs, mails, trouble_signs
from centre.db import Database
from centre.incidents import Kind, Sign
from centre.trouble_signs import Expected
from processes import incident_telling, mailing
from processes.settings import MailServer
from webhooks import elsewhere
from webhooks.channel import Channel, Watched
from webhooks.whatsapp import CallFailed, WhatsApp
from webhooks.whatsapp_account import template_sign

LOOK_EVERY = 60.0
FAR_LOOKS = 5
"""Every so many looks those outside are asked too."""
LONGEST_LOOK = 60.0
LOW, ENOUGH = 0.10, 0.15
"""Of the disk left free: below the first is trouble, above the second is well."""
CLOCK_OFF, CLOCK_RIGHT = timedelta(seconds=10), timedelta(seconds=5)
"""Codes of apps are refused when a clock is off by half a minute; a host tells the time to the second."""

log = structlog.get_logger()
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class House:
    """What is looked after."""

    machine: str
    home: str
    """Our public address; empty where there is none."""
    folders: tuple[Path, ...]
    backup_every: timedelta | None = None
    """The longest time between two backups; None where they are made by others than us."""
    post: MailServer | None = None
    whatsapp_account: str = ""
    """Meta's number for our account: with it the standing of templates is asked."""
    hosts: tuple[str, ...] = ()
    """Addresses of platforms whose clock is held beside ours."""
    began: datetime | None = None
    """When this worker began to look after it."""


async def run(database: Database, channels: Mapping[str, Channel], house: House, clock: Clock) -> None:
    """Look until cancelled."""
    look = 0
    while True:
        try:
            found = []
            if look % FAR_LOOKS == 0:
                found = await far_signs(channels, house, clock)
                found += await asyncio.to_thread(database_clock, database, house, clock)
            await asyncio.to_thread(look_and_tell, database, house, clock, found)
        except SQLAlchemyError as error:
            log.error("watch.no_database", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whoever stops looking never finds anything again
            log.error("watch.failed", error=type(error).__name__)
        look += 1
        await asyncio.sleep(LOOK_EVERY)


def look_and_tell(database: Database, house: House, clock: Clock, found: Iterable[Sign] = ()) -> int:
    """Look at the records, enter what was found here and elsewhere, and tell who must hear; gives how many were told of."""
    with database.reading() as session:
        expected = Expected(last_runs.when(session, last_runs.BEGUN) or clock(), house.backup_every, house.began)
        seen = [*found, *trouble_signs.signs(session, expected, clock())]
    with database.transaction() as session:
        last_runs.begin(session, clock())
        incidents.note(session, seen, clock())
        incidents.settle(session, clock())
    return incident_telling.tell_due(database, house.home, clock, mails.queue if house.post else None)


async def far_signs(channels: Mapping[str, Channel], house: House, clock: Clock) -> list[Sign]:
    """What those outside say, asked side by side; who does not answer in time says nothing."""
    asked: list[Awaitable[list[Sign]]] = [
        channel.look(clock()) for channel in channels.values() if isinstance(channel, Watched)
    ]
    whatsapp = channels.get("whatsapp")
    if isinstance(whatsapp, WhatsApp) and house.whatsapp_account:
        asked.append(_template_signs(whatsapp, house.whatsapp_account))
    if house.post:
        asked.append(asyncio.to_thread(mail_signs, house.post))
    asked.append(_clock_signs(house, clock))
    asked.append(asyncio.to_thread(disk_signs, house))
    answers = await asyncio.gather(*(_in_time(each) for each in asked))
    return [sign for signs in answers for sign in signs]


def disk_signs(house: House) -> list[Sign]:
    """How much room is left where things are kept: the least of it."""
    shares = [_free(folder) for folder in house.folders if folder.exists()]
    least = min(shares, default=1.0)
    if LOW <= least <= ENOUGH:
        return []  # neither: or it would come and go with every backup
    return [Sign(Kind.DISK_LOW, house.machine, least > ENOUGH, f"{least:.0%}")]


def mail_signs(server: MailServer) -> list[Sign]:
    """Does the mail server take us?"""
    try:
        mailing.greet(server)
    except (OSError, smtplib.SMTPException) as error:
        return [Sign(Kind.MAIL_REFUSED, "mail", False, mailing.named(error))]
    return [Sign(Kind.MAIL_REFUSED, "mail", True)]


def database_clock(database: Database, house: House, clock: Clock) -> list[Sign]:
    """Our clock beside the database's."""
    with database.reading() as session:
        told = clocks.of_database(session)
    return clock_sign(f"{house.machine}/database", clock(), told) if told else []


def clock_sign(machine: str, here: datetime, there: datetime) -> list[Sign]:
    """Our clock beside another's."""
    off = abs(here - there)
    if CLOCK_RIGHT <= off <= CLOCK_OFF:
        return []
    return [Sign(Kind.CLOCK_OFF, machine, off < CLOCK_RIGHT, f"{min(off.total_seconds(), 1e9):.0f} s")]


async def _clock_signs(house: House, clock: Clock) -> list[Sign]:
    told = [(await elsewhere.time_at(host), clock()) for host in house.hosts]
    found = [clock_sign(house.machine, here, there) for there, here in told if there]
    return found[0] if found else []


async def _template_signs(whatsapp: WhatsApp, account: str) -> list[Sign]:
    try:
        known = await whatsapp.templates(account)
    except CallFailed:
        return []
    found = [template_sign(each.name, each.language, each.status) for each in templates.standings(known)]
    return [sign for sign in found if sign]


async def _in_time(asked: Awaitable[list[Sign]]) -> list[Sign]:
    try:
        return await asyncio.wait_for(asked, LONGEST_LOOK)
    except Exception as error:  # noqa: BLE001 - one that fails must not hide what the others say
        log.warning("watch.not_asked", error=type(error).__name__)
        return []


def _free(folder: Path) -> float:
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total
