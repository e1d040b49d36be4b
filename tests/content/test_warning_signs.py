"""Warning signs: what the answers of an interview come to, and which signs stand in a text, however it is typed."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from content import table_files
from content.table_files import ours
from content.warning_signs import (
    CODES,
    QUESTIONS,
    Findings,
    Reply,
    is_word,
    judge,
    names_company,
    next_question,
    row_of,
    signs_in,
)

CALM: dict[str, Reply] = {question.code: "no" if question.danger == "yes" else "yes" for question in QUESTIONS}
SIGNS = [row.code for row in ours()["signs"].rows]
SHARED = Path(__file__).parents[3] / "shared" / "questions" / "develop.jsonl"


def with_danger(*codes: str) -> dict[str, Reply]:
    """All answers calm but these."""
    return CALM | {question.code: question.danger for question in QUESTIONS if question.code in codes}


def codes_in(text: str) -> list[str]:
    return [seen.code for seen in signs_in(text)]


def test_every_question_has_a_row_with_rule_and_source() -> None:
    assert 8 <= len(QUESTIONS) <= 12
    for question in QUESTIONS:
        if question.sign:
            assert row_of(question.sign).rule
            assert row_of(question.sign).since.year >= 2021


@pytest.mark.parametrize("question", [each for each in QUESTIONS if each.sign], ids=lambda each: each.code)
def test_each_danger_alone_is_found_and_nothing_else(question: object) -> None:
    assert isinstance(question, type(QUESTIONS[0]))
    found = judge(with_danger(question.code))
    assert (found.outcome, found.signs) == ("signs", (question.sign,))


def test_all_calm_is_never_more_than_not_enough_to_tell() -> None:
    assert judge(CALM) == Findings("unclear", (), (), ())


def test_knowing_nothing_is_not_enough_to_tell_and_says_what_to_find_out() -> None:
    nothing: dict[str, Reply] = {question.code: "unknown" for question in QUESTIONS}
    assert judge(nothing) == Findings("unclear", (), (), tuple(question.code for question in QUESTIONS))


def test_what_is_worst_is_told_first_whatever_order_it_was_answered_in() -> None:
    answers = with_danger("licence", "visa", "under-age")
    told = [
        judge(dict(order)).signs for order in itertools.islice(itertools.permutations(answers.items()), 0, 5000, 997)
    ]
    assert set(told) == {("di-bawah-umur", "bukan-visa-kerja", "tanpa-kantor-dan-izin")}


def test_a_girl_of_sixteen_is_urgent_and_who_is_held_more_so() -> None:
    assert judge(with_danger("under-age")).urgent == ("under-age",)
    assert judge(with_danger("under-age", "held")).urgent == ("held", "under-age")


def test_being_on_the_way_alone_is_no_danger_with_a_sign_it_is_urgent() -> None:
    assert judge(with_danger("on-the-way")) == Findings("unclear", (), (), ())
    assert judge(with_danger("on-the-way", "visa")).urgent == ("on-the-way",)


def test_who_is_held_or_leaving_on_a_tourist_visa_is_asked_no_more() -> None:
    assert next_question({"under-age": "no", "held": "yes"}) is None
    leaving: dict[str, Reply] = {"under-age": "no", "held": "no", "on-the-way": "yes"}
    asked = next_question(leaving)
    assert asked is not None
    assert asked.code == "visa"
    assert next_question(leaving | {"visa": "yes"}) is None
    assert next_question(leaving | {"visa": "unknown"}) is not None


def test_everything_is_asked_once() -> None:
    answers: dict[str, Reply] = {}
    while question := next_question(answers):
        assert question.code not in answers
        answers[question.code] = CALM[question.code]
    assert set(answers) == CODES


@pytest.mark.parametrize("code", SIGNS)
def test_every_sign_is_known_by_each_of_its_wordings(code: str) -> None:
    row = row_of(code)
    place = "" if not row.countries else {"kr": "ke korea ", "tw": "ke taiwan "}.get(row.countries[0], "ke kamboja ")
    unseen = [wording for wording in row.seen_as if code not in codes_in(f"kerja {place}, {wording}, segera")]
    assert unseen == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("brgkt pake visanya turis dlu nanti ganti disana", ["bukan-visa-kerja"]),
        ("berangkat pakai VISA TURRIS", []),  # a short word must be written rightly
        ("bisa potong gaji, serahkan ijasah asli", ["potong-gaji", "surat-asli-ditahan"]),
        ("langsung ke penampugan dulu", ["langsung-penampungan"]),
        ("kerjo nang arab, visane umroh, ora perlu ijazah", ["tanpa-seleksi", "bukan-visa-kerja"]),
        ("teu perlu ijazah, mayar heula 3 juta", ["tanpa-seleksi", "bayar-tanpa-kuitansi"]),
        ("cukup paspor doang, ndeq perlu ijazah, umur 16 bau milu", ["di-bawah-umur", "tanpa-seleksi", "cukup-paspor"]),
        ("usia 17 - 35 tahun", ["di-bawah-umur"]),
        ("15 tahun boleh daftar", ["di-bawah-umur"]),
        ("usia 18-40, pengalaman minimal 2 tahun, berdiri 15 tahun", []),
        ("umur 170", []),
        ("negara menyusul, minat inbox", ["negara-tidak-jelas", "hanya-lewat-chat"]),
        ("bayar kalau mundur ganti rugi 10 juta", ["tidak-boleh-pulang"]),
        ("kontak di sana nanti", []),
        ("", []),
        ("🙏", []),
    ],
)
def test_signs_are_known_through_slips_and_dialect(text: str, codes: list[str]) -> None:
    assert codes_in(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "tanpa uang muka dan tanpa potong gaji",
        "bukan visa turis, visa kerja resmi",
        "tidak ada uang pendaftaran, jangan bayar dulu",
        "dudu penipuan, ora potong gaji",
        "no booking seat",
    ],
)
def test_what_an_offer_denies_is_no_sign(text: str) -> None:
    assert codes_in(text) == []


def test_a_denial_in_another_sentence_takes_nothing_back() -> None:
    assert codes_in("bukan calo. visa turis dulu") == ["bukan-visa-kerja"]


def test_a_sign_of_one_country_does_not_count_for_another() -> None:
    assert codes_in("customer service di kamboja") == ["admin-di-kamboja"]
    assert codes_in("customer service, gaji dolar") == ["admin-di-kamboja"]
    assert codes_in("customer service di taiwan") == []


def test_whatsapp_alone_is_a_sign_only_where_no_company_is_named() -> None:
    assert codes_in("minat hubungi wa 0812") == ["hanya-lewat-chat"]
    assert codes_in("PT Sinar Contoh, hubungi wa 0812") == []
    assert not names_company("lewat pt resmi kok")


@pytest.mark.parametrize(
    ("said", "wanted", "same"),
    [
        ("visanya", "visa", True),
        ("kontrakk", "kontrak", True),
        ("kontak", "kontrak", False),
        ("tanya", "tanpa", False),
        ("bayan", "bayar", False),
    ],
)
def test_one_letter_is_forgiven_in_long_words_that_are_no_others(said: str, wanted: str, same: bool) -> None:
    assert is_word(said, wanted) is same


def test_few_of_the_shared_questions_show_a_sign() -> None:
    """People ask about dangerous offers too; but who asks about a wage or a form must not be told of signs."""
    if not SHARED.is_file():
        pytest.skip("the shared questions are not at hand")
    asked = [json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines()]
    shown = [each for each in asked if signs_in(each["question"])]
    assert len(shown) <= len(asked) * 0.07


def test_words_of_the_signs_are_small_and_none_is_in_two_rows() -> None:
    worded = [wording for row in table_files.ours()["signs"].rows for wording in row.seen_as]
    assert len(worded) == len(set(worded))
