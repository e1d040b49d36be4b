"""Who had words erased and is still there is known again after a restore of an older archive, without those words."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import (
    answers,
    audit,
    case_records,
    cases,
    census,
    census_consents,
    conversation_consents,
    conversations,
    data_keys,
    inbox,
    outbox,
    people,
    renewals,
    retention,
    staff_channels,
)
from centre.booking_records import Booking
from centre.case_records import Case
from centre.census_records import CensusRecord
from centre.conversations import Conversation, Sender
from centre.db import Database, open_database
from centre.inbox import InboxEvent
from centre.messages import Outgoing
from centre.outbox import OutboxMessage
from centre.people import Person
from centre.staff import StaffMember
from tests.centre import booked, sealed_lives
from tests.centre.booked import NOW, WAYAN
from tests.centre.sealed_lives import LATER, SARI, Lives, furnish

AT_WORK = Sender("telegram", (("chat", "6281230009999"),))


def wayans_chat(session: Session, lives: Lives) -> int:
    """Wayan reads of Nia's case in his own chat."""
    chat = session.get_one(Conversation, conversations.of_sender(session, AT_WORK, NOW))
    session.add(
        StaffMember(id=WAYAN, login="w", name="Wayan", password_hash="x", must_change_password=False, created_at=NOW)
    )
    session.flush()
    session.add(staff_channels.StaffChannel(staff_id=WAYAN, conversation_id=chat.id, linked_at=NOW))
    case = session.get_one(Case, lives.nia)
    audit.record(session, WAYAN, "case_read", NOW, case.about)
    outbox.queue(session, chat, "alert:1", [Outgoing(f"Kasus {case_records.shown(case.code)}")], NOW)
    return chat.id


def restored(database: Database, old: Path) -> tuple[Database, list[int]]:
    """The copy as a restore makes it, with the keys of today and what lies beside them."""
    with database.reading() as session:
        carried: dict[str, list[Mapping[str, Any]]] = {
            kind: [dict(row) for row in session.execute(renewals.to_carry(kind)).mappings()] for kind in renewals.KEPT
        }
    with sqlite3.connect(str(database.engine.url.database)) as now, sqlite3.connect(old) as then:
        then.execute("DELETE FROM data_keys")
        then.executemany("INSERT INTO data_keys VALUES (?, ?, ?, ?, ?)", now.execute("SELECT * FROM data_keys"))
    copy = open_database(f"sqlite:///{old}", database.vault)
    with copy.transaction() as session:
        back = {kind: renewals.bring_back(session, kind, carried[kind]) for kind in renewals.KEPT}
        for kind, numbers in back.items():
            renewals.erase_again(session, kind, numbers, LATER)
        data_keys.clear_what_cannot_be_opened(session)
    return copy, [len(numbers) for numbers in back.values()]


def test_they_are_known_again_and_what_they_had_erased_is_not(sqlite_database: Database, tmp_path: Path) -> None:
    database, old = sqlite_database, tmp_path / "old.db"
    with database.transaction() as session:
        lives = furnish(session, sealed_lives.store_in(tmp_path))
        sari = session.get_one(Conversation, lives.sari)
        conversation_consents.show(session, sari, "1", "id", "Yang kami simpan", NOW)
        answers.record(session, sari, kind="answer", slug="gaji", language="id", confidence=1.0, now=NOW)
        chat, her_booking = wayans_chat(session, lives), session.scalars(select(Booking.id)).first()
    database.engine.dispose()
    shutil.copy(str(database.engine.url.database), old)
    with database.transaction() as session:
        sari = session.get_one(Conversation, lives.sari)
        conversation_consents.decline(session, sari, "1", "id", LATER)
        retention.keep_nothing(session, sari)
        census.take_back(session, session.get_one(Person, lives.rohani), "family", LATER)
        cases.withdraw(session, session.get_one(Case, lives.nia), LATER)
    copy, back = restored(database, old)
    assert back == [2, 2]
    with copy.reading() as session:
        sari = session.get_one(Conversation, lives.sari)
        assert conversations.known(session, SARI) == sari.id
        assert conversations.sender_of(session, sari) == SARI
        assert (sari.declined_at, sari.memory, sari.offered) == (LATER, {}, [])
        assert not session.scalars(
            select(answers.GivenAnswer).where(answers.GivenAnswer.conversation_id == sari.id)
        ).all()
        assert not session.scalars(select(OutboxMessage).where(OutboxMessage.conversation_id == sari.id)).all()
        assert not session.scalars(select(InboxEvent).where(inbox._IS_OPEN)).all(), "nothing waits that nobody can read"
        rohani = session.get_one(Person, lives.rohani)
        assert rohani.name == "Inaq Rohani"
        assert session.get(CensusRecord, lives.rohani) is None
        assert not census_consents.standing(session, people.as_one(session, lives.rohani))
        assert session.get_one(Booking, her_booking).person_id == lives.rohani
        link = staff_channels.link_of(session, WAYAN)
        assert link
        assert link.conversation_id == chat
        assert conversations.sender_of(session, session.get_one(Conversation, chat)) == AT_WORK
        assert not session.scalars(select(OutboxMessage).where(OutboxMessage.conversation_id == chat)).all()
    copy.engine.dispose()


def test_of_who_was_erased_altogether_nothing_is_carried(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        lives = furnish(session, sealed_lives.store_in(tmp_path))
        assert not any(session.execute(renewals.to_carry(kind)).all() for kind in renewals.KEPT)
        retention.forget(session, session.get_one(Conversation, lives.sari), LATER)
        retention.erase_person(session, session.get_one(Person, lives.rohani), booked.WAYAN, LATER)
        assert not any(session.execute(renewals.to_carry(kind)).all() for kind in renewals.KEPT)


def test_an_archive_that_is_newer_is_left_as_it_is(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        lives = furnish(session, sealed_lives.store_in(tmp_path))
        retention.keep_nothing(session, session.get_one(Conversation, lives.sari))
        session.get_one(Conversation, lives.sari).memory = {"country": "TW"}
        rows = [dict(row) for row in session.execute(renewals.to_carry("conversation")).mappings()]
        assert rows
        assert renewals.bring_back(session, "conversation", rows) == []
        assert session.get_one(Conversation, lives.sari).memory == {"country": "TW"}
