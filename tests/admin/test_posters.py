"""Wayan prints the poster of Korleko: whoever scans it is in a chat that knows the village already."""

from __future__ import annotations

import re

import pytest
import segno
from flask import Flask

import admin
from bot import catalogues
from centre import contact_points
from centre.staff import Role
from content import said
from content.said import Said
from processes.web import spoken

KORLEKO, LENEK, KENANGA = "52.03.17.2006", "52.03.21.2002", "32.12.16.2004"
HOME = "https://balai.example.id"


@pytest.fixture
def printing(desk):
    """A desk that knows its address, Telegram and WhatsApp, with villages on Lombok and on Java."""
    desk.app = Flask("desk", static_folder=None)
    desk.app.testing = True
    admin.register(desk.app, desk.database, lambda: desk.now, key="k" * 64, secure=False, spoken=spoken(), home=HOME)
    with desk.database.transaction() as session:
        contact_points.learn_link(session, "telegram", "https://t.me/BalaiBot")
        contact_points.learn_link(session, "whatsapp", "https://wa.me/628123")
    yield desk
    catalogues.lay_over(Said())


def drawn(address: str) -> str:
    """The strokes of a QR code of this address."""
    picture = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, border=3, svgclass=None, lineclass=None
    )
    return re.findall(r' d="([^"]+)"', picture)[-1]


def test_each_picture_opens_its_channel_with_the_village_set(printing):
    number = printing.village("Korleko", KORLEKO)
    page = printing.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/poster/{number}").text
    code = KORLEKO.replace(".", "")[-6:]
    for address in (
        f"{HOME}/?desa={code}",
        f"https://t.me/BalaiBot?start={code}",
        f"https://wa.me/628123?text=Desa%20{code}",
    ):
        assert drawn(address) in page, address
    assert f"Desa {code}" in page
    assert "<script src" not in page


def test_it_speaks_bahasa_and_the_language_of_the_place_until_others_are_ticked(printing):
    number = printing.village("Korleko", KORLEKO)
    wayan = printing.at_work("wayan", Role.PETUGAS, KORLEKO)
    page = wayan.get(f"/admin/poster/{number}").text
    assert "Tanya di sini." in page
    assert 'lang="sas">Araq pitakonan' in page
    assert 'lang="en"' not in page
    page = wayan.get(f"/admin/poster/{number}?bahasa=en&bahasa=klingon").text
    assert "Ask here." in page
    assert "Araq pitakonan" not in page


def test_a_sentence_that_came_back_in_a_file_is_printed_at_once(printing):
    number = printing.village("Korleko", KORLEKO)
    wayan = printing.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert 'lang="sas">Araq pitakonan' in wayan.get(f"/admin/poster/{number}").text
    title = (None, "Ada pertanyaan soal kerja ke luar negeri? Tanya di sini.")
    with printing.database.transaction() as session:
        said.replace(session, "sas", {title: "Araq sak meleq tetaok?"}, "rohani", printing.now)
    assert 'lang="sas">Araq sak meleq tetaok?' in wayan.get(f"/admin/poster/{number}").text


def test_one_village_opens_at_once_and_several_stand_by_regency(printing):
    number = printing.village("Korleko", KORLEKO)
    wayan = printing.at_work("wayan", Role.PETUGAS, KORLEKO)
    assert wayan.get("/admin/poster").headers["Location"] == f"/admin/poster/{number}"
    printing.village("Lenek", LENEK)
    printing.village("Kenanga", KENANGA)
    page = printing.at_work("made", Role.COORDINATOR, "52.03").get("/admin/poster").text
    assert "Korleko" in page
    assert "Lenek" in page
    assert "Kenanga" not in page


def test_a_regency_has_a_sheet_for_each_of_its_villages_and_nobody_elses(printing):
    for name, code in (("Korleko", KORLEKO), ("Lenek", LENEK), ("Kenanga", KENANGA)):
        printing.village(name, code)
    made = printing.at_work("made", Role.COORDINATOR, "52.03")
    assert made.get("/admin/poster/kabupaten/52.03").text.count('<article class="desk-poster"') == 2
    assert made.get("/admin/poster/kabupaten/32.12").status_code == 404
    assert made.get("/admin/poster/kabupaten/<script>").status_code == 404


def test_the_poster_of_another_village_is_not_there(printing):
    printing.village("Korleko", KORLEKO)
    lenek = printing.village("Lenek", LENEK)
    assert printing.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/poster/{lenek}").status_code == 404


def test_without_a_secure_address_one_is_told_to_ask_before_printing(desk):
    number = desk.village("Korleko", KORLEKO)
    page = desk.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/poster/{number}").text
    assert "bukan alamat aman (https)" in page


def test_a_strange_name_stays_words(printing):
    number = printing.village("<b>Korleko", KORLEKO)
    page = printing.at_work("wayan", Role.PETUGAS, KORLEKO).get(f"/admin/poster/{number}").text
    assert "<b>Korleko" not in page
    assert "&lt;b&gt;Korleko" in page
