"""A trial house, alive: staff of each role, families, half a year of questions, dates, attendance and cases.

For newcomers and for looking at pages; made through the same functions as everything else, with `now` in the past. Never
among real data: a house in which a family has written, a person is noted or a case was opened is refused. Families of the
demo are on the web chat, so that nothing is ever sent to a telephone.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import (
    answers,
    areas,
    booking_types,
    bookings,
    calendars,
    case_ratings,
    cases,
    conversations,
    heartbeats,
    inbox,
    people,
    slots,
    staff,
)
from centre.areas import DEMO_VILLAGES, Village
from centre.booking_rules import CannotBook
from centre.booking_types import BookingType
from centre.bookings import Ask
from centre.bookings import State as Attendance
from centre.case_records import Case, State
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.inbox import Received
from centre.messages import Incoming
from centre.people import Person
from centre.slots import CentreClosed, Plan, Slot, SlotInvalid
from centre.staff import Role, SignedIn, StaffMember, StaffRole
from centre.staff_desk import OF_A_LANGUAGE
from content.article_records import Article
from processes import counting, demo_desk, demo_guidance, demo_news, trying
from processes.demo_story import CASES, CLOSING, FAMILY, GIVEN, KORLEKO, LEFT_FOR_STAFF, REPLIES, STAFF, Told

MONTHS = 6
PEOPLE = 14
"""In each village."""
REGISTERED = 11
"""Of these."""
QUESTIONS = 30
"""In each village and month."""
DATES = 2
"""In each village and month."""
LANGUAGES = {"52": "sas", "32": "su", "33": "jv"}

_chance = secrets.SystemRandom()


class RealData(Exception):
    """Families have been here, so the demo stays away."""


class AlreadyThere(Exception):
    """The demo was made before."""


@dataclass
class Demo:
    """What was made: logins with the password for the first sign-in, and counts."""

    passwords: list[tuple[str, str, str]] = field(default_factory=list)
    """Login, role, one-time password."""
    people: int = 0
    dates: int = 0
    cases: int = 0


def fill(database: Database, now: datetime) -> Demo:
    """Make the whole demo, or nothing. Raises `RealData` or `AlreadyThere`."""
    with database.reading() as session:
        _refuse(session)
    passwords = {login: staff.one_time_password(_chance) for login, *_ in STAFF}
    with database.transaction() as session:
        areas.import_rows(session, areas.read_csv(DEMO_VILLAGES), lambda: areas.new_link_code(_chance))
        booking_types.seed(session, now)
        made = Demo([(login, role, passwords[login]) for login, _name, role, _area in STAFF])
        for login, name, role, area in STAFF:
            _hire(session, login, name, role, area, passwords[login], now)
        for village in _villages(session):
            _in_village(session, village, now, made)
        _cases(session, now, made)
        _at_the_desk(session, now)
        _left_for_staff(session, now)
        demo_guidance.fill(session, now)
        demo_news.fill(session, _signed_in(session, "demo-koordinator").staff_id, now)
        demo_desk.was_in_trouble(session, now)
        heartbeats.beat(session, "demo", now)
    made.dates += trying.make_dates(database)
    counting.count_all(database, lambda: now)
    return made


def _hire(session: Session, login: str, name: str, role: Role, where: str, password: str, now: datetime) -> None:
    """Who writes or reads in one language has its code where others have an area's."""
    is_of_language = role in OF_A_LANGUAGE
    made = staff.add(session, login, name, role, "" if is_of_language else where, password, now)
    made.roles = [StaffRole(role=role, area=where)]


def _refuse(session: Session) -> None:
    if session.scalar(select(StaffMember.id).where(StaffMember.login == STAFF[0][0])):
        raise AlreadyThere
    for record in (Conversation, Person, Case):
        if session.scalar(select(record.id).limit(1)) is not None:
            raise RealData


def _villages(session: Session) -> Sequence[Village]:
    codes = {row["code"] for row in areas.read_csv(DEMO_VILLAGES) if row.get("code")}
    return session.scalars(select(Village).where(Village.code.in_(codes)).order_by(Village.id)).all()


# One village


