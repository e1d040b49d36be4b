"""Drafts on their way to families: who waits for whom, what a draft changes, and the deeds of a second person.

What a rule or the publish gate refuses is said on the draft's own page. The rules stand in `content.drafts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import article_wording, previews, wording
from admin.access import MAY_EDIT, MAY_REVIEW, may_edit, may_review, me, only
from admin.article_forms import GoLiveAt, SendBack
from admin.asked import ROW, number_in
from admin.contacts import book
from admin.differences import difference
from admin.editing import about
from admin.gates import in_words, may_agree
from admin.language import gettext as _
from admin.spoken import Spoken
from centre import audit, staff
from centre.db import Database
from content import articles, drafts, gates, languages, proposals, timed_drafts
from content.article_records import Revision
from content.draft_records import ArticleDraft, State
from content.drafts import BrokenRules, ChangedMeanwhile, NoSuchDraft, NotNow, OwnWords, PublishedMeanwhile
from content.gates import GateRun
from content.timed_drafts import NotThen

Deed = Callable[[Session, ArticleDraft, int], audit.Deed]
"""What is done with a held draft, seen in that state; gives what is entered in the audit."""


def blueprint(database: Database, clock: Callable[[], datetime], spoken: Spoken | None) -> Blueprint:
    """The list, one draft, and every deed."""
    pages = Blueprint("drafts", __name__)

    @pages.get("/panduan/naskah")
    @only(*MAY_REVIEW)
    def every() -> str:
        with database.reading() as session:
            rows = [row for row in drafts.every_open(session) if _may_see(row)]
            names = staff.names(session, {who for row in rows for who in row.writers})
            heard = [each for each in proposals.for_second(session) if may_agree(each)]
        mine, wait = _for_me(rows), [row for row in rows if row not in _for_me(rows)]
        return render_template(
            "admin/drafts.html", mine=mine, others=wait, names=names, heard=heard, words=article_wording
        )

    @pages.get(f"/panduan/naskah/<{ROW}:number>")
    @only(*MAY_REVIEW)
    def draft(number: int) -> str:
        with database.reading() as session:
            return _page(session, number)

    @pages.post(f"/panduan/naskah/<{ROW}:number>/kirim")
    @only(*MAY_EDIT)
    def send(number: int) -> ResponseReturnValue:
        def do(session: Session, found: ArticleDraft, seen: int) -> audit.Deed:
            drafts.send(session, found.id, seen, me().staff_id, book(), clock())
            return "draft_sent"

        return _do(number, do, _("Naskah dikirim. Orang lain harus memeriksanya sebelum terbit."))

    @pages.post(f"/panduan/naskah/<{ROW}:number>/susul")
    @only(*MAY_EDIT)
    def catch_up(number: int) -> ResponseReturnValue:
        def do(session: Session, found: ArticleDraft, seen: int) -> audit.Deed:
            drafts.catch_up(session, found.id, seen, me().staff_id, clock())
            return "draft_saved"

        return _do(number, do, _("Dicatat. Naskah ini sekarang dibandingkan dengan yang terbit sekarang."))

    @pages.post(f"/panduan/naskah/<{ROW}:number>/setuju")
    @only(*MAY_REVIEW)
    def accept(number: int) -> ResponseReturnValue:
        def do(session: Session, found: ArticleDraft, seen: int) -> audit.Deed:
            drafts.accept(session, found.id, seen, me().staff_id, clock())
            return "draft_accepted"

        return _do(number, do, _("Disetujui. Di bawah tertulis apakah naskah ini sudah boleh terbit."))

    @pages.post(f"/panduan/naskah/<{ROW}:number>/kembalikan")
    @only(*MAY_REVIEW)
    def send_back(number: int) -> ResponseReturnValue:
        form = SendBack(request.form)

        def do(session: Session, found: ArticleDraft, _seen: int) -> audit.Deed:
            if not form.validate():
                raise _Invalid
            drafts.send_back(session, found.id, me().staff_id, form.note.data or "", clock())
            return "draft_returned"

        return _do(number, do, _("Dikembalikan kepada penulisnya, dengan catatan Anda."), back=form)

    @pages.post(f"/panduan/naskah/<{ROW}:number>/uji")
    @only(*MAY_REVIEW)
    def judge(number: int) -> ResponseReturnValue:
        def do(session: Session, found: ArticleDraft, _seen: int) -> audit.Deed:
            gates.request(session, drafts.candidate(session, found), me().staff_id, clock())
            return "draft_tested"

        return _do(number, do, _("Pertanyaan uji diminta. Di bawah tertulis hasilnya, atau bahwa masih berjalan."))

    @pages.post(f"/panduan/naskah/<{ROW}:number>/terbitkan")
    @only(*MAY_REVIEW)
    def publish(number: int) -> ResponseReturnValue:
        def do(session: Session, found: ArticleDraft, seen: int) -> audit.Deed:
            made = drafts.publish(session, found.id, seen, me().staff_id, book(), clock())
            live = f"article:{found.article_slug}:{found.language}"
            audit.record(session, me().staff_id, "article_published", clock(), live, f"revision {made.number}")
            return "article_published"

        return _do(number, do, _("Terbit. Warga membacanya sekarang."))

    @pages.post(f"/panduan/naskah/<{ROW}:number>/waktu")
    @only(*MAY_REVIEW)
    def set_time(number: int) -> ResponseReturnValue:
        form = GoLiveAt(request.form)

        def do(session: Session, found: ArticleDraft, seen: int) -> audit.Deed:
            if request.form.get("batal") is None and not form.validate():
                raise _Invalid
            at = None if request.form.get("batal") is not None else form.moment(wording.own_zone())
            timed_drafts.set_time(session, found.id, seen, me().staff_id, at, clock())
            return "draft_scheduled"

        return _do(number, do, _("Waktu terbit dicatat."), time=form)

    @pages.post(f"/panduan/naskah/<{ROW}:number>/buang")
    @only(*MAY_EDIT)
    def drop(number: int) -> ResponseReturnValue:
        def do(session: Session, found: ArticleDraft, _seen: int) -> audit.Deed:
            drafts.drop(session, found.id, me().staff_id, clock())
            return "draft_dropped"

        return _do(number, do, _("Naskah dibuang. Yang sudah terbit tetap seperti semula."))

    def _do(
        number: int, do: Deed, said: str, *, back: SendBack | None = None, time: GoLiveAt | None = None
    ) -> ResponseReturnValue:
        """Do it with the draft held and enter it; what is refused is said on the draft's page."""
        try:
            with database.transaction() as session:
                found = _found(session, number)
                deed = do(session, found, _seen_state())
                if deed != "article_published":
                    audit.record(session, me().staff_id, deed, clock(), about(found))
                slug, is_open = found.article_slug, found.is_open
        except NoSuchDraft:
            abort(404)
        except _REFUSALS as error:
            return _refused(number, error, back, time)
        flash(said, "success")
        if is_open:
            return redirect(url_for(".draft", number=number), 303)
        return redirect(url_for("admin.articles.article", slug=slug), 303) if _exists(slug) else _to_list()

    def _refused(number: int, error: Exception, back: SendBack | None, time: GoLiveAt | None) -> ResponseReturnValue:
        why = _why(error)
        if isinstance(error, NotThen) and time:
            time.on.errors, why = [_("Pilih waktu yang belum lewat, paling lama setahun lagi.")], ""
        with database.reading() as session:
            return _page(session, number, problem=why, back=back, time=time), 422

    def _exists(slug: str) -> bool:
        with database.reading() as session:
            return articles.one(session, slug) is not None

    def _page(
        session: Session, number: int, *, problem: str = "", back: SendBack | None = None, time: GoLiveAt | None = None
    ) -> str:
        found = session.get(ArticleDraft, number)
        if found is None or not _may_see(found):
            abort(404)
        published = articles.published_of(session, found.article_slug)
        before, source = published.get(found.language), published.get(languages.SOURCE)
        run = _run(session, found) if found.state == State.ACCEPTED else None
        titles = articles.titles(session, languages.SOURCE) if run else {}
        who = {*found.writers, found.reviewed_by or "", found.publish_by or ""}
        return render_template(
            "admin/draft.html",
            draft=found,
            before=before,
            source=None if found.is_source else source,
            problem=problem,
            problems=drafts.problems(session, found, book()) if found.is_open else [],
            overtaken=found.is_open and drafts.is_overtaken(session, found),
            touched=_touched(found, published),
            subject=article_wording.subject_differences(before.subject if before else None, found.subject),
            difference=difference,
            seen=previews.of_draft(session, spoken, found, wording.today(clock())) if found.is_open else None,
            run=run,
            reached=lambda each: in_words(each, titles),
            verdict=gates.verdict_of(run) if run else None,
            is_mine=me().staff_id in found.writers,
            can_edit=may_edit(me(), found.language),
            can_review=may_review(me(), found.language),
            back=back or SendBack(),
            time=time or GoLiveAt(),
            names=staff.names(session, who),
            words=article_wording,
        )

    return pages


