"""Numbers that people will call in need: where they come from, and that somebody here has called them."""

from __future__ import annotations

from datetime import date

import pytest

from admin.contacts import book
from centre.staff import Role
from content import contact_checks


def test_every_contact_shows_class_source_and_test_call(desk):
    page = desk.at_work("wayan", Role.EDITOR).get("/admin/kontak").text
    for code, contact in book().items():
        row = page.partition(f'<li id="{code}">')[2].partition("</li>")[0]
        assert f"Kelas {contact.grade}" in row, code
        assert contact.number in row, code
        assert "Sumber " in row, code
        assert "belum pernah diuji" in row, code


def test_a_test_call_is_recorded(desk_on_both, token_on):
    desk = desk_on_both
    browser = desk.at_work("wayan", Role.PETUGAS, "52.03.17.2006")
    token = token_on(browser, "/admin/kontak/kp2mi")
    call = {"csrf_token": token, "on": "2026-11-20", "note": "Dijawab Bu Ani"}
    answer = browser.post("/admin/kontak/kp2mi", data=call)
    assert answer.headers["Location"] == "/admin/kontak#kp2mi"
    with desk.database.reading() as session:
        assert contact_checks.last_days(session) == {"kp2mi": date(2026, 11, 20)}
    assert "diuji 20 November 2026" in browser.get("/admin/kontak").text


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("", "Isi tanggal Anda menelepon"),
        ("kemarin", "Tulis tanggal yang ada"),
        ("2026-02-30", "Tulis tanggal yang ada"),
        ("2026-11-23", "Tanggal ini belum tiba"),
        ("2025-11-20", "Lebih dari setahun lalu"),
        ("0001-01-01", "Lebih dari setahun lalu"),
        ("99999-01-01", "Tulis tanggal yang ada"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_the_note_stays(desk, token_on, day, reason):
    browser = desk.at_work("wayan", Role.PETUGAS)
    token = token_on(browser, "/admin/kontak/kp2mi")
    answer = browser.post("/admin/kontak/kp2mi", data={"csrf_token": token, "on": day, "note": "Dijawab Bu Ani"})
    assert answer.status_code == 422
    assert reason in answer.text
    assert "Dijawab Bu Ani" in answer.text
    with desk.database.reading() as session:
        assert contact_checks.last_days(session) == {}


def test_an_unknown_contact_is_not_found(desk):
    browser = desk.at_work("wayan", Role.PETUGAS)
    for code in ("tidak-ada", "%00", ".."):
        assert browser.get(f"/admin/kontak/{code}").status_code == 404
