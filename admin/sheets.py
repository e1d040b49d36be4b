"""Lists as files for a spreadsheet, and files on their way to a browser. What a cell may hold: `content.workbooks`."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response

from content import workbooks

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 60


def written(heading: Iterable[str], columns: list[str], rows: Iterable[list[str | int]]) -> bytes:
    """A workbook of one sheet: lines that say what it is, the names of the columns, the rows."""
    from openpyxl import Workbook  # when somebody wants a file: it brings numpy, which the desk does without

    book = Workbook()
    sheet = book.worksheets[0]
    for line in heading:
        _append(sheet, [line])
    _append(sheet, columns, is_bold=True)
    first = sheet.max_row
    sheet.freeze_panes = f"A{first + 1}"
    for row in rows:
        _append(sheet, row)
    _widen(sheet, first)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def attached(data: bytes, name: str) -> Response:
    """A workbook that the browser stores under this name."""
    return downloaded(data, MIMETYPE, f"{name}.xlsx")


def downloaded(data: bytes, mimetype: str, name: str) -> Response:
    """A file that the browser stores, whatever it knows of its kind."""
    return Response(data, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _append(sheet: Worksheet, row: Iterable[str | int], *, is_bold: bool = False) -> None:
    from openpyxl.styles import Font

    cells = [workbooks.cell(sheet, value) for value in row]
    for cell in cells if is_bold else ():
        cell.font = Font(bold=True)
    sheet.append(cells)


def _widen(sheet: Worksheet, first: int) -> None:
    """As wide as what stands in them, from the names of the columns on."""
    from openpyxl.utils import get_column_letter

    for number, column in enumerate(sheet.iter_cols(min_row=first, values_only=True), start=1):
        longest = max(len(str(value or "")) for value in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(longest + 2, WIDEST)
