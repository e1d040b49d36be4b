"""Perlu ditelepon: Sari's training was called off and no message reaches her."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from centre.areas import Village
from centre.audit import AuditEntry
from centre.notices import Notice
from centre.staff import Role
from tests.centre import booked
from tests.centre.test_calls import called_off

KORLEKO = "52.03.17.2006"
HOLDER = "628123456789"


@pytest.fixture
def korleko(desk_on_both) -> int:
    return desk_on_both.village("Korleko", KORLEKO)


@pytest.fixture
def number(desk_on_both, korleko) -> int:
    with desk_on_both.database.transaction() as session:
        phone = booked.telephone(session, HOLDER)
        phone.blocked_at = booked.NOW
        sari = booked.person(session, "Sari", phone, "child")
        return called_off(session, sari, phone, session.get_one(Village, korleko)).id


def deeds(desk) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        return [(entry.deed, entry.about) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_the_list_says_who_what_when_and_why_but_not_the_number(desk_on_both, number):
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    home = wayan.get("/admin/").text
    assert (
        '<span class="desk-count" data-count="calls">1</span>'
        in home.partition('href="/admin/layanan/telepon"')[2].partition("</a>")[0]
    )
    page = wayan.get("/admin/layanan/telepon").text
    for said in ("Sari", "dibatalkan oleh kita", "12 Des 2026 09.00 WITA", "Korleko", "memblokir bot", "perbengkelan"):
        assert said in page, said
    assert HOLDER not in page
    assert deeds(desk_on_both) == []


def test_the_number_stands_on_its_own_page_and_opening_it_is_recorded(desk_on_both, number):
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = wayan.get(f"/admin/layanan/telepon/{number}").text
    assert f'href="tel:+{HOLDER}"' in page
    assert "ia anak dari pemegang nomor" in page
    assert "Alasan: pelatih sakit" in page
    assert deeds(desk_on_both) == [("call_read", f"notice:{number}")]


def test_sudah_ditelepon_takes_it_off_the_list_once(desk_on_both, number, send):
    wayan = desk_on_both.hire("wayan", Role.PETUGAS, KORLEKO)
    browser, address = desk_on_both.browser_of(wayan), f"/admin/layanan/telepon/{number}"
    assert send(browser, f"{address}/selesai").headers["Location"] == "/admin/layanan/telepon"
    page = browser.get("/admin/layanan/telepon").text
    assert "sudah ditelepon" in page
    assert "Tidak ada yang perlu ditelepon." in page
    with desk_on_both.database.reading() as session:
        assert session.get_one(Notice, number).seen_by == wayan
    assert deeds(desk_on_both) == [("call_made", f"notice:{number}")]
    assert send(browser, f"{address}/selesai").status_code == 404
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize(
    ("role", "area", "sees"),
    [
        (Role.PETUGAS, KORLEKO, True),
        (Role.COORDINATOR, "52", True),
        (Role.ADMINISTRATOR, "", True),
        (Role.PETUGAS, "52.03.21.2002", False),
        (Role.COORDINATOR, "52.01", False),
    ],
)
def test_who_sees_the_list_of_korleko(desk_on_both, number, send, role, area, sees):
    browser = desk_on_both.at_work("rahman", role, area)
    assert ("Sari" in browser.get("/admin/layanan/telepon").text) is sees
    assert browser.get(f"/admin/layanan/telepon/{number}").status_code == (200 if sees else 404)
    if not sees:
        assert send(browser, f"/admin/layanan/telepon/{number}/selesai").status_code == 404


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "１", "%00"])
def test_an_odd_page_number_is_the_first_page(desk_on_both, number, after):
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert "Sari" in wayan.get(f"/admin/layanan/telepon?sesudah={after}").text


def test_a_long_list_goes_on_on_the_next_page(desk_on_both, korleko, number, monkeypatch):
    from admin import calls as pages
    from centre import calls

    monkeypatch.setattr(calls, "PAGE", 1)
    monkeypatch.setattr(pages, "PAGE", 1)
    with desk_on_both.database.transaction() as session:
        called_off(session, booked.person(session, "Dewi"), None, session.get_one(Village, korleko))
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    first = wayan.get("/admin/layanan/telepon").text
    assert "Sari" in first
    assert "Dewi" not in first
    assert "sesudah=1" in first
    assert "Dewi" in wayan.get("/admin/layanan/telepon?sesudah=1").text
