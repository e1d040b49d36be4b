"""Made sees what her change would lose; Ratna, the administrator, lets it through with a reason."""

from __future__ import annotations

import pytest

from centre.audit import AuditEntry
from centre.staff import Role
from content import articles, gates, proposals
from content.gates import GateRun
from tests.admin import tested


@pytest.fixture
def made(desk):
    desk.article("biaya")
    return desk.at_work("made", Role.EDITOR)


def address(number: int) -> str:
    return f"/admin/panduan/gerbang/{number}"


def test_what_would_be_lost_is_shown_before_and_after(desk, made):
    number = tested.run_of(desk)
    page = made.get(address(number)).text
    for said in ("Ditolak", "pire ajin jok Taiwan", "Basa Sasak", "Dijawab: Panduan biaya", "Bot tidak tahu"):
        assert said in page, said
    assert "tetap-terbitkan" not in page, "an editor cannot let it through"
    assert address(number) in made.get("/admin/panduan/gerbang").text


def test_who_waits_sees_how_far_it_has_come_and_may_go(desk, made):
    number = tested.run_of(desk, verdict=None)
    assert "Menunggu giliran" in made.get(address(number)).text
    with desk.database.transaction() as session:
        run = gates.claim(session, desk.now)
        assert run
        gates.go_on(session, number, run.attempts, desk.now, stage="asking", asked=50, of=300)
    assert made.get(f"{address(number)}/kabar").json == {"text": "Menguji: 50 dari 300 pertanyaan", "done": False}
    page = made.get(address(number)).text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "Anda tidak perlu menunggu di sini" in page
    with desk.database.transaction() as session:
        gates.finish(session, number, run.attempts, tested.FINE, desk.now)
    assert made.get(f"{address(number)}/kabar").json == {"text": "Lulus", "done": True}
    assert "refresh" not in made.get(address(number)).text


def test_an_administrator_lets_it_through_with_a_reason_and_that_is_recorded(desk, made, send):
    ratna = desk.at_work("ratna", Role.ADMINISTRATOR)
    number = tested.run_of(desk)
    answer = send(ratna, f"{address(number)}/tetap-terbitkan", on=address(number), reason="ya")
    assert answer.status_code == 422
    assert "10 sampai 500 huruf" in answer.text
    assert "ya</textarea>" in answer.text
    reason = "Peraturan baru berlaku hari ini."
    send(ratna, f"{address(number)}/tetap-terbitkan", on=address(number), reason=reason)
    with desk.database.reading() as session:
        assert session.get_one(GateRun, number).is_open_door
        [entry] = session.query(AuditEntry).filter_by(deed="gate_overridden")
        assert (entry.about, entry.note) == (f"gate_run:{number}", reason)
    assert reason in made.get(address(number)).text
    again = send(ratna, f"{address(number)}/tetap-terbitkan", on="/admin/ganti-sandi", reason=reason)
    assert "tidak berlaku atau tidak perlu" in ratna.get(again.headers["Location"]).text


def test_guidance_is_everybodys_so_an_administrator_of_one_regency_lets_nothing_through(desk, made, send):
    agus, number = desk.at_work("agus", Role.ADMINISTRATOR, "52.03"), tested.run_of(desk)
    assert "tetap-terbitkan" not in agus.get(address(number)).text
    reason = "Peraturan baru berlaku hari ini."
    sent = send(agus, f"{address(number)}/tetap-terbitkan", on="/admin/ganti-sandi", reason=reason)
    assert sent.status_code == 404
    with desk.database.reading() as session:
        assert not session.get_one(GateRun, number).is_open_door


def test_a_verdict_that_holds_no_more_says_so_and_cannot_be_overridden(desk, made):
    ratna = desk.at_work("ratna", Role.ADMINISTRATOR)
    number = tested.run_of(desk)
    tested.question_of(desk)
    page = ratna.get(address(number)).text
    assert "tidak berlaku lagi" in page
    assert "tetap-terbitkan" not in page


def test_a_second_person_reads_the_answer_and_agrees_to_a_phrasing(desk, send):
    desk.article("biaya")
    made_id = desk.hire("made", Role.EDITOR)
    made = desk.browser_of(made_id)
    with desk.database.transaction() as session:
        number = proposals.propose(session, "biaya", "id", "ongkose piro", made_id, desk.now).id
        read = articles.text_read_in(session, "biaya", "id")
    list_, accept = "/admin/panduan/gerbang", f"/admin/panduan/frasa/{number}/setuju"
    assert accept not in made.get(list_).text
    send(made, accept, on=list_)
    assert state_of(desk, number) == "proposed", "not her own"
    ketut = desk.at_work("ketut", Role.REVIEWER, "id")
    assert read
    assert read.short in ketut.get(list_).text
    assert "1 kalimat tanya menunggu" in ketut.get("/admin/panduan/naskah").text
    assert "kalimat tanya menunggu" not in made.get("/admin/panduan/naskah").text
    assert "1 kalimat tanya menunggu" in ketut.get("/admin/panduan/naskah").text
    assert "kalimat tanya menunggu" not in made.get("/admin/panduan/naskah").text
    sasak = desk.at_work("amaq", Role.REVIEWER, "sas")
    assert send(sasak, accept, on=list_).status_code == 404
    send(ketut, accept, on=list_)
    assert state_of(desk, number) == "waiting"
    again = send(ketut, accept, on=list_)
    assert "sudah tidak menunggu" in ketut.get(again.headers["Location"]).text


def state_of(desk, number: int) -> str:
    with desk.database.reading() as session:
        return session.get_one(proposals.PhraseProposal, number).state


def test_a_phrasing_that_waits_can_be_given_up(desk, made, send):
    with desk.database.transaction() as session:
        number = proposals.propose(session, "biaya", "id", "ongkose piro <b>", "made", desk.now).id
    page = made.get("/admin/panduan/gerbang").text
    assert "ongkose piro &lt;b&gt;" in page
    send(made, f"/admin/panduan/frasa/{number}/batal", on="/admin/panduan/gerbang")
    assert "ongkose" not in made.get("/admin/panduan/gerbang").text


def test_nothing_judged_yet_says_what_to_do(made):
    assert "Belum ada yang diuji" in made.get("/admin/panduan/gerbang").text


def test_an_unknown_run_is_not_there(made):
    assert made.get(address(99)).status_code == 404
