"""The web process: how the house is doing, to whom it tells that, and what it never tells anybody."""

from __future__ import annotations

import gzip
import json
import logging
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import text

from centre import heartbeats
from centre.db import Database, open_database
from centre.privacy import Vault
from processes import wiring
from processes.settings import Settings
from processes.web import create_app
from tests.gateways import Gateways, telegram_error
from tests.processes.houses import (
    GRAPH_TOKEN,
    KEY,
    TELEGRAM_TOKEN,
    House,
    as_update,
    standing,
    wait_for,
    whatsapp_message,
)


@pytest.fixture
def furnished_database(furnished: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(furnished / "balai.db", tmp_path / "balai.db")
    made = open_database(f"sqlite:///{tmp_path / 'balai.db'}", Vault(KEY))
    yield made
    made.engine.dispose()


def client_of(database: Database, folder: Path, **settings: object) -> FlaskClient:
    given: dict[str, object] = {"data": folder, "secret_key": KEY} | settings
    return create_app(Settings(**given), database).test_client()  # type: ignore[arg-type]


# How the house is doing


def test_ready_means_database_migrations_and_a_worker(furnished_database: Database, tmp_path: Path) -> None:
    client = client_of(furnished_database, tmp_path)
    assert client.get("/healthz").status_code == 200
    waiting = client.get("/readyz")
    assert (waiting.status_code, waiting.json) == (503, {"database": True, "migrations": True, "worker": False})
    beat(furnished_database)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"database": True, "migrations": True, "worker": True})
    beat(furnished_database, ago=heartbeats.LATELY + timedelta(seconds=1))
    assert client.get("/readyz").status_code == 503, "a worker that was seen long ago answers nobody"
    beat(furnished_database)
    with furnished_database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert client.get("/readyz").json == {"database": True, "migrations": False, "worker": True}
    with furnished_database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'newer'"))
    assert client.get("/readyz").status_code == 200, "the next version has migrated: this one serves on meanwhile"


def beat(database: Database, ago: timedelta = timedelta(0)) -> None:
    with database.transaction() as session:
        heartbeats.beat(session, "worker", wiring.clock() - ago)


def test_an_empty_database_is_not_ready_and_nothing_breaks(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'empty.db'}", Vault(KEY))
    client = client_of(database, tmp_path)
    assert client.get("/readyz").json == {"database": True, "migrations": False, "worker": False}
    assert client.get("/metrics").status_code == 503
    database.engine.dispose()


def test_figures_are_for_this_machine_alone_without_a_token(furnished_database: Database, tmp_path: Path) -> None:
    client = client_of(furnished_database, tmp_path)
    assert "balai_inbox_waiting 0.0" in client.get("/metrics").text
    for elsewhere in ("203.0.113.7", "10.0.0.2", "::ffff:203.0.113.7"):
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": elsewhere}).status_code == 403
    for header in ("X-Forwarded-For", "Forwarded"):
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403, "a proxy looks like loopback"


def test_with_a_token_figures_are_for_who_has_it(furnished_database: Database, tmp_path: Path) -> None:
    client = client_of(furnished_database, tmp_path, metrics_token="canary")
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    right = {"Authorization": "Bearer canary"}
    assert client.get("/metrics", headers=right, environ_base=elsewhere).status_code == 200


def test_pages_are_compressed_where_that_is_understood(furnished_database: Database, tmp_path: Path) -> None:
    client = client_of(furnished_database, tmp_path)
    plain = client.get("/")
    small = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert plain.content_encoding is None
    assert small.content_encoding == "gzip"
    assert b"Balai" in gzip.decompress(small.data)
    assert len(small.data) < len(plain.data)
    assert "Accept-Encoding" in small.vary


def test_a_channel_that_is_not_connected_is_not_there(furnished_database: Database, tmp_path: Path) -> None:
    client = client_of(furnished_database, tmp_path)
    assert client.post("/webhooks/telegram", data=b"{}").status_code == 404
    assert client.post("/webhooks/whatsapp", data=b"{}").status_code == 404
    assert client.get("/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=&hub.challenge=1").status_code in (
        403,
        404,
    )


# What it never tells


WORDS = "kanarikata gaji saya dipotong"
DANGER = "kanarikata tolong saya disekap dan dipukul"
NAME = "Kanarinama"
PERSON, PHONE = 7_340_417_733, "6287340417733"
CANARIES = ("kanarikata", NAME, str(PERSON), PHONE, TELEGRAM_TOKEN, GRAPH_TOKEN, KEY, "kanarimedia", "kanarifoto")


