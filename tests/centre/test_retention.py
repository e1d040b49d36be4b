"""Kept as long as promised and no longer; forgotten when asked, and nothing lost on the way."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import bookings, conversations, inbox, outbox, people, retention, slots
from centre.bookings import Booking, State
from centre.conversations import Conversation, Identifier, Sender
from centre.db import Database
from centre.inbox import InboxEvent, Received
from centre.messages import Incoming, Outgoing
from centre.notices import Notice
from centre.outbox import OutboxMessage
from centre.people import Person
from tests.centre import booked

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SARI = Sender("web", (("browser", "sari's cookie"),))
NUMBER, USER = ("phone", "628111222333"), ("user", "ID.kenari")


def write(database: Database, key: str, text: str, sender: Sender = SARI, at: datetime = NOW) -> int:
    with database.transaction() as session:
        inbox.receive(session, [Received(sender.channel, key, sender, Incoming("text", text))], at)
        return conversations.of_sender(session, sender, at)


def answer(database: Database, at: datetime = NOW) -> None:
    with database.transaction() as session:
        claimed = inbox.claim(session, at)
        assert claimed, "something waits"
        conversation, event = claimed
        outbox.queue(session, conversation, f"event:{event.id}", [Outgoing("Baik.")], at)
        inbox.finish(event, at)


def forget(database: Database, conversation_id: int, at: datetime = NOW) -> None:
    with database.transaction() as session:
        retention.forget(session, session.get_one(Conversation, conversation_id), at)


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_what_sari_writes_after_asking_to_be_forgotten_still_waits(database: Database) -> None:
    found = write(database, "1", "halo")
    answer(database)
    write(database, "2", "tolong saya dipukul majikan")
    forget(database, found)
    with database.reading() as session:
        claimed = inbox.claim(session, NOW)
        assert claimed, "danger is answered, whenever it came"
        assert inbox.message_of(inbox.opened(session, claimed[1])).text == "tolong saya dipukul majikan"


def test_nobody_is_swept_away_while_a_message_waits(database: Database) -> None:
    found = write(database, "1", "halo")
    answer(database)
    forget(database, found)
    later = NOW + timedelta(hours=1)
    write(database, "2", "saya kembali", at=later)
    with database.transaction() as session:
        assert retention.sweep(session, later) == 0
    answer(database, later)
    with database.transaction() as session:
        assert retention.sweep(session, later) == 1
    assert count(database, Conversation) == count(database, Identifier) == count(database, OutboxMessage) == 0


def test_a_late_repetition_does_not_bring_sari_back(database: Database) -> None:
    found = write(database, "1", "halo")
    answer(database)
    forget(database, found)
    with database.transaction() as session:
        retention.sweep(session, NOW + timedelta(hours=1))
        again = Received(SARI.channel, "1", SARI, Incoming("text", "halo"))
        assert inbox.receive(session, [again], NOW + timedelta(days=2)) == 0
    assert count(database, Conversation) == 0


def test_a_conversation_nobody_takes_up_goes_after_ninety_days(database: Database) -> None:
    write(database, "1", "halo")
    answer(database)
    with database.transaction() as session:
        assert retention.sweep(session, NOW + retention.IDLE) == 0
    with database.transaction() as session:
        assert retention.sweep(session, NOW + retention.IDLE + timedelta(seconds=1)) == 1


def test_a_number_and_a_user_id_of_one_person_are_forgotten_together(database: Database) -> None:
    by_number = write(database, "1", "saya dilecehkan", Sender("whatsapp", (NUMBER,)))
    by_user = write(database, "2", "halo", Sender("whatsapp", (USER,)))
    answer(database)
    answer(database)
    assert by_number != by_user
    both = write(database, "3", "hapus", Sender("whatsapp", (NUMBER, USER)))
    answer(database)
    assert both == by_number
    forget(database, both)
    assert count(database, OutboxMessage) == 0
    with database.reading() as session:
        assert not session.scalars(
            select(InboxEvent.sealed_payload).where(InboxEvent.sealed_payload.is_not(None))
        ).all()
    with database.transaction() as session:
        assert retention.sweep(session, NOW + timedelta(hours=1)) == 2


def test_who_leaves_in_haste_leaves_nothing_to_read(database: Database) -> None:
    write(database, "1", "suami saya memukul")
    answer(database)
    write(database, "2", "dia datang")
    with database.transaction() as session:
        retention.leave(session, SARI, NOW)
    with database.reading() as session:
        assert conversations.known(session, SARI) is None, "the old cookie opens nothing"
        assert not inbox.anything_open(session)
        assert not session.scalars(
            select(InboxEvent.sealed_payload).where(InboxEvent.sealed_payload.is_not(None))
        ).all()
    assert count(database, OutboxMessage) == 0


def test_who_leaves_while_staff_call_her_slot_off_waits_for_them_and_not_they_for_her(
    postgresql_database: Database,
) -> None:
    """Staff hold the slot and have something to tell her; she is held and wants her seat given back."""
    with postgresql_database.transaction() as session:
        sari = booked.telephone(session, "6281")
        slot = booked.saturday(session, booked.workshop(session), booked.korleko(session))
        sari_id, slot_id = sari.id, slot.id
        bookings.book(session, booked.ask(slot, booked.person(session, "Sari", sari), sari), booked.NOW)
    held, gone = threading.Event(), threading.Event()

    def leave() -> None:
        held.wait(10)
        with postgresql_database.transaction() as session:
            retention.leave(session, Sender("whatsapp", (("phone", "6281"),)), booked.NOW)
        gone.set()

    leaving = threading.Thread(target=leave)
    leaving.start()
    with postgresql_database.transaction() as session:
        slots.hold(session, slot_id)
        held.set()
        assert not gone.wait(0.5), "she waits for the slot"
        bookings.call_off_slot(session, slot_id, "banjir", booked.WAYAN, booked.NOW)
    leaving.join(10)
    assert gone.is_set()
    with postgresql_database.reading() as session:
        assert session.get_one(Conversation, sari_id).closing_at == booked.NOW


def a_place_of(session: Session, name: str, number: str, *, seats: int = 1) -> Booking:
    """Somebody booked from this telephone; the next in line waits where there is one seat."""
    phone = booked.telephone(session, number)
    slot = booked.saturday(session, booked.workshop(session), booked.korleko(session), seats=seats)
    return bookings.book(session, booked.ask(slot, booked.person(session, name, phone), phone), booked.NOW)


def due(session: Session, booking: Booking) -> set[tuple[str, int | None]]:
    own = select(Notice.kind, Notice.conversation_id).where(Notice.booking_id == booking.id, Notice.state == "due")
    return {(kind, conversation_id) for kind, conversation_id in session.execute(own)}


def test_who_is_known_on_another_telephone_keeps_the_place_and_hears_of_it_there(database: Database) -> None:
    """Sari lent her sister the telephone she booked from; her own has her as herself, her mother's as a child."""
    with database.transaction() as session:
        hers = a_place_of(session, "Sari", "6281")
        mothers, own = booked.telephone(session, "6282"), booked.telephone(session, "6283")
        assert hers.person
        people.tie(session, hers.person, mothers, "child", booked.NOW)
        people.tie(session, hers.person, own, "self", booked.NOW + timedelta(days=1))
        left = session.get_one(Conversation, hers.conversation_id)
        retention.forget(session, left, booked.NOW)
        assert (hers.state, hers.conversation_id) == (State.BOOKED, own.id)
        assert due(session, hers) == {("reminder", own.id), ("today", own.id)}
        assert people.behind(session, left) == []
        left_id = left.id
    with database.transaction() as session:
        assert retention.sweep(session, booked.NOW + timedelta(hours=1)) == 1, "the address does not stay for the place"
        assert session.get(Conversation, left_id) is None


