"""Places: given once, waited for in order, offered to the next, given back."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import bookings, merging, retention
from centre.bookings import Ask, Booking, State
from centre.conversations import Conversation
from centre.db import Database
from centre.notices import Notice
from centre.people import Person
from centre.slots import Plan, Slot
from tests.centre.booked import NOW, WAYAN, ask, korleko, person, saturday, telephone, workshop

NAMES = ("Sari", "Wayan", "Inaq Rohani")
TWELFTH = date(2026, 12, 12)


def test_the_last_seat_goes_once_and_the_next_in_line_gets_it_when_it_falls_free(database: Database) -> None:
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session), seats=1)
        sari, wayan, rohani = (person(session, name, telephone(session, name)) for name in ("Sari", "Wayan", "Rohani"))
        hers = bookings.book(session, ask(slot, sari), NOW)
        with pytest.raises(bookings.SlotFull):
            bookings.book(session, ask(slot, wayan), NOW)
        his = bookings.wait(session, ask(slot, wayan), NOW)
        third = bookings.wait(session, ask(slot, rohani), NOW)
        assert (bookings.position(session, his), bookings.position(session, third)) == (1, 2)

        bookings.cancel(session, hers.id, "family", NOW)

        assert (his.state, third.state) == (State.OFFERED, State.WAITING)
        with pytest.raises(bookings.SlotFull):
            bookings.book(session, ask(slot, sari), NOW)
        later = NOW + timedelta(hours=5)
        assert bookings.lapse(session, slot.id, later) == 1
        assert (his.state, third.state) == (State.LAPSED, State.OFFERED)
        assert bookings.accept(session, third.id, "family", later).state == State.BOOKED


def a_full_slot(session: Session, seats: int = 1) -> tuple[Slot, list[Booking]]:
    """Sari sits; Wayan and Rohani wait."""
    slot = saturday(session, workshop(session), korleko(session), seats=seats)
    people = [(person(session, name, phone), phone) for name in NAMES for phone in [telephone(session, name)]]
    return slot, [bookings.wait(session, ask(slot, *each), NOW) for each in people]


def states(places: list[Booking]) -> list[str]:
    return [place.state for place in places]


def test_more_seats_go_to_those_who_wait_in_the_order_of_asking(database: Database) -> None:
    with database.transaction() as session:
        slot, places = a_full_slot(session)
        bookings.change_slot(session, slot.id, Plan(TWELFTH, time(9), time(12), 2), "", WAYAN, NOW, insist=True)
        assert states(places) == [State.BOOKED, State.OFFERED, State.WAITING]
        with pytest.raises(bookings.SeatsTaken) as refused:
            bookings.change_slot(session, slot.id, Plan(TWELFTH, time(9), time(12), 1), "", WAYAN, NOW, insist=True)
        assert refused.value.taken == 2


def test_a_seat_on_offer_is_nobody_elses(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, his, third) = a_full_slot(session)
        bookings.cancel(session, hers.id, "family", NOW)
        udin = person(session, "Amaq Udin")
        with pytest.raises(bookings.SlotFull):
            bookings.book(session, ask(slot, udin), NOW)
        with pytest.raises(bookings.NotOpen):
            bookings.accept(session, third.id, "family", NOW)
        bookings.cancel(session, his.id, "family", NOW)
        assert third.state == State.OFFERED, "declined, so the next one is asked"


def test_with_one_seat_and_two_telephones_one_gets_it(database: Database) -> None:
    """The second is told that it has just filled, and how many wait."""
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session), seats=1)
        bookings.book(session, ask(slot, person(session, "Sari")), NOW)
        with pytest.raises(bookings.SlotFull) as full:
            bookings.book(session, ask(slot, person(session, "Wayan")), NOW)
        assert full.value.waiting == 0


def test_a_move_keeps_the_old_seat_when_the_new_one_cannot_be_had(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, his, _third) = a_full_slot(session)
        full = saturday(session, slot.type, slot.village, seats=1, day=date(2026, 12, 19))
        bookings.book(session, ask(full, person(session, "Amaq Udin")), NOW)
        for wish, why in ((full.id, bookings.SlotFull), (999, bookings.SlotGone), (slot.id, bookings.AlreadyBooked)):
            with pytest.raises(why):
                bookings.move(session, hers.id, wish, "family", NOW)
        assert (hers.state, hers.slot_id, his.state) == (State.BOOKED, slot.id, State.WAITING)


def test_a_move_goes_to_another_time_not_to_something_else(database: Database) -> None:
    """A forged button must not pass by the rules of the other type."""
    with database.transaction() as session:
        slot, (hers, *_others) = a_full_slot(session)
        parenting = saturday(session, workshop(session, slug="anak", age_from=60), slot.village)
        with pytest.raises(bookings.SlotGone):
            bookings.move(session, hers.id, parenting.id, "family", NOW)
        assert hers.slot_id == slot.id


def test_a_move_frees_the_old_seat_for_the_next(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, his, third) = a_full_slot(session)
        other = saturday(session, slot.type, slot.village, day=date(2026, 12, 19))
        bookings.move(session, hers.id, other.id, "family", NOW)
        assert (hers.slot_id, his.state, third.state) == (other.id, State.OFFERED, State.WAITING)


def test_too_late_to_cancel_one_can_still_say_that_one_is_prevented(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, his, _third) = a_full_slot(session)
        evening = slot.starts_at - timedelta(hours=12)
        with pytest.raises(bookings.TooLateToCancel):
            bookings.cancel(session, hers.id, "family", evening)
        bookings.excuse(session, hers.id, "family", evening)
        assert (hers.state, his.state) == (State.EXCUSED, State.OFFERED)


def test_whom_staff_move_to_tomorrow_may_still_move_or_cancel_until_it_suits_them(database: Database) -> None:
    """A day must lie between for one's own change of mind; not for ours."""
    with database.transaction() as session:
        slot, (hers, _his, _third) = a_full_slot(session)
        wayans = bookings.book(session, ask(*another(session, slot, "Wayan")), NOW)
        later = saturday(session, slot.type, slot.village, seats=3, day=date(2026, 12, 19))
        eve = slot.starts_at - timedelta(hours=12)
        assert not bookings.may_leave(hers, eve)
        for each in (slot, wayans.slot):
            plan = Plan(date(2026, 12, 3), time(9), time(12), each.seats)
            bookings.change_slot(session, each.id, plan, "guru pergi", WAYAN, NOW, insist=True)
        eve = slot.starts_at - timedelta(hours=12)
        assert bookings.may_leave(hers, eve)
        assert bookings.may_leave(hers, slot.ends_at - timedelta(minutes=1)), "she may hear of it too late"
        assert not bookings.may_leave(hers, slot.ends_at), "what has been is for staff to tick"

        bookings.confirm(session, wayans.id, "family", eve)
        assert not bookings.may_leave(wayans, eve)
        with pytest.raises(bookings.TooLateToCancel):
            bookings.move(session, wayans.id, later.id, "family", eve)
        bookings.move(session, hers.id, later.id, "family", eve)
        assert not bookings.may_leave(hers, later.starts_at - timedelta(hours=12)), "this date she chose herself"


