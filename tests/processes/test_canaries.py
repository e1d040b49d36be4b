"""What families and staff said in confidence is searched for wherever it must not be: logs, errors, alerts, mails, templates,
figures, exports, and the database beside its sealed fields.

One long story is told through every door; each secret in it is a word that occurs nowhere else.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pyotp
import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import select, update

from admin import code_of_conduct
from bot.turns import Guide
from centre import case_records, cases, conduct, conversations, mails, second_factors, staff
from centre.case_records import Case
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.file_store import FileStore
from centre.outbox import OutboxMessage
from centre.second_factors import SecondFactor
from centre.staff import Role
from centre.staff_channels import StaffChannel
from processes import alerting, answering, fetching, mailing, telling, wiring
from processes.settings import Settings
from processes.web import create_app
from tests import agencies_made, files
from tests.bot.chatting import settle_villages
from tests.bot.conftest import guide
from tests.centre.alerted import KORLEKO as ANYWHERE
from tests.centre.alerted import there
from tests.gateways import Gateways
from tests.processes.houses import (
    APP_SECRET,
    GRAPH_TOKEN,
    KEY,
    PHONE_ID,
    TELEGRAM_SECRET,
    TELEGRAM_TOKEN,
    as_update,
    signed,
    whatsapp_message,
)
from tests.processes.posts import Post
from webhooks.delivery import Courier

__all__ = ["guide"]

KORLEKO = "52.03.17.2006"
DAY = there(ANYWHERE, "2026-11-24", "10:00")
PHONE = "6287340417733"
CHAT, OFFICERS_CHAT = 7_340_417_733, 7_340_417_888
PASSWORD = "kanarisandi sawah perahu"
SMTP_PASSWORD = "kanarisurat"
SAID = {
    "the name of who writes": "Kanarinama",
    "the name on the profile": "Kanariprofil",
    "what happened": "kanaricerita",
    "the employer": "kanarimajikan",
    "under a photo": "kanariketerangan",
    "who shares the telephone": "kanarisuami",
    "the cover word": "kanaripayung",
    "later words": "kanarilanjut",
    "in danger": "kanaribahaya",
    "the answer of staff": "kanaribalasan",
    "an answer by chat": "kanariobrolan",
    "a note": "kanaricatatan",
    "a proof": "kanaribukti",
    "a request": "kanaripermintaan",
    "the outcome": "kanarihasil",
    "why an identity was opened": "kanarialasan",
    "an offer": "kanaritawaran",
    "a recruiter": "kanariperekrut",
    "the words of an error": "kanarigalat",
    "the name of a file": "kanariberkas",
    "the file id of a photo": "kanarimedia",
    "the address of an officer": "kanaripos",
}
PASSED_ON = "kanaritersimpan"
"""A saved reply speaks to any family: it stands in its own table in the clear, and nowhere else."""
SECRETS = (PASSWORD, SMTP_PASSWORD, TELEGRAM_TOKEN, GRAPH_TOKEN, KEY, APP_SECRET, PHONE, str(CHAT), str(OFFICERS_CHAT))


@dataclass
class Story:
    """A whole house in this one process, with everything that was written by it."""

    database: Database
    guide: Guide
    folder: Path
    gateways: Gateways
    post: Post
    now: datetime = DAY
    learned: dict[str, str] = field(default_factory=dict)
    """Secrets that we made on the way."""
    answers: list[tuple[str, str]] = field(default_factory=list)
    """Every page that refused something: address and text."""
    number: int = 0

    def __post_init__(self) -> None:
        self.settings = Settings(
            data=self.folder,
            secret_key=KEY,
            public_url="https://balai.example",
            telegram_token=TELEGRAM_TOKEN,
            telegram_secret=TELEGRAM_SECRET,
            telegram_api=self.gateways.address,
            whatsapp_phone_id=PHONE_ID,
            whatsapp_token=GRAPH_TOKEN,
            whatsapp_app_secret=APP_SECRET,
            whatsapp_verify_token="verify",
            whatsapp_api=self.gateways.address,
            pace=1000,
        )
        self.app = create_app(self.settings, self.database)
        self.store = FileStore(self.settings.folder_of_files)
        self.web = self.client()

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def clock(self) -> datetime:
        return self.now

    # What families do

    def telegram(self, words: str, chat: int = CHAT, **more: Any) -> None:
        self.number += 1
        update_ = as_update(self.number, chat, words, SAID["the name on the profile"])
        update_["message"] |= more
        self._knock(json.dumps(update_).encode(), "telegram")

    def photo(self, caption: str) -> None:
        media = SAID["the file id of a photo"]
        self.gateways.files[media] = files.photo()
        sizes = [{"file_id": media, "file_unique_id": f"u{media}", "width": 1, "height": 1}]
        self.number += 1
        update_ = as_update(self.number, CHAT, "", SAID["the name on the profile"])
        del update_["message"]["text"]
        update_["message"] |= {"photo": sizes, "caption": caption}
        self._knock(json.dumps(update_).encode(), "telegram")

    def whatsapp(self, words: str) -> None:
        self.number += 1
        self._knock(whatsapp_message(f"wamid.{self.number}", PHONE, words, SAID["the name on the profile"]), "whatsapp")

    def _knock(self, body: bytes, channel: str) -> None:
        answer = self.web.post(f"/webhooks/{channel}", data=body, headers=signed(body, channel))
        assert answer.status_code == 200, answer.text
        self.goes_on()

    # What the house does

    def goes_on(self) -> None:
        """A moment later everything that was to be done is done."""
        self.now += timedelta(seconds=30)
        while answering.answer_next(self.database, self.guide, self.clock):
            pass
        telling.tell_families(self.database, self.clock)
        alerting.alert_due(self.database, self.settings.public_url, self.clock, mails.queue)
        mailing.send_due(self.database, self.post.address, self.clock)

    def delivers(self) -> None:
        """What is queued goes out, and files come in."""

        async def work() -> None:
            courier = Courier(self.database, wiring.channels(self.settings), self.clock, random.Random(1))
            sending = asyncio.create_task(courier.run())
            async with asyncio.timeout(20):
                while self._is_under_way():
                    await asyncio.sleep(0.02)
            courier.stop()
            await sending

        asyncio.run(work())
        asyncio.run(self._fetches())

    async def _fetches(self) -> None:
        channels = wiring.channels(self.settings)
        fetch = asyncio.create_task(fetching.run(self.database, channels, self.store, self.clock))
        async with asyncio.timeout(20):
            while not any(call.method == "file" for call in self.gateways.calls):
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        fetch.cancel()
        await asyncio.gather(fetch, *(channel.close() for channel in channels.values()), return_exceptions=True)

    def _is_under_way(self) -> bool:
        with self.database.reading() as session:
            going = select(OutboxMessage.id).where(OutboxMessage.state.in_(("open", "sending")))
            return session.scalars(going.limit(1)).first() is not None

    # What staff do

    def hires(self, login: str, role: Role, area: str) -> str:
        with self.database.transaction() as session:
            email = f"{SAID['the address of an officer']}.{login}@desa.example"
            member = staff.add(
                session, login, login.title(), role, area, PASSWORD, self.now, must_change=False, email=email
            )
            conduct.accept(session, member.id, code_of_conduct.PRESENT.version, self.now)
            secret = self.learned[f"what the app of {login} knows"] = second_factors.new_secret(random.Random(login))
            second_factors.set_app(session, member.id, secret, pyotp.TOTP(secret).at(self.now), self.now)
            session.get_one(SecondFactor, member.id).last_step = None
            return member.id

    def code_of(self, login: str) -> str:
        """What the app shows now."""
        return pyotp.TOTP(self.learned[f"what the app of {login} knows"]).at(self.now)

    def signs_in(self, login: str) -> FlaskClient:
        browser = self.client()
        answer = self.sends(browser, "/admin/masuk", on="/admin/masuk", login=login, password=PASSWORD)
        assert answer.status_code in (302, 303), answer.text
        answer = self.sends(browser, "/admin/masuk/kode", on="/admin/masuk/kode", code=self.code_of(login))
        assert answer.status_code == 303, answer.text
        with browser.session_transaction() as cookie:
            self.learned[f"the token of {login}"] = cookie["token"]
        return browser

    def sends(self, browser: FlaskClient, to: str, on: str = "/admin/ganti-sandi", **fields: Any) -> Any:
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(on).text)
        assert token, on
        answer = browser.post(to, data={"csrf_token": token[1], **fields}, content_type="multipart/form-data")
        if answer.status_code >= 400:
            self.answers.append((to, answer.text))
        self.goes_on()
        return answer

    def does(self, browser: FlaskClient, code: str, deed: str, /, **fields: str) -> None:
        """A form on a case's page."""
        named = {f"{deed}-{name}": value for name, value in fields.items()}
        answer = self.sends(browser, f"/admin/kasus/{case_records.shown(code)}/{deed}", **named)
        assert answer.status_code in (200, 303), answer.text

    def case(self, chat: str, channel: str) -> Case:
        with self.database.transaction() as session:
            kind = "chat" if channel == "telegram" else "phone"
            here = conversations.of_sender(session, Sender(channel, ((kind, chat),)), self.now)
            found = session.scalars(select(Case).where(Case.conversation_id == here).order_by(Case.id.desc())).first()
            assert found, f"no case of {chat}"
            return found

    def change(self, number: int | None, **facts: object) -> None:
        with self.database.transaction() as session:
            session.execute(update(Conversation).where(Conversation.id == number).values(**facts))


