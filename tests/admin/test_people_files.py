"""A file of people comes in whole or not at all, goes out locked, and the paper form brings the way to the chat."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import msoffcrypto
import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from admin import people_sheets
from centre import census, people
from centre.audit import AuditEntry
from centre.census_imports import CensusImport
from centre.census_records import CensusRecord
from centre.people import Person
from centre.staff import Role
from tests.admin.cased import KORLEKO, LENEK
from tests.admin.registered import enter
from tests.centre.booked import NOW
from tests.centre.counted_in import ROHANI

HEAD = ["Nama", "Status", "Tahun lahir", "Telepon", "Paspor berlaku sampai", "Negara tujuan", "Tanggal setuju"]
SARI = ["Sari Utami", "Calon", 1995, 81234567890, date(2027, 5, 1), "Taiwan", "20-11-2026"]


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


@pytest.fixture
def wayan(desk, korleko):
    return desk.at_work("wayan", Role.PETUGAS, KORLEKO)


def book(*rows: list, head: list | None = None) -> bytes:
    made = Workbook()
    for row in (head or HEAD, *rows):
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def bring(browser, token_on, village: int, data: bytes, name: str = "warga.xlsx"):
    token = token_on(browser, "/admin/warga/berkas")
    fields = {"csrf_token": token, "village_id": str(village), "berkas": (io.BytesIO(data), name)}
    return browser.post("/admin/warga/berkas", data=fields, content_type="multipart/form-data")


def count(desk) -> int:
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(CensusRecord)) or 0


def test_a_file_is_read_shown_and_entered(desk, korleko, wayan, token_on, send):
    answer = bring(wayan, token_on, korleko, book(SARI, ["Budi", None, None, None, None, None, "2026-11-20"]))
    assert answer.status_code == 303
    assert count(desk) == 0, "nothing before the officer says so"
    page = wayan.get(answer.headers["Location"]).text
    assert "2 orang di berkas" in page
    assert send(wayan, answer.headers["Location"]).status_code == 303
    with desk.database.reading() as session:
        found = {person.name: session.get(CensusRecord, person.id) for person in session.scalars(select(Person))}
        sari = next(person for person in session.scalars(select(Person)) if person.name == "Sari Utami")
        assert set(found) == {"Sari Utami", "Budi"}
        assert (sari.kind, sari.birth_year, sari.phone) == ("prospective", 1995, "81234567890")
        record = found["Sari Utami"]
        assert record
        assert (record.destination, record.passport_ends_on, record.source) == ("tw", date(2027, 5, 1), "file")
        assert session.scalar(select(func.count()).select_from(CensusImport)) == 0
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "people_imported")).one()
        assert entry.note == "2"
    assert wayan.get(answer.headers["Location"]).status_code == 404, "entered once"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["5203071234567890", "Calon", 1995, None, None, None, "2026-11-20"], "A2"),
        (["Sari", "Raja", 1995, None, None, None, "2026-11-20"], "B2"),
        (["Sari", "Calon", "seribu", None, None, None, "2026-11-20"], "C2"),
        (["Sari", "Calon", 1995, "nomor", None, None, "2026-11-20"], "D2"),
        (["Sari", "Calon", 1995, None, "besok", None, "2026-11-20"], "E2"),
        (["Sari", "Calon", 1995, None, None, "Atlantis", "2026-11-20"], "F2"),
        (["Sari", "Calon", 1995, None, None, None, None], "G2"),
        (["Sari", "Calon", 1995, None, None, None, "2026-12-31"], "G2"),
        (["Sari", "Calon", 2012, None, None, None, "2026-11-20"], "B2"),
        (["=1+1", "Calon", 1995, None, None, None, "2026-11-20"], "Berisi rumus"),
        (["Sari", "Calon", "=2000-5", None, None, None, "2026-11-20"], "C2"),
        ([None, "Calon", 1995, None, None, None, "2026-11-20"], "A2"),
        (["Sari", "Calon", date(1995, 1, 1), None, None, None, "2026-11-20"], "Berisi tanggal"),
    ],
)
def test_one_bad_cell_is_named_and_nothing_is_entered(desk, korleko, wayan, token_on, row, said):
    answer = bring(wayan, token_on, korleko, book(row, SARI))
    assert answer.status_code == 422
    assert said in answer.text
    assert "Tidak ada yang disimpan" in answer.text
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CensusImport)) == 0
    assert count(desk) == 0


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b"0" * (people_sheets.MOST_UNPACKED + 1))
    return packed.getvalue()


def millions_of_rows() -> bytes:
    """Twenty megabytes of rows in sixty kilobytes; whoever looks for its size must read all of it."""
    packed = io.BytesIO(book())
    with zipfile.ZipFile(packed) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    rows = b"<row><c><v>1</v></c></row>" * 800_000
    name = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/sheet1.xml"] = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (name, rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for part, content in parts.items():
            file.writestr(part, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "bukan berkas XLSX"),
        (b"nama;status\nSari;Calon\n", "bukan berkas XLSX"),
        (b"PK\x03\x04" + b"x" * 100, "bukan berkas XLSX"),
        (book(SARI[:1], head=["NIK"]), "Kolom “Nama” tidak ada"),
        (book(["Sari", "1"], head=["Nama", "NIK"]), "Kolom ini tidak dikenal: NIK"),
        (book(["Sari"], head=["Nama"]), "Kolom “Tanggal setuju” tidak ada"),
        (book(["Sari", "Sari"], head=["Nama", "nama "]), "ditulis dua kali"),
        (book(), "Tidak ada satu orang pun"),
        (book(*[SARI] * (people_sheets.MOST_ROWS + 1)), "Lebih dari 1000 orang"),
        (bomb(), "terlalu besar"),
        (millions_of_rows(), "terlalu besar"),
        (b"0" * (people_sheets.MOST_BYTES + 1), "lebih besar dari 10 MB"),
    ],
)
def test_what_is_no_such_file_is_refused_as_a_whole(desk, korleko, wayan, token_on, data, said):
    answer = bring(wayan, token_on, korleko, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert count(desk) == 0


def test_a_namesake_is_decided_on_and_empty_cells_change_nothing(desk, korleko, wayan, token_on, send):
    known = enter(desk, korleko)
    with desk.database.transaction() as session:
        visitor = people.add(session, "Sari Utami", NOW, village_id=korleko).id
    again = ["Inaq Rohani", "Purna", None, None, None, None, "2026-11-20"]
    twin = ["Budi", "Calon", 1990, None, None, None, "2026-11-20"]
    answer = bring(wayan, token_on, korleko, book(again, SARI, twin, twin))
    page = wayan.get(answer.headers["Location"]).text
    assert "3 baris mirip" in page
    decided = {"baris-2": str(known), "baris-3": str(visitor), "baris-5": "lewati"}
    send(wayan, answer.headers["Location"], **decided)
    with desk.database.reading() as session:
        rohani = session.get_one(Person, known)
        record = session.get_one(CensusRecord, known)
        assert (rohani.kind, rohani.birth_year, record.destination) == ("returned", 1990, "hk")
        assert record.facts["employer"] == "Keluarga Chan"
        assert session.get(CensusRecord, visitor)
        names = sorted(person.name for person in session.scalars(select(Person)))
        assert names == ["Budi", "Inaq Rohani", "Sari Utami"]


def test_what_became_impossible_meanwhile_leaves_nothing_half_done(desk, korleko, wayan, token_on, send, monkeypatch):
    answer = bring(wayan, token_on, korleko, book(SARI, ["Budi", None, None, None, None, None, "2026-11-20"]))
    real, calls = census.enter, []

    def fails_at_the_second(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise census.AlreadyThere
        return real(*args, **kwargs)

    monkeypatch.setattr(census, "enter", fails_at_the_second)
    refused = send(wayan, answer.headers["Location"])
    assert "Tidak ada yang disimpan" in wayan.get(refused.headers["Location"]).text
    assert count(desk) == 0


def test_a_file_is_its_bringers_and_for_a_day(desk, korleko, wayan, token_on):
    answer = bring(wayan, token_on, korleko, book(SARI))
    other = desk.at_work("ketut", Role.PETUGAS, KORLEKO)
    assert other.get(answer.headers["Location"]).status_code == 404
    with desk.database.reading() as session:
        assert b"Sari" not in session.scalars(select(CensusImport)).one().sealed_rows
    desk.wait(hours=25)
    wayan = desk.at_work("agus", Role.PETUGAS, KORLEKO)
    assert wayan.get(answer.headers["Location"]).status_code == 404


def test_nobody_brings_people_into_another_village(desk, korleko, wayan, token_on):
    lenek = desk.village("Lenek", LENEK)
    assert bring(wayan, token_on, lenek, book(SARI)).status_code == 422
    assert wayan.get(f"/admin/warga/formulir/{lenek}").status_code == 404


def test_the_template_comes_back_as_it_went(desk, korleko, wayan, token_on):
    """What is typed under the template's own columns is read."""
    sheet = load_workbook(io.BytesIO(wayan.get("/admin/warga/berkas/templat").data))
    assert sheet.active
    row = {"Nama": "Sari", "Tanggal setuju": "2026-11-20", "Siapa memegang HP": "dipakai bersama"}
    row |= {
        "Jenis kelamin": "Perempuan",
        "Boleh diingatkan": "Ya",
        "Usaha": "usaha keluarga",
        "Cara setuju": "di meja layanan",
    }
    heads = [cell.value for cell in sheet.active[sheet.active.max_row]]
    sheet.active.append([row.get(head) for head in heads])
    file = io.BytesIO()
    sheet.save(file)
    assert bring(wayan, token_on, korleko, file.getvalue()).status_code == 303


