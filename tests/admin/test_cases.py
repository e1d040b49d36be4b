"""Sari's father tells of unpaid wages: how the case stands in the queues, and how all of it reads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from centre import case_records, case_safety, cases, outbox
from centre.case_records import Sending, State
from centre.messages import Outgoing
from centre.staff import Role, StaffRole
from tests.admin.cased import KORLEKO, LENEK, WORDS, case_of, deeds, entries, told


@pytest.fixture
def korleko(desk_on_both) -> int:
    return desk_on_both.village("Korleko", KORLEKO)


@pytest.fixture
def wayan(desk_on_both):
    return desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)


@pytest.fixture
def ratna(desk_on_both):
    return desk_on_both.at_work("ratna", Role.COORDINATOR, "52.03")


def shown_in(browser, which: str, **chosen: str) -> list[str]:
    """The codes of a queue, in its order."""
    page = browser.get("/admin/kasus", query_string={"antrean": which, **chosen}).text.partition("<main")[2]
    return [part[:8].replace("-", "") for part in page.split('href="/admin/kasus/')[1:] if part[3] == "-"]


def address_of(code: str) -> str:
    return f"/admin/kasus/{case_records.shown(code)}"


def change(desk, code: str, **values: object) -> None:
    with desk.database.transaction() as session:
        case = case_records.by_code(session, code)
        for name, value in values.items():
            setattr(case, name, value)


def test_a_card_says_what_kind_where_how_long_until_when_and_who_but_no_words(desk_on_both, korleko, wayan):
    code = told(desk_on_both, korleko)
    desk_on_both.now += timedelta(minutes=3)
    page = wayan.get("/admin/kasus").text
    for said in (code[3:], "Gaji tidak dibayar", "Korleko", "3 menit yang lalu", "paling lambat", "WITA", "Belum ada"):
        assert said in page, said
    assert WORDS not in page
    assert deeds(desk_on_both) == [], "a look at the queue opens nothing"


def test_each_queue_has_its_own(desk_on_both, korleko, ratna):
    pay = told(desk_on_both, korleko, who="sari")
    death = told(desk_on_both, korleko, "death", who="rohani")
    answered = told(desk_on_both, korleko, "other", who="dewi")
    late = told(desk_on_both, korleko, "go_home", who="putu")
    over = told(desk_on_both, korleko, "sickness", who="kadek")
    asked = told(desk_on_both, korleko, "violence", who="made")
    change(desk_on_both, answered, holder_id="someone", state=State.TAKEN, awaits="family", due_at=None)
    change(desk_on_both, late, due_at=desk_on_both.now - timedelta(minutes=1))
    change(desk_on_both, over, state=State.CLOSED, closed_at=desk_on_both.now, outcome="solved", due_at=None)
    change(desk_on_both, asked, state=State.TO_APPROVE, holder_id="someone")
    assert set(shown_in(ratna, "urgent")) == {death, asked}
    assert shown_in(ratna, "mine") == []
    assert set(shown_in(ratna, "free")) == {pay, death, late}
    assert shown_in(ratna, "family") == [answered]
    assert shown_in(ratna, "overdue") == [late]
    assert shown_in(ratna, "approve") == [asked]
    assert shown_in(ratna, "closed") == [over]
    assert shown_in(ratna, "all")[0] == late, "what is owed soonest comes first"
    assert shown_in(ratna, "all")[-1] == answered, "what is not owed comes last"
    assert set(shown_in(ratna, "all")) == {pay, death, answered, late, asked}
    assert shown_in(ratna, "ngawur") == shown_in(ratna, "all")


def test_a_queue_can_be_narrowed_by_kind_and_place(desk_on_both, korleko, ratna):
    lenek = desk_on_both.village("Lenek", LENEK)
    pay, papers = told(desk_on_both, korleko), told(desk_on_both, lenek, "documents", who="rohani")
    assert shown_in(ratna, "all", jenis="documents") == [papers]
    assert shown_in(ratna, "all", wilayah=KORLEKO) == [pay]
    assert set(shown_in(ratna, "all", wilayah="52.03")) == {pay, papers}
    assert shown_in(ratna, "all", jenis="documents", wilayah=KORLEKO) == []
    assert "Tidak ada kasus dengan pilihan ini" in ratna.get(f"/admin/kasus?jenis=documents&wilayah={KORLEKO}").text
    assert set(shown_in(ratna, "all", jenis="bukan-jenis")) == {pay, papers}, "no kind at all narrows nothing"
    assert shown_in(ratna, "all", wilayah="%") == [], "a sign of the database's own is a sign"
    for name in ("Lombok Timur", "Korleko", "Lenek"):
        assert f">{name}</option>" in ratna.get("/admin/kasus").text


def test_a_long_queue_has_a_second_page(desk_on_both, korleko, wayan):
    codes = [told(desk_on_both, korleko, who=f"keluarga-{number}") for number in range(31)]
    first, second = shown_in(wayan, "free"), shown_in(wayan, "free", sesudah="30")
    assert (len(first), len(second)) == (30, 1)
    assert {*first, *second} == set(codes)
    assert "sesudah=30" in wayan.get("/admin/kasus?antrean=free").text


@pytest.mark.parametrize(
    ("which", "said"), [("mine", "Anda tidak sedang memegang"), ("free", "Terima kasih"), ("urgent", "Syukurlah")]
)
def test_an_empty_queue_says_so_kindly(desk_on_both, wayan, which, said):
    assert said in wayan.get(f"/admin/kasus?antrean={which}").text


def test_the_first_page_counts_what_waits(desk_on_both, korleko, wayan):
    told(desk_on_both, korleko)
    told(desk_on_both, korleko, "death", who="rohani")
    page = wayan.get("/admin/").text.partition("<main")[2]
    counted = {
        which: page.partition(f'antrean={which}"')[2].partition('">')[2].partition("</span>")[0]
        for which in ("urgent", "mine", "free", "overdue")
    }
    assert counted == {"urgent": "1", "mine": "0", "free": "2", "overdue": "0"}
    assert page.index("antrean=urgent") < page.index("/admin/pesan")


@pytest.mark.parametrize("typed", ["{code}", "{code} ", "{spaced}", "{small}"])
def test_a_code_is_found_however_it_is_typed(desk_on_both, korleko, wayan, typed):
    code = told(desk_on_both, korleko)
    typed = typed.format(code=code, spaced=f"{code[:3]} {code[3:]}", small=code.lower())
    answer = wayan.get("/admin/kasus", query_string={"kode": typed})
    assert answer.headers["Location"] == address_of(code)


def test_what_is_no_code_is_said_to_be_none(desk_on_both, wayan):
    answer = wayan.get("/admin/kasus", query_string={"kode": "<b>siapa"})
    assert answer.status_code == 422
    assert "Bukan kode kasus" in answer.text
    assert "<b>siapa" not in answer.text


def test_opening_a_case_shows_all_of_it_and_is_entered_in_the_audit(desk_on_both, korleko, wayan):
    code = told(desk_on_both, korleko)
    with desk_on_both.database.transaction() as session:
        case = case_records.by_code(session, code)
        cases.answer(session, case, "where", "MY", "1", desk_on_both.now)
        cases.answer(session, case, "employer", "", "2", desk_on_both.now)
        cases.answer(session, case, "name", "Amaq Sari", "3", desk_on_both.now)
        case_records.enter(session, case, "change", "time", desk_on_both.now, detail="alert:new:1:2")
    page = wayan.get(address_of(code)).text
    for said in (
        WORDS,
        "Kasus dibuka",
        "Ditanya: kejadiannya di mana?",
        "Malaysia",
        "dilewati",
        "2 orang dikabari di tingkat kabupaten",
        "Keluarga</strong>",
        "Bahasa Indonesia",
    ):
        assert said in page, said
    assert "Amaq Sari" not in page, "who it is about is opened with a reason only"
    assert deeds(desk_on_both) == ["case_read"]
    assert "Wayan, membaca kasus" in wayan.get(address_of(code)).text


def test_that_nobody_could_be_told_is_one_line_with_what_to_do(desk_on_both, korleko, wayan):
    code = told(desk_on_both, korleko)
    with desk_on_both.database.transaction() as session:
        case = case_records.by_code(session, code)
        for detail in (*(f"alert_nobody:{level}" for level in range(4)), "alert:new:3:0"):
            case_records.enter(session, case, "change", "time", desk_on_both.now, detail=detail)
    page = wayan.get(address_of(code)).text
    assert "Tidak ada yang bisa dikabari" not in page
    assert "0 orang dikabari" not in page
    assert page.count("Belum ada petugas yang bisa dikabari, sampai tingkat pusat") == 1
    assert "Sambungkan di Akun saya" in page


def test_what_must_be_known_before_writing_stands_at_the_top(desk_on_both, korleko, wayan):
    code = told(desk_on_both, korleko)
    page = wayan.get(address_of(code)).text
    assert "Belum diketahui apakah aman" in page
    with desk_on_both.database.transaction() as session:
        case = case_records.by_code(session, code)
        case_safety.set_safe(session, case, True, desk_on_both.now)
        case_safety.set_hours(session, case, "midday", desk_on_both.now)
        case_safety.set_sharing(session, case, "suami", desk_on_both.now)
        case_safety.set_cover_word(session, case, "mangga muda", desk_on_both.now)
    page = wayan.get(address_of(code)).text
    for said in ("Jangan menulis di luar jam 11–16", "HP dipakai bersama", "Ada kata sandi", "aman ditulisi"):
        assert said in page, said
    assert page.index("Jangan menulis di luar") < page.index(WORDS)
    for secret in ("mangga muda", "suami"):
        assert secret not in page
    with desk_on_both.database.transaction() as session:
        case_safety.set_safe(session, case_records.by_code(session, code), False, desk_on_both.now)
    page = wayan.get(address_of(code)).text
    assert "JANGAN menulis lebih dulu" in page
    assert "Diam-diam" in page


def replied(desk, code: str, **values: object):
    """Ratna's reply, as far as `values` say that it has come."""
    with desk.database.transaction() as session:
        case = case_records.by_code(session, code)
        case.holder_id = "ratna"
        entry = cases.reply(session, case, "ratna", "Kami bantu urus", "k", desk.now)
        for name, value in values.items():
            setattr(entry, name, value)
        return entry


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Menunggu dikirim"),
        ({"next_at": timedelta(hours=5)}, "paling cepat 21 Nov 2026 14.00 WITA"),
        ({"sending": Sending.SEALED}, "Menunggu keluarga menulis"),
        ({"sending": Sending.NOT_TOLD, "why_not": "stopped"}, "berhenti"),
        ({"sending": Sending.NOT_TOLD, "why_not": "no_address"}, "alamat keluarga tidak ada lagi"),
        ({"sending": Sending.NOT_TOLD, "why_not": "discreet"}, "keluarga minta diam-diam"),
    ],
)
def test_a_reply_says_why_it_waits_or_went_nowhere(desk_on_both, korleko, wayan, values, said):
    code = told(desk_on_both, korleko)
    known = {name: desk_on_both.now + value if name == "next_at" else value for name, value in values.items()}
    replied(desk_on_both, code, **known)
    assert said in wayan.get(address_of(code)).text


