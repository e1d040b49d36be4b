"""Keys of their own: one row for each conversation, person or case of which something is sealed, and its end.

Whoever is erased loses their key in the same transaction. What they told then opens nowhere any more: not in this database,
not in what a disk keeps of deleted rows, and not in a backup made before, as long as this table is kept apart from the
others there and only its newest copy is kept (`docs/decisions/0033`; UU PDP 27/2022 art. 43-44; NIST SP 800-88, cryptographic
erase). What must survive its owner's erasure is sealed anew first (`renew`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.db import Base, BigId, vault_of
from centre.privacy import BY_OWN_KEY, ID_BYTES, CannotOpen
from centre.sealing import Kind


class DataKey(Base):
    """The key of one owner, sealed with a field key."""

    __tablename__ = "data_keys"
    __table_args__ = (UniqueConstraint("owner_kind", "owner_id"),)

    id: Mapped[bytes] = mapped_column(LargeBinary(8), primary_key=True)
    """Eight bytes by chance; everything that this key sealed begins with them."""
    owner_kind: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[int] = mapped_column(BigId)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    is_renewed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Its owner had another one before: see `centre.renewals`."""


@dataclass(frozen=True)
class SealedField:
    """One column that holds something sealed, as it declares itself (`centre.sealing.sealed`)."""

    model: type[Base]
    name: str
    place: str | None
    """With names of columns in braces; None where the row does not tell it."""
    owners: tuple[tuple[Kind, str], ...]

    @property
    def column(self) -> Column[Any]:
        return self.model.__table__.c[self.name]  # type: ignore[return-value]

    @property
    def can_be_empty(self) -> bool:
        return bool(self.model.__table__.c[self.name].nullable)

    def place_of(self, row: object) -> str:
        """The place of this row's field; `row`: a record, or a row of a query."""
        assert self.place is not None, f"{self.model.__name__}.{self.name} is not sealed anew"
        return re.sub(r"{(\w+)}", lambda named: str(getattr(row, named[1])), self.place)

    def owner_of(self, row: object) -> tuple[Kind, int | None]:
        """Whose it is: nobody's, where none of the columns has a value."""
        for kind, column in self.owners:
            if (number := getattr(row, column)) is not None:
                return kind, number
        return "person", None


def sealed_fields() -> tuple[SealedField, ...]:
    """Every sealed column of every table that is known."""
    return _fields(len(Base.registry.mappers))


@cache
def _fields(_tables: int) -> tuple[SealedField, ...]:
    found = [
        SealedField(mapper.class_, attribute.key, *(attribute.columns[0].info["sealed"] or (None, ())))
        for mapper in Base.registry.mappers
        for attribute in mapper.column_attrs
        if "sealed" in attribute.columns[0].info
    ]
    return tuple(sorted(found, key=lambda each: (each.model.__tablename__, each.name)))


def destroy(session: Session, kind: Kind, numbers: Sequence[int]) -> None:
    """Whoever these are, they are erased: what is sealed with their keys opens nowhere any more."""
    vault_of(session).destroyed(row.id for row in _taken(session, kind, numbers))


def renew(session: Session, kind: Kind, number: int) -> None:
    """Destroy a key and seal what is still there with a new one: only what was erased until now cannot be opened any more.

    The row of the key goes first. So whoever is sealing something for this owner at this moment is waited for, and what
    they sealed is seen and kept.
    """
    session.flush()
    vault = vault_of(session)
    taken = _taken(session, kind, [number])
    vault.note_taken(taken)
    for key in taken:
        for row in _sealed_with(session, key, kind, number):
            seal_anew(session, row)
    session.flush()
    made = update(DataKey).where(DataKey.owner_kind == kind, DataKey.owner_id == number).values(is_renewed=True)
    session.execute(made.execution_options(synchronize_session=False))
    vault.destroyed(key.id for key in taken)


def seal_anew(session: Session, row: Base) -> bool:
    """What stands sealed in this record is sealed for whom it belongs to now. What cannot be opened stays as it is; gives
    whether everything could."""
    vault, closed = vault_of(session), False
    for field in sealed_fields():
        sealed = getattr(row, field.name) if isinstance(row, field.model) else None
        if not sealed or field.place is None:
            continue
        place = field.place_of(row)
        try:
            setattr(row, field.name, vault.of(*field.owner_of(row)).seal(vault.open(sealed, place), place))
        except CannotOpen:
            closed = True
    return not closed


