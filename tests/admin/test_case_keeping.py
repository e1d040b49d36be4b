"""Komang agrees with Nia's mother until when the case is kept; Ratna erases another because the family asks at the desk."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from centre import case_records, erasure_receipts, retention
from centre.audit import AuditEntry
from centre.case_records import State
from centre.staff import Role
from tests.admin.cased import KORLEKO, WORDS, case_of, changes, deeds, entries, told

UNTIL = "2027-03-01"


@pytest.fixture
def korleko(desk_on_both) -> int:
    return desk_on_both.village("Korleko", KORLEKO)


@pytest.fixture
def code(desk_on_both, korleko) -> str:
    """Closed by Ratna a moment ago."""
    code = told(desk_on_both, korleko, "violence", who="nia")
    closed(desk_on_both, code)
    return code


@pytest.fixture
def komang(desk_on_both):
    return desk_on_both.at_work("komang", Role.SPECIALIST, "52.03")


@pytest.fixture
def ratna(desk_on_both):
    return desk_on_both.at_work("ratna", Role.COORDINATOR, "52.03")


@pytest.fixture
def do(send):
    """Send a form of a case's page: `do(browser, code, "simpan", day="…")`; gives the answer."""

    def post(browser, code: str, deed: str, /, **fields: str):
        return send(browser, f"{address_of(code)}/{deed}", **{f"{deed}-{name}": text for name, text in fields.items()})

    return post


def closed(desk, code: str) -> None:
    with desk.database.transaction() as session:
        case = case_records.by_code(session, code)
        case.state, case.closed_at, case.outcome = State.CLOSED, desk.now, "solved"


def address_of(code: str) -> str:
    return f"/admin/kasus/{case_records.shown(code)}"


def notes(desk) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        kept = select(AuditEntry.deed, AuditEntry.note).where(
            AuditEntry.deed.in_(("case_keeping_agreed", "case_erased"))
        )
        return [tuple(row) for row in session.execute(kept.order_by(AuditEntry.id))]


def test_until_when_it_is_kept_is_agreed_and_then_it_goes(desk_on_both, code, komang, do):
    page = komang.get(address_of(code)).text
    assert "sampai keluarga minta dihapus; belum ada hari" in page
    assert 'type="date"' in page
    assert 'min="2026-11-22"' in page
    assert 'max="2036-11-20"' in page
    for _twice in range(2):
        answer = do(komang, code, "simpan", day=UNTIL, key="0123456789abcdef")
        assert (answer.status_code, answer.headers["Location"]) == (303, address_of(code))
    page = komang.get(address_of(code)).text
    assert "<dd>1 Maret 2027, disepakati dengan keluarga</dd>" in page
    assert "Disepakati dengan keluarga: disimpan sampai 1 Maret 2027" in page
    assert notes(desk_on_both) == [("case_keeping_agreed", UNTIL)], "once"
    desk_on_both.wait(days=101)
    with desk_on_both.database.transaction() as session:
        assert retention.forget_old(session, desk_on_both.now)["sensitive_cases"] == 1
    page = desk_on_both.at_work("dewi", Role.SPECIALIST, "52.03").get(address_of(code)).text
    assert "<dd>isinya sudah dihapus</dd>" in page
    assert WORDS not in page
    assert f"{address_of(code)}/simpan" not in page


def test_what_cannot_be_is_said_at_the_field_and_changes_nothing(desk_on_both, code, komang, do):
    for fields, why in (
        ({"day": "2026-11-21"}, "Hari itu sudah tiba atau lewat"),
        ({"day": "2037-01-01"}, "paling lama 10 tahun"),
        ({"day": "1 Maret"}, "Tulis tanggal yang ada"),
        ({"day": ""}, "Isi hari yang disepakati"),
        ({"day": UNTIL, "no_day": "y"}, "tidak keduanya"),
    ):
        answer = do(komang, code, "simpan", **fields)
        assert answer.status_code == 422, why
        assert "<title>Galat" in answer.text
        [tag] = re.findall(r'<input [^>]*id="simpan-day"[^>]*>', answer.text)
        assert f'value="{fields["day"]}"' in tag, "what was typed stays"
        assert 'aria-invalid="true"' in tag
        assert why in answer.text.partition('id="simpan-day-problem"')[2].partition("</p>")[0]
        assert re.search(r'<details class="desk-fold" open>\s*<summary>Sampai kapan disimpan', answer.text)
    assert case_of(desk_on_both, code).keep_until is None
    assert notes(desk_on_both) == []


