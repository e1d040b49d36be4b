"""Whatever is typed, pasted or uploaded: no error leaves its place, and no answer takes longer than its length explains.

Text of every script, with marks that combine, join, turn and vanish; files that are none, or are cut, or lie about
themselves (OWASP ASVS 5.0 1.3, 2.2, 5.2).
"""

from __future__ import annotations

import io
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.turns import Guide
from bot.understanding import understand
from centre import file_kinds, masking
from centre.file_kinds import NotKept
from centre.messages import LONGEST_SAID, readable
from content import amounts, danger, normalising, offers, places, typed, warning_signs, workbooks
from content.exchange import UNPACKED, NotTaken
from content.packages import MOST_FILES, unpacked
from content.workbooks import NotAWorkbook
from tests import files
from tests.bot.conftest import guide
from webhooks.channel import Unreadable
from webhooks.reading import as_object, words

__all__ = ["guide"]

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MARKS = "\u0300\u0327\u064b\u0e47\u200b\u200d\u200e\u202e\u2066\u2069\ufeff\u00ad\ufe0f\U000e0001\U0001f3fd\U0001f1ee"
ALL = st.characters(codec=None, categories=None)
"""Every character there is, halves of characters too."""
WORDS = st.sampled_from(
    [
        "gaji",
        "tolong",
        "Rp 5.000.000",
        "PT Maju",
        "di Malaysia",
        "dipukul",
        "4,5jt",
        "rt 05/02",
        "nama saya Sari",
        "a@b.id",
    ]
)
SAID = st.one_of(
    st.text(ALL, max_size=200),
    st.text(st.sampled_from(MARKS + "aا中ก가\U0001f600 \n\t\x00\r"), max_size=200),
    st.lists(st.one_of(WORDS, st.text(ALL, max_size=6)), max_size=20).map(" ".join),
)
LONG = {
    "one letter": "a",
    "marks that combine": "a" + "\u0300\u0316" * 3,
    "marks alone": "\u0316\u0300",
    "right to left": "\u202eمرحبا\u202c ",
    "joined": "\U0001f468\u200d\U0001f469\u200d",
    "unfolding": "\ufdfa",
    "jamo": "\u1100\u1161\u11a8",
    "digits": "1",
    "spaces": " \t",
    "spaced letters": "t o l o n g ",
    "stops": ".",
    "words": "gaji saya tidak dibayar majikan ",
    "amounts": "Rp 5.000.000 sampai ",
    "capitals": "SAYA AKU ",
    "quotes": "a'",
    "numbers in words": "g4j1 ",
}


def listened_to(text: str, guide: Guide) -> None:
    """Everything that looks at a message before it is answered."""
    said = readable(text)
    understand(said, None, guide)
    danger.look(said)
    typed.split(said)
    normalising.split_words(said)
    offers.read(said)
    offers.is_advertisement(said)
    warning_signs.signs_in(said)
    places.abroad_in(said)
    amounts.amounts_in(said)
    masking.masked(said, ["Sari"])


@QUIET
@given(said=SAID)
def test_nothing_that_can_be_typed_is_an_error(guide: Guide, said: str) -> None:
    listened_to(words(said), guide)


@pytest.mark.parametrize("name", LONG)
def test_the_longest_message_takes_no_longer_than_ordinary_words_of_that_length_explain(
    guide: Guide, name: str
) -> None:
    def seconds(piece: str) -> float:
        text = (piece * LONGEST_SAID)[:LONGEST_SAID]
        began = time.thread_time()
        listened_to(words(text), guide)
        return time.thread_time() - began

    listened_to("halo", guide)  # what is only read once
    usual, hostile = seconds(LONG["words"]), seconds(LONG[name])
    assert hostile < 5 * usual, f"{hostile:.3f} s where ordinary words take {usual:.3f} s"


@QUIET
@given(said=SAID)
def test_what_hides_or_turns_words_is_gone_from_what_is_read(said: str) -> None:
    assert not set(readable(words(said))) & set("\u200b\u200e\u202e\u2066\u2069\ufeff\u00ad\x00\r")


@QUIET
@given(
    body=st.one_of(
        st.binary(max_size=300), st.text(ALL, max_size=50).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
)
def test_a_body_is_an_object_or_unreadable(body: bytes) -> None:
    with suppress(Unreadable):
        assert isinstance(as_object(body), dict)


def _zip(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


@st.composite
def damaged_like(draw: st.DrawFn, wholes: st.SearchStrategy[bytes]) -> bytes:
    """A file with bytes changed, cut off or put in."""
    body = bytearray(draw(wholes))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(body) - 1)))
        body[place : place + draw(st.integers(0, 9))] = draw(st.binary(max_size=9))
    return bytes(body[: draw(st.integers(0, len(body)))])


def damaged() -> st.SearchStrategy[bytes]:
    """A file of some kind, and something wrong with it."""
    return damaged_like(
        st.sampled_from(
            [
                files.photo(),
                files.voice(),
                files.paper(),
                files.recording(),
                files.adts(),
                files.amr(),
                _zip({"xl/workbook.xml": b"<a/>"}),
            ]
        )
    )


@QUIET
@given(data=damaged())
def test_a_damaged_file_is_refused_by_name(data: bytes) -> None:
    for read, refusal in (
        (lambda: file_kinds.cleaned(data), NotKept),
        (lambda: list(workbooks.rows(data, 10, 10)), NotAWorkbook),
        (lambda: unpacked("a.xlsx", data), NotTaken),
    ):
        with suppress(refusal):
            read()


def test_a_package_whose_bytes_are_damaged_is_refused_by_name() -> None:
    """The library lets errors of zlib through as they are."""
    whole, refused = _zip({"a.xml": bytes(range(256)) * 40}), 0
    for place in range(len(whole)):
        try:
            unpacked("a.xlsx", whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        except NotTaken:
            refused += 1
    assert refused > len(whole) // 2


def test_a_package_that_unfolds_to_more_than_can_be_held_or_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    for parts in (
        {"a.xml": b"0" * (UNPACKED + 1)},
        {f"{n}.xml": b"" for n in range(MOST_FILES + 1)},
        {"../../etc/passwd": b"x"},
    ):
        try:
            held = unpacked("bomb.xlsx", _zip(parts))
        except NotTaken:
            continue
        assert all(".." not in name for name in held), "a name that leads elsewhere is nobody's path"
        assert sum(map(len, held.values())) <= UNPACKED