def test_whom_staff_move_to_tomorrow_may_cancel(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, his, _third) = a_full_slot(session)
        plan = Plan(date(2026, 12, 2), time(9), time(12), 1)
        bookings.change_slot(session, slot.id, plan, "guru pergi", WAYAN, NOW, insist=True)
        bookings.cancel(session, hers.id, "family", NOW)
        assert (hers.state, his.state) == (State.CANCELLED, State.OFFERED)
        bookings.accept(session, his.id, "family", NOW)
        assert not bookings.may_leave(his, NOW), "he took the seat knowing when it is"


def another(session: Session, slot: Slot, name: str) -> tuple[Slot, Person]:
    """The same on another day, and somebody who wants it."""
    return saturday(session, slot.type, slot.village, seats=1, day=date(2026, 12, 13)), person(session, name)


def test_what_is_over_is_for_staff_to_tick(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, *_others) = a_full_slot(session)
        for act in (bookings.cancel, bookings.excuse, bookings.confirm):
            with pytest.raises(bookings.NotOpen):
                act(session, hers.id, "family", slot.ends_at)
        assert bookings.mark(session, hers.id, State.ABSENT, "staff:1", slot.ends_at).state == State.ABSENT


def test_nobody_is_ticked_off_the_day_before(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, his, _third) = a_full_slot(session)
        with pytest.raises(bookings.TooSoonToTick):
            bookings.mark(session, hers.id, State.CAME, "staff:1", slot.starts_at - timedelta(hours=13))
        with pytest.raises(bookings.NotOpen):
            bookings.mark(session, his.id, State.CAME, "staff:1", slot.starts_at)
        assert bookings.mark(session, hers.id, State.CAME, "staff:1", slot.starts_at).state == State.CAME


def test_an_excuse_ticked_by_mistake_is_taken_back_only_while_the_seat_is_there(database: Database) -> None:
    with database.transaction() as session:
        _slot, (hers, his, third) = a_full_slot(session)
        bookings.mark(session, hers.id, State.EXCUSED, "staff:1", NOW)
        with pytest.raises(bookings.SlotFull):
            bookings.mark(session, hers.id, State.BOOKED, "staff:1", NOW)
        for other in (his, third):
            bookings.cancel(session, other.id, "family", NOW)
        assert bookings.mark(session, hers.id, State.BOOKED, "staff:1", NOW).state == State.BOOKED


def test_who_was_excused_and_asked_again_has_one_place(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, his, third) = a_full_slot(session, seats=3)
        bookings.mark(session, hers.id, State.EXCUSED, "staff:1", NOW)
        assert hers.person is not None
        again = bookings.book(session, ask(slot, hers.person), NOW)
        bookings.cancel(session, his.id, "family", NOW)
        with pytest.raises(bookings.AlreadyBooked) as twice:
            bookings.mark(session, hers.id, State.BOOKED, "staff:1", NOW)
        assert twice.value.booking.id == again.id
        assert third.state == State.BOOKED


