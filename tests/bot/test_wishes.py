"""A wish to take part is heard where the whole message is one; a question stays a question."""

from __future__ import annotations

import pytest

from bot.wishes import wish_in


@pytest.mark.parametrize(
    "text",
    [
        "mau ikut pelatihan",
        "Assalamualaikum bu, mau daftar pelatihan dong",
        "jadwal rumah belajar kapan ya?",
        "daftarkan anak saya koperasi",
        "pengen melu kursus bengkel",
        "hoyong ngiring pelatihan",
        "mele daftar pelatihan",
        "when is the workshop training",
        "kpn ada plthn lagi",
    ],
)
def test_wishes(text: str) -> None:
    assert wish_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "mau daftar kerja ke taiwan",
        "pelatihan BLK gratis apa bayar",
        "daftar",  # a command of its own
        "koperasi itu apa",
        "Kapan ono pelatihan neng BLK? aku pengin melu",
        "anak saya ikut orang dan tidak pulang",
        "",
        "👍",
        "mau ikut " * 20,
    ],
)
def test_questions_and_other_things(text: str) -> None:
    assert wish_in(text) is None


def test_a_wish_names_its_thing_by_a_telling_word() -> None:
    wish = wish_in("pengen ikut kursus bengkel")
    assert wish
    assert wish.names("Pelatihan perbengkelan")
    assert not wish.names("Pelatihan pertukangan")
    plain = wish_in("mau daftar pelatihan")
    assert plain
    assert not plain.names("Pelatihan perbengkelan")
    assert not plain.names("Konsultasi dan pendaftaran")
