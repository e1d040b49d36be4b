"""What a browser tells of itself when somebody signs in: its kind, roughly where it is, and the mark of one's own device."""

from __future__ import annotations

import ipaddress
import secrets

from flask import current_app, request
from werkzeug import Response

KINDS = (
    ("Edg", "Edge"),
    ("SamsungBrowser", "Samsung Internet"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
"""The first that is found counts: many call themselves by the names of others too."""
MACHINES = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
MARK_KEPT = 30 * 24 * 3600
"""Seconds; as long as `centre.sign_ins` knows it."""


def device() -> str:
    """What somebody knows this browser by: "Chrome, Android"; empty where it does not say."""
    said = request.user_agent.string
    found = [next((name for sign, name in names if sign in said), "") for names in (KINDS, MACHINES)]
    return ", ".join(filter(None, found))


def place_of(address: str | None) -> str:
    """Where a try comes from: an IPv4 address, or the network of an IPv6 one (a home has 2⁶⁴ of them)."""
    known = _address(address)
    if known is None:
        return "unknown"
    if known.version == 6:
        return str(ipaddress.ip_network(f"{known}/64", strict=False))
    return str(known)


def coarse_place(address: str | None) -> str:
    """So much of the address that it names a provider or a town and no house: "103.10.…"."""
    known = _address(address)
    if known is None or known.is_private:
        return ""
    kept = str(known).split(".")[:2] if known.version == 4 else known.exploded.split(":")[:2]
    return (".".join(kept) + ".…") if known.version == 4 else (":".join(kept) + ":…")


def mark() -> str:
    """What this browser was given to be known by, if it is somebody's own; empty for any other."""
    return request.cookies.get(_cookie(), "")[:64]


def new_mark() -> str:
    """A mark for a browser that has none yet."""
    return secrets.token_urlsafe(16)


def give_mark(response: Response, given: str) -> None:
    """Know this browser again for 30 days: strangers who try its owner's name cannot make it wait."""
    response.set_cookie(
        _cookie(),
        given,
        max_age=MARK_KEPT,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-perangkat"


def _address(address: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address or "")
    except ValueError:
        return None
