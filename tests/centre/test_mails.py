"""Mail on its way: to whom it may go, once per cause, what a dead sender leaves, and how long it is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from centre import mail_addresses, mails, staff
from centre.db import Database
from centre.mails import LEASE, Mail, State
from centre.staff import Role, StaffMember

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=5)


def hire(session: Session, login: str = "wayan", email: str | None = "wayan@desa.example") -> str:
    return staff.add(session, login, login, Role.PETUGAS, "", "sawah terang perahu", NOW, email=email).id


def queued(session: Session, staff_id: str, cause: str = "case-alert:1") -> Mail | None:
    return mails.queue(session, staff_id, cause, "Kasus K7MT4 menunggu", "https://balai.example/admin/K7MT4", NOW)


def test_what_is_queued_is_sealed_and_comes_out_as_it_went_in(database: Database) -> None:
    with database.transaction() as session:
        mail = queued(session, hire(session))
        assert mail
        assert b"K7MT4" not in mail.sealed_words
        letter = mails.claim(session, NOW)
        assert letter
        assert (letter.to, letter.subject) == ("wayan@desa.example", "Kasus K7MT4 menunggu")
        assert letter.body == "https://balai.example/admin/K7MT4"
        assert (mail.state, mail.lease_until) == (State.SENDING, NOW + LEASE)
        assert mails.claim(session, NOW) is None, "it is under way"


def test_one_cause_is_one_mail_to_each_and_nothing_else_is_undone(database: Database) -> None:
    with database.transaction() as session:
        wayan, komang = hire(session), hire(session, "komang", "komang@desa.example")
        first = queued(session, wayan)
        assert queued(session, wayan) is first
        assert queued(session, komang) is not first
        assert queued(session, wayan, "case-alert:2") is not first
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 3


def test_who_has_no_address_or_a_closed_account_gets_none(database: Database) -> None:
    with database.transaction() as session:
        komang, rahman = hire(session, "komang", None), hire(session, "rahman")
        staff.disable(session, rahman, NOW)
        assert queued(session, komang) is None
        assert queued(session, rahman) is None


@pytest.mark.parametrize("change", ["closed", "no address", "old"])
def test_what_must_not_be_sent_any_more_is_dropped_when_its_turn_comes(database: Database, change: str) -> None:
    with database.transaction() as session:
        wayan, komang = hire(session), hire(session, "komang", "komang@desa.example")
        mail = queued(session, wayan)
        assert mail
        if change == "closed":
            staff.disable(session, wayan, NOW)
        elif change == "no address":
            staff.set_email(session, session.get_one(StaffMember, wayan), None)
        else:
            mail.created_at = NOW - mails.USEFUL - timedelta(seconds=1)
        queued(session, komang)
        letter = mails.claim(session, NOW)
        assert letter
        assert letter.to == "komang@desa.example"
        assert mail.state == State.DROPPED


def test_mail_that_cannot_be_opened_holds_up_nobody(database: Database) -> None:
    with database.transaction() as session:
        broken = queued(session, hire(session))
        assert broken
        broken.sealed_words = b"\x02" + bytes(40)
        session.flush()
        queued(session, hire(session, "komang", "komang@desa.example"))
        letter = mails.claim(session, NOW)
        assert letter
        assert letter.to == "komang@desa.example"
        assert (broken.state, broken.error) == (State.FAILED, "cannot_open")


def test_what_a_dead_sender_left_is_tried_once_more_and_then_never(database: Database) -> None:
    with database.transaction() as session:
        mail = queued(session, hire(session))
        assert mail
        now = NOW
        for turn in (State.OPEN, State.FAILED):
            assert mails.claim(session, now)
            assert mails.reap(session, now + LEASE) == 0, "it may still be speaking"
            now += LEASE + timedelta(seconds=1)
            assert mails.anything_to_do(session, now)
            assert mails.reap(session, now) == 1
            assert mail.state == turn
            now += mails.UNSURE_WAIT
        assert not mails.anything_to_do(session, now)
        assert mails.claim(session, now) is None


def test_that_it_was_sent_counts_also_when_its_time_was_over(database: Database) -> None:
    with database.transaction() as session:
        mail = queued(session, hire(session))
        assert mail
        mails.claim(session, NOW)
        late = NOW + LEASE + timedelta(seconds=1)
        mails.reap(session, late)
        mails.record(session, mail.id, "temporary", "late news", late)
        assert (mail.state, mail.error) == (State.OPEN, "lease"), "a failure told late says nothing about the next try"
        mails.record(session, mail.id, "sent", "", late)
        assert mail.state == State.SENT
        assert mails.claim(session, late + mails.UNSURE_WAIT) is None


def test_mail_is_kept_for_thirty_days(database: Database) -> None:
    with database.transaction() as session:
        queued(session, hire(session))
        mails.forget_old(session, NOW + mails.KEPT)
        assert session.scalar(select(func.count()).select_from(Mail)) == 1
        mails.forget_old(session, NOW + mails.KEPT + timedelta(seconds=1))
        assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_what_failed_is_counted_for_a_day(database: Database) -> None:
    with database.transaction() as session:
        queued(session, hire(session))
        session.execute(update(Mail).values(state=State.FAILED))
        assert mails.failed_lately(session, SOON) == 1
        assert mails.failed_lately(session, NOW + mails.USEFUL) == 0


@given(st.text())
def test_no_address_that_passes_carries_a_second_one_or_a_line_break(text: str) -> None:
    for candidate in (text, f"{text}@desa.example", f"wayan@{text}"):
        if mail_addresses.is_usable(candidate):
            assert candidate.isascii()
            assert candidate.count("@") == 1
            assert not set(candidate) & set(' \t\r\n\0,;:<>()[]"\\')


@pytest.mark.parametrize("address", ["wayan@desa.example", "w.s+balai@kantor-desa.lotimkab.go.id", "a@b.co"])
def test_addresses_that_people_have_pass(address: str) -> None:
    assert mail_addresses.is_usable(address)
