"""Who looks after the house hears of its troubles once, again when they last, and of their end; never by a way that is shut."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import incident_words
from centre import incident_tellings, incidents, mails, outbox
from centre.db import Database
from centre.incident_tellings import LONG
from centre.incidents import RULES, Incident, Kind
from centre.mails import Mail
from centre.outbox import OutboxMessage
from centre.staff import Role, StaffMember, set_email
from centre.staff_channels import StaffChannel
from processes import incident_telling
from tests.centre.alerted import KORLEKO, chat, staff_member, there

HOME = "https://balai.example"
DAY = there(KORLEKO, "2026-11-24", "10:00")
NIGHT = there(KORLEKO, "2026-11-24", "23:30")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def made_with_chat(session: Session) -> StaffMember:
    made = staff_member(session, "Made", (Role.ADMINISTRATOR, ""))
    linked = chat(session, "628190000001", DAY)
    session.add(StaffChannel(staff_id=made.id, conversation_id=linked.id, linked_at=DAY))
    session.flush()
    return made


def tell(database: Database, now: datetime) -> int:
    return incident_telling.tell_due(database, HOME, lambda: now, mails.queue)


def by_chat(database: Database) -> list[str]:
    with database.reading() as session:
        return [
            outbox.part_of(session, row).text
            for row in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]


def by_mail(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(select(Mail.staff_id, Mail.cause).order_by(Mail.id)).all()
        return [(staff_id, cause.rpartition(":")[2]) for staff_id, cause in rows]


def test_once_at_the_opening_once_when_it_lasts_once_at_the_end(database: Database) -> None:
    with database.transaction() as session:
        made_with_chat(session)
        incidents.report(session, Kind.CHANNEL_REFUSED, "whatsapp", DAY)
    counts = [tell(database, DAY + after) for after in (minutes(0), minutes(1), LONG, LONG + minutes(1))]
    assert counts == [1, 0, 1, 0]
    with database.transaction() as session:
        incidents.mend(session, Kind.CHANNEL_REFUSED, "whatsapp", DAY + LONG)
        incidents.settle(session, DAY + LONG + minutes(10))
    assert [tell(database, DAY + LONG + after) for after in (minutes(11), minutes(12))] == [1, 0]
    said = by_chat(database)
    assert [text.split(":")[0] for text in said] == [
        "Gangguan",
        "Masih berlangsung sejak beberapa jam",
        "Sudah selesai",
    ]
    assert all(text.endswith("https://balai.example/admin/gangguan") and "401" not in text for text in said)


def test_telegram_is_not_told_of_by_telegram(database: Database) -> None:
    """Made has a chat and a mail; while Telegram refuses us only the mail goes. Its end is told by both."""
    with database.transaction() as session:
        set_email(session, made_with_chat(session), "made@desa.example")
        incidents.report(session, Kind.CHANNEL_REFUSED, "telegram", DAY)
    assert tell(database, DAY) == 1
    assert (by_chat(database), by_mail(database)) == ([], [("Made", "open")])
    with database.transaction() as session:
        incidents.mend(session, Kind.CHANNEL_REFUSED, "telegram", DAY)
        incidents.settle(session, DAY + minutes(10))
    assert tell(database, DAY + minutes(10)) == 1
    assert (len(by_chat(database)), by_mail(database)[1:]) == (1, [("Made", "end")])


def test_nobody_can_be_told_and_then_somebody(database: Database) -> None:
    """Nobody has a mail and Telegram refuses us: it stands on the desk, and is told when there is a way."""
    with database.transaction() as session:
        made = made_with_chat(session)
        number = incidents.report(session, Kind.CHANNEL_REFUSED, "telegram", DAY).id
    assert tell(database, DAY) == 0
    with database.transaction() as session:
        assert session.get_one(Incident, number).nobody_told
        set_email(session, session.merge(made), "made@desa.example")
    assert tell(database, DAY + minutes(5)) == 1
    with database.reading() as session:
        assert not session.get_one(Incident, number).nobody_told


def test_that_nobody_can_be_told_is_written_down_once_an_hour(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        incidents.report(session, Kind.DISK_LOW, "desa-1", DAY - minutes(2))
        incidents.report(session, Kind.DISK_LOW, "desa-1", DAY)
    with structlog.testing.capture_logs() as lines:
        assert [tell(sqlite_database, DAY + minutes(count)) for count in range(61)] == [0] * 61
    assert [(line["event"], line["people"]) for line in lines] == [("incident.told", 0)] * 2


def test_a_trouble_that_was_over_before_anybody_heard_is_not_told(database: Database) -> None:
    with database.transaction() as session:
        incidents.report(session, Kind.CHANNEL_REFUSED, "telegram", DAY)
        incidents.mend(session, Kind.CHANNEL_REFUSED, "telegram", DAY)
        incidents.settle(session, DAY + minutes(10))
        made_with_chat(session)
    assert tell(database, DAY + minutes(11)) == 0


def test_nobody_is_woken_for_a_late_backup(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        made_with_chat(session)
        incidents.report(session, Kind.BACKUP_LATE, "", NIGHT)
    assert tell(sqlite_database, NIGHT) == 0
    assert tell(sqlite_database, NIGHT + timedelta(hours=8)) == 1


def test_who_coordinates_the_village_hears_of_its_gateway(database: Database) -> None:
    """Koordinator of East Lombok and the administrator; not the one of another regency, nor who coordinates everything."""
    with database.transaction() as session:
        for name, role, area in (
            ("Made", Role.ADMINISTRATOR, ""),
            ("Lombok", Role.COORDINATOR, "52.03"),
            ("Magelang", Role.COORDINATOR, "33.08"),
            ("Dewi", Role.COORDINATOR, ""),
        ):
            set_email(session, staff_member(session, name, (role, area)), f"{name.lower()}@desa.example")
        incidents.report(session, Kind.GATEWAY_BANNED, "fonnte", DAY, area=KORLEKO)
    assert tell(database, DAY) == 1
    assert by_mail(database) == [("Made", "open"), ("Lombok", "open")]


def test_no_chat_is_queued_while_nobody_would_send_it(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        made_with_chat(session)
        incidents.report(session, Kind.WORKER_MISSING, "", DAY)
    assert tell(sqlite_database, DAY) == 0
    assert by_chat(sqlite_database) == []


def test_what_comes_and_goes_all_day_floods_nobody(sqlite_database: Database) -> None:
    """Refused at one look in six, well for half an hour, again refused: as badly as it can, for a day, told at once."""
    with sqlite_database.transaction() as session:
        made_with_chat(session)
    with sqlite_database._session(sqlite_database.engine) as session:
        told = 0
        for look in range(144):
            now = DAY + minutes(10) * look
            change = incidents.report if look % 6 == 0 else incidents.mend
            change(session, Kind.CHANNEL_REFUSED, "whatsapp", now)
            for number in incident_tellings.due(session, now):
                held = incident_tellings.hold(session, number, now)
                assert held
                incident_tellings.told(session, *held, 1, now)
                told += 1
        assert session.scalars(select(Incident.returns)).one() > 0
    assert 3 <= told <= 14


def test_every_kind_has_words() -> None:
    assert set(incident_words.TROUBLES) == set(RULES) == set(Kind)
