"""A list of licensed recruiters on its way in: a CSV or Excel file with the columns that offices use, every mistake by its row.

Lists come from a ministry's page or an office's spreadsheet, with a title above the table and columns that do not concern us.
So the header is looked for, columns go by several names in Indonesian and English, and the others are left alone.
Nothing here touches the database; `centre.agencies.import_list` stores what was read.
"""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

from openpyxl import load_workbook

from centre.agencies import NewAgency, Status
from centre.village_rows import RowProblem

COLUMNS = {
    "name": "nama|nama pt|nama p3mi|nama perusahaan|perusahaan|p3mi|pt|name|company|company name|agency",
    "licence": "nomor izin|no izin|nomor sip3mi|no sip3mi|sip3mi|izin|nomor sk|licence|license|licence number|license number",
    "status": "status|status izin|keterangan status|licence status|license status",
    "valid_until": "berlaku sampai|berlaku hingga|berlaku s d|masa berlaku|tanggal berakhir|valid until|expires|expiry date",
    "city": "kota|kabupaten|kabupaten kota|kab kota|kota kabupaten|city|regency",
    "province": "provinsi|propinsi|province",
    "area": "kode wilayah|area|area code",
}
"""What each column may be called, in small letters and without marks."""
REQUIRED = ("name", "status")
STATUSES = {
    Status.ACTIVE: "aktif|berlaku|masih berlaku|active|valid",
    Status.SUSPENDED: "dibekukan|skorsing|diskors|ditangguhkan|penghentian sementara|tunda layan|suspended",
    Status.REVOKED: "dicabut|cabut|pencabutan|revoked|withdrawn",
    Status.EXPIRED: "habis|habis masa berlaku|kedaluwarsa|kadaluarsa|kadaluwarsa|berakhir|expired",
    Status.INACTIVE: "tidak aktif|nonaktif|non aktif|tidak berlaku|inactive|not active",
}
LIMITS = {"name": 120, "licence": 80, "city": 100, "province": 100}
LARGEST_FILE, MOST_ROWS, MOST_COLUMNS = 20 * 1024 * 1024, 20_000, 60
HEADER_WITHIN = 15
"""Rows in which the header must stand; above it are titles."""

_AREA = re.compile(r"[0-9]{2}(\.[0-9]{2}){0,2}(\.[0-9]{4})?")
_MONTHS = ("jan", "feb", "mar", "apr", "mei|may", "jun", "jul", "agu|ags|aug", "sep", "okt|oct", "nov|nop", "des|dec")


