"""Inaq Rohani reads the Sasak and puts her name to it; files bring other words only when hers no longer hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from centre.db import Database
from content import articles, files, library, translations
from content.article_records import (
    AlreadyReviewed,
    NoSuchTranslation,
    Revision,
    Translation,
    TranslationBehind,
    WordsChanged,
)
from content.articles import Loaded
from content.contacts import Contact
from content.files import Guidance
from content.translations import Translated

TODAY = date(2026, 11, 21)


@pytest.fixture
def loaded(database: Database, seed: Guidance, now: datetime) -> Database:
    """A database in which the seed has been loaded."""
    load(database, seed, now)
    return database


@pytest.fixture
def signed(loaded: Database, now: datetime) -> Database:
    """The same, after Inaq Rohani has signed."""
    sign(loaded, now)
    return loaded


def load(database: Database, guidance: Guidance, now: datetime) -> Loaded:
    with database.transaction() as session:
        return articles.load(session, guidance, now)


def sign(database: Database, now: datetime, marks: str | None = None) -> None:
    with database.transaction() as session:
        read = marks or translations.one(session, "cek-agen", "sas").marks
        translations.sign(session, "cek-agen", "sas", read, name="Inaq Rohani", staff="rohani", on=TODAY, now=now)


def sasak_of(database: Database) -> Translated:
    with database.reading() as session:
        return translations.one(session, "cek-agen", "sas")


def with_words(seed: Guidance, **changes: Mapping[str, Any]) -> Guidance:
    """The files with something else in these languages of the article about agents."""
    article = seed.articles["cek-agen"]
    texts = article.texts | {each: replace(article.texts[each], **fields) for each, fields in changes.items()}
    return Guidance(seed.articles | {"cek-agen": replace(article, texts=texts)})


def mark_of(guidance: Guidance) -> str:
    return guidance.articles["cek-agen"].source_text.revision


def test_the_list_tells_what_nobody_has_read_and_what_is_behind(
    loaded: Database, seed: Guidance, now: datetime
) -> None:
    def listed() -> list[tuple[str, str, str, bool]]:
        with loaded.reading() as session:
            return [(it.slug, it.language, it.reviewed, it.is_behind) for it in translations.every(session)]

    assert listed() == [("cek-agen", "sas", "", False)]
    sign(loaded, now)
    assert listed() == [("cek-agen", "sas", "Inaq Rohani, 2026-11-21", False)]
    load(loaded, with_words(seed, id={"body": "Izin itu tertulis dan bernomor."}), now)
    assert listed() == [("cek-agen", "sas", "Inaq Rohani, 2026-11-21", True)]


def test_a_signature_follows_the_same_words_as_a_revision_and_the_chat_notices(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    def shown() -> library.Library:
        with loaded.reading() as session:
            return library.from_database(session, contacts)

    before = shown()
    sign(loaded, now)
    after = shown()
    assert after.version > before.version
    found = [each.article("cek-agen", "sas") for each in (before, after)]
    assert [it and it.reviewed for it in found] == [False, True]
    with loaded.reading() as session:
        rows = select(Revision).join(Translation).where(Translation.language == "sas").order_by(Revision.number)
        first, second = session.scalars(rows)
    assert (first.reviewed, first.author) == ("", "")
    assert (second.reviewed, second.author) == ("Inaq Rohani, 2026-11-21", "rohani")
    assert first.digest == second.digest


def test_loading_the_same_files_again_leaves_the_signature(signed: Database, seed: Guidance, now: datetime) -> None:
    again = load(signed, seed, now)
    assert again.unchanged == ["cek-agen", "gaji-tidak-dibayar"]
    assert sasak_of(signed).reviewed == "Inaq Rohani, 2026-11-21"


def test_words_nobody_has_read_do_not_take_the_place_of_signed_ones(
    signed: Database, seed: Guidance, now: datetime
) -> None:
    outcome = load(signed, with_words(seed, sas={"short": "Agen resmi bedoe izin."}), now)
    assert outcome.kept_edited == ["cek-agen"]
    assert sasak_of(signed).text.short == "Agen resmi ngaraq izin. [CEK-01]"
    assert sasak_of(signed).reviewed


def test_words_of_a_newer_source_take_their_place_unread(signed: Database, seed: Guidance, now: datetime) -> None:
    newer = with_words(seed, id={"body": "Izin itu tertulis dan bernomor."})
    newer = with_words(newer, sas={"short": "Izin bedoe nomer.", "from_revision": mark_of(newer)})
    assert load(signed, newer, now).updated == ["cek-agen"]
    found = sasak_of(signed)
    assert (found.text.short, found.reviewed, found.is_behind) == ("Izin bedoe nomer.", "", False)


def test_a_file_that_another_speaker_signed_takes_their_place(signed: Database, seed: Guidance, now: datetime) -> None:
    mended = with_words(seed, sas={"short": "Agen resmi bedoe izin.", "reviewed": "Lalu Wirya, 2026-11-25"})
    assert load(signed, mended, now).updated == ["cek-agen"]
    assert sasak_of(signed).reviewed == "Lalu Wirya, 2026-11-25"


def test_what_staff_wrote_and_a_speaker_signed_yields_to_no_file(
    loaded: Database, seed: Guidance, now: datetime
) -> None:
    wayans = replace(seed.articles["cek-agen"].texts["sas"], short="Ketoan juluq petugas desa.")
    with loaded.transaction() as session:
        articles.publish(session, "cek-agen", wayans, origin="staff", author="wayan", now=now)
    sign(loaded, now)
    newer = with_words(seed, id={"body": "Izin itu tertulis dan bernomor."})
    newer = with_words(newer, sas={"short": "Izin bedoe nomer.", "from_revision": mark_of(newer)})
    assert load(loaded, newer, now).kept_edited == ["cek-agen"]
    assert sasak_of(loaded).text.short == "Ketoan juluq petugas desa."
    assert sasak_of(loaded).reviewed


def test_the_signature_travels_with_the_files(signed: Database, tmp_path: Path, contacts: dict[str, Contact]) -> None:
    with signed.reading() as session:
        files.write(articles.export(session), tmp_path / "export" / "guidance")
    page = (tmp_path / "export" / "guidance" / "legal" / "cek-agen" / "sas.md").read_text()
    assert "reviewed: Inaq Rohani, 2026-11-21" in page
    assert [it for it in files.check(tmp_path / "export" / "guidance", contacts) if "reviewed" in it.what] == []


@pytest.mark.parametrize("language", ["id", "sas"])
def test_nobody_signs_words_that_changed_meanwhile(
    loaded: Database, seed: Guidance, now: datetime, language: str
) -> None:
    read = sasak_of(loaded).marks
    load(loaded, with_words(seed, **{language: {"short": "Lain."}}), now)
    with pytest.raises(WordsChanged):
        sign(loaded, now, read)
    assert sasak_of(loaded).reviewed == ""


def test_nobody_signs_what_is_behind_or_signed_or_no_translation(
    signed: Database, seed: Guidance, now: datetime
) -> None:
    with pytest.raises(AlreadyReviewed):
        sign(signed, now)
    load(signed, with_words(seed, id={"short": "Lain."}), now)
    with pytest.raises(TranslationBehind):
        sign(signed, now)
    for slug, language in (("cek-agen", "id"), ("cek-agen", "jv"), ("tidak-ada", "sas")):
        with signed.reading() as session, pytest.raises(NoSuchTranslation):
            translations.one(session, slug, language)
