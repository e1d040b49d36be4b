"""Wayan, the officer, sends his code to the bot; Inaq Rohani, who has none, is answered as ever."""

from __future__ import annotations

from random import Random

import pytest

from centre import staff, staff_channels
from centre.db import Database
from centre.messages import Incoming
from centre.staff import Role
from tests.bot.chatting import NOW, Chat

LINKED = "Tersambung. Kabar kasus datang ke sini, tanpa nama dan tanpa cerita."


def code_of_wayan(database: Database) -> str:
    with database.transaction() as session:
        wayan = staff.add(session, "wayan", "Wayan", Role.PETUGAS, "52.03", "sawah terang perahu", NOW)
        return staff_channels.make_code(session, wayan.id, Random(7), NOW)


def whose(chat: Chat) -> str | None:
    with chat.database.reading() as session:
        member = staff_channels.staff_behind(session, chat.conversation().id)
        return member.login if member else None


@pytest.mark.parametrize("how", ["{code}", "/start {code}", "  {code}. "])
def test_the_first_thing_wayan_ever_writes_may_be_his_code(village_database, guide, how) -> None:
    chat = Chat(village_database, guide)
    [said] = chat.say(how.format(code=code_of_wayan(village_database)))
    assert said.text == LINKED
    assert whose(chat) == "wayan"
    assert "Selamat datang" in chat.say("halo")[0].text, "as anybody who writes for the first time"


def test_a_wrong_code_links_nobody_and_leads_on(village_chat: Chat) -> None:
    code_of_wayan(village_chat.database)
    [said] = village_chat.say("petugas-abcd2345")
    assert said.text.startswith("Kode ini tidak berlaku.")
    assert [choice.code for choice in said.choices] == ["menu", "person"]
    assert whose(village_chat) is None


def test_the_code_is_good_once_and_says_so(village_chat: Chat, guide) -> None:
    code = code_of_wayan(village_chat.database)
    assert village_chat.say(code)[0].text == LINKED
    calo = Chat(village_chat.database, guide, now=village_chat.now, name="628999")
    assert calo.say(code)[0].text.startswith("Kode ini tidak berlaku.")
    assert whose(calo) is None


@pytest.mark.parametrize("channel", ["whatsapp", "web"])
def test_elsewhere_than_on_telegram_it_is_a_kind_no(village_database, guide, channel: str) -> None:
    chat = Chat(village_database, guide, channel)
    code = code_of_wayan(village_database)
    [said] = chat.say(code)
    assert "hanya bisa dipakai di Telegram" in said.text
    assert whose(chat) is None
    assert Chat(village_database, guide).say(code)[0].text == LINKED


def test_in_a_group_nothing_is_linked(village_database, guide) -> None:
    chat = Chat(village_database, guide)
    chat.say(code_of_wayan(village_database), in_group=True)
    assert whose(chat) is None


def test_under_a_picture_it_is_no_code(village_chat: Chat) -> None:
    village_chat.send(Incoming("media", code_of_wayan(village_chat.database)))
    assert whose(village_chat) is None


def test_an_open_step_stays_open_and_berhenti_is_taken_back(village_chat: Chat) -> None:
    village_chat.say("berhenti")
    village_chat.say("hapus")
    step = village_chat.conversation().step
    assert step == "forget"
    assert village_chat.say(code_of_wayan(village_chat.database))[0].text == LINKED
    assert village_chat.conversation().step == step
    assert village_chat.conversation().stopped_at is None


def test_who_asks_for_a_person_still_gets_one(village_chat: Chat) -> None:
    assert "Kode" not in village_chat.say("petugas")[0].text
    assert "Kode" not in village_chat.say("petugas-keamanan")[0].text
