"""Types, hours, people, figures and calls on a small phone: they fit, they can be read out, and no script is needed.

BALAI_PICTURES=<folder> keeps a picture of each page.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

import admin
from centre import booking_types, calendars, incidents, people, staff
from centre.areas import Village
from centre.booking_types import BookingType
from centre.db import Database
from centre.incidents import Kind
from centre.staff import Role
from tests.admin.promised import promised
from tests.centre import booked
from tests.centre.test_calls import called_off
from tests.centre.test_figures import filled

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
PASSWORD = "sawah terang perahu"
LONG = "Ni Luh Putu Sri Wahyuningsih Dewi Lestari Anggraini Kusuma"
WORST = ("serious", "critical")
TAPPED = "main a:visible, main button:visible, main select:visible, .desk-menu a:visible, main input:not([type=hidden]):visible"


@pytest.fixture
def pages() -> dict[str, str]:
    """Every page, by the name of its picture."""
    return {}


@pytest.fixture
def address(sqlite_database: Database, pages: dict[str, str]) -> Iterator[str]:
    """A desk with something on every page, behind a server."""
    with sqlite_database.transaction() as session:
        promised(
            session,
            staff.add(session, "wayan", "Wayan Sudarma", Role.ADMINISTRATOR, "", PASSWORD, NOW, must_change=False),
        )
        pages |= _furnished(session)
    app = Flask("desk", static_folder=None)
    admin.register(app, sqlite_database, lambda: NOW, key="k" * 64, secure=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def _furnished(session: Session) -> dict[str, str]:
    village, lenek = booked.korleko(session), booked.korleko(session, "Lenek Lauq Timur Daya", "52.03.21.2002")
    booking_types.seed(session, booked.NOW)
    kind = session.query(BookingType).filter_by(slug="pelatihan-perbengkelan").one()
    kind.who, kind.age_from, kind.questions, kind.open_limit = [], None, [], 50
    kind.opens_days = 200
    _past(session, kind, village, lenek)
    one = people.add(session, LONG, booked.NOW, village_id=village.id, kind="returned", birth_year=1980)
    other = people.add(session, LONG.upper(), booked.NOW, village_id=village.id, kind="family", phone="081234567890")
    calendars.set_hours(session, village.id, [(0, calendars.time(8), calendars.time(12))])
    away = calendars.add_absence(session, village.id, date(2027, 3, 13), date(2027, 3, 14), "rapat", booked.WAYAN, NOW)
    booked.saturday(session, kind, village, day=date(2027, 3, 13))
    phone = booked.telephone(session, "628123456789")
    phone.blocked_at = booked.NOW
    incidents.report(session, Kind.TEMPLATE_STOPPED, "reminder/id", NOW, detail="rejected")
    incidents.report(session, Kind.CHANNEL_REFUSED, "telegram", NOW, detail="token")
    call = called_off(session, booked.person(session, LONG, phone, "child"), phone, village)
    return {
        "layanan": "/admin/layanan",
        "jenis": "/admin/layanan/jenis",
        "jenis-satu": f"/admin/layanan/jenis/{kind.id}",
        "jenis-ubah": f"/admin/layanan/jenis/{kind.id}/ubah",
        "jenis-kata": f"/admin/layanan/jenis/{kind.id}/sas",
        "jam": "/admin/layanan/jam",
        "jam-desa": f"/admin/layanan/jam/{village.id}",
        "libur": f"/admin/layanan/libur/{away.id}",
        "nama": "/admin/layanan/nama",
        "nama-desa": f"/admin/layanan/nama/{village.id}",
        "nama-dua": f"/admin/layanan/nama/{village.id}/{one.id}/{other.id}",
        "angka": "/admin/layanan/angka",
        "telepon": "/admin/layanan/telepon",
        "telepon-satu": f"/admin/layanan/telepon/{call.id}",
        "beranda": "/admin/",
        "gangguan": "/admin/gangguan",
    }


def _past(session: Session, kind: BookingType, *villages: Village) -> None:
    """Six Saturdays over three months."""
    for number, day in enumerate((date(2026, 12, 12), date(2027, 1, 16), date(2027, 2, 20))):
        for village in villages:
            slot = booked.saturday(session, kind, village, 20, day)
            filled(session, slot, came=9 - number, absent=1 + number, excused=1, waiting=2)


@pytest.fixture
def desk(page: Page, address: str) -> Page:
    """Signed in, on the home page of a small phone."""
    page.set_viewport_size({"width": 360, "height": 740})
    _enter(page, address)
    return page


def _enter(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/")
    page.get_by_label("Nama masuk").fill("wayan")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Beranda")


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in WORST]


def too_small(page: Page) -> list[str]:
    """What a thumb would miss: lower than 44 pixels, but for ticks, whose labels can be tapped."""
    return page.eval_on_selector_all(
        TAPPED,
        """all => all.filter(it => it.type !== "checkbox" && !it.closest(".alert"))
             .filter(it => it.getBoundingClientRect().height < 44).map(it => it.outerHTML.slice(0, 120))""",
    )


def test_every_page_fits_a_small_phone_and_a_screen_reader(desk: Page, address: str, pages: dict[str, str]):
    problems, complaints, asked = [], [], []
    desk.on("console", lambda said: complaints.append(said.text))
    desk.on("request", lambda request: asked.append(request.url))
    for name, path in pages.items():
        assert desk.goto(address + path).status == 200, path
        _keep_picture(desk, name)
        assert desk.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert desk.locator("h1").count() == 1, path
        problems += too_small(desk)
        problems += serious(desk)
    assert problems == []
    assert [each for each in complaints if "axe" not in each] == [], "the policy had something to refuse"
    assert all(url.startswith((address, "data:")) for url in asked)


def _keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("BALAI_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_what_is_wrong_in_the_form_of_a_type_is_said_accessibly(desk: Page, address: str):
    desk.goto(f"{address}/admin/layanan/jenis/baru")
    desk.get_by_label("Kursi", exact=True).fill("banyak")
    desk.get_by_role("button", name="Simpan").click()
    expect(desk).to_have_title("Galat: Jenis layanan baru · Balai")
    desk.get_by_role("alert").get_by_role("link", name="Kursi", exact=True).click()
    seats = desk.get_by_label("Kursi", exact=True)
    expect(seats).to_have_attribute("aria-invalid", "true")
    expect(seats).to_have_value("banyak")
    assert serious(desk) == []
    _keep_picture(desk, "jenis-galat")
    desk.goto(f"{address}/admin/layanan/jam")
    desk.get_by_role("link", name="Korleko").click()
    desk.get_by_label("Senin, kedua, buka").fill("11:00")
    desk.get_by_label("Senin, kedua, tutup").fill("13:00")
    desk.get_by_role("button", name="Simpan jam buka").click()
    expect(desk.get_by_label("Senin, kedua, buka")).to_have_accessible_description(
        "Harus sesudah jam tutup yang pertama."
    )
    assert serious(desk) == []


def test_a_training_is_made_and_two_records_become_one_by_keyboard_without_scripts(
    browser: Browser, address: str, pages: dict[str, str]
):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    _enter(page, address)
    page.get_by_role("link", name="Lainnya", exact=True).press("Enter")
    page.get_by_role("link", name="Jenis layanan").press("Enter")
    page.get_by_role("link", name="Buat jenis baru").press("Enter")
    page.get_by_label("Nama", exact=True).first.focus()
    page.keyboard.type("Menjahit")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Jenis layanan dibuat: Menjahit")
    page.goto(address + pages["nama-dua"])
    page.get_by_role("button", name="Gabungkan ke yang kiri").press("Space")
    expect(page.get_by_role("status")).to_contain_text("digabungkan")
    context.close()


def test_somebody_sees_to_a_trouble_of_the_house(desk: Page, address: str):
    desk.goto(f"{address}/admin/gangguan")
    desk.get_by_role("button", name=re.compile("Saya tangani.*Templat pesan")).click()
    expect(desk.get_by_role("status")).to_contain_text("Anda menanganinya")
    expect(desk.get_by_text("Ditangani Wayan Sudarma")).to_be_visible()
    expect(desk.get_by_role("button", name="Saya tangani")).to_have_count(1)
    assert serious(desk) == []


def test_a_wide_table_can_be_scrolled_with_the_keyboard(desk: Page, address: str):
    desk.goto(f"{address}/admin/layanan/angka")
    region = desk.get_by_role("region", name="Per bulan")
    region.focus()
    before = region.evaluate("it => it.scrollLeft")
    for _ in range(10):
        desk.keyboard.press("ArrowRight")
    desk.wait_for_function("at => document.querySelector('[aria-labelledby=bulan]').scrollLeft > at", arg=before)
    expect(desk.get_by_role("img", name="Bagian yang tidak datang per bulan")).to_be_visible()
