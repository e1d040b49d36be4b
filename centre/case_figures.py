"""What goes upward: every problem reported, by kind, village, regency and month, without saying whose it was.

The cases opened in one year count, each in the month it had in its village. A village's figures are those its own desk may
know of: what goes around the village and what is restricted counts at the regency and above. Small counts are left out as
`centre.small_counts` says; years do not overlap and nothing else narrows the tables, so no two pages can be subtracted.
(Who looks again tomorrow sees what was added since: figures tell what is, not what was.)
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from statistics import median, quantiles
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Float, and_, case, cast, extract, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from centre import small_counts
from centre.areas import USUAL_ZONE, Village
from centre.case_records import CATEGORIES, OUTCOMES, Case, CaseConflict, Category, State
from centre.case_rules import RULES
from centre.case_scopes import CaseScope, scope_of
from centre.db import UtcDateTime
from centre.figures import FEW, month_begun, months
from centre.staff import Role, Scope, SignedIn

MAY_SEE_ALL_COUNTED = (Role.COORDINATOR, Role.VIEWER, Role.ADMINISTRATOR)
"""See every case counted in their regencies and provinces."""
MAY_SEE_CASE_FIGURES = (Role.PETUGAS, *MAY_SEE_ALL_COUNTED)
PROVINCE, REGENCY = 2, 5
"""Signs of a province's and of a regency's area code."""
NOWHERE = "-"
"""The row of what has no place, or may not be said to have it."""
OTHER = "others"
"""The column of all outcomes that too few cases had."""
_RESTRICTED = [category for category in CATEGORIES if RULES[category].is_restricted]
_WIDEST = timedelta(days=1)


@dataclass(frozen=True)
class FigureScope:
    """The cases that count for somebody."""

    wide: Scope
    """Regencies and above: everything counts."""
    narrow: Scope
    """Villages: only what their desk may know of."""
    cases: CaseScope

    @property
    def sees_regencies(self) -> bool:
        return bool(self.wide.areas)

    def covers(self) -> ColumnElement[bool]:
        """The condition on `Case`."""
        unplaced = [Case.area.is_(None)] if "" in self.wide.areas else []
        is_plain = and_(not_(Case.bypasses_village), not_(Case.is_restricted), Case.category.not_in(_RESTRICTED))
        counted = or_(self.wide.covers(Case.area), *unplaced, and_(is_plain, self.narrow.covers(Case.area)))
        return and_(counted, not_(self.cases.keeps_out()))


@dataclass(frozen=True)
class Line:
    """What is shown of one group of cases; None is what is not."""

    key: str
    name: str
    opened: int | None = None
    open: int | None = None
    closed: int | None = None
    outcomes: Mapping[str, int] | None = None
    """How the closed ones ended, by the columns of the whole."""
    in_promise: float | None = None
    """The share whose first answer was not late."""
    overdue: float | None = None
    """Of the open ones, the share in which an answer is late now."""
    reply: timedelta | None = None
    """Half of the families had their first answer within this time, nine of ten within the next."""
    reply_most: timedelta | None = None
    closing: timedelta | None = None


@dataclass(frozen=True)
class CaseFigures:
    """One year as somebody may see it."""

    year: int
    total: Line
    outcomes: Sequence[str]
    """The columns of outcomes; `OTHER` stands for all that are not named."""
    months: Sequence[Line]
    categories: Sequence[Line]
    regencies: Sequence[Line]
    villages: Sequence[Line]
    recruiters: Sequence[Line]
    """By the regency the recruiter comes from; only for who sees regencies."""

    def left_out(self, lines: Sequence[Line]) -> int:
        """How many cases stand in none of these lines."""
        return (self.total.opened or 0) - sum(line.opened or 0 for line in lines)


class Fact(NamedTuple):
    """One case, as far as it counts. A year has tens of thousands of them."""

    month: str
    category: str
    regency: str
    village: str
    recruiter: str
    outcome: str
    """Empty while it is open."""
    is_broken: bool
    is_overdue: bool
    reply: float | None
    """Seconds until the first answer, and until it was closed."""
    closing: float | None


@dataclass(frozen=True)
class Places:
    """What areas are called, and what their clocks show."""

    villages: Mapping[str, str]
    regencies: Mapping[str, str]
    zones: Mapping[str, str]

    def zone(self, code: str | None) -> ZoneInfo:
        code = code or ""
        return ZoneInfo(self.zones.get(code) or self.zones.get(code[:REGENCY]) or USUAL_ZONE)


def figure_scope(member: SignedIn) -> FigureScope:
    """What counts for somebody at the desk. A petugas sees villages, however wide their area is."""
    given = member.scope(*MAY_SEE_ALL_COUNTED).areas
    wide = frozenset(area for area in given if len(area) <= REGENCY)
    narrow = (given - wide) | member.scope(Role.PETUGAS).areas
    return FigureScope(Scope(wide, False), Scope(narrow, False), scope_of(member))


def state(session: Session, scope: FigureScope) -> tuple[object, ...]:
    """What the figures rest on: as long as this is the same, so are they, but for answers that fall late meanwhile."""
    conflicts = session.scalars(select(CaseConflict.case_id).where(CaseConflict.staff_id == scope.cases.staff_id))
    number, newest = (select(found).scalar_subquery() for found in (func.count(Case.id), func.max(Case.changed_at)))
    return (
        scope,
        frozenset(conflicts),
        *session.execute(select(number, newest)).one(),
    )  # each from an index of its own


def of_year(session: Session, scope: FigureScope, year: int, now: datetime) -> CaseFigures:
    """Every table of a year."""
    places = _places(session)
    facts = _facts(session, scope, year, places, now)
    begun = months(f"{year:04}-01", min(f"{year:04}-12", month_begun(now)))
    return tables(facts, places, year, begun, with_recruiters=scope.sees_regencies)


def tables(
    facts: Sequence[Fact], places: Places, year: int, months: Sequence[str], *, with_recruiters: bool
) -> CaseFigures:
    """Every table of these cases, as it may be shown."""
    endings = Counter(fact.outcome for fact in facts)
    names = small_counts.columns({name: endings[name] for name in OUTCOMES})
    split = _Splits(names)
    total = _Group("", "", facts)
    seen = split.of_whole(total)
    regencies = _grouped(facts, lambda fact: fact.regency, places.regencies)
    by_regency = _of_regencies(split, total, seen, regencies)
    return CaseFigures(
        year,
        split.line(total, seen),
        [*names, OTHER] if len(names) < len(OUTCOMES) else names,
        split.lines(total, seen, _all_of(months, facts, lambda fact: fact.month)),
        split.lines(total, seen, _all_of(CATEGORIES, facts, lambda fact: fact.category)),
        _only_shown(split, regencies, by_regency),
        _villages(split, regencies, by_regency, places),
        _recruiters(split, total, seen, facts, places) if with_recruiters else [],
    )


@dataclass(frozen=True)
class _Group:
    key: str
    name: str
    facts: Sequence[Fact]

    @cached_property
    def outcomes(self) -> Counter[str]:
        return Counter(fact.outcome for fact in self.facts)

    @cached_property
    def late(self) -> int:
        return sum(fact.is_overdue for fact in self.facts)

    @cached_property
    def broken(self) -> int:
        return sum(fact.is_broken for fact in self.facts)


class _Splits:
    """The kinds of counts, each finer than the one it needs, and what is shown of them."""

    NEEDS = {"opened": None, "state": "opened", "outcome": "state", "overdue": "state", "promise": "opened"}

    def __init__(self, outcomes: Sequence[str]) -> None:
        self.outcomes = outcomes

    def counts(self, group: _Group, kind: str) -> list[int]:
        """The counts of one kind; together they are always all cases of the group."""
        opened, late, broken = len(group.facts), group.late, group.broken
        named = [group.outcomes[name] for name in self.outcomes]
        still_open = group.outcomes[""]
        closed = opened - still_open
        return {
            "opened": [opened],
            "state": [still_open, closed],
            "outcome": [still_open, *named, closed - sum(named)],
            "overdue": [late, still_open - late, closed],
            "promise": [opened - broken, broken],
        }[kind]

    def of_whole(self, whole: _Group) -> set[str]:
        """The kinds shown of everything together."""
        seen: set[str] = set()
        for kind, needed in self.NEEDS.items():
            if (needed is None or needed in seen) and small_counts.may_be_shown(self.counts(whole, kind)):
                seen.add(kind)
        return seen

    def of_parts(self, whole: _Group, seen: set[str], parts: Sequence[_Group]) -> dict[str, set[str]]:
        """The kinds shown of each part of a whole, of which `seen` are shown."""
        shown: dict[str, set[str]] = {part.key: set() for part in parts}
        for kind, needed in self.NEEDS.items():
            if kind not in seen:
                continue
            rows = {part.key: self.counts(part, kind) for part in parts}
            among = {key for key, kinds in shown.items() if needed in kinds}
            for key in small_counts.shown(rows, among) if needed else small_counts.shown_at_first(rows):
                shown[key].add(kind)
        return shown

    def lines(self, whole: _Group, seen: set[str], parts: Sequence[_Group]) -> list[Line]:
        """A line for each part, whether anything of it is shown or not."""
        shown = self.of_parts(whole, seen, parts)
        return [self.line(part, shown[part.key]) for part in parts]

    def line(self, group: _Group, seen: set[str]) -> Line:
        """A group as it is shown."""
        if "opened" not in seen:
            return Line(group.key, group.name)
        still_open, closed = self.counts(group, "state")
        late, in_time, _closed = self.counts(group, "overdue")
        kept, broken = self.counts(group, "promise")
        _open, *ended = self.counts(group, "outcome")
        reply, closing = _times(group, lambda fact: fact.reply), _times(group, lambda fact: fact.closing)
        return Line(
            group.key,
            group.name,
            len(group.facts),
            still_open if "state" in seen else None,
            closed if "state" in seen else None,
            dict(zip((*self.outcomes, OTHER), ended, strict=True)) if "outcome" in seen else None,
            _share(kept, broken) if "promise" in seen else None,
            _share(late, in_time) if "overdue" in seen else None,
            _middle(reply),
            _most(reply),
            _middle(closing),
        )


def _of_regencies(split: _Splits, total: _Group, seen: set[str], regencies: Sequence[_Group]) -> dict[str, set[str]]:
    """The kinds shown of each regency: as far as its province shows them, whose figures stand on pages of their own
    (`centre.place_figures`)."""
    provinces = _grouped(total.facts, lambda fact: fact.regency[:PROVINCE], {})
    by_province = split.of_parts(total, seen, provinces)
    shown: dict[str, set[str]] = {}
    for province in provinces:
        inside = [regency for regency in regencies if regency.key[:PROVINCE] == province.key]
        shown |= split.of_parts(province, by_province[province.key], inside)
    return shown


def _only_shown(split: _Splits, groups: Sequence[_Group], shown: Mapping[str, set[str]]) -> list[Line]:
    """Lines for what is shown: a name without a count would tell that there is one."""
    return [split.line(group, shown[group.key]) for group in groups if group.facts and "opened" in shown[group.key]]


def _villages(
    split: _Splits, regencies: Sequence[_Group], by_regency: Mapping[str, set[str]], places: Places
) -> list[Line]:
    """The villages of each regency that is shown; what counts in none of them is a line of its own."""
    found: list[Line] = []
    for regency in regencies:
        if regency.key == NOWHERE:
            continue
        names = {**places.villages, f"{regency.key}{NOWHERE}": ""}
        parts = _grouped(regency.facts, lambda fact: fact.village, names)
        found += _only_shown(split, parts, split.of_parts(regency, by_regency[regency.key], parts))
    return found


def _recruiters(split: _Splits, total: _Group, seen: set[str], facts: Sequence[Fact], places: Places) -> list[Line]:
    """How many complaints name a recruiter of which regency; those that name none are always among what is not shown."""
    if "opened" not in seen:
        return []
    parts = _grouped(facts, lambda fact: fact.recruiter, places.regencies)
    rows = {part.key: split.counts(part, "opened") for part in parts}
    shown = small_counts.shown(rows, {key for key, (count,) in rows.items() if key != NOWHERE and count >= FEW})
    return [split.line(part, {"opened"}) for part in parts if part.key in shown]


def _grouped(facts: Sequence[Fact], key: Callable[[Fact], str], names: Mapping[str, str]) -> list[_Group]:
    """The groups there are, by name."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[key(fact)].append(fact)
    made = [_Group(each, names.get(each, "" if each == NOWHERE else each), inside) for each, inside in groups.items()]
    return sorted(made, key=lambda group: (group.name, group.key))


