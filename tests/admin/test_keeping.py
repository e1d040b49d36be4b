"""Wayan writes a long answer, is called away, and his session ends: his words wait for him, and for nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from centre import kept_forms
from centre.kept_forms import KeptForm
from centre.staff import Role
from tests.admin.cased import KORLEKO, entries, told
from tests.admin.conftest import PASSWORD
from tests.admin.test_cases import address_of

WORDS = "Ibu Sari, gaji Dewi sudah kami tagih ke agen."


@pytest.fixture
def case(desk_on_both) -> str:
    return told(desk_on_both, desk_on_both.village("Korleko", KORLEKO))


@pytest.fixture
def wayan(desk_on_both):
    """Wayan's browser, a quarter of an hour after he opened the page."""
    return desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)


def note_too_late(desk, browser, case, token_on, **more):
    """The form of a note, sent when the session is over."""
    page = address_of(case)
    token = token_on(browser, page)
    desk.wait(minutes=16)
    data = {"csrf_token": token, "catat-words": WORDS, "catat-key": "a" * 32, **more}
    return browser.post(f"{page}/catat", data=data)


def test_what_he_typed_is_offered_after_signing_in_and_sent_once(desk_on_both, wayan, case, token_on, sign_in, send):
    answer = note_too_late(desk_on_both, wayan, case, token_on)
    assert answer.headers["Location"].startswith("/admin/masuk")
    assert "ditawarkan lagi" in wayan.get("/admin/masuk").text
    sign_in(wayan, "wayan")
    assert wayan.get("/admin/").headers["Location"] == "/admin/tulisan"
    page = wayan.get("/admin/tulisan").text
    assert WORDS in page
    assert f'action="{address_of(case)}/catat"' in page
    answer = send(
        wayan,
        f"{address_of(case)}/catat",
        on="/admin/tulisan",
        **{"catat-words": WORDS, "catat-key": "a" * 32, "tulisan_lagi": "1"},
    )
    assert answer.status_code == 303
    assert entries(desk_on_both, case, "note") == [("", WORDS)]
    assert wayan.get("/admin/tulisan").headers["Location"] == "/admin/", "it is offered no more"
    assert kept(desk_on_both) == []


def test_somebody_else_at_the_same_computer_is_shown_nothing(desk_on_both, wayan, case, token_on, sign_in):
    desk_on_both.hire("komang", Role.PETUGAS, KORLEKO)
    note_too_late(desk_on_both, wayan, case, token_on)
    sign_in(wayan, "komang")
    assert wayan.get("/admin/").status_code == 200
    assert wayan.get("/admin/tulisan").headers["Location"] == "/admin/"
    assert kept(desk_on_both) == [], "and it waits for nobody there any more"


def test_it_lies_readable_nowhere(desk_on_both, wayan, case, token_on):
    note_too_late(desk_on_both, wayan, case, token_on)
    [row] = kept(desk_on_both)
    assert b"Dewi" not in row.sealed
    with wayan.session_transaction() as cookie:
        assert WORDS not in str(dict(cookie))
        key = cookie["kept"]
    with desk_on_both.database.reading() as session:
        opened = kept_forms.opened(session, key, row.staff_id, desk_on_both.now)
        assert ("catat-words", WORDS) in opened.fields
        assert kept_forms.opened(session, "another key", row.staff_id, desk_on_both.now) is None
        assert b"Dewi" not in desk_on_both.database.vault.open(row.sealed, f"kept_forms|sealed|{row.key_hash}").encode()


def test_no_password_and_no_token_is_kept(desk_on_both, wayan, case, token_on):
    note_too_late(desk_on_both, wayan, case, token_on, current="rahasia sekali", new_password="x", sandi="y")
    with wayan.session_transaction() as cookie:
        key = cookie["kept"]
    [row] = kept(desk_on_both)
    with desk_on_both.database.reading() as session:
        names = [name for name, _ in kept_forms.opened(session, key, row.staff_id, desk_on_both.now).fields]
    assert names == ["catat-words", "catat-key"]


def test_nothing_of_ones_own_account_is_kept(desk, token_on):
    browser = desk.at_work("wayan", Role.PETUGAS)
    token = token_on(browser, "/admin/ganti-sandi")
    desk.wait(minutes=16)
    browser.post("/admin/ganti-sandi", data={"csrf_token": token, "current": PASSWORD, "again": "kerbau minum embun"})
    assert kept(desk) == []


def test_a_page_that_idled_sends_what_was_typed_itself(desk_on_both, wayan, case, token_on, sign_in):
    page = address_of(case)
    token = token_on(wayan, page)
    desk_on_both.wait(minutes=15)
    typed = {"csrf_token": token, "catat-words": WORDS, "tulisan_untuk": f"{page}/catat"}
    assert wayan.post("/admin/tulisan/simpan", data=typed).headers["Location"] == "/admin/masuk"
    sign_in(wayan, "wayan")
    wayan.get("/admin/")
    assert f'action="{page}/catat"' in wayan.get("/admin/tulisan").text


@pytest.mark.parametrize(
    "address", ["https://jahat.test/", "//jahat.test/", "/admin//jahat.test", "javascript:alert(1)", ""]
)
def test_it_is_never_sent_outside_the_desk(desk, token_on, address):
    browser = desk.at_work("wayan", Role.PETUGAS)
    token = token_on(browser, "/admin/ganti-sandi")
    browser.post("/admin/tulisan/simpan", data={"csrf_token": token, "catat-words": WORDS, "tulisan_untuk": address})
    assert kept(desk) == []