# Out


def export(browser, send, village: int, **fields: str):
    typed = {"village_id": str(village), "password": "sawah terang perahu", "again": "sawah terang perahu", **fields}
    return send(browser, "/admin/warga/unduh", on="/admin/warga/berkas", **typed)


def test_a_file_goes_out_locked_and_opens_with_the_password_alone(desk, korleko, wayan, send):
    enter(desk, korleko, replace(ROHANI, facts={"job": "=HYPERLINK(1)", "employer": "@x"}))
    enter(desk, desk.village("Lenek", LENEK), replace(ROHANI, name="Orang Lenek"))
    answer = export(wayan, send, korleko)
    assert answer.status_code == 200
    assert b"Rohani" not in answer.data
    locked = msoffcrypto.OfficeFile(io.BytesIO(answer.data))
    assert locked.is_encrypted()
    locked.load_key(password="sawah terang perahu")
    opened = io.BytesIO()
    locked.decrypt(opened)
    cells = [cell for row in load_workbook(opened).active.iter_rows() for cell in row if cell.value]  # type: ignore[union-attr]
    values = [cell.value for cell in cells]
    assert "Inaq Rohani" in values
    assert "Orang Lenek" not in values
    assert "=HYPERLINK(1)" in values
    assert all(cell.data_type != "f" for cell in cells)
    with desk.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "people_exported")).one()
        assert (entry.about, entry.note) == (f"village:{korleko}", "1")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "pendek", "again": "pendek"}, "paling sedikit 12 huruf"),
        ({"password": "passwordpassword", "again": "passwordpassword"}, "Terlalu mudah ditebak"),
        ({"again": "lain sekali ini"}, "Tidak sama"),
        ({"password": "", "again": ""}, "Isi kata sandi"),
        ({"village_id": "999"}, "Pilih salah satu"),
    ],
)
def test_without_a_good_password_nothing_goes_out(desk, korleko, wayan, send, fields, said):
    enter(desk, korleko)
    answer = export(wayan, send, korleko, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert "sawah terang perahu" not in answer.text


def test_the_paper_form_has_the_consent_and_the_way_to_the_chat(desk, korleko, wayan):
    page = wayan.get(f"/admin/warga/formulir/{korleko}").text
    for said in ("Formulir pendataan", "Nomor KTP, KK, dan paspor tidak dicatat", "<svg", "PENDATAAN", "cap jempol"):
        assert said in page, said


def test_old_files_are_let_go(desk, korleko, wayan, token_on):
    from centre import retention

    bring(wayan, token_on, korleko, book(SARI))
    with desk.database.transaction() as session:
        retention.forget_old(session, desk.now + timedelta(days=2))
        assert session.scalar(select(func.count()).select_from(CensusImport)) == 0
