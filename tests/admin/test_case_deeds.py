"""Wayan takes the case, answers, asks a colleague, closes; twice is once, and a refusal is said where it was typed."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from centre import case_records, case_safety, cases, conversations
from centre.case_alerts import CaseAlert
from centre.case_records import State
from centre.conversations import Conversation, Sender
from centre.staff import Role
from tests.admin.cased import KORLEKO, LENEK, WORDS, case_of, changes, deeds, entries, told, told_in


@pytest.fixture
def korleko(desk_on_both) -> int:
    return desk_on_both.village("Korleko", KORLEKO)


@pytest.fixture
def code(desk_on_both, korleko) -> str:
    return told(desk_on_both, korleko)


@pytest.fixture
def wayan_id(desk_on_both) -> str:
    return desk_on_both.hire("wayan", Role.PETUGAS, KORLEKO)


@pytest.fixture
def wayan(desk_on_both, wayan_id):
    return desk_on_both.browser_of(wayan_id)


@pytest.fixture
def ketut_id(desk_on_both) -> str:
    return desk_on_both.hire("ketut", Role.PETUGAS, KORLEKO)


@pytest.fixture
def ketut(desk_on_both, ketut_id):
    return desk_on_both.browser_of(ketut_id)


@pytest.fixture
def ratna(desk_on_both):
    return desk_on_both.at_work("ratna", Role.COORDINATOR, "52.03")


@pytest.fixture
def do(send):
    """Send a form of a case's page: `do(browser, code, "balas", words="…")`; gives the answer."""

    def post(browser, code: str, deed: str, /, **fields: str):
        named = {f"{deed}-{name}": value for name, value in fields.items()}
        return send(browser, f"{address_of(code)}/{deed}", **named)

    return post


def address_of(code: str) -> str:
    return f"/admin/kasus/{case_records.shown(code)}"


def ok(answer, code: str) -> None:
    """It was done, and leads back to the case."""
    assert (answer.status_code, answer.headers.get("Location")) == (303, address_of(code)), answer.text[:3000]


def refused(answer, why: str) -> str:
    """It was not done, and the page says why."""
    assert answer.status_code == 422
    assert why in answer.text
    assert "<title>Galat" in answer.text
    return answer.text


def test_a_case_is_taken_answered_and_closed(desk_on_both, code, wayan, wayan_id, do):
    ok(do(wayan, code, "ambil"), code)
    assert case_of(desk_on_both, code).holder_id == wayan_id
    ok(do(wayan, code, "balas", words="Selamat pagi, kami bantu.\r\nTunggu sebentar."), code)
    assert entries(desk_on_both, code, "reply") == [("", "Selamat pagi, kami bantu.\nTunggu sebentar.")]
    ok(do(wayan, code, "catat", words="Sudah telepon BP3MI"), code)
    assert ("", "Sudah telepon BP3MI") in entries(desk_on_both, code, "note")
    ok(do(wayan, code, "tutup", outcome="solved", words="Gaji sudah dibayar"), code)
    assert (case_of(desk_on_both, code).state, case_of(desk_on_both, code).outcome) == (State.CLOSED, "solved")
    ok(do(wayan, code, "buka-lagi"), code)
    assert case_of(desk_on_both, code).state == State.TAKEN
    assert deeds(desk_on_both) == ["case_taken", "case_replied", "case_noted", "case_closed", "case_reopened"]
    assert changes(desk_on_both, code) == ["opened", "taken", "closed", "reopened"]


def test_what_the_family_says_of_the_help_stands_on_the_case(desk_on_both, code, wayan, do):
    do(wayan, code, "ambil")
    do(wayan, code, "tutup", outcome="solved", words="Gaji sudah dibayar")
    assert "Kata keluarga" not in wayan.get(address_of(code)).text, "nobody has answered yet"
    with desk_on_both.database.transaction() as session:
        case_records.by_code(session, code).rated = "partly"
    assert "<dd>Sebagian terbantu</dd>" in wayan.get(address_of(code)).text
    rahman = desk_on_both.at_work("rahman", Role.PETUGAS, LENEK)
    assert rahman.get(address_of(code)).status_code == 404


