"""A case on a small phone: read, taken, answered and closed by keyboard, without scripts, and deaf to hostile words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

import admin
from centre import case_records, case_safety, cases, outbox, saved_replies, staff
from centre.case_records import Sending
from centre.db import Database
from centre.messages import Outgoing
from centre.saved_replies import Wording
from centre.staff import Role, Scope
from tests.admin.cased import telephone, told_in
from tests.admin.promised import promised
from tests.browser.stand_ins import Server
from tests.browser.test_admin_pages import HOSTILE, PASSWORD, serious
from tests.centre.booked import korleko

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
SMALL = {"width": 360, "height": 740}


@pytest.fixture
def codes(sqlite_database: Database) -> list[str]:
    """Wayan's desk: a long story with everything in it, then hostile words from a channel."""
    with sqlite_database.transaction() as session:
        village = korleko(session)
        wayan = staff.add(
            session, "wayan", "Wayan Sudarma", Role.COORDINATOR, village.code[:5], PASSWORD, NOW, must_change=False
        )
        promised(session, wayan)
        ketut = staff.add(session, "ketut", "Ketut", Role.PETUGAS, village.code, PASSWORD, NOW, must_change=False)
        everywhere = Scope(frozenset({""}), False)
        text = Wording("", "id", "", "Sudah diterima", "Terima kasih, sudah kami terima.")
        saved_replies.save(session, everywhere, None, text, wayan.id, NOW)
        case = told_in(session, telephone(session, "sari", village.id, NOW), "pay", NOW - timedelta(hours=3))
        for number, words in enumerate(("Anak saya empat bulan tidak digaji.", "kata" * 900)):
            cases.add_words(session, case, words, f"sari:{number}", NOW)
        cases.answer(session, case, "where", "MY", "sari:where", NOW)
        case_safety.set_safe(session, case, True, NOW)
        case_safety.set_hours(session, case, "midday", NOW)
        case_safety.set_sharing(session, case, "suami", NOW)
        _answered(session, case, ketut.id)
        others = [
            told_in(session, telephone(session, f"keluarga-{number}", village.id, NOW), category, NOW)
            for number, category in enumerate(("death", "violence", "contact_lost"))
        ]
        hostile = told_in(session, telephone(session, "jahat", village.id, NOW), "other", NOW)
        for number, words in enumerate(HOSTILE):
            cases.add_words(session, hostile, words, f"jahat:{number}", NOW)
        cases.go_around(session, others[2], NOW)
        return [each.code for each in (case, hostile, *others)]


def _answered(session, case, staff_id: str) -> None:
    """Replies in each state that one can be in."""
    cases.take(session, case, staff_id, NOW)
    conversation = session.get_one(cases.Conversation, case.conversation_id)
    for number, (state, delivery, error) in enumerate(
        (("sent", "read", None), ("failed", None, "window_closed"), ("open", None, None))
    ):
        entry = cases.reply(session, case, staff_id, "Kami bantu urus.", f"k{number}", NOW)
        entry.sending = Sending.QUEUED
        [row] = outbox.queue(session, conversation, entry.cause, [Outgoing("Kami bantu urus.")], NOW)
        row.state, row.delivery, row.error = state, delivery, error
    cases.reply(session, case, staff_id, "Ada kabar.", "k9", NOW).sending = Sending.SEALED
    cases.note(session, case, staff_id, "Sudah telepon BP3MI.", "n", NOW)
    cases.release(session, case, staff_id, NOW)


@pytest.fixture
def address(sqlite_database: Database, codes: list[str]) -> Iterator[str]:
    app = Flask("desk", static_folder=None)
    admin.register(app, sqlite_database, lambda: NOW, key="k" * 64, secure=False)
    server = Server(app)
    yield server.address
    server.close()


@pytest.fixture
def desk(page: Page, address: str) -> Page:
    """Signed in, on the queues."""
    page.set_viewport_size(SMALL)
    sign_in(page, f"{address}/admin/kasus")
    return page


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Nama masuk").fill("wayan")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


