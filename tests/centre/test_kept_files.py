"""Inaq Rohani sends a photo of a contract: it is announced, fetched once, kept sealed, and goes when it must."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from centre import case_records, inbox, kept_files, retention
from centre.case_records import Case
from centre.conversations import Conversation, Sender, of_sender
from centre.db import Database
from centre.file_kinds import NotKept
from centre.file_store import FileMissing, FileStore
from centre.inbox import InboxEvent, Received
from centre.kept_files import BACKOFF, LEASE, MOST_A_DAY, TRIES, Fetched, KeptFile, TooMany, Wanted
from centre.messages import Incoming
from tests.files import paper, photo

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ROHANI, SARI = Sender("telegram", (("chat", "1"),)), Sender("whatsapp", (("phone", "62811"),))
IN_A_BROWSER = Sender("web", (("browser", "b" * 43),))
CONTRACT = "kanarimedia-1"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def conversation_of(database: Database, sender: Sender = ROHANI) -> int:
    with database.transaction() as session:
        return of_sender(session, sender, NOW)


def expected(
    database: Database, media: str = CONTRACT, sender: Sender = ROHANI, event_id: int | None = None, now: datetime = NOW
) -> int:
    """A file announced by a message; gives its number."""
    number = conversation_of(database, sender)
    with database.transaction() as session:
        file = kept_files.expect(session, session.get_one(Conversation, number), media, now, event_id=event_id)
        assert file is not None
        return file.id


def message(database: Database, key: str = "m1", sender: Sender = ROHANI, now: datetime = NOW) -> int:
    """A message that brings a file; gives its number."""
    with database.transaction() as session:
        inbox.receive(session, [Received(sender.channel, key, sender, Incoming("media"), media=CONTRACT)], now)
        return session.scalars(select(InboxEvent.id).order_by(InboxEvent.id.desc())).first() or 0


def claim(database: Database, now: datetime = NOW, most: int = 3) -> list[Wanted]:
    with database.transaction() as session:
        return kept_files.claim(session, now, most)


def record(database: Database, file_id: int, outcome: Fetched | kept_files.Stored, now: datetime = NOW) -> bool:
    with database.transaction() as session:
        return kept_files.record(session, file_id, outcome, now)


def fetched(database: Database, store: FileStore, file_id: int, data: bytes | None = None) -> str:
    """Fetch it as the worker does; gives its name in the folder."""
    stored = kept_files.take_in(store, data or photo())
    assert record(database, file_id, stored)
    return stored.name


def file_of(database: Database, file_id: int) -> KeptFile | None:
    with database.reading() as session:
        return session.get(KeptFile, file_id)


def the_file(database: Database, file_id: int) -> KeptFile:
    file = file_of(database, file_id)
    assert file is not None
    return file


def opened_case(database: Database) -> int:
    with database.transaction() as session:
        case = Case(
            code="347KMTR", category="documents", opened_at=NOW, asked_at=NOW, changed_at=NOW, awaits="staff", level=0
        )
        session.add(case)
        session.flush()
        return case.id


def sweep(database: Database, store: FileStore, now: datetime) -> int:
    def known(names: object) -> set[str]:
        with database.reading() as session:
            return kept_files.named(session, names)  # type: ignore[arg-type]

    return kept_files.sweep(known, store, now)


def age(store: FileStore, folder: Path, moment: datetime) -> None:
    for file in (folder / "files").iterdir():
        os.utime(file, (moment.timestamp(), moment.timestamp()))


# Announced and fetched


def test_what_is_announced_is_fetched_and_opened_again(database: Database, store: FileStore) -> None:
    number = expected(database)
    (wanted,) = claim(database)
    assert wanted == Wanted(number, "telegram", CONTRACT)
    fetched(database, store, number)
    file = the_file(database, number)
    assert (file.state, file.media_type, file.kept_at, file.origin) == ("kept", "jpeg", NOW, "family")
    with database.reading() as session:
        data = kept_files.open_file(session, store, session.get_one(KeptFile, number))
    assert data[:3] == b"\xff\xd8\xff"
    assert file.size == len(data)
    assert claim(database, NOW + timedelta(days=1)) == []


def test_neither_its_name_at_the_platform_nor_its_key_can_be_read_in_the_database(
    database: Database, store: FileStore
) -> None:
    number = expected(database)
    assert CONTRACT.encode() not in (the_file(database, number).sealed_media or b"")
    stored = kept_files.take_in(store, paper())
    record(database, number, stored)
    file = the_file(database, number)
    assert file.sealed_media is None
    assert file.sealed_key is not None
    assert stored.key not in file.sealed_key
    assert stored.key.hex().encode() not in file.sealed_key


def test_the_same_message_answered_again_announces_nothing_new(database: Database) -> None:
    event = message(database)
    assert expected(database, event_id=event) == expected(database, event_id=event)
    assert expected(database, event_id=event) != expected(database, event_id=message(database, "m2"))


def test_two_workers_never_fetch_the_same_file(database: Database) -> None:
    numbers = {expected(database, f"kanari{count}") for count in range(6)}
    together, taken = Barrier(3), list[Wanted]()

    def work() -> None:
        together.wait()
        taken.extend(claim(database, most=2))

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    while more := claim(database):  # one may have found the rows it wanted held
        taken.extend(more)
    assert sorted(wanted.id for wanted in taken) == sorted(numbers)


def test_a_worker_that_ends_leaves_its_file_to_another_after_its_lease(database: Database) -> None:
    number = expected(database)
    assert [wanted.id for wanted in claim(database)] == [number]
    assert claim(database, NOW + LEASE) == []
    assert [wanted.id for wanted in claim(database, NOW + LEASE + timedelta(seconds=1))] == [number]


def test_a_file_that_ends_every_worker_is_given_up(database: Database) -> None:
    number, now = expected(database), NOW
    for _ in range(TRIES):
        assert claim(database, now)
        now += LEASE + timedelta(seconds=1)
    assert claim(database, now) == []
    assert (the_file(database, number).state, the_file(database, number).why) == ("lost", "process_ended")


def test_two_who_fetched_the_same_file_after_all_keep_one(database: Database, store: FileStore) -> None:
    number = expected(database)
    first, second = kept_files.take_in(store, paper()), kept_files.take_in(store, paper())
    assert record(database, number, first)
    assert not record(database, number, second)
    assert not record(database, number, Fetched("again", why="slow"))
    with database.reading() as session:
        assert kept_files.open_file(session, store, session.get_one(KeptFile, number)) == paper()


def test_five_tries_ever_further_apart_then_staff_see_why(database: Database) -> None:
    number, now = expected(database), NOW
    for wait in BACKOFF:
        assert claim(database, now)
        record(database, number, Fetched("again", why="unreachable"), now)
        assert claim(database, now + wait - timedelta(seconds=1)) == []
        now += wait
    assert claim(database, now)
    record(database, number, Fetched("again", why="unreachable"), now)
    file = the_file(database, number)
    assert (file.state, file.why, file.attempts) == ("lost", "unreachable", 5)
    assert claim(database, now + timedelta(days=9)) == []


def test_a_platform_that_asks_for_more_time_gets_it(database: Database) -> None:
    number = expected(database)
    claim(database)
    record(database, number, Fetched("again", why="throttled", wait=timedelta(hours=2)))
    assert claim(database, NOW + timedelta(minutes=119)) == []
    assert claim(database, NOW + timedelta(hours=2))


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Fetched("gone", why="gone"), "lost"), (Fetched("refused", why="too_large"), "refused")],
    ids=["gone", "refused"],
)
def test_what_is_gone_or_refused_is_not_tried_again(database: Database, outcome: Fetched, state: str) -> None:
    number = expected(database)
    claim(database)
    record(database, number, outcome)
    file = the_file(database, number)
    assert (file.state, file.why) == (state, outcome.why)
    assert claim(database, NOW + timedelta(days=1)) == []


def test_staff_may_ask_for_a_lost_file_once_more(database: Database) -> None:
    number = expected(database)
    claim(database)
    record(database, number, Fetched("gone", why="no_channel"))
    with database.transaction() as session:
        kept_files.ask_again(session.get_one(KeptFile, number), NOW)
    assert [wanted.media for wanted in claim(database)] == [CONTRACT]


def test_who_sends_without_end_fills_no_disk(database: Database, store: FileStore) -> None:
    for count in range(MOST_A_DAY):
        expected(database, f"kanari{count}")
    file = the_file(database, expected(database, "one more"))
    assert (file.state, file.why, file.sealed_media) == ("refused", "too_many", None)
    assert the_file(database, expected(database, sender=SARI)).state == "waiting"
    assert the_file(database, expected(database, "tomorrow", now=NOW + timedelta(days=1))).state == "waiting"
    stored, number = kept_files.take_in(store, paper()), conversation_of(database)
    with database.transaction() as session, pytest.raises(TooMany):
        kept_files.keep(session, stored, "family", "web", NOW, conversation_id=number)


# Uploaded


def test_what_staff_upload_is_of_the_case_at_once(database: Database, store: FileStore) -> None:
    case = opened_case(database)
    stored = kept_files.take_in(store, photo())
    with database.transaction() as session:
        file = kept_files.keep(session, stored, "staff", "admin", NOW, case_id=case)
        assert (file.state, file.case_id, file.origin) == ("kept", case, "staff")
        assert kept_files.open_file(session, store, file)[:3] == b"\xff\xd8\xff"
    with pytest.raises(NotKept):
        kept_files.take_in(store, b"MZ" + bytes(40))


def test_what_the_page_took_in_is_tied_to_its_own_message_only(database: Database, store: FileStore) -> None:
    number = conversation_of(database, IN_A_BROWSER)
    stored = kept_files.take_in(store, paper())
    with database.transaction() as session:
        file = kept_files.keep(session, stored, "family", "web", NOW, conversation_id=number).id
    event, other = message(database, sender=IN_A_BROWSER), Sender("web", (("browser", "c" * 43),))
    with database.transaction() as session:
        mine = session.get_one(Conversation, number)
        theirs = session.get_one(Conversation, of_sender(session, other, NOW))
        assert kept_files.expect(session, theirs, f"kept:{file}", NOW) is None
        assert kept_files.expect(session, mine, "kept:x", NOW) is None
        assert kept_files.expect(session, mine, "https://example.com/foto.jpg", NOW) is None
        tied = kept_files.expect(session, mine, f"kept:{file}", NOW, event_id=event)
        assert tied is not None
        assert (tied.id, tied.event_id) == (file, event)
    assert claim(database) == []


def test_a_platforms_name_that_looks_like_ours_is_a_platforms_name(database: Database, store: FileStore) -> None:
    mine = expected(database)
    fetched(database, store, mine)
    other = expected(database, f"kept:{mine}", SARI)
    assert other != mine
    assert [wanted.media for wanted in claim(database)] == [f"kept:{mine}"]


# Opened and downloaded


def test_what_was_lost_cannot_be_opened(database: Database, store: FileStore) -> None:
    number = expected(database)
    with database.reading() as session, pytest.raises(FileMissing):
        kept_files.open_file(session, store, session.get_one(KeptFile, number))


def test_a_download_is_saved_and_never_shown_as_a_page(database: Database, store: FileStore) -> None:
    number = expected(database)
    fetched(database, store, number)
    file = the_file(database, number)
    assert kept_files.as_download(file) == ("image/jpeg", f"berkas-{number}.jpg")
    headers = kept_files.download_headers(file)
    assert headers["Content-Disposition"] == f'attachment; filename="berkas-{number}.jpg"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


# Erased


def test_who_is_forgotten_takes_their_files_along_and_the_key_goes_first(
    database: Database, store: FileStore, tmp_path: Path
) -> None:
    number, waiting = expected(database), expected(database, "kanarimedia-2")
    name = fetched(database, store, number)
    conversation = conversation_of(database)
    with database.transaction() as session:
        retention.forget(session, session.get_one(Conversation, conversation), NOW)
    assert (file_of(database, number), file_of(database, waiting)) == (None, None)
    stored = kept_files.take_in(store, paper())
    assert not record(database, waiting, stored), "it was under way while they asked"
    age(store, tmp_path, NOW)
    assert sweep(database, store, NOW + timedelta(minutes=59)) == 0
    assert sweep(database, store, NOW + timedelta(minutes=61)) == 2
    assert not (tmp_path / "files" / name).exists()


def test_who_wants_nothing_kept_leaves_only_what_staff_have_still_to_see(database: Database, store: FileStore) -> None:
    waiting, seen = message(database, "m1"), message(database, "m2")
    number = conversation_of(database)
    with database.transaction() as session:
        here = session.get_one(Conversation, number)
        files = [kept_files.expect(session, here, f"media{each}", NOW, event_id=each) for each in (waiting, seen)]
        numbers = [file.id for file in files if file]
        for each in (waiting, seen):
            inbox.finish(session.get_one(InboxEvent, each), NOW)
        inbox.keep_for_staff(session.get_one(InboxEvent, waiting), "media")
        session.flush()
        retention.keep_nothing(session, here)
    assert [file_of(database, each) is not None for each in numbers] == [True, False]


def test_files_of_a_case_stay_with_the_case(database: Database, store: FileStore) -> None:
    of_case, other, case = expected(database), expected(database, "kanarimedia-2"), opened_case(database)
    name = fetched(database, store, of_case)
    with database.transaction() as session:
        kept_files.attach(session, session.get_one(KeptFile, of_case), case)
    conversation = conversation_of(database)
    with database.transaction() as session:
        retention.forget(session, session.get_one(Conversation, conversation), NOW)
        retention.forget_old(session, NOW + timedelta(days=400))
    assert file_of(database, other) is None
    assert the_file(database, of_case).case_id == case
    with database.transaction() as session:
        assert kept_files.erase_of_case(session, case) == [name]
    assert file_of(database, of_case) is None


def test_a_case_that_goes_leaves_no_file_behind(database: Database, store: FileStore) -> None:
    number, case = expected(database), opened_case(database)
    fetched(database, store, number)
    with database.transaction() as session:
        kept_files.attach(session, session.get_one(KeptFile, number), case)
        session.flush()
        session.delete(session.get_one(case_records.Case, case))
    with database.transaction() as session:
        retention.forget_old(session, NOW + timedelta(hours=73))
    assert file_of(database, number) is None


def test_a_file_is_kept_as_long_as_the_message_that_brought_it(database: Database, store: FileStore) -> None:
    event = message(database)
    number = expected(database, event_id=event)
    fetched(database, store, number)

    def is_kept(now: datetime) -> bool:
        with database.transaction() as session:
            retention.forget_old(session, now)
        return file_of(database, number) is not None

    assert is_kept(NOW + timedelta(days=5)), "not yet answered"
    with database.transaction() as session:
        row = session.get_one(InboxEvent, event)
        inbox.finish(row, NOW)
        inbox.keep_for_staff(row, "media")
    assert is_kept(NOW + timedelta(days=30)), "staff have not looked"
    with database.transaction() as session:
        inbox.mark_seen(session.get_one(InboxEvent, event), "petugas", NOW + timedelta(days=30))
        session.get_one(InboxEvent, event).handled_at = NOW + timedelta(days=30)
    assert is_kept(NOW + timedelta(days=32))
    assert not is_kept(NOW + timedelta(days=33, seconds=1))


def test_a_conversation_that_goes_takes_its_files_along(database: Database, store: FileStore) -> None:
    number = expected(database)
    fetched(database, store, number)
    conversation = conversation_of(database)
    with database.transaction() as session:
        session.delete(session.get_one(Conversation, conversation))
    with database.transaction() as session:
        retention.forget_old(session, NOW)
    assert file_of(database, number) is None


def test_the_sweep_leaves_what_a_row_names(database: Database, store: FileStore, tmp_path: Path) -> None:
    name = fetched(database, store, expected(database))
    kept_files.take_in(store, paper())
    age(store, tmp_path, NOW)
    assert sweep(database, store, NOW + timedelta(days=2)) == 1
    assert [file.name for file in (tmp_path / "files").iterdir()] == [name]


def test_one_file_can_be_erased_by_itself(database: Database, store: FileStore) -> None:
    number, other = expected(database), expected(database, "kanarimedia-2")
    name = fetched(database, store, number)
    with database.transaction() as session:
        assert kept_files.erase(session, session.get_one(KeptFile, number)) == [name]
    assert file_of(database, number) is None
    assert file_of(database, other) is not None
