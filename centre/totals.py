"""Totals of a month for each village, regency, province and the whole, kept so that a page of figures need not count again.

Questions, bookings and cases are counted from their own records (`count`), with nobody's words or name, and stored (`keep`);
counting again gives the same. The schedule does so for months that still change (`due`). Whose case counts for a village is
settled as in `centre.case_figures`: what goes around it or is restricted counts at its regency and above.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Index, String, case, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import slots
from centre.answers import GivenAnswer
from centre.areas import USUAL_ZONE, Village
from centre.booking_records import Booking
from centre.booking_records import State as BookingState
from centre.case_records import Case
from centre.case_records import State as CaseState
from centre.case_rules import RULES
from centre.db import Base, UtcDateTime, new_row
from centre.figures import HOURS_AHEAD, month_begun, months_until
from centre.slots import Slot

Counts = Counter[tuple[str, str, str]]
"""(place, measure, detail) → how many."""
NATION, NOWHERE = "", "-"
"""Places by key: all together; what has no place. A province and a regency have their code, a village `village_key`."""
QUESTIONS = ("answer", "choices", "none", "person")
"""Kinds of answers that a question had; a greeting is none, and danger is no question."""
REPLY_WITHIN = (15, 30, 60, 120, 240, 480, 720, 1440, 2880, 4320, 7200, 10080, 20160, 43200)
"""Minutes: a first reply counts at the first of these within which it came; later ones at the last."""
CURRENT_EVERY, PREVIOUS_EVERY, EARLIER_EVERY = timedelta(minutes=15), timedelta(hours=6), timedelta(hours=24)
KEPT_FRESH = 13
"""Months that are counted again daily: cases are closed and seats ticked long after. Earlier ones stay as they are."""
EARLIEST = 36
"""Months back that are counted once where they never were."""


class MonthlyTotal(Base):
    """One number of one month and place."""

    __tablename__ = "monthly_totals"
    __table_args__ = (Index("ix_monthly_totals_month", "month"),)

    place: Mapped[str] = mapped_column(String(24), primary_key=True)
    measure: Mapped[str] = mapped_column(String(16), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    detail: Mapped[str] = mapped_column(String(60), primary_key=True)
    """The topic, language, category …; empty where the measure has none."""
    total: Mapped[int] = mapped_column(BigInteger)


class CountedMonth(Base):
    """When a month was counted last."""

    __tablename__ = "counted_months"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Where:
    """The villages as far as counting needs them."""

    places: Mapping[int, tuple[str, ...]]
    """Village number → all places it counts in."""
    by_code: Mapping[str, int]
    zones: Mapping[str, str]
    """Code of a village or regency → its clock."""

    def of(self, village_id: int | None) -> tuple[str, ...]:
        return self.places.get(village_id or 0, (NATION, NOWHERE))

    def zone(self, code: str | None) -> str:
        code = code or ""
        return self.zones.get(code) or self.zones.get(code[:5]) or USUAL_ZONE


def village_key(number: int) -> str:
    """How a village stands among the places: several may share their regency's code."""
    return f"village:{number}"


def rest_key(regency: str) -> str:
    """What counts in a regency and in none of its villages."""
    return f"{regency}{NOWHERE}"


def due(session: Session, now: datetime) -> list[tuple[str, datetime | None]]:
    """The months to be counted now, the most wanted first, each with when it was counted last."""
    known = dict(session.execute(select(CountedMonth.month, CountedMonth.counted_at)).all())
    found = []
    for age, month in enumerate(reversed(months_until(month_begun(now), EARLIEST + 1))):
        every = CURRENT_EVERY if age == 0 else PREVIOUS_EVERY if age == 1 else EARLIER_EVERY
        counted_at = known.get(month)
        if counted_at is None or (age < KEPT_FRESH and counted_at <= now - every):
            found.append((month, counted_at))
    return found


