"""Offers as families paste them: invented ones, with slips and mixed languages; none is ever called safe."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from content import files
from content.amounts import Amount
from content.offers import asked_in, is_advertisement, kinds_of_marks, read

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared" / "questions" / "develop.jsonl"

PALM = """Loker malaysia!!! butuh cpt 20 org kebun sawit
gaji 8jt bersih tanpa ijazah, umur 17-45
visa pelancong dulu, proses seminggu lgsg terbang
biaya proses 4.5jt, bisa potong gaji
minat inbox"""
HOUSE = (
    "Dibutuhkan segera ART ke Arab Saudi, gaji 1500 riyal, biaya administrasi Rp 500rb transfer ke rekening pribadi, "
    "berangkat pakai visa umroh, hubungi WA"
)
CARE = "Ana lowongan nang Taiwan jaga lansia, gajine 20 ribu NT, mbayar 45jt cekap, umur 20-40, minat WA"
TYPING = "Araq gawean jok Kamboja jari admin, cuma ngetik, gajine beleq, umur 16 bau milu, chat wa saja"
SUNDANESE = "Aya lowongan ka Arab, visana umroh, teu kudu ijazah, mayar heula 3 juta, kontrak di ditu"
KOREA = "Korea tanpa ujian! bayar biar lulus 35jt, ke Korea jalur khusus korea, kuota terbatas, japri"
JOB = "Jual job Taiwan pabrik 60 juta langsung kerja, ktp asli jaminan ijazah, minat wa"
BOAT = "Kerja bangunan malaysia lewat dumai naik boat, bilang liburan kalau ditanya imigrasi, ikut saya"
GOOD = """LOWONGAN KERJA TAIWAN
PT Sinar Contoh Abadi
Operator pabrik, usia 21-35 tahun, minimal SMP
Gaji NT$ 29.500 per bulan, lembur dibayar
Kontrak 3 tahun, dijelaskan sebelum tanda tangan
Kantor: Jalan Contoh nomor 1, hubungi WA kantor 08.00-16.00"""
NURSE = (
    "PT Contoh Medika membuka lowongan perawat ke Jepang, syarat D3 dan bahasa N4, usia 21-35, gaji 180.000 yen sebulan"
)
FREE = "PT Contoh Jaya, ART ke Malaysia, tanpa biaya, tanpa potong gaji, gaji RM 1.700 sebulan, umur 21-45, wawancara di kantor"


@pytest.mark.parametrize(
    ("offer", "signs"),
    [
        (
            PALM,
            ["di-bawah-umur", "tanpa-seleksi", "bukan-visa-kerja", "potong-gaji", "cukup-paspor", "hanya-lewat-chat"],
        ),
        (HOUSE, ["bukan-visa-kerja", "bayar-tanpa-kuitansi", "hanya-lewat-chat"]),
        (CARE, ["hanya-lewat-chat"]),
        (TYPING, ["di-bawah-umur", "tanpa-seleksi", "hanya-lewat-chat", "admin-di-kamboja"]),
        (SUNDANESE, ["tanpa-seleksi", "bukan-visa-kerja", "bayar-tanpa-kuitansi", "tanpa-perjanjian-kerja"]),
        (KOREA, ["hanya-lewat-chat", "titipan-lulus"]),
        (JOB, ["tanpa-seleksi", "hanya-lewat-chat", "surat-asli-ditahan", "beli-job"]),
        (BOAT, ["orang-perorangan", "disuruh-berbohong", "pelabuhan-tikus"]),
    ],
)
def test_bad_offers_show_their_signs(offer: str, signs: list[str]) -> None:
    found = read(offer)
    assert found.outcome == "signs"
    assert [seen.code for seen in found.signs] == signs


@pytest.mark.parametrize("offer", [GOOD, NURSE, FREE])
def test_an_offer_that_looks_good_is_not_enough_to_tell(offer: str) -> None:
    found = read(offer)
    assert (found.outcome, found.signs, found.missing) == ("unclear", (), ())


def test_where_an_offer_leads_is_told_with_the_row_of_its_job() -> None:
    assert [row.code for row in read(HOUSE).destinations][0] == "arab-saudi-rumah-tangga"
    assert [row.code for row in read(PALM).destinations] == ["malaysia-kebun", "malaysia"]
    assert read("kerja pabrik gaji 8 juta").destinations == ()


@pytest.mark.parametrize(
    ("offer", "outcome"),
    [
        ("PT Contoh Jaya mencari koki di Kamboja", "signs"),
        ("PT Contoh Jaya mencari pembantu ke Arab Saudi", "signs"),
        ("PT Contoh Jaya mencari perawat ke Arab Saudi", "unclear"),
        ("PT Contoh Jaya mencari koki di Brunei", "unclear"),
    ],
)
def test_a_destination_that_is_none_or_stopped_for_the_job_is_a_sign(offer: str, outcome: str) -> None:
    assert read(offer).outcome == outcome


@pytest.mark.parametrize(
    ("offer", "charged", "rows"),
    [
        ("ART ke malaysia, biaya 3 juta", "not-theirs", ["malaysia-rumah-tangga", "sepuluh-jabatan"]),
        ("pabrik taiwan, bayar 25jt", "unclear", ["taiwan-formal-batas"]),  # a ceiling in two currencies has no sum
        ("magang jepang, biaya 60 juta", "above", ["jepang-magang-lpk", "jepang-magang-im-japan"]),
        ("magang jepang, biaya 30 juta", "unclear", ["jepang-magang-lpk", "jepang-magang-im-japan"]),
        ("las di kanada, setor 20jt", "unclear", []),
        ("ART ke malaysia, gaji 6 juta", "nothing", []),
        ("pembantu ke taiwan, biaya 9 juta", "unclear", ["taiwan-rumah-tangga-batas"]),
    ],
)
def test_what_is_asked_is_held_against_what_is_known(offer: str, charged: str, rows: list[str]) -> None:
    charge = read(offer).charge
    assert (charge.charged, [row.code for row in charge.rows]) == (charged, rows)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("gaji 8 juta, biaya 4.5jt", [4_500_000]),
        ("gaji 8jt biaya admin 500rb", [500_000]),
        ("biaya Rp 9.622.000, gaji NT$ 29.500", [9_622_000]),
        ("15 jutaan sudah termasuk biaya", [15_000_000]),
        ("gajinya dipotong 2 juta selama 7 bulan", [2_000_000]),
        ("potong gaji 3 juta", [3_000_000]),
        ("biaya:\nmedical 1,5 juta\npaspor 600 ribu\ngaji 5 juta", [1_500_000, 600_000]),
        ("penghasilan 12-15 juta per bulan", []),
        ("20 juta per bulan", []),
        ("biaya 0", []),
        ("potongan 10%", []),
    ],
)
def test_money_asked_for_is_told_from_money_promised(text: str, asked: list[int]) -> None:
    assert asked_in(text) == tuple(Amount(Decimal(number), "IDR") for number in asked)


def test_what_an_offer_does_not_tell_is_named() -> None:
    assert read("kerja pabrik gaji besar").missing == ("country", "company")
    assert read("kerja pabrik di Taiwan").missing == ("company",)


@pytest.mark.parametrize("offer", [PALM, HOUSE, CARE, GOOD, NURSE, FREE])
def test_what_is_plainly_pasted_is_taken_for_an_offer(offer: str) -> None:
    assert is_advertisement(offer)


@pytest.mark.parametrize(
    "text",
    [
        "loker",
        "gaji di taiwan berapa, minimal umur berapa, syarat dan kontrak gimana, hubungi siapa ya",
        "Anak saya diajak kerja admin di Kamboja gaji 12 juta tanpa ijazah, minat katanya tinggal inbox. Benarkah?",
        "Promo bakso pak Wayan, gaji karyawan dibayar, tanpa pengawet, minat hubungi WA kami sekarang juga ya",
        "",
    ],
)
def test_questions_and_other_texts_are_no_advertisement(text: str) -> None:
    assert not is_advertisement(text)


def test_none_of_the_shared_questions_is_taken_for_an_advertisement() -> None:
    if not SHARED.is_file():
        pytest.skip("the shared questions are not at hand")
    asked = [json.loads(line)["question"] for line in SHARED.read_text(encoding="utf-8").splitlines()]
    assert len(asked) > 400
    assert [text for text in asked if is_advertisement(text)] == []


def test_none_of_our_own_phrasings_is_taken_for_an_advertisement() -> None:
    known = files.read(PROJECT / "content" / "guidance")
    texts = [phrasing.text for article in known.articles.values() for phrasing in article.phrasings]
    assert [text for text in texts if is_advertisement(text)] == []


def test_kinds_of_marks_are_counted_once_each() -> None:
    assert kinds_of_marks("loker loker lowongan, gaji gaji 5 juta") == {"calls", "wage", "money"}


def test_a_very_long_offer_is_read_to_its_end() -> None:
    assert "bukan-visa-kerja" in {seen.code for seen in read("fasilitas lengkap. " * 300 + "visa turis dulu").signs}
