"""Keeping what people tell us from eyes that should not see it.

Words and numbers are sealed field by field (AES-256-GCM, OWASP ASVS 5.0 11.x). What must be found again without being
readable (a phone number, a message id) is kept as a keyed fingerprint. All keys come from one secret of the settings and
never stand in the database or its backups.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_ID = b"\x01"
_NONCE_BYTES = 12


class CannotOpen(Exception):
    """What was sealed cannot be opened here: another key, another place, or damaged."""


class Vault:
    """Seals and opens fields, and makes fingerprints, with keys derived from one secret."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(_derive(secret, "fields"))
        self._finder_key = _derive(secret, "lookups")

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text` for one `place` (table, column and row): moved elsewhere, it does not open."""
        nonce = os.urandom(_NONCE_BYTES)
        return _KEY_ID + nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """What `seal` was given for this `place`. Raises `CannotOpen`."""
        if sealed[:1] != _KEY_ID:
            raise CannotOpen("sealed with a key that is not known here")
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, rest, place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"cannot be opened as {place.partition('|')[0]}") from error

    def lookup(self, kind: str, value: str) -> str:
        """A fingerprint of 32 hex digits to find `value` by, useless without the key."""
        digest = hmac.new(self._finder_key, f"{kind}\x00{value}".encode(), hashlib.sha256)
        return digest.hexdigest()[:32]


def derive_key(secret: str, purpose: str) -> str:
    """A key for another purpose (cookies, tokens), 64 hex digits, that tells nothing about the others."""
    return _derive(secret, purpose).hex()


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"balai/{purpose}".encode()).derive(secret.encode())
