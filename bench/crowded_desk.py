"""A house as large as the programme: villages, people, messages and cases by the hundred thousand, copied from a few.

Rows are copied by the database itself (one INSERT … SELECT a table), so that a house of a million messages stands in minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from centre.answers import GivenAnswer
from centre.areas import Village
from centre.case_records import Case, CaseEntry
from centre.conversations import Conversation
from centre.inbox import InboxEvent
from centre.outbox import OutboxMessage
from centre.people import Person

VILLAGES, PEOPLE, MESSAGES, CASES = 503, 200_000, 1_000_000, 50_000
CONVERSATIONS, ENTRIES = 100_000, 4
OPEN_OF = 20
"""Of so many cases one is open."""
FIRST = 10_000_000
"""Numbers of what is copied begin here."""


def grow(session: Session) -> None:
    """Copy until the house is as large as it may get."""
    _villages(session)
    _copy(session, Conversation, CONVERSATIONS, {"village_id": _village, "has_case": literal(False)})
    _copy(session, Person, PEOPLE, {"village_id": _village, "merged_into": null()})
    _copy(
        session,
        InboxEvent,
        MESSAGES // 2,
        _MESSAGE | {"key": _key, "for_staff": literal(False), "state": literal("done")},
    )
    _copy(
        session,
        OutboxMessage,
        MESSAGES // 2,
        _MESSAGE | {"cause": _key, "state": literal("sent"), "sealed_part": null()},
    )
    _copy(session, GivenAnswer, MESSAGES // 2, {"conversation_id": _conversation, "village_id": _village})
    _cases(session)
    session.execute(text("ANALYZE"))


def _villages(session: Session) -> None:
    """Villages of 12 regencies beside those of the demo."""
    known = session.scalars(select(Village).order_by(Village.id)).first()
    assert known is not None, "begin with the demo"
    for number in range(VILLAGES):
        code = f"52.{10 + number % 12}.{1 + number // 240:02}.{2001 + number}"
        session.add(
            Village(
                id=FIRST + number,
                code=code,
                name=f"Desa {number}",
                other_names=[],
                district="Kecamatan",
                regency=f"Kabupaten {number % 12}",
                province=known.province,
                time_zone=known.time_zone,
                link_code=f"B{number:05}",
            )
        )
    session.flush()


def _cases(session: Session) -> None:
    area = select(Village.code).where(Village.id == _village).scalar_subquery()
    changed: dict[str, Any] = {
        "code": literal("B") + cast(_number, String),
        "conversation_id": FIRST + _number,
        "area": area,
        "home_code": area,
        "is_restricted": literal(False),
        "bypasses_village": literal(False),
        "is_urgent": _number % 200 == 0,
        "holder_id": null(),
        "family_id": null(),
        "state": case((_number % OPEN_OF != 0, "closed"), else_="new"),
    }
    _copy(session, Case, CASES, changed)
    entries = {"case_id": FIRST + _number % CASES, "key": null(), "kind": literal("note"), "next_at": null()}
    _copy(session, CaseEntry, CASES * ENTRIES, entries | {"sending": null(), "file_id": null()})


def _copy(session: Session, record: Any, count: int, changed: Mapping[str, Any]) -> None:
    """`count` copies of the first row of a table, with new numbers and what is `changed`."""
    table: Table = record.__table__
    first = select(func.min(table.c.id)).scalar_subquery()
    wanted = [_value(column.name, changed.get(column.name, column)) for column in table.columns]
    rows = select(*wanted).select_from(table.join(_numbers, true())).where(table.c.id == first, _number < count)
    session.execute(insert(table).from_select([column.name for column in table.columns], rows))


def _value(name: str, value: Any) -> Any:
    return (FIRST + _number) if name == "id" else value


_series = select(literal(0).label("n")).cte("numbers", recursive=True)
_numbers = _series.union_all(select(_series.c.n + 1).where(_series.c.n < MESSAGES))
_number: ColumnElement[int] = cast(_numbers.c.n, Integer)
_village = FIRST + _number % VILLAGES
_conversation = FIRST + _number % CONVERSATIONS
_key = literal("bench-") + cast(_number, String)
_MESSAGE = {"conversation_id": _conversation, "seen_by": null()}
