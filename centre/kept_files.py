"""Pictures, voices and papers that families and staff send: what we were told of, and what we hold.

A platform only names a file. `expect` notes the name, with the message that brought it; a worker fetches the file soon (a
platform forgets it: WhatsApp after 7 days), makes it harmless (`centre.file_kinds`) and lays it down sealed
(`centre.file_store`), with no transaction open; `record` enters what became of it. What somebody uploads to us takes the
same way without being fetched: `take_in`, then `keep`.

The key of each file stands sealed in its row. So erasing a row erases the file, at once and for good; its bytes, which
nobody can open any more, are cleared away by `sweep`. A file of a case goes with the case, any other with the message that
brought it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import data_keys, inbox, set_clocks  # the inbox as a whole: it knows cases, and cases know files
from centre.case_records import Case, CaseEntry
from centre.conversations import Conversation
from centre.db import Base, BigId, UtcDateTime, vault_of
from centre.file_kinds import ENDINGS, MIME, cleaned
from centre.file_store import FileMissing, FileStore, Stored
from centre.privacy import CannotOpen
from centre.sealing import Sealer, sealed

TRIES = 5
BACKOFF = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=12)]
"""Long enough for a platform's bad night, well within the days that it keeps a file."""
LEASE = timedelta(minutes=2)
"""Longer than asking, fetching and drawing anew take together."""
MOST_A_DAY = 50
"""Files of one conversation: more than a family has to show, too few to fill our disk."""
UNNAMED_FOR = timedelta(hours=1)
"""How long a file may lie in the folder before its row is committed."""
HERE = "kept:"
"""How a message from our own page names its file: it need not be fetched."""
SWEPT_AT_ONCE = 500

Origin = Literal["family", "staff"]


class State(enum.StrEnum):
    WAITING = "waiting"
    """To be fetched."""
    KEPT = "kept"
    REFUSED = "refused"
    """Not kept, by a rule of ours."""
    LOST = "lost"
    """Could not be fetched any more."""


@dataclass(frozen=True)
class Wanted:
    """A file to fetch: all that a channel needs, with no database behind it."""

    id: int
    channel: str
    media: str


@dataclass(frozen=True)
class Fetched:
    """What became of fetching one file.

    kept: here are its bytes. again: another try may help. gone: the platform has it no longer. refused: not taken, by a
    rule of ours.
    """

    kind: Literal["kept", "again", "gone", "refused"]
    data: bytes = b""
    why: str = ""
    """A code: too_large, unknown_type, damaged, gone, unreachable, slow, token …"""
    wait: timedelta = timedelta(0)
    """again: not before then."""


class TooMany(Exception):
    """One conversation has sent as many files today as we take."""


class KeptFile(Base):
    """One file: announced, held, refused or lost."""

    __tablename__ = "kept_files"
    __table_args__ = (
        Index(
            "ix_kept_files_waiting",
            "next_at",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_kept_files_conversation", "conversation_id", "created_at"),
        {"sqlite_autoincrement": True},  # a number is never given twice, not even after erasure
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str | None] = mapped_column(String(32), unique=True)
    """Its name in the folder: 32 hex digits, anew with each try; None while nothing lies there."""
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("inbox_events.id", ondelete="SET NULL"), unique=True)
    """The message that brought it."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id, ondelete="SET NULL"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(CaseEntry.id, ondelete="SET NULL"), index=True)
    origin: Mapped[str] = mapped_column(String(6))
    channel: Mapped[str] = mapped_column(String(20))
    sealed_media: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("kept_files|media|{id}", case="case_id", conversation="conversation_id")
    )
    """The platform's own name of it, as long as it may have to be fetched."""
    sealed_key: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("kept_files|key|{name}", case="case_id", conversation="conversation_id")
    )
    media_type: Mapped[str | None] = mapped_column(String(10))
    """A key of `centre.file_kinds.MIME`."""
    size: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10))
    why: Mapped[str | None] = mapped_column(String(20))
    """Refused: too_large, unknown_type, damaged, too_many, elsewhere. Lost: gone, no_channel, unreachable, slow, …"""
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


# Written out as in the partial index: neither database would use it for a value handed in.
_IS_WAITING = KeptFile.state == bindparam(None, State.WAITING.value, literal_execute=True)


# What is announced


def expect(
    session: Session, conversation: Conversation, media: str, now: datetime, *, event_id: int | None = None
) -> KeptFile | None:
    """Note a file that a family's message names, to be fetched. The same message again is the same file.

    What our own page took in (`HERE`) is only tied to its message; None when that is not there (any more).
    """
    if conversation.channel == "web":
        return _tied(session, conversation, media, event_id)
    if event_id and (known := of_event(session, event_id)):
        return known
    file = _begin(conversation.id, conversation.channel, "family", now)
    file.event_id = event_id
    if _has_sent_enough(session, conversation.id, now):
        file.state, file.why = State.REFUSED, "too_many"
    session.add(file)
    session.flush()
    if file.state == State.WAITING:
        file.sealed_media = _sealer(session, file).seal(media, _media_place(file))
    session.flush()
    return file