def count(session: Session, month: str, now: datetime) -> Counts:
    """All totals of a month ("2026-11"), each in the month its village had."""
    where = places(session)
    counted: Counts = Counter()
    for zone in HOURS_AHEAD:
        span = bounds(month, zone)
        _count_answers(session, where, zone, span, counted)
        _count_slots(session, where, zone, span, now, counted)
    counted.update(count_cases(session, where, month))
    return counted


def keep(session: Session, month: str, counted: Counts, seen_at: datetime | None, now: datetime) -> bool:
    """Store what was counted; False where somebody else counted since `seen_at`. Only what changed is written."""
    session.execute(new_row(session, CountedMonth, {"month": month}))
    held = session.get_one(CountedMonth, month, with_for_update=True, populate_existing=True)
    if held.counted_at != seen_at:
        return False
    before = _kept(session, month)
    _write(session, month, before, {key: number for key, number in counted.items() if number})
    held.counted_at = now
    session.flush()
    return True


def places(session: Session) -> Where:
    """Every village with the places it counts in."""
    rows = session.execute(select(Village.id, Village.code, Village.time_zone)).all()
    return Where(
        {id_: (NATION, code[:2], code[:5], village_key(id_)) for id_, code, _ in rows},
        {code: id_ for id_, code, _ in rows if len(code) > 5},
        {code[:5]: zone for _, code, zone in rows} | {code: zone for _, code, zone in rows},
    )


def count_cases(session: Session, where: Where, month: str, *which: ColumnElement[bool]) -> Counts:
    """The cases opened in a month (and of those, `which`): how many, of which kind, closed, how soon answered, how liked."""
    widest = (bounds(month, "Asia/Jayapura")[0], bounds(month, "Asia/Jakarta")[1])
    counted: Counts = Counter()
    rows = session.execute(
        select(
            Case.area,
            Case.category,
            Case.is_restricted,
            Case.bypasses_village,
            Case.state,
            Case.opened_at,
            Case.first_reply_at,
            Case.rated,
        ).where(Case.opened_at >= widest[0], Case.opened_at < widest[1], *which)
    )
    for row in rows:
        if f"{row.opened_at.astimezone(ZoneInfo(where.zone(row.area))):%Y-%m}" == month:
            for place in _places_of_case(where, row):
                counted.update((place, measure, detail) for measure, detail in _said_of_case(row))
    return counted


def bounds(month: str, zone: str) -> tuple[datetime, datetime]:
    """When a month begins and ends on the clocks of a zone."""
    begins = datetime.strptime(month, "%Y-%m").replace(tzinfo=ZoneInfo(zone))
    ends = (begins.replace(day=28) + timedelta(days=4)).replace(day=1)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def _places_of_case(where: Where, row: Any) -> tuple[str, ...]:
    """A case that has no place counts for the whole alone."""
    area = row.area
    if area is None or len(area) < 5:
        return (NATION, NOWHERE)
    is_kept_from_it = row.is_restricted or row.bypasses_village or RULES[row.category].is_restricted
    village = None if is_kept_from_it else where.by_code.get(area)
    return (NATION, area[:2], area[:5], village_key(village) if village else rest_key(area[:5]))


def _said_of_case(row: Any) -> Iterator[tuple[str, str]]:
    yield "opened", ""
    yield "category", row.category
    if row.state == CaseState.CLOSED:
        yield "closed", ""
    if row.first_reply_at:
        yield "reply", _reply_within(row.first_reply_at - row.opened_at)
    if row.rated:
        yield "rated", row.rated


