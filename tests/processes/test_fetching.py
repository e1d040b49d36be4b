"""From a family's message to a sealed file that staff can open, with everything that can go wrong between."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from centre import kept_files
from centre.conversations import Conversation, Sender, of_sender
from centre.db import Database
from centre.file_store import FileStore
from centre.kept_files import LEASE, Fetched, KeptFile
from processes import fetching
from tests.files import paper, photo, voice
from tests.gateways import LOST, Fault, Gateways
from tests.processes.houses import (
    APP_SECRET,
    GRAPH_TOKEN,
    PHONE_ID,
    TELEGRAM_SECRET,
    TELEGRAM_TOKEN,
    House,
    as_update,
    standing,
    wait_for,
)
from webhooks.channel import Channel
from webhooks.telegram import Telegram
from webhooks.whatsapp import WhatsApp

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SENDERS = {
    "telegram": Sender("telegram", (("chat", "77"),)),
    "whatsapp": Sender("whatsapp", (("phone", "62811"),)),
}


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def expected(database: Database, media: str, channel: str = "telegram") -> int:
    with database.transaction() as session:
        conversation = session.get_one(Conversation, of_sender(session, SENDERS[channel], NOW))
        file = kept_files.expect(session, conversation, media, NOW)
        assert file is not None
        return file.id


def fetch(
    database: Database,
    gateways: Gateways,
    store: FileStore,
    now: datetime = NOW,
    channels: Mapping[str, Channel] | None = None,
) -> int:
    """One round of the worker; gives how many files it had in hand."""

    async def once() -> int:
        connected: Mapping[str, Channel] = {
            "telegram": Telegram(TELEGRAM_TOKEN, TELEGRAM_SECRET, gateways.address),
            "whatsapp": WhatsApp(PHONE_ID, GRAPH_TOKEN, APP_SECRET, gateways.address),
        }
        if channels is not None:
            connected = channels
        found = await fetching.fetch_some(database, connected, store, lambda: now, asyncio.Lock())
        await asyncio.gather(*(channel.close() for channel in connected.values()))
        return found

    return asyncio.run(once())


def file_of(database: Database, number: int) -> KeptFile:
    with database.reading() as session:
        return session.get_one(KeptFile, number)


def opened(database: Database, store: FileStore, number: int) -> bytes:
    with database.reading() as session:
        return kept_files.open_file(session, store, session.get_one(KeptFile, number))


def test_a_voice_a_paper_and_a_photo_are_brought_here(
    database: Database, gateways: Gateways, store: FileStore, tmp_path: Path
) -> None:
    gateways.files |= {"suara": voice(), "5550001": paper(), "foto": photo()}
    kept = [
        expected(database, "suara"),
        expected(database, "5550001", "whatsapp"),
        expected(database, "foto"),
    ]
    assert fetch(database, gateways, store) == 3
    assert fetch(database, gateways, store, NOW + timedelta(days=1)) == 0
    assert [file_of(database, number).media_type for number in kept] == ["ogg", "pdf", "jpeg"]
    assert opened(database, store, kept[0]) == voice()
    assert opened(database, store, kept[1]) == paper()
    for file in (tmp_path / "files").iterdir():
        assert not any(mark in file.read_bytes() for mark in (b"OpusHead", b"%PDF", b"KAMERA-SARI", b"JFIF"))
    assert gateways.violations == []


def test_one_that_cannot_be_had_does_not_hold_up_the_others(
    database: Database, gateways: Gateways, store: FileStore
) -> None:
    gateways.files |= {"foto": photo(), "program": b"MZ" + bytes(99)}
    gateways.fail(LOST, method="file")
    late, program, away = expected(database, "foto"), expected(database, "program"), expected(database, "9", "whatsapp")
    assert fetch(database, gateways, store) == 3
    states = {
        number: (file_of(database, number).state, file_of(database, number).why) for number in (late, program, away)
    }
    assert states[away] == ("lost", "gone")
    waiting = [number for number in (late, program) if states[number] == ("waiting", "unreachable")]
    assert len(waiting) == 1, "whose answer was lost"
    assert fetch(database, gateways, store, NOW + timedelta(minutes=1)) == 1
    assert file_of(database, late).state == "kept"
    assert (file_of(database, program).state, file_of(database, program).why) == ("refused", "unknown_type")


def test_a_platform_that_never_answers_is_given_up_after_five_tries(
    database: Database, gateways: Gateways, store: FileStore
) -> None:
    gateways.files["foto"] = photo()
    gateways.fail(Fault(502, "<html>"), method="file", times=99)
    number, now = expected(database, "foto"), NOW
    while file_of(database, number).state == "waiting":
        fetch(database, gateways, store, now)
        now += timedelta(minutes=30)
        assert now < NOW + timedelta(days=2)
    assert (file_of(database, number).state, file_of(database, number).why) == ("lost", "http_502")
    assert sum(call.method == "file" for call in gateways.calls) == 5


def test_a_channel_that_is_not_connected_is_waited_for_and_named(
    database: Database, gateways: Gateways, store: FileStore
) -> None:
    number, now = expected(database, "1", "whatsapp"), NOW
    for _ in range(40):
        fetch(database, gateways, store, now, channels={})
        now += timedelta(minutes=30)
    assert (file_of(database, number).state, file_of(database, number).why) == ("lost", "no_channel")


class Asked:
    """A channel that does something while it is asked."""

    name = "telegram"

    def __init__(self, do: object) -> None:
        self._do = do

    async def fetch(self, media: str) -> Fetched:
        if isinstance(self._do, Exception):
            raise self._do
        await asyncio.to_thread(self._do)  # type: ignore[arg-type]
        return Fetched("kept", paper())

    async def close(self) -> None:
        return None


def test_who_asks_to_be_forgotten_while_it_is_fetched_leaves_nothing(
    database: Database, gateways: Gateways, store: FileStore, tmp_path: Path
) -> None:
    """That this runs at all shows that no transaction is open during the call: SQLite would wait for it."""
    number = expected(database, "foto")

    def forget() -> None:
        with database.transaction() as session:
            kept_files.erase(session, session.get_one(KeptFile, number))

    fetch(database, gateways, store, channels={"telegram": Asked(forget)})  # type: ignore[dict-item]
    with database.reading() as session:
        assert session.scalars(select(KeptFile)).all() == []
    assert list((tmp_path / "files").iterdir()) == []


def test_a_second_worker_that_comes_while_it_is_fetched_finds_nothing_to_do(
    database: Database, gateways: Gateways, store: FileStore
) -> None:
    number, found = expected(database, "foto"), list[int]()
    gateways.files["foto"] = photo()

    def come_too() -> None:
        found.append(fetch(database, gateways, store))
        found.append(fetch(database, gateways, store, NOW + LEASE + timedelta(seconds=1)))

    fetch(database, gateways, store, channels={"telegram": Asked(come_too)})  # type: ignore[dict-item]
    assert found == [0, 1], "not within its lease; after it, and what came first is kept"
    assert file_of(database, number).media_type == "jpeg"


def test_a_channels_own_mistake_is_tried_again(database: Database, gateways: Gateways, store: FileStore) -> None:
    number = expected(database, "foto")
    fetch(database, gateways, store, channels={"telegram": Asked(ZeroDivisionError())})  # type: ignore[dict-item]
    assert (file_of(database, number).state, file_of(database, number).why) == ("waiting", "failed")


def test_a_full_disk_is_no_fault_of_the_family(
    database: Database, gateways: Gateways, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateways.files["foto"] = photo()
    number = expected(database, "foto")
    with monkeypatch.context() as patched:

        def full(self: object, data: bytes, media_type: str) -> None:
            raise OSError(28, "No space left on device")

        patched.setattr(FileStore, "put", full)
        fetch(database, gateways, store)
    assert (file_of(database, number).state, file_of(database, number).why) == ("waiting", "no_room")
    fetch(database, gateways, store, NOW + timedelta(minutes=1))
    assert file_of(database, number).state == "kept"


def test_what_nobody_owns_is_cleared_from_the_folder(
    database: Database, gateways: Gateways, store: FileStore, tmp_path: Path
) -> None:
    gateways.files["foto"] = photo()
    number = expected(database, "foto")
    fetch(database, gateways, store)
    store.put(paper(), "pdf")
    for file in (tmp_path / "files").iterdir():
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    assert fetching.sweep(database, store, lambda: NOW + timedelta(hours=2)) == 1
    assert opened(database, store, number)[:3] == b"\xff\xd8\xff"


def test_inaq_rohanis_photo_goes_through_the_whole_house(sqlite_house: House, gateways: Gateways) -> None:
    """Told by Telegram's webhook, fetched by the worker, opened with the house's keys; in a log there is nothing of it."""
    gateways.files["kanarimedia"] = photo()
    update = as_update(1, 77, "")
    del update["message"]["text"]
    size = {"file_id": "kanarimedia", "file_unique_id": "kanarifoto", "width": 640, "height": 480}
    update["message"] |= {"photo": [size], "caption": "ini kontrak anak saya"}
    group = as_update(2, -5, "")
    del group["message"]["text"]
    group["message"] |= {
        "chat": {"id": -5, "type": "group", "title": "Arisan"},
        "photo": [size | {"file_id": "arisan"}],
    }

    def kept() -> KeptFile | None:
        with sqlite_house.database.reading() as session:
            return session.scalars(select(KeptFile).where(KeptFile.state == "kept")).first()

    with standing(sqlite_house, "web", "worker"):
        sqlite_house.wait_until_ready()
        for each in (group, update):
            assert sqlite_house.knock(json.dumps(each).encode(), "telegram") == 200
        file = wait_for(kept, "the photo was not fetched")
    assert file.event_id is not None
    with sqlite_house.database.reading() as session:
        assert len(session.scalars(select(KeptFile)).all()) == 1, "what is said in a group stays in the group"
    assert opened(sqlite_house.database, FileStore(sqlite_house.folder / "files"), file.id)[:3] == b"\xff\xd8\xff"
    for part in ("web", "worker"):
        assert "kanari" not in sqlite_house.log(part)
    (lying,) = (sqlite_house.folder / "files").iterdir()
    assert b"JFIF" not in lying.read_bytes()
