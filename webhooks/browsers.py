"""What our public pages, the web chat and the booking by link, have in common as doors to a browser.

What each answer tells it (OWASP ASVS 5.0 V3: a strict policy, no copies, no traces elsewhere), how a request that another
site sent is known, and from which place it comes, so that one place cannot use up what others need (ASVS 5.0 V2.4).
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import math
import secrets
import time
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Flask, Response, g, render_template, request
from flask_limiter import Limiter, RequestLimit

PAGES = Path(__file__).parent / "page"
RETRY_SECONDS = "5"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def html(template: str, **values: Any) -> Response:
    """A page whose own style and scripts may run: they carry this answer's nonce."""
    g.nonce = secrets.token_urlsafe(16)
    return Response(render_template(template, nonce=g.nonce, **values), mimetype="text/html")


def see(address: str) -> Response:
    """Go and look there: what was sent is done, and loading the page again does not send it again."""
    return Response(status=303, headers={"Location": address})


def protect(response: Response, allowed: str = "", *, forms: str = "'self'") -> None:
    """Tell the browser what this answer may do. `allowed`: what the policy lets in; `forms`: where they may lead."""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; {allowed}form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers.update(HEADERS)
    if response.status_code == 503:
        response.headers["Retry-After"] = RETRY_SECONDS


def own_style() -> str:
    """Lets in the style of the page that this answer holds, if it is one."""
    return f"style-src 'nonce-{g.nonce}'; " if "nonce" in g else ""


def kept_style(name: str) -> tuple[str, str]:
    """The style of a page that everybody sees alike and may keep, and what lets it in: its fingerprint, since a kept page has
    no nonce (CSP Level 3, 'sha256-…')."""
    parts = ("house.css", "public.css", name)
    style = "".join((PAGES / part).read_text(encoding="utf-8") for part in parts)
    return style, f"style-src 'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'; "


def limiter_of(routes: Blueprint, **options: Any) -> Limiter:
    """Counts what comes from each place, in the memory of this process: nobody's address is ever written down."""
    limiter = Limiter(place, storage_uri="memory://", **options)
    routes.record(lambda setup: limiter.init_app(cast(Flask, setup.app)))
    return limiter


def place() -> str:
    """Where a request comes from: an IPv4 address, or the network of an IPv6 one (a home has 2⁶⁴ of them)."""
    given = request.remote_addr or "unknown"
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    if isinstance(address, ipaddress.IPv6Address) and not address.ipv4_mapped:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return given


def seconds_left(limit: RequestLimit) -> int:
    """Until more may come. The limiter counts by the machine's own clock."""
    return max(1, math.ceil(limit.window.reset_time - time.time()))


def is_from_elsewhere() -> bool:
    """Does the browser say that another site sent this?"""
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
