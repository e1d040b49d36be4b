"""Ten times the burst, and a day without a platform: its limits are kept, nobody starves, nothing is told too late."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from centre import conversations, outbox
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.messages import Outgoing, Template
from centre.outbox import Delivery, OutboxMessage, Outcome, State
from tests.moved_time import MovedTime
from tests.webhooks.paced import OVERALL, PER_CHAT, Limit, Platform, broken
from webhooks import delivery, telegram, whatsapp
from webhooks.delivery import Courier

MORNING = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
PACE = {"telegram": telegram.PLATFORM, "whatsapp": whatsapp.PLATFORM}
KIND = {"telegram": "chat", "whatsapp": "phone"}
BURST = 90
"""Some seconds of what Telegram takes."""


class Story:
    """People on one platform, and workers who share its limits through the database."""

    def __init__(self, database: Database, channel: str, workers: int = 1) -> None:
        self.database, self.channel = database, channel
        self.time = MovedTime(MORNING)
        self.platform = Platform(channel, PACE[channel], self.time)
        self.queued: dict[str, float] = {}
        self._workers = workers
        self._couriers: list[Courier] = []

    def say(self, who: int, text: str, *, wrote: bool = True, news: bool = False, **more: object) -> None:
        """The bot has something for somebody (who has just written, if `wrote`)."""
        self.say_all([who], text, wrote=wrote, news=news, **more)

    def say_all(self, people: list[int], text: str, *, wrote: bool = True, news: bool = False, **more: object) -> None:
        now, self.queued[text] = self.time.now(), self.time.passed
        template, useful = more.get("template"), more.get("useful_until")
        reply = Outgoing(text, template=template)  # type: ignore[arg-type]
        with self.database.transaction() as session:
            for who in people:
                sender = Sender(self.channel, ((KIND[self.channel], f"62{who}"),))
                conversation = session.get_one(Conversation, conversations.of_sender(session, sender, now))
                if wrote:
                    conversation.last_incoming_at = now
                cause = f"{text}:{who}"
                outbox.queue(session, conversation, cause, [reply], now, useful, is_news=news)  # type: ignore[arg-type]
        for courier in self._couriers:
            courier.wake()

    def tell(self, story: Callable[[Story], Awaitable[None]]) -> None:
        self.time.run(self._tell(story))

    async def until(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds - self.time.passed))

    async def at_hour(self, hours: float) -> None:
        """The clock goes on to then; what has become due meanwhile is tried."""
        self.time.jump(timedelta(hours=hours - self.time.hours))
        await asyncio.sleep(15)

    async def until_all_is_out(self) -> None:
        while self.count(State.OPEN) + self.count(State.SENDING):
            await asyncio.sleep(delivery.LOOK_EVERY * 5)

    def count(self, state: State) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).where(OutboxMessage.state == state)) or 0

    def lost(self) -> dict[str, str]:
        """What staff are shown as not delivered, with its reason."""
        with self.database.reading() as session:
            rows = session.scalars(select(OutboxMessage).where(outbox.is_lost()))
            return {row.cause.rpartition(":")[0]: row.error if row.state == State.FAILED else row.state for row in rows}

    async def _tell(self, story: Callable[[Story], Awaitable[None]]) -> None:
        self._couriers = [
            Courier(self.database, {self.channel: self.platform}, self.time.now, random.Random(number))
            for number in range(self._workers)
        ]
        running = [asyncio.create_task(courier.run()) for courier in self._couriers]
        reaping = asyncio.create_task(self._reap())
        await story(self)
        reaping.cancel()
        for courier in self._couriers:
            courier.stop()
        await asyncio.gather(*running)

    async def _reap(self) -> None:
        """As the schedule does."""
        while True:
            await asyncio.sleep(delivery.LOOK_EVERY * 25)
            now = self.time.now()
            with self.database.transaction() as session:
                outbox.reap(session, now)
                outbox.follow_clock(session, now)


# Ten times the burst


async def answers_for_some_seconds(story: Story) -> None:
    chance = random.Random(11)
    for number in range(25):
        await asyncio.sleep(chance.expovariate(8))
        story.say(chance.randrange(40), f"Jawaban {number}")
    await story.until_all_is_out()


def waited(story: Story) -> dict[tuple[str, str], float]:
    """How long each answer took, by person and words."""
    arrived = [each for each in story.platform.arrived if each.text.startswith("Jawaban")]
    return {(each.who, each.text): each.at - story.queued[each.text] for each in arrived}


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
def test_a_broadcast_to_hundreds_delays_no_answer_by_a_second(database: Database, channel: str) -> None:
    """But for the second that Telegram wants between two messages in one chat, after the news is out there."""
    calm, busy = Story(database, channel, workers=2), Story(database, channel, workers=2)
    calm.tell(answers_for_some_seconds)

    async def with_news(story: Story) -> None:
        story.say_all(list(range(30, 70)), "Pelatihan gratis", news=True)
        await answers_for_some_seconds(story)

    busy.time.jump(timedelta(hours=1))
    with database.transaction() as session:
        session.execute(delete(OutboxMessage))
    busy.tell(with_news)
    assert busy.platform.broken_limits() == []
    assert len(busy.platform.arrived) == 40 + 25, "nobody starves, the news neither"
    alone, beside = waited(calm), waited(busy)
    for who, text in alone:
        call = busy.platform.slowest + delivery.LOOK_EVERY if who in busy.platform.who_got("Pelatihan gratis") else 0
        assert beside[who, text] - alone[who, text] <= 1.0 + call


def test_answers_to_everybody_at_once_keep_every_limit_and_nobody_is_forgotten(database: Database) -> None:
    story = Story(database, "telegram", workers=2)

    async def all_at_once(story: Story) -> None:
        for number in range(3):
            story.say_all(list(range(BURST // 3)), f"Jawaban {number}")
        await story.until_all_is_out()

    story.tell(all_at_once)
    assert story.platform.broken_limits() == []
    assert len(story.platform.arrived) == BURST
    assert story.platform.arrived[-1].at <= BURST / telegram.PLATFORM.per_second + 3, "and it is used"
    for who in range(BURST // 3):
        assert story.platform.texts(f"62{who}") == [f"Jawaban {number}" for number in range(3)]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_comes_and_whoever_claims_the_limits_hold(database: Database, data: st.DataObject) -> None:
    """Calls take their time, and some are refused."""
    channel = data.draw(st.sampled_from(["telegram", "whatsapp"]))
    pace, under_way, at = PACE[channel], list[Delivery](), 0.0
    begun, calls = dict[int, tuple[float, str]](), list[float]()
    arrived: list[tuple[float, str]] = []
    with database.transaction() as session:
        for turn in range(data.draw(st.integers(3, 12))):
            for who in data.draw(st.lists(st.integers(0, 12), max_size=25)):
                _queue(session, channel, who, f"{turn}", at, news=data.draw(st.booleans()))
            at += data.draw(st.sampled_from([0.0, 0.05, 0.2, 0.9, 1.0, 3.0]))
            claimed = outbox.claim(session, channel, pace, MORNING + timedelta(seconds=at), 20, 12)
            begun |= {each.id: (at, each.sender.identifiers[0][1]) for each in claimed}
            calls += [at] * len(claimed)
            under_way += claimed
            at += data.draw(st.sampled_from([0.0, 0.1, 0.5]))
            for each in under_way[: data.draw(st.integers(0, len(under_way)))]:
                under_way.remove(each)
                outcome = data.draw(st.sampled_from([Outcome("sent"), Outcome("sent"), Outcome("temporary")]))
                arrived += [begun[each.id]] if outcome.kind == "sent" else []  # only what arrived counts for a chat
                outbox.record(session, each.id, outcome, MORNING + timedelta(seconds=at), 1.0)
        session.rollback()
    assert broken("overall", calls, OVERALL[channel]) == []
    for who in {who for _, who in arrived}:
        for limit in PER_CHAT[channel]:
            assert broken(who, [when for when, whom in arrived if whom == who], limit) == []


def _queue(session: object, channel: str, who: int, text: str, at: float, *, news: bool) -> None:
    now = MORNING + timedelta(seconds=at)
    sender = Sender(channel, ((KIND[channel], f"62{who}"),))
    conversation = session.get_one(Conversation, conversations.of_sender(session, sender, now))  # type: ignore
    cause = f"{text}:{at}:{who}:{random.random()}"
    outbox.queue(session, conversation, cause, [Outgoing(text)], now, is_news=news)  # type: ignore[arg-type]


def test_the_count_itself_notices_what_is_too_fast() -> None:
    assert broken("overall", [0.0, 0.2, 0.9], Limit(2, 1.0)) != []
    assert broken("overall", [0.0, 0.2, 1.0], Limit(2, 1.0)) == []


# A platform that is dead for a day

TEMPLATE = Template("balai_reminder", "id", ("Pelatihan", "Sari"), ())


def test_a_platform_dead_for_a_day(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still of use is delivered when it comes back; what is not is never sent, and stands at the desk."""
    monkeypatch.setattr(delivery, "LOOK_EVERY", 2)
    story = Story(database, "telegram")
    story.platform.is_dead = lambda hours: 0 < hours < 25

    async def a_day(story: Story) -> None:
        await story.at_hour(0.01)
        story.say(1, "Jawaban pagi")
        story.say(2, "Kabar pelatihan", news=True, useful_until=MORNING + timedelta(hours=8))
        story.say(3, "Besok jam sembilan", useful_until=MORNING + timedelta(hours=20))
        await story.at_hour(0.5)
        story.say(4, "Balasan petugas lama", wrote=False)
        await story.at_hour(3)
        story.say_all([1, 5], "Jawaban siang")
        story.say(6, "Janji Anda lusa", useful_until=MORNING + timedelta(hours=40), template=TEMPLATE)
        await story.at_hour(12)
        story.say(5, "Balasan petugas malam", wrote=False)
        await story.at_hour(24.4)
        story.say_all(list(range(10, 22)), "Jawaban esok paginya")
        await story.at_hour(25)
        await story.at_hour(25.6)
        assert story.count(State.OPEN) + story.count(State.SENDING) == 0, "within the longest pause between two tries"

    story.tell(a_day)
    late = {"Jawaban pagi", "Kabar pelatihan", "Besok jam sembilan", "Balasan petugas lama"}
    assert story.lost() == dict.fromkeys(late, "expired")
    assert story.platform.broken_limits() == []
    assert min(each.hours for each in story.platform.arrived) >= 25
    assert sorted(story.platform.texts("621")) == ["Jawaban siang"]
    assert story.platform.texts("625") == ["Jawaban siang", "Balasan petugas malam"], "in their order"
    assert len(story.platform.texts()) == 16


