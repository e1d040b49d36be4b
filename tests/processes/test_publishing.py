"""A change of law takes effect on the first of December: its words go live that night, once, by one scheduler."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from centre.audit import AuditEntry
from centre.db import Database
from content import articles, contacts, drafts, library
from content.article_records import Revision
from content.draft_records import ArticleDraft
from content.drafts import Wanted
from content.files import Guidance
from processes import publishing
from tests.content.conftest import NOW, guidance, sasak, seed  # noqa: F401
from tests.content.judged import judged

DUE = NOW + timedelta(hours=1)


@pytest.fixture
def waiting(database: Database, seed: Guidance) -> Database:  # noqa: F811
    set_for_tonight(database, seed)
    return database


def set_for_tonight(database: Database, all_of_it: Guidance) -> None:
    """An accepted draft whose time has been set by the second person, judged, with no question lost."""
    with database.transaction() as session:
        articles.load(session, all_of_it, NOW)
        article = articles.one(session, "cek-agen")
        assert article is not None
        text = article.source_text
        wanted = Wanted(text.title, text.label, "Baru. [CEK-01]", text.body, articles.subject_of(article))
        draft = drafts.begin(session, "cek-agen", "id", wanted, "wayan", NOW)
        drafts.send(session, draft.id, 1, "wayan", contacts.read(), NOW)
        drafts.accept(session, draft.id, 1, "rohani", NOW)
        drafts.set_time(session, draft.id, 1, "rohani", DUE, NOW)


def shown(database: Database) -> str:
    with database.reading() as session:
        found = library.from_database(session, contacts.read()).article("cek-agen", "id")
    assert found
    return found.text.short


def at(time: datetime):
    return lambda: time


def test_nothing_goes_live_before_its_time_and_once_at_it(waiting: Database) -> None:
    assert publishing.publish_due(waiting, at(NOW)) == 0
    assert shown(waiting) != "Baru. [CEK-01]"
    assert publishing.publish_due(waiting, at(DUE)) == 1
    assert publishing.publish_due(waiting, at(DUE)) == 0, "the second scheduler finds nothing"
    assert shown(waiting) == "Baru. [CEK-01]"
    with waiting.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.staff_id, entry.deed, entry.about) == ("rohani", "article_published", "article:cek-agen:id")


def test_what_another_scheduler_holds_is_passed_over(postgresql_database: Database, seed: Guidance) -> None:  # noqa: F811
    database = postgresql_database
    set_for_tonight(database, seed)
    with database.transaction() as session:
        assert drafts.due(session, DUE)
        assert publishing.publish_due(database, at(DUE)) == 0
    assert publishing.publish_due(database, at(DUE)) == 1


def test_what_would_lose_a_question_waits_for_a_person_who_reads_why(waiting: Database) -> None:
    with waiting.transaction() as session:
        draft = session.scalars(select(ArticleDraft)).one()
        other = Wanted("Judul lain", draft.label, draft.short, draft.body, draft.subject)
        drafts.change(session, draft.id, 1, other, "wayan", NOW)
        drafts.send(session, draft.id, 2, "wayan", contacts.read(), NOW)
        drafts.accept(session, draft.id, 2, "rohani", NOW)
        drafts.set_time(session, draft.id, 2, "rohani", DUE, NOW)
    assert publishing.publish_due(waiting, at(DUE)) == 0, "not judged yet"
    with waiting.transaction() as session:
        judged(session, session.scalars(select(ArticleDraft)).one(), DUE, loses=True)
    publishing.publish_due(waiting, at(DUE))
    with waiting.reading() as session:
        draft = session.scalars(select(ArticleDraft)).one()
        assert (draft.note, draft.publish_at, draft.is_open) == ("WouldLose", None, True)
        assert session.scalar(select(func.count(Revision.id))) == 3
