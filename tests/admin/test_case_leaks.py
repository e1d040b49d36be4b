"""The village secretary is the recruiter: no account of the village may learn of the case by any page it can open."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from centre import notices, people
from centre.areas import Village
from centre.conversations import Conversation
from centre.staff import Role
from tests.admin.cased import KORLEKO, told, told_in
from tests.centre import booked
from tests.centre.test_calls import called_off

WORDS = "Sekretaris desa membawa anak saya"


@pytest.fixture
def korleko(desk_on_both) -> int:
    return desk_on_both.village("Korleko", KORLEKO)


@pytest.fixture
def wayan(desk_on_both):
    """An officer of the village."""
    return desk_on_both.at_work("wayan", Role.PETUGAS, KORLEKO)


@pytest.fixture
def ratna(desk_on_both):
    """The regency's coordinator."""
    return desk_on_both.at_work("ratna", Role.COORDINATOR, "52.03")


def count_on_home(browser, address: str, on: str = "/admin/") -> str:
    """The number on the card that leads there."""
    card = browser.get(on).text.partition("<main")[2].partition(f'href="{address}"')[2].partition("</a>")[0]
    return card.partition('">')[2].partition("</span>")[0]


def kept_from(wayan, ratna, address: str) -> None:
    """One page that is there for the coordinator, and not for the village."""
    assert ratna.get(address).status_code == 200, address
    assert wayan.get(address).status_code == 404, address


@pytest.mark.parametrize("of", [{"around": True}, {"category": "violence"}])
def test_messages_of_a_hidden_conversation_wait_for_the_coordinator_alone(
    desk_on_both, korleko, wayan, ratna, send, of
):
    number = desk_on_both.set_aside(WORDS, korleko)
    assert wayan.get(f"/admin/pesan/{number}").status_code == 200
    told(desk_on_both, korleko, **of)
    kept_from(wayan, ratna, f"/admin/pesan/{number}")
    assert f"/admin/pesan/{number}" in ratna.get("/admin/pesan").text
    assert "Tidak ada pesan" in wayan.get("/admin/pesan").text
    for deed in ("selesai", "jawab-ulang"):
        assert send(wayan, f"/admin/pesan/{number}/{deed}").status_code == 404
    assert (count_on_home(wayan, "/admin/pesan"), count_on_home(ratna, "/admin/pesan")) == ("0", "1")


def test_replies_of_a_hidden_conversation_too(desk_on_both, korleko, wayan, ratna, send):
    number = desk_on_both.lost_reply("Kami teruskan ke kabupaten", korleko)
    told(desk_on_both, korleko, around=True)
    kept_from(wayan, ratna, f"/admin/balasan/{number}")
    assert "/admin/balasan/" not in wayan.get("/admin/balasan").text.partition("<main")[2]
    assert send(wayan, f"/admin/balasan/{number}/selesai").status_code == 404
    assert (count_on_home(wayan, "/admin/balasan"), count_on_home(ratna, "/admin/balasan")) == ("0", "1")


@pytest.mark.parametrize("notice_knows", [True, False])
def test_the_telephone_list_leaves_out_who_tells_of_a_hidden_case(
    desk_on_both, korleko, wayan, ratna, send, notice_knows
):
    """Whether the notice itself or only the booking knows the telephone."""
    with desk_on_both.database.transaction() as session:
        phone = telephone_of_holder(session, korleko)
        notice = called_off(
            session, booked.person(session, "Sari", phone, "child"), phone, session.get_one(Village, korleko)
        )
        if not notice_knows:
            notice.conversation_id = None
            notice.state, notice.why_not = notices.State.NOT_TOLD, "stopped"
        number, holder = notice.id, phone.id
    assert wayan.get(f"/admin/layanan/telepon/{number}").status_code == 200
    hide(desk_on_both, holder)
    kept_from(wayan, ratna, f"/admin/layanan/telepon/{number}")
    assert "Sari" in ratna.get("/admin/layanan/telepon").text
    assert "Sari" not in wayan.get("/admin/layanan/telepon").text
    assert send(wayan, f"/admin/layanan/telepon/{number}/selesai").status_code == 404
    for browser, counted in ((wayan, "0"), (ratna, "1")):
        assert count_on_home(browser, "/admin/layanan/telepon") == counted
        assert count_on_home(browser, "/admin/layanan/telepon", on="/admin/layanan") == counted


def test_people_who_may_be_one_are_not_asked_about_when_one_tells_of_a_hidden_case(
    desk_on_both, korleko, wayan, ratna, send
):
    with desk_on_both.database.transaction() as session:
        phone = telephone_of_holder(session, korleko)
        one = people.add(session, "Siti Rohani", booked.NOW, village_id=korleko)
        other = people.add(session, "Siti Rohanie", booked.NOW, village_id=korleko)
        people.tie(session, other, phone, "self", booked.NOW)
        address, holder = f"/admin/layanan/nama/{korleko}/{one.id}/{other.id}", phone.id
    assert address in wayan.get(f"/admin/layanan/nama/{korleko}").text
    hide(desk_on_both, holder)
    kept_from(wayan, ratna, address)
    assert address not in wayan.get(f"/admin/layanan/nama/{korleko}").text
    for deed in ("gabung", "beda"):
        assert send(wayan, f"{address}/{deed}", ke="kiri").status_code == 404


def telephone_of_holder(session: Session, village_id: int) -> Conversation:
    """A WhatsApp in Korleko that blocked us."""
    phone = booked.telephone(session, "628123456789")
    phone.blocked_at, phone.village_id = booked.NOW, village_id
    return phone


def hide(desk, conversation_id: int) -> None:
    """Who holds this telephone tells of the village secretary."""
    with desk.database.transaction() as session:
        told_in(session, session.get_one(Conversation, conversation_id), "deception", desk.now, around=True)
