"""People of a village's register, for stories at the desk about them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import census, census_requests, merging, people
from centre.areas import Village
from centre.census import Entry
from centre.census_consents import Given
from centre.census_merging import PeopleMerge
from centre.notices import Notice
from tests.centre.booked import WAYAN
from tests.centre.counted_in import ROHANI

if TYPE_CHECKING:
    from tests.admin.conftest import Desk

_letters = itertools.cycle("abcdefghijklmnopqrstuvwxyz")


def enter(desk: Desk, village_id: int, entry: Entry = ROHANI, *, may_remind: bool = False, person: int = 0) -> int:
    """Somebody in the register; gives the number."""
    with desk.database.transaction() as session:
        today = desk.now.date()
        given = Given("paper", today - timedelta(days=3), may_remind=may_remind)
        known = session.get_one(people.Person, person) if person else None
        village = session.get_one(Village, village_id)
        record = census.enter(
            session, entry, given, WAYAN, desk.now, today, source="desk", village_id=village.id, person=known
        )
        return record.person_id


def address_of(desk: Desk, village_id: int, rule: str) -> str:
    """The address of a page about the register, with numbers of what there is."""
    if "{row}" not in rule:
        return rule
    name = f"Warga {next(_letters)}{next(_letters)}"
    number = enter(desk, village_id, replace(ROHANI, name=name))
    other = enter(desk, village_id, replace(ROHANI, name=f"Budi {name}"))
    with desk.database.transaction() as session:
        if "gabungan" in rule:
            merging.merge(session, number, other, WAYAN, desk.now)
            number = session.scalars(select(PeopleMerge.id).order_by(PeopleMerge.id.desc())).first() or 0
        elif "formulir" in rule:
            number = village_id
        elif "belum-diingatkan" in rule:
            number = untold(session, number, desk.now)
        elif "/permintaan/{row}" in rule:
            number = census_requests.ask(session, number, village_id, "correct", "desk", WAYAN, desk.now).id
    return rule.replace("{row}", str(number)).replace("{other}", str(other))


def untold(session: Session, person_id: int, now: datetime) -> int:
    """The notice of somebody whose passport ends and whom nobody could tell; gives its number."""
    notice = Notice(
        key=f"own:{person_id}:passport:183:2027-06-15",
        kind="own_date",
        person_id=person_id,
        zone="Asia/Makassar",
        due_at=now,
        useful_until=now + timedelta(days=183),
        state="not_told",
        why_not="no_address",
    )
    session.add(notice)
    session.flush()
    return notice.id
