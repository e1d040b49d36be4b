"""What is kept of families and what they may do about it, for everybody to read and to print: no cookies, no scripts, light.

The words come in ready (`processes.privacy_page`); they name nobody, so browsers and proxies may keep the page for an hour.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from webhooks import browsers

ADDRESSES = {"id": "/privasi", "en": "/privacy"}
OWN_NAMES = {"id": "Bahasa Indonesia", "en": "English"}
TITLES = {"id": ("Data Anda di Balai", "Mulai obrolan"), "en": ("Your data at Balai", "Open the chat")}
KEPT_SECONDS = 3600


def blueprint(texts: Mapping[str, str]) -> Blueprint:
    """One page a language. `texts`: language → HTML of ours."""
    routes = Blueprint("privacy_page", __name__, template_folder=str(browsers.PAGES))
    limiter = browsers.limiter_of(routes)
    style, allowed = browsers.kept_style("privacy.css")

    @routes.get(ADDRESSES["id"])
    @limiter.limit("120 per minute")
    def indonesian() -> Response:
        return _page(texts["id"], "id", style)

    @routes.get(ADDRESSES["en"])
    @limiter.limit("120 per minute")
    def english() -> Response:
        return _page(texts["en"], "en", style)

    @routes.after_request
    def guard(response: Response) -> Response:
        browsers.protect(response, allowed)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        return response

    return routes


def _page(text: str, language: str, style: str) -> Response:
    other = next(code for code in ADDRESSES if code != language)
    title, chat = TITLES[language]
    drawn = render_template(
        "privacy.html",
        text=Markup(text),  # nosec B704  # noqa: S704  our own file
        style=Markup(style),  # nosec B704  # noqa: S704  our own file
        language=language,
        title=title,
        chat=chat,
        other=other,
        other_address=ADDRESSES[other],
        other_name=OWN_NAMES[other],
    )
    page = Response(drawn, mimetype="text/html")
    page.add_etag()
    page.make_conditional(request)
    return page
