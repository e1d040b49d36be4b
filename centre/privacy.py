"""Keeping what people tell us from eyes that should not see it.

Words and numbers are sealed field by field (AES-256-GCM, OWASP ASVS 5.0 11.x). What must be found again without being
readable (a phone number, a message id) is kept as a keyed fingerprint. Keys come from the settings and never stand in the
database or its backups.

Field keys can be changed: the newest seals, any of them opens, and each sealed field names the key it needs (OWASP ASVS
5.0 11.2.2). What belongs to somebody is sealed with a key of their own (`centre.sealing`, `centre.data_keys`), which lies
in the database sealed with a field key: whoever is erased loses it, and what they told opens nowhere any more.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_BY_SECRET, _BY_FIELD_KEY, BY_OWN_KEY = b"\x01", b"\x02", b"\x03"
"""How a sealed field begins: sealed under the one secret, before there were field keys; or the id of a field key follows, or
that of a key of their own."""
ID_BYTES, _NONCE_BYTES, _KEY_BYTES = 8, 12, 32
REMEMBERED, FOR_SECONDS = 20_000, 60.0
"""How many opened keys a process remembers, and how long: within this a key that another process destroyed is forgotten."""


class CannotOpen(Exception):
    """What was sealed cannot be opened here: another key, another place, or damaged."""


class OwnKey:
    """The key of somebody or something of its own (a conversation, a person, a case), opened."""

    def __init__(self, key_id: bytes, key: bytes) -> None:
        self.id, self._header, self._cipher = key_id, BY_OWN_KEY + key_id, AESGCM(key)

    def seal(self, text: str, place: str) -> bytes:
        """As `Vault.seal`."""
        return _sealed(self._cipher, self._header, text, place)

    def open(self, sealed: bytes, place: str) -> str:
        """As `Vault.open`, for what this key sealed."""
        return _opened(self._cipher, self._header, sealed, place)


class OpenedKeys:
    """The keys that this process opened lately: a bounded number, each for a minute, and none that was destroyed here."""

    def __init__(self, most: int = REMEMBERED, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock, self._lock = most, clock, threading.Lock()
        self._kept: OrderedDict[bytes, tuple[float, bytes | None]] = OrderedDict()

    def get(self, key_id: bytes) -> bytes | None:
        """The key; `b""` for one that was destroyed here; None for one that must be looked up."""
        with self._lock:
            since, key = self._kept.get(key_id, (0.0, None))
        if key is None or self._clock() - since > FOR_SECONDS:
            return None
        return key

    def keep(self, key_id: bytes, key: bytes) -> None:
        """Remember a key, unless it was destroyed here a moment ago: who opened it had read the row just before."""
        if self.get(key_id) != b"":
            self._note(key_id, key)

    def destroyed(self, key_ids: Iterable[bytes]) -> None:
        """The rows of these keys are gone, committed."""
        for key_id in key_ids:
            self._note(key_id, b"")

    def _note(self, key_id: bytes, key: bytes) -> None:
        with self._lock:
            self._kept.pop(key_id, None)
            self._kept[key_id] = (self._clock(), key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


class Vault:
    """Seals and opens fields, and makes fingerprints."""

    def __init__(self, secret: str, field_keys: Sequence[str] = ()) -> None:
        """`field_keys`: the newest first, which seals; the others open what they sealed. Without any the secret seals."""
        self._finder_key = _derive(secret, "lookups")
        by_secret = {_BY_SECRET: AESGCM(_derive(secret, "fields"))}
        by_key = {_header_of(key): AESGCM(_derive(key, "field key")) for key in field_keys}
        self._ciphers = by_key | by_secret
        self.newest = next(iter(self._ciphers))
        """How everything begins that is sealed under the newest field key."""
        self.opened = OpenedKeys()

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text` for one `place` (table, column and row): moved elsewhere, it does not open."""
        return _sealed(self._ciphers[self.newest], self.newest, text, place)

    def open(self, sealed: bytes, place: str) -> str:
        """What `seal` was given for this `place`, with any key that is known here. Raises `CannotOpen`."""
        header = header_of(sealed)
        cipher = self._ciphers.get(header)
        if cipher is None:
            raise CannotOpen("sealed with a key that is not known here")
        return _opened(cipher, header, sealed, place)

    @property
    def headers(self) -> list[bytes]:
        """How everything begins that can be opened here without a key of its own; the newest field key first."""
        return list(self._ciphers)

    def make_key(self, owner: str) -> tuple[OwnKey, bytes]:
        """A new key of its own for `owner`, and the same sealed for its row."""
        key_id, key = os.urandom(ID_BYTES), os.urandom(_KEY_BYTES)
        self.opened.keep(key_id, key)
        return OwnKey(key_id, key), self.seal(key.hex(), _place_of_key(owner, key_id))

    def open_key(self, owner: str, key_id: bytes, sealed: bytes) -> OwnKey:
        """The key that was sealed for this row. Raises `CannotOpen`."""
        key = self.opened.get(key_id) or bytes.fromhex(self.open(sealed, _place_of_key(owner, key_id)))
        self.opened.keep(key_id, key)
        return OwnKey(key_id, key)

    def rewrap(self, owner: str, key_id: bytes, sealed: bytes) -> bytes:
        """The same key, sealed under the newest field key. Raises `CannotOpen`."""
        place = _place_of_key(owner, key_id)
        return self.seal(self.open(sealed, place), place)

    def lookup(self, kind: str, value: str) -> str:
        """A fingerprint of 32 hex digits to find `value` by, useless without the key."""
        digest = hmac.new(self._finder_key, f"{kind}\x00{value}".encode(), hashlib.sha256)
        return digest.hexdigest()[:32]


def derive_key(secret: str, purpose: str) -> str:
    """A key for another purpose (cookies, tokens), 64 hex digits, that tells nothing about the others."""
    return _derive(secret, purpose).hex()


def header_of(sealed: bytes) -> bytes:
    """How something sealed begins: which key it needs."""
    return sealed[: 1 + ID_BYTES] if sealed[:1] in (_BY_FIELD_KEY, BY_OWN_KEY) else sealed[:1]


def _sealed(cipher: AESGCM, header: bytes, text: str, place: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return header + nonce + cipher.encrypt(nonce, text.encode(), _bound(header, place))


def _opened(cipher: AESGCM, header: bytes, sealed: bytes, place: str) -> str:
    rest = sealed[len(header) :]
    try:
        return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _bound(header, place)).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(f"cannot be opened as {place.partition('|')[0]}") from error


def _place_of_key(owner: str, key_id: bytes) -> str:
    return f"data_keys|{owner}|{key_id.hex()}"


def _header_of(field_key: str) -> bytes:
    """How everything begins that this key seals: an id that tells nothing about the key."""
    return _BY_FIELD_KEY + _derive(field_key, "field key id")[:ID_BYTES]


def _bound(header: bytes, place: str) -> bytes:
    """What a sealed field is tied to beside its key: its place, and how it says it was sealed."""
    return place.encode() if header == _BY_SECRET else header + place.encode()


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"balai/{purpose}".encode()).derive(secret.encode())
