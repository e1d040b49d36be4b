"""Perlu ditelepon: who must hear of their place and could not be told.

The number stands only on the page of that one person, and opening it is entered in the audit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin import service_wording, wording
from admin.access import MAY_SERVE, cases, me, only
from admin.asked import ROW, begins_after
from admin.language import gettext as _
from centre import audit, calls, notices
from centre.db import Database
from centre.desk import PAGE
from centre.staff import Scope


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, one row of it, and the note that somebody called."""
    pages = Blueprint("calls", __name__)

    @pages.get("/layanan/telepon")
    @only(*MAY_SERVE)
    def every() -> str:
        begin = begins_after()
        with database.reading() as session:
            rows = calls.calls(session, _scope(), cases(), clock(), begin)
            more = begin + PAGE if len(rows) == PAGE else None
            waiting = {"calls": calls.count(session, _scope(), cases())}
            return render_template("admin/calls.html", rows=rows, more=more, now=clock(), waiting=waiting, **_words())

    @pages.get(f"/layanan/telepon/<{ROW}:number>")
    @only(*MAY_SERVE)
    def one(number: int) -> str:
        with database.transaction() as session:
            found = calls.call(session, _scope(), cases(), number)
            audit.record(session, me().staff_id, "call_read", clock(), f"notice:{number}")
            return render_template(
                "admin/call.html",
                call=found,
                phone=calls.number_of(session, found),
                reason=notices.reason_of(session, found.notice),
                **_words(),
            )

    @pages.post(f"/layanan/telepon/<{ROW}:number>/selesai")
    @only(*MAY_SERVE)
    def made(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            calls.made(session, _scope(), cases(), number, me().staff_id, clock())
            audit.record(session, me().staff_id, "call_made", clock(), f"notice:{number}")
        flash(_("Dicatat: sudah ditelepon."), "success")
        return redirect(url_for(".every"), 303)

    return pages


def _scope() -> Scope:
    return me().scope(*MAY_SERVE)


def _words() -> dict[str, object]:
    """How a call reads, for templates."""
    return {"wording": service_wording, "why": wording.why_not_told, "name": _type_name}


def _type_name(found: calls.Call) -> str:
    return found.slot.type.text_in(["id"]).name
