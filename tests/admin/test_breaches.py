"""Ratna enters a breach, sees by codes whom it concerns, takes the sealed list and prints the notice; and reads what the nights
cleared."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin import breaches as pages
from centre import breach_lists, breaches, erasure_receipts, last_runs, retention_reports
from centre.audit import AuditEntry
from centre.breaches import Breach
from centre.staff import Role
from tests.admin.cased import KORLEKO, told

ASKED = {"what": "nama & nomor", "how": "laptop hilang <di jalan>", "doing": "kunci diganti"}


PAGE = "/admin/pengaturan/kebocoran"


@pytest.fixture
def ratna_id(desk):
    return desk.hire("ratna", Role.ADMINISTRATOR)


@pytest.fixture
def ratna(desk, ratna_id):
    return desk.browser_of(ratna_id)


@pytest.fixture
def entered(desk, send, ratna):
    """Enters a breach of this day; gives the answer."""
    day = f"{desk.now:%Y-%m-%d}"

    def enter(**more):
        return send(ratna, PAGE, PAGE, **{"since": day, "until": day, "account": "", **ASKED, **more})

    return enter


def test_a_breach_is_entered_and_shows_codes_without_names(desk, ratna, entered):
    village = desk.village("Korleko", KORLEKO)
    case = told(desk, village)
    answer = entered()
    assert answer.status_code == 303
    page = ratna.get(answer.headers["Location"]).text
    assert "3×24 jam" in page
    assert re.search(r"<strong>P-\d+</strong>", page)
    assert "6281" not in page
    with desk.database.reading() as session:
        [breach] = session.scalars(select(Breach)).all()
        done = session.scalars(select(AuditEntry.deed).where(AuditEntry.about == breach.about)).all()
        assert set(done) == {"breach_entered", "breach_listed"}
    assert case


def test_the_list_is_downloaded_sealed(desk, ratna, entered):
    told(desk, desk.village("Korleko", KORLEKO))
    where = entered().headers["Location"]
    answer = ratna.get(f"{where}/daftar")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert b"conversation" not in answer.data
    with desk.database.reading() as session:
        assert "conversation" in breach_lists.opened(session, answer.data)
        assert session.scalars(select(AuditEntry).where(AuditEntry.deed == "breach_exported")).one()


def test_the_next_steps_stand_there_and_what_was_done_is_said(desk, ratna_id, ratna, send, entered):
    told(desk, desk.village("Korleko", KORLEKO))
    where = entered().headers["Location"]
    page = ratna.get(where).text
    assert "Unduh daftar yang terkena sekarang juga." in page
    assert "Kontak penanggung jawab data belum diisi" in page
    ratna.get(f"{where}/daftar")
    page = ratna.get(where).text
    assert "pertama kali diunduh" in page
    assert "isinya 1 baris" not in page
    with desk.database.reading() as session:
        [breach] = breaches.every(session)
        assert breach.listed_number == len(breach_lists.concerned(session, breach.within)) > 0
    send(ratna, f"{where}/selesai", where)
    assert "Dicatat bahwa semua sudah diberi tahu" in ratna.get(where).text


def test_areas_stand_by_their_names(desk, ratna, entered):
    told(desk, desk.village("Korleko", KORLEKO))
    page = ratna.get(entered().headers["Location"]).text
    assert "Korleko, " in page
    assert KORLEKO not in page


def test_a_page_at_a_time_is_read(desk, ratna, entered, monkeypatch):
    monkeypatch.setattr(pages, "SHOWN", 2)
    village = desk.village("Korleko", KORLEKO)
    for who in ("a", "b", "c"):
        told(desk, village, who=who)
    where, seen = entered().headers["Location"], []
    next_page = where
    while next_page:
        page = ratna.get(next_page).text
        seen += re.findall(r"<strong>([A-Z0-9-]+)</strong>", page)
        after = re.search(r'href="([^"#]+)[^"]*" rel="next"', page)
        next_page = after[1] if after else None
    with desk.database.reading() as session:
        [breach] = breaches.every(session)
        assert seen == [each.code for each in breach_lists.concerned(session, breach.within)]
    assert len(seen) > 4


def test_what_is_known_later_is_corrected_and_recorded(desk, ratna, send, entered):
    where = entered().headers["Location"]
    form = ratna.get(f"{where}/ubah").text
    assert "laptop hilang &lt;di jalan&gt;" in form
    day = f"{desk.now - timedelta(days=1):%Y-%m-%d}"
    sent = {"since": day, "until": day, "until_at": "23.10", "account": "", **ASKED, "how": "dicuri dari mobil"}
    assert send(ratna, f"{where}/ubah", f"{where}/ubah", **sent).headers["Location"] == where
    assert "dicuri dari mobil" in ratna.get(f"{where}/surat").text
    assert 'value="23.10"' in ratna.get(f"{where}/ubah").text
    wrong = send(ratna, f"{where}/ubah", f"{where}/ubah", **{**sent, "until": "2020-01-01"})
    assert wrong.status_code == 422
    assert "Waktunya terbalik" in wrong.text
    with desk.database.reading() as session:
        [breach] = breaches.every(session)
        assert breach.found_at == desk.now, "nothing was said of it"
        [done] = session.scalars(select(AuditEntry).where(AuditEntry.deed == "breach_corrected")).all()
        assert done.note == "waktu mulai, waktu akhir, bagaimana"


def test_a_form_sent_again_as_it_stands_changes_nothing(desk, ratna, send, entered):
    where = entered(until_at="", since_at="07.30").headers["Location"]
    page = ratna.get(f"{where}/ubah").text
    values = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    values |= {name: value for value, name in re.findall(r'value="([^"]*)"[^>]*name="(\w+)"', page)}
    values.pop("csrf_token", None)
    assert send(ratna, f"{where}/ubah", f"{where}/ubah", **values, account="", **ASKED).status_code == 303
    with desk.database.reading() as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.deed == "breach_corrected")).all()


@pytest.mark.parametrize(("language", "said"), [("id", "Pasal 46 UU 27/2022"), ("en", "Article 46 of Law 27/2022")])
def test_the_notice_is_filled_in_both_languages(ratna, entered, language, said):
    where = entered().headers["Location"]
    page = ratna.get(f"{where}/surat?bahasa={language}").text
    assert said in page
    assert "laptop hilang &lt;di jalan&gt;" in page
    assert "nama &amp; nomor" in page
    assert "kunci diganti" in page


def test_its_clock_stops_when_all_were_told(desk, ratna_id, send, entered):
    where = entered().headers["Location"]
    desk.now += timedelta(hours=73)
    browser = desk.browser_of(ratna_id)
    assert "Lewat" in browser.get(PAGE).text
    assert send(browser, f"{where}/selesai", where).status_code == 303
    assert "Sudah diberi tahu." in browser.get(where).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("until", "2020-01-01"),
        ("since_at", "siang"),
        ("what", ""),
        ("since", "x"),
        ("found", "2020-01-01"),
        ("found_at", "x"),
    ],
)
def test_what_cannot_be_is_said_and_not_entered(desk, entered, field, value):
    assert entered(**{field: value}).status_code == 422
    with desk.database.reading() as session:
        assert session.scalars(select(Breach)).all() == []


def test_what_the_nights_cleared_and_that_one_is_missing(desk, ratna_id, ratna):
    page = ratna.get("/admin/pengaturan/penyimpanan").text
    assert "alert-danger" not in page, "no night has passed in a house that is new"
    assert "<strong>90 hari</strong>" in page, "the words of the privacy page"
    with desk.database.transaction() as session:
        last_runs.begin(session, desk.now)
    desk.now += timedelta(hours=37)
    assert "belum pernah selesai" in desk.browser_of(ratna_id).get("/admin/pengaturan/penyimpanan").text
    with desk.database.transaction() as session:
        retention_reports.add(session, {"payload": 17, "cases": 1}, desk.now)
        last_runs.enter(session, last_runs.RETENTION, desk.now)
    page = desk.browser_of(ratna_id).get("/admin/pengaturan/penyimpanan").text
    assert "17: Isi pesan" in page
    assert "alert-danger" not in page
    desk.now += timedelta(hours=37)
    assert "alert-danger" in desk.browser_of(ratna_id).get("/admin/pengaturan/penyimpanan").text


def test_a_receipt_is_found_by_its_code_and_names_nobody(desk, ratna):
    with desk.database.transaction() as session:
        code = erasure_receipts.make(session, "conversation", 7, desk.now)
    assert "Siapa orangnya tidak dicatat" in ratna.get(f"/admin/pengaturan/penyimpanan?kode={code.lower()}").text
    assert "Tidak ada tanda terima" in ratna.get("/admin/pengaturan/penyimpanan?kode=HPS-00000-00000").text


def test_who_administers_one_regency_is_not_shown_the_people_of_others(desk, ratna, entered):
    where = entered().headers["Location"]
    sri = desk.at_work("sri", Role.ADMINISTRATOR, "32.12")
    for address in (PAGE, where, f"{where}/daftar", f"{where}/surat", f"{where}/ubah"):
        assert sri.get(address).status_code == 404, address
    assert PAGE not in sri.get("/admin/menu?bagian=pengaturan").text
    assert PAGE in ratna.get("/admin/menu?bagian=pengaturan").text
