"""Inaq Rohani says whether she wants news of her village; she is asked once, and never where a case is told of."""

from __future__ import annotations

import pytest

from bot.dialogues import news
from bot.phrases import Phrases
from bot.turns import Answer, Turn
from centre import news_consents
from centre.conversations import Conversation
from centre.messages import Choice
from tests.bot.chatting import Chat

ASKED = "Mau dikabari kalau ada pelatihan"


def wants(chat: Chat) -> bool | None:
    with chat.database.reading() as session:
        found = news_consents.of(session, chat.conversation().id)
        return found.wants if found else None


@pytest.mark.parametrize(
    ("typed", "wanted"), [("kabar", True), ("KABAR DESA", True), ("berhenti kabar", False), ("eureun wartos", False)]
)
def test_a_word_says_it_in_any_language(village_chat, typed, wanted):
    village_chat.say("halo")
    village_chat.say(typed)
    assert wants(village_chat) is wanted


def test_berhenti_kabar_stops_the_news_and_nothing_else(village_chat):
    village_chat.say("halo")
    village_chat.say("kabar")
    [said] = village_chat.say("berhenti kabar")
    assert "tidak mengirim kabar desa" in said.text
    assert village_chat.conversation().stopped_at is None


def test_who_wants_news_without_a_village_is_asked_for_it(village_chat):
    village_chat.say("halo")
    [said] = village_chat.say("kabar")
    assert "Anda dari desa mana?" in said.text


def asked(chat: Chat, guide) -> Answer:
    """What is said under "senang bisa membantu"."""
    number = chat.conversation().id
    with chat.database.transaction() as session:
        turn = Turn(session, session.get_one(Conversation, number), guide, chat.now, Phrases("id"))
        return news.ask_once(turn, Answer("Senang bisa membantu.", (Choice("menu", "Menu"),)))


def test_she_is_asked_once_when_something_helped(village_chat, guide):
    village_chat.say("halo")
    assert ASKED not in asked(village_chat, guide).text, "her village is not known"
    village_chat.say("/start HJK347")
    said = asked(village_chat, guide)
    assert ASKED in said.text
    assert [choice.code for choice in said.choices] == ["menu", "news:yes", "news:no"]
    assert wants(village_chat) is None
    assert ASKED not in asked(village_chat, guide).text


def test_where_a_case_is_told_of_it_is_never_asked(village_chat, guide):
    village_chat.say("/start HJK347")
    number = village_chat.conversation().id
    with village_chat.database.transaction() as session:
        session.get_one(Conversation, number).has_case = True
    assert ASKED not in asked(village_chat, guide).text


def test_a_tap_answers(village_chat):
    village_chat.say("/start HJK347")
    village_chat.tap("news:yes")
    assert wants(village_chat) is True
    village_chat.tap("news:no")
    assert wants(village_chat) is False
