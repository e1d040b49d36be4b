"""The bot answers from the library: the nearest language, what is known about the text, and who to call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from centre.db import Database
from content import articles, contact_checks, contacts, files, library
from content.contacts import Contact
from content.languages import UnknownLanguage
from content.library import Answerable, Library

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def shelf(guidance: Path, contacts: dict[str, Contact]) -> Library:
    return Library(files.read(guidance), contacts)


def found(shelf: Library, slug: str, language: str = "id") -> Answerable:
    article = shelf.article(slug, language)
    assert article is not None
    return article


def test_inaq_rohani_reads_bahasa_until_there_is_sasak(
    guidance: Path, contacts: dict[str, Contact], sasak: Callable[[str, str], str]
) -> None:
    before = found(Library(files.read(guidance), contacts), "cek-agen", "sas")
    assert (before.language, before.asked_language, before.label) == ("id", "sas", "Cek izin agen")
    (guidance / "legal" / "cek-agen" / "sas.md").write_text(sasak(before.revision, "false"))
    after = found(Library(files.read(guidance), contacts), "cek-agen", "sas")
    assert (after.language, after.label) == ("sas", "Gitaq izin agen")
    assert after.sources == before.sources


def test_a_translation_tells_whether_it_was_read_and_whether_it_is_behind(
    guidance: Path, contacts: dict[str, Contact], sasak: Callable[[str, str], str]
) -> None:
    source = found(Library(files.read(guidance), contacts), "cek-agen")
    assert source.reviewed
    assert not source.is_behind
    page = guidance / "legal" / "cek-agen" / "sas.md"
    page.write_text(sasak(source.revision, "false"))
    fresh = found(Library(files.read(guidance), contacts), "cek-agen", "sas")
    assert (fresh.reviewed, fresh.is_behind) == (False, False)
    page.write_text(sasak("0" * 12, "Inaq Rohani, 2026-11-20"))
    old = found(Library(files.read(guidance), contacts), "cek-agen", "sas")
    assert (old.reviewed, old.is_behind) == (True, True)


def test_people_read_the_text_with_its_contacts_and_without_its_marks(shelf: Library) -> None:
    article = found(shelf, "cek-agen")
    assert article.short(lambda code: f"<{code}>") == "Agen resmi punya izin.\nTanya dulu: <kp2mi>."
    assert article.body(str) == (
        "Izin itu tertulis.\n\nLangkah berikutnya\n- Catat nama kantornya.\n- Saran: ajak keluarga."
    )


def test_an_article_is_stale_from_the_day_after_its_review_is_due(shelf: Library) -> None:
    article = found(shelf, "gaji-tidak-dibayar")
    assert not article.is_stale(date(2027, 2, 21))
    assert article.is_stale(date(2027, 2, 22))


def test_related_articles_exist(guidance: Path, contacts: dict[str, Contact]) -> None:
    read = files.read(guidance)
    agent = read.articles["cek-agen"]
    dreamt = replace(agent, related=("tidak-ada", "gaji-tidak-dibayar", "cek-agen"))
    shelf = Library(files.Guidance(read.articles | {"cek-agen": dreamt}), contacts)
    assert found(shelf, "cek-agen").related == ("gaji-tidak-dibayar",)


def test_the_shelves_hold_what_was_published(shelf: Library) -> None:
    assert shelf.slugs == ("cek-agen", "gaji-tidak-dibayar")
    assert shelf.by_topic("legal") == ["cek-agen"]
    assert shelf.by_topic("desa") == []
    assert shelf.titles["gaji-tidak-dibayar"] == ["Gaji tidak dibayar"]
    assert shelf.article("tidak-ada", "id") is None
    with pytest.raises(UnknownLanguage):
        shelf.article("cek-agen", "xx")


def test_the_records_give_what_the_files_give(
    database: Database, guidance: Path, contacts: dict[str, Contact], now: datetime
) -> None:
    with database.transaction() as session:
        articles.load(session, files.read(guidance), now)
    from_files = Library(files.read(guidance), contacts)
    with database.reading() as session:
        from_records = library.from_database(session, contacts)
    assert from_records.version == 1
    for slug in from_files.slugs:
        assert from_records.article(slug, "jv") == from_files.article(slug, "jv")
    talk = [phrasing for phrasing in from_records.phrasings if phrasing.label.startswith("@")]
    assert from_records.phrasings == from_files.phrasings + talk
    assert {"@greeting", "@thanks"} <= {phrasing.label for phrasing in talk}


def test_what_officers_checked_and_called_is_known(
    database: Database, guidance: Path, contacts: dict[str, Contact], now: datetime
) -> None:
    with database.transaction() as session:
        articles.load(session, files.read(guidance), now)
    with database.reading() as session:
        before = library.from_database(session, contacts)
    assert found(before, "gaji-tidak-dibayar").waits_for_check
    with database.transaction() as session:
        articles.record_check(session, "gaji-tidak-dibayar", "sari", now)
        contact_checks.record(session, "kp2mi", date(2026, 11, 20), "sari", now)
    with database.reading() as session:
        after = library.from_database(session, contacts)
    assert after.version > before.version
    assert not found(after, "gaji-tidak-dibayar").waits_for_check
    assert found(after, "gaji-tidak-dibayar").checked_at == now
    assert after.contacts["kp2mi"].tested_on == date(2026, 11, 20)
    assert before.contacts["kp2mi"].tested_on is None


def test_our_own_guidance_answers_without_a_database() -> None:
    ours = library.from_files(PROJECT / "content" / "guidance", contacts.FILE)
    for slug in ours.slugs:
        for language in ("id", "sas", "en"):
            words = found(ours, slug, language).short(lambda code: ours.contacts[code].number)
            assert "{{" not in words
            assert "[" not in words
    assert {phrasing.label for phrasing in ours.phrasings} >= {*ours.slugs, "@greeting"}