class AgenciesInvalid(ValueError):
    """A list of recruiters with mistakes in it. Nothing of it was stored."""

    def __init__(self, problems: Iterable[RowProblem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class ReadFile:
    """What a file says, and which of its columns were left alone."""

    agencies: tuple[NewAgency, ...]
    unused: tuple[str, ...]


Cell = str | date | datetime | int | float | bool | None


def read(path: Path) -> ReadFile:
    """The agencies of a CSV (UTF-8; commas, semicolons or tabs) or XLSX file (its first sheet).

    Raises `AgenciesInvalid` after reading it all, with every mistake by the row of the file.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise AgenciesInvalid([RowProblem(1, "", "the file is larger than 20 MB; that is no list of companies")])
    content = path.read_bytes()
    rows = _sheet(content) if content.startswith(b"PK") else _lines(content)
    return _read_table(rows)


def _read_table(rows: Sequence[Sequence[Cell]]) -> ReadFile:
    at, fields, unused = _header(rows)
    found = [(number, _by_field(fields, cells)) for number, cells in enumerate(rows[at + 1 :], start=at + 2)]
    filled = [(number, row) for number, row in found if any(row.values())]
    problems = [problem for number, row in filled for problem in _problems(number, row)]
    problems += _repeated(filled)
    problems += [
        RowProblem(number, "", 'more cells than columns; put a text with , or ; in it between double quotes (")')
        for number, cells in enumerate(rows[at + 1 :], start=at + 2)
        if any(map(_text, cells[len(rows[at]) :]))
    ]
    if not filled:
        problems.append(RowProblem(at + 1, "", "there are no rows under the header"))
    if problems:
        raise AgenciesInvalid(problems)
    return ReadFile(tuple(_agency(row) for _, row in filled), unused)


def _header(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[int, str], tuple[str, ...]]:
    """Where the header stands, which column is which field, and the columns that are none of ours."""
    named = [_fields(cells) for cells in rows[:HEADER_WITHIN]]
    at = max(range(len(named)), key=lambda number: len(named[number]), default=0)
    fields = named[at] if named else {}
    missing = [field for field in REQUIRED if field not in fields.values()]
    twice = sorted({field for field in fields.values() if list(fields.values()).count(field) > 1})
    problems = [
        RowProblem(at + 1, field, f"this column is missing; it may be called {_called(field)}") for field in missing
    ]
    problems += [RowProblem(at + 1, field, "this column stands here twice") for field in twice]
    if problems:
        raise AgenciesInvalid(problems)
    unused = (_text(cell) for number, cell in enumerate(rows[at]) if number not in fields)
    return at, fields, tuple(each for each in unused if each)


def _fields(cells: Sequence[Cell]) -> dict[int, str]:
    known = {name: field for field, names in COLUMNS.items() for name in names.split("|")}
    said = ((number, _plain(_text(cell))) for number, cell in enumerate(cells))
    return {number: known[name] for number, name in said if name in known}


def _called(field: str) -> str:
    return ", ".join(COLUMNS[field].split("|")[:4])


def _by_field(fields: Mapping[int, str], cells: Sequence[Cell]) -> dict[str, str]:
    return {field: _text(cells[number]) if number < len(cells) else "" for number, field in fields.items()}


def _problems(number: int, row: Mapping[str, str]) -> Iterator[RowProblem]:
    """Everything wrong with one row."""
    for field in REQUIRED:
        if not row[field]:
            yield RowProblem(number, field, "this must be filled in")
    if row["name"] and not any(map(str.isalpha, row["name"])):
        yield RowProblem(number, "name", "a name needs letters")
    if row["status"] and _status(row["status"]) is None:
        known = ", ".join(names.split("|")[0] for names in STATUSES.values())
        yield RowProblem(number, "status", f"{row['status'][:40]} is no status we know: {known}")
    if row.get("valid_until") and _date(row["valid_until"]) is None:
        yield RowProblem(number, "valid_until", f"{row['valid_until'][:40]} is no date; write 2027-12-31 or 31-12-2027")
    if row.get("area") and not _AREA.fullmatch(row["area"]):
        yield RowProblem(number, "area", f"{row['area'][:40]} is no area code; write 52.03, as text, with the dot")
    for field, limit in LIMITS.items():
        if len(row.get(field, "")) > limit:
            yield RowProblem(number, field, f"longer than {limit} characters")
        if not row.get(field, "").isprintable():
            yield RowProblem(number, field, "there are characters in it that cannot be shown; type it again")


def _repeated(rows: Sequence[tuple[int, Mapping[str, str]]]) -> list[RowProblem]:
    """The same company with the same licence, twice. One of its name with another licence is another entry."""
    first: dict[tuple[str, str], int] = {}
    problems = []
    for number, row in rows:
        earlier = first.setdefault((_plain(row["name"]), _plain(row.get("licence", ""))), number)
        if earlier != number and row["name"]:
            problems.append(RowProblem(number, "name", f"this company stands in row {earlier} already"))
    return problems


def _agency(row: Mapping[str, str]) -> NewAgency:
    status = _status(row["status"])
    assert status is not None, "a row with another status was refused"
    until = _date(row["valid_until"]) if row.get("valid_until") else None
    texts = {field: row.get(field, "") for field in ("licence", "city", "province", "area")}
    return NewAgency(row["name"], status, valid_until=until, **texts)


def _status(said: str) -> Status | None:
    plain = _plain(said)
    return next((status for status, names in STATUSES.items() if plain in names.split("|")), None)


def _date(said: str) -> date | None:
    """2027-12-31, 31-12-2027, 31/12/2027, 31.12.2027 or "31 Desember 2027". The day comes first, as Indonesians write it."""
    parts = re.findall(r"\w+", said.casefold())
    if len(parts) != 3:
        return None
    if len(parts[0]) == 4:
        parts.reverse()
    day, month, year = parts
    try:
        return date(int(year), int(month) if month.isdecimal() else _month(month), int(day))
    except (ValueError, OverflowError):  # a year of twenty digits is no number to it
        return None


def _month(word: str) -> int:
    """January is 1; what is no month 0, which no date has."""
    return next((number for number, names in enumerate(_MONTHS, 1) if word[:3] in names.split("|")), 0)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _text(cell: Cell) -> str:
    """A cell as text in one line. "-" says nothing."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = " ".join(str(cell).split()) if cell is not None else ""
    return "" if text == "-" else text


def _lines(content: bytes) -> list[list[Cell]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = content.count(b"\n", 0, error.start) + 1
        raise _refused(
            where, 'this is neither UTF-8 text nor an XLSX file; save the table as "CSV UTF-8" or XLSX'
        ) from error
    if "\0" in text:
        raise _refused(1, 'this is neither UTF-8 text nor an XLSX file; save the table as "CSV UTF-8" or XLSX')
    beginning = text[:2000]
    lines = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=beginning.count), strict=True)
    rows: list[list[Cell]] = []
    try:
        for cells in lines:
            # A cell may hold several lines; the row is counted as a spreadsheet counts it.
            rows.append(list(cells[:MOST_COLUMNS]))
            _check_length(rows)
    except csv.Error as error:
        raise _refused(lines.line_num, f'this cannot be read as CSV ({error}); is a " left open?') from error
    return rows


def _sheet(content: bytes) -> list[list[Cell]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl does not know are no concern of ours
            workbook = load_workbook(BytesIO(content), read_only=True, data_only=True)
            with closing(workbook):
                return _cells(workbook.worksheets[0].iter_rows(values_only=True, max_col=MOST_COLUMNS))
    except AgenciesInvalid:
        raise
    except Exception as error:  # a damaged file fails anywhere in zip, XML and openpyxl
        raise _refused(1, "this cannot be read as an XLSX file; open it in a spreadsheet and save it anew") from error


def _cells(rows: Iterable[Sequence[object]]) -> list[list[Cell]]:
    """The rows up to the last that says something: a sheet may claim a million empty ones."""
    kept: list[list[Cell]] = []
    empty: list[list[Cell]] = []
    for cells in rows:
        row: list[Cell] = [cell if isinstance(cell, str | int | float | date) else None for cell in cells]
        empty.append(row)
        if any(cell not in (None, "") for cell in row):
            kept += empty
            empty = []
        _check_length(kept)
        if len(empty) > MOST_ROWS:
            break
    return kept


def _check_length(rows: Sequence[object]) -> None:
    if len(rows) > MOST_ROWS:
        raise _refused(len(rows), f"more than {MOST_ROWS:,} rows; that is no list of companies")


def _refused(row: int, why: str) -> AgenciesInvalid:
    return AgenciesInvalid([RowProblem(row, "", why)])
