"""The figures of one place in one year, and of the places below it: what was asked, booked and reported, never by whom.

They are read from the totals that the schedule keeps (`centre.totals`). Whatever counts people in trouble, or could be told
from one question in a small village, is left out where it is few, from the top down: a place shows no more than the place
above it does, and what is left out is never the total less the rest (`centre.small_counts`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import small_counts, totals
from centre.case_figures import MAY_SEE_CASE_FIGURES, figure_scope
from centre.case_ratings import RATINGS
from centre.case_records import CaseConflict
from centre.figure_places import Place, Tree
from centre.figures import FEW, month_begun, months, months_until
from centre.staff import SignedIn
from centre.totals import REPLY_WITHIN, CountedMonth, Counts, MonthlyTotal

MAY_SEE_PLACE_FIGURES = MAY_SEE_CASE_FIGURES
OPEN, CLOSED = "open", "closed"
PLAIN = ("asked", "answered", "offered", "unanswered", "unhelped", "person", "slots", "seats")
"""Measures that are shown as they are: they count questions and chairs."""
SPLIT = ("opened", "category", "closed", "booked", "topic", "language", "rated")
ATTENDANCE = ("came", "absent", "unticked")
REST, OTHER = "rest", "other"
"""What counts in a place and in none of those below it; what few have, together."""
NEEDS = {
    "opened": None,
    "months": "opened",
    CLOSED: "opened",
    "category": "opened",
    "rated": None,
    "ratings": "rated",
    "booked": None,
    "topic": None,
    "language": None,
}
"""The kinds of counts, each with the coarser one that it needs. How many seats and questions there were is no secret."""


@dataclass(frozen=True)
class Month:
    """One month: questions and seats as they are, and what else may be shown of it."""

    key: str
    plain: Mapping[str, int]
    opened: int | None
    no_show: float | None
    """Of those of whom it is known whether they came."""
    filled: int
    topics: Sequence[str]
    """The most asked first, of those that five questions and more were about; the order alone tells of nobody."""

    @property
    def is_empty(self) -> bool:
        return not (self.plain["asked"] or self.plain["slots"] or self.opened)


@dataclass(frozen=True)
class Below:
    """One place below, in short. `place` is None for what counts in none of them."""

    place: Place | None
    plain: Mapping[str, int]
    filled: int
    opened: int | None
    closed: int | None


@dataclass(frozen=True)
class PlaceFigures:
    """A place in a year. None: too few to be shown, or it would tell of others that are."""

    place: Place
    path: Sequence[Place]
    year: int
    plain: Mapping[str, int]
    months: Sequence[Month]
    """Of the year, as far as it has come."""
    trend: Sequence[Month]
    """The twelve months up to the last of them; opened cases only of the year itself."""
    filled: int
    attendance: Mapping[str, int] | None
    opened: int | None
    closed: int | None
    categories: Mapping[str, int] | None
    """Those that few had are `OTHER`."""
    reply_within: timedelta | None
    """Half of the families had their first answer within this time."""
    ratings: Mapping[str, int] | None
    topics: Sequence[tuple[str, int | None]]
    """The most asked first, of those that five questions and more were about; with their number where it may be shown."""
    languages: Sequence[tuple[str, int | None]]
    below: Sequence[Below]
    counted_at: datetime | None
    """When the newest of it was counted."""


def state(session: Session, member: SignedIn) -> tuple[object, ...]:
    """What the figures rest on: as long as this is the same, so are they."""
    conflicts = session.scalars(select(CaseConflict.case_id).where(CaseConflict.staff_id == member.staff_id))
    return (member.roles, frozenset(conflicts), session.scalar(select(func.max(CountedMonth.counted_at))))


def of_place(session: Session, member: SignedIn, tree: Tree, written: str, year: int, now: datetime) -> PlaceFigures:
    """Everything of a place in a year. Raises `centre.desk.NotHere`."""
    path = tree.path(written)
    numbers = _Numbers(session, member, path, year)
    place = path[-1]
    shown = _Shown(numbers, path)
    own_months = [month for month in numbers.months if month <= month_begun(now)]
    by_month = numbers.by_month(place, months_until(own_months[-1], 12)) if own_months else {}
    opened = shown.counts("months")
    made = {month: _month(month, counted, _opened_in(opened, month, year)) for month, counted in by_month.items()}
    is_known, state = shown.counts("opened") is not None, shown.counts(CLOSED)
    return PlaceFigures(
        place=place,
        path=path,
        year=year,
        plain=numbers.plain(place),
        months=[made[month] for month in own_months],
        trend=[made[month] for month in sorted(made)],
        filled=numbers.sum(place, "booked"),
        attendance=shown.counts("booked"),
        opened=numbers.sum(place, "opened") if is_known else None,
        closed=state[CLOSED] if state else None,
        categories=shown.counts("category"),
        reply_within=_half(numbers.details(place, "reply")) if is_known else None,
        ratings=shown.counts("ratings"),
        topics=_most(shown.counts("topic"), numbers.details(place, "topic")),
        languages=_most(shown.counts("language"), numbers.details(place, "language")),
        below=_below(numbers, shown, place),
        counted_at=session.scalar(select(func.max(CountedMonth.counted_at))),
    )


class _Numbers:
    """The totals of a year for the places along a path and those beside them."""

    def __init__(self, session: Session, member: SignedIn, path: Sequence[Place], year: int) -> None:
        self._session, self._year = session, year
        self.months = months(f"{year}-01", f"{year}-12")
        wanted = [path[0], *(below for place in path for below in place.below)]
        keys = {place.key: list(place.kept_keys()) for place in wanted}
        self._places: dict[str, dict[str, Counter[str]]] = {}
        stored = self._read({key for inside in keys.values() for key in inside})
        self._without = _kept_out(session, member, year)
        for key, measure, detail, month, number in _rows_of(self._without):
            stored[key][measure][month if measure == "opened" else detail] -= number
        for place in wanted:
            self._places[place.key] = _together(stored[key] for key in keys[place.key])

    def cells(self, place: Place, kind: str) -> dict[str, int]:
        """The counts of a kind: together they are always all that it is about."""
        if kind == CLOSED:
            closed = self.sum(place, CLOSED)
            return {CLOSED: closed, OPEN: self.sum(place, "opened") - closed}
        return dict(self.details(place, {"months": "opened", "ratings": "rated"}.get(kind, kind)))

    def details(self, place: Place, measure: str) -> Counter[str]:
        return self._places[place.key][measure]

    def sum(self, place: Place, measure: str) -> int:
        return self.details(place, measure).total()

    def plain(self, place: Place) -> dict[str, int]:
        return {measure: self.sum(place, measure) for measure in PLAIN}

    def by_month(self, place: Place, wanted: Sequence[str]) -> dict[str, dict[str, Counter[str]]]:
        """Each month of a place, by measure: the plain ones, who came and stayed away, what was asked about."""
        rows = self._session.execute(
            select(MonthlyTotal.month, MonthlyTotal.measure, MonthlyTotal.detail, func.sum(MonthlyTotal.total))
            .where(
                MonthlyTotal.place.in_(list(place.kept_keys())),
                MonthlyTotal.measure.in_((*PLAIN, "booked", "topic")),
                MonthlyTotal.month.between(wanted[0], wanted[-1]),
            )
            .group_by(MonthlyTotal.month, MonthlyTotal.measure, MonthlyTotal.detail)
        )
        found: dict[str, dict[str, Counter[str]]] = {month: defaultdict(Counter) for month in wanted}
        for month, measure, detail, number in rows:
            found[month][measure][detail] += int(number)
        return found

    def _read(self, keys: Collection[str]) -> dict[str, dict[str, Counter[str]]]:
        """Place → measure → detail (of opened cases: the month) → how many."""
        found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        total = MonthlyTotal
        span = total.place.in_(sorted(keys)) & total.month.between(f"{self._year}-01", f"{self._year}-12")
        by_detail = (
            select(total.place, total.measure, total.detail, func.sum(total.total))
            .where(span, total.measure.in_((*PLAIN, *SPLIT[1:], "reply")))
            .group_by(total.place, total.measure, total.detail)
        )
        by_month = select(total.place, total.measure, total.month, total.total).where(span, total.measure == "opened")
        for statement in (by_detail, by_month):
            for key, measure, detail, number in self._session.execute(statement):
                found[key][measure][detail] += int(number)
        return found


class _Shown:
    """What may be shown of the last place of a path, and of those below it, kind by kind: a place with all counts of a kind
    or with none of them, and only where the place above shows the kind (`centre.small_counts`)."""

    def __init__(self, numbers: _Numbers, path: Sequence[Place]) -> None:
        self._numbers, self._path = numbers, path
        top = path[0]
        self._columns = {
            kind: small_counts.columns(numbers.cells(top, kind)) for kind in ("category", "topic", "language")
        }
        self._known: dict[tuple[str, int], set[str]] = {}

    def counts(self, kind: str) -> dict[str, int] | None:
        """The counts of a kind, those that few have as `OTHER`; None where they may not be shown."""
        place = self._path[-1]
        if place.key not in self._seen(kind, len(self._path) - 1):
            return None
        cells = self._numbers.cells(place, kind)
        if kind not in self._columns:
            return cells
        apart = {name: cells.get(name, 0) for name in self._columns[kind]}
        return {**apart, OTHER: sum(cells.values()) - sum(apart.values())}

    def below(self, kind: str) -> set[str]:
        """Which places below show the kind; `REST` for what lies in none of them."""
        return self._seen(kind, len(self._path))

    def _seen(self, kind: str, depth: int) -> set[str]:
        """The places `depth` steps below the top, on the path or beside it, that show the kind."""
        if (kind, depth) not in self._known:
            self._known[kind, depth] = self._found(kind, depth)
        return self._known[kind, depth]

    def _found(self, kind: str, depth: int) -> set[str]:
        needed = NEEDS[kind]
        if depth == 0:
            may = small_counts.may_be_shown(self._row(self._numbers.cells(self._path[0], kind), kind))
            return {self._path[0].key} if may and (needed is None or self._seen(needed, 0)) else set()
        above = self._path[depth - 1]
        if above.key not in self._seen(kind, depth - 1):
            return set()
        rows = {key: self._row(cells, kind) for key, cells in self._cells_below(above, kind).items()}
        if kind in ("opened", "rated"):
            return small_counts.shown_at_first({key: [sum(row)] for key, row in rows.items()})
        return small_counts.shown(rows, rows.keys() if needed is None else self._seen(needed, depth) & rows.keys())

    def _row(self, cells: Mapping[str, int], kind: str) -> list[int]:
        if kind in ("opened", "rated"):
            return [sum(cells.values())]
        fixed = {"months": self._numbers.months, "booked": ATTENDANCE, CLOSED: (OPEN, CLOSED), "ratings": RATINGS}
        names = self._columns[kind] if kind in self._columns else fixed[kind]
        apart = [cells.get(name, 0) for name in names]
        return [*apart, sum(cells.values()) - sum(apart)]

    def _cells_below(self, above: Place, kind: str) -> dict[str, dict[str, int]]:
        """Each place below, and what counts in none of them."""
        rows = {place.key: self._numbers.cells(place, kind) for place in above.below}
        if not rows:
            return {}
        rest = Counter(self._numbers.cells(above, kind))
        for row in rows.values():
            rest.subtract(row)
        return {**rows, REST: {name: count for name, count in rest.items() if count > 0}}


def _below(numbers: _Numbers, shown: _Shown, place: Place) -> list[Below]:
    seen, states = shown.below("opened"), shown.below(CLOSED)
    found = [
        Below(
            each,
            numbers.plain(each),
            numbers.sum(each, "booked"),
            numbers.sum(each, "opened") if each.key in seen else None,
            numbers.sum(each, CLOSED) if each.key in states else None,
        )
        for each in place.below
    ]
    rest, closed = (
        numbers.sum(place, measure) - sum(numbers.sum(each, measure) for each in place.below)
        for measure in ("opened", CLOSED)
    )
    if place.below and REST in seen and rest:
        found.append(Below(None, {}, 0, rest, closed if REST in states else None))
    return found


def _month(month: str, counted: Mapping[str, Counter[str]], opened: int | None) -> Month:
    booked = counted["booked"]
    known = booked["came"] + booked["absent"]
    is_many = known >= FEW and small_counts.may_be_shown([booked["came"], booked["absent"]])
    return Month(
        month,
        {measure: counted[measure].total() for measure in PLAIN},
        opened,
        booked["absent"] / known if is_many else None,
        booked.total(),
        [name for name, _ in _most(None, counted["topic"])],
    )


def _opened_in(opened: Mapping[str, int] | None, month: str, year: int) -> int | None:
    """Months of another year have a page of their own."""
    return opened.get(month, 0) if opened is not None and month.startswith(f"{year:04}") else None


def _half(replies: Mapping[str, int]) -> timedelta | None:
    """Within which of the spans half of the replies came; of few nothing is told: it would be the time of somebody."""
    number, so_far = sum(replies.values()), 0
    if number < FEW:
        return None
    for limit in REPLY_WITHIN:
        so_far += replies.get(str(limit), 0)
        if so_far * 2 >= number:
            return timedelta(minutes=limit)
    return None


def _most(shown: Mapping[str, int] | None, every: Mapping[str, int]) -> list[tuple[str, int | None]]:
    """In their order; where the counts may not be shown the order alone, of what is not few."""
    order = sorted((name for name, count in every.items() if count >= FEW), key=lambda name: (-every[name], name))
    return [(name, shown.get(name) if shown else None) for name in order]


def _together(parts: Iterable[Mapping[str, Counter[str]]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for part in parts:
        for measure, details in part.items():
            found[measure].update(details)
    return found


def _kept_out(session: Session, member: SignedIn, year: int) -> dict[str, Counts]:
    """By month, what this person must not even know as one more in a count: cases around their own village, and those with
    which they declared a conflict of interest."""
    scope = figure_scope(member)
    has_conflict = session.scalar(select(CaseConflict.case_id).where(CaseConflict.staff_id == member.staff_id).limit(1))
    if has_conflict is None and not (scope.cases.villages.areas and scope.wide.areas):
        return {}
    where = totals.places(session)
    span = months(f"{year}-01", f"{year}-12")
    return {month: totals.count_cases(session, where, month, scope.cases.keeps_out()) for month in span}


def _rows_of(by_month: Mapping[str, Counts]) -> Iterable[tuple[str, str, str, str, int]]:
    for month, counted in by_month.items():
        for (place, measure, detail), number in counted.items():
            yield place, measure, detail, month, number
