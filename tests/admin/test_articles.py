"""An officer reads a doubtful article, asks at the source, and puts his name to it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from centre.audit import AuditEntry
from centre.staff import Role
from content import articles

BASIS = "Pak Hadi, BP3MI NTB, 20 November 2026"


def test_the_list_shows_what_is_doubtful_and_why(desk):
    desk.article("biaya")
    desk.article("pasti", doubtful=False)
    page = desk.at_work("wayan", Role.EDITOR).get("/admin/panduan").text
    assert "Panduan biaya" in page
    assert "Tanyakan rinciannya ke BP3MI." in page
    assert "Panduan pasti" not in page


def test_the_article_is_shown_as_people_read_it(desk):
    desk.article("biaya", "Telepon {{kontak:kp2mi}} dulu. [BIA-21]")
    page = desk.at_work("wayan", Role.REVIEWER).get("/admin/panduan/biaya").text
    assert "Telepon KP2MI 0800-1000 dulu." in page
    assert "BIA-21" not in page
    assert "UU 18/2017 Pasal 30" in page
    assert "Catat pemeriksaan" not in page, "a reviewer reads but does not vouch"


def test_a_check_is_recorded_with_its_ground(desk_on_both, token_on):
    desk = desk_on_both
    desk.article("biaya")
    wayan = desk.hire("wayan", Role.PETUGAS, "52.03.17.2006")
    browser = desk.browser_of(wayan)
    answer = browser.post("/admin/panduan/biaya", data=filled(browser, token_on))
    assert answer.status_code == 303
    with desk.database.reading() as session:
        assert articles.waiting_for_check(session) == []
        assert articles.checks(session)["biaya"] == desk.now
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.staff_id, entry.deed, entry.about, entry.note) == (wayan, "article_checked", "article:biaya", BASIS)
    assert "oleh Wayan" in browser.get("/admin/panduan/biaya").text


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"basis": ""}, "Tulis ke siapa"),
        ({"basis": " \u200b "}, "Tulis 5 sampai 500"),
        ({"basis": "x" * 501}, "Tulis 5 sampai 500"),
        ({"sure": ""}, "Centang bila isinya benar"),
    ],
)
def test_without_a_ground_nothing_is_recorded_and_what_was_typed_stays(desk, token_on, wrong, reason):
    desk.article("biaya")
    browser = desk.at_work("wayan", Role.PETUGAS)
    answer = browser.post("/admin/panduan/biaya", data=filled(browser, token_on) | wrong)
    assert answer.status_code == 422
    assert reason in answer.text
    if "basis" not in wrong:
        assert BASIS in answer.text
    with desk.database.reading() as session:
        assert len(articles.waiting_for_check(session)) == 1


def test_nobody_stands_by_words_that_changed_while_they_read(desk, token_on):
    desk.article("biaya")
    browser = desk.at_work("wayan", Role.PETUGAS)
    form = filled(browser, token_on)
    desk.article("biaya", "Biaya Rp1.000.000.")
    answer = browser.post("/admin/panduan/biaya", data=form)
    assert answer.status_code == 422
    assert "baru saja berubah" in answer.text
    assert BASIS in answer.text
    with desk.database.reading() as session:
        assert len(articles.waiting_for_check(session)) == 1


@pytest.mark.parametrize("slug", ["tidak-ada", "%00", "..", "a" * 3000])
def test_an_article_that_is_not_there_is_a_404(desk_on_both, slug):
    desk_on_both.article("pasti", doubtful=False)
    assert desk_on_both.at_work("wayan", Role.PETUGAS).get(f"/admin/panduan/{slug}").status_code == 404


def test_what_need_not_be_checked_is_shown_without_the_form_and_takes_no_check(desk, token_on):
    desk.article("pasti", doubtful=False)
    browser = desk.at_work("wayan", Role.PETUGAS)
    assert "Catat pemeriksaan" not in browser.get("/admin/panduan/pasti").text
    token = token_on(browser, "/admin/panduan/pasti")
    assert browser.post("/admin/panduan/pasti", data={"csrf_token": token}).status_code == 404


def filled(browser, token_on) -> dict[str, str]:
    page = browser.get("/admin/panduan/biaya").text
    digest = page.partition('name="digest"')[2].partition('value="')[2].partition('"')[0]
    return {
        "csrf_token": token_on(browser, "/admin/panduan/biaya"),
        "digest": digest,
        "basis": BASIS,
        "sure": "y",
    }
