"""Inaq Rohani does not read: she presses Dengarkan, or types dengar, and hears the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.turns import Guide
from centre.db import Database
from centre.messages import Spoken
from content import contacts, files
from content.library import Library
from content.recordings import Published, mark_of
from tests.bot.chatting import Chat
from tests.bot.conftest import SMALL

VOICE = Spoken(7, "ogg")
SLUG = "gaji-dipotong"


@pytest.fixture
def spoken_guide(guide: Guide) -> Guide:
    """The small guide, in which somebody speaks one article."""
    return with_recording(guide, {})


def with_recording(guide: Guide, changed: dict[str, str]) -> Guide:
    known, book = files.read(SMALL / "guidance"), contacts.read(SMALL / "contacts.yaml")
    text = known.articles[SLUG].source_text
    recorded = {(SLUG, "id"): Published(mark_of(text.title, text.short, book), VOICE)}
    known.articles[SLUG].texts["id"] = replace(text, **changed)
    return replace(guide, library=Library(known, book, recorded=recorded))


@pytest.fixture
def rohani(village_database: Database, spoken_guide: Guide) -> Chat:
    chat = Chat(village_database, spoken_guide)
    for _ in range(2):
        chat.say("0")
    return chat


def test_she_presses_the_first_button_and_hears_it(rohani: Chat) -> None:
    [shown] = rohani.tap("art:gaji-dipotong")
    assert shown.choices[0].label == "Dengarkan"
    voice, after = rohani.tap("listen:gaji-dipotong")
    assert (voice.style, voice.spoken) == ("spoken", VOICE)
    assert voice.text == "Rekaman suara: Gaji dipotong untuk biaya berangkat"
    assert after.choices[0].code == "art:gaji-dipotong", "the way back to the words"
    assert {choice.code for choice in after.choices} >= {"person", "menu"}


@pytest.mark.parametrize("typed", ["dengar", "DENGARKAN!", "rungokna", "dengahang", "listen", "1"])
def test_or_types_it_in_any_language(rohani: Chat, typed: str) -> None:
    rohani.tap("art:gaji-dipotong")
    assert rohani.say(typed)[0].spoken == VOICE


def test_an_article_that_nobody_spoke_offers_nothing_and_says_so(rohani: Chat) -> None:
    [shown] = rohani.tap("art:siapa-bayar-biaya")
    assert "Dengarkan" not in [choice.label for choice in shown.choices]
    [answer] = rohani.say("dengar")
    assert answer.spoken is None
    assert answer.text.startswith("Maaf, panduan itu belum ada rekamannya")
    assert answer.choices[0].code == "art:siapa-bayar-biaya"


def test_before_any_article_was_shown_it_asks_for_one(rohani: Chat) -> None:
    [answer] = rohani.say("dengar")
    assert answer.text == "Pilih dulu panduannya, lalu ketik DENGAR."


def test_an_old_button_of_an_article_that_is_gone_leads_on(rohani: Chat) -> None:
    [answer] = rohani.tap("listen:dulu-ada")
    assert "sudah tidak ada" in answer.text


@pytest.mark.parametrize("changed", [{"short": "Potongan tidak boleh sama sekali. [UJI-02]"}, {"title": "Gaji"}])
def test_when_the_words_have_changed_nothing_is_spoken(
    village_database: Database, guide: Guide, changed: dict[str, str]
) -> None:
    chat = Chat(village_database, with_recording(guide, changed))
    chat.say("0")
    shown = chat.tap("art:gaji-dipotong")
    assert "Dengarkan" not in [choice.label for part in shown for choice in part.choices]


def test_more_words_below_the_short_answer_do_not_matter(village_database: Database, guide: Guide) -> None:
    chat = Chat(village_database, with_recording(guide, {"body": "Lebih panjang. [UJI-02]"}))
    chat.say("0")
    assert chat.tap("art:gaji-dipotong")[-1].choices[0].label == "Dengarkan"
