"""Sealing and fingerprints: unreadable without the key, unusable in another place, findable with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre.conversations import Conversation
from centre.db import Database
from centre.privacy import CannotOpen, Vault, derive_key

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SECRET = "a secret of these tests"
OLD, NEW, NEWEST = ("old " * 10, "new " * 10, "newest " * 10)
BY_SECRET = Vault(SECRET)
VAULT = Vault(SECRET, [NEW, OLD])

words = st.text(st.characters(exclude_categories=["Cs"]))
places = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
keys = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True, max_size=4)


@given(words, places, keys)
def test_what_is_sealed_opens_in_its_place(text: str, place: str, field_keys: list[str]) -> None:
    vault = Vault(SECRET, field_keys)
    assert vault.open(vault.seal(text, place), place) == text


@given(words, places, keys, keys)
def test_whatever_keys_came_and_come_what_they_sealed_opens(
    text: str, place: str, before: list[str], more: list[str]
) -> None:
    """Each key is put in front of those before it, and everything sealed on the way opens at the end."""
    known: list[str] = []
    on_the_way = [Vault(SECRET).seal(text, place)]
    for key in [*before, *(key for key in more if key not in before)]:
        known.insert(0, key)
        on_the_way.append(Vault(SECRET, known).seal(text, place))
    assert {Vault(SECRET, known).open(sealed, place) for sealed in on_the_way} == {text}


@given(words, places, keys, st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_without_the_key_that_sealed_nothing_opens(text: str, place: str, others: list[str], gone: str) -> None:
    sealed = Vault(SECRET, [gone]).seal(text, place)
    with pytest.raises(CannotOpen, match="not known here"):
        Vault(SECRET, [key for key in others if key != gone]).open(sealed, place)


@given(st.binary(max_size=60), places)
def test_what_nobody_sealed_is_said_not_to_open(junk: bytes, place: str) -> None:
    with pytest.raises(CannotOpen):
        VAULT.open(junk, place)


def test_the_newest_key_seals_and_says_which_it_is() -> None:
    sealed = VAULT.seal("halo", "a|1")
    assert Vault("another secret", [NEW]).open(sealed, "a|1") == "halo"
    with pytest.raises(CannotOpen):
        Vault(SECRET, [OLD]).open(sealed, "a|1")
    assert sealed[:9] == VAULT.seal("apa kabar", "b|2")[:9] != Vault(SECRET, [OLD]).seal("halo", "a|1")[:9]
    assert NEW.encode()[:8] not in sealed


def test_what_was_sealed_before_there_were_field_keys_opens() -> None:
    before = bytes.fromhex(
        "01000102030405060708090a0b"  # the mark of the one secret, and a nonce
        "201693b56e65346e4f8c8b1750104c07cf7b710f42f669c98dc9e4790d0e524b9832c29eeb7b"
    )
    assert VAULT.open(before, "outbox_messages|part|1|event:1|0") == "Ijazah Sari ditahan PT"


def test_claiming_to_be_sealed_by_another_key_helps_nobody() -> None:
    sealed, other = VAULT.seal("halo", "a|1"), Vault(SECRET, [OLD]).seal("halo", "a|1")
    with pytest.raises(CannotOpen):
        VAULT.open(other[:9] + sealed[9:], "a|1")
    with pytest.raises(CannotOpen):
        VAULT.open(b"\x01" + sealed[9:], "a|1")


def test_fingerprints_survive_a_new_field_key() -> None:
    number = "628123450001"
    assert VAULT.lookup("telegram:chat", number) == BY_SECRET.lookup("telegram:chat", number)


def test_a_row_opens_after_a_new_key_was_put_in_front_and_not_when_the_old_one_is_gone(database: Database) -> None:
    sari = written(database, Vault(SECRET, [OLD]), "Malaysia")
    assert read(database, Vault(SECRET, [NEW, OLD]), sari) == "Malaysia"
    wayan = written(database, Vault(SECRET, [NEW, OLD]), "Taiwan")
    assert read(database, Vault(SECRET, [NEWEST, NEW]), wayan) == "Taiwan"
    with pytest.raises(CannotOpen, match="not known here"):
        read(database, Vault(SECRET, [NEWEST, NEW]), sari)


def written(database: Database, vault: Vault, country: str) -> int:
    with Database(database.engine, vault, database.turns).transaction() as session:
        row = Conversation(channel="telegram", sealed_sender=b"", created_at=NOW, last_incoming_at=NOW, offered=[])
        session.add(row)
        row.memory = {"country": country}
        session.flush()
        return row.id


def read(database: Database, vault: Vault, number: int) -> object:
    with Database(database.engine, vault, database.turns).reading() as session:
        return session.get_one(Conversation, number).memory["country"]


def test_sealed_words_are_not_to_be_seen_and_never_the_same_twice() -> None:
    once, again = VAULT.seal("gaji Sari belum dibayar", "a|1"), VAULT.seal("gaji Sari belum dibayar", "a|1")
    assert once != again
    assert b"Sari" not in once


def test_moved_to_another_row_it_does_not_open() -> None:
    with pytest.raises(CannotOpen, match="a$"):
        VAULT.open(VAULT.seal("halo", "b|1"), "a|1")


def test_with_another_secret_it_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        Vault("another secret").open(BY_SECRET.seal("halo", "a|1"), "a|1")


@pytest.mark.parametrize("damage", [b"", b"\x02", b"\x03", b"\x01short", b"\x01" + b"x" * 40])
def test_what_is_damaged_says_so(damage: bytes) -> None:
    with pytest.raises(CannotOpen):
        VAULT.open(damage, "a|1")


@given(st.data())
def test_one_changed_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal("halo", "a|1"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotOpen):
        VAULT.open(bytes(sealed), "a|1")


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
