"""Saved replies: coordinators and administrators write them, each for the areas they oversee; a case's page offers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, SelectField, StringField, TextAreaField

from admin import case_wording
from admin.access import MAY_OVERSEE_CASES, me, only
from admin.asked import ROW
from admin.forms import PICK_ONE, PlaceField, clean
from admin.language import gettext
from admin.language import later as _
from centre import audit, saved_replies
from centre.case_records import CATEGORIES
from centre.db import Database
from centre.saved_replies import SavedReply, SavedReplyInvalid, Wording
from centre.staff import Scope
from content import languages


class SavedReplyForm(Form):
    """One reply to be used again. Its rules stand in `centre.saved_replies`."""

    title = StringField(_("Judul, untuk petugas"), filters=[clean])
    language = SelectField(_("Bahasa"), **PICK_ONE)
    category = SelectField(_("Jenis masalah"), **PICK_ONE)
    area = PlaceField(_("Wilayah"), **PICK_ONE)
    words = TextAreaField(_("Isi balasan"), filters=[clean])

    def __init__(self, *args: Any, areas: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(each.code, each.own_name) for each in languages.OFFERED]
        named = [(each, case_wording.category(each)) for each in CATEGORIES]
        self.category.choices = [("", gettext("Semua jenis masalah")), *named]
        self.area.choices = [(code, name or gettext("Semua wilayah")) for code, name in areas]

    @property
    def wanted(self) -> Wording:
        """What was typed."""
        return Wording(
            self.area.data or "",
            self.language.data or "",
            self.category.data or "",
            self.title.data or "",
            self.words.data or "",
        )

    def blame(self, error: SavedReplyInvalid) -> None:
        """Say at the field what is wrong with it."""
        known = {
            "title": gettext("Tulis judul, paling banyak 80 huruf."),
            "words": gettext("Tulis isinya, paling banyak 4000 huruf."),
        }
        self[error.field].errors = [known.get(error.field) or gettext("Pilih salah satu.")]


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, a new one, one of them."""
    pages = Blueprint("saved_replies", __name__)

    @pages.get("/kasus/balasan-tersimpan")
    @only(*MAY_OVERSEE_CASES)
    def every() -> str:
        with database.reading() as session:
            rows = saved_replies.every(session, _scope())
            names = dict(saved_replies.areas(session, _scope()))
        return render_template("admin/saved_replies.html", rows=rows, names=names, words=case_wording)

    @pages.get("/kasus/balasan-tersimpan/baru")
    @only(*MAY_OVERSEE_CASES)
    def new() -> str:
        return _page(_form(None), None)

    @pages.post("/kasus/balasan-tersimpan/baru")
    @only(*MAY_OVERSEE_CASES)
    def add() -> ResponseReturnValue:
        return _save(None)

    @pages.get(f"/kasus/balasan-tersimpan/<{ROW}:number>")
    @only(*MAY_OVERSEE_CASES)
    def one(number: int) -> str:
        return _page(_form(_found(number)), number)

    @pages.post(f"/kasus/balasan-tersimpan/<{ROW}:number>")
    @only(*MAY_OVERSEE_CASES)
    def change(number: int) -> ResponseReturnValue:
        _found(number)
        return _save(number)

    @pages.post(f"/kasus/balasan-tersimpan/<{ROW}:number>/hapus")
    @only(*MAY_OVERSEE_CASES)
    def retire(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            saved_replies.retire(session, _scope(), number, me().staff_id, clock())
            audit.record(session, me().staff_id, "saved_reply_changed", clock(), f"saved_reply:{number}")
        flash(gettext("Balasan itu tidak ditawarkan lagi."), "success")
        return redirect(url_for(".every"), 303)

    def _save(number: int | None) -> ResponseReturnValue:
        form = _form(None)
        if not form.validate():
            return _page(form, number), 422
        try:
            with database.transaction() as session:
                saved = saved_replies.save(session, _scope(), number, form.wanted, me().staff_id, clock())
                audit.record(session, me().staff_id, "saved_reply_changed", clock(), f"saved_reply:{saved.id}")
        except SavedReplyInvalid as error:
            form.blame(error)
            return _page(form, number), 422
        flash(gettext("Balasan disimpan."), "success")
        return redirect(url_for(".every"), 303)

    def _found(number: int) -> SavedReply:
        with database.reading() as session:
            return saved_replies.get(session, _scope(), number)

    def _form(saved: SavedReply | None) -> SavedReplyForm:
        with database.reading() as session:
            areas = saved_replies.areas(session, _scope())
        return SavedReplyForm(request.form, obj=saved, areas=areas)

    return pages


def _scope() -> Scope:
    return me().scope(*MAY_OVERSEE_CASES)


def _page(form: SavedReplyForm, number: int | None) -> str:
    return render_template("admin/saved_reply.html", form=form, number=number)
