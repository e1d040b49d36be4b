"""Reminders that come out of a person's own dates: passport a year and half a year before, contract and visa 90 and 30 days.

Only who agreed to it is reminded (`census_consents.may_remind`), by day, once for each date and lead, in the conversation that
is their own, or else their family's. What is shared or not asked about is written to in words that tell nothing; what is not
safe is not written to at all. Whoever cannot be reached stands in the desk's list until somebody has told them.

A date that is told in a chat when it is near already is answered there and then (`told_now`): its reminder would be too late.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, String, cast, exists, not_, or_, select
from sqlalchemy.orm import Session

from centre import areas, calendars, census_consents, notices
from centre.areas import USUAL_ZONE, Village
from centre.case_records import Case
from centre.case_records import State as CaseState
from centre.census_consents import CensusConsent
from centre.census_records import CensusRecord, record_of
from centre.conversations import Conversation
from centre.desk import NotHere
from centre.notices import About, Notice, State, Wanted
from centre.outbox import OutboxMessage
from centre.outbox import State as Sending
from centre.people import Person, PersonAddress
from centre.staff import Scope

LEADS: dict[str, tuple[int, ...]] = {"passport": (365, 183), "contract": (90, 30), "visa": (90, 30)}
"""Days before."""
COLUMNS = {
    "passport": CensusRecord.passport_ends_on,
    "contract": CensusRecord.contract_ends_on,
    "visa": CensusRecord.visa_ends_on,
}
LATE = timedelta(days=21)
"""A date that was entered, or an hour in which nobody looked, this much later is told all the same."""
TELL_AT = time(9)
AT_ONCE = 500
PAGE = 50


@dataclass(frozen=True)
class Reminder:
    """What a notice is about."""

    person: Person
    record: CensusRecord
    what: str
    """passport, contract or visa."""
    on: date

    @property
    def is_private(self) -> bool:
        """Does whoever reads it hold the telephone alone?"""
        return self.record.phone_use == "own"


def plan(session: Session, now: datetime) -> int:
    """Plan what has come due since somebody looked last; planned twice, it is one. Gives how many dates were looked at."""
    seen = 0
    for what, leads in LEADS.items():
        for lead in leads:
            rows = session.execute(_coming(what, lead, now)).all()
            seen += len(rows)
            for person, record, village in rows:
                _plan(session, person, record, village, what, lead, now)
    return seen


def told_now(
    session: Session, person: Person, conversation_id: int, named: Collection[str], now: datetime, today: date
) -> list[Reminder]:
    """Which of the dates `named` in this conversation just now are so near that their time to be reminded has begun.

    To be said in the answer: they count as told, so that nobody hears the same again in a few minutes. `today`: the day it is
    in the village.
    """
    record, found = record_of(session, person.id), []
    for what in named if census_consents.may_remind(session, person.id) else ():
        on = getattr(record, COLUMNS[what].key, None)
        lead = min((lead for lead in LEADS[what] if on and today < on <= today + timedelta(days=lead)), default=None)
        if on and lead and (reminder := _told_in(session, conversation_id, person, what, lead, on, now)):
            found.append(reminder)
    return found


def of(session: Session, notice: Notice) -> Reminder | None:
    """What is still to be said: None when the date has changed, the consent is gone, or the telephone is not safe."""
    what, on = _told_by(notice)
    person = session.get(Person, notice.person_id) if notice.person_id else None
    record = record_of(session, person.id) if person and person.merged_into is None else None
    if person is None or record is None or record.phone_use == "unsafe":
        return None
    is_true = getattr(record, COLUMNS[what].key) == on and census_consents.may_remind(session, person.id)
    return Reminder(person, record, what, on) if is_true and not _is_unsafe(session, notice) else None


def untold(session: Session, scope: Scope, offset: int = 0) -> list[tuple[Notice, Person, Village]]:
    """Who agreed to be reminded and could not be, the most pressing first, until somebody has told them."""
    rows = session.execute(_untold(scope).order_by(Notice.useful_until, Notice.id).offset(offset).limit(PAGE))
    return [(notice, person, village) for notice, person, village in rows]


def untold_one(session: Session, scope: Scope, notice_id: int) -> Notice:
    """One of these, held to be changed. Raises `NotHere`."""
    row = session.execute(_untold(scope).where(Notice.id == notice_id).with_for_update(of=Notice)).first()
    if row is None:
        raise NotHere(f"notice {notice_id}")
    notice: Notice = row[0]
    return notice


def what_of(notice: Notice) -> tuple[str, date]:
    """(passport, contract or visa; when it ends), as the notice was planned."""
    return _told_by(notice)


def _coming(what: str, lead: int, now: datetime) -> Select[Person, CensusRecord, Village]:
    """Those whose date is this near since no longer than `LATE`, and of whom no notice was planned yet."""
    column, until = COLUMNS[what], now.date() + timedelta(days=lead)
    planned = exists().where(Notice.key == _key_of(what, lead, column), Notice.state != State.VOID)
    return (
        select(Person, CensusRecord, Village)
        .join(CensusRecord, CensusRecord.person_id == Person.id)
        .join(Village, Village.id == Person.village_id, isouter=True)
        .where(column > max(until - LATE, now.date()), column <= until, Person.merged_into.is_(None))
        .where(
            CensusRecord.phone_use.is_distinct_from("unsafe"),
            census_consents.allows_reminders(Person.id),
            not_(planned),
        )
        .order_by(Person.id)
        .limit(AT_ONCE)
    )


def _plan(
    session: Session, person: Person, record: CensusRecord, village: Village | None, what: str, lead: int, now: datetime
) -> None:
    on: date = getattr(record, COLUMNS[what].key)
    zone = areas.zone_of(village)
    local = calendars.local(now, zone)
    morning = calendars.moment(local.date(), TELL_AT, zone)
    due = morning if now < morning else now
    until = datetime.combine(on, time(0), UTC)
    about = About(None, zone, _where(session, person.id), person_id=person.id)
    notices.plan_all(session, about, [Wanted("own_date", _key(person.id, what, lead, on), due, until)])


def _told_in(
    session: Session, conversation_id: int, person: Person, what: str, lead: int, on: date, now: datetime
) -> Reminder | None:
    """Entered as told here; None where it may not be said."""
    key, until = _key(person.id, what, lead, on), datetime.combine(on, time(0), UTC)
    about = About(None, USUAL_ZONE, conversation_id, person_id=person.id)
    notices.plan_all(session, about, [Wanted("own_date", key, now, until)])
    notice = session.scalars(select(Notice).where(Notice.key == key).with_for_update()).one()
    reminder = of(session, notice)
    if notice.state == State.DUE and reminder:
        notices.told(notice, now)
    elif notice.state == State.DUE:
        notices.drop(notice)
    return reminder


def _key(person_id: int, what: str, lead: int, on: date) -> str:
    return f"own:{person_id}:{what}:{lead}:{on.isoformat()}"


def _where(session: Session, person_id: int) -> int | None:
    """The person's own conversation first, of several the one known longest; where reminding was agreed in one, that."""
    agreed = census_consents.allows_reminders(person_id).where(CensusConsent.conversation_id == Conversation.id)
    return session.scalar(
        select(Conversation.id)
        .join(PersonAddress, PersonAddress.conversation_id == Conversation.id)
        .where(PersonAddress.person_id == person_id)
        .where(Conversation.closing_at.is_(None), Conversation.joined_to.is_(None))
        .order_by(agreed.desc(), PersonAddress.relation != "self", Conversation.id)
        .limit(1)
    )


