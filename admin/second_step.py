"""The second step of signing in: the code of an app, the code that came by Telegram, or one of the recovery codes.

What is right and good only once stands in `centre.second_factors`, how often somebody may try in `centre.sign_ins`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from admin import browsers, chat_codes
from admin.access import TOKEN, at_the_second_step, me
from admin.auth import begin_cookie, retry_after, too_many, where_to
from admin.chat_codes import NoChat, SendCode
from admin.forms import SecondStep
from admin.language import gettext as _
from centre import audit, second_factors, sign_ins, staff_sessions
from centre.db import Database
from centre.second_factors import WrongCode
from centre.sign_ins import TooManyTries

log = structlog.get_logger()


def blueprint(database: Database, clock: Callable[[], datetime], send_code: SendCode | None) -> Blueprint:
    """The page of the code."""
    pages = Blueprint("second_step", __name__)

    @pages.route("/masuk/kode", methods=["GET", "POST"])
    @at_the_second_step
    def code() -> ResponseReturnValue:
        if me().is_proved or me().factor is None:
            return redirect(where_to(), 303)
        form = SecondStep(request.form)
        if request.method == "GET":
            return _page(form)
        if not form.validate():
            return _page(form), 422
        mark = browsers.mark() or browsers.new_mark()
        try:
            token = _proved(form.code.data or "", mark)
        except TooManyTries as refusal:
            form.code.errors = [too_many(refusal)]
            return _page(form), 429, retry_after(refusal)
        except WrongCode:
            log.warning("admin.second_step_refused", staff_id=me().staff_id)
            form.code.errors = [_("Kode ini tidak cocok, atau sudah terpakai. Pakai kode yang tampil sekarang.")]
            return _page(form), 422
        begin_cookie(token, me().staff_id)
        response = redirect(where_to(), 303)
        if not me().is_shared:
            browsers.give_mark(response, mark)
        return response

    @pages.post("/masuk/kode/kirim")
    @at_the_second_step
    def send() -> ResponseReturnValue:
        if me().is_proved or me().factor != "chat":
            return redirect(where_to(), 303)
        try:
            with database.transaction() as writing:
                chat_codes.send(writing, me(), session[TOKEN], clock(), send_code)
        except TooManyTries as refusal:
            form = SecondStep()
            form.code.errors = [too_many(refusal)]
            return _page(form), 429, retry_after(refusal)
        except NoChat:
            form = SecondStep()
            form.code.errors = [_("Telegram Anda tidak bisa dikirimi sekarang. Pakai salah satu kode cadangan Anda.")]
            return _page(form), 409
        flash(_("Kode dikirim ke Telegram Anda. Berlaku 10 menit."), "success")
        return redirect(url_for(".code", lanjut=request.args.get("lanjut")), 303)

    def _proved(typed: str, mark: str) -> str:
        """Count the try, then check it; a wrong one stays counted. Gives the token of the session that counts fully."""
        device = browsers.mark() or ("" if me().is_shared else mark)
        place = browsers.place_of(request.remote_addr)
        with database.transaction() as writing:
            attempt = sign_ins.begin_second(writing, me(), place, clock(), device)
        with database.transaction() as writing:
            try:
                how = second_factors.prove(writing, me().staff_id, session[TOKEN], typed, clock())
            except WrongCode:
                audit.record(writing, me().staff_id, "second_step_refused", clock())
            else:
                sign_ins.forgive(writing, attempt, clock())
                sign_ins.remember(writing, attempt, clock())
                if how == "recovery":
                    audit.record(writing, me().staff_id, "recovery_code_used", clock())
                audit.record(writing, me().staff_id, "signed_in", clock())
                return staff_sessions.renew(writing, session[TOKEN], clock(), is_proved=True)
        raise WrongCode

    return pages


def _page(form: SecondStep) -> str:
    return render_template("admin/second_step.html", form=form, kind=me().factor)
