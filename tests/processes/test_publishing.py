"""A change of law takes effect on the first of December: its words go live that night, once, by one scheduler."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from centre.audit import AuditEntry
from centre.db import Database
from content import articles, contacts, drafts, gates, library, subjects, timed_drafts
from content.article_records import Revision
from content.draft_records import ArticleDraft
from content.drafts import Wanted
from content.files import Guidance
from processes import publishing
from tests.content.conftest import NOW, guidance, sasak, seed  # noqa: F401
from tests.content.judged import judged

DUE = NOW + timedelta(hours=1)
NEW = "Baru. Agen resmi punya izin. [CEK-01]\nTanya dulu: {{kontak:kp2mi}}."


@pytest.fixture
def waiting(database: Database, seed: Guidance) -> Database:  # noqa: F811
    set_for_tonight(database, seed)
    return database


def set_for_tonight(database: Database, all_of_it: Guidance) -> None:
    """An accepted draft whose time has been set by the second person, judged, with no question lost."""
    with database.transaction() as session:
        articles.load(session, all_of_it, NOW)
    set_time(database, "cek-agen", DUE)


def set_time(database: Database, slug: str, due: datetime, **other: str) -> None:
    with database.transaction() as session:
        article = articles.one(session, slug)
        assert article is not None
        text = article.source_text
        words = {"title": text.title, "short": f"Baru. {text.short}"} | other
        wanted = Wanted(words["title"], text.label, words["short"], text.body, subjects.kept(article))
        draft = drafts.begin(session, slug, "id", wanted, "wayan", NOW)
        drafts.send(session, draft.id, 1, "wayan", contacts.read(), NOW)
        drafts.accept(session, draft.id, 1, "rohani", NOW)
        timed_drafts.set_time(session, draft.id, 1, "rohani", due, NOW)


def shown(database: Database) -> str:
    with database.reading() as session:
        found = library.from_database(session, contacts.read()).article("cek-agen", "id")
    assert found
    return found.text.short


def at(time: datetime):
    return lambda: time


def test_nothing_goes_live_before_its_time_and_once_at_it(waiting: Database) -> None:
    assert publishing.publish_due(waiting, at(NOW)) == 0
    assert shown(waiting) != NEW
    assert publishing.publish_due(waiting, at(DUE)) == 1
    assert publishing.publish_due(waiting, at(DUE)) == 0, "the second scheduler finds nothing"
    assert shown(waiting) == NEW
    with waiting.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.staff_id, entry.deed, entry.about) == ("rohani", "article_published", "article:cek-agen:id")


def test_what_another_scheduler_holds_is_passed_over(postgresql_database: Database, seed: Guidance) -> None:  # noqa: F811
    database = postgresql_database
    set_for_tonight(database, seed)
    with database.transaction() as session:
        [draft_id] = timed_drafts.due(session, DUE)
        assert timed_drafts.hold(session, draft_id, DUE)
        assert publishing.publish_due(database, at(DUE)) == 0
    assert publishing.publish_due(database, at(DUE)) == 1


def test_what_would_lose_a_question_waits_for_a_person_who_reads_why(waiting: Database) -> None:
    with waiting.transaction() as session:
        draft = session.scalars(select(ArticleDraft)).one()
        other = Wanted("Judul lain", draft.label, draft.short, draft.body, draft.subject)
        drafts.change(session, draft.id, 1, other, "wayan", NOW)
        drafts.send(session, draft.id, 2, "wayan", contacts.read(), NOW)
        drafts.accept(session, draft.id, 2, "rohani", NOW)
        timed_drafts.set_time(session, draft.id, 2, "rohani", DUE, NOW)
    assert publishing.publish_due(waiting, at(DUE)) == 0, "not judged yet"
    with waiting.transaction() as session:
        judged(session, session.scalars(select(ArticleDraft)).one(), DUE, loses=True)
    publishing.publish_due(waiting, at(DUE))
    with waiting.reading() as session:
        draft = session.scalars(select(ArticleDraft)).one()
        assert (draft.note, draft.publish_at, draft.is_open) == ("WouldLose", None, True)
        assert session.scalar(select(func.count(Revision.id))) == 3


def test_a_draft_that_waits_for_its_verdict_holds_back_none_due_later(database: Database, seed: Guidance) -> None:  # noqa: F811
    with database.transaction() as session:
        articles.load(session, seed, NOW)
    set_time(database, "gaji-tidak-dibayar", DUE - timedelta(minutes=5), title="Upah belum dibayar")
    set_time(database, "cek-agen", DUE)
    assert publishing.publish_due(database, at(DUE)) == 1
    assert shown(database) == NEW
    with database.reading() as session:
        [left] = timed_drafts.due(session, DUE)
        assert session.get_one(ArticleDraft, left).article_slug == "gaji-tidak-dibayar"


def test_what_cannot_be_judged_is_not_asked_for_again_and_again(database: Database, seed: Guidance) -> None:  # noqa: F811
    with database.transaction() as session:
        articles.load(session, seed, NOW)
    set_time(database, "cek-agen", DUE, title="Cek izin sponsor")
    with database.transaction() as session:
        for attempt in range(1, gates.TRIES + 1):
            run = gates.claim(session, DUE)
            assert run
            gates.fail(session, run.id, attempt, "MemoryError")
    for _tick in range(3):
        assert publishing.publish_due(database, at(DUE)) == 0
    with database.transaction() as session:
        [run] = gates.recent(session, 9)
        draft = session.scalars(select(ArticleDraft)).one()
        assert (run.state, draft.note, draft.publish_at) == (gates.State.FAILED, "CannotBeJudged", None)
        assert gates.request(session, drafts.candidate(session, draft), "rohani", DUE).id != run.id, (
            "a person may ask anew"
        )
