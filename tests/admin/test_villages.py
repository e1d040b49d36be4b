"""Ani sees her forty villages at a glance, and Wayan says where his desk is."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from centre import areas
from centre.areas import Village
from centre.staff import Role
from tests.admin.cased import KORLEKO, LENEK, deeds, told


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


def row_of(page: str, name: str) -> str:
    """One village's line, in words."""
    found = next(row for row in page.split("<tr ")[1:] if f">{name}</a>" in row)
    return " ".join(re.sub(r"<[^>]+>", " ", found.partition(">")[2]).split())


def test_a_regency_at_a_glance(desk, korleko):
    desk.village("Lenek", LENEK)
    desk.village("Elsewhere", "33.01.01.2001")
    desk.hire("wayan", Role.PETUGAS, KORLEKO)
    told(desk, korleko)
    with desk.database.transaction() as session:
        village = session.get_one(Village, korleko)
        village.address, village.hours, village.contacts = "Kantor desa", "Senin-Jumat", "Kantor: 0376"
    page = desk.at_work("ani", Role.COORDINATOR, "52.03").get("/admin/desa").text
    assert row_of(page, "Korleko") == "Korleko 1 1 lengkap"
    assert "alamat belum diisi jam buka belum diisi kontak belum diisi belum ada petugas" in row_of(page, "Lenek")
    assert "Elsewhere" not in page


def test_a_province_is_added_up_by_regency(desk, korleko):
    desk.village("Lenek", LENEK)
    elsewhere = desk.village("Elsewhere", "33.01.01.2001")
    with desk.database.transaction() as session:
        session.get_one(Village, elsewhere).regency = "Cilacap"
    ratna = desk.at_work("ratna", Role.ADMINISTRATOR)
    page = ratna.get("/admin/desa").text
    assert row_of(page, "Lombok Timur") == "Lombok Timur 2 0 0 2"
    assert "Korleko" in ratna.get("/admin/desa?kabupaten=52.03").text
    assert "Elsewhere" not in ratna.get("/admin/desa?kabupaten=52.03").text


def test_forty_villages_take_no_more_queries_than_one(desk):
    desk.village("Pertama", "52.03.01.2001")
    ani = desk.at_work("ani", Role.COORDINATOR, "52.03")
    asked: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    ani.get("/admin/desa")
    few = len(asked)
    for number in range(40):
        desk.village(f"Desa {number}", f"52.03.02.20{number:02d}")
    asked.clear()
    ani.get("/admin/desa")
    assert len(asked) == few


def test_wayan_says_where_his_desk_is(desk, korleko, send):
    address = f"/admin/desa/{korleko}"
    wayan = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    answer = send(wayan, address, on=address, address="Kantor desa, sebelah puskesmas", hours="", contacts="")
    assert answer.status_code == 303
    with desk.database.reading() as session:
        village = areas.get(session, korleko)
        assert (village.address, village.hours) == ("Kantor desa, sebelah puskesmas", None)
    assert deeds(desk) == ["village_changed"]
    page = wayan.get(address).text
    assert f"?desa={village.link_code}" in page
    assert "Wayan" in page


def test_too_long_is_refused_and_the_words_stay(desk, korleko, send):
    address = f"/admin/desa/{korleko}"
    words = "panjang " * 400
    answer = send(desk.at_work("wayan", Role.PETUGAS, KORLEKO), address, on=address, address=words)
    assert answer.status_code == 422
    assert words.strip() in answer.text
    assert "Terlalu panjang" in answer.text


def test_another_village_is_not_there(desk, korleko, send):
    lenek = desk.village("Lenek", LENEK)
    wayan = desk.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert wayan.get(f"/admin/desa/{lenek}").status_code == 404
    assert send(wayan, f"/admin/desa/{lenek}", address="Kantor kami").status_code == 404


def test_the_settings_are_told_without_a_secret(tmp_path, sqlite_database, monkeypatch):
    from processes import web
    from processes.settings import Settings

    settings = Settings(
        data=tmp_path, telegram_token="123:geheim", smtp_url="smtp://u:rahasiasekali@host", secret_key="s" * 40
    )
    facts = web._facts(settings)
    assert facts.has_telegram
    assert facts.has_mail
    assert "geheim" not in repr(facts)
    assert "rahasiasekali" not in repr(facts)


def test_an_administrator_reads_how_long_things_are_kept(desk):
    page = desk.at_work("ratna", Role.ADMINISTRATOR).get("/admin/pengaturan/penyimpanan").text
    assert "Berapa lama disimpan" in page
    assert "72 jam" in page or "3 hari" in page
    assert "BALAI_KEEP_PAYLOAD" in page
