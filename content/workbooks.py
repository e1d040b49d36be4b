"""Spreadsheets out and in: what people typed stays words, and nothing in a cell is ever reckoned.

A cell that begins with = + - @, a tab or a carriage return would be a formula to the program that opens it (OWASP, "CSV
Injection"); in a workbook each is written as text and marked as quoted, which it stays when somebody edits it, and where commas
stand between, an apostrophe goes before it (OWASP ASVS 5.0 1.2.10).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
"""How a cell begins that spreadsheets calculate."""


class NotAWorkbook(Exception):
    """No program could read this as a spreadsheet."""


def cell(sheet: Worksheet, value: str | int) -> Cell:
    """A number as a number, words as words."""
    from openpyxl.cell import WriteOnlyCell  # when somebody wants a file: it brings numpy, which the desk does without
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    made = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        made.data_type, made.quotePrefix = "s", True
    return made


def with_commas(rows: Iterable[Sequence[str]]) -> str:
    """Rows as text with commas between (CSV), "+62811…" included as words."""
    written = io.StringIO()
    table = csv.writer(written)
    for row in rows:
        table.writerow([f"'{value}" if value.startswith(FORMULA) else value for value in row])
    return written.getvalue()


def rows(data: bytes, most_rows: int, most_columns: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The cells of the first sheet's rows with their numbers, whatever the file claims about its size.

    Raises `NotAWorkbook`.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        yield from enumerate(book.worksheets[0].iter_rows(max_row=most_rows, max_col=most_columns), start=1)
    except Exception as error:  # a damaged or hostile workbook fails in any way there is
        raise NotAWorkbook from error
