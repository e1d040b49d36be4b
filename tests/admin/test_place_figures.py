"""Angka at the desk: from the whole down to Korleko, as a page, a file and a sheet of paper."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import openpyxl
import pytest

from centre.areas import Village
from centre.audit import AuditEntry
from centre.staff import Role
from centre.totals import village_key
from processes.counting import count_all
from tests.admin.cases_made import opened
from tests.centre.test_totals import asked

KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"


@pytest.fixture
def counted(desk):
    """Korleko: 12 questions about biaya (its title a formula), 9 cases. Lenek: 3 cases."""
    desk.article("biaya")
    numbers = {name: desk.village(name, code) for name, code in (("=Korleko", KORLEKO), ("Lenek", LENEK))}
    began = desk.now - timedelta(days=30)
    with desk.database.transaction() as session:
        korleko, lenek = (session.get_one(Village, numbers[name]) for name in ("=Korleko", "Lenek"))
        for number in range(12):
            asked(session, "6281", korleko.id, "answer", began, slug="biaya")
            if number < 9:
                opened(session, korleko, began)
            if number < 3:
                opened(session, lenek, began)
    count_all(desk.database, lambda: desk.now)
    return desk


def cells(page: str, anchor: str, row: str) -> list[str]:
    """The cells of a row, by the beginning of its name; nothing where there is no such row."""
    table = page.partition(f'id="{anchor}"')[2].partition("</table>")[0]
    lines = [re.sub(r"<[^>]+>", "|", line) for line in table.split("<tr>")]
    found = [[cell for cell in line.split("|") if cell.strip()] for line in lines]
    return next((line[1:] for line in found if line and line[0] == row), [])


def test_the_ministry_begins_at_the_regency_and_goes_down_by_links(counted):
    sri = counted.at_work("sri", Role.VIEWER)
    address = sri.get("/admin/angka").headers["Location"]
    assert address == "/admin/angka/52.03"
    page = sri.get(address).text
    assert "<h1>Kabupaten Lombok Timur, 2026</h1>" in page
    assert "<dt>Pertanyaan</dt><dd>12</dd>" in page
    assert "<dt>Kasus masuk</dt><dd>12</dd>" in page
    assert cells(page, "wilayah", "Desa =Korleko") == ["12", "12", "0", "0", "0", "–", "–"]
    assert cells(page, "wilayah", "Desa Lenek") == ["0", "0", "0", "0", "0", "–", "–"]
    assert cells(page, "bulan", "Okt 2026")[0] == "12"
    assert cells(page, "topik", "Panduan biaya") == ["12"]
    village = re.search(r'href="(/admin/angka/village:\d+)\?tahun=2026"', page)
    assert village
    below = sri.get(village[1]).text
    assert 'href="/admin/angka/52.03?tahun=2026">Kabupaten Lombok Timur' in below
    assert "Inaq Rohani" not in page + below


def test_wayan_begins_in_korleko_and_finds_no_place_beside_it(counted):
    wayan = counted.at_work("wayan", Role.PETUGAS, KORLEKO)
    with counted.database.reading() as session:
        numbers = {village.code: village.id for village in session.query(Village)}
    assert wayan.get("/admin/angka").headers["Location"] == f"/admin/angka/{village_key(numbers[KORLEKO])}"
    page = wayan.get("/admin/angka", follow_redirects=True).text
    assert "<dt>Kasus masuk</dt><dd>9</dd>" in page
    for part in ("", "/laporan", "/unduh"):
        for place in (village_key(numbers[LENEK]), "32", "52.03-", "'"):
            assert wayan.get(f"/admin/angka/{place}{part}").status_code == 404, (place, part)


def test_the_charts_are_told_apart_without_colour_and_bring_nothing_foreign(counted):
    page = counted.at_work("sri", Role.VIEWER).get("/admin/angka/52.03").text
    drawing = page.partition('<div class="desk-chart">')[2].partition("</div>")[0]
    assert 'role="img" aria-label="Pertanyaan per bulan"' in drawing
    assert "serie-1" in drawing
    assert "<script" not in drawing
    assert "style" not in drawing
    assert "Penuh: semua pertanyaan. Kosong: dijawab tanpa petugas." in page


def test_each_number_says_what_it_counts(counted):
    page = counted.at_work("sri", Role.VIEWER).get("/admin/angka/52.03").text
    for name in ("Dijawab tanpa petugas", "Belum terjawab", "Kasus masuk", "Jawaban pertama"):
        assert f"<dt>{name}</dt><dd>" in page.partition('id="arti"')[2], name


def test_the_file_holds_the_same_and_reckons_nothing(counted):
    answer = counted.at_work("sri", Role.VIEWER).get("/admin/angka/52.03/unduh")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="angka-52.03-2026.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = {tuple(cell.value for cell in row[:3]): row[3].value for row in sheet.iter_rows()}
    assert rows["Ringkasan", "Kabupaten Lombok Timur", "Pertanyaan"] == 12
    assert rows["Menurut desa", "Desa =Korleko", "Kasus masuk"] == "–"
    assert rows["Dua belas bulan terakhir", "Okt 2026", "Pertanyaan"] == 12
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    with counted.database.reading() as session:
        entry = session.query(AuditEntry).filter_by(deed="figures_exported").one()
    assert entry.about == "place:52.03:2026"


def test_the_report_tells_a_month_in_words_for_paper(counted):
    sri = counted.at_work("sri", Role.VIEWER)
    page = sri.get("/admin/angka/52.03/laporan").text
    assert (
        "Pada bulan Oktober 2026 warga mengajukan 12 pertanyaan; 12 dijawab tanpa petugas dan 0 belum terjawab." in page
    )
    assert "Dicetak 21 November 2026." in page
    assert "Yang paling banyak ditanyakan: Panduan biaya." in page
    month, _, year = page.partition("Sebagai pembanding: tahun 2026 sampai sekarang")
    assert "<dt>Pertanyaan</dt><dd>12</dd>" in month
    assert "<dt>Datang, dari yang ditandai</dt>" in month
    assert "Jawaban pertama" not in month
    assert ">Topik yang ditanyakan, sepanjang tahun 2026</h2>" in year
    assert "lima sudah dijawab dalam 2 jam" in year
    assert cells(year, "bulan", "Okt 2026")
    assert not cells(year, "bulan", "Sep 2026"), "nothing was there yet"
    march = sri.get("/admin/angka/52.03/laporan?bulan=2026-03").text
    assert "<dt>Pertanyaan</dt><dd>0</dd>" in march.partition("Sebagai pembanding")[0]
    assert (
        "Pada bulan Maret 2026 warga mengajukan 0 pertanyaan"
        in sri.get("/admin/angka/52.03/laporan?bulan=2026-03").text
    )
    assert "Pada bulan Oktober 2026" in sri.get("/admin/angka/52.03/laporan?bulan=2031-03").text


def test_when_it_was_counted_is_told_on_the_clock_of_who_reads(counted):
    for login, area, clock in (("wayan", "52.03", "WITA"), ("sri", "", "WIB"), ("nita", "94", "WIT")):
        page = counted.at_work(login, Role.VIEWER, area).get("/admin/angka", follow_redirects=True).text
        assert re.search(rf"Dihitung terakhir 21 Nov 2026 [0-9.]+ {clock}\.", page), login


def test_before_anything_was_counted_the_page_says_so(desk):
    desk.village("Korleko", KORLEKO)
    page = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get("/admin/angka", follow_redirects=True).text
    assert "Belum dihitung" in page
    assert "Belum ada yang bisa dihitung" in page
