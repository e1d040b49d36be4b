"""Where somebody is: real names, real slips of the thumb, and not every word that looks like one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from content import places
from content.places import PlacesInvalid, countries_in, country_in
from content.typed import split

CONTENT = Path(places.__file__).parent
PHRASINGS = ("guidance/*/*/phrasings.*", "phrasings/*", "danger/phrasings.*", "danger/calm.*")
OFTEN = 4
REAL_SLIPS = {"australi", "hokaido", "romania"}


def typed_words() -> Iterator[str]:
    for pattern in PHRASINGS:
        for file in CONTENT.glob(pattern):
            for word in split(file.read_text(encoding="utf-8")):
                yield word.plain


@pytest.mark.parametrize(
    "text",
    [
        "saya di kamar mandi sekarang",
        "saya habis tabrakan, kaki saya bengkok",
        "uang belanja ga dikasih majikan",
        "saya sakit malaria di kebun",
        "keningku benjol dipukul",
        "mau banding ke pengadilan",
        "kula bidhal benjing, dhuwit kelangan",
        "lambung saya perih, sanggah bansos belum",
        "saya nangis di beranda",
    ],
)
def test_an_ordinary_word_is_no_misspelt_place(text: str) -> None:
    assert countries_in(text) == ()


def test_no_word_that_people_often_write_to_us_is_taken_for_a_misspelt_place() -> None:
    counts = Counter(word for word in typed_words() if len(word) >= places.LONG)
    assert len(counts) > 1_000
    taken = {
        word for word, count in counts.items() if count >= OFTEN and word not in places.places() and country_in(word)
    }
    assert taken <= REAL_SLIPS


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("hongkonng", "hk"),
        ("malasyia", "my"),
        ("mlaysia", "my"),
        ("tawian", "tw"),
        ("sigapura", "sg"),
        ("kambojaa", "kh"),
        ("hokaido", "jp"),
        ("indonesa", "id"),
    ],
)
def test_sari_whose_thumb_slipped_is_understood(typed: str, country: str) -> None:
    assert country_in(f"saya sekarang di {typed} bu") == country


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("nama saya sri dari indramayu", None),
        ("saya orang lombok disekap majikan", None),
        ("tiang dengan lombok, asal mataram", None),
        ("saya di lombok, asal indramayu", "id"),
        ("majikan saya orang arab", None),
        ("saya di malaysia, majikannya orang cina", "my"),
        ("dari taiwan bu, tolong", "tw"),
    ],
)
def test_where_somebody_comes_from_is_not_where_they_are(text: str, country: str | None) -> None:
    assert country_in(text) == country


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("aku pengin bali", None),
        ("kapan aku iso bali nang omah", None),
        ("nasib saya malang sekali", None),
        ("aku neng bali", "id"),
        ("saya kabur ke bali", "id"),
        ("Bali", "id"),
        ("kl", "my"),
    ],
)
def test_wayan_who_wants_to_go_home_is_not_in_bali(text: str, country: str | None) -> None:
    assert country_in(text) == country


def test_a_slip_in_the_list_names_line_and_remedy(tmp_path: Path) -> None:
    file = tmp_path / "places.tsv"
    file.write_text("# daftar\ntaiwan tw\n", encoding="utf-8")
    with pytest.raises(PlacesInvalid, match="places.tsv line 2: write a two-letter code"):
        places.places(file)


def test_words_that_only_look_like_a_place_are_no_places() -> None:
    assert "malaria" not in places.places()
    assert places.NO_PLACE not in places.places().values()
