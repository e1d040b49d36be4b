"""Rohani's translations and the bot's sentences leave and come back by the command: whole or not at all, to a second person."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from centre.audit import COMMAND_LINE, AuditEntry
from centre.db import Database
from centre.staff import NoSuchStaff, Role, StaffMember, StaffRole
from content import articles, exchange_uploads, files
from content.draft_records import ArticleDraft, State
from content.exchange_uploads import ExchangeUpload
from processes import exchanging
from processes.exchanging import LanguageMissing, NotForThem, TooLarge
from tests.processes.conftest import SMALL_GUIDANCE
from tests.processes.houses import House

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SHORT = "Gaji kuwi hakmu dhewe. [UJI-01]\nLapor menyang {{kontak:kp2mi}}."


def hire(database: Database, login: str, role: Role, area: str = "", *, blocked: bool = False) -> None:
    with database.transaction() as session:
        gone = NOW if blocked else None
        session.add(
            StaffMember(
                id=f"id-{login}",
                login=login,
                name=login.title(),
                password_hash="x",
                must_change_password=False,
                created_at=NOW,
                disabled_at=gone,
                roles=[StaffRole(role=role, area=area)],
            )
        )


@pytest.fixture
def desk(database: Database) -> Database:
    with database.transaction() as session:
        articles.load(session, files.read(SMALL_GUIDANCE), NOW)
    hire(database, "rohani", Role.REVIEWER, "jv")
    hire(database, "made", Role.EDITOR)
    hire(database, "wayan", Role.PETUGAS, "52.03")
    return database


def translated(file: Path, **words: str) -> Path:
    """The spreadsheet of translations with other words for the article about wages."""
    book = load_workbook(file)
    for row in book.worksheets[0].iter_rows(min_row=2):
        if row[0].value == "gaji-tidak-dibayar" and str(row[1].value) in words:
            row[5].value = words[str(row[1].value)]
    book.save(file)
    return file


def drafts(database: Database) -> list[ArticleDraft]:
    with database.reading() as session:
        return list(session.scalars(select(ArticleDraft)))


def test_what_was_translated_elsewhere_becomes_a_draft_for_a_second_person(desk: Database, tmp_path: Path) -> None:
    file = tmp_path / "jawa.xlsx"
    exchanging.write(desk, file, "jv", NOW)
    brought = exchanging.bring(desk, translated(file, short=SHORT), "jv", "rohani", NOW)
    assert (brought.problems, brought.drafts, brought.unchanged) == ([], 1, 1)
    [draft] = drafts(desk)
    assert (draft.short, draft.state, draft.language) == (SHORT, State.REVIEW, "jv")
    again = exchanging.bring(desk, file, "jv", "rohani", NOW)
    assert (again.drafts, again.left) == (0, 1), "her draft is still open"
    with desk.reading() as session:
        entries = session.execute(select(AuditEntry.staff_id, AuditEntry.deed, AuditEntry.note)).all()
    assert entries[:2] == [
        (COMMAND_LINE, "exchange_exported", ""),
        (COMMAND_LINE, "exchange_taken", "staff:id-rohani"),
    ]


@pytest.mark.parametrize("name", ["jawa.xlf", "jawa.xliff", "semua.zip", "jawa.po"])
def test_what_nobody_touched_comes_back_as_it_went(desk: Database, tmp_path: Path, name: str) -> None:
    exchanging.write(desk, tmp_path / name, "jv", NOW)
    brought = exchanging.bring(desk, tmp_path / name, "jv", "made", NOW)
    assert (brought.problems, brought.drafts, brought.sentences, brought.left) == ([], 0, 0, 0)
    assert brought.unchanged > 0
    with desk.reading() as session:
        assert session.scalars(select(ExchangeUpload)).all() == []


def test_one_bad_row_and_nothing_of_the_file_is_taken(desk: Database, tmp_path: Path) -> None:
    exchanging.write(desk, tmp_path / "jawa.xlsx", "jv", NOW)
    file = translated(tmp_path / "jawa.xlsx", short=SHORT, body="Tanpa sumber apa pun.")
    brought = exchanging.bring(desk, file, "jv", "rohani", NOW)
    assert any("facts differ from the source" in str(each) for each in brought.problems)
    assert all(str(each).startswith("jawa.xlsx:") for each in brought.problems)
    assert drafts(desk) == []


def test_sentences_wait_at_the_desk_until_a_second_person_takes_them(desk: Database, tmp_path: Path) -> None:
    file = tmp_path / "sasak.po"
    exchanging.write(desk, file, "sas", NOW)
    file.write_text(file.read_text().replace('"Dese saq mbe?"', '"Dese saq embe?"'))
    brought = exchanging.bring(desk, file, "sas", "made", NOW)
    assert (brought.problems, brought.sentences) == ([], 1)
    with desk.reading() as session:
        [waiting] = exchange_uploads.waiting(session, "id-somebody-else")
        assert (waiting.kind, waiting.language, waiting.name, waiting.sent_by) == (
            "phrases",
            "sas",
            file.name,
            "id-made",
        )


@pytest.mark.parametrize(
    ("name", "login", "language", "error"),
    [
        ("jawa.xlsx", "wayan", "jv", NotForThem),
        ("jawa.xlsx", "rohani", "sas", NotForThem),
        ("semua.zip", "rohani", "", NotForThem),
        ("jawa.xlsx", "nobody", "jv", NoSuchStaff),
        ("jawa.xlsx", "gone", "jv", NoSuchStaff),
        ("jawa.xlsx", "made", "id", LanguageMissing),
        ("jawa.po", "made", "", LanguageMissing),
    ],
)
def test_who_may_not_at_the_desk_may_not_here(
    desk: Database, tmp_path: Path, name: str, login: str, language: str, error: type[Exception]
) -> None:
    hire(desk, "gone", Role.EDITOR, blocked=True)
    (tmp_path / name).write_bytes(b"not looked at")
    with pytest.raises(error):
        exchanging.bring(desk, tmp_path / name, language, login, NOW)


def test_a_file_that_is_too_large_is_not_read(desk: Database, tmp_path: Path) -> None:
    with (tmp_path / "besar.po").open("wb") as file:
        file.truncate(11 * 1024 * 1024)
    with pytest.raises(TooLarge):
        exchanging.bring(desk, tmp_path / "besar.po", "jv", "made", NOW)


@pytest.mark.parametrize("name", ["rusak.xlsx", "rusak.xlf", "rusak.po", "rusak.zip"])
def test_a_file_that_is_none_is_one_problem(desk: Database, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe what is this")
    assert len(exchanging.bring(desk, tmp_path / name, "jv", "made", NOW).problems) == 1


def test_the_command_says_what_became_of_a_file_and_ends_with_2_when_nothing_was_taken(sqlite_house: House) -> None:
    file = sqlite_house.folder / "jawa.xlsx"
    out = sqlite_house.balai("content", "export", str(file), "--language", "jv")
    assert (out.code, out.out) == (0, ""), out.err
    added = sqlite_house.balai("staff", "add", "rohani", "--name", "Rohani", "--role", "editor")
    assert added.code == 0, added.err
    taken = sqlite_house.balai(
        "content", "load", str(translated(file, short=SHORT)), "--language", "jv", "--staff", "rohani"
    )
    assert taken.code == 0, taken.err
    assert "1 drafts wait at the desk for a second person" in taken.err
    translated(file, short="Tanpa sumber.")
    refused = sqlite_house.balai("content", "load", str(file), "--language", "jv", "--staff", "rohani")
    assert refused.code == 2
    assert "jawa.xlsx:" in refused.out
    assert "nothing was stored" in refused.err
    nobody = sqlite_house.balai("content", "load", str(file), "--language", "jv")
    assert (nobody.code, nobody.err.count("\n")) == (2, 1)
    assert "--staff" in nobody.err