@pytest.fixture
def story(database: Database, guide: Guide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    with (
        Gateways(telegram_token=TELEGRAM_TOKEN, whatsapp_token=GRAPH_TOKEN) as gateways,
        Post(user="balai", password=SMTP_PASSWORD) as post,
    ):
        told: list[Story] = []
        monkeypatch.setattr(wiring, "clock", lambda: told[0].now if told else DAY)
        told.append(Story(database, guide, tmp_path / "house", gateways, post))
        with database.transaction() as session:
            settle_villages(session)
            agencies_made.load(session, DAY)
        yield told[0]


def test_nothing_said_in_confidence_stands_where_it_must_not(
    story: Story, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as events:
        exports = _everything_is_told(story, monkeypatch)
        story.delivers()
    printed = capfd.readouterr()
    logged = caplog.text + repr(events) + printed.out + printed.err
    everything = {**SAID, **story.learned, **{secret: secret for secret in SECRETS}, "a saved reply": PASSED_ON}
    _are_nowhere_in(everything, {"logs": logged})
    _are_nowhere_in(everything, {"to staff": _told_to_staff(story), "mails": _mails(story)})
    _are_nowhere_in(everything, {"templates": _templates(story), **exports})
    _are_nowhere_in(everything, {f"error at {to}": page for to, page in story.answers if "balas" not in to})
    _are_nowhere_in(everything, dict(_rows(story.database)), but={("a saved reply", "saved_replies")})
    _are_nowhere_in(
        everything, dict(_raw_files(story)), but={("a saved reply", path.name) for path in _database_files(story)}
    )
    _were_really_told(story)
    assert {"answer.failed", "case.not_told", "alert.colleague_not_told"} <= {event["event"] for event in events}
    searched = dict(_rows(story.database)) | {
        path.name: dict(_raw_files(story))[path.name] for path in _database_files(story)
    }
    assert "Korleko" in searched["villages"], "what stands in the clear is found"
    assert all("Korleko" in searched[path.name] for path in _database_files(story)[:1])


def _everything_is_told(story: Story, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    wayan = story.hires("wayan", Role.PETUGAS, KORLEKO)
    story.hires("ratna", Role.COORDINATOR, "52.03")
    wayans, ratnas = story.signs_in("wayan"), story.signs_in("ratna")
    _wayan_links_his_chat(story, wayans, wayan)
    _the_family_reports(story)
    story.delivers()
    _offers_and_recruiters_are_checked(story)
    code = story.case(str(CHAT), "telegram").code
    _ratna_saves_a_reply(story, ratnas)
    _wayan_works_on_it(story, wayans, ratnas, code)
    _another_family_by_whatsapp(story, wayans, wayan)
    _things_go_wrong(story, wayans, code, monkeypatch)
    return _exports(story, ratnas)


def _wayan_links_his_chat(story: Story, browser: FlaskClient, wayan: str) -> None:
    page = story.sends(browser, "/admin/akun/telegram", on="/admin/akun", current=PASSWORD).text
    code = re.search(r"petugas-[a-z0-9]+", page)
    assert code, page[-1500:]
    story.learned["the code that links a chat"] = code[0]
    story.telegram(code[0], OFFICERS_CHAT)
    with story.database.reading() as session:
        assert session.scalars(select(StaffChannel.staff_id)).all() == [wayan]


def _the_family_reports(story: Story) -> None:
    for words in ("/start HJK347", "0", "lapor", "1", f"anak saya {SAID['what happened']} tidak digaji"):
        story.telegram(words)
    story.telegram("di johor")
    story.photo(SAID["under a photo"])
    story.telegram(f"majikannya {SAID['the employer']}")
    story.telegram("ya")
    story.telegram(SAID["who shares the telephone"])
    story.telegram("1")
    story.telegram(SAID["the cover word"])
    story.telegram(SAID["the name of who writes"])
    story.telegram(f"satu lagi {SAID['later words']}")
    case = story.case(str(CHAT), "telegram")
    with story.database.reading() as session:
        story.learned["the PIN"] = case_records.pin_of(session, session.get_one(Case, case.id))
    story.telegram(f"{case_records.shown(case.code)} {story.learned['the PIN']}")


def _offers_and_recruiters_are_checked(story: Story) -> None:
    story.telegram("menu")
    story.telegram(f"cek PT {SAID['a recruiter']} Jaya")
    story.telegram(f"dibutuhkan tkw {SAID['an offer']} gaji 10 juta tanpa kontrak bayar dulu wa 0812")
    story.telegram("petugas")


def _ratna_saves_a_reply(story: Story, browser: FlaskClient) -> None:
    filled = {"title": "Sapaan", "language": "id", "category": "pay", "area": "52.03", "words": f"Halo {PASSED_ON}"}
    assert story.sends(browser, "/admin/kasus/balasan-tersimpan/baru", **filled).status_code == 303


def _wayan_works_on_it(story: Story, wayans: FlaskClient, ratnas: FlaskClient, code: str) -> None:
    story.does(wayans, code, "ambil")
    story.does(wayans, code, "balas", words=f"Baik, {SAID['the answer of staff']} {PASSED_ON}")
    story.does(wayans, code, "catat", words=SAID["a note"])
    story.telegram(f"{case_records.shown(code)}: {SAID['an answer by chat']}", OFFICERS_CHAT)
    story.does(wayans, code, "identitas", words=f"perlu {SAID['why an identity was opened']}")
    address = f"/admin/kasus/{case_records.shown(code)}/rujukan"
    key = re.search(r'name="key" type="hidden" value="(\w+)"', wayans.get(address).text)
    assert key
    asked = {"body": "bp3mi", "name": "BP3MI NTB", "partner": "", "request": f"Mohon {SAID['a request']} dijemput"}
    made = story.sends(wayans, address, key=key[1], share_name="y", share_words="y", **asked)
    where = made.headers["Location"]
    proof = f"Bu Ratih pukul 10 {SAID['a proof']}"
    assert story.sends(wayans, f"{where}/lisan", **{"lisan-proof": proof}).status_code == 303
    sent = story.sends(wayans, f"{where}/keadaan", **{"langkah-to": "sent", "langkah-proof": proof})
    assert sent.status_code == 303
    paper = (io.BytesIO(files.photo()), f"{SAID['the name of a file']}.jpg")
    story.sends(wayans, f"/admin/kasus/{case_records.shown(code)}/berkas", berkas=paper)
    story.does(wayans, code, "tutup", outcome="solved", words=f"Selesai {SAID['the outcome']}")
    story.does(ratnas, code, "buka-lagi")


def _another_family_by_whatsapp(story: Story, wayans: FlaskClient, wayan: str) -> None:
    """In danger, then silent for more than a day: only an approved text may say that there is news."""
    for words in ("desa korleko", "lapor", "1", f"gaji {SAID['what happened']}", "lapor"):
        story.whatsapp(words)
    case = story.case(PHONE, "whatsapp")
    with story.database.transaction() as session:
        held = case_records.hold(session, case.id)
        cases.take(session, held, wayan, story.now)
        held.is_safe = True
    story.delivers()
    story.change(case.conversation_id, last_incoming_at=story.now - timedelta(hours=25))
    story.does(wayans, case.code, "balas", words=SAID["the answer of staff"])
    story.delivers()
    story.whatsapp(f"tolong saya dipukul {SAID['in danger']}")


def _things_go_wrong(story: Story, wayans: FlaskClient, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors whose own words are a family's: of the bot, of telling, of alerting, of the mail server, of a page."""

    def fails(*_: object, **__: object) -> None:
        raise ValueError(SAID["the words of an error"])

    steps: list[tuple[str, Callable[[], object]]] = [
        ("processes.answering.respond", lambda: story.telegram(SAID["later words"])),
        ("bot.case_notices.word", lambda: _told_again(story, code)),
        ("bot.staff_alerts.message", lambda: _a_third_family(story)),
    ]
    for what, act in steps:
        with monkeypatch.context() as patch:
            patch.setattr(what, fails)
            act()
    story.post.fails = {"RCPT": f"550 {SAID['the address of an officer']} unknown"}
    story.telegram(f"tolong dikurung {SAID['in danger']}")
    story.post.fails = {}
    story.sends(wayans, f"/admin/kasus/{code}/catat", **{"catat-words": ""})
    story.sends(wayans, f"/admin/kasus/{PHONE}/catat", **{"catat-words": SAID["a note"]})
    broken = story.client().post(
        "/webhooks/telegram", data=SAID["what happened"].encode(), headers=signed(b"", "telegram")
    )
    story.answers.append(("/webhooks/telegram", broken.text))


def _a_third_family(story: Story) -> None:
    for words in ("/start HJK347", "0", "lapor", "1", f"ijazah {SAID['what happened']}"):
        story.telegram(words, CHAT + 5)


def _told_again(story: Story, code: str) -> None:
    with story.database.transaction() as session:
        found = session.scalars(select(Case).where(Case.code == code)).one()
        cases.told(session, found, "late", story.now)
    story.goes_on()


def _exports(story: Story, browser: FlaskClient) -> dict[str, str]:
    """Figures as page and file, how the house is doing, and the queue's cards."""
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/admin/kasus/angka/unduh").data))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    pages = ("/metrics", "/readyz", "/healthz", "/admin/kasus/angka", "/admin/kasus", "/admin/angka")
    found = {address: browser.get(address).text for address in pages}
    assert "Masuk" in cells
    return {"figures as a file": " ".join(cells), **found}


# Where it is looked for


def _are_nowhere_in(secrets: dict[str, str], places: dict[str, str], but: set[tuple[str, str]] = frozenset()) -> None:  # type: ignore[assignment]
    assert all(places.values()), f"nothing to search in {[name for name, found in places.items() if not found]}"
    found = {(what, where) for what, secret in secrets.items() for where, said in places.items() if secret in said}
    assert not found - but


def _told_to_staff(story: Story) -> str:
    sent = [
        call.data for call in story.gateways.calls if call.to == str(OFFICERS_CHAT) and call.method == "sendMessage"
    ]
    words = [data["text"] + str(data.get("reply_markup", "")) for data in sent]
    alerts = [each for each in words if "admin/kasus" in each]
    assert alerts, "he was woken by chat"
    return "\n".join(alerts)


def _mails(story: Story) -> str:
    assert story.post.taken, "and by mail"
    return "\n".join(f"{mail['Subject']}\n{mail.get_content()}" for mail in story.post.taken)


def _templates(story: Story) -> str:
    found = [call.data["template"] for call in story.gateways.calls if "template" in call.data]
    assert found, "a template told of the news"
    return json.dumps(found)


def _rows(database: Database) -> Iterator[tuple[str, str]]:
    """(table, everything in it) as the database itself gives it: numbers, words, and bytes as far as they are words."""
    if database.engine.dialect.name == "sqlite":
        with sqlite3.connect(str(database.engine.url.database)) as raw:
            tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            yield from ((table, _as_text(raw.execute(f'SELECT * FROM "{table}"').fetchall())) for table in tables)
        return
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as server:
        named = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        tables = [name for (name,) in server.execute(named)]
        yield from ((table, _as_text(server.execute(f'SELECT * FROM "{table}"').fetchall())) for table in tables)


def _as_text(rows: list[Any]) -> str:
    values = [value for row in rows for value in row]
    read = [value.decode("latin-1") if isinstance(value, bytes | memoryview) else str(value) for value in values]
    return "\n".join(["rows:", *read])


def _database_files(story: Story) -> list[Path]:
    if story.database.engine.dialect.name != "sqlite":
        return []
    path = Path(str(story.database.engine.url.database))
    return [each for each in (path, path.with_name(f"{path.name}-wal")) if each.exists()]


def _raw_files(story: Story) -> Iterator[tuple[str, str]]:
    """Every file that the house has written, byte by byte; SQLite's journal too."""
    kept = [path for path in story.folder.rglob("*") if path.is_file()]
    assert kept, "the photo was kept"
    assert not any("kanari" in str(path) for path in kept)
    for path in (*kept, *_database_files(story)):
        data = path.read_bytes()
        yield path.name, data.decode("latin-1") + data.decode("utf-16-le", "replace")


def _were_really_told(story: Story) -> None:
    """Each of them went in: it stands, sealed, where it belongs, or was said to somebody."""
    with story.database.reading() as session:
        threads = [entry for case in session.scalars(select(Case.id)) for entry in case_records.thread(session, case)]
        words = " ".join(case_records.words_of(session, entry) for entry in threads)
        facts = " ".join(str(case_records.facts_of(session, case)) for case in session.scalars(select(Case)))
    kept = ("what happened", "the employer", "under a photo", "later words", "in danger", "the answer of staff")
    kept += ("an answer by chat", "a note", "a proof", "the outcome", "why an identity was opened")
    missing = [name for name in kept if SAID[name] not in words]
    missing += [name for name in ("who shares the telephone", "the cover word") if SAID[name] not in facts]
    missing += [name for name in ("the name of who writes",) if SAID[name] not in facts]
    assert not missing
    said = " ".join(story.gateways.arrived(str(CHAT)))
    assert story.learned["the PIN"] in said
    assert SAID["the answer of staff"] in said
