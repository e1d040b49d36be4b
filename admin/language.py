"""The desk's words: Bahasa as the msgids of `locales/admin.pot`, English in `locales/en/LC_MESSAGES/admin.po`.

Staff choose; who has not chosen reads Bahasa. The catalogue is read from the .po file itself once per process (decision 0006):
what is missing or doubtful there falls back to Bahasa.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any, Final

import flask_babel  # type: ignore[import-untyped]
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request

LANGUAGES: Final = {"id": "Bahasa Indonesia", "en": "English"}
SOURCE: Final = "id"
LOCALES: Final = Path(__file__).parent.parent / "locales"


def add(app: Flask) -> None:
    """Let the pages of `app` speak the language that was chosen."""
    babel = flask_babel.Babel(app, default_locale=SOURCE, default_domain="admin", locale_selector=chosen)
    babel.domain_instance = _Words()


def chosen() -> str:
    """The language of whoever asks: their own choice, else their browser's, else Bahasa."""
    if not has_request_context():
        return SOURCE
    member = g.get("staff")
    for wanted in (member.language if member else None, request.cookies.get(cookie())):
        if wanted in LANGUAGES:
            return str(wanted)
    return SOURCE


def cookie() -> str:
    """Where a browser keeps what it was last told, for the pages before signing in (named as ASVS 5.0 3.3.1 wants it)."""
    return "__Host-bahasa" if current_app.config["SESSION_COOKIE_SECURE"] else "bahasa"


def gettext(msgid: str, **values: object) -> str:
    """The words now, with `%(name)s` filled in."""
    return str(flask_babel.gettext(msgid, **values))


def pgettext(context: str, msgid: str) -> str:
    """The words now, for a msgid that means something of its own in `context`."""
    return str(flask_babel.pgettext(context, msgid))


def later(msgid: str) -> Any:
    """The words when they are shown: for what is written before there is a request, such as a form's labels."""
    return flask_babel.lazy_gettext(msgid)


class _Words(flask_babel.Domain):  # type: ignore[misc]
    """Where Flask-Babel finds the words, instead of compiled files."""

    def __init__(self) -> None:
        super().__init__(domain="admin")

    def get_translations(self) -> NullTranslations:
        return _catalogue(chosen())


@cache
def _catalogue(language: str) -> NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / "admin.po"
    if language == SOURCE or not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, domain="admin")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="admin")
