"""Wayan and his own account: what he promises before he sees anything, and the Telegram he is reached on."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from admin import code_of_conduct
from centre import contact_points, conversations, staff, staff_channels
from centre.audit import AuditEntry
from centre.conversations import Conversation, Sender
from centre.staff import Role, StaffMember

RIGHT = "sawah terang perahu"
VERSION = code_of_conduct.PRESENT.version
WORDS_OF_VERSION = {"2026-11": "6e8e47ab5f118c7d"}


def member_of(desk, staff_id: str) -> StaffMember:
    with desk.database.reading() as session:
        return session.get_one(StaffMember, staff_id)


def deeds(desk, staff_id: str) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        rows = select(AuditEntry.deed, AuditEntry.note).where(AuditEntry.staff_id == staff_id).order_by(AuditEntry.id)
        return [(deed, note) for deed, note in session.execute(rows)]


# The code of conduct


def test_wayan_promises_once_and_is_where_he_wanted_to_be(desk_on_both, send, sign_in):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS, has_promised=False)
    browser = desk.client()
    assert sign_in(browser, "wayan", RIGHT, lanjut="/admin/pesan").headers["Location"] == "/admin/pesan"
    asked = browser.get("/admin/pesan").headers["Location"]
    assert asked == "/admin/kode-etik?lanjut=/admin/pesan"
    page = browser.get(asked).text
    for promise in code_of_conduct.PRESENT.promises:
        assert promise.title in page
        assert promise.text in page
    answer = send(browser, asked, on=asked, version=VERSION, agreed="y")
    assert answer.headers["Location"] == "/admin/pesan"
    assert browser.get("/admin/pesan").status_code == 200
    assert (member_of(desk, wayan).conduct_version, member_of(desk, wayan).conduct_at) == (VERSION, desk.now)
    assert deeds(desk, wayan)[1:] == [("conduct_accepted", VERSION)]
    assert desk.browser_of(wayan).get("/admin/pesan").status_code == 200, "nobody is asked twice"


def test_a_one_time_password_is_changed_before_anything_is_promised(desk, send, sign_in):
    desk.hire("wayan", Role.PETUGAS, must_change=True, has_promised=False)
    browser = desk.client()
    sign_in(browser, "wayan", RIGHT)
    assert browser.get("/admin/").headers["Location"] == "/admin/ganti-sandi"
    assert browser.get("/admin/kode-etik").headers["Location"] == "/admin/ganti-sandi"
    new = "kerbau minum embun"
    send(browser, "/admin/ganti-sandi", current=RIGHT, new=new, again=new)
    assert browser.get("/admin/").headers["Location"] == "/admin/kode-etik?lanjut=/admin/"


def test_without_the_tick_nothing_is_promised_and_the_way_out_is_open(desk, send):
    wayan = desk.hire("wayan", Role.PETUGAS, has_promised=False)
    browser = desk.browser_of(wayan)
    answer = send(browser, "/admin/kode-etik", on="/admin/kode-etik", version=VERSION)
    assert answer.status_code == 422
    assert "Centang bila Anda setuju" in answer.text
    assert member_of(desk, wayan).conduct_version is None
    assert browser.get("/admin/").status_code == 303
    assert send(browser, "/admin/keluar", on="/admin/kode-etik").headers["Location"].startswith("/admin/masuk")


def test_a_new_wording_is_asked_about_again(desk, send, monkeypatch):
    browser = desk.at_work("wayan", Role.COORDINATOR)
    assert browser.get("/admin/").status_code == 200
    new = replace(code_of_conduct.PRESENT, version="2027-02", intro="Sejak Februari 2027 kita berjanji:")
    monkeypatch.setattr(code_of_conduct, "PRESENT", new)
    assert browser.get("/admin/").headers["Location"].startswith("/admin/kode-etik")
    stale = send(browser, "/admin/kode-etik", on="/admin/kode-etik", version=VERSION, agreed="y")
    assert stale.status_code == 409
    assert "Sejak Februari 2027 kita berjanji:" in stale.text
    assert browser.get("/admin/").status_code == 303, "who agreed to the old words has not agreed to the new ones"
    send(browser, "/admin/kode-etik", on="/admin/kode-etik", version="2027-02", agreed="y")
    assert browser.get("/admin/").status_code == 200


def test_who_has_promised_may_read_it_again(desk):
    page = desk.at_work("wayan", Role.VIEWER).get("/admin/kode-etik").text
    assert code_of_conduct.PRESENT.intro in page
    assert "Anda sudah menyetujui" in page
    assert 'name="agreed"' not in page


@pytest.mark.parametrize("back", ["https://jahat.test/", "//jahat.test", "/admin//jahat.test"])
def test_the_promise_leads_nowhere_but_to_the_desk(desk, send, back):
    browser = desk.browser_of(desk.hire("wayan", Role.PETUGAS, has_promised=False))
    address = f"/admin/kode-etik?lanjut={back}"
    assert send(browser, address, on=address, version=VERSION, agreed="y").headers["Location"] == "/admin/"


def test_words_that_change_take_a_new_version_along():
    """All staff are asked again only when the version is another: so no wording may change under the same one."""
    present = code_of_conduct.PRESENT
    words = "\n".join([present.intro, *(part for each in present.promises for part in (each.title, each.text))])
    digest = hashlib.sha256(f"{words}\n{present.consequence}".encode()).hexdigest()[:16]
    assert WORDS_OF_VERSION.get(present.version) == digest, "give the file a new version, and note its words here"


# Telegram


def code_on(page: str) -> str:
    found = re.search(r"<code[^>]*>(petugas-[a-z0-9]{8})</code>", page)
    assert found, "no code is shown"
    return found[1]


def send_to_bot(desk, code: str) -> int | None:
    """Wayan's Telegram sends the code; gives the conversation if it was taken."""
    with desk.database.transaction() as session:
        number = conversations.of_sender(session, Sender("telegram", (("chat", "wayan"),)), desk.now)
        conversation = session.get_one(Conversation, number)
        return number if staff_channels.redeem(session, conversation, code, desk.now) else None


