"""A conversation: what is said on one address (a Telegram chat, a WhatsApp sender, a browser, a terminal).

Its row is the lock of its lane: whoever answers holds it, so that one person's messages are answered one by one and in
order, on any number of workers. A sender may be known by several identifiers (WhatsApp: a number, a user id without a
number, or both); each leads to the same conversation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, bindparam, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from centre import data_keys
from centre.db import Base, BigId, UtcDateTime, connection_of, new_row, vault_of
from centre.sealing import KEYS, SessionVault, sealed

TakeOver = Callable[[Session, set[int], int], None]
"""What goes on elsewhere when conversations (their numbers) turn out to be another one."""


@dataclass(frozen=True)
class Sender:
    """Who wrote, on which channel. `identifiers`: (kind, value) pairs, the surest first, e.g. ("phone", "6281…")."""

    channel: str
    identifiers: tuple[tuple[str, str], ...]

    def value(self, kind: str) -> str | None:
        return dict(self.identifiers).get(kind)


class Conversation(Base):
    """What is said on one address: language, village, the open step, and whether we may write to it."""

    __tablename__ = "conversations"
    __table_args__ = ({"sqlite_autoincrement": True},)  # a number is never given twice, not even after erasure

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    sealed_sender: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("conversations|sender", conversation="id"))
    language: Mapped[str | None] = mapped_column(String(8))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("villages.id", ondelete="SET NULL"), index=True)
    step: Mapped[str | None] = mapped_column(String(40))
    plain_offered: Mapped[list[list[str]]] = mapped_column("offered", JSON, default=list)
    """[code, label, title] of each choice; its label and title only where an earlier version wrote them: see `offered`."""
    sealed_labels: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("conversations|labels", conversation="id")
    )
    """[label, title] of each choice: some carry the names of people."""
    sealed_memory: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=sealed("conversations|memory", conversation="id")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_incoming_at: Mapped[datetime] = mapped_column(UtcDateTime)
    notice_version: Mapped[str | None] = mapped_column(String(20))
    """Which wording of "what is kept and why" was shown (UU PDP 27/2022 art. 21), and when."""
    notice_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The person said `berhenti`: nothing is sent that was not asked for."""
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The platform says the person blocked us: nothing is sent at all."""
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Answering failed just now; the lane waits until then before the next try."""
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The person does not agree that anything of them is kept (`centre.conversation_consents`)."""
    joined_to: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    """This sender is known by another conversation now (a number and a user id, first seen apart)."""
    has_case: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """There is or was a case here: only then is one looked for, message by message."""
    closing_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The person asked to be forgotten: the row goes as soon as the last word to them is out."""
    shown_after: Mapped[int | None] = mapped_column(BigId)
    """What we said up to this outbox number is shown on no page any more (`centre.outbox.take_down`)."""
    heard_after: Mapped[int | None] = mapped_column(BigId)
    """The same for what the person wrote, up to this inbox number."""

    _opened_labels = cast(tuple[bytes, str] | None, None)
    _opened_memory = cast(tuple[bytes, dict[str, Any]] | None, None)
    """What was opened last and what stood in it: one turn looks a score of times."""

    @property
    def offered(self) -> list[list[str]]:
        """What may be chosen now by its number or its label: [code, label, title] each."""
        rows = self.plain_offered
        if not rows or self.sealed_labels is None or any(label or title for _, label, title in rows):
            return rows
        if self._opened_labels is None or self._opened_labels[0] != self.sealed_labels:
            self._opened_labels = (self.sealed_labels, self._vault.open(self.sealed_labels, _LABELS))
        labels: list[list[str]] = json.loads(self._opened_labels[1])
        return [[code, *both] for (code, _, _), both in zip(rows, labels, strict=True)]

    @offered.setter
    def offered(self, rows: list[list[str]]) -> None:
        words = json.dumps([[label, title] for _, label, title in rows])
        self.plain_offered = [[code, "", ""] for code, _, _ in rows]
        self.sealed_labels = self._vault.of("conversation", self.id).seal(words, _LABELS) if rows else None

    @property
    def memory(self) -> dict[str, Any]:
        """Small facts the next turn needs (the country named, a danger asked about); never words of the person. Facts that
        hold others are to be read, not changed in place."""
        if self.sealed_memory is None:
            return {}
        if self._opened_memory is None or self._opened_memory[0] != self.sealed_memory:
            words = self._vault.open(self.sealed_memory, _MEMORY)
            self._opened_memory = (self.sealed_memory, json.loads(words))
        return self._opened_memory[1].copy()

    @memory.setter
    def memory(self, facts: dict[str, Any]) -> None:
        words = json.dumps(facts)
        self.sealed_memory = self._vault.of("conversation", self.id).seal(words, _MEMORY) if facts else None
        self._opened_memory = (self.sealed_memory, json.loads(words)) if self.sealed_memory else None

    @property
    def _vault(self) -> SessionVault:
        session = object_session(self)
        assert session is not None, "a conversation is only read within a transaction"
        return vault_of(session)


