"""What came of the slots, counted by hand beside what the database counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from centre import bookings, figures, people, slots
from centre.areas import Village
from centre.booking_types import BookingType
from centre.bookings import State
from centre.db import Database
from centre.figures import Wanted
from centre.slots import Plan, Slot
from centre.staff import Scope
from tests.centre.booked import NOW, WAYAN, ask, korleko, person, saturday, workshop

ALL = Scope(frozenset({""}), True)
LATER = datetime(2027, 3, 1, tzinfo=UTC)
WINTER = Wanted("2026-12", "2027-02")


def kenanga(session: Session) -> Village:
    """A village on Java, an hour behind Korleko."""
    village = korleko(session, "Kenanga", "32.12.16.2004")
    village.regency, village.province, village.time_zone = "Indramayu", "Jawa Barat", "Asia/Jakarta"
    session.flush()
    return village


def filled(session: Session, slot: Slot, **outcomes: int) -> None:
    """So many people in the slot came to this (`came=3`); any state, as after the slot is over."""
    for state, number in outcomes.items():
        for each in range(number):
            who = person(session, f"Warga {'abcdefghij'[each]} {state}")
            booked = bookings.wait(session, ask(slot, who), NOW)
            booked.state = State(state)
    session.flush()


def at(session: Session, kind: BookingType, village: Village, day: date, begins: time = time(9)) -> Slot:
    ends = (datetime.combine(day, begins) + timedelta(hours=1)).time()
    return slots.make(session, kind, village, Plan(day, begins, ends, 20), WAYAN, NOW, insist=True)


def test_a_saturday_in_korleko_counted_by_hand(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session, open_limit=50), korleko(session), seats=12)
        filled(session, slot, came=7, absent=2, booked=1, excused=3, waiting=4, cancelled=5, lapsed=1)
        line = figures.total(figures.every(session, ALL, WINTER, LATER))
    counted = (line.slots, line.seats, line.filled, line.came, line.absent, line.unticked, line.excused, line.unserved)
    assert counted == (1, 12, 10, 7, 2, 1, 3, 4)
    assert line.no_show == 2 / 9


def test_what_is_not_over_or_was_called_off_does_not_count(database: Database) -> None:
    with database.transaction() as session:
        kind, village = workshop(session), korleko(session)
        off, over, coming = (saturday(session, kind, village, day=date(2026, 12, day)) for day in (5, 12, 19))
        bookings.call_off_slot(session, off.id, "hujan", WAYAN, NOW)
        assert figures.total(figures.every(session, ALL, WINTER, over.ends_at)).slots == 1
        assert figures.total(figures.every(session, ALL, WINTER, over.ends_at - timedelta(minutes=1))).slots == 0
        assert figures.total(figures.every(session, ALL, WINTER, coming.ends_at)).slots == 2


def test_a_month_begins_when_it_does_in_the_village(database: Database) -> None:
    """Half past midnight on New Year's Day in Korleko is still last year in UTC, and at Kenanga an hour later."""
    with database.transaction() as session:
        kind, east, west = workshop(session, open_limit=50), korleko(session), kenanga(session)
        filled(session, at(session, kind, east, date(2026, 12, 31), time(22)), came=1)
        filled(session, at(session, kind, east, date(2027, 1, 1), time(0, 30)), came=2)
        filled(session, at(session, kind, west, date(2026, 12, 31), time(22, 45)), came=4)
        filled(session, at(session, kind, west, date(2027, 1, 1), time(0, 15)), absent=1)
        papua = korleko(session, "Waena", "91.71.02.2001")
        papua.time_zone = "Asia/Jayapura"
        filled(session, at(session, kind, papua, date(2027, 1, 1), time(0, 5)), came=8)
        lines = figures.by_month(figures.every(session, ALL, WINTER, LATER), WINTER)
        january = figures.total(figures.every(session, ALL, Wanted("2027-01", "2027-01"), LATER))
    assert [(line.key, line.came, line.absent) for line in lines] == [
        ("2026-12", 5, 0),
        ("2027-01", 10, 1),
        ("2027-02", 0, 0),
    ]
    assert (january.slots, january.came, january.absent) == (3, 10, 1)
    assert lines[1].no_show == 1 / 11
    assert lines[2].no_show is None


