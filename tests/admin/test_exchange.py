"""Rohani takes guidance home to translate, and what she brings back is shown, checked, and seen by a second person."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

import admin
import processes.web
from bot import catalogues
from bot.phrases import Phrases
from centre.audit import AuditEntry
from centre.staff import Role
from content import exchange_folder, exchange_sheets, pivots, translations
from content.draft_records import ArticleDraft, State
from content.exchange_uploads import ExchangeUpload
from content.said import Said
from processes.phrasebook import Phrasebook
from tests.admin.conftest import Desk

PAGE = "/admin/panduan/tukar"
XLSX = f"{PAGE}/terjemahan?bahasa=sas&bentuk=xlsx"
SHORT = "Biaye teatur siq negare, silaq ketoan juluq."


@pytest.fixture
def told(desk_on_both) -> Desk:
    """The article about costs, in Sasak too, at a desk that knows the bot's sentences."""
    desk = desk_on_both
    desk.app = Flask("desk", static_folder=None)
    desk.app.testing = True
    spoken = processes.web.spoken()
    admin.register(desk.app, desk.database, lambda: desk.now, key="k" * 64, secure=False, spoken=spoken)
    desk.article("biaya", "Biaya diatur negara.")
    desk.translation("biaya", "sas")
    return desk


@pytest.fixture(autouse=True)
def nothing_laid_over() -> Iterator[None]:
    yield
    catalogues.lay_over(Said())


def send(browser, token_on, data: bytes, name: str = "balik.xlsx", jenis: str = "terjemahan", bahasa: str = "sas"):
    form = {"csrf_token": token_on(browser, PAGE), "jenis": jenis, "bahasa": bahasa}
    return browser.post(PAGE, data={**form, "berkas": (io.BytesIO(data), name)})


def take(browser, token_on, address: str):
    mark = re.search(r'name="tanda" value="([^"]+)"', browser.get(address).text)
    assert mark
    return browser.post(f"{address}/ambil", data={"csrf_token": token_on(browser, address), "tanda": mark[1]})


def translated(data: bytes, **words: str) -> bytes:
    """The spreadsheet with other words in the column of the translation."""
    book = load_workbook(io.BytesIO(data))
    for row in book.worksheets[0].iter_rows(min_row=2):
        if str(row[1].value) in words:
            row[5].value = words[str(row[1].value)]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def drafts_of(desk) -> list[tuple[str, str, str]]:
    with desk.database.reading() as session:
        rows = session.scalars(select(ArticleDraft).order_by(ArticleDraft.id))
        return [(row.article_slug, row.language, row.state) for row in rows]


def test_rohani_takes_it_home_brings_it_back_and_somebody_else_reads_it(told, token_on):
    rohani = told.at_work("rohani", Role.REVIEWER, "sas")
    out = rohani.get(XLSX)
    assert out.headers["Content-Disposition"] == 'attachment; filename="balai-sas-2026-11-21.xlsx"'
    sent = send(rohani, token_on, translated(out.data, short=f"{SHORT} [BIA-21]"))
    assert sent.status_code == 422, "the source has no mark of that fact in its short answer"
    assert "Kode fakta harus sama dengan teks sumber: BIA-21." in sent.text
    assert "baris 4" in sent.text
    address = send(rohani, token_on, translated(out.data, short=SHORT)).headers["Location"]
    page = rohani.get(address).text
    assert "Ambil 1 teks sebagai naskah" in page
    assert "<ins>" in page
    assert drafts_of(told) == [], "only shown"
    answer = take(rohani, token_on, address)
    assert "1 naskah dibuat dan menunggu diperiksa orang lain" in rohani.get(answer.headers["Location"]).text
    assert drafts_of(told) == [("biaya", "sas", State.REVIEW)]
    assert rohani.get(address).status_code == 404, "it was decided about"
    with told.database.reading() as session:
        deeds = {entry.deed for entry in session.scalars(select(AuditEntry))}
        assert deeds == {"exchange_exported", "exchange_taken"}
        assert translations.one(session, "biaya", "sas").text.short != SHORT


