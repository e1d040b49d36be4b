"""Staff are woken by chat and mail, once, with nothing but kind, code and link; and the family hears when nobody answers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import staff_alerts
from centre import case_records, cases, mails, outbox
from centre.case_alerts import CaseAlert
from centre.case_records import Case, Category, shown
from centre.conversations import Conversation
from centre.db import Database
from centre.messages import Outgoing, Part
from centre.outbox import OutboxMessage
from centre.staff import Role, StaffMember, set_email
from centre.staff_channels import StaffChannel
from processes import alerting
from tests.centre.alerted import KORLEKO, chat, details, everyone, late_words, sari, staff_member, there

HOME = "https://balai.example"
NIGHT = there(KORLEKO, "2026-11-24", "23:00")
WORDS = "Anak saya Sari ditahan polisi di Kuala Lumpur."


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def link(session: Session, *staff_ids: str) -> None:
    """Each has linked a chat of their own."""
    for staff_id in staff_ids:
        number = sum(map(ord, staff_id))
        linked = chat(session, f"6281900{number:05}", NIGHT)
        session.add(StaffChannel(staff_id=staff_id, conversation_id=linked.id, linked_at=NIGHT))
    session.flush()


def opened(database: Database, category: Category, *linked: str) -> int:
    with database.transaction() as session:
        everyone(session)
        link(session, *linked)
        case = sari(session, category, NIGHT)
        cases.add_words(session, case, WORDS, "m1", NIGHT)
        return case.id


def alert(database: Database, now: datetime, mail: alerting.Mail | None = None) -> int:
    return alerting.alert_due(database, HOME, lambda: now, mail)


def said(database: Database) -> list[tuple[str, Part]]:
    """(whose chat, what) was queued, in order."""
    with database.reading() as session:
        rows = session.execute(
            select(StaffChannel.staff_id, OutboxMessage)
            .join(StaffChannel, StaffChannel.conversation_id == OutboxMessage.conversation_id)
            .order_by(OutboxMessage.id)
        ).all()
        return [(staff_id, outbox.part_of(session, row)) for staff_id, row in rows]


def case_of(session: Session, case_id: int) -> Case:
    return session.get_one(Case, case_id)


def test_up_the_levels_by_chat(database: Database) -> None:
    """Wayan at once, the coordinator after fifteen minutes, the province after thirty; looking again changes nothing."""
    case_id = opened(database, "detention", "Wayan", "Koordinator 52.03", "Provinsi 52")
    counts = [alert(database, NIGHT + minutes(each)) for each in (0, 1, 14, 15, 16, 30, 31)]
    assert counts == [1, 0, 0, 1, 0, 1, 0]
    assert [who for who, _ in said(database)] == ["Wayan", "Koordinator 52.03", "Provinsi 52"]
    with database.reading() as session:
        case = case_of(session, case_id)
        assert len(late_words(session, case)) == 1, "the second would only say the same: the first has not gone out yet"


def test_nothing_but_kind_code_and_link(sqlite_database: Database) -> None:
    case_id = opened(sqlite_database, "detention", "Wayan")
    alert(sqlite_database, NIGHT)
    ((_, part),) = said(sqlite_database)
    with sqlite_database.reading() as session:
        code = case_of(session, case_id).code
    assert part.text == (
        f"MENDESAK: kasus {shown(code)} menunggu petugas sekarang juga.\nBuka di komputer: {HOME}/admin/kasus/{code}"
    )
    assert [(choice.code, choice.label) for choice in part.choices] == [(f"st-take:{code}", "Ambil")]


def test_every_kind_has_its_words_by_chat_and_mail(sqlite_database: Database) -> None:
    """None names the person, the village or the number, whatever the case is about."""
    case_id = opened(sqlite_database, "death")
    with sqlite_database.reading() as session:
        case = case_of(session, case_id)
        for kind in ("new", "urgent", "overdue", "passed", "words"):
            subject, body = staff_alerts.mail(kind, case, HOME)
            everything = f"{subject} {body} {staff_alerts.message(kind, case, HOME).text}"
            for secret in ("Sari", "628123450001", "Desa", "Korleko", "polisi", "meninggal", "52.03"):
                assert secret not in everything
            assert body.endswith(f"{HOME}/admin/kasus/{case.code}")


def test_without_a_public_address_the_menu_is_named(sqlite_database: Database) -> None:
    case_id = opened(sqlite_database, "pay")
    with sqlite_database.reading() as session:
        assert "menu Kasus" in staff_alerts.message("new", case_of(session, case_id), "").text


@pytest.mark.parametrize("why", ["restricted", "around", "discreet", "hidden"])
def test_what_is_for_the_desk_alone_has_no_button(sqlite_database: Database, why: str) -> None:
    case_id = opened(sqlite_database, "violence" if why == "restricted" else "detention")
    with sqlite_database.transaction() as session:
        case = case_of(session, case_id)
        case.bypasses_village, case.is_discreet = why == "around", why == "discreet"
        case.hidden_at = NIGHT if why == "hidden" else None
        assert staff_alerts.message("new", case, HOME).choices == ()


def test_by_mail_where_there_is_no_chat(database: Database) -> None:
    """Wayan has an address only, the coordinator both: each hears by every way there is."""
    case_id = opened(database, "detention", "Koordinator 52.03")
    letters: list[tuple[str, str, str, str]] = []

    def queue(_: Session, staff_id: str, cause: str, subject: str, body: str, __: datetime) -> None:
        letters.append((staff_id, cause, subject, body))

    with database.transaction() as session:
        for name in ("Wayan", "Koordinator 52.03"):
            set_email(session, session.get_one(StaffMember, name), f"{name.replace(' ', '.').lower()}@balai.example")
    assert [alert(database, NIGHT + minutes(each), queue) for each in (0, 15)] == [1, 1]
    assert [who for who, _ in said(database)] == ["Koordinator 52.03"]
    with database.reading() as session:
        code = case_of(session, case_id).code
        causes = session.scalars(select(CaseAlert.id).where(CaseAlert.state == "done").order_by(CaseAlert.id)).all()
    assert [(who, cause) for who, cause, _, _ in letters] == [
        ("Wayan", f"case-alert:{causes[0]}"),
        ("Koordinator 52.03", f"case-alert:{causes[1]}"),
    ]
    assert letters[0][2] == f"MENDESAK: kasus {shown(code)}"


def test_an_address_is_no_way_where_no_mail_is_sent(sqlite_database: Database) -> None:
    opened(sqlite_database, "detention", "Koordinator 52.03")
    with sqlite_database.transaction() as session:
        set_email(session, session.get_one(StaffMember, "Wayan"), "wayan@balai.example")
    alert(sqlite_database, NIGHT)
    assert [who for who, _ in said(sqlite_database)] == ["Koordinator 52.03"]


def test_who_said_berhenti_or_blocked_us_is_passed_over(database: Database) -> None:
    case_id = opened(database, "detention", "Wayan", "Koordinator 52.03", "Provinsi 52")
    with database.transaction() as session:
        linked = select(Conversation).join(StaffChannel, StaffChannel.conversation_id == Conversation.id)
        session.scalars(linked.where(StaffChannel.staff_id == "Wayan")).one().stopped_at = NIGHT
        session.scalars(linked.where(StaffChannel.staff_id == "Koordinator 52.03")).one().blocked_at = NIGHT
    alert(database, NIGHT)
    assert [who for who, _ in said(database)] == ["Provinsi 52"]
    with database.reading() as session:
        assert details(session, case_of(session, case_id)) == ["alert_nobody:0", "alert_nobody:1", "alert:urgent:2:1"]


def test_one_that_fails_holds_up_nobody_else(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first case's alert cannot be worded: the second goes out; a minute later the first does too."""
    bad = opened(sqlite_database, "detention", "Wayan")
    with sqlite_database.transaction() as session:
        sari(session, "detention", NIGHT, number="628123450002")
        bad_code = case_of(session, bad).code
    worded = staff_alerts.message

    def message(kind: str, case: Case, home: str) -> Outgoing:
        if case.id == bad:
            raise ValueError("cannot be worded")
        return worded(kind, case, home)

    monkeypatch.setattr(staff_alerts, "message", message)
    assert alert(sqlite_database, NIGHT) == 1
    assert shown(bad_code) not in said(sqlite_database)[0][1].text
    monkeypatch.setattr(staff_alerts, "message", worded)
    assert alert(sqlite_database, NIGHT + timedelta(seconds=30)) == 0
    assert alert(sqlite_database, NIGHT + minutes(1)) == 1
    assert shown(bad_code) in said(sqlite_database)[1][1].text