def _reply_within(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return str(next((limit for limit in REPLY_WITHIN if minutes <= limit), REPLY_WITHIN[-1]))


def _count_answers(session: Session, where: Where, zone: str, span: tuple[datetime, datetime], counted: Counts) -> None:
    """What was asked and how it was answered. "Without help": an article, and nobody said that it did not help."""
    given = GivenAnswer
    is_good = case((given.helped.is_(False), 0), else_=1)
    rows = session.execute(
        select(given.village_id, given.kind, given.slug, given.language, is_good, func.count())
        .outerjoin(Village, Village.id == given.village_id)
        .where(given.at >= span[0], given.at < span[1], given.kind.in_(QUESTIONS), _on_clock(zone))
        .group_by(given.village_id, given.kind, given.slug, given.language, is_good)
    )
    for village_id, kind, slug, language, good, number in rows:
        measures = {("asked", ""), ("language", language)}
        if kind == "answer":
            measures |= {("answered" if good else "unhelped", ""), *([("topic", slug)] if slug else [])}
        else:
            measures.add(({"choices": "offered", "none": "unanswered", "person": "person"}[kind], ""))
        _add(counted, where.of(village_id), measures, number)


def _count_slots(
    session: Session, where: Where, zone: str, span: tuple[datetime, datetime], now: datetime, counted: Counts
) -> None:
    """Slots that are over and were not called off, and what became of the places in them, as in `centre.figures`."""
    in_month = (Slot.starts_at >= span[0], Slot.starts_at < span[1])
    was_held = (*in_month, Slot.state == slots.State.OPEN, Slot.ends_at <= now, _on_clock(zone))
    offered = (
        select(Slot.village_id, func.count(), func.sum(Slot.seats))
        .join(Village, Village.id == Slot.village_id)
        .where(*was_held)
        .group_by(Slot.village_id)
    )
    for village_id, number, seats in session.execute(offered):
        _add(counted, where.of(village_id), {("slots", "")}, number)
        _add(counted, where.of(village_id), {("seats", "")}, int(seats or 0))
    booked = (
        select(Slot.village_id, Booking.state, func.count())
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Village, Village.id == Slot.village_id)
        .where(*was_held, Booking.state.in_(_BOOKED))
        .group_by(Slot.village_id, Booking.state)
    )
    for village_id, state, number in session.execute(booked):
        _add(counted, where.of(village_id), {("booked", _BOOKED[BookingState(state)])}, number)


_BOOKED = {BookingState.CAME: "came", BookingState.ABSENT: "absent", BookingState.BOOKED: "unticked"}


def _on_clock(zone: str) -> ColumnElement[bool]:
    """Of a village with this clock; what has no village goes by the usual one."""
    is_there = Village.time_zone == zone
    return is_there | Village.id.is_(None) if zone == USUAL_ZONE else is_there


def _add(counted: Counts, where: Iterable[str], measures: Iterable[tuple[str, str]], number: int) -> None:
    for place in where:
        for measure, detail in measures:
            counted[place, measure, detail] += number


def _kept(session: Session, month: str) -> dict[tuple[str, str, str], int]:
    rows = session.execute(
        select(MonthlyTotal.place, MonthlyTotal.measure, MonthlyTotal.detail, MonthlyTotal.total).where(
            MonthlyTotal.month == month
        )
    )
    return {(place, measure, detail): total for place, measure, detail, total in rows}


def _write(
    session: Session,
    month: str,
    before: Mapping[tuple[str, str, str], int],
    after: Mapping[tuple[str, str, str], int],
) -> None:
    def row(key: tuple[str, str, str]) -> dict[str, Any]:
        return {"place": key[0], "month": month, "measure": key[1], "detail": key[2], "total": after[key]}

    for key in before.keys() - after.keys():
        session.execute(_the_one(month, key, delete(MonthlyTotal)))
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            session.execute(_the_one(month, key, update(MonthlyTotal).values(total=after[key])))
    if new := [row(key) for key in after.keys() - before.keys()]:
        session.execute(insert(MonthlyTotal), new)


def _the_one(month: str, key: tuple[str, str, str], statement: Any) -> Any:
    place, measure, detail = key
    return statement.where(
        MonthlyTotal.place == place,
        MonthlyTotal.month == month,
        MonthlyTotal.measure == measure,
        MonthlyTotal.detail == detail,
    ).execution_options(synchronize_session=False)
