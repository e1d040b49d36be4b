"""Sari sends a photo on the web page: kept once, sealed, tied to her message, and refused with a way on."""

from __future__ import annotations

import io
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from centre import inbox, kept_files
from centre.conversations import Conversation
from centre.db import Database, open_database
from centre.file_kinds import MOST_BYTES
from centre.file_store import FileStore
from centre.kept_files import MOST_A_DAY, KeptFile
from centre.messages import Incoming
from centre.privacy import Vault
from processes.settings import Settings
from processes.web import create_app
from tests.files import paper, photo, voice
from tests.webhooks.test_webchat import JSON, NOW, form, look, pour, serve
from webhooks import uploads


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def sari(database: Database, store: FileStore) -> FlaskClient:
    return serve(database, store=store)


def send(browser: FlaskClient, data: bytes, **fields: str) -> TestResponse:
    return send_as(browser, form(browser, **fields), data)


def send_as(browser: FlaskClient, fields: dict[str, str], data: bytes, **more: Any) -> TestResponse:
    file = (io.BytesIO(data), "../../foto rumah Sari.jpg", "text/html")
    options: dict[str, Any] = {"headers": JSON} | more
    return browser.post("/chat/file", data={**fields, "file": file}, content_type="multipart/form-data", **options)


def padded(size: int) -> bytes:
    """A paper of this many bytes."""
    return b"%PDF-1.4\n" + bytes(size - 14) + b"%%EOF"


def files(database: Database) -> list[KeptFile]:
    with database.reading() as session:
        return list(session.scalars(select(KeptFile).order_by(KeptFile.id)))


def lying(folder: Path) -> list[Path]:
    return list((folder / "files").iterdir()) if (folder / "files").exists() else []


def heard(database: Database) -> list[tuple[Incoming, int | None]]:
    """Answer what waits as the worker does: each message, and the file it is tied to."""
    said = []
    while True:
        with database.transaction() as session:
            claimed = inbox.claim(session, NOW)
            if claimed is None:
                return said
            conversation, event = claimed
            payload = inbox.opened(session, event)
            media = payload.get("media", "")
            file = kept_files.expect(session, conversation, media, NOW, event_id=event.id) if media else None
            said.append((inbox.message_of(payload), file.id if file else None))
            inbox.finish(event, NOW)


def test_saris_photo_is_kept_with_her_message(
    sari: FlaskClient, database: Database, store: FileStore, tmp_path: Path
) -> None:
    answer = send(sari, photo())
    assert (answer.status_code, answer.json) == (202, {"stored": True})
    (file,) = files(database)
    assert (file.state, file.media_type, file.origin, file.channel) == ("kept", "jpeg", "family", "web")
    assert heard(database) == [(Incoming("media"), file.id)]
    with database.reading() as session:
        data = kept_files.open_file(session, store, session.get_one(KeptFile, file.id))
    assert data[:3] == b"\xff\xd8\xff"
    assert b"KAMERA-SARI" not in data
    (written,) = lying(tmp_path)
    assert b"JFIF" not in written.read_bytes()


TAKEN = {"voice": voice(), "paper": paper(), "webp": photo("WEBP"), "20 MB": padded(MOST_BYTES)}


@pytest.mark.parametrize("data", TAKEN.values(), ids=TAKEN)
def test_voices_and_papers_are_taken_too(sari: FlaskClient, database: Database, data: bytes) -> None:
    assert send(sari, data).status_code == 202
    assert len(files(database)) == 1


def test_sent_twice_it_is_kept_once(sari: FlaskClient, database: Database, tmp_path: Path) -> None:
    """The page did not hear that it arrived and sends the same again; another photo is another."""
    fields = form(sari)
    assert [send_as(sari, fields, photo()).status_code for _ in range(3)] == [202, 202, 202]
    assert len(heard(database)) == len(files(database)) == len(lying(tmp_path)) == 1
    assert send_as(sari, fields, photo(size=(50, 50))).status_code == 202
    assert len(files(database)) == len(lying(tmp_path)) == 2


def test_the_villages_link_counts_before_the_photo(sari: FlaskClient, database: Database) -> None:
    send(sari, photo(), desa="korleko")
    assert [said.text or said.kind for said, _ in heard(database)] == ["/start korleko", "media"]


REFUSED: dict[str, tuple[bytes, int, str]] = {
    "a page": (b"<script>alert(1)</script>", 415, "Jenis berkas ini"),
    "a program": (b"MZ" + bytes(99), 415, "Jenis berkas ini"),
    "half a photo": (photo()[:900], 415, "tidak bisa dibuka"),
    "nothing chosen": (b"", 400, "Pilih dulu"),
    "a byte too many": (padded(MOST_BYTES + 1), 413, "terlalu besar"),
    "far too many": (bytes(uploads.LARGEST + 1), 413, "terlalu besar"),
}