def test_one_colleague_who_cannot_be_told_stands_in_no_others_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made's chat fails, in the database as well; Wayan, at the same desk, is told."""
    with database.transaction() as session:
        everyone(session)
        staff_member(session, "Made", (Role.PETUGAS, KORLEKO))
        link(session, "Wayan", "Made")
        sari(session, "detention", NIGHT)
        linked = select(StaffChannel.conversation_id).where(StaffChannel.staff_id == "Made")
        made = session.scalars(linked).one()
    queue = outbox.queue

    def fails_for_made(
        session: Session, conversation: Conversation, cause: str, replies: Sequence[Outgoing], now: datetime
    ) -> list[OutboxMessage]:
        rows = queue(session, conversation, cause, replies, now)
        if conversation.id == made:
            session.add(OutboxMessage(conversation_id=None))
            session.flush()
        return rows

    monkeypatch.setattr(outbox, "queue", fails_for_made)
    assert alert(database, NIGHT) == 1
    assert [who for who, _ in said(database)] == ["Wayan"]


def test_two_schedulers_at_the_same_instant(database: Database) -> None:
    """Four threads look at once at fifteen cases: each alert goes out once, and each family is told once."""
    with database.transaction() as session:
        everyone(session)
        link(session, "Wayan", "Koordinator 52.03")
        for number in range(15):
            sari(session, "detention", NIGHT, number=f"62812345{number:04}")
    told: list[int] = []
    start = threading.Barrier(4)

    def look() -> None:
        start.wait(10)
        told.append(alert(database, NIGHT + minutes(15)))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    told.append(alert(database, NIGHT + minutes(16)))  # what somebody held a moment ago
    assert sum(told) == 30
    assert len(said(database)) == 30
    with database.reading() as session:
        late = select(func.count()).select_from(case_records.CaseEntry).where(case_records.CaseEntry.detail == "late")
        assert session.scalar(late) == 15


