"""Angka kasus: every problem reported, counted for those above and for the village itself, never named.

What may be shown is settled in `centre.case_figures`; here it is only put into tables, a chart and a file to take along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from admin import case_names, sheets
from admin.access import me, only
from admin.charts import share_chart
from admin.figures import month_name, percent, year_asked, years
from admin.language import chosen
from admin.language import gettext as _
from admin.remembered import Remembered
from admin.wording import moment
from centre import audit, case_figures
from centre.case_figures import MAY_SEE_CASE_FIGURES, OTHER, CaseFigures, Line
from centre.db import Database

HIDDEN = "–"
MOST = 100
"""Villages on one page; who sees more chooses a regency."""


@dataclass(frozen=True)
class Table:
    """Lines under a title; `rest`: how many cases stand in none of them."""

    anchor: str
    title: str
    lines: Sequence[Line]
    rest: int = 0


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """The page and its file."""
    pages = Blueprint("case_figures", __name__)
    known: Remembered[CaseFigures] = Remembered()
    files: Remembered[bytes] = Remembered()

    @pages.get("/kasus/angka")
    @only(*MAY_SEE_CASE_FIGURES)
    def every() -> str:
        now = clock()
        with database.reading() as session:
            key, figures = _figures(session, known, now)
        regencies = [(line.key, line.name) for line in figures.regencies if line.name]
        within = next((code for code, _name in regencies if code == request.args.get("kabupaten")), "")
        tables = _tables(figures, within)
        return render_template(
            "admin/case_figures.html",
            figures=figures,
            tables=[table for table in tables if any(line.opened is not None for line in table.lines)],
            regencies=regencies if len(figures.villages) > MOST else [],
            within=within,
            columns=_columns(figures),
            cells=_cells,
            years=years(now),
            chart=_chart(figures),
        )

    @pages.get("/kasus/angka/unduh")
    @only(*MAY_SEE_CASE_FIGURES)
    def download() -> Response:
        now = clock()
        with database.transaction() as session:
            key, figures = _figures(session, known, now)
            audit.record(session, me().staff_id, "case_figures_exported", now, f"year:{figures.year}")
        written = files.get((*key, chosen()), lambda: _file(figures, now))
        return sheets.attached(written, f"angka-kasus-{figures.year}")

    return pages


def span(length: timedelta | None) -> str:
    """ "25 menit", "3 jam", "4 hari": as exact as it needs to be."""
    if length is None:
        return HIDDEN
    minutes = round(length.total_seconds() / 60)
    if minutes < 90:
        return _("%(number)s menit", number=minutes)
    if minutes < 48 * 60:
        return _("%(number)s jam", number=round(minutes / 60))
    return _("%(number)s hari", number=round(minutes / 60 / 24))


def _figures(session: Session, known: Remembered[CaseFigures], now: datetime) -> tuple[tuple[object, ...], CaseFigures]:
    """Reckoned anew when a case changed, and every ten minutes, in which answers may have fallen late; with what says so."""
    scope, year = case_figures.figure_scope(me()), year_asked(now)
    key = (*case_figures.state(session, scope), year, int(now.timestamp()) // 600)
    return key, known.get(key, lambda: case_figures.of_year(session, scope, year, now))


def _tables(figures: CaseFigures, within: str | None = None) -> list[Table]:
    """Every table with something in it; one that only says the whole again is left out. `within`: for a page, which has room
    for the villages of one regency where there are very many."""
    months = [_named(line, month_name(line.key)) for line in figures.months]
    kinds = [_named(line, case_names.category(line.key)) for line in figures.categories]
    nowhere, around = _("Wilayah belum diketahui"), _("Di luar angka desa: %(regency)s")
    names = {line.key: line.name for line in figures.regencies}
    regencies = [_named(line, line.name or nowhere) for line in figures.regencies]
    villages = [
        _named(line, line.name or around % {"regency": names.get(line.key[: case_figures.REGENCY], "")})
        for line in figures.villages
    ]
    rest = figures.left_out(villages)
    if within is not None and len(villages) > MOST:
        villages = [line for line in villages if within and line.key.startswith(within)]
        rest = sum(line.opened or 0 for line in regencies if line.key == within)
        rest -= sum(line.opened or 0 for line in villages)
    found = [
        Table("bulan", _("Per bulan"), months, figures.left_out(months)),
        Table("jenis", _("Per jenis masalah"), kinds, figures.left_out(kinds)),
        Table("kabupaten", _("Per kabupaten"), regencies, figures.left_out(regencies)),
        Table("desa", _("Per desa"), villages, rest),
        Table("perekrut", _("Pengaduan tentang perekrut, per kabupaten asal perekrut"), figures.recruiters),
    ]
    return [table for table in found if table.lines]


def _named(line: Line, name: str) -> Line:
    return Line(**{**line.__dict__, "name": name})


def _columns(figures: CaseFigures) -> list[str]:
    ends = [_("Hasil lain") if name == OTHER else case_names.outcome(name) for name in figures.outcomes]
    return [
        _("Masuk"),
        _("Terbuka"),
        _("Ditutup"),
        *ends,
        _("Jawaban pertama (separuh keluarga)"),
        _("Jawaban pertama (9 dari 10)"),
        _("Dijawab tepat janji"),
        _("Sampai ditutup (separuh)"),
        _("Terbuka dan terlambat"),
    ]


def _cells(figures: CaseFigures, line: Line) -> list[str | int]:
    """The cells of a line, in the order of the columns."""
    ends = [line.outcomes[name] if line.outcomes is not None else None for name in figures.outcomes]
    counts = [line.opened, line.open, line.closed, *ends]
    return [
        *(HIDDEN if count is None else count for count in counts),
        span(line.reply),
        span(line.reply_most),
        percent(line.in_promise),
        span(line.closing),
        percent(line.overdue),
    ]


def _chart(figures: CaseFigures) -> Markup | None:
    """How many families were answered in time, month by month; nothing where there is nothing to show."""
    shares = [line.in_promise for line in figures.months]
    if all(share is None for share in shares):
        return None
    return share_chart([month_name(line.key) for line in figures.months], shares, _("Bagian yang dijawab tepat janji"))


def _file(figures: CaseFigures, now: datetime) -> bytes:
    everything = Table("", _("Semua"), [_named(figures.total, _("Semua"))])
    return sheets.written(
        [
            _("Angka kasus %(year)s, keadaan %(moment)s", year=figures.year, moment=moment(now)),
            _("“–”: kurang dari lima kasus, atau bisa dihitung kembali menjadi kurang dari lima. Tanpa nama."),
        ],
        [_("Tabel"), _("Kelompok"), *_columns(figures)],
        [
            [table.title, line.name, *_cells(figures, line)]
            for table in (everything, *_tables(figures))
            for line in table.lines
        ],
    )
