"""Files seed the records, staff's words are never lost to a file, and the running bot notices changes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from centre.db import Database
from content import articles, contact_checks, files
from content.article_records import Article, Phrase, Revision, Translation
from content.files import Guidance

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def loaded(database: Database, seed: Guidance, now: datetime) -> Database:
    """A database in which the seed has been loaded."""
    with database.transaction() as session:
        articles.load(session, seed, now)
    return database


def with_words(seed: Guidance, slug: str, language: str, **words: str) -> Guidance:
    """The seed with other words in one language of an article."""
    article = seed.articles[slug]
    texts = article.texts | {language: replace(article.texts[language], **words)}
    return Guidance(seed.articles | {slug: replace(article, texts=texts)})


def shown(database: Database, slug: str, language: str = "id") -> str:
    with database.reading() as session:
        return articles.export(session).articles[slug].texts[language].short


def test_the_first_load_takes_everything(database: Database, seed: Guidance, now: datetime) -> None:
    with database.transaction() as session:
        first = articles.load(session, seed, now)
    assert first.new == ["cek-agen", "gaji-tidak-dibayar"]
    with database.reading() as session:
        assert articles.export(session) == seed
        assert set(session.scalars(select(Revision.origin))) == {"files"}


def test_the_second_load_changes_nothing(loaded: Database, seed: Guidance, now: datetime) -> None:
    with loaded.reading() as session:
        before = articles.version(session)
    with loaded.transaction() as session:
        second = articles.load(session, seed, now + timedelta(days=1))
    assert second.unchanged == ["cek-agen", "gaji-tidak-dibayar"]
    with loaded.reading() as session:
        assert articles.version(session) == before == 1
        assert session.scalar(select(func.count(Revision.id))) == 3


def test_a_changed_file_becomes_the_next_revision(loaded: Database, seed: Guidance, now: datetime) -> None:
    mended = with_words(seed, "cek-agen", "id", short="Agen resmi punya izin tertulis.")
    with loaded.transaction() as session:
        outcome = articles.load(session, mended, now)
    assert (outcome.updated, outcome.unchanged) == (["cek-agen"], ["gaji-tidak-dibayar"])
    assert shown(loaded, "cek-agen") == "Agen resmi punya izin tertulis."
    with loaded.reading() as session:
        numbers = select(Revision.number).join(Translation)
        of_agent = numbers.where(Translation.article_slug == "cek-agen", Translation.language == "id")
        assert list(session.scalars(of_agent.order_by(Revision.number))) == [1, 2]
        assert articles.version(session) == 2


def test_what_staff_wrote_is_never_overwritten(loaded: Database, seed: Guidance, now: datetime) -> None:
    wayans = replace(seed.articles["cek-agen"].source_text, short="Tanya petugas desa dulu.")
    with loaded.transaction() as session:
        articles.publish(session, "cek-agen", wayans, origin="staff", author="wayan", now=now)
    other = with_words(seed, "cek-agen", "id", short="Kata berkas yang baru.")
    moved = Guidance(other.articles | {"cek-agen": replace(other.articles["cek-agen"], owner="Berkas")})
    with loaded.transaction() as session:
        outcome = articles.load(session, moved, now)
    assert (outcome.kept_edited, outcome.updated) == (["cek-agen"], [])
    assert shown(loaded, "cek-agen") == "Tanya petugas desa dulu."
    with loaded.reading() as session:
        assert session.get_one(Article, "cek-agen").owner == "Pusat Layanan Migrasi"


def test_a_translation_staff_edited_is_kept_while_its_source_follows_the_file(
    loaded: Database, seed: Guidance, now: datetime
) -> None:
    rohanis = replace(seed.articles["cek-agen"].texts["sas"], short="Tiang gitaq juluq.", reviewed="Inaq Rohani")
    with loaded.transaction() as session:
        articles.publish(session, "cek-agen", rohanis, origin="staff", author="rohani", now=now)
    with loaded.transaction() as session:
        outcome = articles.load(session, with_words(seed, "cek-agen", "id", short="Baru."), now)
    assert outcome.kept_edited == ["cek-agen"]
    assert shown(loaded, "cek-agen") == "Baru."
    assert shown(loaded, "cek-agen", "sas") == "Tiang gitaq juluq."


def test_a_removed_file_deletes_nothing(loaded: Database, seed: Guidance, now: datetime) -> None:
    rest = Guidance({"cek-agen": seed.articles["cek-agen"]})
    with loaded.transaction() as session:
        articles.load(session, rest, now)
    with loaded.reading() as session:
        assert articles.export(session) == seed


def test_phrasings_follow_their_file_but_staffs_stay(loaded: Database, seed: Guidance, now: datetime) -> None:
    with loaded.transaction() as session:
        session.add(Phrase(label="cek-agen", language="id", text="pt gelap apa bukan", origin="staff"))
    fewer = replace(seed.articles["cek-agen"], phrasings=seed.articles["cek-agen"].phrasings[1:])
    with loaded.transaction() as session:
        outcome = articles.load(session, Guidance(seed.articles | {"cek-agen": fewer}), now)
    assert outcome.updated == ["cek-agen"]
    with loaded.reading() as session:
        heard = [phrasing.text for phrasing in articles.export(session).articles["cek-agen"].phrasings]
    assert heard == ["pt gelap apa bukan", "cara cek agen", "berembe carante gitaq agen"]


def test_an_article_waits_until_an_officer_has_checked_these_words(
    loaded: Database, seed: Guidance, now: datetime
) -> None:
    with loaded.transaction() as session:
        assert [article.slug for article in articles.waiting_for_check(session)] == ["gaji-tidak-dibayar"]
        articles.record_check(session, "gaji-tidak-dibayar", "sari", now)
    with loaded.reading() as session:
        assert articles.waiting_for_check(session) == []
        assert articles.checks(session) == {"gaji-tidak-dibayar": now}
        assert articles.version(session) == 2
    with loaded.transaction() as session:
        articles.load(session, with_words(seed, "gaji-tidak-dibayar", "id", body="Lain."), now)
        assert [article.slug for article in articles.waiting_for_check(session)] == ["gaji-tidak-dibayar"]


def test_only_what_exists_can_be_checked_or_published(loaded: Database, seed: Guidance, now: datetime) -> None:
    words = seed.articles["cek-agen"].source_text
    with loaded.transaction() as session:
        with pytest.raises(articles.NoSuchArticle):
            articles.record_check(session, "tidak-ada", "sari", now)
        with pytest.raises(articles.NoSuchArticle):
            articles.publish(session, "tidak-ada", words, origin="staff", author="sari", now=now)


def test_the_last_call_to_a_contact_counts(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        assert articles.version(session) == 0
        for day in (date(2026, 11, 20), date(2026, 11, 18)):
            contact_checks.record(session, "kp2mi", day, "sari", now, note="diangkat")
    with database.reading() as session:
        assert contact_checks.last_days(session) == {"kp2mi": date(2026, 11, 20)}
        assert articles.version(session) == 2


def test_a_load_that_fails_leaves_nothing(database: Database, seed: Guidance, now: datetime) -> None:
    with suppress(KeyboardInterrupt), database.transaction() as session:
        articles.load(session, seed, now)
        raise KeyboardInterrupt
    with database.reading() as session:
        assert articles.export(session) == Guidance({})
        assert articles.version(session) == 0


def test_two_machines_loading_at_once_take_turns(postgresql_database: Database, seed: Guidance, now: datetime) -> None:
    with postgresql_database.transaction() as session:
        articles.load(session, seed, now)
    with postgresql_database.transaction() as first:
        articles.load(first, with_words(seed, "cek-agen", "id", short="Pertama."), now)
        with postgresql_database.transaction() as second:
            second.connection().exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            with pytest.raises(Exception, match="lock timeout"):
                articles.load(second, seed, now)
            second.rollback()
    assert shown(postgresql_database, "cek-agen") == "Pertama."


def test_our_own_guidance_survives_the_records(database: Database, now: datetime) -> None:
    ours = files.read(PROJECT / "content" / "guidance")
    with database.transaction() as session:
        articles.load(session, ours, now)
    with database.reading() as session:
        assert articles.export(session) == ours
