"""What an address or a form carried along: numbers and days, as far as they can be read. What cannot counts as not carried."""

from __future__ import annotations

from datetime import date

from flask import request

ROW = "int(max=9223372036854775807)"
"""A row number in an address; a larger one is no address, and no number the database could read."""
DIGITS = 18
"""Of a row number that is typed or carried along: as many as always fit."""
DEEPEST = 6
"""Digits of how far into a list a page may begin."""


def number_in(typed: str | None, digits: int = DIGITS) -> int | None:
    """The whole number that stands there."""
    return int(typed) if typed and typed.isascii() and typed.isdecimal() and len(typed) <= digits else None


def begins_after(digits: int = DEEPEST) -> int:
    """Where the page of a long list begins, as its address says; the first page where it does not."""
    return number_in(request.args.get("sesudah"), digits) or 0


def day_in(typed: str | None) -> date | None:
    """The day that stands there as ISO writes it."""
    try:
        return date.fromisoformat(typed or "")
    except ValueError:
        return None
