"""What somebody asked of their own data, with the time that the law leaves (3 x 24 hours, UU PDP 27/2022 art. 30-44)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import people_wording
from admin.access import MAY_KEEP_PEOPLE, cases, me, only
from admin.asked import ROW, begins_after
from admin.language import gettext as _
from admin.people_forms import Refusal, Request
from admin.people_list import scope, today_in
from centre import areas, audit, census_desk, census_requests, people, staff
from centre.census_requests import DataRequest
from centre.db import Database


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The list, one wish, entering and answering it."""
    pages = Blueprint("people_requests", __name__)

    @pages.get("/warga/permintaan")
    @only(*MAY_KEEP_PEOPLE)
    def every() -> str:
        answered = request.args.get("tampil") == "selesai"
        offset = begins_after()
        with database.reading() as session:
            rows = census_requests.every(session, scope(), answered=answered, offset=offset)
            names = {each.id: _name(session, each) for each, _village in rows}
            return render_template(
                "admin/people_requests.html",
                rows=rows,
                names=names,
                answered=answered,
                more=offset + census_requests.PAGE if len(rows) == census_requests.PAGE else None,
                now=clock(),
                wording=people_wording,
            )

    @pages.get(f"/warga/permintaan/<{ROW}:number>")
    @only(*MAY_KEEP_PEOPLE)
    def one(number: int) -> str:
        with database.reading() as session:
            return _page(session, number, Refusal())

    @pages.post(f"/warga/permintaan/<{ROW}:number>/selesai")
    @only(*MAY_KEEP_PEOPLE)
    def done(number: int) -> ResponseReturnValue:
        return _answer(number, None)

    @pages.post(f"/warga/permintaan/<{ROW}:number>/tolak")
    @only(*MAY_KEEP_PEOPLE)
    def refuse(number: int) -> ResponseReturnValue:
        form = Refusal(request.form)
        if not form.validate():
            with database.reading() as session:
                return _page(session, number, form), 422
        return _answer(number, form.words.data or "")

    @pages.get(f"/warga/<{ROW}:number>/permintaan")
    @only(*MAY_KEEP_PEOPLE)
    def new(number: int) -> str:
        with database.reading() as session:
            found = census_desk.card(session, scope(), cases(), number)
            today = today_in(found.village, clock())
            return _new_page(Request(today=today, data={"asked_on": today, "how": "desk"}), found)

    @pages.post(f"/warga/<{ROW}:number>/permintaan")
    @only(*MAY_KEEP_PEOPLE)
    def ask(number: int) -> ResponseReturnValue:
        now = clock()
        with database.transaction() as session:
            found = census_desk.card(session, scope(), cases(), number)
            form = Request(request.form, today=today_in(found.village, now))
            if not form.validate():
                return _new_page(form, found), 422
            asked_on = form.asked_on.data or now.date()
            made = census_requests.ask(
                session,
                found.person.id,
                found.person.village_id,
                form.wish.data,
                form.how.data,
                me().staff_id,
                now,
                words=form.words.data or "",
                asked_at=census_requests.asked_at(asked_on, areas.zone_of(found.village), now),
            )
            audit.record(session, me().staff_id, "data_request_made", now, f"request:{made.id}")
        flash(_("Permintaan dicatat. Jawab dalam 3×24 jam sejak diminta."), "success")
        return redirect(url_for(".one", number=made.id), 303)

    def _answer(number: int, reason: str | None) -> ResponseReturnValue:
        now = clock()
        try:
            with database.transaction() as session:
                found = census_requests.one(session, scope(), number, to_change=True)
                census_requests.answer(session, found, me().staff_id, now, refused_because=reason)
                audit.record(session, me().staff_id, "data_request_answered", now, f"request:{number}")
        except census_requests.StillKept:
            problem = _("Datanya masih ada dalam pendataan. Hapus dulu di kartu orangnya, atau tolak dengan alasan.")
            with database.reading() as session:
                return _page(session, number, Refusal(), problem), 422
        except census_requests.AlreadyAnswered:
            flash(_("Sudah dijawab petugas lain."), "warning")
        else:
            flash(_("Jawaban dicatat. Sampaikan kepada orangnya."), "success")
        return redirect(url_for(".every"), 303)

    def _page(session: Session, number: int, form: Refusal, problem: str = "") -> str:
        found = census_requests.one(session, scope(), number)
        by = staff.names(session, {each for each in (found.noted_by, found.answered_by) if each})
        return render_template(
            "admin/people_request.html",
            request_=found,
            name=_name(session, found),
            words=census_requests.words_of(session, found),
            reason=census_requests.reason_of(session, found),
            names=by,
            form=form,
            problem=problem,
            now=clock(),
            wording=people_wording,
        )

    return pages


def _name(session: Session, found: DataRequest) -> str:
    person = session.get(people.Person, found.person_id) if found.person_id else None
    if person is None and found.conversation_id:
        return _("Percakapan nomor %(number)s", number=found.conversation_id)
    return person.name if person else _("(data dihapus)")


def _new_page(form: Request, found: census_desk.Card) -> str:
    return render_template("admin/people_request_new.html", form=form, card=found)
