"""The public page of figures: totals only, the same for everybody, without signing in, without cookies and scripts.

What may be shown is settled in `centre.public_figures`. The page may be kept by browsers and proxies for an hour, so its one
style is let in by its fingerprint (CSP Level 3, 'sha256-…'), which stays right in a copy.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from babel.dates import format_date
from flask import Blueprint, Response, render_template, request
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from centre import public_figures
from centre.db import Database
from centre.public_figures import LEAST_WARNINGS, PublicFigures
from webhooks import browsers
from webhooks.page.figures_words import WORDS

ADDRESS = "/angka"
KEPT_SECONDS = 3600
OWN_NAMES = {"id": "Bahasa Indonesia", "en": "English"}


def blueprint(database: Database, clock: Callable[[], datetime]) -> Blueprint:
    """One page."""
    routes = Blueprint("public_figures", __name__, template_folder=str(browsers.PAGES))
    limiter = browsers.limiter_of(routes)
    style, allowed = browsers.kept_style("figures.css")

    @routes.get(ADDRESS)
    @limiter.limit("120 per minute")
    def look() -> Response:
        language = request.args.get("lang", "")
        language = language if language in WORDS else "id"
        with database.reading() as session:
            figures = public_figures.of_year(session, clock())
        page = _page(figures, language, style)
        page.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        page.add_etag()
        page.make_conditional(request)
        return page

    @routes.after_request
    def guard(response: Response) -> Response:
        kept = response.headers.get("Cache-Control")
        browsers.protect(response, allowed)
        if kept and response.status_code in (200, 304):
            response.headers["Cache-Control"] = kept
        return response

    @routes.errorhandler(SQLAlchemyError)
    def down(_error: SQLAlchemyError) -> Response:
        return Response("Sedang ada gangguan. Coba lagi sebentar lagi.\n", 503, mimetype="text/plain")

    return routes


def _page(figures: PublicFigures, language: str, style: str) -> Response:
    words = WORDS[language]
    other = next(code for code in WORDS if code != language)
    totals = [
        (words["more_than"].format(number=_number(figures.totals[measure])), words[measure])
        for measure in ("asked", "answered", "booked", "opened", "closed")
        if figures.totals.get(measure)
    ]
    drawn = render_template(
        "public-figures.html",
        words=words,
        language=language,
        other=other,
        other_name=OWN_NAMES[other],
        style=Markup(style),  # nosec B704  # noqa: S704  our own file
        span=words["span"].format(since=_month(figures.since, language), until=_month(figures.until, language)),
        totals=[*totals, (str(figures.villages), words["villages"])] if totals else [],
        warnings=[(name, _band(words, first, last)) for name, first, last in figures.warnings],
        warnings_about=words["warnings_about"].format(least=LEAST_WARNINGS),
    )
    return Response(drawn, mimetype="text/html")


def _band(words: dict[str, str], first: int, last: int | None) -> str:
    return words["band_open"].format(first=first) if last is None else words["band"].format(first=first, last=last)


def _month(month: str, language: str) -> str:
    return format_date(date.fromisoformat(f"{month}-01"), "MMMM y", language)


def _number(number: int) -> str:
    """ "12.340", as both languages are read in Indonesia."""
    return f"{number:,}".replace(",", ".")
