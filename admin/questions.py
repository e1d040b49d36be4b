"""The test questions of each article and of danger: seen, added, put right and taken away by editors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, SelectField, TextAreaField

from admin.access import MAY_READ_CONTENT, MAY_TEST, me, only
from admin.asked import ROW
from admin.forms import PICK_ONE, clean
from admin.language import gettext
from admin.language import later as _
from centre import audit
from centre.db import Database
from content import articles, languages, test_questions
from content.judging import DANGER
from content.test_questions import KINDS, NoSuchQuestion, QuestionNotAllowed, TestQuestion

OF_DANGER = "bahaya"
"""How the danger set is called in an address."""


class QuestionForm(Form):
    """One test question. Its rules stand in `content.test_questions`."""

    text = TextAreaField(_("Pesan seperti ditulis warga"), filters=[clean])
    language = SelectField(_("Bahasa"), **PICK_ONE)
    kind = SelectField(_("Jenis"), **PICK_ONE)

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(())
        self.kind.choices = [(each, kind(each)) for each in KINDS if (each == "danger") == (label == DANGER)]

    def offer(self, also: Iterable[str]) -> None:
        """The languages the bot speaks, and those that the article has beside them."""
        known = {self.language.data or "", *also}
        self.language.choices = [(each.code, each.own_name) for each in languages.to_pick(known)]

    def blame(self, error: QuestionNotAllowed) -> None:
        """Say at the field what is wrong with it."""
        name = error.why if error.why in ("language", "kind") else "text"
        self[name].errors = [why_not(error.why)]


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """All articles with their number of questions, and the questions of one."""
    pages = Blueprint("questions", __name__)

    @pages.get("/panduan/uji")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        with database.reading() as session:
            counts = test_questions.counts(session)
            titles = articles.titles(session, languages.SOURCE)
        rows = sorted(((counts.get(slug, 0), title, slug) for slug, title in titles.items()), key=lambda row: row[:2])
        return render_template("admin/questions.html", rows=rows, of_danger=counts.get(DANGER, 0))

    @pages.get("/panduan/uji/<slug>")
    @only(*MAY_READ_CONTENT)
    def of_article(slug: str) -> str:
        form = QuestionForm(request.args, label=_label(slug))
        with database.reading() as session:
            return _page(session, slug, form, None)

    @pages.post("/panduan/uji/<slug>")
    @only(*MAY_TEST)
    def add(slug: str) -> ResponseReturnValue:
        form = QuestionForm(request.form, label=_label(slug))

        def save(session: Session) -> TestQuestion:
            wanted = (form.language.data or "", form.text.data or "", form.kind.data or "")
            return test_questions.add(session, _label(slug), *wanted, by=me().staff_id, now=clock())

        return _saved(slug, form, None, save)

    @pages.get(f"/panduan/uji/<slug>/<{ROW}:number>")
    @only(*MAY_TEST)
    def one(slug: str, number: int) -> str:
        with database.reading() as session:
            found = _found(session, slug, number)
            return _page(session, slug, QuestionForm(obj=found, label=_label(slug)), number)

    @pages.post(f"/panduan/uji/<slug>/<{ROW}:number>")
    @only(*MAY_TEST)
    def change(slug: str, number: int) -> ResponseReturnValue:
        form = QuestionForm(request.form, label=_label(slug))

        def save(session: Session) -> TestQuestion:
            _found(session, slug, number)
            wanted = (form.language.data or "", form.text.data or "", form.kind.data or "")
            return test_questions.change(session, number, *wanted, by=me().staff_id, now=clock())

        return _saved(slug, form, number, save)

    @pages.post(f"/panduan/uji/<slug>/<{ROW}:number>/hapus")
    @only(*MAY_TEST)
    def remove(slug: str, number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            _found(session, slug, number)
            test_questions.remove(session, number, clock())
            audit.record(session, me().staff_id, "test_question_changed", clock(), f"test_question:{number}")
        flash(gettext("Pertanyaan uji dihapus."), "success")
        return redirect(url_for(".of_article", slug=slug), 303)

    def _saved(
        slug: str, form: QuestionForm, number: int | None, save: Callable[[Session], TestQuestion]
    ) -> ResponseReturnValue:
        try:
            with database.transaction() as session:
                made = save(session)
                audit.record(session, me().staff_id, "test_question_changed", clock(), f"test_question:{made.id}")
        except QuestionNotAllowed as error:
            form.blame(error)
            with database.reading() as session:
                return _page(session, slug, form, number), 422
        flash(gettext("Pertanyaan uji disimpan. Mulai sekarang setiap perubahan diuji dengannya."), "success")
        return redirect(url_for(".of_article", slug=slug), 303)

    return pages


def kind(code: str) -> str:
    """What sort of question it is."""
    return {
        "phrasing": gettext("Kalimat biasa"),
        "dialect": gettext("Bahasa atau logat daerah"),
        "typo": gettext("Salah ketik"),
        "danger": gettext("Bahaya"),
    }[code]


def why_not(why: str) -> str:
    """What is wrong with a question or a phrasing."""
    return {
        "text": gettext("Tulis pesannya."),
        "long": gettext("Terlalu panjang."),
        "number": gettext("Ada yang tampak seperti nomor telepon. Hapus nomornya."),
        "language": gettext("Pilih salah satu."),
        "kind": gettext("Pilih salah satu."),
        "known": gettext("Kalimat ini sudah ada."),
        "learnt": gettext("Bot sudah belajar dari kalimat ini, jadi tidak menguji apa-apa. Tulis dengan kata lain."),
    }.get(why) or gettext("Panduan ini tidak ada.")


def _label(slug: str) -> str:
    return DANGER if slug == OF_DANGER else slug


def _found(session: Session, slug: str, number: int) -> TestQuestion:
    try:
        found = test_questions.get(session, number)
    except NoSuchQuestion:
        abort(404)
    if found.label != _label(slug):
        abort(404)
    return found


def _page(session: Session, slug: str, form: QuestionForm, number: int | None) -> str:
    title = gettext("Bahaya") if slug == OF_DANGER else articles.titles(session, languages.SOURCE).get(slug)
    if title is None:
        abort(404)
    form.offer(articles.published_of(session, slug))
    return render_template(
        "admin/questions_of.html",
        slug=slug,
        title=title,
        rows=test_questions.of_label(session, _label(slug)),
        form=form,
        number=number,
        kind=kind,
    )
