"""A new training is made in the admin, without code, and counts at once; words are signed by who speaks them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from centre import booking_types
from centre.audit import AuditEntry
from centre.booking_types import BookingType
from centre.staff import Role
from tests.centre import booked

LIST = "/admin/layanan/jenis"
SEWING = {
    "pillar": "business",
    "area": "52.03",
    "is_group": "1",
    "seats": "12",
    "opens_days": "45",
    "closes": "2",
    "closes_unit": "hour",
    "cancel": "1",
    "cancel_unit": "day",
    "hold": "90",
    "hold_unit": "minute",
    "open_limit": "1",
    "who": ["returned", "family"],
    "age_from": "17",
    "age_to": "",
    "questions": ["experience"],
    "empty_seat_cost": "50.000",
    "id-name": "Menjahit",
    "id-description": "Belajar menjahit dari nol.",
    "id-bring": "kain sisa",
    "sas-name": "Menjait",
}


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", "52.03.17.2006")


def kept(desk, **rules) -> int:
    """A type in the database; gives its number."""
    with desk.database.transaction() as session:
        return booked.workshop(session, **rules).id


def found(desk, number: int) -> BookingType:
    with desk.database.reading() as session:
        return session.get_one(BookingType, number)


def form_of(browser, address: str, token_on, **typed) -> dict[str, object]:
    mark = re.search(r'name="mark"[^>]* value="([^"]*)"', browser.get(address).text)
    return {"csrf_token": token_on(browser, address), "mark": mark[1] if mark else "", **SEWING, **typed}


def test_a_coordinator_makes_a_training_and_it_can_be_booked_at_once(desk_on_both, token_on):
    desk = desk_on_both
    desk.village("Korleko", "52.03.17.2006")
    rahman = desk.hire("rahman", Role.COORDINATOR, "52.03")
    browser = desk.browser_of(rahman)
    answer = browser.post(f"{LIST}/baru", data=form_of(browser, f"{LIST}/baru", token_on))
    assert answer.status_code == 303
    with desk.database.reading() as session:
        [made] = booking_types.offered_in(session, booked_village(session))
        entry = session.scalars(select(AuditEntry)).one()
    spans = (made.closes_minutes, made.cancel_minutes, made.hold_minutes)
    assert spans == (120, 1440, 90)
    assert (made.seats, made.opens_days, made.open_limit, made.area) == (12, 45, 1, "52.03")
    assert (made.who, made.questions) == (["returned", "family"], ["experience"])
    assert (made.age_from, made.age_to, made.empty_seat_cost) == (17, None, 50_000)
    assert {text.language: text.name for text in made.texts} == {"id": "Menjahit", "sas": "Menjait"}
    assert (entry.staff_id, entry.deed, entry.about) == (rahman, "type_changed", f"type:{made.id}")
    page = browser.get(answer.headers["Location"]).text
    for said in ("2 jam sebelumnya", "1 hari sebelumnya", "90 menit", "Rp50.000", "mulai 17 tahun", "Rahman"):
        assert said in page, said
    assert "Belum ditinjau penutur asli" in page


def booked_village(session):
    from centre.areas import Village

    return session.scalars(select(Village)).one()


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"is_group": "0"}, "seats", "berarti satu kursi"),
        ({"seats": "0"}, "seats", "dari 1 sampai 500"),
        ({"seats": "dua"}, "seats", "angka bulat"),
        ({"seats": ""}, "seats", "Isi angka"),
        ({"closes": "60", "closes_unit": "day"}, "closes", "mulai bisa dipesan"),
        ({"cancel": "31"}, "cancel", "30 hari"),
        ({"hold": "9"}, "hold", "10 menit"),
        ({"hold": "8", "hold_unit": "day"}, "hold", "7 hari"),
        ({"age_to": "16"}, "age_to", "lebih muda"),
        ({"age_from": "999"}, "age_from", "dari 0 sampai 120"),
        ({"empty_seat_cost": "9" * 30}, "empty_seat_cost", "angka bulat"),
        ({"id-name": " "}, "id-name", "Isi namanya"),
        ({"id-name": "x" * 41}, "id-name", "Paling banyak 40"),
        ({"sas-name": "", "sas-description": "Belajar"}, "sas-name", "Isi namanya"),
        ({"jv-description": "x" * 301}, "jv-description", "Paling banyak 300"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_rest_stays(desk, korleko, token_on, wrong, field, reason):
    browser = desk.at_work("rahman", Role.COORDINATOR, "52.03")
    answer = browser.post(f"{LIST}/baru", data=form_of(browser, f"{LIST}/baru", token_on, **wrong))
    assert answer.status_code == 422
    problem = answer.text.partition(f'id="{field}-problem">')[2].partition("<")[0]
    assert reason in problem
    assert f'href="#{field}"' in answer.text
    assert "Belajar menjahit dari nol." in answer.text
    assert "<title>Galat: " in answer.text
    with desk.database.reading() as session:
        assert session.scalars(select(BookingType)).all() == []


@pytest.mark.parametrize(
    "wrong", [{"area": ""}, {"area": "32.12"}, {"pillar": "x"}, {"who": ["x"]}, {"hold_unit": "x"}]
)
def test_a_choice_that_was_not_offered_is_refused(desk, korleko, token_on, wrong):
    desk.village("Kenanga", "32.12.16.2004")
    browser = desk.at_work("rahman", Role.COORDINATOR, "52.03")
    page = browser.get(f"{LIST}/baru").text
    assert 'value="52.03"' in page
    assert 'value="32.12"' not in page
    assert browser.post(f"{LIST}/baru", data=form_of(browser, f"{LIST}/baru", token_on, **wrong)).status_code == 422


def test_a_change_counts_at_once_and_the_form_begins_with_what_is(desk, korleko, token_on):
    number = kept(desk)
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    address = f"{LIST}/{number}/ubah"
    assert 'value="Pelatihan perbengkelan"' in browser.get(address).text
    answer = browser.post(address, data=form_of(browser, address, token_on, area=""))
    assert answer.headers["Location"] == f"{LIST}/{number}"
    assert "langsung berlaku: Menjahit" in browser.get(f"{LIST}/{number}").text
    assert (found(desk, number).seats, found(desk, number).slug) == (12, "pelatihan-perbengkelan")


def test_who_is_second_sees_that_somebody_was_first(desk, korleko, token_on):
    number = kept(desk)
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    address = f"{LIST}/{number}/ubah"
    late = form_of(browser, address, token_on, seats="3", area="")
    desk.wait(minutes=1)
    browser.post(address, data=form_of(browser, address, token_on, area=""))
    answer = browser.post(address, data=late)
    assert answer.status_code == 422
    assert "Orang lain baru saja mengubah" in answer.text
    assert 'value="3"' in answer.text
    assert found(desk, number).seats == 12
    mark = re.search(r'name="mark"[^>]* value="([^"]*)"', answer.text)
    assert mark
    assert browser.post(address, data=late | {"mark": mark[1]}).status_code == 303
    assert found(desk, number).seats == 3


@pytest.mark.parametrize(
    ("role", "area", "reads", "changes"),
    [
        (Role.ADMINISTRATOR, "", True, True),
        (Role.COORDINATOR, "52.03", True, True),
        (Role.COORDINATOR, "52", True, True),
        (Role.COORDINATOR, "52.03.17.2006", True, False),
        (Role.COORDINATOR, "32.12", False, False),
        (Role.PETUGAS, "52.03.17.2006", True, False),
        (Role.PETUGAS, "32.12.16.2004", False, False),
        (Role.REVIEWER, "sas", True, False),
        (Role.HELPER, "52.03.17.2006", False, False),
        (Role.VIEWER, "", False, False),
    ],
)
def test_who_reads_and_who_changes_a_type_of_east_lombok(desk_on_both, token_on, role, area, reads, changes):
    desk = desk_on_both
    desk.village("Korleko", "52.03.17.2006")
    number = kept(desk, area="52.03")
    browser = desk.at_work("wayan", role, area)
    page = browser.get(f"{LIST}/{number}")
    assert page.status_code == (200 if reads else 404)
    assert ("Berhenti menawarkan" in page.text) is changes
    assert browser.get(f"{LIST}/{number}/ubah").status_code == (200 if changes else 404)
    token = {"csrf_token": token_on(browser, "/admin/ganti-sandi")}
    for deed in ("ubah", "berhenti", "tawarkan"):
        answer = browser.post(f"{LIST}/{number}/{deed}", data={**SEWING, **token})
        assert (answer.status_code == 404) is not changes, deed
    assert found(desk, number).seats == 2


def test_a_type_that_is_stopped_is_not_offered_and_can_be_offered_again(desk, korleko, send):
    number = kept(desk)
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    assert "Janji yang sudah ada tetap berlaku" in follow(browser, send(browser, f"{LIST}/{number}/berhenti"))
    assert not found(desk, number).is_active
    assert "Tidak ditawarkan" in browser.get(LIST).text
    assert "Ditawarkan lagi" in follow(browser, send(browser, f"{LIST}/{number}/tawarkan"))
    assert found(desk, number).is_active


def follow(browser, answer) -> str:
    assert answer.status_code == 303
    return browser.get(answer.headers["Location"]).text


def in_sasak(desk) -> str:
    """The page of a type's Sasak words."""
    number = kept(desk)
    with desk.database.transaction() as session:
        kind = session.get_one(BookingType, number)
        kind.texts.append(booking_types.BookingTypeText(language="sas", name="Bèngkèl", description="", bring=""))
    return f"{LIST}/{number}/sas"


