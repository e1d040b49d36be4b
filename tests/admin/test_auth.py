"""Wayan comes to work, mistypes, walks away, changes his password, and goes home."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from centre import staff
from centre.audit import AuditEntry
from centre.staff import Role, StaffSession

RIGHT = "sawah terang perahu"
WRONG = "salah salah sekali"


def test_wayan_signs_in_and_is_at_the_desk(desk_on_both, sign_in):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS, "52.03.17.2006")
    browser = desk.client()
    answer = sign_in(browser, " Wayan ", RIGHT)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/admin/"
    assert "Petugas, wilayah 52.03.17.2006" in browser.get("/admin/akun").text
    assert deeds(desk, wayan) == ["signed_in"]


@pytest.mark.parametrize("login", ["wayan", "tidakada", "wayan\x00", "' OR 1=1 --", "x" * 5000, "\u202ewayan%s"])
def test_wrong_words_get_one_answer_whoever_it_is(desk_on_both, sign_in, login):
    desk_on_both.hire("wayan", Role.PETUGAS)
    answer = sign_in(desk_on_both.client(), login, WRONG)
    assert answer.status_code == 422
    assert "Nama masuk atau kata sandi salah." in answer.text
    assert "token" not in answer.headers.get("Set-Cookie", "")


def test_what_was_typed_is_kept_but_never_the_password(desk, sign_in):
    answer = sign_in(desk.client(), "wayan", WRONG)
    assert 'value="wayan"' in answer.text
    assert WRONG not in answer.text


def test_empty_fields_are_named(desk, sign_in):
    answer = sign_in(desk.client(), "", "")
    assert answer.status_code == 422
    assert "Isi nama masuk Anda." in answer.text
    assert "Isi kata sandi Anda." in answer.text
    assert 'aria-describedby="login-problem"' in answer.text


def test_many_wrong_tries_must_wait_and_waiting_helps(desk_on_both, sign_in):
    desk = desk_on_both
    desk.hire("wayan", Role.PETUGAS)
    browser = desk.client()
    for _ in range(5):
        assert sign_in(browser, "wayan", WRONG).status_code == 422
    refused = sign_in(browser, "wayan", RIGHT)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "15"
    assert "Tunggu 15 detik" in refused.text
    desk.wait(seconds=15)
    assert sign_in(browser, "wayan", RIGHT).status_code == 303


def test_an_unknown_name_is_made_to_wait_like_a_known_one(desk, sign_in):
    answers = [sign_in(desk.client(), "tidakada", WRONG).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_one_place_cannot_try_many_names(desk, sign_in):
    answers = [sign_in(desk.client(), f"nama{number}", WRONG).status_code for number in range(21)]
    assert answers == [422] * 20 + [429]


@pytest.mark.parametrize(
    ("back", "where"),
    [
        ("/admin/pesan/17", "/admin/pesan/17"),
        ("/admin/pesan?sesudah=3", "/admin/pesan?sesudah=3"),
        ("https://jahat.test/admin/", "/admin/"),
        ("//jahat.test/admin/", "/admin/"),
        ("/admin/../../jahat", "/admin/"),
        ("/admin//jahat.test", "/admin/"),
        ("/admin//jahat", "/admin/"),
        ("/admin/\\jahat.test", "/admin/"),
    ],
)
def test_after_signing_in_he_is_where_he_wanted_to_be_and_nowhere_else(desk, sign_in, back, where):
    desk.hire("wayan", Role.PETUGAS)
    assert sign_in(desk.client(), "wayan", RIGHT, lanjut=back).headers["Location"] == where


def test_signing_in_changes_the_token_of_forms(desk, sign_in, token_on):
    desk.hire("wayan", Role.PETUGAS)
    browser = desk.client()
    token_on(browser, "/admin/masuk")
    with browser.session_transaction() as cookie:
        before = cookie["csrf_token"]
    sign_in(browser, "wayan", RIGHT)
    token_on(browser, "/admin/")
    with browser.session_transaction() as cookie:
        assert cookie["csrf_token"] != before


def test_who_walks_away_for_15_minutes_is_signed_out(desk):
    browser = desk.at_work("wayan", Role.PETUGAS)
    desk.wait(minutes=14, seconds=59)
    assert browser.get("/admin/").status_code == 200
    desk.wait(minutes=14, seconds=59)
    assert browser.get("/admin/").status_code == 200, "using the desk keeps it open"
    desk.wait(minutes=15)
    answer = browser.get("/admin/pesan")
    assert answer.headers["Location"] == "/admin/masuk?lanjut=/admin/pesan"
    assert "Sesi Anda sudah berakhir" in browser.get("/admin/masuk").text


def test_after_eight_hours_even_the_busiest_signs_in_again(desk):
    browser = desk.at_work("wayan", Role.PETUGAS)
    for _ in range(47):
        desk.wait(minutes=10)
        assert browser.get("/admin/").status_code == 200
    desk.wait(minutes=10)
    assert browser.get("/admin/").status_code == 303


def test_a_new_password_ends_what_is_open_elsewhere(desk_on_both, send, sign_in):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS)
    here, elsewhere = desk.browser_of(wayan), desk.browser_of(wayan)
    new = "kerbau minum embun"
    answer = send(here, "/admin/ganti-sandi", current=RIGHT, new=new, again=new)
    assert answer.status_code == 303
    assert "sudah diganti" in here.get("/admin/").text
    assert elsewhere.get("/admin/").status_code == 303
    assert sign_in(desk.client(), "wayan", RIGHT).status_code == 422
    assert sign_in(desk.client(), "wayan", new).status_code == 303
    assert "password_changed" in deeds(desk, wayan)


@pytest.mark.parametrize(
    ("current", "new", "again", "reason"),
    [
        (RIGHT, "pendek", "pendek", "Terlalu pendek"),
        (RIGHT, "a1b2c3" * 30, "a1b2c3" * 30, "Terlalu panjang"),
        (RIGHT, "Indonesia2026!!", "Indonesia2026!!", "Terlalu mudah ditebak"),
        (RIGHT, "081234567890", "081234567890", "Terlalu mudah ditebak"),
        (RIGHT, "rumahnya wayan biru", "rumahnya wayan biru", "Jangan memakai nama masuk"),
        (RIGHT, RIGHT, RIGHT, "Harus lain"),
        (RIGHT, "kerbau minum embun", "kerbau minum embum", "Tidak sama"),
        (WRONG, "kerbau minum embun", "kerbau minum embun", "Kata sandi sekarang salah"),
        ("", "kerbau minum embun", "kerbau minum embun", "Isi kata sandi yang sekarang"),
    ],
)
def test_a_password_that_cannot_be_is_refused_with_the_reason(desk, send, current, new, again, reason):
    browser = desk.at_work("wayan", Role.PETUGAS)
    answer = send(browser, "/admin/ganti-sandi", current=current, new=new, again=again)
    assert answer.status_code == 422
    assert reason in answer.text
    assert browser.get("/admin/").status_code == 200


def test_guessing_the_password_at_an_open_desk_must_wait_too(desk, send):
    browser = desk.at_work("wayan", Role.PETUGAS)
    guess = {"current": WRONG, "new": "kerbau minum embun", "again": "kerbau minum embun"}
    answers = [send(browser, "/admin/ganti-sandi", **guess).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_after_a_one_time_password_comes_ones_own(desk, send, sign_in):
    desk.hire("wayan", Role.PETUGAS, must_change=True)
    browser = desk.client()
    sign_in(browser, "wayan", RIGHT)
    assert browser.get("/admin/").headers["Location"] == "/admin/ganti-sandi"
    new = "kerbau minum embun"
    send(browser, "/admin/ganti-sandi", current=RIGHT, new=new, again=new)
    assert browser.get("/admin/").status_code == 200


def test_going_home_leaves_nothing_behind(desk, send):
    wayan = desk.hire("wayan", Role.PETUGAS)
    browser = desk.browser_of(wayan)
    with browser.session_transaction() as cookie:
        stolen = dict(cookie)
    answer = send(browser, "/admin/keluar")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Anda sudah keluar." in browser.get(answer.headers["Location"]).text
    thief = desk.client()
    with thief.session_transaction() as cookie:
        cookie.update(stolen)
    assert thief.get("/admin/").status_code == 303
    assert deeds(desk, wayan) == ["signed_out"]


def test_who_is_disabled_is_out_at_once_and_stays_out(desk, sign_in):
    wayan = desk.hire("wayan", Role.PETUGAS)
    browser = desk.browser_of(wayan)
    with desk.database.transaction() as session:
        staff.disable(session, wayan, desk.now)
    assert browser.get("/admin/").status_code == 303
    assert sign_in(desk.client(), "wayan", RIGHT).status_code == 422


def test_the_token_lies_nowhere_but_in_the_browser(desk, sign_in):
    desk.hire("wayan", Role.PETUGAS)
    browser = desk.client()
    sign_in(browser, "wayan", RIGHT)
    with browser.session_transaction() as cookie:
        token = cookie["token"]
    with desk.database.reading() as session:
        kept = session.scalars(select(StaffSession.token_hash)).all()
    assert len(token) >= 43
    assert len(kept) == 2, "one with the password, another with the code"
    assert not any(token in each for each in kept)


def deeds(desk, staff_id: str) -> list[str]:
    with desk.database.reading() as session:
        rows = session.scalars(select(AuditEntry.deed).where(AuditEntry.staff_id == staff_id).order_by(AuditEntry.id))
        return list(rows)