def test_the_family_hears_that_nobody_has_answered_yet(sqlite_database: Database) -> None:
    """After fifteen minutes, not before; and no more once somebody has answered."""
    case_id = opened(sqlite_database, "detention", "Wayan")
    for minute, count in ((0, 0), (14, 0), (15, 1)):
        alert(sqlite_database, NIGHT + minutes(minute))
        with sqlite_database.reading() as session:
            assert len(late_words(session, case_of(session, case_id))) == count
    with sqlite_database.transaction() as session:
        case = case_of(session, case_id)
        cases.take(session, case, "Wayan", NIGHT + minutes(16))
        cases.reply(session, case, "Wayan", "Kami hubungi KJRI.", "r1", NIGHT + minutes(17))
    alert(sqlite_database, NIGHT + timedelta(days=2))
    with sqlite_database.reading() as session:
        assert len(late_words(session, case_of(session, case_id))) == 1


def test_what_has_not_gone_out_yet_is_taken_back(database: Database) -> None:
    """Chat and mail are down for a minute; meanwhile she says "jangan ke desa saya": Wayan never hears of it."""
    case_id = opened(database, "detention", "Wayan", "Koordinator 52.03")
    with database.transaction() as session:
        set_email(session, session.get_one(StaffMember, "Wayan"), "wayan@balai.example")
    alert(database, NIGHT, mails.queue)
    with database.reading() as session:
        assert session.scalars(select(mails.Mail.state)).all() == ["open"]
    with database.transaction() as session:
        cases.go_around(session, case_of(session, case_id), NIGHT + timedelta(seconds=30))
    alert(database, NIGHT + timedelta(seconds=30), mails.queue)
    with database.reading() as session:
        assert session.scalars(select(mails.Mail.state)).all() == ["dropped"]
        open_rows = select(OutboxMessage.conversation_id).where(OutboxMessage.state == outbox.State.OPEN)
        to = session.scalars(select(StaffChannel.staff_id).where(StaffChannel.conversation_id.in_(open_rows))).all()
    assert to == ["Koordinator 52.03"]


def test_who_has_taken_it_still_hears_what_is_theirs(sqlite_database: Database) -> None:
    """Sari's new words are on their way to Wayan when he answers the first ones: that is told all the same."""
    case_id = opened(sqlite_database, "detention", "Wayan")
    with sqlite_database.transaction() as session:
        case = case_of(session, case_id)
        cases.take(session, case, "Wayan", NIGHT)
        cases.add_words(session, case, "Pak?", "m2", NIGHT)
    alert(sqlite_database, NIGHT)
    with sqlite_database.transaction() as session:
        cases.await_family(session, case_of(session, case_id), "Wayan", NIGHT + minutes(1))
        cases.reply(session, case_of(session, case_id), "Wayan", "Ya, Bu.", "r1", NIGHT + minutes(1))
        assert session.scalars(select(OutboxMessage.state)).all() == ["open"]
