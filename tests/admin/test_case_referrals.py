"""Rujukan at the desk: made, agreed to, printed, followed; and a partner who sees what is shared and nothing else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from centre import case_referrals, cases, staff
from centre.audit import AuditEntry
from centre.case_records import Case
from centre.referral_records import CaseReferral
from centre.staff import Role
from tests.admin.cases_made import KORLEKO, LENEK, NUMBER, WORDS, held

PROOF = "Bu Ratih di loket BP3MI, 21 November pukul 10, lewat telepon"
REQUEST = "Mohon jemput pekerja dari rumah majikan."


@pytest.fixture
def korleko(desk) -> int:
    return desk.village("Korleko", KORLEKO)


@pytest.fixture
def wayan(desk) -> str:
    return desk.hire("wayan", Role.PETUGAS, KORLEKO)


@pytest.fixture
def code(desk, korleko, wayan) -> str:
    """Wayan holds Inaq Rohani's case."""
    return held(desk, wayan, korleko)


@pytest.fixture
def wayans(desk, wayan):
    return desk.browser_of(wayan)


def make(send, wayans, code, **fields):
    address = f"/admin/kasus/{code}/rujukan"
    key = re.search(r'name="key" type="hidden" value="(\w+)"', wayans.get(address).text)
    filled = {"key": key[1] if key else "x", "body": "bp3mi", "name": "BP3MI NTB", "partner": "", "request": REQUEST}
    return send(wayans, address, **{**filled, **fields})


def referral_of(desk) -> CaseReferral:
    with desk.database.reading() as session:
        return session.scalars(select(CaseReferral).order_by(CaseReferral.id.desc())).first()


def deeds(desk) -> list[str]:
    with desk.database.reading() as session:
        return list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)))


def sent(send, wayans, code, **fields) -> str:
    """A referral that the family agreed to by word and that went out; gives its address."""
    address = make(send, wayans, code, **fields).headers["Location"]
    send(wayans, f"{address}/lisan", **{"lisan-proof": PROOF})
    answer = send(wayans, f"{address}/keadaan", **{"langkah-to": "sent", "langkah-proof": PROOF})
    assert answer.status_code == 303
    return address


def test_wayan_refers_a_case_once_the_family_has_agreed(desk, wayans, code, send):
    address = make(send, wayans, code, share_name="y").headers["Location"]
    early = send(wayans, f"{address}/keadaan", **{"langkah-to": "sent", "langkah-proof": PROOF})
    assert early.status_code == 422
    assert "Belum ada persetujuan keluarga" in early.text
    assert PROOF in early.text
    send(wayans, f"{address}/lisan", **{"lisan-proof": PROOF})
    send(wayans, f"{address}/keadaan", **{"langkah-to": "sent", "langkah-proof": PROOF})
    page = wayans.get(address).text
    assert "Dikirim, menunggu jawaban" in page
    assert "Keluarga setuju secara lisan" in page
    assert referral_of(desk).state == "sent"
    assert deeds(desk).count("referral_changed") == 1
    assert {"referral_made", "referral_consented", "referral_read"} <= set(deeds(desk))


def test_a_form_sent_twice_is_one_referral(desk, wayans, code, send):
    first, again = (make(send, wayans, code, key="samekey").headers["Location"] for _ in range(2))
    assert first == again
    with desk.database.reading() as session:
        assert len(session.scalars(select(CaseReferral)).all()) == 1


def test_what_was_typed_is_kept_when_something_is_missing(wayans, code, send):
    answer = make(send, wayans, code, name="", request="Mohon jemput pekerja itu.")
    assert answer.status_code == 422
    assert "Isi nama kantornya." in answer.text
    assert "Mohon jemput pekerja itu." in answer.text
    short = send(wayans, make(send, wayans, code).headers["Location"] + "/lisan", **{"lisan-proof": "ya"})
    assert short.status_code == 422
    assert "paling sedikit 10 huruf" in short.text


def test_asked_in_the_chat_the_family_hears_it_and_their_yes_counts(desk, wayans, code, send):
    address = make(send, wayans, code).headers["Location"]
    send(wayans, f"{address}/tanya")
    assert "Keluarga sudah ditanya di obrolan" in wayans.get(address).text
    with desk.database.transaction() as session:
        assert case_referrals.consented(session, session.scalars(select(CaseReferral)).one(), True, desk.now)
    assert "Keluarga setuju lewat obrolan" in wayans.get(address).text