def test_a_case_is_released_and_waits_again(desk_on_both, code, wayan, do):
    do(wayan, code, "ambil")
    ok(do(wayan, code, "giliran-keluarga"), code)
    assert case_of(desk_on_both, code).awaits == "family"
    ok(do(wayan, code, "lepas"), code)
    assert (case_of(desk_on_both, code).state, case_of(desk_on_both, code).holder_id) == (State.NEW, None)
    assert deeds(desk_on_both)[-2:] == ["case_changed", "case_released"]


def test_a_case_is_passed_on_to_somebody_who_may_know_of_it(desk_on_both, code, wayan, ketut_id, do):
    stranger = desk_on_both.hire("nengah", Role.PETUGAS, LENEK)
    do(wayan, code, "ambil")
    page = wayan.get(address_of(code)).text
    assert f'<option value="{ketut_id}">Ketut (Petugas)</option>' in page
    assert stranger not in page
    for nobody in (stranger, "", "ngawur"):
        refused(do(wayan, code, "serahkan", to=nobody, words="Tolong"), "Pilih")
    ok(do(wayan, code, "serahkan", to=ketut_id, words="Tolong lanjutkan"), code)
    assert case_of(desk_on_both, code).holder_id == ketut_id
    assert ("", "Tolong lanjutkan") in entries(desk_on_both, code, "note")
    with desk_on_both.database.reading() as session:
        assert ketut_id in session.scalars(select(CaseAlert.staff_id)).all(), "they are told of it"


@pytest.mark.parametrize(
    ("deed", "fields", "kind"),
    [
        ("balas", {"words": "Kami bantu"}, "reply"),
        ("catat", {"words": "Sudah telepon"}, "note"),
        ("tutup", {"words": "Beres", "outcome": "solved"}, "note"),
        ("ubah", {"category": "documents"}, "change"),
        ("serahkan", {"words": "Tolong"}, "note"),
    ],
)
def test_a_form_sent_twice_is_one_deed(desk_on_both, code, wayan, ketut_id, do, deed, fields, kind):
    """A second tap, or a browser that sends once more because the line was slow."""
    do(wayan, code, "ambil")
    if deed == "serahkan":
        fields = {**fields, "to": ketut_id}
    key = "0123456789abcdef"
    for _ in range(2):
        ok(do(wayan, code, deed, key=key, **fields), code)
    after = (deeds(desk_on_both), entries(desk_on_both, code, kind))
    assert deeds(desk_on_both).count(deeds(desk_on_both)[-1]) == 1
    ok(do(wayan, code, deed, key=key, **fields), code)
    assert (deeds(desk_on_both), entries(desk_on_both, code, kind)) == after


def test_other_words_under_a_key_that_a_browser_put_back_are_another_reply(desk_on_both, code, wayan, do):
    """An answer typed by staff is never lost."""
    do(wayan, code, "ambil")
    for words in ("Pertama", "Kedua"):
        ok(do(wayan, code, "balas", key="0123456789abcdef", words=words), code)
    assert [words for _, words in entries(desk_on_both, code, "reply")] == ["Pertama", "Kedua"]


def test_the_page_gives_every_button_a_key_of_its_own(code, wayan, do):
    do(wayan, code, "ambil")
    keys = re.findall(r'name="[a-z]+-key" value="([0-9a-f]{16})"', wayan.get(address_of(code)).text)
    assert len(keys) > 6
    assert len(set(keys)) == len(keys)


def test_what_somebody_else_holds_is_said_to_be_theirs(desk_on_both, code, wayan, ketut, do):
    do(wayan, code, "ambil")
    refused(do(ketut, code, "ambil"), "Wayan sudah mengambil kasus ini")
    page = refused(do(ketut, code, "balas", words="Saya yang balas"), "sedang dipegang Wayan")
    assert "Saya yang balas</textarea>" in page, "what was typed stays"
    assert entries(desk_on_both, code, "reply") == []
    for deed in ("lepas", "giliran-keluarga"):
        refused(do(ketut, code, deed), "sedang dipegang Wayan")


