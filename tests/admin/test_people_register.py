"""Wayan keeps the register of Korleko: she finds, enters, corrects, ties, answers within the law, and erases."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from centre import census, census_links, census_requests, erasure_receipts, merging, people
from centre.audit import AuditEntry
from centre.census_consents import CensusConsent
from centre.census_merging import PeopleMerge
from centre.census_records import CensusRecord
from centre.census_requests import DataRequest
from centre.people import Person
from centre.staff import Role
from tests.admin.cased import KORLEKO, LENEK, deeds, telephone, told_in
from tests.admin.registered import enter, untold
from tests.centre.booked import NOW, WAYAN
from tests.centre.counted_in import ROHANI

NEW = {
    "name": "Siti Aminah",
    "kind": "prospective",
    "how": "paper",
    "agreed_on": "2026-11-20",
    "agreed": "y",
    "passport_ends_on": "2027-02-01",
    "destination": "tw",
    "job": "perawat",
}


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


@pytest.fixture
def wayan(desk, korleko):
    return desk.at_work("wayan", Role.PETUGAS, KORLEKO)


def person(desk, number: int) -> Person | None:
    with desk.database.reading() as session:
        return session.get(Person, number)


def record(desk, number: int) -> CensusRecord | None:
    with desk.database.reading() as session:
        return session.get(CensusRecord, number)


# Entering


def test_somebody_is_entered_with_consent(desk, korleko, wayan, send):
    answer = send(wayan, "/admin/warga/baru", village_id=str(korleko), **NEW)
    assert answer.status_code == 303
    card = wayan.get(answer.headers["Location"]).text
    for said in (
        "Siti Aminah",
        "Calon",
        "Taiwan",
        "perawat",
        "1 Februari 2027",
        "di kertas",
        "Paspor habis 1 Feb 2027",
    ):
        assert said in card, said
    assert "Siti Aminah" in wayan.get("/admin/warga").text
    assert deeds(desk) == ["person_entered", "person_read"]
    wayan.get(answer.headers["Location"] + "/ubah")
    assert deeds(desk)[2:] == ["person_read"], "the form shows all that the card does"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"agreed": ""}, "Tanpa persetujuan, data tidak boleh disimpan"),
        ({"agreed_on": "2026-11-30"}, "Tanggal ini belum tiba"),
        ({"agreed_on": ""}, "Isi tanggal orangnya setuju"),
        ({"name": "5203071234567890"}, "Tulis nama dengan huruf saja"),
        ({"phone": "nomor saya"}, "Tulis nomor telepon dengan angka"),
        ({"birth_year": "1850"}, "Tulis tahun lahir dengan empat angka"),
        ({"birth_year": "seribu"}, "Tulis angka"),
        ({"place": "RT 2, KTP 5203 0712 3456 7890"}, "Jangan menulis nomor KTP, KK, atau paspor"),
        ({"employer": "paspor C1234567"}, "Jangan menulis nomor KTP, KK, atau paspor"),
        ({"departs_on": "2026-05-02", "returns_on": "2026-05-01"}, "Pulang tidak mungkin sebelum berangkat"),
        ({"passport_ends_on": "besok"}, "Tulis tanggal yang ada"),
        ({"destination": "xx"}, "Pilih salah satu"),
        ({"birth_year": "2012"}, "Belum 18 tahun: cukup nama"),
        ({"kind": "raja"}, "Pilih salah satu"),
    ],
)
def test_what_is_wrong_is_said_where_it_was_typed_and_kept(desk, korleko, wayan, send, typed, said):
    answer = send(wayan, "/admin/warga/baru", village_id=str(korleko), **{**NEW, **typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="perawat"' in answer.text
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_page_says_that_a_name_is_not_enough_and_has_the_words_above_the_tick(desk, korleko, wayan, send):
    page = wayan.get("/admin/warga/baru").text
    assert "Yang wajib: nama, dan persetujuan orangnya" in page
    words, asked = page.index("Tidak setuju tidak mengurangi pelayanan"), page.index("sudah dibacakan")
    assert words < asked < page.index("Tanggal setuju"), "nothing stands between what is read out and the answer to it"
    refused = send(wayan, "/admin/warga/baru", village_id=str(korleko), **{**NEW, "agreed": ""}).text
    assert 'href="#agreed">' in refused
    assert '</a><span class="d-block">Tanpa persetujuan' in refused, "a line of its own, with no mark before it"


def test_a_child_needs_a_parent_who_agrees(desk, korleko, wayan, send):
    child = {name: NEW[name] for name in ("how", "agreed_on", "agreed")}
    child |= {"name": "Dewi", "kind": "family", "birth_year": "2014", "village_id": str(korleko)}
    assert "orang tua atau wali yang harus setuju" in send(wayan, "/admin/warga/baru", **child).text
    assert send(wayan, "/admin/warga/baru", by_guardian="y", **child).status_code == 303


def test_a_likely_namesake_is_asked_about_first(desk, korleko, wayan, send):
    known = enter(desk, korleko)
    with desk.database.transaction() as session:
        visitor = people.add(session, "Rohani Inaq", NOW, village_id=korleko, phone="081111111890").id
    typed = {**NEW, "name": "Inaq Rohani", "village_id": str(korleko)}
    asked = send(wayan, "/admin/warga/baru", **typed)
    assert asked.status_code == 200
    assert f'href="/admin/warga/{known}"' in asked.text
    assert "telepon …890" in asked.text
    answer = send(wayan, "/admin/warga/baru", **typed, person=str(visitor))
    assert answer.headers["Location"] == f"/admin/warga/{visitor}"
    assert record(desk, visitor)
    assert send(wayan, "/admin/warga/baru", **typed, person="0").status_code == 303
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CensusRecord)) == 3


def test_who_booked_before_begins_with_what_is_known(desk, korleko, wayan):
    with desk.database.transaction() as session:
        visitor = people.add(session, "Budi", NOW, village_id=korleko, phone="081111111890", kind="family").id
    assert wayan.get(f"/admin/warga/{visitor}").headers["Location"] == f"/admin/warga/baru?orang={visitor}"
    page = wayan.get(f"/admin/warga/baru?orang={visitor}").text
    assert 'value="Budi"' in page
    assert 'value="081111111890"' in page
    assert f'name="person" value="{visitor}"' in page


# Finding


def test_a_name_is_found_however_it_is_typed_and_stands_in_no_address(desk, korleko, wayan, send):
    enter(desk, korleko)
    enter(desk, korleko, replace(ROHANI, name="Budi Santoso", kind="returned", since=None))
    for typed in ("rohani", "roha", "INAQ ROHANIE", "Rohany"):
        page = send(wayan, "/admin/warga", on="/admin/warga", nama=typed).text
        assert "Inaq Rohani</a>" in page, typed
        assert "Budi" not in page
    assert "Tidak ada yang cocok" in send(wayan, "/admin/warga", on="/admin/warga", nama="Wayan").text
    assert "Rohani" not in wayan.get("/admin/warga?nama=budi&status=returned").text
    assert "Budi Santoso" in wayan.get("/admin/warga?status=returned").text
    assert "Inaq Rohani" in wayan.get("/admin/warga?negara=hk&tanggal=contract_ends_on").text
    assert "Inaq Rohani" not in wayan.get("/admin/warga?tanggal=unchecked").text


def test_a_coordinator_finds_whole_words_in_all_villages(desk, korleko, send):
    lenek, garut = desk.village("Lenek", LENEK), desk.village("Garut", "32.05.01.2001")
    for village, name in ((korleko, "Inaq Rohani"), (lenek, "Rohani Wati"), (garut, "Rohani Sunda")):
        enter(desk, village, replace(ROHANI, name=name))
    rahman = desk.at_work("rahman", Role.COORDINATOR, "52")
    page = send(rahman, "/admin/warga", on="/admin/warga", nama="Rohany").text
    assert "Inaq Rohani" in page
    assert "Rohani Wati" in page
    assert "Sunda" not in page
    assert "Rohani" not in send(rahman, "/admin/warga", on="/admin/warga", nama="Rohan", desa="").text.replace(
        'value="Rohan"', ""
    )
    assert "Inaq Rohani" in send(rahman, "/admin/warga", on="/admin/warga", nama="Rohan", desa=str(korleko)).text
    assert "Sunda" not in rahman.get("/admin/warga").text


def test_hostile_addresses_find_the_usual_list(desk, korleko, wayan):
    enter(desk, korleko)
    for query in ("status=<script>", "negara=%27%27", "tanggal=x", "desa=99999999999999999999", "sesudah=-1"):
        page = wayan.get(f"/admin/warga?{query}")
        assert page.status_code == 200, query
        assert "Inaq Rohani" in page.text, query


def test_both_databases_find_and_show_alike(desk_on_both, send):
    """What the pages ask that only a database could answer differently."""
    korleko = desk_on_both.village("Korleko", KORLEKO)
    desk_on_both.village("Lenek", LENEK)
    rohani = enter(desk_on_both, korleko)
    with desk_on_both.database.transaction() as session:
        ani = people.add(session, "Ani Rohani", NOW, village_id=korleko).id
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    rahman = desk_on_both.at_work("rahman", Role.COORDINATOR, "52")
    assert "Inaq Rohani" in wayan.get("/admin/warga?negara=hk&tanggal=contract_ends_on&status=abroad").text
    assert "Ani Rohani" in rahman.get("/admin/warga?status=unregistered").text
    for browser in (wayan, rahman):
        assert "Inaq Rohani" in send(browser, "/admin/warga", on="/admin/warga", nama="rohani").text
    assert wayan.get(f"/admin/warga/{rohani}").status_code == 200
    assert wayan.get(f"/admin/warga/{ani}").status_code == 303
    assert send(wayan, f"/admin/warga/{rohani}/ubah", **correction(job="perawat")).status_code == 303
    assert send(wayan, f"/admin/warga/{rohani}/hapus").status_code == 303


# The card, and whose it is


@pytest.mark.parametrize(
    ("role", "area"), [(Role.PETUGAS, LENEK), (Role.COORDINATOR, "32.12"), (Role.HELPER, KORLEKO), (Role.VIEWER, "")]
)
def test_neighbours_helpers_and_viewers_find_nobody(desk, korleko, send, role, area):
    rohani, budi = enter(desk, korleko), enter(desk, korleko, replace(ROHANI, name="Budi"))
    with desk.database.transaction() as session:
        request = census_requests.ask(session, rohani, korleko, "see", "desk", WAYAN, NOW).id
    browser = desk.at_work("rahman", role, area)
    pages = ("", "/ubah", "/riwayat", "/keluarga", "/permintaan")
    forms = ("/ubah", "/masih-benar", "/persetujuan", "/tarik", "/hapus", "/keluarga", f"/keluarga/{budi}/lepas")
    for end in pages:
        assert browser.get(f"/admin/warga/{rohani}{end}").status_code == 404, end
    for end in forms:
        assert send(browser, f"/admin/warga/{rohani}{end}", **NEW).status_code == 404, end
    assert browser.get(f"/admin/warga/permintaan/{request}").status_code == 404
    assert send(browser, f"/admin/warga/permintaan/{request}/selesai").status_code == 404
    assert person(desk, rohani)


def test_a_card_names_only_cases_that_its_reader_may_know_of(desk, korleko, wayan):
    codes = {}
    with desk.database.transaction() as session:
        phone = telephone(session, "sari", korleko, desk.now)
        sari = people.add(session, "Sari", NOW, village_id=korleko)
        people.tie(session, sari, phone, "self", NOW)
        for category, around in (("pay", False), ("violence", False), ("documents", True)):
            case = told_in(session, phone, category, desk.now, around=around)
            case.is_beside = True
            codes[category] = f"{case.code[:3]}-{case.code[3:]}"
        number = sari.id
    enter(desk, korleko, replace(ROHANI, name="Sari"), person=number)
    page = wayan.get(f"/admin/warga/{number}").text
    assert codes["pay"] in page
    rahman = desk.at_work("rahman", Role.COORDINATOR, "52.03")
    for reader in (page, rahman.get(f"/admin/warga/{number}").text):
        assert codes["violence"] not in reader
        assert codes["documents"] not in reader


def test_nobody_learns_of_a_case_by_who_is_missing(desk, korleko, wayan, send):
    """Sari of the register stays on the list when she opens a case around the village; Ani, known from that telephone
    alone, was never on it."""
    with desk.database.transaction() as session:
        phone = telephone(session, "sari", korleko, desk.now)
        sari, ani = (people.add(session, name, NOW, village_id=korleko) for name in ("Sari", "Ani"))
        for each in (sari, ani):
            people.tie(session, each, phone, "self", NOW)
        numbers = sari.id, ani.id
    enter(desk, korleko, replace(ROHANI, name="Sari"), person=numbers[0])
    before = wayan.get(f"/admin/warga/{numbers[0]}").text
    assert wayan.get(f"/admin/warga/{numbers[1]}").status_code == 303
    with desk.database.transaction() as session:
        told_in(session, telephone(session, "sari", korleko, desk.now), "pay", desk.now, around=True)
    assert nameless(wayan.get(f"/admin/warga/{numbers[0]}").text) == nameless(before)
    assert "Sari" in wayan.get("/admin/warga").text
    assert wayan.get(f"/admin/warga/{numbers[1]}").status_code == 404
    assert "Ani" not in wayan.get("/admin/warga?status=unregistered").text
    assert "Ani</a>" not in send(wayan, "/admin/warga", on="/admin/warga", nama="Ani").text


def nameless(page: str) -> str:
    """A page without what differs each time."""
    return re.sub(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"', "", page)


def test_hostile_words_stay_words(desk, korleko, wayan):
    bad = "<script>alert(1)</script>"
    number = enter(desk, korleko, replace(ROHANI, facts={"job": bad, "employer": "=HYPERLINK(1)"}))
    for end in ("", "/ubah", "/riwayat", "/keluarga"):
        assert bad not in wayan.get(f"/admin/warga/{number}{end}").text


# Putting right


def correction(**typed: str) -> dict[str, str]:
    return {"name": "Inaq Rohani", "kind": "abroad", "birth_year": "1990", "version": "1", **typed}


def test_a_correction_shows_in_the_history_with_who_made_it(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    answer = send(wayan, f"/admin/warga/{number}/ubah", **correction(job="perawat", passport_ends_on="2030-01-31"))
    assert answer.status_code == 303
    history = wayan.get(f"/admin/warga/{number}/riwayat").text
    for said in ("<s>pengasuh lansia</s> → perawat", "<s>15 Juni 2027</s> → 31 Januari 2030", "Wayan"):
        assert said in history, said
    assert "person_changed" in deeds(desk)


def test_the_second_of_two_sees_what_changed_and_keeps_the_words(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    rahman = desk.at_work("rahman", Role.COORDINATOR, "52.03")
    send(rahman, f"/admin/warga/{number}/ubah", **correction(job="perawat"))
    late = send(wayan, f"/admin/warga/{number}/ubah", **correction(job="juru masak"))
    assert late.status_code == 422
    assert "orang lain mengubah data ini" in late.text
    assert ">perawat<" in late.text
    assert 'value="juru masak"' in late.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert version
    again = send(wayan, f"/admin/warga/{number}/ubah", **correction(job="juru masak", version=version[1]))
    assert again.status_code == 303
    found = record(desk, number)
    with desk.database.reading() as session:
        session.add(found)
        assert found.facts["job"] == "juru masak"


def test_still_true_says_so_and_changes_nothing(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    desk.now += census.DOUBTFUL + timedelta(days=1)
    wayan = desk.at_work("ketut", Role.PETUGAS, KORLEKO)
    assert "Lebih dari setahun tidak diperiksa" in wayan.get(f"/admin/warga/{number}").text
    assert "Inaq Rohani" in wayan.get("/admin/warga?tanggal=unchecked").text
    send(wayan, f"/admin/warga/{number}/masih-benar")
    assert "Lebih dari setahun tidak diperiksa" not in wayan.get(f"/admin/warga/{number}").text
    found = record(desk, number)
    assert found
    assert (found.checked_at, found.version) == (desk.now, 1)


# Family


def test_husband_and_wife_are_tied_from_the_card(desk, korleko, wayan, send):
    rohani = enter(desk, korleko)
    budi = enter(desk, korleko, replace(ROHANI, name="Budi Santoso"))
    address = f"/admin/warga/{rohani}/keluarga"
    asked = send(wayan, address, name="budi", tie="spouse", is_contact="y")
    assert f'value="{budi}"' in asked.text
    assert send(wayan, address, name="budi", tie="spouse", is_contact="y", other=str(budi)).status_code == 303
    card = wayan.get(f"/admin/warga/{rohani}").text
    assert "Budi Santoso</a> suami atau istri" in card
    assert "dihubungi lebih dulu" in card
    assert "Inaq Rohani</a> suami atau istri" in wayan.get(f"/admin/warga/{budi}").text
    assert send(wayan, address, name="Nobody", tie="spouse").status_code == 422
    assert send(wayan, address, name="Rohani", tie="spouse", other=str(rohani)).status_code == 422
    assert send(wayan, f"{address}/{budi}/lepas").status_code == 303
    with desk.database.reading() as session:
        assert census_links.of(session, rohani) == []


def test_nobody_of_another_village_is_tied(desk, korleko, wayan, send):
    lenek = desk.village("Lenek", LENEK)
    rohani, stranger = enter(desk, korleko), enter(desk, lenek, replace(ROHANI, name="Budi"))
    answer = send(wayan, f"/admin/warga/{rohani}/keluarga", name="Budi", tie="spouse", other=str(stranger))
    assert answer.status_code == 404


# Consent and the legal clock


def test_consent_is_added_and_taken_back(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    address = f"/admin/warga/{number}"
    assert send(wayan, f"{address}/persetujuan", how="desk", agreed_on="2099-01-01").status_code == 422
    assert send(wayan, f"{address}/persetujuan", how="desk", agreed_on="2026-11-21", may_remind="y").status_code == 303
    assert "boleh diingatkan" in wayan.get(address).text
    send(wayan, f"{address}/jangan-ingatkan")
    assert "boleh diingatkan" not in wayan.get(address).text
    assert send(wayan, f"{address}/tarik").status_code == 303
    [code] = re.findall(r"HPS-\w{5}-\w{5}", wayan.get("/admin/warga").text)
    assert record(desk, number) is None
    assert wayan.get(address).status_code == 303, "still known, and may be entered anew"
    with desk.database.reading() as session:
        assert all(each.withdrawn_at for each in session.scalars(select(CensusConsent)))
        receipt = erasure_receipts.of_code(session, code)
        assert receipt is not None
        assert receipt.erased == "register"


def test_a_wish_shows_the_time_that_is_left(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    address = f"/admin/warga/{number}/permintaan"
    assert send(wayan, address, wish="erase", how="paper", asked_on="2026-11-22").status_code == 422
    answer = send(wayan, address, wish="correct", how="paper", asked_on="2026-11-20", words="Nama saya Rohana")
    page = wayan.get(answer.headers["Location"]).text
    assert "Sisa 39 jam dari 3×24 jam" in page, (
        "since the twentieth began in Korleko, seventeen hours before the desk opens"
    )
    assert "Nama saya Rohana" in page
    assert "Sisa 39 jam" in wayan.get(f"/admin/warga/{number}").text
    desk.now += timedelta(hours=40)
    late = desk.at_work("ketut", Role.PETUGAS, KORLEKO)
    assert "Lewat 1 jam dari batas" in late.get("/admin/warga/permintaan").text
    assert "1 lewat waktu" in late.get("/admin/warga").text
    send(late, f"/admin/warga/{number}/ubah", **correction(name="Inaq Rohana"))
    assert "Tidak ada permintaan yang menunggu" in late.get("/admin/warga/permintaan").text
    assert "selesai" in late.get("/admin/warga/permintaan?tampil=selesai").text


def test_a_wish_to_be_erased_is_not_answered_by_saying_so(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    made = send(wayan, f"/admin/warga/{number}/permintaan", wish="erase", how="desk", asked_on="2026-11-21")
    address = made.headers["Location"]
    answer = send(wayan, f"{address}/selesai")
    assert answer.status_code == 422
    assert "Datanya masih ada" in answer.text
    assert f'href="/admin/warga/{number}"' in answer.text
    send(wayan, f"/admin/warga/{number}/tarik")
    assert "Tidak ada permintaan yang menunggu" in wayan.get("/admin/warga/permintaan").text


def test_whom_a_case_hides_is_hidden_among_the_merged_too(desk, korleko, wayan, send):
    with desk.database.transaction() as session:
        phone = telephone(session, "sari", korleko, desk.now)
        sari, again = (people.add(session, name, desk.now, village_id=korleko) for name in ("Sari Utami", "Sari Utomi"))
        people.tie(session, sari, phone, "self", desk.now)
        merging.merge(session, sari.id, again.id, WAYAN, desk.now)
    address = "/admin/warga/gabungan"
    assert "Sari Utami" in wayan.get(address).text
    with desk.database.transaction() as session:
        told_in(session, telephone(session, "sari", korleko, desk.now), "pay", desk.now, around=True)
        [merge] = session.scalars(select(PeopleMerge)).all()
    assert wayan.get(f"/admin/warga/{sari.id}").status_code == 404
    assert "Sari Utami" not in wayan.get(address).text
    assert send(wayan, f"{address}/{merge.id}/batal").status_code == 404
    rahman = desk.at_work("rahman", Role.COORDINATOR, "52.03")
    assert "Sari Utami" in rahman.get(address).text


def test_a_wish_is_refused_with_a_reason_only(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    made = send(wayan, f"/admin/warga/{number}/permintaan", wish="erase", how="desk", asked_on="2026-11-21")
    address = made.headers["Location"]
    assert send(wayan, f"{address}/tolak", words="tidak").status_code == 422
    assert send(wayan, f"{address}/tolak", words="Bukan orangnya sendiri yang meminta.").status_code == 303
    assert "Bukan orangnya sendiri" in wayan.get(address).text
    again = send(wayan, f"{address}/selesai")
    assert "Sudah dijawab petugas lain" in wayan.get(again.headers["Location"]).text


def test_erased_everything_is_gone_and_the_wish_is_answered(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    send(wayan, f"/admin/warga/{number}/permintaan", wish="erase", how="desk", asked_on="2026-11-21")
    assert send(wayan, f"/admin/warga/{number}/hapus").status_code == 303
    assert person(desk, number) is None
    assert wayan.get(f"/admin/warga/{number}").status_code == 404
    with desk.database.reading() as session:
        request = session.scalars(select(DataRequest)).one()
        assert (request.state, request.person_id) == ("done", None)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "person_erased")).one()
        assert (entry.about, entry.note) == (f"person:{number}", "")


def test_who_is_erased_at_the_desk_gets_a_receipt_that_is_shown_once(desk, korleko, wayan, send):
    number = enter(desk, korleko)
    send(wayan, f"/admin/warga/{number}/hapus")
    [code] = re.findall(r"HPS-\w{5}-\w{5}", wayan.get("/admin/warga").text)
    assert code not in wayan.get("/admin/warga").text
    with desk.database.reading() as session:
        receipt = erasure_receipts.of_code(session, code)
        assert receipt is not None
        assert (receipt.erased, receipt.at) == ("person", desk.now)


def test_whom_no_reminder_reached_is_told_by_the_desk(desk, korleko, wayan, send):
    number = enter(desk, korleko, may_remind=True)
    with desk.database.transaction() as session:
        notice = untold(session, number, desk.now)
    page = wayan.get("/admin/warga/belum-diingatkan").text
    for part in ("Inaq Rohani", "Paspor habis 15 Jun 2027", "Tidak punya alamat obrolan"):
        assert part in page, part
    stranger = desk.at_work("agus", Role.PETUGAS, LENEK)
    assert send(stranger, f"/admin/warga/belum-diingatkan/{notice}/selesai").status_code == 404
    assert send(wayan, f"/admin/warga/belum-diingatkan/{notice}/selesai").status_code == 303
    assert "sudah terjangkau" in wayan.get("/admin/warga/belum-diingatkan").text


# Merged and undone


def test_a_merge_is_undone_from_its_history(desk, korleko, wayan, send):
    one = enter(desk, korleko)
    other = enter(desk, korleko, replace(ROHANI, name="Inaq Rohanie"))
    with desk.database.transaction() as session:
        merging.merge(session, one, other, WAYAN, desk.now)
        merge = session.scalars(select(PeopleMerge.id)).one()
    assert wayan.get(f"/admin/warga/{other}").headers["Location"] == f"/admin/warga/{one}"
    assert "Inaq Rohanie" in wayan.get("/admin/warga/gabungan").text
    stranger = desk.at_work("agus", Role.PETUGAS, LENEK)
    assert send(stranger, f"/admin/warga/gabungan/{merge}/batal").status_code == 404
    assert send(wayan, f"/admin/warga/gabungan/{merge}/batal").status_code == 303
    assert wayan.get(f"/admin/warga/{other}").status_code == 200
    again = send(wayan, f"/admin/warga/gabungan/{merge}/batal")
    assert "Tidak bisa dibatalkan lagi" in wayan.get(again.headers["Location"]).text


# How much it asks of the database


@pytest.mark.parametrize(
    ("address", "most"),
    [("/admin/warga", 9), ("/admin/warga?status=abroad&negara=hk", 9), ("/admin/warga/permintaan", 8)],
)
def test_a_list_asks_the_same_however_many_there_are(desk, korleko, wayan, address, most):
    numbers = []
    for number in range(2, 14, 11):
        for each in range(number):
            enter(desk, korleko, replace(ROHANI, name=f"Warga {'abcdefghijklm'[each]}{'xy'[number > 2]}"))
        numbers.append(queries(desk, lambda: wayan.get(address)))
    assert numbers[0] == numbers[1] <= most


def test_a_card_asks_a_fixed_number_of_questions(desk, korleko, wayan):
    number = enter(desk, korleko)
    assert queries(desk, lambda: wayan.get(f"/admin/warga/{number}")) <= 22


def queries(desk, do) -> int:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        seen.append(statement)

    event.listen(desk.database.engine, "before_cursor_execute", note)
    assert do().status_code == 200
    event.remove(desk.database.engine, "before_cursor_execute", note)
    return sum(each.lstrip().upper().startswith("SELECT") for each in seen)


def test_opened_in_a_conversation_a_wish_of_the_chat_is_known_as_such(desk, korleko, wayan):
    number = enter(desk, korleko)
    with desk.database.transaction() as session:
        census_requests.ask(session, number, korleko, "erase", "chat", "family", desk.now)
    page = wayan.get("/admin/warga/permintaan").text
    assert "Minta dihapus: Inaq Rohani" in page
    assert "di obrolan" in page
