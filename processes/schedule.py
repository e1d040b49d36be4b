"""The schedule: what is done every so often. APScheduler only ticks; every job may run in several workers at once,
because each claims its rows or does what does no harm when done twice."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from centre import (
    census_reminders,
    data_keys,
    heartbeats,
    incidents,
    mails,
    open_questions,
    outbox,
)
from centre.db import Database
from centre.file_store import FileStore
from centre.retention_rules import Keep
from content import gates
from processes import alerting, clearing, counting, fetching, mailing, noticing, publishing, requesting, telling, wiring
from processes.gating import Gatekeeper
from processes.guide import GuideKeeper
from processes.hourly_backups import HourlyBackups
from processes.metering import Meter
from processes.settings import MailServer

log = structlog.get_logger()


def start(
    database: Database,
    keeper: GuideKeeper,
    gatekeeper: Gatekeeper,
    backups: HourlyBackups,
    files: FileStore,
    name: str,
    home: str,
    post: MailServer | None,
    daily: int,
    keep: Keep,
    meter: Meter,
) -> BackgroundScheduler:
    """Begin to tick. `home`: our public address, for links in what we write first. `post`: where mail is handed over.
    `daily`: how many people a day WhatsApp lets us write to first. `keep`: how long what is kept.
    `meter`: what this process counts."""
    jobs: dict[Callable[[], None], float] = {
        keeper.refresh: 1,
        gatekeeper.look: 1,
        backups.look: 60,
        lambda: _beat(database, name): 5,
        lambda: _reap(database): 5,
        lambda: _tell_families(database): 1,
        lambda: _tend_bookings(database, home, daily): 5,
        lambda: _alert_staff(database, home, post): 5,
        lambda: _send_mail(database, post): 5,
        lambda: _count(database): 20,
        lambda: meter.add_to(database): 10,
        lambda: _tally(database): 20,
        lambda: _publish_due(database): 5,
        lambda: _gather_questions(database): 30,
        lambda: _clear_conversations(database, keep): 60,
        lambda: _sweep_files(database, files): 600,
        lambda: _plan_reminders(database): 900,
        lambda: _warn_of_requests(database, home, post): 60,
        lambda: _forget_old(database, keep): 3600,
        lambda: _forget_at_night(database, keep): 300,
    }
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    for job, seconds in jobs.items():
        scheduler.add_job(_guarded(job), "interval", seconds=seconds, misfire_grace_time=60)
    _guarded(lambda: _beat(database, name))()
    scheduler.start()
    return scheduler


def _beat(database: Database, name: str) -> None:
    with database.transaction() as session:
        heartbeats.beat(session, name, wiring.clock())


def _reap(database: Database) -> None:
    """Calls whose worker died, and what a clock that was set back left ahead of now: look first without a lock, it is
    nearly always nothing."""
    with database.reading() as session:
        now = wiring.clock()
        died, ahead = outbox.any_lease_over(session, now), outbox.any_ahead(session, now)
    if died or ahead:
        with database.transaction() as session:
            found, brought = outbox.reap(session, now), outbox.follow_clock(session, now)
        log.warning("delivery.reaped", calls=found, set_back=brought)


def _tend_bookings(database: Database, home: str, daily: int) -> None:
    """Seats that were held long enough go on, and people hear what they must hear."""
    noticing.lapse_offers(database, wiring.clock)
    noticing.plan_announcements(database, wiring.clock)
    noticing.tell_due(database, home, wiring.clock, daily)


def _tell_families(database: Database) -> None:
    """What staff wrote goes to the family."""
    telling.tell_families(database, wiring.clock)


def _alert_staff(database: Database, home: str, post: MailServer | None) -> None:
    """Cases wake whom they must, and families hear when nobody has answered in time."""
    alerting.alert_due(database, home, wiring.clock, mails.queue if post else None)


def _send_mail(database: Database, post: MailServer | None) -> None:
    if post:
        mailing.send_due(database, post, wiring.clock)


def _count(database: Database) -> None:
    """Totals for the pages of figures, a month at a time."""
    counting.count_next(database, wiring.clock)


def _tally(database: Database) -> None:
    """Running totals for who watches the house."""
    counting.tally(database, wiring.clock)


def _publish_due(database: Database) -> None:
    """Guidance whose time has come goes live."""
    publishing.publish_due(database, wiring.clock)


def _gather_questions(database: Database) -> None:
    """What was not answered comes to its like."""
    with database.reading() as session:
        if not open_questions.any_to_gather(session):
            return
    with database.transaction() as session:
        open_questions.gather(session, wiring.clock())


def _clear_conversations(database: Database, keep: Keep) -> None:
    clearing.clear_conversations(database, wiring.clock, keep)


def _sweep_files(database: Database, files: FileStore) -> None:
    gone = fetching.sweep(database, files, wiring.clock)
    if gone:
        log.info("files.swept", files=gone)


def _plan_reminders(database: Database) -> None:
    """Passports, contracts and visas that end soon, of those who agreed to be reminded."""
    with database.transaction() as session:
        census_reminders.plan(session, wiring.clock())


def _warn_of_requests(database: Database, home: str, post: MailServer | None) -> None:
    """Wishes about one's own data whose legal time runs out."""
    requesting.warn_due(database, home, wiring.clock, mails.queue if post else None)


def _forget_old(database: Database, keep: Keep) -> None:
    """What is over goes within the hour; what the publish gate judged long ago too, and what nobody sends any more."""
    with database.transaction() as session:
        outbox.expire_left(session, wiring.clock())
    clearing.clear_some(database, wiring.clock, keep)
    with database.transaction() as session:
        gates.forget_old(session, wiring.clock())
        incidents.forget_old(session, wiring.clock())
        data_keys.forget_ownerless(session)
    database.empty_journal()


def _forget_at_night(database: Database, keep: Keep) -> None:
    """All that is over, once a night, with a report."""
    clearing.clear_night(database, wiring.clock, keep)


def _guarded(job: Callable[[], None]) -> Callable[[], None]:
    """A job that fails is said in one line and tried again at its next time."""

    def guarded() -> None:
        try:
            job()
        except SQLAlchemyError as error:
            log.error("schedule.no_database", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the ticker must go on
            log.error("schedule.failed", error=type(error).__name__)

    return guarded
