"""Wayan signs in with two things: the password, and a code that only his telephone knows."""

from __future__ import annotations

import re
from html import unescape

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

import admin
from admin import browsers
from centre import conversations, second_factors, staff, staff_channels
from centre.audit import AuditEntry
from centre.conversations import Conversation, Sender
from centre.staff import Role
from tests.admin.conftest import PASSWORD, Desk

CODE_PAGE = "/admin/masuk/kode"
SETTING_UP = "/admin/akun/kode-kedua"


@pytest.fixture
def sent() -> list[str]:
    """The codes that went to somebody's Telegram."""
    return []


@pytest.fixture
def reached(sqlite_database, sent) -> Desk:
    """A desk whose codes can be sent to Telegram."""
    desk = Desk(sqlite_database)
    desk.app = Flask("desk", static_folder=None)
    desk.app.extensions["desk"] = desk
    desk.app.testing = True
    admin.register(
        desk.app,
        desk.database,
        lambda: desk.now,
        key="k" * 64,
        secure=False,
        send_code=lambda _session, _chat, code, _now: sent.append(code),
    )
    return desk


def link_telegram(desk: Desk, staff_id: str) -> None:
    with desk.database.transaction() as session:
        number = conversations.of_sender(session, Sender("telegram", (("chat", staff_id),)), desk.now)
        conversation = session.get_one(Conversation, number)
        session.add(staff_channels.StaffChannel(staff_id=staff_id, conversation_id=conversation.id, linked_at=desk.now))


def deeds(desk: Desk, staff_id: str) -> list[str]:
    with desk.database.reading() as session:
        rows = session.scalars(select(AuditEntry.deed).where(AuditEntry.staff_id == staff_id).order_by(AuditEntry.id))
        return list(rows)


def give_password(browser, send, **more):
    return send(browser, "/admin/masuk", on="/admin/masuk", login="wayan", password=PASSWORD, **more)


def key_on(page: str) -> str:
    return re.search(r'<code class="user-select-all desk-long">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")


def sealed_on(page: str) -> str:
    return re.search(r'name="sealed" type="hidden" value="([^"]+)"', page)[1]


def codes_on(page: str) -> list[str]:
    return re.findall(r">([a-z0-9]{5}-[a-z0-9]{5})<", page)


# Setting up


def test_who_has_none_sets_up_an_app_and_is_in(desk_on_both, send):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS, has_factor=False)
    browser = desk.client()
    give_password(browser, send)
    assert browser.get("/admin/pesan").headers["Location"] == f"{SETTING_UP}?lanjut=/admin/pesan"
    page = browser.get(SETTING_UP).text
    assert "<svg" in page
    secret, sealed = key_on(page), sealed_on(page)
    by_tap = re.search(r'href="(otpauth://[^"]+)">Buka di aplikasi di HP ini', page)[1]
    assert pyotp.parse_uri(unescape(by_tap)).secret == secret, "on the telephone itself there is nothing to scan"
    with browser.session_transaction() as cookie:
        half = cookie["token"]
    answer = send(
        browser,
        f"{SETTING_UP}/aplikasi?lanjut=/admin/pesan",
        on=SETTING_UP,
        sealed=sealed,
        code=pyotp.TOTP(secret).at(desk.now),
    )
    assert answer.status_code == 200
    codes = codes_on(answer.text)
    assert len(codes) == 10
    assert '<ol class="desk-codes user-select-all">' in answer.text, "one tap chooses all, to be copied"
    assert "data-print" in answer.text
    assert 'href="/admin/pesan"' in answer.text
    assert browser.get("/admin/pesan").status_code == 200
    with browser.session_transaction() as cookie:
        assert cookie["token"] != half, "who proves more gets another token"
    assert codes[0] not in browser.get(SETTING_UP).text
    assert deeds(desk, wayan) == ["signed_in", "second_factor_set", "recovery_codes_made"]


