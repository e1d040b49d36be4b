"""Inaq Rohani speaks guidance in Sasak at the village hall, Wayan listens, and families who do not read can hear it."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from admin.contacts import book
from centre import spoken
from centre.audit import AuditEntry
from centre.sounds import Sound
from centre.staff import Role
from content import library
from content.recordings import Recording
from tests.sounds import aac, ogg_opus, webm

PAGE = "/admin/panduan/rekaman/biaya/sas"
LIST = "/admin/panduan/rekaman?bahasa=sas"


@pytest.fixture
def told(desk_on_both):
    """The article about costs, in Sasak too."""
    desk_on_both.article("biaya", "Telepon {{kontak:kp2mi}} dulu. [BIA-21]")
    desk_on_both.translation("biaya", short="Telpon {{kontak:kp2mi}} juluq. [BIA-21]")
    return desk_on_both


def record(browser, token_on, data: bytes = b"", **fields: str):
    mark = re.search(r'name="mark" value="([^"]+)"', browser.get(PAGE).text)
    assert mark
    form = {"csrf_token": token_on(browser, PAGE), "mark": mark[1], "setuju": "y", **fields}
    return browser.post(PAGE, data={**form, "suara": (io.BytesIO(data), "rekaman.ogg")})


def number_of(desk) -> int:
    with desk.database.reading() as session:
        return session.scalars(select(Recording.id).order_by(Recording.id.desc())).first()


def heard(desk) -> str | None:
    """What the bot would offer in Sasak."""
    with desk.database.reading() as session:
        found = library.from_database(session, book()).article("biaya", "sas")
        return found.recorded.kind if found and found.recorded else None


def press(browser, token_on, deed: str, number: int):
    return browser.post(f"/admin/panduan/rekaman/suara/{number}/{deed}", data={"csrf_token": token_on(browser, PAGE)})


def test_rohani_speaks_wayan_listens_and_families_hear_it(told, token_on):
    rohani = told.at_work("rohani", Role.PETUGAS, "52.03.17.2006")
    page = rohani.get(PAGE).text
    assert "Panduan biaya (sas)\n\nTelpon KP2MI" in page.replace("&#34;", '"')
    assert "BIA-21" not in page
    assert "Belum ada rekaman" in rohani.get(LIST).text
    assert record(rohani, token_on, webm()).headers["Location"] == PAGE
    assert heard(told) is None, "nobody has listened yet"
    number = number_of(told)
    assert "Menunggu didengarkan" in rohani.get(LIST).text
    assert press(rohani, token_on, "siarkan", number).status_code == 404, "an officer records, others decide"
    wayan = told.at_work("wayan", Role.REVIEWER, "sas")
    assert wayan.get(f"/admin/panduan/rekaman/suara/{number}").data == ogg_opus()
    press(wayan, token_on, "siarkan", number)
    assert heard(told) == "ogg"
    assert "Dipakai bot" in wayan.get(LIST).text
    with told.database.reading() as session:
        deeds = [(entry.deed, entry.about) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert deeds == [(deed, f"recording:{number}") for deed in ("recording_made", "recording_published")]


def test_nobody_is_their_own_second_person(told, token_on):
    wayan = told.at_work("wayan", Role.EDITOR)
    record(wayan, token_on, ogg_opus())
    assert "Minta orang lain" in wayan.get(PAGE).text
    answer = press(wayan, token_on, "siarkan", number_of(told))
    assert "didengarkan orang lain dulu" in wayan.get(answer.headers["Location"]).text
    assert heard(told) is None


def test_a_reviewer_of_javanese_does_not_decide_about_sasak(told, token_on):
    record(told.at_work("rohani", Role.PETUGAS, "52.03.17.2006"), token_on, ogg_opus())
    sri = told.at_work("sri", Role.REVIEWER, "jv")
    assert "Sudah saya dengarkan" not in sri.get(PAGE).text
    assert press(sri, token_on, "siarkan", number_of(told)).status_code == 404


def test_when_the_text_changes_the_recording_is_behind_and_not_offered(told, token_on):
    publish(told, token_on)
    told.translation("biaya", short="Biaye Rp1.000.000. [BIA-21]")
    assert heard(told) is None
    browser = told.at_work("made", Role.EDITOR)
    assert "Tertinggal" in browser.get(LIST).text
    assert "Tertinggal" in browser.get(PAGE).text


def test_when_only_the_source_changes_it_waits_for_its_translator(told, token_on):
    publish(told, token_on)
    told.article("biaya", "Biaya sekarang Rp2.000.000.")
    assert heard(told) is None


def test_words_that_change_while_she_speaks_are_spoken_again(told, token_on):
    rohani = told.at_work("rohani", Role.PETUGAS, "52.03.17.2006")
    mark = re.search(r'name="mark" value="([^"]+)"', rohani.get(PAGE).text)
    assert mark
    told.translation("biaya", short="Biaye Rp1.000.000. [BIA-21]")
    answer = record(rohani, token_on, ogg_opus(), mark=mark[1])
    assert answer.status_code == 422
    assert "baru saja berubah" in answer.text
    assert "Rp1.000.000" in answer.text


@pytest.mark.parametrize(
    ("data", "fields", "told_so"),
    [
        (b"", {}, "Rekam dulu"),
        (aac(), {}, "tidak bisa diputar di semua saluran"),
        (ogg_opus()[:-9], {}, "rusak atau terpotong"),
        (b"x" * (spoken.MOST_BYTES + 1), {}, "paling besar 1 MB"),
        (ogg_opus(), {"setuju": ""}, "Centang dulu"),
    ],
)
def test_what_is_not_taken_says_why_and_what_to_do(desk, token_on, data, fields, told_so):
    desk.article("biaya")
    desk.translation("biaya")
    answer = record(desk.at_work("rohani", Role.PETUGAS, "52.03.17.2006"), token_on, data, **fields)
    assert answer.status_code == 422
    assert told_so in answer.text
    with desk.database.reading() as session:
        assert session.scalars(select(Sound)).all() == []


def test_a_new_recording_takes_the_place_of_the_old_one_only_when_it_is_heard(told, token_on):
    first = publish(told, token_on)
    rohani = told.at_work("rohani2", Role.PETUGAS, "52.03.17.2006")
    record(rohani, token_on, webm())
    record(rohani, token_on, webm())
    assert heard(told) == "ogg"
    with told.database.reading() as session:
        assert len(session.scalars(select(Sound)).all()) == 2, "of those that wait only the last is kept"
        assert session.get(Recording, first) is not None
    press(told.at_work("made", Role.EDITOR), token_on, "siarkan", number_of(told))
    with told.database.reading() as session:
        assert len(session.scalars(select(Sound)).all()) == 1


def test_the_voice_goes_when_its_owner_does_not_want_it_any_more(told, token_on):
    number = publish(told, token_on)
    other = told.at_work("komang", Role.PETUGAS, "52.03.17.2006")
    assert press(other, token_on, "hapus", number).status_code == 404, "not hers, and she does not decide"
    answer = press(told.at_work("made", Role.COORDINATOR, "52.03"), token_on, "hapus", number)
    assert answer.headers["Location"] == PAGE
    assert heard(told) is None
    with told.database.reading() as session:
        assert session.scalars(select(Sound)).all() == []


@pytest.mark.parametrize("address", ["biaya/en", "biaya/x", "tidak-ada/sas", "%00/sas", "suara/99"])
def test_what_is_not_published_has_no_page(desk, address):
    desk.article("biaya")
    browser = desk.at_work("wayan", Role.EDITOR)
    assert browser.get(f"/admin/panduan/rekaman/{address}").status_code == 404


def publish(desk, token_on) -> int:
    """Rohani's recording, which Wayan has listened to."""
    record(desk.at_work("rohani", Role.PETUGAS, "52.03.17.2006"), token_on, ogg_opus())
    number = number_of(desk)
    press(desk.at_work("wayan", Role.EDITOR), token_on, "siarkan", number)
    assert heard(desk) == "ogg"
    return number
