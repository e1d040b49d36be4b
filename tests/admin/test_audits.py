"""Who did what: Ratna reads all of it, Ani her area's, and nobody changes a line."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from admin import audit_wording
from centre import audit
from centre.audit import AuditEntry, Deed
from centre.staff import Role
from processes import migrating
from tests.admin.cased import KORLEKO
from tests.admin.conftest import MORNING
from tests.admin.test_access import WHO_MAY

AUDIT = "/admin/catatan"


@pytest.fixture
def wayan(desk_on_both) -> str:
    return desk_on_both.hire("wayan", Role.PETUGAS, KORLEKO)


@pytest.fixture
def joko(desk_on_both) -> str:
    return desk_on_both.hire("joko", Role.PETUGAS, "33.01.01.2001")


def did(desk, who: str, deed: Deed, about: str = "", note: str = "") -> None:
    with desk.database.transaction() as session:
        audit.record(session, who, deed, desk.now, about, note)


def lines(browser, **asked) -> list[str]:
    """What stands on the page, entry by entry, in words."""
    page = browser.get(AUDIT, query_string=asked).text.partition("<main")[2]
    rows = re.findall(r"<li>\s*<strong>(.*?)</li>", page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_it_says_who_did_what_in_words(desk_on_both, wayan):
    did(desk_on_both, wayan, "case_read", "case:17")
    did(desk_on_both, wayan, "staff_role_given", f"staff:{wayan}", "petugas 52.03")
    did(desk_on_both, audit.COMMAND_LINE, "staff_password_reset", f"staff:{wayan}")
    ratna = desk_on_both.at_work("ratna", Role.ADMINISTRATOR)
    reset, role, read = lines(ratna)
    assert read.startswith("Wayan membuka kasus: kasus 17")
    assert role.startswith("Wayan memberi peran: Wayan Petugas, wilayah 52.03")
    assert reset.startswith("baris perintah di server memberi kata sandi sekali pakai: Wayan")
    assert lines(ratna)[0].startswith("Ratna membaca catatan perbuatan"), "reading it is a deed too"


def test_what_it_was_done_to_is_said_in_words_too(desk):
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    did(desk, wayan, "figures_exported", "place:52.03:2026")
    did(desk, wayan, "case_exported", "case:17", "referral:4 sent")
    letter, figures = lines(desk.at_work("ratna", Role.ADMINISTRATOR))
    assert figures.startswith("Wayan mengunduh angka: wilayah 52.03, 2026")
    assert "kasus 17 rujukan 4, Dikirim, menunggu jawaban" in letter


def test_every_deed_has_words():
    assert set(audit_wording.DEEDS) == set(get_args(Deed)), "admin/audit_wording.py says what a deed is called"


def test_it_is_narrowed_by_person_deed_area_and_day(desk_on_both, wayan, joko):
    desk_on_both.village("Korleko", KORLEKO)
    did(desk_on_both, wayan, "case_read", "case:1")
    desk_on_both.wait(days=1)
    did(desk_on_both, joko, "case_read", "case:2")
    did(desk_on_both, wayan, "slots_made", "slot:3")
    ratna = desk_on_both.at_work("ratna", Role.ADMINISTRATOR)
    assert len(lines(ratna)) == 3
    assert [line.split()[0] for line in lines(ratna, siapa=joko)] == ["Joko"]
    assert {line.split()[0] for line in lines(ratna, apa="case_read")} == {"Wayan", "Joko"}
    assert {line.split()[0] for line in lines(ratna, wilayah="33")} == {"Joko"}
    assert len(lines(ratna, sampai="2026-11-21")) == 1
    assert len([line for line in lines(ratna, dari="2026-11-22") if "Ratna" not in line]) == 2
    assert len(lines(ratna, dari="kemarin", wilayah="%", apa="ngawur")) == 0
    assert f"siapa={wayan}" in ratna.get(f"{AUDIT}?orang=way").text


def test_a_day_ends_at_midnight_in_jakarta(desk_on_both, wayan):
    desk_on_both.now = desk_on_both.now.replace(hour=16, minute=59)  # 23.59 WIB
    did(desk_on_both, wayan, "signed_in")
    desk_on_both.wait(minutes=1)
    did(desk_on_both, wayan, "signed_out")
    ratna = desk_on_both.at_work("ratna", Role.ADMINISTRATOR)
    assert [line.split()[1] for line in lines(ratna, sampai="2026-11-21")] == ["masuk"]
    assert [line.split()[1] for line in lines(ratna, dari="2026-11-22", siapa=wayan)] == ["keluar"]


def test_a_coordinator_reads_what_staff_of_her_area_did(desk_on_both, wayan, joko):
    did(desk_on_both, wayan, "case_read", "case:1")
    did(desk_on_both, joko, "case_read", "case:2")
    did(desk_on_both, audit.COMMAND_LINE, "staff_password_reset", f"staff:{joko}")
    ani = desk_on_both.at_work("ani", Role.COORDINATOR, "52.03")
    assert {line.split()[0] for line in lines(ani)} == {"Wayan"}
    assert lines(ani, siapa=joko) == []
    assert lines(ani, wilayah="33") == []
    assert "Joko" not in ani.get(f"{AUDIT}?orang=jok").text.partition('<ul class="desk-queues">')[2]


def test_a_long_record_is_read_page_by_page_and_nothing_twice(desk_on_both, wayan):
    for number in range(60):
        did(desk_on_both, wayan, "case_read", f"case:{number}")
    ratna = desk_on_both.at_work("ratna", Role.ADMINISTRATOR)
    page = ratna.get(AUDIT).text
    first = re.findall(r"kasus (\d+)", page.partition("</form>")[2].partition("<main")[2] or page)
    older = re.search(r'href="(/admin/catatan\?[^"]*sebelum=\d+[^"]*)"', page)[1].replace("&amp;", "&")
    second = re.findall(r": kasus (\d+)", re.sub(r"\s+", " ", ratna.get(older).text))
    assert second == [str(number) for number in range(9, -1, -1)]
    assert not {*second} & {*[number for number in first if int(number) > 9]}


def test_no_page_changes_it():
    assert [method for method, rule in WHO_MAY if rule.startswith(AUDIT)] == ["GET"]


@pytest.mark.parametrize("statement", [delete(AuditEntry), update(AuditEntry).values(note="")])
def test_the_database_itself_refuses_to_change_a_line(database, desk_on_both, wayan, statement):
    did(desk_on_both, wayan, "signed_in")
    with pytest.raises(DBAPIError, match="only added"), desk_on_both.database.transaction() as session:
        session.execute(statement)
    with desk_on_both.database.reading() as session:
        assert session.scalars(select(AuditEntry.deed)).all() == ["signed_in"]


def test_a_database_that_was_there_before_is_guarded_too(tmp_path):
    from centre.db import open_database
    from tests.conftest import VAULT

    made = open_database(f"sqlite:///{tmp_path / 'old.db'}", VAULT)
    migrating.upgrade(made)
    migrating.upgrade(made)
    with made.transaction() as session:
        audit.record(session, "wayan", "signed_in", MORNING)
    with pytest.raises(DBAPIError, match="only added"), made.transaction() as session:
        session.execute(delete(AuditEntry))
    made.engine.dispose()


def test_neither_emptying_the_table_nor_putting_another_line_in_place_goes_around_it(desk_on_both, wayan):
    did(desk_on_both, wayan, "signed_in")
    by_dialect = {
        "postgresql": "TRUNCATE audit_entries",
        "sqlite": "INSERT OR REPLACE INTO audit_entries (id, staff_id, deed, about, note, at) "
        "SELECT id, 'agus', deed, about, note, at FROM audit_entries",
    }
    statement = text(by_dialect[desk_on_both.database.engine.dialect.name])
    with pytest.raises(DBAPIError, match="only added"), desk_on_both.database.transaction() as session:
        session.execute(statement)
    with desk_on_both.database.reading() as session:
        assert session.scalars(select(AuditEntry.staff_id)).all() == [wayan]
    did(desk_on_both, wayan, "signed_out")
