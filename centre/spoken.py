"""A spoken text: which sound we take, by its content alone, and how long it may be.

No program that turns one kind of sound into another is at hand, so we take what every channel plays: Ogg Opus, MP3 and
M4A with AAC (Telegram sendVoice and sendAudio, WhatsApp audio messages). What Android's browsers record, Opus in WebM, is
put into Ogg pages as it is: the packets stay, only their wrapping changes (RFC 7845).
"""

from __future__ import annotations

from centre import file_kinds, ogg_files, webm_files
from centre.file_kinds import NotKept

MOST_BYTES = 1024 * 1024
"""A family pays for each of them: more is refused."""
BUDGET_BYTES = 300 * 1024
"""What we ask for: two minutes of speech, and half a minute to fetch with one bar of signal."""
MIME = {"ogg": "audio/ogg", "mp3": "audio/mpeg", "mp4": "audio/mp4"}
"""What is kept of each kind, as it is told to a browser or a platform."""
ENDINGS = {"ogg": "ogg", "mp3": "mp3", "mp4": "m4a"}
_WEBM = b"\x1aE\xdf\xa3"


def taken(data: bytes) -> tuple[str, bytes]:
    """The kind of a recording (a key of `MIME`) and the bytes to keep.

    Raises `NotKept`: too_large, unknown_type (not all channels play it), damaged.
    """
    if len(data) > MOST_BYTES:
        raise NotKept("too_large")
    if data.startswith(_WEBM):
        return "ogg", ogg_files.written(webm_files.opus_in(data))
    if data.startswith(b"OggS") and b"OpusHead" not in data[:80]:
        raise NotKept("unknown_type")  # Vorbis and Speex: WhatsApp plays Opus alone
    if _is_mp3(data):
        return "mp3", data
    kind = file_kinds.kind_of(data)
    if kind not in ("ogg", "mp4") or (kind == "mp4" and b"mp4a" not in data):
        raise NotKept("unknown_type")
    return file_kinds.cleaned(data)


def _is_mp3(data: bytes) -> bool:
    """Frame after frame to the end (ISO 11172-3, 2.4.1), between the tags that programs put around them."""
    at = _after_tag(data)
    end = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    if data[at : at + 1] != b"\xff":
        return False
    frames = 0
    while at + 4 <= end and (length := _frame_length(data[at : at + 4])):
        at, frames = at + length, frames + 1
    return frames > 2 and at >= end - 4


def _after_tag(data: bytes) -> int:
    """Where the sound begins: after an ID3v2 tag, whose length is four times seven bits (ID3v2.4, 3.1)."""
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))


def _frame_length(head: bytes) -> int:
    """Bytes of a Layer III frame by its head; 0 where it is none."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if head[0] != 0xFF or head[1] < 0xE0 or version == 1 or layer != 1:
        return 0
    rates, speeds = (_RATES_1, _SPEEDS_1) if version == 3 else (_RATES_2, _SPEEDS_2)
    rate, speed = rates[head[2] >> 4], speeds[head[2] >> 2 & 3]
    if not rate or not speed:
        return 0
    speed //= 2 if version == 0 else 1
    return (144 if version == 3 else 72) * rate * 1000 // speed + (head[2] >> 1 & 1)


_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_SPEEDS_1 = (44100, 48000, 32000, 0)
_SPEEDS_2 = (22050, 24000, 16000, 0)
