"""Wayan writes to Korleko, looks at how it reads, tries it on himself and sends it; to two villages Made must agree."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

import admin
from admin.announcement_costs import NewsTerms
from centre import announcements, contact_points, conversations, news_consents, staff_channels
from centre.announcements import Announcement, State, Wanted
from centre.audit import AuditEntry
from centre.conversations import Conversation, Sender
from centre.outbox import OutboxMessage
from centre.staff import Role, Scope
from centre.staff_channels import StaffChannel
from processes.web import spoken

KORLEKO, LENEK = "52.03.17.2006", "52.03.21.2002"
TEXT = "Sabtu ada pelatihan <b>bengkel</b>, masih 4 kursi."


@pytest.fixture
def office(desk):
    """The desk with the bot's words around what staff write."""
    desk.app = Flask("desk", static_folder=None)
    desk.app.testing = True
    admin.register(desk.app, desk.database, lambda: desk.now, key="k" * 64, secure=False, spoken=spoken())
    return desk


def conversation(desk, who: str, village: int, *, wants: bool = True) -> int:
    with desk.database.transaction() as session:
        sender = Sender("telegram", (("chat", who),))
        found = session.get_one(Conversation, conversations.of_sender(session, sender, desk.now))
        found.village_id = village
        if wants:
            news_consents.note(session, found, True, desk.now)
        return found.id


def state(desk, number: int = 1) -> str:
    with desk.database.reading() as session:
        return session.get_one(Announcement, number).state


