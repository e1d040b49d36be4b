"""What was not answered is kept masked and sealed, found by likeness, and gone when it must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from centre import open_questions, retention
from centre.conversations import Conversation
from centre.db import Database
from centre.open_questions import OpenQuestion, QuestionGroup, Reader
from tests.admin.cased import telephone

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WORDS = "apa boleh bawa kucing ke Taiwan"


def ask(database: Database, who: str, words: str = WORDS, at: datetime = NOW) -> int:
    with database.transaction() as session:
        conversation = telephone(session, who, None, at)
        open_questions.keep(session, conversation, words, "id", at)
        open_questions.gather(session, at)
        return conversation.id


def kept(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(OpenQuestion)) or 0


def test_words_lie_sealed_and_masked(database: Database):
    ask(database, "sari", f"nama saya Sari, {WORDS}")
    with database.reading() as session:
        [row] = session.scalars(select(OpenQuestion))
        assert b"kucing" not in row.sealed_words
        assert open_questions.words_of(session, row) == f"nama saya [nama], {WORDS}"


def test_groups_stand_still_while_more_comes(database: Database):
    for who, words in (("a", WORDS), ("b", "kapan panen raya"), ("c", f"pak {WORDS} ya"), ("d", "panen raya kapan ya")):
        ask(database, who, words)
    with database.reading() as session:
        found = open_questions.listed(session, Reader(), "unanswered")
        before = {row.id: row.group_id for row in session.scalars(select(OpenQuestion))}
    assert [(each.words, each.times) for each in found] == [(WORDS, 2), ("kapan panen raya", 2)]
    ask(database, "e", "boleh bawa kucing")
    with database.reading() as session:
        after = {row.id: row.group_id for row in session.scalars(select(OpenQuestion))}
    assert {number: after[number] for number in before} == before


def test_sari_asks_to_be_forgotten(database: Database):
    number = ask(database, "sari")
    ask(database, "rohani")
    with database.transaction() as session:
        retention.forget(session, session.get_one(Conversation, number), NOW)
    assert kept(database) == 1


def test_it_goes_after_90_days_and_with_it_a_group_of_which_nothing_is_left(database: Database):
    ask(database, "sari")
    with database.transaction() as session:
        open_questions.forget_old(session, NOW + open_questions.KEPT - timedelta(hours=1))
    assert kept(database) == 1
    with database.transaction() as session:
        open_questions.forget_old(session, NOW + open_questions.KEPT + timedelta(hours=1))
        assert session.scalars(select(QuestionGroup)).all() == []
    assert kept(database) == 0


@pytest.mark.parametrize("remembered", ["danger", "around", "case_asks"])
def test_nothing_is_kept_where_danger_was_heard_or_a_case_is_near(database: Database, remembered: str):
    with database.transaction() as session:
        conversation = telephone(session, "sari", None, NOW)
        conversation.memory = {remembered: "x"}
        open_questions.keep(session, conversation, WORDS, "id", NOW)
    assert kept(database) == 0
