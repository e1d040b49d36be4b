"""Whoever is erased is erased in every copy too: what was sealed for them opens with no key of today, and all else does."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import Session

from centre import (
    case_records,
    cases,
    census,
    census_imports,
    conversations,
    data_keys,
    inbox,
    kept_files,
    merging,
    notices,
    outbox,
    people,
    retention,
)
from centre.case_alerts import CaseAlert
from centre.case_records import Case, CaseEntry
from centre.census_merging import PeopleMerge, undo
from centre.conversations import Conversation
from centre.data_keys import DataKey, sealed_fields
from centre.db import Base, Database, open_database, vault_of
from centre.inbox import InboxEvent
from centre.kept_files import KeptFile
from centre.notices import Notice
from centre.people import Person
from centre.privacy import CannotOpen, OpenedKeys, Vault
from tests.centre import booked, sealed_lives
from tests.centre.booked import NOW, WAYAN, korleko
from tests.centre.sealed_lives import LATER, SARI, Lives, copied, furnish, wrote


def elsewhere(database: Database) -> Database:
    """Another process: it remembers no key."""
    return Database(
        database.engine, Vault("test secret", ["a field key for tests that is long enough"]), database.turns
    )


def hapus(session: Session, lives: Lives) -> None:
    retention.forget(session, session.get_one(Conversation, lives.sari), LATER)


def left_alone(session: Session, lives: Lives) -> None:
    first, second = session.scalars(select(InboxEvent).where(InboxEvent.kind == "message").order_by(InboxEvent.id))
    inbox.keep_for_staff(first, "cannot read")
    inbox.finish(second, NOW)
    for notice in session.scalars(select(Notice)):
        notices.told(notice, NOW)
    session.flush()
    for days in (91, 92):
        retention.forget_old(session, NOW + timedelta(days=days))
    assert session.get(Conversation, lives.sari) is None
    assert "Sari" in inbox.words_of(session, first.id), "what staff have still to look at waits for them"


def withdraws(session: Session, lives: Lives) -> None:
    for waiting in session.scalars(select(InboxEvent)):
        inbox.finish(waiting, NOW)
    outbox.erase_words(session, lives.sari)
    retention.keep_nothing(session, session.get_one(Conversation, lives.sari))


def at_the_desk(session: Session, lives: Lives) -> None:
    retention.erase_person(session, session.get_one(Person, lives.rohani), WAYAN, LATER)


def out_of_the_register(session: Session, lives: Lives) -> None:
    census.let_go(session, session.get_one(Person, lives.rohani))


def withdrawn(session: Session, lives: Lives) -> None:
    cases.withdraw(session, session.get_one(Case, lives.nia), LATER)


def two_years_on(session: Session, lives: Lives) -> None:
    case = session.get_one(Case, lives.nia)
    case.state, case.closed_at, case.is_restricted = "closed", NOW, False
    assert retention.clear(session, "cases", NOW + timedelta(days=731)) == 1


def a_day_later(session: Session, lives: Lives) -> None:
    census_imports.forget_old(session, NOW + timedelta(days=2))


ERASURES: dict[Callable[[Session, Lives], None], tuple[str, ...]] = {
    hapus: ("conversation:sari",),
    left_alone: ("conversation:sari", "sheet:sheet"),
    withdraws: ("conversation:sari",),
    at_the_desk: ("person:rohani", "person:her_other_record"),
    out_of_the_register: ("person:rohani", "person:her_other_record"),
    withdrawn: ("case:nia",),
    two_years_on: ("case:nia",),
    a_day_later: ("sheet:sheet",),
}


@pytest.mark.parametrize("erase", ERASURES, ids=lambda erase: erase.__name__)
def test_who_is_erased_is_erased_in_copies_made_before(
    database: Database, tmp_path: Path, erase: Callable[[Session, Lives], None]
) -> None:
    with database.transaction() as session:
        lives = furnish(session, sealed_lives.store_in(tmp_path))
    with database.transaction() as session:
        before = copied(session)
        assert all(each.opens(session) for each in before)
        erase(session, lives)
    gone = {(kind, getattr(lives, who)) for kind, who in (named.split(":") for named in ERASURES[erase])}
    with database.reading() as session:
        opened = {each.owner for each in before if each.opens(session)}
        assert opened.isdisjoint(gone)
        assert {each.owner for each in before} - opened == gone
        assert [each.name for each in copied(session) if not each.opens(session)] == [], "what is there can be read"


def test_the_house_of_these_tests_has_every_kind_of_field(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        furnish(session, sealed_lives.store_in(tmp_path))
        seen = {each.name for each in copied(session)}
        assert {f"{each.model.__tablename__}.{each.name}" for each in sealed_fields() if each.owners} <= seen


def test_every_sealed_column_says_how_it_is_sealed() -> None:
    named = {
        (mapper.class_.__tablename__, column.name)
        for mapper in Base.registry.mappers
        for column in mapper.columns
        if column.name.startswith("sealed") and column.table.name != "data_keys"
    }
    assert named == {(each.model.__tablename__, each.name) for each in sealed_fields()}


def test_sari_who_asked_to_be_forgotten_still_hears_that_it_was_done(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        lives = furnish(session, sealed_lives.store_in(tmp_path))
        before = session.get_one(Conversation, lives.sari).sealed_sender
        hapus(session, lives)
    with database.transaction() as session:
        sari = session.get_one(Conversation, lives.sari)
        assert conversations.sender_of(session, sari) == SARI
        assert sari.sealed_sender[:9] != before[:9]
        [(_, waiting)] = inbox.claim_several(session, LATER, 1)
        assert inbox.message_of(inbox.opened(session, waiting)).text == "masih di sini"
        with pytest.raises(CannotOpen, match="destroyed"):
            vault_of(session).open(before, "conversations|sender")


def test_the_photo_of_a_case_stays_when_its_conversation_is_forgotten(database: Database, tmp_path: Path) -> None:
    store = sealed_lives.store_in(tmp_path)
    with database.transaction() as session:
        lives = furnish(session, store)
        case = session.get_one(Case, lives.nia)
        retention.forget(session, session.get_one(Conversation, case.conversation_id), LATER, keep_case=True)
    with database.reading() as session:
        file = session.scalars(select(KeptFile).where(KeptFile.case_id == lives.nia)).one()
        assert kept_files.open_file(session, store, file)[:2] == b"\xff\xd8"
        assert case_records.facts_of(session, session.get_one(Case, lives.nia))["worker"] == "Nia"


def test_two_records_that_were_one_and_are_two_again_keep_what_is_theirs(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        village = korleko(session)
        rohani, other = booked.person(session, "Rohani"), people.add(session, "Siti", NOW, phone="081999888777")
        rohani.village_id = other.village_id = village.id
        merging.merge(session, rohani.id, other.id, WAYAN, NOW)
        assert rohani.phone == "081999888777"
        undo(session, session.scalars(select(PeopleMerge)).one(), WAYAN, LATER)
        assert (rohani.phone, other.phone) == (None, "081999888777")
        retention.erase_person(session, other, WAYAN, LATER)
        assert rohani.name == "Rohani"


def test_an_old_copy_of_the_house_with_the_keys_of_today_is_cleared(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.transaction() as session:
        lives = furnish(session, sealed_lives.store_in(tmp_path))
        kept = booked.person(session, "Wayan")
        number = kept.id
    live, old = str(sqlite_database.engine.url.database), tmp_path / "old.db"
    sqlite_database.engine.dispose()
    shutil.copy(live, old)
    with sqlite_database.transaction() as session:
        for erase in (hapus, at_the_desk, withdrawn):
            erase(session, lives)
    with sqlite3.connect(live) as now, sqlite3.connect(old) as then:
        then.execute("DELETE FROM data_keys")
        then.executemany("INSERT INTO data_keys VALUES (?, ?, ?, ?, ?)", now.execute("SELECT * FROM data_keys"))
    restored = open_database(f"sqlite:///{old}", sqlite_database.vault)
    with restored.transaction() as session:
        cleared = data_keys.clear_what_cannot_be_opened(session)
    assert {"conversations", "people", "case_entries", "case_identities"} <= cleared.keys()
    with restored.reading() as session:
        assert session.get(Conversation, lives.sari) is None
        assert session.get(Person, lives.rohani) is None
        assert session.get_one(Person, number).name == "Wayan"
        assert case_records.facts_of(session, session.get_one(Case, lives.nia)) == {}
        assert all(each.opens(session) for each in copied(session))
    restored.engine.dispose()


def test_no_word_of_hers_lies_readable_in_the_file(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.transaction() as session:
        furnish(session, sealed_lives.store_in(tmp_path))
    sqlite_database.engine.dispose()
    lying = b"".join(path.read_bytes() for path in Path(str(sqlite_database.engine.url.database)).parent.iterdir())
    for word in (b"Sari", b"6281230000001", b"kanarimedia", b"Rohani", b"Chan", b"perawat", b"jemput", b"terancam"):
        assert word not in lying


# Keys as such


def test_a_case_that_was_erased_since_the_copy_wakes_nobody(database: Database, tmp_path: Path) -> None:
    """The archive has it open; today's keys have none for it."""
    with database.transaction() as session:
        lives = furnish(session, sealed_lives.store_in(tmp_path))
        assert data_keys.erased_since(session, "case") == set()
        session.execute(delete(DataKey).where(DataKey.owner_kind == "case"))
    with elsewhere(database).transaction() as session:
        assert data_keys.erased_since(session, "case") == {lives.nia}
        cases.were_erased(session, {lives.nia}, LATER)
        data_keys.clear_what_cannot_be_opened(session)
        case = session.get_one(Case, lives.nia)
        assert (case.is_open, case.erased_at, case.conversation_id, case.due_at) == (False, LATER, None, None)
        assert not session.scalars(select(CaseEntry).where(CaseEntry.next_at.is_not(None))).all()
        assert not session.scalars(select(CaseAlert).where(CaseAlert.state == "due")).all()


