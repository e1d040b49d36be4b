"""Licensed recruiters (P3MI), from a dated list that staff bring in: whose name is on it, and as what.

A list is a photograph: it says what stood in the ministry's register on its day. So whoever asks gets its date with every
answer, and no list is mended: another one comes beside it, the newest counts, the one before stays as a record. A licence
(SIP3MI) says nothing about a single vacancy, for which the recruiter needs another (SIP2MI, UU 18/2017 art. 59).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Date, ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import agency_names
from centre.agency_names import Name
from centre.db import Base, BigId, UtcDateTime

OLD = timedelta(days=90)
"""From then on a list is said to be old."""
LISTS_KEPT = 2
SOURCE_LIMIT = 200
NEAR_SHOWN = 3
FIRST_ZONE = ZoneInfo("Asia/Jayapura")
"""Where in Indonesia a day begins first: what is tomorrow there is in the future everywhere."""


class Status(enum.StrEnum):
    """What the list says of a licence."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    INACTIVE = "inactive"
    """Not in force; the list does not say why."""


class ListDateInFuture(ValueError):
    """A list cannot be dated after today."""


class ListIsOlder(ValueError):
    """A list of a later date is loaded already; that one would go on counting."""


class NoSuchList(LookupError):
    """There is no list with this number."""


class AgencyList(Base):
    """One list as it was brought in."""

    __tablename__ = "agency_lists"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[str] = mapped_column(String(SOURCE_LIMIT))
    dated: Mapped[date] = mapped_column(Date)
    """The list's own date: the day for which it tells the truth."""
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rows: Mapped[int]


