"""The dated tables as the chat uses them, for staff to see which rows nobody has looked at for too long.

Read only: the rows stand in files that come with the program (`content/tables/README.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, render_template

from admin.access import MAY_READ_CONTENT, only
from admin.wording import month, today
from content import table_files
from content.tables import Row, Table


def blueprint(clock: Callable[[], datetime]) -> Blueprint:
    """Every table, row by row."""
    pages = Blueprint("tables", __name__)

    @pages.get("/panduan/tabel")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        day = today(clock())
        tables = table_files.ours()
        rows = {table.name: overdue_first(table, day) for table in tables.values()}
        overdue = {name: sum(row.is_overdue(day) for row in found) for name, found in rows.items()}
        return render_template("admin/tables.html", tables=tables, rows=rows, overdue=overdue, today=day, month=month)

    return pages


def overdue_first(table: Table, day: date) -> list[Row]:
    """What should have been checked again by then, longest ago first; then the rest as it stands in the file."""
    late = sorted((row for row in table.rows if row.is_overdue(day)), key=lambda row: row.review_due)
    return late + [row for row in table.rows if not row.is_overdue(day)]
