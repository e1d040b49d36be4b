"""Files as families send them, made here byte by byte: a photograph with its place, a voice, a paper."""

from __future__ import annotations

import io
import struct

from PIL import ExifTags, Image

PLACE = (8.0, 38.0, 12.0)
"""Degrees, minutes and seconds of a village in East Lombok."""


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), *, place: bool = True, orientation: int = 1) -> bytes:
    """A red left half and a blue right half, with where and with what it was taken."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "KAMERA-SARI"
    exif[ExifTags.Base.Orientation] = orientation
    if place:
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = PLACE
    written = io.BytesIO()
    picture.save(written, kind, exif=exif, comment=b"diambil di rumah" if kind == "JPEG" else None)
    return written.getvalue()


def seen(data: bytes) -> Image.Image:
    """The picture in these bytes."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def paper() -> bytes:
    """A PDF of nothing."""
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def voice() -> bytes:
    """Two Ogg pages as Telegram and WhatsApp send their voice notes."""
    return _page(b"OpusHead" + bytes(11)) + _page(b"\x01" * 300)


def recording(kind: bytes = b"soun") -> bytes:
    """An mp4 with one track: a voice, or a film."""
    handler = boxed(b"hdlr", bytes(8) + kind + bytes(12))
    track = boxed(b"trak", boxed(b"mdia", handler))
    return boxed(b"ftyp", b"M4A \0\0\0\0") + boxed(b"moov", track) + boxed(b"mdat", b"\x07" * 50)


def adts(frames: int = 3) -> bytes:
    """AAC frames of 20 bytes, as a recorder writes them."""
    return (b"\xff\xf1\x50\x80" + bytes([20 >> 3, (20 & 7) << 5, 0]) + bytes(13)) * frames


def amr(frames: int = 3) -> bytes:
    """A call as old telephones record it: the frames of 12.2 kbit/s are 31 bytes long."""
    return b"#!AMR\n" + (bytes([7 << 3]) + bytes(31)) * frames


def _page(packet: bytes) -> bytes:
    lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    return b"OggS" + bytes(22) + bytes([len(lacing)]) + lacing + packet


def boxed(name: bytes, content: bytes) -> bytes:
    """A box of an mp4."""
    return struct.pack(">I", 8 + len(content)) + name + content
