"""Setting up the second step: an app that shows codes, or the linked Telegram; and the recovery codes that come with it.

Whoever has none yet comes here after signing in, before anything else opens. Who replaces one gives the password again.
"""

from __future__ import annotations

import base64
import binascii
import random
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import browsers, chat_codes, qr_codes
from admin.access import TOKEN, me, while_setting_up, whoever_is_signed_in
from admin.auth import begin_cookie, fitting_try, retry_after, too_many, where_to
from admin.chat_codes import NoChat, SendCode
from admin.forms import CurrentPassword, NewFactor
from admin.language import gettext as _
from centre import audit, second_factors, sign_ins, staff_channels, staff_sessions
from centre.db import Database
from centre.second_factors import WrongCode
from centre.sign_ins import SignInRefused, TooManyTries

_chance = random.SystemRandom()
SetUp = Callable[[Session, str, datetime], None]
"""Sets the factor from what was typed. Raises `WrongCode`."""


def blueprint(database: Database, clock: Callable[[], datetime], send_code: SendCode | None) -> Blueprint:
    """The pages of one's own factor."""
    pages = Blueprint("factors", __name__)

    @pages.get("/akun/kode-kedua")
    @while_setting_up
    def choose() -> str:
        return _choice(NewFactor())

    @pages.post("/akun/kode-kedua/aplikasi")
    @while_setting_up
    def app() -> ResponseReturnValue:
        form = NewFactor(request.form)

        def set_up(writing: Session, typed: str, now: datetime) -> None:
            secret = second_factors.handed_out(writing, _bytes(form.sealed.data), me().staff_id)
            if secret is None:
                raise WrongCode
            second_factors.set_app(writing, me().staff_id, secret, typed, now)

        return _set_up(form, set_up, "app")

    @pages.post("/akun/kode-kedua/telegram/kirim")
    @while_setting_up
    def send() -> ResponseReturnValue:
        form = NewFactor(formdata=None)
        try:
            with database.transaction() as writing:
                chat_codes.send(writing, me(), session[TOKEN], clock(), send_code)
        except TooManyTries as refusal:
            return _choice(form, problem=too_many(refusal)), 429, retry_after(refusal)
        except NoChat:
            return _choice(form, problem=_("Telegram Anda belum tersambung, atau bot Anda hentikan di sana.")), 409
        return _choice(form, awaits_chat=True)

    @pages.post("/akun/kode-kedua/telegram")
    @while_setting_up
    def chat() -> ResponseReturnValue:
        def set_up(writing: Session, typed: str, now: datetime) -> None:
            second_factors.set_chat(writing, me().staff_id, session[TOKEN], typed, now)

        return _set_up(NewFactor(request.form), set_up, "chat")

    @pages.route("/akun/kode-cadangan", methods=["GET", "POST"])
    @whoever_is_signed_in
    def recovery() -> ResponseReturnValue:
        form = CurrentPassword(request.form)
        if request.method == "GET":
            return _recovery_page(form)
        if not form.validate():
            return _recovery_page(form), 422
        if refusal := _wrong_password(form):
            return _recovery_page(form), *refusal
        with database.transaction() as writing:
            codes = _new_codes(writing)
        return _codes_page(codes)

    def _set_up(form: NewFactor, set_up: SetUp, kind: str) -> ResponseReturnValue:
        awaits_chat = kind == "chat"
        if not form.validate():
            return _choice(form, awaits_chat=awaits_chat), 422
        if me().factor and (refusal := _wrong_password(form)):
            return _choice(form, awaits_chat=awaits_chat), *refusal
        place = browsers.place_of(request.remote_addr)
        try:
            with database.transaction() as writing:
                attempt = sign_ins.begin_second(writing, me(), place, clock(), browsers.mark())
            with database.transaction() as writing:
                set_up(writing, form.code.data or "", clock())
                sign_ins.forgive(writing, attempt, clock())
                sign_ins.remember(writing, attempt, clock())
                audit.record(writing, me().staff_id, "second_factor_set", clock(), note=kind)
                codes = _new_codes(writing)
                token = staff_sessions.renew(writing, session[TOKEN], clock(), is_proved=True)
                staff_sessions.end_others(writing, me().staff_id, token, clock())
        except TooManyTries as refusal:
            return _choice(form, problem=too_many(refusal), awaits_chat=awaits_chat), 429, retry_after(refusal)
        except WrongCode:
            form.code.errors = [_("Kode ini tidak cocok. Tunggu kode berikutnya, lalu ketik yang tampil sekarang.")]
            return _choice(form, awaits_chat=awaits_chat), 422
        begin_cookie(token, me().staff_id)
        return _codes_page(codes)

    def _new_codes(writing: Session) -> list[str]:
        audit.record(writing, me().staff_id, "recovery_codes_made", clock())
        return second_factors.new_recovery_codes(writing, me().staff_id, _chance)

    def _wrong_password(form: NewFactor | CurrentPassword) -> tuple[int, dict[str, str]] | None:
        """The status to refuse with, and the reason in the form; None when the password is right."""
        try:
            attempt = fitting_try(database, clock, me().login, form.current.data or "")
        except TooManyTries as refusal:
            form.current.errors = [too_many(refusal)]
            return 429, retry_after(refusal)
        except SignInRefused:
            form.current.errors = [_("Kata sandi salah.")]
            return 422, {}
        with database.transaction() as writing:
            sign_ins.forgive(writing, attempt, clock())
        return None

    def _choice(form: NewFactor, problem: str = "", *, awaits_chat: bool = False) -> str:
        with database.reading() as reading:
            offered = _bytes(form.sealed.data) if form.sealed.data else b""
            secret = second_factors.handed_out(reading, offered, me().staff_id) or second_factors.new_secret(_chance)
            sealed = second_factors.hand_out(reading, secret, me().staff_id)
            chat = staff_channels.of_staff(reading, [me().staff_id]).get(me().staff_id)
        address = second_factors.address_for_app(secret, me().login)
        form.sealed.data = base64.urlsafe_b64encode(sealed).decode()
        form.current.data = None
        return render_template(
            "admin/factor.html",
            form=form,
            secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            picture=qr_codes.picture(address),
            address=address,
            has_chat=chat is not None,
            can_send=send_code is not None,
            awaits_chat=awaits_chat,
            problem=problem,
        )

    def _recovery_page(form: CurrentPassword) -> str:
        with database.reading() as reading:
            left = second_factors.codes_left(reading, me().staff_id)
        return render_template("admin/recovery.html", form=form, left=left)

    return pages


def _codes_page(codes: list[str]) -> str:
    return render_template("admin/recovery_codes.html", codes=codes, onward=where_to())


def _bytes(typed: str | None) -> bytes:
    try:
        return base64.urlsafe_b64decode(typed or "")
    except (binascii.Error, ValueError):
        return b""
