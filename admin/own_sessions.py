"""Where one is signed in oneself: every browser with its kind, when, and roughly where; each can be ended from here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from admin.access import TOKEN, me, whoever_is_signed_in
from admin.language import gettext as _
from centre import audit, staff_sessions
from centre.db import Database


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, and what ends a session."""
    pages = Blueprint("own_sessions", __name__)

    @pages.get("/akun/sesi")
    @whoever_is_signed_in
    def every() -> str:
        with database.reading() as reading:
            found = staff_sessions.open_of(reading, me().staff_id, clock())
        return render_template("admin/own_sessions.html", sessions=found, here=staff_sessions.number_of(session[TOKEN]))

    @pages.post("/akun/sesi/<number>/akhiri")
    @whoever_is_signed_in
    def end(number: str) -> ResponseReturnValue:
        with database.transaction() as writing:
            if staff_sessions.end_numbered(writing, me().staff_id, number, clock()):
                audit.record(writing, me().staff_id, "sessions_ended", clock())
                flash(_("Perangkat itu sudah dikeluarkan."), "success")
        return redirect(url_for(".every"), 303)

    @pages.post("/akun/sesi/lainnya/akhiri")
    @whoever_is_signed_in
    def end_others() -> ResponseReturnValue:
        with database.transaction() as writing:
            staff_sessions.end_others(writing, me().staff_id, session[TOKEN], clock())
            audit.record(writing, me().staff_id, "sessions_ended", clock())
        flash(_("Semua perangkat lain sudah dikeluarkan."), "success")
        return redirect(url_for(".every"), 303)

    return pages
