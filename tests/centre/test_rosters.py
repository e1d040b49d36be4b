"""What staff see of slots and of those in them, and what they do to several slots at once; nothing beyond their area."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, time, timedelta

import pytest
from sqlalchemy import select

from centre import bookings, calendars, desk_bookings, interests, people, rosters, slots, staff, timetables
from centre.bookings import State
from centre.db import Database
from centre.desk import NotHere
from centre.desk_bookings import GuardianMissing, LikelyKnown, Visitor
from centre.notices import Notice
from centre.people import Person, PersonAddress
from centre.slots import Plan, Slot
from centre.staff import Role, Scope
from tests.centre.booked import NOW, WAYAN, ask, korleko, person, saturday, telephone, workshop

HERE, ELSEWHERE = Scope(frozenset({"52.03.07.2003"}), False), Scope(frozenset({"52.03.21"}), False)
EVERYWHERE = Scope(frozenset({""}), True)
DECEMBER_7, DECEMBER_12 = date(2026, 12, 7), date(2026, 12, 12)
NO_FILTER = {"type_id": None, "village_id": None}
MORNING = Plan(DECEMBER_12, time(9), time(12), seats=2)


def test_staff_see_slots_and_bookings_of_their_area_and_nothing_else(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session))
        booking = bookings.book(session, ask(slot, person(session, "Sari")), NOW)
        code = booking.code or ""

        assert rosters.slot(session, HERE, slot.id) is slot
        assert [place.name for place in rosters.roster(session, HERE, slot.id).seated] == ["Sari"]
        assert rosters.by_code(session, HERE, f" {code[:4].lower()}-{code[4:]}.") is booking
        assert len(rosters.weeks(session, HERE, DECEMBER_7, **NO_FILTER)) == 1

        assert rosters.weeks(session, ELSEWHERE, DECEMBER_7, **NO_FILTER) == []
        for asked in (
            lambda: rosters.slot(session, ELSEWHERE, slot.id),
            lambda: rosters.roster(session, ELSEWHERE, slot.id),
            lambda: rosters.booking(session, ELSEWHERE, booking.id),
            lambda: rosters.by_code(session, ELSEWHERE, code),
            lambda: rosters.by_code(session, HERE, "XXXX-999"),
            lambda: rosters.by_code(session, HERE, "halo\x00"),
            lambda: rosters.village(session, ELSEWHERE, slot.village_id),
        ):
            with pytest.raises(NotHere):
                asked()


def test_a_week_is_the_week_of_the_villages_own_clock(database: Database) -> None:
    """Half past midnight on Monday in Merauke is still Sunday in Jakarta and in UTC."""
    with database.transaction() as session:
        merauke, kind = korleko(session, "Merauke", "93.01.01.2001"), workshop(session)
        merauke.time_zone = "Asia/Jayapura"
        early = slots.make(session, kind, merauke, Plan(DECEMBER_7, time(0, 30), time(1), 2), WAYAN, NOW, insist=True)
        late = replace(MORNING, day=date(2026, 12, 13), begins=time(23), ends=time(23, 30))
        last = slots.make(session, kind, merauke, late, WAYAN, NOW, insist=True)
        assert early.starts_at.astimezone(UTC).date() == date(2026, 12, 6)

        week = rosters.weeks(session, EVERYWHERE, DECEMBER_7, **NO_FILTER)
        assert [each.slot for each in week] == [early, last]
        assert rosters.weeks(session, EVERYWHERE, date(2026, 11, 30), **NO_FILTER) == []
        assert rosters.weeks(session, EVERYWHERE, date(2026, 12, 14), **NO_FILTER) == []


def test_a_roster_says_who_sits_who_waits_and_who_is_gone(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session, questions=["needs"]), korleko(session), seats=1)
        wayan = staff.add(session, "wayan", "Wayan Sudarma", Role.PETUGAS, "52", "sawah terang perahu", NOW)
        kader = staff.add(session, "ibu-kader", "Ibu Kader", Role.HELPER, "52", "sawah terang perahu", NOW)
        rohani = replace(ask(slot, person(session, "Rohani")), answers={"needs": "kursi roda"})
        gone = bookings.book(session, rohani, NOW)
        sari = replace(ask(slot, person(session, "Sari")), by=bookings.by_staff(wayan.id))
        bookings.wait(session, sari, NOW)
        bookings.wait(session, replace(ask(slot, person(session, "Made")), by=bookings.by_staff(kader.id)), NOW)
        bookings.excuse(session, gone.id, "family", NOW)

        found = rosters.roster(session, HERE, slot.id)
        [offered], [waiting], [excused] = found.seated, found.waiting, found.gone
        assert (offered.name, offered.state, offered.booker.name, offered.booker.is_helper) == (
            "Sari",
            State.OFFERED,
            "Wayan Sudarma",
            False,
        )
        assert offered.offer_until
        assert (waiting.name, waiting.booker.is_helper) == ("Made", True)
        assert (excused.name, excused.booker.is_family, excused.answers) == ("Rohani", True, {"needs": "kursi roda"})
        assert (found.filled.taken, found.filled.left, found.filled.waiting) == (1, 0, 1)
        assert found.expected == [], "who was offered a seat has not said yes"


def test_who_asked_to_be_forgotten_stays_in_the_count_without_a_name(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session))
        sari = person(session, "Sari")
        booking = bookings.book(session, ask(slot, sari), NOW)
        people.erase(session, sari)
        session.expire(booking)
        assert [place.name for place in rosters.roster(session, HERE, slot.id).seated] == [""]
        assert rosters.detail(session, booking).phone is None


def test_one_booking_is_told_with_its_relation_and_its_history(database: Database) -> None:
    with database.transaction() as session:
        mother = telephone(session, "6281")
        slot = saturday(session, workshop(session), korleko(session))
        child = person(session, "Putu", mother, "child")
        people.set_phone(session, child, "0812 3456 7890")
        booking = bookings.book(session, ask(slot, child, mother), NOW)
        bookings.confirm(session, booking.id, "family", NOW)

        found = rosters.detail(session, rosters.booking(session, HERE, booking.id))
        assert (found.relation, found.phone, found.place.is_confirmed) == ("child", "081234567890", True)
        assert [change.what for change in found.history] == ["booked", "confirmed"]


# Several slots at once


def test_hours_of_consultation_are_cut_and_called_off_for_the_day_or_for_good(database: Database) -> None:
    with database.transaction() as session:
        kind, village = workshop(session, is_group=False, seats=1), korleko(session)
        plan = replace(MORNING, seats=1)
        made, passed = timetables.make(session, kind, village, plan, WAYAN, NOW, weeks=2, minutes=60)
        assert (len(made), passed) == (6, [])
        assert {slot.series for slot in made} == {made[0].series}
        first = made[1]
        bookings.book(session, ask(made[2], person(session, "Sari")), NOW)

        assert {reach: each.slots for reach, each in timetables.reached(session, first).items()} == {
            "one": 1,
            "day": 2,
            "series": 5,
        }
        today = timetables.reached(session, first)["day"]
        assert (today.people, today.by_phone) == (1, 1)
        timetables.call_off(session, first, "day", "Petugas sakit", WAYAN, NOW)
        assert [slot.is_open for slot in made] == [True, False, False, True, True, True]
        timetables.call_off(session, made[0], "series", "Pusat layanan pindah", WAYAN, NOW)
        assert not any(slot.is_open for slot in made)
        with pytest.raises(bookings.SlotGone):
            timetables.call_off(session, made[0], "one", "lagi", WAYAN, NOW)


def test_a_weekly_series_passes_holidays_over_and_tells_once_of_the_first(database: Database) -> None:
    with database.transaction() as session:
        kind, village, waits = workshop(session), korleko(session), telephone(session, "6281")
        waits.village_id = village.id
        interests.note(session, kind.id, waits, NOW)
        friday = replace(MORNING, day=date(2026, 12, 18))
        made, passed = timetables.make(session, kind, village, friday, WAYAN, NOW, weeks=3)
        assert [rosters.day_of(slot) for slot in made] == [date(2026, 12, 18)]
        assert [(each.day, each.closed.why) for each in passed] == [
            (date(2026, 12, 25), "holiday"),
            (date(2027, 1, 1), "holiday"),
        ]
        [notice] = session.scalars(select(Notice)).all()
        assert (notice.kind, notice.slot_id) == ("new_dates", made[0].id)


def test_nobodys_wish_is_spent_on_a_time_that_cannot_be_booked_any_more(database: Database) -> None:
    with database.transaction() as session:
        kind, village, waits = workshop(session, closes_minutes=24 * 60), korleko(session), telephone(session, "6281")
        interests.note(session, kind.id, waits, NOW)
        today = Plan(date(2026, 12, 1), time(15), time(16), 2)
        timetables.make(session, kind, village, today, WAYAN, NOW)
        assert session.scalars(select(Notice)).all() == []
        timetables.make(session, kind, village, MORNING, WAYAN, NOW)
        assert len(session.scalars(select(Notice)).all()) == 1


def test_on_a_holiday_a_single_date_is_made_only_when_staff_insist(database: Database) -> None:
    with database.transaction() as session:
        kind, village = workshop(session), korleko(session)
        christmas = replace(MORNING, day=date(2026, 12, 25))
        with pytest.raises(slots.CentreClosed) as closed:
            timetables.make(session, kind, village, christmas, WAYAN, NOW)
        assert closed.value.closed.why == "holiday"
        assert len(timetables.make(session, kind, village, christmas, WAYAN, NOW, insist=True)[0]) == 1


def test_what_is_not_offered_in_a_village_is_not_made_there(database: Database) -> None:
    with database.transaction() as session, pytest.raises(timetables.NotOffered):
        timetables.make(session, workshop(session, area="33"), korleko(session), MORNING, WAYAN, NOW)


def test_the_later_ones_of_a_series_follow_by_as_much(database: Database) -> None:
    with database.transaction() as session:
        made, _passed = timetables.make(session, workshop(session), korleko(session), MORNING, WAYAN, NOW, weeks=2)
        later = replace(MORNING, begins=time(13), ends=time(15), day=date(2026, 12, 13), place="Balai desa")
        assert len(timetables.change(session, made[0], later, "series", "Aula dipakai", WAYAN, NOW)) == 2
        assert [(rosters.day_of(slot), _hours(slot), slot.place) for slot in made] == [
            (date(2026, 12, 13), (13, 15), "Balai desa"),
            (date(2026, 12, 20), (13, 15), "Balai desa"),
        ]


def test_a_later_one_that_cannot_follow_is_named_and_nothing_changes(database: Database) -> None:
    with database.transaction() as session:
        made, _passed = timetables.make(session, workshop(session), korleko(session), MORNING, WAYAN, NOW, weeks=2)
        for name in ("Sari", "Made"):
            bookings.book(session, ask(made[1], person(session, name)), NOW)
        ids = [slot.id for slot in made]
    with pytest.raises(timetables.RefusedLater) as refused:
        _shrink_all(database, ids[0])
    assert refused.value.slot.id == ids[1]
    assert isinstance(refused.value.__cause__, bookings.SeatsTaken)
    with database.reading() as session:
        assert [session.get_one(Slot, each).seats for each in ids] == [2, 2]


def test_what_is_over_cannot_be_called_off(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session))
        with pytest.raises(bookings.SlotGone):
            timetables.call_off(session, slot, "one", "terlambat", WAYAN, slot.ends_at)


# At the desk


def test_a_like_name_is_offered_before_a_second_record_is_made(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        slot = saturday(session, workshop(session), village)
        rohani = people.add(session, "Inaq Rohani", NOW, village_id=village.id, birth_year=1985, phone="081234567890")
        people.add(session, "Inaq Sumi", NOW, village_id=village.id)
        with pytest.raises(LikelyKnown) as likely:
            desk_bookings.book(session, slot, Visitor("rohani"), WAYAN, NOW)
        [known] = likely.value.people
        assert (known.id, known.name, known.birth_year, known.phone_end) == (rohani.id, "Inaq Rohani", 1985, "890")

        picked = desk_bookings.book(session, slot, Visitor("rohani", person_id=rohani.id), WAYAN, NOW)
        other = desk_bookings.book(session, slot, Visitor("rohani", person_id=0), WAYAN, NOW)
        assert (picked.person_id, picked.booked_by) == (rohani.id, f"staff:{WAYAN}")
        assert other.person_id != rohani.id


def test_a_child_is_booked_with_a_parent_or_guardian(database: Database) -> None:
    """As in the chat, whether their year was told now or is known."""
    with database.transaction() as session:
        village = korleko(session)
        slot = saturday(session, workshop(session), village)
        dewi = people.add(session, "Dewi", NOW, village_id=village.id, birth_year=2012)
        for visitor in (Visitor("Putu", birth_year=2012, person_id=0), Visitor("Dewi", person_id=dewi.id)):
            with pytest.raises(GuardianMissing):
                desk_bookings.book(session, slot, visitor, WAYAN, NOW)
            assert desk_bookings.book(session, slot, replace(visitor, by_guardian=True), WAYAN, NOW, waits=True).person
        grown = Visitor("Wayan", birth_year=NOW.year - people.OF_AGE)
        assert desk_bookings.book(session, slot, grown, WAYAN, NOW, waits=True).person


def test_what_is_known_of_a_person_is_not_overwritten(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        slot = saturday(session, workshop(session), village)
        sari = people.add(session, "Sari", NOW, village_id=village.id, birth_year=1990)
        said = Visitor("Sari", kind="returned", birth_year=1980, phone="081234567890", person_id=sari.id)
        desk_bookings.book(session, slot, said, WAYAN, NOW)
        assert (sari.kind, sari.birth_year, sari.phone) == ("returned", 1990, "081234567890")


@pytest.mark.parametrize(
    ("relation", "is_told"), [("self", True), ("child", False), ("spouse", False), ("other", False)]
)
def test_only_the_persons_own_telephone_hears_of_it(database: Database, relation: str, is_told: bool) -> None:
    with database.transaction() as session:
        village, phone = korleko(session), telephone(session, "6281")
        slot = saturday(session, workshop(session), village)
        sari = person(session, "Sari", phone, relation)
        sari.village_id = village.id
        booking = desk_bookings.book(session, slot, Visitor("Sari", person_id=sari.id), WAYAN, NOW)
        assert booking.conversation_id == (phone.id if is_told else None)


def test_of_several_own_telephones_the_latest_that_is_still_open_is_taken(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        slot = saturday(session, workshop(session), village)
        old, new, closing = (telephone(session, number) for number in ("6281", "6282", "6283"))
        sari = person(session, "Sari", old)
        sari.village_id, closing.closing_at = village.id, NOW
        for days, phone in ((1, new), (2, closing)):
            people.tie(session, sari, phone, "self", NOW + timedelta(days=days))
        booking = desk_bookings.book(session, slot, Visitor("Sari", person_id=sari.id), WAYAN, NOW)
        assert booking.conversation_id == new.id
        assert len(session.scalars(select(PersonAddress)).all()) == 3


def test_the_desk_books_past_the_limits_of_time_but_never_past_the_seats(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session, closes_minutes=600, who=["abroad"]), korleko(session), seats=1)
        begun = slot.starts_at + timedelta(minutes=5)
        desk_bookings.book(session, slot, Visitor("Sari", kind="family"), WAYAN, begun)
        with pytest.raises(bookings.SlotFull):
            desk_bookings.book(session, slot, Visitor("Made"), WAYAN, begun)
        waiting = desk_bookings.book(session, slot, Visitor("Putu"), WAYAN, NOW, waits=True)
        assert (waiting.state, bookings.position(session, waiting)) == (State.WAITING, 1)


def test_a_time_that_moved_since_the_form_was_opened_is_noticed(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session))
        bookings.change_slot(session, slot.id, replace(MORNING, begins=time(10)), "", WAYAN, NOW, insist=True)
        with pytest.raises(bookings.SlotMoved):
            desk_bookings.book(session, slot, Visitor("Sari"), WAYAN, NOW, version=1)


def test_a_full_slot_leaves_no_half_made_person_behind(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session), seats=1)
        desk_bookings.book(session, slot, Visitor("Sari"), WAYAN, NOW)
        slot_id = slot.id
    with pytest.raises(bookings.SlotFull):
        _book(database, slot_id, "Made")
    with database.reading() as session:
        assert [each.name for each in session.scalars(select(Person))] == ["Sari"]


def test_a_helper_learns_of_nobody_but_those_they_booked(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        slot, other = (saturday(session, workshop(session, slug=slug), village) for slug in ("a", "b"))
        people.add(session, "Sari Dewi", NOW, village_id=village.id)
        first = desk_bookings.book(session, slot, Visitor("Sari Dewi"), "kader", NOW, own_only=True)
        assert len(people.in_village(session, village.id)) == 2, "the one the centre knew was not offered"
        with pytest.raises(LikelyKnown) as likely:
            desk_bookings.book(session, other, Visitor("Sari Dewi"), "kader", NOW, own_only=True)
        assert [each.id for each in likely.value.people] == [first.person_id]

        [own] = rosters.own(session, HERE, "kader", NOW)
        assert (own.name, own.code) == ("Sari Dewi", bookings.shown(first.code or ""))
        assert rosters.own(session, HERE, WAYAN, NOW) == []
        assert rosters.own(session, HERE, "kader", slot.ends_at) == []


def test_full_slots_are_offered_to_those_who_see_the_roster(database: Database) -> None:
    with database.transaction() as session:
        kind, village = workshop(session), korleko(session)
        full, free = saturday(session, kind, village, seats=1), saturday(session, kind, village, seats=2)
        off = saturday(session, kind, village)
        bookings.call_off_slot(session, off.id, "hujan", WAYAN, NOW)
        bookings.book(session, ask(full, person(session, "Sari")), NOW)
        nobody = Scope(frozenset(), False)
        for_helper = rosters.coming(session, HERE, NOW, also_full=nobody, **NO_FILTER)
        for_staff = rosters.coming(session, HERE, NOW, also_full=HERE, **NO_FILTER)
        assert [each.slot for each in for_helper] == [free]
        assert [each.slot for each in for_staff] == [full, free]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rohani", ["Inaq Rohani"]),
        ("Rohanni", ["Inaq Rohani"]),
        ("ROHANI INAQ", ["Inaq Rohani"]),
        ("inaq", ["Inaq Rohani", "Inaq Sumi"]),
        ("Inaq Sari", []),
        ("", []),
    ],
)
def test_a_name_typed_at_the_desk_finds_whom_it_may_mean(
    sqlite_database: Database, typed: str, found: list[str]
) -> None:
    with sqlite_database.transaction() as session:
        village, other = korleko(session), korleko(session, "Lenek", "52.03.21.2002")
        for name in ("Inaq Rohani", "Inaq Sumi", "Wayan"):
            people.add(session, name, NOW, village_id=village.id)
        people.add(session, "Inaq Rohani", NOW, village_id=other.id)
        assert [each.name for each in people.like_name(session, village.id, typed)] == found


def _shrink_all(database: Database, slot_id: int) -> None:
    with database.transaction() as session:
        slot = session.get_one(Slot, slot_id)
        timetables.change(session, slot, replace(MORNING, seats=1), "series", "", WAYAN, NOW)


def _book(database: Database, slot_id: int, name: str) -> None:
    with database.transaction() as session:
        desk_bookings.book(session, session.get_one(Slot, slot_id), Visitor(name), WAYAN, NOW)


def _hours(slot: Slot) -> tuple[int, int]:
    return tuple(calendars.local(at, slot.zone).hour for at in (slot.starts_at, slot.ends_at))  # type: ignore[return-value]