def signature(browser, address: str, token_on, **typed) -> dict[str, str]:
    marks = re.search(r'name="marks"[^>]* value="([^"]+)"', browser.get(address).text)
    assert marks
    return {"csrf_token": token_on(browser, address), "marks": marks[1], "native": "y", "note": "Selong", **typed}


def test_inaq_rohani_signs_the_words_and_it_is_recorded(desk_on_both, token_on):
    desk = desk_on_both
    address = in_sasak(desk)
    rohani = desk.hire("rohani", Role.REVIEWER, "sas")
    browser = desk.browser_of(rohani)
    form = signature(browser, address, token_on)
    assert "Ditinjau penutur asli: Rohani" in follow(browser, browser.post(address, data=form))
    assert "Tandatangani" not in browser.get(address).text
    assert "sudah ditandatangani" in follow(browser, browser.post(address, data=form))
    with desk.database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.staff_id, entry.deed, entry.note) == (rohani, "type_words_signed", "Selong")


def test_nobody_signs_what_changed_while_they_read_or_without_their_word(desk, token_on):
    address = in_sasak(desk)
    browser = desk.at_work("rohani", Role.REVIEWER, "sas")
    form = signature(browser, address, token_on)
    untold = browser.post(address, data=form | {"native": ""})
    assert untold.status_code == 422
    assert "Centang bila Anda penutur asli" in untold.text
    with desk.database.transaction() as session:
        session.scalars(select(booking_types.BookingTypeText).filter_by(language="sas")).one().name = "Bengkel"
    changed = browser.post(address, data=form)
    assert changed.status_code == 422
    assert "baru saja berubah" in changed.text
    assert "checked" not in changed.text
    assert browser.post(address, data=signature(browser, address, token_on)).status_code == 303


def test_who_does_not_speak_it_cannot_sign(desk, token_on):
    address = in_sasak(desk)
    form = signature(desk.at_work("rohani", Role.REVIEWER, "sas"), address, token_on)
    for login, role, area in (("sri", Role.REVIEWER, "jv"), ("wayan", Role.PETUGAS, "52.03.17.2006")):
        browser = desk.at_work(login, role, area)
        assert "Tandatangani" not in browser.get(address).text
        token = token_on(browser, "/admin/ganti-sandi")
        assert browser.post(address, data=form | {"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("address", ["0", "999", "1/id", "1/jv", "1/%00", "9223372036854775807", "9" * 30, "1/ubah/x"])
def test_what_is_no_type_is_not_here(desk_on_both, address):
    kept(desk_on_both)
    assert desk_on_both.at_work("wayan", Role.ADMINISTRATOR).get(f"{LIST}/{address}").status_code == 404


def test_hostile_words_are_only_words(desk, korleko, token_on):
    browser = desk.at_work("wayan", Role.ADMINISTRATOR)
    words = "<script>alert(1)</script>"
    form = form_of(browser, f"{LIST}/baru", token_on, **{"id-name": words, "id-description": words})
    page = follow(browser, browser.post(f"{LIST}/baru", data=form))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
