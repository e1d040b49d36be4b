"""Sealing as a transaction sees it: a key for everybody, made when something of theirs is first sealed.

`vault_of(session).of("person", 17)` seals with the key of person 17, which lies in `data_keys` sealed with a field key; what
belongs to nobody (mail to staff, an answer from a platform) stands under the field key itself. To open, nothing need be
said: each sealed field names its key. Who destroys a key, and when, stands in `centre.data_keys`.

Whoever seals holds the row of the key until the transaction ends (PostgreSQL: `FOR KEY SHARE`; SQLite writes one by one), so
a key can only be destroyed when what it sealed is there to be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from sqlalchemy import BigInteger, Connection, LargeBinary, Select, String, bindparam, column, select, table
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from centre.privacy import BY_OWN_KEY, ID_BYTES, CannotOpen, OwnKey, Vault

Kind = Literal["conversation", "person", "case", "sheet", "lists"]
"""Who or what has a key of its own; "lists" are those that leave the house sealed, all with one."""
AT_ONCE = 500
"""Keys asked for in one query."""
KEYS = table(
    "data_keys",
    column("id", LargeBinary),
    column("owner_kind", String),
    column("owner_id", BigInteger),
    column("sealed_key", LargeBinary),
)
"""The table as this module needs it; it is `centre.data_keys.DataKey`, which comes after the door to the database."""
_HOLD = (
    select(KEYS)
    .where(KEYS.c.owner_kind == bindparam("kind"), KEYS.c.owner_id.in_(bindparam("numbers", expanding=True)))
    .order_by(KEYS.c.id)
    .with_for_update(read=True, key_share=True)
)
_BY_ID = select(KEYS).where(KEYS.c.id.in_(bindparam("ids", expanding=True)))
"""Asked all the time, so they are put together once."""


def sealed(place: str, **owner: str) -> dict[str, Any]:
    """What a column says of itself (`mapped_column(info=…)`) so that it can be sealed anew: its place, with names of columns
    in braces, and by which column the owner of each kind is named, the first that has a value."""
    return {"sealed": (place, tuple(owner.items()))}


def sealed_for_hours() -> dict[str, Any]:
    """The same for a column whose place is not known from the row, and which is gone in a day."""
    return {"sealed": None}


class SessionVault:
    """The vault within one transaction: finds keys, makes them, and remembers those it has seen."""

    def __init__(
        self, vault: Vault, connection: Callable[[], Connection], loaded: Callable[[], Iterable[object]]
    ) -> None:
        """`loaded`: the records that were read in this transaction; their keys are looked up together."""
        self.vault, self._connection, self._loaded = vault, connection, loaded
        self._own: dict[tuple[str, int], OwnKey] = {}
        self._by_id: dict[bytes, OwnKey] = {}
        self._closed: set[tuple[str, int]] = set()
        self._gone: set[bytes] = set()

    def seal(self, text: str, place: str) -> bytes:
        """Under the field key: what belongs to staff, or to nobody. See `Vault.seal`."""
        return self.vault.seal(text, place)

    def open(self, sealed: bytes, place: str) -> str:
        """What was sealed for this `place`, under whatever key. Raises `CannotOpen`, also when its key was destroyed."""
        if sealed[:1] != BY_OWN_KEY:
            return self.vault.open(sealed, place)
        return self._by(sealed[1 : 1 + ID_BYTES]).open(sealed, place)

    def lookup(self, kind: str, value: str) -> str:
        """A fingerprint: see `Vault.lookup`."""
        return self.vault.lookup(kind, value)

    def of(self, kind: Kind, number: int | None) -> Sealer:
        """To seal with the key of this one; the field key for nobody."""
        return Sealer(self, kind, number)

    def key_of(self, kind: Kind, number: int) -> OwnKey:
        """The key of this one, held, or made now."""
        owner = (kind, number)
        while owner not in self._own:
            self.hold(kind, [number])
            if (
                owner in self._closed
            ):  # another would make all that is there unreadable, where only a setting is missing
                raise CannotOpen("their key is sealed with a field key that is not known here")
            if owner not in self._own:
                self._make(kind, number)
        return self._own[owner]

    def hold(self, kind: Kind, numbers: Sequence[int]) -> None:
        """Look up the keys of several in one query, before something is sealed for each."""
        if numbers:
            self.note(_HOLD, {"kind": kind, "numbers": list(numbers)})

    def note(self, held: Select[Any], values: Mapping[str, object] | None = None) -> list[Any]:
        """Remember the keys in the rows of this query, which holds them; gives the rows."""
        rows = list(self._connection().execute(held, values))
        for row in rows:
            try:
                self._own[row.owner_kind, row.owner_id] = self._opened(row)
            except CannotOpen:
                self._closed.add((row.owner_kind, row.owner_id))
        return rows

    def note_taken(self, rows: Iterable[Any]) -> None:
        """The rows of these keys were deleted just now; what they sealed can be opened until `destroyed` is told so."""
        for row in rows:
            self._own.pop((row.owner_kind, row.owner_id), None)
            with suppress(CannotOpen):
                self._opened(row)

    def destroyed(self, key_ids: Iterable[bytes]) -> None:
        """The rows of these keys were deleted in this transaction."""
        self._gone |= {bytes(key_id) for key_id in key_ids}
        self._own = {owner: key for owner, key in self._own.items() if key.id not in self._gone}
        self._by_id = {key_id: key for key_id, key in self._by_id.items() if key_id not in self._gone}

    def committed(self) -> None:
        """What was destroyed is forgotten by the whole process."""
        self.vault.opened.destroyed(self._gone)

    def rolled_back(self) -> None:
        """A part of the transaction was undone: look everything up again. What is gone stays so, as another part may have
        destroyed it: a key that is there after all is only read once more."""
        self._own.clear()
        self._by_id.clear()

    def _make(self, kind: Kind, number: int) -> None:
        """Make a key, unless somebody else makes it at this moment (then theirs is found)."""
        key, wrapped = self.vault.make_key(f"{kind}:{number}")
        connection = self._connection()
        insert = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
        row = {"id": key.id, "owner_kind": kind, "owner_id": number, "sealed_key": wrapped}
        if connection.execute(insert(KEYS).values(row).on_conflict_do_nothing().returning(KEYS.c.id)).first():
            self._own[kind, number] = self._by_id[key.id] = key

    def _by(self, key_id: bytes) -> OwnKey:
        known = self._by_id.get(key_id) or self._remembered(key_id)
        if known is None:
            self._look_up(key_id)
            known = self._by_id.get(key_id)
        if known is None:
            raise CannotOpen("the key it was sealed with was destroyed")
        return known

    def _remembered(self, key_id: bytes) -> OwnKey | None:
        key = None if key_id in self._gone else self.vault.opened.get(key_id)
        if not key:
            return None
        self._by_id[key_id] = OwnKey(key_id, key)
        return self._by_id[key_id]

    def _look_up(self, key_id: bytes) -> None:
        """Read this key, and in the same query those of everything else that was read and may be opened next."""
        wanted = [key_id, *({*_keys_needed(self._loaded())} - self._by_id.keys() - self._gone - {key_id})]
        unknown = [each for each in wanted if each == key_id or self._remembered(each) is None]
        for start in range(0, len(unknown), AT_ONCE):
            found = self._connection().execute(_BY_ID, {"ids": unknown[start : start + AT_ONCE]})
            for row in found:
                try:
                    self._opened(row)
                except CannotOpen:
                    continue  # it stays closed, and so does what it sealed

    def _opened(self, row: Any) -> OwnKey:
        key_id = bytes(row.id)
        key = self._by_id.get(key_id)
        if key is None:
            key = self.vault.open_key(f"{row.owner_kind}:{row.owner_id}", key_id, bytes(row.sealed_key))
            self._by_id[key_id] = key
        return key


class Sealer:
    """Seals for one owner."""

    def __init__(self, vault: SessionVault, kind: Kind, number: int | None) -> None:
        self._vault, self._kind, self._number = vault, kind, number

    def seal(self, text: str, place: str) -> bytes:
        """As `Vault.seal`, with the owner's key."""
        if self._number is None:
            return self._vault.seal(text, place)
        return self._vault.key_of(self._kind, self._number).seal(text, place)


def _keys_needed(loaded: Iterable[object]) -> Iterator[bytes]:
    """The ids of the keys that sealed what stands in these records."""
    for record in loaded:
        for name, value in list(vars(record).items()):
            if name.startswith("sealed_") and isinstance(value, bytes) and value[:1] == BY_OWN_KEY:
                yield value[1 : 1 + ID_BYTES]