def test_a_petugas_cannot_go_without_consent_and_a_coordinator_can(desk, wayans, code, send):
    address = make(send, wayans, code).headers["Location"]
    reason = {"izin-reason": "Nia terluka parah dan tidak bisa ditanya"}
    assert "Tanpa persetujuan" not in wayans.get(address).text
    assert send(wayans, f"{address}/tanpa-persetujuan", **reason).status_code == 404
    rahman = desk.at_work("rahman", Role.COORDINATOR, "52.03")
    assert send(rahman, f"{address}/tanpa-persetujuan", **{"izin-reason": "darurat"}).status_code == 422
    assert send(rahman, f"{address}/tanpa-persetujuan", **reason).status_code == 303
    assert referral_of(desk).consent == "override"
    assert "Nia terluka parah" in rahman.get(address).text


def test_the_letter_tells_only_what_the_family_let_us_share(desk, wayans, code, send):
    address = sent(send, wayans, code, share_name="y")
    letter = wayans.get(f"{address}/surat").text.partition("<article")[2].partition("</article>")[0]
    for told in (f"{code[:3]}-{code[3:]}", "Gaji tidak dibayar", REQUEST, "Nia", "Inaq Rohani", "Korleko", "Wayan"):
        assert told in letter, told
    assert NUMBER not in letter
    assert WORDS not in letter
    assert deeds(desk).count("referral_letter") == 1
    wayans.get(f"{address}/surat")
    assert deeds(desk).count("referral_letter") == 2
    everything = sent(send, wayans, code, share_phone="y", share_words="y")
    letter = wayans.get(f"{everything}/surat").text.partition("<article")[2].partition("</article>")[0]
    assert NUMBER in letter
    assert "Belum tentu aman dihubungi" in letter
    assert WORDS in letter
    assert "Inaq Rohani" not in letter
    assert "<script" not in letter


def test_no_letter_before_consent_or_after_it_is_taken_back(wayans, code, send):
    address = make(send, wayans, code).headers["Location"]
    answer = wayans.get(f"{address}/surat")
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    address = sent(send, wayans, code)
    send(wayans, f"{address}/keadaan", **{"langkah-to": "revoked", "langkah-proof": PROOF})
    assert wayans.get(f"{address}/surat").status_code == 303


def test_the_letter_of_a_case_that_goes_around_the_village_does_not_name_its_desk(desk, korleko, send):
    rahman = desk.hire("rahman", Role.COORDINATOR, "52.03")
    wayans = desk.browser_of(rahman)
    address = sent(send, wayans, held(desk, rahman, korleko, around=True))
    letter = wayans.get(f"{address}/surat").text.partition("<article")[2]
    assert "Korleko" not in letter
    assert "Koordinator layanan migrasi Lombok Timur" in letter
    assert "Jangan menghubungi kantor desa" in letter


def test_a_partner_sees_what_is_shared_until_it_is_revoked(desk, wayans, code, send):
    partner = desk.hire("joko", Role.PARTNER)
    theirs = desk.browser_of(partner)
    assert "Tidak ada kasus yang sedang dirujuk" in theirs.get("/admin/kasus/rujukan").text
    address = sent(send, wayans, code, partner=partner, share_name="y")
    own = f"/admin/kasus/rujukan/{referral_of(desk).id}"
    assert own in theirs.get("/admin/kasus/rujukan").text
    page = theirs.get(own).text
    assert "Inaq Rohani" in page
    assert NUMBER not in page
    assert WORDS not in page
    assert PROOF not in page
    for desk_page in (address, f"{address}/surat", f"/admin/kasus/{code}/rujukan", f"/admin/kasus/{code}"):
        assert theirs.get(desk_page).status_code == 404, desk_page
    send(wayans, f"{address}/keadaan", **{"langkah-to": "revoked", "langkah-proof": PROOF})
    assert theirs.get(own).status_code == 404
    assert "Tidak ada kasus yang sedang dirujuk" in theirs.get("/admin/kasus/rujukan").text


