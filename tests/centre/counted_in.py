"""People of the register, for every test about it: Rohani who works in Hong Kong, with the consent she gave on paper."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from centre import census
from centre.areas import Village
from centre.census import Entry
from centre.census_consents import Given
from centre.people import Person
from tests.centre.booked import NOW, WAYAN

TODAY = date(2026, 12, 1)
ON_PAPER = Given("paper", date(2026, 11, 30), may_remind=True)
AT_THE_DESK = Given("desk", TODAY)
ROHANI = Entry(
    "Inaq Rohani",
    kind="abroad",
    since=date(2025, 3, 1),
    sex="f",
    birth_year=1990,
    phone="0812-3456-7890",
    destination="hk",
    contract_ends_on=date(2027, 3, 1),
    passport_ends_on=date(2027, 6, 15),
    phone_use="own",
    facts={"job": "pengasuh lansia", "employer": "Keluarga Chan", "birth_date": "1990-05-17"},
)


def registered(
    session: Session,
    village: Village | None,
    entry: Entry = ROHANI,
    given: Given = ON_PAPER,
    person: Person | None = None,
) -> Person:
    """Somebody in the register of a village."""
    village_id = village.id if village else None
    record = census.enter(session, entry, given, WAYAN, NOW, TODAY, source="desk", village_id=village_id, person=person)
    return session.get_one(Person, record.person_id)
