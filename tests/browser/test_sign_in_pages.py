"""Signing in on a small phone, both steps; setting up; what an administrator sees; and words that outlive a session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

import admin
from admin.installation import Installation
from centre import audit, staff
from centre.db import Database
from centre.staff import Role
from tests.admin.promised import promised
from tests.browser.stand_ins import Server
from tests.browser.test_admin_pages import PASSWORD, serious
from tests.centre.booked import korleko

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.both_steps
FACTS = Installation("0.1.0", "0004", "https://balai.example", True, True, False, False, 0, False)


@pytest.fixture
def clock() -> dict[str, datetime]:
    return {"now": NOW}


@pytest.fixture
def address(sqlite_database: Database, clock: dict[str, datetime]) -> Iterator[str]:
    with sqlite_database.transaction() as session:
        village = korleko(session)
        ratna = staff.add(session, "ratna", "Ratna", Role.ADMINISTRATOR, "", PASSWORD, NOW, must_change=False)
        promised(session, ratna)
        wayan = staff.add(session, "wayan", "Wayan Sudarma", Role.PETUGAS, village.code, PASSWORD, NOW)
        audit.record(session, wayan.id, "case_identity_opened", NOW, "case:1", "Perlu menelepon keluarga")
    app = Flask("desk", static_folder=None)
    admin.register(app, sqlite_database, lambda: clock["now"], key="k" * 64, secure=False, facts=FACTS)
    server = Server(app)
    yield server.address
    server.close()


def give_password(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/")
    page.get_by_label("Nama masuk").fill("ratna")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


def set_up(page: Page) -> str:
    """The app scans the picture, or has the key typed; gives the key."""
    secret = page.locator("code.user-select-all").inner_text().replace(" ", "")
    page.get_by_label("Kode").fill(pyotp.TOTP(secret).at(NOW))
    page.get_by_role("button", name="Pakai aplikasi ini").click()
    return secret


def test_both_steps_the_pages_behind_them_and_words_that_outlive_a_session(
    page: Page, address: str, clock: dict[str, datetime]
):
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.set_viewport_size({"width": 360, "height": 740})
    problems = []
    give_password(page, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kode kedua")
    problems += serious(page)
    secret = set_up(page)
    expect(page.locator(".desk-codes li")).to_have_count(10)
    edges = page.locator(".desk-codes li").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().left)")
    assert len(set(edges)) == 1, "one under the other: in two columns a number would lie on a code"
    problems += serious(page)
    page.get_by_role("link", name="lanjut").click()
    expect(page).to_have_title("Beranda · Balai")
    for path in (
        "/admin/staf",
        "/admin/staf/baru",
        "/admin/desa",
        "/admin/desa/1",
        "/admin/catatan",
        "/admin/pengaturan",
        "/admin/akun",
        "/admin/akun/sesi",
        "/admin/akun/kode-kedua",
        "/admin/akun/kode-cadangan",
    ):
        page.goto(address + path)
        problems += serious(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert page.locator("h1").count() == 1, path
    page.goto(f"{address}/admin/staf")
    page.get_by_role("link", name="Wayan Sudarma").click()
    for fold in page.locator("details").all():
        fold.evaluate("it => it.open = true")
    problems += serious(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.goto(f"{address}/admin/desa/1")
    page.get_by_label("Alamat pusat layanan").fill("Kantor desa, sebelah puskesmas")
    clock["now"] = NOW + timedelta(minutes=20)
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("ditawarkan lagi sesudah Anda masuk")).to_be_visible()
    page.get_by_label("Nama masuk").fill("ratna")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.get_by_label("Kode").fill(pyotp.TOTP(secret).at(clock["now"]))
    page.get_by_role("button", name="Lanjut").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tulisan Anda masih ada")
    problems += serious(page)
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.get_by_label("Alamat pusat layanan")).to_have_value("Kantor desa, sebelah puskesmas")
    assert problems == []
    assert complaints == []


def test_a_page_that_idles_takes_the_words_off_the_screen_and_keeps_them(
    page: Page, address: str, clock: dict[str, datetime]
):
    page.clock.install()
    give_password(page, address)
    set_up(page)
    page.goto(f"{address}/admin/desa/1")
    page.get_by_label("Yang bisa dihubungi").press_sequentially("Kantor 0376")
    clock["now"] = NOW + timedelta(minutes=16)
    page.clock.fast_forward("15:01")
    expect(page.get_by_text("ditawarkan lagi sesudah Anda masuk")).to_be_visible()
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    assert "0376" not in page.content()