class Agency(Base):
    """A recruiter on one list."""

    __tablename__ = "agencies"
    __table_args__ = (
        Index("ix_agencies_list_key", "list_id", "key"),
        {"sqlite_autoincrement": True},  # a button of last month must not lead to another company
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("agency_lists.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(120))
    """`centre.agency_names.Name.key` of the name."""
    licence: Mapped[str] = mapped_column(String(80), default="")
    status: Mapped[str] = mapped_column(String(10))
    valid_until: Mapped[date | None] = mapped_column(Date)
    city: Mapped[str] = mapped_column(String(100), default="")
    province: Mapped[str] = mapped_column(String(100), default="")
    area: Mapped[str] = mapped_column(String(13), default="")
    """Official area code of its seat, where the list has one."""

    def standing(self, on: date) -> Status:
        """What the licence is on this day: one whose time is over has expired, whatever the list calls it."""
        status = Status(self.status)
        is_over = self.valid_until is not None and self.valid_until < on
        return Status.EXPIRED if status is Status.ACTIVE and is_over else status


@dataclass(frozen=True)
class NewAgency:
    """One row of a list that is being brought in."""

    name: str
    status: Status
    licence: str = ""
    valid_until: date | None = None
    city: str = ""
    province: str = ""
    area: str = ""


@dataclass(frozen=True)
class Lookup:
    """What the newest list says about a name."""

    list_id: int | None = None
    """None: no list has been loaded, so nothing can be said."""
    dated: date | None = None
    source: str = ""
    exact: tuple[Agency, ...] = ()
    """On the list under this very name; several where the list has it several times."""
    near: tuple[Agency, ...] = ()
    """Merely alike, the likeliest first: to be asked about, never to be called licensed."""

    @property
    def has_list(self) -> bool:
        return self.list_id is not None

    def is_old(self, on: date) -> bool:
        """Is the list so old that this must be said?"""
        return self.dated is not None and on - self.dated > OLD


@dataclass(frozen=True)
class Named:
    """A company that a text names, and what the list says about it."""

    written: str
    """As it stands in the text, without the PT before it."""
    lookup: Lookup


def look_up(session: Session, typed: str) -> Lookup:
    """What the newest list says about a name as somebody typed it, with slips, without PT, in another order, shortened."""
    current = newest(session)
    return _in_list(session, current, agency_names.spelt(typed)) if current else Lookup()


def named_in(session: Session, text: str, *, surely: bool = False) -> tuple[Named, ...]:
    """The companies that a longer text names after "PT", "CV" or "P3MI", each once, in the order of the text.

    What no list knows is taken for a name only where it looks like one, or where `surely` one must follow. Without a list they
    are named all the same, and each lookup says that there is none.
    """
    current = newest(session)
    names = _names(session, current) if current else []
    found: dict[str, Named] = {}
    for phrase in agency_names.phrases(text):
        named = _best_reading(session, current, names, phrase)
        is_known = named.lookup.exact or named.lookup.near
        is_name = is_known or phrase.looks_like_name or (surely and phrase.written)
        if is_name and len(found) < agency_names.MOST_PHRASES:
            found.setdefault(agency_names.spelt(named.written).key, named)
    return tuple(found.values())


def newest(session: Session) -> AgencyList | None:
    """The list that counts."""
    return session.scalars(select(AgencyList).order_by(*_NEWEST_FIRST).limit(1)).first()


def lists(session: Session) -> Sequence[AgencyList]:
    """All that are kept, the one that counts first."""
    return session.scalars(select(AgencyList).order_by(*_NEWEST_FIRST)).all()


def get(session: Session, agency_id: int) -> Agency | None:
    """The agency with this number, which may come from an old or a forged button."""
    return session.get(Agency, agency_id) if 0 < agency_id < 2**63 else None


def import_list(session: Session, rows: Sequence[NewAgency], *, source: str, dated: date, now: datetime) -> AgencyList:
    """Bring in a list, which counts from now on; the one before stays, older ones go.

    Raises `ListDateInFuture`, `ListIsOlder`.
    """
    if dated > now.astimezone(FIRST_ZONE).date():
        raise ListDateInFuture(dated)
    before = newest(session)
    if before and dated < before.dated:
        raise ListIsOlder(before.dated)
    made = AgencyList(source=source, dated=dated, imported_at=now, rows=len(rows))
    session.add(made)
    session.flush()
    session.add_all(Agency(list_id=made.id, key=agency_names.spelt(row.name).key, **row.__dict__) for row in rows)
    session.flush()
    for old in lists(session)[LISTS_KEPT:]:
        drop(session, old.id)
    return made


def drop(session: Session, list_id: int) -> None:
    """Take back a list, brought in with a wrong date or from a wrong file; the one before counts again.

    Raises `NoSuchList`.
    """
    dropped = session.get(AgencyList, list_id)
    if dropped is None:
        raise NoSuchList(list_id)
    session.execute(delete(Agency).where(Agency.list_id == list_id))
    session.delete(dropped)
    session.flush()


_NEWEST_FIRST = (AgencyList.dated.desc(), AgencyList.id.desc())
_Known = tuple[int, Name]


def _in_list(session: Session, current: AgencyList, typed: Name) -> Lookup:
    names = _names(session, current)
    exact = _exact(names, typed)
    return _lookup(session, current, exact, _near(names, typed, exact))


def _best_reading(
    session: Session, current: AgencyList | None, names: list[_Known], phrase: agency_names.Phrase
) -> Named:
    """The longest reading that is a name of the list, if a name may end there; else what is most alike."""
    if current is None:
        return Named(phrase.written, Lookup())
    for length in sorted(phrase.ends, reverse=True):
        if exact := _exact(names, phrase.name(length)):
            near = _near(names, phrase.name(length), exact)
            return Named(" ".join(phrase.raw[:length]), _lookup(session, current, exact, near))
    readings = [_near(names, phrase.name(length), []) for length in range(phrase.ends[0], 0, -1)]
    clear = (near for near in readings if _best_fit(near) >= agency_names.CLEAR)
    return Named(phrase.written, _lookup(session, current, [], next(clear, max(readings, key=_best_fit, default=[]))))


def _exact(names: list[_Known], typed: Name) -> list[int]:
    """Under this very name; spelt a little otherwise only if that leaves no doubt which name it is."""
    same = [number for number, known in names if agency_names.is_same(typed, known)]
    if same:
        return same
    alike = [(number, known) for number, known in names if agency_names.is_same_but_for_spelling(typed, known)]
    return [number for number, _ in alike] if len({known.words for _, known in alike}) == 1 else []


def _near(names: list[_Known], typed: Name, but: list[int]) -> list[tuple[int, int]]:
    """(fit, number) of what is alike, the likeliest first, each name once."""
    fits: dict[tuple[str, ...], tuple[int, int]] = {}
    for number, known in names:
        fit = agency_names.likeness(typed, known)
        if number not in but and fit >= agency_names.PLAUSIBLE:
            fits.setdefault(known.words, (fit, number))
    ranked = sorted(fits.values(), key=lambda each: (-each[0], each[1]))
    return [each for each in ranked if each[0] >= ranked[0][0] - agency_names.SPREAD][:NEAR_SHOWN]


def _best_fit(near: list[tuple[int, int]]) -> int:
    return near[0][0] if near else 0


def _lookup(session: Session, current: AgencyList, exact: list[int], near: list[tuple[int, int]]) -> Lookup:
    wanted = [*exact, *(number for _, number in near)]
    found = {row.id: row for row in session.scalars(select(Agency).where(Agency.id.in_(wanted)))}
    return Lookup(
        current.id,
        current.dated,
        current.source,
        tuple(found[number] for number in exact),
        tuple(found[number] for _, number in near),
    )


def _names(session: Session, current: AgencyList) -> list[_Known]:
    rows = session.execute(select(Agency.id, Agency.name).where(Agency.list_id == current.id).order_by(Agency.id))
    return [(number, agency_names.spelt_on_list(name)) for number, name in rows]
