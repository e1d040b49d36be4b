"""What would tell who wrote is taken out; what makes a question stays."""

from __future__ import annotations

import pytest

from centre.masking import masked


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Nama saya Siti Aminah, nik 5203 1700 2006 0001", "Nama saya [nama], nik [nomor]"),
        ("suami saya bernama ahmad fauzi kerja di Malaysia", "suami saya bernama [nama] kerja di Malaysia"),
        ("Pak Budi Santoso minta Rp 2500000", "Pak [nama] minta Rp 2500000"),
        ("paspor saya B1234567 hilang", "paspor saya [nomor] hilang"),
        ("telp 0812-3456-7890 ya", "telp [nomor] ya"),
        ("+62 812 3456 7890", "[nomor]"),
        ("hp saya 081.234.567.890 ya", "hp saya [nomor] ya"),
        ("wa 0812\u20133456\u20137890", "wa [nomor]"),
        ("wa 0812_3456_7890 atau 0812*3456*7890", "wa [nomor] atau [nomor]"),
        ("wa 0812\u00a03456\u00a07890, 0812, 3456, 7890", "wa [nomor]"),
        ("hp 628.123.456.789 rek 1.234.567.890", "hp [nomor] rek [nomor]"),
        ("Rp 5203071234567890", "[nomor]"),
        ("ttl Lombok 17-05-1990 bisa ke Korea", "ttl Lombok [nomor] bisa ke Korea"),
        ("lahir 17 mei 1990 bisa ke Korea", "lahir [nomor] bisa ke Korea"),
        ("saya siti aminah mau ke taiwan", "saya [nama] mau ke taiwan"),
        ("SUAMI SAYA BUDI SANTOSO TIDAK DIGAJI", "SUAMI SAYA [nama] TIDAK DIGAJI"),
        ("email sari.dewi@mail.test ya", "email [alamat] ya"),
        ("rumah sy rt 03 rw 02", "rumah sy [alamat]"),
        ("kemarin tanggal 21-11-2026 Rohani berangkat", "kemarin tanggal 21-11-2026 [nama] berangkat"),
        ("saya Wayan dari Lombok Timur tanya BPJS", "saya [nama] dari Lombok Timur tanya BPJS"),
    ],
)
def test_who_wrote_is_not_told(typed: str, shown: str):
    assert masked(typed) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "bu mau tanya syarat paspor",
        "biaya 1.500.000 atau 2.000.000 ke Hong Kong?",
        "berapa lama kontrak di Arab Saudi",
        "UU 18/2017 pasal 30 isinya apa",
        "pak kades minta uang 5 juta",
        "sudah interview lalu disuruh bayar dulu, bagus atau tidak",
        "aja lali slamet, iku piye carane",
    ],
)
def test_a_question_stays_a_question(typed: str):
    assert masked(typed) == typed


def test_names_that_are_known_go_however_they_are_written():
    assert masked("si wayan sudarma mau ke Taiwan", ["Wayan Sudarma"]) == "si [nama] mau ke Taiwan"
    assert masked("SUDARMA kapan berangkat", ["Wayan Sudarma"]) == "[nama] kapan berangkat"