def test_the_agreement_can_be_taken_back(desk_on_both, code, komang, do):
    assert "simpan-no_day" not in komang.get(address_of(code)).text, "there is none yet"
    do(komang, code, "simpan", day=UNTIL)
    assert "simpan-no_day" in komang.get(address_of(code)).text
    assert do(komang, code, "simpan", no_day="y", day="").status_code == 303
    assert case_of(desk_on_both, code).keep_until is None
    assert changes(desk_on_both, code)[-2:] == [f"keep_until:{UNTIL}", "keep_until:"]
    assert notes(desk_on_both)[-1] == ("case_keeping_agreed", "")


def test_an_ordinary_case_has_nothing_to_agree_about(desk_on_both, korleko, do):
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    code = told(desk_on_both, korleko)
    assert "Disimpan sampai" not in wayan.get(address_of(code)).text
    answer = do(wayan, code, "simpan", day=UNTIL)
    assert answer.status_code == 422
    assert "tidak perlu disepakati" in answer.text
    assert case_of(desk_on_both, code).keep_until is None


def test_a_coordinator_erases_it_because_the_family_asks(desk_on_both, code, komang, ratna, do):
    assert f"{address_of(code)}/hapus" not in komang.get(address_of(code)).text
    assert do(komang, code, "hapus", how="by_phone").status_code == 404
    assert "Hapus sekarang?" in ratna.get(address_of(code)).text
    for nothing in ("", "bisikan"):
        answer = do(ratna, code, "hapus", how=nothing)
        assert answer.status_code == 422
        assert "Pilih" in answer.text.partition('id="hapus-how-problem"')[2].partition("</p>")[0]
    assert case_of(desk_on_both, code).erased_at is None
    receipts = set()
    for _twice in range(2):  # the line broke before the answer came
        assert do(ratna, code, "hapus", how="by_phone", key="0123456789abcdef").status_code == 303
        page = ratna.get(address_of(code)).text
        receipts |= set(re.findall(r"Tanda terima: (HPS-\w{5}-\w{5})", page))
    [receipt] = receipts
    with desk_on_both.database.reading() as session:
        assert erasure_receipts.of_code(session, receipt).at == desk_on_both.now
    assert "Isi kasus dihapus karena keluarga memintanya. Caranya: Lewat telepon" in page
    assert WORDS not in page
    assert all(not words for kind in ("words", "answer", "note") for _, words in entries(desk_on_both, code, kind))
    assert notes(desk_on_both) == [("case_erased", "asked:by_phone")], "once, and without a word of anybody"
    assert case_of(desk_on_both, code).erased_at == desk_on_both.now
    again = do(ratna, code, "hapus", how="by_phone")
    assert "sudah dihapus" in again.text.partition('role="alert"')[2].partition("</div>")[0]


def test_an_open_case_is_closed_first(desk_on_both, korleko, ratna, do):
    code = told(desk_on_both, korleko, "violence", who="dewi")
    assert f"{address_of(code)}/hapus" not in ratna.get(address_of(code)).text
    answer = do(ratna, code, "hapus", how="in_person")
    assert answer.status_code == 422
    assert "masih terbuka" in answer.text
    assert case_of(desk_on_both, code).erased_at is None


def test_the_audit_says_both_in_words(desk_on_both, code, komang, ratna, do):
    do(komang, code, "simpan", day=UNTIL)
    do(ratna, code, "hapus", how="by_letter")
    page = desk_on_both.at_work("agung", Role.ADMINISTRATOR).get("/admin/catatan").text
    assert "mencatat sampai kapan kasus disimpan" in page
    assert "1 Maret 2027" in page
    assert "menghapus isi kasus atas permintaan keluarga" in page
    assert "Lewat surat" in page
    assert deeds(desk_on_both).count("case_erased") == 1


def test_the_page_on_keeping_says_how_many_have_no_day_yet(desk_on_both, korleko, code, komang, do):
    closed(desk_on_both, told(desk_on_both, korleko, "trafficking", who="dewi"))
    told(desk_on_both, korleko, "violence", who="rohani")
    do(komang, code, "simpan", day=UNTIL)
    page = desk_on_both.at_work("agung", Role.ADMINISTRATOR).get("/admin/pengaturan/penyimpanan").text
    assert "masih disimpan: 2. Yang sudah ada harinya: 1." in page
    assert "<strong>menurut kesepakatan</strong>: Kasus kekerasan" in page
    assert case_of(desk_on_both, code).keep_until == date(2027, 3, 1)
