"""Pages that take a file: more may be sent to them than to a page with a form alone."""

from __future__ import annotations

from flask import Blueprint, request

ROOM_FOR_THE_REST = 64 * 1024
"""Bytes of a form around its file."""


def let_in(pages: Blueprint, view: str, most: int) -> None:
    """A file of up to `most` bytes may be sent to this view: said before its form is read for the token, where a larger
    one would be refused."""

    @pages.before_app_request
    def let_a_file_in() -> None:
        if request.endpoint == f"admin.{pages.name}.{view}":
            request.max_content_length = most + ROOM_FOR_THE_REST