def test_a_reply_that_lies_sealed_is_not_called_the_familys_turn(desk_on_both, korleko, wayan):
    """Nobody said whether it is safe: the officer owes nothing, and the queue and the case say that it has not arrived."""
    code = told(desk_on_both, korleko)
    entry = replied(desk_on_both, code, sending=Sending.SEALED, next_at=None)
    assert "Balasan belum sampai kepada keluarga" in wayan.get("/admin/kasus?antrean=all").text
    page = wayan.get(address_of(code)).text
    assert "cara yang mereka bilang aman" in page
    assert "Giliran keluarga menulis" not in page
    with desk_on_both.database.transaction() as session:
        session.merge(entry).sending = Sending.QUEUED
    assert "Giliran keluarga menulis" in wayan.get(address_of(code)).text


@pytest.mark.parametrize(
    ("state", "delivery", "error", "said"),
    [
        ("open", None, None, "Sedang dikirim"),
        ("sent", "sent", None, "Terkirim"),
        ("sent", "delivered", None, "Sudah sampai"),
        ("sent", "read", None, "Sudah dibaca"),
        ("failed", None, "window_closed", "Gagal terkirim: Pesan terakhirnya lebih dari 24 jam lalu"),
        ("dropped", None, None, "memblokir bot"),
        ("expired", None, None, "tidak sempat terkirim"),
    ],
)
def test_a_reply_on_its_way_says_how_far_it_came(desk_on_both, korleko, wayan, state, delivery, error, said):
    code = told(desk_on_both, korleko)
    entry = replied(desk_on_both, code, sending=Sending.QUEUED)
    with desk_on_both.database.transaction() as session:
        conversation = session.get_one(cases.Conversation, case_of(desk_on_both, code).conversation_id)
        [row] = outbox.queue(session, conversation, entry.cause, [Outgoing("Kami bantu urus")], desk_on_both.now)
        row.state, row.delivery, row.error = state, delivery, error
    assert said in wayan.get(address_of(code)).text


