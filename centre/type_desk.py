"""What staff may do with the types of booking: see those of their areas, make and change them, stop one, sign its words.

A type is changed by who oversees the whole area it is offered in. As in `centre.desk`, every question asks for a `Scope`
first; what lies outside it is not found (`NotHere`). Changes count at once; what is booked already stays booked.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import booking_types
from centre.areas import Village
from centre.booking_types import BookingType, BookingTypeText, TypeInvalid
from centre.desk import NotHere
from centre.staff import Scope

SOURCE = "id"
"""Indonesian: the words that the others are translations of."""
Texts = Mapping[str, Mapping[str, str]]


class TypeChanged(Exception):
    """Somebody else changed the type since it was opened."""


class WordsChanged(Exception):
    """The words are other ones than those that were read."""


class AlreadySigned(Exception):
    """A native speaker stands by these words already."""


def types(session: Session, scope: Scope) -> Sequence[BookingType]:
    """The types that concern somebody's areas, also those not offered any more."""
    return booking_types.all_types(session, scope.areas)


def one(session: Session, scope: Scope, type_id: int, *, to_change: bool = False) -> BookingType:
    """One of these, locked if it is `to_change`. Raises `NotHere`."""
    found = session.get(BookingType, type_id, with_for_update=to_change or None)
    if found is None or found not in types(session, scope):
        raise NotHere(f"type {type_id}")
    return found


def may_change(scope: Scope, area: str) -> bool:
    """Is the whole of this area somebody's?"""
    return any(own in ("", area) or area.startswith(f"{own}.") for own in scope.areas)


def areas(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """The areas somebody may offer a type in, as (code, name): from the widest to the villages."""
    columns = (Village.code, Village.name, Village.regency, Village.province)
    rows = session.execute(
        select(*columns).where(scope.covers(Village.code)).order_by(Village.code, Village.name)
    ).all()
    named = {code[:2]: province for code, _name, _regency, province in rows}
    named |= {code[:5]: f"{regency}, {province}" for code, _name, regency, province in rows}
    named |= {code: f"{name}, {regency}" for code, name, regency, _province in rows if len(code) > len("52.03")}
    found = [(code, name) for code, name in named.items() if may_change(scope, code)]
    return sorted(found, key=lambda each: (len(each[0]), each[1]))


def make(session: Session, scope: Scope, rules: Mapping[str, Any], texts: Texts, by: str, now: datetime) -> BookingType:
    """A new type. `rules` as in `booking_types.save`, without the slug. `by`: staff id. Raises `TypeInvalid`."""
    _check_area(scope, rules["area"])
    slug = _slug(session, texts[SOURCE]["name"])
    return booking_types.save(session, None, {**rules, "slug": slug, "is_active": True}, texts, by, now)


def change(
    session: Session,
    scope: Scope,
    type_id: int,
    mark: str,
    rules: Mapping[str, Any],
    texts: Texts,
    by: str,
    now: datetime,
) -> BookingType:
    """Change a type. `mark`: that of the type as it was opened. Raises `NotHere`, `TypeChanged` or `TypeInvalid`."""
    found = _own(session, scope, type_id)
    if mark_of(found) != mark:
        raise TypeChanged
    _check_area(scope, rules["area"])
    before = words_of(found, SOURCE)
    others = {text.language: words_of(found, text.language) for text in found.texts if text.language not in texts}
    booking_types.save(session, found, rules, {**texts, **others}, by, now)
    if words_of(found, SOURCE) != before:
        _unsign(found)
    session.flush()
    return found


def offer(session: Session, scope: Scope, type_id: int, is_active: bool, by: str, now: datetime) -> BookingType:
    """Stop offering a type, or offer it again; its slots and bookings stay. `by`: staff id. Raises `NotHere`."""
    found = _own(session, scope, type_id)
    found.is_active, found.changed_at, found.changed_by = is_active, now, by
    session.flush()
    return found


def sign(session: Session, scope: Scope, type_id: int, language: str, mark: str, name: str) -> BookingTypeText:
    """A native speaker stands by these words. `mark`: of the words they read (`reading_mark`).

    Raises `NotHere`, `WordsChanged` or `AlreadySigned`.
    """
    found = one(session, scope, type_id, to_change=True)
    text = translated(found, language)
    if reading_mark(found, language) != mark:
        raise WordsChanged
    if text.reviewed_by:
        raise AlreadySigned
    text.reviewed_by = name[:100]
    session.flush()
    return text


def translated(found: BookingType, language: str) -> BookingTypeText:
    """The type's words in a language other than Indonesian. Raises `NotHere`."""
    for text in found.texts:
        if text.language == language != SOURCE:
            return text
    raise NotHere(f"type {found.id} in {language}")


def words_of(found: BookingType, language: str) -> dict[str, str]:
    """The type's words in a language; nothing where there are none."""
    for text in found.texts:
        if text.language == language:
            return {"name": text.name, "description": text.description, "bring": text.bring}
    return {}


def mark_of(found: BookingType) -> str:
    """What tells one saved state of a type from another."""
    return found.changed_at.isoformat()


def reading_mark(found: BookingType, language: str) -> str:
    """The mark of a translation and of the words it was made from."""
    read = repr((words_of(found, SOURCE), words_of(found, language)))
    return hashlib.sha256(read.encode()).hexdigest()[:16]


def _own(session: Session, scope: Scope, type_id: int) -> BookingType:
    found = one(session, scope, type_id, to_change=True)
    if not may_change(scope, found.area):
        raise NotHere(f"type {type_id}")
    return found


def _check_area(scope: Scope, area: str) -> None:
    if not may_change(scope, area):
        raise TypeInvalid("area")


def _unsign(found: BookingType) -> None:
    """Whoever read a translation read it beside other words."""
    for text in found.texts:
        text.reviewed_by = None


def _slug(session: Session, name: str) -> str:
    """A short name for addresses and files, of this type alone: "pelatihan-menjahit", "pelatihan-menjahit-2"."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:34].strip("-") or "layanan"
    taken = set(session.scalars(select(BookingType.slug).where(BookingType.slug.startswith(stem, autoescape=True))))
    return next(
        slug for slug in [stem, *[f"{stem}-{number}" for number in range(2, len(taken) + 3)]] if slug not in taken
    )
