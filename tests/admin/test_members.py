"""Ratna, who administers everything, and her colleagues: who comes in, who may do what, and who may not be touched."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from centre import staff, staff_desk
from centre.audit import AuditEntry
from centre.staff import Role, SignedIn, StaffMember
from centre.staff_desk import LastAdministrator
from tests.admin.cased import KORLEKO, LENEK

NEW = "/admin/staf/baru"


@pytest.fixture
def villages(desk_on_both) -> None:
    desk_on_both.village("Korleko", KORLEKO)
    desk_on_both.village("Lenek", LENEK)
    desk_on_both.village("Korleko", "52.03.18.2001")


@pytest.fixture
def ratna(desk_on_both):
    return desk_on_both.at_work("ratna", Role.ADMINISTRATOR)


def roles_of(desk, staff_id: str) -> set[tuple[str, str]]:
    with desk.database.reading() as session:
        return {(each.role, each.area) for each in session.get_one(StaffMember, staff_id).roles}


def id_of(desk, login: str) -> str:
    with desk.database.reading() as session:
        return staff.by_login(session, login).id


def deeds(desk) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        rows = session.execute(select(AuditEntry.deed, AuditEntry.note).order_by(AuditEntry.id))
        return [(deed, note) for deed, note in rows]


def page_of(staff_id: str, deed: str = "") -> str:
    return f"/admin/staf/{staff_id}" + (f"/{deed}" if deed else "")


@pytest.mark.usefixtures("villages")
def test_ratna_adds_an_officer_by_the_name_of_the_village(desk_on_both, ratna, send, sign_in):
    desk = desk_on_both
    typed = {
        "name": "Wayan Sudarma",
        "login": "wayan",
        "role": "petugas",
        "area": "lenek",
        "email": "wayan@desa.example",
    }
    answer = send(ratna, NEW, on=NEW, **typed)
    assert answer.status_code == 200
    password = re.search(r"<code[^>]*>([a-z2-9-]{19})</code>", answer.text)[1]
    assert roles_of(desk, id_of(desk, "wayan")) == {("petugas", LENEK)}
    wayan = desk.client()
    sign_in(wayan, "wayan", password)
    assert wayan.get("/admin/").headers["Location"] == "/admin/ganti-sandi"
    assert password not in ratna.get(page_of(id_of(desk, "wayan"))).text
    assert ("staff_added", f"petugas {LENEK}") in deeds(desk)
    assert "Lenek, Lombok Timur" in ratna.get("/admin/staf").text


@pytest.mark.usefixtures("villages")
def test_a_name_that_can_mean_two_villages_is_asked_about(desk_on_both, ratna, send):
    typed = {"name": "Wayan", "login": "wayan", "role": "petugas", "area": "Korleko"}
    answer = send(ratna, NEW, on=NEW, **typed)
    assert answer.status_code == 422
    assert "Pilih yang dimaksud" in answer.text
    assert f'value="{KORLEKO}"' in answer.text
    assert 'value="Wayan"' in answer.text, "what was typed stays"
    assert send(ratna, NEW, on=NEW, **typed, which="52.03.18.2001").status_code == 200
    assert roles_of(desk_on_both, id_of(desk_on_both, "wayan")) == {("petugas", "52.03.18.2001")}


@pytest.mark.usefixtures("villages")
def test_part_of_a_name_gives_nobody_a_whole_regency_unasked(desk_on_both, ratna, send):
    typed = {"name": "Wayan", "login": "wayan", "role": "petugas", "area": "Lombok"}
    for _again in range(2):  # pressing the button again, with nothing picked, is no choice
        asked = send(ratna, NEW, on=NEW, **typed, which="")
        assert asked.status_code == 422
        assert "bisa berarti wilayah berikut" in asked.text
        assert '<option value="52.03">seluruh Lombok Timur, Nusa Tenggara Barat (52.03)</option>' in asked.text
    given = send(ratna, NEW, on=NEW, **typed, which="52.03")
    assert "Petugas, seluruh Lombok Timur, Nusa Tenggara Barat" in given.text, "what it became stands by the password"
    wayan = id_of(desk_on_both, "wayan")
    assert "Petugas, seluruh Lombok Timur" in send(ratna, page_of(wayan, "sandi"), on=page_of(wayan)).text
    send(ratna, page_of(wayan, "peran"), on=page_of(wayan), role="helper", area="Lenek")
    assert "Peran ditambahkan: Pembantu (kader, guru), Lenek, Lombok Timur." in ratna.get(page_of(wayan)).text


@pytest.mark.usefixtures("villages")
def test_a_village_without_a_code_of_its_own_is_known_and_says_how_far_the_role_would_reach(desk_on_both, ratna, send):
    desk_on_both.village("Kuripan", "52.03")
    typed = {"name": "Wayan", "login": "wayan", "role": "petugas", "area": "kuripan"}
    asked = send(ratna, NEW, on=NEW, **typed)
    assert asked.status_code == 422
    assert "seluruh Lombok Timur, Nusa Tenggara Barat (52.03)" in asked.text
    assert send(ratna, NEW, on=NEW, **typed, which="52.03").status_code == 200
    assert roles_of(desk_on_both, id_of(desk_on_both, "wayan")) == {("petugas", "52.03")}


@pytest.mark.usefixtures("villages")
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"area": "Atlantis"}, "Wilayah ini tidak dikenal"),
        ({"area": ""}, "hanya untuk satu wilayah"),
        ({"login": "W"}, "3 sampai 40 huruf kecil"),
        ({"login": "ratna"}, "sudah dipakai"),
        ({"email": "bukan surel"}, "tidak bisa dipakai"),
        ({"name": ""}, "Isi namanya"),
        ({"role": "raja"}, "Belum ditambahkan"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(ratna, send, typed, reason):
    usual = {"name": "Wayan", "login": "wayan", "role": "petugas", "area": "Lenek", "email": ""}
    answer = send(ratna, NEW, on=NEW, **(usual | typed))
    assert answer.status_code == 422
    assert reason in answer.text


@pytest.mark.usefixtures("villages")
def test_roles_are_given_and_taken_and_a_reviewers_is_a_language(desk_on_both, ratna, send):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    here = page_of(wayan)
    send(ratna, page_of(wayan, "peran"), on=here, role="reviewer", language="sas", area="")
    send(ratna, page_of(wayan, "peran"), on=here, role="coordinator", area="Lombok Timur")
    assert roles_of(desk, wayan) == {("petugas", KORLEKO), ("reviewer", "sas"), ("coordinator", "52.03")}
    send(ratna, page_of(wayan, "peran/cabut"), on=here, role="petugas", area=KORLEKO)
    assert roles_of(desk, wayan) == {("reviewer", "sas"), ("coordinator", "52.03")}
    again = send(ratna, page_of(wayan, "peran"), on=here, role="reviewer", language="sas")
    assert again.status_code == 409
    assert "sudah dimilikinya" in again.text
    assert [deed for deed, _ in deeds(desk)] == ["staff_role_given", "staff_role_given", "staff_role_taken"]


def test_a_blocked_colleague_is_out_at_once_and_can_be_let_in_again(desk_on_both, ratna, send, sign_in):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    browser = desk.browser_of(wayan)
    send(ratna, page_of(wayan, "tutup"), on=page_of(wayan))
    assert browser.get("/admin/").status_code == 303
    assert sign_in(desk.client(), "wayan").status_code == 422
    send(ratna, page_of(wayan, "buka"), on=page_of(wayan))
    assert sign_in(desk.client(), "wayan").status_code == 303
    assert [deed for deed, _ in deeds(desk)][:2] == ["staff_blocked", "staff_unblocked"]


def test_a_lost_password_and_a_lost_telephone(desk_on_both, ratna, send, sign_in):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    browser = desk.browser_of(wayan)
    answer = send(ratna, page_of(wayan, "sandi"), on=page_of(wayan))
    password = re.search(r"<code[^>]*>([a-z2-9-]{19})</code>", answer.text)[1]
    assert browser.get("/admin/").status_code == 303
    send(ratna, page_of(wayan, "kode-kedua"), on=page_of(wayan))
    fresh = desk.client()
    sign_in(fresh, "wayan", password)
    assert fresh.get("/admin/").headers["Location"] == "/admin/ganti-sandi"
    assert "belum diatur" in ratna.get(page_of(wayan)).text


def test_a_colleagues_sessions_are_seen_and_ended(desk_on_both, ratna, send):
    desk = desk_on_both
    wayan = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    one, other = desk.browser_of(wayan), desk.browser_of(wayan)
    page = ratna.get(page_of(wayan)).text
    numbers = re.findall(r'name="sesi" value="([0-9a-f]{16})"', page)
    assert len(numbers) == 2
    send(ratna, page_of(wayan, "sesi"), on=page_of(wayan), sesi=numbers[0])
    assert sorted(each.get("/admin/").status_code for each in (one, other)) == [200, 303]
    send(ratna, page_of(wayan, "sesi"), on=page_of(wayan))
    assert [each.get("/admin/").status_code for each in (one, other)] == [303, 303]


@pytest.mark.parametrize("deed", ["tutup", "sandi", "kode-kedua", "peran/cabut", "peran", "nama"])
def test_nobody_changes_their_own_account_here(desk, send, deed):
    ratna = desk.hire("ratna", Role.ADMINISTRATOR)
    desk.hire("sri", Role.ADMINISTRATOR)
    before = roles_of(desk, ratna)
    browser = desk.browser_of(ratna)
    typed = {"role": "administrator", "area": "", "name": "Ratu"}
    answer = send(browser, page_of(ratna, deed), **typed)
    assert answer.status_code == 409
    assert "Akun sendiri" in answer.text
    assert roles_of(desk, ratna) == before
    assert deeds(desk) == []


def test_an_administrator_of_a_regency_reaches_nobody_beyond_it(desk, send):
    ratna = desk.hire("ratna", Role.ADMINISTRATOR)
    lombok = desk.at_work("made", Role.ADMINISTRATOR, "52.03")
    elsewhere = desk.hire("joko", Role.PETUGAS, "33.01.01.2001")
    mixed = desk.hire("wayan", Role.PETUGAS, KORLEKO)
    with desk.database.transaction() as session:
        session.add(staff.StaffRole(staff_id=mixed, role=Role.REVIEWER, area="sas"))
    for other in (ratna, elsewhere):
        assert lombok.get(page_of(other)).status_code == 404
        assert send(lombok, page_of(other, "tutup")).status_code == 404
    assert send(lombok, page_of(mixed, "tutup")).status_code == 409, "they have a role that is not Made's to take"
    own = desk.hire("ketut", Role.PETUGAS, KORLEKO)
    refused = send(lombok, page_of(own, "peran"), role="administrator", area="")
    assert refused.status_code == 409
    assert roles_of(desk, own) == {("petugas", KORLEKO)}


def test_the_last_who_administers_everything_stays(desk_on_both):
    """Two block each other at the same moment: the second, who was blocked just now, removes nobody any more."""
    desk = desk_on_both
    ratna, sri = desk.hire("ratna", Role.ADMINISTRATOR), desk.hire("sri", Role.ADMINISTRATOR)
    everything = frozenset({(Role.ADMINISTRATOR, "")})
    by_ratna, by_sri = (SignedIn(each, each, each, False, everything, desk.now) for each in (ratna, sri))
    with desk.database.transaction() as session:
        staff_desk.block(session, by_ratna, session.get_one(StaffMember, sri), desk.now)
    with desk.database.transaction() as session:
        seen = session.get_one(StaffMember, ratna)
        with pytest.raises(LastAdministrator):
            staff_desk.block(session, by_sri, seen, desk.now)
        with pytest.raises(LastAdministrator):
            staff_desk.take_role(session, by_sri, seen, "administrator", "", desk.now)
    assert roles_of(desk, ratna) == {("administrator", "")}


def test_a_coordinator_sees_who_works_in_her_area_and_changes_nothing(desk, send):
    desk.village("Korleko", KORLEKO)
    wayan, joko = desk.hire("wayan", Role.PETUGAS, KORLEKO), desk.hire("joko", Role.PETUGAS, "33.01.01.2001")
    ani = desk.at_work("ani", Role.COORDINATOR, "52.03")
    page = ani.get("/admin/staf").text
    assert "Wayan" in page
    assert "Joko" not in page
    assert "Tambah orang" not in page
    assert "Beri kata sandi baru" not in ani.get(page_of(wayan)).text
    assert ani.get(page_of(joko)).status_code == 404
    assert send(ani, page_of(wayan, "tutup")).status_code == 404


def test_many_are_found_by_a_part_of_the_name_and_paged(desk):
    for number in range(52):
        desk.hire(f"kader{number:02d}", Role.HELPER, KORLEKO, has_factor=False)
    ratna = desk.at_work("ratna", Role.ADMINISTRATOR)
    page = ratna.get("/admin/staf").text
    assert page.count("Terakhir masuk") + page.count("Belum pernah masuk") == 50
    assert "sesudah=kader49" in page
    assert "Kader51" in ratna.get("/admin/staf?sesudah=kader49").text
    found = ratna.get("/admin/staf?cari=ADER5").text
    assert [name for name in ("Kader50", "Kader51", "Kader49") if name in found] == ["Kader50", "Kader51"]
    assert "Tidak ada nama seperti itu" in ratna.get("/admin/staf?cari=%25").text
