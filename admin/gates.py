"""The publish gate as editors see it: how far a verdict has come, what would be lost, and who lets it through all the same.

Judging itself is done elsewhere (processes/gating.py); these pages only look, so that nobody has to stay.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, TextAreaField

from admin.access import MAY_READ_CONTENT, MAY_TEST, administers_all, may_review, me, only
from admin.articles import as_people_read_it
from admin.asked import ROW
from admin.forms import clean
from admin.language import gettext
from admin.language import later as _
from centre import audit, staff
from centre.db import Database
from centre.staff import Role
from content import articles, drafts, gates, languages, proposals
from content.draft_records import ArticleDraft
from content.gates import GateRun
from content.judging import DANGER, Reached
from content.proposals import NotWaiting, OwnProposal, PhraseProposal

SHOWN = 30
"""Runs on the page."""


class OverrideForm(Form):
    """Why it must go live although questions are lost. Its rule stands in `content.gates`."""

    reason = TextAreaField(_("Alasan"), filters=[clean])


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """All runs, one of them, its progress, and the override."""
    pages = Blueprint("gates", __name__)

    @pages.get("/panduan/gerbang")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        with database.reading() as session:
            return render_template(
                "admin/gates.html",
                runs=gates.recent(session, SHOWN),
                waiting=proposals.unsettled(session),
                titles=articles.titles(session, languages.SOURCE),
                state=state,
                answer=lambda each: articles.text_read_in(session, each.label, each.language),
                as_read=as_people_read_it,
                may_agree=may_agree,
            )

    @pages.get(f"/panduan/gerbang/<{ROW}:number>")
    @only(*MAY_READ_CONTENT)
    def one(number: int) -> str:
        with database.reading() as session:
            return _page(session, _found(session, number), OverrideForm())

    @pages.get(f"/panduan/gerbang/<{ROW}:number>/kabar")
    @only(*MAY_READ_CONTENT)
    def news(number: int) -> ResponseReturnValue:
        with database.reading() as session:
            run = _found(session, number)
            return jsonify(text=state(run), done=not run.is_under_way)

    @pages.post(f"/panduan/gerbang/<{ROW}:number>/tetap-terbitkan")
    @only(Role.ADMINISTRATOR)
    def override(number: int) -> ResponseReturnValue:
        if not administers_all(me()):
            abort(404)
        form = OverrideForm(request.form)
        reason = form.reason.data or ""
        try:
            with database.transaction() as session:
                _found(session, number)
                run = gates.override(session, number, me().staff_id, reason, clock())
                audit.record(session, me().staff_id, "gate_overridden", clock(), f"gate_run:{number}", reason.strip())
                proposals.settle(session, run, clock())
        except gates.ReasonMissing:
            form.reason.errors = [gettext("Tulis alasannya, 10 sampai 500 huruf.")]
            with database.reading() as session:
                return _page(session, _found(session, number), form), 422
        except gates.NothingToOverride:
            flash(gettext("Hasil uji ini sudah tidak berlaku atau tidak perlu dilewati lagi."), "warning")
        else:
            flash(gettext("Dicatat. Perubahan ini sekarang boleh terbit."), "success")
        return redirect(url_for(".one", number=number), 303)

    @pages.post(f"/panduan/frasa/<{ROW}:number>/setuju")
    @only(*MAY_TEST)
    def accept(number: int) -> ResponseReturnValue:
        try:
            with database.transaction() as session:
                found = session.get(PhraseProposal, number)
                if found and not may_review(me(), found.language):
                    abort(404)
                proposals.accept(session, number, me().staff_id)
                audit.record(session, me().staff_id, "phrasing_accepted", clock(), f"phrasing:{number}")
        except OwnProposal:
            flash(gettext("Anda yang mengusulkan kalimat ini. Orang lain yang menyetujuinya."), "warning")
        except NotWaiting:
            flash(gettext("Kalimat ini sudah tidak menunggu persetujuan."), "warning")
        else:
            flash(
                gettext("Disetujui. Kalimat itu diuji dulu; kalau tidak ada yang hilang, bot mempelajarinya."),
                "success",
            )
        return redirect(url_for(".every"), 303)

    @pages.post(f"/panduan/frasa/<{ROW}:number>/batal")
    @only(*MAY_TEST)
    def drop(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            proposals.drop(session, number, clock())
            audit.record(session, me().staff_id, "phrasing_dropped", clock(), f"phrasing:{number}")
        flash(gettext("Kalimat itu tidak jadi dipelajari."), "success")
        return redirect(url_for(".every"), 303)

    @pages.post(f"/panduan/frasa/<{ROW}:number>/uji-lagi")
    @only(*MAY_TEST)
    def try_again(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            proposals.try_again(session, number)
        flash(gettext("Kalimat itu diuji sekali lagi."), "success")
        return redirect(url_for(".every"), 303)

    return pages


def may_agree(proposal: PhraseProposal) -> bool:
    """Is this person the second one that a phrasing needs?"""
    return me().staff_id != proposal.proposed_by and may_review(me(), proposal.language)


def state(run: GateRun) -> str:
    """How far a run has come, in plain words."""
    if run.state == gates.State.OPEN:
        return gettext("Menunggu giliran")
    if run.state == gates.State.FAILED:
        return gettext("Tidak bisa diuji")
    if run.state == gates.State.RUNNING and run.stage == "asking":
        return gettext("Menguji: %(asked)s dari %(of)s pertanyaan", asked=run.asked, of=run.of)
    if run.state == gates.State.RUNNING:
        return gettext("Bot sedang belajar (sekitar setengah menit)")
    if run.overridden_at:
        return gettext("Dilewati pengelola")
    return gettext("Lulus") if run.passed else gettext("Ditolak")


def _found(session: Session, number: int) -> GateRun:
    run = session.get(GateRun, number)
    if run is None:
        abort(404)
    return run


def _page(session: Session, run: GateRun, form: OverrideForm) -> str:
    people = staff.names(session, {each for each in (run.requested_by, run.overridden_by) if each})
    titles = articles.titles(session, languages.SOURCE)
    return render_template(
        "admin/gate.html",
        run=run,
        verdict=gates.verdict_of(run),
        holds=run.is_under_way or gates.holds(session, run),
        heard=proposals.of_run(session, run.id),
        people=people,
        named=", ".join(titles.get(slug, slug) for slug in run.slugs.split()),
        state=state,
        shown=lambda reached: in_words(reached, titles),
        asked_for=lambda label: gettext("Bahaya dikenali") if label == DANGER else titles.get(label, label),
        form=form,
        drafts=[each for each in _drafts(session, run) if may_review(me(), each.language)],
        may_override=administers_all(me()),
    )


def _drafts(session: Session, run: GateRun) -> list[ArticleDraft]:
    """The open drafts of the articles it is about: where somebody mends what would be lost."""
    return [each for each in drafts.every_open(session) if each.article_slug in run.slugs.split()]


def in_words(reached: Reached, titles: dict[str, str]) -> str:
    """What somebody would see, in plain words."""
    named = ", ".join(titles.get(slug, slug) for slug in reached.shown)
    return {
        "act": gettext("Kartu bahaya"),
        "ask": gettext("Ditanya apakah ada bahaya"),
        "answer": gettext("Dijawab: %(titles)s", titles=named),
        "choices": gettext("Pilihan: %(titles)s", titles=named),
        "person": gettext("Disambungkan ke petugas"),
        "chitchat": gettext("Basa-basi"),
    }.get(reached.kind) or gettext("Bot tidak tahu")
