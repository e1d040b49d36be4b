"""When Korleko's centre is open, and the days on which Wayan is away."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import select

from centre import calendars, slots
from centre.areas import Village
from centre.audit import AuditEntry
from centre.calendars import Absence
from centre.staff import Role
from tests.centre import booked

KORLEKO = "52.03.17.2006"
AWAY = {"first_day": "2026-12-11", "last_day": "2026-12-12", "reason": "rapat di Selong"}


@pytest.fixture
def korleko(desk_on_both) -> int:
    return desk_on_both.village("Korleko", KORLEKO)


@pytest.fixture
def wayan(desk_on_both, korleko):
    return desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)


def week(**typed: str) -> dict[str, str]:
    """Nothing but what is typed: `week(d0_0="08:00-12:00")` is Monday's first stretch."""
    empty = {
        f"days-{day}-stretches-{number}-{edge}": ""
        for day in range(7)
        for number in range(2)
        for edge in ("opens", "closes")
    }
    for name, said in typed.items():
        day, number = name[1:].split("_")
        opens, closes = said.split("-")
        empty[f"days-{day}-stretches-{number}-opens"] = opens
        empty[f"days-{day}-stretches-{number}-closes"] = closes
    return empty


def hours(desk, village: int) -> list[tuple[int, time, time]]:
    with desk.database.reading() as session:
        return [(each.weekday, each.opens, each.closes) for each in calendars.hours_of(session, village)]


def test_a_week_with_a_rest_is_kept_and_shown_again(desk_on_both, korleko, wayan, send):
    page = f"/admin/layanan/jam/{korleko}"
    said = week(d0_0="08:00-12:00", d0_1="13.00-16.00", d4_0="08:00-11:00")
    assert send(wayan, page, **said).headers["Location"] == page
    assert hours(desk_on_both, korleko) == [
        (0, time(8), time(12)),
        (0, time(13), time(16)),
        (4, time(8), time(11)),
    ]
    shown = wayan.get(page).text
    assert "Jam buka disimpan: Korleko" in shown
    assert 'name="days-0-stretches-1-opens" type="time" value="13:00"' in shown
    with desk_on_both.database.reading() as session:
        assert session.scalars(select(AuditEntry.deed)).all() == ["hours_changed"]
    send(wayan, page, **week())
    assert hours(desk_on_both, korleko) == []


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"d1_0": "12:00-08:00"}, "Jam tutup harus sesudah jam buka"),
        ({"d1_0": "08:00-"}, "Isi jam buka dan jam tutup"),
        ({"d1_1": "-16:00"}, "Isi jam buka dan jam tutup"),
        ({"d1_0": "pagi-12:00"}, "Tulis jam seperti 08:00"),
        ({"d1_0": "08:00-25:00"}, "Tulis jam seperti 08:00"),
        ({"d1_0": "08:00-12:00", "d1_1": "11:30-14:00"}, "Harus sesudah jam tutup yang pertama"),
    ],
)
def test_times_that_cannot_be_are_said_and_nothing_is_lost(desk_on_both, korleko, wayan, send, typed, reason):
    page = f"/admin/layanan/jam/{korleko}"
    send(wayan, page, **week(d0_0="08:00-12:00"))
    answer = send(wayan, page, **week(d5_0="07:15-09:45", **typed))
    assert answer.status_code == 422
    assert reason in answer.text
    assert 'value="07:15"' in answer.text
    assert "Jam buka belum disimpan" in answer.text
    assert hours(desk_on_both, korleko) == [(0, time(8), time(12))]


def test_an_absence_lists_the_slots_it_falls_upon(desk_on_both, korleko, wayan, send):
    desk = desk_on_both
    with desk.database.transaction() as session:
        kind = booked.workshop(session)
        village = session.get_one(Village, korleko)
        hit, other, off = (booked.saturday(session, kind, village, day=date(2026, 12, day)) for day in (12, 13, 11))
        off.state = slots.State.CALLED_OFF
        elsewhere = booked.saturday(session, kind, booked.korleko(session, "Lenek", "52.03.21.2002"))
    answer = send(wayan, f"/admin/layanan/jam/{korleko}/libur", **AWAY)
    page = wayan.get(answer.headers["Location"]).text
    assert "11 Desember 2026 sampai 12 Desember 2026" in page
    assert "rapat di Selong" in page
    assert f'href="/admin/jadwal/{hit.id}"' in page
    assert "12 Des 2026 09.00 WITA" in page
    assert not [each for each in (other, off, elsewhere) if f'jadwal/{each.id}"' in page]
    assert "rapat di Selong" in wayan.get(f"/admin/layanan/jam/{korleko}").text


