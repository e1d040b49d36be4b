"""Danger while nothing can be stored: the card goes out at once and once, and the message is answered when it can be kept."""

from __future__ import annotations

import json
import os
import re
import socket
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from centre import inbox
from centre.db import Database, open_database
from centre.inbox import InboxEvent
from centre.privacy import Vault
from processes import migrating
from processes.settings import Settings
from processes.web import create_app
from tests.databases import start_server
from tests.gateways import Fault, Gateways, telegram_error
from tests.processes.houses import (
    APP_SECRET,
    GRAPH_TOKEN,
    KEY,
    PHONE_ID,
    TELEGRAM_SECRET,
    TELEGRAM_TOKEN,
    House,
    as_update,
    signed,
    telegram_update,
    wait_for,
    whatsapp_message,
)

DANGER = "tolong saya disekap majikan, dipukul, paspor saya dirampas"
CALM = "berapa biaya berangkat ke Malaysia?"
SARI = 4001
SMS_SECRET, SMS_PATH = "a-secret-of-the-telephone", "path-of-sms-16chr"


class Desk:
    """The web process of a house whose database is not there (yet)."""

    def __init__(self, folder: Path, gateways: Gateways) -> None:
        self.folder = folder
        self.gateways = gateways
        settings = Settings(
            data=folder / "data",
            secret_key=KEY,
            public_url="http://localhost",
            telegram_token=TELEGRAM_TOKEN,
            telegram_secret=TELEGRAM_SECRET,
            telegram_api=gateways.address,
            whatsapp_phone_id=PHONE_ID,
            whatsapp_token=GRAPH_TOKEN,
            whatsapp_app_secret=APP_SECRET,
            whatsapp_verify_token="verify",
            whatsapp_api=gateways.address,
            sms_number="6281200000003",
            sms_secret=SMS_SECRET,
            sms_path=SMS_PATH,
        )
        self.database = open_database(f"sqlite:///{folder / 'disk' / 'balai.db'}", Vault(KEY))
        self.client: FlaskClient = create_app(settings, self.database).test_client()

    def knock(self, body: bytes, channel: str, **headers: str) -> TestResponse:
        return self.client.post(f"/webhooks/{channel}", data=body, headers=signed(body, channel) | headers)

    def sms(self, told: dict[str, str], path: str = "") -> TestResponse:
        headers = {"X-Balai-Secret": SMS_SECRET}
        return self.client.post(f"/webhooks/sms/{SMS_PATH}{path}", json=told, headers=headers)

    def recover(self) -> Database:
        """The disk is back."""
        (self.folder / "disk").mkdir()
        migrating.upgrade(self.database)
        return self.database

    def marks(self) -> list[Path]:
        return list((self.folder / "data" / "danger-cards").glob("*"))

    def warned(self) -> list[bool]:
        """Of each stored message: does it know that its card is out?"""
        return warned(self.database)


def warned(database: Database) -> list[bool]:
    with database.reading() as session:
        events = session.scalars(select(InboxEvent).order_by(InboxEvent.id))
        return [inbox.message_of(inbox.opened(session, event)).warned for event in events]


@pytest.fixture
def desk(tmp_path: Path, gateways: Gateways) -> Iterator[Desk]:
    made = Desk(tmp_path, gateways)
    yield made
    made.database.engine.dispose()


BODIES: dict[str, tuple[bytes, bytes, str]] = {
    "telegram": (telegram_update(1, SARI, DANGER), telegram_update(2, SARI, CALM), str(SARI)),
    "whatsapp": (
        whatsapp_message("wamid.d", "6281234001", DANGER),
        whatsapp_message("wamid.c", "6281234001", CALM),
        "6281234001",
    ),
}


@pytest.mark.parametrize("channel", list(BODIES))
def test_the_card_goes_out_once_and_the_platform_is_told_to_come_again(desk: Desk, channel: str) -> None:
    danger, _, person = BODIES[channel]
    for _ in range(3):
        answer = desk.knock(danger, channel)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    (card,) = desk.gateways.arrived(person)
    assert re.search(r"\d{3,}", card), "somebody to call"
    assert desk.gateways.violations == []
    desk.recover()
    assert desk.knock(danger, channel).status_code == 200
    assert desk.warned() == [True]
    assert len(desk.gateways.arrived()) == 1


