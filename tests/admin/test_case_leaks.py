"""The village secretary is the recruiter: no account of the village may learn of the case by any page it can open."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import case_records, cases, joining, notices, outbox, people
from centre.areas import Village
from centre.case_records import Case, State
from centre.conversations import Conversation
from centre.messages import Outgoing
from centre.staff import Role, StaffRole
from tests.admin.cased import KORLEKO, deeds, telephone, told, told_in
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


OUT_OF_SIGHT = [{"around": True}, {"category": "violence"}, {"category": "pay", "is_child": True}]
DEEDS = (
    "ambil",
    "lepas",
    "serahkan",
    "balas",
    "catat",
    "giliran-keluarga",
    "ubah",
    "hubungkan",
    "kepentingan",
    "tutup",
    "setuju",
    "belum",
    "buka-lagi",
    "simpan",
    "hapus",
    "isi",
    "identitas",
)


@pytest.mark.parametrize("of", OUT_OF_SIGHT)
def test_the_case_itself_is_nowhere_for_the_village(desk_on_both, korleko, wayan, ratna, send, of):
    code = told(desk_on_both, korleko, **of)
    kept_from(wayan, ratna, address_of(code))
    for deed in DEEDS:
        assert send(wayan, f"{address_of(code)}/{deed}").status_code == 404, deed
    for which in ("urgent", "mine", "free", "family", "overdue", "approve", "all", "closed"):
        page = wayan.get(f"/admin/kasus?antrean={which}").text.partition("<main")[2]
        assert code[3:] not in page
        assert not set(re.findall(r"<strong>(\d+)</strong>", page)) - {"0"}, "nor one more in a count"
    assert code[3:] in ratna.get("/admin/kasus").text
    assert wayan.get("/admin/kasus", query_string={"kode": code}, follow_redirects=True).status_code == 404
    assert "Lombok Timur" not in wayan.get("/admin/kasus").text, "nor a place to look in"
    assert not [deed for deed in deeds(desk_on_both) if deed != "case_read"]


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.SPECIALIST, Role.COORDINATOR])
def test_nor_for_whoever_of_the_village_has_a_second_role(desk_on_both, korleko, role):
    """A petugas of the village who also coordinates the regency is still of the village."""
    code = told(desk_on_both, korleko, around=True)
    nyoman = desk_on_both.hire("nyoman", Role.PETUGAS, KORLEKO)
    with desk_on_both.database.transaction() as session:
        session.add(StaffRole(staff_id=nyoman, role=role, area="52.03"))
    browser = desk_on_both.browser_of(nyoman)
    assert browser.get(address_of(code)).status_code == 404
    assert code[3:] not in browser.get("/admin/kasus").text


def test_a_link_to_a_hidden_case_is_not_told_of(desk_on_both, korleko, wayan, ratna, send):
    """The mother's ordinary case and the daughter's, which goes around the village."""
    seen, hidden = told(desk_on_both, korleko, who="ibu"), told(desk_on_both, korleko, who="sari", around=True)
    refused = send(wayan, f"{address_of(seen)}/hubungkan", **{"hubungkan-code": hidden})
    nothing = send(wayan, f"{address_of(seen)}/hubungkan", **{"hubungkan-code": "999XXXX"})
    assert refused.status_code == nothing.status_code == 422
    assert alike(refused.text, hidden) == alike(nothing.text, "999XXXX"), "as if there were none of that code"
    assert send(ratna, f"{address_of(seen)}/hubungkan", **{"hubungkan-code": hidden}).status_code == 303
    page = wayan.get(address_of(seen)).text
    assert hidden[3:] not in page
    assert "Dihubungkan" not in page
    assert "Kasus lain keluarga ini" not in page.partition("Hubungkan kasus lain")[2].partition("</form>")[2]
    assert "Dihubungkan" in ratna.get(address_of(seen)).text


def test_reopening_does_not_tell_that_the_family_has_another_case(desk_on_both, korleko, wayan, send):
    """Their old ordinary case was closed; now they tell of the village secretary from the same telephone."""
    old, alone = told(desk_on_both, korleko), told(desk_on_both, korleko, who="rohani")
    with desk_on_both.database.transaction() as session:
        for code in (old, alone):
            case = case_records.by_code(session, code)
            case.state, case.closed_at, case.outcome = State.CLOSED, desk_on_both.now, "solved"
    hidden = told(desk_on_both, korleko, around=True)
    said = [send(wayan, f"{address_of(code)}/buka-lagi") for code in (old, alone)]
    assert [answer.status_code for answer in said] == [303, 303]
    pages = [alike(wayan.get(address_of(code)).text, case_records.shown(code)) for code in (old, alone)]
    assert "Kasus dibuka lagi" in pages[0]
    assert [page.count("Diberi tahu bahwa kasus dibuka lagi") for page in pages] == [1, 1]
    assert ["Tidak disampaikan" in page for page in pages] == [False, False]
    with desk_on_both.database.reading() as session:
        conversation_id = case_records.by_code(session, hidden).conversation_id
        assert case_records.by_code(session, old).conversation_id == conversation_id
        assert case_records.open_in(session, conversation_id).code == hidden, "what they write goes to the newer one"


def test_words_of_a_hidden_case_stay_hidden_when_it_moves_to_another_telephone(
    desk_on_both, korleko, wayan, ratna, send
):
    """What could not be delivered on the old telephone, and a picture that waits there, tell of the secretary."""
    told(desk_on_both, korleko, around=True)
    with desk_on_both.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        old = session.get_one(Conversation, case.conversation_id)
        [row] = outbox.queue(session, old, "case:77", [Outgoing("Jangan bayar sekretaris itu.")], desk_on_both.now)
        row.state, row.error = "failed", "undeliverable"
        cases.move_here(session, case, telephone(session, "hp-lain", None, desk_on_both.now), desk_on_both.now)
    kept_from(wayan, ratna, "/admin/balasan/1")
    assert "Jangan bayar" not in wayan.get("/admin/balasan").text


def test_nor_when_two_conversations_turn_out_to_be_one_persons(desk_on_both, korleko, wayan, ratna):
    told(desk_on_both, korleko, around=True)
    with desk_on_both.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        old, kept = case.conversation_id, telephone(session, "hp-lain", korleko, desk_on_both.now)
        [row] = outbox.queue(
            session, session.get_one(Conversation, old), "case:77", [Outgoing("Kabar")], desk_on_both.now
        )
        row.state, row.error = "failed", "undeliverable"
        joining.take_over(session, {old}, kept.id)
    kept_from(wayan, ratna, "/admin/balasan/1")
    assert "/admin/balasan/1" not in wayan.get("/admin/balasan").text


def test_a_hidden_case_is_nobodys_to_be_passed_to_in_the_village(desk_on_both, korleko, wayan, ratna, send):
    code = told(desk_on_both, korleko, around=True)
    send(ratna, f"{address_of(code)}/ambil")
    assert "Wayan" not in ratna.get(address_of(code)).text


def alike(page: str, code: str) -> str:
    """A page without what differs each time: keys, tokens, the code that was typed, who opened it."""
    page = re.sub(r'value="[^"]*"|nonce="[^"]*"', "", page.replace(code, ""))
    return page.partition("Siapa yang membuka")[0]


def address_of(code: str) -> str:
    return f"/admin/kasus/{case_records.shown(code)}"


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
