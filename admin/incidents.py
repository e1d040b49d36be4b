"""The troubles of the house, which open and end by themselves: since when, who sees to each, and what to do.

Administrators see all, coordinators what families in their area feel (`centre.incidents`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin import incident_wording
from admin.access import MAY_SEE_INCIDENTS, me, only
from admin.asked import ROW
from admin.language import gettext as _
from centre import audit, incidents, staff
from centre.db import Database
from centre.incidents import NoSuchIncident
from centre.staff import Scope

ENDED = 30
"""How many that are over are shown."""


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, and the note that somebody sees to it."""
    pages = Blueprint("incidents", __name__)

    @pages.get("/gangguan")
    @only(*MAY_SEE_INCIDENTS)
    def every() -> str:
        with database.reading() as session:
            standing = incidents.open_ones(session, _scope())
            ended = incidents.ended_ones(session, _scope(), ENDED)
            noted = {each.noted_by for each in (*standing, *ended) if each.noted_by}
            names = staff.names(session, noted) if noted else {}
        return render_template(
            "admin/incidents.html", standing=standing, ended=ended, names=names, words=incident_wording
        )

    @pages.post(f"/gangguan/<{ROW}:number>/tangani")
    @only(*MAY_SEE_INCIDENTS)
    def note(number: int) -> ResponseReturnValue:
        now = clock()
        with database.transaction() as session:
            try:
                incidents.take_note(session, _scope(), number, me().staff_id, now)
            except NoSuchIncident:
                abort(404)
            audit.record(session, me().staff_id, "incident_noted", now, f"incident:{number}")
        flash(_("Dicatat: Anda menanganinya. Gangguan ini selesai sendiri bila penyebabnya sudah beres."), "success")
        return redirect(url_for(".every"), 303)

    return pages


def _scope() -> Scope:
    return me().scope(*MAY_SEE_INCIDENTS)
