"""People who may be one: staff look at both records side by side and say so. Nothing is merged by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import service_wording
from admin.access import MAY_SERVE, cases, me, only
from admin.asked import ROW
from admin.language import gettext as _
from centre import audit, village_desk
from centre.db import Database
from centre.people import Person
from centre.staff import Scope

PAIR = f"/layanan/nama/<{ROW}:number>/<{ROW}:one>/<{ROW}:other>"


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The villages, the pairs of each, one pair."""
    pages = Blueprint("people", __name__)

    @pages.get("/layanan/nama")
    @only(*MAY_SERVE)
    def every() -> ResponseReturnValue:
        with database.reading() as session:
            found = village_desk.villages(session, _scope())
        if len(found) == 1:
            return redirect(url_for(".village", number=found[0].id), 303)
        return render_template("admin/people_villages.html", villages=found)

    @pages.get(f"/layanan/nama/<{ROW}:number>")
    @only(*MAY_SERVE)
    def village(number: int) -> str:
        with database.reading() as session:
            found = village_desk.village(session, _scope(), number)
            pairs = village_desk.likenesses(session, _scope(), cases(), number)
            return render_template("admin/people_pairs.html", village=found, pairs=pairs)

    @pages.get(PAIR)
    @only(*MAY_SERVE)
    def pair(number: int, one: int, other: int) -> str:
        with database.reading() as session:
            found = village_desk.likeness(session, _scope(), cases(), number, one, other)
            return render_template(
                "admin/people_pair.html",
                pair=found,
                village=village_desk.village(session, _scope(), number),
                kind=service_wording.kind,
                ending=ending,
            )

    @pages.post(f"{PAIR}/gabung")
    @only(*MAY_SERVE)
    def merge(number: int, one: int, other: int) -> ResponseReturnValue:
        kept = {"kiri": one, "kanan": other}.get(request.form.get("ke", ""))
        if kept is None:
            abort(400)
        with database.transaction() as session:
            village_desk.merge(session, _scope(), cases(), number, (one, other), kept, me().staff_id, clock())
            about = f"person:{other if kept == one else one}>{kept}"
            audit.record(session, me().staff_id, "people_merged", clock(), about)
        flash(_("Kedua catatan digabungkan. Semua janjinya kini ada pada satu orang."), "success")
        return redirect(url_for(".village", number=number), 303)

    @pages.post(f"{PAIR}/beda")
    @only(*MAY_SERVE)
    def keep_apart(number: int, one: int, other: int) -> ResponseReturnValue:
        with database.transaction() as session:
            village_desk.keep_apart(session, _scope(), cases(), number, (one, other), me().staff_id, clock())
            audit.record(session, me().staff_id, "people_kept_apart", clock(), f"person:{one}+{other}")
        flash(_("Dicatat: dua orang yang berbeda. Pasangan ini tidak ditanyakan lagi."), "success")
        return redirect(url_for(".village", number=number), 303)

    return pages


def ending(person: Person) -> str:
    """The last three digits of a number: enough to tell two apart, too few to call."""
    return f"…{person.phone[-3:]}" if person.phone else _("tidak ada")


def _scope() -> Scope:
    return me().scope(*MAY_SERVE)