def test_a_list_of_names_costs_one_question_for_all_their_keys(database: Database) -> None:
    with database.transaction() as session:
        village = korleko(session)
        for number in range(40):
            booked.person(
                session, f"Warga {'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10]}"
            ).village_id = village.id
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with elsewhere(database).reading() as session:
        assert len({person.name for person in people.in_village(session, village.id)}) == 40
    assert sum("data_keys" in each for each in asked) == 1


def test_what_was_sealed_before_there_were_keys_of_their_own_opens(database: Database) -> None:
    with database.transaction() as session:
        sari = booked.person(session, "Sari")
        sari.sealed_name = database.vault.seal("Sari dari dulu", "people|name")
        session.flush()
        assert sari.name == "Sari dari dulu"


def test_a_key_opens_for_its_owner_alone(database: Database) -> None:
    with database.transaction() as session:
        sari, rohani = booked.person(session, "Sari"), booked.person(session, "Rohani")
        keys = {each.owner_id: each for each in session.scalars(select(DataKey))}
        keys[sari.id].sealed_key = keys[rohani.id].sealed_key
    with elsewhere(database).reading() as session, pytest.raises(CannotOpen):
        _ = session.get_one(Person, sari.id).name


def test_an_undone_step_takes_its_key_with_it(database: Database) -> None:
    with database.transaction() as session:
        step = session.begin_nested()
        vault_of(session).of("person", 7).seal("0811", "people|phone")
        step.rollback()
        sealed = vault_of(session).of("person", 7).seal("0812", "people|phone")
    with elsewhere(database).reading() as session:
        assert vault_of(session).open(sealed, "people|phone") == "0812"