def test_a_place_that_nobody_else_hears_of_is_given_back(database: Database) -> None:
    """The desk has a record of her without a telephone; the only one that knew of this place is forgotten."""
    with database.transaction() as session:
        hers = a_place_of(session, "Sari", "6281")
        left = session.get_one(Conversation, hers.conversation_id)
        people.leave(session, left)
        wayan = booked.person(session, "Wayan", booked.telephone(session, "6282"))
        his = bookings.wait(session, booked.ask(hers.slot, wayan), booked.NOW)
        retention.forget(session, left, booked.NOW)
        assert (hers.state, hers.conversation_id, his.state) == (State.CANCELLED, None, State.OFFERED)
        assert due(session, hers) == set()


def test_a_visit_that_is_over_stays_hers_without_the_telephone(database: Database) -> None:
    with database.transaction() as session:
        hers = a_place_of(session, "Sari", "6281")
        assert hers.person
        people.tie(session, hers.person, booked.telephone(session, "6282"), "child", booked.NOW)
        later = hers.slot.starts_at
        bookings.mark(session, hers.id, State.CAME, "staff:1", later)
        left = session.get_one(Conversation, hers.conversation_id)
        retention.forget(session, left, later)
        assert (hers.state, hers.person is None) == (State.CAME, False)
        assert hers.conversation_id != left.id


