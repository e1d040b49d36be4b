"""A case as a record: what a human owns until it is closed, and each thing said or done in it.

What may be done with a case stands in `centre.cases`, who may know of it in `centre.case_scopes`; this file only knows what
is. Words are sealed entry by entry. Who is concerned is kept apart from the case, sealed, and opened with a reason.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from itertools import count
from typing import Any, Literal, get_args

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from centre.areas import LINK_DIGITS, LINK_LETTERS
from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.sealing import sealed

Category = Literal[
    "pay",
    "contact_lost",
    "violence",
    "trafficking",
    "documents",
    "deception",
    "sickness",
    "death",
    "detention",
    "go_home",
    "other",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)
Outcome = Literal["solved", "advised", "referred", "withdrawn", "no_reply", "duplicate", "not_ours"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
Hours = Literal["any", "morning", "midday", "evening"]
"""When it is safe to write to the family: at any time, 06-11, 11-16, 16-20 in village time."""
HOURS: tuple[Hours, ...] = get_args(Hours)
AskedBy = Literal["in_person", "by_phone", "by_letter", "by_proxy"]
"""How the family asked for a case to be erased, where they did not type it in the chat."""
ASKED_BY: tuple[AskedBy, ...] = get_args(AskedBy)
CAUSE, HINT = "case:", "case-hint:"
FAMILY, BOT, TIME = "family", "bot", "time"
"""Who stands behind an entry, where it is no staff member's id."""
CODE = re.compile(rf"([{LINK_DIGITS}]{{3}})[\s.-]*([{LINK_LETTERS}]{{4}})", re.IGNORECASE)
"""Three digits and four letters: a booking's code begins with its letters, a village's has six signs."""


class State(enum.StrEnum):
    NEW = "new"
    """Nobody has taken it yet."""
    TAKEN = "taken"
    TO_APPROVE = "to_approve"
    """Its holder wants to close it; a supervisor must agree."""
    CLOSED = "closed"


OPEN = (State.NEW, State.TAKEN, State.TO_APPROVE)


class Sending(enum.StrEnum):
    """How far words for the family have come."""

    WAITING = "waiting"
    """To be worded and queued as soon as it may be."""
    SEALED = "sealed"
    """The family hears that there is news; the words go when they write."""
    QUEUED = "queued"
    """On its way: its outbox rows say how far."""
    NOT_TOLD = "not_told"


