"""Who reads an article again when its day comes: chosen on the article's page, or for all that a list shows.

The office that stands by an article is named in its text and read by families; the keeper is a member of staff, who finds
what is due on the first page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import articles as article_pages
from admin import wording
from admin.access import MAY_EDIT, may_edit, me, only
from admin.language import gettext as _
from centre import audit
from centre.db import Database
from content import articles, languages, overview


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """Both deeds."""
    pages = Blueprint("keepers", __name__)

    @pages.post("/panduan/<slug>/peninjau")
    @only(*MAY_EDIT)
    def one(slug: str) -> ResponseReturnValue:
        _must_edit()
        with database.transaction() as session:
            article_pages.published(session, slug)
            _entrust(session, [slug], clock())
        return redirect(url_for("admin.articles.article", slug=slug), 303)

    @pages.post("/panduan/semua/peninjau")
    @only(*MAY_EDIT)
    def all_shown() -> ResponseReturnValue:
        _must_edit()
        asked = article_pages.asked_for(request.form)
        today = wording.today(clock())
        with database.transaction() as session:
            shown = [each.slug for each in overview.every(session) if asked.fits(each, today)]
            _entrust(session, shown, clock())
        return redirect(url_for("admin.articles.every", **asked.address), 303)

    return pages


def _entrust(session: Session, slugs: Collection[str], now: datetime) -> None:
    """Enter who was chosen; a 404 for anybody who does not stand in the list."""
    keeper = request.form.get("peninjau", "")
    names = dict(article_pages.staff_choices(session))
    if keeper not in names:
        abort(404)
    for slug in articles.entrust(session, slugs, keeper or None):
        audit.record(session, me().staff_id, "article_entrusted", now, f"article:{slug}", keeper and f"staff:{keeper}")
    if keeper:
        flash(_("Dicatat: %(who)s diberi tahu bila waktunya meninjau ulang.", who=names[keeper]), "success")
    else:
        flash(_("Dicatat: belum ada yang diberi tahu bila waktunya meninjau ulang."), "success")


def _must_edit() -> None:
    if not may_edit(me(), languages.SOURCE):
        abort(404)