def thread(code: str) -> str:
    return f"/admin/kasus/{case_records.shown(code)}"


def test_every_page_of_cases_fits_a_small_phone_and_a_screen_reader(desk: Page, address: str, codes: list[str]):
    problems = []
    for path in (
        "/admin/",
        "/admin/kasus",
        "/admin/kasus?antrean=mine",
        "/admin/kasus?kode=apa",
        *(thread(code) for code in codes),
        f"{thread(codes[0])}?balasan=1",
        "/admin/kasus/balasan-tersimpan",
        "/admin/kasus/balasan-tersimpan/baru",
        "/admin/kasus/balasan-tersimpan/1",
    ):
        desk.goto(address + path)
        for fold in desk.locator("details").all():
            fold.evaluate("it => it.open = true")
        problems += serious(desk)
        assert desk.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert desk.locator("h1").count() == 1, path
    assert problems == []


def test_hostile_words_stay_words(desk: Page, address: str, codes: list[str]):
    complaints, asked = [], []
    desk.on("console", lambda said: complaints.append(said.text))
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto(address + thread(codes[1]))
    expect(desk.locator(".words")).to_have_count(len(HOSTILE))
    assert desk.locator(".words *").count() == 0
    expect(desk).to_have_title(f"Kasus {case_records.shown(codes[1])} · Balai")
    assert complaints == [], "the policy had something to refuse"
    assert all(url.startswith((address, "data:")) for url in asked)


def test_a_case_is_answered_and_closed_by_keyboard_without_scripts(browser: Browser, address: str, codes: list[str]):
    context = browser.new_context(java_script_enabled=False, viewport=SMALL)
    page = context.new_page()
    sign_in(page, f"{address}/admin/kasus?antrean=free")
    page.get_by_role("link", name=case_records.shown(codes[0])).press("Enter")
    page.get_by_role("button", name="Ambil kasus ini").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Anda pegang")
    page.locator("summary", has_text="Balasan tersimpan").press("Enter")
    page.get_by_role("link", name="Sudah diterima").press("Enter")
    box = page.get_by_label("Balasan untuk keluarga")
    expect(box).to_have_value("Terima kasih, sudah kami terima.")
    box.press("End")
    box.type(" Kami telepon besok.")
    page.get_by_role("button", name="Kirim kepada keluarga").press("Enter")
    expect(page.get_by_text("Terima kasih, sudah kami terima. Kami telepon besok.")).to_have_count(1)
    page.locator("summary", has_text="Tutup kasus").press("Enter")
    page.get_by_role("button", name="Tutup kasus").press("Enter")
    expect(page).to_have_title(f"Galat: Kasus {case_records.shown(codes[0])} · Balai")
    page.get_by_label("Hasil").select_option("solved")
    page.get_by_label("Catatan penutup").fill("Gaji dibayar")
    page.get_by_role("button", name="Tutup kasus").press("Enter")
    expect(page.get_by_text("Ditutup: Selesai")).to_be_visible()
    context.close()


def test_who_it_is_about_is_shown_once(desk: Page, address: str, codes: list[str]):
    desk.goto(address + thread(codes[0]))
    desk.locator("summary", has_text="Identitas").click()
    desk.get_by_role("button", name="Buka identitas").click()
    expect(desk.get_by_label("Alasan membuka identitas")).to_have_accessible_description(
        "Tulis alasannya, paling sedikit 5 huruf."
    )
    desk.get_by_label("Alasan membuka identitas").fill("Perlu menelepon keluarga")
    desk.get_by_role("button", name="Buka identitas").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Identitas kasus")
    expect(desk.get_by_text("suami")).to_be_visible()
    assert serious(desk) == []
    desk.goto(address + thread(codes[0]))
    expect(desk.get_by_text("suami")).to_have_count(0)
    expect(desk.get_by_text("Perlu menelepon keluarga")).to_have_count(1)
