"""Opus packets put into Ogg pages, as WhatsApp and Telegram want a voice (RFC 3533, RFC 7845)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from centre.file_kinds import NotKept
from centre.webm_files import Opus

_SERIAL = 1
_TAGS = b"OpusTags" + (5).to_bytes(4, "little") + b"Balai" + bytes(4)
_PACKETS_A_PAGE = 50
"""A second of speech, so that a player finds its place."""
_MOST_SEGMENTS = 255
_LONGEST_HEAD = 21 + 255
"""Bytes: with a place for each of 255 channels."""
_FIRST, _LAST = 0x02, 0x04


def written(voice: Opus) -> bytes:
    """The voice as an Ogg file. Raises `NotKept` for a packet that is none, or a head longer than any (RFC 7845, 5.1)."""
    if len(voice.head) > _LONGEST_HEAD:
        raise NotKept("damaged")
    pages = [_page([voice.head], 0, 0, _FIRST), _page([_TAGS], 0, 1, 0)]
    passed, groups = 0, list(_grouped(voice.packets))
    for number, packets in enumerate(groups, start=2):
        passed += sum(_samples(packet) for packet in packets)
        pages.append(_page(packets, passed, number, _LAST if number == len(groups) + 1 else 0))
    return b"".join(pages)


def _grouped(packets: Sequence[bytes]) -> Iterator[list[bytes]]:
    page: list[bytes] = []
    segments = 0
    for packet in packets:
        needed = len(packet) // 255 + 1
        if needed > _MOST_SEGMENTS:
            raise NotKept("damaged")
        if page and (len(page) == _PACKETS_A_PAGE or segments + needed > _MOST_SEGMENTS):
            yield page
            page, segments = [], 0
        page.append(packet)
        segments += needed
    if page:
        yield page


def _page(packets: Sequence[bytes], passed: int, number: int, mark: int) -> bytes:
    """One page (RFC 3533, 6): its check sum is reckoned with zeros in its own place."""
    sizes = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head = b"OggS\0" + bytes([mark]) + passed.to_bytes(8, "little") + _SERIAL.to_bytes(4, "little")
    head += number.to_bytes(4, "little")
    rest = bytes([len(sizes)]) + sizes + b"".join(packets)
    return head + _check_sum(head + bytes(4) + rest).to_bytes(4, "little") + rest


def _check_sum(page: bytes) -> int:
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


def _row(value: int) -> int:
    value <<= 24
    for _ in range(8):
        value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


_TABLE = tuple(_row(value) for value in range(256))


def _samples(packet: bytes) -> int:
    """How long a packet sounds, in samples of 48 kHz, by its first byte (RFC 6716, 3.1 and 3.2)."""
    if not packet:
        raise NotKept("damaged")
    kind, code = packet[0] >> 3, packet[0] & 3
    if kind < 12:
        each = (480, 960, 1920, 2880)[kind & 3]
    elif kind < 16:
        each = (480, 960)[kind & 1]
    else:
        each = (120, 240, 480, 960)[kind & 3]
    if code == 3 and len(packet) < 2:
        raise NotKept("damaged")
    return each * ((1, 2, 2)[code] if code < 3 else packet[1] & 0x3F)
