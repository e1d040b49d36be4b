"""What every page of the desk tells the browser: run only our own scripts, show it in no frame, keep no copy.

Rules: OWASP ASVS 5.0 3.4 (policy, nosniff, no-referrer, frame-ancestors), 14.3 (no-store).
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g

DEVICES = "camera=(), microphone=(self), geolocation=(), payment=(), usb=()"
"""Guidance is spoken into the telephone; nothing else of it is asked for."""


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
        response.headers["Permissions-Policy"] = DEVICES
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        return response
