"""Ratna writes a reply once for her regency; Wayan takes it into the box and makes it fit."""

from __future__ import annotations

import pytest

from centre import case_records
from centre.staff import Role
from tests.admin.cased import KORLEKO, deeds, told

ADDRESS = "/admin/kasus/balasan-tersimpan"
WORDS = "Terima kasih. Kami hubungi BP3MI hari ini."


@pytest.fixture
def korleko(desk_on_both) -> int:
    return desk_on_both.village("Korleko", KORLEKO)


@pytest.fixture
def wayan(desk_on_both):
    return desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)


@pytest.fixture
def ratna(desk_on_both, korleko):
    return desk_on_both.at_work("ratna", Role.COORDINATOR, "52.03")


def typed(**other: str) -> dict[str, str]:
    return {"title": "Ke BP3MI", "language": "id", "category": "pay", "area": "52.03", "words": WORDS, **other}


def offered(browser, code: str) -> str:
    """Where the link of the saved reply leads; empty when none is offered."""
    page = browser.get(f"/admin/kasus/{case_records.shown(code)}").text
    found = page.partition("balasan=")[2].partition("#")[0]
    return f"/admin/kasus/{case_records.shown(code)}?balasan={found}" if found else ""


def test_a_saved_reply_fills_the_box_by_a_link(desk_on_both, korleko, ratna, wayan, send):
    assert send(ratna, f"{ADDRESS}/baru", **typed()).headers["Location"] == ADDRESS
    assert "Ke BP3MI" in ratna.get(ADDRESS).text
    code = told(desk_on_both, korleko)
    page = wayan.get(offered(wayan, code)).text
    assert f">\r\n{WORDS}</textarea>" in page or f">{WORDS}</textarea>" in page
    assert deeds(desk_on_both)[0] == "saved_reply_changed"


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        ({}, True),
        ({"category": ""}, True),
        ({"area": KORLEKO}, True),
        ({"category": "documents"}, False),
        ({"language": "sas"}, False),
    ],
)
def test_only_what_fits_the_case_is_offered(desk_on_both, korleko, ratna, wayan, send, other, fits):
    send(ratna, f"{ADDRESS}/baru", **typed(**other))
    assert bool(offered(wayan, told(desk_on_both, korleko))) is fits


def test_what_is_of_another_regency_is_neither_offered_nor_found(desk_on_both, korleko, wayan, ratna, send):
    jember = desk_on_both.at_work("jember", Role.COORDINATOR, "35.09")
    assert send(jember, f"{ADDRESS}/baru", **typed(area="35.09")).status_code == 303
    code = told(desk_on_both, korleko)
    assert offered(wayan, code) == ""
    assert WORDS not in wayan.get(f"/admin/kasus/{case_records.shown(code)}?balasan=1").text
    assert "Ke BP3MI" not in ratna.get(ADDRESS).text
    assert ratna.get(f"{ADDRESS}/1").status_code == 404
    assert send(ratna, f"{ADDRESS}/1", **typed()).status_code == 404
    assert send(ratna, f"{ADDRESS}/1/hapus").status_code == 404
    assert send(ratna, f"{ADDRESS}/baru", **typed(area="35.09")).status_code == 422


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"title": " "}, "Tulis judul"),
        ({"title": "a" * 81}, "Tulis judul"),
        ({"words": "\u200b"}, "Tulis isinya"),
        ({"language": "xx"}, "Pilih salah satu"),
        ({"category": "xx"}, "Pilih salah satu"),
        ({"area": ""}, "Pilih salah satu"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(ratna, send, other, why):
    answer = send(ratna, f"{ADDRESS}/baru", **typed(**other))
    assert answer.status_code == 422
    assert why in answer.text
    assert "Belum ada balasan" in ratna.get(ADDRESS).text


def test_it_is_changed_and_at_last_offered_no_more(desk_on_both, korleko, ratna, wayan, send):
    send(ratna, f"{ADDRESS}/baru", **typed())
    assert WORDS in ratna.get(f"{ADDRESS}/1").text
    assert send(ratna, f"{ADDRESS}/1", **typed(title="Ke BP3MI NTB")).status_code == 303
    code = told(desk_on_both, korleko)
    assert "Ke BP3MI NTB" in wayan.get(f"/admin/kasus/{case_records.shown(code)}").text
    assert send(ratna, f"{ADDRESS}/1/hapus").status_code == 303
    assert offered(wayan, code) == ""
    assert ratna.get(f"{ADDRESS}/1").status_code == 404
