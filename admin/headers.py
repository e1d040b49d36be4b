"""What every page of the desk tells the browser: run only our own scripts, show it in no frame, keep no copy.

Rules: OWASP ASVS 5.0 3.4 (policy, nosniff, no-referrer, frame-ancestors), 14.3 (no-store).
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g


def add(pages: Blueprint) -> None:
    """Give each request its nonce, and each answer its headers."""

    @pages.before_request
    def make_nonce() -> None:
        g.nonce = secrets.token_urlsafe(16)

    @pages.after_request
    def protect(response: Response) -> Response:
        policy = (
            f"default-src 'none'; script-src 'nonce-{g.nonce}'; style-src 'self'; img-src 'self' data:; "
            "media-src 'self' blob:; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
        return response
