"""The page from which everything around places is reached: who must be called, what can be booked, opening hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, render_template

from admin import menu
from admin.access import MAY_OPEN_SERVICES, MAY_SERVE, cases, me, only
from centre import calls
from centre.db import Database


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """One page of links."""
    pages = Blueprint("services", __name__)

    @pages.get("/layanan")
    @only(*MAY_OPEN_SERVICES)
    def every() -> str:
        waiting: dict[str, int] = {}
        if me().has_role(*MAY_SERVE):
            with database.reading() as session:
                waiting["calls.every"] = calls.count(session, me().scope(*MAY_SERVE), cases())
        area = next((each for each in menu.entries() if each.key == "layanan"), None)
        return render_template("admin/menu.html", areas=[area] if area else [], one=area, waiting=waiting)

    return pages