def test_no_place_keeps_the_address_of_who_asked_to_be_forgotten(database: Database) -> None:
    """Somebody at the desk ties a place to it in the minutes before it goes."""
    with database.transaction() as session:
        hers = a_place_of(session, "Sari", "6281")
        left = session.get_one(Conversation, hers.conversation_id)
        left.closing_at = booked.NOW
    with database.transaction() as session:
        assert retention.sweep(session, booked.NOW + timedelta(hours=1)) == 1


YEAR = timedelta(days=365)


def names(session: Session) -> set[str]:
    return {person.name for person in session.scalars(select(Person))}


def test_a_name_goes_a_year_after_the_last_booking_though_the_telephone_is_in_use(database: Database) -> None:
    """Sari booked in December; her child Dewi was only named. Sari's telephone has been in use ever since."""
    with database.transaction() as session:
        hers = a_place_of(session, "Sari", "6281")
        phone = session.get_one(Conversation, hers.conversation_id)
        booked.person(session, "Dewi", phone, "child")
        over = hers.slot.ends_at
    for now, known in (
        (booked.NOW + YEAR, {"Sari", "Dewi"}),
        (booked.NOW + YEAR + timedelta(seconds=1), {"Sari"}),
        (over + YEAR - timedelta(seconds=1), {"Sari"}),
        (over + YEAR, set()),
    ):
        with database.transaction() as session:
            session.get_one(Conversation, phone.id).last_incoming_at = now
            retention.forget_old(session, now)
            retention.sweep(session, now)
            assert names(session) == known
    with database.reading() as session:
        kept = session.get_one(Booking, hers.id)
        assert (kept.state, kept.person_id, kept.conversation_id) == (State.BOOKED, None, None), "still in the count"
        assert people.behind(session, session.get_one(Conversation, phone.id)) == []


def test_who_has_booked_again_is_known_for_another_year(database: Database) -> None:
    with database.transaction() as session:
        hers = a_place_of(session, "Sari", "6281")
        assert hers.person
        again = booked.NOW + timedelta(days=300)
        plan = slots.Plan((again + timedelta(days=3)).date(), time(9), time(12), 1)
        slot = slots.make(session, hers.slot.type, hers.slot.village, plan, booked.WAYAN, again, insist=True)
        bookings.book(session, booked.ask(slot, hers.person), again)
        retention.forget_old(session, hers.slot.ends_at + YEAR)
        assert names(session) == {"Sari"}
