"""What else stands at the demo's desk: the register of people, a request about data, a day away, a saved reply, a referral, and
somebody who must be telephoned."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import (
    booking_types,
    bookings,
    calendars,
    case_referrals,
    census,
    census_requests,
    incidents,
    notices,
    people,
    saved_replies,
    slots,
)
from centre.areas import Village
from centre.booking_records import Booking
from centre.bookings import Ask
from centre.case_records import Case
from centre.census import Entry
from centre.census_consents import Given
from centre.incidents import Kind
from centre.notices import Notice
from centre.people import Person
from centre.referral_records import State
from centre.saved_replies import Wording
from centre.slots import Plan
from centre.staff import Scope, SignedIn

PLACES = ("my", "sa", "hk", "tw", "sg", "jp")
REPLY = "Terima kasih, sudah kami terima. Kami kabari paling lambat besok sore."
SEATS = 6
PROOF = "Bu Ratih di loket BP3MI, pukul 10, lewat telepon"


def register(session: Session, person: Person, kind: str, dice: random.Random, by: str, now: datetime) -> None:
    """Take somebody into the register, as the officer did at the desk."""
    today = now.date()
    entry = Entry(
        person.name,
        kind=kind,
        sex=dice.choice(("f", "f", "m")),
        birth_year=person.birth_year,
        destination=dice.choice(PLACES) if kind in ("abroad", "prospective", "returned") else None,
        passport_ends_on=today + timedelta(days=dice.randint(30, 1500)) if kind in ("abroad", "prospective") else None,
        contract_ends_on=today + timedelta(days=dice.randint(20, 700)) if kind == "abroad" else None,
    )
    given = Given("desk", today, may_remind=dice.random() < 0.6)
    census.enter(session, entry, given, by, now, today, source="desk", person=person)


def ask_to_see(session: Session, person: Person, by: str, now: datetime) -> None:
    """Somebody wants to know what is kept of them."""
    census_requests.ask(session, person.id, person.village_id, "see", "desk", by, now - timedelta(hours=20))


def be_away(session: Session, village: Village, by: str, now: datetime) -> None:
    """Nobody is at the centre for two days next week."""
    first = calendars.local(now, village.time_zone).date() + timedelta(days=8)
    calendars.add_absence(session, village.id, first, first + timedelta(days=1), "rapat di kabupaten", by, now)


def save_reply(session: Session, by: str, now: datetime) -> None:
    """A sentence that is used often."""
    everywhere = Scope(frozenset({""}), True)
    saved_replies.save(session, everywhere, None, Wording("", "id", "", "Sudah diterima", REPLY), by, now)


def refer(session: Session, case: Case, by: SignedIn, partner_id: str, at: datetime) -> None:
    """A case goes to the partner, with the family's spoken consent."""
    made = case_referrals.make(
        session,
        case,
        by.staff_id,
        "bp3mi",
        "BP3MI NTB",
        "Mohon dibantu menagih gaji.",
        [],
        "demo",
        at,
        partner_id=partner_id,
    )
    case_referrals.heard(session, case, made, by.staff_id, PROOF, at)
    case_referrals.change(session, case, made, by.staff_id, State.SENT, PROOF, at)


def must_be_called(session: Session, village: Village, by: str, now: datetime) -> None:
    """A date was called off, and two who booked at the desk have no address to be told on."""
    kind = next(each for each in booking_types.all_types(session, frozenset({""})) if each.seats >= SEATS)
    day = calendars.local(now, village.time_zone).date() + timedelta(days=5)
    slot = slots.make(session, kind, village, Plan(day, time(13), time(15), SEATS), by, now, insist=True)
    for name in ("Inaq Mahnep", "Papuq Sahnun"):
        known = people.add(session, name, now, village_id=village.id, phone="+62 819 0700 0111")
        bookings.book(session, Ask(slot.id, known.id, None, by, slot.version, at_desk=True), now)
    bookings.call_off_slot(session, slot.id, "pelatih sakit", by, now)
    told = select(Notice).join(Booking, Booking.id == Notice.booking_id).where(Booking.slot_id == slot.id)
    for notice in session.scalars(told.where(Notice.kind == "cancelled")):
        if notices.take(session, notice.id, now):
            notices.told(notice, now)
    session.flush()


def was_in_trouble(session: Session, now: datetime) -> None:
    """A queue that was too long a week ago and is well again, and words of ours that WhatsApp does not let through."""
    begun = now - timedelta(days=7, hours=3)
    for minutes in (0, 3):
        incidents.report(session, Kind.QUEUE_OLD, "inbox", begun + timedelta(minutes=minutes))
    for minutes in (40, 46):
        incidents.mend(session, Kind.QUEUE_OLD, "inbox", begun + timedelta(minutes=minutes))
    incidents.report(session, Kind.TEMPLATE_STOPPED, "reminder/id", now - timedelta(hours=5), detail="rejected")
