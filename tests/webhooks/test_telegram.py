"""Telegram's updates: what each becomes, and what is passed over without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from centre.conversations import Sender
from centre.inbox import Received
from centre.messages import Incoming
from tests.webhooks.door import SECRET
from webhooks.channel import Forged, Unreadable
from webhooks.telegram import Telegram

SAMPLES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parents[1] / "payloads" / "telegram.json").read_text())
SARI, GROUP = Sender("telegram", (("chat", "77"),)), Sender("telegram", (("chat", "-100200"),))
TAP = {"method": "answerCallbackQuery", "callback_query_id": "9001"}

MEANINGS: dict[str, Received] = {
    "text": Received("telegram", "1", SARI, Incoming("text", "gaji saya belum dibayar")),
    "start_with_code": Received("telegram", "2", SARI, Incoming("text", "/start KORLEKO")),
    "edited_text": Received("telegram", "3", SARI, Incoming("text", "gaji saya dua bulan belum dibayar")),
    "tap": Received("telegram", "4", SARI, Incoming("tap", code="language:jv"), receipt=TAP),
    "tap_on_old_message": Received(
        "telegram", "5", SARI, Incoming("tap", code="menu"), receipt=TAP | {"callback_query_id": "9002"}
    ),
    "photo": Received("telegram", "6", SARI, Incoming("media", "ini paspor saya"), media="large"),
    "voice": Received("telegram", "7", SARI, Incoming("media"), media="voice1"),
    "sticker": Received("telegram", "8", SARI, Incoming("media"), media="sticker1"),
    "location": Received("telegram", "9", SARI, Incoming("other")),
    "contact": Received("telegram", "10", SARI, Incoming("other")),
    "a_kind_from_the_future": Received("telegram", "11", SARI, Incoming("other")),
    "a_shape_from_the_future": Received("telegram", "12", SARI, Incoming("text", "masih terbaca")),
    "blocked": Received("telegram", "13", SARI, blocked=True),
    "unblocked": Received("telegram", "14", SARI, blocked=False),
    "group_text": Received("telegram", "15", GROUP, Incoming("text", "/menu@BalaiUjiBot", in_group=True)),
}
PASSED_OVER = SAMPLES.keys() - MEANINGS.keys()


@pytest.fixture
def telegram() -> Telegram:
    return Telegram("1:token", SECRET)


@pytest.mark.parametrize("name", MEANINGS)
def test_what_an_update_means(telegram: Telegram, name: str) -> None:
    assert telegram.parse(SAMPLES[name]) == [MEANINGS[name]]


@pytest.mark.parametrize("name", sorted(PASSED_OVER))
def test_nobody_waits_for_an_answer_to_this(telegram: Telegram, name: str) -> None:
    assert telegram.parse(SAMPLES[name]) == []


def test_a_half_character_is_made_whole_so_that_it_can_be_stored(telegram: Telegram) -> None:
    sample = json.loads(json.dumps(SAMPLES["text"]))
    sample["message"]["text"] = "tolong \ud83d"
    (event,) = telegram.parse(sample)
    assert event.message == Incoming("text", "tolong \ufffd")


@pytest.mark.parametrize("number", [None, "7", True, 7.5, [7]])
def test_an_update_without_its_number_cannot_be_told_from_its_repetition(telegram: Telegram, number: object) -> None:
    with pytest.raises(Unreadable):
        telegram.parse(SAMPLES["text"] | {"update_id": number})


@pytest.mark.parametrize(
    "given", [{}, {"X-Telegram-Bot-Api-Secret-Token": ""}, {"X-Telegram-Bot-Api-Secret-Token": "None"}]
)
@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_of_our_own_everything_is_a_forgery(secret: str | None, given: dict[str, str]) -> None:
    with pytest.raises(Forged):
        Telegram("1:token", secret).split(json.dumps(SAMPLES["text"]).encode(), given)
