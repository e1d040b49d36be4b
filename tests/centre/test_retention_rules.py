"""The table of what is kept how long, row by row: just before its time a thing is there, just after it is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import (
    bookings,
    case_records,
    cases,
    census_imports,
    census_merging,
    census_requests,
    code_tries,
    conversation_consents,
    erasure_receipts,
    interests,
    open_questions,
    outbox,
    retention,
    retention_rules,
    sign_ins,
)
from centre.case_records import CaseEntry
from centre.census_merging import PeopleMerge
from centre.census_records import CensusRecord
from centre.code_tries import CodeTry
from centre.conversations import Conversation
from centre.db import Database
from centre.inbox import InboxEvent
from centre.kept_forms import KeptForm
from centre.mails import Mail
from centre.messages import Outgoing
from centre.notices import Notice
from centre.outbox import OutboxMessage
from centre.people import Person
from centre.retention_rules import BY_NAME, DEFAULTS, RULES, SETTABLE
from centre.staff import StaffMember
from centre.staff_channels import StaffChannel
from centre.staff_sessions import StaffSession
from tests.centre import booked
from tests.centre.booked import NOW, WAYAN, korleko, person, telephone
from tests.centre.counted_in import registered

SECOND = timedelta(seconds=1)
Made = Callable[[Session], datetime]
"""Puts one thing there, and says when its time begins."""


def gone_words(session: Session) -> int:
    return count(session, InboxEvent, InboxEvent.sealed_payload.is_not(None))


def count(session: Session, table: Any, *which: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


def message(session: Session) -> datetime:
    session.add(
        InboxEvent(
            channel="web", key="1", kind="message", sealed_payload=b"x", state="done", received_at=NOW, handled_at=NOW
        )
    )
    return NOW


def reply(session: Session) -> datetime:
    outbox.queue(session, telephone(session, "6281"), "event:1", [Outgoing("Baik.")], NOW)
    session.flush()
    for row in session.scalars(select(OutboxMessage)):
        row.state = "sent"
    return NOW


def conversation(session: Session) -> datetime:
    return telephone(session, "6281").last_incoming_at


def declined(session: Session) -> datetime:
    phone = telephone(session, "6281")
    conversation_consents.decline(session, phone, "2026-11", "id", NOW)
    return phone.last_incoming_at


def receipt(session: Session) -> datetime:
    erasure_receipts.make(session, "conversation", 7, NOW)
    return NOW


def question(session: Session) -> datetime:
    open_questions.keep(session, telephone(session, "6281"), "bagaimana cara pulang", "id", NOW)
    return NOW


def booking(session: Session) -> datetime:
    slot = booked.saturday(session, booked.workshop(session), korleko(session))
    phone = telephone(session, "6281")
    bookings.book(session, booked.ask(slot, person(session, "Sari", phone), phone), NOW)
    return slot.ends_at


def wish(session: Session) -> datetime:
    phone = telephone(session, "6281")
    phone.village_id = korleko(session).id
    interests.note(session, booked.workshop(session).id, phone, NOW)
    return NOW


def notice(session: Session) -> datetime:
    phone = telephone(session, "6281")
    session.add(
        Notice(
            key="k",
            kind="reminder",
            conversation_id=phone.id,
            due_at=NOW,
            useful_until=NOW,
            state="told",
            zone="Asia/Jakarta",
        )
    )
    return NOW


def case(session: Session) -> datetime:
    phone = telephone(session, "6281")
    opened = cases.open_case(session, phone, "pay", NOW, language="id")
    cases.add_words(session, opened, "gaji saya ditahan", None, NOW)
    opened.state, opened.closed_at = case_records.State.CLOSED, NOW
    return NOW


def record(session: Session) -> datetime:
    registered(session, korleko(session))
    return NOW


def request(session: Session) -> datetime:
    made = census_requests.ask(session, person(session, "Sari").id, None, "see", "desk", WAYAN, NOW)
    census_requests.answer(session, made, WAYAN, NOW)
    return NOW


def merge(session: Session) -> datetime:
    census_merging.begin(session, person(session, "Sari"), person(session, "Sarih"), WAYAN, NOW)
    return NOW


def upload(session: Session) -> datetime:
    census_imports.keep(session, WAYAN, korleko(session).id, [], NOW)
    return NOW


def wrong_code(session: Session) -> datetime:
    code_tries.note(session, telephone(session, "6281"), NOW)
    return NOW


def staff_session(session: Session) -> datetime:
    session.add(
        StaffSession(token_hash="0" * 64, staff_id=wayan(session), created_at=NOW, seen_at=NOW, is_shared=False)
    )
    return NOW


def link(session: Session) -> datetime:
    phone = telephone(session, "6281")
    session.add(StaffChannel(staff_id=wayan(session), conversation_id=phone.id, linked_at=NOW, ended_at=NOW))
    return NOW


def mail(session: Session) -> datetime:
    session.add(Mail(staff_id=wayan(session), cause="c", sealed_words=b"x", state="sent", created_at=NOW, next_at=NOW))
    return NOW


def form(session: Session) -> datetime:
    session.add(KeptForm(key_hash="0" * 64, staff_id=wayan(session), sealed=b"x", kept_at=NOW))
    return NOW


def wayan(session: Session) -> str:
    session.add(
        StaffMember(
            id=WAYAN, login="wayan", name="Wayan", password_hash="x", must_change_password=False, created_at=NOW
        )
    )
    session.flush()
    return WAYAN


STORIES: dict[str, tuple[Made, Callable[[Session], int]]] = {
    "payload": (message, gone_words),
    "marks": (message, lambda session: count(session, InboxEvent)),
    "replies": (reply, lambda session: count(session, OutboxMessage)),
    "conversation": (conversation, lambda session: count(session, Conversation)),
    "declined": (declined, lambda session: count(session, Conversation)),
    "receipts": (receipt, lambda session: count(session, erasure_receipts.ErasureReceipt)),
    "questions": (question, lambda session: count(session, open_questions.OpenQuestion)),
    "bookings": (booking, lambda session: count(session, Person)),
    "wishes": (wish, lambda session: count(session, interests.Interest)),
    "notices": (notice, lambda session: count(session, Notice, Notice.conversation_id.is_not(None))),
    "cases": (
        case,
        lambda session: count(session, CaseEntry, CaseEntry.sealed_text.is_not(None)),
    ),
    "census": (record, lambda session: count(session, CensusRecord)),
    "requests": (request, lambda session: count(session, census_requests.DataRequest)),
    "merges": (
        merge,
        lambda session: count(session, PeopleMerge, PeopleMerge.sealed_before != b""),
    ),
    "uploads": (upload, lambda session: count(session, census_imports.CensusImport)),
    "tries": (wrong_code, lambda session: count(session, CodeTry)),
    "addresses": (staff_session, lambda session: count(session, StaffSession)),
    "links": (link, lambda session: count(session, StaffChannel)),
    "mails": (mail, lambda session: count(session, Mail)),
    "drafts": (form, lambda session: count(session, KeptForm)),
}


@pytest.mark.parametrize("rule", DEFAULTS)
def test_a_thing_is_kept_until_its_time_and_not_longer(database: Database, rule: str) -> None:
    make, left = STORIES[rule]
    with database.transaction() as session:
        begins = make(session)
    with database.transaction() as session:
        retention.clear(session, rule, begins + DEFAULTS[rule] - SECOND)
        assert left(session) == 1
    with database.transaction() as session:
        assert retention.clear(session, rule, begins + DEFAULTS[rule] + SECOND) == 1
    with database.reading() as session:
        assert left(session) == 0


@pytest.mark.parametrize(
    "rule", [rule for rule in SETTABLE if rule.name in retention.CLEARING], ids=lambda rule: rule.name
)
def test_what_is_set_shorter_goes_earlier(sqlite_database: Database, rule: retention_rules.Rule) -> None:
    assert rule.range
    keep = {**DEFAULTS, rule.name: rule.range[0]}
    make, left = STORIES[rule.name]
    with sqlite_database.transaction() as session:
        begins = make(session)
    with sqlite_database.transaction() as session:
        retention.clear(session, rule.name, begins + rule.range[0] - SECOND, keep)
        assert left(session) == 1
        retention.clear(session, rule.name, begins + rule.range[0] + SECOND, keep)
        assert left(session) == 0


def test_the_fingerprint_of_a_place_where_somebody_signed_in_goes_too(database: Database) -> None:
    with database.transaction() as session:
        sign_ins.begin(session, "wayan", "192.0.2.7", NOW)
        before = count(session, sign_ins.SignInCount)
        assert before
        retention.clear(session, "addresses", NOW + timedelta(days=30))
        assert count(session, sign_ins.SignInCount) == before
        assert retention.clear(session, "addresses", NOW + timedelta(days=30) + SECOND) == before
        assert count(session, sign_ins.SignInCount) == 0


def test_a_restricted_case_is_not_erased_by_time_alone(database: Database) -> None:
    with database.transaction() as session:
        opened = cases.open_case(session, telephone(session, "6281"), "violence", NOW, language="id")
        cases.add_words(session, opened, "saya dipukul", None, NOW)
        opened.state, opened.closed_at = case_records.State.CLOSED, NOW
        retention.forget_old(session, NOW + timedelta(days=3650))
        assert opened.erased_at is None


def test_every_rule_with_a_time_is_carried_out_and_told_of_in_a_story() -> None:
    agreed = {rule.name for rule in RULES if rule.is_agreed}
    assert agreed == {"sensitive_cases"}, "told of in test_case_keeping"
    assert set(DEFAULTS) | agreed == set(retention.CLEARING)
    assert set(STORIES) == set(DEFAULTS)


def test_every_default_lies_in_its_own_range() -> None:
    for rule in RULES:
        if rule.range:
            shortest, longest = rule.range
            assert rule.kept is not None
            assert shortest <= rule.kept <= longest, rule.name
        assert all(rule.what), rule.name
        assert all(rule.why), rule.name
    assert len(BY_NAME) == len(RULES)


def test_the_times_of_the_issue_hold() -> None:
    promised = {"payload": 3, "conversation": 90, "replies": 90, "cases": 730, "addresses": 30}
    assert {rule: DEFAULTS[rule].days for rule in promised} == promised
    assert BY_NAME["sensitive_cases"].kept is None
