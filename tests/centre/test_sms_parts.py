"""Short messages: what they cost, and that no character is cut in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre import sms_parts
from centre.messages import LIMITS, Choice, Outgoing, fit

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=700)
PLAIN = st.text(st.sampled_from(sorted(sms_parts.ALPHABET | sms_parts.EXTENSION)), max_size=900)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ꦲ" * 70, 1),
        ("ꦲ" * 71, 2),
        ("ꦲ" * 134, 2),
        ("ꦲ" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 160 + "“", 3),
    ],
)
def test_what_it_costs(text: str, parts: int) -> None:
    assert sms_parts.count(text) == parts


def test_typographic_characters_are_written_plainly() -> None:
    said = "“Halo” — ini ‘Balai’… 3×4 • Rp½ café naïve Ā 😀☎"
    assert sms_parts.plain(said) == "\"Halo\" - ini 'Balai'... 3x4 - Rp1/2 café naive A "
    assert sms_parts.is_plain(sms_parts.plain(said))


def test_javanese_script_stays_as_it_is() -> None:
    assert sms_parts.plain("ꦲꦏ꧀ꦱꦫ") == "ꦲꦏ꧀ꦱꦫ"


@given(ANY)
def test_writing_plainly_twice_changes_nothing_more(text: str) -> None:
    once = sms_parts.plain(text)
    assert sms_parts.plain(once) == once
    assert not sms_parts.is_plain(text) or once == text


@given(ANY | PLAIN)
def test_pieces_hold_all_of_it_and_each_fits(text: str) -> None:
    pieces = sms_parts.pieces(text)
    assert "".join(pieces) == text
    is_plain = sms_parts.is_plain(text)
    for piece in pieces:
        size = sum(2 if char in sms_parts.EXTENSION else 1 for char in piece)
        size = size if is_plain else len(piece.encode("utf-16-le")) // 2
        most = (160 if is_plain else 70) if len(pieces) == 1 else (153 if is_plain else 67)
        assert 0 < size <= most


@given(ANY | PLAIN, st.integers(1, 4))
def test_the_longest_beginning_fits(text: str, most: int) -> None:
    assert sms_parts.count(text[: sms_parts.longest(text, most)]) <= most


@given(ANY)
def test_what_goes_out_is_never_more_than_three_parts_and_nothing_is_lost(text: str) -> None:
    parts = fit(Outgoing(text, (Choice("y", "Ya"), Choice("n", "Tidak"))), LIMITS["sms"])
    assert all(1 <= sms_parts.count(part.text) <= 3 for part in parts)
    whole = sms_parts.plain(f"{text}\n\n1. Ya\n2. Tidak")
    assert "".join("".join(part.text.split()) for part in parts) == "".join(whole.split())