@pytest.mark.parametrize(("data", "status", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why_and_how_to_go_on(
    sari: FlaskClient, database: Database, tmp_path: Path, data: bytes, status: int, said: str
) -> None:
    answer = send(sari, data)
    assert answer.status_code == status
    assert said in (answer.json or {})["error"]
    assert files(database) == []
    assert lying(tmp_path) == []
    assert heard(database) == []


def test_without_scripts_the_page_says_the_same(sari: FlaskClient, database: Database) -> None:
    refused = send_as(sari, form(sari), b"MZ" + bytes(99), headers={})
    assert refused.status_code == 415
    assert "Jenis berkas ini" in refused.text
    sent = send_as(sari, form(sari), photo(), headers={})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/#end")
    assert "Foto, suara, atau berkas terkirim" in " ".join(look(sari).bubbles)


def test_the_form_offers_what_is_taken(sari: FlaskClient, database: Database) -> None:
    chosen = next(a for tag, a in look(sari).elements if tag == "input" and a.get("type") == "file")
    assert chosen["accept"] == uploads.ACCEPTED
    assert not [a for tag, a in look(serve(database)).elements if tag == "input" and a.get("type") == "file"]


def test_another_site_cannot_send_a_file_for_sari(sari: FlaskClient, database: Database) -> None:
    fields = form(sari) | {"csrf": "0" * 64}
    refused = send_as(sari, fields, photo(), headers=JSON | {"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert "csrf" not in (refused.json or {})
    stale = send_as(sari, fields, photo())
    assert stale.status_code == 403
    assert send_as(sari, fields | {"csrf": (stale.json or {})["csrf"]}, photo()).status_code == 202
    assert len(files(database)) == 1


def test_a_browser_without_our_cookie_is_named_before_its_file_is_read(database: Database, store: FileStore) -> None:
    stranger = serve(database, store=store)
    refused = send_as(stranger, {"message": str(uuid.uuid4())}, photo())
    assert refused.status_code == 403
    assert "balai=" in refused.headers["Set-Cookie"]
    assert files(database) == []


def test_ten_files_a_minute_then_a_pause_and_words_still_come_through(sari: FlaskClient, database: Database) -> None:
    codes = [send(sari, paper()).status_code for _ in range(11)]
    assert codes == [202] * 10 + [429]
    assert pour(sari, 1) == [202]


def test_enough_for_a_day(sari: FlaskClient, database: Database, tmp_path: Path) -> None:
    send(sari, paper())
    with database.transaction() as session:
        conversation = session.scalars(select(Conversation.id)).one()
        for _ in range(MOST_A_DAY - 1):
            session.add(
                KeptFile(
                    conversation_id=conversation,
                    channel="web",
                    origin="family",
                    state="lost",
                    attempts=0,
                    created_at=NOW,
                    next_at=NOW,
                )
            )
    refused = send(sari, paper())
    assert refused.status_code == 429
    assert "besok" in (refused.json or {})["error"]
    assert len(lying(tmp_path)) == 1


def test_leaving_in_haste_takes_the_photo_along(sari: FlaskClient, database: Database) -> None:
    send(sari, photo())
    sari.post("/chat/leave", data=form(sari), headers=JSON)
    assert files(database) == []


def test_while_nothing_can_be_stored_the_photo_is_asked_for_again(store: FileStore) -> None:
    down = open_database("sqlite:////nowhere/balai.db", Vault("test secret"))
    browser = serve(down, store=store)
    answer = send(browser, paper())
    assert answer.status_code == 503
    assert "belum bisa kami simpan" in (answer.json or {})["error"]
    down.engine.dispose()


def test_the_whole_web_process_takes_a_large_file_and_lays_it_where_the_setting_says(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Beside the admin, whose forms may be no larger than 4 MB."""
    settings = Settings(data=tmp_path / "data", files=str(tmp_path / "files"), secret_key="k" * 32)
    browser = create_app(settings, sqlite_database).test_client()
    assert send(browser, padded(9_000_000)).status_code == 202
    assert len(lying(tmp_path)) == 1


def test_no_temporary_file_is_written(sari: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a photo in a temporary folder")

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", never)
    assert send(sari, photo(size=(2000, 1500)) + bytes(600_000)).status_code == 202


def test_its_name_and_claimed_type_are_kept_nowhere(sari: FlaskClient, database: Database) -> None:
    send(sari, photo())
    (file,) = files(database)
    assert kept_files.as_download(file) == ("image/jpeg", f"berkas-{file.id}.jpg")
    assert not re.search(r"rumah|html", repr(vars(file)))
