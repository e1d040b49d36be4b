"""The audit on a page: who did what, narrowed by person, deed, area and day. It can be read and nothing else.

Reading it is a deed too. What may be seen stands in `centre.audit_desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for

from admin import audit_wording
from admin.access import me, only
from admin.asked import day_in, number_in
from admin.language import gettext as _
from admin.wording import own_zone
from centre import area_names, audit, audit_desk, calendars, staff_desk
from centre.audit_desk import MAY_READ_AUDIT, PAGE, Asked
from centre.db import Database
from centre.staff import is_area_code


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """One page."""
    pages = Blueprint("audits", __name__)

    @pages.get("/catatan")
    @only(*MAY_READ_AUDIT)
    def every() -> str:
        scope, typed = me().scope(*MAY_READ_AUDIT), _typed()
        with database.transaction() as session:
            asked = _asked(typed)
            found = audit_desk.entries(session, scope, asked)
            if not asked.before:
                audit.record(session, me().staff_id, "audit_read", clock())
            colleagues = staff_desk.members(session, scope, typed["orang"]) if typed["orang"] else []
            areas = [each for each in area_names.known(session) if len(each.code) < 8 and scope.includes(each.code)]
            names = audit_desk.names(session, found)
        return render_template(
            "admin/audits.html",
            entries=found[:PAGE],
            names=names,
            words=audit_wording,
            typed=typed,
            colleagues=colleagues,
            deeds=sorted(((deed, str(name)) for deed, name in audit_wording.DEEDS.items()), key=lambda pair: pair[1]),
            areas=[("", _("semua"))] + [(each.code, each.full_name) for each in areas],
            older=_older(typed, found[PAGE - 1].id) if len(found) > PAGE else None,
        )

    return pages


def _older(typed: dict[str, str], last: int) -> str:
    query: dict[str, Any] = {**{name: value for name, value in typed.items() if value}, "sebelum": last}
    return url_for(".every", **query)


def _typed() -> dict[str, str]:
    return {
        name: request.args.get(name, "").strip()[:100]
        for name in ("orang", "siapa", "apa", "wilayah", "dari", "sampai")
    }


def _asked(typed: dict[str, str]) -> Asked:
    """What was typed, as far as it can be read; a wrong day narrows nothing."""
    since, until = day_in(typed["dari"]), day_in(typed["sampai"])
    return Asked(
        staff_id=typed["siapa"],
        deed=typed["apa"],
        area=typed["wilayah"] if is_area_code(typed["wilayah"]) else "",
        since=_begins(since) if since else None,
        until=_begins(until + timedelta(days=1)) if until else None,
        before=number_in(request.args.get("sebelum")),
    )


def _begins(day: date) -> datetime:
    return calendars.moment(day, time(0), own_zone())
