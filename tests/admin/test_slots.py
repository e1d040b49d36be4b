"""Wayan makes, changes and calls off slots; the week shows them in the village's own time."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from centre import bookings, rosters
from centre.audit import AuditEntry
from centre.bookings import State
from centre.notices import Notice
from centre.slots import Slot
from centre.staff import Role
from tests.admin.scheduled import KORLEKO, LENEK, all_slots, booked, state_of, training
from tests.centre.booked import workshop

NEW, FORM = "/admin/jadwal/buat", {"day": "2026-12-12", "begins": "09:00", "ends": "12:00", "weeks": "1"}


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


@pytest.fixture
def kind(desk) -> int:
    with desk.database.transaction() as session:
        return workshop(session).id


@pytest.fixture
def make(desk, korleko, kind, send):
    """Fill in the form of a new slot."""

    def fill_in(browser, **fields: str):
        known = {**FORM, "type_id": str(kind), "village_id": str(korleko)}
        return send(browser, NEW, on=NEW, **known | fields)

    return fill_in


def test_a_slot_is_made_on_the_villages_clock(desk_on_both, send):
    desk = desk_on_both
    village = desk.village("Korleko", KORLEKO)
    with desk.database.transaction() as session:
        kind = workshop(session).id
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    browser = desk.browser_of(wayan)
    answer = send(browser, NEW, on=NEW, **FORM, type_id=str(kind), village_id=str(village), place="Aula")
    assert answer.headers["Location"] == "/admin/jadwal?pekan=2026-12-07"
    with desk.database.reading() as session:
        [slot] = all_slots(session)
        assert slot.starts_at.isoformat() == "2026-12-12T01:00:00+00:00", "nine o'clock in Korleko"
        assert (slot.seats, slot.created_by) == (2, wayan), "as many seats as the type says"
    page = browser.get("/admin/jadwal?pekan=2026-12-07").text
    assert "Sabtu, 12 Desember 2026" in page
    assert "09.00–12.00 WITA" in page
    assert "0 dari 2 kursi terisi" in page
    assert "Aula, Korleko" in page
    assert ("slots_made", f"slot:{slot.id}") in deeds(desk)


def test_the_week_turns_and_the_list_reaches_further(desk, korleko):
    training(desk, korleko)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    this_week = browser.get("/admin/jadwal").text
    assert "16–22 November 2026" in this_week
    assert "Belum ada jadwal di sini" in this_week
    assert "pekan=2026-11-23" in this_week
    assert "pekan=2026-11-09" in this_week
    assert "Sabtu, 12 Desember 2026" in browser.get("/admin/jadwal?tampil=daftar").text
    assert "16–22 November 2026" in browser.get("/admin/jadwal?pekan=9999-99-99").text
    assert "16–22 November 2026" in browser.get("/admin/jadwal?pekan=9999-12-31").text
    assert "Hari Raya Natal" in holidays_shown(desk, korleko, browser)


def holidays_shown(desk, village, browser) -> str:
    training(desk, village, day=date(2026, 12, 25))
    return browser.get("/admin/jadwal?pekan=2026-12-21").text


def test_a_coordinator_narrows_the_list_to_a_village(desk, korleko):
    lenek = desk.village("Lenek", LENEK)
    for village in (korleko, lenek):
        training(desk, village)
    browser = desk.at_work("ketut", Role.COORDINATOR, "52.03")
    both = browser.get("/admin/jadwal?pekan=2026-12-07").text
    assert both.count("09.00–12.00 WITA") == 2
    assert browser.get(f"/admin/jadwal?pekan=2026-12-07&desa={lenek}").text.count("09.00–12.00 WITA") == 1
    assert browser.get("/admin/jadwal?pekan=2026-12-07&desa=77&jenis=x").text.count("09.00–12.00 WITA") == 2
    petugas = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert petugas.get("/admin/jadwal?pekan=2026-12-07").text.count("09.00–12.00 WITA") == 1
    assert petugas.get(f"/admin/jadwal?pekan=2026-12-07&desa={lenek}").text.count("09.00–12.00 WITA") == 1


@pytest.mark.parametrize("page", ["", "/ubah", "/batal", "/daftar-hadir", "/unduh", "/daftarkan"])
@pytest.mark.parametrize(
    ("role", "area", "sees"),
    [(Role.PETUGAS, LENEK, False), (Role.COORDINATOR, "52.01", False), (Role.COORDINATOR, "52.03", True)],
)
def test_somebody_elses_slot_is_not_there(desk, korleko, page, role, area, sees):
    slot = training(desk, korleko)
    browser = desk.at_work("made", role, area)
    assert browser.get(f"/admin/jadwal/{slot}{page}").status_code == (200 if sees else 404)


@pytest.mark.parametrize("number", ["9223372036854775807", "9223372036854775808", "99999999999999999999999", "0"])
def test_a_number_that_no_slot_has_is_not_there(desk, number):
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    for page in ("", "/ubah", "/batal", "/unduh", "/daftarkan"):
        assert browser.get(f"/admin/jadwal/{number}{page}").status_code == 404


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"day": ""}, "Isi tanggalnya."),
        ({"day": "besok"}, "Tulis tanggal yang ada"),
        ({"day": "2026-11-20"}, "Tanggal ini sudah lewat."),
        ({"day": "0001-01-01"}, "Tanggal ini sudah lewat."),
        ({"day": "9999-12-31"}, "Paling jauh dua tahun"),
        ({"day": "2026-11-21", "begins": "08:00"}, "Waktu mulai sudah lewat."),
        ({"begins": "sembilan"}, "Tulis jam dan menit"),
        ({"ends": "08:00"}, "Waktu selesai harus sesudah waktu mulai"),
        ({"seats": "0"}, "Tulis 1 sampai 500."),
        ({"seats": "9" * 30}, "Tulis 1 sampai 500."),
        ({"seats": "dua"}, "Tulis angka."),
        ({"weeks": "54"}, "Tulis 1 sampai 53 minggu."),
        ({"weeks": "0"}, "Tulis 1 sampai 53 minggu."),
        ({"minutes": "1"}, "Tulis 5 sampai 480 menit."),
        ({"minutes": "240"}, "tidak ada bagian yang muat"),
        ({"place": "x" * 201}, "Paling banyak 200 huruf."),
        ({"type_id": "99999999999999999999"}, "Pilih salah satu."),
        ({"type_id": ""}, "Pilih salah satu."),
        ({"village_id": "77"}, "Pilih salah satu."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_stays(desk, korleko, make, typed, says):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    answer = make(browser, **{"note": "Bawa <alat> tulis", **typed})
    assert answer.status_code == 422
    assert says in answer.text
    assert "Galat: Buat jadwal" in answer.text
    assert "Bawa &lt;alat&gt; tulis" in answer.text
    with desk.database.reading() as session:
        assert all_slots(session) == []


def test_a_village_of_others_cannot_be_given_a_slot(desk, korleko, make):
    lenek = desk.village("Lenek", LENEK)
    answer = make(desk.at_work("wayan", Role.PETUGAS, KORLEKO), village_id=str(lenek))
    assert answer.status_code == 422
    assert "Pilih salah satu." in answer.text


def test_a_nine_with_a_point_is_nine_o_clock(desk, make):
    assert make(desk.at_work("wayan", Role.PETUGAS, KORLEKO), begins="09.00").status_code == 303


def test_weeks_in_a_row_pass_holidays_over_and_say_so(desk, make):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert make(browser, day="2026-12-18", weeks="3").status_code == 303
    page = browser.get("/admin/jadwal").text
    assert "1 jadwal dibuat" in page
    assert "25 Des (hari libur: Hari Raya Natal)" in page
    assert "1 Jan (hari libur: Tahun Baru Masehi)" in page


def test_on_a_holiday_staff_may_insist(desk, make):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    refused = make(browser, day="2026-12-25")
    assert refused.status_code == 422
    assert "Pusat layanan tutup: hari libur: Hari Raya Natal." in refused.text
    assert "Tetap buat" in refused.text
    assert "Tetap buat" not in browser.get(NEW).text
    assert make(browser, day="2026-12-25", insist="y").status_code == 303


def test_hours_of_consultation_are_cut(desk, make):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert make(browser, minutes="60", weeks="2").status_code == 303
    with desk.database.reading() as session:
        assert [rosters.day_of(slot).day for slot in all_slots(session)] == [12, 12, 12, 19, 19, 19]


def test_a_change_of_time_is_told_to_those_who_booked(desk, korleko, send):
    slot = training(desk, korleko)
    booked(desk, slot, "Sari")
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = f"/admin/jadwal/{slot}/ubah"
    shown = browser.get(page).text
    assert 'value="2026-12-12"' in shown
    assert 'value="09:00"' in shown
    fields = {**FORM, "begins": "10:00", "seats": "2", "reason": "Aula dipakai"}
    assert send(browser, page, on=page, **fields).headers["Location"] == f"/admin/jadwal/{slot}"
    assert "10.00–12.00 WITA" in browser.get(f"/admin/jadwal/{slot}").text
    with desk.database.reading() as session:
        assert [notice.kind for notice in session.scalars(select(Notice))] == ["moved"]
    assert ("slot_changed", f"slot:{slot}") in deeds(desk)


def test_seats_that_are_taken_cannot_be_taken_away(desk, korleko, send):
    slot = training(desk, korleko)
    for name in ("Sari", "Inaq Rohani"):
        booked(desk, slot, name)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = f"/admin/jadwal/{slot}/ubah"
    answer = send(browser, page, on=page, **FORM, seats="1", note="Bawa alat tulis")
    assert answer.status_code == 422
    assert "Sudah terisi 2 kursi." in answer.text
    assert "Bawa alat tulis" in answer.text


def test_a_later_one_that_cannot_follow_is_named(desk, make, send, korleko):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    make(browser, weeks="3")
    with desk.database.reading() as session:
        ids = [slot.id for slot in all_slots(session)]
    for name in ("Sari", "Inaq Rohani"):
        booked(desk, ids[1], name)
    page = f"/admin/jadwal/{ids[0]}/ubah"
    answer = send(browser, page, on=page, **FORM, seats="1", reach="series")
    assert "Sabtu, 19 Desember 2026, 09.00–12.00 WITA: Sudah terisi 2 kursi." in answer.text
    assert send(browser, page, on=page, **FORM, seats="1", reach="one").status_code == 303
    assert send(browser, page, on=page, **FORM, seats="1", reach="semua").status_code == 422


def test_calling_off_says_how_many_will_hear_and_why(desk, korleko, send):
    slot = training(desk, korleko, seats=1)
    first, _code = booked(desk, slot, "Sari")
    waiting, _code = booked(desk, slot, "Inaq Rohani")
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = f"/admin/jadwal/{slot}/batal"
    assert "2 orang terdaftar atau menunggu" in browser.get(page).text
    assert "2 di antaranya tidak punya alamat obrolan" in browser.get(page).text
    assert "Tulis 3 sampai 200 huruf" in send(browser, page, on=page, reason="  ").text
    assert state_of(desk, first) == State.BOOKED
    assert send(browser, page, on=page, reason="Pelatih sakit").status_code == 303
    assert [state_of(desk, each) for each in (first, waiting)] == [State.CALLED_OFF, State.CALLED_OFF]
    week = browser.get("/admin/jadwal?pekan=2026-12-07").text
    assert "<s>09.00–12.00 WITA" in week
    assert "Pelatih sakit" in week
    again = send(browser, page, on=page, reason="Sekali lagi")
    assert again.status_code == 422
    assert "sudah dibatalkan atau sudah selesai" in again.text
    assert "Sekali lagi" in again.text
    assert ("slot_called_off", f"slot:{slot}") in deeds(desk)


def test_a_whole_series_is_called_off_from_here_on(desk, make, send):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    make(browser, minutes="60")
    with desk.database.reading() as session:
        ids = [slot.id for slot in all_slots(session)]
    page = f"/admin/jadwal/{ids[1]}/batal"
    assert "sesudahnya pada hari itu (2 jadwal)" in browser.get(page).text
    assert send(browser, page, on=page, reason="Petugas rapat", reach="day").status_code == 303
    with desk.database.reading() as session:
        assert [session.get_one(Slot, each).is_open for each in ids] == [True, False, False]


def test_a_slot_that_was_called_off_meanwhile_cannot_be_changed(desk, korleko, send):
    slot = training(desk, korleko)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = f"/admin/jadwal/{slot}/ubah"
    with desk.database.transaction() as session:
        bookings.call_off_slot(session, slot, "hujan", "x", desk.now)
    answer = send(browser, page, on=page, **FORM, seats="3")
    assert answer.status_code == 422
    assert "sudah dibatalkan atau sudah selesai" in answer.text


def deeds(desk) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        return [(entry.deed, entry.about) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