class _Invalid(Exception):
    """A field of the form is not filled in rightly."""


_REFUSALS = (
    ChangedMeanwhile,
    PublishedMeanwhile,
    NotNow,
    OwnWords,
    BrokenRules,
    NotThen,
    gates.NotJudged,
    gates.WouldLose,
    _Invalid,
)


def _why(error: Exception) -> str:
    """Why it was refused."""
    if isinstance(error, _Invalid | NotThen):
        return ""
    known = {
        ChangedMeanwhile: _("Naskah ini baru saja diubah orang lain. Baca lagi yang sekarang, lalu ulangi."),
        PublishedMeanwhile: _("Sejak naskah ini dimulai, teks lain sudah terbit. Lihat bedanya, lalu sesuaikan dulu."),
        NotNow: _("Keadaan naskah ini sudah berubah: orang lain lebih dulu."),
        OwnWords: _("Anda ikut menulis naskah ini. Orang lain yang harus memeriksa dan menerbitkannya."),
        BrokenRules: _("Ada yang harus dibetulkan dulu; lihat daftarnya di bawah."),
        gates.NotJudged: _(
            "Pertanyaan uji belum selesai dijalankan untuk naskah ini, atau panduan lain berubah sejak itu."
        ),
        gates.WouldLose: _("Belum bisa terbit: ada pertanyaan uji yang tidak akan terjawab lagi."),
    }
    return next(words for kind, words in known.items() if isinstance(error, kind))


