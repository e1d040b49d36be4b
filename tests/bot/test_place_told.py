"""The danger card asks where the person is, and their answer is heard even when it comes late."""

from __future__ import annotations

import pytest

from bot.conversation import _says_something
from bot.dialogues.danger import LISTENED_FOR
from bot.turns import Guide
from bot.understanding import Understood
from centre.db import Database
from tests.bot.chatting import Chat

TAIPEI = "KDEI Taipei"
CRY = "tolong saya dipukul majikan"


def text_of(chat: Chat, typed: str) -> str:
    return "\n".join(part.text for part in chat.say(typed))


@pytest.mark.parametrize(
    "between",
    [
        ("iya aman",),
        ("aman",),
        ("inggih",),
        ("yes it is safe",),
        ("tidak", "ya"),
        ("makasih banyak",),
        ("🙏",),
        ("petugas", "0"),
        ("gaji saya belum dibayar", "makasih"),
        ("bahasa", "English"),
        ("desa",),
    ],
)
def test_whatever_sari_says_first_her_country_is_heard(village_chat: Chat, between: tuple[str, ...]) -> None:
    text_of(village_chat, CRY)
    for typed in between:
        assert TAIPEI not in text_of(village_chat, typed)
    assert TAIPEI in text_of(village_chat, "di taiwan")


def test_a_first_message_in_danger_is_heard_to_the_end_too(village_database: Database, guide: Guide) -> None:
    stranger = Chat(village_database, guide)
    text_of(stranger, CRY)
    text_of(stranger, "terima kasih")
    assert TAIPEI in text_of(stranger, "saya sekarang di taiwan")


def test_we_ask_once_more_and_do_not_go_on_asking(village_chat: Chat) -> None:
    text_of(village_chat, CRY)
    asked = ["di negara mana" in text_of(village_chat, typed) for typed in ("aman", "makasih", "makasih", "makasih")]
    assert asked == [True, False, False, False]


@pytest.mark.parametrize(("messages", "is_heard"), [(LISTENED_FOR - 1, True), (LISTENED_FOR, False)])
def test_after_a_while_a_country_is_a_question_again(village_chat: Chat, messages: int, is_heard: bool) -> None:
    text_of(village_chat, CRY)
    for _ in range(messages):
        text_of(village_chat, "makasih")
    assert (TAIPEI in text_of(village_chat, "di taiwan")) is is_heard


@pytest.mark.parametrize("word", ["batal", "berhenti"])
def test_who_wants_no_more_of_it_is_left_alone(village_chat: Chat, word: str) -> None:
    text_of(village_chat, CRY)
    text_of(village_chat, word)
    assert TAIPEI not in text_of(village_chat, "di taiwan")


def test_at_the_village_step_a_place_at_home_is_a_village(village_chat: Chat) -> None:
    text_of(village_chat, CRY)
    text_of(village_chat, "desa")
    assert "Di kabupaten mana" in text_of(village_chat, "kuripan")
    assert "Baik, Desa Kuripan" in text_of(village_chat, "grobogan")


def test_the_danger_question_stays_open_for_who_is_new(village_database: Database, guide: Guide) -> None:
    """A greeting and a question do not put the language question in its place."""
    stranger = Chat(village_database, guide)
    for typed in ("saya takut sama majikan", "halo", "cara cek agen resmi"):
        text = text_of(stranger, typed)
        assert "sedang dalam bahaya" in text
    assert "Hubungi sekarang" in text_of(stranger, "iya")


@pytest.mark.parametrize("place", ["taiwan", "Hong Kong", "di taiwan"])
def test_a_place_alone_does_not_change_the_language(place: str) -> None:
    """The finder takes "taiwan" for an Indonesian question, and what follows is a danger card."""
    assert not _says_something(Understood("answer", "id", slug="biaya-per-negara"), place)
    assert _says_something(Understood("answer", "id", slug="biaya-per-negara"), f"berapa biaya ke {place}")
