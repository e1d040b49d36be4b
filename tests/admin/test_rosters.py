"""At the door: names on the roster, codes read out or scanned, the sheet, the file; and bookings for who comes or calls."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import select

from centre import bookings, people
from centre.audit import AuditEntry
from centre.bookings import Booking, State
from centre.staff import Role, StaffRole
from tests.admin.scheduled import KORLEKO, LENEK, at_the_door, booked, state_of, training

WORDS = "Tangan kanan lemah"
PHONE = "081234567890"


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


@pytest.fixture
def slot(desk, korleko) -> int:
    return training(desk, korleko, questions=["needs"])


@pytest.fixture
def book(desk, slot, send):
    """Fill in the form for somebody at the desk."""

    def fill_in(browser, number: int = slot, **fields: str):
        page = f"/admin/jadwal/{number}/daftarkan"
        return send(browser, page, on=page, **fields)

    return fill_in


def test_the_roster_shows_names_and_codes_but_no_phone(desk, slot):
    number, code = booked(desk, slot, "Inaq Rohani", phone=PHONE)
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    page = desk.browser_of(wayan).get(f"/admin/jadwal/{slot}").text
    assert "1. Inaq Rohani" in page
    assert f"{code[:4]}-{code[4:]}" in page
    assert "keluarga, lewat obrolan" in page
    assert PHONE not in page
    assert "Kehadiran bisa ditandai mulai 11 Des 2026 21.00 WITA." in page
    assert PHONE in desk.browser_of(wayan).get(f"/admin/janji/{number}").text
    assert deeds(desk) == [(wayan, "roster_read", f"slot:{slot}"), (wayan, "booking_read", f"booking:{number}")]


@pytest.mark.parametrize(
    ("mark", "state"), [("datang", State.CAME), ("berhalangan", State.EXCUSED), ("tidak-datang", State.ABSENT)]
)
def test_somebody_is_ticked_and_ticked_back(desk_on_both, send, mark, state):
    desk = desk_on_both
    slot = training(desk, desk.village("Korleko", KORLEKO))
    number, _code = booked(desk, slot, "Sari")
    at_the_door(desk, slot)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    address = f"/admin/janji/{number}/tandai"
    assert send(browser, address, tanda=mark).headers["Location"] == f"/admin/jadwal/{slot}#janji-{number}"
    assert state_of(desk, number) == state
    assert "Urungkan" in browser.get(f"/admin/jadwal/{slot}").text
    send(browser, address, tanda="urungkan")
    assert state_of(desk, number) == State.BOOKED


def test_nobody_can_have_come_the_day_before_yesterday(desk, slot, send):
    number, _code = booked(desk, slot, "Sari")
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert send(browser, f"/admin/janji/{number}/tandai", tanda="datang").status_code == 303
    assert "Belum bisa ditandai" in browser.get(f"/admin/jadwal/{slot}").text
    assert state_of(desk, number) == State.BOOKED


@pytest.mark.parametrize("mark", ["datang", "terima", "ngawur", ""])
def test_what_cannot_be_set_is_said_kindly_and_nothing_changes(desk, slot, send, mark):
    number, _code = booked(desk, slot, "Sari")
    with desk.database.transaction() as session:
        bookings.cancel(session, number, "family", desk.now)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert send(browser, f"/admin/janji/{number}/tandai", tanda=mark).status_code == 303
    assert "Keadaannya baru saja berubah" in browser.get(f"/admin/jadwal/{slot}").text
    assert state_of(desk, number) == State.CANCELLED


def test_the_waiting_list_says_its_order_and_why(desk, slot, send):
    first, _code = booked(desk, slot, "Sari")
    booked(desk, slot, "Made")
    third, _code = booked(desk, slot, "Inaq Rohani")
    fourth, _code = booked(desk, slot, "Putu")
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = browser.get(f"/admin/jadwal/{slot}").text
    waiting = page.partition("Daftar tunggu")[2]
    assert waiting.index("1. Inaq Rohani") < waiting.index("2. Putu")
    assert "Urutannya menurut waktu mendaftar" in waiting
    assert "ditahan 4 jam" in waiting
    assert "Sejak 21 Nov 2026 09.00 WITA" in waiting

    send(browser, f"/admin/janji/{first}/tandai", tanda="berhalangan")
    assert "Ditawari kursi sampai" in browser.get(f"/admin/jadwal/{slot}").text
    send(browser, f"/admin/janji/{third}/tandai", tanda="terima")
    send(browser, f"/admin/janji/{fourth}/tandai", tanda="mundur")
    assert [state_of(desk, each) for each in (first, third, fourth)] == [
        State.EXCUSED,
        State.BOOKED,
        State.CANCELLED,
    ]
    send(browser, f"/admin/janji/{first}/tandai", tanda="urungkan")
    assert "Kursinya sudah penuh" in browser.get(f"/admin/jadwal/{slot}").text
    assert state_of(desk, first) == State.EXCUSED


def test_an_offer_that_lapsed_is_not_taken_but_goes_to_the_next(desk, slot, send):
    first, _code = booked(desk, slot, "Sari")
    booked(desk, slot, "Made")
    third, fourth = (booked(desk, slot, name)[0] for name in ("Inaq Rohani", "Putu"))
    with desk.database.transaction() as session:
        bookings.cancel(session, first, "family", desk.now)
    desk.wait(days=1)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    send(browser, f"/admin/janji/{third}/tandai", tanda="terima")
    assert "Waktu tawaran sudah lewat" in browser.get(f"/admin/jadwal/{slot}").text
    assert [state_of(desk, each) for each in (third, fourth)] == [State.LAPSED, State.OFFERED]


def test_a_place_is_called_off_with_a_reason(desk, slot, send):
    number, _code = booked(desk, slot, "Sari")
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    page, address = f"/admin/janji/{number}", f"/admin/janji/{number}/batal"
    assert "Tulis alasannya" in send(browser, address, on=page, reason="").text
    assert send(browser, address, on=page, reason="Alatnya rusak").headers["Location"] == f"/admin/jadwal/{slot}"
    assert state_of(desk, number) == State.CALLED_OFF
    again = send(browser, address, reason="Alatnya rusak")
    assert again.status_code == 422
    assert "Keadaannya baru saja berubah" in again.text


# The code


@pytest.mark.parametrize("written", ["{0}{1}", "{0}-{1}", "  {0} {1}. "])
def test_a_code_is_typed_at_the_door(desk, slot, send, written):
    number, code = booked(desk, slot, "Inaq Rohani")
    at_the_door(desk, slot)
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    typed = written.format(code[:4].lower(), code[4:])
    answer = browser.get("/admin/hadir", query_string={"kode": typed})
    assert answer.headers["Location"] == f"/admin/hadir/{code}"
    page = browser.get(f"/admin/hadir/{code}").text
    assert "Inaq Rohani" in page
    assert "Perhatikan: waktunya bukan sekarang" not in page
    marked = send(browser, f"/admin/janji/{number}/tandai", on=f"/admin/hadir/{code}", tanda="datang", dari="kode")
    assert marked.headers["Location"] == f"/admin/jadwal/{slot}", "back to the box for the next code"
    assert state_of(desk, number) == State.CAME
    assert "Sudah dicatat datang." in browser.get(f"/admin/hadir/{code}").text


def test_a_scanned_code_of_another_day_is_noticed(desk, slot):
    _number, code = booked(desk, slot, "Inaq Rohani")
    page = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/hadir/{code}").text
    assert "Perhatikan: waktunya bukan sekarang" in page


@pytest.mark.parametrize("typed", ["KMTR479", "halo", "<b>x", "' OR 1=1 --", "9" * 500])
def test_a_code_that_does_not_exist_and_one_of_others_get_the_same_answer(desk, slot, typed):
    _number, code = booked(desk, slot, "Sari")
    browser = desk.at_work("made", Role.PETUGAS, LENEK)
    unknown, foreign = browser.get(f"/admin/hadir/{typed}"), browser.get(f"/admin/hadir/{code}")
    for answer in (unknown, foreign):
        assert answer.status_code == 404
        assert "Kode ini tidak ada, atau bukan untuk wilayah Anda" in answer.text
    assert "Sari" not in foreign.text
    assert "<b>x" not in unknown.text


def test_a_phone_that_scans_without_being_signed_in_comes_back_to_the_code(desk, slot):
    _number, code = booked(desk, slot, "Sari")
    answer = desk.client().get(f"/admin/hadir/{code}")
    assert answer.status_code == 303
    assert f"/admin/hadir/{code}" in answer.headers["Location"].replace("%2F", "/")


# To print and to take along


def test_the_sheet_has_a_place_to_sign_and_no_phone(desk, slot):
    booked(desk, slot, "Inaq Rohani", phone=PHONE)
    page = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/jadwal/{slot}/daftar-hadir").text
    assert "Tanda tangan" in page
    assert "Inaq Rohani" in page
    assert PHONE not in page
    booked_ones, _, unbooked = page.partition("Datang tanpa mendaftar")
    assert "<td>1</td>" in booked_ones
    assert "<td>2</td>" not in page, "an empty line is nobody's seat and has no number"
    assert unbooked.count("<tr><td></td>") == 5


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_name_that_would_be_a_formula_stays_a_name(desk, slot, sign):
    name = f'{sign}HYPERLINK("https:jahat")'
    booked(desk, slot, name)
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    answer = desk.browser_of(wayan).get(f"/admin/jadwal/{slot}/unduh")
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    [cell] = [each for row in sheet.iter_rows() for each in row if each.value == name]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert all(each.data_type != "f" for row in sheet.iter_rows() for each in row)
    assert (wayan, "roster_exported", f"slot:{slot}") in deeds(desk)


def test_the_file_holds_the_roster_and_no_phone(desk, slot):
    _number, code = booked(desk, slot, "Inaq Rohani", phone=PHONE)
    answer = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/jadwal/{slot}/unduh")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
    assert rows[2][:4] == ("No.", "Nama", "Kode", "Keadaan")
    assert rows[3][:4] == (1, "Inaq Rohani", f"{code[:4]}-{code[4:]}", "terdaftar")
    assert all(PHONE[-8:] not in str(cell) for row in rows for cell in row)


@pytest.mark.parametrize("sign", ["\t", "\r"])
def test_a_tab_or_a_return_before_a_word_makes_no_formula(sign):
    from admin import sheets

    file = sheets.written(["Daftar"], ["Nama"], [[f"{sign}=1+1"], ["a\x07b"]])
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(file)).worksheets[0].iter_rows()]
    assert [cell.data_type for cell in cells] == ["s"] * 4
    assert cells[3].value == "ab", "what no spreadsheet can hold is left out"


# At the desk, and by telephone


def test_somebody_at_the_desk_is_booked_by_name(desk_on_both, send):
    desk = desk_on_both
    slot = training(desk, desk.village("Korleko", KORLEKO), questions=["needs"])
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    browser = desk.browser_of(wayan)
    page = f"/admin/jadwal/{slot}/daftarkan"
    fields = {"name": "inaq rohani", "kind": "family", "birth_year": "1985", "phone": "0812 3456 7890"}
    answer = send(browser, page, on=page, **fields, answer_needs=WORDS)
    assert answer.headers["Location"] == f"/admin/jadwal/{slot}"
    with desk.database.reading() as session:
        booking = session.scalars(select(Booking)).one()
        assert (booking.state, booking.booked_by, booking.conversation_id) == ("booked", f"staff:{wayan}", None)
        assert (booking.person.name, booking.person.kind, booking.person.phone) == ("Inaq Rohani", "family", PHONE)
        assert booking.answers == {"needs": WORDS}
        code = bookings.shown(booking.code)
    roster = browser.get(f"/admin/jadwal/{slot}").text
    assert f"Inaq Rohani terdaftar. Kode: {code}." in roster
    assert "Bawa: alat tulis." in roster
    assert "Didaftarkan oleh Wayan" in roster
    assert WORDS in roster
    assert (wayan, "booking_made", f"booking:{booking.id}") in deeds(desk)


def test_who_is_known_under_a_like_name_is_offered_first(desk, slot, book):
    with desk.database.transaction() as session:
        village = session.get_one(bookings.Slot, slot).village_id
        known = people.add(session, "Inaq Rohani", desk.now, village_id=village, birth_year=1985, phone=PHONE).id
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    asked = book(browser, name="Rohani", answer_needs=WORDS)
    assert asked.status_code == 200
    assert "Inaq Rohani, lahir 1985, telepon …890" in asked.text
    assert "Bukan, ini orang lain" in asked.text
    assert WORDS in asked.text, "what was typed stays"
    assert PHONE not in asked.text
    assert book(browser, name="Rohani", person=str(known)).status_code == 303
    with desk.database.reading() as session:
        assert session.scalars(select(Booking)).one().person_id == known
    twice = book(browser, name="Rohani", person=str(known))
    assert twice.status_code == 422
    assert "sudah terdaftar atau menunggu di jadwal ini" in twice.text
    assert book(browser, name="Rohani", person="0").status_code == 303
    with desk.database.reading() as session:
        assert len(session.scalars(select(people.Person)).all()) == 2


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": ""}, "Isi namanya."),
        ({"name": "R2D2"}, "Tulis nama dengan huruf saja"),
        ({"name": "x" * 61}, "Tulis nama dengan huruf saja"),
        ({"phone": "nol delapan"}, "Bukan nomor telepon."),
        ({"birth_year": "85"}, "Tulis tahun dengan empat angka"),
        ({"birth_year": "2027"}, "Tulis tahun dengan empat angka"),
        ({"birth_year": "9" * 40}, "Tulis tahun dengan empat angka"),
        ({"birth_year": "delapan"}, "Tulis angka."),
        ({"kind": "raja"}, "Pilih salah satu."),
        ({"answer_needs": "KTP 5203 0712 3456 0001"}, "Nomor KTP, KK, paspor jangan dicatat"),
        ({"birth_year": "2012"}, "Belum 18 tahun: orang tua atau wali yang harus setuju."),
        ({"birth_year": "2012", "by_guardian": "y"}, ""),
        ({"person": "9" * 40}, ""),
        ({"version": "satu"}, ""),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(desk, slot, book, typed, says):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    answer = book(browser, **{"name": "Inaq Rohani", **typed})
    assert answer.status_code == (422 if says else 303)
    assert says in answer.text
    with desk.database.reading() as session:
        assert (session.scalars(select(Booking)).first() is None) is bool(says)


def test_a_slot_that_has_just_filled_offers_the_waiting_list(desk, slot, book):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert "Masukkan ke daftar tunggu" not in browser.get(f"/admin/jadwal/{slot}/daftarkan").text
    for name in ("Sari", "Made"):
        booked(desk, slot, name)
    full = book(browser, name="Inaq Rohani")
    assert full.status_code == 422
    assert "Kursinya sudah penuh." in full.text
    assert "Masukkan ke daftar tunggu" in full.text
    assert 'value="Inaq Rohani"' in full.text
    assert book(browser, name="Inaq Rohani", waits="y").status_code == 303
    assert "Inaq Rohani masuk daftar tunggu, urutan 1." in browser.get(f"/admin/jadwal/{slot}").text


def test_a_slot_moved_while_somebody_spells_their_name_is_said_with_its_new_time(desk, slot, book):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    with desk.database.transaction() as session:
        found = session.get_one(bookings.Slot, slot)
        day = found.starts_at.date()
        plan = bookings.Plan(day, found.starts_at.time().replace(hour=13), found.ends_at.time().replace(hour=15), 2)
        bookings.change_slot(session, slot, plan, "", "x", desk.now, insist=True)
    moved = book(browser, name="Inaq Rohani", version="1")
    assert moved.status_code == 422
    assert "Jadwal ini baru diubah, sekarang: Sabtu, 12 Desember 2026, 13.00–15.00 WITA." in moved.text
    assert 'value="2"' in moved.text, "sent again, it counts for the new time"


def test_nobody_is_booked_into_a_slot_that_was_called_off(desk, slot, book):
    browser = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    with desk.database.transaction() as session:
        bookings.call_off_slot(session, slot, "hujan", "x", desk.now)
    answer = book(browser, name="Inaq Rohani")
    assert answer.status_code == 422
    assert "sudah dibatalkan atau sudah selesai" in answer.text


# A helper


def test_a_helper_whose_slot_was_called_off_meanwhile_is_told_so(desk, slot, book, send):
    browser = desk.at_work("ibu-kader", Role.HELPER, KORLEKO)
    with desk.database.transaction() as session:
        bookings.call_off_slot(session, slot, "hujan", "x", desk.now)
    page = f"/admin/jadwal/{slot}/daftarkan"
    answer = send(browser, page, name="Inaq Rohani")
    assert answer.status_code == 422
    assert "sudah dibatalkan atau sudah selesai" in answer.text
    assert 'value="Inaq Rohani"' in answer.text
    assert browser.get(page).headers["Location"] == "/admin/daftarkan"


def test_a_helper_books_and_sees_their_own_codes_and_nothing_else(desk, slot, book):
    number, code = booked(desk, slot, "Sari", phone=PHONE)
    kader = desk.hire("ibu-kader", Role.HELPER, KORLEKO)
    browser = desk.browser_of(kader)
    assert book(browser, name="Inaq Rohani").headers["Location"] == "/admin/daftarkan"
    with desk.database.reading() as session:
        own = session.scalars(select(Booking).where(Booking.id != number)).one()
        assert own.booked_by == f"staff:{kader}"
    page = browser.get("/admin/daftarkan").text
    assert f"Inaq Rohani terdaftar. Kode: {bookings.shown(own.code)}." in page
    again = browser.get("/admin/daftarkan").text
    assert "Inaq Rohani" in again
    assert bookings.shown(own.code) in again
    assert "Sari" not in page + again
    for address in (f"jadwal/{slot}", f"janji/{number}", f"janji/{own.id}", f"hadir/{code}", f"jadwal/{slot}/unduh"):
        assert browser.get(f"/admin/{address}").status_code == 404, address


def test_a_helper_sees_no_full_slot(desk, slot, book):
    for name in ("Sari", "Made"):
        booked(desk, slot, name)
    browser = desk.at_work("ibu-kader", Role.HELPER, KORLEKO)
    assert "Belum ada jadwal dengan kursi kosong." in browser.get("/admin/daftarkan").text
    assert browser.get(f"/admin/jadwal/{slot}/daftarkan").headers["Location"] == "/admin/daftarkan"
    assert "Jadwal itu sudah penuh" in browser.get("/admin/daftarkan").text
    petugas = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert f"/admin/jadwal/{slot}/daftarkan" in petugas.get("/admin/daftarkan").text


def test_a_helper_is_not_told_who_is_known_at_the_centre(desk, slot, send):
    booked(desk, slot, "Inaq Rohani")
    browser = desk.at_work("ibu-kader", Role.HELPER, KORLEKO)
    page = f"/admin/jadwal/{slot}/daftarkan"
    assert send(browser, page, on=page, name="Rohani").status_code == 303


def test_a_helper_here_and_petugas_there_is_no_petugas_here(desk, slot):
    booked(desk, slot, "Sari")
    both = desk.hire("ibu-kader", Role.HELPER, KORLEKO)
    with desk.database.transaction() as session:
        session.add(StaffRole(staff_id=both, role=Role.PETUGAS, area=LENEK))
    browser = desk.browser_of(both)
    assert browser.get(f"/admin/jadwal/{slot}").status_code == 404
    assert browser.get(f"/admin/jadwal/{slot}/daftarkan").status_code == 200


def test_a_helper_of_another_village_cannot_book_here(desk, slot, token_on):
    browser = desk.at_work("ibu-kader", Role.HELPER, LENEK)
    page = f"/admin/jadwal/{slot}/daftarkan"
    assert browser.get(page).status_code == 404
    token = token_on(browser, "/admin/ganti-sandi")
    assert browser.post(page, data={"csrf_token": token, "name": "Sari"}).status_code == 404


def deeds(desk) -> list[tuple[str, str, str]]:
    with desk.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.staff_id, entry.deed, entry.about) for entry in entries]
