"""The desk's look: Bootstrap as bundled with Bootstrap-Flask, a little of our own, and small scripts.

Served from here and from nowhere else. Their addresses change with their content, so browsers keep them for a year.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from flask import Blueprint, Response, abort, url_for

from admin.access import the_same_for_all


@dataclass(frozen=True)
class Asset:
    """One file and what it is."""

    content: bytes
    mimetype: str
    digest: str


BOOTSTRAP: Final = "bootstrap.min.css"
FOLDERS: Final[dict[str, Traversable]] = {
    BOOTSTRAP: files("flask_bootstrap") / "static/bootstrap5/css/bootstrap.min.css",
    "desk.css": files("admin") / "static/desk.css",
    "idle.js": files("admin") / "static/idle.js",
    "steady.js": files("admin") / "static/steady.js",
    "writing.js": files("admin") / "static/writing.js",
    "news.js": files("admin") / "static/news.js",
    "progress.js": files("admin") / "static/progress.js",
    "print.js": files("admin") / "static/print.js",
    "recording.js": files("admin") / "static/recording.js",
}
MIMETYPES: Final = {"css": "text/css", "js": "text/javascript"}


def blueprint() -> Blueprint:
    """The files, and `asset()` for templates."""
    assets = Blueprint("assets", __name__)
    assets.record(lambda state: state.app.jinja_env.globals.update(asset=address))

    @assets.get("/aset/<digest>/<name>")
    @the_same_for_all
    def asset(digest: str, name: str) -> Response:
        if name not in FOLDERS or read(name).digest != digest:
            abort(404)
        found = read(name)
        keep = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(found.content, mimetype=found.mimetype, headers=keep)

    return assets


def address(name: str) -> str:
    """Where a template finds the file."""
    return url_for("admin.assets.asset", digest=read(name).digest, name=name)


@cache
def read(name: str) -> Asset:
    """The file, read once."""
    content = FOLDERS[name].read_bytes()
    if name == BOOTSTRAP:
        content += _dark_when_wanted(content.decode()).encode()
    return Asset(content, MIMETYPES[name.rpartition(".")[2]], hashlib.sha256(content).hexdigest()[:12])


def _dark_when_wanted(style: str) -> str:
    """Bootstrap's dark colours for whoever's telephone is set to dark: it knows only an attribute, which would take a script.

    On paper everything stays dark on white.
    """
    rules = re.findall(r"\[data-bs-theme=dark\]([^{,]*)\{([^}]*)\}", style)
    dark = "".join(f":root{inner}{{{colours}}}" for inner, colours in rules)
    return f"@media screen and (prefers-color-scheme:dark){{{dark}}}"