def test_who_answers_a_family_whose_case_nobody_holds_holds_it(desk_on_both, code, wayan, ketut, do):
    assert "Ambil kasus dan kirim" in wayan.get(address_of(code)).text
    refused(do(wayan, code, "balas", words=" "), "Tulis dulu isinya")
    assert case_of(desk_on_both, code).holder_id is None
    for _ in range(2):
        ok(do(wayan, code, "balas", key="0123456789abcdef", words="Halo"), code)
    assert [words for _, words in entries(desk_on_both, code, "reply")] == ["Halo"]
    page = ketut.get(address_of(code)).text
    assert "Yang membalas adalah pemegang kasus, Wayan" in page
    assert "/balas" not in page
    assert [deed for deed in deeds(desk_on_both) if deed in ("case_taken", "case_replied")] == [
        "case_taken",
        "case_replied",
    ]


def test_what_nobody_holds_is_closed_by_nobody(code, wayan, do):
    refused(do(wayan, code, "tutup", words="Beres", outcome="solved"), "Ambil dulu")


@pytest.mark.parametrize(
    ("deed", "fields", "why"),
    [
        ("balas", {"words": " \u200b "}, "Tulis dulu isinya"),
        ("balas", {"words": "a" * 4001}, "paling banyak 4000 huruf"),
        ("catat", {"words": ""}, "Tulis dulu isinya"),
        ("tutup", {"outcome": "solved", "words": ""}, "Tulis dulu isinya"),
        ("tutup", {"outcome": "", "words": "Beres"}, "Pilih hasilnya"),
        ("tutup", {"outcome": "menang", "words": "Beres"}, "Pilih"),
        ("ubah", {"category": "ngawur"}, "Pilih salah satu"),
        ("hubungkan", {"code": "999-XXXX"}, "Tidak ada kasus dengan kode ini"),
        ("kepentingan", {}, "Centang bila memang begitu"),
        ("identitas", {"words": "mau"}, "Tulis alasannya"),
        ("buka-lagi", {}, "masih terbuka"),
        ("setuju", {}, "sudah ditutup"),
        ("belum", {"words": "Belum"}, "Hanya koordinator"),
    ],
)
def test_what_a_rule_refuses_changes_nothing(desk_on_both, code, wayan, do, deed, fields, why):
    do(wayan, code, "ambil")
    before = [entries(desk_on_both, code, kind) for kind in ("reply", "note", "change")]
    refused(do(wayan, code, deed, **fields), why)
    assert [entries(desk_on_both, code, kind) for kind in ("reply", "note", "change")] == before
    assert deeds(desk_on_both) == ["case_taken", "case_read"]


def test_after_closing_nothing_more_is_said_in_it(desk_on_both, code, wayan, do):
    do(wayan, code, "ambil")
    do(wayan, code, "tutup", outcome="solved", words="Beres")
    refused(do(wayan, code, "balas", words="Satu lagi"), "sudah ditutup")
    refused(do(wayan, code, "ambil"), "sudah ditutup")
    assert entries(desk_on_both, code, "reply") == []
    assert case_of(desk_on_both, code).state == "closed"


def test_a_case_turned_to_violence_leaves_the_village_at_once(desk_on_both, code, wayan, ratna, do):
    do(wayan, code, "ambil")
    answer = do(wayan, code, "ubah", category="violence")
    assert answer.headers["Location"] == "/admin/kasus"
    assert "ditangani orang lain" in wayan.get("/admin/kasus").text
    assert wayan.get(address_of(code)).status_code == 404
    assert ratna.get(address_of(code)).status_code == 200
    assert case_of(desk_on_both, code).is_restricted


def test_urgency_and_a_child_are_marked(desk_on_both, code, ratna, do):
    ok(do(ratna, code, "ubah", category="pay", is_urgent="y"), code)
    assert case_of(desk_on_both, code).is_urgent
    ok(do(ratna, code, "ubah", category="pay", is_urgent="y", is_child="y"), code)
    assert (case_of(desk_on_both, code).is_child, case_of(desk_on_both, code).is_restricted) == (True, True)


