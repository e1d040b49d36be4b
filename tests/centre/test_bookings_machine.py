"""Whatever families, staff and time do in whatever order, places come out as the plain rules say (`plain_lines`).

Hypothesis plays all of them, the same walks in every run, with a clock that also jumps back. BALAI_TEST_WALKS: more of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from datetime import date, time, timedelta
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from centre import bookings, calendars, merging, notices, people, retention, slots
from centre.booking_records import Booking, BookingChange, State, by_staff
from centre.bookings import FAMILY, Ask
from centre.conversations import Conversation
from centre.db import Database
from centre.notices import Notice
from centre.slots import Plan
from tests.centre.booked import NOW, WAYAN, korleko, telephone, workshop
from tests.centre.plain_lines import Line, Lines, Place, Rules

NAMES = ("Sari", "Wayan", "Inaq Rohani", "Amaq Udin", "Ketut", "Baiq Ayu")
RULES = Rules(timedelta(minutes=60), timedelta(days=1), timedelta(hours=4), timedelta(days=60), 2)
DAYS = (date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 5), date(2026, 12, 12))
STAFF = by_staff(WAYAN)
ANY = st.integers(0, 11)
LATER = st.sampled_from([timedelta(minutes=m) for m in (1, 61, 239, 241, 241, 9 * 60, 20 * 60, 4 * 24 * 60)])
Thing = TypeVar("Thing")


class Places(RuleBasedStateMachine):
    """A village, its officer, a few families on three telephones, and a few slots."""

    database: Database

    @initialize(seats=st.integers(1, 2), asking=st.integers(0, 6))
    def begin(self, seats: int, asking: int) -> None:
        self.opened = ExitStack()
        self.session = self.opened.enter_context(self.database._session(self.database.engine))
        self.now = self.latest = NOW
        self.told = Counter[str]()
        self.village, self.type = korleko(self.session), workshop(self.session, open_limit=RULES.limit)
        self.lines = Lines(RULES)
        self.phones = {phone.id: phone for phone in (telephone(self.session, number) for number in "123")}
        for index, name in enumerate(NAMES):
            self._meet(name, nth(self.phones, index))
        self.make_a_slot(2, seats)
        self.make_a_slot(3, seats)
        self.ask_for_a_place(list(range(asking)), 1, 1)

    def teardown(self) -> None:
        with suppress(AttributeError):
            self.session.rollback()
            self.opened.close()

    # What families do

    @rule(several=st.lists(ANY, min_size=1, max_size=4), where=ANY, stale=st.integers(0, 7))
    def ask_for_a_place(self, several: list[int], where: int, stale: int) -> None:
        """Book, and wait when it is full, as the chat does; now and then from a list that is old."""
        for who in several:
            self._ask(self._known_as(who), nth(self.lines.lines.values(), where), stale)

    def _ask(self, person: int, line: Line, stale: int) -> None:
        version = line.version - 1 if stale == 0 else line.version
        ask = Ask(line.number, person, self._phone(person), FAMILY, version)
        against = self.lines.against_asking(line, person, self.now, version=version)
        if line.left() < 1:
            self._try(against | {"SlotFull"}, lambda: bookings.book(self.session, ask, self.now))
        booking = self._try(against, lambda: bookings.wait(self.session, ask, self.now))
        if booking:
            self.lines.enter(booking.id, line, person, ask.conversation_id, FAMILY, self.now)

    @precondition(lambda self: self.lines.places)
    @rule(which=ANY, is_late=st.integers(0, 3))
    def accept(self, which: int, is_late: int) -> None:
        """Now and then too late, before anybody has noticed that the offer is over."""
        place = self._place(which, "offered")
        if place.state == "offered" and place.until and is_late == 0:
            self.time_passes(max(timedelta(0), place.until - self.now), False)
        is_over = place.state == "offered" and place.until is not None and place.until <= self.now
        against = {"OfferLapsed"} if place.state == "lapsed" or is_over else set()
        against |= set() if place.state in ("offered", "booked", "lapsed") else {"NotOpen"}
        self._try(against, lambda: bookings.accept(self.session, place.number, FAMILY, self.now))
        if is_over:
            self.lines.lapse(place.line, self.now)
        elif place.state == "offered":
            place.become("booked", FAMILY, self.now)
            place.until = None

    @precondition(lambda self: self.lines.places)
    @rule(which=ANY)
    def cancel_or_decline(self, which: int) -> None:
        place = self._place(which, "booked", "offered", "waiting")
        against = self.lines.against_leaving(place, self.now)
        if self._try(against, lambda: bookings.cancel(self.session, place.number, FAMILY, self.now)):
            self.lines.give_back(place, "cancelled", FAMILY, self.now)

    @precondition(lambda self: self.lines.places)
    @rule(which=ANY)
    def say_that_one_is_prevented(self, which: int) -> None:
        place = self._place(which, "booked")
        against = self.lines.against_saying(place, self.now)
        if self._try(against, lambda: bookings.excuse(self.session, place.number, FAMILY, self.now)):
            state = "excused" if place.state == "booked" else "cancelled"
            self.lines.give_back(place, state, FAMILY, self.now)

    @precondition(lambda self: self.lines.places)
    @rule(which=ANY)
    def confirm(self, which: int) -> None:
        place = self._place(which, "booked")
        against = self.lines.against_saying(place, self.now) | (set() if place.state == "booked" else {"NotOpen"})
        if self._try(against, lambda: bookings.confirm(self.session, place.number, FAMILY, self.now)):
            place.log.append(("confirmed", FAMILY, self.now))

    @precondition(lambda self: self.lines.places)
    @rule(which=ANY, where=ANY, at_desk=st.booleans())
    def move(self, which: int, where: int, at_desk: bool) -> None:
        place, line = self._place(which, "booked"), nth(self.lines.lines.values(), where)
        by = STAFF if at_desk else FAMILY
        against = self.lines.against_moving(place, line, self.now, at_desk)

        def moving() -> Booking:
            return bookings.move(self.session, place.number, line.number, by, self.now, at_desk=at_desk)

        if self._try(against, moving):
            self.lines.move(place, line, by, self.now)

    def ask_to_be_forgotten(self, which: int) -> None:
        phone = self.phones.pop(nth(self.phones, which))
        retention.forget(self.session, phone, self.now)
        self.lines.forget(phone.id, self.now)
        self._meet("Inaq Sun", nth(self.phones, which))

    # What staff do

    def make_a_slot(self, day: int, seats: int) -> None:
        plan = Plan(nth(DAYS, day), time(9), time(12), seats)
        slot = self._try(
            {"SlotInvalid"} if slots.times(plan, self.village)[0] <= self.now else set(),
            lambda: slots.make(self.session, self.type, self.village, plan, WAYAN, self.now, insist=True),
        )
        if slot:
            self.lines.lines[slot.id] = Line(slot.id, seats, slot.starts_at, slot.ends_at)

    @rule(which=ANY, seats=st.integers(1, 3), day=ANY, is_moved=st.booleans())
    def change_a_slot(self, which: int, seats: int, day: int, is_moved: bool) -> None:
        line = nth(self.lines.lines.values(), which)
        there = calendars.local(line.starts, self.village.time_zone)
        plan = Plan(nth(DAYS, day) if is_moved else there.date(), time(9), time(12), seats)
        starts = slots.times(plan, self.village)[0]
        against = set() if line.is_open else {"SlotGone"}
        against |= {"SlotInvalid"} if starts <= self.now else set()
        against |= {"SeatsTaken"} if seats < line.taken() else set()

        def changing() -> slots.Slot:
            return bookings.change_slot(self.session, line.number, plan, "guru sakit", WAYAN, self.now, insist=True)

        if self._try(against, changing):
            self.lines.change(line, seats, starts, STAFF, self.now)

    def call_a_slot_off(self, which: int) -> None:
        line = nth(self.lines.lines.values(), which)
        against = set() if line.is_open else {"SlotGone"}
        if self._try(against, lambda: bookings.call_off_slot(self.session, line.number, "hujan", WAYAN, self.now)):
            self.lines.call_off(line, STAFF, self.now)

    def call_a_place_off(self, which: int) -> None:
        place = self._place(which, "booked", "offered")
        against = set() if place.is_open else {"NotOpen"}
        if self._try(against, lambda: bookings.call_off(self.session, place.number, "", STAFF, self.now)):
            self.lines.give_back(place, "called_off", STAFF, self.now)

    @precondition(lambda self: self.lines.places)
    @rule(which=ANY, state=st.sampled_from([*bookings.MARKS]))
    def tick(self, which: int, state: State) -> None:
        place = self._place(which, *bookings.MARKS)
        against = self.lines.against_marking(place, state, self.now)
        if self._try(against, lambda: bookings.mark(self.session, place.number, state, STAFF, self.now)):
            if place.state == state:
                return
            if state == State.EXCUSED:
                self.lines.give_back(place, state, STAFF, self.now)
            else:
                place.become(state, STAFF, self.now)

    @rule(who=ANY, where=ANY)
    def book_for_somebody_at_the_desk(self, who: int, where: int) -> None:
        """Who stands there has no telephone with us; they wait when it is full, unless it has begun."""
        line, person = nth(self.lines.lines.values(), where), self._somebody(who)
        ask = Ask(line.number, person, None, STAFF, at_desk=True)
        against = self.lines.against_asking(line, person, self.now, desk=True)
        against |= {"SlotGone"} if line.left() < 1 and self.now >= line.starts else set()
        booking = self._try(against, lambda: bookings.wait(self.session, ask, self.now))
        if booking:
            self.lines.enter(booking.id, line, person, None, STAFF, self.now)

    def find_that_two_are_one(self, one: int, other: int) -> None:
        kept, gone = self._somebody(one), self._somebody(other)
        against = {"LookupError"} if kept == gone else set()
        if self._try(against, lambda: merging.merge(self.session, kept, gone, WAYAN, self.now)):
            self.lines.merge(kept, gone, STAFF, self.now)

    @precondition(lambda self: self.lines.places)
    @rule(what=st.integers(0, 8), which=ANY, other=ANY)
    def something_rare_happens(self, what: int, which: int, other: int) -> None:
        if what == 0 and len(self.phones) > 1:
            self.ask_to_be_forgotten(which)
        elif what == 1 and len(self.lines.lines) < 4:
            self.make_a_slot(other, 1 + which % 3)
        elif what == 2:
            self.call_a_slot_off(which)
        elif what in (3, 7) and len(self.lines.phones) > 3:
            self.find_that_two_are_one(which, other)
        elif what == 4:
            self.now -= timedelta(hours=1)
        elif what == 5:
            self.the_day_comes(has_begun=bool(other % 2))
        else:
            self.call_a_place_off(which)

    # What time does

    def the_day_comes(self, has_begun: bool) -> None:
        """People stand before the door of what comes next, or sit inside."""
        to_come = [line.starts for line in self.lines.lines.values() if line.is_open and line.starts > self.now]
        if to_come:
            wait = min(to_come) - self.now + timedelta(minutes=30 if has_begun else -30)
            self.time_passes(max(timedelta(0), wait), True)

    @rule(span=LATER, is_seen=st.booleans())
    def time_passes(self, span: timedelta, is_seen: bool) -> None:
        self.now += span
        self.latest = max(self.latest, self.now)
        if is_seen:
            self.offers_lapse()
            self.notices_are_told()

    @rule()
    def offers_lapse(self) -> None:
        for slot_id in bookings.slots_with_lapsed_offers(self.session, self.now):
            assert bookings.lapse(self.session, slot_id, self.now) > 0
        for line in self.lines.lines.values():
            self.lines.lapse(line, self.now)

    @rule()
    def notices_are_told(self) -> None:
        for notice_id in notices.due(self.session, self.now):
            if taken := notices.take(self.session, notice_id, self.now):
                self._hear(*taken)

    def _hear(self, notice: Notice, conversation: Conversation) -> None:
        place = self.lines.places[notice.booking_id or 0]
        self.told[notice.key] += 1
        assert conversation.id == place.phone, "nobody else hears of a place"
        morning = calendars.waking(self.now, self.village.time_zone)
        assert notice.is_urgent or morning == self.now or morning >= notice.useful_until - notices.SOON
        if notice.kind == "offer":
            assert place.state == "offered", "an offer that is told still stands"
        if notice.kind in ("reminder", "today"):
            assert place.state == "booked"
            assert notice.key.endswith(f".{place.line.version}"), "a reminder names the time that holds"
        notices.told(notice, self.now)

    # What is always true

    @invariant()
    def every_place_is_as_the_plain_rules_say(self) -> None:
        rows = self.session.execute(
            select(Booking.id, Booking.slot_id, Booking.person_id, Booking.conversation_id, Booking.state)
            .add_columns(Booking.offer_until)
            .order_by(Booking.id)
        )
        known = sorted(self.lines.places.values(), key=lambda place: place.number)
        assert [tuple(row) for row in rows] == [
            (each.number, each.line.number, each.who, each.phone, each.state, each.until) for each in known
        ]

    @invariant()
    def every_change_has_who_and_when(self) -> None:
        rows = self.session.execute(
            select(BookingChange.booking_id, BookingChange.what, BookingChange.by, BookingChange.at).order_by(
                BookingChange.booking_id, BookingChange.id
            )
        )
        logs = [(each.number, *entry) for each in self.lines.places.values() for entry in each.log]
        assert [tuple(row) for row in rows] == sorted(logs, key=lambda entry: entry[0])

    @invariant()
    def no_seat_is_sold_twice_and_none_is_lost(self) -> None:
        found = [slots.get(self.session, number) for number in self.lines.lines]
        rooms = bookings.rooms(self.session, [slot for slot in found if slot])
        for line in self.lines.lines.values():
            assert line.taken() <= line.seats
            assert (rooms[line.number].left, rooms[line.number].waiting) == (line.left(), len(line.waiting()))
            if line.waiting() and line.is_open and self.latest < line.starts:
                assert line.taken() == line.seats, "while somebody waits, no seat stays free"
            owners = Counter(place.who for place in line.places if place.is_open and place.who)
            assert all(count == 1 for count in owners.values()), "one person, one place"

    @invariant()
    def everybody_knows_their_place_in_line(self) -> None:
        for line in self.lines.lines.values():
            waiting = [self.session.get_one(Booking, place.number) for place in line.waiting()]
            positions = [bookings.position(self.session, booking) for booking in waiting]
            assert positions == list(range(1, len(waiting) + 1))

    @invariant()
    def what_is_due_goes_to_the_place_s_own_telephone(self) -> None:
        elsewhere = (
            select(Notice.id)
            .join(Booking, Booking.id == Notice.booking_id)
            .where(Notice.state == notices.State.DUE)
            .where(Notice.conversation_id.is_distinct_from(Booking.conversation_id))
        )
        assert not self.session.scalars(elsewhere).all()

    @invariant()
    def nothing_is_told_twice(self) -> None:
        assert all(count == 1 for count in self.told.values())

    # How

    def _meet(self, name: str, phone: int) -> None:
        person = people.add(self.session, name, self.now)
        people.tie(self.session, person, self.phones[phone], "self", self.now)
        self.lines.phones[person.id] = {phone}

    def _somebody(self, number: int) -> int:
        return nth(self.lines.phones, number)

    def _known_as(self, number: int) -> int:
        """The same; somebody who has two records is still asked for by the older list now and then."""
        return nth([*self.lines.phones, *self.lines.same], number)

    def _phone(self, person: int) -> int | None:
        known = self.lines.phones.get(self.lines.person(person), set())
        return next(iter(sorted(known & set(self.phones))), None)

    def _place(self, number: int, *fitting: str) -> Place:
        """Mostly one in a state that fits, of all places now and then."""
        known = list(self.lines.places.values())
        return nth([each for each in known if each.state in fitting and number < 10] or known, number)

    def _try(self, against: set[str], act: Callable[[], Thing]) -> Thing | None:
        """Do it: it must succeed when nothing stands against it, else be refused for something that does."""
        try:
            done = act()
        except (bookings.CannotBook, bookings.NotOpen, bookings.TooLateToCancel, bookings.OfferLapsed) as error:
            refused = error
        except (bookings.SeatsTaken, bookings.TooSoonToTick, slots.SlotInvalid, LookupError) as error:
            refused = error
        else:
            assert not against, "it should have been refused"
            return done
        assert type(refused).__name__ in against
        return None


def nth(things: Iterable[Thing], number: int) -> Thing:
    known = list(things)
    return known[number % len(known)]


def test_places_come_out_as_the_plain_rules_say(sqlite_database: Database) -> None:
    Places.database = sqlite_database
    run_state_machine_as_test(
        Places,
        settings=settings(
            max_examples=int(os.environ.get("BALAI_TEST_WALKS", "50")),
            stateful_step_count=40,
            derandomize="BALAI_TEST_WALKS" not in os.environ,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
