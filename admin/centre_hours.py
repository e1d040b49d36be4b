"""When a centre is open: its week, the days on which nobody is there, and the public holidays to come.

Slots that exist already are not changed by any of it; those that an absence falls upon are listed to be called off.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import service_wording
from admin.access import MAY_SERVE, me, only
from admin.asked import ROW
from admin.hours_forms import AbsentDays, Week, said_of
from admin.language import gettext as _
from admin.wording import day
from centre import audit, calendars, village_desk
from centre.areas import Village
from centre.calendars import Absence
from centre.db import Database
from centre.staff import Scope

AHEAD = timedelta(days=365)
FARTHEST = timedelta(days=730)


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The villages, and each one's hours and absences."""
    pages = Blueprint("centre_hours", __name__)

    @pages.get("/layanan/jam")
    @only(*MAY_SERVE)
    def every() -> ResponseReturnValue:
        with database.reading() as session:
            found = village_desk.villages(session, _scope())
        if len(found) == 1:
            return redirect(url_for(".village", number=found[0].id), 303)
        return render_template("admin/centre_hours_all.html", villages=found)

    @pages.get(f"/layanan/jam/<{ROW}:number>")
    @only(*MAY_SERVE)
    def village(number: int) -> str:
        with database.reading() as session:
            found = village_desk.village(session, _scope(), number)
            return _page(session, found)

    @pages.post(f"/layanan/jam/<{ROW}:number>")
    @only(*MAY_SERVE)
    def set_hours(number: int) -> ResponseReturnValue:
        week = Week(request.form)
        with database.transaction() as session:
            found = village_desk.village(session, _scope(), number)
            if not week.validate():
                return _page(session, found, week=week), 422
            calendars.set_hours(session, found.id, week.rows())
            audit.record(session, me().staff_id, "hours_changed", clock(), f"village:{number}")
        flash(_("Jam buka disimpan: %(name)s", name=found.name), "success")
        return redirect(url_for(".village", number=number), 303)

    @pages.post(f"/layanan/jam/<{ROW}:number>/libur")
    @only(*MAY_SERVE)
    def add_absence(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            found = village_desk.village(session, _scope(), number)
            form = _absent(found, typed=True)
            if not form.validate() or form.first_day.data is None or form.last_day.data is None:
                return _page(session, found, form=form), 422
            days = form.first_day.data, form.last_day.data
            entered = calendars.add_absence(session, found.id, *days, form.reason.data or "", me().staff_id, clock())
            audit.record(session, me().staff_id, "absence_changed", clock(), f"absence:{entered.id}")
        flash(_("Hari tanpa petugas dicatat: %(days)s", days=_days(entered)), "success")
        return redirect(url_for(".absence", number=entered.id), 303)

    @pages.get(f"/layanan/libur/<{ROW}:number>")
    @only(*MAY_SERVE)
    def absence(number: int) -> str:
        with database.reading() as session:
            found = village_desk.absence(session, _scope(), number)
            village = village_desk.village(session, _scope(), found.village_id)
            hit = village_desk.slots_during(session, village, found.first_day, found.last_day, clock())
            return render_template("admin/absence.html", absence=found, village=village, slots=hit, days=_days(found))

    @pages.post(f"/layanan/libur/<{ROW}:number>/hapus")
    @only(*MAY_SERVE)
    def remove_absence(number: int) -> ResponseReturnValue:
        with database.transaction() as session:
            found = village_desk.absence(session, _scope(), number)
            calendars.remove_absence(session, found)
            audit.record(session, me().staff_id, "absence_changed", clock(), f"absence:{number}")
        flash(_("Dihapus: %(days)s. Jadwal baru bisa dibuat lagi di hari itu.", days=_days(found)), "success")
        return redirect(url_for(".village", number=found.village_id), 303)

    def _today(village: Village) -> date:
        return calendars.local(clock(), village.time_zone).date()

    def _absent(village: Village, *, typed: bool) -> AbsentDays:
        today = _today(village)
        return AbsentDays(request.form if typed else None, earliest=today, latest=today + FARTHEST)

    def _page(session: Session, village: Village, week: Week | None = None, form: AbsentDays | None = None) -> str:
        today = _today(village)
        return render_template(
            "admin/centre_hours.html",
            village=village,
            is_refused=week is not None,
            week=week or Week(None, data=said_of(calendars.hours_of(session, village.id))),
            form=form or _absent(village, typed=False),
            absences=calendars.absences_of(session, village.id, today),
            holidays=calendars.holidays_between(today, today + AHEAD),
            days=_days,
            weekday=service_wording.weekday,
        )

    return pages


def _scope() -> Scope:
    return me().scope(*MAY_SERVE)


def _days(absence: Absence) -> str:
    """ "24 Desember 2026 sampai 2 Januari 2027"."""
    if absence.first_day == absence.last_day:
        return day(absence.first_day)
    return _("%(first)s sampai %(last)s", first=day(absence.first_day), last=day(absence.last_day))
