"""Coming in and going out: sign in, change the password, sign out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from admin import browsers, chat_codes, keeping, old_forms
from admin.access import TOKEN, anybody, even_with_old_password, me
from admin.browsers import place_of
from admin.forms import NewPassword, SignIn
from admin.language import gettext as _
from centre import audit, second_factors, sign_ins, staff, staff_sessions
from centre.db import Database
from centre.sign_ins import SignInRefused, TooManyTries, Try

log = structlog.get_logger()

_OURS = re.compile(r"/admin/([a-z0-9-]+(/[a-z0-9-]+)*)?(\?[a-z0-9=&]*)?")
"""An address of a page of the desk, and of nothing else."""


def blueprint(
    database: Database, clock: Callable[[], datetime], send_code: chat_codes.SendCode | None = None
) -> Blueprint:
    """The doors of the desk. `send_code`: how a code goes to somebody's chat; None where no channel is connected."""
    auth = Blueprint("auth", __name__)

    @auth.route("/masuk", methods=["GET", "POST"])
    @anybody
    def sign_in() -> ResponseReturnValue:
        if g.staff is not None and request.method == "GET":
            return redirect(url_for("admin.desk.home"), 303)
        form = SignIn(request.form)
        if request.method == "GET":
            return _sign_in_page(form)
        if not form.validate():
            return _sign_in_page(form), 422
        try:
            token, staff_id = _signed_in(form)
        except TooManyTries as refusal:
            return _sign_in_page(form, too_many(refusal)), 429, retry_after(refusal)
        except SignInRefused:
            log.warning("admin.sign_in_refused")
            return _sign_in_page(form, _("Nama masuk atau kata sandi salah.")), 422
        begin_cookie(token, staff_id)
        chat_codes.send_first(database, clock, token, send_code)
        return redirect(where_to(), 303)

    @auth.route("/ganti-sandi", methods=["GET", "POST"])
    @even_with_old_password
    def password() -> ResponseReturnValue:
        form = NewPassword(request.form, login=me().login)
        if request.method == "GET":
            return render_template("admin/password.html", form=form)
        if not form.validate():
            return render_template("admin/password.html", form=form), 422
        try:
            token = _with_new_password(form)
        except TooManyTries as refusal:
            form.current.errors = [too_many(refusal)]
            return render_template("admin/password.html", form=form), 429, retry_after(refusal)
        except SignInRefused:
            form.current.errors = [_("Kata sandi sekarang salah.")]
            return render_template("admin/password.html", form=form), 422
        begin_cookie(token, me().staff_id)
        flash(_("Kata sandi sudah diganti. Di perangkat lain Anda sudah dikeluarkan."), "success")
        return redirect(url_for("admin.desk.home"), 303)

    @auth.post("/keluar")
    @anybody
    def sign_out() -> Response:
        token = session.get(TOKEN)
        if token:
            with database.transaction() as writing:
                staff.end_session(writing, token, clock())
                if g.staff:
                    audit.record(writing, g.staff.staff_id, "signed_out", clock())
        session.clear()
        response = make_response(redirect(url_for("admin.auth.sign_in", keluar=1), 303))
        keeps_mark = g.staff is not None and not g.staff.is_shared
        response.headers["Clear-Site-Data"] = '"cache", "storage"' if keeps_mark else '"cache", "cookies", "storage"'
        return response

    def _signed_in(form: SignIn) -> tuple[str, str]:
        """The token of a new session, and whose it is."""
        attempt = fitting_try(database, clock, form.login.data or "", form.password.data or "")
        staff_id, own = attempt.staff_id or "", bool(form.own.data)
        device, place = browsers.device(), browsers.coarse_place(request.remote_addr)
        with database.transaction() as writing:
            token = sign_ins.complete(writing, attempt, clock(), is_shared=not own, device=device, place=place)
            if second_factors.kind_of(writing, staff_id) is None:
                audit.record(writing, staff_id, "signed_in", clock())
        return token, staff_id

    def _with_new_password(form: NewPassword) -> str:
        attempt = fitting_try(database, clock, me().login, form.current.data or "")
        password_hash = staff.hash_password(form.new.data or "")
        with database.transaction() as writing:
            sign_ins.forgive(writing, attempt, clock())
            staff.change_password(writing, me().staff_id, password_hash, clock())
            audit.record(writing, me().staff_id, "password_changed", clock())
            return staff_sessions.renew(writing, session[TOKEN], clock(), is_proved=me().is_proved)

    return auth


def begin_cookie(token: str, staff_id: str) -> None:
    """The browser's cookie, empty but for this token, the key of what was typed when a session ended, and what tells this
    person's own forms of before."""
    kept, outlasting = session.get(keeping.KEY), old_forms.outlast(staff_id)
    session.clear()
    session[TOKEN] = token
    session.update(outlasting)
    if kept:
        session[keeping.KEY] = kept


def fitting_try(database: Database, clock: Callable[[], datetime], login: str, password: str) -> Try:
    """Count the try, then check it with no transaction open: checking is slow on purpose. Raises `SignInRefused`."""
    with database.transaction() as writing:
        attempt = sign_ins.begin(writing, login, place_of(request.remote_addr), clock(), browsers.mark())
    if not sign_ins.fits(attempt, password):
        raise SignInRefused
    return attempt


def _sign_in_page(form: SignIn, refusal: str = "") -> str:
    return render_template("admin/sign_in.html", form=form, refusal=refusal, left="keluar" in request.args)


def where_to() -> str:
    """Back to the page that asked for something first; only to a page of the desk, whatever the address says."""
    back = request.args.get("lanjut", "")
    return back if _OURS.fullmatch(back) else url_for("admin.desk.home")


def too_many(refusal: TooManyTries) -> str:
    """What is said to who must wait."""
    return _("Terlalu banyak percobaan. Tunggu %(seconds)s detik, lalu coba lagi.", seconds=_seconds(refusal))


def retry_after(refusal: TooManyTries) -> dict[str, str]:
    """The same for the browser."""
    return {"Retry-After": str(_seconds(refusal))}


def _seconds(refusal: TooManyTries) -> int:
    return max(1, round(refusal.wait.total_seconds()))
