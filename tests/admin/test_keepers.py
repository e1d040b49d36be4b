"""An editor's first page: what she keeps and must read again, handed on by those who may write it; what nobody could answer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from admin.access import MAY_EDIT
from centre import open_questions
from centre.audit import AuditEntry
from centre.conversations import Conversation, Sender, of_sender
from centre.staff import Role
from content.article_records import Article
from tests.admin.guided import SLUG, guide

ONE, ALL = f"/admin/panduan/{SLUG}/peninjau", "/admin/panduan/semua/peninjau"
HEADING = "Panduan yang Anda tinjau ulang"


def test_what_is_due_stands_on_the_first_page_of_who_keeps_it(desk_on_both, send):
    desk = desk_on_both
    guide(desk, review_due=(desk.now + timedelta(days=20)).date())
    wayan = desk.hire("wayan", Role.EDITOR)
    rohani = desk.at_work("rohani", Role.EDITOR, "id")
    page = rohani.get(f"/admin/panduan/{SLUG}").text
    assert "belum ditentukan" in page
    assert send(rohani, ONE, on=f"/admin/panduan/{SLUG}", peninjau=wayan).status_code == 303
    at_wayans = desk.browser_of(wayan)
    home = at_wayans.get("/admin/").text
    assert HEADING in home
    assert "Segera ditinjau" in home.partition(HEADING)[2]
    assert HEADING not in rohani.get("/admin/").text
    assert "Cek izin agen" in at_wayans.get("/admin/panduan/semua?saring=saya").text
    assert "Cek izin agen" not in rohani.get("/admin/panduan/semua?saring=saya").text
    with desk.database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.deed, entry.about, entry.note) == ("article_entrusted", f"article:{SLUG}", f"staff:{wayan}")


def test_before_its_day_nobody_is_troubled_with_it(desk, send):
    guide(desk, review_due=(desk.now + timedelta(days=60)).date())
    wayan = desk.hire("wayan", Role.EDITOR)
    browser = desk.browser_of(wayan)
    send(browser, ONE, on=f"/admin/panduan/{SLUG}", peninjau=wayan)
    assert HEADING not in browser.get("/admin/").text


def test_a_whole_list_is_entrusted_at_once_and_what_it_does_not_show_stays(desk, send):
    guide(desk)
    guide(desk, "gaji-kurang", "Gaji kurang", topic="bekerja")
    wayan = desk.hire("wayan", Role.EDITOR)
    browser = desk.browser_of(wayan)
    answer = send(browser, ALL, on="/admin/panduan/semua?rak=bekerja", rak="bekerja", peninjau=wayan)
    assert answer.headers["Location"].endswith("/admin/panduan/semua?rak=bekerja")
    with desk.database.reading() as session:
        kept = dict(session.execute(select(Article.slug, Article.keeper)).all())
    assert kept == {SLUG: None, "gaji-kurang": wayan}


def test_only_who_may_write_it_can_be_chosen_and_choose(desk, send, token_on):
    guide(desk)
    desk.hire("wayan", Role.EDITOR)
    officer, sasak = desk.hire("ketut", Role.PETUGAS), desk.at_work("inaq", Role.EDITOR, "sas")
    rohani = desk.at_work("rohani", Role.EDITOR)
    on = f"/admin/panduan/{SLUG}"
    assert send(rohani, ONE, on=on, peninjau=officer).status_code == 404
    assert "peninjau" not in sasak.get(on).text
    form = {"csrf_token": token_on(sasak, "/admin/ganti-sandi"), "peninjau": ""}
    assert [sasak.post(to, data=form).status_code for to in (ONE, ALL)] == [404, 404]
    assert Role.EDITOR in MAY_EDIT, "she passes the door, and is stopped by her language"


def test_what_nobody_could_answer_waits_on_an_editors_first_page(desk):
    """By the language she writes: two people asked the same, one something else, in Sasak."""
    with desk.database.transaction() as session:
        for who, words, language in (
            ("a", "antre paspor berapa lama", "id"),
            ("b", "berapa lama antre paspor", "id"),
            ("c", "berembe carane", "sas"),
        ):
            conversation = session.get_one(
                Conversation, of_sender(session, Sender("web", (("visitor", who),)), desk.now)
            )
            open_questions.keep(session, conversation, words, language, desk.now)
        open_questions.gather(session, desk.now)
    waits = 'data-count="questions">{}<'.format
    assert waits(2) in desk.at_work("dewi", Role.EDITOR).get("/admin/").text
    assert waits(1) in desk.at_work("endang", Role.EDITOR, "sas").get("/admin/").text