def write(send, browser, villages: list[int], **fields) -> str:
    """Fill in the form; gives the address of what was written."""
    answer = send(browser, "/admin/pengumuman/baru", text_id=TEXT, villages=villages, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_written_looked_at_and_sent_to_the_own_village(office, send):
    village = office.village("Korleko", KORLEKO)
    conversation(office, "sari", village)
    conversation(office, "inaq", village, wants=False)
    wayan = office.at_work("wayan", Role.PETUGAS, KORLEKO)
    address = write(send, wayan, [village], text_sas="Jelo Saptu araq pelatihan.")
    page = wayan.get(address).text
    assert "<dt>Orang yang akan menerima</dt><dd>1</dd>" in page
    assert "&lt;b&gt;bengkel" in page
    assert "Kabar leq Pusat Layanan Migrasi Desa Korleko:" in page
    assert page.count("BERHENTI KABAR") == 2, "two languages, which read the same on every channel"
    assert page.count("Telegram, WhatsApp, Obrolan web") == 2
    send(wayan, f"{address}/kirim")
    assert state(office) == State.GOING
    page = wayan.get(address).text
    assert "Hentikan" in page
    assert "Ubah" not in page
    send(wayan, f"{address}/hentikan")
    assert state(office) == State.STOPPED
    with office.database.reading() as session:
        deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()
    assert deeds == ["announcement_written", "announcement_sent", "announcement_stopped"]


def test_it_is_read_first_and_asked_once_before_it_goes(office, send):
    village = office.village("Korleko", KORLEKO)
    conversation(office, "sari", village)
    wayan = office.at_work("wayan", Role.PETUGAS, KORLEKO)
    address = write(send, wayan, [village])
    page = wayan.get(address).text
    assert page.index("Begini terbacanya") < page.index("Kalau dikirim sekarang") < page.index(">Ya, kirim<")
    asked = page.partition("<summary>Kirim …</summary>")[2].partition("</details>")[0]
    assert "Penerima: 1 orang. Mulai: sekarang juga. Biaya: Gratis" in asked
    assert f'action="{address}/kirim"' in asked
    assert page.count(f'action="{address}/kirim"') == 1


def test_at_night_it_is_planned_for_the_morning_and_not_called_sent(office, send):
    village = office.village("Korleko", KORLEKO)
    conversation(office, "sari", village)
    office.now = office.now.replace(hour=14)  # 22.00 in Korleko
    staff_id = office.hire("wayan", Role.PETUGAS, KORLEKO)
    wayan = office.browser_of(staff_id)
    address = write(send, wayan, [village])
    morning = "22 Nov 2026 06.00 WITA"
    assert f"Mulai: {morning}, karena malam hari" in wayan.get(address).text
    send(wayan, f"{address}/kirim")
    page = wayan.get(address).text
    assert f"mulai dikirim {morning}." in page
    assert f"<dd>Dijadwalkan, mulai {morning}</dd>" in page
    assert f"Dijadwalkan, mulai {morning}" in wayan.get("/admin/pengumuman").text
    office.wait(hours=9)
    assert "<dd>Dikirim</dd>" in office.browser_of(staff_id).get(address).text


def test_to_two_villages_a_second_person_must_agree(office, send):
    villages = [office.village("Korleko", KORLEKO), office.village("Lenek", LENEK)]
    wayan = office.at_work("wayan", Role.PETUGAS, "52.03")
    address = write(send, wayan, villages)
    send(wayan, f"{address}/kirim")
    assert state(office) == State.TO_AGREE
    assert "Setuju, kirim" not in wayan.get(address).text
    assert send(wayan, f"{address}/setuju").status_code == 404
    made = office.at_work("made", Role.COORDINATOR, "52.03")
    assert "Setuju, kirim" in made.get(address).text
    send(made, f"{address}/kembalikan")
    assert state(office) == State.DRAFT
    send(made, f"{address}/kirim")
    send(made, f"{address}/setuju")
    assert state(office) == State.TO_AGREE, "who asked for it is not the second person"
    send(office.at_work("nyoman", Role.COORDINATOR, "52"), f"{address}/setuju")
    assert state(office) == State.GOING


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text_id": "", "villages": ["1"]}, "Tulis isinya dalam Bahasa Indonesia."),
        ({"text_id": "x" * 1001, "villages": ["1"]}, "Terlalu panjang: paling banyak 1000 huruf."),
        ({"text_id": TEXT}, "Pilih paling sedikit satu desa."),
        ({"text_id": TEXT, "villages": ["1"], "kinds": ["majikan"]}, "majikan"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(office, send, fields, said):
    office.village("Korleko", KORLEKO)
    wayan = office.at_work("wayan", Role.PETUGAS, KORLEKO)
    answer = send(wayan, "/admin/pengumuman/baru", text_sas="Araq pelatihan.", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Araq pelatihan.</textarea>" in answer.text
    with office.database.reading() as session:
        assert session.scalars(select(Announcement)).all() == []


def test_a_try_goes_to_ones_own_telegram_alone(office, send):
    village = office.village("Korleko", KORLEKO)
    conversation(office, "sari", village)
    own = conversation(office, "wayan's own", village, wants=False)
    staff_id = office.hire("wayan", Role.PETUGAS, KORLEKO)
    wayan = office.browser_of(staff_id)
    address = write(send, wayan, [village])
    send(wayan, f"{address}/coba", bahasa="id")
    with office.database.transaction() as session:
        assert session.scalars(select(OutboxMessage)).all() == []
        session.add(StaffChannel(staff_id=staff_id, conversation_id=own, linked_at=office.now))
    assert "Coba: kirim ke Telegram saya" in wayan.get(address).text
    send(wayan, f"{address}/coba", bahasa="id")
    with office.database.reading() as session:
        assert [row.conversation_id for row in session.scalars(select(OutboxMessage))] == [own]
        assert staff_channels.staff_behind(session, own)
    assert state(office) == State.DRAFT


def test_a_try_in_any_chat_of_ones_own_needs_no_linked_telephone(office, send):
    village = office.village("Korleko", KORLEKO)
    with office.database.transaction() as session:
        contact_points.learn_link(session, "whatsapp", "https://wa.me/628123")
    wayan = office.at_work("wayan", Role.PETUGAS, KORLEKO)
    address = write(send, wayan, [village], text_sas="Jelo Saptu araq pelatihan.")
    page = wayan.get(address).text
    codes = re.findall(r"<code[^>]*>(coba-1(?:id|sas)[0-9a-f]{10})</code>", page)
    assert len(codes) == 2
    assert f'href="https://wa.me/628123?text={codes[0]}"' in page
    send(wayan, f"{address}/kirim")
    assert "coba-1" not in wayan.get(address).text, "it is on its way"


# What it costs


def reach_of(browser, address: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", browser.get(address).text))


def long_ago(desk, who: str, village: int) -> None:
    """Somebody on WhatsApp who wants news and wrote two days ago."""
    with desk.database.transaction() as session:
        sender = Sender("whatsapp", (("phone", who),))
        found = session.get_one(Conversation, conversations.of_sender(session, sender, desk.now))
        found.village_id, found.last_incoming_at = village, desk.now - timedelta(days=2)
        news_consents.note(session, found, True, desk.now)


PRICED = NewsTerms(True, 250, "MARKETING", Decimal("750.5"), date(2026, 11, 1), "daftar harga <Meta>")


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (replace(PRICED, price=None), "Belum diketahui: 2 templat golongan MARKETING, harganya belum dicatat"),
        (PRICED, "Sekitar Rp 1.501: 2 × Rp 750,50 (templat golongan MARKETING, harga per 1 November 2026; "),
    ],
)
def test_what_paid_templates_cost_is_said_before_it_goes(desk, send, terms, said):
    desk.app = Flask("desk", static_folder=None)
    desk.app.testing = True
    admin.register(desk.app, desk.database, lambda: desk.now, key="k" * 64, secure=False, spoken=spoken(), news=terms)
    village = desk.village("Korleko", KORLEKO)
    for who in ("628111", "628222"):
        long_ago(desk, who, village)
    wayan = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert "templat WhatsApp berbayar" in wayan.get("/admin/pengumuman/baru").text
    without = reach_of(wayan, write(send, wayan, [village]))
    assert without["Biaya"].startswith("Gratis")
    assert without["Mau kabar, tetapi tidak bisa dikirimi"].startswith("2. Pesan terakhir mereka")
    address = write(send, wayan, [village], with_template="y")
    assert reach_of(wayan, address)["Biaya"].startswith(said)
    assert "<Meta>" not in wayan.get(address).text
    assert "Kabar dari Pusat layanan desa Korleko, karena Anda minta dikabari." in wayan.get(address).text
    long = write(send, wayan, [village], with_template="y", text_sas="x" * 801)
    assert "paling banyak 800 huruf" in reach_of(wayan, long)["Mau kabar, tetapi tidak bisa dikirimi"]


def test_without_whatsapp_nobody_is_asked_about_templates(office):
    office.village("Korleko", KORLEKO)
    page = office.at_work("wayan", Role.PETUGAS, KORLEKO).get("/admin/pengumuman/baru").text
    assert "templat" not in page


def test_those_of_another_village_are_not_there(office, send, token_on):
    village = office.village("Korleko", KORLEKO)
    office.village("Lenek", LENEK)
    address = write(send, office.at_work("wayan", Role.PETUGAS, KORLEKO), [village])
    rahman = office.at_work("rahman", Role.PETUGAS, LENEK)
    token = token_on(rahman, "/admin/ganti-sandi")
    assert TEXT[:10] not in rahman.get("/admin/pengumuman").text
    for part in ("", "/ubah", "/penerima"):
        assert rahman.get(f"{address}{part}").status_code == 404, part
    for part in ("/ubah", "/coba", "/kirim", "/kembalikan", "/hentikan"):
        data = {"csrf_token": token, "text_id": "Lain", "villages": [village]}
        assert rahman.post(f"{address}{part}", data=data).status_code == 404, part
    assert send(rahman, "/admin/pengumuman/baru", text_id="Lain", villages=[village]).status_code == 404


def test_a_draft_is_changed_and_what_is_sent_is_not(office, send):
    village = office.village("Korleko", KORLEKO)
    wayan = office.at_work("wayan", Role.PETUGAS, KORLEKO)
    address = write(send, wayan, [village])
    assert re.search(r"<textarea[^>]*>\s*Sabtu ada pelatihan", wayan.get(f"{address}/ubah").text)
    send(wayan, f"{address}/ubah", text_id="Minggu ada pelatihan.", villages=[village])
    assert "Minggu ada pelatihan." in wayan.get(address).text
    send(wayan, f"{address}/kirim")
    send(wayan, f"{address}/ubah", text_id="Tidak jadi.", villages=[village])
    assert "Minggu ada pelatihan." in wayan.get(address).text
    assert wayan.get(f"{address}/ubah").status_code == 404


def test_with_nothing_written_yet_it_says_what_to_write(office):
    office.village("Korleko", KORLEKO)
    page = office.at_work("wayan", Role.PETUGAS, KORLEKO).get("/admin/pengumuman").text
    assert "Belum ada pengumuman." in page


def test_news_of_a_village_stays_on_its_list_however_much_others_announce(desk):
    korleko, lenek = desk.village("Korleko", "52.03.17.2006"), desk.village("Lenek", "52.03.21.2002")
    everywhere = Scope(frozenset({""}), False)
    with desk.database.transaction() as session:
        own = announcements.save(
            session, everywhere, None, Wanted({"id": "Milik Korleko"}, [korleko]), "wayan", desk.now
        )
        others = Wanted({"id": "Milik Lenek"}, [lenek])
        for _ in range(510):
            announcements.save(session, everywhere, None, others, "rahman", desk.now)
    page = desk.at_work("ketut", Role.PETUGAS, "52.03.17.2006").get("/admin/pengumuman").text
    assert f'/admin/pengumuman/{own.id}"' in page
    assert "Milik Lenek" not in page
