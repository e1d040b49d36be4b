"""Wayan links his Telegram: once, within ten minutes, from his own telephone; and what ends the link."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import code_tries, conversations, retention, staff, staff_channels
from centre.audit import AuditEntry
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.staff import Role
from centre.staff_channels import StaffChannel, StaffLinkCode
from tests.centre.booked import NOW

PASSWORD = "sawah terang perahu"
SOON = NOW + timedelta(minutes=2)


def hire(session: Session, login: str = "wayan") -> str:
    return staff.add(session, login, login.title(), Role.PETUGAS, "52.03", PASSWORD, NOW).id


def chat(session: Session, number: str = "77", channel: str = "telegram", now: datetime = NOW) -> Conversation:
    return session.get_one(Conversation, conversations.of_sender(session, Sender(channel, (("chat", number),)), now))


def code_for(session: Session, staff_id: str, now: datetime = NOW, seed: int = 1) -> str:
    return staff_channels.make_code(session, staff_id, Random(seed), now)


def linked(session: Session, login: str = "wayan", number: str = "77", seed: int = 1) -> tuple[str, Conversation]:
    wayan, telephone = hire(session, login), chat(session, number)
    assert staff_channels.redeem(session, telephone, code_for(session, wayan, seed=seed), SOON)
    return wayan, telephone


def reached(session: Session, *staff_ids: str) -> dict[str, int]:
    return {key: found.id for key, found in staff_channels.of_staff(session, staff_ids).items()}


def test_the_code_links_the_chat_it_comes_from_to_the_account_that_asked(database: Database) -> None:
    with database.transaction() as session:
        wayan, telephone = linked(session)
        komang = hire(session, "komang")
        assert reached(session, wayan, komang) == {wayan: telephone.id}
        behind = staff_channels.staff_behind(session, telephone.id)
        assert behind
        assert behind.login == "wayan"
        assert staff_channels.staff_behind(session, chat(session, "inaq-rohani").id) is None
        [entry] = session.scalars(select(AuditEntry))
        assert (entry.staff_id, entry.deed, entry.about) == (wayan, "channel_linked", f"conversation:{telephone.id}")


def test_a_code_is_good_once(database: Database) -> None:
    with database.transaction() as session:
        wayan = hire(session)
        code = code_for(session, wayan)
        assert staff_channels.redeem(session, chat(session), code, SOON)
        assert staff_channels.redeem(session, chat(session, "calo"), code, SOON) is None
        assert reached(session, wayan) == {wayan: chat(session).id}


@pytest.mark.parametrize(("minutes", "is_good"), [(0, True), (9, True), (10, False), (600, False)])
def test_a_code_is_good_for_ten_minutes(database: Database, minutes: int, is_good: bool) -> None:
    with database.transaction() as session:
        code = code_for(session, hire(session))
        found = staff_channels.redeem(session, chat(session), code, NOW + timedelta(minutes=minutes))
        assert (found is not None) is is_good


def test_a_new_code_makes_the_one_before_it_a_wrong_one(database: Database) -> None:
    with database.transaction() as session:
        wayan = hire(session)
        first, second = code_for(session, wayan, seed=1), code_for(session, wayan, seed=2)
        assert staff_channels.redeem(session, chat(session), first, SOON) is None
        assert staff_channels.redeem(session, chat(session), second, SOON)


def test_only_a_fingerprint_of_the_code_is_kept(database: Database) -> None:
    with database.transaction() as session:
        code = code_for(session, hire(session))
        [kept] = session.scalars(select(StaffLinkCode.lookup))
        assert code.removeprefix("petugas-") not in kept


def test_after_five_wrong_codes_even_the_right_one_waits_an_hour(database: Database) -> None:
    with database.transaction() as session:
        wayan = hire(session)
        stranger = chat(session, "calo")
        for number in range(code_tries.MOST):
            assert staff_channels.redeem(session, stranger, f"petugas-abcd234{number + 3}", SOON) is None
        code = code_for(session, wayan)
        assert staff_channels.redeem(session, stranger, code, SOON) is None
        assert staff_channels.redeem(session, chat(session), code, SOON), (
            "another telephone may, and it was not used up"
        )
        later = SOON + code_tries.SPAN
        assert staff_channels.redeem(session, stranger, code_for(session, wayan, later, 2), later)


@pytest.mark.parametrize("channel", ["whatsapp", "web", "terminal"])
def test_only_telegram_is_linked_and_the_code_stays_good(database: Database, channel: str) -> None:
    with database.transaction() as session:
        code = code_for(session, hire(session))
        assert staff_channels.redeem(session, chat(session, channel=channel), code, SOON) is None
        assert staff_channels.redeem(session, chat(session), code, SOON)


def test_a_new_telephone_takes_the_place_of_the_old_one_and_a_telephone_has_one_owner(database: Database) -> None:
    with database.transaction() as session:
        wayan, old = linked(session)
        new = chat(session, "88")
        staff_channels.redeem(session, new, code_for(session, wayan, seed=2), SOON)
        assert reached(session, wayan) == {wayan: new.id}
        assert staff_channels.staff_behind(session, old.id) is None
        komang = hire(session, "komang")
        staff_channels.redeem(session, new, code_for(session, komang, seed=3), SOON)
        assert reached(session, wayan, komang) == {komang: new.id}


def test_who_unlinks_is_reached_there_no_more_and_an_unused_code_is_void(database: Database) -> None:
    with database.transaction() as session:
        wayan, telephone = linked(session)
        code = code_for(session, wayan, seed=2)
        staff_channels.unlink(session, wayan, SOON)
        assert reached(session, wayan) == {}
        assert staff_channels.staff_behind(session, telephone.id) is None
        assert staff_channels.redeem(session, telephone, code, SOON) is None


def test_a_closed_account_is_reached_nowhere_from_that_moment_and_unlinked_for_good(database: Database) -> None:
    with database.transaction() as session:
        wayan, telephone = linked(session)
        code = code_for(session, wayan, seed=2)
        staff.disable(session, wayan, SOON)
        assert reached(session, wayan) == {}
        assert staff_channels.staff_behind(session, telephone.id) is None
        assert staff_channels.redeem(session, telephone, code, SOON) is None
        staff_channels.forget_old(session, SOON)
        assert staff_channels.link_of(session, wayan) is None


def test_who_stopped_or_blocked_us_is_not_written_to_but_still_known(database: Database) -> None:
    with database.transaction() as session:
        wayan, telephone = linked(session)
        telephone.stopped_at = SOON
        session.flush()
        assert reached(session, wayan) == {}
        assert staff_channels.staff_behind(session, telephone.id)
        telephone.stopped_at, telephone.blocked_at = None, SOON
        session.flush()
        assert reached(session, wayan) == {}
        telephone.blocked_at = None
        session.flush()
        assert reached(session, wayan) == {wayan: telephone.id}


def test_hapus_ends_the_link_for_good(database: Database) -> None:
    with database.transaction() as session:
        wayan, telephone = linked(session)
        retention.forget(session, telephone, SOON)
        telephone.closing_at = None  # as when the person writes again before the row is gone
        session.flush()
        assert reached(session, wayan) == {}
        assert staff_channels.staff_behind(session, telephone.id) is None


def test_a_linked_chat_in_which_nobody_writes_stays_for_the_night_it_is_needed(database: Database) -> None:
    """Staff hear there, they need not write: ninety silent days must not cost an alert."""
    much_later = NOW + retention.IDLE + timedelta(days=1)
    with database.transaction() as session:
        wayan, telephone = linked(session)
        inaq_rohani = chat(session, "inaq-rohani")
        retention.sweep(session, much_later)
        assert set(session.scalars(select(Conversation.id))) == {telephone.id}
        assert inaq_rohani.id != telephone.id
        staff_channels.unlink(session, wayan, much_later)
        retention.sweep(session, much_later)
        assert session.scalar(select(func.count()).select_from(Conversation)) == 0


def test_what_is_over_is_not_kept(database: Database) -> None:
    with database.transaction() as session:
        wayan, _ = linked(session)
        staff_channels.unlink(session, wayan, SOON)
        code_for(session, wayan, seed=2)
        staff_channels.forget_old(session, NOW + staff_channels.GOOD_FOR - timedelta(seconds=1))
        assert count(session, StaffLinkCode) == 1
        staff_channels.forget_old(session, NOW + staff_channels.GOOD_FOR)
        assert (count(session, StaffLinkCode), count(session, StaffChannel)) == (0, 1)
        staff_channels.forget_old(session, SOON + staff_channels.ENDED_KEPT + timedelta(seconds=1))
        assert count(session, StaffChannel) == 0


def count(session: Session, table: type[StaffLinkCode] | type[StaffChannel]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_of_two_telephones_that_send_one_code_at_once_one_is_linked(database: Database) -> None:
    with database.transaction() as session:
        code = code_for(session, hire(session))
        rivals = [chat(session, number).id for number in ("77", "88")]

    def send(conversation_id: int) -> bool:
        with database.transaction() as session:
            conversation = session.get_one(Conversation, conversation_id, with_for_update=True)
            return staff_channels.redeem(session, conversation, code, SOON) is not None

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, rivals)) == [False, True]


def test_two_codes_asked_for_at_once_are_one(database: Database) -> None:
    with database.transaction() as session:
        wayan = hire(session)

    def ask(seed: int) -> None:
        with database.transaction() as session:
            code_for(session, wayan, seed=seed)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, (1, 2)))
    with database.reading() as session:
        assert count(session, StaffLinkCode) == 1


@pytest.mark.parametrize("seed", range(40))
def test_what_is_made_looks_like_a_code_and_is_read_without_doubt(sqlite_database: Database, seed: int) -> None:
    with sqlite_database.transaction() as session:
        code = code_for(session, hire(session), seed=seed)
    assert staff_channels.looks_like_code(code)
    assert len(code) == len("petugas-") + 8
    assert not set(code.removeprefix("petugas-")) & set("01ilo")


@pytest.mark.parametrize(
    "said",
    [
        "petugas-7kd2m9xq",
        "PETUGAS-7KD2M9XQ",
        " petugas - 7kd2m9xq ",
        "petugas–7kd2m9xq.",
        "/start petugas-7kd2m9xq",
        "petugas-0kd1m9xl",
    ],
)
def test_a_code_is_known_however_it_is_typed(said: str) -> None:
    assert staff_channels.looks_like_code(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "petugas",
        "/start",
        "/start HJK347",
        "petugas imigrasi 2026",
        "petugas-keamanan",
        "petugas-desa",
        "petugas-7kd2m9xq tolong saya disekap",
        "tolong petugas-7kd2m9xq",
        "7kd2m9xq",
        "petugas-" + "7kd2m9xq" * 3,
    ],
)
def test_other_words_go_where_they_always_went(said: str) -> None:
    assert not staff_channels.looks_like_code(said)
