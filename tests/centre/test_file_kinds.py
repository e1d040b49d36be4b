"""What a file is counts, not what it is called; and of a picture nothing stays but what can be seen."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from centre.file_kinds import ENDINGS, MIME, MOST_BYTES, NotKept, cleaned
from tests.files import adts, amr, paper, photo, recording, seen, voice


def why_not(data: bytes) -> str:
    with pytest.raises(NotKept) as refused:
        cleaned(data)
    return refused.value.why


def kept_or_refused(data: bytes) -> str:
    """Its type, or why not; anything else that is raised is a mistake of ours."""
    try:
        return cleaned(data)[0]
    except NotKept as refused:
        return refused.why


REFUSALS = ("unknown_type", "damaged", "too_large")


def zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    return written.getvalue()


def unfolding_png(width: int, height: int) -> bytes:
    """A few bytes that say they are a very large picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return len(content).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_saris_photo_was_taken_is_not_kept(kind: str) -> None:
    sent = photo(kind)
    assert seen(sent).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    media_type, kept = cleaned(sent)
    assert media_type == kind.lower()
    assert seen(kept).format == kind
    assert not seen(kept).getexif()
    for trace in (b"KAMERA-SARI", b"Exif", b"diambil di rumah"):
        assert trace not in kept


def test_a_photo_taken_sideways_stands_upright() -> None:
    """Orientation 6: the telephone was held upright, so what was left is above."""
    kept = seen(cleaned(photo(size=(640, 480), orientation=6))[1])
    assert kept.size == (480, 640)
    above, below = kept.convert("RGB").getpixel((240, 20)), kept.convert("RGB").getpixel((240, 620))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert (above[0] > 200, below[2] > 200) == (True, True)


def test_a_wide_photo_is_narrowed_and_a_long_screen_keeps_its_shape() -> None:
    assert seen(cleaned(photo(size=(6000, 3000)))[1]).size == (2048, 1024)
    assert seen(cleaned(photo("PNG", (1080, 9000)))[1]).size == (1080, 9000)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_pictures_of_every_kind_of_colour_are_taken(mode: str) -> None:
    written = io.BytesIO()
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    Image.new(mode, (40, 30)).save(written, kind)
    assert seen(cleaned(written.getvalue())[1]).size == (40, 30)


def test_what_is_see_through_stays_so() -> None:
    picture = Image.new("RGB", (10, 10), "red").quantize(4)
    written = io.BytesIO()
    picture.save(written, "PNG", transparency=picture.getpixel((5, 5)))
    assert seen(cleaned(written.getvalue())[1]).getpixel((5, 5)) == (255, 0, 0, 0)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(paper(), "pdf"), (voice(), "ogg"), (recording(), "mp4"), (adts(), "aac"), (amr(), "amr")],
    ids=["paper", "voice note", "m4a", "aac", "amr"],
)
def test_papers_and_voices_are_kept_as_they_are(data: bytes, media_type: str) -> None:
    assert cleaned(data) == (media_type, data)


STRANGERS = {
    "a page called foto.jpg": b"<!doctype html><script>alert(1)</script>",
    "an svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a docx": zipped(),
    "a program renamed": b"MZ\x90\x00" + bytes(200),
    "a film": recording(b"vide"),
    "a gif": b"GIF89a" + bytes(20),
    "a page before a paper": b"<html>" + paper(),
    "nothing": b"",
    "words": b"Ini surat saya",
}


@pytest.mark.parametrize("data", STRANGERS.values(), ids=STRANGERS)
def test_what_is_something_else_is_not_taken_whatever_it_is_called(data: bytes) -> None:
    assert why_not(data) == "unknown_type"


HYBRIDS = {
    "a page behind a voice": voice() + b"<script>alert(1)</script>",
    "a zip behind a paper": paper() + zipped(),
    "a page behind a recording": recording() + b"<script>alert(1)</script>",
    "a program behind two bytes of sound": b"\xff\xf1" + b"MZ" + bytes(300),
    "a page behind old sound": amr() + b"<script>",
    "an empty recording": b"#!AMR\n",
    "a page inside a picture's beginning": b"\xff\xd8\xff<script>alert(1)</script>",
}


@pytest.mark.parametrize("data", HYBRIDS.values(), ids=HYBRIDS)
def test_what_is_two_things_at_once_is_not_taken(data: bytes) -> None:
    assert why_not(data) == "damaged"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_a_picture_is_gone(kind: str) -> None:
    """Tied on at the end, or written into it as a comment: what is drawn anew holds neither."""
    kept = cleaned(photo(kind) + b"<script>alert('kanari')</script>" + zipped())[1]
    assert b"kanari" not in kept
    assert b"PK\x03\x04" not in kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_picture_is_damaged(kind: str) -> None:
    whole = photo(kind, (900, 700))
    assert why_not(whole[: len(whole) // 2]) == "damaged"


@pytest.mark.parametrize(
    "whole", [voice(), recording(), adts(), amr(), paper()], ids=["ogg", "mp4", "aac", "amr", "pdf"]
)
def test_half_a_voice_or_paper_is_damaged(whole: bytes) -> None:
    assert why_not(whole[: len(whole) - 9]) == "damaged"


def test_one_byte_too_many_is_too_large() -> None:
    padded = b"%PDF-1.4\n" + bytes(MOST_BYTES - 14) + b"%%EOF"
    assert len(padded) == MOST_BYTES
    assert cleaned(padded)[0] == "pdf"
    assert why_not(padded[:9] + b"\0" + padded[9:]) == "too_large"


@pytest.mark.parametrize(("width", "height"), [(10_000, 10_000), (40_000, 40_000), (2**30, 2**30)])
def test_a_small_file_that_unfolds_to_fill_our_memory_is_refused(width: int, height: int) -> None:
    assert why_not(unfolding_png(width, height)) == "too_large"


def test_boxes_within_boxes_end() -> None:
    nested = b""
    for _ in range(4000):
        nested = (8 + len(nested)).to_bytes(4, "big") + b"moov" + nested
    assert why_not((16).to_bytes(4, "big") + b"ftypM4A \0\0\0\0" + nested) == "unknown_type"


STARTS = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\0\0\0\0WEBP",
    b"%PDF-",
    b"OggS",
    b"#!AMR\n",
    b"\xff\xf1",
    b"\0\0\0\x10ftyp",
]


@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_no_damage_brings_us_down(start: bytes, rest: bytes) -> None:
    """Whatever comes is refused by name or kept; nothing else is raised, and nothing runs for ever."""
    assert kept_or_refused(start + rest) in {*MIME, *REFUSALS}


@given(st.sampled_from([photo(), photo("PNG"), photo("WEBP"), voice(), recording(), adts(), amr()]), st.data())
def test_one_byte_turned_brings_nothing_down(whole: bytes, data: st.DataObject) -> None:
    at, value = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 255))
    assert kept_or_refused(whole[:at] + bytes([value]) + whole[at + 1 :]) in {*MIME, *REFUSALS}


def test_every_type_has_a_harmless_name() -> None:
    assert {ENDINGS.get(kind, kind) for kind in MIME} == {"jpg", "png", "webp", "pdf", "ogg", "m4a", "aac", "amr"}
    assert not any("html" in mime or "svg" in mime or "xml" in mime for mime in MIME.values())
