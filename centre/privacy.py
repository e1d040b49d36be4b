"""Keeping what people tell us from eyes that should not see it.

Words and numbers are sealed field by field (AES-256-GCM, OWASP ASVS 5.0 11.x). What must be found again without being
readable (a phone number, a message id) is kept as a keyed fingerprint. Keys come from the settings and never stand in the
database or its backups.

Field keys can be changed: the newest seals, any of them opens, and each sealed field names the key it needs (OWASP ASVS
5.0 11.2.2). Fingerprints cannot be made anew, the words behind them being unknown, so their key comes from the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_BY_SECRET, _BY_FIELD_KEY = b"\x01", b"\x02"
"""How a sealed field begins: sealed under the one secret, before there were field keys; or the id of a field key follows."""
_ID_BYTES, _NONCE_BYTES = 8, 12


class CannotOpen(Exception):
    """What was sealed cannot be opened here: another key, another place, or damaged."""


class Vault:
    """Seals and opens fields, and makes fingerprints."""

    def __init__(self, secret: str, field_keys: Sequence[str] = ()) -> None:
        """`field_keys`: the newest first, which seals; the others open what they sealed. Without any the secret seals."""
        self._finder_key = _derive(secret, "lookups")
        by_secret = {_BY_SECRET: AESGCM(_derive(secret, "fields"))}
        by_key = {_header_of(key): AESGCM(_derive(key, "field key")) for key in field_keys}
        self._ciphers = by_key | by_secret
        self._newest = next(iter(self._ciphers))

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text` for one `place` (table, column and row): moved elsewhere, it does not open."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), _bound(self._newest, place))
        return self._newest + nonce + sealed

    def open(self, sealed: bytes, place: str) -> str:
        """What `seal` was given for this `place`, with any key that is known here. Raises `CannotOpen`."""
        header = sealed[: 1 + _ID_BYTES] if sealed[:1] == _BY_FIELD_KEY else sealed[:1]
        cipher = self._ciphers.get(header)
        if cipher is None:
            raise CannotOpen("sealed with a key that is not known here")
        rest = sealed[len(header) :]
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _bound(header, place)).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"cannot be opened as {place.partition('|')[0]}") from error

    def lookup(self, kind: str, value: str) -> str:
        """A fingerprint of 32 hex digits to find `value` by, useless without the key."""
        digest = hmac.new(self._finder_key, f"{kind}\x00{value}".encode(), hashlib.sha256)
        return digest.hexdigest()[:32]


def derive_key(secret: str, purpose: str) -> str:
    """A key for another purpose (cookies, tokens), 64 hex digits, that tells nothing about the others."""
    return _derive(secret, purpose).hex()


def _header_of(field_key: str) -> bytes:
    """How everything begins that this key seals: an id that tells nothing about the key."""
    return _BY_FIELD_KEY + _derive(field_key, "field key id")[:_ID_BYTES]


def _bound(header: bytes, place: str) -> bytes:
    """What a sealed field is tied to beside its key: its place, and how it says it was sealed."""
    return place.encode() if header == _BY_SECRET else header + place.encode()


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"balai/{purpose}".encode()).derive(secret.encode())
