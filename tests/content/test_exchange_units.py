"""Rohani translates at home, without the internet, and brings the file back: what it changes, and what is wrong with it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from centre.db import Database
from content import (
    articles,
    exchange,
    exchange_sheets,
    exchange_units,
    exchange_xliff,
    languages,
    library,
    pivots,
    translations,
)
from content.contacts import Contact
from content.draft_records import State
from content.exchange import NotTaken, Plan
from content.exchange_units import Unit
from content.files import Guidance
from content.pages import Problem

SHORT = "Agen resmi wajib bedoe izin. [CEK-01]\nKetoan juluq: {{kontak:kp2mi}}."
BODY = "Izin nike tetulis. [CEK-01, CEK-02]\n\n## Langkah\n- Catet aran kantorne. [CEK-02]"


@pytest.fixture
def loaded(database: Database, seed: Guidance, now: datetime) -> Database:
    with database.transaction() as session:
        articles.load(session, seed, now)
    return database


def exported(database: Database, language: str = "sas") -> list[Unit]:
    with database.reading() as session:
        return exchange_units.units(session, language)


def as_sheet(units: list[Unit]) -> list[Unit]:
    problems: list[Problem] = []
    read = exchange_sheets.read("balik.xlsx", exchange_sheets.written(units, "Tertinggal"), problems)
    assert problems == []
    return read


def as_xliff(units: list[Unit]) -> list[Unit]:
    problems: list[Problem] = []
    read = exchange_xliff.read("balik.xlf", exchange_xliff.written(units, "Tertinggal", "paling {most}"), problems)
    assert problems == []
    return read


def planned(database: Database, units: list[Unit], contacts: dict[str, Contact], language: str = "sas") -> Plan:
    with database.reading() as session:
        return exchange_units.plan(session, units, language, contacts, Path("balik.xlsx"))


def translated(units: list[Unit], slug: str = "cek-agen", **words: str) -> list[Unit]:
    """The file with other words in it; every row where it stood."""
    return [
        replace(unit, target=words.get(unit.field, unit.target), line=unit.line or at) if unit.slug == slug else unit
        for at, unit in enumerate(units, start=2)
    ]


BOTH = pytest.mark.parametrize("travel", [as_sheet, as_xliff])


@BOTH
def test_what_nobody_touched_changes_nothing(loaded: Database, contacts: dict[str, Contact], travel: Callable) -> None:
    found = planned(loaded, travel(exported(loaded)), contacts)
    assert (found.changes, found.problems, found.unchanged) == ([], [], 1)


@BOTH
def test_her_words_become_a_draft_that_somebody_else_reads(
    loaded: Database, contacts: dict[str, Contact], now: datetime, travel: Callable
) -> None:
    units = translated(travel(exported(loaded)), short=SHORT, body=BODY)
    found = planned(loaded, units, contacts)
    [change] = found.changes
    assert (change.slug, change.kind, change.flags) == ("cek-agen", "words", frozenset())
    assert [name for name, _, _ in change.fields] == ["short", "body"]
    with loaded.transaction() as session:
        [draft] = exchange.take(session, found, found.mark, "rohani", contacts, now)
        assert (draft.state, draft.short, draft.body) == (State.REVIEW, SHORT, BODY)
        assert draft.source_revision == change.after.from_revision
        shown = articles.published_of(session, "cek-agen")["sas"].short
    assert shown != SHORT, "nobody outside sees it yet"
    again = planned(loaded, units, contacts)
    assert again.changes[0].flags == {"open"}
    assert again.taken == []


@BOTH
def test_a_language_that_has_nothing_yet_gets_its_first_texts(
    loaded: Database, contacts: dict[str, Contact], travel: Callable
) -> None:
    new = {"title": "Pariksa izin agén", "label": "Pariksa agén", "short": SHORT, "body": BODY}
    found = planned(loaded, translated(travel(exported(loaded, "su")), **new), contacts, "su")
    assert [(change.kind, change.language, change.before) for change in found.changes] == [("translation", "su", None)]
    assert found.problems == []


def test_a_source_that_changed_meanwhile_is_said_and_marks_it_behind(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    units = translated(exported(loaded), short=SHORT, body=BODY)
    with loaded.transaction() as session:
        text = articles.one(session, "cek-agen").source_text  # type: ignore[union-attr]
        newer = replace(text, short="Izin agen berlaku lima tahun. [CEK-01]\n{{kontak:kp2mi}}")
        articles.publish(session, "cek-agen", newer, origin="staff", author="made", now=now)
    found = planned(loaded, units, contacts)
    assert found.changes[0].flags == {"behind"}
    assert found.changes[0].after.from_revision == text.revision


def test_a_translation_that_changed_here_too_is_shown_as_such(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    units = translated(exported(loaded), short=SHORT, body=BODY)
    untouched = exported(loaded)
    with loaded.transaction() as session:
        text = articles.one(session, "cek-agen").texts["sas"]  # type: ignore[union-attr]
        newer = replace(text, title="Izin agen")
        articles.publish(session, "cek-agen", newer, origin="staff", author="made", now=now)
    assert planned(loaded, units, contacts).changes[0].flags == {"both", "staff"}
    old = planned(loaded, untouched, contacts)
    assert (old.changes, old.untouched) == ([], 1), "what she did not touch does not take back what was written here"


WRONG = {
    "label too long": ({"label": "Gitaq izin agen saq resmi"}, "label is 25 long", 3),
    "title too long": ({"title": "x" * 73}, "title is 73 long", 2),
    "a mark lost": ({"short": "Agen resmi. {{kontak:kp2mi}}", "body": BODY}, "facts differ from the source: CEK-01", 4),
    "a contact lost": ({"short": "Agen resmi. [CEK-01]"}, "contacts differ from the source: kp2mi", 4),
    "a contact misspelt": ({"short": SHORT.replace("kp2mi", "kp3mi")}, "no contact 'kp3mi'", 4),
    "HTML": ({"body": BODY + "\n<b>penting</b>"}, "HTML: '<b'", 5),
    "a number": ({"body": BODY + "\nTelepon 0812-3456-7890"}, "what looks like a telephone number", 5),
    "a part is empty": ({"short": ""}, "only part is translated: short is empty", 2),
    "short too long": ({"short": SHORT + " x" * 300}, "short is 6", 4),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_by_row_and_nothing_is_taken(
    loaded: Database, contacts: dict[str, Contact], now: datetime, name: str
) -> None:
    words, told, line = WRONG[name]
    units = as_sheet(exported(loaded))
    article = [unit for unit in units if unit.slug == "cek-agen"]
    first = article[0].line
    found = planned(loaded, translated(units, **{"short": SHORT, "body": BODY, **words}), contacts)
    assert any(each.what.startswith(told) and each.line - first == line - 2 for each in found.problems), found.problems
    with loaded.transaction() as session, pytest.raises(exchange.PlanChanged):
        exchange.take(session, found, found.mark, "rohani", contacts, now)


MISPLACED = {
    "an unknown article": ({"slug": "tidak-ada"}, "no article 'tidak-ada'"),
    "an unknown field": ({"field": "isi"}, "no field 'isi'"),
    "another language": ({"language": "jv"}, "is in 'jv', not in 'sas'"),
    "a mark of nothing": ({"source_mark": "0" * 12}, "000000000000 is no mark of a text"),
    "twice": ({"field": "label"}, "cek-agen label stands here twice"),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_a_row_that_fits_nowhere_is_named(loaded: Database, contacts: dict[str, Contact], name: str) -> None:
    changed, told = MISPLACED[name]
    units = translated(exported(loaded), short=SHORT, body=BODY)
    whole = name == "a mark of nothing"
    units = [
        replace(unit, **changed) if unit.slug == "cek-agen" and (whole or unit.field == "title") else unit
        for unit in units
    ]
    found = planned(loaded, units, contacts)
    assert any(each.what.startswith(told) for each in found.problems), found.problems


def test_what_was_shown_and_what_is_taken_are_the_same(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    found = planned(loaded, translated(exported(loaded), short=SHORT, body=BODY), contacts)
    with loaded.transaction() as session, pytest.raises(exchange.PlanChanged):
        exchange.take(session, found, "another mark", "rohani", contacts, now)


# Another language to translate from


def test_a_text_from_javanese_is_behind_when_the_javanese_or_the_source_changes(
    loaded: Database, contacts: dict[str, Contact], now: datetime
) -> None:
    with loaded.transaction() as session:
        source = articles.one(session, "cek-agen").source_text  # type: ignore[union-attr]
        javanese = replace(
            source, language="jv", title="Cek izin agen dhisik", label="Cek agen", from_revision=source.revision
        )
        articles.publish(session, "cek-agen", javanese, origin="staff", author="sri", now=now)
        pivots.choose(session, "mad", "jv", "sri", now)
    units = exported(loaded, "mad")
    assert {unit.source_language for unit in units if unit.slug == "cek-agen"} == {"jv"}
    assert {unit.source_language for unit in units if unit.slug != "cek-agen"} == {"id"}, "what has no Javanese text"
    new = {"title": "Cek izin agen", "label": "Cek agen", "short": source.short, "body": source.body}
    found = planned(loaded, translated(units, **new), contacts, "mad")
    [change] = found.changes
    assert change.after.from_revision == source.revision
    assert change.made_from == pivots.MadeFrom("jv", javanese.revision)
    with loaded.transaction() as session:
        exchange.take(session, found, found.mark, "rohani", contacts, now)
        articles.publish(session, "cek-agen", change.after, origin="staff", author="rohani", now=now)
        assert pivots.overtaken(session) == set()
        newer = replace(javanese, title="Priksa izin agen")
        articles.publish(session, "cek-agen", newer, origin="staff", author="sri", now=now)
        assert pivots.overtaken(session) == {("cek-agen", "mad")}
        assert translations.one(session, "cek-agen", "mad").is_behind
        answered = library.from_database(session, contacts)
        assert [answered.article("cek-agen", code).is_behind for code in ("mad", "jv", "id")] == [True, False, False]  # type: ignore[union-attr]
        tried = articles.export(session)
        tried.articles["cek-agen"].texts["mad"] = replace(tried.articles["cek-agen"].texts["mad"], title="Lebih baru")
        on_trial = library.from_database(session, contacts, tried).article("cek-agen", "mad")
        assert on_trial is not None
        assert not on_trial.is_behind, "other words are tried than those that were overtaken"
    assert all(unit.is_behind for unit in exported(loaded, "mad") if unit.slug == "cek-agen")


@pytest.mark.parametrize(("language", "pivot"), [("jv", "jv"), ("id", "jv"), ("jv", "tlh"), ("jv", "mad")])
def test_nothing_is_translated_from_itself_from_nothing_or_in_a_circle(
    loaded: Database, now: datetime, language: str, pivot: str
) -> None:
    with loaded.transaction() as session:
        pivots.choose(session, "mad", "jv", "sri", now)
        with pytest.raises(pivots.NoSuchPivot):
            pivots.choose(session, language, pivot, "sri", now)
        assert pivots.every(session) == {"mad": "jv"}
        pivots.choose(session, "mad", languages.SOURCE, "sri", now)
        assert pivots.every(session) == {}


# Files


def test_words_stay_words_in_the_spreadsheet(loaded: Database) -> None:
    units = [replace(unit, target="=HYPERLINK(1)", source="+62") for unit in exported(loaded)]
    book = load_workbook(io.BytesIO(exchange_sheets.written(units, "")))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    assert [unit.target for unit in as_sheet(units)] == ["=HYPERLINK(1)"] * len(units)


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_formula_that_comes_back_is_refused_by_row() -> None:
    good = ["cek-agen", "title", "id", "Cek", "sas", "=1+1", 72, "", "0" * 12, "-"]
    problems: list[Problem] = []
    units = exchange_sheets.read("x.xlsx", workbook([list(exchange_sheets.COLUMNS), good]), problems)
    assert units == []
    assert [(each.line, each.what) for each in problems] == [(2, "terjemahan holds a formula")]


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"0" * (exchange.UNPACKED + 1))
    return file.getvalue()


def with_entities() -> bytes:
    old = io.BytesIO(workbook([["a"]]))
    file = io.BytesIO()
    with zipfile.ZipFile(old) as given_package, zipfile.ZipFile(file, "w") as package:
        for entry in given_package.infolist():
            content = given_package.read(entry)
            if entry.filename == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "a">]>' + content
            package.writestr(entry, content)
    return file.getvalue()


UNREADABLE_SHEETS = {
    "nothing": (b"", "is damaged"),
    "words": (b"halo", "is damaged"),
    "another zip": (workbook([])[:200], "is damaged"),
    "a bomb": (bomb(), "unfolds to too much"),
    "entities": (with_entities(), "declares entities"),
    "other columns": (workbook([["nama", "umur"], ["Sari", 3]]), "lacks columns: panduan, bagian"),
    "an empty sheet": (workbook([]), "lacks columns"),
}


@pytest.mark.parametrize("name", UNREADABLE_SHEETS)
def test_a_file_that_is_no_sheet_of_ours_is_refused_whole(name: str) -> None:
    data, told = UNREADABLE_SHEETS[name]
    with pytest.raises(NotTaken) as refused:
        exchange_sheets.read("balik.xlsx", data, [])
    assert refused.value.problem.what.startswith(told)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is no XLIFF"),
        (b"<html>", "is no XLIFF"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xliff/>', "declares entities"),
        ("<xliff/>".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_an_xliff_that_is_none_or_wants_more_is_refused_whole(data: bytes, told: str) -> None:
    with pytest.raises(NotTaken) as refused:
        exchange_xliff.read("balik.xlf", data, [])
    assert refused.value.problem.what.startswith(told)


@given(st.lists(st.text(min_size=1, max_size=80), min_size=4, max_size=4))
def test_words_travel_there_and_back(words: list[str]) -> None:
    """Whatever XML and spreadsheets can hold at all comes back as it went."""
    units = [
        Unit("cek-agen", name, "id", "sumber", "sas", _printable(text), "0" * 12, "-")
        for name, text in zip(exchange_units.FIELDS, words, strict=True)
    ]
    for travel in (as_sheet, as_xliff):
        assert [unit.target for unit in travel(units)] == [unit.target for unit in units]


def _printable(text: str) -> str:
    """What a person can write: neither control characters nor halves of others, no space at the ends."""
    kept = "".join(char for char in text if char in "\n" or (char.isprintable() and char not in "\ufffe\uffff"))
    return kept.replace("_x", "x").strip() or "x"
