"""A breach of personal data at the desk: entered, corrected, its clock, its next steps, whom it may concern as codes, and the
notice to print (art. 46).

Names and numbers do not stand on these pages: the list with the ways to reach people leaves sealed, and is opened on the server
(`balai breach --open`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import breach_forms, breach_wording
from admin.access import administers_all, me, only
from admin.asked import ROW, begins_after
from admin.breach_forms import Found
from admin.breach_wording import NOTICES
from admin.language import gettext
from admin.sheets import downloaded
from centre import area_names, audit, breach_lists, breaches, staff
from centre.breaches import Breach
from centre.db import Database
from centre.desk import NotHere
from centre.staff import Role
from content import workbooks

SHOWN = 50
"""Codes on a page; the sealed list has all of them."""


def blueprint(database: Database, clock: Callable[[], datetime], contact: str = "") -> Blueprint:
    """The list with its form, one breach, its sealed list and its notice. `contact`: who answers for data protection here."""
    pages = Blueprint("breaches", __name__)

    @pages.before_request
    def of_all() -> None:
        """It is looked for everywhere: who administers one regency is not shown the people of others."""
        if not administers_all(me()):
            raise NotHere

    @pages.get("/pengaturan/kebocoran")
    @only(Role.ADMINISTRATOR)
    def every() -> str:
        with database.reading() as session:
            return _list(session, breach_forms.new(session), clock())

    @pages.post("/pengaturan/kebocoran")
    @only(Role.ADMINISTRATOR)
    def enter() -> ResponseReturnValue:
        with database.transaction() as session:
            form = breach_forms.new(session)
            found = _entered(session, form, clock()) if form.validate() else None
            if found is None:
                return _list(session, form, clock()), 422
            number = found.id
        flash(gettext("Dicatat. Kerjakan langkah-langkah di bawah ini sekarang."), "success")
        return redirect(url_for(".one", number=number), 303)

    @pages.get(f"/pengaturan/kebocoran/<{ROW}:number>")
    @only(Role.ADMINISTRATOR)
    def one(number: int) -> str:
        with database.transaction() as session:
            breach = _of(session, number)
            audit.record(session, me().staff_id, "breach_listed", clock(), breach.about)
            return _one(session, breach, clock(), contact)

    @pages.get(f"/pengaturan/kebocoran/<{ROW}:number>/ubah")
    @only(Role.ADMINISTRATOR)
    def correct(number: int) -> str:
        with database.reading() as session:
            breach = _of(session, number)
            return render_template("admin/breach_correct.html", breach=breach, form=breach_forms.of(session, breach))

    @pages.post(f"/pengaturan/kebocoran/<{ROW}:number>/ubah")
    @only(Role.ADMINISTRATOR)
    def corrected(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            breach = _of(session, number)
            form = breach_forms.of(session, breach)
            if not form.validate() or not _corrected(session, breach, form, clock()):
                return render_template("admin/breach_correct.html", breach=breach, form=form), 422
        flash(gettext("Sudah diperbaiki."), "success")
        return redirect(url_for(".one", number=number), 303)

    @pages.get(f"/pengaturan/kebocoran/<{ROW}:number>/daftar")
    @only(Role.ADMINISTRATOR)
    def sealed(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            breach = _of(session, number)
            found = breach_lists.concerned(session, breach.within)
            data = breach_lists.sealed(session, workbooks.with_commas(breach_lists.rows(session, found)))
            breaches.listed(session, breach, len(found), clock())
            audit.record(session, me().staff_id, "breach_exported", clock(), breach.about)
        return downloaded(data, "application/octet-stream", f"kebocoran-{number}.segel")

    @pages.get(f"/pengaturan/kebocoran/<{ROW}:number>/surat")
    @only(Role.ADMINISTRATOR)
    def notice(number: int) -> str:
        language = request.args.get("bahasa", "")
        language = language if language in NOTICES else "id"
        with database.reading() as session:
            breach = _of(session, number)
            told = breaches.told_of(session, breach)
        return render_template(
            "admin/breach_notice.html",
            breach=breach,
            told=told,
            words=NOTICES[language],
            language=language,
            languages=tuple(NOTICES),
            contact=contact,
        )

    @pages.post(f"/pengaturan/kebocoran/<{ROW}:number>/selesai")
    @only(Role.ADMINISTRATOR)
    def told(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            breach = _of(session, number)
            breaches.told(session, breach, clock())
            audit.record(session, me().staff_id, "breach_told", clock(), breach.about)
        flash(gettext("Dicatat: semua sudah diberi tahu."), "success")
        return redirect(url_for(".one", number=number), 303)

    return pages


def _list(session: Session, form: Found, now: datetime) -> str:
    return render_template(
        "admin/breaches.html", rows=breaches.every(session), form=form, now=now, wording=breach_wording
    )


def _one(session: Session, breach: Breach, now: datetime, contact: str) -> str:
    begin = begins_after()
    counts = breach_lists.counts(session, breach.within)
    found = breach_lists.concerned(session, breach.within, begin, SHOWN)
    end = begin + len(found)
    return render_template(
        "admin/breach.html",
        breach=breach,
        told=breaches.told_of(session, breach),
        found=found,
        areas=area_names.names_of(session, {each.area for each in found if each.area}),
        kinds=[(breach_wording.kind_name(kind), number) for kind, number in sorted(counts.items())],
        before=_page(breach, max(0, begin - SHOWN)) if begin else None,
        after=_page(breach, end) if found and end < sum(counts.values()) else None,
        names=staff.names(session, {each for each in (breach.account_id, breach.noted_by) if each}),
        contact=contact,
        now=now,
        wording=breach_wording,
    )


def _page(breach: Breach, begin: int) -> str:
    return url_for(".one", number=breach.id, sesudah=begin or None, _anchor="terkena")


def _entered(session: Session, form: Found, now: datetime) -> Breach | None:
    """The breach; None where its times cannot be, which the form says then."""
    try:
        found = breaches.note(session, form.within(), form.told(), me().staff_id, now, form.known_since(now))
    except breaches.SpanWrong:
        form.refuse_span()
        return None
    audit.record(session, me().staff_id, "breach_entered", now, found.about)
    return found


def _corrected(session: Session, breach: Breach, form: Found, now: datetime) -> bool:
    """Did it become what the form says? What changed stands in the record of deeds, by the names of the fields."""
    try:
        found_at = _same_minute(form.known_since(breach.found_at), breach.found_at)
        changed = breaches.correct(session, breach, form.within(), form.told(), found_at, now)
    except breaches.SpanWrong:
        form.refuse_span()
        return False
    if changed:
        audit.record(session, me().staff_id, "breach_corrected", now, breach.about, breach_wording.changed(changed))
    return True


def _same_minute(typed: datetime, before: datetime) -> datetime:
    """The form knows no seconds: what was not touched stays."""
    return before if timedelta(0) <= before - typed < timedelta(minutes=1) else typed


def _of(session: Session, number: int) -> Breach:
    breach = session.get(Breach, number)
    if breach is None:
        raise NotHere(f"breach {number}")
    return breach
