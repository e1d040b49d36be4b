"""Passwords that are guessed first, in Bahasa and in English, and those that anybody can remember and nobody guesses."""

from __future__ import annotations

import random

import pytest

from centre import passwords
from centre.passwords import WeakPassword


@pytest.mark.parametrize(
    "password",
    [
        "bismillah1234",
        "Rahasia-Negara",
        "sayangkusayang",
        "R4h4s14Lombok!",
        "P@ssw0rd2026!",
        "1qaz2wsx3edc",
        "qwertyuiop[]12",
        "poiuytrewq123",
        "abcdefghijkl",
        "lombokindonesia",
        "dragonmonkey1",
        "garudagarudagaruda",
        "finalfantasy",
        "123qweasdzxc",
    ],
)
def test_what_is_guessed_first_is_refused(password):
    with pytest.raises(WeakPassword) as weak:
        passwords.check_password(password, "wayan")
    assert weak.value.why == "common"


@pytest.mark.parametrize(
    "password",
    [
        "lampu biru kuda meja",
        "kopi hujan jendela",
        "jendela sungai batu",
        "Tiga Kambing, dua pintu",
        "k7#2-9931-4471-zq",
    ],
)
def test_a_few_words_that_have_nothing_to_do_with_each_other_are_fine(password):
    passwords.check_password(password, "wayan")


def test_the_list_is_as_long_as_the_rule_asks():
    """ASVS 5.0 6.2.4: at least the top 3,000."""
    assert len(passwords.common()) >= 3000


def test_what_we_give_out_ourselves_is_never_refused():
    for seed in range(200):
        passwords.check_password(passwords.one_time_password(random.Random(seed)), "wayan")
