"""Everything about one's own account: what one promises, and the chat in which one is reached."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import code_of_conduct
from admin.access import before_the_promise, me, owes_promise, while_setting_up, whoever_is_signed_in
from admin.auth import fitting_try, retry_after, too_many, where_to
from admin.forms import CurrentPassword, Promise
from admin.language import gettext as _
from admin.wording import role_name, where
from centre import area_names, audit, conduct, contact_points, sign_ins, staff, staff_channels
from centre.db import Database
from centre.sign_ins import SignInRefused, TooManyTries
from centre.staff import StaffMember

_chance = random.SystemRandom()


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The pages about oneself."""
    account = Blueprint("account", __name__)

    @account.get("/akun")
    @while_setting_up
    def own() -> str:
        return _account_page(CurrentPassword())

    @account.post("/akun/telegram")
    @while_setting_up
    def link() -> ResponseReturnValue:
        """Who walks by an open desk must not be able to have cases told to a telephone of theirs: so the password."""
        form = CurrentPassword(request.form)
        if not form.validate():
            return _account_page(form), 422
        try:
            return _account_page(CurrentPassword(), _new_code(form))
        except TooManyTries as refusal:
            form.current.errors = [too_many(refusal)]
            return _account_page(form), 429, retry_after(refusal)
        except SignInRefused:
            form.current.errors = [_("Kata sandi salah.")]
            return _account_page(form), 422

    @account.post("/akun/telegram/lepas")
    @whoever_is_signed_in
    def unlink() -> ResponseReturnValue:
        if me().factor == "chat":
            flash(_("Kode masuk Anda dikirim ke Telegram ini. Ganti dulu cara kode kedua, baru lepaskan."), "warning")
            return redirect(url_for("admin.factors.choose"), 303)
        with database.transaction() as writing:
            staff_channels.unlink(writing, me().staff_id, clock())
            audit.record(writing, me().staff_id, "channel_unlinked", clock())
        flash(_("Telegram Anda sudah dilepas. Kabar kasus tidak dikirim ke sana lagi."), "success")
        return redirect(url_for(".own"), 303)

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

    def _new_code(form: CurrentPassword) -> str:
        attempt = fitting_try(database, clock, me().login, form.current.data or "")
        with database.transaction() as writing:
            sign_ins.forgive(writing, attempt, clock())
            audit.record(writing, me().staff_id, "link_code_made", clock())
            return staff_channels.make_code(writing, me().staff_id, _chance, clock())

    def _account_page(form: CurrentPassword, code: str = "") -> str:
        with database.reading() as reading:
            member = reading.get_one(StaffMember, me().staff_id)
            return render_template(
                "admin/account.html",
                form=form,
                member=member,
                roles=_roles(reading),
                email=staff.email_of(reading, member),
                linked=staff_channels.link_of(reading, member.id),
                is_reached=member.id in staff_channels.of_staff(reading, [member.id]),
                bot=contact_points.links(reading).get(staff_channels.CHANNEL),
                code=code,
            )

    return account


def _roles(session: Session) -> list[str]:
    names = area_names.names_of(session, {area for _role, area in me().roles})
    return [f"{role_name(role)}, {names.get(area) or where(area)}" for role, area in sorted(me().roles)]


def _promise_page(form: Promise) -> str:
    return render_template("admin/code_of_conduct.html", form=form, code=code_of_conduct.PRESENT)
