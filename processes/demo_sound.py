"""A hum in place of a voice: a few seconds of sound for the demo, made of a single tone, for nobody really spoke.

MPEG-1 Layer III as plainly as it can be (ISO 11172-3): one channel, 64 kbit/s at 44.1 kHz, in each half of a frame one line of
the spectrum that is not zero.
"""

from __future__ import annotations

FRAME, SIDE = 144 * 64000 // 44100, 17
HEADER = b"\xff\xfb\x50\xc4"
PER_SECOND = 44100 / 1152
LOUD = 196
"""210 would be as loud as can be; four less is half of it."""
TONES = (6, 7, 9, 7)
"""Lines of the spectrum, 38 Hz apart: each is heard for a second."""


def hum(seconds: int = 4) -> bytes:
    """An MP3 of that length."""
    frames = int(seconds * PER_SECOND)
    return b"".join(_frame(TONES[int(number / PER_SECOND) % len(TONES)]) for number in range(frames))


def _frame(line: int) -> bytes:
    """Header, side information of two granules, and their lines."""
    lines = _lines(line)
    granule = f"{len(lines):012b}{0:09b}{LOUD:08b}{0:04b}0{0:015b}{0:04b}{0:03b}001"
    side = f"{0:09b}{0:05b}{0:04b}{granule}{granule}"
    return HEADER + _bytes(side, SIDE) + _bytes(lines * 2, FRAME - len(HEADER) - SIDE)


def _lines(line: int) -> str:
    """Groups of four lines by table B: four bits that say which are not zero, turned round, and a sign for each that is not."""
    nothing, place = "1111", line % 4
    return nothing * (line // 4) + "".join("0" if each == place else "1" for each in range(4)) + "0"


def _bytes(bits: str, length: int) -> bytes:
    return int(bits.ljust(length * 8, "0"), 2).to_bytes(length, "big")
