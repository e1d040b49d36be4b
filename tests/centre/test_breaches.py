"""A breach: whom it may concern, found again by time or by what an account did, as codes; sealed when it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from centre import audit, breach_lists, breaches, cases, conversations, retention
from centre.areas import Village
from centre.breach_lists import Concerned
from centre.breaches import SpanWrong, Within
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.privacy import CannotOpen
from content import workbooks
from tests.centre.booked import NOW, WAYAN, korleko, person, telephone
from tests.centre.counted_in import registered

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = Within(NOW - DAY, NOW + DAY)
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
        before = breach_lists.concerned(session, Within(NOW - DAY, NOW + HOUR))
        assert codes(before) == [f"P-{sari.id}", f"W-{rohani.id}", case.code]
        assert [each.reached_by for each in before] == ["whatsapp", "telephone", "whatsapp"]
        assert before[0].area == village.code
        assert f"P-{tini.id}" in codes(breach_lists.concerned(session, Within(NOW, NOW + 2 * DAY)))
        assert breach_lists.concerned(session, Within(NOW - 3 * DAY, NOW - 2 * DAY)) == []


def test_a_page_of_the_list_is_what_stands_there_in_the_whole(database: Database) -> None:
    with database.transaction() as session:
        village, sari, _tini = at_home(session)
        for _ in range(2):
            cases.open_case(session, telephone(session, f"62{_}9"), "pay", NOW, language="id")
        registered(session, village)
        within = Within(NOW - DAY, NOW + 2 * DAY)
        every = codes(breach_lists.concerned(session, within))
        assert sum(breach_lists.counts(session, within).values()) == len(every) == 7
        assert breach_lists.counts(session, within) == {"conversation": 4, "person": 1, "case": 2}
        for first in range(len(every) + 1):
            for most in range(len(every) + 1):
                page = breach_lists.concerned(session, within, first, most)
                assert codes(page) == every[first : first + most], (first, most)
        assert f"P-{sari.id}" in every


def test_an_account_concerns_those_it_opened_or_took_along(database: Database) -> None:
    with database.transaction() as session:
        village, sari, _tini = at_home(session)
        rohani, dewi = registered(session, village), person(session, "Dewi")
        case = cases.open_case(session, sari, "pay", NOW, language="id")
        audit.record(session, WAYAN, "case_read", NOW, case.about)
        audit.record(session, WAYAN, "person_read", NOW, f"person:{dewi.id}")
        audit.record(session, "somebody else", "person_read", NOW, f"person:{rohani.id}")
        by_wayan = Within(NOW - DAY, NOW + DAY, WAYAN)
        assert codes(breach_lists.concerned(session, by_wayan)) == [f"W-{dewi.id}", case.code]
        audit.record(session, WAYAN, "people_exported", NOW, f"village:{village.id}", "1")
        assert f"W-{rohani.id}" in codes(breach_lists.concerned(session, by_wayan))
        assert breach_lists.concerned(session, Within(NOW + HOUR, NOW + DAY, WAYAN)) == []


def test_the_list_leaves_sealed_and_opens_only_here(database: Database) -> None:
    with database.transaction() as session:
        village, _sari, tini = at_home(session)
        registered(session, village)
        found = breach_lists.concerned(session, Within(NOW, NOW + 2 * DAY))
        data = breach_lists.sealed(session, workbooks.with_commas(breach_lists.rows(session, found)))
        assert b"6281" not in data
        assert b"081234567890" not in data
        opened = breach_lists.opened(session, data)
        assert "whatsapp,6281" in opened
        assert "telephone,081234567890" in opened
        assert f"P-{tini.id},conversation,,web,\r\n" in opened, "what a browser is known by opens its chat"
        assert "Rohani" not in opened
        with pytest.raises(CannotOpen):
            breach_lists.opened(session, data[:-1] + bytes([data[-1] ^ 1]))


def test_the_clock_runs_from_when_it_was_found(database: Database) -> None:
    with database.transaction() as session:
        breach = breaches.note(session, Within(NOW - DAY, NOW), TOLD, WAYAN, NOW)
        assert breach.due_at == NOW + timedelta(hours=72)
        assert b"laptop" not in breach.sealed_told
        assert breaches.told_of(session, breach) == TOLD
        breaches.told(session, breach, NOW + DAY)
        breaches.told(session, breach, NOW + 2 * DAY)
        assert breach.told_at == NOW + DAY
        on_friday = breaches.note(session, Within(NOW - 3 * DAY, NOW), TOLD, WAYAN, NOW, NOW - 2 * DAY)
        assert on_friday.due_at == NOW + DAY


@pytest.mark.parametrize(
    ("within", "found_at"),
    [
        (Within(NOW, NOW - DAY), NOW),
        (Within(NOW + DAY, NOW + 2 * DAY), NOW),
        (Within(NOW - DAY, NOW), NOW + HOUR),
        (Within(NOW - DAY, NOW), NOW - 2 * DAY),
    ],
)
def test_times_that_cannot_be_are_not_entered(database: Database, within: Within, found_at) -> None:  # type: ignore[no-untyped-def]
    with database.transaction() as session:
        with pytest.raises(SpanWrong):
            breaches.note(session, within, TOLD, WAYAN, NOW, found_at)
        assert breaches.every(session) == []


def test_what_is_known_later_corrects_it(database: Database) -> None:
    with database.transaction() as session:
        breach = breaches.note(session, TODAY, TOLD, WAYAN, NOW)
        with pytest.raises(SpanWrong):
            breaches.correct(session, breach, Within(NOW, NOW - DAY), TOLD, NOW, NOW)
        assert breach.within == TODAY
        earlier = Within(NOW - 2 * DAY, NOW + DAY)
        changed = breaches.correct(session, breach, earlier, TOLD | {"how": "dicuri"}, NOW, NOW + HOUR)
        assert changed == ["since", "how"]
        assert (breach.within, breaches.told_of(session, breach)["how"]) == (earlier, "dicuri")
        assert breach.found_at == NOW


def test_when_the_list_was_first_taken_stays(database: Database) -> None:
    with database.transaction() as session:
        breach = breaches.note(session, TODAY, TOLD, WAYAN, NOW)
        breaches.listed(session, breach, 412, NOW + HOUR)
        breaches.listed(session, breach, 9, NOW + DAY)
        assert (breach.listed_at, breach.listed_number) == (NOW + HOUR, 412)


def test_who_was_erased_is_on_no_list(database: Database) -> None:
    with database.transaction() as session:
        village, _sari, _tini = at_home(session)
        rohani = registered(session, village)
        code = f"W-{rohani.id}"
        retention.erase_person(session, rohani, WAYAN, NOW)
        assert code not in codes(breach_lists.concerned(session, TODAY))
