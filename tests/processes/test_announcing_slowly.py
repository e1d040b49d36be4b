"""News waits for everything else: an answer overtakes it, a stop halfway holds, and WhatsApp's paid words have their limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.templates import as_read
from centre import announcement_people, announcements, conversations, news_consents, outbox
from centre.announcements import LONGEST_IN_TEMPLATE, Announcement
from centre.contact_points import Pace
from centre.conversations import Conversation
from centre.db import Database
from centre.messages import Outgoing
from centre.notices import Notice
from centre.outbox import Outcome
from processes import noticing
from tests.bot.chatting import WIDE
from tests.centre.booked import korleko
from tests.processes.test_announcing import EVERYWHERE, LATER, MORNING, WORDS, counted, go, telephone, written

__all__ = ["village"]
SLOW = Pace(per_second=1, burst=6, per_chat=5, chat_span=timedelta(seconds=1))


@pytest.fixture
def village(database: Database) -> int:
    with database.transaction() as session:
        return korleko(session).id


def announced(database: Database, village: int, names: str, **more) -> int:
    """News to so many telephones, on its way."""
    channel, villages = more.pop("channel", "telegram"), more.pop("villages", [village])
    with database.transaction() as session:
        for name in names:
            telephone(session, name, village, channel=channel)
        number = written(session, villages, **more).id
        announcements.send(session, EVERYWHERE, number, "wayan", MORNING)
    return number


def queue(database: Database, who: str, text: str, now: datetime = LATER) -> None:
    """The bot answers."""
    with database.transaction() as session:
        sender = conversations.Sender("telegram", (("chat", who),))
        conversation = session.get_one(Conversation, conversations.of_sender(session, sender, now))
        outbox.queue(session, conversation, f"event:{text}", [Outgoing(text)], now)


def sent(database: Database, pace: Pace, now: datetime, limit: int = 20, news: int = 20) -> list[str]:
    """What goes out now, with all that it may carry; everything arrives."""
    with database.transaction() as session:
        claimed = outbox.claim(session, "telegram", pace, now, limit, news)
        for each in claimed:
            outbox.record(session, each.id, Outcome("sent", provider_id=str(each.id)), now, 1.0)
        return [each.part.text for each in claimed]


def test_an_answer_goes_before_the_news_that_waits_also_in_its_own_conversation(database, village):
    announced(database, village, "abcdefgh")
    go(database, MORNING)
    queue(database, "c", "Jawaban untuk c")
    queue(database, "nobody yet", "Jawaban untuk yang lain")
    out = sent(database, WIDE, LATER, limit=4)
    assert out[:2] == ["Jawaban untuk c", "Jawaban untuk yang lain"]
    assert all(WORDS in each for each in out[2:])
    assert len(sent(database, WIDE, LATER)) == 6, "then all the rest, c's news too"


def test_news_leaves_room_for_the_answer_that_is_ready_in_a_moment(database, village):
    announced(database, village, "abcdefgh")
    go(database, MORNING)
    assert len(sent(database, SLOW, LATER)) == 3, "half of what the platform takes now"
    queue(database, "new", "Jawaban")
    assert "Jawaban" in sent(database, SLOW, LATER)
    assert sent(database, WIDE, LATER, news=0) == [], "its calls are taken"


def test_an_answer_waits_for_news_that_is_going_out_this_moment(database, village):
    announced(database, village, "a")
    go(database, MORNING)
    with database.transaction() as session:
        [news] = outbox.claim(session, "telegram", WIDE, LATER)
    queue(database, "a", "Jawaban")
    assert sent(database, WIDE, LATER) == []
    with database.transaction() as session:
        outbox.record(session, news.id, Outcome("sent", provider_id="1"), LATER, 1.0)
    assert sent(database, WIDE, LATER) == ["Jawaban"]


def test_stopped_halfway_the_others_hear_nothing_and_it_is_told_who_did(database, village):
    number = announced(database, village, "abcdefghijklmnopqrstuvwxyz")
    go(database, MORNING)
    assert len(sent(database, WIDE, LATER, limit=13)) == 13
    with database.transaction() as session:
        announcements.stop(session, EVERYWHERE, number, LATER)
    go(database, LATER)
    assert sent(database, WIDE, LATER + timedelta(minutes=1)) == []
    assert counted(database, number) == {"sent": 13, "void": 13}


def test_a_reminder_is_put_on_its_way_before_news_that_is_due_longer(database, village):
    announced(database, village, "a" * 1)
    noticing.plan_announcements(database, lambda: MORNING)
    with database.transaction() as session:
        phone = telephone(session, "b", village)
        due = {"zone": "Asia/Makassar", "due_at": LATER, "useful_until": LATER + timedelta(days=1), "state": "due"}
        session.add(Notice(key="reminder:1", kind="reminder", conversation_id=phone.id, **due))
    with database.reading() as session:
        first, second = [session.get_one(Notice, number).kind for number in noticing.notices.due(session, LATER)]
    assert (first, second) == ("reminder", "announced")


def test_each_village_sleeps_by_its_own_clock(database):
    with database.transaction() as session:
        indramayu = korleko(session, "Kenanga", "32.12.16.2004")
        indramayu.time_zone = "Asia/Jakarta"
        merauke = korleko(session, "Wasur", "93.01.01.2001")
        merauke.time_zone = "Asia/Jayapura"
        west, east = indramayu.id, merauke.id
        telephone(session, "west", west)
        telephone(session, "east", east)
        number = written(session, [west, east]).id
        announcements.send(session, EVERYWHERE, number, "wayan", MORNING)
        announcements.agree(session, EVERYWHERE, number, "made", MORNING)
    evening = datetime(2026, 12, 1, 12, 30, tzinfo=UTC)
    with database.transaction() as session:
        session.get_one(Announcement, number).begins_at = evening
    assert len(go(database, evening)) == 1, "half past seven in Indramayu, half past nine in Merauke"
    assert len(go(database, datetime(2026, 12, 1, 21, 30, tzinfo=UTC))) == 2, "half past six in Merauke"


# WhatsApp, more than a day after they wrote


def test_with_the_paid_template_those_who_wrote_long_ago_hear_it_too(database, village):
    number = announced(database, village, "ab", channel="whatsapp", with_template=True)
    with database.reading() as session:
        reach = announcement_people.reach(session, session.get_one(Announcement, number), MORNING)
    assert (reach.by_channel, reach.by_template, reach.cannot) == ({"whatsapp": 2}, 2, 0)
    go(database, MORNING)
    with database.transaction() as session:
        first, _ = outbox.claim(session, "whatsapp", WIDE, LATER)
    assert first.part.style == "template"
    assert first.part.template
    read = as_read(first.part.template)
    assert WORDS in read
    assert "Korleko" in read
    assert "BERHENTI KABAR" in read


def test_an_announcement_too_long_for_the_template_is_never_cut_but_not_told(database, village):
    long = "Ada pelatihan. " * (LONGEST_IN_TEMPLATE // 15 + 1)
    number = announced(database, village, "a", channel="whatsapp", with_template=True, texts={"id": long})
    with database.reading() as session:
        reach = announcement_people.reach(session, session.get_one(Announcement, number), MORNING)
    assert (reach.by_template, reach.cannot) == (0, 1)
    assert go(database, MORNING) == []
    assert counted(database, number) == {"not_told": 1}


def test_whatsapps_daily_limit_is_shared_by_all_announcements_and_half_of_it_is_left(database, village):
    number = announced(database, village, "abcde", channel="whatsapp", with_template=True)
    with database.reading() as session:
        reach = announcement_people.reach(session, session.get_one(Announcement, number), MORNING, daily=4)
    assert (reach.by_template, reach.takes) == (5, timedelta(days=2))
    noticing.plan_announcements(database, lambda: MORNING)
    told = []
    for hours in (0, 1, 25, 26, 50):
        moment = MORNING + timedelta(hours=hours, minutes=1)
        told.append(noticing.tell_due(database, "", lambda moment=moment: moment, daily=4))
    assert told == [2, 0, 2, 0, 1]
    with database.reading() as session:
        assert session.scalars(select(Notice.by_template)).all() == [True] * 5


def test_who_says_no_to_news_gets_no_paid_message_either(database, village):
    announced(database, village, "a", channel="whatsapp", with_template=True)
    go(database, MORNING)
    with database.transaction() as session:
        conversation = session.scalars(select(Conversation)).one()
        news_consents.note(session, conversation, False, LATER)
        assert outbox.claim(session, "whatsapp", WIDE, LATER) == []