def test_a_telephone_that_fetches_finds_the_card_when_it_comes_next(desk: Desk) -> None:
    told = {"from": "+6281234001", "message": DANGER, "id": "17"}
    for _ in range(2):
        assert desk.sms(told).status_code == 503
    (card,) = desk.sms({}, "/outgoing").get_json()["messages"]
    assert card["to"] == "+6281234001"
    assert re.search(r"\d{3,}", card["text"]), "somebody to call"
    assert desk.sms({}, "/outgoing").status_code == 503, "there is nothing else without a database"
    desk.recover()
    assert desk.sms(told).status_code == 200
    assert desk.warned() == [True]
    assert desk.sms({}, "/outgoing").get_json() == {"messages": []}


@pytest.mark.parametrize("channel", list(BODIES))
def test_a_calm_message_is_left_until_it_can_be_stored(desk: Desk, channel: str) -> None:
    _, calm, _ = BODIES[channel]
    assert desk.knock(calm, channel).status_code == 503
    assert desk.gateways.calls == []
    assert desk.marks() == []
    desk.recover()
    assert desk.knock(calm, channel).status_code == 200
    assert desk.warned() == [False]


def test_a_forgery_sends_nobody_anything(desk: Desk) -> None:
    danger, _, _ = BODIES["telegram"]
    forged = {"X-Telegram-Bot-Api-Secret-Token": "wrong", "X-Hub-Signature-256": "sha256=00"}
    assert desk.knock(danger, "telegram", **forged).status_code == 401
    assert desk.knock(BODIES["whatsapp"][0], "whatsapp", **forged).status_code == 401
    assert desk.gateways.calls == []


def test_in_a_group_nothing_is_said(desk: Desk) -> None:
    update = as_update(3, SARI, DANGER)
    update["message"]["chat"] = {"id": -5, "type": "group", "title": "Desa"}
    assert desk.knock(json.dumps(update).encode(), "telegram").status_code == 503
    assert desk.gateways.calls == []


@pytest.mark.parametrize(
    "fault", [Fault(502, "bad gateway"), telegram_error(429, "Too Many Requests", retry_after=9)], ids=["502", "429"]
)
def test_a_card_that_did_not_go_out_is_tried_again_with_the_message(desk: Desk, fault: Fault) -> None:
    danger, _, person = BODIES["telegram"]
    desk.gateways.fail(fault, method="sendMessage")
    assert desk.knock(danger, "telegram").status_code == 503
    assert desk.gateways.arrived(person) == []
    assert desk.knock(danger, "telegram").status_code == 503
    assert len(desk.gateways.arrived(person)) == 1


def test_a_card_whose_sender_was_killed_is_sent_by_the_next(desk: Desk) -> None:
    danger, _, person = BODIES["telegram"]
    desk.knock(danger, "telegram")
    (mark,) = desk.marks()
    mark.write_bytes(b"")  # as it stands between taking and sending
    desk.knock(danger, "telegram")
    assert len(desk.gateways.arrived(person)) == 1, "another is on its way with it"
    os.utime(mark, (time.time() - 60, time.time() - 60))
    desk.knock(danger, "telegram")
    assert len(desk.gateways.arrived(person)) == 2
    mark.write_bytes(b"")
    desk.recover()
    assert desk.knock(danger, "telegram").status_code == 200
    assert desk.warned() == [False], "who was never warned is warned by the conversation"


def test_where_not_even_a_mark_can_be_left_the_card_goes_out(tmp_path: Path, gateways: Gateways) -> None:
    (tmp_path / "data").write_text("no folder")
    desk = Desk(tmp_path, gateways)
    danger, _, person = BODIES["telegram"]
    assert desk.knock(danger, "telegram").status_code == 503
    assert len(gateways.arrived(person)) == 1
    desk.database.engine.dispose()


def test_marks_are_forgotten_after_their_time_and_tell_nothing(desk: Desk) -> None:
    desk.knock(BODIES["telegram"][0], "telegram")
    (mark,) = desk.marks()
    assert re.fullmatch(r"[0-9a-f]{32}", mark.name)
    assert mark.read_text() == "out"
    os.utime(mark, (time.time() - 9 * 86400,) * 2)
    Desk(desk.folder, desk.gateways).database.engine.dispose()
    assert desk.marks() == []