class Identifier(Base):
    """One way a sender is known, as a keyed fingerprint."""

    __tablename__ = "identifiers"

    lookup: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)


def known(session: Session, sender: Sender) -> int | None:
    """The id of the sender's conversation when every identifier shown leads to it; a look that changes nothing."""
    lookups = lookups_of(session, sender)
    found = _known(session, lookups)
    same = set(found.values())
    return same.pop() if len(found) == len(lookups) and len(same) == 1 else None


def known_with_key(session: Session, sender: Sender) -> int | None:
    """The same, and its key is held: nothing more need be looked up to seal something for it. None also where it has none."""
    lookups = lookups_of(session, sender)
    if len(lookups) == 1:
        rows = vault_of(session).note(_FIND_ONE_WITH_KEY, {"lookup": lookups[0]})
    else:
        rows = vault_of(session).note(_FIND_WITH_KEY, {"lookups": lookups})
    same = {row.owner_id for row in rows}
    return same.pop() if len(rows) == len(lookups) and len(same) == 1 else None


def of_sender(session: Session, sender: Sender, now: datetime, take_over: TakeOver = lambda *_: None) -> int:
    """The id of the sender's conversation, begun now if there is none; new identifiers are tied to it.

    When two identifiers lead to two conversations (a number and a user id, first seen apart), the surest one wins and
    the other identifier follows it from now on. `take_over`: what else goes on in the kept one (`centre.joining`).
    """
    lookups = lookups_of(session, sender)
    found = _known(session, lookups)
    if not found:
        _begin(session, sender, lookups[0], now)
        found = _known(session, lookups)
    conversation_id = next(found[lookup] for lookup in lookups if lookup in found)
    strays = [lookup for lookup in lookups if found.get(lookup) != conversation_id]
    if strays:
        others = {found[lookup] for lookup in strays if lookup in found}
        if others:
            _join(session, others, conversation_id)
            take_over(session, others, conversation_id)
        _tie(session, strays, conversation_id)
        _learn(session, conversation_id, sender)
    return conversation_id


def sender_of(session: Session, conversation: Conversation) -> Sender:
    """Where to write to: opened only to send."""
    opened = json.loads(vault_of(session).open(conversation.sealed_sender, _PLACE))
    return Sender(conversation.channel, tuple((kind, value) for kind, value in opened))


def move_to(session: Session, conversation: Conversation, kind: str, value: str) -> None:
    """The platform gave this conversation a new address (a Telegram group became a supergroup)."""
    sender = Sender(conversation.channel, ((kind, value),))
    _tie(session, lookups_of(session, sender), conversation.id)
    _learn(session, conversation.id, sender)


def hold_if_free(session: Session, conversation_id: int) -> Conversation | None:
    """The conversation, held; None when it is gone or somebody else holds it."""
    return session.scalars(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).first()


def why_silent(conversation: Conversation) -> str | None:
    """Why nothing that was not asked for may be said there; None where it may."""
    if conversation.closing_at:
        return "no_address"
    if conversation.blocked_at:
        return "blocked"
    return "stopped" if conversation.stopped_at else None


