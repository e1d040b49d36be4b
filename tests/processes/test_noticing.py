"""What we write first: once, to its address alone, by day; and where it cannot go, staff see so."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import bookings, calls, notices, outbox, slots
from centre.bookings import Booking
from centre.conversations import Conversation
from centre.db import Database
from centre.messages import Outgoing, Part
from centre.notices import Notice
from centre.outbox import OutboxMessage, Outcome
from centre.people import Person
from centre.slots import Plan, Slot
from processes import noticing
from tests.bot.chatting import WIDE
from tests.centre.booked import NOW, WAYAN, ask, korleko, person, saturday, telephone, workshop

HOME = "https://balai.example"


def at(day: int, clock: str) -> datetime:
    """A time in December in Korleko."""
    hour, minute = clock.split(".")
    return datetime(2026, 12, day, int(hour), int(minute), tzinfo=UTC) - timedelta(hours=8)


def tell(database: Database, now: datetime) -> int:
    return noticing.tell_due(database, HOME, lambda: now)


def said(database: Database) -> list[Part]:
    with database.reading() as session:
        return [
            outbox.part_of(session, row) for row in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]


def sari_in_the_workshop(session: Session, day: int = 12, begins: time = time(9)) -> tuple[Slot, Conversation, Booking]:
    conversation = telephone(session, "628123450001")
    village = korleko(session)
    plan = Plan(date(2026, 12, day), begins, time(12), 1)
    slot = slots.make(session, workshop(session), village, plan, WAYAN, NOW, insist=True)
    booking = bookings.book(session, ask(slot, person(session, "Sari", conversation), conversation), NOW)
    return slot, conversation, booking


def test_two_reminders_each_once(database: Database) -> None:
    """Two days before at nine, and on the morning at six; looking again and again, and an hour back, changes nothing."""
    with database.transaction() as session:
        sari_in_the_workshop(session)
    assert tell(database, at(10, "08.59")) == 0
    assert tell(database, at(10, "09.00")) == 1
    assert [tell(database, at(10, clock)) for clock in ("09.01", "08.05", "09.00", "19.00")] == [0, 0, 0, 0]
    assert tell(database, at(12, "05.59")) == 0
    assert tell(database, at(12, "06.00")) == 1

    first, second = said(database)

    assert "Mengingatkan" in first.text
    assert "satu kursi terbuang" in first.text
    assert "Hari ini" in second.text
    assert [choice.label for choice in second.choices] == ["Saya datang", "Batalkan"]


def test_an_early_start_is_reminded_the_evening_before(database: Database) -> None:
    with database.transaction() as session:
        sari_in_the_workshop(session, begins=time(6, 30))
    assert tell(database, at(10, "09.00")) == 1
    assert tell(database, at(11, "18.00")) == 1
    assert "Besok pagi" in said(database)[-1].text


def test_two_schedulers_at_the_same_instant(database: Database) -> None:
    """Four threads look at once, thirty times: each reminder goes out once."""
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session), seats=30)
        for number in range(30):
            conversation = telephone(session, f"62812345{number:04}")
            bookings.book(session, ask(slot, person(session, "Sari", conversation), conversation), NOW)
    told: list[int] = []
    start = threading.Barrier(4)

    def look() -> None:
        start.wait(10)
        told.append(tell(database, at(10, "09.00")))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    told.append(tell(database, at(10, "09.05")))  # whatever was held by somebody a moment ago
    assert sum(told) == 30
    assert len(said(database)) == 30


@pytest.mark.parametrize(("why", "field"), [("stopped", "stopped_at"), ("blocked", "blocked_at")])
def test_who_must_not_be_written_to_is_left_to_staff(database: Database, why: str, field: str) -> None:
    """She said `berhenti`, or blocked us: a change by staff is not sent, and stands in the telephone list."""
    with database.transaction() as session:
        slot, conversation, _ = sari_in_the_workshop(session)
        setattr(conversation, field, NOW)
        bookings.call_off_slot(session, slot.id, "hujan", WAYAN, NOW)

    assert tell(database, NOW + timedelta(minutes=5)) == 0

    assert said(database) == []
    with database.reading() as session:
        lost = session.scalars(select(Notice).where(calls.was_not_heard())).all()
        assert [(notice.kind, notice.why_not) for notice in lost] == [("cancelled", why)]


def test_after_a_day_of_silence_whatsapp_gets_the_approved_words(database: Database) -> None:
    """Her last message is nine days old: the reminder goes out as a template with the same two answers."""
    with database.transaction() as session:
        _, _, booking = sari_in_the_workshop(session)
    tell(database, at(10, "09.00"))
    with database.transaction() as session:
        (delivery,) = outbox.claim(session, "whatsapp", WIDE, at(10, "09.01"))
    assert delivery.part.style == "template"
    assert delivery.part.template is not None
    assert delivery.part.template.name == "balai_reminder"
    assert delivery.part.template.codes == (f"come:{booking.id}:yes", f"free:{booking.id}:no")


def test_a_notice_waits_until_she_has_finished_writing(database: Database) -> None:
    """She is answering another question just now: a number she types must not be taken for an answer to the notice."""
    with database.transaction() as session:
        _, conversation, _ = sari_in_the_workshop(session)
        conversation.last_incoming_at = at(10, "08.59")
    assert tell(database, at(10, "09.00")) == 0
    assert tell(database, at(10, "09.01")) == 1


def test_what_is_not_true_any_more_is_not_said(database: Database) -> None:
    """Cancelled, moved away: its reminders are void; the new date has its own."""
    with database.transaction() as session:
        slot, _, booking = sari_in_the_workshop(session)
        later = slots.make(
            session, slot.type, slot.village, Plan(date(2026, 12, 19), time(9), time(12), 1), WAYAN, NOW, insist=True
        )
        bookings.move(session, booking.id, later.id, bookings.FAMILY, NOW)
    assert tell(database, at(10, "09.00")) == 0
    assert tell(database, at(17, "09.00")) == 1
    assert "19 Desember" in said(database)[-1].text


def test_a_seat_that_falls_free_at_night_is_offered_in_the_morning(database: Database) -> None:
    """Given back at 23.00: nobody is woken; from six o'clock on it is held for the whole time."""
    with database.transaction() as session:
        slot, _, booking = sari_in_the_workshop(session)
        rohani = telephone(session, "628123450002")
        bookings.wait(session, ask(slot, person(session, "Rohani", rohani), rohani), NOW)
        bookings.cancel(session, booking.id, bookings.FAMILY, at(2, "23.00"))
    assert tell(database, at(2, "23.01")) == 0
    assert noticing.lapse_offers(database, lambda: at(3, "05.59")) == 0
    assert tell(database, at(3, "06.00")) == 1
    assert "sampai pukul 10.00 WITA" in said(database)[-1].text
    assert noticing.lapse_offers(database, lambda: at(3, "09.59")) == 0
    assert noticing.lapse_offers(database, lambda: at(3, "10.00")) == 1


