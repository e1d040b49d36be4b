"""Cutting what we say into parts that each channel takes: nothing lost, nothing too long."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centre import sms_parts
from centre.messages import (
    CODE_LIMIT,
    LABEL_LIMIT,
    LIMITS,
    TITLE_LIMIT,
    Choice,
    Incoming,
    Limits,
    Outgoing,
    Part,
    Template,
    TooLong,
    check,
    fit,
    numbered,
    readable,
    split,
)

WORDS = st.text(st.sampled_from("aiueokg 😀é.!?\n"), max_size=900)
CHANNELS = st.sampled_from(sorted(LIMITS))
TINY = Limits(text=40, interactive=15, buttons=3, rows=10, utf16=True)


def choices(count: int) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"art:{number}", f"Panduan {number}", f"Panduan nomor {number}") for number in range(1, count + 1)
    )


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@settings(max_examples=150, deadline=None)
@given(text=WORDS.filter(str.strip), most=st.integers(2, 60), utf16=st.booleans())
def test_splitting_loses_nothing_but_spaces(text: str, most: int, utf16: bool) -> None:
    limits = Limits(text=most, interactive=most, buttons=0, utf16=utf16)
    pieces = split(text, most, limits)
    assert bare("".join(pieces)) == bare(text)
    assert all(piece and limits.measure(piece) <= most for piece in pieces)


@settings(max_examples=150, deadline=None)
@given(text=WORDS.filter(str.strip), count=st.integers(0, 14), channel=st.sampled_from([*sorted(LIMITS), "tiny"]))
def test_parts_fit_and_say_everything(text: str, count: int, channel: str) -> None:
    limits = LIMITS.get(channel, TINY)
    outgoing = Outgoing(text * (5 if channel == "whatsapp" else 1), choices(count))
    parts = fit(outgoing, limits)
    said = sms_parts.plain(outgoing.text) if limits.in_sms else outgoing.text
    if limits.in_sms and said == outgoing.text:
        said = sms_parts.plain(f"{said} 1")  # pictures alone are only said where nothing else is
    assert bare(said).removesuffix("1") in bare("".join(part.text for part in parts))
    assert all(not part.choices for part in parts[:-1]), "choices stand under the last part"
    for part in parts:
        most = limits.interactive if part.choices else limits.text
        assert 0 < limits.measure(part.text) <= most
        assert len(part.choices) <= (limits.buttons if part.style == "buttons" else limits.rows)
    offered = parts[-1].choices or tuple(choice for choice in outgoing.choices if choice.title in parts[-1].text)
    if channel != "tiny":
        assert offered == outgoing.choices


def test_a_long_guide_is_cut_at_paragraphs_and_sentences() -> None:
    text = "Satu. " + "Dua tiga empat.\n\n" + "Lima enam tujuh. Delapan."
    limits = Limits(text=24, interactive=24, buttons=0)
    assert split(text, 24, limits) == ["Satu. Dua tiga empat.", "Lima enam tujuh.", "Delapan."]


def test_telegram_counts_a_smiling_face_twice() -> None:
    limits = LIMITS["telegram"]
    assert limits.measure("😀") == 2
    parts = split("😀" * 3000, limits.text, limits)
    assert [len(part) for part in parts] == [2048, 952]


@pytest.mark.parametrize(
    ("channel", "count", "style"),
    [
        ("whatsapp", 3, "buttons"),
        ("whatsapp", 4, "list"),
        ("whatsapp", 10, "list"),
        ("whatsapp", 11, "plain"),
        ("telegram", 10, "buttons"),
        ("telegram", 11, "plain"),
        ("web", 10, "buttons"),
        ("terminal", 1, "plain"),
    ],
)
def test_choices_become_buttons_a_list_or_numbers(channel: str, count: int, style: str) -> None:
    part = fit(Outgoing("Yang mana?", choices(count)), LIMITS[channel])[-1]
    assert part.style == style
    assert bool(part.choices) == (style != "plain")
    assert (f"{count}. Panduan nomor {count}" in part.text) == (style == "plain" or count > 3)


def test_choices_are_numbered_through_all_replies_of_a_turn() -> None:
    assert (
        numbered(Outgoing("Dan bahasa?", choices(2), first=8))
        == "Dan bahasa?\n\n8. Panduan nomor 1\n9. Panduan nomor 2"
    )


def test_a_whatsapp_text_over_buttons_is_short_and_what_is_long_goes_ahead() -> None:
    text = "\n\n".join(["Paragraf panjang. " * 30] * 4)
    parts = fit(Outgoing(text, choices(2)), LIMITS["whatsapp"])
    assert len(parts) == 2
    assert [part.style for part in parts] == ["plain", "buttons"]
    assert len(parts[1].text) <= 1024


@pytest.mark.parametrize(
    "choice",
    [
        Choice("a", "x" * (LABEL_LIMIT + 1)),
        Choice("a", "😀" * (LABEL_LIMIT // 2 + 1)),
        Choice("a", "x", "y" * (TITLE_LIMIT + 1)),
        Choice("é" * (CODE_LIMIT // 2 + 1), "x"),
    ],
)
def test_a_choice_that_some_channel_cannot_show_is_refused(choice: Choice) -> None:
    with pytest.raises(TooLong):
        check(choice)


def test_a_choice_at_the_limits_passes() -> None:
    check(Choice("x" * CODE_LIMIT, "x" * LABEL_LIMIT, "y" * TITLE_LIMIT))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  halo \r\n bu\r", "halo \n bu"),
        ("ga\u200bji\u202e", "gaji"),
        ("\ufeff\u2060", ""),
        ("cafe\u0301", "café"),
        ("a\x00b\x07", "ab"),
        ("\ud800x", "x"),
        ("tab\tbaris\nbaru", "tab\tbaris\nbaru"),
    ],
)
def test_what_hides_or_turns_text_is_taken_out(typed: str, read: str) -> None:
    assert readable(typed) == read


@given(st.text())
def test_reading_twice_changes_nothing(text: str) -> None:
    assert readable(readable(text)) == readable(text)


@given(st.builds(Incoming, st.sampled_from(("text", "tap", "media", "other")), st.text(), st.text(), st.booleans()))
def test_what_came_in_is_the_same_after_storing(incoming: Incoming) -> None:
    assert Incoming.from_json(incoming.to_json()) == incoming


REMINDER = Template("balai_reminder", "id", ("Pelatihan", "Sari"), ("come:4", "cancel:4"))


@given(WORDS, st.integers(0, 3), st.sampled_from([None, REMINDER, Template("balai_booked", "en", ())]))
def test_what_goes_out_is_the_same_after_storing(text: str, count: int, template: Template | None) -> None:
    part = Part(text, choices(count), "buttons", template)
    assert Part.from_json(json.loads(json.dumps(part.to_json()))) == part


def test_what_was_stored_before_there_were_templates_is_still_read() -> None:
    old = {"text": "Halo", "choices": [["menu", "Menu", ""]], "style": "buttons"}
    assert Part.from_json(old) == Part("Halo", (Choice("menu", "Menu"),), "buttons")
    assert Part("Halo", (Choice("menu", "Menu"),), "buttons").to_json() == old


@pytest.mark.parametrize("count", [0, 2, 4])
def test_a_template_goes_with_the_last_part_alone(count: int) -> None:
    parts = fit(Outgoing("Kalimat yang panjang. " * 300, choices(count), template=REMINDER), LIMITS["whatsapp"])
    assert [part.template for part in parts] == [None] * (len(parts) - 1) + [REMINDER]
    assert len(parts) > 1
