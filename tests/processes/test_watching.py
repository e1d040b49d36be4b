"""Somebody looks after the house: what is found in its records, at the platforms, the mail server, the disk and the clock."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from centre import breaches, inbox, incidents, last_runs, outbox, retention_reports
from centre.breaches import Breach, Within
from centre.conversations import Sender
from centre.db import Database
from centre.inbox import InboxEvent, Received
from centre.incidents import Incident, Kind, Sign
from centre.messages import Incoming, Outgoing
from centre.outbox import OutboxMessage
from processes import mailing, watching
from processes.settings import MailServer
from processes.watching import House
from tests.centre.alerted import chat
from tests.gateways import Gateways
from tests.processes.houses import GRAPH_TOKEN, TELEGRAM_TOKEN
from webhooks.channel import Channel
from webhooks.telegram import Telegram
from webhooks.whatsapp import WhatsApp

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ACCOUNT = "1060"


@pytest.fixture
def platforms() -> Iterator[Gateways]:
    with Gateways(telegram_token=TELEGRAM_TOKEN, whatsapp_token=GRAPH_TOKEN) as running:
        yield running


def house(folder: Path, **changed: Any) -> House:
    return House(**{"machine": "desa-1", "home": "", "folders": (folder,), **changed})


def look(
    database: Database, folder: Path, after: timedelta = timedelta(0), **changed: Any
) -> set[tuple[str, str, str]]:
    """One look at the records; gives what is open then: (kind, subject, detail)."""
    watching.look_and_tell(database, house(folder, **changed), lambda: NOW + after)
    return standing(database)


def standing(database: Database) -> set[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(Incident).where(Incident.opened_at.is_not(None), Incident.ended_at.is_(None)))
        return {(row.kind, row.subject, row.detail) for row in rows}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# What the records say


def test_a_quiet_house_has_no_troubles(database: Database, tmp_path: Path) -> None:
    assert look(database, tmp_path) == set()
    assert look(database, tmp_path, minutes(60)) == set()


def test_messages_that_nobody_answers(database: Database, tmp_path: Path) -> None:
    """Sari waits: after a minute it is suspected, after three it stands, answered it ends after five."""
    sari = Received("telegram", "1", Sender("telegram", (("chat", "77"),)), Incoming("text", "halo"))
    with database.transaction() as session:
        inbox.receive(session, [sari], NOW)
    assert look(database, tmp_path, minutes(1)) == set()
    assert look(database, tmp_path, minutes(3)) == {("queue_old", "inbox", "")}
    with database.transaction() as session:
        inbox.finish(session.scalars(select(InboxEvent)).one(), NOW + minutes(4))
    assert look(database, tmp_path, minutes(4)) == {("queue_old", "inbox", "")}
    assert look(database, tmp_path, minutes(9)) == set()


def queued(database: Database, number: str = "77", cause: str = "event:1") -> int:
    with database.transaction() as session:
        (row,) = outbox.queue(session, chat(session, number, NOW), cause, [Outgoing("Halo")], NOW)
        session.flush()
        return row.id


def change(database: Database, number: int, **values: Any) -> None:
    with database.transaction() as session:
        row = session.get_one(OutboxMessage, number)
        for name, value in values.items():
            setattr(row, name, value)


def test_replies_that_do_not_go_out(database: Database, tmp_path: Path) -> None:
    queued(database)
    assert look(database, tmp_path, minutes(5.5)) == set()
    assert look(database, tmp_path, minutes(7.5)) == {("queue_old", "outbox", "")}


def test_one_telephone_that_is_tried_again_is_no_trouble(database: Database, tmp_path: Path) -> None:
    """What waits behind a reply that is tried again later, and an announcement, do not stand in the way of anybody."""
    first = queued(database)
    queued(database, cause="event:2")
    change(database, first, next_at=NOW + minutes(30), attempts=4)
    change(database, queued(database, "78"), is_news=True)
    assert look(database, tmp_path, minutes(10)) == look(database, tmp_path, minutes(13)) == set()


def test_a_token_that_is_refused(database: Database, tmp_path: Path) -> None:
    change(database, queued(database), error="token", next_at=NOW + minutes(1))
    change(database, queued(database, "78"), channel="waha", error="token", next_at=NOW + minutes(1))
    assert look(database, tmp_path) == {("channel_refused", "telegram", "token")}, (
        "WAHA's own sign says how WAHA stands"
    )


def test_reminders_that_do_not_arrive(database: Database, tmp_path: Path) -> None:
    """Four lie with their telephones; five are a trouble of ours. Looked at by staff they are none any more."""
    lost = [queued(database, str(number), f"notice:{number}") for number in range(4)]
    for number in lost:
        change(database, number, state="failed", error="template_paused")
    assert look(database, tmp_path) == set()
    change(database, queued(database, "99", "notice:99"), state="failed", error="template_paused")
    assert look(database, tmp_path) == {("reminders_failing", "", "template_paused")}


def test_words_that_no_key_opens(database: Database, tmp_path: Path) -> None:
    change(database, queued(database), state="failed", error="cannot_open")
    assert look(database, tmp_path) == {("cannot_open", "replies", "")}


def test_a_breach_that_nobody_was_told_of(database: Database, tmp_path: Path) -> None:
    """After two of the three days of UU PDP art. 46; it ends when it is written down that all were told."""
    with database.transaction() as session:
        within = Within(NOW - timedelta(days=3), NOW)
        number = breaches.note(session, within, {}, "ratna", NOW, NOW - timedelta(hours=1)).id
    late = ("breach_untold", str(number), "")
    assert late not in look(database, tmp_path, timedelta(hours=46))
    assert late in look(database, tmp_path, timedelta(hours=47))
    with database.transaction() as session:
        breaches.told(session, session.get_one(Breach, number), NOW + timedelta(hours=50))
    look(database, tmp_path, timedelta(hours=50))
    assert late not in look(database, tmp_path, timedelta(hours=50, minutes=2))


def test_what_is_not_done_any_more(database: Database, tmp_path: Path) -> None:
    """No backup for a day, no forgetting for as long; a house that has just been set up is given that time too."""
    daily = {"backup_every": timedelta(hours=26)}
    assert look(database, tmp_path, **daily) == set()
    both = {("backup_late", "", ""), ("retention_late", "", "")}
    assert look(database, tmp_path, timedelta(hours=31), **daily) == both
    assert look(database, tmp_path, timedelta(hours=31)) == both, "nobody has said that it is well"
    with database.transaction() as session:
        last_runs.enter(session, last_runs.BACKUP, NOW + timedelta(hours=31))
        last_runs.enter(session, last_runs.RETENTION, NOW + timedelta(hours=31))
    look(database, tmp_path, timedelta(hours=32), **daily)
    assert look(database, tmp_path, timedelta(hours=32) + minutes(1), **daily) == set()


def test_what_could_not_be_erased_in_the_night(database: Database, tmp_path: Path) -> None:
    """It stands until a night goes through, whatever the hours in between say."""
    daily = {"backup_every": None}
    for hours, number, found in ((0, 3, {("retention_failed", "", "3")}), (24, None, set())):
        now = NOW + timedelta(hours=hours)
        with database.transaction() as session:
            retention_reports.begin_night(session, now)
            if number:
                retention_reports.add_failed(session, "cases", 2, now)
                retention_reports.add_failed(session, "cases", number, now)
                retention_reports.add_failed(session, "cases", 1, now)
            retention_reports.end_night(session, now, now)
            last_runs.enter(session, last_runs.RETENTION, now)
        look(database, tmp_path, timedelta(hours=hours), **daily)
        assert look(database, tmp_path, timedelta(hours=hours) + minutes(1), **daily) == found


def test_nobody_is_blamed_for_backups_that_others_make(sqlite_database: Database, tmp_path: Path) -> None:
    look(sqlite_database, tmp_path)
    assert ("backup_late", "", "") not in look(sqlite_database, tmp_path, timedelta(days=3))


# What those outside say


def asked(
    platforms: Gateways, folder: Path, *, now: datetime | None = None, **changed: Any
) -> dict[tuple[str, str], Sign]:
    """One look at everybody outside."""

    async def ask() -> list[Sign]:
        channels: dict[str, Channel] = {
            "telegram": Telegram(TELEGRAM_TOKEN, "secret", platforms.address),
            "whatsapp": WhatsApp("1", GRAPH_TOKEN, "app secret", platforms.address),
        }
        clock: Callable[[], datetime] = lambda: now or datetime.now(UTC)  # noqa: E731
        try:
            return await watching.far_signs(channels, house(folder, **changed), clock)
        finally:
            for channel in channels.values():
                await channel.close()

    return {(sign.kind, sign.subject): sign for sign in asyncio.run(ask())}


def test_all_is_well_outside(platforms: Gateways, tmp_path: Path) -> None:
    platforms.webhook = {"url": "https://balai.example/webhooks/telegram"}
    found = asked(platforms, tmp_path, hosts=(platforms.address,))
    assert all(sign.is_well for sign in found.values() if sign.kind != Kind.DISK_LOW)
    assert {kind for kind, _ in found} >= {"channel_refused", "webhook_errors", "number_quality", "clock_off"}
    assert platforms.violations == []


def test_tokens_that_are_refused(platforms: Gateways, tmp_path: Path) -> None:
    platforms._tokens = ("another", "another")
    found = asked(platforms, tmp_path)
    for channel in ("telegram", "whatsapp"):
        sign = found["channel_refused", channel]
        assert (sign.is_well, sign.detail) == (False, "token")


def test_platforms_that_cannot_be_reached_say_nothing(tmp_path: Path) -> None:
    with Gateways() as gone:
        pass
    found = asked(gone, tmp_path, hosts=(gone.address,))
    assert {kind for kind, _ in found} <= {"disk_low"}


@pytest.mark.parametrize(
    ("troubles", "detail"),
    [
        ({"last_error_date": -60, "last_error_message": "Wrong response from the webhook: 503 Unavailable"}, "503"),
        ({"last_error_date": -60, "last_error_message": "SSL error at https://balai.example"}, "error"),
        ({"last_error_date": -3600, "last_error_message": "Wrong response: 503"}, None),
        ({"pending_update_count": 101}, "pending"),
    ],
)
def test_webhooks_that_do_not_reach_us(
    platforms: Gateways, tmp_path: Path, troubles: dict[str, Any], detail: str | None
) -> None:
    """Telegram keeps its last error for good: an old one says nothing of now."""
    platforms.webhook = {"url": "https://balai.example/webhooks/telegram"}
    ago = troubles.get("last_error_date", 0)
    platforms.webhook_troubles = troubles | ({"last_error_date": int(NOW.timestamp()) + ago} if ago else {})
    sign = asked(platforms, tmp_path, now=NOW)["webhook_errors", "telegram"]
    assert (sign.is_well, sign.detail) == (detail is None, detail or "")


@pytest.mark.parametrize(
    ("number", "detail"), [({"quality_rating": "RED"}, "red"), ({"status": "RESTRICTED"}, "restricted")]
)
def test_a_number_that_meta_thinks_little_of(
    platforms: Gateways, tmp_path: Path, number: dict[str, str], detail: str
) -> None:
    platforms.number |= number
    assert asked(platforms, tmp_path)["number_quality", "whatsapp"].detail == detail


def test_templates_that_meta_stopped(platforms: Gateways, tmp_path: Path) -> None:
    """Of ours only; one that still waits to be read is neither good nor bad."""
    platforms.templates = [
        {"name": name, "language": "id", "status": status}
        for name, status in (
            ("balai_reminder", "PAUSED"),
            ("balai_moved", "APPROVED"),
            ("balai_cancelled", "PENDING"),
            ("of_another_program", "REJECTED"),
        )
    ]
    found = asked(platforms, tmp_path, whatsapp_account=ACCOUNT)
    told = {sign.subject: sign.is_well for sign in found.values() if sign.kind == Kind.TEMPLATE_STOPPED}
    assert told == {"balai_reminder/id": False, "balai_moved/id": True}


def test_a_clock_that_is_off(platforms: Gateways, tmp_path: Path) -> None:
    platforms.runs_ahead = timedelta(minutes=3)
    sign = asked(platforms, tmp_path, hosts=(platforms.address,))["clock_off", "desa-1"]
    assert not sign.is_well
    platforms.runs_ahead = timedelta(seconds=7)
    assert ("clock_off", "desa-1") not in asked(platforms, tmp_path, hosts=(platforms.address,)), "neither well nor not"


def test_the_database_has_another_time(postgresql_database: Database, tmp_path: Path) -> None:
    def held_beside(here: datetime) -> list[tuple[str, bool]]:
        found = watching.database_clock(postgresql_database, house(tmp_path), lambda: here)
        return [(sign.subject, sign.is_well) for sign in found]

    assert held_beside(datetime.now(UTC)) == [("desa-1/database", True)]
    assert held_beside(datetime.now(UTC) + timedelta(minutes=2)) == [("desa-1/database", False)]


def test_a_disk_that_fills(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def left(share: float) -> list[Sign]:
        usage = shutil._ntuple_diskusage(100, 100 - int(share * 100), int(share * 100))  # type: ignore[attr-defined]
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
        return watching.disk_signs(house(tmp_path))

    assert [(sign.is_well, sign.detail) for sign in left(0.05)] == [(False, "5%")]
    assert left(0.12) == []
    assert [sign.is_well for sign in left(0.4)] == [True]


def test_a_mail_server_that_is_away() -> None:
    with Gateways() as gone:
        port = int(gone.address.rpartition(":")[2])
    server = MailServer("127.0.0.1", port, "", "", "balai@desa.example", is_secure=False, starts_tls=False)
    (sign,) = watching.mail_signs(server)
    assert (sign.kind, sign.is_well, sign.detail) == (Kind.MAIL_REFUSED, False, "ConnectionRefusedError")


def test_a_mail_server_that_takes_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "greet", lambda server: None)
    server = MailServer("127.0.0.1", 1, "", "", "balai@desa.example", is_secure=False, starts_tls=False)
    assert [sign.is_well for sign in watching.mail_signs(server)] == [True]


def test_a_bad_sign_outweighs_a_good_one_of_the_same_look(sqlite_database: Database) -> None:
    """Telegram answers, and still replies wait because it refused us a moment ago."""
    good, bad = (Sign(Kind.CHANNEL_REFUSED, "telegram", well) for well in (True, False))
    with sqlite_database.transaction() as session:
        incidents.note(session, [bad, good], NOW)
    with sqlite_database.reading() as session:
        assert session.scalars(select(Incident.well_since)).one() is None


def test_what_was_missed_while_the_machine_was_off_is_made_up_for_first(
    sqlite_database: Database, tmp_path: Path
) -> None:
    every = timedelta(hours=3)
    with sqlite_database.transaction() as session:
        for name in (last_runs.BACKUP, last_runs.RETENTION):
            last_runs.enter(session, name, NOW - timedelta(days=2))
    assert look(sqlite_database, tmp_path, minutes(14), backup_every=every, began=NOW) == set()
    assert {kind for kind, _, _ in look(sqlite_database, tmp_path, minutes(16), backup_every=every, began=NOW)} == {
        Kind.BACKUP_LATE,
        Kind.RETENTION_LATE,
    }
