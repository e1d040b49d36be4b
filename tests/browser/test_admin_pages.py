"""The desk in a real browser, the size of a small phone: legible, usable by keyboard, and deaf to hostile words."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

import admin
from centre import inbox, outbox, staff
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import InboxEvent, Received
from centre.messages import Incoming, Outgoing
from centre.staff import Role
from content import articles, files
from tests.admin.promised import promised
from tests.browser.stand_ins import Server

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
PASSWORD = "sawah terang perahu"
GUIDANCE = Path(files.__file__).parent / "guidance"
HOSTILE = (
    "<script>document.title='kena'</script>",
    "<img src=x onerror=\"document.title='kena'\">",
    "<a href=javascript:document.title='kena'>klik</a> <style>*{display:none}</style>",
    "</blockquote></main><form action=https://jahat.test><input name=password>",
    "kata" * 3000,
    "\u202e terbalik \u2066 \u200b" + "👩‍👩‍👧" * 40,
)
PAGES = (
    "/admin/",
    "/admin/pesan",
    "/admin/pesan/1",
    "/admin/balasan",
    "/admin/balasan/1",
    "/admin/panduan",
    "/admin/panduan/biaya-per-negara",
    "/admin/panduan/terjemahan",
    "/admin/panduan/terjemahan/nomor-darurat-dan-hotline/sas",
    "/admin/panduan/tabel",
    "/admin/kontak",
    "/admin/kontak/kp2mi",
    "/admin/ganti-sandi",
    "/admin/tidak-ada",
)


@pytest.fixture
def clock() -> dict[str, datetime]:
    """What the server believes the time is."""
    return {"now": NOW}


@pytest.fixture
def address(sqlite_database: Database, clock: dict[str, datetime]) -> Iterator[str]:
    """A desk with work to do, behind a server."""
    with sqlite_database.transaction() as session:
        promised(
            session,
            staff.add(session, "wayan", "Wayan Sudarma", Role.ADMINISTRATOR, "", PASSWORD, NOW, must_change=False),
        )
        articles.load(session, files.read(GUIDANCE), NOW)
        for words in HOSTILE:
            _lose(session, words)
    app = Flask("desk", static_folder=None)
    admin.register(app, sqlite_database, lambda: clock["now"], key="k" * 64, secure=False)
    server = Server(app)
    yield server.address
    server.close()


def _lose(session, words: str) -> None:
    """A message that was set aside, and a reply that did not arrive."""
    sender = Sender("telegram", (("chat", "sari"),))
    inbox.receive(session, [Received("telegram", uuid.uuid4().hex, sender, Incoming("text", words))], NOW)
    event = session.query(InboxEvent).order_by(InboxEvent.id.desc()).limit(1).one()
    for _ in range(inbox.STRIKES):
        inbox.strike(session, event.id, "KeyError", NOW)
    conversation = session.get_one(Conversation, event.conversation_id)
    for row in outbox.queue(session, conversation, f"event:{event.id}", [Outgoing(words)], NOW):
        row.state, row.error = outbox.State.FAILED, "window_closed"


@pytest.fixture
def desk(page: Page, address: str) -> Page:
    """Signed in, on the home page."""
    page.goto(f"{address}/admin/")
    page.get_by_label("Nama masuk").fill("wayan")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Beranda")
    return page


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in WORST]


WORST = ("serious", "critical")


def test_every_page_fits_a_small_phone_and_a_screen_reader(desk: Page, address: str):
    problems = []
    for path in PAGES:
        desk.goto(address + path)
        problems += serious(desk)
        assert desk.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert desk.locator("h1").count() == 1, path
    assert problems == []


def test_what_was_filled_in_wrong_is_said_accessibly(page: Page, address: str):
    page.goto(f"{address}/admin/masuk")
    page.get_by_role("button", name="Masuk").click()
    expect(page).to_have_title("Galat: Masuk · Balai")
    expect(page.get_by_label("Nama masuk")).to_have_accessible_description("Isi nama masuk Anda.")
    assert serious(page) == []


def test_a_message_is_dealt_with_by_keyboard_alone(page: Page, address: str):
    page.goto(f"{address}/admin/pesan/1")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("wayan")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pesan 1")
    button = page.get_by_role("button", name="Sudah ditangani")
    for _ in range(30):
        page.keyboard.press("Tab")
        if button.evaluate("it => it === document.activeElement"):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Pesan 1 dicatat sudah ditangani")


def test_the_desk_works_without_scripts(browser: Browser, address: str):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"{address}/admin/pesan")
    page.get_by_label("Nama masuk").fill("wayan")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.get_by_role("link", name="Pesan 2", exact=True).click()
    page.get_by_role("button", name="Jawab ulang").click()
    expect(page.get_by_role("status")).to_contain_text("Pesan 2 dijawab ulang")
    context.close()


def test_a_translation_is_read_and_signed_by_keyboard_without_scripts(browser: Browser, address: str):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"{address}/admin/panduan")
    page.get_by_label("Nama masuk").fill("wayan")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Lainnya").press("Enter")
    page.get_by_role("main").get_by_role("link", name="Terjemahan", exact=True).press("Enter")
    page.get_by_role("link", name="Basa Sasak (").press("Enter")
    page.locator("main li a[href*='/sas']").first.press("Enter")
    page.get_by_label("Saya penutur asli bahasa ini").press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Logat Selong")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Tanda tangan dicatat")
    expect(page.get_by_text("Ditinjau penutur asli: Wayan Sudarma, 2026-11-21")).to_have_count(1)
    context.close()


def test_hostile_words_stay_words(desk: Page, address: str):
    complaints, asked = [], []
    desk.on("console", lambda said: complaints.append(said.text))
    desk.on("request", lambda request: asked.append(request.url))
    for kind in ("pesan", "balasan"):
        for number in range(1, len(HOSTILE) + 1):
            desk.goto(f"{address}/admin/{kind}/{number}")
            expect(desk).not_to_have_title("kena")
            words = desk.locator(".desk-words")
            expect(words).to_be_visible()
            assert words.locator("*").count() == 0
            assert desk.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == [], "the policy had something to refuse"
    assert all(url.startswith((address, "data:")) for url in asked)


def test_words_leave_the_screen_of_who_walked_away(desk: Page, address: str, clock: dict[str, datetime]):
    desk.clock.install()
    desk.goto(f"{address}/admin/pesan/1")
    desk.clock.run_for("14:59")
    desk.keyboard.press("Tab")
    desk.clock.run_for("14:59")
    expect(desk.locator(".desk-words")).to_be_visible()
    clock["now"] += timedelta(minutes=30)
    desk.clock.run_for("00:02")
    expect(desk.get_by_role("status")).to_have_text("Sesi Anda sudah berakhir. Silakan masuk lagi.")
    desk.go_back()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Masuk sebagai petugas")


def test_after_going_home_the_back_button_shows_nothing(desk: Page, address: str):
    desk.goto(f"{address}/admin/pesan/1")
    desk.get_by_role("button", name="Keluar").click()
    expect(desk.get_by_role("status")).to_have_text("Anda sudah keluar.")
    desk.go_back()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Masuk sebagai petugas")
