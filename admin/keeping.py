"""A session that ends in the middle of a form: what was typed is kept, and offered again to the same person after signing in,
also where they had signed in again elsewhere before they sent it (`admin.old_forms`).

No password and no file is kept, and nothing from the pages of one's own account. The words lie in the database
(`centre.kept_forms`), their key in the signed cookie; nothing of it in the browser's storage.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response as AnyResponse

from admin.access import TOKEN, WAS, anybody, me, whoever_is_signed_in
from admin.language import gettext as _
from centre import kept_forms, staff_sessions
from centre.db import Database
from centre.kept_forms import TooMuch, Typed

KEY = "kept"
"""Where the cookie carries the key of what was kept."""
OFFERED = "kept_offered"
AGAIN = "tulisan_lagi"
"""The field by which a form says that it is one that was kept."""
FOR = "tulisan_untuk"
"""The field with which a page that has idled says where its form was going."""
_NEVER = re.compile(r"csrf_token|password|sandi|secret|current|^pin$|tulisan_untuk|tulisan_lagi", re.IGNORECASE)
_OURS = re.compile(r"/admin/(?!/)[^\\\s]*")
_MARKS = re.compile(r"kerja|edits|sumber|panduan|bahasa|version|digest|marks?|(.*-)?key")
_RANDOM = re.compile(r"[0-9a-f-]{16,}|[\w-]{40,}")
"""What forms carry for themselves, by its name or by its look."""
_MOST_FIELDS = 300


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """Where it is offered again, let go, and kept by a page that idled."""
    pages = Blueprint("keeping", __name__)

    @pages.get("/tulisan")
    @whoever_is_signed_in
    def offer() -> ResponseReturnValue:
        with database.reading() as reading:
            typed = kept_forms.opened(reading, session.get(KEY, ""), me().staff_id, clock())
        if typed is None:
            return redirect(url_for("admin.desk.home"), 303)
        return render_template("admin/kept.html", typed=typed, again=AGAIN, shown=_shown(typed))

    @pages.post("/tulisan/buang")
    @whoever_is_signed_in
    def drop() -> ResponseReturnValue:
        with database.transaction() as writing:
            kept_forms.drop(writing, session.pop(KEY, ""))
        session.pop(OFFERED, None)
        flash(_("Tulisan itu sudah dibuang."), "success")
        return redirect(url_for("admin.desk.home"), 303)

    @pages.post("/tulisan/simpan")
    @anybody
    def keep() -> ResponseReturnValue:
        address = request.form.get(FOR, "")
        if _OURS.fullmatch(address) and _keep(database, address, clock()):
            _promise()
        return redirect(url_for("admin.auth.sign_in"), 303)

    return pages


def guard(pages: Blueprint, database: Database, clock: Callable[[], datetime]) -> None:
    """After the guard of `access`: who has just signed in is led to what was kept; what was taken is kept no longer."""

    @pages.before_request
    def lead_back() -> AnyResponse | None:
        if g.get("staff") is None or KEY not in session or OFFERED in session or request.method != "GET" or not g.is_in:
            return None
        with database.transaction() as writing:
            if kept_forms.opened(writing, session[KEY], me().staff_id, clock()) is None:
                kept_forms.drop(writing, session.pop(KEY))
                return None
        session[OFFERED] = True
        return redirect(url_for("admin.keeping.offer"), 303)

    @pages.after_request
    def forget_what_was_taken(response: Response) -> Response:
        # the answer first: a form that was too large to be read cannot be asked again
        if response.status_code < 400 and KEY in session and g.get("staff") and AGAIN in request.form:
            with database.transaction() as writing:
                kept_forms.drop(writing, session.pop(KEY))
            session.pop(OFFERED, None)
        return response


def keep_this(database: Database, now: datetime) -> None:
    """The form that came just now found no open session."""
    if _keep(database, request.full_path.rstrip("?"), now):
        _promise()


def offer_again(database: Database, now: datetime) -> AnyResponse | None:
    """The form that came just now is of a session of before: it is not done, but offered at once. None where nobody typed."""
    if not _keep(database, request.full_path.rstrip("?"), now):
        return None
    session[OFFERED] = True
    return redirect(url_for("admin.keeping.offer"), 303)


def _keep(database: Database, address: str, now: datetime) -> bool:
    """Is there something of it to keep, and was it kept?"""
    token = session.get(TOKEN) or session.get(WAS)
    fields = tuple((name, text) for name, text in request.form.items(multi=True) if not _NEVER.search(name))
    if not token or not _shown(typed := Typed(address, fields)) or len(fields) > _MOST_FIELDS:
        return False
    with database.transaction() as writing:
        staff_id = staff_sessions.whose(writing, token)
        if staff_id is None:
            return False
        try:
            session[KEY] = kept_forms.keep(writing, staff_id, typed, now)
        except TooMuch:
            return False
    session.pop(OFFERED, None)
    return True


def _promise() -> None:
    flash(_("Yang Anda ketik disimpan, dan ditawarkan lagi sesudah Anda masuk."), "info")


def _shown(typed: Typed) -> list[str]:
    """What a person wrote, without the marks that forms carry for themselves."""
    return [
        text
        for name, text in typed.fields
        if text.strip() and not _MARKS.fullmatch(name) and not _RANDOM.fullmatch(text)
    ]
