"""Rujukan: a case handed to another body. Desk staff make, send and follow it; a partner sees what is shared with them.

Each page of one case asks `centre.case_desk` for it; a partner's pages ask only for their referral. Reading and every deed are
entered in the audit, each printing of the letter too.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Field, Form

from admin import case_names
from admin import referral_wording as wording
from admin.access import MAY_SEE_CASES, cases, me, only
from admin.asked import ROW
from admin.language import gettext as _
from admin.referral_forms import NewReferral, Proof, Reason, Step
from centre import audit, case_desk, case_referrals
from centre.audit import Deed
from centre.case_records import Case, shown
from centre.case_referrals import MAY_OVERRIDE, NEXT, PARTNER_MAY
from centre.case_rules import CannotDo
from centre.db import Database
from centre.referral_records import CaseReferral, State
from centre.staff import Role

ONE = f"/kasus/<code>/rujukan/<{ROW}:number>"
THEIRS = f"/kasus/rujukan/<{ROW}:number>"


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The referrals of a case, one of them, its letter; a partner's own."""
    pages = Blueprint("case_referrals", __name__)

    @pages.get("/kasus/<code>/rujukan")
    @only(*MAY_SEE_CASES)
    def every(code: str) -> str:
        return _every(code)

    @pages.post("/kasus/<code>/rujukan")
    @only(*MAY_SEE_CASES)
    def make(code: str) -> ResponseReturnValue:
        with database.transaction() as session:
            case = _case(session, code, to_change=True)
            form = NewReferral(request.form, partners=case_referrals.partners(session, case))
            made = _made(session, case, form, clock()) if form.validate() else None
            if made:
                _record(session, case, made, "referral_made")
        if made is None:
            return _every(code, form), 422
        flash(_("Rujukan dibuat. Sekarang minta persetujuan keluarga."), "success")
        return redirect(url_for(".one", code=code, number=made.id), 303)

    @pages.get(ONE)
    @only(*MAY_SEE_CASES)
    def one(code: str, number: int) -> str:
        return _one(code, number)

    @pages.post(f"{ONE}/tanya")
    @only(*MAY_SEE_CASES)
    def ask(code: str, number: int) -> ResponseReturnValue:
        def deed(session: Session, case: Case, referral: CaseReferral) -> None:
            case_referrals.ask(session, case, referral, me().staff_id, clock())

        return _done(code, number, Form(), None, "referral_asked", deed, _("Keluarga ditanya di obrolan."))

    @pages.post(f"{ONE}/lisan")
    @only(*MAY_SEE_CASES)
    def heard(code: str, number: int) -> ResponseReturnValue:
        form = Proof(request.form, prefix="lisan-")

        def deed(session: Session, case: Case, referral: CaseReferral) -> None:
            case_referrals.heard(session, case, referral, me().staff_id, form.proof.data or "", clock())

        return _done(code, number, form, form.proof, "referral_consented", deed, _("Persetujuan lisan dicatat."))

    @pages.post(f"{ONE}/tanpa-persetujuan")
    @only(*MAY_OVERRIDE)
    def override(code: str, number: int) -> ResponseReturnValue:
        form = Reason(request.form, prefix="izin-")

        def deed(session: Session, case: Case, referral: CaseReferral) -> None:
            case_referrals.override(session, case, referral, me(), form.reason.data or "", clock())

        said = _("Diizinkan tanpa persetujuan keluarga; alasannya tercatat.")
        return _done(code, number, form, form.reason, "referral_overridden", deed, said)

    @pages.post(f"{ONE}/keadaan")
    @only(*MAY_SEE_CASES)
    def change(code: str, number: int) -> ResponseReturnValue:
        form = Step(request.form, prefix="langkah-", steps=[state for state in State if state != State.DRAFT])

        def deed(session: Session, case: Case, referral: CaseReferral) -> None:
            now, proof = clock(), form.proof.data or ""
            case_referrals.change(session, case, referral, me().staff_id, form.chosen, proof, now)

        return _done(code, number, form, form.proof, "referral_changed", deed, _("Keadaan rujukan dicatat."))

    @pages.get(f"{ONE}/surat")
    @only(*MAY_SEE_CASES)
    def letter(code: str, number: int) -> ResponseReturnValue:
        try:
            with database.transaction() as session:
                case = _case(session, code)
                referral = case_referrals.one(session, case, number)
                found = case_referrals.letter(session, case, referral)
                _record(session, case, referral, "referral_letter")
                return _letter(found, clock(), is_partner=False)
        except CannotDo as error:
            flash(wording.refusal(error), "warning")
            return redirect(url_for(".one", code=code, number=number), 303)

    @pages.get("/kasus/rujukan")
    @only(Role.PARTNER)
    def theirs() -> str:
        with database.reading() as session:
            found = case_referrals.referred_to(session, cases())
        return render_template("admin/referrals_theirs.html", found=found, **_words())

    @pages.get(THEIRS)
    @only(Role.PARTNER)
    def one_of_theirs(number: int) -> str:
        return _theirs(number)

    @pages.post(THEIRS)
    @only(Role.PARTNER)
    def answer(number: int) -> ResponseReturnValue:
        form = Step(request.form, prefix="langkah-", steps=PARTNER_MAY)
        refused: CannotDo | None = None
        with database.transaction() as session:
            referral, case = case_referrals.for_partner(session, cases(), number)
            if form.validate():
                try:
                    now, proof = clock(), form.proof.data or ""
                    case_referrals.answer(session, case, referral, me().staff_id, form.chosen, proof, now)
                except CannotDo as error:
                    refused = error
                else:
                    _record(session, case, referral, "referral_changed")
        if refused:
            _blame(form.proof, refused)
        if form.errors:
            return _theirs(number, form), 422
        flash(_("Jawaban Anda dicatat. Petugas yang memegang kasus ini melihatnya."), "success")
        return redirect(url_for(".theirs"), 303)

    def _record(session: Session, case: Case, referral: CaseReferral, deed: Deed) -> None:
        audit.record(session, me().staff_id, deed, clock(), case.about, f"referral:{referral.id} {referral.state}")

    def _every(code: str, form: NewReferral | None = None) -> str:
        with database.transaction() as session:
            case = _case(session, code)
            audit.record(session, me().staff_id, "referral_read", clock(), case.about)
            form = form or NewReferral(partners=case_referrals.partners(session, case), key=uuid.uuid4().hex)
            found = case_referrals.of_case(session, case)
            return render_template("admin/referrals.html", case=case, found=found, form=form, **_words())

    def _one(code: str, number: int, typed: Form | None = None) -> str:
        with database.transaction() as session:
            case = _case(session, code)
            referral = case_referrals.one(session, case, number)
            audit.record(session, me().staff_id, "referral_read", clock(), case.about, f"referral:{number}")
            seen = next(each for each in case_referrals.of_case(session, case) if each.referral.id == number)
            return render_template(
                "admin/referral.html",
                case=case,
                referral=referral,
                seen=seen,
                problem=typed,
                heard=typed if type(typed) is Proof else Proof(prefix="lisan-"),
                reason=typed if isinstance(typed, Reason) else Reason(prefix="izin-"),
                step=_step(referral, typed),
                is_mine=case.holder_id == me().staff_id,
                may_override=me().has_role(*MAY_OVERRIDE),
                **_words(),
            )

    def _theirs(number: int, typed: Step | None = None) -> str:
        with database.transaction() as session:
            referral, case = case_referrals.for_partner(session, cases(), number)
            found = case_referrals.letter(session, case, referral)
            _record(session, case, referral, "referral_read")
            steps = [state for state in NEXT[State(referral.state)] if state in PARTNER_MAY]
            form = typed or Step(prefix="langkah-", steps=steps)
            return _letter(found, clock(), is_partner=True, form=form if steps else None)

    def _done(
        code: str,
        number: int,
        form: Form,
        field: Field | None,
        name: Deed,
        deed: Callable[[Session, Case, CaseReferral], None],
        said: str,
    ) -> ResponseReturnValue:
        """One deed on one referral; what the rules refuse is said at the field, with what was typed kept."""
        refused: CannotDo | None = None
        with database.transaction() as session:
            case = _case(session, code, to_change=True)
            referral = case_referrals.one(session, case, number)
            if form.validate():
                try:
                    deed(session, case, referral)
                except CannotDo as error:
                    refused = error
                else:
                    _record(session, case, referral, name)
        if refused and field is None:
            flash(wording.refusal(refused), "warning")
            return redirect(url_for(".one", code=code, number=number), 303)
        if refused and field is not None:
            _blame(field, refused)
        if form.errors:
            return _one(code, number, form), 422
        flash(said, "success")
        return redirect(url_for(".one", code=code, number=number), 303)

    return pages


