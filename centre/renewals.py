"""Whose words were erased although they themselves stay: what of them lies beside the newest keys, for an older archive.

Somebody says JANGAN SIMPAN, leaves the register, or staff lose a case that they had read in their own chat: what was said is
erased by giving them another key (`data_keys.renew`), and an archive made before knows them under the old one alone. So who
they are, sealed with their new key, is written beside the keys of a backup; a restore puts it into the archive's record and
erases there once more what was erased. Who was erased altogether has no key, and nothing of them is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from centre import census, census_consents, conversation_consents, data_keys, inbox, outbox, retention
from centre.conversations import Conversation
from centre.data_keys import DataKey
from centre.db import Base, vault_of
from centre.people import Person
from centre.privacy import CannotOpen
from centre.sealing import Kind

_ANSWERS = "language notice_version notice_at stopped_at blocked_at declined_at"
KEPT: dict[Kind, tuple[type[Base], str, tuple[str, ...]]] = {
    "conversation": (Conversation, "sealed_sender", ("id", "sealed_sender", *_ANSWERS.split())),
    "person": (Person, "sealed_name", ("id", "sealed_name", "sealed_phone")),
}
"""Of each kind: its table, by which field its key is known, and what is carried."""


def to_carry(kind: Kind) -> Select[Any]:
    """The query of what lies beside the keys: of those who were given another key and are still there."""
    model, _, names = KEPT[kind]
    table = model.__table__
    own = and_(DataKey.owner_kind == kind, DataKey.owner_id == table.c.id, DataKey.is_renewed)
    carried = select(*(table.c[name] for name in names)).join(DataKey, own)
    return carried.where(table.c.closing_at.is_(None)) if kind == "conversation" else carried


def bring_back(session: Session, kind: Kind, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """After a restore, before it is cleared: whose record in the archive opens no more is known again. Gives who."""
    model, known_by, _ = KEPT[kind]
    field = next(each for each in data_keys.sealed_fields() if (each.model, each.name) == (model, known_by))
    back = []
    for row in rows:
        owner = session.get(model, row["id"])
        if owner is None or not data_keys.is_destroyed(session, getattr(owner, known_by)):
            continue
        try:
            vault_of(session).open(row[known_by], field.place_of(owner))
        except CannotOpen:  # with keys that are lost: it goes as all else that they sealed
            continue
        for name, value in row.items():
            setattr(owner, name, value)
        back.append(int(row["id"]))
    session.flush()
    return back


def erase_again(session: Session, kind: Kind, numbers: Iterable[int], now: datetime) -> None:
    """What those who were brought back had erased is erased in the archive too: when all of them are there, because two
    records that are one go together."""
    for number in numbers:
        _AGAIN[kind](session, session.get_one(KEPT[kind][0], number), now)


def _keep_nothing(session: Session, conversation: Conversation, _now: datetime) -> None:
    conversation.plain_offered, conversation.sealed_labels, conversation.step = [], None, None
    inbox.erase_words(session, conversation.id, waiting_too=True)
    outbox.erase_words(session, conversation.id)
    if conversation.notice_version is None:  # all was erased but a case
        conversation_consents.erase(session, conversation.id)
    retention.keep_nothing(session, conversation)


def _leave_register(session: Session, person: Person, now: datetime) -> None:
    census_consents.take_back(session, person.id, census_consents.BY_FAMILY, now)
    census.let_go(session, person)


_AGAIN: dict[Kind, Callable[[Session, Any, datetime], None]] = {
    "conversation": _keep_nothing,
    "person": _leave_register,
}
