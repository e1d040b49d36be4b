"""Who agreed to be reminded of their own dates and could not be reached: the desk tells them, and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin import people_wording, wording
from admin.access import MAY_KEEP_PEOPLE, me, only
from admin.asked import ROW, begins_after
from admin.language import gettext as _
from admin.people_list import scope
from centre import audit, census_reminders, notices
from centre.db import Database


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, and the note that somebody told them."""
    pages = Blueprint("people_untold", __name__)

    @pages.get("/warga/belum-diingatkan")
    @only(*MAY_KEEP_PEOPLE)
    def every() -> str:
        offset = begins_after()
        with database.reading() as session:
            rows = [
                (notice, person.id, person.name, village, *census_reminders.what_of(notice))
                for notice, person, village in census_reminders.untold(session, scope(), offset)
            ]
        more = offset + census_reminders.PAGE if len(rows) == census_reminders.PAGE else None
        return render_template(
            "admin/people_untold.html",
            rows=rows,
            more=more,
            why=wording.why_not_told,
            today=wording.today(clock()),
            wording=people_wording,
        )

    @pages.post(f"/warga/belum-diingatkan/<{ROW}:number>/selesai")
    @only(*MAY_KEEP_PEOPLE)
    def told(number: int) -> ResponseReturnValue:
        now = clock()
        with database.transaction() as session:
            found = census_reminders.untold_one(session, scope(), number)
            notices.mark_seen(found, me().staff_id, now)
            audit.record(session, me().staff_id, "person_told", now, f"person:{found.person_id}")
        flash(_("Dicatat: sudah disampaikan."), "success")
        return redirect(url_for(".every"), 303)

    return pages