def test_after_the_window_only_a_template_goes_and_the_rest_is_shown_to_staff(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LOOK_EVERY", 2)
    story = Story(database, "whatsapp")
    story.platform.is_dead = lambda hours: 1 < hours < 25

    async def a_day(story: Story) -> None:
        story.say_all([1, 2], "Halo")  # both write at the beginning, and never again
        await story.until(5)
        await story.at_hour(10)
        story.say(1, "Balasan petugas", wrote=False)
        story.say(2, "Janji Anda lusa", wrote=False, useful_until=MORNING + timedelta(hours=40), template=TEMPLATE)
        await story.at_hour(24)
        await story.at_hour(25.2)
        await story.at_hour(26)

    story.tell(a_day)
    assert story.lost() == {"Balasan petugas": "window_closed"}
    assert [(each.who, each.style) for each in story.platform.arrived[2:]] == [("622", "template")]


# A clock that is set while messages are on their way


@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(minutes=-10), timedelta(hours=25)])
def test_a_clock_that_is_set_holds_up_nobody(database: Database, by: timedelta) -> None:
    story = Story(database, "telegram", workers=2)

    async def a_jump(story: Story) -> None:
        story.say_all(list(range(36)), "Sebelum")
        await story.until(1)
        story.time.jump(by)
        story.say_all(list(range(20)), "Sesudah")
        await story.until(15)

    story.tell(a_jump)
    sent = story.platform.texts()
    assert sent.count("Sesudah") == 20
    assert max(each.at for each in story.platform.arrived) < 15
    # By a clock put forward a day, what had not gone out is too late: it is shown to staff, not lost.
    assert sent.count("Sebelum") + story.count(State.EXPIRED) == 36
    assert story.count(State.EXPIRED) == 0 or by > timedelta(0)
    assert story.platform.broken_limits() == [] or by > timedelta(0), "put forward, it finds the pace of a day unused"


@pytest.mark.parametrize(("after", "goes"), [(-1, True), (1, False)])
def test_the_window_closes_to_the_second(database: Database, after: int, goes: bool) -> None:
    """23:59:59 after the last message free words go; 24:00:01 after it they do not."""
    story = Story(database, "whatsapp")

    async def a_day_later(story: Story) -> None:
        story.say(1, "Halo")
        await story.until(5)
        story.time.jump(timedelta(days=1, seconds=after - story.time.passed))
        story.say(1, "Balasan petugas", wrote=False)
        await story.until_all_is_out()

    story.tell(a_day_later)
    assert ("Balasan petugas" in story.platform.texts()) is goes
    assert story.lost() == ({} if goes else {"Balasan petugas": "window_closed"})
