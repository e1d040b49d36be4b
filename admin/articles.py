"""Guidance that must not be relied on before an officer has checked it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from admin.access import MAY_READ_CONTENT, MAY_VOUCH, me, only
from admin.contacts import book
from admin.forms import ArticleCheck
from admin.language import gettext as _
from centre import audit, staff
from centre.db import Database
from content import articles, languages, wording
from content.articles import Article, Revision, Translation


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """Articles that wait for a check, and the check."""
    pages = Blueprint("articles", __name__)

    @pages.get("/panduan")
    @only(*MAY_READ_CONTENT)
    def waiting() -> str:
        with database.reading() as session:
            rows = articles.waiting_for_check(session)
            titles = {slug: revision.title for slug, revision in _published(session).items()}
        return render_template("admin/articles.html", rows=rows, titles=titles)

    @pages.get("/panduan/<slug>")
    @only(*MAY_READ_CONTENT)
    def article(slug: str) -> str:
        with database.reading() as session:
            found, text = _article(session, slug)
            return _page(session, found, text, ArticleCheck(digest=text.digest))

    @pages.post("/panduan/<slug>")
    @only(*MAY_VOUCH)
    def check(slug: str) -> ResponseReturnValue:
        form = ArticleCheck(request.form)
        valid = form.validate()
        with database.transaction() as session:
            found, text = _article(session, slug)
            if form.digest.data != text.digest:
                # They would stand by words that they have not read.
                form.digest.data, form.sure.data, valid = text.digest, False, False
                form.sure.errors = [_("Isi panduan baru saja berubah. Baca lagi, lalu catat.")]
            if not valid:
                return _page(session, found, text, form), 422
            articles.record_check(session, slug, me().staff_id, clock())
            audit.record(session, me().staff_id, "article_checked", clock(), f"article:{slug}", form.basis.data or "")
        flash(_("Pemeriksaan dicatat: %(title)s", title=text.title), "success")
        return redirect(url_for(".waiting"), 303)

    return pages


def _article(session: Session, slug: str) -> tuple[Article, Revision]:
    """An article that is to be checked before use, and its words in Bahasa; any other is a 404 here."""
    found = session.get(Article, slug) if "\x00" not in slug else None
    text = _published(session).get(slug)
    if found is None or text is None or not found.check_before_use:
        abort(404)
    return found, text


def _published(session: Session) -> dict[str, Revision]:
    """What people read in Bahasa, by slug."""
    shown = and_(Revision.translation_id == Translation.id, Revision.number == Translation.published_revision)
    rows = session.execute(
        select(Translation.article_slug, Revision).join(Revision, shown).where(Translation.language == languages.SOURCE)
    )
    return dict(rows.all())


def _page(session: Session, found: Article, text: Revision, form: ArticleCheck) -> str:
    checker = staff.names(session, {found.checked_by}) if found.checked_by else {}
    return render_template(
        "admin/article.html",
        article=found,
        text=text,
        shown=as_people_read_it,
        form=form,
        checker=checker.get(found.checked_by or "", ""),
    )


def as_people_read_it(words: str) -> str:
    """Without the marks for writers, and with the contacts filled in."""
    return wording.shown(words, lambda code: f"{book()[code].name} {book()[code].number}" if code in book() else code)
