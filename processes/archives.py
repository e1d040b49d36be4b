"""The archive of a backup: one stream, packed by tarfile and sealed by age (pyrage), so that the free tools open it too.

Members in order: `manifest.json`; pieces of the database, of tables kept apart or whole kept files; `end.json` with what
must have come. age seals in chunks of 64 KB, each of which is proved before it is given out, and marks the last one, so a
cut, changed or foreign archive is told from a good one. Nothing is held in memory whole, whatever the house's size.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyrage
from pyrage import x25519

MANIFEST, END = "manifest.json", "end.json"
DATABASE = "database"
PIECE_BYTES = 8 * 1024 * 1024
FORMAT = 1
_MEMBER = re.compile(r"(?:manifest|end)\.json|database/\d{8}|apart/[a-z_]{1,60}/\d{8}|files/[0-9a-f]{32}")
_SECRET = "AGE-SECRET-KEY-"


class KeyInvalid(Exception):
    """Not a key of backups: `balai backup key` makes one."""


class WrongKey(Exception):
    """The archive was sealed for another key."""


class Damaged(Exception):
    """Cut, changed, or no archive of ours."""


class NotReadHere(Exception):
    """Only the public half of the key is known here: it seals and does not open."""


@dataclass(frozen=True)
class Key:
    """What archives are sealed for; with its secret half they can be opened too."""

    public: x25519.Recipient
    secret: x25519.Identity | None


class Packing:
    """An archive that is being written: add pieces, then it is finished by `write`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._sums: dict[str, Any] = {}
        self._counts: dict[str, int] = {}
        self.read = 0
        """Bytes taken in so far."""

    def manifest(self, said: dict[str, Any]) -> None:
        """What must be known before anything else is read."""
        self._add(MANIFEST, json.dumps({"format": FORMAT} | said).encode())

    def stream(self, name: str, source: IO[bytes]) -> None:
        """Take in all of `source` under `name`, in pieces, each compressed."""
        while piece := _filled(source):
            self.piece(name, piece)

    def piece(self, name: str, piece: bytes) -> None:
        """Take in one more piece of what is called `name`."""
        self._sums.setdefault(name, hashlib.sha256()).update(piece)
        self._counts[name] = number = self._counts.get(name, 0) + 1
        self._add(f"{name}/{number:08d}", zlib.compress(piece, 1))
        self.read += len(piece)

    def file(self, path: Path) -> None:
        """Take in a kept file as it lies there. One that has gone meanwhile was erased."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return
        self._counts["files"] = self._counts.get("files", 0) + 1
        self._sums.setdefault("files", hashlib.sha256()).update(data)
        self._add(f"files/{path.name}", data)
        self.read += len(data)

    def end(self) -> None:
        """Say what must have come."""
        sums = {name: [self._counts[name], found.hexdigest()] for name, found in self._sums.items()}
        self._add(END, json.dumps(sums).encode())

    def _add(self, name: str, data: bytes) -> None:
        about = tarfile.TarInfo(name)
        about.size, about.mode = len(data), 0o600
        self._tar.addfile(about, io.BytesIO(data))


def new_key() -> str:
    """A new key, to be kept away from the house and its archives."""
    return str(x25519.Identity.generate())


def key_of(written: str) -> Key:
    """The key that these words are: a secret one (`AGE-SECRET-KEY-1…`), or its public half (`age1…`). Raises `KeyInvalid`."""
    written = written.strip()
    try:
        if written.startswith(_SECRET):
            secret = x25519.Identity.from_str(written)
            return Key(secret.to_public(), secret)
        return Key(x25519.Recipient.from_str(written), None)
    except (pyrage.IdentityError, pyrage.RecipientError) as error:
        raise KeyInvalid from error


def write(path: Path, key: Key, fill: Callable[[Packing], None]) -> int:
    """Write an archive of what `fill` puts in; it gets its name when it is whole and on the disk. Gives its size."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            _seal(file, key, fill)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(path.parent)
    return size


def read(path: Path, key: Key) -> Iterator[tuple[str, bytes]]:
    """Every member of an archive, with what it holds, the manifest first. Proved as far as it has come: only after the last
    one is it known to be whole. Raises `WrongKey`, `Damaged`, `NotReadHere`."""
    if key.secret is None:
        raise NotReadHere
    errors: list[BaseException] = []
    reading, writing = os.pipe()
    opener = threading.Thread(target=_open_into, args=(path, key.secret, writing, errors), daemon=True)
    opener.start()
    try:
        with os.fdopen(reading, "rb") as plain:
            yield from _members(plain)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        opener.join()
        raise _what_went_wrong(errors) from error
    opener.join()
    if errors:
        raise _what_went_wrong(errors)


def manifest_of(path: Path, key: Key) -> dict[str, Any]:
    """What the archive says of itself. Raises as `read`."""
    for name, data in read(path, key):
        if name == MANIFEST:
            said: dict[str, Any] = json.loads(data)
            return said
        break
    raise Damaged


def _seal(file: IO[bytes], key: Key, fill: Callable[[Packing], None]) -> None:
    """age asks for bytes, tarfile hands them on: a pipe between them, filled by a thread."""
    errors: list[BaseException] = []
    reading, writing = os.pipe()
    packer = threading.Thread(target=_pack_into, args=(writing, fill, errors), daemon=True)
    packer.start()
    try:
        with os.fdopen(reading, "rb") as plain:
            pyrage.encrypt_io(plain, file, [key.public])
    finally:
        packer.join()
    if errors:
        raise errors[0]


def _pack_into(writing: int, fill: Callable[[Packing], None], errors: list[BaseException]) -> None:
    try:
        with os.fdopen(writing, "wb") as out, tarfile.open(fileobj=out, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
            packing = Packing(tar)
            fill(packing)
            packing.end()
    except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
        errors.append(error)


def _open_into(path: Path, secret: x25519.Identity, writing: int, errors: list[BaseException]) -> None:
    try:
        with os.fdopen(writing, "wb") as out, path.open("rb") as sealed:
            pyrage.decrypt_io(sealed, out, [secret])
    except BrokenPipeError:
        pass  # nobody wanted more
    except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
        errors.append(error)


def _members(plain: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """Take the stream apart, and hold what came against what the end says. Raises `Damaged`."""
    counts: dict[str, int] = {}
    sums: dict[str, Any] = {}
    ended = False
    with tarfile.open(fileobj=plain, mode="r|") as tar:
        for member in tar:
            held = tar.extractfile(member)
            if ended or held is None or not _MEMBER.fullmatch(member.name):
                raise Damaged
            data = held.read()
            if member.name == END:
                ended = json.loads(data) == {name: [counts[name], sums[name].hexdigest()] for name in counts}
                if not ended:
                    raise Damaged
                continue
            name = member.name.rpartition("/")[0]
            if name and name != "files":
                data = zlib.decompress(data)
            if name:
                counts[name] = counts.get(name, 0) + 1
                sums.setdefault(name, hashlib.sha256()).update(data)
            yield member.name, data
    if not ended:
        raise Damaged
    while plain.read(PIECE_BYTES):
        pass  # to the end: only there it is proved that nothing was cut


def _what_went_wrong(errors: list[BaseException]) -> Exception:
    """In our words. Whatever age finds wrong beside the key is damage."""
    for error in errors:
        if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
            return WrongKey()
    return Damaged()


def _filled(source: IO[bytes]) -> bytes:
    """A piece as full as there is something; a pipe gives less at a time."""
    parts, size = [], 0
    while size < PIECE_BYTES and (part := source.read(PIECE_BYTES - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