def of_event(session: Session, event_id: int) -> KeptFile | None:
    """The file that this message brought."""
    return session.scalars(select(KeptFile).where(KeptFile.event_id == event_id)).first()


def attach(session: Session, file: KeptFile, case_id: int, entry_id: int | None = None) -> None:
    """The file belongs to a case from now on, and goes when the case goes."""
    file.case_id, file.entry_id = case_id, entry_id
    data_keys.seal_anew(session, file)


# What is uploaded


def take_in(store: FileStore, data: bytes) -> Stored:
    """Make an upload harmless and lay it down; takes a moment, so never within a transaction. Raises `NotKept`, `OSError`."""
    kind, clean = cleaned(data)
    return store.put(clean, kind)


def keep(
    session: Session,
    stored: Stored,
    origin: Origin,
    channel: str,
    now: datetime,
    *,
    conversation_id: int | None = None,
    case_id: int | None = None,
    entry_id: int | None = None,
) -> KeptFile:
    """Enter an upload that `take_in` laid down. Raises `TooMany` for a family's conversation that had its share today."""
    if origin == "family" and conversation_id and _has_sent_enough(session, conversation_id, now):
        raise TooMany
    file = _begin(conversation_id, channel, origin, now)
    file.case_id, file.entry_id = case_id, entry_id
    session.add(file)
    _hold(session, file, stored, now)
    session.flush()
    return file


# What is fetched


def anything_waiting(session: Session, now: datetime) -> bool:
    """A look without a lock: is there a file to fetch?"""
    return session.execute(select(KeptFile.id).where(*_may_be_claimed(now)).limit(1)).first() is not None


