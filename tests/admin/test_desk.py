"""Sari's message could not be answered; who sees it, what they see, and what they can do."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from centre import desk as waiting
from centre import inbox
from centre.audit import AuditEntry
from centre.conversations import Conversation
from centre.outbox import OutboxMessage, State
from centre.staff import Role

KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"
WORDS = "Paspor saya ditahan majikan"


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


@pytest.mark.parametrize(
    ("role", "area", "sees"),
    [
        (Role.PETUGAS, KORLEKO, True),
        (Role.PETUGAS, LENEK, False),
        (Role.PETUGAS, "52.03.17", True),
        (Role.COORDINATOR, "52.03", True),
        (Role.COORDINATOR, "52", True),
        (Role.COORDINATOR, "52.01", False),
        (Role.COORDINATOR, "5", False),
        (Role.ADMINISTRATOR, "", True),
    ],
)
def test_staff_see_what_lies_in_their_area_and_nothing_else(desk_on_both, token_on, role, area, sees):
    desk = desk_on_both
    korleko = desk.village("Korleko", KORLEKO)
    message, reply = desk.set_aside(WORDS, korleko), desk.lost_reply("Baik", korleko)
    browser = desk.at_work("wayan", role, area)
    token = token_on(browser, "/admin/ganti-sandi")
    assert (f"/admin/pesan/{message}" in browser.get("/admin/pesan").text) is sees
    assert (f"/admin/balasan/{reply}" in browser.get("/admin/balasan").text) is sees
    assert browser.get(f"/admin/pesan/{message}").status_code == (200 if sees else 404)
    assert browser.get(f"/admin/balasan/{reply}").status_code == (200 if sees else 404)
    for deed in (f"pesan/{message}/jawab-ulang", f"balasan/{reply}/selesai"):
        answer = browser.post(f"/admin/{deed}", data={"csrf_token": token})
        assert answer.status_code == (303 if sees else 404), deed
    assert desk.event(message).for_staff is not sees
    assert ('data-count="messages">1' in browser.get("/admin/").text) is False


@pytest.mark.parametrize(
    ("role", "area", "sees"),
    [
        (Role.ADMINISTRATOR, "", True),
        (Role.COORDINATOR, "", True),
        (Role.COORDINATOR, "52", False),
        (Role.PETUGAS, "", False),
        (Role.PETUGAS, KORLEKO, False),
    ],
)
def test_what_belongs_to_no_village_is_for_those_who_oversee_all(desk, role, area, sees):
    message = desk.set_aside(WORDS, None)
    browser = desk.at_work("wayan", role, area)
    assert browser.get(f"/admin/pesan/{message}").status_code == (200 if sees else 404)
    assert (f"/admin/pesan/{message}" in browser.get("/admin/pesan").text) is sees


def test_a_role_counts_only_in_its_own_area(desk, korleko):
    """Petugas in Lenek and editor everywhere is not petugas everywhere."""
    from centre.staff import StaffRole

    message = desk.set_aside(WORDS, korleko)
    both = desk.hire("rahman", Role.EDITOR)
    with desk.database.transaction() as session:
        session.add(StaffRole(staff_id=both, role=Role.PETUGAS, area=LENEK))
    assert desk.browser_of(both).get(f"/admin/pesan/{message}").status_code == 404


def test_a_neighbouring_code_that_begins_alike_is_not_inside(desk):
    """52.1 is no code; 52.03 must not let in 52.031 either."""
    odd = desk.village("Tetangga", "52.031")
    message = desk.set_aside(WORDS, odd)
    assert desk.at_work("wayan", Role.COORDINATOR, "52.03").get(f"/admin/pesan/{message}").status_code == 404


def test_the_list_says_when_where_and_why_but_not_what(desk, korleko):
    desk.set_aside(WORDS, korleko)
    desk.wait(hours=3)
    page = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get("/admin/pesan").text
    assert "Korleko, Lombok Timur" in page
    assert "21 Nov 2026 09.00 WITA" in page
    assert "3 jam yang lalu" in page
    assert "Telegram" in page
    assert "Lima kali gagal dijawab" in page
    assert WORDS not in page


def test_opening_the_words_is_recorded(desk, korleko):
    number = desk.set_aside(WORDS, korleko)
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    assert WORDS in desk.browser_of(wayan).get(f"/admin/pesan/{number}").text
    assert deeds(desk) == [(wayan, "message_read", f"event:{number}")]


def test_jawab_ulang_gives_the_message_back_to_the_bot(desk_on_both, send):
    desk = desk_on_both
    number = desk.set_aside(WORDS, desk.village("Korleko", KORLEKO))
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = f"/admin/pesan/{number}"
    assert send(browser, f"{page}/jawab-ulang", on=page).headers["Location"] == "/admin/pesan"
    with desk.database.transaction() as session:
        conversation, event = inbox.claim(session, desk.now)
        assert event.id == number
    assert f"Pesan {number} dijawab ulang" in browser.get("/admin/pesan").text
    assert browser.get(page).status_code == 404


def test_who_comes_second_finds_it_done(desk, korleko, token_on):
    number = desk.set_aside(WORDS, korleko)
    wayan, rahman = (desk.at_work(name, Role.PETUGAS, KORLEKO) for name in ("wayan", "rahman"))
    tokens = [token_on(browser, f"/admin/pesan/{number}") for browser in (wayan, rahman)]
    address = f"/admin/pesan/{number}/selesai"
    assert wayan.post(address, data={"csrf_token": tokens[0]}).status_code == 303
    second = rahman.post(address, data={"csrf_token": tokens[1]})
    assert second.status_code == 404
    assert "sudah diselesaikan petugas lain" in second.text


def test_sudah_ditangani_says_who_and_when(desk, korleko, send):
    number = desk.set_aside(WORDS, korleko)
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    send(desk.browser_of(wayan), f"/admin/pesan/{number}/selesai")
    event = desk.event(number)
    assert (event.seen_by, event.seen_at, event.for_staff) == (wayan, desk.now, False)


def test_a_picture_is_shown_as_what_it_is_and_cannot_be_answered_again(desk, korleko, send):
    number = desk.with_picture(korleko)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = browser.get(f"/admin/pesan/{number}").text
    assert "bot tidak bisa membacanya" in page
    assert "ini suratnya" in page
    assert "AgACAgUAAx" in page
    assert "Jawab ulang" not in page
    assert send(browser, f"/admin/pesan/{number}/jawab-ulang").status_code == 409


def test_a_lost_reply_is_shown_with_its_reason_and_goes_when_handled(desk, korleko, send):
    number = desk.lost_reply("Agen tidak boleh meminta uang.", korleko)
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    browser = desk.browser_of(wayan)
    assert "24 jam" in browser.get("/admin/balasan").text
    assert "Agen tidak boleh" not in browser.get("/admin/balasan").text
    assert "Agen tidak boleh" in browser.get(f"/admin/balasan/{number}").text
    send(browser, f"/admin/balasan/{number}/selesai")
    assert "Semua balasan sampai." in browser.get("/admin/balasan").text
    assert [deed for _, deed, _ in deeds(desk)] == ["reply_read", "reply_handled"]


def test_what_was_not_sent_late_is_listed_and_says_so(desk, korleko):
    number = desk.lost_reply("Besok jam sembilan.", korleko)
    with desk.database.transaction() as session:
        row = session.get_one(OutboxMessage, number)
        row.state, row.error = State.EXPIRED, "ConnectError"
    browser = desk.browser_of(desk.hire("wayan", Role.PETUGAS, KORLEKO))
    assert "Lewat waktunya" in browser.get("/admin/balasan").text
    assert "Lewat waktunya" in browser.get(f"/admin/balasan/{number}").text


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ 7*7 }}{% raw %}",
        '"><svg/onload=alert(1)>',
        "%(problem)s {0} %s",
        "javascript:alert(1)",
    ],
)
def test_hostile_words_are_only_words(desk, korleko, words):
    number = desk.set_aside(words, korleko)
    page = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/pesan/{number}").text
    shown = page.partition('<blockquote class="desk-words" dir="auto">')[2].partition("</blockquote>")[0]
    assert "<" not in shown
    assert '"' not in shown
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert shown == escaped


def test_characters_that_turn_text_around_are_taken_out(desk, korleko):
    number = desk.set_aside("aman\u202eamanj\u200b ya", korleko)
    assert "amanamanj ya" in desk.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/pesan/{number}").text


def test_words_that_are_gone_are_said_to_be_gone(desk, korleko):
    number = desk.set_aside(WORDS, korleko)
    with desk.database.transaction() as session:
        session.get_one(inbox.InboxEvent, number).sealed_payload = None
    page = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/pesan/{number}").text
    assert "Isinya tidak bisa dibuka" in page


def test_words_sealed_with_another_key_do_not_break_the_page(desk, korleko):
    number, reply = desk.set_aside(WORDS, korleko), desk.lost_reply("Baik", korleko)
    with desk.database.transaction() as session:
        session.get_one(inbox.InboxEvent, number).sealed_payload = b"\x09damaged"
        session.get_one(waiting.OutboxMessage, reply).sealed_part = b"\x09damaged"
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert "tidak bisa dibuka" in browser.get(f"/admin/pesan/{number}").text
    assert "tidak bisa dibuka" in browser.get(f"/admin/balasan/{reply}").text


def test_who_was_forgotten_is_not_at_the_desk(desk, korleko):
    number = desk.set_aside(WORDS, korleko)
    with desk.database.transaction() as session:
        event = session.get_one(inbox.InboxEvent, number)
        inbox.erase_words(session, session.get_one(Conversation, event.conversation_id).id)
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    assert "Tidak ada pesan yang menunggu." in browser.get("/admin/pesan").text
    assert browser.get(f"/admin/pesan/{number}").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775807", "9" * 40, "1e3", "１", "%00", "x"])
def test_a_number_that_is_none_is_not_found(desk_on_both, number):
    browser = desk_on_both.at_work("wayan", Role.ADMINISTRATOR)
    assert browser.get(f"/admin/pesan/{number}").status_code == 404
    assert browser.get(f"/admin/balasan/{number}").status_code == 404
    assert browser.get(f"/admin/pesan?sesudah={number}").status_code == 200


def test_a_long_list_goes_on_on_the_next_page(desk, korleko, monkeypatch):
    monkeypatch.setattr(waiting, "PAGE", 2)
    numbers = [desk.set_aside(WORDS, korleko) for _ in range(3)]
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    first = browser.get("/admin/pesan").text
    assert f"/admin/pesan/{numbers[2]}" not in first
    assert f"/admin/pesan?sesudah={numbers[1]}" in first
    assert f"/admin/pesan/{numbers[2]}" in browser.get(f"/admin/pesan?sesudah={numbers[1]}").text


def test_home_counts_what_waits(desk, korleko):
    for _ in range(2):
        desk.set_aside(WORDS, korleko)
    desk.article("biaya")
    page = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get("/admin/").text
    counts = [part.partition("<")[0] for part in page.split('<span class="desk-count')[1:]]
    assert [count.partition(">")[2] for count in counts] == ["0", "0", "0", "0", "2", "1", "0", "0", "0"], (
        "cases first, then what waits"
    )
    for login, role, sees in (
        ("made", Role.HELPER, "Daftarkan orang"),
        ("sri", Role.VIEWER, 'href="/admin/menu?bagian=angka"'),
        ("joko", Role.PARTNER, 'href="/admin/kasus/rujukan"'),
    ):
        assert sees in desk.at_work(login, role, KORLEKO).get("/admin/").text.partition("<h1>")[2], role


def deeds(desk) -> list[tuple[str, str, str]]:
    with desk.database.reading() as session:
        rows = session.execute(select(AuditEntry.staff_id, AuditEntry.deed, AuditEntry.about).order_by(AuditEntry.id))
        return [tuple(row) for row in rows]