def test_in_the_line_of_something_that_has_begun_nobody_waits(database: Database) -> None:
    with database.transaction() as session:
        slot, _places = a_full_slot(session)
        late = Ask(slot.id, person(session, "Amaq Udin").id, None, "staff:1", at_desk=True)
        with pytest.raises(bookings.SlotGone):
            bookings.wait(session, late, slot.starts_at)


def test_a_choice_from_an_old_list_is_noticed(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, *_others) = a_full_slot(session, seats=4)
        old = ask(slot, person(session, "Amaq Udin"))
        bookings.change_slot(session, slot.id, Plan(TWELFTH, time(8), time(12), 4), "", WAYAN, NOW, insist=True)
        with pytest.raises(bookings.SlotMoved):
            bookings.book(session, old, NOW)
        assert [change.what for change in bookings.history(session, hers.id)] == ["booked", "changed"]


def test_of_two_records_of_one_person_the_better_place_stays(database: Database) -> None:
    """Sari waits under one name and sits under the other; a new place under the old name is hers as well."""
    with database.transaction() as session:
        slot, (seat, _his, in_line) = a_full_slot(session)
        old, sari = in_line.person_id or 0, seat.person_id or 0
        merging.merge(session, old, sari, WAYAN, NOW)
        assert (seat.state, in_line.state, seat.person_id) == (State.BOOKED, State.CANCELLED, old)
        with pytest.raises(bookings.AlreadyBooked):
            bookings.wait(session, Ask(slot.id, sari, None, "family"), NOW)
        for pair in ((old, old), (old, sari), (sari, old), (old, 999)):
            with pytest.raises(LookupError):
                merging.merge(session, *pair, WAYAN, NOW)


def test_who_is_forgotten_leaves_a_seat_to_the_next(database: Database) -> None:
    with database.transaction() as session:
        _slot, (hers, his, third) = a_full_slot(session)
        phone = session.get_one(Conversation, hers.conversation_id)
        retention.forget(session, phone, NOW)
        assert (hers.state, hers.person_id, hers.conversation_id) == (State.CANCELLED, None, None)
        assert (his.state, third.state) == (State.OFFERED, State.WAITING)
        about_her = select(Notice).where(Notice.booking_id == hers.id, Notice.state == "due")
        assert not session.scalars(about_her).all()


def test_every_change_says_who_and_when(database: Database) -> None:
    with database.transaction() as session:
        slot, (hers, his, _third) = a_full_slot(session)
        bookings.confirm(session, hers.id, "family", NOW + timedelta(minutes=1))
        bookings.call_off(session, hers.id, "kursi rusak", bookings.by_staff(WAYAN), NOW + timedelta(minutes=2))
        bookings.lapse(session, slot.id, NOW + timedelta(hours=5))

        def told(booking: Booking) -> list[tuple[str, str, float]]:
            changes = bookings.history(session, booking.id)
            return [(each.what, each.by, (each.at - NOW).total_seconds() / 60) for each in changes]

        assert told(hers) == [("booked", "family", 0), ("confirmed", "family", 1), ("called_off", f"staff:{WAYAN}", 2)]
        assert told(his) == [("waiting", "family", 0), ("offered", "time", 2), ("lapsed", "time", 300)]


def test_a_code_is_read_however_it_is_written_and_opens_only_its_own(database: Database) -> None:
    with database.transaction() as session:
        _slot, (hers, his, _third) = a_full_slot(session)
        code = hers.code or ""
        for typed in (code, code.lower(), bookings.shown(code), f" {code[:4]} {code[4:]}. "):
            found = bookings.by_code(session, typed)
            assert found
            assert found.id == hers.id
        assert bookings.by_code(session, "kode saya") is None
        assert not set(code) & set("01258BILOQSUVZ"), "no sign is mistaken for another"
        token = bookings.token_of(session, hers)
        assert bookings.by_token(session, token) is hers
        assert bookings.by_token(session, f"{his.id}-{token.partition('-')[2]}") is None


def test_a_person_has_no_more_open_places_than_the_type_allows(database: Database) -> None:
    with database.transaction() as session:
        village, kind = korleko(session), workshop(session, open_limit=1)
        first, second = saturday(session, kind, village), saturday(session, kind, village, day=date(2026, 12, 19))
        sari = person(session, "Sari")
        hers = bookings.book(session, ask(first, sari), NOW)
        with pytest.raises(bookings.TooManyOpen):
            bookings.book(session, ask(second, sari), NOW)
        at_the_desk = Ask(second.id, sari.id, None, "staff:1", at_desk=True)
        assert bookings.book(session, at_the_desk, NOW).state == State.BOOKED
        bookings.cancel(session, hers.id, "family", NOW)
        with pytest.raises(bookings.TooManyOpen):
            bookings.book(session, ask(first, sari), NOW)
