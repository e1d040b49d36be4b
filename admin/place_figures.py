"""Angka: one place in one year, with the places below it; a file to take along and a report to print.

What may be shown is settled in `centre.place_figures`; the tables stand in `admin.place_tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from admin import place_tables, sheets
from admin.access import me, only
from admin.charts import bar_chart, share_chart
from admin.figures import full_month_name, month_name, year_asked, years
from admin.language import gettext as _
from admin.place_tables import Table, name_of
from admin.remembered import Remembered
from admin.wording import day, moment, today
from centre import audit, census_figures, figure_places, place_figures
from centre.census_figures import Line, VillageCount
from centre.db import Database
from centre.figure_places import Place
from centre.place_figures import MAY_SEE_PLACE_FIGURES, Month, PlaceFigures
from content import articles, languages


@dataclass(frozen=True)
class Sight:
    """A place with everything that is shown of it."""

    figures: PlaceFigures
    tables: Sequence[Table]
    titles: Mapping[str, str]
    """Of the articles, by slug."""


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """Where to begin, a place, its file, its report."""
    pages = Blueprint("place_figures", __name__)
    census: Remembered[Sequence[VillageCount]] = Remembered()
    known: Remembered[PlaceFigures] = Remembered()

    def sight(session: Session, place: str, now: datetime) -> Sight:
        year = year_asked(now)
        key = (*place_figures.state(session, me()), place, year, today(now).month)
        figures = known.get(key, lambda: _reckoned(session, place, year, now))
        people = _people(session, census, figures.path, now)
        titles = articles.titles(session, languages.SOURCE)
        return Sight(figures, place_tables.tables(figures, titles, people), titles)

    @pages.get("/angka")
    @only(*MAY_SEE_PLACE_FIGURES)
    def every() -> ResponseReturnValue:
        with database.reading() as session:
            first = figure_places.tree(session, me()).first()
        return redirect(url_for(".place", place=first.written), 303)

    @pages.get("/angka/<place>")
    @only(*MAY_SEE_PLACE_FIGURES)
    def place(place: str) -> str:
        now = clock()
        with database.reading() as session:
            seen = sight(session, place, now)
        return render_template(
            "admin/place_figures.html", seen=seen, years=[(year, year) for year in years(now)], **_shared(seen.figures)
        )

    @pages.get("/angka/<place>/laporan")
    @only(*MAY_SEE_PLACE_FIGURES)
    def report(place: str) -> str:
        now = clock()
        with database.reading() as session:
            seen = sight(session, place, now)
        month = _month(seen.figures)
        return render_template(
            "admin/place_report.html",
            seen=seen,
            month=month,
            sentences=place_tables.sentences(seen.figures, month, seen.titles) if month else [],
            of_month=place_tables.tiles_of_month(month) if month else [],
            tables=place_tables.of_year(seen.tables, seen.figures.year),
            printed_on=day(today(now)),
            **_shared(seen.figures),
        )

    @pages.get("/angka/<place>/unduh")
    @only(*MAY_SEE_PLACE_FIGURES)
    def download(place: str) -> Response:
        now = clock()
        with database.transaction() as session:
            seen = sight(session, place, now)
            about = f"place:{seen.figures.place.written}:{seen.figures.year}"
            audit.record(session, me().staff_id, "figures_exported", now, about)
        return sheets.attached(
            _file(seen, now), f"angka-{seen.figures.place.written.replace(':', '-')}-{seen.figures.year}"
        )

    return pages


def _reckoned(session: Session, place: str, year: int, now: datetime) -> PlaceFigures:
    return place_figures.of_place(session, me(), figure_places.tree(session, me()), place, year, now)


def _shared(figures: PlaceFigures) -> dict[str, object]:
    """What the page and the report both show."""
    return {
        "figures": figures,
        "name_of": name_of,
        "tiles": place_tables.tiles(figures),
        "definitions": place_tables.definitions(),
        "charts": _charts(place_tables.begun(figures.trend)),
        "month_name": full_month_name,
        "counted": moment(figures.counted_at) if figures.counted_at else None,
    }


def _charts(trend: Sequence[Month]) -> list[tuple[str, str, Markup]]:
    """Title, what the strokes mean, drawing; nothing where there is nothing to show."""
    labels = [month_name(month.key) for month in trend]
    found = []
    if any(month.plain["asked"] for month in trend):
        bars = {
            _("Pertanyaan"): [month.plain["asked"] for month in trend],
            _("Dijawab tanpa petugas"): [month.plain["answered"] for month in trend],
        }
        title = _("Pertanyaan per bulan")
        found.append(
            (title, _("Penuh: semua pertanyaan. Kosong: dijawab tanpa petugas."), bar_chart(labels, bars, title))
        )
    if any(month.no_show is not None for month in trend):
        title = _("Bagian yang tidak datang per bulan")
        found.append((title, "", share_chart(labels, [month.no_show for month in trend], title)))
    return found


def _people(session: Session, census: Remembered[Sequence[VillageCount]], path: Sequence[Place], now: datetime) -> Line:
    """The register of people of a place, at most ten minutes old."""
    scope = me().scope(*MAY_SEE_PLACE_FIGURES)
    found = census.get((scope, int(now.timestamp()) // 600), lambda: census_figures.villages(session, scope, now))
    return census_figures.line_of(found, [place.key for place in path[1:]])


def _month(figures: PlaceFigures) -> Month | None:
    """The month asked for, else the last one that is over, else the first of the year."""
    by_key = {month.key: month for month in figures.months}
    over = figures.months[:-1] or figures.months
    return by_key.get(request.args.get("bulan", ""), over[-1] if over else None)


def _file(seen: Sight, now: datetime) -> bytes:
    """Every table, one number a row, so that it can be sorted and summed in a spreadsheet."""
    figures = seen.figures
    heading = [
        _(
            "%(place)s, %(year)s, keadaan %(moment)s",
            place=name_of(figures.place),
            year=figures.year,
            moment=moment(now),
        ),
        *(f"{name}: {meaning}" for name, meaning in place_tables.definitions()),
    ]
    rows: list[list[str | int]] = [
        [_("Ringkasan"), name_of(figures.place), name, value] for name, value in place_tables.tiles(figures)
    ]
    for table in seen.tables:
        for row in table.rows:
            rows += [[table.title, row[0], name, value] for name, value in zip(table.columns[1:], row[1:], strict=True)]
    return sheets.written(heading, [_("Tabel"), _("Kelompok"), _("Ukuran"), _("Nilai")], rows)
