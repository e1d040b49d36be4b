"""Amounts as articles, tables and sources write them."""

from decimal import Decimal

import pytest

from content.amounts import Amount, amounts_in, written


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("batas Rp9.622.000 + NT$20.000", "IDR 9.622.000, TWD 20.000"),
        ("batas Rp 9.622.000 ditambah NT$ 25.250.", "IDR 9.622.000, TWD 25.250"),
        ("ada yang membayar Rp25-100 juta", "IDR 25.000.000, IDR 100.000.000"),
        (
            "uang muka Rp4,5-5 juta, yang sampai Rp2-2,5 juta",
            "IDR 4.500.000, IDR 5.000.000, IDR 2.000.000, IDR 2.500.000",
        ),
        ("Lewat agen bisa NT$5.000 sampai 6.000.", "TWD 5.000, TWD 6.000"),
        ("bunga 20-40 persen, bank 6% setahun", "% 20, % 40, % 6"),
        ("denda sampai HK$350.000; RM1.500; S$550 sebulan", "HKD 350.000, MYR 1.500, SGD 550"),
        ("ujian Februari 2025 USD 28 (waktu itu Rp459.526)", "USD 28, IDR 459.526"),
        ("denda paling banyak Rp15 miliar", "IDR 15.000.000.000"),
        ("utawa 100 yuta rupiah, sewengi", "IDR 100.000.000"),
        ("kirang langkung 9,5 juta rupiah", "IDR 9.500.000"),
        ("sekitar 1,5 juta orang tanpa dokumen", "1.500.000"),
        ("Rp 900 ribu sampai Rp 1,2 juta", "IDR 900.000, IDR 1.200.000"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amounts: str) -> None:
    assert ", ".join(map(str, amounts_in(text))) == amounts


@pytest.mark.parametrize(
    "text",
    [
        "UU 18/2017 Pasal 30, per Oktober 2025",
        "umur 18-39 tahun, paling lama 7 hari kerja",
        "ada 68 PMI dan 24 PT; 500 ribu peserta",
        "rumah nomor 12, harm 5, term 10 kali",
        "telepon 1955",
    ],
)
def test_years_ages_and_counts_are_no_amounts(text: str) -> None:
    assert amounts_in(text) == []


def test_a_number_is_written_as_indonesia_writes_it() -> None:
    assert [written(Decimal(number)) for number in ("9622000", "4.5", "100", "0")] == ["9.622.000", "4,5", "100", "0"]
    assert str(Amount(Decimal(6), "%")) == "% 6"
