"""A form that is sent by `static/steady.js` over a line that breaks: it hears where to go next, and tries again until it does.

Only forms marked `data-steady` are sent so. What they ask for happens once however often they arrive: a case's forms bear a key
(`centre.case_desk.once`), a tick on a roster is the same tick.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

HEADER = "X-Steady"


def add(pages: Blueprint) -> None:
    """Say in words a script can read what a browser would follow by itself."""

    @pages.after_request
    def say_where(response: Response) -> Response:
        if request.headers.get(HEADER) != "1" or response.status_code != 303:
            return response
        told = jsonify(to=response.headers["Location"])
        told.headers.extend((name, value) for name, value in response.headers if name == "Set-Cookie")
        return told