def test_a_conflict_of_interest_takes_the_case_out_of_sight(desk_on_both, code, wayan, ketut, do):
    do(wayan, code, "ambil")
    assert do(wayan, code, "kepentingan", sure="y").headers["Location"] == "/admin/kasus"
    assert wayan.get(address_of(code)).status_code == 404
    assert "menyatakan ada kepentingan" in ketut.get(address_of(code)).text.lower()
    assert case_of(desk_on_both, code).holder_id is None
    assert "case_conflict" in deeds(desk_on_both)


def test_violence_is_closed_by_two(desk_on_both, korleko, ratna, do, wayan):
    code = told(desk_on_both, korleko, "violence", who="dewi")
    specialist = desk_on_both.at_work("komang", Role.SPECIALIST, "52.03")
    do(specialist, code, "ambil")
    ok(do(specialist, code, "tutup", outcome="referred", words="Diterima UPTD PPA"), code)
    assert case_of(desk_on_both, code).state == State.TO_APPROVE
    assert "Menunggu persetujuan" in specialist.get(address_of(code)).text
    refused(do(specialist, code, "setuju"), "Hanya koordinator")
    assert do(wayan, code, "setuju").status_code == 404
    ok(do(ratna, code, "belum", words="Telepon keluarganya dulu"), code)
    assert case_of(desk_on_both, code).state == State.TAKEN
    do(specialist, code, "tutup", outcome="referred", words="Sudah ditelepon")
    ok(do(ratna, code, "setuju"), code)
    assert (case_of(desk_on_both, code).state, case_of(desk_on_both, code).outcome) == (State.CLOSED, "referred")
    assert [deed for deed in deeds(desk_on_both) if deed.endswith("approved")] == ["case_not_approved", "case_approved"]


def test_cases_of_one_family_are_linked_by_code(desk_on_both, korleko, code, wayan, do):
    other = told(desk_on_both, korleko, "documents", who="ibunya")
    ok(do(wayan, code, "hubungkan", code=case_records.shown(other).lower()), code)
    page = wayan.get(address_of(code)).text
    assert "Kasus lain keluarga ini" in page
    assert address_of(other) in page
    assert "Dihubungkan dengan kasus lain" in page


def test_who_it_is_about_is_shown_once_and_with_a_reason(desk_on_both, korleko, wayan, do):
    with desk_on_both.database.transaction() as session:
        sender = Sender("whatsapp", (("phone", "628123456789"),))
        phone = session.get_one(Conversation, conversations.of_sender(session, sender, desk_on_both.now))
        phone.village_id = korleko
        case = told_in(session, phone, "pay", desk_on_both.now)
        case_records.keep_facts(session, case, name="Amaq Sari", worker="Sari")
        case_safety.set_sharing(session, case, "suami", desk_on_both.now)
        case_safety.set_cover_word(session, case, "mangga muda", desk_on_both.now)
        code = case.code
    answer = do(wayan, code, "identitas", words="Perlu menelepon KBRI")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    for said in ("Amaq Sari", '<dd dir="auto">Sari</dd>', "+628123456789", "suami", "mangga muda", "WhatsApp"):
        assert said in answer.text, said
    assert deeds(desk_on_both) == ["case_identity_opened"]
    page = wayan.get(address_of(code)).text
    assert "Perlu menelepon KBRI" in page
    for secret in ("Amaq Sari", "628123456789", "mangga muda"):
        assert secret not in page
    assert wayan.get(f"{address_of(code)}/identitas").status_code == 404


def test_a_telegram_family_has_no_number_to_show(code, wayan, do):
    assert "saluran ini tidak memberi nomor" in do(wayan, code, "identitas", words="Perlu menelepon").text


def test_an_erased_case_stays_closed(desk_on_both, code, wayan, do):
    with desk_on_both.database.transaction() as session:
        cases.withdraw(session, case_records.by_code(session, code), desk_on_both.now)
    page = wayan.get(address_of(code)).text
    assert WORDS not in page
    assert "/buka-lagi" not in page
    refused(do(wayan, code, "buka-lagi"), "tidak bisa dibuka lagi dari sini")


def test_a_deed_on_a_case_that_is_not_there_is_nowhere(wayan, do):
    for code in ("347KMTR", "ngawur00"):
        assert do(wayan, code, "ambil").status_code == 404
        assert wayan.get(address_of(code)).status_code == 404
