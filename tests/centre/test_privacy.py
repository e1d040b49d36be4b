"""Sealing and fingerprints: unreadable without the key, unusable in another place, findable with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre.privacy import CannotOpen, Vault, derive_key

VAULT = Vault("a secret of these tests")


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
def test_what_is_sealed_opens_in_its_place(text: str, place: str) -> None:
    assert VAULT.open(VAULT.seal(text, place), place) == text


def test_sealed_words_are_not_to_be_seen_and_never_the_same_twice() -> None:
    once, again = VAULT.seal("gaji Sari belum dibayar", "a|1"), VAULT.seal("gaji Sari belum dibayar", "a|1")
    assert once != again
    assert b"Sari" not in once


def test_moved_to_another_row_it_does_not_open() -> None:
    with pytest.raises(CannotOpen, match="a$"):
        VAULT.open(VAULT.seal("halo", "b|1"), "a|1")


def test_with_another_secret_it_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        Vault("another secret").open(VAULT.seal("halo", "a|1"), "a|1")


@pytest.mark.parametrize("damage", [b"", b"\x02", b"\x01short", b"\x01" + b"x" * 40])
def test_what_is_damaged_says_so(damage: bytes) -> None:
    with pytest.raises(CannotOpen):
        VAULT.open(damage, "a|1")


def test_one_changed_bit_is_noticed() -> None:
    sealed = VAULT.seal("halo", "a|1")
    with pytest.raises(CannotOpen):
        VAULT.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "a|1")


def test_a_fingerprint_finds_again_but_tells_nothing() -> None:
    found = VAULT.lookup("telegram:chat", "628123450001")
    assert found == VAULT.lookup("telegram:chat", "628123450001")
    assert len(found) == 32
    assert "628123450001" not in found


def test_fingerprints_of_another_kind_or_key_are_others() -> None:
    number = "628123450001"
    fingerprints = {
        VAULT.lookup("telegram:chat", number),
        VAULT.lookup("whatsapp:phone", number),
        Vault("another secret").lookup("telegram:chat", number),
        VAULT.lookup("telegram:cha", "t\x00" + number),
    }
    assert len(fingerprints) == 4


def test_keys_for_other_purposes_tell_nothing_about_each_other() -> None:
    assert derive_key("secret", "cookies") != derive_key("secret", "tokens")
    assert derive_key("secret", "cookies") == derive_key("secret", "cookies")
