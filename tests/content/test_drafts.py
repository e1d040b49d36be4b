"""Wayan writes, Rohani reads and publishes: what each may do with a draft, and that nobody's words are lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from centre.db import Database
from content import articles, drafts, gates, law_changes, library, revisions, subjects, timed_drafts, withdrawing
from content.article_records import Article, Revision, SlugTaken
from content.contacts import Contact
from content.draft_records import ArticleDraft, State
from content.drafts import ChangedMeanwhile, DraftOpen, NotNow, OwnWords, Wanted
from content.files import Guidance
from tests.content.judged import judged

AGENT = "cek-agen"


@pytest.fixture
def loaded(database: Database, seed: Guidance, now: datetime) -> Database:
    with database.transaction() as session:
        articles.load(session, seed, now)
    return database


def wanted(session: Session, **words: object) -> Wanted:
    """The published article about agents with other words."""
    article = articles.one(session, AGENT)
    assert article is not None
    text, subject = article.source_text, subjects.kept(article)
    now_there = Wanted(text.title, text.label, text.short, text.body, subject)
    return replace(now_there, **words)


def begun(session: Session, now: datetime, **words: object) -> ArticleDraft:
    return drafts.begin(session, AGENT, "id", wanted(session, **words), "wayan", now)


def accepted(session: Session, contacts: dict[str, Contact], now: datetime, **words: object) -> ArticleDraft:
    draft = begun(session, now, **words)
    drafts.send(session, draft.id, draft.edits, "wayan", contacts, now)
    return drafts.accept(session, draft.id, draft.edits, "rohani", now)


def published(
    session: Session, draft_id: int, seen: int, by: str, contacts: dict[str, Contact], now: datetime
) -> Revision:
    """Judged, with no question lost, and published."""
    judged(session, drafts.held(session, draft_id), now)
    return drafts.publish(session, draft_id, seen, by, contacts, now)


def test_a_changed_sentence_goes_live_once_a_second_person_published_it(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        before = articles.version(session)
        draft = accepted(session, contacts, now, short="Agen resmi punya izin tertulis. [CEK-01]")
        assert articles.version(session) == before, "a draft changes nothing that people see"
        made = published(session, draft.id, draft.edits, "rohani", contacts, now)
        assert (made.number, made.origin, made.author) == (2, "staff", "wayan")
        assert articles.version(session) > before
        known = library.from_database(session, contacts)
        assert drafts.open_of(session, AGENT, "id") is None
    answer, sasak = known.article(AGENT, "id"), known.article(AGENT, "sas")
    assert answer
    assert answer.text.short == "Agen resmi punya izin tertulis. [CEK-01]"
    assert sasak is not None
    assert sasak.is_behind, "its translation is under review at once"


def test_front_matter_alone_is_a_revision_too_and_no_translation_falls_behind(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        subject = dict(wanted(session).subject or {}) | {"owner": "BP3MI NTB", "valid_until": "2027-12-31"}
        draft = accepted(session, contacts, now, subject=subject)
        published(session, draft.id, draft.edits, "rohani", contacts, now)
        new, old = revisions.every(session, AGENT, "id")
        assert new.subject
        assert old.subject
        assert (old.subject["owner"], new.subject["owner"]) == ("Pusat Layanan Migrasi", "BP3MI NTB")
        known = library.from_database(session, contacts)
    sasak = known.article(AGENT, "sas")
    assert sasak
    assert not sasak.is_behind
    assert not sasak.has_ended(date(2027, 12, 31))
    assert sasak.has_ended(date(2028, 1, 1))


def test_nobody_accepts_or_publishes_what_is_hers(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        draft = begun(session, now, short="Baru. [CEK-01]")
        drafts.send(session, draft.id, 1, "wayan", contacts, now)
        with pytest.raises(OwnWords):
            drafts.accept(session, draft.id, 1, "wayan", now)
        with pytest.raises(NotNow):
            published(session, draft.id, 1, "rohani", contacts, now)
        drafts.change(session, draft.id, 1, wanted(session, short="Lebih baru. [CEK-01]"), "rohani", now)
        drafts.send(session, draft.id, 2, "rohani", contacts, now)
        with pytest.raises(OwnWords):
            drafts.accept(session, draft.id, 2, "rohani", now)
        drafts.accept(session, draft.id, 2, "ketut", now)
        with pytest.raises(OwnWords):
            published(session, draft.id, 2, "wayan", contacts, now)
        with pytest.raises(OwnWords):
            timed_drafts.set_time(session, draft.id, 2, "rohani", now + timedelta(hours=1), now)


def test_what_was_accepted_is_a_draft_again_once_a_letter_changes(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        draft = accepted(session, contacts, now, short="Baru. [CEK-01]")
        timed_drafts.set_time(session, draft.id, 1, "rohani", now + timedelta(hours=1), now)
        drafts.change(session, draft.id, 1, wanted(session, short="Baru. [CEK-01]"), "wayan", now)
        assert draft.state == State.ACCEPTED, "the same words change nothing"
        drafts.change(session, draft.id, 1, wanted(session, short="Lain. [CEK-01]"), "wayan", now)
        assert (draft.state, draft.publish_at, draft.edits) == (State.WRITING, None, 2)


def test_returned_with_a_note_and_sent_again(loaded: Database, contacts: dict[str, Contact], now: datetime) -> None:
    with loaded.transaction() as session:
        draft = begun(session, now, short="Baru. [CEK-01]")
        drafts.send(session, draft.id, 1, "wayan", contacts, now)
        drafts.send_back(session, draft.id, "rohani", " Sebut pasalnya. ", now)
        assert (draft.state, draft.note) == (State.WRITING, "Sebut pasalnya.")
        drafts.send(session, draft.id, 1, "wayan", contacts, now)
        assert (draft.state, draft.note) == (State.REVIEW, "")


def test_the_second_to_save_is_told_and_overwrites_nothing(loaded: Database, now: datetime) -> None:
    with loaded.transaction() as session:
        draft = begun(session, now, short="Satu. [CEK-01]")
        drafts.change(session, draft.id, 1, wanted(session, short="Kata Rohani. [CEK-01]"), "rohani", now)
        with pytest.raises(ChangedMeanwhile) as raised:
            drafts.change(session, draft.id, 1, wanted(session, short="Kata Wayan. [CEK-01]"), "wayan", now)
        assert raised.value.draft.short == "Kata Rohani. [CEK-01]"
        with pytest.raises(DraftOpen):
            begun(session, now)


def test_words_published_meanwhile_must_be_seen_first(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        draft = accepted(session, contacts, now, short="Baru. [CEK-01]")
        other = replace(articles.one(session, AGENT).source_text, short="Dari tempat lain. [CEK-01]")  # type: ignore[union-attr]
        articles.publish(session, AGENT, other, origin="staff", author="ketut", now=now)
        with pytest.raises(drafts.PublishedMeanwhile):
            published(session, draft.id, 1, "rohani", contacts, now)
        drafts.catch_up(session, draft.id, 1, "wayan", now)
        drafts.send(session, draft.id, 2, "wayan", contacts, now)
        drafts.accept(session, draft.id, 2, "rohani", now)
        assert published(session, draft.id, 2, "rohani", contacts, now).number == 3


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"title": ""}, "title"),
        ({"label": "Gaji tidak dibayar"}, "label"),
        ({"short": "Telepon 0812 3456 7890. [CEK-01]"}, "short"),
        ({"short": "NIK 5203 1234 5678 9012. [CEK-01]"}, "short"),
        ({"short": "x" * 601}, "short"),
        ({"short": "Fakta lain. [KRJ-06]"}, "short"),
        ({"body": "<b>Tebal</b>"}, "body"),
        ({"body": ""}, "body"),
        ({"body": "Biayanya Rp1.000.000."}, "body"),
        ({"body": "Telepon {{kontak:tidak-ada}}."}, "body"),
        ({"phrasings": ("hp saya 081234567890",)}, "phrasings"),
    ],
)
def test_what_the_rules_do_not_allow_is_not_sent(
    sqlite_database: Database, seed: Guidance, contacts: dict[str, Contact], now: datetime, words, field
) -> None:
    with sqlite_database.transaction() as session:
        articles.load(session, seed, now)
        draft = begun(session, now, **words)
        assert draft.state == State.WRITING, "it can be saved"
        with pytest.raises(drafts.BrokenRules) as raised:
            drafts.send(session, draft.id, 1, "wayan", contacts, now)
    assert field in {problem.field for problem in raised.value.problems}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"legal_basis": []}, "legal_basis"),
        ({"sources": []}, "sources"),
        ({"sources": [{"title": "Koran", "date": "kemarin", "url": "", "facts": []}]}, "sources.0.date"),
        ({"related": ["tidak-ada"]}, "related.0"),
        ({"review_due": "2028-01-01"}, "review_due"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"owner": ""}, "owner"),
        ({"check_before_use": True, "check_note": ""}, "check_before_use"),
    ],
)
def test_sources_dates_and_owner_are_checked_by_field(
    sqlite_database: Database, seed: Guidance, contacts: dict[str, Contact], now: datetime, changed, field
) -> None:
    with sqlite_database.transaction() as session:
        articles.load(session, seed, now)
        draft = begun(session, now, subject=dict(wanted(session).subject or {}) | changed)
        found = drafts.problems(session, draft, contacts)
    assert field in {problem.field for problem in found}


def test_nothing_goes_live_past_the_gate(loaded: Database, contacts: dict[str, Contact], now: datetime) -> None:
    with loaded.transaction() as session:
        draft = accepted(session, contacts, now, title="Judul lain")
        with pytest.raises(gates.NotJudged):
            drafts.publish(session, draft.id, 1, "rohani", contacts, now)
        judged(session, draft, now, loses=True)
        with pytest.raises(gates.WouldLose) as raised:
            drafts.publish(session, draft.id, 1, "rohani", contacts, now)
        gates.override(session, raised.value.run.id, "admin", "Pertanyaan itu keliru.", now)
        assert drafts.publish(session, draft.id, 1, "rohani", contacts, now).title == "Judul lain"


def test_a_new_article_is_nowhere_until_it_is_published(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        words = wanted(session, title="Cek visa kerja", label="Cek visa", phrasings=("visa saya asli ga",))
        with pytest.raises(SlugTaken):
            drafts.begin_new(session, AGENT, words, "wayan", now)
        draft = drafts.begin_new(session, "cek-visa", words, "wayan", now)
        assert session.get(Article, "cek-visa") is None
        drafts.send(session, draft.id, 1, "wayan", contacts, now)
        drafts.accept(session, draft.id, 1, "rohani", now)
        published(session, draft.id, 1, "ketut", contacts, now)
        shown = articles.export(session).articles["cek-visa"]
        assert session.get_one(Article, "cek-visa").keeper == "wayan", "who wrote it is told when its review is due"
    assert [phrasing.text for phrasing in shown.phrasings] == ["visa saya asli ga"]
    assert shown.legal_basis == ("UU 18/2017 Pasal 72",)


def test_a_translation_brought_up_to_date_is_behind_no_more(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        source = replace(articles.one(session, AGENT).source_text, short="Baru. [CEK-01]")  # type: ignore[union-attr]
        articles.publish(session, AGENT, source, origin="staff", author="ketut", now=now)
        sasak = Wanted("Gitaq izin", "Gitaq izin", "Baru. [CEK-01]", "Izin nike. [CEK-01]", None, (), source.revision)
        draft = drafts.begin(session, AGENT, "sas", sasak, "wayan", now)
        drafts.send(session, draft.id, 1, "wayan", contacts, now)
        drafts.accept(session, draft.id, 1, "rohani", now)
        published(session, draft.id, 1, "rohani", contacts, now)
        answer = library.from_database(session, contacts).article(AGENT, "sas")
    assert answer
    assert not answer.is_behind
    assert not answer.reviewed, "the native speaker signed other words"


def test_an_earlier_revision_comes_back_as_a_draft(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        draft = accepted(session, contacts, now, short="Keliru. [CEK-01]")
        published(session, draft.id, 1, "rohani", contacts, now)
        again = drafts.restore(session, AGENT, "id", 1, "ketut", now)
        assert again.short.startswith("Agen resmi punya izin.")
        assert (again.based_on, again.state) == (2, State.WRITING)
        assert again.subject == revisions.every(session, AGENT, "id")[-1].subject


def test_a_time_is_set_by_the_second_person(loaded: Database, contacts: dict[str, Contact], now: datetime) -> None:
    with loaded.transaction() as session:
        draft = accepted(session, contacts, now, short="Baru. [CEK-01]")
        with pytest.raises(timed_drafts.NotThen):
            timed_drafts.set_time(session, draft.id, 1, "rohani", now - timedelta(hours=1), now)
        timed_drafts.set_time(session, draft.id, 1, "rohani", now + timedelta(hours=1), now)
        later = now + timedelta(hours=1)
        assert (timed_drafts.due(session, now), timed_drafts.due(session, later)) == ([], [draft.id])
        assert timed_drafts.hold(session, draft.id, now) is None
        assert timed_drafts.hold(session, draft.id, later) is draft


def test_a_withdrawn_article_is_found_no_more_and_leads_on(
    loaded: Database, contacts: dict[str, Contact], seed: Guidance, now: datetime
) -> None:
    with loaded.transaction() as session:
        with pytest.raises(withdrawing.NoSuchSuccessor):
            withdrawing.withdraw(session, AGENT, "tidak-ada", "wayan", now)
        withdrawing.withdraw(session, AGENT, "gaji-tidak-dibayar", "wayan", now)
        with pytest.raises(withdrawing.AlreadyWithdrawn):
            withdrawing.withdraw(session, AGENT, None, "wayan", now)
        articles.load(session, seed, now)
        known = library.from_database(session, contacts)
        assert known.article(AGENT, "id") is None, "files do not bring it back"
        assert known.successor(AGENT) == "gaji-tidak-dibayar"
        assert AGENT not in {phrasing.label for phrasing in known.phrasings}
        withdrawing.bring_back(session, AGENT)
        assert library.from_database(session, contacts).article(AGENT, "id")


def test_a_change_of_law_puts_all_that_rests_on_it_under_review(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        with pytest.raises(law_changes.RestsNowhere):
            law_changes.mark(session, "UU 18/201", date(2026, 11, 1), "Apa pun.", "wayan", now)
        law_changes.mark(session, "uu 18/2017", date(2026, 11, 1), "Diubah.", "wayan", now)
        assert sorted(law_changes.under_review(session)) == [AGENT, "gaji-tidak-dibayar"]
        answer = library.from_database(session, contacts).article(AGENT, "sas")
        assert answer
        assert answer.law_changed_on == date(2026, 11, 1)
        before = articles.version(session)
        assert law_changes.settle(session, "gaji-tidak-dibayar", "rohani", now) == 1
        assert articles.version(session) > before
        draft = accepted(session, contacts, now, short="Menurut UU baru. [CEK-01]")
        published(session, draft.id, 1, "rohani", contacts, now)
        assert law_changes.under_review(session) == {}


def test_words_written_before_the_law_changed_do_not_say_what_it_says_now(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    later = now + timedelta(hours=1)
    with loaded.transaction() as session:
        draft = accepted(session, contacts, now, short="Agen resmi punya izin tertulis. [CEK-01]")
        law_changes.mark(session, "UU 18/2017", date(2026, 11, 1), "Diubah.", "ketut", later)
        published(session, draft.id, draft.edits, "rohani", contacts, later)
        assert AGENT in law_changes.under_review(session), "nobody has held these words against the new law"
        again = begun(session, later, short="Agen resmi punya izin tertulis yang baru. [CEK-01]")
        drafts.send(session, again.id, again.edits, "wayan", contacts, later)
        drafts.accept(session, again.id, again.edits, "rohani", later)
        published(session, again.id, again.edits, "rohani", contacts, later)
        assert AGENT not in law_changes.under_review(session)


def test_the_same_words_are_hers_only_if_she_saved_them_last(loaded: Database, now: datetime) -> None:
    with loaded.transaction() as session:
        draft = begun(session, now, short="Satu. [CEK-01]")
        again = begun(session, now, short="Satu. [CEK-01]")
        assert again is draft
        with pytest.raises(DraftOpen):
            drafts.begin(session, AGENT, "id", wanted(session, short="Satu. [CEK-01]"), "ketut", now)
        drafts.change(session, draft.id, 1, wanted(session, short="Dua. [CEK-01]"), "ketut", now)
        with pytest.raises(ChangedMeanwhile):
            drafts.change(session, draft.id, 1, wanted(session, short="Dua. [CEK-01]"), "wayan", now)
        assert drafts.change(session, draft.id, 1, wanted(session, short="Dua. [CEK-01]"), "ketut", now).edits == 2
        with pytest.raises(ChangedMeanwhile):
            drafts.change(session, draft.id, 1, wanted(session, short="Satu. [CEK-01]"), "wayan", now)