def _in_village(session: Session, village: Village, now: datetime, made: Demo) -> None:
    """Its people, what they asked, and the dates they came to."""
    dice = random.Random(village.code)  # noqa: S311 - the same demo for everybody
    known = [_person(session, village, number, now, dice) for number in range(PEOPLE)]
    made.people += len(known)
    _questions(session, village, [telephone for _, telephone in known], now, dice)
    made.dates += _dates(session, village, known, now, dice)


def _person(
    session: Session, village: Village, number: int, now: datetime, dice: random.Random
) -> tuple[Person, Conversation]:
    name = f"{GIVEN[(number + village.id) % len(GIVEN)]} {FAMILY[(number * 3 + village.id) % len(FAMILY)]}"
    since = now - timedelta(days=dice.randint(40, 30 * MONTHS))
    telephone = _telephone(session, village, f"warga-{number}", since)
    person = people.add(
        session,
        name,
        since,
        kind=dice.choice(people.KINDS),
        birth_year=dice.randint(1968, 2004),
        village_id=village.id,
    )
    people.tie(session, person, telephone, "self", since)
    if number < REGISTERED:
        demo_desk.register(session, person, person.kind or "family", dice, trying.BY, since)
    return person, telephone


def _telephone(session: Session, village: Village, who: str, at: datetime) -> Conversation:
    """Somebody on the web chat: nothing of the demo can ever be sent to a real telephone."""
    sender = Sender("web", (("visitor", f"demo-{village.code}-{who}"),))
    conversation = session.get_one(Conversation, conversations.of_sender(session, sender, at))
    conversation.village_id, conversation.last_incoming_at = village.id, at
    return conversation


def _questions(
    session: Session, village: Village, telephones: Sequence[Conversation], now: datetime, dice: random.Random
) -> None:
    """What was asked in half a year, and how it ended: most of it answered, some of it not."""
    slugs = session.scalars(select(Article.slug).order_by(Article.slug)).all() or ["persiapan"]
    own = LANGUAGES.get(village.code[:2], "id")
    for _ in range(QUESTIONS * MONTHS):
        kind = dice.choices(("answer", "choices", "none", "person"), (70, 14, 11, 5))[0]
        given = answers.record(
            session,
            dice.choice(telephones),
            kind=kind,
            slug=slugs[min(int(dice.expovariate(0.25)), len(slugs) - 1)] if kind == "answer" else None,
            language=own if dice.random() < 0.4 else "id",
            confidence=dice.uniform(0.6, 0.99) if kind == "answer" else dice.uniform(0.1, 0.5),
            now=now - timedelta(minutes=dice.randint(5, 60 * 24 * 30 * MONTHS)),
        )
        if kind == "answer" and dice.random() < 0.5:
            given.helped = dice.random() < 0.85
    session.flush()


