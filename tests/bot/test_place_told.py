"""The danger card asks where the person is, and their answer is heard even when it comes late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation import _says_something
from bot.dialogues.danger import KEPT, KEPT_FOR, LISTENED_FOR
from bot.turns import Guide
from bot.understanding import Understood
from centre import conversations, outbox
from centre.conversations import Conversation
from centre.db import Database
from centre.outbox import OutboxMessage
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


@pytest.mark.parametrize(
    ("typed", "is_urgent"),
    [
        (CRY, {True}),
        ("apa saya boleh dipukul majikan?", {True}),
        ("gaji saya belum dibayar", {False}),
    ],
)
def test_what_answers_danger_waits_for_nothing(village_chat: Chat, typed: str, is_urgent: set[bool]) -> None:
    before = {row.id for row in said(village_chat)}
    village_chat.say(typed)
    assert {row.is_urgent for row in said(village_chat) if row.id not in before} == is_urgent
    if is_urgent == {True}:
        village_chat.say("ya")
        village_chat.say("di taiwan")
        assert said(village_chat)[-1].is_urgent, "who can act there is the card's second half"


def said(chat: Chat) -> list[OutboxMessage]:
    with chat.database.reading() as session:
        return outbox.said(session, conversations.of_sender(session, chat.sender, chat.now))


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


def test_sri_from_indramayu_is_still_in_taiwan(village_chat: Chat) -> None:
    text_of(village_chat, "saya disekap majikan di taiwan")
    for typed in ("nama saya sri dari indramayu", "ibu saya di indramayu namanya wati", "aku pengin bali"):
        assert "Hubungi sekarang" not in text_of(village_chat, typed)
    assert TAIPEI in text_of(village_chat, "tolong saya dipukul majikan lagi")


def test_sri_who_is_home_again_says_so(village_chat: Chat) -> None:
    assert TAIPEI in text_of(village_chat, "saya disekap majikan di taiwan")
    card = text_of(village_chat, "saya sudah di indonesia")
    assert "Hubungi sekarang" in card
    assert TAIPEI not in card


@pytest.mark.parametrize(
    "said", ["tolong saya dipukul, ibu saya di lombok", "saya sari dari lombok, tolong saya dipukul"]
)
def test_a_cry_that_mentions_home_comes_from_where_sari_is(village_chat: Chat, said: str) -> None:
    text_of(village_chat, "tolong saya dipukul majikan di taiwan")
    assert TAIPEI in text_of(village_chat, said)


@pytest.mark.parametrize("between", [("saya di Taiwan",), ("saya di Taiwan", "makasih"), ("makasih",)])
@pytest.mark.parametrize(
    "question", ["biaya ke taiwan siapa yang bayar", "biaya ke korea berapa", "gaji di korea dipotong"]
)
def test_a_question_that_names_a_country_is_answered(
    village_chat: Chat, between: tuple[str, ...], question: str
) -> None:
    """Wayan has thanked us, or has told where he is: what he asks now is no answer to the card."""
    for typed in (CRY, *between):
        text_of(village_chat, typed)
    assert "Hubungi sekarang" not in text_of(village_chat, question)


def test_wayan_who_is_in_malaysia_asks_for_a_friend(village_chat: Chat) -> None:
    for typed in ("majikan pukul saya", "saya di Malaysia", "makasih"):
        text_of(village_chat, typed)
    assert "Hubungi sekarang" not in text_of(village_chat, "biaya ke taiwan berapa")


def test_while_we_wait_for_the_place_a_question_tells_it_too(village_chat: Chat) -> None:
    text_of(village_chat, CRY)
    assert TAIPEI in text_of(village_chat, "gaji saya di taiwan tidak dibayar")


def test_what_an_emergency_was_about_is_known_the_next_night(village_chat: Chat) -> None:
    text_of(village_chat, "saya dipukul majikan di taiwan")
    for _ in range(LISTENED_FOR + 1):
        text_of(village_chat, "makasih")
    village_chat.now += KEPT_FOR / 2
    assert TAIPEI in text_of(village_chat, "saya dipukul lagi")
    village_chat.now += KEPT_FOR / 2 + timedelta(hours=1)
    assert TAIPEI in text_of(village_chat, "saya dipukul lagi"), "the same emergency, heard of a night ago"


def test_sari_who_came_home_months_ago_is_asked_where_she_is(village_chat: Chat) -> None:
    text_of(village_chat, "saya dipukul majikan di taiwan")
    village_chat.now += timedelta(days=200)
    assert TAIPEI not in text_of(village_chat, "saya dipukul suami di rumah")


def test_what_was_known_of_a_danger_is_deleted_with_the_next_message(village_chat: Chat) -> None:
    text_of(village_chat, "saya dipukul majikan di taiwan")
    village_chat.now += KEPT_FOR + timedelta(hours=1)
    text_of(village_chat, "makasih")
    with village_chat.database.transaction() as session:
        conversation = conversations.of_sender(session, village_chat.sender, village_chat.now)
        assert not set(KEPT) & set(session.get_one(Conversation, conversation).memory)
    assert TAIPEI not in text_of(village_chat, "di taiwan")


def test_a_danger_question_of_last_month_is_not_offered_again(village_chat: Chat) -> None:
    assert "sedang dalam bahaya" in text_of(village_chat, "saya takut sama majikan")
    village_chat.now += timedelta(days=30)
    assert "sedang dalam bahaya" not in text_of(village_chat, "cara cek agen resmi")


def test_who_says_yes_to_a_danger_question_of_last_month_is_heard_to_the_end(village_chat: Chat) -> None:
    text_of(village_chat, "saya takut sama majikan")
    village_chat.now += timedelta(days=30)
    village_chat.tap("danger:yes")
    assert TAIPEI in text_of(village_chat, "di taiwan")


def test_who_said_in_passing_to_work_in_taiwan_is_there_when_danger_comes(village_chat: Chat) -> None:
    text_of(village_chat, "saya kerja di Taiwan, gaji belum dibayar")
    assert TAIPEI in text_of(village_chat, "saya dipukul majikan tiap hari, tolong")


def test_sari_who_worked_in_taiwan_last_month_may_be_anywhere(village_chat: Chat) -> None:
    text_of(village_chat, "saya kerja di Taiwan, gaji belum dibayar")
    village_chat.now += KEPT_FOR + timedelta(days=1)
    assert TAIPEI not in text_of(village_chat, "saya dipukul suami tiap hari, tolong")


def test_a_wish_to_work_in_taiwan_is_not_being_there(village_chat: Chat) -> None:
    text_of(village_chat, "saya mau kerja di Taiwan, biayanya berapa")
    assert TAIPEI not in text_of(village_chat, "saya dipukul suami tiap hari, tolong")
