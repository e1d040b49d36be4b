"""A house as large as the programme: villages with their staff, people, messages and cases by the hundred thousand.

Most rows are copied by the database itself (one INSERT … SELECT a table), so that a house of a million messages stands in
minutes; people have names of their own, as the pages that compare names open them. The villages of the demo fill up like all
others, and what happened is spread over two years. The totals of its months are the schedule's to count (`processes.counting`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Table,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from centre import name_words
from centre.answers import GivenAnswer
from centre.areas import Village
from centre.audit import AuditEntry
from centre.booking_records import Booking
from centre.case_records import CATEGORIES, OUTCOMES, Case, CaseConversation, CaseEntry
from centre.census_consents import CensusConsent
from centre.census_records import CensusRecord
from centre.conversations import Conversation
from centre.db import UtcDateTime, connection_of, vault_of
from centre.inbox import InboxEvent
from centre.name_words import NameWord
from centre.news_consents import NewsConsent
from centre.outbox import OutboxMessage
from centre.people import KINDS, Person, PersonAddress
from centre.slots import Slot
from centre.staff import Role, StaffMember, StaffRole
from centre.totals import CountedMonth

VILLAGES, PEOPLE, MESSAGES, CASES = 503, 200_000, 1_000_000, 50_000
CONVERSATIONS, ENTRIES, BOOKINGS, STAFF, DEEDS = 100_000, 4, 4, 2, 100_000
"""Entries of a case, bookings of a slot, staff of a village."""
MONTHS, WEEKS, AHEAD = 23, 40, 6
"""How far back it reaches; weeks with a slot in each village, and how many of them are still to come."""
OPEN_OF, WAITING_OF = 20, 500
"""Of so many cases one is open; of so many messages one waits for staff, and one of as many replies was lost."""
FIRST = 10_000_000
"""Numbers of what is copied begin here."""
AT_ONCE = 10_000
GIVEN = ("Sah", "Nur", "Wah", "Mae", "Jun", "Rus", "Ham", "Suh", "Mar", "Zoh", "Kar", "Lis", "Fat", "Hid")
ENDED = ("rul", "mala", "idah", "sarah", "aidi", "niati", "dan", "aini", "wan", "riah", "tini", "rahman", "yadi", "lah")


def grow(session: Session, now: datetime) -> None:
    """Fill the demo house until it is as large as it may get."""
    connection = connection_of(session)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    village = _villages(session)
    _staff(session, village, now)
    _copy(session, Conversation, CONVERSATIONS, {"village_id": village, "has_case": _number < CASES})
    _people(session, now)
    _consents(session)
    _messages(session, now)
    changed = {"conversation_id": _conversation, "village_id": village, "at": _past(now)}
    _copy(session, GivenAnswer, MESSAGES // 2, changed, of=500)
    _cases(session, village, now)
    _slots(session, village, now)
    deeds = {"staff_id": _officer, "at": _past(now)}
    _copy(session, AuditEntry, DEEDS, deeds, of=5)
    session.execute(delete(CountedMonth))  # every month is another now
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))  # autovacuum would within a minute; SQLite is never told to


# Who is there


def _villages(session: Session) -> ColumnElement[int]:
    """Villages of 12 regencies beside those of the demo; gives which one a row is of."""
    known = session.scalars(select(Village).order_by(Village.id)).all()
    for number in range(len(known), VILLAGES):
        code = f"52.{10 + number % 12}.{1 + number // 240:02}.{2001 + number}"
        session.add(
            Village(
                id=FIRST + number,
                code=code,
                name=f"Desa {number}",
                other_names=[],
                district="Kecamatan",
                regency=f"Kabupaten {number % 12}",
                province=known[0].province,
                time_zone=known[0].time_zone,
                link_code=f"B{number:05}",
            )
        )
    session.flush()
    which = _number % VILLAGES
    return case({number: each.id for number, each in enumerate(known)}, value=which, else_=FIRST + which)


def _staff(session: Session, village: ColumnElement[int], now: datetime) -> None:
    members: Table = StaffMember.__table__  # type: ignore[assignment]
    count = VILLAGES * STAFF
    own: dict[str, Any] = {
        "id": _mark,
        "login": _mark,
        "name": literal("Petugas ") + cast(_number, String),
        "created_at": _past(now),
    }
    one = select(func.min(members.c.login)).scalar_subquery()
    wanted = [own.get(column.name, column) for column in members.columns]
    rows = select(*wanted).select_from(members.join(_numbers, true())).where(members.c.login == one, _number < count)
    session.execute(insert(members).from_select([column.name for column in members.columns], rows))
    code = select(Village.code).where(Village.id == village).scalar_subquery()
    _lines(session, StaffRole, count, {"staff_id": _mark, "role": literal(Role.PETUGAS.value), "area": code})


def _people(session: Session, now: datetime) -> None:
    homes = session.scalars(select(Village.id).order_by(Village.id)).all()
    for begin in range(0, PEOPLE, AT_ONCE):
        known = list(_known(session, range(begin, begin + AT_ONCE), homes, now))
        for record in (Person, CensusRecord, NameWord):
            rows = [row for each in known for row in each.get(record, [])]
            session.execute(insert(record.__table__), rows)  # type: ignore[arg-type]


def _known(
    session: Session, numbers: range, homes: Sequence[int], now: datetime
) -> Iterator[dict[type, list[dict[str, Any]]]]:
    """Somebody, with what the register says of most of them."""
    vault, dice = vault_of(session), random.Random(numbers[0])  # noqa: S311 - the same crowd for everybody
    for number in numbers:
        name = f"{dice.choice(GIVEN)}{dice.choice(ENDED)} {dice.choice(GIVEN)}{dice.choice(ENDED)}"
        person = {
            "id": FIRST + number,
            "sealed_name": vault.seal(name, "people|name"),
            "kind": KINDS[number % len(KINDS)],
            "birth_year": 1960 + dice.randrange(45),
            "village_id": homes[number % VILLAGES],
            "created_at": now - timedelta(days=dice.randrange(700)),
        }
        words = [
            {"lookup": vault.lookup("people|word", word), "person_id": FIRST + number}
            for word in name_words.folded(name)
        ]
        yield {Person: [person], NameWord: words, CensusRecord: [_record(number, dice, now)] if number % 7 else []}


def _record(number: int, dice: random.Random, now: datetime) -> dict[str, Any]:
    then, ends = now - timedelta(days=dice.randrange(700)), now.date() + timedelta(days=dice.randrange(30, 1500))
    return {
        "person_id": FIRST + number,
        "version": 1,
        "sex": dice.choice(("f", "m")),
        "destination": dice.choice(("MY", "SA", "HK", "TW", "SG", "JP", None)),
        "passport_ends_on": ends if number % 2 else None,
        "source": "desk",
        "entered_by": f"bench-{number % VILLAGES}",
        **dict.fromkeys(("entered_at", "changed_at", "checked_at"), then),
    }


def _consents(session: Session) -> None:
    """Most of the register may be reminded; half of those who have a telephone want news."""
    _copy(session, CensusConsent, PEOPLE, {"person_id": FIRST + _number, "conversation_id": null()})
    tied = {"person_id": FIRST + _number, "conversation_id": _conversation, "relation": literal("self")}
    _copy(session, PersonAddress, CONVERSATIONS, tied, by="person_id")
    then = _least(PersonAddress.added_at)
    wants = {"conversation_id": _conversation, "wants": _number % 2 == 0, "wording": literal("1"), "at": then}
    _lines(session, NewsConsent, CONVERSATIONS, wants)


# What happened


def _messages(session: Session, now: datetime) -> None:
    at, half = _past(now), MESSAGES // 2
    own = {"conversation_id": _conversation, "seen_by": null(), "seen_at": null()}
    waits = _number % WAITING_OF == 0
    came = {"key": _key, "for_staff": waits, "state": literal("done"), "received_at": at, "handled_at": at}
    _copy(session, InboxEvent, half, own | came)
    state = case((waits, "failed"), else_="sent")
    went = {"cause": _key, "state": state, "created_at": at, "next_at": at, "expires_at": at, "sent_at": at}
    _copy(session, OutboxMessage, half, own | went | {"sealed_part": null(), "lease_until": null()})


def _cases(session: Session, village: ColumnElement[int], now: datetime) -> None:
    """Closed ones of two years, and of the last weeks those that are open: some late, some nobody's."""
    area = select(Village.code).where(Village.id == village).scalar_subquery()
    is_open = _number % OPEN_OF == 0
    opened = case((is_open, _spread(now, timedelta(days=4), 7)), else_=_past(now))
    due = _moments([now - timedelta(days=1), now + timedelta(hours=6), now + timedelta(days=2)])
    answered = _past(now + timedelta(hours=9))
    changed: dict[str, Any] = {
        "code": literal("B") + cast(_number, String),
        "conversation_id": _conversation,
        "category": _one_of(CATEGORIES),
        "area": area,
        "home_code": area,
        "earlier_code": null(),
        "is_restricted": _number % 25 == 0,
        "bypasses_village": literal(False),
        "is_urgent": _number % 200 == 0,
        "holder_id": case((_number % 3 == 0, _officer)),
        "family_id": null(),
        "state": case((_number % OPEN_OF != 0, "closed"), (_number % 3 == 0, "taken"), else_="new"),
        "awaits": literal("staff"),
        "outcome": case((is_open, null()), else_=_one_of(OUTCOMES)),
        "opened_at": opened,
        "asked_at": opened,
        "changed_at": opened,
        "promised_at": _past(now + timedelta(hours=24)),
        "due_at": case((is_open, due)),
        "first_reply_at": case((is_open, null()), else_=answered),
        "closed_at": case((is_open, null()), else_=_past(now + timedelta(days=9))),
    }
    _copy(session, Case, CASES, changed)
    told_in = {"case_id": FIRST + _number, "conversation_id": _conversation}
    _lines(session, CaseConversation, CASES, told_in)
    entries = {"case_id": FIRST + _number % CASES, "key": null(), "kind": literal("note"), "next_at": null()}
    _copy(session, CaseEntry, CASES * ENTRIES, entries | {"sending": null(), "file_id": null(), "at": _past(now)})


