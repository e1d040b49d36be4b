"""What somebody asked of their own data: to see it, have it put right, erased, or no longer used; each against a clock.

UU PDP 27/2022 gives 3 x 24 hours from when it was asked: for putting right (art. 30), access (art. 32), stopping after a
consent was taken back (art. 40) and restricting (art. 41); erasing is art. 43-44, objecting art. 10. The desk sees the time
that is left, is alerted after 24, 48 and 72 hours, and says what was done, or why not. Whoever is in no register asks as the
conversation that they are, and is answered there.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    func,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import areas, calendars, notices
from centre.areas import Village
from centre.census_records import record_of
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.desk import NotHere
from centre.sealing import sealed
from centre.staff import Role, Scope, StaffMember, StaffRole

Wish = Literal["see", "correct", "erase", "stop", "limit", "object"]
WISHES: tuple[Wish, ...] = get_args(Wish)
LEGAL_TIME = timedelta(hours=72)
WARNED_AFTER = (timedelta(hours=24), timedelta(hours=48), LEGAL_TIME)
"""How long after it was asked staff hear of it again, while nobody has answered."""
KEPT = timedelta(days=365)
"""How long it is known that something was asked and done: without whom, once they are erased."""
LONGEST_WORDS = 500
TOLD_WITHIN = timedelta(days=14)
"""So long the answer to a wish is brought to whoever comes back to be told."""
DESK = (Role.PETUGAS,)
ABOVE = (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR)
PAGE = 50


class State(enum.StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class ReasonMissing(ValueError):
    """Who refuses says why."""


class StillKept(Exception):
    """Whoever wished to be erased is in the register."""


class AlreadyAnswered(Exception):
    """Somebody was faster."""


class DataRequest(Base):
    """One wish about somebody's data."""

    __tablename__ = "data_requests"
    __table_args__ = (
        Index(
            "ix_data_requests_open",
            "due_at",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id", ondelete="SET NULL"), index=True)
    village_id: Mapped[int | None] = mapped_column(ForeignKey("villages.id", ondelete="SET NULL"), index=True)
    wish: Mapped[str] = mapped_column(String(8))
    how: Mapped[str] = mapped_column(String(5))
    sealed_words: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("data_requests|words", person="person_id")
    )
    """What is to be put right, in the words it was asked in; gone when it is answered."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by: Mapped[str] = mapped_column(String(42))
    state: Mapped[str] = mapped_column(String(8), default=State.OPEN)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(String(42))
    sealed_reason: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("data_requests|reason", person="person_id")
    )
    alerted: Mapped[int] = mapped_column(default=0)
    """How many alerts of it went out, of `WARNED_AFTER`."""
    conversation_id: Mapped[int | None] = mapped_column(BigId)
    """Who asked, where they are nobody of the register; none once they are erased."""

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    def left(self, now: datetime) -> timedelta:
        """The time that is left by law; less than nothing when it is over."""
        return self.due_at - now


def ask(
    session: Session,
    person_id: int | None,
    village_id: int | None,
    wish: Wish,
    how: str,
    by: str,
    now: datetime,
    *,
    words: str = "",
    asked_at: datetime | None = None,
    conversation_id: int | None = None,
) -> DataRequest:
    """Enter a wish; the same asked again while it is open is one, on its first clock. `by`: staff id or "family"."""
    own = DataRequest.person_id == person_id if person_id else DataRequest.conversation_id == conversation_id
    known = session.scalars(select(DataRequest).where(own, DataRequest.wish == wish, _IS_OPEN)).first()
    asked = asked_at or now
    request = known or DataRequest(
        person_id=person_id,
        conversation_id=None if person_id else conversation_id,
        village_id=village_id,
        wish=wish,
        how=how,
        asked_at=asked,
        due_at=asked + LEGAL_TIME,
        noted_by=by,
    )
    if words.strip():
        told = "\n".join(filter(None, (words_of(session, request), words.strip())))
        request.sealed_words = vault_of(session).of("person", person_id).seal(told[-LONGEST_WORDS:], _WORDS)
    session.add(request)
    session.flush()
    return request


def asked_at(on: date, zone: str, now: datetime) -> datetime:
    """When the legal clock begins for what was asked on this day: now where that is today, else as the day began."""
    return now if on == calendars.local(now, zone).date() else calendars.moment(on, time(0), zone)


def words_of(session: Session, request: DataRequest) -> str:
    """What is to be put right, in the words it was asked in."""
    return vault_of(session).open(request.sealed_words, _WORDS) if request.sealed_words else ""


def reason_of(session: Session, request: DataRequest) -> str:
    """Why it was refused."""
    return vault_of(session).open(request.sealed_reason, _REASON) if request.sealed_reason else ""


def answer(
    session: Session, request: DataRequest, by: str, now: datetime, *, refused_because: str | None = None
) -> None:
    """It is done, or refused with a reason. Raises `AlreadyAnswered`, `ReasonMissing` or `StillKept`."""
    if not request.is_open:
        raise AlreadyAnswered(f"request {request.id}")
    if refused_because is None and request.wish == "erase" and _is_kept(session, request):
        raise StillKept(f"request {request.id}")
    if refused_because is not None:
        if len(refused_because.strip()) < 10:
            raise ReasonMissing
        sealer = vault_of(session).of("person", request.person_id)
        request.sealed_reason = sealer.seal(refused_because.strip()[:LONGEST_WORDS], _REASON)
    request.state = State.DONE if refused_because is None else State.REFUSED
    request.answered_at, request.answered_by, request.sealed_words = now, by, None
    session.flush()
    _tell(session, request, now)


def answer_all(session: Session, person_id: int, wishes: Sequence[Wish], by: str, now: datetime) -> None:
    """What was done answers every open wish for it."""
    for request in open_of(session, person_id):
        if request.wish in wishes:
            answer(session, request, by, now)


def erase(session: Session, person_ids: Sequence[int], by: str, now: datetime) -> None:
    """These people are erased: what they asked is over, and no word of theirs, or to them, is left of it."""
    of_them = update(DataRequest).where(DataRequest.person_id.in_(person_ids))
    fetched = {"synchronize_session": "fetch"}
    over = of_them.where(_IS_OPEN).values(state=State.DONE, answered_at=now, answered_by=by)
    session.execute(over.execution_options(**fetched))
    session.execute(of_them.values(sealed_words=None, sealed_reason=None).execution_options(**fetched))


def erase_of_conversation(session: Session, conversation_id: int, by: str, now: datetime) -> None:
    """Who asked is forgotten: what they asked is over, and nothing tells who it was."""
    for request in session.scalars(select(DataRequest).where(DataRequest.conversation_id == conversation_id)).all():
        if request.is_open:
            request.state, request.answered_at, request.answered_by = State.DONE, now, by
        request.conversation_id = request.sealed_words = request.sealed_reason = None
    session.flush()


def open_of(session: Session, person_id: int) -> Sequence[DataRequest]:
    """What this person asked and is not answered yet, the oldest first."""
    own = select(DataRequest).where(DataRequest.person_id == person_id, DataRequest.state == State.OPEN)
    return session.scalars(own.order_by(DataRequest.due_at, DataRequest.id)).all()


def every(
    session: Session, scope: Scope, *, answered: bool = False, offset: int = 0
) -> list[tuple[DataRequest, Village]]:
    """What was asked in these villages: open ones, the soonest due first; or those that were `answered`, the newest first."""
    order = DataRequest.answered_at.desc() if answered else DataRequest.due_at
    rows = session.execute(
        _seen(scope)
        .where(not_(_IS_OPEN) if answered else _IS_OPEN)
        .order_by(order, DataRequest.id)
        .offset(offset)
        .limit(PAGE)
    )
    return [(request, village) for request, village in rows]


def one(session: Session, scope: Scope, number: int, *, to_change: bool = False) -> DataRequest:
    """One of these, held if it is `to_change`. Raises `NotHere`."""
    query = _seen(scope).where(DataRequest.id == number)
    row = session.execute(query.with_for_update(of=DataRequest) if to_change else query).first()
    if row is None:
        raise NotHere(f"request {number}")
    request: DataRequest = row[0]
    return request


def counts(session: Session, scope: Scope, now: datetime) -> tuple[int, int]:
    """How many are open, and how many of those are over the legal time."""
    query = _seen(scope).where(_IS_OPEN).with_only_columns(func.count(), func.count().filter(DataRequest.due_at <= now))
    number, late = session.execute(query).one()
    return number, late


def count_late(session: Session, now: datetime) -> int:
    """How many are open beyond the legal time, in the whole house."""
    late = select(func.count()).where(_IS_OPEN, DataRequest.due_at <= now)
    return session.execute(late).scalar_one()


def to_alert(session: Session, now: datetime) -> Sequence[DataRequest]:
    """Open ones of which the desk must hear now: another of `WARNED_AFTER` is over and nobody was told of it."""
    untold = (
        (DataRequest.alerted == number) & (DataRequest.asked_at <= now - span)
        for number, span in enumerate(WARNED_AFTER)
    )
    return session.scalars(
        select(DataRequest).where(_IS_OPEN, or_(*untold)).order_by(DataRequest.due_at, DataRequest.id).limit(PAGE)
    ).all()


def stage(request: DataRequest, now: datetime) -> int:
    """How many times staff should have heard of it by now, of `WARNED_AFTER`."""
    return sum(request.asked_at + span <= now for span in WARNED_AFTER)


def whom_to_tell(session: Session, request: DataRequest, now: datetime) -> Sequence[StaffMember]:
    """Its own desk; when the time is over, or where nobody is at that desk, whoever coordinates its area too."""
    members = _with_role(session, request, DESK) if stage(request, now) < len(WARNED_AFTER) else ()
    return members or _with_role(session, request, ABOVE)


def forget_old(session: Session, now: datetime, kept: timedelta = KEPT) -> int:
    """A year after the answer nobody needs to know."""
    old = select(DataRequest).where(DataRequest.state != State.OPEN, DataRequest.answered_at < now - kept)
    found = session.scalars(old.limit(PAGE)).all()
    for request in found:
        session.delete(request)
    session.flush()
    return len(found)


def _with_role(session: Session, request: DataRequest, roles: Sequence[Role]) -> Sequence[StaffMember]:
    village = session.get(Village, request.village_id) if request.village_id else None
    own = select(StaffMember).join(StaffRole, StaffRole.staff_id == StaffMember.id)
    in_its_area = StaffRole.area.in_(areas.around(village.code if village else None))
    wanted = own.where(StaffRole.role.in_(roles), in_its_area, StaffMember.disabled_at.is_(None))
    return session.scalars(wanted.distinct().order_by(StaffMember.id)).all()


def _tell(session: Session, request: DataRequest, now: datetime) -> None:
    """Whoever asked in a conversation, and is nobody of the register, is answered there."""
    asked_in = session.get(Conversation, request.conversation_id) if request.conversation_id else None
    if asked_in is None:
        return
    village = session.get(Village, request.village_id) if request.village_id else None
    about = notices.About(None, areas.zone_of(village), asked_in.joined_to or asked_in.id)
    reason = reason_of(session, request)
    notices.plan(session, "answered", about, f"request:{request.id}", now, now + TOLD_WITHIN, reason=reason)


def _is_kept(session: Session, request: DataRequest) -> bool:
    return request.person_id is not None and record_of(session, request.person_id) is not None


def _seen(scope: Scope) -> Select[DataRequest, Village]:
    joined = select(DataRequest, Village).join(Village, Village.id == DataRequest.village_id, isouter=True)
    return joined.where(scope.covers(Village.code))


_IS_OPEN: ColumnElement[bool] = DataRequest.state == State.OPEN
_WORDS, _REASON = "data_requests|words", "data_requests|reason"