class Case(Base):
    """A problem that a human owns."""

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("state != 'closed' AND NOT is_beside"),
            sqlite_where=text("state != 'closed' AND NOT is_beside"),
        ),
        Index(
            "ix_cases_queue",
            "state",
            "area",
            "is_restricted",
            "bypasses_village",
            "home_code",
            "earlier_code",
            "is_urgent",
            "awaits",
            "holder_id",
            "due_at",
            "category",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    """Where its words go, and nowhere else."""
    category: Mapped[str] = mapped_column(String(20))
    is_urgent: Mapped[bool] = mapped_column(default=False)
    is_restricted: Mapped[bool] = mapped_column(default=False)
    """Violence, trafficking, a child: for specialists and those above them."""
    is_child: Mapped[bool] = mapped_column(default=False)
    home_code: Mapped[str | None] = mapped_column(String(13))
    """The village the family belongs to; None while it is not known."""
    area: Mapped[str | None] = mapped_column(String(13), index=True)
    """Whose it is: the village, or the regency when it goes around the village."""
    earlier_code: Mapped[str | None] = mapped_column(String(13))
    """The village they had named first, before they put it right: it is kept out as well."""
    bypasses_village: Mapped[bool] = mapped_column(default=False)
    """ "Jangan ke desa saya": no account of the home village may learn of it."""
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    agency_id: Mapped[int | None] = mapped_column(BigId)
    """The recruiter it is about, of the licence list, where staff entered it."""
    recruiter_area: Mapped[str | None] = mapped_column(String(13))
    language: Mapped[str] = mapped_column(String(8), default="id")
    state: Mapped[str] = mapped_column(String(10), default=State.NEW)
    awaits: Mapped[str] = mapped_column(String(6), default="staff")
    """Whose turn it is: staff, or family."""
    holder_id: Mapped[str | None] = mapped_column(String(36), index=True)
    family_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """The first case of a family; those that are linked share it."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Since when the family waits for an answer."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """Until when an answer is owed; None while it is the family's turn."""
    promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when the first answer was owed, for the figures."""
    is_beside: Mapped[bool] = mapped_column(default=False)
    """Opened again while the family has a newer case open: what staff say arrives, what the family writes goes to the newer."""
    level: Mapped[int] = mapped_column(default=0)
    """How far up it was alerted: 0 the desk it belongs to."""
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_reply_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(12))
    is_safe: Mapped[bool | None] = mapped_column()
    """May we write first? None: not answered, so no."""
    safe_hours: Mapped[str] = mapped_column(String(8), default="any")
    cover_lookup: Mapped[str | None] = mapped_column(String(32))
    is_discreet: Mapped[bool] = mapped_column(default=False)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The cover word was said: somebody else may hold the telephone. Nothing of the case is said until it is said again."""
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    keep_until: Mapped[date | None] = mapped_column(Date)
    """Restricted: the last day of keeping it, as agreed with the family; None: until they ask (`centre.case_keeping`)."""
    rated: Mapped[str | None] = mapped_column(String(6))
    """What the family said of the help after it was closed: good, partly, bad."""

    @property
    def is_open(self) -> bool:
        return self.state != State.CLOSED

    @property
    def about(self) -> str:
        """How a case stands in the audit."""
        return f"case:{self.id}"


class CaseIdentity(Base):
    """Who a case is about, apart from the case."""

    __tablename__ = "case_identities"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    sealed_facts: Mapped[bytes] = mapped_column(
        LargeBinary, info=sealed("case_identities|facts|{case_id}", case="case_id")
    )

    @property
    def facts(self) -> dict[str, str]:
        """By name: `name` of who writes, `worker`, `sharing` (who else holds the telephone), `cover` (the cover word)."""
        session = object_session(self)
        assert session is not None, "an identity is only read within a transaction"
        opened: dict[str, str] = json.loads(vault_of(session).open(self.sealed_facts, f"{_FACTS}|{self.case_id}"))
        return opened


class CaseConversation(Base):
    """A conversation in which a case was once told of: who may not know of the case may not see that conversation either."""

    __tablename__ = "case_conversations"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class CaseEntry(Base):
    """One thing said or done in a case, in its order."""

    __tablename__ = "case_entries"
    __table_args__ = (
        Index("ix_case_entries_thread", "case_id", "id"),
        Index(
            "ix_case_entries_next",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    key: Mapped[str | None] = mapped_column(String(60), unique=True)
    """What makes it this entry (the form it was typed in, the event that brought it): sent twice, it is one."""
    kind: Mapped[str] = mapped_column(String(10))
    """words (the family's), answer (to `detail`'s question), reply (staff's, to the family), told (ours, to the family), note
    (staff's, to each other), change."""
    by: Mapped[str] = mapped_column(String(42))
    detail: Mapped[str] = mapped_column(String(40), default="")
    """Which change, question or notice: a code, never words."""
    sealed_text: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("case_entries|text|{case_id}", case="case_id")
    )
    file_id: Mapped[int | None] = mapped_column(BigId)
    """Of `centre.kept_files`."""
    sending: Mapped[str | None] = mapped_column(String(10))
    why_not: Mapped[str | None] = mapped_column(String(20))
    """For not_told: no_address, stopped, blocked, closed."""
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Not before then: nobody is woken, and no unsafe hour is used. None where nothing is left to do."""
    is_hinted: Mapped[bool] = mapped_column(default=False)
    """Sealed, and the family was told that there is news."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def cause(self) -> str:
        """What the outbox knows its words by."""
        return f"{CAUSE}{self.id}"

    @property
    def hint_cause(self) -> str:
        """What the outbox knows the notice of it by."""
        return f"{HINT}{self.id}"


class CaseConflict(Base):
    """A staff member who must not know of a case: they said so themself, or it is about them."""

    __tablename__ = "case_conflicts"
    __table_args__ = (UniqueConstraint("case_id", "staff_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    staff_id: Mapped[str] = mapped_column(String(36), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


_FACTS, _TEXT = "case_identities|facts", "case_entries|text"


def get(session: Session, case_id: int) -> Case | None:
    """The case with this number, for those who may know of it already."""
    return session.get(Case, case_id) if 0 < case_id < 2**63 else None


def hold(session: Session, case_id: int) -> Case:
    """The case, held until the transaction ends."""
    return session.get_one(Case, case_id, with_for_update=True, populate_existing=True)


def hold_again(session: Session, case: Case) -> None:
    """A case that was only looked at, held from now on and as it is now: staff may have changed it a moment ago."""
    session.flush()
    session.refresh(case, with_for_update=True)


def open_in(session: Session, conversation_id: int) -> Case | None:
    """The open case of a conversation to which goes what is written there; there is at most one."""
    return session.scalars(
        select(Case).where(
            Case.conversation_id == conversation_id, Case.state != State.CLOSED, Case.is_beside.is_(False)
        )
    ).first()


def count_late(session: Session, now: datetime) -> int:
    """How many are open although the time promised for an answer is over, in the whole house."""
    return session.scalar(select(func.count()).where(Case.state.in_(OPEN), Case.due_at < now)) or 0


def note_conversation(session: Session, case: Case, conversation_id: int) -> None:
    """The case is told of there from now on, and nobody forgets that it was."""
    if session.get(CaseConversation, (case.id, conversation_id)) is None:
        session.add(CaseConversation(case_id=case.id, conversation_id=conversation_id))
        session.flush()


def by_code(session: Session, typed: str) -> Case | None:
    """The case of a code, however it was written down ("347 kmtr")."""
    code = code_in(typed)
    return session.scalar(select(Case).where(Case.code == code)) if code else None


def code_in(typed: str) -> str | None:
    """The code that somebody typed, alone; None when it is something else."""
    found = CODE.fullmatch(typed.strip(" .!,"))
    return (found[1] + found[2]).upper() if found else None


def shown(code: str) -> str:
    """A code as it is read out: "347-KMTR"."""
    return f"{code[:3]}-{code[3:]}"


def new_code(session: Session, conversation_id: int, now: datetime) -> str:
    """A code that no case has and that tells nothing of whose it is."""
    for attempt in count():
        drawn = int(vault_of(session).lookup("cases|code", f"{conversation_id}|{now.isoformat()}|{attempt}"), 16)
        code = ""
        for signs in 3 * [LINK_DIGITS] + 4 * [LINK_LETTERS]:
            drawn, index = divmod(drawn, len(signs))
            code += signs[index]
        if session.scalar(select(Case.id).where(Case.code == code)) is None:
            return code
    raise AssertionError("there is always another code")


def pin_of(session: Session, case: Case) -> str:
    """Six digits, as for a bank card, that open the case's state with its code. Made from the code by our key: kept nowhere."""
    return f"{int(vault_of(session).lookup('cases|pin', case.code), 16) % 10**6:06}"


def cover_lookup(session: Session, word: str) -> str:
    """The fingerprint a cover word is known by, however it was written."""
    return vault_of(session).lookup("cases|cover", " ".join(re.findall(r"\w+", word.casefold())))


def facts_of(session: Session, case: Case) -> dict[str, str]:
    """Who the case is about, as far as they told us. Reading this is a deed: see `cases.open_identity`."""
    identity = session.get(CaseIdentity, case.id)
    return identity.facts if identity else {}


def keep_facts(session: Session, case: Case, **facts: str) -> None:
    """Keep what was told about who is concerned; an empty text forgets one."""
    kept = {name: value for name, value in {**facts_of(session, case), **facts}.items() if value}
    told = json.dumps(kept, ensure_ascii=False)
    noted = vault_of(session).of("case", case.id).seal(told, f"{_FACTS}|{case.id}")
    identity = session.get(CaseIdentity, case.id)
    if identity is None:
        session.add(CaseIdentity(case_id=case.id, sealed_facts=noted))
    else:
        identity.sealed_facts = noted
    session.flush()


def enter(
    session: Session,
    case: Case,
    kind: str,
    by: str,
    now: datetime,
    words: str = "",
    **more: Any,
) -> CaseEntry:
    """Add one entry at the end of the thread, its words sealed for this case."""
    said = vault_of(session).of("case", case.id).seal(words, f"{_TEXT}|{case.id}") if words else None
    entry = CaseEntry(case_id=case.id, kind=kind, by=by, sealed_text=said, at=now, **more)
    session.add(entry)
    session.flush()
    return entry


def words_of(session: Session, entry: CaseEntry) -> str:
    """The words of an entry. Raises `centre.privacy.CannotOpen`."""
    return vault_of(session).open(entry.sealed_text, f"{_TEXT}|{entry.case_id}") if entry.sealed_text else ""


def by_key(session: Session, key: str) -> CaseEntry | None:
    """The entry that was made for this key already."""
    return session.scalar(select(CaseEntry).where(CaseEntry.key == key))


def thread(session: Session, case_id: int) -> list[CaseEntry]:
    """Everything said and done, oldest first."""
    return list(session.scalars(select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)))


def is_staff_there(session: Session, case: Case, since: datetime) -> bool:
    """Has its holder said something in the case since then?"""
    said = select(CaseEntry.id).where(
        CaseEntry.case_id == case.id, CaseEntry.by == case.holder_id, CaseEntry.at > since
    )
    return case.holder_id is not None and session.scalar(said.limit(1)) is not None


def answered(session: Session, case: Case) -> set[str]:
    """Which questions have been answered or skipped."""
    return set(
        session.scalars(select(CaseEntry.detail).where(CaseEntry.case_id == case.id, CaseEntry.kind == "answer"))
    )


def move(session: Session, others: set[int], kept_id: int) -> bool:
    """The other conversations turn out to be the kept one: their cases go on there, unless it has an open one of its own.

    Gives whether there were any.
    """
    from_there = session.scalars(select(Case).where(Case.conversation_id.in_(others)).order_by(Case.id)).all()
    for case in from_there:
        is_free = not case.is_open or open_in(session, kept_id) is None
        case.conversation_id = kept_id if is_free else None
        note_conversation(session, case, kept_id)
        session.flush()
    return bool(from_there)


def in_conflict(session: Session, case_ids: Iterable[int]) -> set[tuple[int, str]]:
    """(case, staff) pairs that must be kept apart."""
    rows = session.execute(
        select(CaseConflict.case_id, CaseConflict.staff_id).where(CaseConflict.case_id.in_(list(case_ids)))
    )
    return {(case_id, staff_id) for case_id, staff_id in rows}
