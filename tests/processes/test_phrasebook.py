"""Rohani corrects the bot's Sasak in Poedit; what she brings back is checked, taken, and said in every process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from bot import catalogues, words
from bot.phrases import Phrases
from centre.db import Database
from content import articles, said
from content.exchange import NotTaken
from content.said import Said, SentencePlan
from processes.phrasebook import Phrasebook

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BOOK = Phrasebook()
WHICH = ('msgid "Desa yang mana?"\nmsgstr "', "Dese saq mbe?")


@pytest.fixture(autouse=True)
def nothing_laid_over() -> Iterator[None]:
    yield
    catalogues.lay_over(Said())


def exported(database: Database, language: str = "sas") -> str:
    with database.reading() as session:
        return BOOK.written(session, language).decode()


def planned(database: Database, text: str | bytes, language: str = "sas") -> SentencePlan:
    with database.reading() as session:
        data = text if isinstance(text, bytes) else text.encode()
        return BOOK.plan(session, language, "sas.po", data)


def taken(database: Database, plan: SentencePlan, language: str = "sas") -> None:
    with database.transaction() as session:
        BOOK.take(session, language, plan, "rohani", NOW)
        Phrasebook().refresh(session)


def with_sentence(text: str, msgid: str, new: str) -> str:
    begin = text.index(f'msgid "{msgid}"\nmsgstr "')
    start = begin + len(f'msgid "{msgid}"\nmsgstr "')
    return text[:start] + new + text[text.index('"\n', start) :]


def test_what_nobody_touched_changes_nothing(sqlite_database: Database) -> None:
    found = planned(sqlite_database, exported(sqlite_database))
    assert (found.changes, found.problems, found.left_out, found.gone) == ([], [], 0, 0)
    assert found.unchanged > 300


def test_her_sentence_is_said_as_soon_as_it_is_taken_and_the_review_is_gone(database: Database) -> None:
    found = planned(database, with_sentence(exported(database), "Desa yang mana?", "Dese saq embe?"))
    assert [(each.msgid, each.after) for each in found.changes] == [("Desa yang mana?", "Dese saq embe?")]
    with database.reading() as session:
        before = articles.version(session)
    taken(database, found)
    assert Phrases("sas").which_village() == "Dese saq embe?"
    assert not Phrases("sas").is_reviewed
    assert Phrases("jv").which_village() != "Dese saq embe?"
    with database.reading() as session:
        assert articles.version(session) > before, "other processes look again"
    assert "Dese saq embe?" in exported(database)
    assert planned(database, exported(database)).changes == []


def test_a_signature_is_of_these_very_sentences(database: Database) -> None:
    taken(database, planned(database, with_sentence(exported(database), "Desa yang mana?", "Dese saq embe?")))
    with database.transaction() as session:
        mark = BOOK.mark(session, "sas")
        said.sign(session, "sas", mark, name="Inaq Rohani", staff="rohani", on=date(2026, 11, 21))
        Phrasebook().refresh(session)
    assert Phrases("sas").is_reviewed
    assert "X-Reviewed-By: Inaq Rohani, 2026-11-21" in exported(database)
    taken(database, planned(database, with_sentence(exported(database), "Desa yang mana?", "Dese saq mbe?")))
    assert not Phrases("sas").is_reviewed, "another sentence than was read"


def test_going_back_to_the_catalogue_leaves_nothing_over_it(sqlite_database: Database) -> None:
    shipped = exported(sqlite_database)
    taken(sqlite_database, planned(sqlite_database, with_sentence(shipped, "Desa yang mana?", "Dese saq embe?")))
    taken(sqlite_database, planned(sqlite_database, shipped))
    with sqlite_database.reading() as session:
        assert said.every(session).texts == {}


def test_a_word_to_type_is_understood_at_once(sqlite_database: Database) -> None:
    msgid = "dengar|dengarkan|putar suara"
    new = with_sentence(exported(sqlite_database), msgid, "dengar|dengahang|dedengah")
    assert words.command_in("dedengah") is None
    taken(sqlite_database, planned(sqlite_database, new))
    assert words.command_in("dedengah") == words.LISTEN


def test_what_is_empty_doubtful_or_no_longer_said_changes_nothing(sqlite_database: Database) -> None:
    text = with_sentence(exported(sqlite_database), "Desa yang mana?", "")
    text = text.replace('msgid "Baik, kita lewati."', '#, fuzzy\nmsgid "Baik, kita lewati."')
    text += '\nmsgid "Dulu"\nmsgstr "Laeq"\n'
    found = planned(sqlite_database, text)
    assert (found.changes, found.problems) == ([], [])
    assert (found.left_out, found.gone) == (2, 1)


WRONG = {
    "a placeholder lost": ("Dasar hukum: {rules}.", "Dasar hukum.", "placeholders differ: has []"),
    "a button too long": ("Lewati", "Lewatin pelinggih gen becat", "'Lewatin pelinggih gen becat' is 27 long"),
    "a word nobody understands": (
        "Anda meminta kami berhenti. Ketik MULAI untuk bertanya lagi.",
        "Ketik JANGKEP.",
        "JANGKEP is not understood",
    ),
    "a word of another command": ("berhenti|stop", "berhenti|batal", "'batal' already means"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_by_line(sqlite_database: Database, name: str) -> None:
    msgid, new, told = WRONG[name]
    text = with_sentence(exported(sqlite_database), msgid, new)
    found = planned(sqlite_database, text)
    line = text[: text.index(f'msgid "{msgid}"')].count("\n") + 1
    assert [each.what for each in found.problems if each.what.startswith(told)], found.problems
    assert {each.line for each in found.problems} <= {line, line - 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\xff\xfe", "is not UTF-8"),
        (b"halo", "line 1 cannot be read"),
        (b'msgid "a"\nmsgstr "b"\n', "holds none of the bot's sentences"),
        (
            b'msgid ""\nmsgstr ""\n"Language: jv\\n"\n\nmsgid "Desa yang mana?"\nmsgstr "x"\n',
            "is in 'jv', not in 'sas'",
        ),
    ],
)
def test_a_file_that_is_no_catalogue_of_ours_is_refused_whole(
    sqlite_database: Database, text: bytes, told: str
) -> None:
    with pytest.raises(NotTaken) as refused:
        planned(sqlite_database, text)
    assert refused.value.problem.what.startswith(told)