def block(conversation: Conversation, now: datetime) -> None:
    """The person blocked us on this channel."""
    conversation.blocked_at = conversation.blocked_at or now


def forget(session: Session, conversation: Conversation, now: datetime) -> None:
    """Empty the conversation at once, and destroy its key: call it when all else is erased. Its address, and what waits for an
    answer, stay until the farewell is out (`centre.retention`), sealed with a new key."""
    for column in ("language", "village_id", "step", "notice_version", "notice_at", "stopped_at", "declined_at"):
        setattr(conversation, column, None)
    conversation.offered, conversation.memory = [], {}
    conversation.closing_at = now
    data_keys.renew(session, "conversation", conversation.id)


_PLACE, _LABELS, _MEMORY = "conversations|sender", "conversations|labels", "conversations|memory"


def lookups_of(session: Session, sender: Sender) -> list[str]:
    """The fingerprints a sender is found by, in the order of the identifiers."""
    vault = vault_of(session)
    return [vault.lookup(f"{sender.channel}:{kind}", value) for kind, value in sender.identifiers]


_FIND = select(Identifier.lookup, Identifier.conversation_id).where(
    Identifier.lookup.in_(bindparam("lookups", expanding=True))
)
_OWN_KEYS = (
    select(KEYS)
    .join(Identifier, Identifier.conversation_id == KEYS.c.owner_id)
    .where(KEYS.c.owner_kind == "conversation")
    .with_for_update(read=True, key_share=True, of=KEYS)
)
_FIND_WITH_KEY = _OWN_KEYS.where(Identifier.lookup.in_(bindparam("lookups", expanding=True)))
_FIND_ONE_WITH_KEY = _OWN_KEYS.where(Identifier.lookup == bindparam("lookup"))
"""Asked for each message that comes in, so they are put together once."""


def _known(session: Session, lookups: list[str]) -> dict[str, int]:
    rows = connection_of(session).execute(_FIND, {"lookups": lookups})
    return {row.lookup: row.conversation_id for row in rows}


def _begin(session: Session, sender: Sender, lookup: str, now: datetime) -> None:
    """Make the conversation, unless another process made it a moment ago (then ours is taken back)."""
    conversation = Conversation(
        channel=sender.channel, sealed_sender=b"", created_at=now, last_incoming_at=now, offered=[]
    )
    session.add(conversation)
    session.flush()
    if _insert_or_ignore(session, {"lookup": lookup, "conversation_id": conversation.id}):
        _keep_sender(session, conversation, sender.identifiers)
    else:
        session.delete(conversation)
    session.flush()


def _tie(session: Session, lookups: list[str], conversation_id: int) -> None:
    for lookup in lookups:
        if not _insert_or_ignore(session, {"lookup": lookup, "conversation_id": conversation_id}):
            session.execute(
                update(Identifier).where(Identifier.lookup == lookup).values(conversation_id=conversation_id)
            )


def _join(session: Session, others: set[int], conversation_id: int) -> None:
    """Two conversations turn out to be one person's: the other is remembered, so that both are erased together."""
    session.execute(
        update(Conversation)
        .where(or_(Conversation.id.in_(others), Conversation.joined_to.in_(others)))
        .values(joined_to=conversation_id)
        .execution_options(synchronize_session=False)
    )


def _learn(session: Session, conversation_id: int, sender: Sender) -> None:
    """Remember every identifier the sender has shown: the channel may need any of them to write back."""
    conversation = session.get_one(Conversation, conversation_id)
    known = dict(sender_of(session, conversation).identifiers) | dict(sender.identifiers)
    _keep_sender(session, conversation, list(known.items()))
    session.flush()


def _keep_sender(session: Session, conversation: Conversation, identifiers: Sequence[tuple[str, str]]) -> None:
    sealer = vault_of(session).of("conversation", conversation.id)
    conversation.sealed_sender = sealer.seal(json.dumps(identifiers), _PLACE)


def _insert_or_ignore(session: Session, row: dict[str, Any]) -> bool:
    return session.execute(new_row(session, Identifier, row).returning(Identifier.lookup)).first() is not None