def test_a_partner_answers_and_another_partner_knows_of_nothing(desk, wayans, code, send):
    partner = desk.hire("joko", Role.PARTNER)
    theirs, others = desk.browser_of(partner), desk.at_work("ratih", Role.PARTNER)
    address = sent(send, wayans, code, partner=partner)
    own = f"/admin/kasus/rujukan/{referral_of(desk).id}"
    assert others.get(own).status_code == 404
    assert send(others, own, **{"langkah-to": "accepted", "langkah-proof": PROOF}).status_code == 404
    assert send(theirs, own, **{"langkah-to": "done", "langkah-proof": PROOF}).status_code == 422
    assert send(theirs, own, **{"langkah-to": "revoked", "langkah-proof": PROOF}).status_code == 422
    assert send(theirs, own, **{"langkah-to": "accepted", "langkah-proof": "ok"}).status_code == 422
    assert send(theirs, own, **{"langkah-to": "accepted", "langkah-proof": PROOF}).status_code == 303
    assert "Diterima" in wayans.get(address).text


def test_an_account_that_is_no_partner_is_not_offered_and_not_taken(desk, wayans, code, send, wayan):
    answer = make(send, wayans, code, partner=wayan)
    assert answer.status_code == 422
    assert referral_of(desk) is None


@pytest.mark.parametrize(
    ("role", "area", "how"),
    [
        (Role.PETUGAS, LENEK, {}),
        (Role.PETUGAS, KORLEKO, {"around": True}),
        (Role.PETUGAS, KORLEKO, {"is_child": True}),
        (Role.SPECIALIST, "52.03", {}),
        (Role.COORDINATOR, "32", {}),
        (Role.VIEWER, "", {}),
        (Role.PARTNER, "", {}),
        (Role.HELPER, KORLEKO, {}),
    ],
)
def test_who_may_not_know_of_the_case_finds_no_page(desk, korleko, send, role, area, how):
    holder = desk.hire("rahman", Role.ADMINISTRATOR)
    code = held(desk, holder, korleko, **how)
    address = sent(send, desk.browser_of(holder), code)
    stranger = desk.at_work("orang", role, area)
    assert stranger.get(f"/admin/kasus/{code}/rujukan").status_code == 404
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/surat").status_code == 404
    for deed in ("tanya", "lisan", "tanpa-persetujuan", "keadaan"):
        assert send(stranger, f"{address}/{deed}").status_code == 404, deed


def test_hostile_words_stay_words(desk, wayans, code, send):
    address = sent(
        send, wayans, code, name="<script>alert(1)</script>", request='<img src=x onerror="x()"> mohon dijemput'
    )
    for page in (address, f"{address}/surat", f"/admin/kasus/{code}/rujukan"):
        text = wayans.get(page).text
        assert "<script>alert" not in text
        assert "<img" not in text


@pytest.mark.parametrize("around", [False, True])
def test_a_partner_who_is_an_account_of_the_village_too_gets_nothing_that_goes_around_it(desk, korleko, around):
    joko = desk.hire("joko", Role.PARTNER)
    with desk.database.transaction() as session:
        session.add(staff.StaffRole(staff_id=joko, role=Role.PETUGAS, area=KORLEKO))
    code = held(desk, desk.hire("rahman", Role.COORDINATOR, "52.03"), korleko, around=around)
    with desk.database.reading() as session:
        case = session.scalars(select(Case).where(Case.code == code)).one()
        offered = {member.id for member in case_referrals.partners(session, case)}
    assert (joko in offered) is not around


def test_what_was_referred_is_gone_for_the_partner_when_the_family_withdraws(desk, wayans, code, send):
    partner = desk.hire("joko", Role.PARTNER)
    sent(send, wayans, code, partner=partner, share_name="y")
    own = f"/admin/kasus/rujukan/{referral_of(desk).id}"
    theirs = desk.browser_of(partner)
    assert theirs.get(own).status_code == 200
    with desk.database.transaction() as session:
        cases.withdraw(session, session.scalars(select(Case).where(Case.code == code)).one(), desk.now)
    assert theirs.get(own).status_code == 404
    left = referral_of(desk)
    assert (left.state, left.sealed_request) == ("revoked", None)
