"""The texts Meta approves beforehand: within its rules, the same in every language, and filled without surprises."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.templates import (
    BODY_LIMIT,
    CATEGORY,
    TEXTS,
    CodesDoNotFit,
    Standing,
    as_read,
    standings,
    submissions,
    template_for,
)
from centre.announcements import LONGEST_IN_TEMPLATE
from centre.messages import LABEL_LIMIT
from content.languages import UnknownLanguage

FILES = sorted(TEXTS.glob("*.yaml"))
LANGUAGES = [path.stem for path in FILES]
WRITTEN: dict[str, dict[str, Any]] = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
KINDS = {
    "reminder": ("what", "who", "when", "where", "code"),
    "today": ("what", "who", "when", "where", "code"),
    "offer": ("what", "who", "when", "where", "until"),
    "lapsed": ("what", "when"),
    "moved": ("what", "who", "when", "where", "reason"),
    "cancelled": ("what", "who", "when", "reason"),
    "new_dates": ("what", "when", "where"),
    "booked": ("what", "who", "when", "where", "code"),
    "news": (),
    "announced": ("village", "text"),
}
BUTTONS = {
    "reminder": 2,
    "today": 2,
    "offer": 2,
    "lapsed": 1,
    "moved": 3,
    "cancelled": 1,
    "new_dates": 1,
    "booked": 0,
    "news": 0,
    "announced": 1,
}
NEUTRAL = "balai_news"
"""Goes to telephones that somebody else may hold."""
SARI = {
    "what": "Pelatihan perbengkelan",
    "who": "Sari",
    "when": "Sabtu, 12 Desember 2026, pukul 09.00 WITA",
    "where": "Balai Desa Korleko",
    "code": "KM7 R4",
    "until": "Kamis pukul 17.00 WITA",
    "reason": "pelatih sakit",
    "village": "Korleko",
    "text": "Sabtu ada pelatihan bengkel, masih 4 kursi.",
}
BLANK = re.compile(r"\{\{\d+\}\}")
SUBMITTED = submissions()


def name_of(submission: dict[str, Any]) -> str:
    return f"{submission['name']}.{submission['language']}"


every_submission = pytest.mark.parametrize("submission", SUBMITTED, ids=name_of)


def body_of(submission: dict[str, Any]) -> str:
    (text,) = (component["text"] for component in submission["components"] if component["type"] == "BODY")
    assert isinstance(text, str)
    return text


def labels_of(submission: dict[str, Any]) -> list[str]:
    rows = [component["buttons"] for component in submission["components"] if component["type"] == "BUTTONS"]
    return [button["text"] for row in rows for button in row]


def example_of(submission: dict[str, Any]) -> list[str]:
    (body,) = (component for component in submission["components"] if component["type"] == "BODY")
    (values,) = body.get("example", {"body_text": [[]]})["body_text"]
    assert isinstance(values, list)
    return values


def codes_for(kind: str) -> list[str]:
    return [f"code:{number}" for number in range(BUTTONS[kind])]


read_by = as_read
"""What the person reads."""


# The files


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_every_kind_with_the_same_blanks_and_buttons(language: str) -> None:
    kinds = {kind: entry for kind, entry in WRITTEN[language].items() if kind != "examples"}
    assert {kind: tuple(re.findall(r"\{(\w+)\}", entry["text"])) for kind, entry in kinds.items()} == KINDS
    assert {kind: len(entry.get("buttons", [])) for kind, entry in kinds.items()} == BUTTONS


def test_indonesian_and_english_are_there() -> None:
    assert {"id", "en"} <= set(LANGUAGES)
    assert len(SUBMITTED) == len(LANGUAGES) * len(KINDS)


@every_submission
def test_nothing_begins_or_ends_with_a_blank_nor_has_two_side_by_side(submission: dict[str, Any]) -> None:
    """Error 2388299; words must stand before, between and after."""
    pieces = BLANK.split(body_of(submission))
    assert all(re.search(r"\w", piece) for piece in pieces)


@every_submission
def test_there_are_enough_words_for_the_blanks(submission: dict[str, Any]) -> None:
    """Error 2388293: too many blanks for so short a text. Meta does not say how many; three words for each pass."""
    body = body_of(submission)
    assert len(BLANK.sub(" ", body).split()) >= 3 * len(BLANK.findall(body))


@every_submission
def test_the_text_has_the_form_that_meta_takes(submission: dict[str, Any]) -> None:
    body = body_of(submission)
    assert re.fullmatch(r"[a-z0-9_]{1,512}", submission["name"])
    assert submission["category"] == ("MARKETING" if submission["name"] == "balai_announced" else CATEGORY)
    assert len(body) <= BODY_LIMIT
    assert not re.search(r"\n{3}|\t| {2}", body)
    assert body == body.strip()
    assert BLANK.findall(body) == ["{{" + str(number + 1) + "}}" for number in range(len(BLANK.findall(body)))]
    assert not re.search(r"[{}]", BLANK.sub("", body))


@every_submission
def test_each_blank_has_an_example(submission: dict[str, Any]) -> None:
    values = example_of(submission)
    assert len(values) == len(BLANK.findall(body_of(submission)))
    assert all(values)


@every_submission
def test_labels_are_short_and_differ(submission: dict[str, Any]) -> None:
    labels = labels_of(submission)
    assert all(0 < len(label) <= LABEL_LIMIT for label in labels)
    assert len(set(labels)) == len(labels)


@every_submission
def test_everybody_is_told_who_writes_but_where_nobody_may_learn_it(submission: dict[str, Any]) -> None:
    is_neutral = submission["name"] == NEUTRAL
    assert ("Pusat layanan desa" in body_of(submission)) is not is_neutral
    if is_neutral:
        told = re.findall(r"\w+", body_of(submission).casefold())
        assert not {"desa", "migran", "balai", "kasus", "petugas", "masalah", "village", "migrant", "case"} & set(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_kinds_say_the_same(language: str) -> None:
    bodies = [body_of(each) for each in SUBMITTED if each["language"] == language]
    assert len(set(bodies)) == len(bodies)


def test_a_reminder_says_what_staying_away_costs() -> None:
    reminder = template_for("reminder", "id", SARI, codes_for("reminder"))
    assert reminder
    assert "seorang tetangga yang menunggu kehilangan tempat itu" in read_by(reminder)


# Filled


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_sari_reads_every_fact_in_its_place(kind: str, language: str) -> None:
    template = template_for(kind, language, SARI, codes_for(kind))
    assert template
    assert template.values == tuple(SARI[blank] for blank in KINDS[kind])
    assert (template.language, list(template.codes)) == (language, codes_for(kind))
    assert "{" not in read_by(template)


@pytest.mark.parametrize("language", ["jv", "su", "sas", "mad"])
def test_what_meta_does_not_know_is_said_in_indonesian(language: str) -> None:
    template = template_for("lapsed", language, SARI, ["book"])
    assert template == template_for("lapsed", "id", SARI, ["book"])


def test_a_language_that_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(UnknownLanguage):
        template_for("lapsed", "xx", SARI, ["book"])


def test_not_everything_has_a_template() -> None:
    assert template_for("missed", "id", SARI) is None
    assert template_for("examples", "id", SARI) is None


@pytest.mark.parametrize("codes", [[], ["a"], ["a", "b", "c"]])
def test_every_button_needs_its_code(codes: list[str]) -> None:
    with pytest.raises(CodesDoNotFit):
        template_for("reminder", "id", SARI, codes)


def test_meta_gets_no_empty_blank_and_no_line_break() -> None:
    typed = {"what": "Ternak\n\tayam", "who": "  ", "when": "besok     pagi", "reason": "\u200b"}
    template = template_for("cancelled", "id", typed, ["book"])
    assert template
    assert template.values == ("Ternak ayam", "-", "besok pagi", "-")


@given(st.dictionaries(st.sampled_from(sorted(SARI)), st.text(max_size=900)), st.sampled_from(sorted(KINDS)))
def test_whatever_is_filled_in_stays_within_the_rules(values: dict[str, str], kind: str) -> None:
    template = template_for(kind, "id", values, codes_for(kind))
    assert template
    assert len(read_by(template)) <= BODY_LIMIT
    assert len(template.values) == len(KINDS[kind])
    assert not any(re.search(r"^\s*$|[\n\t]| {4}", value) for value in template.values)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_even_where_everything_is_long_it_fits(kind: str, language: str) -> None:
    template = template_for(kind, language, dict.fromkeys(SARI, "x" * 2000), codes_for(kind))
    assert template
    assert len(read_by(template)) <= BODY_LIMIT
    assert not template.values or BODY_LIMIT - len(template.values) < len(read_by(template))


def test_a_long_reason_is_cut_and_the_rest_stays() -> None:
    template = template_for("moved", "id", SARI | {"reason": "karena hujan " * 100}, codes_for("moved"))
    assert template
    assert template.values[:4] == (SARI["what"], "Sari", SARI["when"], SARI["where"])
    assert template.values[4].startswith("karena hujan karena")
    assert template.values[4].endswith("…")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_announcement_that_is_let_through_is_never_cut(language: str) -> None:
    values = {"village": "Tanjung Luar Kecamatan Keruak Selatan", "text": "x" * LONGEST_IN_TEMPLATE}
    template = template_for("announced", language, values, ["news:no"])
    assert template
    assert template.values == tuple(values.values())


# Where they stand with Meta


def standing_of(theirs: dict[str, Any]) -> Standing:
    """What becomes of our first template when Meta has this."""
    return standings([theirs])[0]


def test_what_meta_has_never_seen_is_missing() -> None:
    assert {standing.status for standing in standings([])} == {"missing"}
    assert len(standings([])) == len(SUBMITTED)


@pytest.mark.parametrize("status", ["APPROVED", "PENDING", "REJECTED", "PAUSED"])
def test_meta_says_how_it_stands(status: str) -> None:
    ours = SUBMITTED[0]
    expected = Standing(ours["name"], ours["language"], status, ours["category"], ours["category"])
    assert standing_of(ours | {"id": "920070352646140", "status": status}) == expected


def test_other_words_are_noticed_and_other_examples_are_not() -> None:
    body, buttons = SUBMITTED[0]["components"]
    approved = SUBMITTED[0] | {"status": "APPROVED"}
    other_example = [body | {"example": {"body_text": [["Mark"]]}}, buttons]
    assert not standing_of(approved | {"components": other_example}).has_other_words
    others: list[list[dict[str, Any]]] = [
        [body | {"text": body["text"] + " Segera!"}, buttons],
        [body, buttons | {"buttons": buttons["buttons"][::-1]}],
        [body],
        [body, buttons, {"type": "FOOTER", "text": "Balai"}],
        [],
    ]
    assert all(standing_of(approved | {"components": other}).has_other_words for other in others)


def test_another_language_is_another_template_and_advertising_is_told() -> None:
    ours = SUBMITTED[0] | {"status": "APPROVED"}
    assert standing_of(ours | {"language": "id_ID"}).status == "missing"
    assert standing_of(ours | {"category": "MARKETING"}).category == "MARKETING"
