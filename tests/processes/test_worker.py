"""A message through web, worker and platform, with everything that can go wrong on the way out.

One house stands for all of these tests; each is about a person of its own.
"""

from __future__ import annotations

import itertools
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import ScalarSelect, func, select

from centre.conversations import Identifier
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from tests.gateways import LOST, Call, Fault, Gateways, telegram_error, whatsapp_error
from tests.processes.conftest import SMALL_GUIDANCE, postgresql_copy
from tests.processes.houses import (
    GRAPH_TOKEN,
    TELEGRAM_TOKEN,
    House,
    as_update,
    standing,
    telegram_update,
    wait_for,
    whatsapp_status,
)

WAGES = "gaji saya dipotong untuk biaya berangkat"
_people = itertools.count(5001)
_updates = itertools.count(1)


@pytest.fixture(scope="module")
def platforms() -> Iterator[Gateways]:
    with Gateways(telegram_token=TELEGRAM_TOKEN, whatsapp_token=GRAPH_TOKEN) as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(
    request: pytest.FixtureRequest, furnished: Path, platforms: Gateways, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house at work, on each database."""
    folder = tmp_path_factory.mktemp(request.param) / "data"
    shutil.copytree(furnished, folder)
    with ExitStack() as held:
        url = ""
        if request.param == "postgresql":
            url = held.enter_context(postgresql_copy(request.getfixturevalue("furnished_postgresql")))
        house = held.enter_context(standing(House(folder, url, platforms.address), "web", "worker"))
        house.wait_until_ready()
        yield house


@dataclass
class Talk:
    """One person's conversation, seen from their telephone."""

    house: House
    platforms: Gateways
    number: int
    channel: str = "telegram"
    before: int = 0
    """How much they had heard before the test began."""

    @property
    def address(self) -> str:
        return str(self.number) if self.channel == "telegram" else f"62{self.number}"

    def says(self, *texts: str) -> None:
        for text in texts:
            if self.channel == "telegram":
                assert self.house.telegram(next(_updates), self.number, text) == 200
            else:
                assert self.house.whatsapp(f"wamid.in{next(_updates)}", self.address, text) == 200

    def meets(self) -> Talk:
        """Get to know each other: greeting, language and village skipped."""
        for text in ("halo", "lewati", "lewati"):
            self.says(text)
            self.settled()
        self.before = len(self.platforms.arrived(self.address))
        return self

    def heard(self, count: int) -> list[str]:
        """What arrived since they met, once it is so much."""
        wait_for(lambda: len(self.arrived()) >= count, f"{self.number} did not hear {count} things")
        return self.arrived()

    def arrived(self) -> list[str]:
        return self.platforms.arrived(self.address)[self.before :]

    def tries(self, text: str = "") -> list[Call]:
        """The calls that were made for them."""
        calls = [call for call in self.platforms.calls if call.to == self.address]
        return [call for call in calls if text in ("", call.text)]

    def rows(self) -> list[OutboxMessage]:
        """What was queued for them, since they met."""
        with self.house.database.reading() as session:
            rows = select(OutboxMessage).where(OutboxMessage.conversation_id == self._id()).order_by(OutboxMessage.id)
            return list(session.scalars(rows))[self.before :]

    def settled(self) -> list[OutboxMessage]:
        """The same, once nothing of theirs is under way any more."""
        wait_for(lambda: not self._is_under_way(), f"something of {self.number} is still under way")
        return self.rows()

    def _is_under_way(self) -> bool:
        with self.house.database.reading() as session:
            waiting = select(InboxEvent.id).where(InboxEvent.conversation_id == self._id(), InboxEvent.state == "open")
            going = select(OutboxMessage.id).where(
                OutboxMessage.conversation_id == self._id(), OutboxMessage.state.in_(("open", "sending"))
            )
            return bool(session.scalars(waiting).first() or session.scalars(going).first())

    def _id(self) -> ScalarSelect[int]:
        kind = "chat" if self.channel == "telegram" else "phone"
        lookup = self.house.database.vault.lookup(f"{self.channel}:{kind}", self.address)
        return select(Identifier.conversation_id).where(Identifier.lookup == lookup).scalar_subquery()


@pytest.fixture
def sari(both: House, platforms: Gateways) -> Talk:
    """Somebody on Telegram who knows us already."""
    return Talk(both, platforms, next(_people)).meets()


@pytest.fixture
def inaq(both: House, platforms: Gateways) -> Talk:
    """Somebody on WhatsApp who knows us already."""
    return Talk(both, platforms, next(_people), "whatsapp").meets()


# The way through


def test_sari_asks_on_telegram_and_is_answered_at_once(sari: Talk) -> None:
    started = time.monotonic()
    sari.says(WAGES)
    assert "Potongan" in sari.heard(1)[0]
    assert time.monotonic() - started < 5, "a blink on an idle machine; this one may be busy"
    assert [row.state for row in sari.settled()] == ["sent"]
    assert sari.platforms.violations == []


def test_inaq_rohani_asks_on_whatsapp(inaq: Talk) -> None:
    inaq.says(WAGES)
    assert "Potongan" in "".join(inaq.heard(1))
    assert inaq.platforms.violations == []


def test_what_a_platform_brings_three_times_is_answered_once(sari: Talk) -> None:
    update = telegram_update(next(_updates), sari.number, WAGES)
    assert [sari.house.knock(update, "telegram") for _ in range(3)] == [200, 200, 200]
    sari.says("menu")
    sari.heard(2)
    sari.settled()
    assert ["Potongan" in text for text in sari.arrived()] == [True, False]


def test_many_messages_of_one_person_are_answered_in_their_order(sari: Talk) -> None:
    sari.says(*(WAGES, "menu") * 4)
    sari.heard(8)
    sari.settled()
    assert ["Potongan" in text for text in sari.arrived()] == [True, False] * 4


def test_statuses_move_forward_only(inaq: Talk) -> None:
    inaq.says(WAGES)
    row = inaq.settled()[-1]
    call = inaq.platforms.calls.index(inaq.tries()[-1]) + 1
    for state in ("read", "delivered", "sent", "read"):
        assert inaq.house.knock(whatsapp_status(f"wamid.out{call}", state, str(row.id)), "whatsapp") == 200
    wait_for(lambda: inaq.rows()[-1].delivery == "read", "the status was not entered")
    wait_for(lambda: _open_statuses(inaq.house) == 0, "a status still waits")
    assert (inaq.rows()[-1].delivery, inaq.rows()[-1].state) == ("read", "sent")


def _open_statuses(house: House) -> int:
    with house.database.reading() as session:
        waiting = select(func.count()).where(InboxEvent.kind == "status", InboxEvent.state == "open")
        return session.execute(waiting).scalar_one()


# What platforms do


def test_asked_to_wait_we_wait_exactly_that(sari: Talk) -> None:
    sari.platforms.fail(telegram_error(429, "Too Many Requests", retry_after=1), to=sari.address)
    sari.says("menu", WAGES)
    menu, answer = sari.heard(2)
    assert "Potongan" in answer
    refused, sent = [call.at for call in sari.tries(menu)][-2:]
    assert 1.0 <= sent - refused < 4
    assert [row.attempts for row in sari.settled()] == [0, 0], "a wait spends no try"


@pytest.mark.parametrize("arrives", [False, True], ids=["lost-going", "lost-coming-back"])
def test_where_nobody_can_know_there_is_one_repetition(sari: Talk, arrives: bool) -> None:
    fault = LOST if arrives else Fault(502, "<html>bad gateway</html>")
    sari.platforms.fail(fault, method="sendMessage", to=sari.address)
    sari.says("menu", WAGES)
    wait_for(lambda: sari.rows() and sari.rows()[0].unsure == 1, "the doubt was not noted")
    time.sleep(0.5)
    assert len(sari.arrived()) == (1 if arrives else 0), "what comes after it waits"
    sari.house.hurry()
    sari.heard(3 if arrives else 2)
    assert [row.state for row in sari.settled()] == ["sent", "sent"]
    assert ["Potongan" in text for text in sari.arrived()] == [False, False, True][0 if arrives else 1 :]


def test_after_two_lost_answers_it_is_left_to_staff_and_the_next_goes_out(sari: Talk) -> None:
    sari.platforms.fail(LOST, to=sari.address, times=2)
    sari.says("menu", WAGES)
    wait_for(lambda: sari.rows() and sari.rows()[0].unsure == 1, "the doubt was not noted")
    sari.house.hurry()
    sari.heard(3)
    assert [row.state for row in sari.settled()] == ["failed", "sent"]
    assert ["Potongan" in text for text in sari.arrived()] == [False, False, True]


def test_a_status_tells_that_what_was_in_doubt_had_arrived(inaq: Talk) -> None:
    inaq.platforms.fail(LOST, method="messages", to=inaq.address)
    inaq.says("menu")
    row = wait_for(lambda: next((row for row in inaq.rows() if row.unsure), None), "the doubt was not noted")
    assert inaq.house.knock(whatsapp_status(f"wamid.found{row.id}", "delivered", str(row.id)), "whatsapp") == 200
    wait_for(lambda: inaq.rows()[0].state == "sent", "the status was not believed")
    inaq.house.hurry()
    inaq.says(WAGES)
    inaq.heard(2)
    inaq.settled()
    assert len(inaq.tries(inaq.arrived()[0])) == 1


def test_who_blocks_us_hears_nothing_more_until_they_write_again(sari: Talk) -> None:
    sari.platforms.fail(telegram_error(403, "Forbidden: bot was blocked by the user"), to=sari.address)
    sari.says("menu")
    assert [row.state for row in sari.settled()] == ["dropped"]
    assert sari.house.knock(_block(sari.number), "telegram") == 200
    sari.settled()
    assert sari.arrived() == []
    sari.says(WAGES)
    assert "Potongan" in sari.heard(1)[0]


def _block(person: int) -> bytes:
    who = {"id": person, "is_bot": False, "first_name": "Sari"}
    bot = {"id": 99, "is_bot": True, "first_name": "Balai"}
    change = {
        "chat": {"id": person, "type": "private"},
        "from": who,
        "date": int(time.time()),
        "old_chat_member": {"status": "member", "user": bot},
        "new_chat_member": {"status": "kicked", "user": bot, "until_date": 0},
    }
    return json.dumps({"update_id": next(_updates), "my_chat_member": change}).encode()


def test_a_group_that_moved_is_followed(both: House, platforms: Gateways) -> None:
    group = next(_people)
    moved = telegram_error(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100_000_000 - group)
    platforms.fail(moved, to=str(-group))
    update = as_update(next(_updates), group, "halo semua")
    update["message"]["chat"] = {"id": -group, "type": "group", "title": "Desa"}
    assert both.knock(json.dumps(update).encode(), "telegram") == 200
    wait_for(lambda: [call for call in platforms.calls if call.to == str(-group)], "nothing was tried")
    time.sleep(0.5)
    both.hurry()
    wait_for(lambda: platforms.arrived(str(-100_000_000 - group)), "the new address was not tried")


def test_what_a_platform_refuses_for_good_does_not_hold_up_the_rest(inaq: Talk) -> None:
    inaq.platforms.fail(whatsapp_error(400, 131026), method="messages", to=inaq.address)
    inaq.says("menu", WAGES)
    inaq.heard(1)
    assert [row.state for row in inaq.settled()][:2] == ["failed", "sent"]
    assert "Potongan" in "".join(inaq.arrived())


def test_a_changed_article_is_what_people_hear_two_seconds_later(sari: Talk, tmp_path: Path) -> None:
    guidance = tmp_path / "guidance"
    shutil.copytree(SMALL_GUIDANCE, guidance)
    file = next(guidance.rglob("gaji-dipotong/id.md"))
    text = file.read_text()
    file.write_text(text.replace("Potongan", f"Sejak hari ke-{sari.number} potongan"))
    assert file.read_text() != text
    started = time.monotonic()
    assert sari.house.balai("content", "load", str(guidance)).code == 0
    loaded = time.monotonic()
    time.sleep(2)
    answers = [_asked_again(sari)]
    while f"Sejak hari ke-{sari.number} potongan" not in answers[-1]:
        assert time.monotonic() - loaded < 2 + (loaded - started), "two seconds, or what a busy machine makes of them"
        answers.append(_asked_again(sari))
    assert sari.house.balai("content", "load", str(SMALL_GUIDANCE)).code == 0


def _asked_again(person: Talk) -> str:
    """The same question once more, and what is answered."""
    heard = len(person.arrived())
    person.says(WAGES)
    return person.heard(heard + 1)[-1]


# Beginning and ending


def test_a_second_worker_on_sqlite_is_refused(both: House) -> None:
    if both.database_url:
        pytest.skip("PostgreSQL has room for any number of workers")
    ended = both.balai("worker")
    assert ended.code == 2
    assert ended.err == "balai: a worker already runs on this SQLite database; more need PostgreSQL\n"


def test_a_house_without_platforms_keeps_its_worker(empty_house: House, furnished: Path) -> None:
    shutil.copytree(furnished, empty_house.folder, dirs_exist_ok=True)
    names = ("TELEGRAM_TOKEN", "TELEGRAM_SECRET", "WHATSAPP_PHONE_ID", "WHATSAPP_TOKEN", "WHATSAPP_APP_SECRET")
    empty_house.settings = {f"BALAI_{name}": "" for name in (*names, "WHATSAPP_VERIFY_TOKEN")}
    empty_house.start("worker")
    wait_for(lambda: "worker.ready" in empty_house.log("worker"), "the worker did not start")
    time.sleep(0.5)
    assert empty_house.running["worker"].poll() is None
    assert "worker.stopping" not in empty_house.log("worker")
    started = time.monotonic()
    assert empty_house.stop("worker") == 0
    assert time.monotonic() - started < 5, "told to stop, it stops at once when nothing is under way"


def test_told_to_stop_it_finishes_the_call_under_way_and_starts_no_other(
    sqlite_house: House, gateways: Gateways
) -> None:
    sqlite_house.start("web", "worker")
    sqlite_house.wait_until_ready()
    wayan = Talk(sqlite_house, gateways, next(_people)).meets()
    message = {"message_id": 1, "date": 1, "chat": {"id": wayan.number, "type": "private"}, "text": "x"}
    gateways.fail(Fault(200, {"ok": True, "result": message}, arrives=True, after=1.0), to=wayan.address)
    wayan.says("menu")
    wait_for(wayan.arrived, "the call was not made")
    assert sqlite_house.stop("worker") == 0
    assert [row.state for row in wayan.rows()] == ["sent"]
    wayan.says(WAGES)
    time.sleep(0.5)
    assert len(wayan.arrived()) == 1
    sqlite_house.start("worker")
    assert "Potongan" in wayan.heard(2)[1], "the next worker goes on from there"


def test_where_nobody_can_call_us_updates_are_asked_for_and_confirmed_after_their_commit(
    sqlite_house: House, gateways: Gateways
) -> None:
    sqlite_house.settings = {"BALAI_PUBLIC_URL": "", "BALAI_TELEGRAM_SECRET": ""}
    gateways.webhook = {"url": "https://old.example"}
    person = next(_people)
    gateways.updates = [as_update(901, person, "halo"), as_update(902, person, WAGES)]
    with sqlite_house.database.transaction() as session:  # nothing else can be stored meanwhile
        session.execute(select(1))
        sqlite_house.start("worker")
        wait_for(lambda: [call for call in gateways.calls if call.method == "getUpdates"], "nobody asked", 40)
        time.sleep(1)
        asked = [int(call.data.get("offset", 0)) for call in gateways.calls if call.method == "getUpdates"]
        assert max(asked) < 902, "nothing is confirmed that is not stored"
        assert len(gateways.updates) == 2
    wayan = Talk(sqlite_house, gateways, person)
    wait_for(lambda: "Potongan" in "".join(wayan.arrived()), "the question was not answered")
    wait_for(lambda: gateways.updates == [], "the updates were not confirmed")
    assert gateways.webhook == {}
    wayan.settled()
    before = len(wayan.arrived())
    gateways.updates = [as_update(7, person, "menu")]  # after a quiet week numbers may be lower
    wayan.heard(before + 1)
    assert gateways.violations == []


def test_with_a_secure_public_address_the_webhook_is_registered_at_the_start(
    sqlite_house: House, gateways: Gateways
) -> None:
    sqlite_house.settings = {"BALAI_PUBLIC_URL": "https://balai.example"}
    gateways.fail(Fault(502, "<html>"), method="setWebhook")
    sqlite_house.start("worker")
    wait_for(lambda: [call for call in gateways.calls if call.method == "setWebhook"], "nothing was registered")
    wait_for(lambda: gateways.webhook, "a first try that fails is not the last")
    assert gateways.webhook["url"] == "https://balai.example/webhooks/telegram"
    assert gateways.webhook["secret_token"] == "secret-of-the-test-bot"
    allowed = gateways.webhook["allowed_updates"]
    assert all(kind in allowed for kind in ("message", "edited_message", "callback_query", "my_chat_member"))
    assert gateways.violations == []


def test_a_worker_that_cannot_reach_its_database_waits_and_goes_on(sqlite_house: House, gateways: Gateways) -> None:
    sqlite_house.start("web", "worker")
    sqlite_house.wait_until_ready()
    wayan = Talk(sqlite_house, gateways, next(_people)).meets()
    with sqlite_house.database.transaction() as session:  # nobody else can write
        session.execute(select(1))
        time.sleep(6)
    wayan.says(WAGES)
    wayan.heard(1)
    assert sqlite_house.running["worker"].poll() is None


def test_two_workers_share_one_postgresql(postgresql_house: House, gateways: Gateways) -> None:
    postgresql_house.start("web", "worker")
    postgresql_house.wait_until_ready()
    second = House(postgresql_house.folder, postgresql_house.database_url, gateways.address)
    people = [Talk(postgresql_house, gateways, next(_people)) for _ in range(6)]
    with standing(second, "worker"):
        wait_for(lambda: second.log("worker").count("worker.ready") == 2, "the second worker did not start")
        for person in people:
            person.meets()
        for text in (WAGES, "menu", WAGES):
            for person in people:
                person.says(text)
        for person in people:
            person.heard(3)
            person.settled()
            assert ["Potongan" in text for text in person.arrived()] == [True, False, True]
        assert second.running["worker"].poll() is None
    people[0].says("menu")  # the second worker is gone in the hard way; the first goes on
    people[0].heard(4)
