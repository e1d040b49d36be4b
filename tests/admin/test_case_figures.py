"""Angka kasus: what a village, a regency and the ministry see of what was reported, and the file of it."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from centre.areas import Village
from centre.audit import AuditEntry
from centre.staff import Role
from tests.admin.cases_made import KORLEKO, LENEK, opened

ADDRESS = "/admin/kasus/angka"


@pytest.fixture
def reported(desk):
    """In Korleko 7 wait for their pay and 3 are sick; one case goes around the village. In Lenek 12 want to come home."""
    ids = {name: desk.village(name, code) for name, code in (("=Korleko", KORLEKO), ("Lenek", LENEK))}
    with desk.database.transaction() as session:
        one, other = (session.get_one(Village, number) for number in ids.values())
        began = desk.now - timedelta(days=3)
        for number in range(7):
            opened(session, one, began, around=number == 0)
        for _ in range(4):
            opened(session, one, began, "sickness")
        for _ in range(12):
            opened(session, other, began, "go_home")
    return desk


def cells(page: str, anchor: str, name: str) -> list[str]:
    """The cells of a line in one of the tables."""
    table = page.partition(f'<h2 id="{anchor}">')[2].partition("</table>")[0]
    row = table.partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]
    return row.replace("\n", "").replace("</td>", "").split("<td>")[1:]


def test_a_petugas_sees_their_village_without_what_goes_around_it(reported):
    page = reported.at_work("wayan", Role.PETUGAS, KORLEKO).get(ADDRESS).text
    assert "<dt>Masuk</dt><dd>10</dd>" in page
    assert not cells(page, "jenis", "Gaji tidak dibayar"), "a table that could show nothing is left out"
    assert "Lenek" not in page


def test_the_ministry_sees_figures_and_no_small_count(reported):
    page = reported.at_work("sri", Role.VIEWER).get(ADDRESS).text
    assert "<dt>Masuk</dt><dd>23</dd>" in page
    assert cells(page, "kabupaten", "Lombok Timur")[0] == "23"
    assert cells(page, "jenis", "Ingin pulang")[0] == "12"
    assert cells(page, "jenis", "Sakit")[0] == "–"
    assert cells(page, "desa", "Lenek, Lombok Timur")[0] == "12"
    assert cells(page, "desa", "=Korleko, Lombok Timur") == []
    assert cells(page, "desa", "Yang tidak ditampilkan, digabung")[0] == "11"
    for word in ("Inaq Rohani", "Nia", "6281"):
        assert word not in page


def test_few_cases_are_not_counted_at_all(desk):
    village = desk.village("Korleko", KORLEKO)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert "Tidak ada kasus pada tahun ini" in browser.get(ADDRESS).text
    with desk.database.transaction() as session:
        for _ in range(4):
            opened(session, session.get_one(Village, village), desk.now)
    page = browser.get(ADDRESS).text
    assert "Kurang dari lima kasus" in page
    assert "<table" not in page


@pytest.mark.parametrize(("asked", "year"), [("2025", 2025), ("1999", 2026), ("x", 2026), ("", 2026)])
def test_only_whole_years_can_be_asked_for(reported, asked, year):
    page = reported.at_work("sri", Role.VIEWER).get(f"{ADDRESS}?tahun={asked}&desa=1&kabupaten=52.03").text
    assert f"<h1>Angka kasus {year}</h1>" in page
    assert ("<dt>Masuk</dt><dd>23</dd>" in page) is (year == 2026)


def test_the_file_holds_what_the_page_shows_and_reckons_nothing(reported):
    browser = reported.at_work("sri", Role.VIEWER)
    with reported.database.transaction() as session:
        korleko = session.scalars(select(Village).where(Village.code == KORLEKO)).one()
        for _ in range(5):
            opened(session, korleko, reported.now - timedelta(days=1))
    answer = browser.get(f"{ADDRESS}/unduh")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="angka-kasus-2026.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = {(row[0].value, row[1].value): row for row in sheet.iter_rows(min_row=3)}
    assert rows["Semua", "Semua"][2].value == 28
    assert rows["Per jenis masalah", "Sakit"][2].value == "–"
    counts = {cell.value for row in rows.values() for cell in row if isinstance(cell.value, int)}
    assert not counts & {1, 2, 3, 4}
    assert all(cell.data_type != "f" for row in rows.values() for cell in row)
    assert rows["Per desa", "=Korleko, Lombok Timur"][2].value == 15
    with reported.database.reading() as session:
        assert session.scalars(select(AuditEntry.deed)).all() == ["case_figures_exported"]


def test_the_drawing_has_a_name_and_brings_nothing_that_the_policy_refuses(reported):
    page = reported.at_work("sri", Role.VIEWER).get(ADDRESS).text
    drawing = page.partition('<div class="desk-chart">')[2].partition("</div>")[0]
    assert 'role="img" aria-label="Bagian yang dijawab tepat janji"' in drawing
    assert "<script" not in drawing
    assert "style" not in drawing
