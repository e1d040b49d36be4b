"""The menu: what somebody may open is in it and opens, what they may not is neither; the bar fits a small phone."""

from __future__ import annotations

import re

import pytest

from admin import menu_pages
from centre.staff import Role

KORLEKO = "52.03.17.2006"


def bar(page: str) -> list[tuple[str, str]]:
    """(address, name) of each entry of the bar."""
    found = re.search(r'<ul class="desk-menu">(.*?)</nav>', page, re.S)
    assert found, "no menu"
    return re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', found[1])


@pytest.mark.parametrize("role", Role)
def test_the_menu_offers_exactly_what_opens(desk, role):
    desk.village("Korleko", KORLEKO)
    browser = desk.at_work("wayan", role, "" if role in (Role.EDITOR, Role.REVIEWER) else KORLEKO)
    offered = set(re.findall(r'<a class="desk-card" href="([^"]+)"', browser.get("/admin/menu").text))
    assert {"/admin/", "/admin/akun"} <= offered
    with desk.app.test_request_context("/admin/menu"):
        every = {page.address for area in menu_pages.AREAS for page in area.pages}
    opened = {address for address in every if browser.get(address, follow_redirects=True).status_code == 200}
    assert opened == offered


@pytest.mark.parametrize("role", Role)
def test_each_entry_of_the_bar_opens_and_says_where_one_is(desk, role):
    desk.village("Korleko", KORLEKO)
    browser = desk.at_work("wayan", role, "" if role in (Role.EDITOR, Role.REVIEWER) else KORLEKO)
    entries = bar(browser.get("/admin/").text)
    assert entries[0] == ("/admin/", "Beranda")
    assert entries[-1] == ("/admin/menu", "Lainnya")
    for address, name in entries:
        answer = browser.get(address.replace("&amp;", "&"), follow_redirects=True)
        assert answer.status_code == 200, address
        marked = re.findall(r'aria-current="(?:page|true)">([^<]+)<', answer.text.partition("<main")[0])
        assert marked == [name], address


def test_an_area_with_one_page_leads_straight_to_it_and_bears_its_name(desk):
    made = bar(desk.at_work("made", Role.HELPER, KORLEKO).get("/admin/").text)
    assert ("/admin/daftarkan", "Daftarkan") in made


def test_a_page_below_an_area_shows_the_way_up(desk):
    desk.village("Korleko", KORLEKO)
    browser = desk.at_work("wayan", Role.COORDINATOR, "52.03")
    assert '<a href="/admin/menu?bagian=angka">‹ Angka</a>' in browser.get("/admin/layanan/angka").text
    assert '<a href="/admin/layanan">‹ Layanan</a>' in browser.get("/admin/layanan/telepon").text
    assert "desk-up" not in browser.get("/admin/kasus").text, "the menu leads straight here"


def test_an_area_that_is_none_or_not_theirs_shows_all_that_is(desk):
    browser = desk.at_work("sri", Role.VIEWER, "52")

    def seen(address: str) -> str:
        return browser.get(address).text.partition("<main")[2].partition("</main>")[0]

    whole = seen("/admin/menu")
    assert "Angka desa dan wilayah" in whole
    for asked in ("kasus", "ngawur", "%00"):
        assert seen(f"/admin/menu?bagian={asked}") == whole


def test_dark_comes_with_the_telephone_and_never_on_paper(desk):
    page = desk.client().get("/admin/masuk").text
    style = next(part for part in page.split('"') if part.endswith("bootstrap.min.css"))
    sheet = desk.client().get(style).get_data(as_text=True)
    dark = sheet.rpartition("@media screen and (prefers-color-scheme:dark)")[2]
    assert dark.startswith("{:root{color-scheme:dark;--bs-body-color:#dee2e6")
    assert dark.count("{") == dark.count("}")
