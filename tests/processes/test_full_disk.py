"""The disk is full: nobody is promised what cannot be kept, whoever is in danger is answered once, and it goes on when there
is room again."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest
import structlog
from sqlalchemy import event, text

from centre.file_store import FileStore
from processes import wiring
from tests.gateways import Gateways
from tests.processes.houses import telegram_update, whatsapp_message
from tests.processes.test_last_resort import CALM, DANGER, SARI, Desk

MESSAGES = {
    "telegram": (telegram_update(901, SARI, CALM), telegram_update(902, SARI, DANGER), str(SARI)),
    "whatsapp": (whatsapp_message("wamid.c", "6281", CALM), whatsapp_message("wamid.d", "6281", DANGER), "6281"),
}


@pytest.fixture
def desk(tmp_path: Path, gateways: Gateways) -> Iterator[Desk]:
    made = Desk(tmp_path, gateways)
    made.recover()
    yield made
    made.database.engine.dispose()


@contextmanager
def no_room(desk: Desk) -> Iterator[None]:
    """SQLite may not take another page, and what its last ones held has been used ("database or disk is full")."""
    engine = desk.database.engine

    def keep_small(raw: Any, _record: object) -> None:
        raw.execute("PRAGMA max_page_count = 1")  # no less than it has

    engine.dispose()
    event.listen(engine, "connect", keep_small)
    statuses = [
        desk.knock(telegram_update(number, 9000 + number, CALM), "telegram").status_code for number in range(60)
    ]
    assert set(statuses) == {200, 503}
    yield
    event.remove(engine, "connect", keep_small)
    engine.dispose()


def test_webhooks_are_asked_to_come_again_and_danger_has_its_card_once(desk: Desk, gateways: Gateways) -> None:
    with no_room(desk):
        for channel, (calm, danger, who) in MESSAGES.items():
            refused = desk.knock(calm, channel)
            assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (503, True)
            assert gateways.arrived(who) == []
            for _ in range(3):
                assert desk.knock(danger, channel).status_code == 503
            assert len(gateways.arrived(who)) == 1
    for channel, (calm, danger, who) in MESSAGES.items():
        assert desk.knock(calm, channel).status_code == desk.knock(danger, channel).status_code == 200
        assert len(gateways.arrived(who)) == 1
    assert desk.warned()[-4:] == [False, True, False, True]
    with desk.database.reading() as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def test_where_no_mark_can_be_written_the_card_is_still_sent_once(
    desk: Desk, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with no_room(desk):
        monkeypatch.setattr(Path, "touch", full)
        monkeypatch.setattr(Path, "write_text", full)
        for _ in range(3):
            assert desk.knock(MESSAGES["telegram"][1], "telegram").status_code == 503
        assert len(gateways.arrived(str(SARI))) == 1
    assert desk.knock(MESSAGES["telegram"][1], "telegram").status_code == 200
    assert desk.warned()[-1:] == [True]


def test_the_web_page_keeps_what_was_typed_and_says_so(desk: Desk) -> None:
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', desk.client.get("/").text)
    assert csrf
    form = {"csrf": csrf[1], "message": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    with no_room(desk):
        shown = desk.client.post("/chat", data=form | {"text": CALM})
        assert (shown.status_code, CALM in shown.text) == (503, True), "it stands in the field again"
        as_script = desk.client.post("/chat", data=form | {"text": DANGER}, headers={"Accept": "application/json"})
        assert as_script.json
        assert re.search(r"\d{3,}", as_script.json["card"])
    assert desk.client.post("/chat", data=form | {"text": CALM}).status_code < 400


def test_a_file_that_finds_no_room_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path / "files")
    with monkeypatch.context() as patched:

        def full(_descriptor: int) -> NoReturn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.put(b"a picture", "image/jpeg")
    assert list((tmp_path / "files").iterdir()) == []
    stored = store.put(b"a picture", "image/jpeg")
    assert store.get(stored.name, stored.key) == b"a picture"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_log_without_room_keeps_nobody_from_an_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("w", buffering=1)  # noqa: SIM115 - to close it fails as well
    monkeypatch.setattr(sys, "stderr", full)
    wiring.log_to_stderr()
    try:
        with no_room(desk):
            structlog.get_logger().error("nobody can read this")
            assert desk.knock(MESSAGES["telegram"][1], "telegram").status_code == 503
    finally:
        structlog.reset_defaults()
        with suppress(OSError):
            full.close()
    assert len(desk.gateways.arrived(str(SARI))) == 1