@pytest.mark.parametrize("code", ["000000", "", "abc"])
def test_a_wrong_first_code_keeps_the_same_key(desk, send, code):
    desk.hire("wayan", Role.PETUGAS, has_factor=False)
    browser = desk.client()
    give_password(browser, send)
    page = browser.get(SETTING_UP).text
    answer = send(browser, f"{SETTING_UP}/aplikasi", on=SETTING_UP, sealed=sealed_on(page), code=code)
    assert answer.status_code == 422
    assert key_on(answer.text) == key_on(page), "the app has scanned it already"
    assert browser.get("/admin/").status_code == 303


def test_a_made_up_secret_is_no_factor(desk, send):
    wayan = desk.hire("wayan", Role.PETUGAS, has_factor=False)
    browser = desk.client()
    give_password(browser, send)
    own = "A" * 32
    for sealed in ("", "AAAA", own):
        answer = send(
            browser, f"{SETTING_UP}/aplikasi", on=SETTING_UP, sealed=sealed, code=pyotp.TOTP(own).at(desk.now)
        )
        assert answer.status_code == 422
    with desk.database.reading() as session:
        assert second_factors.kind_of(session, wayan) is None


def test_who_replaces_a_factor_gives_the_password(desk, send):
    wayan = desk.hire("wayan", Role.PETUGAS)
    browser, elsewhere = desk.browser_of(wayan), desk.browser_of(wayan)
    page = browser.get(SETTING_UP).text
    typed = {"sealed": sealed_on(page), "code": pyotp.TOTP(key_on(page)).at(desk.now)}
    refused = send(browser, f"{SETTING_UP}/aplikasi", on=SETTING_UP, current="salah salah sekali", **typed)
    assert refused.status_code == 422
    assert "Kata sandi salah." in refused.text
    assert send(browser, f"{SETTING_UP}/aplikasi", on=SETTING_UP, current=PASSWORD, **typed).status_code == 200
    assert browser.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 303, "a new factor ends what is open elsewhere"


# Signing in


def test_password_and_code_lead_where_he_wanted_to_be(desk_on_both, sign_in):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS)
    browser = desk.client()
    assert sign_in(browser, "wayan", lanjut="/admin/pesan").headers["Location"] == "/admin/pesan"
    assert browser.get("/admin/pesan").status_code == 200
    assert deeds(desk, wayan) == ["signed_in"]


def test_a_code_that_was_watched_is_good_no_more(desk, send):
    desk.hire("wayan", Role.PETUGAS)
    first, second = desk.client(), desk.client()
    for browser in (first, second):
        give_password(browser, send)
    assert send(first, CODE_PAGE, on=CODE_PAGE, code=desk.code()).status_code == 303
    answer = send(second, CODE_PAGE, on=CODE_PAGE, code=desk.code())
    assert answer.status_code == 422
    assert "sudah terpakai" in answer.text
    assert second.get("/admin/").headers["Location"].startswith(CODE_PAGE)


