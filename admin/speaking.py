"""Staff choose the language of the desk: on their account page for always, at the door for this browser."""

from __future__ import annotations

from flask import Blueprint, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from admin.access import anybody
from admin.auth import where_to
from admin.language import LANGUAGES, cookie
from centre import staff
from centre.db import Database

KEPT_SECONDS = 365 * 24 * 3600


def blueprint(database: Database) -> Blueprint:
    """One form."""
    pages = Blueprint("speaking", __name__)

    @pages.post("/bahasa")
    @anybody
    def choose() -> ResponseReturnValue:
        wanted = request.form.get("bahasa", "")
        answer = redirect(where_to(), 303)
        if wanted in LANGUAGES:
            if g.staff:
                with database.transaction() as session:
                    staff.set_language(session, g.staff.staff_id, wanted)
            secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
            answer.set_cookie(cookie(), wanted, max_age=KEPT_SECONDS, secure=secure, httponly=True, samesite="Lax")
        return answer

    return pages
