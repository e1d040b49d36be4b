"""Danger is seen first, whatever else a message is: long, or without a single word."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.turns import Guide
from bot.understanding import LONGEST_READ, understand
from content import danger
from processes.last_resort import DangerCard
from tests.bot.chatting import Chat

TALE = "Assalamualaikum bu, saya mau cerita panjang tentang keluarga kami di desa. "
CRY = "Sekarang saya dipukul majikan di Taiwan."


@pytest.mark.parametrize("length", [LONGEST_READ - 100, LONGEST_READ, 5_000, 9_900])
def test_danger_at_the_end_of_a_long_tale_is_seen(guide: Guide, length: int) -> None:
    tale = (TALE * (length // len(TALE) + 1))[:length]
    understood = understand(f"{tale}. {CRY}", None, guide)
    assert understood.kind == "danger"
    assert understood.danger is not None
    assert (understood.danger.level, understood.danger.country) == ("act", "tw")


def test_danger_at_the_end_of_a_long_tale_is_seen_while_nothing_can_be_stored(guide: Guide, tmp_path: Path) -> None:
    card = DangerCard(dict, guide.library.contacts, tmp_path, "key")
    assert card.text_for(TALE * 60) is None
    assert "KDEI Taipei" in (card.text_for(f"{TALE * 60} {CRY}") or "")


@pytest.mark.parametrize("typed", ["a b " * 2_500, "d i p u k u l " * 714, "x1" * 5_000])
def test_nothing_typed_keeps_everybody_waiting(typed: str) -> None:
    """Danger is looked for in the web process too; letters one by one took a quarter of a minute."""
    began = time.process_time()
    danger.look(typed)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("typed", ["🆘", " 🆘\ufe0f🆘 ", "🆘🆘🆘!!!"])
def test_a_lone_sign_of_distress_is_danger(guide: Guide, typed: str) -> None:
    assert understand(typed, None, guide).kind == "danger"


@pytest.mark.parametrize("typed", ["🙏", "???", "", "😭😭"])
def test_other_signs_without_words_are_not(guide: Guide, typed: str) -> None:
    understood = understand(typed, None, guide)
    assert (understood.kind, understood.confidence) == ("none", 0.0)


def test_a_sign_does_not_change_the_language_that_was_heard(village_chat: Chat) -> None:
    village_chat.say("gajiku durung dibayar piye")
    [asked] = village_chat.say("🆘")
    assert "Apa sampeyan utawa keluarga sampeyan" in asked.text