def test_guessing_codes_must_wait_and_is_entered(desk, send):
    wayan = desk.hire("wayan", Role.PETUGAS)
    browser = desk.client()
    give_password(browser, send)
    answers = [send(browser, CODE_PAGE, on=CODE_PAGE, code="000000") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert deeds(desk, wayan) == ["second_step_refused"] * 5
    fresh = desk.client()
    give_password(fresh, send)
    assert send(fresh, CODE_PAGE, on=CODE_PAGE, code=desk.code()).status_code == 429, "another browser is no way around"
    desk.wait(seconds=301)
    assert send(fresh, CODE_PAGE, on=CODE_PAGE, code=desk.code()).status_code == 303


def test_who_guesses_elsewhere_keeps_nobody_out_of_their_own_telephone(desk, send):
    """Somebody knows the password, even: at each step Wayan's own browser has counts of its own."""
    desk.hire("wayan", Role.PETUGAS)
    wayans, strangers = desk.client(), desk.client()
    give_password(wayans, send, own="y")
    assert desk.take_second_step(wayans).status_code == 303
    send(wayans, "/admin/keluar", on="/admin/akun")
    abroad = {"REMOTE_ADDR": "203.0.113.9"}
    strangers.environ_base.update(abroad)
    give_password(strangers, send)
    for _ in range(7):
        send(strangers, CODE_PAGE, on=CODE_PAGE, code="000000")
        strangers_own = desk.client()
        strangers_own.environ_base.update(abroad)
        send(strangers_own, "/admin/masuk", on="/admin/masuk", login="wayan", password="salah salah sekali")
    assert send(strangers, CODE_PAGE, on=CODE_PAGE, code=desk.code()).status_code == 429
    wayans.environ_base["REMOTE_ADDR"] = "198.51.100.77"  # a telephone has another address every day
    assert give_password(wayans, send).status_code == 303
    assert desk.take_second_step(wayans).status_code == 303
    assert wayans.get("/admin/").status_code == 200


def test_a_recovery_code_lets_in_who_lost_the_telephone(desk, send):
    wayan = desk.hire("wayan", Role.PETUGAS)
    mine = desk.browser_of(wayan)
    codes = codes_on(send(mine, "/admin/akun/kode-cadangan", on="/admin/akun/kode-cadangan", current=PASSWORD).text)
    browser = desk.client()
    give_password(browser, send)
    assert send(browser, CODE_PAGE, on=CODE_PAGE, code=codes[3]).status_code == 303
    assert browser.get("/admin/").status_code == 200
    assert "masih bisa dipakai: 9" in browser.get("/admin/akun/kode-cadangan").text
    assert deeds(desk, wayan)[-2:] == ["recovery_code_used", "signed_in"]


def test_new_recovery_codes_want_the_password(desk, send):
    browser = desk.at_work("wayan", Role.PETUGAS)
    for given in ("", "salah salah sekali"):
        answer = send(browser, "/admin/akun/kode-cadangan", on="/admin/akun/kode-cadangan", current=given)
        assert answer.status_code == 422
        assert codes_on(answer.text) == []


# Telegram


def test_the_code_comes_to_the_linked_telegram(reached, send, sent):
    wayan = reached.hire("wayan", Role.PETUGAS, has_factor=False)
    link_telegram(reached, wayan)
    browser = reached.client()
    give_password(browser, send)
    assert "Kirim kode ke Telegram saya" in browser.get(SETTING_UP).text
    page = send(browser, f"{SETTING_UP}/telegram/kirim", on=SETTING_UP).text
    assert "Pakai Telegram" in page
    assert sent[0] not in page
    assert send(browser, f"{SETTING_UP}/telegram", on=SETTING_UP, code="000000").status_code == 422
    assert send(browser, f"{SETTING_UP}/telegram", on=SETTING_UP, code=sent[0]).status_code == 200
    again = reached.client()
    give_password(again, send)
    assert len(sent) == 2, "it is there before the page asks for it"
    assert "Telegram" in again.get(CODE_PAGE).text
    assert send(again, f"{CODE_PAGE}/kirim", on=CODE_PAGE).status_code == 303
    assert send(again, CODE_PAGE, on=CODE_PAGE, code=sent[1]).status_code == 422, "a newer one was sent"
    assert send(again, CODE_PAGE, on=CODE_PAGE, code=sent[2]).status_code == 303
    assert again.get("/admin/").status_code == 200


def test_codes_cannot_be_sent_without_end(reached, send, sent):
    wayan = reached.hire("wayan", Role.PETUGAS, has_factor=False)
    link_telegram(reached, wayan)
    browser = reached.client()
    give_password(browser, send)
    answers = [send(browser, f"{SETTING_UP}/telegram/kirim", on=SETTING_UP).status_code for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert len(sent) == 5


def test_the_telegram_that_lets_him_in_is_not_let_go(reached, send, sent):
    wayan = reached.hire("wayan", Role.PETUGAS, has_factor=False)
    link_telegram(reached, wayan)
    browser = reached.client()
    give_password(browser, send)
    send(browser, f"{SETTING_UP}/telegram/kirim", on=SETTING_UP)
    send(browser, f"{SETTING_UP}/telegram", on=SETTING_UP, code=sent[0])
    assert send(browser, "/admin/akun/telegram/lepas", on="/admin/akun").headers["Location"] == SETTING_UP
    with reached.database.reading() as session:
        assert staff_channels.link_of(session, wayan)


def test_without_a_channel_telegram_is_not_offered(desk, send):
    browser = desk.at_work("wayan", Role.PETUGAS)
    assert "Atau lewat Telegram" not in browser.get(SETTING_UP).text
    assert send(browser, f"{SETTING_UP}/telegram/kirim", on=SETTING_UP).status_code == 409


# Sessions


def test_a_telephone_of_his_own_stays_open_longer_but_not_for_ever(desk, sign_in, send):
    desk.hire("wayan", Role.PETUGAS)
    shared, own = desk.client(), desk.client()
    sign_in(shared, "wayan")
    send(own, "/admin/masuk", on="/admin/masuk", login="wayan", password=PASSWORD, own="y")
    desk.take_second_step(own)
    assert 'data-idle-minutes="15"' in shared.get("/admin/").text
    assert 'data-idle-minutes="240"' in own.get("/admin/").text
    desk.wait(minutes=16)
    assert shared.get("/admin/").status_code == 303
    assert own.get("/admin/").status_code == 200
    desk.wait(hours=3, minutes=59)
    assert own.get("/admin/").status_code == 200
    desk.wait(hours=4)
    assert own.get("/admin/").status_code == 303


def test_he_sees_where_he_is_signed_in_and_ends_what_he_does_not_know(desk_on_both, send):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS)
    with desk.database.transaction() as session:
        staff.open_session(session, wayan, desk.now, is_proved=True, device="Firefox, Windows", place="103.10.…")
    here = desk.browser_of(wayan)
    page = here.get("/admin/akun/sesi").text
    assert "Firefox, Windows" in page
    assert "103.10.…" in page
    assert "Perangkat ini" in page
    [number] = re.findall(r"/admin/akun/sesi/([0-9a-f]{16})/akhiri", page)
    assert send(here, f"/admin/akun/sesi/{number}/akhiri", on="/admin/akun/sesi").status_code == 303
    assert "Firefox, Windows" not in here.get("/admin/akun/sesi").text
    assert deeds(desk, wayan) == ["sessions_ended"]


def test_he_ends_all_others_at_once_and_nobody_elses(desk, send):
    wayan = desk.hire("wayan", Role.PETUGAS)
    here, elsewhere = desk.browser_of(wayan), desk.browser_of(wayan)
    komang = desk.at_work("komang", Role.PETUGAS)
    [komangs] = numbers_of(desk, "komang")
    assert send(here, f"/admin/akun/sesi/{komangs}/akhiri", on="/admin/akun/sesi").status_code == 303
    assert komang.get("/admin/").status_code == 200, "a number of somebody else's session ends nothing"
    send(here, "/admin/akun/sesi/lainnya/akhiri", on="/admin/akun/sesi")
    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 303
    assert komang.get("/admin/").status_code == 200


def numbers_of(desk: Desk, login: str) -> list[str]:
    with desk.database.reading() as session:
        found = select(staff.StaffSession).join(staff.StaffMember, staff.StaffMember.id == staff.StaffSession.staff_id)
        return [each.number for each in session.scalars(found.where(staff.StaffMember.login == login))]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge, Windows"),
        ("curl/8.0", ""),
    ],
)
def test_a_browser_is_called_by_what_people_know(desk, agent, words):
    with desk.app.test_request_context(headers={"User-Agent": agent}):
        assert browsers.device() == words


@pytest.mark.parametrize(
    ("address", "place"),
    [("103.10.66.7", "103.10.…"), ("2400:9800:1:2::3", "2400:9800:…"), ("192.168.1.7", ""), ("", "")],
)
def test_a_place_is_told_so_coarsely_that_it_names_no_house(address, place):
    assert browsers.coarse_place(address or None) == place
