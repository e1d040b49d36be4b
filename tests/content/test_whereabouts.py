"""Sri is shut in in Saudi Arabia. Not every place she names afterwards is where she is."""

from __future__ import annotations

import pytest

from content.whereabouts import only_tells_a_place, whereabouts


@pytest.mark.parametrize(
    "text",
    [
        "nama saya sri dari indramayu",
        "saya orang lombok",
        "ibu saya di indramayu namanya wati",
        "suami saya sudah di lombok",
        "saya mau pulang ke lombok",
        "kapan saya bisa di indonesia lagi",
        "saya belum pulang ke indonesia",
        "aku pengin bali",
        "teman saya di hongkong",
        "agen saya di taiwan",
        "dulu saya di taiwan",
        "majikan saya orang mesir",
        "lombok",
    ],
)
def test_what_sri_only_mentions_does_not_move_her(text: str) -> None:
    assert whereabouts(text, "sa") is None


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("saya sudah di indonesia", "id"),
        ("sudah pulang di lombok", "id"),
        ("aku wis bali nang lombok", "id"),
        ("tiang wah uleq leq lombok", "id"),
        ("abdi parantos di bandung", "id"),
        ("sudah sampai indonesia", "id"),
        ("saya di lombok", "id"),
        ("di dubai", "ae"),
        ("saya di rumah majikan di dubai", "ae"),
        ("saya dipindah ke dubai", "ae"),
        ("hong kong", "hk"),
    ],
)
def test_what_sri_plainly_tells_does(text: str, country: str) -> None:
    assert whereabouts(text, "sa") == country


def test_her_mother_at_home_tells_where_sri_is_and_not_where_she_is_herself() -> None:
    assert whereabouts("saya di lombok bu", "sa", of_somebody_else=True) is None
    assert whereabouts("anak saya sudah di lombok", "sa", of_somebody_else=True) == "id"
    assert whereabouts("dia sekarang di dubai", "sa", of_somebody_else=True) == "ae"


def test_where_nothing_is_known_any_place_will_do() -> None:
    assert whereabouts("majikan di taiwan", None) == "tw"
    assert whereabouts("saya sri dari indramayu", None) is None


@pytest.mark.parametrize("text", ["di taiwan", "Hong Kong", "saya kerja di taichung bu", "aku saiki nang hongkong"])
def test_a_place_alone_asks_nothing(text: str) -> None:
    assert only_tells_a_place(text)


@pytest.mark.parametrize("text", ["biaya ke taiwan", "gaji di korea", "syarat kerja jepang"])
def test_a_place_and_a_matter_may_ask_something(text: str) -> None:
    assert not only_tells_a_place(text)
