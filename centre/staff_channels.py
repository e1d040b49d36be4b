"""Where staff are reached in a chat: a conversation of their own, linked to their account by a code that is good once.

The code is shown at the desk to who has just given the password, and sent from the telephone; only its fingerprint is kept.
A link counts while the account is open and the conversation can be written to; who is asked for by id is found by no other
way. Rules: OWASP ASVS 5.0 6.6.2-6.6.3 (codes for another channel: bound to who asked, used once, 10 minutes, tries counted).
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, delete, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit, code_tries, staff
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime, changed, vault_of
from centre.staff import StaffMember

CHANNEL = "telegram"
"""The only one: there a chat is one account's, and the bot may write first at any hour."""
GOOD_FOR = timedelta(minutes=10)
CHARACTERS = 8
"""Of 31 that are not mistaken for each other: 8.5 × 10¹¹ codes, of which 5 an hour can be tried from a telephone."""
ENDED_KEPT = timedelta(days=30)
_LIKE_CODE = re.compile(r"(?:/start\s+)?petugas\s*[-\u2010-\u2015]\s*((?=[a-z]*\d)[a-z0-9]{6,10})\W*")
"""With a digit, so that nobody's words ("petugas-keamanan") are taken for one; a mistyped one still is."""


class StaffChannel(Base):
    """A staff member's own conversation, from `linked_at` until `ended_at`."""

    __tablename__ = "staff_channels"
    __table_args__ = (
        Index(
            "uq_staff_channels_staff_id",
            "staff_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_staff_channels_conversation_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffLinkCode(Base):
    """A code that was shown and not yet used: one for each staff member, as a keyed fingerprint."""

    __tablename__ = "staff_link_codes"

    lookup: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


# Linking


def make_code(session: Session, staff_id: str, chance: random.Random, now: datetime) -> str:
    """A new code for this staff member ("petugas-7kd2m9xq"); the one before it is good no more."""
    session.get_one(StaffMember, staff_id, with_for_update=True)  # or two made at once would both be stored
    _forget_codes(session, StaffLinkCode.staff_id == staff_id)
    characters = _new_characters(chance)
    session.add(StaffLinkCode(lookup=_lookup(session, characters), staff_id=staff_id, made_at=now))
    session.flush()
    return f"petugas-{characters}"


def looks_like_code(said: str) -> bool:
    """Is this nothing but a code, right or wrong, as typed or as a link brings it ("/start petugas-7kd2m9xq")?"""
    return _characters_in(said) is not None


def redeem(session: Session, conversation: Conversation, said: str, now: datetime) -> StaffMember | None:
    """Link this conversation to the account whose code was said; whatever either was linked to before ends.

    None when the code is wrong, used, older than ten minutes or of a closed account, when too many wrong ones came from
    this telephone, or on another channel than Telegram: nobody is told which.
    """
    characters = _characters_in(said)
    if characters is None or conversation.channel != CHANNEL or not code_tries.allowed(session, conversation, now):
        return None
    member = _owner(session, characters, now)
    if member is None:
        code_tries.note(session, conversation, now)
        return None
    _end(session, or_(StaffChannel.staff_id == member.id, StaffChannel.conversation_id == conversation.id), now)
    session.add(StaffChannel(staff_id=member.id, conversation_id=conversation.id, linked_at=now))
    audit.record(session, member.id, "channel_linked", now, f"conversation:{conversation.id}")
    return member


def unlink(session: Session, staff_id: str, now: datetime) -> None:
    """Nothing more is sent to this person's chat, and nothing taken from it; an unused code is good no more."""
    _forget_codes(session, StaffLinkCode.staff_id == staff_id)
    _end(session, StaffChannel.staff_id == staff_id, now)


def unlink_conversation(session: Session, conversation_id: int, now: datetime) -> None:
    """This conversation is erased: it is nobody's at the desk any more."""
    _end(session, StaffChannel.conversation_id == conversation_id, now)


# Looking


def link_of(session: Session, staff_id: str) -> StaffChannel | None:
    """What this person has linked, whether or not it can be written to now."""
    return session.scalars(select(StaffChannel).where(StaffChannel.staff_id == staff_id, is_open())).first()


def of_staff(session: Session, staff_ids: Collection[str]) -> dict[str, Conversation]:
    """The conversation of each of these that can be written to now; who has none is missing."""
    found = (
        select(StaffChannel.staff_id, Conversation)
        .join(StaffMember, StaffMember.id == StaffChannel.staff_id)
        .join(Conversation, Conversation.id == StaffChannel.conversation_id)
        .where(StaffChannel.staff_id.in_(staff_ids), _counts())
        .where(Conversation.stopped_at.is_(None), Conversation.blocked_at.is_(None))
    )
    return dict(session.execute(found).all())


def ever_of(session: Session, staff_ids: Collection[str]) -> Sequence[Conversation]:
    """The chats in which these staff are or were reached."""
    theirs = select(StaffChannel.conversation_id).where(StaffChannel.staff_id.in_(staff_ids))
    return session.scalars(select(Conversation).where(Conversation.id.in_(theirs)).order_by(Conversation.id)).all()


def staff_behind(session: Session, conversation_id: int) -> StaffMember | None:
    """Whose chat this is; None for a family's, and for that of a closed account."""
    found = (
        select(StaffMember)
        .join(StaffChannel, StaffChannel.staff_id == StaffMember.id)
        .join(Conversation, Conversation.id == StaffChannel.conversation_id)
        .where(StaffChannel.conversation_id == conversation_id, _counts())
    )
    return session.scalars(found).first()


def is_open() -> ColumnElement[bool]:
    """The link has not ended."""
    return StaffChannel.ended_at.is_(None)


def forget_old(session: Session, now: datetime, kept: timedelta = ENDED_KEPT) -> int:
    """End the links of closed accounts; remove codes that are over, and links that ended 30 days ago."""
    closed = select(StaffMember.id).where(StaffMember.disabled_at.is_not(None))
    _end(session, StaffChannel.staff_id.in_(closed), now)
    _forget_codes(session, StaffLinkCode.made_at <= now - GOOD_FOR)
    old = delete(StaffChannel).where(StaffChannel.ended_at < now - kept)
    return changed(session.execute(old.execution_options(synchronize_session=False)))


def _new_characters(chance: random.Random) -> str:
    while True:
        characters = staff.readable_characters(chance, CHARACTERS)
        if not characters.isalpha():
            return characters


def _owner(session: Session, characters: str, now: datetime) -> StaffMember | None:
    """Whose code this is. Taking it away and finding it are one statement: it is good once, also for two at once."""
    used = (
        delete(StaffLinkCode)
        .where(StaffLinkCode.lookup == _lookup(session, characters), StaffLinkCode.made_at > now - GOOD_FOR)
        .returning(StaffLinkCode.staff_id)
        .execution_options(synchronize_session=False)
    )
    staff_id = session.scalars(used).first()
    member = session.get(StaffMember, staff_id, with_for_update=True) if staff_id else None
    return member if member and member.disabled_at is None else None


def _counts() -> ColumnElement[bool]:
    """The link has not ended, the account is open, and nobody has asked for the conversation to be erased."""
    return and_(is_open(), StaffMember.disabled_at.is_(None), Conversation.closing_at.is_(None))


def _end(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    session.execute(update(StaffChannel).where(which, is_open()).values(ended_at=now))
    session.flush()


def _forget_codes(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(delete(StaffLinkCode).where(which).execution_options(synchronize_session=False))


def _characters_in(said: str) -> str | None:
    found = _LIKE_CODE.fullmatch(said.strip().casefold())
    return found[1] if found else None


def _lookup(session: Session, characters: str) -> str:
    return vault_of(session).lookup("staff-link", characters)
