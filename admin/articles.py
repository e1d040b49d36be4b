"""All articles, each on a page of its own: how it stands, who leads to it, and the check before it is relied on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import article_wording, wording
from admin.access import MAY_READ_CONTENT, MAY_VOUCH, may_edit, may_review, me, only
from admin.contacts import book
from admin.forms import ArticleCheck
from admin.language import gettext as _
from centre import audit, staff
from centre.db import Database
from centre.staff import Role
from content import articles, languages, overview
from content import wording as marks
from content.article_records import Article, Revision
from content.overview import Standing

FILTERS = ("", "saya", "tinjau", "segera", "hukum", "berakhir", "tertinggal", "naskah", "ditarik")


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The lists, one article, and the check."""
    pages = Blueprint("articles", __name__)

    @pages.get("/panduan")
    @only(*MAY_READ_CONTENT)
    def waiting() -> str:
        with database.reading() as session:
            rows = articles.waiting_for_check(session)
            titles = articles.titles(session, languages.SOURCE)
        return render_template("admin/articles.html", rows=rows, titles=titles)

    @pages.get("/panduan/semua")
    @only(*MAY_READ_CONTENT)
    def every() -> str:
        today, asked = wording.today(clock()), asked_for(request.args)
        with database.reading() as session:
            found = overview.every(session)
            keepers = staff.names(session, {each.article.keeper for each in found if each.article.keeper})
            choices = staff_choices(session) if may_edit(me(), languages.SOURCE) else []
        return render_template(
            "admin/articles_all.html",
            rows=[row for row in found if asked.fits(row, today)],
            counts={each: sum(_fits(row, each, today) for row in found) for each in FILTERS},
            asked=asked,
            shelves=[("", _("Semua rak")), *article_wording.shelves()],
            today=today,
            words=article_wording,
            keepers=keepers,
            choices=choices,
        )

    @pages.get("/panduan/<slug>")
    @only(*MAY_READ_CONTENT)
    def article(slug: str) -> str:
        with database.reading() as session:
            found, text = published(session, slug)
            return _page(session, found, text, ArticleCheck(digest=text.digest), clock())

    @pages.post("/panduan/<slug>")
    @only(*MAY_VOUCH)
    def check(slug: str) -> ResponseReturnValue:
        form = ArticleCheck(request.form)
        valid = form.validate()
        with database.transaction() as session:
            found, text = published(session, slug)
            if not found.check_before_use:
                abort(404)
            if form.digest.data != text.digest:
                # They would stand by words that they have not read.
                form.digest.data, form.sure.data, valid = text.digest, False, False
                form.sure.errors = [_("Isi panduan baru saja berubah. Baca lagi, lalu catat.")]
            if not valid:
                return _page(session, found, text, form, clock()), 422
            articles.record_check(session, slug, me().staff_id, clock())
            audit.record(session, me().staff_id, "article_checked", clock(), f"article:{slug}", form.basis.data or "")
        flash(_("Pemeriksaan dicatat: %(title)s", title=text.title), "success")
        return redirect(url_for(".waiting"), 303)

    return pages


@dataclass(frozen=True)
class Asked:
    """Which of all articles somebody wants to see."""

    wanted: str
    typed: str
    shelf: str

    @property
    def address(self) -> dict[str, Any]:
        """The same in the address of the list."""
        named = {"saring": self.wanted, "cari": self.typed, "rak": self.shelf}
        return {name: value for name, value in named.items() if value}

    def fits(self, row: Standing, today: date) -> bool:
        """Is it one of them?"""
        is_named = self.typed.casefold() in f"{row.title} {row.slug}".casefold()
        return _fits(row, self.wanted, today) and is_named and self.shelf in ("", row.article.topic)


def asked_for(typed: Mapping[str, str]) -> Asked:
    """What an address or a form asks for; a 404 for a list that is none."""
    wanted = typed.get("saring", "")
    if wanted not in FILTERS:
        abort(404)
    return Asked(wanted, typed.get("cari", "").strip()[:100], typed.get("rak", ""))


def staff_choices(session: Session) -> list[tuple[str, str]]:
    """Who may be told that an article must be read again, by name: all who may write guidance in Bahasa."""
    wanted = {Role.EDITOR: ("", languages.SOURCE), Role.ADMINISTRATOR: ("",)}
    return [("", _("– belum ada –")), *((each.id, each.name) for each in staff.with_role(session, wanted))]


def published(session: Session, slug: str) -> tuple[Article, Revision]:
    """An article and its words in Bahasa; a 404 where there is none."""
    found = session.get(Article, slug)
    text = articles.published_of(session, slug).get(languages.SOURCE) if found else None
    if found is None or text is None:
        abort(404)
    return found, text


def as_people_read_it(words: str) -> str:
    """Without the marks for writers, and with the contacts filled in."""
    return marks.shown(words, lambda code: f"{book()[code].name} {book()[code].number}" if code in book() else code)


def _page(session: Session, found: Article, text: Revision, form: ArticleCheck, now: datetime) -> str:
    standings = overview.every(session)
    standing = next(each for each in standings if each.slug == found.slug)
    people = {found.checked_by or "", found.withdrawn_by or "", found.keeper or ""}
    titles = {each.slug: each.title for each in standings}
    return render_template(
        "admin/article.html",
        article=found,
        text=text,
        standing=standing,
        links=overview.links(session, found.slug, standings),
        titles=titles,
        shown=as_people_read_it,
        form=form,
        names=staff.names(session, people),
        today=wording.today(now),
        words=article_wording,
        choices=staff_choices(session),
        every_language=[each.code for each in languages.OFFERED],
        may_edit=lambda language: may_edit(me(), language),
        may_review=lambda language: may_review(me(), language),
    )


def _fits(row: Standing, wanted: str, today: date) -> bool:
    """Does an article belong to one of the lists? Withdrawn ones stand in theirs alone."""
    if wanted == "ditarik" or row.is_withdrawn:
        return wanted == "ditarik" and row.is_withdrawn
    return {
        "": True,
        "saya": row.article.keeper == me().staff_id,
        "tinjau": row.is_overdue(today),
        "segera": row.is_due_soon(today),
        "hukum": bool(row.law_changes),
        "berakhir": row.has_ended(today),
        "tertinggal": bool(row.behind),
        "naskah": bool(row.drafts),
    }[wanted]
