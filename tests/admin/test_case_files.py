"""A photograph of the contract: put into the case by Wayan, downloaded again, and out of reach for everybody else."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image

import admin
from centre import case_records
from centre.file_kinds import MOST_BYTES
from centre.file_store import FileStore
from centre.staff import Role
from tests.admin.cased import KORLEKO, deeds, told


@pytest.fixture
def desk(desk, tmp_path):
    """The desk with a folder for files."""
    desk.app = Flask("desk", static_folder=None)
    desk.app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    store = FileStore(tmp_path / "files")
    admin.register(desk.app, desk.database, lambda: desk.now, key="k" * 64, secure=False, store=store)
    return desk


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


@pytest.fixture
def wayan(desk):
    return desk.at_work("wayan", Role.PETUGAS, KORLEKO)


@pytest.fixture
def put(token_on):
    """Send a file to a case; gives the page it leads to."""

    def post(browser, code: str, data: bytes):
        token = token_on(browser, "/admin/ganti-sandi")
        form = {"csrf_token": token, "berkas": (io.BytesIO(data), "kontrak Sari.jpg")}
        return browser.post(f"{address_of(code)}/berkas", data=form)

    return post


def address_of(code: str) -> str:
    return f"/admin/kasus/{case_records.shown(code)}"


def photograph() -> bytes:
    """Larger than any other form may be."""
    written = io.BytesIO()
    Image.effect_noise((500, 500), 90).convert("RGB").save(written, "JPEG", quality=95)
    assert len(written.getvalue()) > 64 * 1024
    return written.getvalue()


def test_a_photograph_is_kept_and_served_as_a_download(desk, korleko, wayan, put):
    code = told(desk, korleko)
    assert put(wayan, code, photograph()).headers["Location"] == address_of(code)
    page = wayan.get(address_of(code)).text
    assert "Berkas dari Wayan" in page
    assert f'href="{address_of(code)}/berkas/1"' in page
    answer = wayan.get(f"{address_of(code)}/berkas/1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="berkas-1.jpg"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(answer.data)).format == "JPEG"
    assert deeds(desk) == ["case_noted", "case_read", "case_file_read"]


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "berkas"), (b"MZ" + bytes(100), "tidak diterima"), (b"<html><script>", "tidak diterima")],
)
def test_what_is_no_picture_paper_or_voice_is_not_taken(desk, korleko, wayan, put, data, why):
    code = told(desk, korleko)
    put(wayan, code, data)
    page = wayan.get(address_of(code)).text
    assert why in page
    assert "/berkas/" not in page


def test_more_than_twenty_megabytes_are_too_much(desk, korleko, wayan, put):
    assert put(wayan, told(desk, korleko), bytes(MOST_BYTES + 128 * 1024)).status_code == 413


def test_a_file_is_found_in_its_own_case_alone(desk, korleko, wayan, put):
    code, other = told(desk, korleko), told(desk, korleko, who="rohani")
    put(wayan, code, photograph())
    assert wayan.get(f"{address_of(other)}/berkas/1").status_code == 404
    assert wayan.get(f"{address_of(code)}/berkas/2").status_code == 404
    assert desk.at_work("nengah", Role.PETUGAS, "52.03.21.2002").get(f"{address_of(code)}/berkas/1").status_code == 404
    agus = desk.at_work("agus", Role.ADMINISTRATOR)
    assert agus.get(f"{address_of(code)}/berkas/1").status_code == 404, "contents are opened with a reason first"


def test_the_village_has_no_way_to_a_hidden_case(desk, korleko, wayan, put):
    hidden = told(desk, korleko, around=True)
    ratna = desk.at_work("ratna", Role.COORDINATOR, "52.03")
    assert put(ratna, hidden, photograph()).status_code == 303
    assert put(wayan, hidden, photograph()).status_code == 404
    assert wayan.get(f"{address_of(hidden)}/berkas/1").status_code == 404
