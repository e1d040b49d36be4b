"""Replies that are written once and used often: per language, for an area, for one kind of problem or for any.

Coordinators and administrators write them, each for the areas they oversee; whoever answers a case takes one into the reply
box and makes it fit. They speak to any family, so there is nothing of one family in them, and they are not sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.areas import Village
from centre.case_records import CATEGORIES, Case
from centre.case_rules import WORDS_LIMIT
from centre.db import Base, BigId, UtcDateTime
from centre.desk import NotHere
from centre.staff import Scope

TITLE_LIMIT = 80
OFFERED = 30
"""Of a case at most this many are offered."""


class SavedReplyInvalid(ValueError):
    """Not to be saved like this; `field` says where: title, words, area or category."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class SavedReply(Base):
    """One reply to be used again."""

    __tablename__ = "saved_replies"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    area: Mapped[str] = mapped_column(String(13))
    """For cases in this area and below; empty for everywhere."""
    language: Mapped[str] = mapped_column(String(8))
    category: Mapped[str] = mapped_column(String(20))
    """Empty for any kind of problem."""
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    words: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(36))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Wording:
    """A saved reply as it is typed."""

    area: str
    language: str
    category: str
    title: str
    words: str


def for_case(session: Session, case: Case) -> Sequence[SavedReply]:
    """Those that fit a case: its language, its area or one above it, its kind of problem first."""
    fitting = _in_use().where(
        SavedReply.language == case.language,
        SavedReply.area.in_(_areas_of(case.area)),
        or_(SavedReply.category == case.category, SavedReply.category == ""),
    )
    order = (SavedReply.category == "", SavedReply.title, SavedReply.id)
    return session.scalars(fitting.order_by(*order).limit(OFFERED)).all()


def every(session: Session, scope: Scope) -> list[SavedReply]:
    """Those that somebody may change: of the areas they oversee."""
    found = session.scalars(_in_use().order_by(SavedReply.language, SavedReply.title, SavedReply.id))
    return [each for each in found if scope.includes(each.area)]


def areas(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """For which areas somebody may write, as (code, name): their own, then the regencies and villages in them."""
    places = session.execute(
        select(Village.code, Village.name, Village.regency).where(scope.covers(Village.code))
    ).all()
    regencies = {code[:5]: regency for code, _name, regency in places if scope.includes(code[:5])}
    villages = {code: name for code, name, _regency in places}
    own = {area: "" if area == "" else regencies.get(area, villages.get(area, area)) for area in scope.areas}
    named = {**dict(sorted(own.items())), **regencies, **dict(sorted(villages.items(), key=lambda each: each[1]))}
    return list(named.items())


def get(session: Session, scope: Scope, reply_id: int) -> SavedReply:
    """One of these. Raises `NotHere`."""
    found = session.get(SavedReply, reply_id)
    if found is None or found.retired_at or not scope.includes(found.area):
        raise NotHere(f"saved reply {reply_id}")
    return found


def save(session: Session, scope: Scope, reply_id: int | None, wanted: Wording, by: str, now: datetime) -> SavedReply:
    """A new one, or another wording of one. Raises `SavedReplyInvalid` or `NotHere`."""
    _check(scope, wanted)
    saved = get(session, scope, reply_id) if reply_id else SavedReply()
    saved.area, saved.language, saved.category = wanted.area, wanted.language, wanted.category
    saved.title, saved.words = wanted.title.strip(), wanted.words.strip()
    saved.changed_by, saved.changed_at = by, now
    session.add(saved)
    session.flush()
    return saved


def retire(session: Session, scope: Scope, reply_id: int, by: str, now: datetime) -> None:
    """It is offered no more. Raises `NotHere`."""
    saved = get(session, scope, reply_id)
    saved.retired_at, saved.changed_by, saved.changed_at = now, by, now
    session.flush()


def _in_use() -> Select[SavedReply]:
    return select(SavedReply).where(SavedReply.retired_at.is_(None))


def _areas_of(code: str | None) -> list[str]:
    """An area's code and those above it, up to everywhere."""
    parts = (code or "").split(".")
    return ["", *(".".join(parts[: number + 1]) for number in range(len(parts)) if code)]


def _check(scope: Scope, wanted: Wording) -> None:
    if not 1 <= len(wanted.title.strip()) <= TITLE_LIMIT:
        raise SavedReplyInvalid("title")
    if not 1 <= len(wanted.words.strip()) <= WORDS_LIMIT:
        raise SavedReplyInvalid("words")
    if wanted.category and wanted.category not in CATEGORIES:
        raise SavedReplyInvalid("category")
    if not scope.includes(wanted.area):
        raise SavedReplyInvalid("area")
