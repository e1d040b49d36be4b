"""How long what is kept in this house, and what was cleared on which night; and whether somebody's erasure was done.

The times come in with the facts of the installation; they are changed on the server (`BALAI_KEEP_…`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from flask import Blueprint, render_template, request

from admin.access import only
from admin.language import chosen
from admin.language import gettext as _
from centre import erasure_receipts, last_runs, retention_reports
from centre.db import Database
from centre.retention_rules import BY_NAME, RULES, Keep, Rule
from centre.staff import Role

LATE = timedelta(hours=36)
"""So long after the last night that was done, one is missing."""


def blueprint(database: Database, clock: Callable[[], datetime], keep: Keep) -> Blueprint:
    """One page."""
    pages = Blueprint("storage", __name__)

    @pages.get("/pengaturan/penyimpanan")
    @only(Role.ADMINISTRATOR)
    def every() -> str:
        code = request.args.get("kode", "").strip()[:40]
        with database.reading() as session:
            done = last_runs.when(session, last_runs.RETENTION)
            receipt = erasure_receipts.of_code(session, code) if code else None
            days = [(day, _counts(day.cleared)) for day in retention_reports.days(session)]
        return render_template(
            "admin/storage.html",
            rules=[(_said(rule.what), _time(rule, keep), rule.setting if rule.range else "") for rule in RULES],
            days=days,
            done=done,
            is_late=done is None or clock() - done > LATE,
            code=code,
            receipt=receipt,
        )

    return pages


def _said(words: tuple[str, str]) -> str:
    return words[1] if chosen() == "en" else words[0]


def _counts(cleared: dict[str, int]) -> list[tuple[str, int]]:
    """What went, in the order of the table; what no rule is called any more by its name."""
    order = list(BY_NAME)
    rows = sorted(cleared.items(), key=lambda row: order.index(row[0]) if row[0] in BY_NAME else len(order))
    return [(_said(BY_NAME[rule].what) if rule in BY_NAME else rule, number) for rule, number in rows]


def _time(rule: Rule, keep: Keep) -> str:
    if rule.name not in keep:
        return _("tidak dihapus oleh waktu")
    return format_timedelta(keep[rule.name], granularity="hour", threshold=3, locale=chosen())