def test_nothing_a_person_said_or_is_stands_in_a_log_or_a_file(sqlite_house: House, gateways: Gateways) -> None:
    gateways.fail(telegram_error(400, f"Bad Request: {WORDS}"), method="sendMessage")
    with standing(sqlite_house, "web", "worker"):
        sqlite_house.wait_until_ready()
        _tell_everything(sqlite_house, gateways)
        figures = httpx.get(sqlite_house.address + "/metrics").text
        page = httpx.get(sqlite_house.address + "/readyz").text
        files = {path: path.read_bytes() for path in sqlite_house.folder.rglob("*") if path.is_file()}
    for canary in CANARIES:
        for part in ("web", "worker"):
            assert canary not in sqlite_house.log(part), f"{canary} in the log of {part}"
        assert canary not in figures + page
        for path, content in files.items():
            for written in (canary.encode(), canary.encode("utf-16-le")):
                assert written not in content, f"{canary} in {path.name}"
    assert any(path.name == "balai.db" for path in files)


def _tell_everything(house: House, gateways: Gateways) -> None:
    """Words, a danger, a picture, a broken body, a question on the web: by somebody with a name and a number."""
    updates = [as_update(number, PERSON, words, NAME) for number, words in enumerate((WORDS, DANGER, "menu"), 1)]
    picture = as_update(4, PERSON, "", NAME)
    del picture["message"]["text"]
    photo = {"file_id": "kanarimedia", "file_unique_id": "kanarifoto", "width": 1, "height": 1}
    picture["message"] |= {"photo": [photo], "caption": WORDS}
    strange = as_update(5, PERSON, WORDS, NAME)
    strange["message"]["entities"] = [{"type": WORDS, "offset": "x", "length": NAME}]
    for update in [*updates, picture, strange]:
        assert house.knock(json.dumps(update).encode(), "telegram") == 200
    assert house.knock(json.dumps(as_update(6, PERSON, WORDS, NAME)).encode()[:-20], "telegram") == 400
    for number, words in enumerate((WORDS, DANGER)):
        assert house.knock(whatsapp_message(f"wamid.{number}", PHONE, words, NAME), "whatsapp") == 200
    with house.database.transaction() as session:  # locked: errors are logged, and the danger card goes out
        session.execute(text("SELECT 1"))
        assert house.telegram(7, PERSON, DANGER) == 503
    wait_for(lambda: len(gateways.arrived(PHONE)) >= 2 and len(gateways.arrived(str(PERSON))) >= 4, "no answers")
    time.sleep(1)


def test_not_even_at_the_most_talkative_level(
    furnished_database: Database, furnished: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, gateways: Gateways
) -> None:
    """Everything in this one process, with every logger of every library turned up."""
    import asyncio
    import random

    from centre.privacy import Vault  # noqa: F401
    from processes.answering import answer_next
    from processes.guide import GuideKeeper
    from tests.processes.houses import APP_SECRET, PHONE_ID, TELEGRAM_SECRET, signed
    from webhooks.delivery import Courier

    shutil.copytree(furnished / "finder", tmp_path / "finder")
    settings = Settings(
        data=tmp_path,
        secret_key=KEY,
        telegram_token=TELEGRAM_TOKEN,
        telegram_secret=TELEGRAM_SECRET,
        telegram_api=gateways.address,
        whatsapp_phone_id=PHONE_ID,
        whatsapp_token=GRAPH_TOKEN,
        whatsapp_app_secret=APP_SECRET,
        whatsapp_verify_token="verify",
        whatsapp_api=gateways.address,
        pace=1000,
    )
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as events:
        client = create_app(settings, furnished_database).test_client()
        for channel, body in (
            ("telegram", json.dumps(as_update(1, PERSON, WORDS, NAME)).encode()),
            ("whatsapp", whatsapp_message("wamid.1", PHONE, WORDS, NAME)),
        ):
            assert client.post(f"/webhooks/{channel}", data=body, headers=signed(body, channel)).status_code == 200
        keeper = GuideKeeper(furnished_database, tmp_path)
        while answer_next(furnished_database, keeper.guide, wiring.clock):
            pass
        courier = Courier(furnished_database, wiring.channels(settings), wiring.clock, random.Random(1))

        async def deliver() -> None:
            running = asyncio.create_task(courier.run())
            async with asyncio.timeout(20):
                while not (gateways.arrived(PHONE) and gateways.arrived(str(PERSON))):
                    await asyncio.sleep(0.05)
            courier.stop()
            await running

        asyncio.run(deliver())
    said = caplog.text + repr(events)
    for canary in CANARIES:
        assert canary not in said, f"{canary} is logged"
