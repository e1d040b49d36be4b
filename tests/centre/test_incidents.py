"""Troubles open by themselves, one for each kind and subject, end by themselves, and do not flap."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import incidents
from centre.db import Database
from centre.incidents import RULES, Incident, Kind
from centre.staff import Scope

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EVERYWHERE = Scope(frozenset({""}), unplaced=True)
LOMBOK = Scope(frozenset({"52.03"}), unplaced=False)


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def seen(session: Session, when: datetime, kind: str = Kind.CHANNEL_REFUSED, subject: str = "telegram") -> Incident:
    return incidents.report(session, kind, subject, when, detail="401")


def well(session: Session, when: datetime, kind: str = Kind.CHANNEL_REFUSED, subject: str = "telegram") -> None:
    incidents.mend(session, kind, subject, when)


def count(session: Session) -> int:
    return session.execute(select(func.count()).select_from(Incident)).scalar_one()


def test_telegram_is_refused_and_mended(database: Database) -> None:
    """Seen three times it is one incident; a moment of health does not end it, ten minutes of it do."""
    with database.transaction() as session:
        for when in (0, 1, 2):
            incident = seen(session, minutes(when))
        assert (incident.opened_at, incident.times, incident.detail) == (NOW, 3, "401")
        well(session, minutes(3))
        seen(session, minutes(4))
        well(session, minutes(5))
        well(session, minutes(14.9))
        assert incident.is_open
        well(session, minutes(15))
        assert incident.ended_at == minutes(15)
        assert not incidents.standing(session, Kind.CHANNEL_REFUSED)
        assert count(session) == 1


def test_what_is_seen_once_opens_nothing(database: Database) -> None:
    with database.transaction() as session:
        seen(session, NOW, Kind.QUEUE_OLD, "inbox")
        assert not incidents.open_ones(session, EVERYWHERE)
        well(session, minutes(1), Kind.QUEUE_OLD, "inbox")
        assert count(session) == 0
        seen(session, minutes(2), Kind.QUEUE_OLD, "inbox")
        seen(session, minutes(4), Kind.QUEUE_OLD, "inbox")
        assert incidents.standing(session, Kind.QUEUE_OLD, "inbox")
        assert incidents.open_by_kind(session)[Kind.QUEUE_OLD] == 1
        seen(session, minutes(5), Kind.DISK_LOW, "desa-1")
        incidents.settle(session, minutes(90))
        assert count(session) == 1, "what nobody saw again is forgotten"


def test_one_word_that_it_is_well_is_enough(database: Database) -> None:
    """A gateway says once that its number works again: the incident ends in time, unless it is seen anew."""
    with database.transaction() as session:
        seen(session, NOW, Kind.GATEWAY_BANNED, "waha")
        well(session, minutes(1), Kind.GATEWAY_BANNED, "waha")
        assert incidents.settle(session, minutes(10)) == 0
        assert incidents.settle(session, minutes(11)) == 1


def test_what_comes_back_soon_must_be_well_for_longer(database: Database) -> None:
    with database.transaction() as session:
        first = seen(session, NOW)
        well(session, minutes(1))
        incidents.settle(session, minutes(11))
        again = seen(session, minutes(30))
        assert (again.id, again.returns, again.is_open) == (first.id, 1, True)
        well(session, minutes(31))
        assert incidents.settle(session, minutes(70)) == 0
        assert incidents.settle(session, minutes(71)) == 1
        later = seen(session, minutes(71) + 2 * incidents.calm_of(again))
        assert later.id != first.id


def test_words_that_cannot_be_opened_are_over_when_nobody_meets_any(database: Database) -> None:
    lasts = RULES[Kind.CANNOT_OPEN].lapses_after
    with database.transaction() as session:
        seen(session, NOW, Kind.CANNOT_OPEN, "messages")
        assert incidents.settle(session, NOW + lasts) == 0
        assert incidents.settle(session, NOW + lasts + timedelta(minutes=1)) == 1


def test_a_machine_that_has_another_name_now_is_not_in_trouble_for_ever(database: Database) -> None:
    """What still stands is seen every few minutes; what nobody looks at any more ends a day later."""
    with database.transaction() as session:
        for machine in ("desa-1", "desa-2"):
            seen(session, NOW, Kind.DISK_LOW, machine)
            seen(session, minutes(5), Kind.DISK_LOW, machine)
        seen(session, NOW + timedelta(days=1), Kind.DISK_LOW, "desa-2")
        incidents.settle(session, NOW + timedelta(days=1, minutes=6))
        assert not incidents.standing(session, Kind.DISK_LOW, "desa-1")
        assert incidents.standing(session, Kind.DISK_LOW, "desa-2")


def test_a_kind_without_a_rule_is_refused(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session, pytest.raises(incidents.UnknownKind):
        incidents.report(session, "bad_weather", "", NOW)


def test_who_sees_what(database: Database) -> None:
    """Whoever coordinates East Lombok sees what families there feel, and nothing of a machine or of another regency."""
    with database.transaction() as session:
        for kind, area in ((Kind.CHANNEL_REFUSED, ""), (Kind.GATEWAY_BANNED, "52.03.07.2003")):
            incidents.report(session, kind, "telegram", NOW, area=area)
        incidents.report(session, Kind.GATEWAY_BANNED, "fonnte", NOW, area="33.01.01.2001")
        incidents.report(session, Kind.BACKUP_LATE, "", NOW)
        assert [(each.kind, each.area) for each in incidents.open_ones(session, LOMBOK)] == [
            ("channel_refused", ""),
            ("gateway_banned", "52.03.07.2003"),
        ]
        assert len(incidents.open_ones(session, EVERYWHERE)) == 4
        hidden = session.scalars(select(Incident.id).where(Incident.kind == Kind.BACKUP_LATE)).one()
        with pytest.raises(incidents.NoSuchIncident):
            incidents.take_note(session, LOMBOK, hidden, "Wayan", NOW)


def test_two_machines_see_it_at_once(database: Database) -> None:
    """They enter one incident, seen twice, whether it is new or came back."""
    for when in (NOW, minutes(30)):
        both = threading.Barrier(2)

        def see(when: datetime = when, both: threading.Barrier = both) -> None:
            both.wait()
            with database.transaction() as session:
                seen(session, when)

        machines = [threading.Thread(target=see) for _ in range(2)]
        for machine in machines:
            machine.start()
        for machine in machines:
            machine.join()
        with database.transaction() as session:
            assert count(session) == 1
            well(session, when)
            incidents.settle(session, when + timedelta(minutes=10))
    with database.reading() as session:
        assert session.scalars(select(Incident.times)).one() == 4
