"""One thing of each kind behind the pages about services, made afresh for whoever opens or changes it."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy.orm import Session

from centre import calendars, people
from centre.areas import Village
from centre.booking_types import BookingTypeText
from tests.centre import booked
from tests.centre.test_calls import called_off


def address_of(desk, village: int, rule: str) -> str:
    """The address of a page about services, with numbers of what there is in the village."""
    kind = rule.split("/")[3] if rule.count("/") > 3 else ""
    with desk.database.transaction() as session:
        made = _MAKE[kind](session, session.get_one(Village, village)) if "{row}" in rule else {}
    for name, number in {**made, "<language>": "sas"}.items():
        rule = rule.replace(name, str(number))
    return rule


def _type(session: Session, _village: Village) -> dict[str, int]:
    kind = booked.workshop(session, slug=f"pelatihan-{uuid.uuid4().hex[:12]}")
    kind.texts.append(BookingTypeText(language="sas", name="Bèngkèl", description="", bring=""))
    session.flush()
    return {"{row}": kind.id}


def _absence(session: Session, village: Village) -> dict[str, int]:
    day = date(2027, 1, 4)
    return {"{row}": calendars.add_absence(session, village.id, day, day, "rapat", booked.WAYAN, booked.NOW).id}


def _pair(session: Session, village: Village) -> dict[str, int]:
    one, other = (people.add(session, "Siti Rohani", booked.NOW, village_id=village.id) for _ in range(2))
    return {"{row}": village.id, "{one}": one.id, "{other}": other.id}


def _call(session: Session, village: Village) -> dict[str, int]:
    return {"{row}": called_off(session, booked.person(session, "Sari"), None, village).id}


_MAKE = {
    "jenis": _type,
    "jam": lambda _session, village: {"{row}": village.id},
    "libur": _absence,
    "nama": _pair,
    "telepon": _call,
}
