"""The first page puts what presses first; a page that stays open hears what is new, and asks so quietly that it idles on."""

from __future__ import annotations

import re

import pytest

from centre import cases, staff
from centre.case_records import shown
from centre.staff import Role
from tests.admin.cased import KORLEKO, LENEK, case_of, deeds, told


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


def news(browser, page: str, headers: dict[str, str] | None = None):
    """What the page at `page` hears, asked as its script does."""
    found = re.search(r'data-news="([^"]+)"', browser.get(page).text)
    assert found, "the page asks for nothing"
    return found[1].replace("&amp;", "&")


def test_what_presses_stands_first_and_one_tap_away(desk, korleko):
    calm = told(desk, korleko, "documents", who="nia")
    urgent = told(desk, korleko, "violence", who="sari")
    browser = desk.at_work("ratna", Role.COORDINATOR, "52.03")
    page = browser.get("/admin/").text
    first, second = (page.index(f"/admin/kasus/{shown(code)}") for code in (urgent, calm))
    assert first < second
    assert "Belum dipegang" in page
    member = desk.hire("wayan", Role.COORDINATOR, "52.03")
    for code in (urgent, calm):
        with desk.database.transaction() as session:
            cases.take(session, session.merge(case_of(desk, code)), member, desk.now)
    taken = browser.get("/admin/").text
    assert f"/admin/kasus/{shown(urgent)}" in taken, "urgent, and still owed an answer"
    assert f"/admin/kasus/{shown(calm)}" not in taken, "somebody has it, and there is time"


def test_a_coordinator_sees_which_village_has_most_that_is_wrong(desk, korleko):
    lenek = desk.village("Lenek", LENEK)
    for number in range(3):
        told(desk, korleko, "documents", who=f"korleko-{number}")
    told(desk, lenek, "death", who="lenek")
    table = desk.at_work("ratna", Role.COORDINATOR, "52.03").get("/admin/").text.partition("desk-table")[2]
    assert table.index(f"wilayah={LENEK}") < table.index(f"wilayah={KORLEKO}"), "one urgent case before three calm ones"
    assert "desk-table" not in desk.at_work("ketut", Role.PETUGAS, KORLEKO).get("/admin/").text


def test_a_case_around_the_village_is_counted_for_the_regency_without_naming_the_village(desk, korleko):
    told(desk, korleko, "pay", around=True)
    told(desk, desk.village("Lenek", LENEK), "pay", who="lenek")
    table = desk.at_work("ratna", Role.COORDINATOR, "52.03").get("/admin/").text.partition("desk-table")[2]
    assert "wilayah=52.03" in table
    assert "tidak lewat desa" in table
    assert "Korleko" not in table
    assert "kasus baru" not in desk.at_work("ketut", Role.PETUGAS, KORLEKO).get("/admin/kabar?sejak=0").json["kata"]


def test_a_page_left_open_hears_of_a_new_case_and_of_nothing_it_may_not_know(desk, korleko):
    ketut = desk.at_work("ketut", Role.PETUGAS, KORLEKO)
    address = news(ketut, "/admin/")
    quiet = ketut.get(address)
    assert quiet.json["baru"] == 0
    assert quiet.json["kata"] == ""
    assert ketut.get(address, headers={"If-None-Match": quiet.headers["ETag"]}).status_code == 304
    desk.wait(minutes=2)
    told(desk, korleko, "pay", who="sari")
    told(desk, korleko, "pay", who="nia", around=True)
    told(desk, desk.village("Lenek", LENEK), "pay", who="lenek")
    desk.set_aside("Tolong", korleko, "made")
    heard = ketut.get(address, headers={"If-None-Match": quiet.headers["ETag"]})
    assert heard.status_code == 200
    assert heard.json["kata"] == "1 kasus baru, 1 pesan menunggu"
    assert heard.json["n"]["free"] == 1
    assert len(heard.data) <= 1024


def test_who_holds_a_case_hears_that_the_family_wrote(desk, korleko):
    code = told(desk, korleko, "pay")
    member = desk.hire("ketut", Role.PETUGAS, KORLEKO)
    browser = desk.browser_of(member)
    with desk.database.transaction() as session:
        cases.take(session, session.merge(case_of(desk, code)), member, desk.now)
    address = news(browser, "/admin/kasus")
    desk.wait(minutes=1)
    with desk.database.transaction() as session:
        cases.add_words(session, session.merge(case_of(desk, code)), "Ada kabar?", "sari:2", desk.now)
    assert browser.get(address).json["kata"] == "1 kasus Anda yang ditulisi keluarga"


def test_what_is_added_to_a_thread_comes_by_itself_escaped_and_entered_in_the_audit(desk, korleko):
    code = told(desk, korleko, "pay")
    browser = desk.at_work("ketut", Role.PETUGAS, KORLEKO)
    page = browser.get(f"/admin/kasus/{shown(code)}").text
    last = re.search(r'data-last="(\d+)"', page)[1]
    address = f"/admin/kasus/{shown(code)}/baru?sesudah={last}"
    assert browser.get(address).status_code == 204
    before = deeds(desk).count("case_read")
    with desk.database.transaction() as session:
        cases.add_words(session, session.merge(case_of(desk, code)), "<script>kena</script>", "sari:9", desk.now)
    added = browser.get(address)
    assert added.status_code == 200
    assert "&lt;script&gt;kena" in added.text
    assert "<script" not in added.text
    assert added.text.count('<li class="desk-entry') == 1
    assert deeds(desk).count("case_read") == before + 1
    stranger = desk.at_work("made", Role.PETUGAS, LENEK)
    assert stranger.get(address).status_code == 404
    for asked in ("", "x", "-1", "9" * 30):
        assert browser.get(f"/admin/kasus/{shown(code)}/baru?sesudah={asked}").status_code == 204


def test_an_administrator_without_a_reason_is_sent_no_words(desk, korleko):
    code = told(desk, korleko, "pay")
    assert desk.at_work("sri", Role.ADMINISTRATOR).get(f"/admin/kasus/{shown(code)}/baru?sesudah=0").status_code == 204


def test_a_page_that_asks_by_itself_does_not_keep_a_session_awake(desk, korleko):
    """Two pages left open on a shared computer: signed out after 15 minutes all the same."""
    code = shown(told(desk, korleko, "pay"))
    browser = desk.at_work("ketut", Role.PETUGAS, KORLEKO)
    for _ in range(7):
        desk.wait(minutes=2)
        assert browser.get("/admin/kabar").status_code == 200
        assert browser.get(f"/admin/kasus/{code}/baru?sesudah=999").status_code == 204
    desk.wait(minutes=2)
    assert staff.IDLE.total_seconds() <= 16 * 60
    assert browser.get("/admin/kabar").status_code == 303