def test_hostile_words_stay_words(desk_on_both, korleko, wayan):
    code = told(desk_on_both, korleko, words="<script>alert(1)</script>\u202e terbalik\nbaris dua")
    page = wayan.get(address_of(code)).text
    assert '<p class="words" dir="auto">&lt;script&gt;alert(1)&lt;/script&gt; terbalik\nbaris dua</p>' in page


def test_words_under_a_lost_key_are_said_to_be_closed(desk_on_both, korleko, wayan):
    code = told(desk_on_both, korleko)
    with desk_on_both.database.transaction() as session:
        entry = case_records.thread(session, case_records.by_code(session, code).id)[-1]
        entry.sealed_text = b"\x01rusak" + bytes(40)
    assert "Isinya tidak bisa dibuka" in wayan.get(address_of(code)).text


def test_an_administrator_reads_a_case_with_a_reason_only(desk_on_both, korleko, send):
    code = told(desk_on_both, korleko)
    agus = desk_on_both.at_work("agus", Role.ADMINISTRATOR)
    page = agus.get(address_of(code)).text
    assert WORDS not in page
    assert "hanya dengan alasan" in page
    assert deeds(desk_on_both) == []
    refused = send(agus, f"{address_of(code)}/isi", **{"isi-words": "x"})
    assert refused.status_code == 422
    assert "Tulis alasannya" in refused.text
    assert send(agus, f"{address_of(code)}/isi", **{"isi-words": "Keluhan keluarga soal Wayan"}).status_code == 303
    assert WORDS in agus.get(address_of(code)).text
    assert ("contents_opened", "Keluhan keluarga soal Wayan") in entries(desk_on_both, code, "change")
    assert deeds(desk_on_both) == ["case_read"]
    with desk_on_both.database.transaction() as session:
        case_records.thread(session, case_records.by_code(session, code).id)[-1].at -= timedelta(minutes=61)
    assert WORDS not in agus.get(address_of(code)).text, "a reason holds for an hour"


def test_an_administrator_who_coordinates_there_reads_as_a_coordinator(desk_on_both, korleko):
    code = told(desk_on_both, korleko)
    staff_id = desk_on_both.hire("agus", Role.ADMINISTRATOR)
    with desk_on_both.database.transaction() as session:
        session.add(StaffRole(staff_id=staff_id, role=Role.COORDINATOR, area="52"))
    assert WORDS in desk_on_both.browser_of(staff_id).get(address_of(code)).text
