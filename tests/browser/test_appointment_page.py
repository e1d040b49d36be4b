"""Inaq Rohani opens the link to her booking on a small phone, without scripts, by touch and by keyboard."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from centre import bookings, outbox, slots
from centre.bookings import State
from centre.conversations import Conversation
from centre.db import Database
from centre.messages import Outgoing
from tests.browser.stand_ins import Bot
from tests.centre.booked import NOW, ask, korleko, person, saturday, telephone, workshop
from webhooks import appointments, webchat

HEIGHT = 740
PICTURES = os.environ.get("BALAI_TEST_PICTURES")
"""A folder: every page of the journeys is photographed into it, to be looked at."""


class House:
    """The booking's page and the web chat behind a real server, whose clock can be moved."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        app = Flask("appointments-browser-test")
        app.register_blueprint(appointments.blueprint(database, lambda: self.now))
        app.register_blueprint(webchat.blueprint(database, lambda: datetime.now(UTC), key="k" * 64, secure=False))
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def book(self, seats: int = 3, others: int = 0) -> str:
        """Inaq Rohani asks for a place after `others`; gives the link."""
        with self.database.transaction() as session:
            slot = saturday(session, workshop(session), korleko(session), seats)
            slot.note, slot.village.contacts = "Pakai sepatu tertutup.", "Pak Wayan, 0812-0000-0000"
            for number in range(others):
                bookings.book(session, ask(slot, person(session, f"Tetangga {'ABCDEF'[number]}")), NOW)
            for day in (date(2026, 12, 19), date(2026, 12, 26)):
                saturday(session, slot.type, slot.village, seats, day)
            chat = telephone(session, "628123")
            enter = bookings.wait if others >= seats else bookings.book
            booking = enter(session, ask(slot, person(session, "Inaq Rohani Hasanah", chat), chat), NOW)
            return f"/janji/{bookings.token_of(session, booking)}"

    def state(self) -> tuple[str, int]:
        """Of the newest booking: how it stands, and in which slot."""
        with self.database.reading() as session:
            newest = session.scalars(select(bookings.Booking).order_by(bookings.Booking.id.desc())).first()
            assert newest
            return newest.state, newest.slot_id


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[House]:
    house = House(sqlite_database)
    yield house
    house.close()