def test_what_changed_after_she_looked_is_shown_again(told, token_on):
    rohani = told.at_work("rohani", Role.REVIEWER, "sas")
    address = send(rohani, token_on, translated(rohani.get(XLSX).data, short=SHORT)).headers["Location"]
    old = re.search(r'name="tanda" value="([^"]+)"', rohani.get(address).text)
    assert old
    told.article("biaya", "Biaya sekarang Rp2.000.000.")
    form = {"csrf_token": token_on(rohani, address), "tanda": old[1]}
    answer = rohani.post(f"{address}/ambil", data=form)
    assert answer.status_code == 422
    assert "Keadaannya berubah" in answer.text
    assert "ditandai tertinggal" in answer.text
    assert drafts_of(told) == []


def big_with_wrong_columns() -> bytes:
    """Ten thousand rows of somebody's register."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["nama", "nik", "alamat"])
    for number in range(10_000):
        sheet.append([f"Sari {number}", f"{number:016d}", "=HYPERLINK(1)"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "fields", "status", "told_so"),
    [
        (b"", {}, 422, "Pilih dulu berkasnya"),
        (b"x" * (10 * 1024 * 1024 + 1), {}, 422, "paling besar 10 MB"),
        (b"x" * (11 * 1024 * 1024), {}, 413, "Isian terlalu besar"),
        (big_with_wrong_columns(), {}, 422, "Kolom ini tidak ada: panduan, bagian"),
        (b"PK\x03\x04rusak", {}, 422, "rusak atau bukan berkas yang diminta"),
        (b"<xliff>", {}, 422, "bukan berkas XLIFF"),
        (b"halo", {"jenis": "kalimat"}, 422, "bukan berkas PO"),
        (b"halo", {"jenis": "panduan", "bahasa": ""}, 422, "rusak atau bukan berkas yang diminta"),
        (b"halo", {"jenis": "lain"}, 404, "Tidak ditemukan"),
        (b"halo", {"bahasa": "tlh"}, 404, "Tidak ditemukan"),
        (b"halo", {"bahasa": "id"}, 404, "Tidak ditemukan"),
    ],
)
def test_what_cannot_be_taken_says_why_and_changes_nothing(told, token_on, data, fields, status, told_so):
    answer = send(told.at_work("made", Role.EDITOR), token_on, data, **fields)
    assert answer.status_code == status
    assert told_so in answer.text
    with told.database.reading() as session:
        assert session.scalars(select(ExchangeUpload)).all() == []


def test_a_name_with_markup_in_it_is_only_a_name(told, token_on):
    made = told.at_work("made", Role.EDITOR)
    address = send(made, token_on, made.get(XLSX).data, "<img src=x onerror=alert(1)>.xlsx").headers["Location"]
    assert "<img" not in made.get(address).text
    assert "<img" not in made.get(PAGE).text


def test_somebody_elses_file_is_not_here_and_a_reviewer_stays_in_her_languages(told, token_on):
    made = told.at_work("made", Role.EDITOR)
    address = send(made, token_on, made.get(XLSX).data).headers["Location"]
    sri = told.at_work("sri", Role.REVIEWER, "jv")
    assert sri.get(address).status_code == 404
    assert sri.get(XLSX).status_code == 404
    assert sri.get(f"{PAGE}/panduan.zip").status_code == 404
    assert send(sri, token_on, b"PK", bahasa="sas").status_code == 404
    assert "Panduan sebagai folder" not in sri.get(PAGE).text
    made.post(f"{address}/buang", data={"csrf_token": token_on(made, PAGE)})
    assert made.get(address).status_code == 404


def test_the_folder_goes_out_and_comes_back(told, token_on):
    made = told.at_work("made", Role.EDITOR)
    data = made.get(f"{PAGE}/panduan.zip").data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    assert exchange_folder.MARKS in contents
    contents["biaya/biaya/sas.md"] = contents["biaya/biaya/sas.md"].replace(b"teatur siq negare", b"teatur pemerentah")
    contents["biaya/biaya/sas.md"] = contents["biaya/biaya/sas.md"].replace(b"[BIA-21]", b"")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in contents.items():
            package.writestr(name, content)
    answer = send(made, token_on, file.getvalue(), "panduan.zip", "panduan", "")
    assert answer.status_code == 303, answer.text
    take(made, token_on, answer.headers["Location"])
    assert drafts_of(told) == [("biaya", "sas", State.REVIEW)]


def test_who_writes_one_language_brings_back_no_other(told, token_on):
    made, agus = told.at_work("made", Role.EDITOR, "jv"), told.at_work("agus", Role.ADMINISTRATOR, "52.03")
    everywhere = told.at_work("ratna", Role.EDITOR)
    data = everywhere.get(f"{PAGE}/panduan.zip").data
    sheet = everywhere.get(f"{PAGE}/terjemahan?bahasa=sas&bentuk=xlsx").data
    for browser in (made, agus):
        assert send(browser, token_on, data, "panduan.zip", "panduan", "").status_code == 404
        assert send(browser, token_on, translated(sheet, short="Lain."), bahasa="sas").status_code == 404
        mark = token_on(browser, PAGE)
        pivot = {"csrf_token": mark, "bahasa": "mad", "sumber": "jv"}
        assert browser.post(f"{PAGE}/sumber", data=pivot).status_code == 404
    assert drafts_of(told) == []


def test_sentences_of_the_bot_are_taken_by_a_second_person(told, token_on):
    rohani, made = told.at_work("rohani", Role.REVIEWER, "sas"), told.at_work("made", Role.EDITOR)
    out = rohani.get(f"{PAGE}/kalimat?bahasa=sas").data
    assert b'msgid "Desa yang mana?"' in out
    old = Phrases("sas").which_village()
    new = out.replace(f'msgstr "{old}"'.encode(), b'msgstr "Dese saq embe?"')
    address = send(rohani, token_on, new, "sas.po", "kalimat").headers["Location"]
    assert "Minta orang lain" in rohani.get(address).text
    token = token_on(rohani, address)
    assert rohani.post(f"{address}/ambil", data={"csrf_token": token, "tanda": "x"}).status_code == 404
    assert "sas.po" in made.get(PAGE).text
    take(made, token_on, address)
    with told.database.reading() as session:
        Phrasebook().refresh(session)
    assert Phrases("sas").which_village() == "Dese saq embe?"
    assert not Phrases("sas").is_reviewed
    page = f"{PAGE}/kalimat/sas"
    mark = re.search(r'name="tanda" value="([^"]+)"', rohani.get(page).text)
    assert mark
    form = {"csrf_token": token_on(rohani, page), "tanda": mark[1]}
    assert rohani.post(page, data=form).status_code == 422
    rohani.post(page, data=form | {"penutur": "y"})
    assert "Ditinjau penutur asli: Rohani, 2026-11-21" in rohani.get(page).text


def test_a_sentence_that_breaks_a_rule_is_told_by_line(told, token_on):
    made = told.at_work("made", Role.EDITOR)
    out = made.get(f"{PAGE}/kalimat?bahasa=en").data
    answer = send(made, token_on, out.replace(b'"Legal basis: {rules}."', b'"Legal basis."'), "en.po", "kalimat", "en")
    assert answer.status_code == 422
    assert "persis seperti aslinya" in answer.text


def test_madurese_is_translated_from_javanese_when_an_editor_says_so(told, token_on):
    told.translation("biaya", "jv", "Biaya diatur negara.")
    made = told.at_work("made", Role.EDITOR)
    form = {"csrf_token": token_on(made, PAGE), "bahasa": "mad", "sumber": "jv"}
    made.post(f"{PAGE}/sumber", data=form)
    assert "Bhâsa Madhurâ dari Basa Jawa" in made.get(PAGE).text
    sheet = made.get(f"{PAGE}/terjemahan?bahasa=mad&bentuk=xlsx").data
    units = exchange_sheets.read("x.xlsx", sheet, [])
    assert {unit.source_language for unit in units} == {"jv"}
    with told.database.reading() as session:
        assert pivots.of(session, "mad") == "jv"
    answer = made.post(f"{PAGE}/sumber", data=form | {"bahasa": "jv", "sumber": "mad"})
    assert answer.status_code == 422
    assert "tidak saling merujuk" in answer.text
