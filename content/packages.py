"""A zip as somebody sends it: its names and contents, after it was made sure that it unfolds to no more than it may.

A few kilobytes can unfold to more than a machine holds, names can lead out of a folder, and XML can make its reader fetch
or repeat things (OWASP ASVS 5.0 5.2.3, 5.3.2, 1.5.1): what tries any of it is refused before anything reads it.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from typing import Final

from content.exchange import UNPACKED, NotTaken

MOST_FILES: Final = 5000
DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, OSError),
)
"""What reading a zip may end in: the library lets errors of what it is made of through."""
_REFUSED_XML: Final = (b"<!doctype", b"<!entity")


def unpacked(name: str, data: bytes) -> dict[str, bytes]:
    """The files of a zip by name, folders left out. Raises `NotTaken`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > UNPACKED:
                raise _too_much(name)
            return _read(name, package, entries)
    except DAMAGED as error:
        what, remedy = "is damaged, or no zip that can be opened", "make it anew, without a password"
        raise NotTaken(name, what, remedy) from error


def plain_xml(name: str, data: bytes) -> None:
    """Refuse XML that declares anything: neither Excel nor a translator's program needs to. Raises `NotTaken`."""
    head = data[:4]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head:
        raise NotTaken(name, "is not UTF-8", "save it as UTF-8")
    low = data.lower()
    if any(mark in low for mark in _REFUSED_XML):
        raise NotTaken(name, "declares entities or a document type", "export it anew from the program it was made with")


def _read(name: str, package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Each file, counted as it unfolds: what a zip says of itself may be untrue."""
    found: dict[str, bytes] = {}
    room = UNPACKED
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if entry.filename.startswith("/") or ".." in parts or ":" in parts[0] or entry.filename in found:
            raise NotTaken(name, f"has a name that leads elsewhere: {entry.filename!r}", "pack the folder anew")
        with package.open(entry) as file:
            content = file.read(room + 1)
        room -= len(content)
        if room < 0:
            raise _too_much(name)
        found["/".join(parts)] = content
    return found


def _too_much(name: str) -> NotTaken:
    return NotTaken(name, "unfolds to too much", "send only the articles that changed")
