"""Places: given once, waited for in order, offered to the next, given back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centre import bookings
from centre.bookings import State
from centre.db import Database
from tests.centre.booked import NOW, ask, korleko, person, saturday, telephone, workshop


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
