"""A list of villages on its way in: read from a CSV file, checked row by row, every mistake named by its row.

Nothing here touches the database; `centre.areas.import_rows` stores what was checked.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from centre import village_names

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
USUAL_ZONE = "Asia/Jakarta"
"""Of who or what has no village."""

REQUIRED = ("code", "name", "regency", "province", "time_zone")
COLUMNS = (
    "code",
    "name",
    "other_names",
    "district",
    "regency",
    "province",
    "time_zone",
    "address",
    "hours",
    "contacts",
)
NAME_LIMIT, TEXT_LIMIT = 100, 500
ERASE = "-"
"""An empty cell says nothing and leaves what is stored; this one in a cell empties it."""
TOO_MANY = ""
"""Under this key `read_csv` notes the number of cells where there are more than columns."""

_CODE = re.compile(r"[0-9]{2}\.[0-9]{2}(\.[0-9]{2}\.[0-9]{4})?")
# Keppres 41/1987: which provinces keep which time, by the first digits of the code. Kalimantan is divided.
_PROVINCE_ZONES = (
    ("Asia/Jakarta", re.compile(r"1[1-9]|21|3[1-6]|6[12]")),
    ("Asia/Makassar", re.compile(r"5[1-3]|6[3-5]|7[1-6]")),
    ("Asia/Jayapura", re.compile(r"8[12]|9[1-6]")),
)


class RowProblem(NamedTuple):
    """What is wrong where: the row as a spreadsheet counts it (header: row 1), the column, what to do."""

    row: int
    field: str
    what: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.what}" if self.field else f"row {self.row}: {self.what}"


class VillagesInvalid(ValueError):
    """A list of villages with mistakes in it. Nothing of it was stored."""

    def __init__(self, problems: Iterable[RowProblem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file (UTF-8, commas or semicolons), by column name. The first is row 2 of the file.

    Empty lines and remarks (`#`) come as empty rows, so that counting stays right. Raises `VillagesInvalid`
    for a file that cannot be read as a table at all.
    """
    text = _text(path)
    header_line = text.partition("\n")[0]
    lines = csv.reader(StringIO(text, newline=""), delimiter=max(",;", key=header_line.count), strict=True)
    try:
        header = [column.strip().lower() for column in next(lines, [])]
        _check_header(header)
        return [_row(header, [cell.strip() for cell in cells]) for cells in lines]
    except csv.Error as error:
        problem = RowProblem(lines.line_num, "", f'this cannot be read as CSV ({error}); is a " left open?')
        raise VillagesInvalid([problem]) from error


