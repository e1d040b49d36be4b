"""How long what is kept in this house, and what was cleared on which night; and whether somebody's erasure was done.

The times come in with the facts of the installation; they are changed on the server (`BALAI_KEEP_…`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request

from admin.access import cases, only
from admin.language import chosen
from centre import case_keeping, erasure_receipts, last_runs, retention_reports
from centre.db import Database
from centre.retention_rules import BY_NAME, RULES, Keep, time_of
from centre.staff import Role

LATE = timedelta(hours=36)
"""So long after the last night that was done, or after the house began, one is missing."""


def blueprint(database: Database, clock: Callable[[], datetime], keep: Keep) -> Blueprint:
    """One page."""
    pages = Blueprint("storage", __name__)

    @pages.get("/pengaturan/penyimpanan")
    @only(Role.ADMINISTRATOR)
    def every() -> str:
        code = request.args.get("kode", "").strip()[:40]
        with database.reading() as session:
            done = last_runs.when(session, last_runs.RETENTION)
            since = done or last_runs.when(session, last_runs.BEGUN)
            receipt = erasure_receipts.of_code(session, code) if code else None
            days = [(day, _counts(day.cleared), _counts(day.failed or {})) for day in retention_reports.days(session)]
            agreed = case_keeping.kept(session, cases())
        return render_template(
            "admin/storage.html",
            rules=[
                (_said(rule.what), time_of(rule, _wording(), keep), rule.setting if rule.range else "")
                for rule in RULES
            ],
            days=days,
            agreed=agreed,
            done=done,
            is_late=since is not None and clock() - since > LATE,
            code=code,
            receipt=receipt,
        )

    return pages


def _said(words: tuple[str, str]) -> str:
    return words[1] if _wording() == "en" else words[0]


def _wording() -> str:
    """Which of the two wordings of `centre.retention_rules`."""
    return "en" if chosen() == "en" else "id"


def _counts(cleared: dict[str, int]) -> list[tuple[str, int]]:
    """What went or failed, in the order of the table; what no rule is called any more by its name."""
    order = list(BY_NAME)
    rows = sorted(cleared.items(), key=lambda row: order.index(row[0]) if row[0] in BY_NAME else len(order))
    return [(_said(BY_NAME[rule].what) if rule in BY_NAME else rule, number) for rule, number in rows]