def _key_of(what: str, lead: int, column: object) -> ColumnElement[str]:
    written = cast(column, String)
    return "own:" + cast(Person.id, String) + f":{what}:{lead}:" + written


def _is_unsafe(session: Session, notice: Notice) -> bool:
    """Did somebody say in a case that is open there that writing first is not safe, or cover it up?"""
    said = or_(Case.is_safe.is_(False), Case.hidden_at.is_not(None))
    found = select(Case.id).where(Case.conversation_id == notice.conversation_id, Case.state != CaseState.CLOSED, said)
    return session.scalar(found.limit(1)) is not None


def _told_by(notice: Notice) -> tuple[str, date]:
    _own, _person, what, _lead, on = notice.key.split(":")
    return what, date.fromisoformat(on)


def _untold(scope: Scope) -> Select[Notice, Person, Village]:
    was_lost = (Notice.state == State.TOLD) & exists().where(
        OutboxMessage.conversation_id == Notice.conversation_id,
        OutboxMessage.cause == "notice:" + cast(Notice.id, String),
        OutboxMessage.state.in_((Sending.FAILED, Sending.EXPIRED, Sending.DROPPED)),
    )
    return (
        select(Notice, Person, Village)
        .join(Person, Person.id == Notice.person_id)
        .join(Village, Village.id == Person.village_id, isouter=True)
        .where(scope.covers(Village.code), Notice.kind == "own_date", Notice.seen_at.is_(None))
        .where((Notice.state == State.NOT_TOLD) | was_lost)
    )