def _slots(session: Session, village: ColumnElement[int], now: datetime) -> None:
    """A slot a week in each village, on different days, and who came."""
    count = VILLAGES * WEEKS
    week = _number % count // VILLAGES
    nine = now.replace(hour=1, minute=0, second=0, microsecond=0)
    begins = [nine + timedelta(weeks=each - WEEKS + AHEAD, days=day) for each in range(WEEKS) for day in range(5)]
    which = week * 5 + _number % 5
    starts_at = _moments(begins, which)
    ends_at = _moments([each + timedelta(hours=3) for each in begins], which)
    changed = {"village_id": village, "starts_at": starts_at, "ends_at": ends_at, "series": null()}
    _copy(session, Slot, count, changed | {"state": literal("open"), "staff_id": null()})
    is_to_come = week >= WEEKS - AHEAD
    seat: dict[str, Any] = {
        "code": literal("B") + cast(_number, String),
        "slot_id": FIRST + _number % count,
        "person_id": FIRST + _number,
        "conversation_id": FIRST + _number,
        "state": case((is_to_come, "booked"), (_number % 6 == 0, "absent"), else_="came"),
        "offer_until": null(),
    }
    _copy(session, Booking, count * BOOKINGS, seat)


# Copying


def _copy(
    session: Session, record: Any, count: int, changed: Mapping[str, Any], *, of: int = 1, by: str = "id"
) -> None:
    """`count` copies of the first rows of a table (in turn, `of` so many), with new numbers and what is `changed`."""
    table: Table = record.__table__
    first = _least(table.c[by]) + _number % of
    wanted = [_value(column.name, changed.get(column.name, column)) for column in table.columns]
    rows = select(*wanted).select_from(_numbers.join(table, table.c[by] == first)).where(_number < count)
    session.execute(insert(table).from_select([column.name for column in table.columns], rows))


