"""Figures, announcements and posters on a small phone: they fit, are read out, and need no script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

import admin
from centre import announcements
from centre.announcements import Wanted
from centre.areas import Village
from centre.db import Database
from centre.staff import Role, Scope
from processes.counting import count_all
from processes.web import spoken
from tests.admin.cases_made import opened
from tests.admin.conftest import Desk
from tests.centre.test_totals import asked

PAGES = ("/angka/52.03", "/angka/52.03/laporan", "/pengumuman", "/pengumuman/1", "/pengumuman/baru", "/poster/1")


@pytest.fixture
def office(sqlite_database: Database) -> Iterator[tuple[str, str]]:
    """A desk with something on every page, behind a server; its address, and the cookie of Made."""
    desk = Desk(sqlite_database)
    desk.app = Flask("desk", static_folder=None)
    admin.register(desk.app, desk.database, lambda: desk.now, key="k" * 64, secure=False, spoken=spoken())
    number = desk.village("Lenek Lauq Timur Daya", "52.03.21.2002")
    with desk.database.transaction() as session:
        for _ in range(6):
            asked(session, "6281", number, "answer", desk.now - timedelta(days=30), slug="biaya")
            opened(session, session.get_one(Village, number), desk.now)
        everywhere = Scope(frozenset({""}), False)
        announcements.save(
            session, everywhere, None, Wanted({"id": "Sabtu ada pelatihan."}, [number]), "wayan", desk.now
        )
    count_all(desk.database, lambda: desk.now)
    cookie = desk.at_work("made", Role.ADMINISTRATOR).get_cookie("petugas")
    assert cookie is not None
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", cookie.value
    server.shutdown()
    thread.join()


def test_every_page_fits_reads_well_and_needs_no_script(office: tuple[str, str], browser: Browser) -> None:
    address, cookie = office
    context = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=True)
    context.add_cookies([{"name": "petugas", "value": cookie, "url": address}])
    page = context.new_page()
    for path in PAGES:
        answer = page.goto(f"{address}/admin{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == [], path
    context.close()


def test_an_announcement_is_written_and_sent_without_scripts(office: tuple[str, str], browser: Browser) -> None:
    address, cookie = office
    context = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
    context.add_cookies([{"name": "petugas", "value": cookie, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/admin/pengumuman")
    page.get_by_role("link", name="Tulis pengumuman").click()
    page.get_by_label("Bahasa Indonesia").first.fill("Minggu ada koperasi.")
    page.get_by_role("button", name="Simpan dan lihat").click()
    expect(page.get_by_text("Minggu ada koperasi.").first).to_be_visible()
    page.locator("summary", has_text="Kirim …").click()
    page.get_by_role("button", name="Ya, kirim", exact=True).click()
    expect(page.get_by_text("Hentikan").first).to_be_visible()
    context.close()
