"""Laws and rules that guidance rests on: which articles rest on which, and what to do when one changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import MAY_EDIT, MAY_READ_CONTENT, may_edit, me, only
from admin.article_forms import LawChanged
from admin.language import gettext as _
from admin.wording import today
from centre import audit, staff
from centre.db import Database
from content import articles, languages, law_changes
from content.law_changes import RestsNowhere


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list of laws, marking one as changed, and confirming an article."""
    pages = Blueprint("laws", __name__)

    @pages.get("/panduan/dasar-hukum")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        asked = request.args.get("dasar", "")[:200]
        form = LawChanged(data={"basis": asked, "changed_on": today(clock())})
        return _page(form, asked)

    @pages.post("/panduan/dasar-hukum")
    @only(*MAY_EDIT)
    def mark() -> ResponseReturnValue:
        form, now = LawChanged(request.form), clock()
        if not may_edit(me(), languages.SOURCE):
            abort(404)
        if not form.validate():
            return _page(form, form.basis.data or ""), 422
        try:
            with database.transaction() as session:
                basis, since = form.basis.data or "", form.changed_on.data or today(now)
                change = law_changes.mark(session, basis, since, form.note.data or "", me().staff_id, now)
                audit.record(session, me().staff_id, "law_change_marked", now, f"law:{change.id}")
        except RestsNowhere:
            form.basis.errors = [_("Tidak ada panduan yang berdasar pada ini. Pilih dari daftar di bawah.")]
            return _page(form, form.basis.data or ""), 422
        flash(_("Dicatat. Panduan yang berdasar padanya sekarang sedang ditinjau, dan bot mengatakannya."), "success")
        return redirect(url_for("admin.articles.every", saring="hukum"), 303)

    @pages.post("/panduan/<slug>/masih-benar")
    @only(*MAY_EDIT)
    def confirm(slug: str) -> ResponseReturnValue:
        if not may_edit(me(), languages.SOURCE):
            abort(404)
        with database.transaction() as session:
            if articles.one(session, slug) is None:
                abort(404)
            if law_changes.settle(session, slug, me().staff_id, clock()):
                audit.record(session, me().staff_id, "law_change_settled", clock(), f"article:{slug}")
        flash(_("Dicatat: isinya masih benar menurut aturan yang baru."), "success")
        return redirect(url_for("admin.articles.article", slug=slug), 303)

    def _page(form: LawChanged, asked: str) -> str:
        with database.reading() as session:
            resting = law_changes.resting_on(session, asked) if asked else []
            changes = law_changes.newest(session)
            return render_template(
                "admin/laws.html",
                form=form,
                asked=asked,
                resting=resting,
                titles=articles.titles(session, languages.SOURCE),
                bases=law_changes.bases(session),
                changes=changes,
                names=staff.names(session, {each.marked_by for each, _waiting in changes}),
                can_mark=may_edit(me(), languages.SOURCE),
            )

    return pages
