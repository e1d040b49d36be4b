"""Everything about one's own account: the code of conduct."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from admin import code_of_conduct
from admin.access import before_the_promise, me, owes_promise
from admin.auth import where_to
from admin.forms import Promise
from admin.language import gettext as _
from centre import audit, conduct
from centre.db import Database


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The pages about oneself."""
    account = Blueprint("account", __name__)

    @account.route("/kode-etik", methods=["GET", "POST"])
    @before_the_promise
    def promise() -> ResponseReturnValue:
        present = code_of_conduct.PRESENT.version
        if request.method == "GET":
            return _promise_page(Promise(version=present))
        form = Promise(request.form)
        if not form.validate():
            return _promise_page(form), 422
        if form.version.data != present:
            flash(_("Kode etik baru saja berubah. Baca sekali lagi."), "warning")
            return _promise_page(Promise(version=present)), 409
        if owes_promise(me()):
            with database.transaction() as writing:
                conduct.accept(writing, me().staff_id, present, clock())
                audit.record(writing, me().staff_id, "conduct_accepted", clock(), note=present)
        return redirect(where_to(), 303)

    return account


def _promise_page(form: Promise) -> str:
    return render_template("admin/code_of_conduct.html", form=form, code=code_of_conduct.PRESENT)