def _dates(
    session: Session, village: Village, known: Sequence[tuple[Person, Conversation]], now: datetime, dice: random.Random
) -> int:
    """What is over, with who came; and a training today."""
    kinds = session.scalars(select(BookingType).where(BookingType.is_active).order_by(BookingType.id).limit(4)).all()
    today = calendars.local(now, village.time_zone).date()
    made = 0
    for number in range(MONTHS * DATES + 1):
        day, kind = today - timedelta(days=number * 30 // DATES), kinds[(number + 1) % len(kinds)]
        before = calendars.moment(day, time(9), village.time_zone) - timedelta(days=6)
        plan = Plan(day, time(9), time(12), min(12, kind.seats))
        try:
            slot = slots.make(session, kind, village, plan, trying.BY, before, insist=number == 0)
        except (CentreClosed, SlotInvalid):
            continue
        made += 1
        _attended(session, slot, dice.sample(list(known), k=min(8, plan.seats)), before, now, dice)
    return made


def _attended(
    session: Session,
    slot: Slot,
    who: Sequence[tuple[Person, Conversation]],
    before: datetime,
    now: datetime,
    dice: random.Random,
) -> None:
    """These booked; when it was over the officer ticked who had come."""
    for person, telephone in who:
        ask = Ask(slot.id, person.id, telephone.id, "family", slot.version, at_desk=True)
        with suppress(CannotBook):
            booking = bookings.book(session, ask, before + timedelta(days=2))
            if slot.ends_at < now:
                came = Attendance.CAME if dice.random() < 0.8 else Attendance.ABSENT
                bookings.mark(session, booking.id, came, trying.BY, slot.ends_at)


# Cases and what waits


def _cases(session: Session, now: datetime, made: Demo) -> None:
    holders = {area: _signed_in(session, login) for login, _name, role, area in STAFF if role == Role.PETUGAS}
    above = _signed_in(session, "demo-koordinator")
    for number, told in enumerate(CASES):
        village = session.scalars(select(Village).where(Village.code == told.village)).one_or_none()
        if village is None:
            continue
        at = now - timedelta(days=told.days)
        telephone = _telephone(session, village, f"kasus-{number}", at)
        case = cases.open_case(
            session, telephone, told.category, at, language="id", is_child=told.is_child, around=told.around
        )
        cases.add_words(session, case, told.words, f"demo:{number}", at)
        grave = case.is_restricted or case.bypasses_village
        _go_on(session, case, told, above if grave else holders.get(told.village, above), at)
        case_ratings.rate(session, telephone, case.id, told.rated)
        made.cases += 1


def _go_on(session: Session, case: Case, told: Told, by: SignedIn, at: datetime) -> None:
    """What staff did so far."""
    if told.stage == "new":
        return
    cases.take(session, case, by.staff_id, at + timedelta(hours=3))
    if told.stage == "taken":
        return
    for number, words in enumerate(REPLIES):
        cases.reply(
            session, case, by.staff_id, words, f"demo:{case.id}:{number}", at + timedelta(hours=5 + number * 20)
        )
    case.first_reply_at = at + timedelta(hours=5)  # no worker was there: the figures count it so
    if told.stage == "written":
        cases.add_words(session, case, told.more, f"demo:{case.id}:more", at + timedelta(days=8, hours=20))
    if told.stage in ("closed", "to_close"):
        cases.close(session, case, by, "solved", CLOSING, at + timedelta(days=4))


def _at_the_desk(session: Session, now: datetime) -> None:
    """The small things of a desk in Korleko."""
    officer, above = _signed_in(session, "demo-petugas"), _signed_in(session, "demo-koordinator")
    korleko = session.scalars(select(Village).where(Village.code == KORLEKO)).one()
    noted = session.scalars(select(Person).where(Person.village_id == korleko.id).order_by(Person.id)).first()
    referred = session.scalars(
        select(Case).where(Case.holder_id == officer.staff_id, Case.state == State.TAKEN)
    ).first()
    demo_desk.save_reply(session, above.staff_id, now)
    demo_desk.be_away(session, korleko, officer.staff_id, now)
    demo_desk.must_be_called(session, korleko, officer.staff_id, now)
    if noted is not None:
        demo_desk.ask_to_see(session, noted, officer.staff_id, now)
    if referred is not None:
        partner = _signed_in(session, "demo-mitra")
        demo_desk.refer(session, referred, officer, partner.staff_id, now - timedelta(hours=3))


def _signed_in(session: Session, login: str) -> SignedIn:
    """A member of the demo's staff, as if at the desk."""
    return staff.known_by(staff.by_login(session, login))


def _left_for_staff(session: Session, now: datetime) -> None:
    """Pictures that the bot could not read."""
    for number, code in enumerate(LEFT_FOR_STAFF):
        village = session.scalars(select(Village).where(Village.code == code)).one_or_none()
        if village is None:
            continue
        sender = Sender("web", (("visitor", f"demo-{code}-gambar-{number}"),))
        at = now - timedelta(hours=2 + number * 5)
        inbox.receive(session, [Received("web", f"demo-{number}", sender, Incoming("media", "ini suratnya"))], at)
        _, event = inbox.claim(session, at) or (None, None)
        if event is not None:
            conversation = session.get_one(Conversation, event.conversation_id)
            conversation.village_id = village.id
            inbox.keep_for_staff(event, "media")
            inbox.finish(event, at)