def test_wayan_links_his_telegram_and_lets_it_go(desk_on_both, send):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS)
    browser = desk.browser_of(wayan)
    with desk.database.transaction() as session:
        contact_points.learn_link(session, "telegram", "https://t.me/BalaiBot")
    assert "Belum tersambung." in browser.get("/admin/akun").text
    page = send(browser, "/admin/akun/telegram", on="/admin/akun", current=RIGHT).text
    code = code_on(page)
    assert f'href="https://t.me/BalaiBot?start={code}"' in page
    assert code not in browser.get("/admin/akun").text, "it is shown once"
    assert send_to_bot(desk, code)
    page = browser.get("/admin/akun").text
    assert "Tersambung sejak 21 Nov 2026" in page
    assert "Kabar tidak sampai" not in page
    assert send(browser, "/admin/akun/telegram/lepas", on="/admin/akun").status_code == 303
    assert "Belum tersambung." in browser.get("/admin/akun").text
    assert [deed for deed, _ in deeds(desk, wayan)] == ["link_code_made", "channel_linked", "channel_unlinked"]


def test_without_the_password_nobody_at_an_open_desk_gets_a_code(desk, send):
    wayan = desk.hire("wayan", Role.PETUGAS)
    browser = desk.browser_of(wayan)
    wrong = "salah salah sekali"
    for given, reason in ((wrong, "Kata sandi salah."), ("", "Isi kata sandi Anda.")):
        answer = send(browser, "/admin/akun/telegram", on="/admin/akun", current=given)
        assert answer.status_code == 422
        assert reason in answer.text
        assert "petugas-" not in answer.text
    answers = [send(browser, "/admin/akun/telegram", on="/admin/akun", current=wrong) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert deeds(desk, wayan) == []


def test_where_the_bot_has_no_address_the_code_is_typed(desk, send):
    page = send(desk.at_work("wayan", Role.VIEWER), "/admin/akun/telegram", on="/admin/akun", current=RIGHT).text
    assert code_on(page)
    assert "t.me" not in page


def test_who_stopped_the_bot_is_told_that_nothing_arrives(desk, send):
    browser = desk.at_work("wayan", Role.PETUGAS)
    number = send_to_bot(desk, code_on(send(browser, "/admin/akun/telegram", on="/admin/akun", current=RIGHT).text))
    with desk.database.transaction() as session:
        session.get_one(Conversation, number).stopped_at = desk.now
    assert "Kabar tidak sampai" in browser.get("/admin/akun").text


def test_one_sees_ones_own_account_and_nobody_elses(desk):
    wayan, komang = desk.hire("wayan", Role.PETUGAS), desk.hire("komang", Role.PETUGAS)
    with desk.database.transaction() as session:
        for staff_id, email in ((wayan, "wayan@desa.example"), (komang, "komang@desa.example")):
            staff.set_email(session, session.get_one(StaffMember, staff_id), email)
    page = desk.browser_of(wayan).get("/admin/akun").text
    assert "wayan@desa.example" in page
    assert "komang" not in page
