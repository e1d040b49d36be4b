"""A passport that ends is said to whom it belongs, once, by day, with consent; and the desk hears of whom nobody reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import case_safety, cases, census, census_consents, census_reminders, census_requests, outbox, retention
from centre.census_consents import Given
from centre.conversations import Conversation
from centre.db import Database
from centre.desk import NotHere
from centre.notices import Notice
from centre.outbox import OutboxMessage
from centre.people import Person
from centre.staff import Role, Scope
from centre.staff_channels import StaffChannel
from processes import noticing, requesting
from tests.centre.alerted import KORLEKO, chat, staff_member
from tests.centre.booked import NOW, WAYAN, korleko, person, telephone
from tests.centre.counted_in import AT_THE_DESK, ON_PAPER, ROHANI, TODAY, registered

SOON = replace(
    ROHANI,
    name="Sari",
    since=None,
    passport_ends_on=TODAY + timedelta(days=180),
    contract_ends_on=None,
    phone_use="own",
)
HERE = Scope(frozenset({"52.03.07.2003"}), unplaced=False)
THERE = Scope(frozenset({"32.12"}), unplaced=False)


def sari(session: Session, given: Given = ON_PAPER, **told: object) -> tuple[Person, Conversation]:
    phone = telephone(session, "6281")
    known = person(session, "Sari", phone)
    registered(session, korleko(session), replace(SOON, **told), given, known)  # type: ignore[arg-type]
    return known, phone


def plan_and_tell(database: Database, now: datetime = NOW) -> list[str]:
    with database.transaction() as session:
        census_reminders.plan(session, now)
    noticing.tell_due(database, "", lambda: now)
    with database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.cause.startswith("notice:"))).all()
        return [outbox.part_of(session, row).text for row in rows]


def test_half_a_year_before_the_passport_ends_she_is_told_once(database: Database) -> None:
    with database.transaction() as session:
        sari(session)
    [text] = plan_and_tell(database)
    assert "paspor Sari berlaku sampai 30 Mei 2027" in text
    assert len(plan_and_tell(database, NOW + timedelta(days=1))) == 1


@pytest.mark.parametrize("use", ["shared", None])
def test_who_shares_the_telephone_reads_nothing_of_it(database: Database, use: str | None) -> None:
    with database.transaction() as session:
        sari(session, phone_use=use)
    [text] = plan_and_tell(database)
    assert "Sari" not in text
    assert "paspor" not in text.casefold()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (AT_THE_DESK, {}),
        (ON_PAPER, {"phone_use": "unsafe"}),
        (ON_PAPER, {"passport_ends_on": TODAY + timedelta(days=200)}),
        (ON_PAPER, {"passport_ends_on": TODAY - timedelta(days=1)}),
        (ON_PAPER, {"passport_ends_on": TODAY + timedelta(days=100)}),
    ],
)
def test_without_consent_safety_or_need_nothing_is_said(database: Database, given: Given, told: dict) -> None:
    with database.transaction() as session:
        sari(session, given, **told)
    assert plan_and_tell(database) == []


@pytest.mark.parametrize("what", ["changed", "taken back", "stopped reminding", "erased", "case not safe"])
def test_what_is_no_longer_true_is_not_said(database: Database, what: str) -> None:
    with database.transaction() as session:
        known, phone = sari(session)
        census_reminders.plan(session, NOW)
        if what == "changed":
            entry = replace(SOON, passport_ends_on=date(2031, 1, 1))
            census.correct(session, known, entry, WAYAN, NOW, TODAY)
        elif what == "taken back":
            census.take_back(session, known, WAYAN, NOW)
        elif what == "stopped reminding":
            census_consents.stop_reminding(session, known.id)
        elif what == "erased":
            retention.erase_person(session, known, WAYAN, NOW)
        else:
            case = cases.open_case(session, phone, "pay", NOW, language="id")
            case_safety.set_safe(session, case, False, NOW)
    noticing.tell_due(database, "", lambda: NOW + timedelta(hours=1))
    with database.reading() as session:
        queued = session.scalars(select(OutboxMessage).where(OutboxMessage.cause.startswith("notice:"))).all()
        assert queued == []


def test_at_night_it_waits_for_the_morning(database: Database) -> None:
    night = NOW.replace(hour=16)  # midnight in Korleko
    with database.transaction() as session:
        sari(session)
    assert plan_and_tell(database, night) == []
    assert len(plan_and_tell(database, night + timedelta(hours=10))) == 1


def test_whom_nobody_reached_stands_at_the_desk_until_told(database: Database) -> None:
    with database.transaction() as session:
        registered(session, korleko(session), SOON)
    assert plan_and_tell(database) == []
    with database.transaction() as session:
        [(notice, known, _village)] = census_reminders.untold(session, HERE)
        assert (notice.why_not, known.name) == ("no_address", "Sari")
        assert census_reminders.what_of(notice) == ("passport", TODAY + timedelta(days=180))
        assert census_reminders.untold(session, THERE) == []
        with pytest.raises(NotHere):
            census_reminders.untold_one(session, THERE, notice.id)
        held = census_reminders.untold_one(session, HERE, notice.id)
        held.seen_by, held.seen_at = WAYAN, NOW
        session.flush()
        assert census_reminders.untold(session, HERE) == []
    assert plan_and_tell(database, NOW + timedelta(days=1)) == []


def test_hapus_ends_what_was_planned(database: Database) -> None:
    with database.transaction() as session:
        _known, phone = sari(session, Given("chat", TODAY, may_remind=True))
        census_reminders.plan(session, NOW)
        retention.forget(session, phone, NOW)
        assert session.scalars(select(Notice.state)).all() == ["void"]


# The legal clock


def test_staff_hear_when_a_day_is_left_and_when_it_is_over(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session, code=KORLEKO)
        for login, role, area in (("wayan", Role.PETUGAS, KORLEKO), ("rahman", Role.COORDINATOR, KORLEKO[:5])):
            member = staff_member(session, login, (role, area))
            linked = chat(session, f"628190{len(login):05}", NOW)
            session.add(StaffChannel(staff_id=member.id, conversation_id=linked.id, linked_at=NOW))
        rohani = registered(session, village)
        census_requests.ask(session, rohani.id, village.id, "erase", "chat", "family", NOW)
    told = []
    for hours in (1, 25, 49, 50, 73, 80):
        requesting.warn_due(database, "https://balai.example", lambda hours=hours: NOW + timedelta(hours=hours))  # type: ignore[misc]
        told.append(len(alerts(database)))
    assert told == [0, 1, 2, 2, 4, 4], "the desk after one and two days; the coordinator too when it is over"
    assert all("Rohani" not in text for text in alerts(database))
    assert "sudah lewat batas" in alerts(database)[-1]


def test_answered_in_time_nobody_is_told(database: Database) -> None:
    with database.transaction() as session:
        rohani = registered(session, korleko(session))
        request = census_requests.ask(session, rohani.id, rohani.village_id, "see", "desk", WAYAN, NOW)
        census_requests.answer(session, request, WAYAN, NOW)
    assert requesting.warn_due(database, "", lambda: NOW + timedelta(hours=80)) == 0


def alerts(database: Database) -> list[str]:
    with database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.cause.startswith("request:")))
        return [outbox.part_of(session, row).text for row in rows]
