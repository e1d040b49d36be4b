"""Every saved state of a text: listed, shown, compared with another, and brought back as a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import article_wording
from admin.access import MAY_EDIT, MAY_READ_CONTENT, may_edit, me, only
from admin.asked import ROW, number_in
from admin.differences import difference
from admin.editing import about
from admin.language import gettext as _
from centre import audit, staff
from centre.db import Database
from content import articles, drafts, languages, revisions
from content.article_records import NoSuchArticle, Revision
from content.drafts import DraftOpen


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, one revision beside another, and bringing one back."""
    pages = Blueprint("revisions", __name__)

    @pages.get("/panduan/<slug>/<language>/revisi")
    @only(*MAY_READ_CONTENT)
    def every(slug: str, language: str) -> str:
        with database.reading() as session:
            rows = _rows(session, slug, language)
            shown = articles.published_of(session, slug)[language].number
            names = staff.names(session, {row.author for row in rows})
        return render_template(
            "admin/revisions.html", slug=slug, language=language, rows=rows, shown=shown, names=names
        )

    @pages.get(f"/panduan/<slug>/<language>/revisi/<{ROW}:number>")
    @only(*MAY_READ_CONTENT)
    def revision(slug: str, language: str, number: int) -> str:
        with database.reading() as session:
            rows = _rows(session, slug, language)
            names = staff.names(session, {row.author for row in rows})
            shown = articles.published_of(session, slug)[language].number
        found = next((row for row in rows if row.number == number), None)
        if found is None:
            abort(404)
        other = _compared(rows, found, shown)
        return render_template(
            "admin/revision.html",
            slug=slug,
            language=language,
            revision=found,
            other=other,
            rows=rows,
            shown=shown,
            difference=difference,
            subject=_subject_between(other, found),
            names=names,
            may_restore=may_edit(me(), language) and number != shown,
        )

    @pages.post(f"/panduan/<slug>/<language>/revisi/<{ROW}:number>/pulihkan")
    @only(*MAY_EDIT)
    def restore(slug: str, language: str, number: int) -> ResponseReturnValue:
        if language not in languages.CODES or not may_edit(me(), language):
            abort(404)
        try:
            with database.transaction() as session:
                draft = drafts.restore(session, slug, language, number, me().staff_id, clock())
                audit.record(session, me().staff_id, "draft_saved", clock(), about(draft), f"revision {number}")
        except NoSuchArticle:
            abort(404)
        except DraftOpen as error:
            flash(_("Sudah ada naskah terbuka untuk teks ini. Selesaikan atau buang dulu."), "warning")
            return redirect(url_for("admin.drafts.draft", number=error.draft.id), 303)
        flash(
            _("Revisi %(number)s menjadi naskah baru. Orang lain harus memeriksanya sebelum terbit.", number=number),
            "success",
        )
        return redirect(url_for("admin.drafts.draft", number=draft.id), 303)

    return pages


def _rows(session: Session, slug: str, language: str) -> list[Revision]:
    """All revisions, the newest first; a 404 where there are none."""
    if language not in languages.CODES:
        abort(404)
    rows = revisions.every(session, slug, language)
    if not rows:
        abort(404)
    return rows


def _subject_between(one: Revision | None, other: Revision) -> list[tuple[str, str, str]]:
    """What else changed from the older to the newer."""
    older, newer = sorted((one or other, other), key=lambda row: row.number)
    return article_wording.subject_differences(older.subject, newer.subject)


def _compared(rows: list[Revision], found: Revision, shown: int) -> Revision | None:
    """The revision to compare with: the one asked for, else the one before, else what people see now."""
    asked = number_in(request.args.get("dengan"))
    if asked is not None:
        return next((row for row in rows if row.number == asked), None)
    before = next((row for row in rows if row.number < found.number), None)
    return before or next((row for row in rows if row.number == shown and row is not found), None)
