"""Made edits guidance in his own editor and brings the folder back in a zip; Sari has meanwhile written at the desk."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from centre.db import Database
from content import articles, exchange, exchange_folder, files
from content.contacts import Contact
from content.draft_records import State
from content.exchange import NotTaken, Plan
from content.files import Guidance

UNPAID = "bekerja/gaji-tidak-dibayar/id.md"
AGENT, SASAK, PHRASES = "legal/cek-agen/id.md", "legal/cek-agen/sas.md", "legal/cek-agen/phrasings.id.txt"


@pytest.fixture
def loaded(database: Database, seed: Guidance, now: datetime) -> Database:
    with database.transaction() as session:
        articles.load(session, seed, now)
    return database


def exported(database: Database) -> dict[str, str]:
    """The zip, unpacked."""
    with database.reading() as session, zipfile.ZipFile(io.BytesIO(exchange_folder.written(session))) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def packed(contents: dict[str, str], below: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in contents.items():
            package.writestr(below + name, content)
    return file.getvalue()


def planned(database: Database, contents: dict[str, str] | bytes, contacts: dict[str, Contact]) -> Plan:
    data = contents if isinstance(contents, bytes) else packed(contents)
    with database.reading() as session:
        return exchange_folder.plan(session, "panduan.zip", data, contacts)


def test_the_zip_is_the_folder_as_the_repository_has_it(loaded: Database, guidance: Path, tmp_path: Path) -> None:
    out = exported(loaded)
    with loaded.reading() as session:
        files.write(articles.export(session), tmp_path / "out")
    written = {path.relative_to(tmp_path / "out").as_posix(): path.read_text() for path in tmp_path.glob("out/*/*/*")}
    assert {name: text for name, text in out.items() if name != exchange_folder.MARKS} == written
    with loaded.reading() as session:
        assert exchange_folder.written(session) == exchange_folder.written(session), "the same bytes again"


@pytest.mark.parametrize("below", ["", "panduan/", "rumah/content/guidance/"])
def test_what_nobody_touched_changes_nothing(loaded: Database, contacts: dict[str, Contact], below: str) -> None:
    contents = exported(loaded)
    found = planned(loaded, packed(contents, below), contacts)
    assert (found.changes, found.problems, found.untouched) == ([], [], 0)
    assert found.unchanged == len(contents) - 1


def test_made_changes_a_sentence_adds_a_phrasing_and_writes_an_article(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    contents = exported(loaded)
    new = contents["bekerja/gaji-tidak-dibayar/id.md"].replace("Gaji tidak dibayar", "Gaji telat")
    sent = {
        AGENT: contents[AGENT].replace("Agen resmi punya izin.", "Agen resmi wajib punya izin."),
        PHRASES: contents[PHRASES] + "ini agen beneran?\n",
        "bekerja/gaji-telat/id.md": new,
        "bekerja/gaji-telat/jv.md": contents[SASAK]
        .replace("Gitaq izin agen", "Gaji telat")
        .replace("CEK-01", "KRJ-06"),
    }
    found = planned(loaded, sent, contacts)
    assert found.problems == []
    assert [(each.slug, each.language, each.kind, sorted(each.flags)) for each in found.changes] == [
        ("cek-agen", "id", "words", []),
        ("gaji-telat", "id", "article", []),
        ("gaji-telat", "jv", "translation", ["behind", "later"]),
    ]
    with loaded.transaction() as session:
        drafts = exchange.take(session, found, found.mark, "made", contacts, now)
        assert [(draft.article_slug, draft.state, draft.phrasings) for draft in drafts] == [
            ("cek-agen", State.REVIEW, ["ini agen beneran?"]),
            ("gaji-telat", State.REVIEW, []),
        ]
        assert "wajib" not in articles.published_of(session, "cek-agen")["id"].short


def test_a_changed_date_is_a_change_too(loaded: Database, contacts: dict[str, Contact]) -> None:
    sent = {AGENT: exported(loaded)[AGENT].replace("review_due: 2027-05-21", "review_due: 2027-04-21")}
    [change] = planned(loaded, sent, contacts).changes
    assert change.fields == []
    assert change.subject
    assert change.subject["review_due"] == "2027-04-21"


def test_what_was_written_at_the_desk_meanwhile_is_not_taken_back(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    contents = exported(loaded)
    with loaded.transaction() as session:
        text = articles.one(session, "cek-agen").source_text  # type: ignore[union-attr]
        articles.publish(session, "cek-agen", replace(text, title="Izin agen"), origin="staff", author="sari", now=now)
    old = planned(loaded, contents, contacts)
    assert (old.changes, old.untouched) == ([], 1), "the file that nobody touched yields"
    changed = contents | {AGENT: contents[AGENT].replace("Izin itu tertulis", "Izin itu selalu tertulis")}
    [both] = planned(loaded, changed, contacts).changes
    assert both.flags == {"both", "staff"}
    assert ("title", "Izin agen", "Cek izin agen sebelum setor uang") in both.fields
    without_marks = {AGENT: contents[AGENT]}
    assert planned(loaded, without_marks, contacts).changes[0].flags == {"staff"}, "shown before it is taken"


WRONG: dict[str, tuple[Callable[[dict[str, str]], dict[str, str]], str, int, str]] = {
    "a label too long": (
        lambda all_: {AGENT: all_[AGENT].replace("label: Cek izin agen", "label: Cek izin agen yang resmi")},
        AGENT,
        3,
        "label is 24 long",
    ),
    "a label of another": (
        lambda all_: {UNPAID: all_[UNPAID].replace("label: Gaji tidak dibayar", "label: Cek izin agen")},
        UNPAID,
        3,
        "label 'Cek izin agen' is that of cek-agen too",
    ),
    "no front matter": (lambda _: {AGENT: "halo"}, AGENT, 1, "no front matter"),
    "a slug on two shelves": (
        lambda all_: {"biaya/cek-agen/id.md": all_[AGENT]},
        "legal/cek-agen",
        1,
        "the slug 'cek-agen' is used under biaya too",
    ),
    "a translation alone": (lambda all_: {"legal/baru/sas.md": all_[SASAK]}, "legal/baru", 1, "no id.md"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_by_file_and_line(loaded: Database, contacts: dict[str, Contact], name: str) -> None:
    spoil, path, line, told = WRONG[name]
    found = planned(loaded, spoil(exported(loaded)), contacts)
    assert found.changes == []
    assert [(str(each.path), each.line) for each in found.problems if each.what.startswith(told)] == [(path, line)]


def test_what_was_wrong_here_already_is_not_blamed_on_the_file(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        text = articles.one(session, "gaji-tidak-dibayar").source_text  # type: ignore[union-attr]
        wrong = replace(text, body="Telepon 0812-3456-7890.")
        articles.publish(session, "gaji-tidak-dibayar", wrong, origin="staff", author="sari", now=now)
    contents = exported(loaded)
    sent = {AGENT: contents[AGENT].replace("Izin itu tertulis", "Izin itu selalu tertulis")}
    found = planned(loaded, sent, contacts)
    assert found.problems == []
    assert len(found.changes) == 1


UNREADABLE = {
    "nothing": (b"", "is damaged"),
    "a text": (b"halo", "is damaged"),
    "an empty zip": (packed({}), "has no article in it"),
    "a way out": (packed({"../../etc/passwd": "x"}), "has a name that leads elsewhere"),
    "an absolute name": (packed({"/legal/cek-agen/id.md": "x"}), "has a name that leads elsewhere"),
    "a file of no article": (packed({"gambar.png": "x"}), "has a file that belongs to no article"),
    "a shelf that is none": (packed({"hukum/cek-agen/id.md": "x"}), "has a file that belongs to no article"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_zip_that_is_no_folder_of_guidance_is_refused_whole(
    sqlite_database: Database, contacts: dict[str, Contact], name: str
) -> None:
    data, told = UNREADABLE[name]
    with pytest.raises(NotTaken) as refused:
        planned(sqlite_database, data, contacts)
    assert refused.value.problem.what.startswith(told)


def test_marks_that_were_spoilt_only_show_more(loaded: Database, contacts: dict[str, Contact], now: datetime) -> None:
    contents = exported(loaded)
    with loaded.transaction() as session:
        text = articles.one(session, "cek-agen").source_text  # type: ignore[union-attr]
        articles.publish(session, "cek-agen", replace(text, title="Izin agen"), origin="staff", author="sari", now=now)
    for spoilt in ("[1, 2", json.dumps(["x"])):
        assert planned(loaded, contents | {exchange_folder.MARKS: spoilt}, contacts).changes[0].flags == {"staff"}