def test_the_web_chat_shows_the_card_in_its_answer(desk: Desk) -> None:
    page = desk.client.get("/")
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert csrf, "the form is there without a database"
    form = {"csrf": csrf[1], "message": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    shown = desk.client.post("/chat", data=form | {"text": DANGER}, headers={"Accept": "application/json"})
    assert shown.status_code == 503
    assert shown.headers["Retry-After"]
    assert shown.json
    assert re.search(r"\d{3,}", shown.json["card"])
    calm = desk.client.post("/chat", data=form | {"text": CALM}, headers={"Accept": "application/json"})
    assert (calm.status_code, calm.json and calm.json["card"]) == (503, "")
    without_scripts = desk.client.post("/chat", data=form | {"text": DANGER})
    assert without_scripts.status_code == 503
    assert shown.json["card"].splitlines()[0] in without_scripts.text


def test_the_health_pages_say_so(desk: Desk) -> None:
    assert desk.client.get("/healthz").status_code == 200
    assert desk.client.get("/readyz").status_code == 503
    assert desk.client.get("/metrics").status_code == 503


# With real databases that fail


def test_postgresql_that_does_not_answer_does_not_delay_the_card(empty_house: House, gateways: Gateways) -> None:
    """The worst kind: the connection opens, and nothing comes back."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        empty_house.database_url = f"postgresql://balai@127.0.0.1:{silent.getsockname()[1]}/balai"
        empty_house.start("web")
        wait_for(empty_house.answers, "nobody answers")
        asked = time.monotonic()
        assert empty_house.answers()
        usual, started = time.monotonic() - asked, time.time()
        assert empty_house.telegram(1, SARI, DANGER) == 503
        card = wait_for(lambda: [call for call in gateways.calls if call.to == str(SARI)], "no card")[0]
        assert card.at - started <= 2 + 50 * usual, "more only where even a page of nothing takes its time"


def test_with_postgresql_stopped_whoever_is_in_danger_is_answered_on_every_channel(
    empty_house: House, gateways: Gateways
) -> None:
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = start_server(folder)
        empty_house.database_url = server.get_uri()
        migrating.upgrade(empty_house.database)
        empty_house.start("web")
        wait_for(empty_house.answers, "nobody answers")
        visitor = Visitor(empty_house)
        asked = time.monotonic()
        assert empty_house.telegram(1, SARI, CALM) == 200
        limit = 2 + 20 * (time.monotonic() - asked)
        server.stop()
        for number in range(4):
            started = time.monotonic()
            assert empty_house.telegram(10 + number, SARI + number, DANGER) == 503
            assert empty_house.whatsapp(f"wamid.{number}", f"628{number}", DANGER) == 503
            assert visitor.writes(DANGER), "the card stands in the answer"
            assert time.monotonic() - started < 3 * limit
            assert len(gateways.arrived(str(SARI + number))) == len(gateways.arrived(f"628{number}")) == 1
        server.ensure_postgres_running()
        wait_for(lambda: empty_house.telegram(10, SARI, DANGER) == 200, "it did not come back")
        for number in range(4):
            assert empty_house.telegram(10 + number, SARI + number, DANGER) == 200
            assert empty_house.whatsapp(f"wamid.{number}", f"628{number}", DANGER) == 200
        assert warned(empty_house.database) == [False] + [True] * 8, "what is stored knows that its card is out"
        assert len(gateways.arrived()) == 8
        empty_house.end()
        server.stop()


class Visitor:
    """Somebody on the web page, which was opened while all was well."""

    def __init__(self, house: House) -> None:
        self._browser = httpx.Client(base_url=house.address, timeout=30)
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self._browser.get("/").text)
        assert found
        self._csrf = found[1]

    def writes(self, text: str) -> str:
        """Send it without the database; the card in the answer."""
        form = {"csrf": self._csrf, "message": str(uuid.uuid4()), "text": text}
        shown = self._browser.post("/chat", data=form, headers={"Accept": "application/json"})
        assert shown.status_code == 503
        return str(shown.json()["card"])


def test_a_locked_sqlite_file_is_a_503_and_a_card(sqlite_house: House, gateways: Gateways) -> None:
    sqlite_house.start("web", "worker")
    sqlite_house.wait_until_ready()
    with sqlite_house.database.transaction() as session:
        session.execute(select(1))
        assert sqlite_house.telegram(1, SARI, DANGER) == 503
        (card,) = gateways.arrived(str(SARI))
    assert sqlite_house.telegram(1, SARI, DANGER) == 200
    wait_for(lambda: len(gateways.arrived(str(SARI))) > 1, "the stored message was not answered")
    time.sleep(0.5)
    assert card not in gateways.arrived(str(SARI))[1:], "the card is not repeated"
