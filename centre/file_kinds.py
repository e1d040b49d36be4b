"""What a file really is, by its content alone, and what of it we keep (OWASP ASVS 5.0 5.2: neither its name nor what the
sender calls it counts).

A picture is drawn anew: that drops where and with what it was taken, and whatever else was hidden in it. Papers and voices
are kept as they are, so they must be whole and nothing but what they seem: a file that is two things at once is refused.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 20 * 1024 * 1024
"""What Telegram lets a bot fetch (Bot API, getFile), on every channel and at the desk."""
MOST_PIXELS = 50_000_000
"""More than a telephone sends; a small file that unfolds to more is a trap for our memory."""
WIDEST = 2048
"""Pixels: a letter photographed whole stays readable. Height is left, for long pictures of a chat."""
MIME = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "ogg": "audio/ogg",
    "mp4": "audio/mp4",
    "aac": "audio/aac",
    "amr": "audio/amr",
}
ENDINGS = {"jpeg": "jpg", "mp4": "m4a"}
"""Where it is not the type's own name."""
_PICTURES = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_QUALITY = 85


class NotKept(Exception):
    """A file we do not take, with the rule's name: too_large, unknown_type or damaged."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def cleaned(data: bytes) -> tuple[str, bytes]:
    """The type of a file (a key of `MIME`) and what of it is kept. Raises `NotKept`.

    Takes a moment for a large picture: never within a transaction.
    """
    if len(data) > MOST_BYTES:
        raise NotKept("too_large")
    kind = kind_of(data)
    if kind is None:
        raise NotKept("unknown_type")
    if kind in _PICTURES:
        return kind, _drawn_anew(data, kind)
    if not _IS_WHOLE[kind](data):
        raise NotKept("damaged")
    return kind, data


def kind_of(data: bytes) -> str | None:
    """What the first bytes say it is; None for anything we do not take."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:2] in (b"\xff\xf1", b"\xff\xf9"):
        return "aac"
    if data[4:8] == b"ftyp":
        return "mp4" if _is_sound_alone(data) else None
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), None)


_STARTS = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"%PDF-": "pdf",
    b"OggS": "ogg",
    b"#!AMR\n": "amr",
    b"#!AMR-WB\n": "amr",
}


def _drawn_anew(data: bytes, kind: str) -> bytes:
    from PIL import Image, ImageOps  # only where pictures come in: the web process stays small

    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # how much is too much we say ourselves
    try:
        with Image.open(io.BytesIO(data), formats=[_PICTURES[kind]]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NotKept("too_large")
            opened.draft(None, (WIDEST, WIDEST))  # a large JPEG is unfolded at a fraction of its size
            upright = ImageOps.exif_transpose(opened)
            picture = _in_plain_colours(_narrowed(upright))
    except Image.DecompressionBombError as error:
        raise NotKept("too_large") from error
    except NotKept:
        raise
    except Exception as error:  # whatever a picture sets off in the library: it cannot be seen
        raise NotKept("damaged") from error
    picture.info.clear()  # or the library writes comments and colour profiles out again
    written = io.BytesIO()
    picture.save(written, _PICTURES[kind], quality=_QUALITY)
    return written.getvalue()


def _narrowed(picture: Image.Image) -> Image.Image:
    if picture.width <= WIDEST:
        return picture
    return _in_plain_colours(picture).resize((WIDEST, max(1, picture.height * WIDEST // picture.width)))


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """Grey or coloured, with what is see-through left so: every type we write can carry these."""
    if picture.mode in ("L", "RGB", "RGBA"):
        return picture.copy()
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _is_whole_pdf(data: bytes) -> bool:
    """Ends where it says that it ends (ISO 32000-2, 7.5.5): nothing is hung on behind."""
    return data.rstrip(b"\r\n\t \0").endswith(b"%%EOF")


def _is_whole_ogg(data: bytes) -> bool:
    """Page after page to the end (RFC 3533, 6), and what is in it is sound."""
    at, size = 0, len(data)
    while at + 27 <= size and data[at : at + 4] == b"OggS":
        at += 27 + data[at + 26] + sum(data[at + 27 : at + 27 + data[at + 26]])
    first = data[27 + data[26] :][:8] if size > 27 else b""
    return at == size and first.startswith((b"OpusHead", b"\x01vorbis", b"Speex"))


def _is_whole_aac(data: bytes) -> bool:
    """Frame after frame to the end (ISO 14496-3, ADTS): two bytes alone would prove nothing."""
    at = 0
    while at + 7 <= len(data) and data[at : at + 2] == data[:2]:
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        at += max(length, 7)
    return at == len(data)


def _is_whole_amr(data: bytes) -> bool:
    """Frame after frame to the end (RFC 4867, 5)."""
    is_wide = data.startswith(b"#!AMR-WB\n")
    sizes, start = (_AMR_WIDE, 9) if is_wide else (_AMR_NARROW, 6)
    at = start
    while at < len(data) and (size := sizes.get(data[at] >> 3 & 15)) is not None:
        at += 1 + size
    return start < at == len(data)


_AMR_NARROW = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 8, 15), (12, 13, 15, 17, 19, 20, 26, 31, 5, 0), strict=True))
_AMR_WIDE = dict(
    zip((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15), (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0), strict=True)
)


def _is_whole_mp4(data: bytes) -> bool:
    """Box after box to the end (ISO 14496-12, 4.2)."""
    return sum(end - start for _, start, end in _boxes(data, 0, len(data))) == len(data)


def _is_sound_alone(data: bytes) -> bool:
    """A voice, and no film: films are not taken."""
    tracks = set(_tracks(data, 0, len(data), (b"moov", b"trak", b"mdia")))
    return b"soun" in tracks and b"vide" not in tracks


def _tracks(data: bytes, start: int, end: int, inside: tuple[bytes, ...]) -> Iterator[bytes]:
    """What each track of an mp4 is: its handler (ISO 14496-12, 8.4.3). `inside`: the boxes to open on the way to it."""
    for name, begin, finish in _boxes(data, start, end):
        if inside and name == inside[0]:
            yield from _tracks(data, begin + 8, finish, inside[1:])
        elif not inside and name == b"hdlr":
            yield data[begin + 16 : begin + 20]


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, where it begins, where it ends) of the boxes side by side, as far as they are whole."""
    while start + 8 <= end:
        size = int.from_bytes(data[start : start + 4], "big")
        if size == 1:
            size = int.from_bytes(data[start + 8 : start + 16], "big")
        size = size or end - start
        if size < 8 or start + size > end:
            return
        yield data[start + 4 : start + 8], start, start + size
        start += size


_IS_WHOLE: dict[str, Callable[[bytes], bool]] = {
    "pdf": _is_whole_pdf,
    "ogg": _is_whole_ogg,
    "aac": _is_whole_aac,
    "amr": _is_whole_amr,
    "mp4": _is_whole_mp4,
}
