"""A mother writes about her daughter: the card speaks of the daughter, and asks whether she can be reached."""

from __future__ import annotations

from bot.phrases import Phrases
from content.danger_rules import KINDS
from tests.bot.chatting import Chat

SAY = Phrases("id")


def text_of(chat: Chat, typed: str) -> str:
    return "\n".join(part.text for part in chat.say(typed))


def test_inaq_rohani_writes_about_her_daughter_and_then_where_she_is(village_chat: Chat) -> None:
    card = text_of(village_chat, "tolong, anak saya dipukul majikan tiap hari")
    assert SAY.danger("violence", is_somebody_else=True) in card
    assert SAY.safe_to_reach() in card
    assert SAY.safe_to_write() not in card
    assert SAY.where_are_they() in text_of(village_chat, "aman")
    assert "KDEI Taipei" in text_of(village_chat, "di taiwan")


def test_a_daughter_who_cannot_be_reached_safely_is_not_called(village_chat: Chat) -> None:
    text_of(village_chat, "anak saya disekap agen, tolong")
    assert SAY.not_safe_to_reach() in text_of(village_chat, "tidak")


def test_wayan_who_is_beaten_himself_is_spoken_to(village_chat: Chat) -> None:
    card = text_of(village_chat, "tolong saya dipukul majikan")
    assert SAY.danger("violence") in card
    assert SAY.safe_to_write() in card


def test_each_kind_has_its_own_first_words() -> None:
    for is_somebody_else in (False, True):
        said = [SAY.danger(kind, is_somebody_else=is_somebody_else) for kind in KINDS]
        assert len(set(said)) == len(KINDS)
