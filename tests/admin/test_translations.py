"""Inaq Rohani grew up with Sasak: she reads a translation beside its source and signs, and nobody else can for her."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from centre.audit import AuditEntry
from centre.staff import Role
from content import articles, translations

SASAK = "/admin/panduan/terjemahan/biaya/sas"


def test_the_list_shows_each_language_and_how_far_it_can_be_trusted(desk):
    desk.article("biaya")
    desk.translation("biaya", "sas")
    desk.translation("biaya", "jv")
    browser = desk.at_work("wayan", Role.PETUGAS, "52.03.17.2006")
    assert "/admin/panduan/terjemahan" in browser.get("/admin/menu?bagian=panduan").text
    page = browser.get("/admin/panduan/terjemahan").text
    assert page.count("Belum ditinjau penutur asli") == 2
    assert "Basa Jawa (1)" in page
    assert page.index("(jv)") < page.index("(sas)")
    only_sasak = browser.get("/admin/panduan/terjemahan?bahasa=sas").text
    assert "Panduan biaya (sas)" in only_sasak
    assert "Panduan biaya (jv)" not in only_sasak
    assert browser.get("/admin/panduan/terjemahan?bahasa=tlh").status_code == 404


def test_what_waits_is_shown_alone_as_the_first_page_counts_it(desk):
    for slug in ("biaya", "visa"):
        desk.article(slug)
        desk.translation(slug)
    desk.article("visa", "Visa Rp1.000.000.")
    browser = desk.at_work("rohani", Role.REVIEWER)
    found = {}
    for state in ("tertinggal", "belum"):
        address = f"/admin/panduan/terjemahan?keadaan={state}"
        assert f'href="{address}"' in browser.get("/admin/").text
        page = browser.get(address).text
        found[state] = re.findall(r'href="/admin/panduan/terjemahan/(\w+)/sas"', page)
        assert f"?bahasa=sas&amp;keadaan={state}" in page
        assert "(1)" in page
    assert found == {"tertinggal": ["visa"], "belum": ["biaya"]}
    assert "Tidak ada terjemahan seperti ini" in browser.get("/admin/panduan/terjemahan?keadaan=belum&bahasa=jv").text
    assert browser.get("/admin/panduan/terjemahan?keadaan=baru").status_code == 404


def test_both_texts_are_shown_as_people_read_them(desk):
    desk.article("biaya", "Telepon {{kontak:kp2mi}} dulu. [BIA-21]")
    desk.translation("biaya", short="Telpon {{kontak:kp2mi}} juluq. [BIA-21]")
    page = desk.at_work("wayan", Role.EDITOR).get(SASAK).text
    assert page.index("Telepon KP2MI 0800-1000 dulu.") < page.index("Telpon KP2MI 0800-1000 juluq.")
    assert "BIA-21" not in page
    assert "Tandatangani" not in page, "an editor reads but does not sign"


def test_inaq_rohani_signs_and_it_is_recorded(desk_on_both, token_on):
    desk = desk_on_both
    desk.article("biaya")
    desk.translation("biaya")
    rohani = desk.hire("rohani", Role.REVIEWER, "sas")
    browser = desk.browser_of(rohani)
    before = version(desk)
    answer = browser.post(SASAK, data=filled(browser, token_on))
    assert answer.headers["Location"] == "/admin/panduan/terjemahan?bahasa=sas"
    assert "Ditinjau penutur asli: Rohani, 2026-11-21" in browser.get(answer.headers["Location"]).text
    assert "Tandatangani" not in browser.get(SASAK).text
    assert version(desk) == before + 1
    with desk.database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.staff_id, entry.deed) == (rohani, "article_checked")
    assert (entry.about, entry.note) == ("translation:biaya:sas", "Logat Selong")


def test_the_day_is_that_of_the_desk(desk, token_on):
    desk.article("biaya")
    desk.translation("biaya")
    desk.wait(hours=17)
    browser = desk.at_work("rohani", Role.REVIEWER)
    browser.post(SASAK, data=filled(browser, token_on))
    assert "Rohani, 2026-11-22" in browser.get(SASAK).text


def test_a_second_press_of_the_button_signs_nothing_twice(desk, token_on):
    desk.article("biaya")
    desk.translation("biaya")
    browser = desk.at_work("rohani", Role.REVIEWER)
    form = filled(browser, token_on)
    browser.post(SASAK, data=form)
    before = version(desk)
    answer = browser.post(SASAK, data=form, follow_redirects=True)
    assert "sudah ditandatangani" in answer.text
    assert version(desk) == before


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [({"native": ""}, "Centang bila Anda penutur asli"), ({"note": "x" * 501}, "Paling banyak 500")],
)
def test_without_her_word_nothing_is_recorded_and_what_she_typed_stays(desk, token_on, wrong, reason):
    desk.article("biaya")
    desk.translation("biaya")
    browser = desk.at_work("rohani", Role.REVIEWER)
    answer = browser.post(SASAK, data=filled(browser, token_on) | wrong)
    assert answer.status_code == 422
    assert reason in answer.text
    assert wrong.get("note", "Logat Selong") in answer.text
    assert reviewed(desk) == ""


@pytest.mark.parametrize("changed", ["source", "translation"])
def test_nobody_signs_words_that_changed_while_they_read(desk_on_both, token_on, changed):
    desk = desk_on_both
    desk.article("biaya")
    desk.translation("biaya")
    browser = desk.at_work("rohani", Role.REVIEWER)
    form = filled(browser, token_on)
    if changed == "source":
        desk.article("biaya", "Biaya Rp1.000.000.")
    else:
        desk.translation("biaya", short="Biaye Rp1.000.000.")
    answer = browser.post(SASAK, data=form)
    assert answer.status_code == 422
    assert "baru saja berubah" in answer.text
    assert "Rp1.000.000" in answer.text
    assert "checked" not in answer.text
    assert reviewed(desk) == ""


def test_what_is_behind_says_so_and_waits_for_its_translator(desk, token_on):
    desk.article("biaya")
    desk.translation("biaya")
    browser = desk.at_work("rohani", Role.REVIEWER)
    form = filled(browser, token_on)
    desk.article("biaya", "Biaya Rp1.000.000.")
    assert ">Tertinggal</span>" in browser.get("/admin/panduan/terjemahan").text
    page = browser.get(SASAK).text
    assert "harus disesuaikan dulu" in page
    assert "Tandatangani" not in page
    with desk.database.reading() as session:
        form["marks"] = translations.one(session, "biaya", "sas").marks
    assert browser.post(SASAK, data=form).status_code == 422
    assert reviewed(desk) == ""


def test_a_reviewer_of_javanese_cannot_sign_sasak(desk, token_on):
    desk.article("biaya")
    desk.translation("biaya")
    form = filled(desk.at_work("rohani", Role.REVIEWER, "sas"), token_on)
    browser = desk.at_work("sri", Role.REVIEWER, "jv")
    assert "Tandatangani" not in browser.get(SASAK).text
    token = token_on(browser, "/admin/ganti-sandi")
    assert browser.post(SASAK, data=form | {"csrf_token": token}).status_code == 404
    assert reviewed(desk) == ""
    assert "Pemeriksa, Basa Jawa" in browser.get("/admin/akun").text


@pytest.mark.parametrize("address", ["biaya/id", "biaya/mad", "tidak-ada/sas", "%00/sas", "biaya/%00", "biaya/x" * 200])
def test_what_is_no_translation_is_not_here(desk_on_both, address):
    desk_on_both.article("biaya")
    desk_on_both.translation("biaya")
    browser = desk_on_both.at_work("rohani", Role.REVIEWER)
    assert browser.get(f"/admin/panduan/terjemahan/{address}").status_code == 404


def filled(browser, token_on) -> dict[str, str]:
    found = re.search(r'name="marks"[^>]* value="([^"]+)"', browser.get(SASAK).text)
    assert found
    return {"csrf_token": token_on(browser, SASAK), "marks": found[1], "native": "y", "note": "Logat Selong"}


def reviewed(desk) -> str:
    with desk.database.reading() as session:
        return translations.one(session, "biaya", "sas").reviewed


def version(desk) -> int:
    with desk.database.reading() as session:
        return articles.version(session)
