"""What staff do with a case: each deed one form, in one transaction with the case held, entered in the audit.

What a rule refuses is said where it was typed, and what was typed stays. The rules stand in `centre.cases`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms.validators import ValidationError

from admin import case_forms, case_wording
from admin import cases as case_pages
from admin.access import MAY_SEE_CASES, me, only
from admin.access import cases as scope
from admin.language import gettext as _
from centre import audit, case_desk, case_keeping, case_records, cases, erasure_receipts
from centre.case_records import Case
from centre.case_rules import CannotDo
from centre.case_scopes import SUPERVISORS, others_who_may
from centre.db import Database
from centre.desk import NotHere

Deed = Callable[[Session, Case, Any, datetime], object]
"""What is done with a held case, as its form says."""
Said = str | Callable[[Session, Case], str]
"""What is told when it was done: known before, or looked up then."""


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """Every deed."""
    pages = Blueprint("case_deeds", __name__)

    @pages.post("/kasus/<code>/ambil")
    @only(*MAY_SEE_CASES)
    def take(code: str) -> ResponseReturnValue:
        return _do(code, case_forms.Keyed(request.form), "case_taken", _take, _("Kasus ini Anda pegang sekarang."))

    @pages.post("/kasus/<code>/lepas")
    @only(*MAY_SEE_CASES)
    def release(code: str) -> ResponseReturnValue:
        return _do(code, case_forms.Keyed(request.form), "case_released", _release, _("Kasus kembali ke antrean."))

    @pages.post("/kasus/<code>/serahkan")
    @only(*MAY_SEE_CASES)
    def pass_on(code: str) -> ResponseReturnValue:
        form = case_forms.PassOn(request.form)
        return _do(code, form, "case_passed_on", _pass_on, _("Kasus diserahkan; orangnya dikabari."))

    @pages.post("/kasus/<code>/balas")
    @only(*MAY_SEE_CASES)
    def reply(code: str) -> ResponseReturnValue:
        form = case_forms.Reply(request.form)
        return _do(code, form, "case_replied", _reply, _("Balasan disimpan. Keadaannya terlihat di bawah."))

    @pages.post("/kasus/<code>/catat")
    @only(*MAY_SEE_CASES)
    def note(code: str) -> ResponseReturnValue:
        return _do(code, case_forms.Note(request.form), "case_noted", _note, _("Catatan disimpan."))

    @pages.post("/kasus/<code>/giliran-keluarga")
    @only(*MAY_SEE_CASES)
    def await_family(code: str) -> ResponseReturnValue:
        return _do(
            code, case_forms.Keyed(request.form), "case_changed", _await, _("Ditandai: giliran keluarga menulis.")
        )

    @pages.post("/kasus/<code>/ubah")
    @only(*MAY_SEE_CASES)
    def change(code: str) -> ResponseReturnValue:
        return _do(code, case_forms.Change(request.form), "case_changed", _change, _("Kasus diubah."))

    @pages.post("/kasus/<code>/hubungkan")
    @only(*MAY_SEE_CASES)
    def link(code: str) -> ResponseReturnValue:
        return _do(code, case_forms.Link(request.form), "case_linked", _link, _("Kedua kasus dihubungkan."))

    @pages.post("/kasus/<code>/kepentingan")
    @only(*MAY_SEE_CASES)
    def conflict(code: str) -> ResponseReturnValue:
        return _do(code, case_forms.Conflict(request.form), "case_conflict", _conflict, _("Dicatat. Terima kasih."))

    @pages.post("/kasus/<code>/tutup")
    @only(*MAY_SEE_CASES)
    def close(code: str) -> ResponseReturnValue:
        told = _("Penutupan dicatat. Kasus yang perlu disetujui orang lain baru ditutup sesudah itu.")
        return _do(code, case_forms.Close(request.form), "case_closed", _close, told)

    @pages.post("/kasus/<code>/setuju")
    @only(*MAY_SEE_CASES)
    def approve(code: str) -> ResponseReturnValue:
        return _do(code, case_forms.Keyed(request.form), "case_approved", _approve, _("Kasus ditutup."))

    @pages.post("/kasus/<code>/belum")
    @only(*MAY_SEE_CASES)
    def refuse(code: str) -> ResponseReturnValue:
        form = case_forms.Refuse(request.form)
        return _do(code, form, "case_not_approved", _refuse, _("Kasus tetap terbuka; pemegangnya melanjutkan."))

    @pages.post("/kasus/<code>/buka-lagi")
    @only(*MAY_SEE_CASES)
    def reopen(code: str) -> ResponseReturnValue:
        return _do(
            code, case_forms.Keyed(request.form), "case_reopened", _reopen, _("Kasus dibuka lagi, Anda memegangnya.")
        )

    @pages.post("/kasus/<code>/simpan")
    @only(*MAY_SEE_CASES)
    def keep(code: str) -> ResponseReturnValue:
        form = case_forms.KeepUntil(request.form)
        return _do(code, form, "case_keeping_agreed", _keep, _("Kesepakatan dicatat."))

    @pages.post("/kasus/<code>/hapus")
    @only(*SUPERVISORS)
    def erase(code: str) -> ResponseReturnValue:
        form = case_forms.Erase(request.form)
        return _do(code, form, "case_erased", _erase, _erased)

    @pages.post("/kasus/<code>/isi")
    @only(*MAY_SEE_CASES)
    def contents(code: str) -> ResponseReturnValue:
        return _do(code, case_forms.Contents(request.form), None, _contents, "")

    @pages.post("/kasus/<code>/identitas")
    @only(*MAY_SEE_CASES)
    def identity(code: str) -> ResponseReturnValue:
        """Shown in the answer itself, once: nothing to come back to, nothing to find in an address."""
        form, now = case_forms.Identity(request.form), clock()
        try:
            with database.transaction() as session:
                seen = case_desk.case(session, scope(), code, to_change=True)
                facts = cases.open_identity(session, seen, me().staff_id, form.words.data or "", now)
                address = case_desk.address_of(session, seen)
                audit.record(session, me().staff_id, "case_identity_opened", now, seen.about)
        except CannotDo as error:
            return _refused(code, form, error, now)
        return render_template(
            "admin/case_identity.html",
            case=seen,
            facts=facts,
            address=address,
            words=case_wording,
            shown=case_records.shown,
        )

    def _do(code: str, form: case_forms.Keyed, deed: audit.Deed | None, do: Deed, said: Said) -> ResponseReturnValue:
        """Do it once, enter it, and go back to the case, or to the queue for whoever may see the case no more."""
        now = clock()
        try:
            with database.transaction() as session:
                if isinstance(form, case_forms.Link):
                    case_desk.hold_both(session, scope(), (code, form.code.data or ""))
                seen = case_desk.case(session, scope(), code, to_change=True)
                if isinstance(form, case_forms.PassOn):
                    form.offer(others_who_may(session, seen, me().staff_id))
                if not form.validate():
                    raise ValidationError
                key = f"{seen.id}.{form.sign}"
                is_new = case_desk.once(session, seen, me().staff_id, key, lambda: do(session, seen, form, now))
                if is_new and deed:
                    audit.record(session, me().staff_id, deed, now, seen.about, form.ground)
                still_knows = case_desk.knows(session, scope(), seen)
                told = said if isinstance(said, str) else said(session, seen)
        except (CannotDo, ValidationError) as error:
            return _refused(code, form, error, now)
        if told:
            flash(told, "success")
        if still_knows:
            return redirect(url_for("admin.cases.thread", code=case_records.shown(seen.code)), 303)
        flash(_("Kasus %(code)s sekarang ditangani orang lain.", code=case_records.shown(seen.code)), "success")
        return redirect(url_for("admin.cases.queue"), 303)

    def _refused(
        code: str, form: case_forms.Keyed, error: CannotDo | ValidationError, now: datetime
    ) -> ResponseReturnValue:
        """The page once more, with what was typed and why it cannot be."""
        problem = ""
        with database.transaction() as session:
            if isinstance(error, CannotDo):
                seen = case_desk.case(session, scope(), code)
                why = case_wording.refusal(error, case_desk.holder(session, seen))
                problem = "" if form.blame(why) else why
            return case_pages.page(session, code, now, posted=form, problem=problem), 422

    return pages


def _take(session: Session, seen: Case, _form: case_forms.Keyed, now: datetime) -> None:
    cases.take(session, seen, me().staff_id, now)


def _release(session: Session, seen: Case, _form: case_forms.Keyed, now: datetime) -> None:
    cases.release(session, seen, me().staff_id, now)


def _pass_on(session: Session, seen: Case, form: case_forms.PassOn, now: datetime) -> None:
    cases.pass_on(session, seen, me().staff_id, form.to.data, now, form.words.data or "")


def _reply(session: Session, seen: Case, form: case_forms.Reply, now: datetime) -> None:
    """Whoever answers a family whose case nobody holds, holds it."""
    if seen.holder_id is None:
        cases.take(session, seen, me().staff_id, now)
        audit.record(session, me().staff_id, "case_taken", now, seen.about)
    cases.reply(session, seen, me().staff_id, form.words.data or "", f"{seen.id}.{form.sign}", now)


def _note(session: Session, seen: Case, form: case_forms.Note, now: datetime) -> None:
    cases.note(session, seen, me().staff_id, form.words.data or "", f"{seen.id}.{form.sign}", now)


def _await(session: Session, seen: Case, _form: case_forms.Keyed, now: datetime) -> None:
    cases.await_family(session, seen, me().staff_id, now)


def _change(session: Session, seen: Case, form: case_forms.Change, now: datetime) -> None:
    urgent, child = bool(form.is_urgent.data), bool(form.is_child.data)
    cases.change_category(session, seen, me().staff_id, form.category.data, now, is_urgent=urgent, is_child=child)


def _link(session: Session, seen: Case, form: case_forms.Link, now: datetime) -> None:
    try:
        other = case_desk.case(session, scope(), form.code.data or "", to_change=True)
    except NotHere as error:
        form.blame(_("Tidak ada kasus dengan kode ini yang boleh Anda lihat."))
        raise ValidationError from error
    cases.link(session, seen, other, me().staff_id, now)


def _conflict(session: Session, seen: Case, _form: case_forms.Conflict, now: datetime) -> None:
    cases.declare_conflict(session, seen, me().staff_id, now)


def _close(session: Session, seen: Case, form: case_forms.Close, now: datetime) -> None:
    cases.close(session, seen, me(), form.outcome.data, form.words.data or "", now)


def _approve(session: Session, seen: Case, _form: case_forms.Keyed, now: datetime) -> None:
    cases.approve(session, seen, me(), now)


def _refuse(session: Session, seen: Case, form: case_forms.Refuse, now: datetime) -> None:
    cases.refuse_closing(session, seen, me(), form.words.data or "", now)


def _reopen(session: Session, seen: Case, _form: case_forms.Keyed, now: datetime) -> None:
    cases.reopen(session, seen, me().staff_id, now)


def _keep(session: Session, seen: Case, form: case_forms.KeepUntil, now: datetime) -> None:
    case_keeping.agree(session, seen, me().staff_id, form.day.data, now)


def _erase(session: Session, seen: Case, form: case_forms.Erase, now: datetime) -> None:
    cases.erase_as_asked(session, seen, me(), form.how.data, now)


def _erased(session: Session, seen: Case) -> str:
    """With the code that proves it, to be handed on; the same one where a form came twice."""
    assert seen.erased_at, "it was erased just now, or by this very form before"
    code = erasure_receipts.make(session, "case", seen.id, seen.erased_at)
    told = _(
        "Tanda terima: %(code)s. Catat dan berikan kepada keluarga; hanya ditampilkan sekali dan tidak memuat nama.",
        code=code,
    )
    return f"{_('Isi kasus ini sudah dihapus.')} {told}"


def _contents(session: Session, seen: Case, form: case_forms.Contents, now: datetime) -> None:
    case_desk.open_contents(session, seen, me().staff_id, form.words.data or "", now)
