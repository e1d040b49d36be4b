"""Angka: what came of the slots, for who oversees them and may open their lists, and for nobody else."""

from __future__ import annotations

from datetime import date

import pytest

from centre.areas import Village
from centre.staff import Role
from tests.centre import booked
from tests.centre.test_figures import filled

KORLEKO, LENEK, KENANGA = "52.03.17.2006", "52.03.21.2002", "32.12.16.2004"
ADDRESS = "/admin/layanan/angka"


@pytest.fixture
def villages(desk_on_both) -> dict[str, int]:
    """Three villages; Korleko's Saturday was full, Lenek's saw three people, Kenanga lies in another regency."""
    desk = desk_on_both
    found = {
        name: desk.village(name, code) for name, code in (("Korleko", KORLEKO), ("Lenek", LENEK), ("Kenanga", KENANGA))
    }
    with desk.database.transaction() as session:
        session.get_one(Village, found["Kenanga"]).regency = "Indramayu"
        kind = booked.workshop(session, open_limit=50)
        for name, seats, outcomes in (
            ("Korleko", 20, {"came": 9, "absent": 3, "waiting": 2}),
            ("Lenek", 7, {"came": 2, "absent": 1}),
            ("Kenanga", 40, {"came": 4, "absent": 6}),
        ):
            slot = booked.saturday(session, kind, session.get_one(Village, found[name]), seats, date(2026, 12, 12))
            filled(session, slot, **outcomes)
    desk.wait(days=40)
    return found


def row(page: str, name: str) -> list[str]:
    """The cells of a table's line."""
    cells = page.partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]
    return cells.replace("\n", "").replace("</td>", "").split("<td>")[1:]


def test_a_coordinator_sees_their_regency_and_no_other(desk_on_both, villages):
    page = desk_on_both.at_work("rahman", Role.COORDINATOR, "52.03").get(ADDRESS).text
    assert row(page, "Korleko") == ["20", "12", "9", "0", "3", "0", "25%", "2"]
    assert row(page, "Lombok Timur") == ["27", "15", "11", "0", "4", "0", "27%", "2"]
    assert row(page, "Des 2026") == row(page, "Pelatihan perbengkelan") == row(page, "Lombok Timur")
    assert "Kenanga" not in page
    assert "Indramayu" not in page


def test_a_petugas_sees_their_village_and_everybody_in_it(desk_on_both, villages):
    page = desk_on_both.at_work("wayan", Role.PETUGAS, LENEK).get(ADDRESS).text
    assert row(page, "Lenek") == ["7", "3", "2", "0", "1", "0", "33%", "0"]
    assert "Korleko" not in page


def test_who_only_looks_on_cannot_subtract_a_village_here(desk_on_both, villages):
    """Eleven came in the regency and nine in Korleko: whoever reads both knows of the two in Lenek. The ministry reads "Angka
    desa dan wilayah", where what is few hides behind others."""
    browser = desk_on_both.at_work("sri", Role.VIEWER)
    assert browser.get(ADDRESS).status_code == 404
    assert browser.get("/admin/angka", follow_redirects=True).status_code == 200
    assert "/admin/layanan/angka" not in browser.get("/admin/menu").text


def test_the_chart_is_a_drawing_with_a_name_and_nothing_that_the_policy_refuses(desk_on_both, villages):
    page = desk_on_both.at_work("wayan", Role.ADMINISTRATOR).get(ADDRESS).text
    drawing = page.partition('<div class="desk-chart">')[2].partition("</div>")[0]
    assert drawing.startswith("<svg")
    assert 'role="img" aria-label="Bagian yang tidak datang per bulan"' in drawing
    assert "<circle" in drawing
    for refused in ("<script", "<style", "style=", "<?xml", "<!--", "pygal.org", "href"):
        assert refused not in drawing, refused


@pytest.mark.parametrize(
    ("query", "seats"),
    [
        ("", "67"),
        ("kabupaten=52.03", "27"),
        ("kabupaten=32.12", "40"),
        ("dari=2026-12&sampai=2026-12", "67"),
        ("dari=2026-11&sampai=2026-11", None),
        ("dari=2026-12&sampai=2026-01", "67"),
        ("dari=x&sampai=%00&jenis=abc&desa=-1&kabupaten=5", "67"),
        ("desa=99999999999999999999", "67"),
        ("jenis=999", "67"),
    ],
)
def test_the_figures_are_narrowed_by_what_is_offered_and_by_nothing_else(desk_on_both, villages, query, seats):
    page = desk_on_both.at_work("wayan", Role.ADMINISTRATOR).get(f"{ADDRESS}?{query}").text
    if seats is None:
        assert "Tidak ada jadwal yang selesai" in page
    else:
        assert f"<dt>Kursi ditawarkan</dt><dd>{seats}</dd>" in page


def test_a_choice_that_is_not_theirs_opens_nothing(desk_on_both, villages):
    page = desk_on_both.at_work("wayan", Role.PETUGAS, LENEK).get(f"{ADDRESS}?desa={villages['Korleko']}").text
    assert "<dt>Kursi ditawarkan</dt><dd>7</dd>" in page


def test_before_there_is_anything_it_says_so(desk):
    page = desk.at_work("wayan", Role.ADMINISTRATOR).get(ADDRESS).text
    assert "Tidak ada jadwal yang selesai" in page
    assert "<svg" not in page


def test_helpers_and_editors_see_no_figures(desk):
    for login, role in (("kader", Role.HELPER), ("sunting", Role.EDITOR)):
        assert desk.at_work(login, role).get(ADDRESS).status_code == 404
