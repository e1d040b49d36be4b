"""A number and a user id, first seen apart, turn out to be one person's: nothing of what she has is lost."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import bookings, conversations, inbox, interests, notices, people, retention
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import Received
from centre.interests import Interest
from centre.messages import Incoming
from centre.notices import Notice
from tests.centre.booked import NOW, ask, korleko, person, saturday, workshop

NUMBER, USER = ("phone", "628111222333"), ("user", "ID.kenari")


def write(session: Session, *identifiers: tuple[str, str]) -> Conversation:
    """She writes, and shows these."""
    sender = Sender("whatsapp", identifiers)
    key = "+".join(value for _, value in identifiers)
    inbox.receive(session, [Received("whatsapp", key, sender, Incoming("text", "halo"))], NOW)
    return session.get_one(Conversation, conversations.of_sender(session, sender, NOW))


def test_what_was_booked_under_the_user_id_goes_on_under_the_number(database: Database) -> None:
    with database.transaction() as session:
        by_number, by_user = write(session, NUMBER), write(session, USER)
        kind, village = workshop(session), korleko(session)
        slot, sari = saturday(session, kind, village), person(session, "Sari", by_user)
        dewi = person(session, "Dewi", by_user, "child")
        people.tie(session, dewi, by_number, "child", NOW)
        hers = bookings.book(session, ask(slot, sari, by_user), NOW)
        garden = workshop(session, slug="kebun")
        for type_id, where in ((kind.id, by_number), (kind.id, by_user), (garden.id, by_user)):
            interests.note(session, type_id, where, NOW)
        interests.tell(session, saturday(session, kind, village), NOW)

        both = write(session, NUMBER, USER)
        session.expire_all()

        assert both is by_number
        assert list(bookings.of_conversation(session, both.id, NOW)) == [hers]
        assert [known.person.name for known in people.behind(session, both)] == ["Sari", "Dewi"]
        assert people.behind(session, by_user) == []
        wishes = session.execute(select(Interest.type_id, Interest.conversation_id).order_by(Interest.type_id)).all()
        assert [tuple(wish) for wish in wishes] == [(kind.id, both.id), (garden.id, both.id)]
        due = select(Notice.kind, Notice.conversation_id).where(Notice.state == notices.State.DUE)
        assert sorted(tuple(row) for row in session.execute(due)) == [
            ("new_dates", both.id),
            ("reminder", both.id),
            ("today", both.id),
        ]


def test_who_turns_out_to_be_one_twice_is_erased_whole(database: Database) -> None:
    """Seen by three names, one after the other; each time the surer one is kept."""
    other = ("phone", "628999")
    with database.transaction() as session:
        first, second, kept = (write(session, each) for each in (("bsuid", "x"), USER, NUMBER))
        assert write(session, USER, ("bsuid", "x")) is second
        assert write(session, NUMBER, USER) is kept
        write(session, other)
        retention.forget(session, kept, NOW)
        session.expire_all()
        assert [each.closing_at for each in (first, second, kept)] == [NOW] * 3
        assert write(session, other).closing_at is None


def test_a_reminder_planned_before_goes_to_the_kept_one(database: Database) -> None:
    with database.transaction() as session:
        by_user = write(session, USER)
        slot = saturday(session, workshop(session), korleko(session))
        hers = bookings.book(session, ask(slot, person(session, "Sari", by_user), by_user), NOW)
        kept = write(session, NUMBER)
        write(session, NUMBER, USER)
        session.expire_all()
        two_days_before = slot.starts_at - timedelta(days=2)
        (reminder,) = notices.due(session, two_days_before)
        taken = notices.take(session, reminder, two_days_before)
        assert taken
        assert (taken[0].booking_id, taken[1]) == (hers.id, kept)
