"""Articles for translators as a spreadsheet: a row for each field, words as words.

A formula that comes back is refused. Reading keeps nothing but the words of ten columns.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from content import packages, workbooks
from content.checking import LIMITS
from content.exchange import NotTaken
from content.exchange_units import Unit
from content.pages import Problem
from content.workbooks import NotAWorkbook

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS: Final = (
    "panduan",
    "bagian",
    "bahasa_sumber",
    "teks_sumber",
    "bahasa",
    "terjemahan",
    "paling_banyak",
    "keterangan",
    "tanda_sumber",
    "tanda_terjemahan",
)
MOST_ROWS, MOST_COLUMNS = 20_000, 40
WIDTHS: Final = (28, 9, 8, 60, 8, 60, 9, 30, 14, 14)


def written(units: Iterable[Unit], note: str) -> bytes:
    """A workbook of one sheet. `note`: what stands beside each row that must be looked at again."""
    from openpyxl import Workbook  # when somebody wants a file: it brings numpy, which the desk does without

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Terjemahan"
    _append(sheet, COLUMNS)
    for unit in units:
        _append(sheet, _row(unit, note))
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDEFGHIJ", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(name: str, data: bytes, problems: list[Problem]) -> list[Unit]:
    """The units of a workbook with the rows they stand in; what is wrong with a row is added to `problems`.

    Raises `NotTaken` where it cannot be read, or its columns are others.
    """
    for part, content in packages.unpacked(name, data).items():
        if part.endswith((".xml", ".rels")):
            packages.plain_xml(name, content)
    rows = _rows(name, data)
    header = next(rows, (0, []))[1]
    named = [str(cell.value or "").strip().lower() for cell in header]
    missing = [column for column in COLUMNS if column not in named]
    if missing:
        remedy = "take the file that was exported here, and leave its first row as it is"
        raise NotTaken(name, f"lacks columns: {', '.join(missing)}", remedy)
    places = {column: named.index(column) for column in COLUMNS}
    return [unit for line, row in rows for unit in _unit(Path(name), line, row, places, problems)]


def _row(unit: Unit, note: str) -> tuple[str | int, ...]:
    return (
        unit.slug,
        unit.field,
        unit.source_language,
        unit.source,
        unit.language,
        unit.target,
        LIMITS[unit.field],
        note if unit.is_behind else "",
        unit.source_mark,
        unit.target_mark,
    )


def _append(sheet: Worksheet, row: Iterable[str | int]) -> None:
    from openpyxl.styles import Alignment

    cells = [workbooks.cell(sheet, value) for value in row]
    for cell in cells:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.append(cells)


def _rows(name: str, data: bytes) -> Iterator[tuple[int, list[Any]]]:
    """The rows of the first sheet in which something stands, with their numbers."""
    try:
        for number, row in workbooks.rows(data, MOST_ROWS + 1, MOST_COLUMNS):
            if number > MOST_ROWS:
                raise NotTaken(name, f"has more than {MOST_ROWS} rows", "send only the articles that changed")
            if any(cell.value is not None for cell in row):
                yield number, list(row)
    except NotAWorkbook as error:
        raise NotTaken(name, "is no spreadsheet that can be read", "save it as .xlsx") from error


def _unit(place: Path, line: int, row: list[Any], places: dict[str, int], problems: list[Problem]) -> Iterator[Unit]:
    values: dict[str, str] = {}
    for column, at in places.items():
        cell = row[at] if at < len(row) else None
        if cell is not None and cell.data_type in ("f", "e"):
            what = f"{column} holds a formula"
            problems.append(Problem(place, line, what, "write the words themselves"))
            return
        value = cell.value if cell is not None else None
        values[column] = "" if value is None else str(value).replace("_x000D_", "").replace("\r\n", "\n")
    yield Unit(
        slug=values["panduan"].strip(),
        field=values["bagian"].strip(),
        source_language=values["bahasa_sumber"].strip(),
        source=values["teks_sumber"],
        language=values["bahasa"].strip(),
        target=values["terjemahan"],
        source_mark=values["tanda_sumber"].strip(),
        target_mark=values["tanda_terjemahan"].strip(),
        line=line,
    )
