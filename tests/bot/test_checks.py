"""The danger interview and the offer check in the chat: Sari is asked, Wayan pastes, Inaq Rohani answers in her own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.check_phrases import CheckPhrases
from bot.check_reading import offer_meant, reply_in, wants_interview
from bot.turns import Guide
from centre import agencies, conversations
from centre.agencies import NewAgency, Status
from centre.conversations import Conversation
from centre.db import Database
from content import languages
from content.table_files import ours
from content.warning_signs import QUESTIONS, row_of
from tests.bot.chatting import NOW, Chat, settle_villages

SHARED = Path(__file__).parents[3] / "shared" / "questions" / "develop.jsonl"
OFFERED = [language.code for language in languages.OFFERED]
YES_NO_UNKNOWN = {
    "id": ("ya", "tidak", "tidak tahu"),
    "jv": ("nggih", "ora", "ora ngerti"),
    "su": ("muhun", "henteu", "teu terang"),
    "sas": ("enggih", "ndeq", "ndeq taoq"),
    "en": ("yes", "no", "I don't know"),
}
PALM = (
    "Loker malaysia!!! butuh cpt 20 org kebun sawit\ngaji 8jt bersih tanpa ijazah, umur 17-45\n"
    "visa pelancong dulu, proses seminggu lgsg terbang\nbiaya proses 4.5jt, bisa potong gaji\nminat inbox"
)
GOOD = (
    "LOWONGAN KERJA TAIWAN\nPT Sinar Contoh Abadi\nOperator pabrik, usia 21-35 tahun, minimal SMP\n"
    "Gaji NT$ 29.500 per bulan, kontrak 3 tahun\nKantor: Jalan Contoh nomor 1"
)
Speaks = Callable[[str], Chat]


@pytest.fixture
def speaks(village_database: Database, guide: Guide) -> Speaks:
    """Somebody who has chosen this language."""

    def speaking(language: str) -> Chat:
        number = OFFERED.index(language)
        chat = Chat(village_database, guide, name=f"62812345{number:04}", now=NOW + timedelta(hours=number))
        chat.say("0")
        chat.tap(f"lang:{language}")
        chat.tap("skip")
        return chat

    return speaking


def told(chat: Chat, text: str) -> str:
    return "\n".join(part.text for part in chat.say(text))


def remembered(chat: Chat) -> dict[str, Any]:
    with chat.database.transaction() as session:
        number = conversations.of_sender(session, chat.sender, chat.now)
        return dict(session.get_one(Conversation, number).memory)


def interviewed(chat: Chat, answers: dict[str, str], words: tuple[str, str, str]) -> str:
    """The whole interview typed; gives the last reply."""
    said = told(chat, "cek bahaya")
    while chat.conversation().step == "interview":
        code = chat.offered[0].code.split(":")[1]
        said = told(chat, words[("yes", "no", "unknown").index(answers.get(code, calm(code)))])
    return said


def calm(code: str) -> str:
    danger = next(question.danger for question in QUESTIONS if question.code == code)
    return "no" if danger == "yes" else "yes"


ANSWERS: list[tuple[dict[str, str], list[str]]] = [
    ({}, []),
    ({"visa": "unknown", "contract": "unknown"}, []),
    ({"visa": "yes"}, ["bukan-visa-kerja"]),
    (
        {"contract": "no", "money": "yes", "licence": "no"},
        ["tanpa-perjanjian-kerja", "bayar-tanpa-kuitansi", "tanpa-kantor-dan-izin"],
    ),
    ({"under-age": "yes", "lie": "yes"}, ["di-bawah-umur", "disuruh-berbohong"]),
    ({"held": "yes"}, ["tidak-boleh-pulang"]),
    ({"on-the-way": "yes", "documents": "yes"}, ["surat-asli-ditahan"]),
    (
        {"route": "yes", "shelter": "yes", "destination": "yes"},
        ["pelabuhan-tikus", "langsung-penampungan", "negara-tidak-jelas"],
    ),
]


@pytest.mark.parametrize(("answers", "signs"), ANSWERS)
def test_the_interview_finds_the_same_in_every_language(
    speaks: Speaks, answers: dict[str, str], signs: list[str]
) -> None:
    for language in OFFERED:
        say = CheckPhrases(language)
        said = interviewed(speaks(language), answers, YES_NO_UNKNOWN[language])
        found = [row.code for row in ours()["signs"].rows if say.sign(row) in said]
        assert sorted(found) == sorted(signs), language
        assert say.outcome("signs" if signs else "unclear") in said
        assert say.outcome("unclear" if signs else "signs") not in said
        assert all(row_of(code).rule in said for code in signs)
        assert say.check_here() in said


@pytest.mark.parametrize(
    ("offer", "signs"),
    [
        (
            PALM,
            ["di-bawah-umur", "tanpa-seleksi", "bukan-visa-kerja", "potong-gaji", "cukup-paspor", "hanya-lewat-chat"],
        ),
        (GOOD, []),
        ("kerjo nang Arab Saudi, visane umroh, mbayar dhisik 5 juta", ["bukan-visa-kerja", "bayar-tanpa-kuitansi"]),
        ("Araq gawean jok Kamboja, cukup paspor, gajine beleq", ["tanpa-seleksi", "cukup-paspor"]),
    ],
)
def test_the_offer_check_finds_the_same_in_every_language(speaks: Speaks, offer: str, signs: list[str]) -> None:
    for language in OFFERED:
        say = CheckPhrases(language)
        chat = speaks(language)
        chat.tap("offer")
        said = told(chat, offer)
        found = [row.code for row in ours()["signs"].rows if say.sign(row) in said]
        assert sorted(found) == sorted(signs), language
        assert say.outcome("signs" if signs else "unclear") in said
        assert chat.conversation().step is None
        assert [choice.code for choice in chat.offered] == ["person", "interview", "menu"]


def test_every_question_is_worded() -> None:
    say = CheckPhrases("id")
    asked = [say.question(question.code) for question in QUESTIONS]
    assert len(set(asked)) == len(QUESTIONS)
    assert all(each.startswith("Apakah ") and each.endswith("?") for each in asked)


def test_nothing_is_ever_called_safe() -> None:
    """ "Aman" stands alone nowhere: only of the safe step, and where it is denied."""
    say = CheckPhrases("id")
    assert say.outcome("unclear") == "Belum cukup untuk menilai. Tidak ada tanda yang terlihat bukan berarti aman."
    assert "aman" not in say.outcome("signs").casefold()
    assert all(say.safe_step(each).startswith("Langkah aman: jangan ") for each in ("signs", "unclear"))


def test_sari_asks_on_the_way_and_is_asked_on(speaks: Speaks) -> None:
    chat = speaks("id")
    told(chat, "mau ditawari kerja, aman gak?")
    told(chat, "tidak")
    parts = chat.say("gaji dipotong")
    assert "Potongan hanya boleh bila tertulis" in parts[0].text
    assert "Pertanyaan 2 dari 12" in parts[-1].text
    told(chat, "tidak")
    assert remembered(chat)["interview"]["answers"] == {"under-age": "no", "held": "no"}


def test_danger_wins_over_an_open_question(speaks: Speaks) -> None:
    chat = speaks("id")
    told(chat, "cek bahaya")
    assert "Hubungi sekarang" in told(chat, "tolong saya dipukuli dan dikurung majikan di arab")
    assert chat.conversation().step != "interview"


def test_an_interview_left_is_forgotten_by_menu_and_after_a_day(speaks: Speaks) -> None:
    chat = speaks("id")
    told(chat, "cek bahaya")
    told(chat, "ya")
    chat.now += timedelta(hours=25)
    assert "Pertanyaan 1 dari 12" in told(chat, "cek bahaya")
    told(chat, "ya")
    told(chat, "menu")
    assert "interview" not in remembered(chat)
    assert "Pertanyaan 1 dari 12" in told(chat, "cek bahaya")


def test_answers_are_gone_once_the_result_is_told(speaks: Speaks) -> None:
    chat = speaks("id")
    interviewed(chat, {"visa": "yes"}, YES_NO_UNKNOWN["id"])
    assert "interview" not in remembered(chat)


def test_an_old_button_still_answers_its_question_and_a_forged_one_does_no_harm(speaks: Speaks) -> None:
    chat = speaks("id")
    chat.tap("sign:visa:yes")
    assert remembered(chat)["interview"]["answers"] == {"visa": "yes"}
    chat.tap("sign:nonsense:yes")
    chat.tap("sign:visa:perhaps")
    assert remembered(chat)["interview"]["answers"] == {"visa": "yes"}


def test_who_is_held_gets_help_before_anything_else(speaks: Speaks) -> None:
    said = interviewed(speaks("id"), {"held": "yes", "under-age": "yes"}, YES_NO_UNKNOWN["id"])
    assert said.startswith("Ini mendesak")
    assert said.index("KP2MI") < said.index("Tanda bahaya ditemukan")
    assert said.count("Ini mendesak") == 1


def test_wayan_pastes_an_offer_out_of_the_blue(speaks: Speaks) -> None:
    said = told(speaks("id"), PALM)
    assert "Tanda bahaya ditemukan" in said
    assert "“visa pelancong”" in said


def test_nothing_of_a_pasted_text_is_repeated_but_the_signs_own_wording(speaks: Speaks) -> None:
    chat = speaks("id")
    told(chat, "cek lowongan")
    said = told(
        chat,
        "Pak Subur Rekayasa 081234500011 nawari kerja di Kamboja, visa turis, PT Rahasia Rekaan, transfer ke rekening 4 juta",
    )
    for private in ("Subur", "081234500011", "Rahasia", "nawari"):
        assert private not in said
    assert "subur" not in json.dumps(remembered(chat)).casefold()


def test_a_question_while_an_offer_is_waited_for_is_answered_and_the_offer_still_awaited(speaks: Speaks) -> None:
    chat = speaks("id")
    told(chat, "cek tawaran")
    told(chat, "gaji dipotong")
    assert chat.conversation().step == "offer"
    assert "terlalu pendek" in told(chat, "kerja taiwan")
    assert "Tanda bahaya ditemukan" in told(chat, "kerja taiwan visa turis")


def test_an_offer_in_the_midst_of_the_interview_leads_back_to_it(speaks: Speaks) -> None:
    chat = speaks("id")
    told(chat, "cek bahaya")
    parts = chat.say(PALM)
    assert "Pertanyaan 1 dari 12" in parts[-1].text
    assert chat.conversation().step == "interview"


def test_words_of_danger_in_an_offer_are_heard_first(speaks: Speaks) -> None:
    chat = speaks("id")
    told(chat, "cek tawaran")
    assert "Hubungi sekarang" in told(chat, "saya disekap agen, gaji 5 juta, dipukuli, tolong")


@pytest.fixture
def listed(database: Database, guide: Guide) -> Chat:
    """A list of licensed companies of last month."""
    chat = Chat(database, guide)
    with database.transaction() as session:
        settle_villages(session)
        rows = (
            NewAgency("PT Sinar Contoh Abadi", Status.ACTIVE),
            NewAgency("PT Layar Padam Rekaan", Status.REVOKED),
        )
        agencies.import_list(
            session, rows, source="Daftar uji", dated=chat.now.date() - timedelta(days=20), now=chat.now
        )
    chat.say("0")
    return chat


@pytest.mark.parametrize(
    ("company", "says", "outcome"),
    [
        ("PT Sinar Contoh Abadi", "tercatat di daftar PT berizin tanggal 1 November 2026", "unclear"),
        ("PT Layar Padam Rekaan", "izinnya tidak berlaku", "signs"),
        ("PT Sinar Contoh Abadia", "PT Sinar Contoh Abadi", "unclear"),
        ("PT Gunung Karangan Jauh", "tidak ada di daftar tanggal 1 November 2026", "unclear"),
    ],
)
def test_the_company_is_looked_up_in_the_dated_list(listed: Chat, company: str, says: str, outcome: str) -> None:
    told(listed, "cek lowongan")
    said = told(listed, f"{company}, operator pabrik di Taiwan, gaji NT$ 29.500")
    assert says in said
    assert CheckPhrases("id").outcome("signs" if outcome == "signs" else "unclear") in said


def test_without_a_list_it_is_said(speaks: Speaks) -> None:
    assert "Kami belum punya daftar PT berizin" in told(speaks("id"), f"cek lowongan: {GOOD}")


def test_an_old_list_is_said_to_be_old(listed: Chat) -> None:
    listed.now += timedelta(days=80)
    assert "Daftar itu sudah lama" in told(listed, f"cek lowongan: {GOOD}")


# What is understood


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("iya pak", "yes"),
        ("ya disuruh pakai umroh", "yes"),
        ("sampun", "yes"),
        ("belum ada", "no"),
        ("Ndeq.", "no"),
        ("teu acan", "no"),
        ("gak tau", "unknown"),
        ("kurang tahu bu", "unknown"),
        ("ora ngerti", "unknown"),
        ("teu terang", "unknown"),
        ("embuh", "unknown"),
        ("not sure", "unknown"),
        ("tidak boleh keluar", None),
        ("ya tidak", None),
        ("apa maksudnya?", None),
        ("gaji dipotong", None),
        ("ya tapi berapa sebenarnya biaya resmi ke Taiwan itu", None),
        ("", None),
    ],
)
def test_replies(text: str, reply: str | None) -> None:
    assert reply_in(text) == reply


@pytest.mark.parametrize(
    "text",
    [
        "cek bahaya",
        "Cek calo!",
        "mau ditawari kerja, aman gak?",
        "saya ditawari kerja ke malaysia aman ga ya bu",
        "adik diajak kerja ke taiwan, aman tidak",
        "aku ditawani gawe nang hongkong, aman ora",
        "is this job offer safe",
    ],
)
def test_wishes_for_the_interview(text: str) -> None:
    assert wants_interview(text) == (text != "is this job offer safe")


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("cek lowongan", ""),
        ("Cek lowongan ini: loker taiwan", "loker taiwan"),
        ("CEK TAWARAN\nloker", "loker"),
        ("cek lowongannya", None),
        ("cek PT Maju", None),
        ("di mana cek lowongan", None),
    ],
)
def test_offers_brought_by_word(text: str, offer: str | None) -> None:
    assert offer_meant(text) == offer


def test_none_of_the_shared_questions_is_taken_for_a_wish() -> None:
    if not SHARED.is_file():
        pytest.skip("the shared questions are not at hand")
    asked = [json.loads(line)["question"] for line in SHARED.read_text(encoding="utf-8").splitlines()]
    assert [text for text in asked if wants_interview(text) or offer_meant(text) is not None] == []