def _touched(draft: ArticleDraft, published: Mapping[str, Revision]) -> list[str]:
    """The languages whose words will no longer say what the source says, once this is published."""
    source = published.get(languages.SOURCE)
    if not draft.is_open or not draft.is_source or source is None or source.digest == draft.text.revision:
        return []
    return [code for code in published if code != languages.SOURCE]


def _run(session: Session, draft: ArticleDraft) -> GateRun | None:
    """The gate's word on the draft as it stands: judged, under way, or given up."""
    digest = drafts.candidate(session, draft).digest
    return gates.verdict_for(session, digest) or gates.failed_for(session, digest)


def _found(session: Session, number: int) -> ArticleDraft:
    """An open draft in a language of theirs, held. Raises `NoSuchDraft`."""
    found = drafts.held(session, number)
    if not _may_see(found):
        raise NoSuchDraft(number)
    return found


def _may_see(draft: ArticleDraft) -> bool:
    return may_review(me(), draft.language)


def _for_me(rows: list[ArticleDraft]) -> list[ArticleDraft]:
    """What this person can do something about now: review or publish others' words, mend their own."""
    own = me().staff_id
    return [row for row in rows if (own in row.writers) == (row.state == State.WRITING)]


def _seen_state() -> int:
    """The state of the draft that stood on the page; one that no draft has where the form does not say."""
    seen = number_in(request.form.get("edits"), 9)
    return -1 if seen is None else seen


def _to_list() -> ResponseReturnValue:
    return redirect(url_for(".every"), 303)