def _lines(session: Session, record: Any, count: int, values: Mapping[str, Any]) -> None:
    """`count` rows that are like none before."""
    rows = select(*values.values()).select_from(_numbers).where(_number < count)
    session.execute(insert(record.__table__).from_select(list(values), rows))


def _least(column: Any) -> Any:
    return select(func.min(column)).scalar_subquery()


def _value(name: str, value: Any) -> Any:
    return (FIRST + _number) if name == "id" else value


def _past(now: datetime) -> ColumnElement[datetime]:
    """A moment of one of the last months."""
    return _spread(now - timedelta(days=12), timedelta(days=30), MONTHS)


def _spread(until: datetime, step: timedelta, count: int) -> ColumnElement[datetime]:
    return _moments([until - each * step for each in range(count)])


def _moments(moments: list[datetime], which: Any = None) -> ColumnElement[datetime]:
    """One of these moments a row, in turn unless it is said which."""
    said = {number: literal(each, UtcDateTime) for number, each in enumerate(moments)}
    return case(said, value=_number % len(moments) if which is None else which)


def _one_of(words: tuple[str, ...]) -> ColumnElement[str]:
    return case({number: literal(word) for number, word in enumerate(words)}, value=_number % len(words))


_series = select(literal(0).label("n")).cte("numbers", recursive=True)
_numbers = _series.union_all(select(_series.c.n + 1).where(_series.c.n < MESSAGES))
_number: ColumnElement[int] = cast(_numbers.c.n, Integer)
_conversation = FIRST + _number % CONVERSATIONS
_key = literal("bench-") + cast(_number, String)
_mark = literal("bench-") + cast(_number, String)
_officer = literal("bench-") + cast(_number % VILLAGES, String)
