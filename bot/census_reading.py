"""What people write at the questions about their own data: a name, an age, a country, a month."""

from __future__ import annotations

import re
from datetime import date, timedelta

from centre import people
from content import places

OLDEST = 110
NAME_WORDS = 6


def name_in(text: str) -> str | None:
    """A name, alone."""
    if len(text.split()) > NAME_WORDS:
        return None
    try:
        return people.clean_name(text)
    except people.NameInvalid:
        return None


def age_in(text: str, this_year: int) -> str | None:
    """An age, or a year of birth as the age that is reached this year."""
    found = re.fullmatch(r"\D{0,12}(\d{1,4})\D{0,12}", text.strip(), re.ASCII)
    number = int(found[1]) if found else None
    if number is not None and number > this_year - OLDEST:
        number = this_year - number
    return str(number) if number is not None and 0 <= number <= OLDEST else None


def country_in(text: str) -> str | None:
    """The code of a country abroad."""
    found = places.abroad_in(text) if len(text.split()) <= NAME_WORDS else ()
    return found[0] if found and len(found[0]) == 2 else None


def month_in(text: str) -> str | None:
    """ "3-2027", "31/03/2027", "Maret 2027" as ISO writes it: the last day of the month, unless a day was named."""
    plain = text.strip().casefold()
    if found := re.fullmatch(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4})", plain, re.ASCII):
        return _written(found[1], int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(?:(\d{1,2}) )?([a-z]{3,12}) (\d{4})", plain, re.ASCII):
        month = next((number for number, begin in enumerate(_MONTHS, 1) if found[2].startswith(begin)), None)
        return _written(found[1], month, int(found[3])) if month else None
    return None


_MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan",),
    ("feb", "peb"),
    ("mar",),
    ("apr",),
    ("mei", "may"),
    ("jun",),
    ("jul",),
    ("agu", "ags", "aug"),
    ("sep",),
    ("okt", "oct"),
    ("nov", "nop"),
    ("des", "dec"),
)
"""How the months begin, in Indonesian and English."""


def _written(day: str | None, month: int, year: int) -> str | None:
    try:
        if day:
            return date(year, month, int(day)).isoformat()
        if not 1 <= month <= 12:
            return None
        after = date(year + month // 12, month % 12 + 1, 1)
        return (after - timedelta(days=1)).isoformat()
    except ValueError:
        return None
