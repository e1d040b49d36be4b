"""The desk's words, in Bahasa as the msgids of its catalogue `locales/admin.pot`."""

from __future__ import annotations

from typing import Any

import flask_babel  # type: ignore[import-untyped]


def gettext(msgid: str, **values: object) -> str:
    """The words now, with `%(name)s` filled in."""
    return str(flask_babel.gettext(msgid, **values))


def later(msgid: str) -> Any:
    """The words when they are shown: for what is written before there is a request, such as a form's labels."""
    return flask_babel.lazy_gettext(msgid)
