"""The voice in a WebM file, as browsers on Android record it: Opus packets between lengths and numbers (RFC 8794, RFC 9559).

Only what is needed to get at the packets is read; a file with pictures, with another voice than Opus, or with anything that
does not add up is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from centre.file_kinds import NotKept

SEGMENT, CLUSTER, TRACKS, TRACK = 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE
GROUP, BLOCK, SIMPLE_BLOCK = 0xA0, 0xA1, 0xA3
NUMBER, KIND, CODEC, CODEC_HEAD = 0xD7, 0x83, 0x86, 0x63A2
_OPENED = {SEGMENT, CLUSTER, TRACKS, GROUP}
_SOUND, _LACED = 2, 0x06


@dataclass(frozen=True)
class Opus:
    """A voice: its head (RFC 7845, 5.1), and its packets in order."""

    head: bytes
    packets: tuple[bytes, ...]


def opus_in(data: bytes) -> Opus:
    """The one voice of a WebM file. Raises `NotKept`: unknown_type, damaged."""
    head, track, packets = b"", 0, []
    for name, content in _elements(data, 0, len(data)):
        if name == TRACK:
            if head:
                raise NotKept("unknown_type")
            head, track = _voice(content)
        elif name in (SIMPLE_BLOCK, BLOCK):
            packets.append(_packet(content, track))
    if not head.startswith(b"OpusHead") or not packets:
        raise NotKept("damaged" if head else "unknown_type")
    return Opus(head, tuple(packets))


def _voice(content: bytes) -> tuple[bytes, int]:
    told = dict(_elements(content, 0, len(content)))
    if told.get(CODEC, b"").rstrip(b"\0") != b"A_OPUS" or int.from_bytes(told.get(KIND, b"")) != _SOUND:
        raise NotKept("unknown_type")
    return told.get(CODEC_HEAD, b""), int.from_bytes(told.get(NUMBER, b""))


def _packet(content: bytes, track: int) -> bytes:
    number, at = _number(content, 0)
    if number != track or len(content) < at + 4 or content[at + 2] & _LACED:
        raise NotKept("damaged")
    return content[at + 3 :]


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    """(name, content) of what holds no others, in order.

    What holds others is walked into, wherever it says that it ends: a recorder writes before it knows.
    """
    while at < end:
        name, at = _name(data, at)
        size, at = _number(data, at)
        if name in _OPENED:
            continue
        if at + size > end:
            raise NotKept("damaged")
        yield name, data[at : at + size]
        at += size


def _name(data: bytes, at: int) -> tuple[int, int]:
    width = _width(data, at, 4)
    return int.from_bytes(data[at : at + width]), at + width


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A length or a track's number, without the bit that tells its width."""
    width = _width(data, at, 8)
    return int.from_bytes(data[at : at + width]) & ((1 << 7 * width) - 1), at + width


def _width(data: bytes, at: int, most: int) -> int:
    first = data[at] if at < len(data) else 0
    width = 9 - first.bit_length()
    if width > most or at + width > len(data):
        raise NotKept("damaged")
    return width
