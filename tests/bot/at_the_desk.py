"""What staff do in a transcript, between what people say: "(petugas: …)" lines, and the messages we then write first.

(petugas: jadwal Pelatihan perbengkelan, Korleko, 2026-12-12 09.00-12.00, 1 kursi)
(petugas: pindah 2026-12-12 09.00 ke 2026-12-13 10.00-13.00, pelatih sakit)
(petugas: batal 2026-12-12 09.00, hujan lebat)
(petugas: tidak hadir Sari)
(petugas: daftar P3MI tanggal 2026-11-01)
(petugas: Bu Ani ambil)
(petugas: Bu Ani jawab: Baik, Pak. Kami hubungi KBRI.)
(petugas: Bu Ani tutup)
(petugas: catatan kasus)
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import areas, booking_types, bookings, cases, interests, mails, slots, staff
from centre.booking_records import Booking
from centre.booking_types import BookingType, BookingTypeText
from centre.bookings import State
from centre.case_records import Case
from centre.case_scopes import scope_of
from centre.db import Database
from centre.slots import Plan, Slot
from centre.staff import Role, SignedIn, StaffMember
from processes import alerting, noticing, telling
from tests import agencies_made

WAYAN = "11111111-1111-1111-1111-111111111111"
"""The officer's staff id."""
_DAY, _CLOCK = r"(\d{4}-\d\d-\d\d)", r"(\d\d\.\d\d)"


def do(database: Database, deed: str, now: datetime) -> None:
    """One line of staff."""
    with database.transaction() as session:
        if session.scalar(select(BookingType.id).limit(1)) is None:
            booking_types.seed(session, now)
        for pattern, act in _DEEDS.items():
            found = re.fullmatch(pattern, deed)
            if found:
                act(session, *found.groups(), now)
                return
    raise AssertionError(f"staff cannot do this in a transcript: {deed}")


def write_first(database: Database, now: datetime) -> None:
    """What the schedule does every few seconds."""
    alerting.alert_due(database, "https://balai.example", lambda: now, mails.queue)
    telling.tell_families(database, lambda: now)
    noticing.lapse_offers(database, lambda: now)
    noticing.tell_due(database, "https://balai.example", lambda: now)


def _make(session: Session, what: str, where: str, day: str, begins: str, ends: str, seats: str, now: datetime) -> None:
    named = select(BookingType).where(BookingType.texts.any(BookingTypeText.name == what))
    village = areas.search(session, where)[0]
    plan = Plan(date.fromisoformat(day), _clock(begins), _clock(ends), int(seats))
    slot = slots.make(session, session.scalars(named).one(), village, plan, WAYAN, now, insist=True)
    interests.tell(session, slot, now)


def _move(
    session: Session, day: str, begins: str, to_day: str, to: str, until: str, reason: str, now: datetime
) -> None:
    slot = _slot(session, day, begins)
    plan = Plan(date.fromisoformat(to_day), _clock(to), _clock(until), slot.seats)
    bookings.change_slot(session, slot.id, plan, reason, WAYAN, now, insist=True)


def _call_off(session: Session, day: str, begins: str, reason: str, now: datetime) -> None:
    bookings.call_off_slot(session, _slot(session, day, begins).id, reason, WAYAN, now)


def _absent(session: Session, name: str, now: datetime) -> None:
    booked = session.scalars(select(Booking).where(Booking.state == State.BOOKED)).all()
    booking = next(each for each in booked if each.person and each.person.name == name)
    bookings.mark(session, booking.id, State.ABSENT, bookings.by_staff(WAYAN), now)


def _load_agencies(session: Session, day: str, now: datetime) -> None:
    agencies_made.load(session, now, dated=date.fromisoformat(day))


def _slot(session: Session, day: str, begins: str) -> Slot:
    for slot in session.scalars(select(Slot).where(Slot.state == slots.State.OPEN)):
        if (
            slots.times(Plan(date.fromisoformat(day), _clock(begins), time(23, 59), 1), slot.village)[0]
            == slot.starts_at
        ):
            return slot
    raise AssertionError(f"no slot on {day} at {begins}")


def _clock(written: str) -> time:
    return time.fromisoformat(written.replace(".", ":"))


def _ani(session: Session, name: str, where: str, now: datetime) -> None:
    """Somebody works at a desk from now on: (petugas: Bu Ani bekerja di 52.03.17.2006)."""
    login = re.sub(r"[^a-z]", "", name.casefold())
    role = Role.COORDINATOR if len(where) <= len("52.03") else Role.PETUGAS
    if name.startswith("Bu Rina"):
        role = Role.SPECIALIST
    member = staff.add(session, login, name, role, where, "burung camar terbang", now, must_change=False)
    staff.set_email(session, member, f"{login}@example.org")


def _staff(session: Session, name: str) -> SignedIn:
    member = session.scalars(select(StaffMember).where(StaffMember.name == name)).one()
    roles = frozenset((Role(each.role), each.area) for each in member.roles)
    return SignedIn(member.id, member.login, member.name, False, roles, member.created_at)


def _case(session: Session, name: str) -> Case:
    """The case that this member of staff can see; nobody handles another."""
    seen = session.scalars(
        select(Case).where(scope_of(_staff(session, name)).covers()).order_by(Case.id.desc())
    ).first()
    assert seen, f"{name} sees no case"
    return seen


def _take(session: Session, name: str, now: datetime) -> None:
    cases.take(session, _case(session, name), _staff(session, name).staff_id, now)


def _reply(session: Session, name: str, words: str, now: datetime) -> None:
    cases.reply(session, _case(session, name), _staff(session, name).staff_id, words, now.isoformat(), now)


def _close(session: Session, name: str, now: datetime) -> None:
    cases.close(session, _case(session, name), _staff(session, name), "solved", "Sudah selesai.", now)


def _reopen(session: Session, name: str, now: datetime) -> None:
    cases.reopen(session, _case(session, name), _staff(session, name).staff_id, now)


def _sees_nothing(session: Session, name: str, _now: datetime) -> None:
    scope = scope_of(_staff(session, name))
    assert session.scalars(select(Case).where(scope.covers())).all() == [], f"{name} sees a case"


_DEEDS = {
    r"(.+) bekerja di ([\d.]+)": _ani,
    r"(.+) tidak melihat apa-apa": _sees_nothing,
    r"(.+) ambil": _take,
    r"(.+?) jawab: (.+)": _reply,
    r"(.+) tutup": _close,
    r"(.+) buka lagi": _reopen,
    rf"jadwal (.+), (.+), {_DAY} {_CLOCK}-{_CLOCK}, (\d+) kursi": _make,
    rf"pindah {_DAY} {_CLOCK} ke {_DAY} {_CLOCK}-{_CLOCK}, (.+)": _move,
    rf"batal {_DAY} {_CLOCK}, (.+)": _call_off,
    r"tidak hadir (.+)": _absent,
    rf"daftar P3MI tanggal {_DAY}": _load_agencies,
}
