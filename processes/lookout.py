"""The web process keeps an eye on the workers: when none is seen, somebody must hear of it, and no worker is there to say so.

It also adds what the web process counted. One quiet thread; any number of web processes may have one.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from centre import heartbeats, incidents, last_runs, mails
from centre.db import Database
from centre.incidents import Kind, Sign
from processes import incident_telling, mailing, wiring
from processes.metering import Meter
from processes.settings import MailServer

EVERY = 15.0
PATIENCE = timedelta(minutes=2)
"""Longer than a start of a worker on a slow machine after an upgrade takes to the first sign of life."""

log = structlog.get_logger()


def begin(database: Database, meter: Meter, home: str, post: MailServer | None) -> None:
    """Look until the process ends."""
    threading.Thread(target=_look_on, args=(database, meter, home, post), name="lookout", daemon=True).start()


def _look_on(database: Database, meter: Meter, home: str, post: MailServer | None) -> None:
    pause, began = threading.Event(), wiring.clock()
    while not pause.wait(EVERY):
        try:
            meter.add_to(database)
            _beat(database)
            look(database, home, wiring.clock, post, began)
        except SQLAlchemyError as error:
            log.warning("lookout.no_database", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whoever stops looking never finds anything again
            log.error("lookout.failed", error=type(error).__name__)


def _beat(database: Database) -> None:
    with database.transaction() as session:
        name = f"{heartbeats.WEB}{socket.gethostname()[:40]}:{os.getpid()}"
        heartbeats.beat(session, name, wiring.clock())


def look(
    database: Database,
    home: str,
    clock: Callable[[], datetime],
    post: MailServer | None,
    began: datetime | None = None,
) -> bool:
    """Is a worker there? Enters what changed; while none is, tells by mail. A house that never had one has no trouble yet,
    nor one that was just switched on again: `began`, when somebody began to look, leaves the worker as long to come."""
    with database.reading() as session:
        seen = heartbeats.last_seen(session) or last_runs.when(session, last_runs.BEGUN)
        stands = incidents.standing(session, Kind.WORKER_MISSING)
    if seen is None:
        return True
    is_there = clock() - seen < PATIENCE
    if is_there and not stands:
        return True
    if not is_there and began is not None and clock() - began < PATIENCE:
        return False
    with database.transaction() as session:
        incidents.note(session, [Sign(Kind.WORKER_MISSING, "", is_there)], clock())
    if not is_there and post:
        incident_telling.tell_due(database, home, clock, mails.queue)
        mailing.send_due(database, post, clock)
    return is_there