def _all_of(keys: Sequence[str], facts: Sequence[Fact], key: Callable[[Fact], str]) -> list[_Group]:
    """A group for each of the keys, in their order, also where it is empty."""
    found = {group.key: group for group in _grouped(facts, key, {})}
    return [found.get(each, _Group(each, each, [])) for each in keys]


def _facts(session: Session, scope: FigureScope, year: int, places: Places, now: datetime) -> list[Fact]:
    begins, ends = datetime(year, 1, 1, tzinfo=UTC) - _WIDEST, datetime(year + 1, 1, 1, tzinfo=UTC) + _WIDEST
    is_closed = Case.state == State.CLOSED
    rows = session.execute(
        select(
            Case.area,
            Case.category,
            Case.is_restricted,
            Case.bypasses_village,
            Case.recruiter_area,
            Case.outcome,
            Case.opened_at,
            is_closed.label("is_closed"),
            and_(not_(is_closed), Case.due_at < now).label("is_overdue"),
            (
                func.coalesce(Case.first_reply_at, case((is_closed, Case.closed_at)), literal(now, UtcDateTime()))
                > Case.promised_at
            ).label("is_broken"),
            _between(session, Case.opened_at, Case.first_reply_at).label("reply"),
            _between(session, Case.opened_at, case((is_closed, Case.closed_at))).label("closing"),
        ).where(Case.opened_at >= begins, Case.opened_at < ends, scope.covers())
    )
    facts = []
    for row in rows:
        month = f"{row.opened_at.astimezone(places.zone(row.area)):%Y-%m}"
        if month[:4] != f"{year:04}":
            continue
        facts.append(
            Fact(
                month=month,
                category=row.category,
                regency=row.area[:REGENCY] if row.area and len(row.area) >= REGENCY else NOWHERE,
                village=_village_of(row.area, row.category, row.is_restricted or row.bypasses_village),
                recruiter=(row.recruiter_area or NOWHERE)[:REGENCY],
                outcome=(row.outcome or OUTCOMES[0]) if row.is_closed else "",
                is_broken=bool(row.is_broken),
                is_overdue=bool(row.is_overdue),
                reply=row.reply,
                closing=row.closing,
            )
        )
    return facts