def checked(rows: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """What the rows say, by column, without the empty cells. Raises `VillagesInvalid` after reading them all."""
    filled = [(number, row) for number, row in enumerate(rows, start=2) if any(map(str.strip, row.values()))]
    problems = [problem for number, row in filled for problem in _problems(number, row)]
    problems += _repeated(filled)
    if problems:
        raise VillagesInvalid(problems)
    return [_values(row) for _, row in filled]


def identity_of(code: str, name: str) -> tuple[str, str]:
    """What makes it the same village: a village's own code, or a regency's with the name."""
    return (code, "*") if len(code) > len("52.03") else (code, village_names.plain(name))


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = content.count(b"\n", 0, error.start) + 1
        problem = RowProblem(where, "", 'this is not UTF-8 text; save the table as "CSV UTF-8"')
        raise VillagesInvalid([problem]) from error
    if "\0" in text:
        raise VillagesInvalid([RowProblem(1, "", 'this is not a text file; save the table as "CSV UTF-8"')])
    return text


def _check_header(header: list[str]) -> None:
    missing = [column for column in REQUIRED if column not in header]
    unknown = [column for column in header if column and column not in COLUMNS]
    twice = {column for column in header if column and header.count(column) > 1}
    problems = [RowProblem(1, column, "this column is missing") for column in missing]
    problems += [RowProblem(1, column, f"no such column; known: {', '.join(COLUMNS)}") for column in unknown]
    problems += [RowProblem(1, column, "this column stands here twice") for column in twice]
    if problems:
        raise VillagesInvalid(problems)


def _row(header: list[str], cells: list[str]) -> dict[str, str]:
    if not any(cells) or cells[0].startswith("#"):
        return {}
    row = {column: cell for column, cell in zip(header, cells, strict=False) if column}
    beyond = [cell for column, cell in zip(header, cells, strict=False) if not column] + cells[len(header) :]
    if any(beyond) or len(cells) > len(header):  # a comma in a text moves all that follows, seen or not
        row[TOO_MANY] = str(len(cells))
    return row


def _problems(number: int, row: Mapping[str, str]) -> Iterator[RowProblem]:
    """Everything wrong with one row."""
    if row.get(TOO_MANY):
        what = 'more cells than columns; put a text with , or ; in it between double quotes (")'
        yield RowProblem(number, "", what)
    for field in REQUIRED:
        if not row.get(field, "").strip():
            yield RowProblem(number, field, "this must be filled in")
    for field in COLUMNS:
        yield from _problems_of_text(number, field, row.get(field, ""))
    code, zone = row.get("code", "").strip(), _zone(row.get("time_zone", ""))
    if code and not _CODE.fullmatch(code):
        what = "is no area code; write 52.03.07.2003 (village) or 52.03 (regency), as text, with the dots"
        yield RowProblem(number, "code", f"{code} {what}")
    elif code and zone:
        yield from _problems_of_zone(number, code, zone)
    if row.get("time_zone", "").strip() and not zone:
        known = ", ".join((*ZONES.values(), *ZONES))
        yield RowProblem(number, "time_zone", f"{row['time_zone']} is no time zone; known: {known}")


def _problems_of_text(number: int, field: str, text: str) -> Iterator[RowProblem]:
    is_free_text = field in ("address", "hours", "contacts")
    pieces = text.split("|") if field == "other_names" else [text]
    limit = TEXT_LIMIT if is_free_text else NAME_LIMIT
    if any(len(piece) > limit for piece in pieces):
        yield RowProblem(number, field, f"longer than {limit} characters")
    if not all(letter.isprintable() or letter in "\r\n\t" for letter in text):
        yield RowProblem(number, field, "there are characters in it that cannot be shown; type it again")
    names = [piece.strip() for piece in pieces if piece.strip() not in ("", ERASE)]
    if field in ("name", "other_names") and not all(any(map(str.isalpha, name)) for name in names):
        yield RowProblem(number, field, "a name needs letters")
    if field in REQUIRED and text.strip() == ERASE:
        yield RowProblem(number, field, "this must be filled in")


def zone_of_area(code: str) -> str | None:
    """The clock that an area's province keeps; None where the code is of none."""
    return next((kept for kept, provinces in _PROVINCE_ZONES if provinces.fullmatch(code[:2])), None)


def _problems_of_zone(number: int, code: str, zone: str) -> Iterator[RowProblem]:
    kept = zone_of_area(code)
    if kept is None:
        yield RowProblem(number, "code", f"there is no province {code[:2]}")
    elif kept != zone:
        yield RowProblem(number, "time_zone", f"province {code[:2]} keeps {ZONES[kept]}, not {ZONES[zone]}")


def _repeated(rows: list[tuple[int, Mapping[str, str]]]) -> list[RowProblem]:
    first: dict[tuple[str, str], int] = {}
    problems = []
    for number, row in rows:
        key = identity_of(row.get("code", "").strip(), row.get("name", ""))
        earlier = first.setdefault(key, number)
        if earlier != number and all(key):
            problems.append(RowProblem(number, "code", f"this village stands in row {earlier} already"))
    return problems


def _values(row: Mapping[str, str]) -> dict[str, Any]:
    """What a checked row says. A cell that says nothing is left out."""
    said = {field: row[field].strip() for field in COLUMNS if row.get(field, "").strip()}
    values: dict[str, Any] = {}
    for field, text in said.items():
        if field == "other_names":
            pieces = [] if text == ERASE else [" ".join(piece.split()) for piece in text.split("|")]
            values[field] = [piece for piece in dict.fromkeys(pieces) if piece]
        elif field == "time_zone":
            values[field] = _zone(text)
        elif field in ("address", "hours", "contacts"):
            values[field] = None if text == ERASE else text
        else:
            values[field] = "" if text == ERASE else " ".join(text.split())
    return values


def _zone(text: str) -> str | None:
    """A zone by its own name or by what people call it."""
    by_name = {name: zone for zone, name in ZONES.items()}
    text = text.strip()
    return text if text in ZONES else by_name.get(text.upper())
