"""Voices as telephones and browsers record them, made here byte by byte."""

from __future__ import annotations

from centre import ogg_files
from centre.webm_files import Opus
from tests.files import adts, boxed

HEAD = b"OpusHead\x01\x01" + (312).to_bytes(2, "little") + (48000).to_bytes(4, "little") + bytes(3)
PACKETS = tuple(bytes([0x78 | 3 << 3 & 0xF8]) + bytes([number % 251]) * 60 for number in range(120))
"""Twenty milliseconds each."""


def ogg_opus() -> bytes:
    """A voice note as Telegram and WhatsApp send it."""
    return ogg_files.written(Opus(HEAD, PACKETS))


def webm(packets: tuple[bytes, ...] = PACKETS, codec: bytes = b"A_OPUS", kind: int = 2, head: bytes = HEAD) -> bytes:
    """As Chrome on Android records: lengths of the outermost left open, a cluster every fifty packets."""
    track = _element(b"\xd7", b"\x01") + _element(b"\x83", bytes([kind])) + _element(b"\x86", codec)
    track += _element(b"\x63\xa2", head)
    written = _element(b"\x1a\x45\xdf\xa3", _element(b"\x42\x82", b"webm"))
    written += b"\x18\x53\x80\x67" + _OPEN + _element(b"\x16\x54\xae\x6b", _element(b"\xae", track))
    for start in range(0, len(packets), 50):
        written += b"\x1f\x43\xb6\x75" + _OPEN + _element(b"\xe7", b"\x00")
        for packet in packets[start : start + 50]:
            written += _element(b"\xa3", b"\x81\x00\x00\x80" + packet)
    return written


def mp3(frames: int = 5) -> bytes:
    """Frames of MPEG-1 Layer III at 64 kbit/s, with the tags that programs put around them."""
    frame = b"\xff\xfb\x50\xc0" + bytes(144 * 64000 // 44100 - 4)
    return b"ID3\x04\x00\x00\x00\x00\x00\x05" + bytes(5) + frame * frames + b"TAG" + bytes(125)


def m4a(codec: bytes = b"mp4a") -> bytes:
    """An M4A as an iPhone's recorder writes it, with the name of its codec."""
    names = boxed(b"stsd", bytes(8) + boxed(codec, bytes(28)))
    track = boxed(b"hdlr", bytes(8) + b"soun" + bytes(12)) + boxed(b"minf", boxed(b"stbl", names))
    movie = boxed(b"moov", boxed(b"trak", boxed(b"mdia", track)))
    return boxed(b"ftyp", b"M4A \0\0\0\0") + movie + boxed(b"mdat", bytes(50))


def aac() -> bytes:
    """What Telegram would not play as a voice."""
    return adts()


_OPEN = b"\x01" + b"\xff" * 7


def _element(name: bytes, content: bytes) -> bytes:
    return name + (0x10000000 | len(content)).to_bytes(4, "big") + content
