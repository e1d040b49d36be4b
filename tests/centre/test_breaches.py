"""A breach: whom it may concern, found again by time or by what an account did, as codes; sealed when it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from centre import audit, breaches, cases, conversations, retention
from centre.areas import Village
from centre.breaches import Concerned, SpanWrong
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.privacy import CannotOpen
from tests.centre.booked import NOW, WAYAN, korleko, person, telephone
from tests.centre.counted_in import registered

DAY = timedelta(days=1)
TOLD = {"what": "nama dan nomor", "how": "laptop hilang", "doing": "kunci diganti"}


def at_home(session: Session) -> tuple[Village, Conversation, Conversation]:
    """Sari on her telephone, Tini on the web, who came a day later."""
    village = korleko(session)
    sari = telephone(session, "6281")
    sari.village_id = village.id
    late = NOW + DAY
    tini = session.get_one(Conversation, conversations.of_sender(session, Sender("web", (("browser", "kue"),)), late))
    return village, sari, tini


def codes(found: list[Concerned]) -> list[str]:
    return [each.code for each in found]


def test_everybody_whose_data_lay_here_until_then(database: Database) -> None:
    with database.transaction() as session:
        village, sari, tini = at_home(session)
        rohani = registered(session, village)
        case = cases.open_case(session, sari, "pay", NOW, language="id")
        before = breaches.concerned(session, NOW - DAY, NOW + timedelta(hours=1))
        assert codes(before) == [f"P-{sari.id}", f"W-{rohani.id}", case.code]
        assert [each.reached_by for each in before] == ["whatsapp", "telephone", "whatsapp"]
        assert before[0].area == village.code
        assert f"P-{tini.id}" in codes(breaches.concerned(session, NOW, NOW + 2 * DAY))
        assert breaches.concerned(session, NOW - 3 * DAY, NOW - 2 * DAY) == []


def test_an_account_concerns_those_it_opened_or_took_along(database: Database) -> None:
    with database.transaction() as session:
        village, sari, _tini = at_home(session)
        rohani, dewi = registered(session, village), person(session, "Dewi")
        case = cases.open_case(session, sari, "pay", NOW, language="id")
        audit.record(session, WAYAN, "case_read", NOW, case.about)
        audit.record(session, WAYAN, "person_read", NOW, f"person:{dewi.id}")
        audit.record(session, "somebody else", "person_read", NOW, f"person:{rohani.id}")
        span = (NOW - DAY, NOW + DAY)
        assert codes(breaches.concerned(session, *span, WAYAN)) == [f"W-{dewi.id}", case.code]
        audit.record(session, WAYAN, "people_exported", NOW, f"village:{village.id}", "1")
        assert f"W-{rohani.id}" in codes(breaches.concerned(session, *span, WAYAN))
        assert breaches.concerned(session, NOW + timedelta(hours=1), NOW + DAY, WAYAN) == []


def test_the_list_leaves_sealed_and_opens_only_here(database: Database) -> None:
    with database.transaction() as session:
        village, _sari, tini = at_home(session)
        registered(session, village)
        found = breaches.concerned(session, NOW, NOW + 2 * DAY)
        data = breaches.sealed_table(session, found)
        assert b"6281" not in data
        assert b"081234567890" not in data
        opened = breaches.open_table(session, data)
        assert "whatsapp,6281" in opened
        assert "telephone,081234567890" in opened
        assert f"P-{tini.id},conversation,,web,\r\n" in opened, "what a browser is known by opens its chat"
        assert "Rohani" not in opened
        with pytest.raises(CannotOpen):
            breaches.open_table(session, data[:-1] + bytes([data[-1] ^ 1]))


def test_the_clock_runs_from_when_it_was_found(database: Database) -> None:
    with database.transaction() as session:
        breach = breaches.note(session, NOW - DAY, NOW, TOLD, WAYAN, NOW)
        assert breach.due_at == NOW + timedelta(hours=72)
        assert b"laptop" not in breach.sealed_told
        assert breaches.told_of(session, breach) == TOLD
        breaches.told(session, breach, NOW + DAY)
        breaches.told(session, breach, NOW + 2 * DAY)
        assert breach.told_at == NOW + DAY
        with pytest.raises(SpanWrong):
            breaches.note(session, NOW, NOW - DAY, TOLD, WAYAN, NOW)
        with pytest.raises(SpanWrong):
            breaches.note(session, NOW + DAY, NOW + 2 * DAY, TOLD, WAYAN, NOW)


def test_who_was_erased_is_on_no_list(database: Database) -> None:
    with database.transaction() as session:
        village, _sari, _tini = at_home(session)
        rohani = registered(session, village)
        code = f"W-{rohani.id}"
        retention.erase_person(session, rohani, WAYAN, NOW)
        assert code not in codes(breaches.concerned(session, NOW - DAY, NOW + DAY))
