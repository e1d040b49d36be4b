"""The roster in a real browser, the size of a small phone: ticked with a thumb, by keyboard, and without scripts."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

import admin
from centre import bookings, people, slots, staff
from centre.bookings import Ask
from centre.db import Database
from centre.slots import Plan
from centre.staff import Role
from tests.admin.promised import promised
from tests.centre.booked import WAYAN, ask, korleko, person, telephone, workshop

BEFORE = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 12, 12, 0, 50, tzinfo=UTC)
"""Saturday, ten to nine in Korleko: the door is open."""
SATURDAY = date(2026, 12, 12)
PASSWORD = "sawah terang perahu"
LONGEST = "Inaq Rohaniatussakdiyah Binti Lalu Muhammadzainulmajdi Nurw"
PAGES = (
    "/admin/",
    "/admin/jadwal?pekan=2026-12-07",
    "/admin/jadwal?tampil=daftar&pekan=2026-12-07",
    "/admin/jadwal/buat",
    "/admin/jadwal/1",
    "/admin/jadwal/1/ubah",
    "/admin/jadwal/1/batal",
    "/admin/jadwal/1/daftar-hadir",
    "/admin/jadwal/1/daftarkan",
    "/admin/jadwal/2/daftarkan",
    "/admin/jadwal/3",
    "/admin/janji/1",
    "/admin/hadir",
    "/admin/hadir?kode=KMTR",
    "/admin/hadir/{code}",
    "/admin/daftarkan",
)


@pytest.fixture
def address(sqlite_database: Database) -> Iterator[str]:
    """A desk with a training in ten minutes, behind a server."""
    with sqlite_database.transaction() as session:
        promised(
            session,
            staff.add(session, "wayan", "Wayan Sudarma", Role.PETUGAS, "52.03.07", PASSWORD, NOW, must_change=False),
        )
        promised(
            session, staff.add(session, "kader", "Ibu Kader", Role.HELPER, "52.03.07", PASSWORD, NOW, must_change=False)
        )
        _fill(session)
    app = Flask("desk", static_folder=None)
    admin.register(app, sqlite_database, lambda: NOW, key="k" * 64, secure=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def _fill(session) -> None:
    """A full slot with somebody confirmed and two who wait, a free one, and one that is called off."""
    village, kind = korleko(session), workshop(session, seats=3, questions=["needs"])
    korleko(session, "Lenek", "52.03.07.2009")
    plan = Plan(SATURDAY, time(9), time(12), 3, note="Parkir di balai desa")
    full, off = (slots.make(session, kind, village, plan, WAYAN, BEFORE, insist=True) for _ in range(2))
    weekly, _passed = slots.make_weekly(session, kind, village, Plan(SATURDAY, time(13), time(15), 3), 2, WAYAN, BEFORE)
    mother = telephone(session, "6281", BEFORE)
    for name, relation in ((LONGEST, "self"), ("Putu Ayu", "child"), ("Sari", "sibling"), ("Made", "other")):
        known = person(session, name, mother, relation)
        known.village_id = village.id
        people.set_phone(session, known, "0812 3456 7890")
        asked = ask(full, known, mother)
        answers = {"needs": "Perlu kursi di dekat pintu"}
        bookings.wait(session, Ask(full.id, known.id, mother.id, asked.by, answers=answers), BEFORE)
    bookings.confirm(session, 1, "family", BEFORE)
    bookings.call_off_slot(session, off.id, "Pelatih sakit; jadwal penggantinya menyusul", WAYAN, BEFORE)
    assert weekly


@pytest.fixture
def desk(page: Page, address: str) -> Page:
    """Wayan, signed in on a phone of 360 by 740."""
    page.set_viewport_size({"width": 360, "height": 740})
    _sign_in(page, address, "wayan")
    return page


def _sign_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/admin/")
    page.get_by_label("Nama masuk").fill(login)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Beranda")


def _photograph(page: Page, name: str) -> None:
    """For whoever wants to look: BALAI_TEST_PICTURES names a folder."""
    if folder := os.environ.get("BALAI_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    worst = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{page.url}: {each['id']}: {each['nodes'][0]['html']}" for each in worst]


SMALL = """() => [...document.querySelectorAll(`main a, main button, main input:not([type=hidden]), main select,
        main summary, main textarea, nav a`)]
    .map(it => [it, (it.matches('[type=checkbox], [type=radio]') ? it.parentElement : it).getBoundingClientRect()])
    .filter(([it, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(([it, box]) => `${it.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
"""What a thumb could miss. A box to tick is hit by its whole line."""


def _code(database: Database) -> str:
    with database.reading() as session:
        return session.get_one(bookings.Booking, 1).code or ""


def test_every_page_fits_a_small_phone_a_thumb_and_a_screen_reader(desk: Page, address: str, sqlite_database: Database):
    problems: list[str] = []
    for number, path in enumerate(PAGES):
        desk.goto(address + path.format(code=_code(sqlite_database)))
        _photograph(desk, f"{number:02}")
        problems += _serious(desk)
        assert desk.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert desk.locator("h1").count() == 1, path
        if path != "/admin/":
            problems += [f"{path}: {each}" for each in desk.evaluate(SMALL)]
    assert problems == []


def test_people_are_ticked_at_the_door_and_back(desk: Page, address: str):
    desk.goto(f"{address}/admin/jadwal/1")
    row = desk.locator("#janji-2")
    row.get_by_role("button", name="Datang: Putu Ayu", exact=True).click()
    expect(desk.get_by_role("status")).to_have_text("Putu Ayu: datang.")
    expect(row.get_by_text("Datang", exact=True)).to_be_visible()
    expect(row).to_be_in_viewport()
    row.get_by_role("button", name="Urungkan: Putu Ayu").click()
    expect(row.get_by_role("button", name="Tidak datang: Putu Ayu")).to_be_visible()
    row.get_by_role("button", name="Berhalangan: Putu Ayu").click()
    expect(desk.get_by_role("heading", name="Tidak jadi (1)")).to_be_visible()
    _photograph(desk, "ticked")


def test_a_code_is_typed_by_keyboard_alone(desk: Page, address: str, sqlite_database: Database):
    desk.goto(f"{address}/admin/jadwal/1")
    box = desk.get_by_label("Kode yang datang")
    expect(box).to_have_attribute("autocapitalize", "characters")
    for _ in range(40):
        desk.keyboard.press("Tab")
        if box.evaluate("it => it === document.activeElement"):
            break
    code = _code(sqlite_database)
    desk.keyboard.type(f"{code[:4].lower()} {code[4:]}")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text(LONGEST)
    for _ in range(40):
        desk.keyboard.press("Tab")
        if desk.get_by_role("button", name="Datang").evaluate("it => it === document.activeElement"):
            break
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status")).to_have_text(f"{LONGEST}: datang.")
    expect(desk.get_by_label("Kode yang datang")).to_be_in_viewport()


def test_answers_and_telephone_lie_behind_a_tap(desk: Page, address: str):
    desk.goto(f"{address}/admin/jadwal/1")
    answer = desk.locator("#janji-1").get_by_text("Perlu kursi di dekat pintu")
    expect(answer).to_be_hidden()
    desk.locator("#janji-1 summary").click()
    expect(answer).to_be_visible()
    desk.get_by_role("link", name=LONGEST).click()
    number = desk.get_by_role("link", name="081234567890")
    expect(number).to_be_hidden()
    desk.get_by_text("Nomor telepon").click()
    expect(number).to_be_visible()
    assert number.get_attribute("href") == "tel:081234567890"
    _photograph(desk, "telephone")


def test_on_paper_stands_the_list_and_nothing_else(desk: Page, address: str):
    desk.goto(f"{address}/admin/jadwal/1/daftar-hadir")
    desk.emulate_media(media="print")
    for hidden in (".desk-header", ".desk-screen-only >> nth=0"):
        expect(desk.locator(hidden)).to_be_hidden()
    expect(desk.get_by_role("columnheader", name="Tanda tangan")).to_be_visible()
    expect(desk.get_by_text("Putu Ayu")).to_be_visible()
    expect(desk.get_by_text("0812")).to_have_count(0)


def test_somebody_is_booked_without_scripts(browser: Browser, address: str):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    _sign_in(page, address, "kader")
    expect(page.get_by_role("link", name="Jadwal", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Daftarkan", exact=True).click()
    _photograph(page, "helper")
    page.get_by_role("link", name="Pelatihan perbengkelan").first.click()
    page.get_by_label("Nama").fill("Inaq Sumi 2")
    page.get_by_role("button", name="Daftarkan").click()
    expect(page.get_by_label("Nama")).to_have_value("Inaq Sumi 2")
    expect(page.get_by_label("Nama")).to_have_accessible_description(
        "Tulis nama dengan huruf saja, paling banyak 60 huruf."
    )
    page.get_by_label("Nama").fill("Inaq Sumi")
    page.get_by_role("button", name="Daftarkan").click()
    expect(page.get_by_role("status")).to_contain_text("Inaq Sumi terdaftar. Kode:")
    _photograph(page, "helped")
    context.close()


def test_a_like_name_is_asked_about(desk: Page, address: str):
    desk.goto(f"{address}/admin/jadwal/3/daftarkan")
    desk.get_by_label("Nama").fill("putu ayu")
    desk.get_by_role("button", name="Daftarkan").click()
    _photograph(desk, "alike")
    assert _serious(desk) == []
    assert desk.evaluate(SMALL) == []
    desk.get_by_label("Putu Ayu, telepon …890").check()
    desk.get_by_role("button", name="Daftarkan").click()
    expect(desk.get_by_role("status")).to_contain_text("Putu Ayu terdaftar.")


def test_a_slot_is_made_and_a_closed_day_is_insisted_on(desk: Page, address: str):
    desk.goto(f"{address}/admin/jadwal/buat")
    desk.get_by_label("Tanggal").fill("2026-12-25")
    desk.get_by_label("Mulai").fill("09:00")
    desk.get_by_label("Selesai").fill("11:00")
    desk.get_by_role("button", name="Buat jadwal").click()
    expect(desk.get_by_role("alert")).to_contain_text("hari libur: Hari Raya Natal")
    _photograph(desk, "closed")
    assert _serious(desk) == []
    assert desk.evaluate(SMALL) == []
    desk.get_by_label("Tetap buat").check()
    desk.get_by_role("button", name="Buat jadwal").click()
    expect(desk.get_by_role("status")).to_contain_text("1 jadwal dibuat")
