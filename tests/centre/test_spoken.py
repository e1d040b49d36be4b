"""Which recordings are taken: what every channel plays, whole, and small enough for a family's data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import spoken
from centre.file_kinds import NotKept
from tests import sounds
from tests.files import amr, photo, recording, voice


def refused(data: bytes) -> str:
    with pytest.raises(NotKept) as why:
        spoken.taken(data)
    return why.value.why


@pytest.mark.parametrize(
    ("data", "kind"), [(sounds.ogg_opus(), "ogg"), (sounds.mp3(), "mp3"), (sounds.m4a(), "mp4"), (voice(), "ogg")]
)
def test_what_every_channel_plays_is_kept_as_it_is(data: bytes, kind: str) -> None:
    assert spoken.taken(data) == (kind, data)


def test_what_an_android_browser_records_is_wrapped_anew_with_every_packet_in_it() -> None:
    kind, kept = spoken.taken(sounds.webm())
    assert kind == "ogg"
    assert kept == sounds.ogg_opus()
    assert _packets(kept)[2:] == list(sounds.PACKETS)
    assert _packets(kept)[0] == sounds.HEAD
    assert _length(kept) == len(sounds.PACKETS) * 960, "the time that a player shows, in samples"


def ogg_sum(page: bytes) -> int:
    """Bit by bit, as the document describes it."""
    value = 0
    for byte in page[:22] + bytes(4) + page[26:]:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def test_each_page_has_its_sum() -> None:
    for page in _pages(sounds.ogg_opus()):
        assert int.from_bytes(page[22:26], "little") == ogg_sum(page)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"x" * (spoken.MOST_BYTES + 1), "too_large"),
        (b"", "unknown_type"),
        (photo(), "unknown_type"),
        (sounds.aac(), "unknown_type"),
        (amr(), "unknown_type"),
        (sounds.m4a(b"Opus"), "unknown_type"),
        (recording(b"vide"), "unknown_type"),
        (voice().replace(b"OpusHead", b"\x01vorbisx"), "unknown_type"),
        (sounds.webm(codec=b"A_VORBIS"), "unknown_type"),
        (sounds.webm(kind=1), "unknown_type"),
        (sounds.webm(packets=()), "damaged"),
        (sounds.webm()[:-30], "damaged"),
        (sounds.ogg_opus()[:-10], "damaged"),
        (sounds.mp3()[:500] + b"<html>" * 200, "unknown_type"),
    ],
)
def test_what_not_every_channel_plays_is_refused(data: bytes, why: str) -> None:
    assert refused(data) == why


@given(st.binary(max_size=300), st.integers(0, 2))
def test_whatever_comes_is_taken_or_refused(data: bytes, start: int) -> None:
    begun = (b"", sounds.webm()[:150], b"ID3\x04\x00\x00")[start] + data
    assert outcome(begun) in (*spoken.MIME, "unknown_type", "damaged")


def outcome(data: bytes) -> str:
    """Its kind, or why not; anything else that is raised is a mistake of ours."""
    try:
        return spoken.taken(data)[0]
    except NotKept as refusal:
        return refusal.why


def _pages(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        count = data[at + 26]
        end = at + 27 + count + sum(data[at + 27 : at + 27 + count])
        found.append(data[at:end])
        at = end
    return found


def _packets(data: bytes) -> list[bytes]:
    found, packet = [], b""
    for page in _pages(data):
        at = 27 + page[26]
        for size in page[27:at]:
            packet, at = packet + page[at : at + size], at + size
            if size < 255:
                found.append(packet)
                packet = b""
    return found


def _length(data: bytes) -> int:
    return int.from_bytes(_pages(data)[-1][6:14], "little")
