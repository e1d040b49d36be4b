"""Announcements: news of a centre to people who asked for news, chosen by village, status and language.

A petugas writes to the own village; what goes to several villages needs a second person. Once it is agreed the schedule plans
a notice for each person (`centre.notices`: once each, not at night, dropped when it is stopped), spread so that answers to
others are not held up. It goes to nobody who did not agree, who said `berhenti`, or whose telephone may be in other hands.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import JSON, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import notices
from centre.areas import Village
from centre.db import Base, BigId, UtcDateTime
from centre.desk import NotHere
from centre.messages import readable
from centre.notices import Notice
from centre.people import KINDS
from centre.staff import Role, Scope, SignedIn

SOURCE = "id"
LONGEST = 1000
"""Characters: one message on every channel, with the words around it."""
LONGEST_IN_TEMPLATE = 800
"""Characters that fit into the approved template with its own words (Meta: 1024 for the whole body)."""
USEFUL = timedelta(days=3)
MAY_ANNOUNCE = (Role.PETUGAS, Role.COORDINATOR, Role.ADMINISTRATOR)
MAY_AGREE = (Role.COORDINATOR, Role.ADMINISTRATOR)


class State(enum.StrEnum):
    DRAFT = "draft"
    TO_AGREE = "to_agree"
    """Goes to several villages; a second person must agree."""
    GOING = "going"
    STOPPED = "stopped"


class AnnouncementInvalid(ValueError):
    """Something cannot be announced like this; `field` says where, `why` what is wrong with it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


class NotNow(Exception):
    """The announcement is no longer, or not yet, in the state for this; or it is one's own, and a second person must agree."""


