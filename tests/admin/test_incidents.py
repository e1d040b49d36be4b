"""The list of troubles at the desk: what is wrong, what to do, who sees to it; and a line on the first page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin import incident_wording
from centre import incidents
from centre.audit import AuditEntry
from centre.incidents import Incident, Kind
from centre.staff import Role
from tests.admin.cased import KORLEKO

PAGE = "/admin/gangguan"


def report(desk, kind: Kind, subject: str = "", area: str = "", detail: str = "") -> int:
    with desk.database.transaction() as session:
        return incidents.report(session, kind, subject, desk.now, area=area, detail=detail).id


def rows(browser) -> list[str]:
    page = browser.get(PAGE).text.partition("<main")[2]
    return re.findall(r"<li>\s*<strong>(.*?)</strong>", page, re.S)


def test_ratna_sees_what_is_wrong_takes_it_in_hand_and_it_ends(desk_on_both, token_on):
    desk = desk_on_both
    number = report(desk, Kind.CHANNEL_REFUSED, "telegram", detail="token")
    ratna = desk.at_work("ratna", Role.ADMINISTRATOR)
    page = ratna.get(PAGE).text
    assert rows(ratna) == ["Saluran menolak kita: Telegram"]
    assert "Periksa token saluran ini" in page
    assert "Keadaan pemasangan" in page.partition("<strong>")[2].partition("</li>")[0]
    answer = ratna.post(f"{PAGE}/{number}/tangani", data={"csrf_token": token_on(ratna, PAGE)}, follow_redirects=True)
    assert "Ditangani Ratna" in answer.text
    assert "Saya tangani" not in answer.text
    with desk.database.transaction() as session:
        assert session.scalars(select(AuditEntry.about).where(AuditEntry.deed == "incident_noted")).all() == [
            f"incident:{number}"
        ]
        incidents.mend(session, Kind.CHANNEL_REFUSED, "telegram", desk.now)
        incidents.settle(session, desk.now + timedelta(minutes=10))
    page = ratna.get(PAGE).text
    assert "Tidak ada gangguan sekarang." in page
    assert "Sudah selesai" in page
    assert ratna.post(f"{PAGE}/{number}/tangani", data={"csrf_token": token_on(ratna, PAGE)}).status_code == 404


def test_who_took_it_in_hand_first_stays(desk, token_on):
    number = report(desk, Kind.CHANNEL_REFUSED, "telegram")
    for login in ("ratna", "dewi"):
        browser = desk.at_work(login, Role.ADMINISTRATOR)
        browser.post(f"{PAGE}/{number}/tangani", data={"csrf_token": token_on(browser, PAGE)})
    assert "Ditangani Ratna" in browser.get(PAGE).text


def test_nurul_in_east_lombok_sees_what_families_there_feel(desk, token_on):
    """And nothing of machines, nor of another regency: those are not there for her."""
    hidden = [report(desk, Kind.BACKUP_LATE), report(desk, Kind.GATEWAY_BANNED, "fonnte", "33.01.01.2001")]
    report(desk, Kind.QUEUE_OLD, "inbox")
    with desk.database.transaction() as session:
        incidents.report(session, Kind.QUEUE_OLD, "inbox", desk.now + timedelta(minutes=3))
    report(desk, Kind.GATEWAY_BANNED, "waha", KORLEKO)
    nurul = desk.at_work("nurul", Role.COORDINATOR, "52.03")
    assert rows(nurul) == [
        "Nomor tampaknya diblokir atau terputus: WhatsApp lewat WAHA (tidak resmi)",
        "Pesan menunggu terlalu lama: pesan masuk",
    ]
    for number in hidden:
        assert nurul.post(f"{PAGE}/{number}/tangani", data={"csrf_token": token_on(nurul, PAGE)}).status_code == 404
    assert "pemasangan" not in nurul.get(PAGE).text.partition("<main")[2], "no way to a page that is not hers"


def test_the_first_page_says_so_to_those_who_can_do_something(desk):
    report(desk, Kind.BACKUP_LATE)
    assert "Cadangan data terlambat" in desk.at_work("ratna", Role.ADMINISTRATOR).get("/admin/").text
    for login, role in (("nurul", Role.COORDINATOR), ("wayan", Role.PETUGAS)):
        assert "Cadangan" not in desk.at_work(login, role, "52.03").get("/admin/").text


def test_that_nobody_could_be_told_stands_beside_it(desk):
    number = report(desk, Kind.DISK_LOW, "desa-1", detail="3%")
    with desk.database.transaction() as session:
        incident = session.get_one(Incident, number)
        incident.opened_at = incident.unheard_at = desk.now
    page = desk.at_work("ratna", Role.ADMINISTRATOR).get(PAGE).text
    assert "Belum ada yang bisa diberi tahu" in page
    assert "3%" in page


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_name_a_deed_and_a_page_that_is_there(desk, kind):
    number = report(desk, kind, "x")
    with desk.database.transaction() as session:
        session.get_one(Incident, number).opened_at = desk.now
    ratna = desk.at_work("ratna", Role.ADMINISTRATOR)
    words = incident_wording.WORDS[kind]
    page = ratna.get(PAGE).text
    assert f"<strong>{words.title}: x</strong>" in page
    assert str(words.page_name) in page.partition("<strong>")[2].partition("</li>")[0]
