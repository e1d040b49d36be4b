"""The outermost door of the web process: what every answer tells a browser, whoever made it.

Pages say for themselves what they need (`admin.headers`, `webhooks.browsers`). What nobody made with care, an address that
is none, a health check, an answer to a platform, an error, gets the strictest of everything here, so that no answer goes out
bare (OWASP ASVS 5.0 3.4.1–3.4.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from webhooks.browsers import HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

STRICTEST = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
}
ONLY_HTTPS = "max-age=31536000; includeSubDomains"
"""A year, as ASVS 5.0 3.4.1 has it."""

Headers = list[tuple[str, str]]


class FrontDoor:
    """Around an application: completes the headers of each answer."""

    def __init__(self, app: WSGIApplication, *, is_https: bool) -> None:
        """`is_https`: people reach us by https, and their browsers may forget any other way."""
        self._app = app
        self._told = STRICTEST | ({"Strict-Transport-Security": ONLY_HTTPS} if is_https else {})

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            return start_response(status, self._completed(headers), *error)

        return self._app(environ, start)

    def _completed(self, headers: Headers) -> Headers:
        said = {name.lower() for name, _ in headers}
        missing = [(name, value) for name, value in self._told.items() if name.lower() not in said]
        return headers + missing