def test_he_can_let_it_go(desk_on_both, wayan, case, token_on, sign_in, send):
    note_too_late(desk_on_both, wayan, case, token_on)
    sign_in(wayan, "wayan")
    wayan.get("/admin/")
    send(wayan, "/admin/tulisan/buang", on="/admin/tulisan")
    assert wayan.get("/admin/tulisan").headers["Location"] == "/admin/"
    assert kept(desk_on_both) == []


def test_after_a_working_day_it_is_gone(desk_on_both, wayan, case, token_on):
    note_too_late(desk_on_both, wayan, case, token_on)
    with desk_on_both.database.transaction() as session:
        kept_forms.forget_old(session, desk_on_both.now + kept_forms.KEPT)
    assert kept(desk_on_both) == []


def test_a_stranger_without_a_session_leaves_nothing(desk, token_on):
    browser = desk.client()
    browser.post("/admin/layanan/jam/1", data={"csrf_token": token_on(browser, "/admin/masuk"), "words": WORDS})
    assert kept(desk) == []


def kept(desk) -> list[KeptForm]:
    with desk.database.reading() as session:
        return list(session.scalars(select(KeptForm)))


# A page that was open all the while, and its owner signed in again in another tab


def note_from_the_other_tab(desk, browser, case, token_on, sign_in, *, who: str = "wayan", **more):
    """The page was opened, the session ended, `who` signed in again in another tab, and now the note of before is sent."""
    sign_in(browser, "wayan")
    page = address_of(case)
    token = token_on(browser, page)
    desk.wait(minutes=16)
    assert browser.get("/admin/").headers["Location"].startswith("/admin/masuk")
    sign_in(browser, who)
    return browser.post(
        f"{page}/catat", data={"csrf_token": token, "catat-words": WORDS, "catat-key": "a" * 16, **more}
    )


@pytest.fixture
def tab(desk_on_both):
    """A browser in which Wayan signs in by himself."""
    desk_on_both.hire("wayan", Role.PETUGAS, KORLEKO)
    return desk_on_both.client()


def test_a_form_of_before_is_not_done_but_offered_at_once(desk_on_both, tab, case, token_on, sign_in, send):
    answer = note_from_the_other_tab(desk_on_both, tab, case, token_on, sign_in)
    assert answer.headers["Location"] == "/admin/tulisan"
    assert entries(desk_on_both, case, "note") == []
    assert WORDS in tab.get("/admin/tulisan").text
    again = {"catat-words": WORDS, "catat-key": "a" * 16, "tulisan_lagi": "1"}
    send(tab, f"{address_of(case)}/catat", on="/admin/tulisan", **again)
    assert entries(desk_on_both, case, "note") == [("", WORDS)]
    assert kept(desk_on_both) == []


def test_a_form_of_before_is_kept_over_the_second_step(desk_on_both, tab, case, token_on, sign_in, send):
    sign_in(tab, "wayan")
    token = token_on(tab, address_of(case))
    desk_on_both.wait(minutes=16)
    tab.get("/admin/")
    send(tab, "/admin/masuk", on="/admin/masuk", login="wayan", password=PASSWORD)
    answer = tab.post(f"{address_of(case)}/catat", data={"csrf_token": token, "catat-words": WORDS})
    assert answer.headers["Location"].startswith("/admin/masuk/kode")
    desk_on_both.take_second_step(tab)
    assert tab.get("/admin/").headers["Location"] == "/admin/tulisan"
    assert WORDS in tab.get("/admin/tulisan").text


def test_the_script_that_sends_it_hears_where_it_is_offered(desk_on_both, tab, case, token_on, sign_in):
    sign_in(tab, "wayan")
    token = token_on(tab, address_of(case))
    desk_on_both.wait(minutes=16)
    tab.get("/admin/")
    sign_in(tab, "wayan")
    typed = {"csrf_token": token, "catat-words": WORDS}
    answer = tab.post(f"{address_of(case)}/catat", data=typed, headers={"X-Steady": "1"})
    assert answer.json == {"to": "/admin/tulisan"}


def test_the_form_of_somebody_else_at_the_same_browser_is_refused(desk_on_both, tab, case, token_on, sign_in):
    desk_on_both.hire("komang", Role.PETUGAS, KORLEKO)
    assert note_from_the_other_tab(desk_on_both, tab, case, token_on, sign_in, who="komang").status_code == 400
    assert kept(desk_on_both) == []


def test_a_form_that_was_never_ours_is_refused(desk_on_both, tab, case, token_on, sign_in):
    stranger = desk_on_both.client()
    strange = token_on(stranger, "/admin/masuk")
    answer = note_from_the_other_tab(desk_on_both, tab, case, token_on, sign_in, csrf_token=strange)
    assert answer.status_code == 400
    assert kept(desk_on_both) == []


def test_a_button_of_before_has_no_words_to_offer(desk_on_both, tab, case, token_on, sign_in):
    answer = note_from_the_other_tab(desk_on_both, tab, case, token_on, sign_in, **{"catat-words": ""})
    assert answer.status_code == 400
    assert "muat ulang" in answer.text


def test_what_is_only_looked_at_while_typing_is_not_kept(desk, token_on):
    dewi = desk.at_work("dewi", Role.EDITOR)
    desk.article("biaya")
    token = token_on(dewi, "/admin/panduan/biaya/id/sunting")
    desk.wait(minutes=16)
    typed = {"csrf_token": token, "bahasa": "id", "panduan": "biaya", "short": WORDS}
    assert dewi.post("/admin/panduan/pratinjau", data=typed).status_code == 303
    assert kept(desk) == []
    dewi.post("/admin/panduan/biaya/id/sunting", data=typed)
    assert len(kept(desk)) == 1