def test_what_cannot_wait_is_told_at_night(database: Database) -> None:
    """Called off at 21.00 for 06.30 the next morning: she must not walk there in vain."""
    with database.transaction() as session:
        slot, _, _ = sari_in_the_workshop(session, day=5, begins=time(6, 30))
        bookings.call_off_slot(session, slot.id, "banjir", WAYAN, at(4, "21.00"))
    assert tell(database, at(4, "21.05")) == 1
    assert "banjir" in said(database)[-1].text


def test_a_failed_message_stands_in_the_telephone_list_until_somebody_called(database: Database) -> None:
    with database.transaction() as session:
        slot, _, _ = sari_in_the_workshop(session)
        bookings.call_off_slot(session, slot.id, "hujan", WAYAN, NOW)
    tell(database, NOW + timedelta(minutes=5))
    with database.transaction() as session:
        session.scalars(select(OutboxMessage)).one().state = outbox.State.FAILED
    with database.transaction() as session:
        notice = session.scalars(select(Notice).where(calls.was_not_heard())).one()
        notices.mark_seen(notice, WAYAN, NOW)
    with database.reading() as session:
        assert session.scalars(select(Notice).where(calls.was_not_heard())).all() == []


def test_one_name_that_cannot_be_read_stops_nobody_elses_notice(database: Database) -> None:
    """Sari's record was sealed with another key: hers is left to the telephone list, Wayan is told."""
    with database.transaction() as session:
        slot = saturday(session, workshop(session), korleko(session))
        for name, number in (("Sari", "6281"), ("Wayan", "6282")):
            phone = telephone(session, number)
            bookings.book(session, ask(slot, person(session, name, phone), phone), NOW)
        bookings.change_slot(
            session, slot.id, Plan(date(2026, 12, 19), time(9), time(12), 2), "guru sakit", WAYAN, NOW, insist=True
        )
        session.scalars(select(Person).order_by(Person.id)).first().sealed_name = b"\x02damaged"  # type: ignore[union-attr]

    assert tell(database, NOW) == 1

    assert ["Wayan" in part.text for part in said(database)] == [True]
    with database.reading() as session:
        (lost,) = session.scalars(select(Notice).where(calls.was_not_heard())).all()
        assert (lost.kind, lost.why_not) == ("moved", "cannot_open")
    assert tell(database, NOW + timedelta(minutes=1)) == 0, "it is not tried for ever"


