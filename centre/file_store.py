"""The folder where files lie: sealed, under names that say nothing.

Each file has a key of its own, kept in its row and nowhere else: once the row is gone, nobody can open what still lies
here, not even in a copy of the folder. What no row names is cleared away later (`centre.kept_files.sweep`). All processes
see the same folder; what is written appears whole or not at all.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from centre.privacy import CannotOpen

_NAME = re.compile(r"[0-9a-f]{32}")
_DRAFT = ".draft"
_NONCE_BYTES = 12


class FileMissing(Exception):
    """The row is there, the file is not: another machine's folder, or one that was restored without it."""


@dataclass(frozen=True)
class Stored:
    """A file that lies in the folder and that no row names yet."""

    name: str
    key: bytes
    media_type: str
    size: int


class FileStore:
    """One folder of sealed files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, media_type: str) -> Stored:
        """Seal and write `data` under a new name. Raises `OSError` when it cannot be written."""
        name, key, nonce = secrets.token_hex(16), AESGCM.generate_key(256), os.urandom(_NONCE_BYTES)
        self._write(name, nonce + AESGCM(key).encrypt(nonce, data, name.encode()))
        return Stored(name, key, media_type, len(data))

    def get(self, name: str, key: bytes) -> bytes:
        """What `put` was given. Raises `FileMissing`, `CannotOpen`."""
        try:
            sealed = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise FileMissing("a kept file is not in the folder") from error
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("a kept file cannot be opened") from error

    def remove(self, names: Iterable[str]) -> None:
        """Delete files; one that is gone already is fine."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def names_before(self, moment: datetime) -> list[str]:
        """The files written before then."""
        return [entry.name for entry in self._entries_before(moment) if _NAME.fullmatch(entry.name)]

    def remove_drafts_before(self, moment: datetime) -> None:
        """What somebody who ended in the middle of writing left behind."""
        for entry in self._entries_before(moment):
            if entry.name.endswith(_DRAFT):
                Path(entry.path).unlink(missing_ok=True)

    def _entries_before(self, moment: datetime) -> list[os.DirEntry[str]]:
        if not self._folder.is_dir():
            return []
        with os.scandir(self._folder) as entries:
            return [entry for entry in entries if _written_at(entry) < moment.timestamp()]

    def _write(self, name: str, sealed: bytes) -> None:
        """Whole under another name first, and on the disk before it gets its own."""
        path = self._path(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(_DRAFT)
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _sync(self._folder)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("not the name of a kept file")
        return self._folder / name


def _written_at(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:  # somebody else removed it just now
        return float("inf")


def _sync(folder: Path) -> None:
    """The new name, too, is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
