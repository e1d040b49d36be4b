"""Cases at the desk: the queues, and one case with all that was said and done in it.

Opening a case is entered in the audit. The queries stand in `centre.case_desk`, what is done with a case in
`admin.case_deeds`. Cards in a queue show no words and no names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import case_forms, referral_wording
from admin import case_wording as words
from admin.access import MAY_SEE_CASES, asked_by_the_page, cases, me, only
from admin.asked import begins_after, number_in
from admin.language import gettext as _
from centre import audit, case_desk, case_keeping, glance, saved_replies
from centre.case_desk import QUEUES, Queue
from centre.case_records import CATEGORIES, Case, State, code_in, shown
from centre.case_scopes import SUPERVISORS, others_who_may
from centre.db import Database

CODE_SHOWN = 12
"""Letters of a mistyped code that are said back."""


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The queues, and one case."""
    pages = Blueprint("cases", __name__)

    @pages.get("/kasus")
    @only(*MAY_SEE_CASES)
    def queue() -> ResponseReturnValue:
        typed = request.args.get("kode", "").strip()
        if code := code_in(typed):
            return redirect(url_for(".thread", code=shown(code)), 303)
        which, chosen, offset = _queue(), _filters(), begins_after()
        with database.reading() as session:
            rows = case_desk.queue(session, cases(), which, clock(), offset=offset, **chosen)
            counts = case_desk.counts(session, cases(), clock())
            areas = case_desk.areas_in(session, cases())
        return render_template(
            "admin/cases.html",
            which=which,
            queues=[each for each in QUEUES if each != "approve" or me().has_role(*SUPERVISORS)],
            rows=rows,
            counts=counts,
            areas=areas,
            categories=CATEGORIES,
            chosen=chosen,
            more=offset + case_desk.PAGE if len(rows) == case_desk.PAGE else None,
            typed=typed[:CODE_SHOWN],
            now=clock(),
            words=words,
            shown=shown,
        ), (422 if typed else 200)

    @pages.get("/kasus/<code>")
    @only(*MAY_SEE_CASES)
    def thread(code: str) -> str:
        with database.transaction() as session:
            return page(session, code, clock(), saved=number_in(request.args.get("balasan")))

    @pages.get("/kasus/<code>/baru")
    @asked_by_the_page
    @only(*MAY_SEE_CASES)
    def added(code: str) -> ResponseReturnValue:
        """What was added to the thread after entry `sesudah`; nothing (204) when nothing was."""
        after, now = number_in(request.args.get("sesudah")), clock()
        with database.reading() as session:
            newest = glance.newest_entry(session, cases(), code)
        if after is None or newest <= after:
            return "", 204
        with database.transaction() as session:
            return _added(session, code, after, now)

    return pages


def _added(session: Session, code: str, after: int, now: datetime) -> ResponseReturnValue:
    """The new lines, entered in the audit as any reading; who must first give a reason gets none."""
    seen = case_desk.case(session, cases(), code)
    if case_desk.needs_reason(me(), seen) and not case_desk.has_opened(session, seen, me().staff_id, now):
        return "", 204
    opened = case_desk.thread(session, cases(), code, now)
    audit.record(session, me().staff_id, "case_read", now, seen.about)
    lines = [line for line in opened.lines if line.entry.id > after]
    said = _("Ada yang baru di kasus ini: %(number)s baris ditambahkan di atas.", number=len(lines))
    fresh = replace(opened, lines=lines)
    return render_template("admin/case_lines.html", thread=fresh, row=opened.row, case=seen, said=said, **_shown(now))


def page(
    session: Session,
    code: str,
    now: datetime,
    *,
    posted: case_forms.Keyed | None = None,
    saved: int | None = None,
    problem: str = "",
) -> str:
    """The page of one case, entered in the audit. `posted`: the form that was refused; `saved`: the reply that was chosen.

    Raises `NotHere`.
    """
    seen = case_desk.case(session, cases(), code)
    forms = case_forms.blank(posted)
    if case_desk.needs_reason(me(), seen) and not case_desk.has_opened(session, seen, me().staff_id, now):
        row = case_desk.row(session, seen, now)
        return render_template(
            "admin/case_closed.html", row=row, case=seen, forms=forms, problem=problem, **_shown(now)
        )
    opened = case_desk.thread(session, cases(), code, now)
    audit.record(session, me().staff_id, "case_read", now, seen.about)
    _prepare(session, seen, forms, posted, saved)
    return render_template(
        "admin/case.html",
        thread=opened,
        row=opened.row,
        case=seen,
        safety=words.safety(seen, [line.entry for line in opened.lines], opened.channel),
        forms=forms,
        saved=saved_replies.for_case(session, seen),
        referral_words=referral_wording,
        problem=problem,
        days=case_keeping.choice_of_days(now),
        may_erase=me().has_role(*SUPERVISORS),
        is_mine=seen.holder_id == me().staff_id,
        may_decide=me().has_role(*SUPERVISORS) and seen.holder_id != me().staff_id and seen.state == State.TO_APPROVE,
        **_shown(now),
    )


def _prepare(
    session: Session, seen: Case, forms: dict[str, Any], posted: case_forms.Keyed | None, saved: int | None
) -> None:
    """What may be chosen, what stands in the fields now, and the saved reply that was asked for."""
    forms["serahkan"].offer(others_who_may(session, seen, me().staff_id))
    if not isinstance(posted, case_forms.Change):
        forms["ubah"].show(seen)
    if saved and not isinstance(posted, case_forms.Reply):
        found = next((each for each in saved_replies.for_case(session, seen) if each.id == saved), None)
        forms["balas"].words.data = found.words if found else ""


def _shown(now: datetime) -> dict[str, object]:
    return {"words": words, "shown": shown, "now": now, "new_key": case_forms.new_key}


def _queue() -> Queue:
    asked = request.args.get("antrean", "")
    return next((each for each in QUEUES if each == asked), "all")


def _filters() -> dict[str, str]:
    category, area = request.args.get("jenis", ""), request.args.get("wilayah", "")
    return {"category": category if category in CATEGORIES else "", "area": area if area.isascii() else ""}