def _case(session: Session, code: str, *, to_change: bool = False) -> Case:
    return case_desk.case(session, cases(), code, to_change=to_change)


def _made(session: Session, case: Case, form: NewReferral, now: datetime) -> CaseReferral | None:
    try:
        return case_referrals.make(
            session,
            case,
            me().staff_id,
            form.chosen_body,
            form.name.data or "",
            form.request.data or "",
            form.chosen_shares,
            (form.key.data or "")[:40],
            now,
            partner_id=form.partner.data or None,
        )
    except CannotDo as error:
        _blame(form.request, error)
        return None


def _step(referral: CaseReferral, typed: Form | None) -> Step | None:
    """The form for what can follow; None where nothing can."""
    steps = NEXT[State(referral.state)]
    if not steps:
        return None
    form = typed if isinstance(typed, Step) else Step(prefix="langkah-", steps=steps)
    form.to.choices = [(str(state), wording.step(state)) for state in steps]
    return form


def _blame(field: Field, error: CannotDo) -> None:
    field.errors = [wording.refusal(error)]


def _letter(found: case_referrals.Letter, now: datetime, *, is_partner: bool, form: Step | None = None) -> str:
    return render_template(
        "admin/referral_letter.html", letter=found, today=now, is_partner=is_partner, form=form, **_words()
    )


def _words() -> dict[str, object]:
    return {"words": wording, "names": case_names, "shown": shown}