def test_an_absence_entered_by_mistake_is_taken_back(desk_on_both, korleko, wayan, send):
    page = send(wayan, f"/admin/layanan/jam/{korleko}/libur", **AWAY).headers["Location"]
    assert "Tidak ada jadwal di hari itu" in wayan.get(page).text
    assert send(wayan, f"{page}/hapus").headers["Location"] == f"/admin/layanan/jam/{korleko}"
    assert wayan.get(page).status_code == 404
    with desk_on_both.database.reading() as session:
        assert session.scalars(select(Absence)).all() == []
        assert session.scalars(select(AuditEntry.deed)).all() == ["absence_changed"] * 2


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"last_day": "2026-12-10"}, "tidak boleh sebelum"),
        ({"first_day": "2026-11-01", "last_day": "2026-11-20"}, "sudah lewat"),
        ({"last_day": "9999-12-31"}, "Paling jauh dua tahun"),
        ({"first_day": "besok"}, "Tulis tanggal yang ada"),
        ({"first_day": ""}, "Isi tanggal mulai"),
        ({"reason": "  "}, "Isi alasannya"),
        ({"reason": "x" * 101}, "Paling banyak 100"),
    ],
)
def test_an_absence_that_cannot_be_is_not_kept(desk_on_both, korleko, wayan, send, wrong, reason):
    answer = send(wayan, f"/admin/layanan/jam/{korleko}/libur", **{**AWAY, **wrong})
    assert answer.status_code == 422
    assert reason in answer.text
    assert "2026-12-12" in answer.text or "last_day" in wrong
    with desk_on_both.database.reading() as session:
        assert session.scalars(select(Absence)).all() == []


def test_today_is_the_villages_own(desk_on_both, korleko, send):
    """At midnight in Korleko it is four in the afternoon in UTC, and the day before."""
    desk_on_both.wait(hours=15)
    wayan = desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)
    address = f"/admin/layanan/jam/{korleko}/libur"
    yesterday = {"first_day": "2026-11-21", "last_day": "2026-11-21", "reason": "sakit"}
    assert send(wayan, address, **yesterday).status_code == 422
    desk_on_both.wait(minutes=-1)
    assert send(wayan, address, **yesterday).status_code == 303


def test_the_holidays_of_the_next_year_are_shown(wayan, korleko):
    page = wayan.get(f"/admin/layanan/jam/{korleko}").text
    assert "25 Desember 2026" in page
    assert "17 Agustus 2027" in page


def test_one_village_opens_at_once_and_several_are_a_list(desk_on_both, korleko, wayan):
    assert wayan.get("/admin/layanan/jam").headers["Location"] == f"/admin/layanan/jam/{korleko}"
    lenek = desk_on_both.village("Lenek", "52.03.21.2002")
    page = desk_on_both.at_work("rahman", Role.COORDINATOR, "52.03").get("/admin/layanan/jam").text
    assert page.index(f"/admin/layanan/jam/{korleko}") < page.index(f"/admin/layanan/jam/{lenek}")


def test_another_villages_hours_are_not_theirs(desk_on_both, korleko, wayan, send):
    absence = send(wayan, f"/admin/layanan/jam/{korleko}/libur", **AWAY).headers["Location"]
    lenek = desk_on_both.at_work("rahman", Role.PETUGAS, "52.03.21.2002")
    for address in (f"/admin/layanan/jam/{korleko}", absence, "/admin/layanan/jam/999"):
        assert lenek.get(address).status_code == 404
    assert send(lenek, f"/admin/layanan/jam/{korleko}", **week()).status_code == 404
    assert send(lenek, f"/admin/layanan/jam/{korleko}/libur", **AWAY).status_code == 404
    assert send(lenek, f"{absence}/hapus").status_code == 404