@pytest.fixture
def plain(browser: Browser, house: House, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A small phone with scripts off; at the end nothing may have been asked of anybody else."""
    size = {"viewport": {"width": 360, "height": HEIGHT}, "java_script_enabled": False}
    context = browser.new_context(**browser_context_args | size)
    page = context.new_page()
    elsewhere: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(house.address) else elsewhere.append(asked.url))
    yield page
    context.close()
    assert elsewhere == []


@pytest.fixture
def looked_at(page: Page, house: House) -> Iterator[Page]:
    """A small phone in which axe can run; the policy must stop nothing of ours."""
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    page.set_viewport_size({"width": 360, "height": HEIGHT})
    yield page
    assert complaints == []


def photograph(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def judge(page: Page, name: str) -> None:
    """Fits 360 pixels, can be hit with a thumb, shuts nobody out, by day and by night."""
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        photograph(page, f"{name}-{colours}")
        found = Axe().run(page).response["violations"]
        assert [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]] == []
    page.emulate_media(color_scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    targets = page.evaluate("[...document.querySelectorAll('a,button')].map((e) => e.getBoundingClientRect().toJSON())")
    assert min(min(target["width"], target["height"]) for target in targets) >= 44


def test_without_scripts_she_confirms_moves_and_cancels(plain: Page, house: House) -> None:
    plain.goto(house.address + house.book())
    plain.get_by_role("button", name="Saya akan datang").click()
    expect(plain.get_by_role("status")).to_contain_text("sudah mengabari akan datang")
    plain.get_by_role("link", name="Pindah ke waktu lain").click()
    plain.get_by_role("button", name="Sabtu, 26 Desember 2026").click()
    expect(plain.get_by_role("status")).to_contain_text("sudah dipindah ke waktu ini")
    assert house.state() == (State.BOOKED, 3)
    plain.get_by_role("link", name="Batalkan").click()
    plain.get_by_role("link", name="Tidak, tetap seperti ini").click()
    assert house.state() == (State.BOOKED, 3)
    plain.get_by_role("link", name="Batalkan").click()
    plain.get_by_role("button", name="Ya, batalkan").click()
    expect(plain.get_by_role("status")).to_contain_text("sudah dibatalkan")
    assert house.state() == (State.CANCELLED, 3)


def test_without_scripts_a_seat_that_falls_free_is_taken(plain: Page, house: House) -> None:
    link = house.book(seats=1, others=1)
    plain.goto(house.address + link)
    expect(plain.get_by_role("status")).to_contain_text("urutan ke-1")
    with house.database.transaction() as session:
        bookings.cancel(session, 1, bookings.FAMILY, NOW)
    plain.reload()
    plain.get_by_role("button", name="Ya, saya ambil kursi ini").click()
    expect(plain.get_by_role("img", name="Kode QR")).to_be_visible()
    assert house.state() == (State.BOOKED, 1)


def test_a_seat_that_somebody_took_while_she_chose(plain: Page, house: House) -> None:
    plain.goto(house.address + house.book(seats=1) + "/pindah")
    with house.database.transaction() as session:
        taken = slots.get(session, 2)
        assert taken
        bookings.book(session, ask(taken, person(session, "Wayan")), NOW)
    plain.get_by_role("button", name="Sabtu, 19 Desember 2026").click()
    expect(plain.get_by_role("alert")).to_contain_text("baru saja diambil orang lain")
    photograph(plain, "taken")
    plain.get_by_role("button", name="Sabtu, 26 Desember 2026").click()
    expect(plain.get_by_role("status")).to_contain_text("sudah dipindah")


def test_the_calendar_file_is_saved(plain: Page, house: House) -> None:
    plain.goto(house.address + house.book())
    with plain.expect_download() as saved:
        plain.get_by_role("link", name="Simpan ke kalender").click()
    assert saved.value.suggested_filename == "janji-balai.ics"
    assert saved.value.path().read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_everything_fits_and_shuts_nobody_out(looked_at: Page, house: House) -> None:
    link = house.address + house.book()
    looked_at.goto(link)
    judge(looked_at, "booked")
    looked_at.goto(f"{link}?lang=en")
    judge(looked_at, "booked-english")
    looked_at.goto(f"{link}/batal")
    judge(looked_at, "cancel")
    looked_at.goto(f"{link}/pindah")
    judge(looked_at, "move")
    house.now = datetime(2026, 12, 11, 12, 0, tzinfo=UTC)
    looked_at.goto(link)
    judge(looked_at, "soon")
    looked_at.goto(f"{link}/batal")
    judge(looked_at, "too-late")
    with looked_at.expect_navigation():
        looked_at.get_by_role("button", name="Saya berhalangan").click()
    judge(looked_at, "excused")
    looked_at.goto(f"{house.address}/janji/1-abc")
    judge(looked_at, "wrong-link")


def test_waiting_and_offered_fit_too(looked_at: Page, house: House) -> None:
    link = house.address + house.book(seats=1, others=1)
    looked_at.goto(link)
    judge(looked_at, "waiting")
    with house.database.transaction() as session:
        bookings.cancel(session, 1, bookings.FAMILY, NOW)
    looked_at.reload()
    judge(looked_at, "offered")


def test_the_keyboard_is_enough(looked_at: Page, house: House) -> None:
    looked_at.goto(house.address + house.book())
    looked_at.keyboard.press("Tab")
    expect(looked_at.get_by_role("link", name="English")).to_be_focused()
    looked_at.keyboard.press("Tab")
    expect(looked_at.get_by_role("button", name="Saya akan datang")).to_be_focused()
    looked_at.keyboard.press("Enter")
    expect(looked_at.get_by_role("status")).to_contain_text("sudah mengabari akan datang")


def test_the_link_in_the_web_chat_leads_there(page: Page, house: House, bot: Bot) -> None:
    link = house.book()
    page.goto(house.address)
    page.get_by_label("Tulis pertanyaan Anda").fill(f"Lihat {link}.")
    page.get_by_role("button", name="Kirim").click()
    anchor = page.locator(".reply a[href^='/janji']")
    expect(anchor).to_have_attribute("href", link)  # made by the script
    with house.database.transaction() as session:
        chat = session.scalars(select(Conversation).where(Conversation.channel == "web")).one()
        outbox.queue(session, chat, "confirmation", [Outgoing(f"Kartu janji: {link}")], datetime.now(UTC))
    page.reload()
    expect(anchor.last).to_have_attribute("href", link)  # drawn into the page
    photograph(page, "chat")
    with page.context.expect_page() as opened:
        anchor.last.click()
    expect(opened.value.get_by_role("heading", name="Pelatihan perbengkelan")).to_be_visible()
