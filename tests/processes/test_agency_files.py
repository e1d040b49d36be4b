"""Wayan brings in lists of recruiters as offices send them; a mistake is named by its row, and then nothing is stored."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from centre.agencies import Agency, AgencyList, NewAgency, Status
from processes.agency_files import AgenciesInvalid, read
from tests.processes.houses import House
from tests.processes.test_commands import one_line

MAJU = NewAgency(
    "PT Maju Jaya Sejahtera", Status.ACTIVE, "SIP-1/2024", date(2027, 12, 31), "Cirebon", "Jawa Barat", "32.09"
)
SINAR = NewAgency("PT Sinar Abadi Permai", Status.SUSPENDED)
HEADER = "nama,nomor izin,status,berlaku sampai,kota,provinsi,area"
ROWS = [
    "PT Maju Jaya Sejahtera,SIP-1/2024,Aktif,31-12-2027,Cirebon,Jawa Barat,32.09",
    "PT Sinar Abadi Permai,-,Skorsing,,,,",
]


def csv_file(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "p3mi.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def xlsx_file(folder: Path, rows: Sequence[Sequence[object]]) -> Path:
    workbook = Workbook()
    assert workbook.active
    for row in rows:
        workbook.active.append(list(row))
    path = folder / "p3mi.xlsx"
    workbook.save(path)
    return path


def problems(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(AgenciesInvalid) as raised:
        read(path)
    return [(problem.row, problem.field) for problem in raised.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_spreadsheets_csv_is_read(tmp_path: Path, encoding: str, between: str) -> None:
    path = csv_file(tmp_path, *(line.replace(",", between) for line in [HEADER, *ROWS]), encoding=encoding)
    assert read(path).agencies == (MAJU, SINAR)


def test_an_offices_excel_file_is_read_with_its_title_and_its_other_columns(tmp_path: Path) -> None:
    rows = [
        ["DAFTAR P3MI (REKAAN)"],
        [],
        [
            "No.",
            "Nama Perusahaan",
            "No. SIP3MI",
            "STATUS",
            "Berlaku s/d",
            "Kota/Kabupaten",
            "Provinsi",
            "Telepon",
            "Kode Wilayah",
        ],
        [
            1,
            "PT Maju Jaya Sejahtera",
            "SIP-1/2024",
            "AKTIF",
            datetime(2027, 12, 31),
            "Cirebon",
            "Jawa Barat",
            "-",
            "32.09",
        ],
        [None, None],
        [2, "PT  Sinar Abadi\nPermai", None, "Skorsing"],
        [None] * 9,
    ]
    found = read(xlsx_file(tmp_path, rows))
    assert found.agencies == (MAJU, SINAR)
    assert found.unused == ("No.", "Telepon")


def test_english_columns_are_read(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Name,Licence,Status,Valid until,City", "PT Maju Jaya,7,active,2027-12-31,Cirebon")
    assert read(path).agencies == (NewAgency("PT Maju Jaya", Status.ACTIVE, "7", date(2027, 12, 31), "Cirebon"),)


@pytest.mark.parametrize(
    "written", ["2027-03-01", "1-3-2027", "01/03/2027", "1.3.2027", "1 Maret 2027", "1 mar 2027", "1 March 2027"]
)
def test_dates_are_read_as_indonesians_write_them(tmp_path: Path, written: str) -> None:
    [agency] = read(csv_file(tmp_path, "nama,status,berlaku sampai", f"PT A,aktif,{written}")).agencies
    assert agency.valid_until == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Masih Berlaku", Status.ACTIVE),
        ("tidak berlaku", Status.INACTIVE),
        ("Non-aktif", Status.INACTIVE),
        ("DICABUT", Status.REVOKED),
        ("ditangguhkan", Status.SUSPENDED),
        ("kadaluarsa", Status.EXPIRED),
    ],
)
def test_a_status_is_read_whole(tmp_path: Path, written: str, status: Status) -> None:
    """ "tidak berlaku" must never be read as "berlaku"."""
    assert read(csv_file(tmp_path, "nama,status", f"PT A,{written}")).agencies[0].status is status


def test_every_mistake_is_named_by_its_row(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        HEADER,
        *ROWS,
        ",SIP-3,Aktif,,,,",
        "12345,SIP-4,Aktif,,,,",
        "",
        "PT A,SIP-5,,31-02-2027,,,",
        "PT B,SIP-6,barangkali,besok,,,3209",
        "pt. maju jaya sejahtera,SIP 1-2024,Aktif,,,,",
        "PT Maju Jaya Sejahtera,SIP-9,Aktif,,,,",
        f"PT {'a' * 120},SIP-7,Aktif,,Cire\u202ebon,,",
        "PT C,SIP-8,Aktif,,Jl. Raya 1, Cirebon,Jawa Barat,32.09",
    )
    assert problems(path) == [
        (4, "name"),
        (5, "name"),
        (7, "status"),
        (7, "valid_until"),
        (8, "area"),
        (8, "status"),
        (8, "valid_until"),
        (9, "name"),
        (11, "city"),
        (11, "name"),
        (12, ""),
        (12, "area"),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", (1, "name")),
        (b"nama;kota\nPT A;Cirebon\n", (1, "status")),
        (b"nama,status\n", (1, "")),
        (b"nama,status,nama pt\nPT A,aktif,PT B\n", (1, "name")),
        (b"nama,status\nPT A,aktif\nPT \xe9,aktif", (3, "")),
        (b'nama,status\nPT A,"aktif\nPT B,aktif', (3, "")),
        ("nama,status\nPT A,aktif".encode("utf-16"), (1, "")),
        (b"PK\x03\x04\x00\x00\x00", (1, "")),
        (b"%PDF-1.7\n\x00", (1, "")),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_place(
    tmp_path: Path, content: bytes, problem: tuple[int, str]
) -> None:
    path = tmp_path / "p3mi.csv"
    path.write_bytes(content)
    assert problem in problems(path)


def test_a_zip_that_is_no_workbook_and_a_damaged_workbook_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as other:
        other.writestr("letter.txt", "no table")
    assert problems(tmp_path / "other.xlsx") == [(1, "")]
    whole = xlsx_file(tmp_path, [["nama", "status"], ["PT A", "aktif"]])
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(whole.read_bytes()[:-200])
    assert problems(damaged) == [(1, "")]


# The command


@pytest.fixture
def offered(house: House, tmp_path: Path) -> tuple[House, str]:
    return house, str(csv_file(tmp_path, HEADER, *ROWS))


def loaded(house: House) -> tuple[int, int]:
    """How many lists and how many agencies there are."""
    with house.database.reading() as session:
        lists = session.scalar(select(func.count()).select_from(AgencyList))
        return lists or 0, session.scalar(select(func.count()).select_from(Agency)) or 0


def test_a_list_comes_in_is_shown_and_can_be_taken_back(offered: tuple[House, str]) -> None:
    house, file = offered
    assert "no list is loaded" in house.balai("agencies").err
    told = ("--date", "2026-01-31", "--source", "Daftar rekaan")
    ended = house.balai("agencies", "import", file, *told)
    assert (ended.code, ended.err) == (0, "agencies: list 1 of 2026-01-31, 2 companies\n")
    assert house.balai("agencies").out == "1\t2026-01-31\t2\tDaftar rekaan\n"
    older = house.balai("agencies", "import", file, "--date", "2025-12-31", "--source", "Daftar rekaan")
    assert "2026-01-31" in one_line(older)
    assert house.balai("agencies", "drop", "1").code == 0
    assert loaded(house) == (0, 0)
    assert "no list 1" in one_line(house.balai("agencies", "drop", "1"))


def test_date_and_source_must_be_given_and_the_date_be_past(offered: tuple[House, str]) -> None:
    house, file = offered
    assert "--date" in one_line(house.balai("agencies", "import", file, "--source", "Rekaan"))
    assert "--source" in one_line(house.balai("agencies", "import", file, "--date", "2026-01-31"))
    for date_, source, why in (
        ("31-01-2026", "x", "--date"),
        ("2999-01-01", "x", "--date"),
        ("2026-01-31", " ", "--source"),
    ):
        assert why in one_line(house.balai("agencies", "import", file, "--date", date_, "--source", source))
    assert loaded(house) == (0, 0)


def test_of_a_file_full_of_mistakes_twenty_are_shown_and_nothing_is_stored(house: House, tmp_path: Path) -> None:
    file = csv_file(tmp_path, HEADER, *ROWS, *(f"PT Rekaan {number},,mungkin,,,," for number in range(30)))
    ended = house.balai("agencies", "import", str(file), "--date", "2026-01-31", "--source", "Rekaan")
    assert one_line(ended) == "30 problems in p3mi.csv, nothing was stored"
    assert len(ended.out.splitlines()) == 20
    assert ended.out.startswith("row 4, status: mungkin is no status we know")
    assert loaded(house) == (0, 0)


def test_a_file_that_cannot_be_read_is_one_line(house: House, tmp_path: Path) -> None:
    (tmp_path / "p3mi.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    ended = house.balai("agencies", "import", str(tmp_path / "p3mi.xlsx"), "--date", "2026-01-31", "--source", "Rekaan")
    assert "cannot be read as an XLSX file" in one_line(ended)
    assert ended.out == ""