class Announcement(Base):
    """One piece of news with the people it is for."""

    __tablename__ = "announcements"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    """By language code; always one in Bahasa."""
    villages: Mapped[list[int]] = mapped_column(JSON)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    """Of people (`centre.people.KINDS`); none: everybody."""
    languages: Mapped[list[str]] = mapped_column(JSON)
    """None: everybody."""
    state: Mapped[str] = mapped_column(String(10), default=State.DRAFT, index=True)
    made_by: Mapped[str] = mapped_column(String(36))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agreed_by: Mapped[str | None] = mapped_column(String(36))
    begins_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    planned_to: Mapped[int] = mapped_column(BigId, default=0)
    """Conversations up to this number have their notice."""
    planned: Mapped[int] = mapped_column(default=0)
    """How many have one that is to be sent."""
    is_planned: Mapped[bool] = mapped_column(default=False)
    with_template: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Also to those who have not written on WhatsApp for a day, in an approved template, which costs money."""

    @property
    def fits_template(self) -> bool:
        return all(len(words) <= LONGEST_IN_TEMPLATE for words in self.texts.values())

    @property
    def goes_by_template(self) -> bool:
        """Is it told where free words are not let through any more?"""
        return self.with_template and self.fits_template

    @property
    def about(self) -> str:
        return f"announcement:{self.id}"

    def text_for(self, chain: Sequence[str]) -> tuple[str, str]:
        """Language and words, the first of these languages that it is written in."""
        language = next((code for code in chain if self.texts.get(code)), SOURCE)
        return language, self.texts[language]


@dataclass(frozen=True)
class Wanted:
    """What somebody typed."""

    texts: Mapping[str, str]
    villages: Collection[int]
    kinds: Collection[str] = ()
    languages: Collection[str] = ()
    with_template: bool = False


def any_to_plan(session: Session) -> bool:
    """A look without a lock: does an announcement go out whose people are not all planned?"""
    waiting = select(Announcement.id).where(Announcement.state == State.GOING, Announcement.is_planned.is_(False))
    return session.execute(waiting.limit(1)).first() is not None


def every(session: Session, scope: Scope, limit: int = 100) -> list[Announcement]:
    """Those that lie wholly within the scope, the newest first."""
    own = _villages_in(session, scope)
    rows = session.execute(select(Announcement.id, Announcement.villages).order_by(Announcement.id.desc()))
    numbers = list(islice((number for number, villages in rows if own.issuperset(villages)), limit))
    found = select(Announcement).where(Announcement.id.in_(numbers)).order_by(Announcement.id.desc())
    return list(session.scalars(found))


def get(session: Session, scope: Scope, number: int, *, held: bool = False) -> Announcement:
    """One of them. Raises `NotHere`."""
    found = session.get(Announcement, number, with_for_update=held or None, populate_existing=held)
    if found is None or not _villages_in(session, scope).issuperset(found.villages):
        raise NotHere(f"announcement {number}")
    return found


def save(session: Session, scope: Scope, number: int | None, wanted: Wanted, by: str, now: datetime) -> Announcement:
    """Write a new one, or change a draft. `by`: staff id. Raises `AnnouncementInvalid`, `NotHere` or `NotNow`."""
    typed = {code: readable(words).strip() for code, words in wanted.texts.items()}
    texts = {code: words for code, words in typed.items() if words}
    _check(session, scope, texts, wanted)
    found = get(session, scope, number, held=True) if number else Announcement(made_at=now, made_by=by)
    if found.state not in (None, State.DRAFT):
        raise NotNow(found.state)
    found.texts, found.villages = texts, sorted(set(wanted.villages))
    found.kinds, found.languages = sorted(set(wanted.kinds)), sorted(set(wanted.languages))
    found.with_template = wanted.with_template
    found.made_by = by  # whoever wrote it last is not its second person
    session.add(found)
    session.flush()
    return found


def send(session: Session, scope: Scope, number: int, by: str, now: datetime) -> State:
    """To one village it goes now; to several it waits for a second person. Raises `NotHere` or `NotNow`."""
    found = get(session, scope, number, held=True)
    if found.state != State.DRAFT:
        raise NotNow(found.state)
    if len(found.villages) > 1:
        found.state, found.made_by = State.TO_AGREE, by
    else:
        _begin(found, now)
    session.flush()
    return State(found.state)


def agree(session: Session, scope: Scope, number: int, by: str, now: datetime) -> None:
    """A second person agrees. Raises `NotHere` or `NotNow`."""
    found = get(session, scope, number, held=True)
    if found.state != State.TO_AGREE or found.made_by == by:
        raise NotNow(found.state)
    found.agreed_by = by
    _begin(found, now)
    session.flush()


def return_to_draft(session: Session, scope: Scope, number: int) -> None:
    """It does not go like this: back to who wrote it. Raises `NotHere` or `NotNow`."""
    found = get(session, scope, number, held=True)
    if found.state != State.TO_AGREE:
        raise NotNow(found.state)
    found.state = State.DRAFT
    session.flush()


def stop(session: Session, scope: Scope, number: int, now: datetime) -> int:
    """Nothing more of it goes out; gives how many will not hear it. Raises `NotHere` or `NotNow`."""
    found = get(session, scope, number, held=True)
    if found.state != State.GOING:
        raise NotNow(found.state)
    found.state, found.stopped_at, found.is_planned = State.STOPPED, now, True
    session.flush()
    return notices.void_where(session, Notice.announcement_id == number)


def may_agree(member: SignedIn, announcement: Announcement) -> bool:
    """Is this a second person who may?"""
    return (
        announcement.state == State.TO_AGREE and announcement.made_by != member.staff_id and member.has_role(*MAY_AGREE)
    )


def villages_of(session: Session, found: Sequence[Announcement]) -> dict[int, list[Village]]:
    """Where each of them goes, by its number: the villages by name."""
    wanted = {number for each in found for number in each.villages}
    rows = session.scalars(select(Village).where(Village.id.in_(wanted)).order_by(Village.regency, Village.name)).all()
    return {each.id: [village for village in rows if village.id in each.villages] for each in found}


def _begin(found: Announcement, now: datetime) -> None:
    found.state, found.begins_at = State.GOING, now


def _check(session: Session, scope: Scope, texts: Mapping[str, str], wanted: Wanted) -> None:
    if SOURCE not in texts:
        raise AnnouncementInvalid(f"text_{SOURCE}", "empty")
    for code, words in texts.items():
        if len(words) > LONGEST:
            raise AnnouncementInvalid(f"text_{code}", "long")
    if not wanted.villages:
        raise AnnouncementInvalid("villages", "empty")
    if not _villages_in(session, scope).issuperset(wanted.villages):
        raise NotHere("a village of an announcement")
    if not set(wanted.kinds) <= set(KINDS):
        raise AnnouncementInvalid("kinds", "unknown")


def _villages_in(session: Session, scope: Scope) -> set[int]:
    return set(session.scalars(select(Village.id).where(scope.covers(Village.code))))