def test_one_slot_that_fails_keeps_nobody_elses_offer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with the first slot is logged; the seat in the second goes to the next in line."""
    with database.transaction() as session:
        village, kind = korleko(session), workshop(session)
        made = [saturday(session, kind, village, seats=1, day=date(2026, 12, day)) for day in (12, 19)]
        for slot in made:
            places = [
                bookings.wait(session, ask(slot, person(session, name)), NOW) for name in ("Sari", "Wayan", "Udin")
            ]
            bookings.cancel(session, places[0].id, bookings.FAMILY, NOW)
        first = made[0].id
    lapse = bookings.lapse

    def fails_in_the_first(session: Session, slot_id: int, now: datetime) -> int:
        if slot_id == first:
            raise ValueError("damaged")
        return lapse(session, slot_id, now)

    monkeypatch.setattr(bookings, "lapse", fails_in_the_first)
    assert noticing.lapse_offers(database, lambda: NOW + timedelta(days=1)) == 1
    with database.reading() as session:
        states = list(session.scalars(select(Booking.state).order_by(Booking.id)))
    assert states == ["cancelled", "offered", "waiting", "cancelled", "lapsed", "offered"]


# Told, and not yet sent


def sent(database: Database, now: datetime) -> list[str]:
    """What goes out on WhatsApp now, and arrives."""
    with database.transaction() as session:
        deliveries = outbox.claim(session, "whatsapp", WIDE, now)
        for delivery in deliveries:
            outbox.record(session, delivery.id, Outcome("sent", f"wamid.{delivery.id}"), now, 1.0)
    return [delivery.part.text for delivery in deliveries]


def kept(database: Database) -> list[tuple[str, str | None]]:
    """How it stands with every notice that was told, or should have been."""
    with database.reading() as session:
        rows = session.execute(select(Notice.state, Notice.why_not).where(Notice.state != "due").order_by(Notice.id))
        return [(state, why) for state, why in rows]


def test_a_reminder_of_a_place_given_back_meanwhile_does_not_go_out(database: Database) -> None:
    """WhatsApp let nothing through for half an hour."""
    with database.transaction() as session:
        _, _, booking = sari_in_the_workshop(session)
    assert tell(database, at(10, "09.00")) == 1
    with database.transaction() as session:
        bookings.cancel(session, booking.id, bookings.FAMILY, at(10, "09.30"))
    assert sent(database, at(10, "09.31")) == []
    assert kept(database) == [("void", None), ("void", None)]


def test_a_call_that_failed_is_not_repeated_when_it_is_not_true_any_more(database: Database) -> None:
    with database.transaction() as session:
        _, _, booking = sari_in_the_workshop(session)
    tell(database, at(10, "09.00"))
    with database.transaction() as session:
        (delivery,) = outbox.claim(session, "whatsapp", WIDE, at(10, "09.00"))
        bookings.cancel(session, booking.id, bookings.FAMILY, at(10, "09.00"))
    with database.transaction() as session:
        outbox.record(session, delivery.id, Outcome("temporary", error="500"), at(10, "09.00"), 1.0)
    assert sent(database, at(10, "09.05")) == []


def test_what_was_sent_before_it_changed_stays_told(database: Database) -> None:
    with database.transaction() as session:
        _, _, booking = sari_in_the_workshop(session)
    tell(database, at(10, "09.00"))
    assert len(sent(database, at(10, "09.00"))) == 1
    with database.transaction() as session:
        bookings.cancel(session, booking.id, bookings.FAMILY, at(10, "09.30"))
    assert sent(database, at(10, "09.31")) == []
    assert kept(database) == [("told", None), ("void", None)]


def test_what_waited_into_the_night_is_told_in_the_morning(database: Database) -> None:
    """Told a minute before eight and held up until after; what she asks for at night is answered at night."""
    with database.transaction() as session:
        slot, conversation, _ = sari_in_the_workshop(session)
        plan = Plan(date(2026, 12, 19), time(9), time(12), 1)
        bookings.change_slot(session, slot.id, plan, "guru sakit", WAYAN, at(4, "19.58"), insist=True)
    assert tell(database, at(4, "19.59")) == 1
    assert sent(database, at(4, "20.00")) == []
    with database.transaction() as session:
        outbox.queue(session, conversation, "event:1", [Outgoing("Baik.")], at(4, "21.00"))
        session.get_one(Conversation, conversation.id).last_incoming_at = at(4, "21.00")
    assert sent(database, at(4, "21.00")) == ["Baik."]
    assert [tell(database, at(4, "23.00")), tell(database, at(5, "05.59"))] == [0, 0]
    assert tell(database, at(5, "06.00")) == 1
    assert ["guru sakit" in text for text in sent(database, at(5, "06.00"))] == [True]
    assert tell(database, at(5, "06.01")) == 0


def test_what_cannot_wait_goes_out_at_night_though_it_was_held_up(database: Database) -> None:
    with database.transaction() as session:
        slot, _, _ = sari_in_the_workshop(session, day=5, begins=time(6, 30))
        bookings.call_off_slot(session, slot.id, "banjir", WAYAN, at(4, "19.50"))
    assert tell(database, at(4, "19.55")) == 1
    assert len(sent(database, at(4, "20.05"))) == 1


def test_who_said_berhenti_meanwhile_is_left_to_staff(database: Database) -> None:
    with database.transaction() as session:
        slot, conversation, _ = sari_in_the_workshop(session)
        bookings.call_off_slot(session, slot.id, "hujan", WAYAN, NOW)
    tell(database, NOW)
    with database.transaction() as session:
        session.get_one(Conversation, conversation.id).stopped_at = NOW
    assert sent(database, NOW) == []
    with database.reading() as session:
        (lost,) = session.scalars(select(Notice).where(calls.was_not_heard())).all()
        assert (lost.kind, lost.why_not) == ("cancelled", "stopped")