def _village_of(area: str | None, category: Category, is_kept_from_it: bool) -> str:
    """The village whose figure it is, or its regency's row for what is no village's."""
    if area is None or len(area) < REGENCY:
        return NOWHERE
    is_regencys = is_kept_from_it or RULES[category].is_restricted or len(area) <= REGENCY
    return f"{area[:REGENCY]}{NOWHERE}" if is_regencys else area


def _places(session: Session) -> Places:
    rows = session.execute(select(Village.code, Village.name, Village.regency, Village.time_zone)).all()
    regencies = {code[:REGENCY]: regency for code, _, regency, _ in rows}
    zones = {code[:REGENCY]: zone for code, _, _, zone in rows} | {code: zone for code, _, _, zone in rows}
    return Places({code: f"{name}, {regency}" for code, name, regency, _ in rows}, regencies, zones)


def _between(session: Session, since: Any, until: Any) -> ColumnElement[Any]:
    """Whole seconds from one moment to another."""
    if session.get_bind().dialect.name == "sqlite":
        return func.round((func.julianday(until) - func.julianday(since)) * 86400)
    return func.round(cast(extract("epoch", until - since), Float))


def _times(group: _Group, of: Callable[[Fact], float | None]) -> list[float]:
    return [span for fact in group.facts if (span := of(fact)) is not None]


def _middle(seconds: Sequence[float]) -> timedelta | None:
    """Of fewer than five nothing is told: it would be the time of somebody."""
    return timedelta(seconds=median(seconds)) if len(seconds) >= FEW else None


def _most(seconds: Sequence[float]) -> timedelta | None:
    return timedelta(seconds=quantiles(seconds, n=10, method="inclusive")[-1]) if len(seconds) >= FEW else None


def _share(part: int, other: int) -> float | None:
    return part / (part + other) if part + other else None
