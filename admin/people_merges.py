"""Which records were said to be one person, by whom, and taking that back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin.access import MAY_KEEP_PEOPLE, cases, me, only
from admin.asked import ROW
from admin.language import gettext as _
from admin.people_list import scope
from centre import audit, census_merging, staff
from centre.db import Database


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, and one way back."""
    pages = Blueprint("people_merges", __name__)

    @pages.get("/warga/gabungan")
    @only(*MAY_KEEP_PEOPLE)
    def every() -> str:
        with database.reading() as session:
            rows = census_merging.every(session, scope(), cases())
            by = {each for merge, _kept, _other in rows for each in (merge.by, merge.undone_by) if each}
            return render_template("admin/people_merges.html", rows=rows, names=staff.names(session, by), now=clock())

    @pages.post(f"/warga/gabungan/<{ROW}:number>/batal")
    @only(*MAY_KEEP_PEOPLE)
    def undo(number: int) -> ResponseReturnValue:
        try:
            with database.transaction() as session:
                merge = census_merging.one(session, scope(), cases(), number, to_change=True)
                kept, other = census_merging.undo(session, merge, me().staff_id, clock())
                about = f"person:{other.id}<{kept.id}"
                audit.record(session, me().staff_id, "people_unmerged", clock(), about)
        except census_merging.CannotUndo:
            flash(_("Tidak bisa dibatalkan lagi: sudah lebih dari 30 hari, atau datanya sudah berubah."), "warning")
        else:
            flash(_("Penggabungan dibatalkan: keduanya dua orang lagi."), "success")
        return redirect(url_for(".every"), 303)

    return pages