def claim(session: Session, now: datetime, most: int = 3) -> list[Wanted]:
    """Take files to fetch, under a lease; the try is counted beforehand, so that a file that ends us ends some time."""
    rows = session.scalars(
        select(KeptFile)
        .where(*_may_be_claimed(now))
        .order_by(KeptFile.next_at, KeptFile.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    wanted = [found for row in rows if (found := _claimed(session, row, now))]
    session.flush()
    return wanted


def record(session: Session, file_id: int, outcome: Fetched | Stored, now: datetime) -> bool:
    """Enter what became of a try; False when the file is not wanted any more (erased, or fetched by somebody else).

    Then whoever laid down a `Stored` removes it again.
    """
    file = session.get(KeptFile, file_id, with_for_update=True, populate_existing=True)
    if file is None or file.state != State.WAITING:
        return False
    file.lease_until = None
    if isinstance(outcome, Stored):
        _hold(session, file, outcome, now)
    elif outcome.kind == "again":
        _try_again(file, outcome, now)
    else:
        _end(file, State.LOST if outcome.kind == "gone" else State.REFUSED, outcome.why)
    session.flush()
    return True


def ask_again(file: KeptFile, now: datetime) -> None:
    """Staff want another try at a file that was lost."""
    if file.state == State.LOST and file.sealed_media:
        file.state, file.why, file.attempts, file.next_at = State.WAITING, None, 0, now


# What is opened


def open_file(session: Session, store: FileStore, file: KeptFile) -> bytes:
    """The bytes of a kept file. Raises `FileMissing`, `centre.privacy.CannotOpen`."""
    if file.name is None or file.sealed_key is None:
        raise FileMissing(f"file {file.id} is {file.state}")
    return store.get(file.name, bytes.fromhex(vault_of(session).open(file.sealed_key, _key_place(file.name))))


def as_download(file: KeptFile) -> tuple[str, str]:
    """The media type and a file name that tells nothing, for a file that is kept."""
    kind = file.media_type or ""
    return MIME[kind], f"berkas-{file.id}.{ENDINGS.get(kind, kind)}"


def download_headers(file: KeptFile) -> dict[str, str]:
    """What a browser must be told of a kept file: save it, never show it as a page of ours (OWASP ASVS 5.0 5.4, 3.2.1)."""
    media_type, name = as_download(file)
    return {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


# What goes


def erase(session: Session, file: KeptFile) -> list[str]:
    """Erase one file; gives its name in the folder, which may be removed after the commit (else `sweep` does it)."""
    return _erase(session, KeptFile.id == file.id)


def erase_of(session: Session, conversation_id: int) -> list[str]:
    """Somebody asked to be forgotten: their files go; those of a case go with the case. Gives names as `erase`."""
    return _erase(session, KeptFile.conversation_id == conversation_id, KeptFile.case_id.is_(None))


def erase_answered(session: Session, conversation_id: int) -> list[str]:
    """Somebody wants nothing kept: of their files those stay that staff have still to look at, and those of a case."""
    waits = exists().where(
        inbox.InboxEvent.id == KeptFile.event_id,
        or_(inbox.InboxEvent.for_staff, inbox.InboxEvent.state == inbox.State.OPEN),
    )
    return _erase(session, KeptFile.conversation_id == conversation_id, KeptFile.case_id.is_(None), ~waits)


def erase_of_case(session: Session, case_id: int) -> list[str]:
    """A case is erased, and its files with it. Gives names as `erase`."""
    return _erase(session, KeptFile.case_id == case_id)


def forget_old(session: Session, now: datetime, kept: timedelta = inbox.PAYLOAD_KEPT) -> list[str]:
    """Erase what belongs to no case and whose message is over: as long as its words, see `centre.inbox`. Gives names as
    `erase`."""
    is_looked_for = exists().where(
        inbox.InboxEvent.id == KeptFile.event_id,
        or_(
            inbox.InboxEvent.for_staff,
            inbox.InboxEvent.state == inbox.State.OPEN,
            inbox.InboxEvent.handled_at >= now - kept,
        ),
    )
    is_over = (KeptFile.created_at < now - kept) & ~is_looked_for
    return _erase(session, KeptFile.case_id.is_(None), or_(KeptFile.conversation_id.is_(None), is_over))


def sweep(known: Callable[[Sequence[str]], set[str]], store: FileStore, now: datetime) -> int:
    """Remove from the folder what no row names; gives how much. `known`: asks `named` of the database, page by page."""
    store.remove_drafts_before(now - UNNAMED_FOR)
    names, gone = store.names_before(now - UNNAMED_FOR), 0
    for start in range(0, len(names), SWEPT_AT_ONCE):
        page = names[start : start + SWEPT_AT_ONCE]
        unnamed = set(page) - known(page)
        store.remove(unnamed)
        gone += len(unnamed)
    return gone


def named(session: Session, names: Iterable[str]) -> set[str]:
    """Those of these names that a row knows."""
    return set(filter(None, session.scalars(select(KeptFile.name).where(KeptFile.name.in_(list(names))))))


def _tied(session: Session, conversation: Conversation, media: str, event_id: int | None) -> KeptFile | None:
    number = media.removeprefix(HERE)
    if not media.startswith(HERE) or not number.isdecimal():
        return None
    file = session.get(KeptFile, int(number))
    if file is None or file.conversation_id != conversation.id:
        return None
    file.event_id = event_id
    return file


def _begin(conversation_id: int | None, channel: str, origin: Origin, now: datetime) -> KeptFile:
    return KeptFile(
        conversation_id=conversation_id,
        channel=channel,
        origin=origin,
        state=State.WAITING,
        attempts=0,
        created_at=now,
        next_at=now,
    )


def _has_sent_enough(session: Session, conversation_id: int, now: datetime) -> bool:
    lately = select(func.count()).select_from(KeptFile)
    lately = lately.where(KeptFile.conversation_id == conversation_id, KeptFile.created_at > now - timedelta(days=1))
    return session.execute(lately).scalar_one() >= MOST_A_DAY


def _may_be_claimed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(KeptFile.lease_until.is_(None), set_clocks.is_over(KeptFile.lease_until, now, LEASE))
    return _IS_WAITING, set_clocks.has_come(KeptFile.next_at, now, BACKOFF[-1]), free


def _claimed(session: Session, file: KeptFile, now: datetime) -> Wanted | None:
    """The file under its lease; None, and it is given up, when it has been tried too often or its name cannot be opened."""
    if file.attempts >= TRIES:  # each of them ended with our process
        _end(file, State.LOST, "process_ended")
        return None
    try:
        media = vault_of(session).open(file.sealed_media or b"", _media_place(file))
    except CannotOpen:
        _end(file, State.LOST, "cannot_open")
        return None
    file.attempts += 1
    file.lease_until = now + LEASE
    return Wanted(file.id, file.channel, media)


def _hold(session: Session, file: KeptFile, stored: Stored, now: datetime) -> None:
    file.name, file.media_type, file.size = stored.name, stored.media_type, stored.size
    file.sealed_key = _sealer(session, file).seal(stored.key.hex(), _key_place(stored.name))
    file.sealed_media = None  # what need not be fetched again need not be known
    file.state, file.why, file.kept_at = State.KEPT, None, now


def _try_again(file: KeptFile, outcome: Fetched, now: datetime) -> None:
    file.why = outcome.why[:20]
    if file.attempts >= TRIES:
        _end(file, State.LOST, outcome.why)
    else:
        file.next_at = now + max(BACKOFF[file.attempts - 1], outcome.wait)


def _end(file: KeptFile, state: State, why: str) -> None:
    file.state, file.why, file.lease_until = state, why[:20], None
    if state == State.REFUSED:
        file.sealed_media = None


def _erase(session: Session, *which: ColumnElement[bool]) -> list[str]:
    gone = delete(KeptFile).where(*which).returning(KeptFile.name)
    return list(filter(None, session.scalars(gone.execution_options(synchronize_session=False))))


def _sealer(session: Session, file: KeptFile) -> Sealer:
    if file.case_id:
        return vault_of(session).of("case", file.case_id)
    return vault_of(session).of("conversation", file.conversation_id)


def _media_place(file: KeptFile) -> str:
    return f"kept_files|media|{file.id}"


def _key_place(name: str) -> str:
    return f"kept_files|key|{name}"
