"""Taking an article out of use, and bringing it back: who leads to it, and who has it before them just now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import MAY_EDIT, may_edit, me, only
from admin.article_forms import Withdrawal
from admin.articles import published
from admin.language import gettext as _
from centre import audit, standing
from centre.db import Database
from content import languages, overview, withdrawing
from content.article_records import Article, Revision
from content.withdrawing import AlreadyWithdrawn, NoSuchSuccessor


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The page that warns, and both deeds."""
    pages = Blueprint("withdrawals", __name__)

    @pages.get("/panduan/<slug>/tarik")
    @only(*MAY_EDIT)
    def ask(slug: str) -> str:
        with database.reading() as session:
            return _page(session, slug, Withdrawal())

    @pages.post("/panduan/<slug>/tarik")
    @only(*MAY_EDIT)
    def withdraw(slug: str) -> ResponseReturnValue:
        form = Withdrawal(request.form)
        with database.transaction() as session:
            found, _text = _theirs(session, slug)
            try:
                withdrawing.withdraw(session, slug, form.successor.data or None, me().staff_id, clock())
            except NoSuchSuccessor:
                form.successor.errors = [_("Pilih panduan lain yang masih dipakai.")]
                return _page(session, slug, form), 422
            except AlreadyWithdrawn:
                flash(_("Panduan ini sudah ditarik orang lain."), "info")
            else:
                audit.record(session, me().staff_id, "article_withdrawn", clock(), f"article:{found.slug}")
                flash(_("Panduan ditarik. Bot tidak menjawab dengannya lagi."), "success")
        return redirect(url_for("admin.articles.article", slug=slug), 303)

    @pages.post("/panduan/<slug>/pakai-lagi")
    @only(*MAY_EDIT)
    def bring_back(slug: str) -> ResponseReturnValue:
        with database.transaction() as session:
            found, _text = _theirs(session, slug)
            withdrawing.bring_back(session, slug)
            audit.record(session, me().staff_id, "article_brought_back", clock(), f"article:{found.slug}")
        flash(_("Panduan dipakai lagi."), "success")
        return redirect(url_for("admin.articles.article", slug=slug), 303)

    def _page(session: Session, slug: str, form: Withdrawal) -> str:
        _found, text = _theirs(session, slug)
        rows = overview.every(session)
        others = [(each.slug, each.title) for each in rows if each.slug != slug and not each.is_withdrawn]
        form.successor.choices = [("", _("Tidak ada penggantinya")), *others]
        return render_template(
            "admin/article_withdraw.html",
            slug=slug,
            title=text.title,
            links=overview.links(session, slug, rows),
            standing=standing.on_article(session, slug, clock()),
            form=form,
        )

    return pages


def _theirs(session: Session, slug: str) -> tuple[Article, Revision]:
    """An article, for who writes guidance in Bahasa; a 404 for others."""
    if not may_edit(me(), languages.SOURCE):
        abort(404)
    return published(session, slug)
