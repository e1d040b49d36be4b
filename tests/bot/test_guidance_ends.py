"""What families hear of guidance that ended, was withdrawn, or rests on a law that changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, cast

from bot.dialogues import guidance
from bot.phrases import Phrases
from bot.turns import Guide
from content.folders import ArticleFile, Guidance, Source, Text
from content.library import Library

TODAY = date(2026, 11, 21)
SAY = Phrases("id")
TEXT = Text("id", "Biaya ke Taiwan", "Biaya Taiwan", "Paling banyak sekian.", "Rinciannya begini.")
COSTS = ArticleFile(
    topic="biaya",
    slug="biaya-taiwan",
    owner="BP3MI NTB",
    valid_from=date(2026, 11, 1),
    review_due=date(2027, 4, 1),
    legal_basis=("UU 18/2017 Pasal 30",),
    sources=(Source("Antara", "2025"),),
    related=(),
    check_before_use=False,
    check_note="",
    texts={"id": TEXT},
    phrasings=(),
)


def guide(article: ArticleFile = COSTS, **known: Any) -> Guide:
    return Guide(Library(Guidance({article.slug: article}), {}, **known), cast(Any, None))


def test_what_held_only_for_a_time_is_not_answered_as_if_it_still_did() -> None:
    ended = guide(replace(COSTS, valid_until=date(2026, 11, 20)))
    said = guidance.article(SAY, ended, "biaya-taiwan", TODAY)
    assert "hanya berlaku sampai 20 November 2026" in said.text
    assert "Paling banyak sekian." not in said.text
    assert [choice.code for choice in said.choices] == ["person", "more:biaya-taiwan", "menu"]
    assert guidance.whole(SAY, ended, "biaya-taiwan", TODAY).text.startswith("Panduan ini hanya berlaku sampai")
    assert "Paling banyak sekian." in guidance.article(SAY, ended, "biaya-taiwan", date(2026, 11, 20)).text


def test_the_whole_article_says_who_keeps_it_and_until_when_it_holds() -> None:
    said = guidance.whole(SAY, guide(replace(COSTS, valid_until=date(2027, 1, 1))), "biaya-taiwan", TODAY).text
    assert "Dasar hukum: UU 18/2017 Pasal 30." in said
    assert "Penanggung jawab panduan ini: BP3MI NTB." in said
    assert "Berlaku sampai 1 Januari 2027." in said


def test_a_changed_law_is_said_until_an_editor_has_looked() -> None:
    said = guidance.article(SAY, guide(law_changes={"biaya-taiwan": date(2026, 11, 3)}), "biaya-taiwan", TODAY).text
    assert "aturan yang mendasari panduan ini berubah sejak 3 November 2026" in said
    assert "Paling banyak sekian." in said


def test_an_old_button_of_a_withdrawn_article_leads_to_what_takes_its_place() -> None:
    known = guide(successors={"biaya-lama": "biaya-taiwan", "tanpa-ganti": None})
    said = guidance.article(SAY, known, "biaya-lama", TODAY)
    assert said.text.endswith("silakan baca: Biaya ke Taiwan")
    assert said.choices[0].code == "art:biaya-taiwan"
    assert guidance.whole(SAY, known, "biaya-lama", TODAY).choices[0].code == "art:biaya-taiwan"
    assert "sudah tidak ada" in guidance.article(SAY, known, "tanpa-ganti", TODAY).text


def test_a_translation_behind_its_source_says_which_text_holds_and_offers_it() -> None:
    old = Text("jv", "Ragad", "Ragad", "Paling akeh semene.", "Rinciane.", "Pak Slamet, 2026-01-01", "0123456789ab")
    known = guide(replace(COSTS, texts={"id": TEXT, "jv": old}))
    said = guidance.article(Phrases("jv"), known, "biaya-taiwan", TODAY)
    assert "Sing berlaku teks Bahasa Indonesia." in said.text
    assert "orig:biaya-taiwan" in [choice.code for choice in said.choices]
