"""Inaq Rohani was taken down twice: once at the desk, once from her own telephone. Staff make it one."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from centre import bookings, merging, people
from centre.bookings import State
from centre.db import Database
from centre.people import Person
from tests.centre.booked import NOW, WAYAN, ask, korleko, person, saturday, telephone, workshop


def twice(session: Session) -> tuple[Person, Person]:
    """The record of the desk, and that of her telephone."""
    return person(session, "Rohani"), person(session, "Inaq Rohani", telephone(session, "6281"))


def test_everything_of_the_one_goes_to_the_other(database: Database) -> None:
    with database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        at_desk, by_phone = twice(session)
        by_phone.kind, by_phone.birth_year = "returned", 1980
        people.set_phone(session, by_phone, "0812-3456-789")
        booked = bookings.book(session, ask(saturday(session, kind, village), by_phone), NOW)

        kept = merging.merge(session, at_desk.id, by_phone.id, WAYAN, NOW)

        assert (kept.name, kept.kind, kept.birth_year, kept.phone) == ("Rohani", "returned", 1980, "08123456789")
        assert booked.person is kept
        [known] = people.behind(session, telephone(session, "6281"))
        assert (known.person, known.relation) == (kept, "self")
        assert by_phone.merged_into == kept.id


def test_what_the_kept_record_says_stays(database: Database) -> None:
    with database.transaction() as session:
        at_desk, by_phone = twice(session)
        at_desk.kind, by_phone.kind = "family", "returned"
        merging.merge(session, at_desk.id, by_phone.id, WAYAN, NOW)
        assert at_desk.kind == "family"


def test_two_seats_in_one_slot_become_one_and_the_next_in_line_is_asked(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session), seats=2)
        at_desk, by_phone = twice(session)
        first, second = (bookings.book(session, ask(slot, who), NOW) for who in (at_desk, by_phone))
        sari = bookings.wait(session, ask(slot, person(session, "Sari")), NOW)

        merging.merge(session, by_phone.id, at_desk.id, WAYAN, NOW)

        assert (first.state, second.state, sari.state) == (State.BOOKED, State.CANCELLED, State.OFFERED)
        assert first.person is by_phone
        last = bookings.history(session, second.id)[-1]
        assert (last.what, last.by, last.note) == ("cancelled", f"staff:{WAYAN}", "merged")


@pytest.mark.parametrize("kept_waits", [True, False])
def test_nobody_loses_a_seat_to_their_own_place_in_line(database: Database, kept_waits: bool) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session), seats=1)
        at_desk, by_phone = twice(session)
        seat = bookings.book(session, ask(slot, by_phone), NOW)
        line = bookings.wait(session, ask(slot, at_desk), NOW)
        kept, gone = (at_desk, by_phone) if kept_waits else (by_phone, at_desk)

        merging.merge(session, kept.id, gone.id, WAYAN, NOW)

        assert (seat.state, line.state) == (State.BOOKED, State.CANCELLED)
        assert seat.person is line.person is kept


def test_a_telephone_that_knew_both_knows_one(database: Database) -> None:
    with database.transaction() as session:
        phone = telephone(session, "6281")
        one, other = person(session, "Rohani", phone), person(session, "Inaq Rohani", phone, "parent")
        merging.merge(session, one.id, other.id, WAYAN, NOW)
        assert [(known.person, known.relation) for known in people.behind(session, phone)] == [(one, "self")]


def test_who_was_told_apart_from_the_one_is_told_apart_from_the_other(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        one, other, third = (people.add(session, "Siti Rohani", NOW, village_id=village.id) for _ in range(3))
        people.keep_apart(session, third.id, other.id, WAYAN, NOW)
        assert people.alike(session, village.id) == [(one, other), (one, third)]
        merging.merge(session, one.id, other.id, WAYAN, NOW)
        assert people.alike(session, village.id) == []


def test_who_is_forgotten_is_forgotten_in_every_record(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        one, other, third = (people.add(session, "Siti Rohani", NOW, village_id=village.id) for _ in range(3))
        merging.merge(session, other.id, third.id, WAYAN, NOW)
        merging.merge(session, one.id, other.id, WAYAN, NOW)
        people.erase(session, one)
        assert people.in_village(session, village.id) == []
        assert session.query(Person).count() == 0


def test_one_cannot_be_merged_with_oneself_or_with_nobody(database: Database) -> None:
    with database.transaction() as session:
        sari = person(session, "Sari")
        for other in (sari.id, 999):
            with pytest.raises(LookupError):
                merging.merge(session, sari.id, other, WAYAN, NOW)
        assert sari.merged_into is None
