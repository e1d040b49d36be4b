"""The desk in English: chosen by each, kept with them, whole in what is shown, and no page half and half."""

from __future__ import annotations

import html
import re

import pytest
from babel.messages.pofile import read_po

from admin import menu_pages
from admin.language import LOCALES
from centre.staff import Role
from processes import desk_catalogues

KORLEKO = "52.03.17.2006"
NAMES = {"Polisi"}
"""Of contacts and guidance: they stay as they are."""


def choose(browser, token_on, language: str, back: str = "/admin/akun"):
    data = {"csrf_token": token_on(browser, "/admin/akun"), "bahasa": language}
    return browser.post(f"/admin/bahasa?lanjut={back}", data=data)


def test_whoever_chooses_english_reads_english_everywhere_they_sign_in(desk, token_on):
    member = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    first, second = desk.browser_of(member), desk.browser_of(member)
    assert '<html lang="id">' in first.get("/admin/").text
    assert choose(first, token_on, "en").headers["Location"] == "/admin/akun"
    for browser in (first, second):
        page = browser.get("/admin/").text
        assert '<html lang="en">' in page
        assert "Today&#39;s dates" in page or "Today's dates" in page
        assert "Beranda" not in page
    choose(second, token_on, "id")
    assert "Beranda" in first.get("/admin/").text


def test_the_door_speaks_what_was_chosen_in_this_browser_alone(desk):
    stranger = desk.client()
    page = stranger.get("/admin/masuk").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    answer = stranger.post("/admin/bahasa?lanjut=/admin/masuk", data={"csrf_token": token, "bahasa": "en"})
    assert answer.headers["Location"] == "/admin/masuk"
    assert "Sign in as staff" in stranger.get("/admin/masuk").text
    assert "Masuk sebagai petugas" in desk.client().get("/admin/masuk").text


@pytest.mark.parametrize("wanted", ["", "xx", "../../etc", "en\x00"])
def test_no_other_language_can_be_asked_for(desk, token_on, wanted):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    choose(browser, token_on, wanted)
    browser.set_cookie("bahasa", "zz")
    assert '<html lang="id">' in browser.get("/admin/").text


def test_one_is_never_led_to_another_site(desk, token_on):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert choose(browser, token_on, "en", "https://jahat.test").headers["Location"] == "/admin/"


def test_no_page_of_the_menu_is_half_and_half(desk, token_on):
    """What stands between tags and in labels is no msgid that has a translation."""
    desk.article("biaya")
    desk.set_aside("Tolong", desk.village("Korleko", KORLEKO))
    with (LOCALES / "en" / "LC_MESSAGES" / "admin.po").open("rb") as file:
        bahasa = {entry.id for entry in read_po(file) if entry.id and entry.string and entry.id != entry.string}
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    choose(browser, token_on, "en")
    with desk.app.test_request_context("/admin/"):
        addresses = sorted({page.address for area in menu_pages.AREAS for page in area.pages if not page.roles})
        addresses += sorted({page.address for area in menu_pages.AREAS for page in area.pages if page.roles})
    left = {address: said(browser.get(address, follow_redirects=True).text) & bahasa - NAMES for address in addresses}
    assert {address: words for address, words in left.items() if words} == {}


def test_a_shelf_reads_in_the_language_of_whoever_looks(desk, token_on):
    """“Pulang” is the shelf about coming home, and elsewhere a date: each has its own English."""
    browser = desk.at_work("laras", Role.EDITOR)
    shelf = re.compile(r'<option value="pulang"[^>]*>([^<]*)</option>')
    pages = ("/admin/panduan/semua", "/admin/panduan/baru")
    assert [shelf.search(browser.get(page).text)[1] for page in pages] == ["Pulang", "Pulang"]
    choose(browser, token_on, "en")
    assert [shelf.search(browser.get(page).text)[1] for page in pages] == ["Coming home", "Coming home"]


def said(page: str) -> set[str]:
    """Every piece of text on a page, and every label that is read out."""
    shown = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
    labels = re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', shown)
    pieces = (" ".join(html.unescape(piece).split()) for piece in [*re.split(r"<[^>]*>", shown), *labels])
    return {piece for piece in pieces if piece}


def test_the_catalogue_is_whole_and_keeps_every_placeholder():
    assert desk_catalogues.problems(LOCALES) == []


def test_a_lost_placeholder_a_doubtful_text_and_an_unreadable_file_are_found(tmp_path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "admin.pot").write_text('msgid "%(count)s jam"\nmsgstr ""\n\nmsgid "Simpan"\nmsgstr ""\n')
    (folder / "admin.po").write_text(
        'msgid "%(count)s jam"\nmsgstr "hours"\n\n#, fuzzy\nmsgid "Simpan"\nmsgstr "Save"\n'
    )
    found = desk_catalogues.problems(tmp_path)
    assert ["'Simpan'" in found[0] and "doubtful" in found[0], "%(count)s" in found[1], len(found)] == [True, True, 2]
    assert desk_catalogues.missing(tmp_path) == ["Simpan"]
    (folder / "admin.po").write_text(
        'msgid "Simpan"\nmsgstr "Save"\n\nmsgctxt "jam"\nmsgid "%(count)s jam"\nmsgstr "hours"\n'
    )
    assert desk_catalogues.missing(tmp_path) == ["%(count)s jam"], "what has another context is another text"
    assert "'%(count)s jam' has no English" in desk_catalogues.problems(tmp_path)[0]
    (folder / "admin.po").write_text('msgid "Simpan\n')
    assert "cannot be read" in desk_catalogues.problems(tmp_path)[0]