def test_another_process_forgets_a_destroyed_key_within_a_minute() -> None:
    now = [0.0]
    remembered = OpenedKeys(most=2, clock=lambda: now[0])
    remembered.keep(b"a", b"key a")
    now[0] = 60.0
    assert remembered.get(b"a") == b"key a"
    now[0] = 60.1
    assert remembered.get(b"a") is None
    remembered.destroyed([b"b"])
    remembered.keep(b"b", b"read a moment before it was deleted")
    assert remembered.get(b"b") == b""
    remembered.keep(b"c", b"key c")
    remembered.keep(b"d", b"key d")
    assert remembered.get(b"b") is None, "a bounded number"


def test_a_message_that_comes_in_while_sari_is_forgotten_is_not_lost(postgresql_database: Database) -> None:
    """The webhook has sealed it with the key that is about to be destroyed: the worker waits, and finds it."""
    with postgresql_database.transaction() as session:
        inbox.receive(session, [wrote("1", "halo")], NOW)
        number = conversations.of_sender(session, SARI, NOW)
    sealed, may_commit = threading.Event(), threading.Event()

    def webhook() -> None:
        with postgresql_database.transaction() as session:
            inbox.receive(session, [wrote("2", "tolong")], NOW)
            sealed.set()
            may_commit.wait(10)

    writing = threading.Thread(target=webhook)
    writing.start()
    assert sealed.wait(10)
    threading.Timer(0.3, may_commit.set).start()
    with postgresql_database.transaction() as session:
        conversation = session.get_one(Conversation, number, with_for_update={"key_share": True})
        retention.forget(session, conversation, NOW)
    writing.join()
    with postgresql_database.transaction() as session:
        waiting = session.scalars(select(InboxEvent).where(InboxEvent.state == "open").order_by(InboxEvent.id)).all()
        assert [inbox.message_of(inbox.opened(session, each)).text for each in waiting] == ["halo", "tolong"]


def test_keys_of_who_is_gone_by_whatever_way_go_too(database: Database) -> None:
    with database.transaction() as session:
        sari = booked.person(session, "Sari")
        booked.person(session, "Rohani")
        session.delete(sari)
        session.flush()
        assert data_keys.forget_ownerless(session) == 1
        assert session.scalar(select(func.count()).select_from(DataKey)) == 1
