"""Changing keys while everything runs: what stands under an older key is sealed anew, a few rows at a time.

A new field key in front seals from the next start on. What is older is found here and sealed with it: keys of their own are
wrapped anew, and what stands under a field key itself is sealed for its owner, or, where it belongs to nobody, with the newest
field key. Each step is a transaction of its own that takes no row which somebody holds; ended at any point, it goes on where
it was. When nothing is left under an old key, that key may go from the settings (OWASP ASVS 5.0 11.2.2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, and_, func, inspect, or_, select, tuple_
from sqlalchemy.orm import Session

from centre.data_keys import DataKey, SealedField, has_key, seal_anew, sealed_fields
from centre.db import Base, connection_of, vault_of
from centre.privacy import BY_OWN_KEY, CannotOpen, header_of

AT_ONCE = 100
"""Rows sealed anew in one transaction: few enough that nobody waits long for SQLite's one lock."""

Place = tuple[Any, ...]
"""The key of a row in its table."""


@dataclass
class Standing:
    """What stands under which key, by how it begins (`centre.privacy.header_of`)."""

    keys: Counter[bytes] = field(default_factory=Counter)
    """Keys of their own, by the field key they are wrapped with."""
    fields: Counter[bytes] = field(default_factory=Counter)
    """Fields that stand under a field key itself."""
    short_lived: Counter[bytes] = field(default_factory=Counter)
    """Of these, those that are not sealed anew but gone in a day."""
    own: int = 0
    """Fields under a key of their own."""
    left: int = 0
    """Rows that `reseal` still has to see to, those that nobody can open among them."""

    @property
    def headers(self) -> set[bytes]:
        """Every key that something needs."""
        return {header for counted in (self.keys, self.fields) for header, number in counted.items() if number}


def tables() -> list[type[Base]]:
    """Where something is sealed, keys of their own first: each is one row, and may hold up many."""
    return [DataKey, *(model for model, _ in _by_table())]


def waiting(session: Session, table: type[Base], after: Place = (), most: int = AT_ONCE) -> list[Place]:
    """Rows after `after` that stand under an older key, in the order of their keys: a look without a lock."""
    own = _key_columns(table)
    wanted = select(*own).where(_stands_wrong(session, table)).order_by(*own).limit(most)
    rows = session.execute(wanted.where(tuple_(*own) > tuple_(*after)) if after else wanted)
    return [tuple(row) for row in rows]


def reseal(session: Session, table: type[Base], places: Sequence[Place]) -> int:
    """Seal these rows anew, as far as nobody holds them just now; gives how many could be opened."""
    held = session.scalars(
        select(table)
        .where(tuple_(*_key_columns(table)).in_(places), _stands_wrong(session, table))
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    done = sum(_reseal(session, row) for row in held)
    session.flush()
    return done


def standing(session: Session) -> Standing:
    """Count what stands under which key. Reads every table that has something sealed."""
    found = Standing(keys=Counter(dict(_by_header(session, DataKey.__table__.c.sealed_key))))
    for each in sealed_fields():
        counted = Counter(dict(_by_header(session, each.column)))
        found.own += counted.pop(BY_OWN_KEY, 0)
        found.fields += counted
        if each.place is None:
            found.short_lived += counted
    for table in tables():
        counting = select(func.count()).select_from(table).where(_stands_wrong(session, table))
        found.left += session.execute(counting).scalar_one()
    return found


def patiently(session: Session) -> None:
    """Whole tables are read: PostgreSQL's limit of time for one question is meant for others."""
    connection = connection_of(session)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _reseal(session: Session, row: Base) -> bool:
    if not isinstance(row, DataKey):
        return seal_anew(session, row)
    try:
        row.sealed_key = vault_of(session).vault.rewrap(f"{row.owner_kind}:{row.owner_id}", row.id, row.sealed_key)
    except CannotOpen:
        return False
    return True


def _by_table() -> Iterator[tuple[type[Base], list[SealedField]]]:
    """What can be sealed anew."""
    known = [each for each in sealed_fields() if each.place is not None]
    return ((model, list(fields)) for model, fields in groupby(known, lambda each: each.model))


def _key_columns(table: type[Base]) -> list[Any]:
    return list(inspect(table).primary_key)


def _stands_wrong(session: Session, table: type[Base]) -> ColumnElement[bool]:
    """The condition on a row that something in it is not sealed as it would be now."""
    newest = vault_of(session).vault.newest
    if table is DataKey:
        return _begins(DataKey.__table__.c.sealed_key, newest) != newest
    fields = dict(_by_table())[table]
    return or_(*(_is_old(each, newest) for each in fields))


def _is_old(each: SealedField, newest: bytes) -> ColumnElement[bool]:
    is_old = _begins(each.column, newest) != newest
    owned = [each.model.__table__.c[column].is_not(None) for _, column in each.owners]
    return and_(func.length(each.column) > 0, ~has_key(each.column), or_(is_old, *owned))


def _begins(column: Any, newest: bytes) -> ColumnElement[bytes]:
    return func.substr(column, 1, len(newest), type_=LargeBinary)


def _by_header(session: Session, column: Any) -> Iterator[tuple[bytes, int]]:
    """How many of a column begin with each key; all keys of their own are counted as one."""
    begins = func.substr(column, 1, 9, type_=LargeBinary)
    rows = session.execute(
        select(begins, func.count()).where(func.length(column) > 0, ~has_key(column)).group_by(begins)
    )
    counted: Counter[bytes] = Counter()
    for beginning, number in rows:
        counted[header_of(bytes(beginning))] += number
    own = session.execute(select(func.count()).where(has_key(column))).scalar_one()
    counted[BY_OWN_KEY] += own
    yield from counted.items()