def test_by_type_village_and_regency_the_parts_make_the_whole(database: Database) -> None:
    with database.transaction() as session:
        east, west, lenek = korleko(session), kenanga(session), korleko(session, "Lenek", "52.03.21.2002")
        sewing, motor = workshop(session, slug="menjahit", open_limit=50), workshop(session, open_limit=50)
        sewing.texts[0].name = "Menjahit"
        filled(session, saturday(session, sewing, east, 20), came=3, absent=1)
        filled(session, saturday(session, motor, lenek, 10), came=2)
        filled(session, saturday(session, motor, west, 5), absent=4)
        types, villages, regencies = (
            [(line.name, line.seats, line.came, line.absent) for line in lines]
            for lines in (
                figures.by_type(figures.every(session, ALL, WINTER, LATER)),
                figures.by_village(figures.every(session, ALL, WINTER, LATER)),
                figures.by_regency(figures.every(session, ALL, WINTER, LATER)),
            )
        )
    assert types == [("Menjahit", 20, 3, 1), ("Pelatihan perbengkelan", 15, 2, 4)]
    assert villages == [("Kenanga", 5, 0, 4), ("Korleko", 20, 3, 1), ("Lenek", 10, 2, 0)]
    assert regencies == [("Indramayu", 5, 0, 4), ("Lombok Timur", 30, 5, 1)]


def test_narrowed_to_a_type_a_regency_a_village(database: Database) -> None:
    with database.transaction() as session:
        east, west = korleko(session), kenanga(session)
        sewing, motor = workshop(session, slug="menjahit"), workshop(session)
        saturday(session, sewing, east, 1)
        saturday(session, motor, east, 2)
        saturday(session, motor, west, 4)

        def seats(**narrowed: object) -> int:
            return figures.total(figures.every(session, ALL, Wanted("2026-12", "2026-12", **narrowed), LATER)).seats  # type: ignore[arg-type]

        assert seats() == 7
        assert seats(type_id=motor.id) == 6
        assert seats(area="52.03") == 3
        assert seats(village_id=west.id) == 4
        assert seats(type_id=sewing.id, area="32.12") == 0
        assert seats(area="52.0") == 0


def test_nobody_counts_what_lies_outside_their_area(database: Database) -> None:
    with database.transaction() as session:
        kind, east, west = workshop(session), korleko(session), kenanga(session)
        saturday(session, kind, east, 1)
        saturday(session, kind, west, 4)
        lombok = Scope(frozenset({"52.03"}), False)
        assert figures.total(figures.every(session, lombok, WINTER, LATER)).seats == 1
        assert [line.name for line in figures.by_village(figures.every(session, lombok, WINTER, LATER))] == ["Korleko"]
        assert [line.seats for line in figures.by_month(figures.every(session, lombok, WINTER, LATER), WINTER)] == [
            1,
            0,
            0,
        ]
        assert (
            figures.total(figures.every(session, lombok, Wanted("2026-12", "2026-12", village_id=west.id), LATER)).slots
            == 0
        )
        assert figures.total(figures.every(session, Scope(frozenset(), False), WINTER, LATER)).slots == 0


def test_who_was_forgotten_still_counts_without_a_name(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session))
        sari = person(session, "Sari")
        bookings.book(session, ask(slot, sari), NOW).state = State.CAME
        session.flush()
        people.erase(session, sari)
        assert figures.total(figures.every(session, ALL, WINTER, LATER)).came == 1


def test_months_go_on_over_the_end_of_a_year() -> None:
    assert figures.months("2026-11", "2027-02") == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert figures.months("2026-12", "2026-11") == []
