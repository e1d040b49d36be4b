"""Writing guidance: one language of an article in a form, beside its source and as each channel would show it.

Saving makes a draft or changes it; it shows nothing to families. Who saves second sees what the other wrote, and keeps her
own words (`content.drafts`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import article_forms, article_wording, open_questions, previews, wording
from admin.access import MAY_EDIT, may_edit, me, only, only_looks
from admin.article_forms import ArticleText, NewArticle, SourceArticle
from admin.asked import number_in
from admin.contacts import book
from admin.differences import difference
from admin.language import gettext as _
from admin.spoken import Spoken
from centre import audit, staff
from centre.db import Database
from content import articles, drafts, languages, revisions, subjects
from content.article_records import Revision, SlugTaken
from content.checking import LIMITS
from content.draft_records import ArticleDraft, State
from content.drafts import BrokenRules, ChangedMeanwhile, DraftOpen, NoSuchDraft, NotNow, PublishedMeanwhile, Wanted

REVIEW_IN = timedelta(days=180)
PHRASING = 300


@dataclass
class Desk:
    """What is edited: an article in a language, what is published of it, and the draft beside it."""

    slug: str
    language: str
    source: Revision | None
    """None for an article that is not there yet."""
    published: Revision | None
    draft: ArticleDraft | None
    source_then: Revision | None = None
    """The source that the translation was made from, where it has changed since."""

    @property
    def is_source(self) -> bool:
        return self.language == languages.SOURCE


def blueprint(database: Database, clock: Callable[[], datetime], spoken: Spoken | None) -> Blueprint:
    """The form for a new article, the form for one that is there, and the preview while typing."""
    pages = Blueprint("editing", __name__)

    @pages.get("/panduan/baru")
    @only(*MAY_EDIT)
    def begin() -> str:
        _must_edit(languages.SOURCE)
        today = wording.today(clock())
        form = NewArticle(data={"valid_from": today, "review_due": today + REVIEW_IN})
        with database.reading() as session:
            if group := number_in(request.args.get("pertanyaan", "")):
                asked = open_questions.first_words(session, group)[:PHRASING]
                form.title.data, form.phrasings.data = asked[: LIMITS["title"]], asked
            return _new(session, form)

    @pages.post("/panduan/baru")
    @only(*MAY_EDIT)
    def add() -> ResponseReturnValue:
        _must_edit(languages.SOURCE)
        form, now = NewArticle(request.form), clock()
        if request.form.get("kerja") == "lihat":
            with database.reading() as session:
                return _new(session, form, _seen(session, form.slug.data or "baru", languages.SOURCE, form))
        if not form.validate():
            with database.reading() as session:
                return _new(session, form), 422
        try:
            with database.transaction() as session:
                draft = drafts.begin_new(session, form.slug.data or "", form.wanted(), me().staff_id, now)
                audit.record(session, me().staff_id, "draft_saved", now, about(draft))
        except (SlugTaken, DraftOpen):
            form.slug.errors = [_("Nama ini sudah dipakai panduan atau naskah lain.")]
            with database.reading() as session:
                return _new(session, form), 422
        return _after_saving(draft.article_slug, languages.SOURCE, draft.id, draft.edits, now)

    @pages.get("/panduan/<slug>/<language>/sunting")
    @only(*MAY_EDIT)
    def edit(slug: str, language: str) -> str:
        with database.reading() as session:
            desk = _desk(session, slug, language)
            form = _filled(session, desk)
            if desk.draft:
                form.blame(drafts.problems(session, desk.draft, book()))
            return _page(session, desk, form)

    @pages.post("/panduan/<slug>/<language>/sunting")
    @only(*MAY_EDIT)
    def save(slug: str, language: str) -> ResponseReturnValue:
        form, now = article_forms.posted(request.form, language), clock()
        with database.transaction() as session:
            desk = _desk(session, slug, language)
            if request.form.get("kerja") == "lihat":
                return _page(session, desk, form, seen=_seen(session, slug, language, form))
            if not form.validate():
                return _page(session, desk, form), 422
            try:
                draft = _save(session, desk, form, now)
            except ChangedMeanwhile as error:
                return _conflict(session, desk, form, error.draft), 409
            except NoSuchDraft:
                return _conflict(session, desk, form, None), 409
        return _after_saving(slug, language, draft.id, draft.edits, now)

    @pages.post("/panduan/pratinjau")
    @only_looks
    @only(*MAY_EDIT)
    def preview() -> str:
        """What the small script asks for while somebody types: only the part of the page that shows it."""
        language, slug = request.form.get("bahasa", languages.SOURCE), request.form.get("panduan", "") or "baru"
        if language not in languages.CODES or "\x00" in slug:
            abort(404)
        _must_edit(language)
        form = article_forms.posted(request.form, language)
        with database.reading() as session:
            return render_template("admin/preview.html", seen=_seen(session, slug, language, form), words=wording)

    def _after_saving(slug: str, language: str, draft_id: int, edits: int, now: datetime) -> ResponseReturnValue:
        """Back to the form, or on to somebody else where that was asked for and no rule is broken."""
        if request.form.get("kerja") != "kirim":
            flash(_("Naskah disimpan. Warga belum melihatnya."), "success")
            return redirect(url_for(".edit", slug=slug, language=language), 303)
        try:
            with database.transaction() as session:
                drafts.send(session, draft_id, edits, me().staff_id, book(), now)
                audit.record(session, me().staff_id, "draft_sent", now, f"draft:{draft_id}")
        except BrokenRules as error:
            with database.reading() as session:
                desk = _desk(session, slug, language)
                form = _filled(session, desk)
                form.blame(error.problems)
                return _page(session, desk, form, is_refused=True), 422
        except NotNow:
            flash(_("Naskah ini sudah dikirim. Orang lain harus memeriksanya sebelum terbit."), "success")
        except (PublishedMeanwhile, ChangedMeanwhile):
            flash(_("Naskah disimpan, tetapi belum dikirim. Lihat keadaannya di bawah."), "warning")
        else:
            flash(_("Naskah dikirim. Orang lain harus memeriksanya sebelum terbit."), "success")
        return redirect(url_for("admin.drafts.draft", number=draft_id), 303)

    def _seen(session: Session, slug: str, language: str, form: ArticleText) -> previews.Seen | None:
        return previews.of_form(session, spoken, slug, language, form, wording.today(clock()))

    return pages


def about(draft: ArticleDraft) -> str:
    """What a deed was done to, for the audit."""
    return f"draft:{draft.id}"


def _must_edit(language: str) -> None:
    if not may_edit(me(), language):
        abort(404)


def _desk(session: Session, slug: str, language: str) -> Desk:
    """What is to be edited; a 404 for a language or an article that is not there, or not theirs."""
    if language not in languages.CODES:
        abort(404)
    _must_edit(language)
    published = articles.published_of(session, slug)
    draft = drafts.open_of(session, slug, language)
    source = published.get(languages.SOURCE)
    if source is None and (draft is None or not draft.is_source):
        abort(404)
    desk = Desk(slug, language, source, published.get(language), draft)
    made_from = draft.source_revision if draft else desk.published.source_revision if desk.published else ""
    if source and not desk.is_source and made_from and made_from != source.digest:
        desk.source_then = revisions.source_of_then(session, slug, made_from)
    return desk


def _filled(session: Session, desk: Desk) -> ArticleText:
    """The form with the draft in it, else with what is published, else empty."""
    if desk.draft:
        data = article_forms.of_draft(desk.draft)
    else:
        data = article_forms.text_data(desk.published)
        known = articles.one(session, desk.slug) if desk.is_source else None
        data |= article_forms.subject_data(subjects.kept(known)) if known else {}
    return SourceArticle(data=data) if desk.is_source else ArticleText(data=data)


def _save(session: Session, desk: Desk, form: ArticleText, now: datetime) -> ArticleDraft:
    """Begin a draft, or change the one that was before her. Raises `ChangedMeanwhile` or `NoSuchDraft`."""
    wanted, seen = form.wanted(_mark_of_source(desk)), form.edits.data or ""
    if desk.draft is None and seen:
        raise NoSuchDraft(seen)  # it was published or dropped while she wrote
    if desk.draft is None or (number := number_in(seen)) is None:
        draft = _begin(session, desk, wanted, now)
    else:
        draft = drafts.change(session, desk.draft.id, number, wanted, me().staff_id, now)
    audit.record(session, me().staff_id, "draft_saved", now, about(draft))
    return draft


def _begin(session: Session, desk: Desk, wanted: Wanted, now: datetime) -> ArticleDraft:
    try:
        return drafts.begin(session, desk.slug, desk.language, wanted, me().staff_id, now)
    except DraftOpen as error:
        raise ChangedMeanwhile(error.draft) from error


def _mark_of_source(desk: Desk) -> str:
    """Which source she had beside her: the page says it, so that a change meanwhile leaves the translation behind."""
    given = request.form.get("sumber", "")
    return given if len(given) == len("0123456789ab") else (desk.source.digest if desk.source else "")


def _new(session: Session, form: NewArticle, seen: previews.Seen | None = None) -> str:
    form.offer(articles.titles(session, languages.SOURCE))
    return render_template(
        "admin/article_new.html",
        form=form,
        limits=LIMITS,
        seen=seen,
        words=wording,
        language=languages.SOURCE,
        desk=None,
    )


def _page(
    session: Session,
    desk: Desk,
    form: ArticleText,
    *,
    seen: previews.Seen | None = None,
    is_refused: bool = False,
    **more: Any,
) -> str:
    if isinstance(form, SourceArticle):
        form.offer(articles.titles(session, languages.SOURCE), desk.slug)
    writers = set(desk.draft.writers) if desk.draft else set()
    return render_template(
        "admin/article_edit.html",
        desk=desk,
        form=form,
        limits=LIMITS,
        seen=seen,
        words=wording,
        states=article_wording,
        is_refused=is_refused,
        language=desk.language,
        difference=difference,
        names=staff.names(session, writers),
        is_writing=desk.draft is None or desk.draft.state == State.WRITING,
        **{"theirs": None, "conflict": False} | more,
    )


def _conflict(session: Session, desk: Desk, form: ArticleText, theirs: ArticleDraft | None) -> str:
    """What stands there now beside what she wrote; saving once more puts hers in its place."""
    now_there: Any = theirs or desk.published
    form.edits.data = str(theirs.edits) if theirs else ""
    who = staff.names(session, {theirs.updated_by}).get(theirs.updated_by, "") if theirs else ""
    subject = article_wording.subject_differences(theirs.subject, form.wanted().subject) if theirs else []
    desk.draft = theirs
    return _page(session, desk, form, conflict=True, theirs=now_there, who=who, differing=subject)
