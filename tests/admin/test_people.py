"""Two records that may be one Siti Rohani: Wayan looks at both and decides; nothing happens by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from centre import bookings, people
from centre.areas import Village
from centre.audit import AuditEntry
from centre.people import Person
from centre.staff import Role
from tests.centre import booked

KORLEKO = "52.03.17.2006"


@pytest.fixture
def korleko(desk_on_both) -> int:
    return desk_on_both.village("Korleko", KORLEKO)


@pytest.fixture
def pair(desk_on_both, korleko) -> tuple[int, int]:
    """Two alike; the second has a booking, a year of birth and a number."""
    with desk_on_both.database.transaction() as session:
        one = people.add(session, "Siti Rohani", booked.NOW, village_id=korleko)
        other = people.add(
            session,
            "Siti Rohanie",
            booked.NOW,
            village_id=korleko,
            phone="081234567890",
            birth_year=1980,
            kind="returned",
        )
        slot = booked.saturday(session, booked.workshop(session), session.get_one(Village, korleko))
        bookings.book(session, booked.ask(slot, other), booked.NOW)
    return one.id, other.id


def person(desk, number: int) -> Person:
    with desk.database.reading() as session:
        return session.get_one(Person, number)


def test_both_are_shown_side_by_side_without_the_number(desk_on_both, korleko, pair):
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert wayan.get("/admin/layanan/nama").headers["Location"] == f"/admin/layanan/nama/{korleko}"
    address = f"/admin/layanan/nama/{korleko}/{pair[0]}/{pair[1]}"
    assert f'href="{address}"' in wayan.get(f"/admin/layanan/nama/{korleko}").text
    page = wayan.get(address).text
    for said in ("Siti Rohani</td>", "Siti Rohanie</td>", "1980", "sudah pulang", "…890", "<td>0</td><td>1</td>"):
        assert said in page, said
    assert "7890" not in page
    assert person(desk_on_both, pair[0]).merged_into is None


@pytest.mark.parametrize(("which", "kept", "gone"), [("kiri", 0, 1), ("kanan", 1, 0)])
def test_staff_say_which_record_goes_on(desk_on_both, korleko, pair, send, which, kept, gone):
    wayan = desk_on_both.hire("wayan", Role.PETUGAS, KORLEKO)
    browser, address = desk_on_both.browser_of(wayan), f"/admin/layanan/nama/{korleko}/{pair[0]}/{pair[1]}"
    answer = send(browser, f"{address}/gabung", ke=which)
    assert answer.headers["Location"] == f"/admin/layanan/nama/{korleko}"
    page = browser.get(answer.headers["Location"]).text
    assert "digabungkan" in page
    assert "Tidak ada nama yang mirip" in page
    assert person(desk_on_both, pair[gone]).merged_into == pair[kept]
    with desk_on_both.database.reading() as session:
        assert session.scalars(select(bookings.Booking.person_id)).all() == [pair[kept]]
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.staff_id, entry.deed, entry.about) == (wayan, "people_merged", f"person:{pair[gone]}>{pair[kept]}")
    assert send(browser, f"{address}/gabung", ke=which).status_code == 404


@pytest.mark.parametrize("said", [{}, {"ke": ""}, {"ke": "atas"}])
def test_without_a_side_nothing_is_merged(desk_on_both, korleko, pair, send, said):
    """A form of ours always names one; what else comes is refused rather than guessed."""
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    answer = send(wayan, f"/admin/layanan/nama/{korleko}/{pair[0]}/{pair[1]}/gabung", **said)
    assert answer.status_code == 400
    assert person(desk_on_both, pair[1]).merged_into is None


def test_two_people_who_are_two_are_not_asked_about_again(desk_on_both, korleko, pair, send):
    wayan = desk_on_both.hire("wayan", Role.PETUGAS, KORLEKO)
    browser, address = desk_on_both.browser_of(wayan), f"/admin/layanan/nama/{korleko}/{pair[0]}/{pair[1]}"
    answer = send(browser, f"{address}/beda")
    assert "tidak ditanyakan lagi" in browser.get(answer.headers["Location"]).text
    assert "Tidak ada nama yang mirip" in browser.get(f"/admin/layanan/nama/{korleko}").text
    assert browser.get(address).status_code == 404
    with desk_on_both.database.reading() as session:
        assert session.get_one(people.DistinctPeople, pair).by == wayan
        assert session.scalars(select(AuditEntry.deed)).all() == ["people_kept_apart"]


def test_any_two_people_are_no_pair(desk_on_both, korleko, pair, send):
    """An address made by hand merges nobody: not strangers, not one with herself, not from another village."""
    lenek = desk_on_both.village("Lenek", "52.03.21.2002")
    with desk_on_both.database.transaction() as session:
        stranger = people.add(session, "Wayan Sudarma", booked.NOW, village_id=korleko).id
    rahman = desk_on_both.at_work("rahman", Role.COORDINATOR, "52.03")
    one, other = pair
    for address in (
        f"{korleko}/{one}/{stranger}",
        f"{korleko}/{other}/{one}",
        f"{korleko}/{one}/{one}",
        f"{lenek}/{one}/{other}",
        f"999/{one}/{other}",
    ):
        assert rahman.get(f"/admin/layanan/nama/{address}").status_code == 404, address
        for deed in ("gabung", "beda"):
            assert send(rahman, f"/admin/layanan/nama/{address}/{deed}", ke="kiri").status_code == 404
    assert person(desk_on_both, other).merged_into is None


@pytest.mark.parametrize(
    ("role", "area"),
    [(Role.PETUGAS, "52.03.21.2002"), (Role.COORDINATOR, "32.12"), (Role.HELPER, KORLEKO), (Role.VIEWER, "")],
)
def test_helpers_viewers_and_neighbours_see_nobody(desk_on_both, korleko, pair, send, role, area):
    browser = desk_on_both.at_work("rahman", role, area)
    address = f"/admin/layanan/nama/{korleko}"
    assert browser.get(address).status_code == 404
    assert browser.get(f"{address}/{pair[0]}/{pair[1]}").status_code == 404
    assert send(browser, f"{address}/{pair[0]}/{pair[1]}/gabung", ke="kiri").status_code == 404
