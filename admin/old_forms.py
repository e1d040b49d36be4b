"""Forms of before: a page that was open when its session ended, sent after the same person has signed in again elsewhere.

Signing in gives the cookie a new token for its forms, so these are no proof any more, and nothing they ask for is done. But the
words in them are this person's: `admin.keeping` offers them again. The cookie remembers the last few tokens of the same person.
"""

from __future__ import annotations

from flask import request, session
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

OWNER = "of"
"""Whose the cookie's forms are: a staff id."""
BEFORE = "before"
"""The tokens of that person's forms before the present one."""
_PRESENT = "csrf_token"
_TRIED = "before_tried"
_MOST = 4
"""Each signing in uses two, one for each step."""


def outlast(staff_id: str) -> dict[str, object]:
    """What the cookie takes along when this person's begins anew: nothing of anybody else's."""
    if session.get(OWNER) != staff_id or _PRESENT not in session:
        return {OWNER: staff_id}
    return {OWNER: staff_id, BEFORE: [*session.get(BEFORE, []), session[_PRESENT]][-_MOST:]}


def is_one() -> bool:
    """Is the form that came from a page that the same person opened before signing in again?"""
    return any(_fits(token) for token in session.get(BEFORE, []))


def _fits(token: str) -> bool:
    session[_TRIED] = token
    try:
        validate_csrf(request.form.get(_PRESENT), token_key=_TRIED)
    except ValidationError:
        return False
    else:
        return True
    finally:
        session.pop(_TRIED)
