"""A recruiter is checked where one is named; a question about recruiters stays a question."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from bot import agency_asking
from bot.agency_asking import Asked, asked_in
from bot.agency_phrases import AgencyPhrases
from bot.dialogues.guidance import agency_choice
from bot.phrases import Phrases
from centre.agencies import Status
from centre.agency_names import phrases
from tests import agencies_made
from tests.bot.chatting import NOW, Chat
from tests.conftest import ROOT

MAJU, SINAR = "PT Maju Jaya Sejahtera", "PT. SINAR ABADI PERMAI"


@pytest.fixture
def chat(village_chat: Chat) -> Chat:
    """Sari, and a list of recruiters of 1 November."""
    with village_chat.database.transaction() as session:
        agencies_made.load(session, NOW)
    return village_chat


def said(chat: Chat, text: str) -> str:
    return "\n".join(part.text for part in chat.say(text))


def codes(chat: Chat) -> list[str]:
    return [choice.code for choice in chat.offered]


# What asks about a recruiter


@pytest.mark.parametrize(
    "text",
    [
        "cek PT Maju Jaya",
        "Assalamualaikum min, tolong cekin PT. Maju Jaya dong",
        "cek agen Maju Jaya",
        "mau cek izin perusahaan Maju Jaya",
        "PT Maju Jaya resmi gak?",
        "pt maju jaya rsmi ga ya min",
        "apakah PT Maju Jaya terdaftar",
        "saya ditawari kerja ke Taiwan lewat PT Maju Jaya, resmi gak ya?",
        "PT Maju Jaya bodong apa asli",
        "PT Maju Jaya resmikah",
        "PT Maju Jaya iku resmi opo ora",
        "punten, PT Maju Jaya resmi henteu",
        "is PT Maju Jaya licensed?",
        "please check PT Maju Jaya",
    ],
)
def test_a_named_recruiter_is_asked_about(text: str) -> None:
    asked = asked_in(text)
    assert asked
    assert [phrase.written.casefold() for phrase in phrases(asked.about)] == ["maju jaya"]


@pytest.mark.parametrize("text", ["cek", "Cek!", "cek PT", "tolong cek agen dong", "ngecek p3mi"])
def test_cek_alone_asks_for_the_name(text: str) -> None:
    assert asked_in(text) == Asked("", is_told=True)


@pytest.mark.parametrize(
    "text",
    [
        "cek paspor saya",
        "cek lowongan",
        "cek gaji Taiwan",
        "PT Maju Jaya minta surat izin suami",
        "saya berangkat resmi lewat PT Maju Jaya tapi gaji belum dibayar",
        "lewat PT Maju Jaya, visanya gimana?",
        "gimana cara tahu agen resmi",
        "",
        "PT Maju Jaya resmi gak? " + "tolong dibantu " * 20,
    ],
)
def test_other_things_are_not_about_a_recruiters_standing(text: str) -> None:
    assert asked_in(text) is None


def test_no_ordinary_question_is_taken_for_a_check() -> None:
    """Of 330 messages in the manner of real ones none names a recruiter and asks about it."""
    lines = (ROOT / "content" / "questions" / "blind.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [asked_in(json.loads(line)["question"]) for line in lines]
    assert len(asked) > 300
    assert [each for each in asked if each and any(phrase.looks_like_name for phrase in phrases(each.about))] == []


def test_every_word_of_the_lists_is_a_word() -> None:
    lists = [
        agency_asking.CHECKING,
        agency_asking.AGENCY,
        agency_asking.BETWEEN,
        agency_asking.BEFORE,
        agency_asking.STANDING,
        agency_asking.OTHER_THINGS,
        agency_asking.TAGS,
        agency_asking.ASKING,
    ]
    every = [word for words in lists for word in words]
    assert [word for word in every if not isinstance(word, str) or not word.isalnum() or word != word.casefold()] == []


# Sari asks


def test_the_answer_names_the_list_its_date_and_where_to_check(chat: Chat) -> None:
    text = said(chat, "PT Maju Jaya Sejahtera resmi gak?")
    for told in (
        MAJU,
        "SIP-1/2024",
        "31 Desember 2027",
        "1 November 2026",
        agencies_made.SOURCE,
        "SISKOP2MI",
        "SIP2MI",
    ):
        assert told in text
    assert {"offer", "cek", "person", "menu"} <= set(codes(chat))
    assert "sudah lama" not in text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("cek sinar abadi", None),
        ("cek pt sinar abadi permai", "dibekukan"),
        ("cek pt karya bina insani", "dicabut"),
        ("cek pt bintang timur raya", "sudah habis"),
    ],
)
def test_what_may_not_recruit_now_is_plainly_said(chat: Chat, asked: str, told: str | None) -> None:
    text = said(chat, asked)
    if told is None:  # without "PT" it may be anything
        assert "daftar tanggal" not in text
    else:
        assert told in text
        assert "tercatat punya izin" not in text
        assert "jangan bayar" in text


def test_a_name_that_is_alike_is_asked_about_before_anything_is_said(chat: Chat) -> None:
    text = said(chat, "cek pt maju jaya sejahtra")
    assert "Maksud Anda PT Maju Jaya Sejahtera?" in text
    assert "SIP-1" not in text
    assert "SIP-1/2024" in said(chat, "ya")
    said(chat, "cek pt melati harum utam")
    first, second = (choice for choice in chat.offered if choice.code.startswith("cek:") and choice.code != "cek:no")
    assert {first.title, second.title} == {"PT Melati Harum Utama", "PT Melati Harum Utara, Lamongan"}
    assert "SIP-6/2024" in said(chat, "Melati Harum Utara")


def test_what_is_not_listed_is_not_called_false(chat: Chat) -> None:
    text = said(chat, "cek PT Bunga Rampai Sentosa")
    assert "“Bunga Rampai Sentosa” tidak ada di daftar tanggal 1 November 2026." in text
    for told in ("belum berarti palsu", "jangan bayar", "SISKOP2MI", "petugas"):
        assert told in text
    assert MAJU in said(chat, "maju jaya sejahtera"), "the next message may be the right name"


def test_without_a_list_that_is_said_and_how_to_check(village_chat: Chat) -> None:
    for asked in ("cek", "cek PT Maju Jaya Sejahtera"):
        text = said(village_chat, asked)
        assert "belum punya daftar" in text
        assert "SISKOP2MI" in text
        assert village_chat.conversation().step is None


def test_an_old_list_is_said_to_be_old(chat: Chat) -> None:
    chat.now += timedelta(days=120)
    for asked in ("cek PT Maju Jaya Sejahtera", "cek PT Bunga Rampai Sentosa", "cek pt sinar abadi permai"):
        assert "Daftar ini sudah lama" in said(chat, asked)


def test_a_question_at_the_name_is_answered_and_the_name_asked_again(chat: Chat) -> None:
    said(chat, "cek")
    text = said(chat, "gaji saya dipotong untuk biaya berangkat")
    assert "Gaji dipotong" in text
    assert text.endswith("misalnya: PT Contoh Sejahtera.")
    assert MAJU in said(chat, "Maju Jaya Sejahtera")


def test_danger_goes_before_everything(chat: Chat) -> None:
    said(chat, "cek")
    text = said(chat, "tolong saya disekap PT Maju Jaya Sejahtera, paspor dirampas")
    assert "Hubungi sekarang" in text
    assert "daftar tanggal" not in text


def test_buttons_of_an_old_list_lead_to_what_the_newest_says(chat: Chat) -> None:
    said(chat, "cek pt maju jaya sejahtra")
    [old] = [choice.code for choice in chat.offered if choice.code.endswith(":yes")]
    with chat.database.transaction() as session:
        agencies_made.load(session, NOW, dated=date(2026, 11, 20))
    [part] = chat.tap(old)
    assert "20 November 2026" in part.text
    with chat.database.transaction() as session:
        agencies_made.load(session, NOW, dated=date(2026, 11, 21))
    [part] = chat.tap(old)
    assert "Nama perusahaannya apa" in part.text, "that list is gone"
    for forged in ("cek:x", "cek:-1", "cek:99999999999999999999", "cek:²"):
        [part] = chat.tap(forged)
        assert "Nama perusahaannya apa" in part.text


def test_no_sentence_calls_anybody_safe() -> None:
    say, day = AgencyPhrases("id"), date(2026, 11, 1)
    told = [say.listed("X", day), say.no_proof(), say.not_listed("X", day), say.not_listed_meaning(), say.no_list()]
    told += [say.listed_otherwise("X", status, day) for status in Status if status is not Status.ACTIVE]
    assert len(set(told)) == len(told)
    assert [text for text in told if "aman" in text.casefold() or "terpercaya" in text.casefold()] == []


def test_the_choice_under_the_article_leads_here(chat: Chat) -> None:
    [part] = chat.tap(agency_choice(Phrases("id")).code)
    assert "Nama perusahaannya apa" in part.text