def forget_ownerless(session: Session) -> int:
    """Destroy the keys of those who are not there any more, however they went; gives how many."""
    return sum(_forget_ownerless(session, kind, model) for kind, model in _owners().items())


def erased_since(session: Session, kind: Kind) -> set[int]:
    """After a restore, before it is cleared: whose key was destroyed since the copy was made, by what is theirs alone."""
    found: set[int] = set()
    for field in sealed_fields():
        if [each for each, _ in field.owners] == [kind]:
            owner = field.model.__table__.c[field.owners[0][1]]
            found |= set(session.scalars(select(owner).where(_is_lost(field), owner.is_not(None)).distinct()))
    return found


def is_destroyed(session: Session, sealed: bytes) -> bool:
    """Is the key of its own that sealed this not there any more?"""
    return sealed[:1] == BY_OWN_KEY and session.get(DataKey, sealed[1 : 1 + ID_BYTES]) is None


def clear_what_cannot_be_opened(session: Session) -> dict[str, int]:
    """After a restore, with today's keys: clear what belonged to those who were erased since the copy was made.

    What a record cannot be without (a name, an address) takes the record with it. Gives how many rows of each table.
    """
    cleared: Counter[str] = Counter()
    for field in sealed_fields():
        if field.owners:
            cleared[field.model.__tablename__] += _clear(session, field)
    forget_ownerless(session)
    session.expire_all()
    return {table: rows for table, rows in cleared.items() if rows}


def _taken(session: Session, kind: Kind, numbers: Sequence[int]) -> list[Any]:
    """The keys of these, their rows deleted."""
    which = delete(DataKey).where(DataKey.owner_kind == kind, DataKey.owner_id.in_(numbers))
    columns = (DataKey.id, DataKey.owner_kind, DataKey.owner_id, DataKey.sealed_key)
    return list(session.execute(which.returning(*columns).execution_options(synchronize_session=False)))


def _sealed_with(session: Session, key: Any, kind: Kind, number: int) -> Iterator[Base]:
    """The records of this owner in which something is sealed with this key."""
    for model, fields in groupby(sealed_fields(), lambda field: field.model):
        wanted: list[ColumnElement[bool]] = []
        for field in fields:
            own = [getattr(model, column) == number for each, column in field.owners if each == kind]
            wanted += [and_(has_key(field.column), key_id(field.column) == key.id, owned) for owned in own]
        if wanted:
            yield from session.scalars(select(model).where(or_(*wanted))).all()


def has_key(column: Column[Any]) -> ColumnElement[bool]:
    """Is it sealed with a key of its own?"""
    return func.substr(column, 1, 1, type_=LargeBinary) == BY_OWN_KEY


def key_id(column: Column[Any]) -> ColumnElement[bytes]:
    """The id of the key of its own that sealed it."""
    return func.substr(column, 2, ID_BYTES, type_=LargeBinary)


def _is_lost(field: SealedField) -> ColumnElement[bool]:
    """Its key is not there any more."""
    return and_(has_key(field.column), ~exists().where(DataKey.id == key_id(field.column)))


def _clear(session: Session, field: SealedField) -> int:
    lost = _is_lost(field)
    clearing = update(field.model).where(lost).values({field.name: None})
    removing = delete(field.model).where(lost)
    done = session.execute((clearing if field.can_be_empty else removing).execution_options(synchronize_session=False))
    return int(getattr(done, "rowcount", 0))


def _owners() -> dict[Kind, type[Base]]:
    """The table that each kind of owner stands in."""
    tables: dict[str, Kind] = {
        "conversations": "conversation",
        "people": "person",
        "cases": "case",
        "census_imports": "sheet",
    }
    return {
        tables[name]: mapper.class_
        for mapper in Base.registry.mappers
        if (name := mapper.class_.__tablename__) in tables
    }


def _forget_ownerless(session: Session, kind: Kind, model: type[Base]) -> int:
    there = exists().where(model.id == DataKey.owner_id)  # type: ignore[attr-defined]
    lost = delete(DataKey).where(DataKey.owner_kind == kind, ~there).returning(DataKey.id)
    gone = session.scalars(lost.execution_options(synchronize_session=False)).all()
    vault_of(session).destroyed(gone)
    return len(gone)
